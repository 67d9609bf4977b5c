"""Excel workbooks, with header rows that may be several and merged."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pandas as pd

from schemas.assessment import SourceFile
from tasks import workbook
from tasks.delimited import windowed
from tasks.files import cell_text
from tasks.reading import DECLARED, RULE, Note, Problem, Reading, Unreadable, join_headers, table_of

NAME = "excel"
TITLE = "A sheet of an Excel workbook"
FORMAT = "Excel (.xlsx, .xlsm)"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics", "staged.regional_industries", "staged.regions")
CITATION = "secondary/sources, by the `source` of the [[source]]"
LICENCE = "as secondary/sources says for the source"


def read(content: bytes, how: SourceFile) -> Reading:
    """Return the records of a sheet: numbers as numbers, text as text; dates and cells in error are noted.

    Raises tasks.reading.Unreadable where the sheet or its header is not there.
    """
    import python_calamine  # noqa: F401 -- once, and not in each child

    return workbook.opened(_read, content, how)


def _read(content: bytes, how: SourceFile) -> Reading:
    position, name, cells, merged = _sheet(content, how.sheet)
    start, end = how.header_row - 1, how.header_row - 1 + how.header_rows
    if len(cells) < end or not any(cell_text(cell) for cell in cells[end - 1]):
        rule = f"has no header in row {end}"
        remedy = "Correct sheet, header_row and header_rows of the [[source]]"
        raise Unreadable(Problem(rule, remedy, end))
    top, filled = _filled(cells[start:end], start, merged)
    header = join_headers(top, merged=filled)
    while header and not header[-1]:
        header.pop()
    body, first, left_out, notes = windowed(cells, end, how)
    texts = [[cell_text(cell, truth=("FALSE", "TRUE")) for cell in row[: len(header)]] for row in body]
    frame, rows, empty = table_of(texts, header, first)
    notes.insert(0, Note("sheet", name, DECLARED if how.sheet else RULE))
    if how.header_rows > 1:
        told = "as the merged cells say" if filled else "to the right, as no cell is merged"
        notes.append(Note("header cells filled", told, RULE))
    seen = workbook.looked_at(content, position)
    if seen.formulas:
        notes.append(Note("cells that are formulas", f"{seen.formulas}, with the values last saved", RULE))
    if seen.hidden:
        shown = ", ".join(map(str, seen.hidden[:5])) + (" …" if len(seen.hidden) > 5 else "")
        notes.append(Note("hidden rows, read like the others", f"{len(seen.hidden)} (row {shown})", RULE))
    near = {row: frozenset(filter(None, map(cell_text, one))) for row, one in enumerate(cells[:30], 1)}
    return Reading(
        frame,
        rows,
        sheet=name,
        numbers=_numbers(body, frame, rows, first),
        notes=notes,
        left_out={**left_out, **empty},
        problems=[
            *workbook.told_errors(seen.errors, [str(column) for column in frame]),
            *workbook.told_unsaved(
                [one for one in seen.unsaved if one[0] in set(rows)], [str(column) for column in frame]
            ),
        ],
        dates=_dates(body, frame, first),
        near=near,
    )


def _sheet(content: bytes, wanted: str) -> tuple[int, str, list[list[Any]], list[Any]]:
    """Return a sheet's position, name, cells and merged ranges."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except Exception:
        raise Unreadable(
            Problem("cannot be read as Excel", "Save it again and check that it opens")
        ) from None
    names = book.sheet_names
    if wanted and wanted not in names:
        rule = f"has no sheet '{wanted}'"
        raise Unreadable(Problem(rule, f"The sheets are: {', '.join(names)}", key="sheet"))
    if not wanted and len(names) > 1:
        rule = "has more than one sheet"
        remedy = f"Declare which: sheet = '…'. The sheets are: {', '.join(names)}"
        raise Unreadable(Problem(rule, remedy, key="sheet"))
    position = names.index(wanted) if wanted else 0
    sheet = book.get_sheet_by_index(position)
    return (
        position,
        names[position],
        sheet.to_python(skip_empty_area=False),
        list(sheet.merged_cell_ranges or []),
    )


def _filled(rows: list[list[Any]], start: int, merged: list[Any]) -> tuple[list[list[str]], bool]:
    """Return the header rows as text, merged cells filled, and whether any of their cells is merged."""
    texts = [[cell_text(cell) or "" for cell in row] for row in rows]
    found = False
    for (top, left), (bottom, right) in merged:
        if start <= top < start + len(rows):
            found = True
            word = texts[top - start][left] if left < len(texts[top - start]) else ""
            for row in range(top, min(bottom + 1, start + len(rows))):
                for column in range(left, min(right + 1, len(texts[row - start]))):
                    texts[row - start][column] = word
    return texts, found


def _numbers(body: list[list[Any]], frame: pd.DataFrame, rows: pd.Series, first: int) -> dict[str, pd.Series]:
    """Return the numbers of each column that has any, missing where a cell holds none."""
    found = {}
    kept = [body[row - first] for row in rows]
    for place, column in enumerate(frame.columns):
        cells = [row[place] if place < len(row) else None for row in kept]
        numbers = [
            float(c) if isinstance(c, int | float) and not isinstance(c, bool) else None for c in cells
        ]
        if any(number is not None for number in numbers):
            found[str(column)] = pd.Series(numbers, index=frame.index, dtype="float64")
    return found


def _dates(body: list[list[Any]], frame: pd.DataFrame, first: int) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for row, record in enumerate(body, start=first):
        for column, cell in zip(frame.columns, record, strict=False):
            if isinstance(cell, dt.date | dt.time):
                found.setdefault(str(column), set()).add(row)
    return found
