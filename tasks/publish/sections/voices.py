"""What coded interviews and quotes say: how far coders agree, and quotes with consent, by poverty group."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import _, ngettext, pgettext, recorded, told


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
        "code": _("Code"),
        "alpha": _("Alpha"),
        "sources": _("Interviews read by two or more"),
        "coders": _("Coders"),
        "verdict": pgettext("of coders", "Agreement"),
    }
    caption = _("How far the coders agree: all codes together, and those with less than enough")
    return grids.grid(report, "coder_agreement", caption, columns, rows=rows, parted_by="wave")


def voices(report: Report) -> Voices:
    """Return the quotes that may be told, by poverty group in the order of the report."""
    rows = report.rows("quotes")
    shown = [row for row in rows if not report.hidden("quotes", row, "words")]
    groups = sorted(
        {row["poverty_group"] for row in shown}, key=lambda one: report.rank("poverty_group", one)
    )
    parts = [
        (
            report.label("poverty_group", group),
            tuple(_quote(report, row) for row in shown if row["poverty_group"] == group),
        )
        for group in groups
    ]
    return Voices(tuple(parts), _spoken_in(shown), _withheld(len(rows) - len(shown)))


def _spoken_in(rows: list[Row]) -> str:
    languages = sorted({row["language"] for row in rows if row["language"]})
    if not languages:
        return ""
    return _("They were said in {languages}.").format(languages=wording.listing(map(told, languages)))


def _withheld(quotes: int) -> str:
    if not quotes:
        return ""
    return ngettext(
        "{n} quote is withheld: fewer than {fewest} people could have said it, and they could be recognised.",
        "{n} quotes are withheld: fewer than {fewest} people could have said it, and they could be"
        " recognised.",
        quotes,
    ).format(n=wording.whole(quotes), fewest=wording.FEWEST_RESPONDENTS)


def _quote(report: Report, row: Row) -> Quote:
    about = report.label("indicator", row["indicator"]) if row["indicator"] else ""
    return Quote(
        recorded(row["words"]),
        ", ".join(filter(None, (recorded(row["label"]), report.short(row["wave"]), about))),
    )
