"""The answers of an export as the form's own values: labels turned back, choices put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tasks.exports.columns import Columns
from tasks.files import as_text
from tasks.forms import Item


@dataclass(frozen=True)
class Choices:
    """The answers that a question allows, and whether several may be given (with a blank between them)."""

    values: tuple[str, ...]
    many: bool = False
    of: str = "the form"

    def strange(self, answers: pd.Series) -> pd.Series:
        """Return which answers are none of the choices. No answer is none of them, and is not strange."""
        allowed = set(self.values)
        text = as_text(answers)
        if not self.many:
            return text.notna() & ~text.isin(allowed)
        return text.map(lambda answer: not allowed.issuperset(answer.split()), na_action="ignore").eq(True)

    def told(self) -> str:
        """Return the rule that a strange answer breaks, without the answer."""
        shown = ", ".join(self.values[:8]) + (", …" if len(self.values) > 8 else "")
        return f"is none of the choices of {self.of}: {shown}"


def choices_of(columns: Columns) -> dict[str, Choices]:
    """Return question -> its choices, for the questions of a table whose form is known."""
    return {
        columns.names[header]: Choices(tuple(item.choices), item.many)
        for header, item in columns.items.items()
        if item.choices is not None
    }


def from_labels(frame: pd.DataFrame, columns: Columns, language: str) -> pd.DataFrame:
    """Return the frame with labels of choices as their values; a label that is none stays as it is."""
    frame = frame.copy()
    for header, item in columns.items.items():
        if item.choices is None or header not in frame:
            continue
        table = _value_by_label(item, language)
        text = as_text(frame[header])
        if item.many:
            frame[header] = text.map(
                lambda answer, table=table: _split(answer, table) or answer, na_action="ignore"
            ).astype("string")
        else:
            frame[header] = text.map(
                lambda answer, table=table: table.get(" ".join(answer.split()), answer), na_action="ignore"
            )
            frame[header] = frame[header].astype("string")
    return frame


def _value_by_label(item: Item, language: str) -> dict[str, str]:
    """Return label -> value; a label of two choices stands for neither."""
    table: dict[str, str] = {}
    twice = set()
    for value, labels in (item.choices or {}).items():
        label = labels.get(language) or value
        twice |= {label} if label in table else set()
        table[label] = value
    return {label: value for label, value in table.items() if label not in twice}


def _split(answer: str, table: Mapping[str, str]) -> str:
    """Return the values of several labels with blanks between them, themselves perhaps of several words."""
    words = answer.split()
    found = _cut(words, table)
    return " ".join(found) if found is not None else ""


def _cut(words: Sequence[str], table: Mapping[str, str]) -> list[str] | None:
    if not words:
        return []
    for end in range(len(words), 0, -1):
        value = table.get(" ".join(words[:end]))
        if value is not None and (rest := _cut(words[end:], table)) is not None:
            return [value, *rest]
    return None


def put_together(
    frame: pd.DataFrame, columns: Columns, known: Mapping[str, Item | None], language: str | None
) -> pd.DataFrame:
    """Return the frame with each question of several answers that came as a column a choice, in one column.

    The form is needed to know such a question from a group. Without an answer to any choice it is empty.
    """
    built: dict[str, pd.Series] = {}
    for header in columns.left:
        whole, _, choice = header.rpartition("/")
        item = known.get(whole)
        if item is None or not item.many or whole in frame.columns:
            continue
        columns.names[whole] = item.name
        columns.items[whole] = item
        table = _value_by_label(item, language) if language is not None else {}
        value = table.get(choice, choice)
        cells = as_text(frame[header])
        if whole not in built:
            built[whole] = cells.map({"0": ""}).astype("string")
        joined = (built[whole].fillna("") + f" {value}").str.strip()
        built[whole] = built[whole].where(~cells.isin(["1", "True", "TRUE"]), joined)
    return frame.assign(**{whole: cells.replace({"": pd.NA}) for whole, cells in built.items()})
