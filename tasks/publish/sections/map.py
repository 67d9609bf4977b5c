"""Printed index figures beside those that follow from the printed levels."""

from __future__ import annotations

from typing import Any

from tasks.publish import grids, wording
from tasks.publish.report import Report
from tasks.tongue import _


def printed_checks(report: Report) -> dict[str, Any]:
    """Return how many printed index figures follow from their levels, and a table of those that do not."""
    rows = report.rows("printed_checks")
    return {
        "all": wording.whole(len(rows)),
        "agreeing": wording.whole(sum(bool(row["agrees"]) for row in rows)),
        "disagreements": grids.grid(
            report,
            "printed_checks",
            _("Printed index figures that do not follow from the printed levels"),
            {
                "series": _("Series"),
                "comparison": _("Comparison"),
                "period": _("Period"),
                "printed": _("Printed"),
                "recomputed": _("Recomputed"),
            },
            rows=report.rows("printed_checks", {"agrees": False}),
        ),
    }
