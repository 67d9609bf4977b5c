"""The design: how each poverty group ranked the indicators."""

from __future__ import annotations

from dataclasses import replace

from tasks.publish import grids
from tasks.publish.cells import Cell, cell_of
from tasks.publish.grids import Grid
from tasks.publish.report import Report


def rankings(report: Report) -> Grid:
    """Return how each poverty group ranked the indicators, with who voted and how far they agree."""
    rows = report.rows("indicator_selection")
    ranks = grids.pivot(
        report,
        "indicator_selection",
        "Mean rank of each indicator by poverty group, 1 is most important",
        {"indicator": "Indicator"},
        ("poverty_group",),
        "rank_with_weight",
    )
    groups = list(dict.fromkeys(row["poverty_group"] for row in rows))
    groups.sort(key=lambda group: report.rank("poverty_group", group))
    totals = []
    for column, words in (("voters", "People who ranked"), ("agreement", "Agreement (Kendall’s W)")):
        cells = [Cell(words)]
        for group in groups:
            here = [row for row in rows if row["poverty_group"] == group]
            most = max(here, key=lambda row: row[column] or 0)
            cell = cell_of(report, "indicator_selection", most, column)
            cells.append(replace(cell, numeric=False, label=report.label("poverty_group", group)))
        totals.append(tuple(cells))
    return replace(ranks, rows=(*ranks.rows, *totals) if groups else ())
