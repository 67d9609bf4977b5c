"""Phase two, first half: what official statistics say of growth inside and outside clusters (Annex I)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from schemas.assessment import GrowthComparison
from schemas.base import empty
from schemas.secondary import (
    PrintedChecks,
    SecondaryFindings,
    SectorGrowth,
    ShiftShare,
    Statistics,
)
from tasks import wording
from tasks.methods import growth as method
from tasks.steps import step

TOTAL = "TOTAL"


def dimensions(text: str) -> dict[str, str]:
    """Return a statistic's divisions: 'labour=blue collar; sector=wood' -> two entries; 'total' -> none."""
    if text == "total":
        return {}
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def of_statistic(statistics: pd.DataFrame, statistic: str, where: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of one statistic that fit `where`: its dimensions as columns, with period and value."""
    rows = statistics[statistics["statistic"] == statistic]
    records = []
    for row in rows.to_dict("records"):
        parts = dimensions(row["dimensions"])
        if all(parts.get(name) == value for name, value in where.items()):
            records.append({**parts, "period": row["period"], "value": row["value"]})
    return pd.DataFrame(records)


@step("mapping", reads=[Statistics], writes=[SectorGrowth, ShiftShare, PrintedChecks], plan=["growth"])
def compare_growth(
    statistics: pd.DataFrame, *, growth: Sequence[GrowthComparison]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Compare growth inside and outside, split the difference, and recompute the printed indices."""
    sectors, shares, checks = [empty(SectorGrowth)], [empty(ShiftShare)], [empty(PrintedChecks)]
    for one in growth:
        long = of_statistic(statistics, one.statistic, one.where).rename(
            columns={one.sector: "sector", one.setting: "setting"}
        )
        if not {"sector", "setting"} <= set(long.columns):
            continue
        periods = {"from_period": one.from_period, "to_period": one.to_period}
        settings = {"inside": one.inside, "outside": one.outside}
        grown = method.sector_growth(long, **settings, **periods)
        if not one.decompose:
            grown = grown[grown["sector"] != TOTAL]
        named = {"comparison": one.name, "period": f"{one.from_period}-{one.to_period}"}
        sectors.append(grown.assign(**named))
        if one.decompose:
            shares.append(pd.DataFrame([{**named, **method.shift_share(long, **settings, **periods)}]))
        if one.printed_index:
            checks.append(_printed(statistics, one))
    return tuple(  # type: ignore[return-value]
        pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        for parts in (sectors, shares, checks)
    )


def _printed(statistics: pd.DataFrame, one: GrowthComparison) -> pd.DataFrame:
    """Return every printed index figure beside the one that follows from the printed levels."""
    levels = _series(of_statistic(statistics, one.statistic, one.where))
    printed = _series(of_statistic(statistics, one.printed_index, one.where))
    checked = method.check_printed_index(levels, printed, one.from_period)
    return checked.assign(comparison=one.name)


def _series(long: pd.DataFrame) -> pd.DataFrame:
    divisions = sorted(set(long.columns) - {"period", "value"})
    names = long[divisions].astype("string").agg("; ".join, axis=1)
    return pd.DataFrame({"series": names, "period": long["period"], "value": long["value"]})


@step(
    "mapping",
    reads=[SectorGrowth, PrintedChecks],
    writes=[SecondaryFindings],
    plan=["growth"],
)
def state_secondary_findings(
    growth_table: pd.DataFrame, checks: pd.DataFrame, *, growth: Sequence[GrowthComparison]
) -> pd.DataFrame:
    """Write what the comparisons of growth show, and what of the printed figures does not follow.

    The sentences speak of places with and without a cluster, never of an effect of clustering.
    """
    records = []
    for one in growth:
        grown = growth_table[growth_table["comparison"] == one.name]
        if len(grown):
            records.append(_growth_finding(one, grown))
        printed = checks[checks["comparison"] == one.name]
        if len(printed):
            records.append(_printed_finding(one, printed))
    if checks["comparison"].nunique() > 1:
        wrong = int((~checks["agrees"]).sum())
        records.append(
            {
                "finding": "printed-figures/all",
                "comparison": "all",
                "statement": f"Of the {len(checks)} printed index figures of all comparisons, {wrong} do not "
                "follow from the levels that are printed beside them; the levels are used here.",
                "evidence": "printed_checks",
            }
        )
    return pd.DataFrame(records) if records else empty(SecondaryFindings)


def _growth_finding(one: GrowthComparison, grown: pd.DataFrame) -> dict[str, str]:
    sectors = grown[grown["sector"] != TOTAL].drop_duplicates("sector")
    ahead = int((sectors["difference_points"] > 0).sum())
    statement = (
        f"{one.label} ({one.from_period} to {one.to_period}): growth was higher {one.inside} than "
        f"{one.outside} in {ahead} of {len(sectors)} sectors."
    )
    total = grown[grown["sector"] == TOTAL]
    if len(total):
        inside, outside, points = (
            float(total[column].iloc[0]) for column in ("inside", "outside", "difference_points")
        )
        statement = (
            f"{one.label} ({one.from_period} to {one.to_period}): growth was higher {one.inside} than "
            f"{one.outside} in {ahead} of {len(sectors)} sectors; in all sectors together it was "
            f"{wording.written(inside, 1)} % {one.inside} and {wording.written(outside, 1)} % {one.outside}, "
            f"a difference of {wording.written(points, 1)} percentage points."
        )
    return {
        "finding": f"growth/{one.name}",
        "comparison": one.name,
        "statement": statement,
        "evidence": f"sector_growth: {one.name}",
    }


def _printed_finding(one: GrowthComparison, printed: pd.DataFrame) -> dict[str, str]:
    wrong = printed[~printed["agrees"].astype(bool)]
    statement = (
        f"{one.label}: {len(wrong)} of {len(printed)} printed index figures do not follow from the levels "
        "that are printed beside them."
    )
    if len(wrong):
        far = (wrong["printed"] - wrong["recomputed"]).abs()
        worst = wrong.iloc[int(far.to_numpy().argmax())]
        statement = (
            f"{one.label}: {len(wrong)} of {len(printed)} printed index figures do not follow from the "
            f"levels that are printed beside them; the furthest off, of {worst['period']}, is printed "
            f"{worst['printed']:.1f} and recomputed {worst['recomputed']:.1f} ({worst['series']})."
        )
    return {
        "finding": f"printed-figures/{one.name}",
        "comparison": one.name,
        "statement": statement,
        "evidence": f"printed_checks: {one.name}",
    }
