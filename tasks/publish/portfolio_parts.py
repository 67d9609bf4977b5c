"""What the pages of a portfolio share: their frame, tables of clusters, the small picture of an interval."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from schemas.portfolio import PortfolioPlan
from tasks.languages import ENGLISH
from tasks.publish import wording
from tasks.publish.html import TEMPLATES, environment
from tasks.publish.spoken import Spoken

_WIDTH, _HEIGHT, _MARGIN = 176, 18, 6
_MOST_RANKS = 1_000_000


_NO_PICTURE = Markup()


class Entry(NamedTuple):
    """One cell. value: what it is ordered by, if not by its text; "" comes last. language: "" is the page's.
    others: link, code and name of each other language in which that is there to which `link` leads.

    A tuple, because a template takes it apart at once: looking up its parts one by one is slow.
    """

    text: str
    value: float | str | None = None
    style: str = ""
    symbol: str = ""
    note: str = ""
    numeric: bool = False
    link: str = ""
    picture: Markup = _NO_PICTURE
    language: str = ""
    note_language: str = ""
    others: tuple[tuple[str, str, str], ...] = ()


MISSING = Entry("–", "", "none")


@dataclass(frozen=True)
class Head:
    """The head of a column.

    numeric: set to the right. by_number: ordered by number. picture: the scale of the pictures below it.
    sorted: the order of the rows, if it is by this column.
    """

    label: str
    numeric: bool = False
    by_number: bool = False
    picture: Markup = _NO_PICTURE
    sorted: str = ""


@dataclass(frozen=True)
class Table:
    """A table of clusters that can be searched and put into another order."""

    ident: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Entry, ...], ...]
    find: str


@dataclass(frozen=True)
class Scale:
    """The one scale of all pictures of a column."""

    low: float
    high: float

    def at(self, value: float) -> str:
        """Return where a value stands in the picture, to a tenth of a pixel."""
        width = _WIDTH - 2 * _MARGIN
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return f"{_MARGIN + share * width:.1f}".removesuffix(".0")


def span(scale: Scale, low: float | None, middle: float, high: float | None, style: str = "") -> Markup:
    """Return the picture of a figure with its interval; what it shows stands beside it in words."""
    interval = "" if low is None or high is None else _line(scale, low, high)
    edges = [_upright(scale, end, "edge") for end in (scale.low, scale.high)]
    zero = _upright(scale, 0, "zero") if scale.low < 0 < scale.high else ""
    return _picture(
        f'class="interval {style}" aria-hidden="true"' if style else 'class="interval" aria-hidden="true"',
        f'{"".join(edges)}{zero}{interval}<circle cx="{scale.at(middle)}" cy="{_HEIGHT // 2}" r="4.5"/>',
    )


def axis(scale: Scale, low: str, high: str) -> Markup:
    """Return the ends of a scale as they stand above the pictures. low and high: in words."""
    words = (
        f'<text x="{scale.at(scale.low)}" y="13">{Markup.escape(low)}</text>'
        f'<text x="{scale.at(scale.high)}" y="13" text-anchor="end">{Markup.escape(high)}</text>'
    )
    return _picture('class="interval" aria-hidden="true"', words)


def _line(scale: Scale, low: float, high: float) -> str:
    y = _HEIGHT // 2
    return f'<line x1="{scale.at(low)}" x2="{scale.at(high)}" y1="{y}" y2="{y}"/>'


def _upright(scale: Scale, value: float, style: str) -> str:
    x = scale.at(value)
    return f'<line class="{style}" x1="{x}" x2="{x}" y1="2" y2="{_HEIGHT - 2}"/>'


def _picture(attributes: str, inner: str) -> Markup:
    return Markup(f'<svg {attributes} viewBox="0 0 {_WIDTH} {_HEIGHT}">{inner}</svg>')  # noqa: S704


def to_report(report: str, up: str = "") -> str:
    """Return the link to a report. report: from the folder of the portfolio. up: from a page to the index."""
    return f"{up}../../{quote(report)}"


def cluster(row: Mapping[str, Any], up: str = "", **more: Any) -> Entry:
    """Return a cluster, leading to its report in each language that it has. up: see `to_report`."""
    link, others = to_report(row["report"], up), (row["other_languages"] or "").split(",")
    return Entry(
        row["cluster"],
        link=link,
        language=own_language(row),
        others=tuple(
            (f"{link.removesuffix('.html')}.{code}.html", code, Spoken(code).name)
            for code in filter(None, others)
        ),
        **more,
    )


def ranks(row: Mapping[str, Any]) -> str:
    """Return the ranks that a row may have: '2–4', or '2' where no other is left."""
    first, last = (wording.whole(row[end]) for end in ("rank_first", "rank_last"))
    return first if first == last else f"{first}–{last}"


def rank_entry(row: Mapping[str, Any], otherwise: str = "not ranked") -> Entry:
    """Return the ranks as a cell, ordered by the first of them and then the last."""
    if row["rank_first"] is None:
        return Entry(otherwise, "", "none", numeric=True)
    return Entry(ranks(row), row["rank_first"] + row["rank_last"] / _MOST_RANKS, numeric=True)


def own_language(row: Mapping[str, Any]) -> str:
    """Return the language of a row's own words where it is not that of the page."""
    return "" if row["language"] == ENGLISH else row["language"]


def page(
    template: str, plan: PortfolioPlan, about: Mapping[str, Any], here: str, up: str = "", **more: Any
) -> str:
    """Return a page of the site. here: its id. up: the way from it to the index, such as '../'."""
    script = (TEMPLATES / "portfolio" / "site.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        environment()
        .get_template(f"portfolio/{template}")
        .render(
            plan=plan,
            about=about,
            words=wording,
            here=here,
            up=up,
            pages=about["pages"],
            script=Markup(script),  # noqa: S704
            script_hash=f"sha256-{digest}",
            **more,
        )
    )


def table(
    ident: str,
    caption: str,
    heads: Sequence[Head],
    rows: Sequence[Sequence[Entry]],
    find: str = "cluster, country, sector …",
) -> Table:
    """Return the table, each cell with what it is ordered by. find: what may be searched for, in words."""
    return Table(ident, caption, tuple(heads), tuple(tuple(map(_ordered, row)) for row in rows), find)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as rows, None where a cell is empty."""
    plain: Any = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return plain


def _ordered(entry: Entry) -> Entry:
    return entry if entry.value is not None else entry._replace(value=entry.text)
