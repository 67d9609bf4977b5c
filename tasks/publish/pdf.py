"""The report as a PDF for print and for screen readers (PDF/UA-1), made from its HTML: one source.

WeasyPrint is an extra (`pip install weasyprint`) and needs Pango of the system: it is imported when used.
"""

from __future__ import annotations

import io
import logging
from typing import Any

from tasks.publish.wide_tables import (
    ON_ONE_LINE,
    SPANS,
    VERDICTS,
    fits,
    has_room_for_notes,
    keep_parts_of_notes,
    narrow_heads,
    pieces,
)

INNER_MM = 182.0
"""How wide what stands on a page is, and below what a column of a table leaves free (reports/style.css)."""
BESIDE_MM, BESIDE_OF_MANY_MM = 2.4, 1.4
TIGHT = 1.04
"""How much more than the page a table with whole intervals may seem to take: measures leave room."""
FIGURE_MM = 58.0
"""What a picture beside a table takes of it (`BLOCKS`)."""
SANS = "'Noto Sans', 'Liberation Sans', Arial, Helvetica, sans-serif"
"""The letters of pictures, as reports/style.css has them for the page on paper.

Where a machine has no others, sans-serif is DejaVu Sans, a tenth wider: words of pictures would touch.
"""
BLOCKS = """
.facts, .panels, .beside, .pair, .findings > li, .quiet > li { display: block; }
.facts div { display: inline-block; vertical-align: top; width: 44.5mm; padding: 0 3mm 1mm 0; }
.panels .chart { display: inline-block; width: 57mm; margin-bottom: 3mm; vertical-align: top; }
.panels:not(:has(.chart ~ .chart)) { display: inline-block; }
.beside, .pair { break-inside: avoid; }
.beside > figure, .beside > .table, .pair > div, .said, .said + div { display: table-cell; }
.beside > figure, .beside > .table, .pair > div, .said, .said + div { vertical-align: top; }
.beside > figure { width: 54mm; padding-right: 4mm; }
.beside figcaption { margin-top: 1mm; line-height: 1.25; }
.beside .panels { padding: 1.5mm; } .beside .panels .chart { width: 50mm; margin: 0; }
.quiet { columns: 1; }
.said { width: 26mm; padding-right: 2mm; }
.pair > div { width: 88mm; padding-right: 3mm; }
th, td { overflow-wrap: normal; }
.parted .value.span, .parted .numeric .value, .spanned .numeric .value { white-space: normal; }
.noted td.numeric .note { white-space: nowrap; }
.parted table + table { margin-top: 3mm; }
"""
"""WeasyPrint 70 fails on a grid that a page ends in, and parts floats there: grids become blocks and cells.

It also breaks words of a narrow column, which a browser does only where nothing else helps.
"""


OF_A_SCREEN = ("Ignored `%s", "Expected a media type", "Invalid media type")
"""Warnings of what our own style has for a screen: WeasyPrint does not know it, and paper does without."""


class NotLaidOut(Exception):
    """WeasyPrint gave up on a page, as version 70 does on some grids at the end of a page."""


def pdf(page: str, content_hash: str) -> bytes:
    """Return report.pdf of a page of the report: tagged, with bookmarks, no network.

    page: its HTML. content_hash: hexadecimal; the document's identifier is made of it.

    Raises OSError where the system has no Pango, ImportError where WeasyPrint is not installed, NotLaidOut
    where WeasyPrint gives up on the page.
    """
    # a library that logs everything would have it tell of each page, and of its start, below the run's lines
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    import weasyprint
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint").addFilter(_is_told)
    fetcher = URLFetcher(allowed_protocols={"data"})
    source = weasyprint.HTML(string=printable(page), url_fetcher=fetcher)
    target = io.BytesIO()
    try:
        source.write_pdf(target, pdf_variant="pdf/ua-1", pdf_identifier=bytes.fromhex(content_hash)[:16])
    except AssertionError:
        raise NotLaidOut from None
    return target.getvalue()


def _is_told(record: logging.LogRecord) -> bool:
    return not record.msg.startswith(OF_A_SCREEN)


def printable(page: str) -> str:
    """Return a page as it is laid out: the rules for print, and without what only a screen shows."""
    import lxml.html

    root = lxml.html.document_fromstring(page)
    for element in root.xpath("//nav | //*[@class='skip' or @class='narrow']"):
        element.drop_tree()
    for title in root.xpath("//svg[desc]/title"):  # the one text that WeasyPrint gives to who does not see it
        title.text = f"{title.text_content()}: {title.getnext().text_content()}"
    for element in root.xpath("//svg//*[@font-family='sans-serif']"):
        element.set("font-family", SANS)
    _break_wide_tables(root)
    _lighten(root)
    style = lxml.html.fragment_fromstring("<style></style>")
    style.text = BLOCKS
    root.find("head").append(style)
    return "<!doctype html>\n" + lxml.html.tostring(root, encoding="unicode")


def _break_wide_tables(root: Any) -> None:
    """Part tables that no page holds in letters that can be read; before that, what is kept on one line."""
    for table in root.xpath("//div[contains(concat(' ', @class, ' '), ' table ')]/table"):
        around = table.getparent()
        room = INNER_MM - FIGURE_MM if around.getparent().get("class") == "beside" else INNER_MM
        many = "many" in around.get("class").split()
        beside = BESIDE_OF_MANY_MM if many else BESIDE_MM
        narrow_heads(table, room, beside_mm=beside)
        keep_parts_of_notes(table, room, beside_mm=beside)
        if has_room_for_notes(table, room, beside_mm=beside):
            around.set("class", f"{around.get('class')} noted")
        if fits(table, INNER_MM, beside_mm=beside, together=ON_ONE_LINE):
            continue
        if fits(table, INNER_MM * TIGHT, beside_mm=beside, together=SPANS):
            around.set("class", f"{around.get('class')} spanned")
            continue
        around.set("class", f"{around.get('class')} parted")
        first, *others = pieces(table, INNER_MM, beside_mm=beside, together=VERDICTS)
        for piece in reversed(others):
            table.addnext(piece)
        if others:
            around.replace(table, first)


def _lighten(root: Any) -> None:
    """Take out of the tables what lays out nothing: a tenth of the time that the PDF takes."""
    for element in root.xpath("//*[@class='more']"):
        element.drop_tree()
    plain = "//td/div | //th/span[@class='value'] | //td[not(@class)]//span[@class='value']"
    for element in root.xpath(plain):
        element.drop_tag()
    # WeasyPrint 70 breaks a line after its first word where a blank at its end makes it a little too long
    for note in root.xpath("//th/span[@class='note'] | //td/span[@class='note']"):
        above = note.getprevious()
        if above is None:
            note.getparent().text = (note.getparent().text or "").strip()
        else:
            above.tail = (above.tail or "").strip()
    for element in root.xpath("//td | //th | //tr | //tbody | //thead | //table | //div[@role='region']"):
        for name in ("role", "tabindex", "data-label"):
            element.attrib.pop(name, None)
