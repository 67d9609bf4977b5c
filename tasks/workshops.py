"""What is wrong with the tables of phase six: whom they name, and what they speak of that is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from schemas import fieldwork, reporting  # noqa: F401 -- brings their contracts into TABLES
from schemas.base import TABLES, conform
from schemas.faults import RowFault, nearest
from tasks import tellable

WORDS = {
    "staged.feedback": ("role", "comment"),
    "staged.recommendations": ("statement", "proposed_by"),
    "staged.committee": ("role",),
    "staged.actions": ("statement", "owner"),
}
"""Table -> its columns of words, in which a person could be named."""
READ = (*WORDS, "staged.attendance", "staged.focus_groups")
_REACHES = re.compile(r"[\w.%+-]+@[\w-]+\.\w{2,}|(?:\+|\b00)[1-9][\d ()/-]{7,}|\b0?[6-9]\d{4}[ -]?\d{5}\b")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Mme|Dr|Shri|Smt|Sri|Sra|Sr|Don|Doña)\b\.?\s+[A-ZÀ-Þ]")


def faults(
    tables: Mapping[str, pd.DataFrame], indicators: Collection[str], groups: Collection[str]
) -> Iterator[RowFault]:
    """Yield what is wrong with workshops, attendance, recommendations, committee and actions.

    tables: staged tables by name. indicators, groups: ids that a finding may speak of.
    """
    tables = {name: conform(tables[name], TABLES[name]) for name in READ}
    for name, columns in WORDS.items():
        for column in columns:
            yield from _named(name, column, tables[name][column])
    for name in ("staged.feedback", "staged.recommendations", "staged.actions"):
        yield from _no_findings(name, tables[name]["finding"], indicators, groups)
    yield from _of_two_kinds(tables)
    yield from _no_actions(tables["staged.recommendations"], set(tables["staged.actions"]["action"]))
    yield from _unmet(tables["staged.attendance"], tables["staged.focus_groups"])
    yield from _seats(tables["staged.committee"])


def _named(table: str, column: str, values: pd.Series) -> Iterator[RowFault]:
    """Yield a fault for each cell that looks like a person's name or number; the cell itself is not told."""
    for index, value in values.dropna().items():
        if _REACHES.search(value) or _TITLE.search(value):
            what = "a telephone number or e-mail address" if _REACHES.search(value) else "a person's name"
            remedy = "Write the role instead, such as 'manager of the centre': this is published"
            yield RowFault(table, _at(index), column, f"looks like it holds {what}", remedy)


def _no_findings(
    table: str, findings: pd.Series, indicators: Collection[str], groups: Collection[str]
) -> Iterator[RowFault]:
    for index, one in findings.dropna().items():
        indicator, _, group = one.partition("/")
        if indicator not in indicators or group not in groups:
            known = [f"{indicator}/{one}" for one in groups] if indicator in indicators else []
            remedy = "A finding is written indicator/poverty_group, as in results/current/tables/findings.csv"
            rule = f"{_finding(indicator, group)} is not a finding"
            yield RowFault(table, _at(index), "finding", rule, nearest(one, known) + remedy)


def _finding(indicator: str, group: str) -> str:
    """Return a finding as a fault may quote it: each of its two words has to be a code."""
    told = tellable.value(indicator), tellable.value(group or indicator)
    whole = f"{indicator}/{group}" if group else indicator
    return tellable.UNTOLD if tellable.UNTOLD in told else f"'{whole}'"


def _of_two_kinds(tables: Mapping[str, pd.DataFrame]) -> Iterator[RowFault]:
    """Yield a fault where a workshop is of another kind or day than in the row that names it first."""
    first: dict[str, tuple[str, str]] = {}
    for name in ("staged.feedback", "staged.recommendations"):
        rows = tables[name][["workshop", "kind", "held_on"]]
        for index, workshop, kind, day in rows.itertuples(name=None):
            if first.setdefault(workshop, (kind, day)) != (kind, day):
                column = "kind" if first[workshop][0] != kind else "held_on"
                what = {"kind": "kind", "held_on": "date"}[column]
                rule = f"the workshop {tellable.value(workshop)} has another {what} elsewhere"
                remedy = "Correct it; if they were two workshops, give each a name of its own"
                yield RowFault(name, index, column, rule, remedy)


def _no_actions(proposed: pd.DataFrame, actions: Collection[str]) -> Iterator[RowFault]:
    for index, one in proposed["action"].dropna().items():
        if one not in actions:
            remedy = tellable.nearest(one, actions) + "Add it to feedback/actions, or correct it here"
            rule = f"the action {tellable.value(one)} is not in feedback/actions"
            yield RowFault("staged.recommendations", _at(index), "action", rule, remedy)


def _unmet(attendance: pd.DataFrame, groups: pd.DataFrame) -> Iterator[RowFault]:
    met = set(groups[["wave", "focus_group"]].itertuples(index=False, name=None))
    for index, wave, one in attendance[["wave", "focus_group"]].itertuples(name=None):
        if (wave, one) not in met:
            close = tellable.nearest(one, [name for at, name in met if at == wave])
            place = tellable.value(wave).strip("'") if tellable.value(wave) != tellable.UNTOLD else "<wave>"
            rule = f"the focus group {tellable.value(one)} is not in waves/{place}/focus_groups"
            remedy = close + "Correct it here, or add the group there"
            yield RowFault("staged.attendance", index, "focus_group", rule, remedy)


def _seats(seats: pd.DataFrame) -> Iterator[RowFault]:
    for index, kind, group in seats[["kind", "poverty_group"]].itertuples(name=None):
        if (kind == "poverty group") != pd.notna(group):
            yield RowFault(
                "staged.committee",
                index,
                "poverty_group",
                "a seat is kept either for a poverty group, which is named here, or for stakeholders",
                "Name the poverty group, or write kind 'stakeholders' and leave it empty",
            )


def _at(index: object) -> int:
    return int(str(index))
