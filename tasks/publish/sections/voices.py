"""What coded interviews and quotes say: how far coders agree, and quotes with consent, by poverty group."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row


@dataclass(frozen=True)
class Quote:
    """What somebody said, and who says it: label, indicator, wave."""

    words: str
    by: str


@dataclass(frozen=True)
class Voices:
    """The quotes of each poverty group under its label; sentences on languages and on what is withheld."""

    parts: tuple[tuple[str, tuple[Quote, ...]], ...]
    translated: str
    withheld: str


def coders(report: Report) -> Grid:
    """Return how far the coders agree on all codes together, and on each code on which that is not enough.

    A code book has hundreds of codes; those that can be relied on stand in the table coder_agreement alone.
    """
    rows = [
        row for row in report.rows("coder_agreement") if row["code"] == ALL or row["verdict"] != "reliable"
    ]
    columns = {
        "code": "Code",
        "alpha": "Alpha",
        "sources": "Interviews read by two or more",
        "coders": "Coders",
        "verdict": "Agreement",
    }
    caption = "How far the coders agree: all codes together, and those with less than enough"
    return grids.grid(report, "coder_agreement", caption, columns, rows=rows, parted_by="wave")


def voices(report: Report) -> Voices:
    """Return the quotes that may be told, by poverty group in the order of the report."""
    rows = report.rows("quotes")
    told = [row for row in rows if not report.hidden("quotes", row, "words")]
    groups = sorted({row["poverty_group"] for row in told}, key=lambda one: report.rank("poverty_group", one))
    parts = [
        (
            report.label("poverty_group", group),
            tuple(_quote(report, row) for row in told if row["poverty_group"] == group),
        )
        for group in groups
    ]
    languages = sorted({row["language"] for row in told if row["language"]})
    spoken = f"They were said in {wording.listing(languages)}." if languages else ""
    hidden = len(rows) - len(told)
    verb = "is" if hidden == 1 else "are"
    why = f"fewer than {wording.FEWEST_RESPONDENTS} people could have said it, and they could be recognised"
    withheld = f"{wording.counted(hidden, 'quote', 'quotes')} {verb} withheld: {why}." if hidden else ""
    return Voices(tuple(parts), spoken, withheld)


def _quote(report: Report, row: Row) -> Quote:
    about = report.label("indicator", row["indicator"]) if row["indicator"] else ""
    return Quote(row["words"], ", ".join(filter(None, (row["label"], report.short(row["wave"]), about))))
