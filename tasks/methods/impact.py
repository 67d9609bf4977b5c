"""What a programme changed: regressions that compare arms, waves or both.

The least squares and their covariance come from pyfixest; the small-sample factor of clustered
errors, the intervals and the rules on when a figure is withheld are stated here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import codes, numbers, require_columns, student_interval
from tasks.methods.estimation import domain_means

ESTIMATORS = (
    "difference",
    "difference_in_differences",
    "first_differences",
    "fixed_effects",
    "ancova",
)
ERROR_TYPES = ("cluster", "robust", "iid")
PROGRAMME = "programme"
AFTER = "programme x after"
FEWEST_PROGRAMME_CLUSTERS = 6
SMALLEST_SHARE_OF_ITS_OWN = 1e-9
"""Below this share of its variation left over by the rest of the model a term counts as collinear."""


@dataclass(frozen=True)
class Model:
    """What is estimated: the estimator, the columns it uses and how its errors are computed.

    terms are the coefficients that are reported; none means the arm, where the estimator has a
    default. cluster=None with clustered errors: each respondent is a cluster.
    """

    estimator: str
    outcome: str
    terms: tuple[str, ...] = ()
    fixed_effects: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    weight: str | None = None
    cluster: str | None = None
    error_type: str = "cluster"
    from_wave: object = None
    to_wave: object = None


@dataclass
class _Regression:
    """A regression before it is run: one entry a row, missing entries still there."""

    rows: pd.DataFrame
    outcome: np.ndarray
    terms: dict[str, np.ndarray]
    controls: list[np.ndarray] = field(default_factory=list)
    covariates: list[pd.Series] = field(default_factory=list)
    fixed_effects: list[pd.Series] = field(default_factory=list)


@dataclass(frozen=True)
class _Fitted:
    """The coefficients of the terms, in their order, with what is needed for their tests."""

    estimate: np.ndarray
    error: np.ndarray
    freedom: int


def fit(frame: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Estimate the model and return one row for each of its terms, in their order.

    Columns: term; estimate, standard_error, ci_low, ci_high (95 %, in the unit of the outcome for
    one unit of the term); degrees_of_freedom; p_value (two-sided, Student's t); respondents
    (different ones); observations (rows, or differences, that entered); smallest_cell (the fewest
    respondents of an arm in a wave, for the rules of publication); clusters and
    programme_clusters (those that hold a row of the programme arm; <NA> without clusters).

    `frame` has one row for each respondent and wave, with the columns respondent, wave, arm
    ("programme" or "comparison", needed where the model uses it) and those that the model names,
    whatever their names. Covariates in words enter as one indicator for each entry but the first.
    A row that lacks anything the model uses is left out.

    Estimators, with y the outcome:
    - difference: y ~ programme (or the terms) + covariates | fixed effects, on the rows of
      to_wave; on all rows where to_wave is None.
    - difference_in_differences: y ~ programme + after + programme x after + covariates | fixed
      effects, on the rows of from_wave and to_wave; the term is `programme x after`. An arm or
      wave that the fixed effects absorb (respondent, arm; wave) is left out of the formula. An
      arm has to be the same in both waves.
    - first_differences: for respondents in both waves, the change of y on a constant, the change
      of each term and the covariates as they were in from_wave; without terms, on the arm at
      to_wave.
    - fixed_effects: y ~ terms + covariates | fixed effects, on all rows. `programme` and
      `programme x after` (after = the rows of to_wave) may be named where they are no columns.
    - ancova: for respondents in both waves, y at to_wave ~ programme (or the terms at to_wave)
      + y at from_wave + covariates at from_wave | fixed effects at to_wave.

    Errors: "iid" classical; "robust" HC1, factor N / (N - K); "cluster" CRV1, factor
    (N - 1) / (N - K) * G / (G - 1) for G clusters. K counts coefficients and fixed effects, less
    one for each set of fixed effects after the first; with clustered errors, sets nested in the
    clusters are not counted (others then lose one level each), but at least one parameter is
    counted where there are fixed effects. So it equals Stata's regress and areg without nested
    effects, and xtreg, fe vce(cluster) with one nested set. (With a nested and another set,
    pyfixest, fixest and reghdfe count one parameter more.) Rows that are alone in their fixed
    effect say nothing of the terms and are left out first, as reghdfe does.
    degrees_of_freedom: clusters - 1 with clustered errors, else N - K. Weights are analytic.
    With fewer than six programme clusters p-value and interval are withheld
    (`withhold_p_value_for_few_clusters`).

    Raises ValueError where a column is absent or not numeric, a weight is not above 0, a wave has
    no row or a respondent stands in it twice, no row is complete, a term does not vary or follows
    from the rest of the model, or there are fewer than 2 clusters or too few rows.

    Sources: Angrist and Pischke (2009), Mostly Harmless Econometrics, ch. 5 and 8; Wooldridge
    (2019), Introductory Econometrics, ch. 13-14; McKenzie (2012), J. Development Economics 99,
    210-221 (ancova); Liang and Zeger (1986), Biometrika 73, 13-22 (clustered errors); Correia
    (2015), Singletons, Cluster-Robust Standard Errors and Fixed Effects.

    Example, by hand: programme 5, 7; comparison 1, 3. The difference is 6 - 2 = 4, its classical
    error sqrt(2 * (1/2 + 1/2)) = 1.4142136 on 2 degrees of freedom.

    >>> answers = pd.DataFrame({
    ...     "respondent": list("abcd"), "wave": "only", "income": [5.0, 7.0, 1.0, 3.0],
    ...     "arm": ["programme"] * 2 + ["comparison"] * 2,
    ... })
    >>> table = fit(answers, Model("difference", "income", error_type="iid"))
    >>> table[["estimate", "standard_error", "degrees_of_freedom"]].iloc[0].round(7).tolist()
    [4.0, 1.4142136, 2.0]
    """
    _check(frame, model)
    regression = _BUILDERS[model.estimator](frame, model)
    table = _complete_rows(regression, model)
    names = list(regression.terms)
    fitted = _least_squares(table, names, model)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = fitted.estimate / fitted.error
    low, high = student_interval(fitted.estimate, fitted.error, np.array(fitted.freedom))
    results = pd.DataFrame(
        {
            "term": names,
            "estimate": fitted.estimate,
            "standard_error": fitted.error,
            "ci_low": low,
            "ci_high": high,
            "degrees_of_freedom": float(fitted.freedom),
            "p_value": _two_sided(statistic, fitted.freedom),
            "respondents": table["respondent"].nunique(),
            "observations": len(table),
            "smallest_cell": _smallest_cell(table),
            "clusters": pd.array([_clusters(table, model)] * len(names), dtype="Int64"),
            "programme_clusters": pd.array(
                [_programme_clusters(table, column, model) for column in _term_columns(names)],
                dtype="Int64",
            ),
        }
    )
    if model.error_type != "cluster":
        return results
    return withhold_p_value_for_few_clusters(results)


def withhold_p_value_for_few_clusters(
    results: pd.DataFrame, fewest: int = FEWEST_PROGRAMME_CLUSTERS
) -> pd.DataFrame:
    """Return the results without p-value and interval where too few clusters have the programme.

    Same rows and columns as given; where programme_clusters is below `fewest`, p_value, ci_low
    and ci_high become NaN, while estimate and standard_error stay. Clustered errors are far too
    small with a handful of treated clusters, so that a test would reject much too often. Raises
    ValueError where a column is absent.

    Source: MacKinnon and Webb (2017), J. Applied Econometrics 32, 233-254; the number six is the
    project's rule.

    >>> row = {"p_value": 0.01, "ci_low": 1.0, "ci_high": 3.0, "programme_clusters": 5}
    >>> withhold_p_value_for_few_clusters(pd.DataFrame([row]))["p_value"].isna().tolist()
    [True]
    """
    hidden = ["p_value", "ci_low", "ci_high"]
    require_columns(results, [*hidden, "programme_clusters"])
    results = results.copy()
    few = (results["programme_clusters"] < fewest).fillna(False).astype(bool)
    results.loc[few, hidden] = np.nan
    return results


def recall_change(
    frame: pd.DataFrame,
    now: str,
    before: str,
    *,
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    with_errors: bool = True,
) -> pd.DataFrame:
    """Estimate the mean change between now and a time that respondents recall, by domain.

    Returns one row for each combination of the domain columns, sorted: the domain columns, then
    change (now minus before, in the unit of the answers), standard_error, ci_low, ci_high,
    degrees_of_freedom, design_effect and respondents (who answered both). The mean of the
    differences by `domain_means`, with all its rules. What people recall is not what a baseline
    would have measured: the claim of such an estimate is "recall" (`claims.decide_claim`).
    Raises ValueError as `domain_means` does.

    Source: for recall in one-off studies, Bamberger, Rugh and Mabry (2012), RealWorld Evaluation,
    ch. 5.

    >>> asked = pd.DataFrame({"now": [5.0, 6.0, 9.0], "then": [4.0, 4.0, 6.0]})
    >>> recall_change(asked, "now", "then")[["change", "standard_error"]].round(7).values.tolist()
    [[2.0, 0.5773503]]
    """
    require_columns(frame, [now, before, weight, stratum, psu, *domains])
    kept = list(dict.fromkeys(name for name in (weight, stratum, psu, *domains) if name))
    change = "change"
    while change in kept:  # a column of the user's may bear this name
        change += "_"
    differences = frame[kept].assign(**{change: numbers(frame, now) - numbers(frame, before)})
    means = domain_means(
        differences,
        change,
        weight=weight,
        stratum=stratum,
        psu=psu,
        domains=domains,
        with_errors=with_errors,
    )
    return means.rename(columns={"estimate": "change"})


def _check(frame: pd.DataFrame, model: Model) -> None:
    if model.estimator not in ESTIMATORS:
        raise ValueError(f"'{model.estimator}' is no estimator; known are {', '.join(ESTIMATORS)}")
    if model.error_type not in ERROR_TYPES:
        raise ValueError(f"'{model.error_type}' is no type of errors: {', '.join(ERROR_TYPES)}")
    named = (model.outcome, *model.fixed_effects, *model.covariates, model.weight, model.cluster)
    require_columns(frame, ["respondent", "wave", *named])
    if frame["respondent"].isna().any():
        raise ValueError("The column 'respondent' has rows without an entry")
    if len(set(model.terms)) < len(model.terms):
        raise ValueError("A term is named twice")
    if model.weight is not None and not (_present(numbers(frame, model.weight)) > 0).all():
        raise ValueError(f"The weights in the column '{model.weight}' must be above 0")


def _present(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]


def _programme(frame: pd.DataFrame) -> np.ndarray:
    """Return 1 for the programme arm, 0 for the comparison, NaN where the arm is missing."""
    require_columns(frame, ["arm"])
    arm = frame["arm"].astype("string")
    if not arm.dropna().isin(["programme", "comparison"]).all():
        raise ValueError("The column 'arm' may only hold 'programme' and 'comparison'")
    indicator = (arm == "programme").astype("Float64")
    return indicator.to_numpy("float64", na_value=np.nan)


def _after(frame: pd.DataFrame, model: Model) -> np.ndarray:
    if model.to_wave is None:
        raise ValueError(f"'{AFTER}' needs the later wave to be named")
    return np.asarray((frame["wave"] == model.to_wave).fillna(False), dtype=float)


def _terms_or_arm(frame: pd.DataFrame, model: Model) -> dict[str, np.ndarray]:
    """Return the terms of the model, or the programme arm where it names none."""
    if not model.terms:
        return {PROGRAMME: _programme(frame)}
    return {name: _term(frame, name) for name in model.terms}


def _is_arm(frame: pd.DataFrame, name: str) -> bool:
    return name == PROGRAMME and name not in frame


def _term(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Return a term: a column, or the programme arm where no column bears that name."""
    if _is_arm(frame, name):
        return _programme(frame)
    require_columns(frame, [name])
    return numbers(frame, name)


def _wave(frame: pd.DataFrame, wave: object, *, single: bool = False) -> pd.DataFrame:
    """Return the rows of a wave; with `single`, by respondent, who may stand there only once."""
    if wave is None:
        raise ValueError("This estimator needs an earlier and a later wave")
    rows = frame[(frame["wave"] == wave).fillna(False).astype(bool)]
    if not len(rows):
        raise ValueError(f"The table has no row of the wave '{wave}'")
    if single and rows["respondent"].duplicated().any():
        raise ValueError(f"A respondent stands more than once in the wave '{wave}'")
    return rows.set_index("respondent", drop=False) if single else rows


def _two_waves(frame: pd.DataFrame, model: Model, *, single: bool) -> list[pd.DataFrame]:
    if model.from_wave == model.to_wave:
        raise ValueError("This estimator needs two different waves")
    return [_wave(frame, wave, single=single) for wave in (model.from_wave, model.to_wave)]


def _respondents_in_both(frame: pd.DataFrame, model: Model) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the earlier and the later row of those who have both, in the same order."""
    earlier, later = _two_waves(frame, model, single=True)
    both = earlier.index.intersection(later.index)
    if not len(both):
        raise ValueError("No respondent is in both waves")
    return earlier.loc[both], later.loc[both]


def _difference(frame: pd.DataFrame, model: Model) -> _Regression:
    rows = frame if model.to_wave is None else _wave(frame, model.to_wave)
    return _Regression(
        rows,
        numbers(rows, model.outcome),
        _terms_or_arm(rows, model),
        covariates=[rows[name] for name in model.covariates],
        fixed_effects=[rows[name] for name in model.fixed_effects],
    )


def _difference_in_differences(frame: pd.DataFrame, model: Model) -> _Regression:
    if model.terms not in ((), (AFTER,)):
        raise ValueError("Difference in differences compares the arms; for other terms use fixed_effects")
    rows = pd.concat(_two_waves(frame, model, single=False))
    programme, after = _programme(rows), _after(rows, model)
    arms = rows.assign(programme=programme).dropna(subset=["programme"])
    if (arms.groupby("respondent")["programme"].nunique() > 1).any():
        raise ValueError("A respondent changes the arm between the waves; each needs one arm")
    controls = []
    if not {"respondent", "arm"} & set(model.fixed_effects):
        controls.append(programme)
    if "wave" not in model.fixed_effects:
        controls.append(after)
    return _Regression(
        rows,
        numbers(rows, model.outcome),
        {AFTER: programme * after},
        controls,
        [rows[name] for name in model.covariates],
        [rows[name] for name in model.fixed_effects],
    )


def _first_differences(frame: pd.DataFrame, model: Model) -> _Regression:
    earlier, later = _respondents_in_both(frame, model)
    terms = {} if model.terms else {PROGRAMME: _programme(later)}
    for name in model.terms:
        at_end = _term(later, name)
        # The arm, unlike a column, enters as it is: nobody is in the programme at the start.
        terms[name] = at_end if _is_arm(later, name) else at_end - _term(earlier, name)
    return _Regression(
        later,
        numbers(later, model.outcome) - numbers(earlier, model.outcome),
        terms,
        covariates=[earlier[name] for name in model.covariates],
        fixed_effects=[later[name] for name in model.fixed_effects],
    )


def _fixed_effects(frame: pd.DataFrame, model: Model) -> _Regression:
    if not model.terms:
        raise ValueError("The estimator fixed_effects needs at least one term")
    terms = {}
    for name in model.terms:
        if name == AFTER and name not in frame:
            terms[name] = _programme(frame) * _after(frame, model)
        else:
            terms[name] = _term(frame, name)
    return _Regression(
        frame,
        numbers(frame, model.outcome),
        terms,
        covariates=[frame[name] for name in model.covariates],
        fixed_effects=[frame[name] for name in model.fixed_effects],
    )


def _ancova(frame: pd.DataFrame, model: Model) -> _Regression:
    earlier, later = _respondents_in_both(frame, model)
    return _Regression(
        later,
        numbers(later, model.outcome),
        _terms_or_arm(later, model),
        [numbers(earlier, model.outcome)],
        [earlier[name] for name in model.covariates],
        [later[name] for name in model.fixed_effects],
    )


_BUILDERS: dict[str, Callable[[pd.DataFrame, Model], _Regression]] = {
    "difference": _difference,
    "difference_in_differences": _difference_in_differences,
    "first_differences": _first_differences,
    "fixed_effects": _fixed_effects,
    "ancova": _ancova,
}


def _term_columns(names: Sequence[str]) -> list[str]:
    """Return the names that the terms bear in the formula: no word of the user's gets there."""
    return [f"term{place}" for place in range(len(names))]


def _complete_rows(regression: _Regression, model: Model) -> pd.DataFrame:
    """Return the rows that the model can use, sorted, under names of our own.

    outcome, control*, term*, effect* (codes), weight, cluster and respondent (codes), programme.
    """
    rows = regression.rows
    columns: dict[str, np.ndarray] = {"outcome": regression.outcome}
    for place, values in enumerate(regression.controls):
        columns[f"control{place}"] = values
    columns |= zip(_term_columns(list(regression.terms)), regression.terms.values(), strict=True)
    for place, effect in enumerate(regression.fixed_effects):
        columns[f"effect{place}"] = _with_gaps(codes(effect))
    cluster = model.cluster or "respondent"
    if model.error_type == "cluster" or model.cluster is not None:
        columns["cluster"] = _with_gaps(codes(rows[cluster]))
    columns["weight"] = numbers(rows, model.weight) if model.weight else np.ones(len(rows))
    columns["respondent"] = codes(rows["respondent"]).astype(float)
    table = pd.DataFrame(columns)
    words = [_prepare_covariate(series) for series in regression.covariates]
    kept = table.notna().all(axis=1) & np.logical_and.reduce(
        [series.notna().to_numpy() for series in words], initial=True
    )
    table["programme"] = _programme(rows) if "arm" in rows else np.nan
    table["wave"] = codes(rows["wave"])
    table = table[kept].reset_index(drop=True)
    for place, series in enumerate(words):
        for level, indicator in enumerate(_indicators(series[kept.to_numpy()])):
            table[f"covariate{place}_{level}"] = indicator
    if not len(table):
        raise ValueError("No row has everything that the model uses")
    table = _without_singletons(table)
    order = ["respondent", "wave"]
    if table.duplicated(order).any():  # then everything else decides
        order += [str(name) for name in table if name not in order]
    return table.sort_values(order, kind="stable").reset_index(drop=True)


def _with_gaps(found: np.ndarray) -> np.ndarray:
    return np.where(found < 0, np.nan, found.astype(float))


def _prepare_covariate(series: pd.Series) -> pd.Series:
    """Return numbers as floats and anything else as words."""
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
        return pd.Series(numbers(series.to_frame("covariate"), "covariate"))
    return series.astype("string").reset_index(drop=True)


def _indicators(series: pd.Series) -> list[np.ndarray]:
    """Return a numeric covariate itself, or an indicator for each word but the first by name."""
    if pd.api.types.is_float_dtype(series):
        return [series.to_numpy("float64")]
    return [(series == level).to_numpy(float) for level in sorted(series.unique())[1:]]


def _without_singletons(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows that are alone in one of their fixed effects, until there is none."""
    effects = [name for name in table if str(name).startswith("effect")]
    while effects:
        alone = np.zeros(len(table), dtype=bool)
        for name in effects:
            alone |= ~table[name].duplicated(keep=False).to_numpy()
        if not alone.any():
            break
        table = table[~alone]
    if not len(table):
        raise ValueError("Each row is alone in its fixed effect, so that nothing can be compared")
    return table


def _least_squares(table: pd.DataFrame, names: Sequence[str], model: Model) -> _Fitted:
    """Run the regression; ValueError where a term or the errors cannot be estimated."""
    effects = _named(table, "effect")
    terms = _term_columns(names)
    _require_variation(table, names)
    if model.error_type == "cluster" and table["cluster"].nunique() < 2:
        raise ValueError("Clustered errors need at least 2 clusters")
    # Terms stand last, so that what is collinear with them is kept and they are dropped.
    regressors = [*_named(table, "control"), *_named(table, "covariate"), *terms]
    scaled, scale = _standardized(table, ["outcome", *regressors])
    kept = [name for name in regressors if scale[name] > 0]
    try:
        fitted = _run(scaled, kept, effects, model)
    except ValueError as error:
        if "collinear" in str(error):
            raise ValueError(_collinear(names[0])) from None
        raise ValueError("The fixed effects could not be removed from the outcome") from error
    except (ZeroDivisionError, np.linalg.LinAlgError):
        raise ValueError(_too_few(len(table), len(kept) + 1)) from None
    found = list(fitted._coefnames)
    own = 1 / np.diag(np.linalg.pinv(np.atleast_2d(fitted._tZX)))
    for name, column in zip(names, terms, strict=True):
        if column not in found or own[found.index(column)] < _least_of_its_own(scaled, column):
            raise ValueError(_collinear(name))
    counted = len(found) + _counted_effects(table, effects, model)
    rows = len(table)
    if rows <= counted:
        raise ValueError(_too_few(rows, counted))
    covariance = np.asarray(fitted._vcov) * _small_sample_factor(rows, counted, model)
    freedom = table["cluster"].nunique() - 1 if model.error_type == "cluster" else rows - counted
    order = [found.index(column) for column in terms]
    back = scale["outcome"] / np.array([scale[column] for column in terms])
    estimates = np.asarray(fitted._beta_hat, dtype=float).ravel()[order] * back
    # Where the model fits without a rest, rounding may leave a variance just below 0.
    errors = np.sqrt(np.maximum(np.diag(covariance), 0))[order] * back
    return _Fitted(estimates, errors, int(freedom))


def _standardized(table: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the table with centred columns of standard deviation 1, and what they were divided by.

    The limit at which the fixed effects count as removed is absolute, and collinearity is judged
    more safely on one scale. A column that does not vary has the scale 0 and is left alone.
    """
    scaled, scale = table.copy(), {}
    for name in columns:
        values = table[name].to_numpy("float64")
        spread = 0.0 if values.min() == values.max() else float(values.std())
        scale[name] = spread
        if spread > 0:
            scaled[name] = (values - values.mean()) / spread
    if scale["outcome"] == 0:
        scaled["outcome"] = 0.0
    return scaled, scale


def _named(table: pd.DataFrame, start: str) -> list[str]:
    return [str(name) for name in table if str(name).startswith(start)]


def _require_variation(table: pd.DataFrame, names: Sequence[str]) -> None:
    for name, column in zip(names, _term_columns(names), strict=True):
        if table[column].nunique() < 2:
            raise ValueError(f"The term '{name}' is the same in all rows that the model can use")


def _collinear(name: str) -> str:
    return (
        f"The term '{name}' follows from the rest of the model (other terms, covariates or fixed"
        " effects), so that it has no coefficient of its own"
    )


def _too_few(rows: int, counted: int) -> str:
    return f"The model has {counted} parameters, but only {rows} rows have all that it uses"


def _least_of_its_own(table: pd.DataFrame, column: str) -> float:
    """Return the weighted squares that the rest of the model must leave of a term."""
    weight, values = table["weight"].to_numpy("float64"), table[column].to_numpy("float64")
    squares = (weight * (values - np.average(values, weights=weight)) ** 2).sum()
    return SMALLEST_SHARE_OF_ITS_OWN * float(squares)


def _run(table: pd.DataFrame, regressors: list[str], effects: list[str], model: Model) -> Any:
    """Run pyfixest without any small-sample factor but G / (G - 1)."""
    import warnings
    from importlib import import_module

    pyfixest: Any = import_module("pyfixest")  # its names are made on first use
    formula = f"outcome ~ {' + '.join(regressors)}"
    if effects:
        formula += f" | {' + '.join(effects)}"
    kinds: dict[str, Any] = {"cluster": {"CRV1": "cluster"}, "robust": "HC1", "iid": "iid"}
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")  # collinear covariates, which are dropped as in Stata
        return pyfixest.feols(
            formula,
            table,
            vcov=kinds[model.error_type],
            weights="weight" if model.weight else None,
            ssc=pyfixest.ssc(k_adj=False, G_adj=True),
            fixef_rm="none",
            # The default limit of 1e-6 would show in the printed digits.
            demeaner=pyfixest.MapDemeaner(fixef_tol=1e-11, fixef_maxiter=100_000),
        )


def _counted_effects(table: pd.DataFrame, effects: list[str], model: Model) -> int:
    """Return how many parameters the fixed effects count for (see `fit`)."""
    if not effects:
        return 0
    levels = {name: table[name].nunique() for name in effects}
    if model.error_type != "cluster":
        return sum(levels.values()) - (len(levels) - 1)
    free = [name for name in effects if not _nested(table, name)]
    if len(free) == len(effects):
        return sum(levels.values()) - (len(levels) - 1)
    return max(1, sum(levels[name] - 1 for name in free))


def _nested(table: pd.DataFrame, effect: str) -> bool:
    return bool((table.groupby(effect)["cluster"].nunique() == 1).all())


def _small_sample_factor(rows: int, counted: int, model: Model) -> float:
    """Return what pyfixest's covariance, made without K, has to be multiplied by."""
    above = rows if model.error_type == "robust" else rows - 1
    return above / (rows - counted)


def _two_sided(statistic: np.ndarray, freedom: int) -> np.ndarray:
    from scipy import stats

    return 2 * stats.t.sf(np.abs(statistic), freedom)


def _clusters(table: pd.DataFrame, model: Model) -> int | None:
    return int(table["cluster"].nunique()) if "cluster" in table else None


def _smallest_cell(table: pd.DataFrame) -> int:
    """Return the fewest respondents of an arm in a wave: a comparison tells as much of them as their mean."""
    cells = table.groupby(["wave", "programme"], dropna=False)["respondent"].nunique()
    return int(cells.min())


def _programme_clusters(table: pd.DataFrame, term: str, model: Model) -> int | None:
    """Return how many clusters hold a programme row.

    Where no row says its arm, those that hold a row in which the term is not zero.
    """
    if "cluster" not in table:
        return None
    treated = table["programme"] == 1 if table["programme"].notna().any() else table[term] != 0
    return int(table.loc[treated, "cluster"].nunique())
