"""Where industries are concentrated and which local systems are districts, a part of the map's section."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import IDENTIFICATION_BASES, IDENTIFICATION_RULES
from tasks.methods.districts import STEPS
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row

MOST_ROWS = 15
"""Rows of a table that the report prints; the published table has them all."""

RULES = {
    "total left out": "Totals of all industries: left out, and used as the regions' totals",
    "parent left out": "Industries that contain others: left out, so that nobody counts twice",
    "within a kept code": "Parts of industries that are told as a whole: left out",
    "no figure": "Cells without a figure: no quotient; the industry's total lacks them without a reference",
    "not told apart": "Regions whose total is more than their industries: the rest counts in the total only",
    "children exceed parent": "Industries that have less than their parts: the sum of the parts is used",
    "sizes exceed all": "Cells in which the sizes of firm sum to more than all: the figure of all is used",
    "negative value added": "Cells with negative value added: no quotient; they count in the totals",
    "not in the reference": "Industries that the reference does not have: no quotient",
    "no area or population": "Regions without area or inhabitants: no cluster index anywhere",
    "no sizes": "Local systems without figures by size of firm: steps 2 and 4 cannot be told",
}
"""What a note says in the report."""

BASES = {"employment": "employment", "firms": "firms", "value_added": "value added"}
_STEP_HEADS = ("1 Manufacturing", "2 Small or medium", "3 Concentrated", "4 Main industry small or medium")
_STEP_WORDS = {
    "is_manufacturing": "have more manufacturing than the country",
    "is_small_medium": "have manufacturing of small or medium firms",
    "has_main_industry": "have an industry that is concentrated there",
    "main_industry_is_small_medium": "have one that is itself of small and medium firms",
}


@dataclass(frozen=True)
class Identified:
    """One source in one year, as the report tells it."""

    title: str
    quotients: Grid
    more_quotients: str
    indices: Grid
    more_indices: str
    steps: str
    districts: Grid
    more_districts: str
    notes: Grid
    disagreements: Grid
    more_disagreements: str


def identification(report: Report) -> list[Identified]:
    """Return what is told of each source and year of the identification."""
    told = report.different("location_quotients", ("source", "year"))
    return [_identified(report, source, year) for source, year in told]


def _identified(report: Report, source: str, year: str) -> Identified:
    where = {"source": source, "year": year}
    bases = {basis for (basis,) in report.different("location_quotients", ("basis",), where)}
    basis = next((one for one in IDENTIFICATION_BASES if one in bases), "employment")
    rows, above = report.top(
        "location_quotients", "location_quotient", MOST_ROWS, {**where, "basis": basis}, above=1.0
    )
    specialised, regions = report.top(
        "region_indices", "value", MOST_ROWS, {**where, "basis": basis, "index": "krugman"}
    )
    indices = report.rows("region_indices", {**where, "basis": basis})
    both = [row for one in specialised for row in indices if row["region"] == one["region"]]
    found = report.rows("districts", where)
    shown = sorted(found, key=lambda row: not row["is_district"])[: 2 * MOST_ROWS]
    notes = report.rows("identification_notes", where)
    wrong = [row for row in notes if row["rule"] == "children exceed parent"]
    title = f"{source}, {year}"
    return Identified(
        title,
        grids.grid(
            report,
            "location_quotients",
            f"Highest location quotients of {BASES[basis]}. {title}",
            {
                "region": "Region",
                "industry": "Industry",
                "location_quotient": "Location quotient",
                "cluster_index": "Cluster index",
                "value": wording.capital(BASES[basis]),
                "firms": "Firms",
            },
            rows=rows,
            as_given=True,
        ),
        _more(above - len(rows), "more cell has a quotient above 1", "more cells have a quotient above 1"),
        grids.pivot(
            report,
            "region_indices",
            f"Regions by how far their mix of industries is from the country's, in {BASES[basis]}. {title}",
            {"region": "Region", "industries": "Industries", "untold_pct": "Not told apart, %"},
            ("index",),
            "value",
            both,
            as_given=True,
        ),
        _more(regions - len(specialised), "more region", "more regions"),
        _steps(found),
        grids.grid(
            report,
            "districts",
            f"The identification of industrial districts, step by step. {title}",
            {
                "local_system": "Local system",
                "industry": "Main industry",
                **dict(zip(STEPS, _STEP_HEADS, strict=True)),
                "is_district": "District",
                "main_industry_employment": "Employed in the main industry",
                "small_medium_share": "Of them in small and medium firms",
            },
            rows=shown,
            as_given=True,
        ),
        _more(len(found) - len(shown), "more local system", "more local systems"),
        grids.named(
            report, f"What was left out or does not agree. {title}", ("Rule", "Basis", "Cells"), _told(notes)
        ),
        grids.grid(
            report,
            "identification_notes",
            f"Industries that have less than their parts. {title}",
            {
                "region": "Region",
                "industry": "Industry",
                "basis": "Basis",
                "printed": "Printed",
                "recomputed": "Sum of the parts",
            },
            rows=wrong[:MOST_ROWS],
        ),
        _more(len(wrong) - MOST_ROWS, "more of these", "more of these"),
    )


def _more(count: int, one: str, many: str) -> str:
    if count <= 0:
        return ""
    return f"{wording.counted(count, one, many)}: the published tables have all of them."


def _told(notes: list[Row]) -> list[tuple[str, str, str]]:
    """Return each rule with the cells that it concerns, in the order of the list of rules."""
    cells: dict[tuple[str, str], int] = {}
    for row in notes:
        key = (row["rule"], row["basis"])
        cells[key] = cells.get(key, 0) + max(row["cells"], 1)
    order = sorted(cells, key=lambda key: (IDENTIFICATION_RULES.index(key[0]), key[1]))
    return [
        (RULES[rule], BASES.get(basis, basis), wording.whole(cells[(rule, basis)])) for rule, basis in order
    ]


def _steps(found: list[Row]) -> str:
    """Return how many local systems pass each step and those before it."""
    if not found:
        return ""
    left = found
    parts = []
    for step in STEPS:
        left = [row for row in left if row[step]]
        parts.append(f"{wording.whole(len(left))} {_STEP_WORDS[step]}")
    unknown = sum(row["is_district"] is None for row in found)
    told = f"Of {wording.counted(len(found), 'local system')}, {'; of these, '.join(parts)}."
    if unknown:
        told += f" Of {wording.counted(unknown, 'local system')} the figures do not tell."
    return told
