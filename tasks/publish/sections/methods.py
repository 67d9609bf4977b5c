"""The plan of methods: which method serves at which stage, and what of Box A.1 is used."""

from __future__ import annotations

from schemas.vocabulary import METHOD_STAGES
from tasks import research_methods
from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.report import Report

KINDS = ("participatory", "quantitative", "qualitative")
"""The columns of Box A.1, in its order."""


def methods(report: Report) -> dict[str, Grid]:
    """Return the methods by stage and kind, and the roles of Box A.1 with what fills them; {} without any."""
    rows = report.rows("research_methods")
    if not rows:
        return {}
    planned = []
    for stage in METHOD_STAGES:
        cells = [Cell(wording.capital(stage))]
        for kind in KINDS:
            here = [row for row in rows if (row["stage"], row["kind"]) == (stage, kind)]
            told = tuple(f"{row['method']}: {row['purpose']} ({row['by']})" for row in here)
            cells.append(Cell("", items=told) if told else NOTHING)
        planned.append(cells)
    labels = ["Stage", *(wording.capital(kind) for kind in KINDS)]
    return {
        "planned": grids.placed(report, "Which method serves at which stage", labels, planned),
        "roles": _roles(report),
    }


def _roles(report: Report) -> Grid:
    told = []
    for ident, role in research_methods.roles().items():
        fills = [row["method"] for row in report.rows("research_methods", {"role_in_box": ident})]
        told.append(
            (
                wording.capital(role["label"]),
                role["stage"],
                role["kind"],
                wording.listing(fills) if fills else "not used",
            )
        )
    labels = ("What methods can do (Box A.1)", "Stage", "Kind", "Here by")
    return grids.named(report, "What of Box A.1 is used, and what is not", labels, told)
