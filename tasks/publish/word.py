"""The report as a Word file that an officer can edit, made from the HTML of the report: one source.

Headings, paragraphs, lists, tables with captions and pictures with their words become Word's own; nothing is
looked up or computed here, so that every section of the report is in it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

from tasks.publish.docx import INNER_WIDTH_MM, Document

SCALE = 2
"""Pictures have this many points for each of the drawing's."""
MM_PER_POINT = 25.4 / 96
TALLEST_MM = 225.0
SKIPPED = {"nav", "script", "style"}
HEADINGS = {"h2": 1, "h3": 2, "h4": 3}
PLACED = {"p", "ul", "ol", "dl", "table", "svg", "blockquote", "figcaption", *HEADINGS}


def word(page: str, made: Iterable[tuple[str, str]]) -> bytes:
    """Return report.docx of a page of the report.

    page: its HTML. made: pairs of words that tell where it comes from; they stand at the end and, but for the
    hash, in the foot of each page.
    """
    import lxml.html

    root = lxml.html.fromstring(page)
    title = _words(root.find(".//h1"))
    pairs = list(made)
    document = Document(title, " · ".join(f"{what} {words}" for what, words in pairs[:2]))
    document.title(title)
    for part in root.xpath("//header//p"):
        document.text(_words(part))
    _place(root.find(".//main"), document)
    document.heading("About this file")
    document.bullets(f"{what}: {words}" for what, words in pairs)
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
            document.bullets(filter(None, map(_words, child)))
        elif child.tag == "dl":
            _pairs(child, document)
        elif child.tag == "table":
            _table(child, document)
        elif child.tag == "svg":
            _picture(child, document)
        elif child.tag in ("p", "figcaption") or not any(one.tag in PLACED for one in child.iter()):
            if words := _words(child):
                document.text(words)
        else:
            _place(child, document)


def _pairs(element: Any, document: Document) -> None:
    for term in element.iter("dt"):
        said = term.getnext()
        document.bullets([f"{_words(term)}: {_words(said) if said is not None else ''}"])


def _table(element: Any, document: Document) -> None:
    caption = element.find("caption")
    heads: list[str] = []
    rows: list[list[str]] = []
    for row in element.iter("tr"):
        cells = [words for cell in row for words in [_words(cell), *[""] * (int(cell.get("colspan", 1)) - 1)]]
        if row.getparent().tag == "thead" and not heads:
            heads = cells
        else:
            rows.append(cells)
    columns = max(map(len, [heads, *rows]), default=0)
    if not columns:
        return
    filled = [[*row, *[""] * (columns - len(row))] for row in [heads, *rows]]
    document.table(
        _words(caption) if caption is not None else "", filled[0], filled[1:], wide=shares(filled), tall=False
    )


def shares(rows: list[list[str]]) -> list[float]:
    """Return the share of the width that each column gets: by its longest word and the length of its texts.

    >>> shares([["Group", "People"], ["Women home workers", "12"]])
    [0.571, 0.429]
    """
    weights = []
    for column in zip(*rows, strict=True):
        longest_word = max(len(word) for cell in column for word in (cell.split() or [""]))
        longest = max(map(len, column))
        weights.append(max(longest_word, min(longest, 60) ** 0.5 * 2.12, 3) + 3)
    return [round(weight / sum(weights), 3) for weight in weights]


def _picture(element: Any, document: Document) -> None:
    import lxml.etree
    import vl_convert

    width, height = (float(element.get(side)) for side in ("width", "height"))
    told = " ".join(_words(one) for one in element if one.tag in ("title", "desc"))
    drawing = lxml.etree.tostring(element, encoding="unicode", with_tail=False).replace(
        "viewbox=", "viewBox="
    )
    image = vl_convert.svg_to_png(drawing.replace("viewbox=", "viewBox="), scale=SCALE)
    shrink = min(1.0, INNER_WIDTH_MM / (width * MM_PER_POINT), TALLEST_MM / (height * MM_PER_POINT))
    document.picture(io.BytesIO(image), width * MM_PER_POINT * shrink, told)


def _words(element: Any) -> str:
    """Return the words of an element on one line; items of a list within it are parted by semicolons."""
    items = [_words(item) for item in element.iter("li") if item is not element]
    if items:
        return "; ".join(filter(None, items))
    return re.sub(r"[ \t\r\n]+", " ", " ".join(element.itertext())).strip()
