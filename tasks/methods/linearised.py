"""Estimates that are no means, by domain and wave, with errors by their linearised values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tasks.methods._columns import (
    check_level,
    codes,
    complete_codes,
    joint_codes,
    numbers,
    require_columns,
    share_interval,
    student_interval,
)
from tasks.methods._survey import ALIKE, NOT_BY_CHANCE, LonelyPsu, told_reasons
from tasks.methods.estimation import DegreesOfFreedom, errors_of_figures

ShareIntervals = Literal["logit", "linear"]


@dataclass(frozen=True)
class Rows:
    """The rows of one wave, as a measure sees them.

    values: column -> its numbers. weight: above 0 for each row of `whole`. whole: rows of the wave that
    count. inside: those of them that belong to the domain.
    """

    values: Mapping[str, np.ndarray]
    weight: np.ndarray
    whole: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True)
class Figure:
    """An estimate and what its error is made of.

    pull: the weighted linearised value of each row, 0 where it does not move the estimate. respondents: those
    with a value. smallest_cell: the fewest respondents on whom the estimate rests. base: the rows whose
    differences are its error, of a ratio those that count below the line; None: all of the domain. is_share:
    whether it lies between 0 and 1 by what it is.
    """

    estimate: float
    pull: np.ndarray
    respondents: int
    smallest_cell: int
    base: np.ndarray | None = None
    is_share: bool = False


Measure = Callable[[Rows], dict[tuple[str, str], Figure]]
"""From the rows: (measure, dimension) -> its figure."""


def ratio(rows: Rows, above: np.ndarray, below: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the weighted ratio sum(w above) / sum(w below) over the domain, and its linearised values.

    The pull of a row is w (above - ratio * below) / sum(w below), 0 outside. NaN where sum(w below) is 0.
    Rows that are NaN in either count as 0 in both: they are outside.

    Raises ValueError where the arrays have not a number for each row.

    Source: Wolter (2007), Introduction to Variance Estimation, section 6.2.

    >>> rows = Rows({}, np.ones(4), np.ones(4, dtype=bool), np.array([True, True, True, False]))
    >>> share, pull = ratio(rows, np.array([1.0, 0.0, 0.0, 1.0]), np.ones(4))
    >>> round(share, 7), pull.round(7).tolist()
    (0.3333333, [0.2222222, -0.1111111, -0.1111111, 0.0])
    """
    if len(above) != len(rows.weight) or len(below) != len(rows.weight):
        raise ValueError("A ratio needs a number for each row")
    known = rows.inside & ~np.isnan(above) & ~np.isnan(below)
    weight = np.where(known, rows.weight, 0.0)
    above, below = np.where(known, above, 0.0), np.where(known, below, 0.0)
    total = (weight * below).sum()
    if total == 0:
        return np.nan, np.full(len(weight), np.nan)
    found = float((weight * above).sum() / total)
    return found, weight * (above - found * below) / total


def domain_figures(
    frame: pd.DataFrame,
    measure: Measure,
    columns: Sequence[str],
    counted: np.ndarray,
    *,
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    with_errors: bool = True,
    degrees_of_freedom: DegreesOfFreedom = "strata",
    lonely_psu: LonelyPsu = "center",
    share_intervals: ShareIntervals = "linear",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate what `measure` computes in each domain of one wave, with design-based errors.

    columns: those that the measure reads; counted: which rows of the frame count at all.

    Returns one row a domain, measure and dimension, domains sorted: the domain columns, then measure,
    dimension, estimate, standard_error, ci_low, ci_high (unit of the measure), degrees_of_freedom,
    design_effect, respondents, smallest_cell and no_interval (why there is none).

    Method. The variance of the estimate is that of the total of its linearised values over the whole frame:
    `errors_of_figures`; a figure whose base lies within one psu has no error. share_intervals: those of
    shares are made on the scale of log odds, never leave 0 to 1, and a share of 0 or 1 has none; or they are
    Student's as all others. The design effect is the variance over that of a simple random sample with
    replacement of as many respondents: sum(pull^2 / w) * sum(w) / (n - 1), weights and n of the domain; for a
    mean it is that of `domain_means`. Rows are sorted before anything is summed.

    Raises ValueError where a column is absent, not numeric or has gaps (stratum, psu), or a weight of a row
    that counts is missing or not above 0.

    Source: Deville (1999), Survey Methodology 25, 193-203; Kish (1965), Survey Sampling, p. 258.

    >>> def mean(rows):
    ...     found, pull = ratio(rows, rows.values["wage"], np.ones(len(rows.weight)))
    ...     return {("mean", "all"): Figure(found, pull, int(rows.inside.sum()), int(rows.inside.sum()))}
    >>> people = pd.DataFrame({"wage": [1.0, 2.0, 3.0, 4.0]})
    >>> table = domain_figures(people, mean, ["wage"], np.ones(4, dtype=bool))
    >>> table[["estimate", "standard_error", "design_effect"]].iloc[0].round(7).tolist()
    [2.5, 0.6454972, 1.0]
    """
    check_level(level)
    require_columns(frame, [*columns, weight, stratum, psu, *domains])
    frame, counted = _sorted(frame, counted, columns, weight, (stratum, psu), domains)
    w = _weights(frame, weight, counted)
    values = {name: numbers(frame, name) for name in columns}
    records, shares = [], []
    for label, here in _domains(frame, domains, counted):
        found = measure(Rows(values, w, counted, here))
        pulls = np.column_stack([one.pull for one in found.values()])
        errors = freedom = np.full(len(found), np.nan)
        why = np.full(len(found), NOT_BY_CHANCE)
        if with_errors:
            errors, freedom, why = errors_of_figures(
                frame,
                pulls,
                np.column_stack([_base(one, here) for one in found.values()]),
                stratum=stratum,
                psu=psu,
                lonely_psu=lonely_psu,
                degrees_of_freedom=degrees_of_freedom,
            )
        simple = _simple_errors(pulls, w, here)
        for place, ((name, dimension), one) in enumerate(found.items()):
            records.append(
                {
                    **label,
                    "measure": name,
                    "dimension": dimension,
                    "estimate": one.estimate,
                    "standard_error": errors[place],
                    "degrees_of_freedom": freedom[place],
                    "design_effect": _over(errors[place] ** 2, simple[place] ** 2),
                    "respondents": one.respondents,
                    "smallest_cell": one.smallest_cell,
                    "no_interval": why[place],
                }
            )
            shares.append(one.is_share and share_intervals == "logit")
    names = [*domains, "measure", "dimension", "estimate", "standard_error", "degrees_of_freedom"]
    names += ["design_effect", "respondents", "smallest_cell", "no_interval"]
    table = pd.DataFrame(records, columns=names)
    return _with_interval(table, "estimate", level, np.array(shares, dtype=bool))


def figure_changes(
    frame: pd.DataFrame,
    measure: Measure,
    columns: Sequence[str],
    counted: np.ndarray,
    *,
    wave: str,
    from_wave: object,
    to_wave: object,
    unit: str,
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    with_errors: bool = True,
    degrees_of_freedom: DegreesOfFreedom = "strata",
    lonely_psu: LonelyPsu = "center",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate how what `measure` computes changes from one wave to another, in each domain.

    Returns one row a domain, measure and dimension that both waves have: the domain columns, then measure,
    dimension, estimate_from, change (later less earlier), standard_error, ci_low, ci_high,
    degrees_of_freedom, respondents_from, respondents_to, respondents_both (units in both and in the same
    domain), smallest_cell (of either wave) and no_interval (why there is none).

    Method. The linearised values of the later wave less those of the earlier one are summed within each psu
    (without psu: each unit) over both waves, so that the covariance of shared units and psus is in the
    error. For the rest see `domain_figures` and `wave_changes`.

    Raises ValueError where a column is absent, not numeric or has gaps (unit, stratum, psu), the waves are
    the same, a unit stands twice in a wave, or a weight of a row that counts is missing or not above 0.

    Source: Deville (1999), Survey Methodology 25, 193-203; Kish (1965), Survey Sampling, section 12.4.

    >>> def mean(rows):
    ...     found, pull = ratio(rows, rows.values["wage"], np.ones(len(rows.weight)))
    ...     return {("mean", "all"): Figure(found, pull, int(rows.inside.sum()), int(rows.inside.sum()))}
    >>> people = pd.DataFrame({
    ...     "person": ["a", "b", "c"] * 2, "year": [1, 1, 1, 2, 2, 2],
    ...     "wage": [5.0, 9.0, 7.0, 6.0, 11.0, 10.0],
    ... })
    >>> table = figure_changes(people, mean, ["wage"], np.ones(6, dtype=bool), wave="year",
    ...     from_wave=1, to_wave=2, unit="person")
    >>> table[["change", "standard_error", "degrees_of_freedom"]].iloc[0].round(7).tolist()
    [2.0, 0.5773503, 2.0]
    """
    check_level(level)
    require_columns(frame, [*columns, wave, unit, weight, stratum, psu, *domains])
    if from_wave == to_wave:
        raise ValueError("A change needs two different waves")
    if frame.duplicated([unit, wave]).any():
        raise ValueError(f"A unit of the column '{unit}' stands more than once in a wave")
    kept = frame[wave].isin([from_wave, to_wave]).to_numpy(dtype=bool)
    by = (wave, *domains)
    frame, counted = _sorted(frame[kept], counted[kept], columns, weight, (stratum, psu or unit), by)
    units = complete_codes(frame, unit)
    w = _weights(frame, weight, counted)
    values = {name: numbers(frame, name) for name in columns}
    later = np.asarray(frame[wave] == to_wave, dtype=bool)
    records = []
    for label, here in _domains(frame, domains, counted):
        ends = [
            measure(Rows(values, w, counted & of_wave, here & of_wave))
            for of_wave in (~later, later)
            if (here & of_wave).any()
        ]
        if len(ends) < 2:
            continue
        before, after = ends
        shared = [key for key in before if key in after]
        pulls = np.column_stack([after[key].pull - before[key].pull for key in shared])
        errors = freedom = np.full(len(shared), np.nan)
        why = np.full(len(shared), NOT_BY_CHANCE)
        if with_errors:
            errors, freedom, why = errors_of_figures(
                frame,
                pulls,
                np.column_stack(
                    [_base(before[key], here & ~later) | _base(after[key], here & later) for key in shared]
                ),
                (~later, later),
                stratum=stratum,
                psu=psu or unit,
                lonely_psu=lonely_psu,
                degrees_of_freedom=degrees_of_freedom,
            )
        both = int((np.bincount(units[here]) == 2).sum())
        for place, key in enumerate(shared):
            records.append(
                {
                    **label,
                    "measure": key[0],
                    "dimension": key[1],
                    "estimate_from": before[key].estimate,
                    "change": after[key].estimate - before[key].estimate,
                    "standard_error": errors[place],
                    "degrees_of_freedom": freedom[place],
                    "respondents_from": before[key].respondents,
                    "respondents_to": after[key].respondents,
                    "respondents_both": both,
                    "smallest_cell": min(before[key].smallest_cell, after[key].smallest_cell),
                    "no_interval": why[place],
                }
            )
    names = [*domains, "measure", "dimension", "estimate_from", "change", "standard_error"]
    names += ["degrees_of_freedom", "respondents_from", "respondents_to", "respondents_both", "smallest_cell"]
    table = pd.DataFrame(records, columns=[*names, "no_interval"])
    return _with_interval(table, "change", level, np.zeros(len(table), dtype=bool))


def _base(figure: Figure, inside: np.ndarray) -> np.ndarray:
    return inside if figure.base is None else figure.base & inside


def _sorted(
    frame: pd.DataFrame,
    counted: np.ndarray,
    columns: Sequence[str],
    weight: str | None,
    design: Sequence[str | None],
    parts: Sequence[str],
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows in an order of their own, strata and psus as whole numbers, and which of them count.

    design: stratum and psu. parts: columns that part the rows, whose sums are of some rows only.
    """
    coded = {name: complete_codes(frame, name) for name in design if name}
    frame = frame.assign(**coded).reset_index(drop=True)
    read = [*columns, *([weight] if weight else [])]
    keys = [
        *coded.values(),
        *(codes(frame[name]) for name in parts),
        *(numbers(frame, name) for name in read),
    ]
    order = np.lexsort((*reversed(keys), ~counted))
    return frame.iloc[order].reset_index(drop=True), counted[order]


def _weights(frame: pd.DataFrame, weight: str | None, counted: np.ndarray) -> np.ndarray:
    if weight is None:
        return np.ones(len(frame))
    weights = numbers(frame, weight)
    if not (weights[counted] > 0).all():
        raise ValueError(f"The column '{weight}' needs a weight above 0 for each row that counts")
    return np.where(counted, weights, 0.0)


def _domains(
    frame: pd.DataFrame, domains: Sequence[str], counted: np.ndarray
) -> Iterator[tuple[dict[str, object], np.ndarray]]:
    """Yield each domain with a row that counts, sorted: its labels, and which rows belong to it."""
    if not domains:
        if counted.any():
            yield {}, counted
        return
    code = np.where(counted, joint_codes([codes(frame[name]) for name in domains]), -1)
    for one in np.unique(code[code >= 0]):
        here = code == one
        first = frame.iloc[int(np.argmax(here))]
        yield {name: first[name] for name in domains}, here


def _simple_errors(pulls: np.ndarray, weight: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the errors of a simple random sample with replacement of as many respondents."""
    people = inside.sum()
    if people < 2:
        return np.full(pulls.shape[1], np.nan)
    each = 1 / np.where(weight > 0, weight, np.inf)
    return np.sqrt((pulls**2 * each[:, None]).sum(axis=0) * weight[inside].sum() / (people - 1))


def _over(above: float, below: float) -> float:
    return above / below if below > 0 else np.nan


def _with_interval(table: pd.DataFrame, middle: str, level: float, shares: np.ndarray) -> pd.DataFrame:
    """Return the table with intervals behind the standard error: of shares within 0 to 1, else Student's."""
    table = table.astype(dict.fromkeys((middle, "standard_error", "degrees_of_freedom"), "float64"))
    found, error, freedom = (
        table[one].to_numpy() for one in (middle, "standard_error", "degrees_of_freedom")
    )
    bounded, student = (make(found, error, freedom, level) for make in (share_interval, student_interval))
    ends = np.where(shares, bounded, student)
    unknown = (table["no_interval"] == "").to_numpy() & np.isnan(ends[0]) & ~np.isnan(error)
    why = told_reasons(np.where(unknown, ALIKE, table["no_interval"].to_numpy()))
    columns = [str(name) for name in table]
    place = columns.index("standard_error") + 1
    table = table.assign(ci_low=ends[0], ci_high=ends[1], no_interval=why)
    return table[[*columns[:place], "ci_low", "ci_high", *columns[place:]]]
