"""The released tables as one workbook: a sheet a table, with filters, fixed heads, notes and no formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from schemas.base import notes
from tasks.publish import MADE
from tasks.publish.report import RELEASED
from tasks.publish.tables import fixed, neutral

MOST_ROWS = 50_000
"""A longer table is left to its CSV: a workbook of that size is slow to open."""
EMPTY_CELLS = (
    "A cell is empty where there is no figure, or where it is withheld to protect respondents: "
    "then the column withheld_by names the rule."
)
LONGEST_CELL = 32_767
LONGEST_SHEET_NAME = 31
WIDTHS = {"string": 24, "boolean": 10}


def annex(tables: Mapping[str, pd.DataFrame], made: Iterable[tuple[str, str]]) -> bytes:
    """Return annex.xlsx: a sheet of contents, a sheet of all columns, and a sheet a table that has rows.

    tables: released tables by name without the layer. made: pairs of words that tell where it comes from,
    such as version, date of the data and hash. Texts are written as texts, and those that a spreadsheet would
    take for a formula get an apostrophe in front, as in the CSV.
    """
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": MADE, "author": "psia", "title": "Annex of tables"})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        kept = {name: frame for name, frame in sorted(tables.items()) if 0 < len(frame) <= MOST_ROWS}
        names = sheet_names(kept)
        contents = book.add_worksheet("Contents")
        meanings = book.add_worksheet("Columns")
        _contents(contents, tables, names, made, formats)
        _meanings(meanings, kept, formats)
        for name, frame in kept.items():
            _sheet(book.add_worksheet(names[name]), name, frame, formats)
    return target.getvalue()


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """Return table -> name of its sheet: at most 31 letters, none twice whatever the case."""
    names: dict[str, str] = {}
    taken = {"contents", "columns"}
    for table in tables:
        name, number = table[:LONGEST_SHEET_NAME], 1
        while name.lower() in taken:
            number += 1
            name = f"{table[: LONGEST_SHEET_NAME - 1 - len(str(number))]}_{number}"
        taken.add(name.lower())
        names[table] = name
    return names


def _contents(
    sheet: Any,
    tables: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    made: Iterable[tuple[str, str]],
    formats: Mapping[str, Any],
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 90)
    sheet.write_string(0, 0, "Annex of tables", formats["title"])
    line = 1
    for line, (what, words) in enumerate(made, start=1):
        sheet.write_string(line, 0, what)
        sheet.write_string(line, 2, neutral(words))
    line += 1
    sheet.write_string(
        line, 0, "A cell is empty where there is no figure, or where it is withheld to protect"
    )
    sheet.write_string(line + 1, 0, "respondents; then the column withheld_by names the rule.")
    line += 2
    for column, words in enumerate(("Sheet", "Rows", "What a row is")):
        sheet.write_string(line, column, words, formats["head"])
    sheet.freeze_panes(line + 1, 0)
    for table, frame in sorted(tables.items()):
        if not len(frame):
            continue
        line += 1
        grain = RELEASED[table].about().grain
        if table in names:
            sheet.write_url(line, 0, f"internal:'{names[table]}'!A1", string=names[table])
        else:
            sheet.write_string(line, 0, table)
            grain += f". Too long for a sheet: see tables/{table}.csv"
        sheet.write_number(line, 1, len(frame))
        sheet.write_string(line, 2, grain, formats["text"])


def _meanings(sheet: Any, tables: Mapping[str, pd.DataFrame], formats: Mapping[str, Any]) -> None:
    heads = ("Table", "Column", "What it means")
    for column, (words, width) in enumerate(zip(heads, (34, 28, 90), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words, formats["head"])
    sheet.freeze_panes(1, 0)
    line = 0
    for table, frame in tables.items():
        said = meanings(table)
        for name in frame.columns:
            line += 1
            for column, words in enumerate((table, name, said.get(name, ""))):
                sheet.write_string(line, column, words, formats["text"])
    sheet.autofilter(0, 0, max(line, 1), 2)


def meanings(table: str) -> dict[str, str]:
    """Return column -> what it means, of a released table."""
    return {**notes(RELEASED[table]), "withheld_by": "the rule by which figures of this row are withheld"}


def _sheet(sheet: Any, table: str, frame: pd.DataFrame, formats: Mapping[str, Any]) -> None:
    said = meanings(table)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    for position, name in enumerate(frame.columns):
        kind = str(frame[name].dtype)
        sheet.set_column(position, position, WIDTHS.get(kind, 14))
        sheet.write_string(0, position, name, formats["head"])
        if said.get(name):
            sheet.write_comment(0, position, said[name])
        for line, value in enumerate(frame[name], start=1):
            if pd.isna(value):
                continue
            if kind == "boolean":
                sheet.write_boolean(line, position, bool(value))
            elif kind == "string":
                sheet.write_string(line, position, neutral(str(value))[:LONGEST_CELL])
            else:
                sheet.write_number(line, position, fixed(float(value)))
