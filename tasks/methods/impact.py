"""What a programme changed: regressions that compare arms, waves or both.

The least squares and their covariance come from pyfixest; the small-sample factor of clustered
errors, the intervals and the rules on when a figure is withheld are stated here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns, student_interval, two_sided
from tasks.methods._least_squares import least_squares
from tasks.methods._regressions import (
    AFTER,
    BUILDERS,
    CLUSTERED,
    ERROR_TYPES,
    ESTIMATORS,
    PROGRAMME,
    Model,
    complete_rows,
    present,
    without_singletons,
)
from tasks.methods.cluster_counts import (
    FEWEST_CLUSTERS,
    clusters_of_sides,
    withhold_p_value_for_few_clusters,
)
from tasks.methods.estimation import DegreesOfFreedom, LonelyPsu, domain_means

__all__ = [
    "AFTER",
    "CLUSTERED",
    "ERROR_TYPES",
    "ESTIMATORS",
    "FEWEST_CLUSTERS",
    "PROGRAMME",
    "Model",
    "fit",
    "fit_difference_of_effects",
    "recall_change",
    "withhold_p_value_for_few_clusters",
]


OF_ARMS = ("programme_from", "programme_to", "comparison_from", "comparison_to")


def fit(frame: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Estimate the model and return one row for each of its terms, in their order.

    Columns: term; estimate, standard_error, ci_low, ci_high (95 %, in the unit of the outcome for
    one unit of the term); degrees_of_freedom; p_value (two-sided, Student's t); residual_degrees
    (observations less all coefficients and fixed effects, for the rules of publication); respondents
    (different ones); observations (rows, or differences, that entered); smallest_cell (the fewest
    respondents of an arm in a wave, for the rules of publication); programme_from, programme_to,
    comparison_from, comparison_to (people of an arm and wave, where the estimate is a plain difference of
    the arms' means or changes, else <NA>); clusters (<NA> where errors know of none);
    programme_clusters and comparison_clusters (`clusters_of_sides`); untested (why there is neither
    p-value nor interval; <NA> where they are there).

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
      to_wave. With `waves`, the changes between each of them and the next, one row each.
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
    degrees_of_freedom: clusters - 1 with clustered errors, else N - K. Weights are analytic. "cr2": the
    bias-reduced errors and Satterthwaite's degrees of freedom of `few_clusters.bias_reduced_errors`.
    With fewer than six clusters of an arm p-value and interval are withheld, whatever the errors
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
    regression = BUILDERS[model.estimator](frame, model)
    table = complete_rows(regression, model)
    names = list(regression.terms)
    results = _tested(table, names, model).assign(
        respondents=table["respondent"].nunique(),
        observations=len(table),
        smallest_cell=_smallest_cell(table),
        clusters=_clusters(table),
        **_people_of_arms(table, model, names),
    )
    results = results.astype(dict.fromkeys(OF_ARMS, "Int64"))
    return withhold_p_value_for_few_clusters(results.join(clusters_of_sides(table, names)))


def fit_difference_of_effects(frame: pd.DataFrame, model: Model, part: str) -> pd.DataFrame:
    """Estimate how far the model's effects in a part of the people differ from those in the others.

    Returns one row a term, as `fit` does, with the effect in the part minus that in the others as estimate
    (unit of the outcome), and two more columns: others (respondents outside the part), and interaction, the
    name of the coefficient. respondents are those in the part; smallest_cell, programme_clusters and
    comparison_clusters are the fewer of the two sides. part: a column that is 1 for those in the part and 0
    for the others.

    Everything of the model (constant, controls, covariates, fixed effects) is allowed to differ between the
    two sides, so that the estimate is that of `fit` on the part less that of `fit` on the others. What one
    model adds are the errors: those of a cluster that has people on both sides go together.

    Raises ValueError as `fit` does, and where the part is not 1 and 0 or one of the sides has nobody.

    Source: Wooldridge (2019), Introductory Econometrics, section 7-4 (interactions; testing for differences
    in regression functions across groups).

    Example, by hand: women gain 6 - 2 = 4, men 9 - 8 = 1; the difference is 3.

    >>> answers = pd.DataFrame({
    ...     "respondent": range(8), "wave": "only", "women": [1, 1, 1, 1, 0, 0, 0, 0],
    ...     "income": [5.0, 7.0, 1.0, 3.0, 8.0, 10.0, 7.0, 9.0],
    ...     "arm": (["programme"] * 2 + ["comparison"] * 2) * 2,
    ... })
    >>> table = fit_difference_of_effects(answers, Model("difference", "income", error_type="iid"), "women")
    >>> table["interaction"][0], round(float(table["estimate"][0]), 7)
    ('programme x women', 3.0)
    """
    require_columns(frame, [part])
    _check(frame, model)
    regression = BUILDERS[model.estimator](frame, model)
    table = complete_rows(regression, model, part)
    if set(table["part"]) != {0.0, 1.0}:
        raise ValueError("Effects are compared where some people are in the part and others are not")
    table = without_singletons(_apart(table))
    names = list(regression.terms)
    sides = [table[table["part"] == side] for side in (1.0, 0.0)]
    here, others = (side["respondent"].nunique() for side in sides)
    counts = [clusters_of_sides(side, names) for side in sides]
    fewest = counts[0].where(counts[0] <= counts[1], counts[1])
    results = _tested(table, names, model).assign(
        interaction=[f"{name} x {part}" for name in names],
        respondents=here,
        others=others,
        observations=len(table),
        smallest_cell=min(_smallest_cell(side) for side in sides),
        clusters=_clusters(table),
    )
    return withhold_p_value_for_few_clusters(results.join(fewest))


def _apart(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with everything of the model once for all, and once more for the part.

    The terms as they are become controls, and what is left under their names is how the part differs.
    """
    inside = table["part"]
    out = table.copy()
    for name in [str(name) for name in table if str(name).startswith(("control", "covariate", "term"))]:
        if name.startswith("term"):
            out[f"control_{name}"] = table[name]
            out[name] = table[name] * inside
        else:
            out[f"{name}_of_part"] = table[name] * inside
    effects = [str(name) for name in table if str(name).startswith("effect")]
    for name in effects:
        out[name] = 2 * table[name] + inside
    if not effects:
        out["control_part"] = inside
    return out


def _tested(table: pd.DataFrame, names: list[str], model: Model) -> pd.DataFrame:
    """Return the terms with estimate, error, interval, degrees of freedom and p-value."""
    fitted = least_squares(table, names, model)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Without an error there is no test, however far from zero the estimate lies.
        statistic = fitted.estimate / np.where(fitted.error > 0, fitted.error, np.nan)
    low, high = student_interval(fitted.estimate, fitted.error, fitted.freedom)
    return pd.DataFrame(
        {
            "term": names,
            "estimate": fitted.estimate,
            "standard_error": fitted.error,
            "ci_low": low,
            "ci_high": high,
            "degrees_of_freedom": fitted.freedom,
            "p_value": two_sided(statistic, fitted.freedom),
            "residual_degrees": fitted.residual,
        }
    )


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
    lonely_psu: LonelyPsu = "center",
    degrees_of_freedom: DegreesOfFreedom = "strata",
) -> pd.DataFrame:
    """Estimate the mean change between now and a time that respondents recall, by domain.

    Returns one row for each combination of the domain columns, sorted: the domain columns, then
    change (now minus before, in the unit of the answers), standard_error, ci_low, ci_high,
    degrees_of_freedom, design_effect, respondents (who answered both) and no_interval. The mean of the
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
        lonely_psu=lonely_psu,
        degrees_of_freedom=degrees_of_freedom,
    )
    return means.rename(columns={"estimate": "change"})


def _check(frame: pd.DataFrame, model: Model) -> None:
    if model.estimator not in ESTIMATORS:
        raise ValueError(f"'{model.estimator}' is no estimator; known are {', '.join(ESTIMATORS)}")
    if model.error_type not in ERROR_TYPES:
        raise ValueError(f"'{model.error_type}' is no type of errors: {', '.join(ERROR_TYPES)}")
    named = (
        model.outcome,
        *model.fixed_effects,
        *model.covariates,
        model.weight,
        model.cluster,
        model.places,
    )
    require_columns(frame, ["respondent", "wave", *named])
    if frame["respondent"].isna().any():
        raise ValueError("The column 'respondent' has rows without an entry")
    if len(set(model.terms)) < len(model.terms):
        raise ValueError("A term is named twice")
    if model.weight is not None and not (present(numbers(frame, model.weight)) > 0).all():
        raise ValueError(f"The weights in the column '{model.weight}' must be above 0")


def _clusters(table: pd.DataFrame) -> Any:
    """Return how many clusters the errors know, <NA> where they know of none."""
    return int(table["cluster"].nunique()) if "cluster" in table else pd.NA


def _people_of_arms(table: pd.DataFrame, model: Model, names: Sequence[str]) -> dict[str, Any]:
    """Return how many people of each arm and wave a plain difference of the arms is of, <NA> for any other.

    Plain is a model whose one coefficient is the programme arm's mean, or its mean change, less that of the
    comparison arm: without covariates, and without controls but the arm, the wave and the respondent. Other
    models are no sums of answers. table: the rows of `complete_rows`. Keys: programme_from, programme_to,
    comparison_from, comparison_to; `*_from` is <NA> where the figure is of one wave.

    Source: Angrist and Pischke (2009), Mostly Harmless Econometrics, section 5.2; for the rules of
    publication.
    """
    found: dict[str, Any] = dict.fromkeys(OF_ARMS, pd.NA)
    by_rows = model.estimator in ("difference_in_differences", "fixed_effects")
    controls = set(model.fixed_effects)
    if model.estimator == "fixed_effects" and (
        "wave" not in controls or not controls & {"respondent", "arm"}
    ):
        return found
    if by_rows:
        controls -= {"respondent", "arm", "wave"}
    if len(names) > 1 or model.estimator == "ancova" or model.covariates or controls or model.waves:
        return found
    treated, arm = table["term0"], table["programme"]
    later = table["wave"] == table.loc[treated == 1, "wave"].max()
    if not (treated == arm * later).all() or table["wave"].nunique() != 1 + by_rows:
        return found
    people = table.groupby([arm, later])["respondent"].nunique()
    earlier = None if model.estimator == "difference" else not by_rows
    for name, inside in (("programme", 1.0), ("comparison", 0.0)):
        found[f"{name}_to"] = int(people.get((inside, True), 0))
        if earlier is not None:  # a change is one row, and of the same people in both waves
            found[f"{name}_from"] = int(people.get((inside, earlier), 0))
    return found


def _smallest_cell(table: pd.DataFrame) -> int:
    """Return the fewest respondents of an arm in a wave: a comparison tells as much of them as their mean."""
    cells = table.groupby(["wave", "programme"], dropna=False)["respondent"].nunique()
    return int(cells.min())
