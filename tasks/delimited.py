"""Delimited text as it comes: its encoding, its delimiter and its header, declared or found and then told."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from schemas.assessment import SourceFile
from tasks import numerals
from tasks.reading import (
    DECLARED,
    MOST_COLUMNS,
    RULE,
    SNIFFED,
    Note,
    Problem,
    Reading,
    Unreadable,
    join_headers,
    table_of,
)

DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 200
"""Rows that are looked at to find the delimiter."""
MOST = 20
"""Faults of one kind that are told of a file."""
BOMS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def read_text(content: bytes, how: SourceFile) -> Reading:
    """Return the records of a delimited text file.

    Raises Unreadable where the encoding or delimiter cannot be told, or there is no header.
    """
    text, encoding = decoded(content, how.encoding)
    if not text.strip():
        raise Unreadable(Problem("is empty", "Put the file there as it was downloaded"))
    sign, delimiter = _delimiter(text, how)
    rows = _parsed(text, sign)
    if marks := list(_stray_marks(text, rows, sign)):
        raise Unreadable(*marks[:MOST])
    reading = tabled(rows, how)
    reading.notes = [encoding, delimiter, *reading.notes]
    return reading


def decoded(content: bytes, declared: str = "") -> tuple[str, Note]:
    """Return the text of a file, and how its encoding is known.

    Without a declaration: what a byte-order mark says, else UTF-8, else one of the two Western encodings
    that its bytes allow, told with a word by which a reader can see whether it is right.
    """
    if declared:
        return _as_declared(content, declared)
    for mark, name in BOMS:
        if content.startswith(mark):
            encoding = "utf-8-sig" if name == "UTF-8" else name
            return _strict(content, encoding), Note("encoding", f"{name}, by its byte-order mark", SNIFFED)
    try:
        text, name = content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        western = "windows-1252" if re.search(rb"[\x80-\x9f]", content) else "iso-8859-1"
        text, name = _strict(content, western), western.replace("iso", "ISO").replace("windows", "Windows")
    if "\0" in text:
        remedy = 'Declare its encoding, for example encoding = "UTF-16"'
        raise Unreadable(Problem("is not text in UTF-8 or a Western encoding", remedy))
    word = re.search(r"\w*[^\x00-\x7f]\w*", text)
    shown = f": reads '{word.group()[:30]}'" if word and name != "UTF-8" else ""
    return text, Note("encoding", name + shown, SNIFFED)


def _as_declared(content: bytes, declared: str) -> tuple[str, Note]:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        remedy = "Use a name such as UTF-8, ISO-8859-1 or windows-1250"
        raise Unreadable(Problem(f"'{declared}' is no encoding", remedy, key="encoding")) from None
    text = _strict(content, "utf-8-sig" if name == "utf-8" else name, declared)
    if "\0" in text:
        raise Unreadable(
            Problem(f"is not {declared} text: it holds zero bytes", "Declare the right encoding")
        )
    return text.removeprefix("\ufeff"), Note("encoding", declared, DECLARED)


def _strict(content: bytes, encoding: str, called: str = "") -> str:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        row = content[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 0
        rule = f"is not {called or encoding} text"
        remedy = "Declare the right encoding for this [[source]], for example ISO-8859-1 or windows-1250"
        raise Unreadable(Problem(rule, remedy, row)) from None


def _delimiter(text: str, how: SourceFile) -> tuple[str, Note]:
    """Return the delimiter: the declared one, else the only one that parts the rows alike."""
    if how.delimiter:
        return how.delimiter, Note("delimiter", numerals.sign_name(how.delimiter), DECLARED)
    top = how.header_row + how.header_rows - 2
    head = text if len(text) < 1_000_000 else text[:1_000_000].rpartition("\n")[0]
    parsed = {sign: _parsed(head, sign)[: top + LOOKED_AT] for sign in DELIMITERS}
    found = [(*_parted(rows, top, by_header=True), sign) for sign, rows in parsed.items()]
    found = [one for one in found if one[1] > 1]
    if not found:  # the header is elsewhere: that is told once the cells are parted
        found = [(*_parted(rows, top, by_header=False), sign) for sign, rows in parsed.items()]
        found = [one for one in found if one[1] > 1]
    if not found:
        return ",", Note("delimiter", "none: one column", SNIFFED)
    found.sort(reverse=True)
    best = [one for one in found if one[0] == found[0][0]]
    if len(best) > 1:
        names = " and by ".join(numerals.sign_name(sign) for _, _, sign in best)
        rule = f"can be parted by {names}"
        raise Unreadable(Problem(rule, 'Declare the delimiter, for example delimiter = ";"'))
    return found[0][2], Note("delimiter", numerals.sign_name(found[0][2]), SNIFFED)


def _parted(rows: list[list[str]], top: int, *, by_header: bool) -> tuple[float, int]:
    """Return the share of rows as wide as the header (or as most rows are), and that width."""
    body = [len(row) for row in rows[top + 1 :] if any(cell.strip() for cell in row)]
    width = len(rows[top]) if len(rows) > top else 0
    if not by_header:
        width = max(sorted(set(body)), key=body.count) if body else 0
    return (sum(cells == width for cells in body) / len(body) if body else 1.0), width


def _parsed(text: str, sign: str) -> list[list[str]]:
    csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))
        if max(map(len, rows), default=0) > MOST_COLUMNS:
            rule = f"has a row of more than {MOST_COLUMNS} cells"
            raise Unreadable(Problem(rule, "Take out the columns that are not needed"))
        return rows
    except csv.Error as error:
        raise Unreadable(Problem(f"cannot be read as delimited text: {error}", "Open and mend it")) from None


def _stray_marks(text: str, rows: list[list[str]], sign: str) -> Iterator[Problem]:
    """Yield what stray quotation marks have done: rows within a cell, or the rest of the file in one."""
    width = max(map(len, rows), default=0)
    for row, record in enumerate(rows, start=1):
        for cell in record:
            if any(line.count(sign) >= max(1, width - 1) for line in cell.splitlines()[1:]):
                rule = "holds whole rows in one cell, between two quotation marks"
                yield Problem(rule, "Take out the quotation marks, or the line breaks within the cell", row)
    marker = "\x01"
    with_marker = io.StringIO(f"{text}\n{marker}", newline="")
    if text.count('"') % 2 and list(csv.reader(with_marker, delimiter=sign))[-1] != [marker]:
        rule = "has a quotation mark that is not closed, so that the rest of the file is one cell"
        yield Problem(rule, "Close it or take it out", len(rows))


def tabled(rows: list[list[str]], how: SourceFile) -> Reading:
    """Return rows of cells as a reading: header rows joined, rows outside first_row and last_row left out.

    Raises Unreadable where the header is not there. A row with more cells than it is a problem.
    """
    start, end = how.header_row - 1, how.header_row - 1 + how.header_rows
    cells = [[cell.strip() for cell in row] for row in rows]
    if len(cells) < end or not any(cells[end - 1]):
        rule = f"has no header in row {end}"
        raise Unreadable(Problem(rule, "Correct header_row and header_rows of the [[source]]", end))
    header = join_headers(cells[start:end], merged=False)
    while header and not header[-1]:
        header.pop()
    too_wide = [
        Problem("has more cells than the header", "Put the cells right, or the header row", row, "")
        for row, record in enumerate(cells[end:], start=end + 1)
        if any(record[len(header) :])
    ]
    body, first, left_out, notes = windowed(cells, end, how)
    width = len(header)
    records: list[list[str | None]] = [[*row[:width], *[None] * (width - len(row))] for row in body]
    frame, numbers, empty = table_of(records, header, first)
    near = {row: frozenset(record) for row, record in enumerate(cells[:30], start=1)}
    return Reading(frame, numbers, notes=notes, left_out={**left_out, **empty}, problems=too_wide, near=near)


def windowed(
    rows: list[list[str]], end: int, how: SourceFile
) -> tuple[list[list[str]], int, dict[str, int], list[Note]]:
    """Return the rows of records, the number of the first, those outside the plan's window, and notes.

    end: how many rows there are up to the last of the header.
    """
    first = max(how.first_row or 0, end + 1)
    last = min(how.last_row or len(rows), len(rows))
    notes = [Note("header row", str(how.header_row), DECLARED if how.header_row > 1 else RULE)]
    if how.header_rows > 1:
        notes = [Note("header rows", f"{how.header_row} to {end}, joined by ' / '", DECLARED)]
    if how.header_row > 1:
        notes.append(Note("rows above the header", str(how.header_row - 1), DECLARED))
    outside = {"before first_row": first - end - 1, "after last_row": len(rows) - max(last, end)}
    return rows[first - 1 : last], first, {why: n for why, n in outside.items() if n}, notes
