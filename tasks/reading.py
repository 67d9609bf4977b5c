"""What a reader of secondary data returns: the cells of a file as they stand, and how they were found.

Readers (tasks/sources) know formats; what the plan declares of columns and figures is tasks/layout.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

DECLARED, SNIFFED, RULE = "declared", "sniffed", "rule"
MOST_COLUMNS = 16_384
"""Of a table: as many as Excel has."""


@dataclass(frozen=True)
class Note:
    """One thing that was decided, left out or counted: what, how, and how that is known."""

    item: str
    value: str
    how: str


@dataclass(frozen=True)
class Problem:
    """What is wrong: in the file at a row (0: the whole file) and column, or in the plan at a key."""

    rule: str
    remedy: str = ""
    row: int = 0
    column: str = ""
    key: str = ""


class Unreadable(Exception):
    """A file that cannot be read as its reader says; carries the problems."""

    def __init__(self, *problems: Problem):
        self.problems = problems
        super().__init__("; ".join(problem.rule for problem in problems))

    def __reduce__(self) -> tuple[type[Unreadable], tuple[Problem, ...]]:
        """Return what pickle makes it of again: it crosses from a child process."""
        return type(self), self.problems


@dataclass
class Reading:
    """The records of one file.

    frame: columns under the file's own headers, text (string) or figures (float64). rows: the number that
    a person sees of each record's row. numbers: column -> the cells of a text column that Excel holds as
    numbers. notes: what the reader decided. left_out: reason -> rows. problems: cells that cannot stand
    (such as Excel's #N/A), told only where their column is used. dates: column -> rows in which Excel
    holds a date. labels: column -> code -> its label (Stata, SPSS). near: the cells of the first rows, to
    find a header that is not where the plan says. missing, decimal, thousands: the format's own missing
    codes and signs; without a decimal sign they are found. The rest is what the format says of its own
    columns, wherever the plan does not say otherwise: contract column -> column, the column of flags, the
    columns that become dimensions (None: all that nothing else takes), and a pattern of the wide columns
    with the contract column they fill.
    """

    frame: pd.DataFrame
    rows: pd.Series
    sheet: str = ""
    numbers: Mapping[str, pd.Series] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    dates: Mapping[str, set[int]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    near: Mapping[int, frozenset[str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    decimal: str = ""
    thousands: str = "none"
    columns: Mapping[str, str] = field(default_factory=dict)
    flags: str = ""
    dimensions: tuple[str, ...] | None = ()
    wide: tuple[str, str] = ("", "")

    @property
    def read(self) -> int:
        """Return how many rows were read, those left out by the reader with them."""
        return len(self.frame) + sum(self.left_out.values())


def join_headers(rows: list[list[str]], merged: bool) -> list[str]:
    """Return one header a column from several header rows: words joined by ' / ', equal ones once.

    merged: the rows are filled already, from the workbook's merged cells. Otherwise every row but the last
    is filled to the right, as tables are printed.
    """
    width = max((len(row) for row in rows), default=0)
    filled = []
    for position, row in enumerate(rows):
        row = [*row, *[""] * (width - len(row))]
        if not merged and position < len(rows) - 1:
            for column in range(1, width):
                row[column] = row[column] or row[column - 1]
        filled.append(row)
    return [" / ".join(dict.fromkeys(word for word in words if word)) for words in zip(*filled, strict=True)]


def table_of(
    records: list[list[str | None]], header: list[str], first: int
) -> tuple[pd.DataFrame, pd.Series, dict[str, int]]:
    """Return records under their headers, the row of each, and how many empty ones were left out.

    first: the row number of the first record. Headers that are empty are numbered, as nobody can name them
    otherwise; records are as wide as the header.
    """
    names = [name or f"column {position}" for position, name in enumerate(header, start=1)]
    rows = [row for row, record in enumerate(records, start=first) if any(cell for cell in record)]
    kept = [record for record in records if any(cell for cell in record)]
    frame = pd.DataFrame(
        {
            position: pd.array([record[position] or None for record in kept], dtype="string")
            for position in range(len(names))
        }
    ).set_axis(names, axis=1)
    empty = len(records) - len(kept)
    return frame, pd.Series(rows, dtype="int64"), {"empty row": empty} if empty else {}
