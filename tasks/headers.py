"""First rows that are no header: a file without one has a person's name for the name of a column.

Pure functions. What they tell of such a row is the place of a column, never a cell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

import pandas as pd

from schemas.faults import Fault
from tasks import tellable
from tasks.files import Received, as_text
from tasks.suspects import told_by_name

NO_HEADER = "the first row is no header: none of the columns of this table is in it"
PUT_NAMES = "Put the names of the columns in the first row"
FEWEST = 3
"""Rows, and different words in a column, under which nothing is said about what they are."""
LOOKED_AT = 1000
"""Cells that are compared with a name by their form."""
_NUMBER = r"[0-9]+"
SHORTEST_REPLACED = 3
"""Letters of a name that is looked for in the words of a fault also where it is not quoted."""


def lacks_header(received: Received, needed: Iterable[str], known: Collection[str]) -> Fault | None:
    """Return the fault of a table in whose first row no known column is; None where one is.

    needed: the columns that the fault says the table needs. A table that needs none may have columns of any
    name: its first row is none only where it holds what looks like a value.
    """
    if any(str(column) in known for column in received.frame):
        return None
    names = list(needed)
    if not names and not is_data(received.frame, known):
        return None
    needs = f" (it needs: {', '.join(names)})" if names else ""
    return Fault(received.file, received.sheet, 1, rule=NO_HEADER + needs, remedy=PUT_NAMES)


def places_of_values(frame: pd.DataFrame, known: Collection[str]) -> dict[str, int]:
    """Return the names of a frame's columns that look like values -> the column's place, from 1.

    A name looks like one where it is a number, date, telephone or the like, where it stands in a cell
    below or differs from most of them by a number alone, or where it is two words as most cells below are,
    and does not speak of what is personal.
    """
    return {
        str(column): place
        for place, column in enumerate(frame, start=1)
        if column and str(column) not in known and _is_value(str(column), frame.iloc[:, place - 1])
    }


def is_data(frame: pd.DataFrame, known: Collection[str]) -> bool:
    """Return whether the first row looks like data: a name looks like a value, or all columns are of words.

    Words in a column that half the rows have another of are names of people or places, and a first row of
    nothing but such words is one of them. Below fewer than FEWEST rows no name can be told from a value.
    """
    if len(frame) < FEWEST or places_of_values(frame, known):
        return True
    columns = [(str(column), as_text(frame.iloc[:, place]).dropna()) for place, column in enumerate(frame)]
    return bool(columns) and all(
        tellable.are_words([name]) and _are_told_apart(below) for name, below in columns
    )


def _are_told_apart(below: pd.Series) -> bool:
    return tellable.are_words(below) and below.nunique() >= max(FEWEST, tellable.MOST * len(below))


def _is_value(name: str, cells: pd.Series) -> bool:
    if tellable.is_value(name):
        return True
    below = as_text(cells).dropna()
    if (below == name).any() or _is_numbered_alike(name, below):
        return True
    return not told_by_name(name) and tellable.are_two_words([name]) and tellable.are_two_words(below)


def _is_numbered_alike(name: str, below: pd.Series) -> bool:
    """Return whether a name is a code such as R007 among codes that differ by their number alone."""
    if not any(one.isdecimal() for one in name):
        return False
    alike = below.head(LOOKED_AT).str.replace(_NUMBER, "0", regex=True) == re.sub(_NUMBER, "0", name)
    return bool(len(alike)) and float(alike.mean()) >= tellable.MOST


def without_values(
    faults: Iterable[Fault], received: Iterable[Received], known: Collection[str]
) -> list[Fault]:
    """Return the faults with the place of each column whose name looks like a value instead of its name.

    Of a file whose first row is no header that fault alone is left: all others follow from it.
    """
    faults = list(faults)
    headless = {(one.file, one.sheet) for one in faults if one.rule.startswith(NO_HEADER)}
    named = {one.file for one in faults}
    places: dict[str, dict[str, int]] = {}
    for one in received:
        if one.file in named:
            places.setdefault(one.file, {}).update(places_of_values(one.frame, known))
    kept = [one for one in faults if (one.file, one.sheet) not in headless or one.rule.startswith(NO_HEADER)]
    return [_by_place(one, places.get(one.file, {})) for one in kept]


def _by_place(fault: Fault, places: dict[str, int]) -> Fault:
    for name, place in sorted(places.items(), key=lambda one: -len(one[0])):
        column = str(place) if fault.column == name else fault.column
        rule, remedy = (_said(text, name, place) for text in (fault.rule, fault.remedy))
        fault = replace(fault, column=column, rule=rule, remedy=remedy)
    return fault


def _said(text: str, name: str, place: int) -> str:
    text = text.replace(f"'{name}'", f"column {place}")
    if len(name) < SHORTEST_REPLACED:
        return text
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", f"column {place}", text)
