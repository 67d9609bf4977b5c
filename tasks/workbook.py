"""Excel workbooks beyond what calamine says: cells in error, which it reads as empty, and merged headers."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from xml.parsers import expat

from tasks import packed
from tasks.confined import confined
from tasks.reading import Problem, Unreadable

_UNREAD = re.compile(rb"""<(?:\w+:)?f[\s>/]|\st=["']e["']""")
Result = TypeVar("Result")
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")


def opened(function: Callable[..., Result], content: bytes, *others: object) -> Result:
    """Return what a function makes of a workbook in a child process with limits of memory and time.

    Raises what the function raises, and Unreadable where the content is no .xlsx workbook, unfolds to more
    than answers do, or takes more memory or time than its size should: one cell far below the others is
    enough for that.
    """
    packed.refuse_large(content)
    return confined(function, content, *others)


def looked_at(content: bytes, sheet: int) -> Seen:
    """Return what calamine does not tell of a workbook's sheet (counted from 0).

    Raises Unreadable where the content is no .xlsx workbook.
    """
    paths = sheet_paths(content)
    if sheet >= len(paths):
        raise Unreadable(Problem("has sheets that are not in its list", "Save it again in Excel"))
    path = paths[sheet]
    cells = Seen()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = cells.start, cells.end
    parser.CharacterDataHandler = cells.characters
    _parse(parser, packed.member(content, path))
    return cells


def unread_cells(content: bytes, sheet: int, columns: Sequence[str]) -> list[Problem]:
    """Return the cells that calamine gives as empty and are not: formulas without a value, and errors.

    columns: the names of the sheet's columns. Formulas and errors are looked for first: a sheet of values
    need not be parsed again.
    """
    paths = sheet_paths(content)
    if sheet >= len(paths) or not _UNREAD.search(packed.member(content, paths[sheet])):
        return []
    seen = looked_at(content, sheet)
    return [*told_unsaved(seen.unsaved, columns), *told_errors(seen.errors, columns)]


def told_errors(errors: Iterable[tuple[int, int, str]], columns: Sequence[str]) -> list[Problem]:
    """Return cells in error as problems; those beside the columns are left alone."""
    return [
        Problem(
            f"is an error of Excel ({error})",
            "Mend the cell in the workbook, or empty it",
            row,
            columns[column - 1],
        )
        for row, column, error in errors
        if column <= len(columns)
    ]


def told_unsaved(unsaved: Iterable[tuple[int, int]], columns: Sequence[str]) -> list[Problem]:
    """Return formulas without a value as problems; those beside the columns are left alone."""
    return [
        Problem(
            "is a formula without a value: it was never calculated, and would be read as empty",
            "Open the workbook in Excel or LibreOffice and save it, or write the value",
            row,
            columns[column - 1],
        )
        for row, column in unsaved
        if column <= len(columns)
    ]


class Seen:
    """What a sheet holds beside values, met cell after cell; a cell may come without its reference.

    errors: row and column from 1, and the error. formulas: how many cells have one. unsaved: row and column
    of formulas without a value, which were never calculated and saved. hidden: hidden rows.
    """

    def __init__(self) -> None:
        self.errors: list[tuple[int, int, str]] = []
        self.formulas = 0
        self.unsaved: list[tuple[int, int]] = []
        self.hidden: list[int] = []
        self.row = self.column = 0
        self.in_error = self.in_value = self.in_formula = False
        self.text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element's beginning."""
        name = name.rpartition(":")[2]
        if name == "row":
            self.row = int(attributes.get("r") or self.row + 1)
            self.column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden.append(self.row)
        elif name == "f":
            self.formulas += 1
            self.in_formula = True
        elif name == "c":
            self.in_formula = False
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = _column(match[1]) if match else self.column + 1
            self.in_error = attributes.get("t") == "e"
        elif name == "v":
            self.in_formula = False
            if self.in_error:
                self.in_value, self.text = True, ""

    def characters(self, text: str) -> None:
        """Take text inside an element."""
        if self.in_value:
            self.text += text

    def end(self, name: str) -> None:
        """Take an element's end."""
        if self.in_formula and name.rpartition(":")[2] == "c":
            self.unsaved.append((self.row, self.column))
            self.in_formula = False
        if self.in_value and name.rpartition(":")[2] == "v":
            self.errors.append((self.row, self.column, self.text))
            self.in_value = False


def sheet_paths(content: bytes) -> list[str]:
    """Return the part of the archive that holds each sheet, in the order of the workbook."""
    names = packed.members(content)
    if "xl/workbook.xml" not in names:
        rule = "is not an .xlsx workbook"
        raise Unreadable(Problem(rule, "Save it as .xlsx in Excel, or export the sheet as CSV"))
    ids = [one.get("r:id", "") for one in _sheets(content)]
    relations = _elements(packed.member(content, "xl/_rels/workbook.xml.rels"), "Relationship")
    targets = {one.get("Id", ""): one.get("Target", "") for one in relations}
    return [posixpath.normpath(posixpath.join("/xl", targets.get(one, ""))).lstrip("/") for one in ids]


def sheet_names(content: bytes) -> list[str]:
    """Return the names of a workbook's sheets in their order."""
    return [one.get("name", "") for one in _sheets(content)]


def _sheets(content: bytes) -> list[dict[str, str]]:
    return _elements(packed.member(content, "xl/workbook.xml"), "sheet")


def _elements(xml: bytes, wanted: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    _parse(parser, xml)
    return found


def _parse(parser: expat.XMLParserType, xml: bytes) -> None:
    def refuse(*_: object) -> None:
        raise Unreadable(Problem("holds a document type, which no workbook needs", "Save it again in Excel"))

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.ParseFile(io.BytesIO(xml))
    except expat.ExpatError:
        raise Unreadable(
            Problem("cannot be read as Excel", "Save it again and check that it opens")
        ) from None


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
