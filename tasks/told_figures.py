"""Figures as they are told: with the digits with which the report prints them, and no more.

A figure of many people with all its digits tells the answers of the few that another figure is not of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from tasks.methods.sums import figure_range
from tasks.publish.wording import LEVEL, as_printed, half_up, is_share, meaningful

SIDE_BY_SIDE = (
    ("estimate", "change", "ci_low", "ci_high"),
    ("lower_quartile", "median", "upper_quartile"),
    ("lower", "upper"),
)
"""Figures in the unit of the indicator that are printed with the same decimals, by the largest of a row."""
FIGURES = (*SIDE_BY_SIDE[0], *SIDE_BY_SIDE[1])
ALONE = ("mean", "programme_mean", "comparison_mean")
ERRORS = ("standard_error", "standard_deviation")
P_VALUES = ("p_value", "p_holm", "p_benjamini_hochberg", "p_adjusted")
PLACES_OF_SHARES, PLACES_OF_ERRORS, PLACES_OF_P = 2, 3, 3
_SINGLY = tuple((one,) for one in (*ALONE, *ERRORS))
_BY_TABLE = ("estimate", "change", "lower", "mean", "programme_mean")
"""Columns by one of which a table is known to hold such figures."""


def as_told(released: pd.DataFrame, exact: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with its figures as they are told.

    exact: the rows in mart, which have the columns of the unit. units: indicator -> its unit. Shares are
    whole percent and their errors tenths of it; other figures have three digits that matter, two below one;
    p-values three decimals.
    """
    if not len(released) or not {*_BY_TABLE} & {*released}:
        return released
    out = released.copy()
    share = in_shares(exact, units)
    for columns in (*SIDE_BY_SIDE, *_SINGLY):
        present = [column for column in columns if column in out]
        if not present:
            continue
        places = PLACES_OF_ERRORS if columns[0] in ERRORS else PLACES_OF_SHARES
        rows = out[present].astype("float64").to_numpy().tolist()
        told = [
            _shares(row, places) if of_share else _printed(row)
            for row, of_share in zip(rows, share, strict=True)
        ]
        out[present] = pd.DataFrame(told, out.index, present, dtype="float64")
    for column in P_VALUES:
        if column in out:
            out[column] = out[column].map(p_value, na_action="ignore").astype("float64")
    return out


def half_told(value: float, beside: Iterable[float] = (), *, share: bool, error: bool = False) -> float:
    """Return by how much a figure may be more or less than it is told; beside: as in `as_printed`."""
    if share:
        return 10.0 ** -(PLACES_OF_ERRORS if error else PLACES_OF_SHARES) / 2
    told = meaningful(value) if abs(value) >= 1000 else as_printed(value, beside)
    return 10.0 ** int(told.as_tuple().exponent) / 2 if value else 0.0


FEWEST_FREEDOM, MOST_FREEDOM = 1.0, 1e7
"""Between these the degrees of freedom of a row are looked for that does not tell them."""


def range_told(row: Mapping[Any, Any], figure: str, *, share: bool) -> tuple[float, float]:
    """Return what an estimate or a change can be, by its digits as told and those of the rest of its row.

    row: before rounding; figure: its column.
    """

    def around(column: str, *beside: float, error: bool = False) -> tuple[float, float]:
        value = float(row[column])
        half = half_told(value, beside, share=share, error=error)
        middle = as_told_one(value, beside, share=share, error=error)
        return middle - half, middle + half

    def known(column: str) -> bool:
        return column in row and bool(pd.notna(row[column]))

    interval = known("ci_low") and known("ci_high")
    beside = [float(row[one]) for one in (figure, "ci_low", "ci_high") if known(one)]
    p_told = None
    if known("p_value"):
        half = 10.0**-PLACES_OF_P / 2 / max(float(row["tests"]) if known("tests") else 1.0, 1.0)
        p_told = max(float(row["p_value"]) - 2 * half, 0.0), float(row["p_value"]) + 2 * half
    low, high = figure_range(
        around(figure, *beside),
        (around("ci_low", *beside), around("ci_high", *beside)) if interval else None,
        around("standard_error", error=True) if known("standard_error") else None,
        p_told,
        float(row["degrees_of_freedom"]) if known("degrees_of_freedom") else _freedom(row, figure),
    )
    # where interval, error and p-value go together by no degrees of freedom, it still is what it is
    return min(low, float(row[figure])), max(high, float(row[figure]))


def _freedom(row: Mapping[Any, Any], figure: str) -> float | None:
    """Return the degrees of freedom that interval and p-value of a row were made with, None without them.

    A reader may know them from another table. Where none give these figures, the nearest: he is never taken
    to know less than one who knows them. row: before rounding.
    """
    from scipy.optimize import brentq
    from scipy.stats import t as student

    told = [row.get(one) for one in ("ci_low", "ci_high", "p_value", figure)]
    if any(pd.isna(one) for one in told):
        return None
    low, high, p_value, estimate = map(float, told)  # type: ignore[arg-type] -- none is missing
    if not 0 < p_value < 1 or high <= low:
        return None
    wanted = abs(estimate) / ((high - low) / 2)

    def off(freedom: float) -> float:
        return float(student.isf(p_value / 2, freedom) / student.isf(0.025, freedom)) - wanted

    fewest, most = off(FEWEST_FREEDOM), off(MOST_FREEDOM)
    if fewest * most > 0:
        return FEWEST_FREEDOM if abs(fewest) < abs(most) else MOST_FREEDOM
    found: Any = brentq(off, FEWEST_FREEDOM, MOST_FREEDOM)
    return float(found)


def as_told_one(value: float, beside: Iterable[float] = (), *, share: bool, error: bool = False) -> float:
    """Return one figure as it is told; beside: as in `as_printed`."""
    if share:
        return share_of(value, PLACES_OF_ERRORS if error else PLACES_OF_SHARES)
    return _without_sign_of_nought(as_printed(value, beside))


def in_shares(exact: pd.DataFrame, units: Mapping[str, str]) -> pd.Series:
    """Return which rows have figures that are shares, by their own unit or that of their indicator."""
    if "unit" in exact:
        named: Iterable[str] = exact["unit"].fillna("")
    elif "indicator" in exact:
        named = [units.get(one, "") for one in exact["indicator"]]
    else:
        named = [""] * len(exact)
    return pd.Series([is_share(unit) for unit in named], exact.index, dtype=bool)


def share_of(value: float, places: int = PLACES_OF_SHARES) -> float:
    """Return a share rounded half up; the noise of binary fractions decides nothing."""
    return _without_sign_of_nought(half_up(round(float(value), 12), places))


def p_value(value: float) -> float:
    """Return a p-value with three decimals, on its side of 0.05 and of 0.001: a smaller one is told as 0.

    >>> [p_value(value) for value in (0.04996, 0.05, 0.00099, 0.2345)]
    [0.049, 0.05, 0.0, 0.235]
    """
    if value < 10.0**-PLACES_OF_P:
        return 0.0
    told = share_of(value, PLACES_OF_P)
    return told if value >= LEVEL else min(told, LEVEL - 10.0**-PLACES_OF_P)


def _shares(row: list[float], places: int) -> list[float]:
    return [share_of(value, places) if value == value else value for value in row]


def _printed(row: list[float]) -> list[float]:
    known = [value for value in row if value == value]
    beside = known if len(row) > 1 else []
    return [_without_sign_of_nought(as_printed(value, beside)) if value == value else value for value in row]


def _without_sign_of_nought(figure: Decimal) -> float:
    return float(figure) + 0.0
