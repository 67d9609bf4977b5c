"""Poverty in money: how many fall below a line and how far, and how unequal the values are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns
from tasks.methods.estimation import DegreesOfFreedom, LonelyPsu
from tasks.methods.linearised import Figure, Rows, ShareIntervals, domain_figures, figure_changes, ratio

NEARLY_A_FIFTH = 1e-4
"""By what share of the people the ends of the quintile ratio may differ from a fifth, as published."""
GiniEstimator = Literal["trapezoid", "rank"]


@dataclass(frozen=True)
class RelativeLine:
    """A line that is a share of the median or mean of all rows of the wave, and so has an error itself."""

    share: float
    of: Literal["median", "mean"] = "median"


Line = RelativeLine | str
"""A relative line, or the column that holds each row's line, in the unit of the value."""


def weighted_quantile(value: np.ndarray, weight: np.ndarray, share: float) -> float:
    """Return the smallest value at or below which lies at least this share of the weights.

    value in any unit, without gaps; weight above 0; share from 0 to 1. The result is one of the values.

    Raises ValueError where there is no value, the arrays differ in length, or the share is not from 0 to 1.

    Source: Hyndman and Fan (1996), American Statistician 50, 361-365, definition 1, with weights.

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    2.0
    """
    if not len(value) or len(value) != len(weight) or not 0 <= share <= 1:
        raise ValueError("A quantile needs values, a weight for each, and a share from 0 to 1")
    order = np.argsort(value, kind="stable")
    reached = np.cumsum(weight[order])
    # Sums of weights differ in their last digits: a share that is met must not be missed for them.
    place = np.searchsorted(reached, share * reached[-1] * (1 - 1e-12))
    return float(value[order][min(int(place), len(value) - 1)])


def gini(value: np.ndarray, weight: np.ndarray, estimator: GiniEstimator = "trapezoid") -> float:
    """Return the Gini index: 0 where all have the same, towards 1 where one has all.

    value in any unit; weight: people for whom a row stands. NaN where the values do not sum to more than 0.
    With values below 0 it can be above 1; `poverty_measures` counts them as 0.
    With r the sum of the weights up to and with a row, in the order of the values:
    trapezoid, sum(w y (2 r - w)) / (sum(w) sum(w y)) - 1, is twice the area between the Lorenz curve, drawn
    as straight lines, and the diagonal; rank, sum(w y (2 r - 1)) / (sum(w) sum(w y)) - 1, is the formula by
    ranks with weights for people. Without weights they are the same; else they differ in the fifth digit.

    Raises ValueError where the arrays differ in length or the estimator has another name.

    Sources: trapezoid, Alfons and Templ (2013), Journal of Statistical Software 54(15), formula of the
    function `gini`; rank, Pessoa, Damico and Jacob, package convey, function `svygini`, after Deville (1999).

    >>> gini(np.array([1.0, 3.0]), np.ones(2))
    0.25
    """
    if len(value) != len(weight):
        raise ValueError("Each value needs a weight")
    if estimator not in ("trapezoid", "rank"):
        raise ValueError("The estimator is 'trapezoid' or 'rank'")
    order = np.lexsort((weight, value))
    y, w = value[order], weight[order]
    total, people = (w * y).sum(), w.sum()
    if not total > 0:
        return float("nan")
    less = w if estimator == "trapezoid" else 1.0
    return float((w * y * (2 * np.cumsum(w) - less)).sum() / (people * total) - 1)


def poverty_measures(
    frame: pd.DataFrame,
    value: str,
    line: Line,
    *,
    gini_estimator: GiniEstimator = "trapezoid",
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
    """Estimate poverty and inequality of a value in money, in each domain of one wave.

    Returns the table of `domain_figures` with the dimension `all` and the measures
    headcount (share of people below the line), poverty_gap (mean shortfall as a share of the line, 0 for who
    is not below), squared_poverty_gap (mean of the squared shortfall; these three are the class of Foster,
    Greer and Thorbecke of order 0, 1 and 2), median_gap (shortfall of the median poor person, as a share of
    the line), quintile_ratio (what the richest fifth has over what the poorest fifth has), gini, and line
    (unit of the value), where it is relative.

    Method. Poor is who has less than the line; a value below 0 counts as 0 in the gaps, the quintile ratio
    and the Gini index, but not in a relative line. The ends of the quintile ratio are those of Alfons and
    Templ (2013): who has at most the first quintile, who has more than the fourth; where they differ from
    fifths by more than 0.01 % of the people, those with just the quintile are split so that they are fifths.
    It is at least 1, and none where the poorest fifth has nothing. Quantiles are those of
    `weighted_quantile`, the fifths and the median gap are those of the domain, a relative line that of
    all rows that count. A relative line moves with the sample, and its linearised values enter those of
    the measures, with Gaussian kernel densities of the bandwidth s * (sum of weights)^(-1/5): the weights
    should sum to the people for whom they stand. For smallest_cell gaps rest on the poor, the quintile ratio
    on the smaller of its two ends, all else on the respondents. A row without a value or line does not count.

    Raises ValueError where a column is absent or not numeric, a line is not above 0, or as `domain_figures`.

    Sources: Foster, Greer and Thorbecke (1984), Econometrica 52, 761-766; Deville (1999), Survey Methodology
    25, 193-203; Berger and Skinner (2003), Applied Statistics 52, 457-468; Osier (2009), Survey Research
    Methods 3, 167-195 (quantiles, quintile ratio, median gap); Langel and Tille (2013), Journal of the Royal
    Statistical Society A 176, 521-540 (Gini).

    Example, by hand: of 2, 4, 6, 8 with the line 5, two are poor, by 3/5 and 1/5.

    >>> people = pd.DataFrame({"income": [2.0, 4.0, 6.0, 8.0], "line": 5.0})
    >>> table = poverty_measures(people, "income", "line").set_index("measure")["estimate"]
    >>> table[["headcount", "poverty_gap", "squared_poverty_gap"]].round(7).tolist()
    [0.5, 0.2, 0.1]
    """
    columns, counted = _counted(frame, value, line)
    return domain_figures(
        frame,
        partial(_figures, value=value, line=line, gini_estimator=gini_estimator),
        columns,
        counted,
        weight=weight,
        stratum=stratum,
        psu=psu,
        domains=domains,
        with_errors=with_errors,
        degrees_of_freedom=degrees_of_freedom,
        lonely_psu=lonely_psu,
        share_intervals=share_intervals,
        level=level,
    )


def poverty_changes(
    frame: pd.DataFrame,
    value: str,
    line: Line,
    *,
    wave: str,
    from_wave: object,
    to_wave: object,
    unit: str,
    gini_estimator: GiniEstimator = "trapezoid",
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    with_errors: bool = True,
    degrees_of_freedom: DegreesOfFreedom = "strata",
    lonely_psu: LonelyPsu = "center",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate how poverty and inequality change from one wave to another, in each domain.

    Returns the table of `figure_changes` with the measures of `poverty_measures`. A relative line is
    estimated anew in each wave.

    Raises ValueError as `poverty_measures` and `figure_changes` do.

    Sources: those of `poverty_measures`; Berger and Priam (2016), Journal of the Royal Statistical Society A
    179, 361-381 (change of poverty rates between waves that share people).

    >>> people = pd.DataFrame({"who": ["a", "b", "c", "d"] * 2, "year": [1] * 4 + [2] * 4,
    ...     "income": [2.0, 4.0, 6.0, 8.0, 6.0, 4.0, 6.0, 8.0], "line": 5.0})
    >>> table = poverty_changes(people, "income", "line", wave="year", from_wave=1, to_wave=2, unit="who")
    >>> table.set_index("measure").loc["headcount", ["change", "standard_error"]].tolist()
    [-0.25, 0.25]
    """
    columns, counted = _counted(frame, value, line)
    return figure_changes(
        frame,
        partial(_figures, value=value, line=line, gini_estimator=gini_estimator),
        columns,
        counted,
        wave=wave,
        from_wave=from_wave,
        to_wave=to_wave,
        unit=unit,
        weight=weight,
        stratum=stratum,
        psu=psu,
        domains=domains,
        with_errors=with_errors,
        degrees_of_freedom=degrees_of_freedom,
        lonely_psu=lonely_psu,
        level=level,
    )


def _counted(frame: pd.DataFrame, value: str, line: Line) -> tuple[list[str], np.ndarray]:
    """Return the columns that are read, and which rows have a value and a line."""
    columns = [value] if isinstance(line, RelativeLine) else [value, line]
    require_columns(frame, columns)
    counted = ~np.isnan(numbers(frame, value))
    if not isinstance(line, RelativeLine):
        lines = numbers(frame, line)
        if (lines <= 0).any():
            raise ValueError("A poverty line must be above 0")
        counted &= ~np.isnan(lines)
    elif line.share <= 0:
        raise ValueError("The share of a relative line must be above 0")
    return columns, counted


def _figures(
    rows: Rows, *, value: str, line: Line, gini_estimator: GiniEstimator
) -> dict[tuple[str, str], Figure]:
    y = np.where(rows.whole, rows.values[value], np.nan)
    if isinstance(line, RelativeLine):
        level, line_pull = _relative_line(rows, y, line)
        z = np.full(len(y), level)
    else:
        z, line_pull = rows.values[line], np.zeros(len(y))
    people, poor = int(rows.inside.sum()), int((rows.inside & (y < z)).sum())
    made: dict[tuple[str, str], Figure] = {}
    for order, name in enumerate(("headcount", "poverty_gap", "squared_poverty_gap")):
        estimate, pull = _below_the_line(rows, y, z, line_pull, order)
        rests_on = people if name == "headcount" else poor
        made[name, "all"] = Figure(estimate, pull, people, rests_on, is_share=True)
    made["median_gap", "all"] = Figure(
        *_median_gap(rows, y, z, line_pull), people, poor, rows.inside & (y < z), is_share=True
    )
    least_0 = np.maximum(y, 0.0)
    made["quintile_ratio", "all"] = _quintile_ratio(rows, least_0)
    made["gini", "all"] = Figure(*_gini(rows, least_0, gini_estimator), people, people)
    if isinstance(line, RelativeLine):
        everyone = int(rows.whole.sum())
        made["line", "all"] = Figure(float(z[0]), line_pull, everyone, everyone, rows.whole)
    return made


def _relative_line(rows: Rows, y: np.ndarray, line: RelativeLine) -> tuple[float, np.ndarray]:
    """Return the line, from all rows of the wave, and its linearised values."""
    everyone = Rows(rows.values, rows.weight, rows.whole, rows.whole)
    if line.of == "mean":
        found, pull = ratio(everyone, y, np.ones(len(y)))
        if not found > 0:
            raise ValueError("The mean is not above 0, so that no share of it is a poverty line")
        return line.share * found, line.share * pull
    middle = weighted_quantile(y[rows.whole], rows.weight[rows.whole], 0.5)
    if not middle > 0:
        raise ValueError("The median is not above 0, so that no share of it is a poverty line")
    weight = np.where(rows.whole, rows.weight, 0.0)
    pull = weight * ((y <= middle) - 0.5) / weight.sum()
    return line.share * middle, -line.share * pull / _density(everyone, y, middle)


def _below_the_line(
    rows: Rows, y: np.ndarray, z: np.ndarray, line_pull: np.ndarray, order: int
) -> tuple[float, np.ndarray]:
    poor = (y < z).astype(float)
    short = np.clip(1 - np.maximum(y, 0.0) / z, 0.0, None)
    found, pull = ratio(rows, np.where(np.isnan(y), np.nan, poor * short**order), np.ones(len(y)))
    if not line_pull.any():
        return found, pull
    if order == 0:
        return found, pull + _density(rows, y, float(z[0])) * line_pull
    slope, _ = ratio(rows, poor * order * short ** (order - 1) * np.maximum(y, 0.0) / z**2, np.ones(len(y)))
    return found, pull + slope * line_pull


def _median_gap(rows: Rows, y: np.ndarray, z: np.ndarray, line_pull: np.ndarray) -> tuple[float, np.ndarray]:
    """Return 1 - m for the median m of value over line among the poor, and its linearised values."""
    x = np.maximum(y, 0.0) / z
    poor = rows.inside & (x < 1)
    if not poor.any():
        return np.nan, np.full(len(y), np.nan)
    middle = weighted_quantile(x[poor], rows.weight[poor], 0.5)
    everyone = np.ones(len(y))
    _, pull = ratio(rows, (x <= middle).astype(float), everyone)
    _, pull_of_poor = ratio(rows, (x < 1).astype(float), everyone)
    density = _density(rows, x, middle)
    # With a relative line every x moves by -x dz / z: that shifts its distribution at m and at 1.
    shift = line_pull / z
    moved = 0.5 * (pull_of_poor + _density(rows, x, 1.0) * shift) - (pull + density * middle * shift)
    return 1 - middle, -moved / density if density > 0 else np.full(len(y), np.nan)


def _quintile_ratio(rows: Rows, y: np.ndarray) -> Figure:
    """Return what those above the fourth quintile have, over what those up to the first have.

    Where many have the same as a quintile, or there are few people, these two are no fifths: then of those
    who have just the quintile as many are counted as make a fifth.
    """
    inside = rows.inside
    people = int(inside.sum())
    low, high = (weighted_quantile(y[inside], rows.weight[inside], share) for share in (0.2, 0.8))
    bottom, top = inside & (y <= low), inside & (y > high)
    fifth = rows.weight[inside].sum() / 5
    too_many, too_few = rows.weight[bottom].sum() - fifth, fifth - rows.weight[top].sum()
    below, above = ((rows.weight * y)[end].sum() for end in (bottom, top))
    if max(too_many, too_few) > 5 * fifth * NEARLY_A_FIFTH or above < below:
        below, above = below - low * too_many, above + high * too_few
        top = inside & (y >= high)
    if not below > 0:
        return Figure(np.nan, np.full(len(y), np.nan), people, int(min(bottom.sum(), top.sum())))
    found = max(1.0, float(above / below))
    with np.errstate(invalid="ignore"):
        rich = np.where(top, y, 0.0) + high * ((y <= high) - 0.8)
        poor = np.where(bottom, y, 0.0) - low * ((y <= low) - 0.2)
        pull = np.where(inside, rows.weight * (rich - found * poor) / below, 0.0)
    return Figure(found, pull, people, int(min(bottom.sum(), top.sum())))


def _gini(rows: Rows, y: np.ndarray, estimator: GiniEstimator) -> tuple[float, np.ndarray]:
    inside = rows.inside
    found = gini(y[inside], rows.weight[inside], estimator)
    pull = np.zeros(len(y))
    if np.isnan(found):
        return found, np.full(len(y), np.nan)
    order = np.argsort(y[inside], kind="stable")
    income, weight = y[inside][order], rows.weight[inside][order]
    people, total = weight.sum(), (weight * income).sum()
    gaps = income * np.cumsum(weight) - np.cumsum(weight * income)  # sum of w_l (y - y_l) over those below
    lin = (2 * gaps + total - people * income - found * (total + people * income)) / (people * total)
    pull[np.flatnonzero(inside)[order]] = weight * lin
    return found, pull


def _density(rows: Rows, y: np.ndarray, at: float) -> float:
    """Return the density of the domain's values at a point, by a Gaussian kernel."""
    values, weight = y[rows.inside], rows.weight[rows.inside]
    people = weight.sum()
    mean = (weight * values).sum() / people
    spread = np.sqrt((weight * (values - mean) ** 2).sum() / people)
    if not spread > 0:
        return np.nan
    width = spread * people**-0.2
    kernel = np.exp(-(((at - values) / width) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float((weight * kernel).sum() / (people * width))
