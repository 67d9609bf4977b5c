"""The report as a Word file that an officer can edit, made from the HTML of the report: one source.

Headings, paragraphs, lists, tables with captions and pictures with their words become Word's own; nothing is
looked up or computed here, so that every section of the report is in it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

from tasks.publish import wording
from tasks.publish.docx import Document
from tasks.publish.docx_table import SIDE_MM, Cell
from tasks.publish.wide_tables import ON_ONE_LINE, SPANS, keep_parts_of_notes, pieces
from tasks.tongue import _

SCALE = 2
"""Pictures have this many points for each of the drawing's."""
MM_PER_POINT = 25.4 / 96
SPARE = 0.97
"""How much of the page a table may seem to take: bold letters of a head may be wider than measured."""
BESIDE_MM = 3.0
"""Between pictures that stand beside each other."""
SKIPPED = {"nav", "script", "style", "input", "label"}
HEADINGS = {"h2": 1, "h3": 2, "h4": 3}
_SIGN = re.compile(r"^([▲▼=?–]) ")
"""The sign of a verdict, which stays with the word behind it."""
PLACED = {"p", "ul", "ol", "dl", "table", "svg", "blockquote", "figcaption", *HEADINGS}


def word(page: str, made: Iterable[tuple[str, str]], template: bytes | None = None) -> bytes:
    """Return report.docx of a page of the report.

    page: its HTML. made: pairs of words that tell where it comes from; they stand at the end, unless the page
    says them, and, but for the hash, in the foot of each page. template: an office's own Word file, whose
    styles, head and foot are used.
    """
    import lxml.html

    root = lxml.html.fromstring(page)
    title = _words(root.find(".//h1"))
    pairs = list(made)
    document = Document(title, " · ".join(f"{_(what)} {words}" for what, words in pairs[:2]), template)
    document.title(title)
    for part in root.xpath("//header//p"):
        document.text(_words(part))
    main = root.find(".//main")
    said = main.text_content()
    _place(main, document)
    if not all(words in said for _what, words in pairs):
        document.heading(_("About this file"))
        document.bullets(wording.headed(_(what), words) for what, words in pairs)
    return document.content()


def _place(element: Any, document: Document) -> None:
    """Write what an element holds, from top to bottom."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in SKIPPED or "narrow" in (child.get("class") or ""):
            continue
        if child.tag in HEADINGS:
            document.headed(_words(child), HEADINGS[child.tag])
        elif child.tag == "blockquote":
            document.quote(_words(child))
        elif child.tag in ("ul", "ol"):
            _items(child, document)
        elif child.tag == "dl":
            _pairs(child, document)
        elif child.tag == "table":
            _table(child, document)
        elif child.tag == "svg":
            _pictures([child], document)
        elif child.get("class") == "panels":
            _pictures([one for one in child if one.tag == "svg"], document)
        elif child.tag == "figcaption":
            document.caption(_words(child))
        elif child.tag == "p" or not any(one.tag in PLACED for one in child.iter()):
            if words := _words(child):
                document.text(words, leads=_leads(child))
        elif "across" in (child.get("class") or "").split():
            document.turn()
            _place(child, document)
            document.turn()
        else:
            _place(child, document)


def _leads(element: Any) -> bool:
    """Return whether an element stands between a heading and a table or picture: it stays with both."""
    above, below = element.getprevious(), element.getnext()
    if above is None or below is None or above.tag not in HEADINGS:
        return False
    return below.tag == "figure" or (below.get("class") or "").split()[:1] in (["table"], ["beside"])


def _items(element: Any, document: Document) -> None:
    for item in element:
        said = item.find("div[@class='said']")
        if said is None:
            document.bullets(filter(None, [_words(item)]))
        else:
            first, *others = (_words(one) for one in item.iter("p"))
            document.finding(", ".join(map(_words, said)), first, " ".join(others))


def _pairs(element: Any, document: Document) -> None:
    for term in element.iter("dt"):
        said, words = term.getnext(), _words(term)
        letter = term.find("span[@class='letter']")
        if letter is not None:
            words = f"{_words(letter)}. {words.removeprefix(_words(letter)).strip()}"
        joint = "" if words.endswith((".", ":")) else ":"
        document.pair(f"{words}{joint}", _words(said) if said is not None else "")


def _table(element: Any, document: Document) -> None:
    room = document.inner_mm * SPARE
    keep_parts_of_notes(element, room, beside_mm=2 * SIDE_MM)
    for piece in pieces(element, room, beside_mm=2 * SIDE_MM, together=SPANS):
        _place_table(piece, document)


def _place_table(element: Any, document: Document) -> None:
    rows = [[_cell(one) for one in row] for row in element.iter("tr")]
    columns = max((sum(cell.span for cell in row) for row in rows), default=0)
    if not columns:
        return
    filled = [[*row, *[Cell("")] * (columns - sum(cell.span for cell in row))] for row in rows]
    caption = element.find("caption")
    document.printed(_words(caption) if caption is not None else "", filled)


def _cell(element: Any) -> Cell:
    """Return a cell: what is a note in it stands below."""
    notes = element.find_class("note")
    note = " ".join(map(_words, notes))
    for one in notes:
        one.drop_tree()
    return Cell(
        _SIGN.sub("\\1\u00a0", _words(element)),
        note,
        int(element.get("colspan", 1)),
        is_figure="numeric" in (element.get("class") or ""),
        strong=element.get("scope") == "colgroup",
        together=any(style in ON_ONE_LINE for one in element.find_class("value") for style in one.classes),
    )


def _pictures(elements: list[Any], document: Document) -> None:
    """Place drawings beside each other, three in a line where there are as many."""
    import lxml.etree
    import vl_convert

    images = []
    for element in elements:
        drawing = lxml.etree.tostring(element, encoding="unicode", with_tail=False).replace(
            "viewbox=", "viewBox="
        )
        told = " ".join(_words(one) for one in element if one.tag in ("title", "desc"))
        images.append((io.BytesIO(vl_convert.svg_to_png(drawing, scale=SCALE)), told))
    sizes = [(float(one.get("width")), float(one.get("height"))) for one in elements]
    if not sizes:
        return
    width, height = (max(side) * MM_PER_POINT for side in zip(*sizes, strict=True))
    room = (document.inner_mm - BESIDE_MM * 2) / 3 if len(images) > 2 else document.inner_mm
    document.pictures(images, width * min(1.0, room / width, document.tallest_mm / height))


def _words(element: Any) -> str:
    """Return the words of an element on one line; items of a list within it are parted by semicolons."""
    items = [_words(item) for item in element.iter("li") if item is not element]
    if items:
        return "; ".join(filter(None, items))
    said = re.sub(r"[ \t\r\n]+", " ", " ".join(element.itertext())).strip()
    return re.sub(r" (?=[.,](?: |$))", "", said)
