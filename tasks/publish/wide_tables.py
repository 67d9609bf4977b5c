"""Tables that are too wide for a page of paper: broken into several, so that their letters stay readable.

Of each piece the first column, or the first two, say what the others are of. A screen has the table whole,
and can be moved.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection
from itertools import combinations
from typing import Any

from tasks.publish.textsize import BOLD, width, wrapped
from tasks.tongue import _

SMALLEST = 8.0
"""Points of the smallest letters of a table, on paper and in Word."""
MM_PER_POINT = 25.4 / 72
ROOM = 1.1
"""How much wider than measured a word may be: in the widest font that takes the place of a missing one."""
MOST_WIDTH = 14.0
"""Units of its size from which on a word, such as an address of a page, is broken."""
TEXT_WIDTH = 12.0
"""Units of its size that a text of several words should have before another column's head takes more."""
PART_WIDTH = 9.0
"""Units of its size up to which a part of a note, such as an interval, is kept on one line."""
NOTHING = "–"
"""What stands in a cell of which nothing is known (tasks/publish/cells.py)."""
NOTE = "note"
"""The style of what stands below a figure."""
VERDICTS = ("gain", "loss", "contradict", "same", "unsure", "silent")
SPANS = (*VERDICTS, "span")
ON_ONE_LINE = (*SPANS, "score", "numeric")
"""Styles of what stands on one line, as reports/style.css has it: verdicts, intervals and figures."""


def fits(table: Any, whole_mm: float, *, beside_mm: float, together: Collection[str] = ()) -> bool:
    """Return whether a table stands whole on paper: the arguments are those of `pieces`."""
    slots = [_slots(row) for row in table.iter("tr")]
    return _is_room(_needed(slots, beside_mm, together), whole_mm)


def pieces(table: Any, whole_mm: float, *, beside_mm: float, together: Collection[str] = ()) -> list[Any]:
    """Return a table of the report's HTML as it stands on paper: itself, or those that it is broken into.

    whole_mm: the width of the page. beside_mm: what each column leaves free. together: styles of what is
    not parted at its spaces.
    """
    slots = [_slots(row) for row in table.iter("tr")]
    needed = _needed(slots, beside_mm, together)
    if _is_room(needed, whole_mm):
        return [table]
    names = [*range(_names_of_rows(slots))]
    groups = _shared_out(needed[len(names) :], whole_mm - sum(needed[: len(names)]), first=len(names))
    made = [
        _piece(table, [*names, *group], number, len(groups)) for number, group in enumerate(groups, start=1)
    ]
    for piece in made[1:]:
        _leave_out_what_says_nothing(piece, len(names))
    return made


def _needed(slots: list[list[Any]], beside_mm: float, together: Collection[str]) -> list[float]:
    """Return the least width of each column in mm, with what it leaves free."""
    columns = max(map(len, slots), default=0)
    return [_least(slots, column, together=together) + beside_mm for column in range(columns)]


def _is_room(needed: list[float], whole_mm: float) -> bool:
    return len(needed) < 3 or sum(needed) <= whole_mm


def narrow_heads(table: Any, whole_mm: float, *, beside_mm: float) -> None:
    """Break heads into lines, three at most, where a table has no room for all on one line.

    A long head would take the room from what stands below those beside it. whole_mm, beside_mm: as in
    `pieces`.
    """
    head, *rows = [_slots(row) for row in table.iter("tr")]
    cells = [[row[column] for row in rows if _stands_in(row, column)] for column in range(len(head))]
    room = (whole_mm - beside_mm * len(head)) / (SMALLEST * MM_PER_POINT)
    lines = [max(map(_longest_line, column), default=0.0) for column in cells]
    wanted = [_longest_line(cell) for cell in head]
    if sum(map(max, lines, wanted)) <= room:
        return
    floors = [max(map(_floor, column), default=0.0) for column in cells]
    least = [max(floor, *_thirds(cell)) for floor, cell in zip(floors, head, strict=True)]
    beyond = [max(0.0, one - narrow) for one, narrow in zip(wanted, least, strict=True)]
    share = max(0.0, room - sum(least)) / (sum(beyond) or 1.0)
    for cell, narrow, more in zip(head, least, beyond, strict=True):
        if more and share < 1:
            _break(cell, narrow + share * more)


def _thirds(head: Any) -> tuple[float, float]:
    """Return the width of a head's longest word, and what it takes to stand on three lines."""
    words = [width(word, 1, bold=True) for word in _text(head).split()]
    return max(words, default=0.0), _longest_line(head) / 3 + max(words, default=0.0) / 2


def _floor(cell: Any) -> float:
    """Return what a cell should have whatever its head: a figure its line, a text some words."""
    line = _longest_line(cell)
    return line if "numeric" in cell.classes else min(line, TEXT_WIDTH)


def _break(head: Any, limit: float) -> None:
    first, *others = wrapped(_text(head), 1, limit, bold=True)
    if others:
        head.text = first
        for line in others:
            head.append(head.makeelement("br"))
            head[-1].tail = line


def keep_parts_of_notes(table: Any, whole_mm: float, *, beside_mm: float) -> None:
    """Keep an interval, or a number with what it counts, on one line of a figure's note if there is room."""
    notes = [(note, note.text or "") for note in _notes_of_figures(table)]
    for note, said in notes:
        note.text = "; ".join(map(_together, said.split("; ")))
    if not fits(table, whole_mm, beside_mm=beside_mm):
        for note, said in notes:
            note.text = said


def _together(words: str) -> str:
    return words.replace(" ", "\u00a0") if width(words, 1) <= PART_WIDTH else words


def _notes_of_figures(table: Any) -> list[Any]:
    return [note for cell in table.find_class("numeric") for note in cell.find_class("note")]


def has_room_for_notes(table: Any, whole_mm: float, *, beside_mm: float) -> bool:
    """Return whether the notes of figures can stand on one line each, as what is kept on one line does."""
    if any(width(_text(note), 1) > MOST_WIDTH for note in _notes_of_figures(table)):
        return False
    return fits(table, whole_mm, beside_mm=beside_mm, together=(*ON_ONE_LINE, NOTE))


def _stands_in(row: list[Any], column: int) -> bool:
    """Return whether a row has a cell in a column that stands in no other."""
    return column < len(row) and row.count(row[column]) == 1


def _longest_line(cell: Any) -> float:
    """Return the width of the longest of a cell's lines, of which a note is one, in units of its size."""
    notes = [_text(note) for note in cell.find_class("note")]
    whole = _text(cell)
    for note in notes:
        whole = whole.replace(note, "")
    is_bold = cell.getparent().getparent().tag == "thead"
    return max(width(line.strip(), 1, bold=is_bold) for line in (whole, *notes))


def _shared_out(widths: list[float], room: float, *, first: int) -> list[list[int]]:
    """Return columns by the piece in which they stand: as few as the room allows, and much alike in width.

    first: the number of the first of these columns.
    """

    def filled(limit: float) -> list[list[int]]:
        groups: list[list[int]] = [[]]
        for column, width_mm in enumerate(widths):
            if groups[-1] and sum(widths[one] for one in groups[-1]) + width_mm > limit:
                groups.append([])
            groups[-1].append(column)
        return groups

    fewest = filled(room)
    sums = sorted({sum(widths[start:end]) for start, end in combinations(range(len(widths) + 1), 2)})
    narrowest = next((limit for limit in sums if limit < room and len(filled(limit)) == len(fewest)), room)
    return [[first + column for column in group] for group in filled(narrowest)]


def _names_of_rows(rows: list[list[Any]]) -> int:
    """Return how many first columns tell rows apart: two where the first repeats in a part of the table."""
    seen: set[str] = set()
    for row in rows:
        if _is_part(row):
            seen = set()
        elif (said := _text(row[0])) in seen:
            return 2
        else:
            seen.add(said)
    return 1


def _is_part(row: list[Any]) -> bool:
    return len(set(row)) == 1


def _text(cell: Any) -> str:
    return " ".join(" ".join(cell.itertext()).split())


def _leave_out_what_says_nothing(table: Any, names: int) -> None:
    """Take the rows out of a later piece that have only dashes in it, and the parts of which none is left."""
    rows = list(table.iterfind("tbody/tr"))
    empty = [row for row in rows if not _is_part(slots := _slots(row)) and _is_silent(slots[names:])]
    if len(empty) == sum(not _is_part(_slots(row)) for row in rows):
        return
    for row in empty:
        row.getparent().remove(row)
    for row in [row for row in table.iterfind("tbody/tr") if _is_part(_slots(row))]:
        after = row.getnext()
        if after is None or _is_part(_slots(after)):
            row.getparent().remove(row)


def _is_silent(cells: list[Any]) -> bool:
    return all(_text(cell) == NOTHING for cell in cells)


def _slots(row: Any) -> list[Any]:
    """Return the cell that stands in each column of a row."""
    return [cell for cell in row for _ in range(int(cell.get("colspan", 1)))]


def _least(rows: list[list[Any]], column: int, *, together: Collection[str]) -> float:
    """Return the width in mm of the widest word of a column, of the cells that stand in it alone."""
    words = [
        word for row in rows if _stands_in(row, column) for word in _words(row[column], together=together)
    ]
    widest = max((width(word, 100) / 100 * BOLD for word in words), default=1.0)
    return min(widest, MOST_WIDTH) * SMALLEST * MM_PER_POINT * ROOM


def _words(cell: Any, *, together: Collection[str]) -> list[str]:
    """Return what of a cell stays on one line."""
    said = [one for one in cell.iter("span") if _is_kept(cell, one, together)] if together else []
    kept = [" ".join(one.itertext()).strip() for one in said]
    return [*kept, *re.split(r"[ \n]+", " ".join(cell.itertext()).strip())]


def _is_kept(cell: Any, said: Any, together: Collection[str]) -> bool:
    own = (said.get("class") or "").split()
    if NOTE in own:
        return NOTE in together and "numeric" in cell.get("class", "")
    styles = [*own, *(cell.get("class") or "").split()]
    return "value" in own and "withheld" not in own and any(one in together for one in styles)


def _piece(table: Any, columns: list[int], number: int, count: int) -> Any:
    """Return a copy of a table with some of its columns."""
    made = copy.deepcopy(table)
    for row in made.iter("tr"):
        slots = _slots(row)
        kept = [slots[column] for column in columns if column < len(slots)]
        for cell in set(slots):
            if cell not in kept:
                row.remove(cell)
            elif kept.count(cell) > 1:
                cell.set("colspan", str(kept.count(cell)))
            else:
                cell.attrib.pop("colspan", None)
    caption = made.find("caption")
    if caption is not None:
        said = " ".join(caption.itertext()).strip()
        for part in [*caption]:
            caption.remove(part)
        if number > 1:
            caption.attrib.pop("id", None)
        caption.text = _("{caption} (part {number} of {count})").format(
            caption=said, number=number, count=count
        )
    return made
