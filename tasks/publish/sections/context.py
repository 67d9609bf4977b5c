"""What is known of the cluster's surroundings: statements and figures by topic, and how files were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schemas.vocabulary import TOPICS
from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, recorded, told
from tasks.translations import N_

COLUMNS = Words(
    {
        "statistic": N_("Statistic"),
        "area": N_("Place"),
        "period": N_("Period"),
        "value": N_("Value"),
        "unit": N_("Unit"),
        "status": N_("Status"),
        "source": N_("Source (year)"),
        "note": N_("Note"),
    }
)


@dataclass(frozen=True)
class Topic:
    """A topic of the study's list: what is told of it in words, and its figures."""

    title: str
    statements: tuple[Cell, ...]
    figures: Grid | None


def surroundings(report: Report) -> dict[str, Any]:
    """Return the topics of which something is known, the figures without a topic, and what is open."""
    figures = _figures(report)
    statements = report.rows("context")
    known = {row["topic"] for row in (*figures, *statements)}
    topics = [
        Topic(
            wording.TOPICS[name],
            tuple(_statement(report, row) for row in statements if row["topic"] == name),
            _grid(
                report,
                _("{topic} in figures").format(topic=wording.TOPICS[name]),
                [row for row in figures if row["topic"] == name],
            ),
        )
        for name in TOPICS
        if name in known
    ]
    rest = [row for row in figures if row["topic"] is None]
    open_ones = [wording.uncapital(wording.TOPICS[name]) for name in TOPICS if name not in known]
    return {
        "topics": topics,
        "rest": _grid(report, _("Other official statistics") if topics else _("Official statistics"), rest),
        "open": _("No statement and no figure tells of: {topics}.").format(topics=wording.listing(open_ones))
        if topics and open_ones
        else "",
        "readings": readings(report),
    }


def readings(report: Report) -> Grid | None:
    """Return how each file of the plan was read: one row a [[source]], its items by how they are known."""
    parts: dict[tuple[Any, ...], list[Row]] = {}
    for row in report.rows("source_readings"):
        parts.setdefault((row["part"], row["source"], row["file"], row["sheet"]), []).append(row)
    rows = [
        [
            Cell(source),
            Cell(_("{file}, sheet {sheet}").format(file=file, sheet=sheet) if sheet else file),
            *(_items(rows, how) for how in ("declared", "sniffed", "rule")),
        ]
        for (_part, source, file, sheet), rows in parts.items()
    ]
    labels = [
        _("Source"),
        _("File"),
        _("Declared in the plan"),
        _("Found in the file"),
        _("Fixed by the format, or counted"),
    ]
    return grids.placed(report, _("How the files of these sources were read"), labels, rows) if rows else None


def _items(rows: Iterable[Row], how: str) -> Cell:
    items = tuple(
        wording.headed(wording.capital(told(row["item"])), told(row["value"]))
        for row in rows
        if row["how"] == how
    )
    return Cell("", items=items) if items else NOTHING


def _statement(report: Report, row: Row) -> Cell:
    """Return a statement, with its source and year below it: the year it tells of, else the publication's."""
    source = next(iter(report.rows("sources", {"source": row["source"]})), None)
    published = f" ({source['year']})" if source and source["year"] else ""
    page = row["page"] or ""
    place = _("page {page}").format(page=page) if page.isdigit() else recorded(page)
    where = ", ".join(filter(None, (f"{row['source']}{published}", place)))
    return Cell(recorded(row["statement"]), note=wording.in_a_row(str(row["year"] or ""), where))


def _figures(report: Report) -> list[Row]:
    """Return the official statistics but for those whose growth is told by itself."""
    compared = {row["comparison"] for row in report.rows("sector_growth")}
    by_themselves = {
        statistic
        for one in report.plan.growth
        if one.name in compared
        for statistic in (one.statistic, one.printed_index)
    }
    return [row for row in report.rows("statistics") if row["statistic"] not in by_themselves]


def _grid(report: Report, caption: str, rows: list[Row]) -> Grid | None:
    return grids.grid(report, "statistics", caption, COLUMNS, rows=rows) if rows else None
