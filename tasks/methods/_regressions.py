"""What enters a regression of the impact: one builder an estimator, and the rows that it can use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from tasks.methods._columns import codes, numbers, require_columns

ESTIMATORS = (
    "difference",
    "difference_in_differences",
    "first_differences",
    "fixed_effects",
    "ancova",
)
ERROR_TYPES = ("cluster", "cr2", "robust", "iid")
CLUSTERED = ("cluster", "cr2")
PROGRAMME = "programme"
AFTER = "programme x after"


@dataclass(frozen=True)
class Model:
    """What is estimated: the estimator, the columns it uses and how its errors are computed.

    terms are the coefficients that are reported; none means the arm, where the estimator has a
    default. cluster=None with clustered errors: each respondent is a cluster. waves: for first
    differences of more than two waves, those waves in their order. places: the column of the clusters
    in which arms may have been given, where the errors do not follow them.
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
    waves: tuple[object, ...] = ()
    places: str | None = None


@dataclass
class Regression:
    """A regression before it is run: one entry a row, missing entries still there."""

    rows: pd.DataFrame
    outcome: np.ndarray
    terms: dict[str, np.ndarray]
    controls: list[np.ndarray] = field(default_factory=list)
    covariates: list[pd.Series] = field(default_factory=list)
    fixed_effects: list[pd.Series] = field(default_factory=list)


def present(values: np.ndarray) -> np.ndarray:
    """Return the values that are there."""
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
    """Return the earlier and the later row of those who have both, in the same order.

    With `waves`, those of each wave and the next, one pair of waves under the other.
    """
    pairs = [
        _two_waves(frame, replace(model, from_wave=earlier, to_wave=later), single=True)
        for earlier, later in pairwise(model.waves or (model.from_wave, model.to_wave))
    ]
    shared = [earlier.index.intersection(later.index) for earlier, later in pairs]
    if not any(len(both) for both in shared):
        raise ValueError("No respondent is in both waves")
    starts, ends = (
        pd.concat([pair[side].loc[both] for pair, both in zip(pairs, shared, strict=True)]) for side in (0, 1)
    )
    return starts, ends


def _difference(frame: pd.DataFrame, model: Model) -> Regression:
    rows = frame if model.to_wave is None else _wave(frame, model.to_wave)
    return Regression(
        rows,
        numbers(rows, model.outcome),
        _terms_or_arm(rows, model),
        covariates=[rows[name] for name in model.covariates],
        fixed_effects=[rows[name] for name in model.fixed_effects],
    )


def _difference_in_differences(frame: pd.DataFrame, model: Model) -> Regression:
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
    return Regression(
        rows,
        numbers(rows, model.outcome),
        {AFTER: programme * after},
        controls,
        [rows[name] for name in model.covariates],
        [rows[name] for name in model.fixed_effects],
    )


def _first_differences(frame: pd.DataFrame, model: Model) -> Regression:
    earlier, later = _respondents_in_both(frame, model)
    if model.waves and not [name for name in model.terms if not _is_arm(later, name)]:
        raise ValueError("Changes between successive waves need a term that changes; the arm does not")
    terms = {} if model.terms else {PROGRAMME: _programme(later)}
    for name in model.terms:
        at_end = _term(later, name)
        # The arm, unlike a column, enters as it is: nobody is in the programme at the start.
        terms[name] = at_end if _is_arm(later, name) else at_end - _term(earlier, name)
    return Regression(
        later,
        numbers(later, model.outcome) - numbers(earlier, model.outcome),
        terms,
        covariates=[earlier[name] for name in model.covariates],
        fixed_effects=[later[name] for name in model.fixed_effects],
    )


def _fixed_effects(frame: pd.DataFrame, model: Model) -> Regression:
    if not model.terms:
        raise ValueError("The estimator fixed_effects needs at least one term")
    terms = {}
    for name in model.terms:
        if name == AFTER and name not in frame:
            terms[name] = _programme(frame) * _after(frame, model)
        else:
            terms[name] = _term(frame, name)
    return Regression(
        frame,
        numbers(frame, model.outcome),
        terms,
        covariates=[frame[name] for name in model.covariates],
        fixed_effects=[frame[name] for name in model.fixed_effects],
    )


def _ancova(frame: pd.DataFrame, model: Model) -> Regression:
    earlier, later = _respondents_in_both(frame, model)
    return Regression(
        later,
        numbers(later, model.outcome),
        _terms_or_arm(later, model),
        [numbers(earlier, model.outcome)],
        [earlier[name] for name in model.covariates],
        [later[name] for name in model.fixed_effects],
    )


BUILDERS: dict[str, Callable[[pd.DataFrame, Model], Regression]] = {
    "difference": _difference,
    "difference_in_differences": _difference_in_differences,
    "first_differences": _first_differences,
    "fixed_effects": _fixed_effects,
    "ancova": _ancova,
}


def term_columns(names: Sequence[str]) -> list[str]:
    """Return the names that the terms bear in the formula: no word of the user's gets there."""
    return [f"term{place}" for place in range(len(names))]


def complete_rows(regression: Regression, model: Model, part: str | None = None) -> pd.DataFrame:
    """Return the rows that the model can use, sorted, under names of our own.

    outcome, control*, term*, effect* (codes), weight, cluster and respondent (codes), programme, place
    (codes). part: a column of 1 and 0 that is kept under that name.
    """
    rows = regression.rows
    columns: dict[str, np.ndarray] = {"outcome": regression.outcome}
    for place, values in enumerate(regression.controls):
        columns[f"control{place}"] = values
    columns |= zip(term_columns(list(regression.terms)), regression.terms.values(), strict=True)
    for place, effect in enumerate(regression.fixed_effects):
        columns[f"effect{place}"] = _with_gaps(codes(effect))
    cluster = model.cluster or "respondent"
    if model.error_type in CLUSTERED or model.cluster is not None:
        columns["cluster"] = _with_gaps(codes(rows[cluster]))
    columns["weight"] = numbers(rows, model.weight) if model.weight else np.ones(len(rows))
    columns["respondent"] = codes(rows["respondent"]).astype(float)
    if part:
        columns["part"] = numbers(rows, part)
    table = pd.DataFrame(columns)
    words = [_prepare_covariate(series) for series in regression.covariates]
    kept = table.notna().all(axis=1) & np.logical_and.reduce(
        [series.notna().to_numpy() for series in words], initial=True
    )
    table["programme"] = _programme(rows) if "arm" in rows else np.nan
    table["wave"] = codes(rows["wave"])
    if model.places:
        table["place"] = _with_gaps(codes(rows[model.places]))
    table = table[kept].reset_index(drop=True)
    for place, series in enumerate(words):
        for level, indicator in enumerate(_indicators(series[kept.to_numpy()])):
            table[f"covariate{place}_{level}"] = indicator
    if not len(table):
        raise ValueError("No row has everything that the model uses")
    table = without_singletons(table)
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


def without_singletons(table: pd.DataFrame) -> pd.DataFrame:
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
