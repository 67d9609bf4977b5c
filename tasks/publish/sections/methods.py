"""The plan of methods: which method serves at which stage, and what of Box A.1 is used."""

from __future__ import annotations

from schemas.vocabulary import METHOD_STAGES
from tasks import research_methods
from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.report import Report
from tasks.tongue import _, recorded, told
from tasks.translations import N_

KINDS = (N_("participatory"), N_("quantitative"), N_("qualitative"))
"""The columns of Box A.1, in its order."""
STAGES = (N_("initial"), N_("during"), N_("towards the end"))
"""Its rows, as METHOD_STAGES names them."""


def methods(report: Report) -> dict[str, Grid]:
    """Return the methods by stage and kind, and the roles of Box A.1 with what fills them; {} without any."""
    rows = report.rows("research_methods")
    if not rows:
        return {}
    planned = []
    for stage in METHOD_STAGES:
        cells = [Cell(wording.capital(told(stage)))]
        for kind in KINDS:
            here = [row for row in rows if (row["stage"], row["kind"]) == (stage, kind)]
            items = tuple(
                wording.headed(recorded(row["method"]), f"{recorded(row['purpose'])} ({recorded(row['by'])})")
                for row in here
            )
            cells.append(Cell("", items=items) if items else NOTHING)
        planned.append(cells)
    labels = [_("Stage"), *(wording.capital(_(kind)) for kind in KINDS)]
    return {
        "planned": grids.placed(report, _("Which method serves at which stage"), labels, planned),
        "roles": _roles(report),
    }


def _roles(report: Report) -> Grid:
    rows = []
    for ident, role in research_methods.roles().items():
        fills = [recorded(row["method"]) for row in report.rows("research_methods", {"role_in_box": ident})]
        rows.append(
            (
                wording.capital(told(role["label"])),
                told(role["stage"]),
                told(role["kind"]),
                wording.listing(fills) if fills else _("not used"),
            )
        )
    labels = (_("What methods can do (Box A.1)"), _("Stage"), _("Kind"), _("Here by"))
    return grids.named(report, _("What of Box A.1 is used, and what is not"), labels, rows)
