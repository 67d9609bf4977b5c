"""Growth inside and outside industrial districts, after Annex I of the study."""

from __future__ import annotations

from math import fsum, isfinite

import pandas as pd

from tasks.methods._columns import numbers, require_columns

TOTAL = "TOTAL"


def sector_growth(
    frame: pd.DataFrame,
    sector: str = "sector",
    setting: str = "setting",
    *,
    inside: str,
    outside: str,
    from_period: str,
    to_period: str,
) -> pd.DataFrame:
    """Compute the growth of each sector in each setting, and the difference inside less outside.

    `frame` is long: the sector, the setting (inside, outside and, if you like, others), period
    and value. Returns one row for each sector, and one for TOTAL, in each setting; sectors by
    name with TOTAL last, settings in the order inside, outside, others by name. Columns: sector,
    setting, value_from, value_to (unit of value), growth_pct (percent), and the same for all
    rows of a sector: inside, outside (percent) and difference_points (percentage points).

    TOTAL is the sum over the sectors, never a printed total; it is NaN where a sector lacks a
    value. Growth from 0 or from nothing is NaN. Differences are taken of unrounded figures and
    nothing is rounded. Rows without an entry for sector or setting are left out.

    Raises ValueError where a column is absent or not numeric, a sector is called TOTAL, or a
    figure stands twice for one sector, setting and period.

    Source: Nadvi and Barrientos (2004), Annex I, Table A.1.

    Example (Table A.1): the food industry shrank by 2.8 % inside and by 7.3 % outside; subtracted
    before rounding, that is 4.4308 points, not 4.5.

    >>> table = pd.DataFrame({
    ...     "sector": "Food", "setting": ["in", "in", "out", "out"],
    ...     "period": ["1991", "1996"] * 2, "value": [155278, 150883, 318778, 295631],
    ... })
    >>> grown = sector_growth(
    ...     table, inside="in", outside="out", from_period="1991", to_period="1996"
    ... )
    >>> round(float(grown["difference_points"].iloc[0]), 4)
    4.4308
    """
    levels = _levels(frame, sector, setting)
    sectors = sorted({key[0] for key in levels})
    others = sorted({key[1] for key in levels} - {inside, outside})
    rows = []
    for name in [*sectors, TOTAL] if sectors else []:
        members = sectors if name == TOTAL else [name]
        found = {}
        for place in (inside, outside, *others):
            first, last = (_sum(levels, members, place, str(period)) for period in (from_period, to_period))
            found[place] = (first, last, _growth(first, last))
        ends = {"inside": found[inside][2], "outside": found[outside][2]}
        ends["difference_points"] = ends["inside"] - ends["outside"]
        rows += [
            {
                "sector": name,
                "setting": place,
                "value_from": first,
                "value_to": last,
                "growth_pct": growth,
                **ends,
            }
            for place, (first, last, growth) in found.items()
        ]
    return pd.DataFrame(rows, columns=_GROWTH_COLUMNS)


_GROWTH_COLUMNS = [
    "sector",
    "setting",
    "value_from",
    "value_to",
    "growth_pct",
    "inside",
    "outside",
    "difference_points",
]


def shift_share(
    frame: pd.DataFrame,
    sector: str = "sector",
    setting: str = "setting",
    *,
    inside: str,
    outside: str,
    from_period: str,
    to_period: str,
) -> dict[str, float]:
    """Split the growth difference inside less outside into the mix of sectors and what is within.

    `frame` as in `sector_growth`. Returns difference_points = mix_points + within_points
    (percentage points of growth in total), expected_inside (the later level inside, had each
    sector grown as it did outside) and actual_inside (unit of value).

    With s_j the share of sector j in the earlier total inside and g_j its growth:
    within = sum s_j (g_j inside - g_j outside), mix = sum s_j g_j outside - total growth outside,
    expected = sum of earlier level inside * (1 + g_j outside). So the mix is positive where the
    inside specialises in sectors that fared better outside too.

    Raises ValueError as `sector_growth`, and where a sector lacks a level or starts from 0.

    Sources: Dunn (1960), Papers in Regional Science 6, 97-112; the figures of Nadvi and
    Barrientos (2004), Annex I, Table A.1, on the employment of 1991 inside.

    Example: for Table A.1 8.0412 = 0.9326 + 7.1086 points, and 2,014,591.72 jobs expected inside
    against 2,172,491.

    >>> table = pd.DataFrame({
    ...     "sector": list("aabb") * 2, "setting": ["in"] * 4 + ["out"] * 4,
    ...     "period": ["1", "2"] * 4, "value": [100, 110, 100, 100, 100, 100, 300, 270],
    ... })
    >>> parts = shift_share(table, inside="in", outside="out", from_period="1", to_period="2")
    >>> [round(parts[name], 7) for name in ("difference_points", "mix_points", "within_points")]
    [12.5, 2.5, 10.0]
    """
    levels = _levels(frame, sector, setting)
    sectors = sorted({key[0] for key in levels if key[1] in (inside, outside)})
    if not sectors:
        raise ValueError("The table has no sector inside or outside")
    ends: dict[str, tuple[list[float], list[float]]] = {}
    for place in (inside, outside):
        first, last = (
            [levels.get((name, place, str(period)), float("nan")) for name in sectors]
            for period in (from_period, to_period)
        )
        for name, *pair in zip(sectors, first, last, strict=True):
            if not all(isfinite(level) for level in pair) or pair[0] == 0:
                raise ValueError(f"The sector '{name}' lacks a level in the setting '{place}'")
        ends[place] = (first, last)
    before, actual = ends[inside]
    rates = [last / first for first, last in zip(*ends[outside], strict=True)]
    base, expected = fsum(before), fsum(b * r for b, r in zip(before, rates, strict=True))
    growth_outside = _growth(fsum(ends[outside][0]), fsum(ends[outside][1]))
    return {
        "difference_points": _growth(base, fsum(actual)) - growth_outside,
        "mix_points": _growth(base, expected) - growth_outside,
        "within_points": 100 * (fsum(actual) - expected) / base,
        "expected_inside": expected,
        "actual_inside": fsum(actual),
    }


def check_printed_index(
    levels: pd.DataFrame, printed: pd.DataFrame, base_period: str, decimals: int = 1
) -> pd.DataFrame:
    """Recompute printed index numbers from the printed levels, and say which do not follow.

    Both frames are long: series, period, value. Returns one row for each printed figure but those
    of the base period, sorted by series and period: series, period, printed, recomputed (100 *
    level / level of the base period, unrounded) and agrees: whether the recomputed figure, rounded
    to the printed decimals (a tie either way), is the printed one. A figure without its levels has
    NaN and does not agree.

    Raises ValueError where a column is absent or not numeric, a figure stands twice, or decimals
    is negative.

    Source: Nadvi and Barrientos (2004), Annex I, Table A.2, where 26 of 48 cells do not follow.

    Example (white collar, outside, leather-textiles, 1998): printed 109.9, recomputed 107.957.

    >>> salaries = pd.DataFrame({"series": "w", "period": ["1994", "1998"], "value": [16.112, 17.394]})
    >>> index = pd.DataFrame({"series": "w", "period": ["1994", "1998"], "value": [100.0, 109.9]})
    >>> checked = check_printed_index(salaries, index, "1994")
    >>> round(float(checked["recomputed"].iloc[0]), 3), bool(checked["agrees"].iloc[0])
    (107.957, False)
    """
    if decimals < 0:
        raise ValueError("The number of decimals cannot be negative")
    known, figures = _cells(levels, ["series"]), _cells(printed, ["series"])
    rows = []
    for (series, period), figure in sorted(figures.items()):
        if period == str(base_period):
            continue
        base = known.get((series, str(base_period)), float("nan"))
        level = known.get((series, period), float("nan"))
        recomputed = 100 * level / base if base else float("nan")
        # Printed figures are decimals, ours binary: the last bits must not decide a tie.
        agrees = abs(recomputed - figure) <= 0.5 * 10**-decimals + 1e-9
        rows.append((series, period, figure, recomputed, agrees))
    columns = ["series", "period", "printed", "recomputed", "agrees"]
    return pd.DataFrame(rows, columns=columns)


def _levels(frame: pd.DataFrame, sector: str, setting: str) -> dict[tuple[str, ...], float]:
    levels = _cells(frame, [sector, setting])
    if any(key[0] == TOTAL for key in levels):
        raise ValueError(f"Leave out the sector '{TOTAL}': totals are summed here")
    return levels


def _cells(frame: pd.DataFrame, names: list[str]) -> dict[tuple[str, ...], float]:
    """Return (the names, period) -> value; ValueError where one stands twice."""
    require_columns(frame, [*names, "period", "value"])
    values = numbers(frame, "value")
    keys = frame[[*names, "period"]].astype("string")
    cells: dict[tuple[str, ...], float] = {}
    for key, value in zip(keys.itertuples(index=False, name=None), values, strict=True):
        if any(pd.isna(part) for part in key):
            continue
        if key in cells:
            raise ValueError(f"The figure of {', '.join(key)} stands in the table twice")
        cells[key] = float(value)
    return cells


def _sum(levels: dict[tuple[str, ...], float], sectors: list[str], setting: str, period: str) -> float:
    return fsum(levels.get((sector, setting, period), float("nan")) for sector in sectors)


def _growth(first: float, last: float) -> float:
    return 100 * (last - first) / first if first else float("nan")
