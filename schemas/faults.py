"""Faults in a user's data, told so that a person can mend them: file, sheet, row, column, rule, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with an input, and what to do about it.

    `row` is the number a person sees in the file: the header is row 1, the first record row 2.
    `rule` and `remedy` never hold the value of a personal field.
    """

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    rule: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = [self.file]
        if self.sheet:
            place.append(f"sheet {self.sheet}")
        if self.row:
            place.append(f"row {self.row}")
        if self.column:
            word = "key" if self.file.endswith(".toml") else "column"
            place.append(f"{word} {self.column}")
        line = ", ".join(place) + ": " + self.rule
        return f"{line}. {self.remedy}" if self.remedy else line

    def as_record(self) -> dict[str, str | int]:
        """Return the fault as one flat record, for --json and the quarantine file."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "rule": self.rule,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class RowFault:
    """A fault of a record of an input table, by the table's name and the record's position in it."""

    table: str
    index: int
    column: str
    rule: str
    remedy: str


def nearest(word: str, known: Iterable[str]) -> str:
    """Return 'Did you mean …? ' with the nearest known word; '' where none is near."""
    close = difflib.get_close_matches(str(word), sorted(known), n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'? " if close else ""


class Refused(Exception):
    """The data or a check was refused; nothing was changed. Carries every fault found."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BrokenPromise(Exception):
    """A table made by our own code does not keep its contract: a fault of psia, not of the user."""
