"""Where industries are concentrated and which local systems are districts, a part of the map's section."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import IDENTIFICATION_BASES, IDENTIFICATION_RULES
from tasks.methods.districts import STEPS
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, ngettext
from tasks.translations import N_, NN_

MOST_ROWS = 15
"""Rows of a table that the report prints; the published table has them all."""

RULES = Words(
    {
        "total left out": N_("Totals of all industries: left out, and used as the regions' totals"),
        "parent left out": N_("Industries that contain others: left out, so that nobody counts twice"),
        "within a kept code": N_("Parts of industries that are told as a whole: left out"),
        "no figure": N_(
            "Cells without a figure: no quotient; the industry's total lacks them without a reference"
        ),
        "not told apart": N_(
            "Regions whose total is more than their industries: the rest counts in the total only"
        ),
        "children exceed parent": N_(
            "Industries that have less than their parts: the sum of the parts is used"
        ),
        "sizes exceed all": N_(
            "Cells in which the sizes of firm sum to more than all: the figure of all is used"
        ),
        "negative value added": N_("Cells with negative value added: no quotient; they count in the totals"),
        "not in the reference": N_("Industries that the reference does not have: no quotient"),
        "no area or population": N_("Regions without area or inhabitants: no cluster index anywhere"),
        "no sizes": N_("Local systems without figures by size of firm: steps 2 and 4 cannot be told"),
    }
)
"""What a note says in the report."""

BASES = Words({"employment": N_("employment"), "firms": N_("firms"), "value_added": N_("value added")})
_STEP_HEADS = (
    N_("1 Manufacturing"),
    N_("2 Small or medium"),
    N_("3 Concentrated"),
    N_("4 Main industry small or medium"),
)
_MORE_CELLS = NN_(
    "{n} more cell has a quotient above 1: the published tables have all of them.",
    "{n} more cells have a quotient above 1: the published tables have all of them.",
)
_MORE_REGIONS = NN_(
    "{n} more region: the published tables have all of them.",
    "{n} more regions: the published tables have all of them.",
)
_MORE_SYSTEMS = NN_(
    "{n} more local system: the published tables have all of them.",
    "{n} more local systems: the published tables have all of them.",
)
_MORE_OF_THESE = NN_(
    "{n} more of these: the published tables have all of them.",
    "{n} more of these: the published tables have all of them.",
)


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
    parts = report.different("location_quotients", ("source", "year"))
    return [_identified(report, source, year) for source, year in parts]


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
            _("Highest location quotients of {basis}. {title}").format(basis=BASES[basis], title=title),
            {
                "region": _("Region"),
                "industry": _("Industry"),
                "location_quotient": _("Location quotient"),
                "cluster_index": _("Cluster index"),
                "value": wording.capital(BASES[basis]),
                "firms": _("Firms"),
            },
            rows=rows,
            as_given=True,
        ),
        _more(above - len(rows), _MORE_CELLS),
        grids.pivot(
            report,
            "region_indices",
            _("Regions by how far their mix of industries is from the country's, in {basis}. {title}").format(
                basis=BASES[basis], title=title
            ),
            {"region": _("Region"), "industries": _("Industries"), "untold_pct": _("Not told apart, %")},
            ("index",),
            "value",
            both,
            as_given=True,
        ),
        _more(regions - len(specialised), _MORE_REGIONS),
        _steps(found),
        grids.grid(
            report,
            "districts",
            _("The identification of industrial districts, step by step. {title}").format(title=title),
            {
                "local_system": _("Local system"),
                "industry": _("Main industry"),
                **dict(zip(STEPS, map(_, _STEP_HEADS), strict=True)),
                "is_district": _("District"),
                "main_industry_employment": _("Employed in the main industry"),
                "small_medium_share": _("Of them in small and medium firms"),
            },
            rows=shown,
            as_given=True,
        ),
        _more(len(found) - len(shown), _MORE_SYSTEMS),
        grids.named(
            report,
            _("What was left out or does not agree. {title}").format(title=title),
            (_("Rule"), _("Basis"), _("Cells")),
            _told(notes),
        ),
        grids.grid(
            report,
            "identification_notes",
            _("Industries that have less than their parts. {title}").format(title=title),
            {
                "region": _("Region"),
                "industry": _("Industry"),
                "basis": _("Basis"),
                "printed": _("Printed"),
                "recomputed": _("Sum of the parts"),
            },
            rows=wrong[:MOST_ROWS],
        ),
        _more(len(wrong) - MOST_ROWS, _MORE_OF_THESE),
    )


def _more(count: int, words: tuple[str, str]) -> str:
    return ngettext(*words, count).format(n=wording.whole(count)) if count > 0 else ""


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
    passing = {}
    for step in STEPS:
        left = [row for row in left if row[step]]
        passing[step] = wording.whole(len(left))
    sentences = [
        _(
            "Of {systems}, {is_manufacturing} have more manufacturing than the country; of these, "
            "{is_small_medium} have manufacturing of small or medium firms; of these, {has_main_industry} "
            "have an industry that is concentrated there; of these, {main_industry_is_small_medium} have one "
            "that is itself of small and medium firms."
        ).format(systems=wording.counted(len(found), "local system", "local systems"), **passing)
    ]
    if unknown := sum(row["is_district"] is None for row in found):
        systems = wording.counted(unknown, "local system", "local systems")
        sentences.append(_("Of {systems} the figures do not tell.").format(systems=systems))
    return " ".join(sentences)
