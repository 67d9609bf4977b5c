"""What is known, and the map: official statistics, checks of printed figures, scores of the cluster."""

from __future__ import annotations

from typing import Any

from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report


def context_figures(report: Report) -> Grid:
    """Return the official statistics but for those whose growth is told by itself."""
    compared = {row["comparison"] for row in report.rows("sector_growth")}
    told = {
        statistic
        for one in report.plan.growth
        if one.name in compared
        for statistic in (one.statistic, one.printed_index)
    }
    kept = [row for row in report.rows("statistics") if row["statistic"] not in told]
    return grids.grid(
        report,
        "statistics",
        "Official statistics",
        {
            "statistic": "Statistic",
            "area": "Place",
            "period": "Period",
            "value": "Value",
            "unit": "Unit",
            "status": "Status",
            "source": "Source (year)",
            "note": "Note",
        },
        rows=kept,
    )


def printed_checks(report: Report) -> dict[str, Any]:
    """Return how many printed index figures follow from their levels, and a table of those that do not."""
    rows = report.rows("printed_checks")
    return {
        "all": wording.whole(len(rows)),
        "agreeing": wording.whole(sum(bool(row["agrees"]) for row in rows)),
        "disagreements": grids.grid(
            report,
            "printed_checks",
            "Printed index figures that do not follow from the printed levels",
            {
                "series": "Series",
                "comparison": "Comparison",
                "period": "Period",
                "printed": "Printed",
                "recomputed": "Recomputed",
            },
            rows=report.rows("printed_checks", {"agrees": False}),
        ),
    }
