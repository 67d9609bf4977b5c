"""A table of a Word file, as its XML: widths by the longest words, a head that repeats, cells that span."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from tasks.publish.textsize import BOLD, width
from tasks.publish.wide_tables import MM_PER_POINT, MOST_WIDTH, ROOM, SMALLEST

SIZES = (8.5, SMALLEST)
"""Points of the letters: the largest in which no word of the table has to be broken."""
SIDE_MM = 0.9
"""What a cell leaves free at its left and at its right."""
HEAD_ROOM = 1.06
"""How much wider than others a word of the head may be: the widest font is wider still in bold."""
LONGEST = 400
"""Signs from which on a longer text does not ask for a wider column."""
TWIPS_PER_MM = 1440 / 25.4
LINE, NO_LINE = 'w:val="single" w:sz="4" w:space="0" w:color="B9C0C8"', 'w:val="nil"'
SIDES = {"top": LINE, "left": NO_LINE, "bottom": LINE, "right": NO_LINE, "insideH": LINE, "insideV": NO_LINE}
RULES = "".join(f"<w:{side} {line}/>" for side, line in SIDES.items())
MUTED = "57606A"


@dataclass(frozen=True)
class Cell:
    """A cell: its words, a smaller note below them, how many columns it takes; figures stand at the right.

    together: its words stand on one line where the table has room for it.
    """

    words: str
    note: str = ""
    span: int = 1
    is_figure: bool = False
    strong: bool = False
    together: bool = False


def fitted(rows: Sequence[Sequence[Cell]], whole_mm: float) -> tuple[float, list[float]]:
    """Return the size of the letters in points, and how wide each column is in mm, the whole width in all.

    rows: the head first. No word is broken as long as the smallest size allows it; what is left goes to the
    columns with longer texts.

    >>> fitted([[Cell("Group"), Cell("People")], [Cell("Women who print at home"), Cell("12")]], 100)
    (8.5, [79.5, 20.5])
    """
    columns = sum(cell.span for cell in rows[0])
    texts: list[list[Cell]] = [[] for _ in range(columns)]
    for row in rows:
        place = 0
        for cell in row:
            if cell.span == 1:
                texts[place].append(cell)
            place += cell.span
    size, least = _narrowest(texts, set(rows[0]), whole_mm)
    wanted = [0.5 + max(map(_beyond_a_word, column), default=0) ** 0.5 for column in texts]
    over = max(whole_mm - sum(least), 0.0)
    shrink = min(1.0, whole_mm / sum(least))
    return size, [
        round(narrow * shrink + over * want / sum(wanted), 1)
        for narrow, want in zip(least, wanted, strict=True)
    ]


def _narrowest(
    columns: Sequence[Sequence[Cell]], head: Collection[Cell], whole_mm: float
) -> tuple[float, list[float]]:
    """Return the size of the letters and the least width of each column in mm.

    What stands together is parted only where the smallest letters do not help.
    """
    size, least = SIZES[-1], [0.0] * len(columns)
    for together in (True, False):
        longest = [_longest_of_column(column, head, together) for column in columns]
        for size in SIZES:
            least = [points * size * MM_PER_POINT * ROOM + 2 * SIDE_MM for points in longest]
            if sum(least) <= whole_mm:
                return size, least
    return size, least


def _longest_of_column(column: Sequence[Cell], head: Collection[Cell], together: bool) -> float:
    """Return the width of a column's longest word, in units of its size; one of the head has more room."""
    words = (_longest_word(cell, together) * (HEAD_ROOM if cell in head else 1) for cell in column)
    return max(words, default=1.0)


def _beyond_a_word(cell: Cell) -> int:
    """Return how many signs a cell, or the note below it, has beyond its longest word."""
    return max(
        min(len(text), LONGEST) - min(max(map(len, text.split(" "))), LONGEST)
        for text in (cell.words, cell.note)
    )


def _longest_word(cell: Cell, together: bool) -> float:
    """Return the width of a cell's longest word, in units of its size. together: words may count as one."""
    said = [cell.words, *re.split(r"[ \n]+", cell.note)]
    said += [] if together and cell.together else re.split(r"[ \n]+", said.pop(0))
    words = (width(word, 100) / 100 * BOLD for word in said)
    return min(max(words, default=0.0), MOST_WIDTH)


def xml(
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[float],
    *,
    style: str,
    size: float | None,
    height_mm: float,
    ruled: bool,
) -> Any:
    """Return the element of a table. rows: the head first. style: its id.

    size: of the letters in points; None leaves it to the style. height_mm: the least of a row. ruled: thin
    lines between rows and a grey head, in place of the lines of the style.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    twips = [round(wide * TWIPS_PER_MM) for wide in widths]
    side = round(SIDE_MM * TWIPS_PER_MM)
    margins = f'<w:left w:w="{side}" w:type="dxa"/><w:right w:w="{side}" w:type="dxa"/>'
    parts = [
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{escape(style)}"/>'
        f'<w:tblW w:w="{sum(twips)}" w:type="dxa"/>',
        f"<w:tblBorders>{RULES}</w:tblBorders>" if ruled else "",
        f'<w:tblLayout w:type="fixed"/>{f"<w:tblCellMar>{margins}</w:tblCellMar>" if size else ""}'
        '<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:noHBand="1" w:noVBand="1"/>'
        "</w:tblPr><w:tblGrid>",
        *(f'<w:gridCol w:w="{wide}"/>' for wide in twips),
        "</w:tblGrid>",
    ]
    for number, row in enumerate(rows):
        is_head = number == 0
        height = (
            f'<w:trHeight w:val="{round(height_mm * TWIPS_PER_MM)}"/>' if height_mm and not is_head else ""
        )
        parts.append(f"<w:tr><w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if is_head else ''}</w:trPr>")
        place = 0
        leads = len(rows) > 3 and number in (0, 1, len(rows) - 2)  # no row stands alone on a page
        for cell in row:
            wide = sum(twips[place : place + cell.span])
            shaded = ruled and (is_head or cell.span > 1)
            parts.append(_cell(cell, wide, size, is_head=is_head, shaded=shaded, leads=leads or cell.strong))
            place += cell.span
        parts.append("</w:tr>")
    return parse_xml("".join([*parts, "</w:tbl>"]))


def _cell(cell: Cell, wide: int, size: float | None, *, is_head: bool, shaded: bool, leads: bool) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEF1F4"/>' if shaded and not is_figure(cell) else ""
    place = '<w:vAlign w:val="bottom"/>' if is_head else ""
    lines = [_paragraph(cell, cell.words, size, strong=is_head or cell.strong, leads=leads)]
    if cell.note:
        small = max(size - 1, SMALLEST) if size else None
        lines.append(_paragraph(cell, cell.note, small, strong=False, leads=leads, colour=MUTED))
    look = f'<w:tcW w:w="{wide}" w:type="dxa"/>{span}{shade}{place}'
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{''.join(lines)}</w:tc>"


def is_figure(cell: Cell) -> bool:
    """Return whether a cell that spans columns is one of withheld figures, and no line above a part."""
    return cell.span > 1 and not cell.strong


def _paragraph(
    cell: Cell, words: str, size: float | None, *, strong: bool, leads: bool, colour: str = ""
) -> str:
    """Return a paragraph of a cell; leads: it stays on the page of the row below."""
    right = '<w:jc w:val="right"/>' if cell.is_figure else ""
    look = ("<w:b/>" if strong else "") + (f'<w:color w:val="{colour}"/>' if colour else "")
    if size:
        look += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    keep = "<w:keepNext/>" if leads else ""
    text = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line, quote=False)}</w:t>' for line in words.split("\n")
    )
    space = '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
    return (
        f"<w:p><w:pPr>{keep}{space}{right}</w:pPr>"
        f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{text}</w:r></w:p>"
    )
