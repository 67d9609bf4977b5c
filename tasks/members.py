"""The household members that a wave's interviews list, made into rows of staged.household_members.

Pure functions, as tasks.interviews is for the interviews themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from schemas.assessment import Wave
from schemas.base import column_types
from schemas.exports import HouseholdMembers
from schemas.faults import Fault
from tasks.catalogue import Question
from tasks.exports import Repeat
from tasks.files import TOO_LARGE, TYPE_WORDS, Received, too_large, typed
from tasks.interviews import WaveReading

STANDARD = list(column_types(HouseholdMembers))


@dataclass
class MemberReading:
    """The members of one wave: their rows with ids as received, the types of their columns, their places."""

    file: str
    sheet: str
    frame: pd.DataFrame
    types: dict[str, str]
    rows: pd.Series
    faults: list[Fault] = field(default_factory=list)

    @property
    def places(self) -> list[tuple[str, str, int]]:
        """Return the place in its file of each row."""
        return [(self.file, self.sheet, int(row)) for row in self.rows]


def read_members(
    repeat: Repeat,
    received: Received,
    wave: Wave,
    reading: WaveReading,
    personal: list[str],
    questions: Mapping[str, Question],
) -> MemberReading:
    """Return the members of the interviews that are in use: of a refused one nobody is listed.

    Answers are typed as the question of that name is, else as the form says, else they are text; an answer
    that is none of the choices, or not of its type, is a fault. personal: columns that are left out.
    """
    used = repeat.parents.isin(reading.standard.index)
    parents, rows = repeat.parents[used], received.rows[used]
    out: dict[str, pd.Series] = {
        "respondent": parents.map(reading.standard["respondent"]).astype("string"),
        "wave": pd.Series(wave.name, index=parents.index, dtype="string"),
        "member": repeat.numbers[used].astype("Int64"),
    }
    result = MemberReading(received.file, received.sheet, pd.DataFrame(), {}, rows)
    for column in repeat.frame.columns:
        if column in {*personal, *repeat.private, *repeat.system}:
            continue
        if column.casefold() in STANDARD or column.endswith("_in_file"):
            rule = "this name is kept for psia's own use"
            result.faults.append(
                Fault(received.file, received.sheet, 1, column, rule, "Give the question another name")
            )
            continue
        kind = questions[column].column_type if column in questions else repeat.types.get(column, "text")
        answers = repeat.frame.loc[parents.index, column]
        out[column], bad = typed(answers, kind)
        result.types[column] = kind
        if kind in ("number", "integer"):
            large = too_large(answers, out[column], bad)
            _note(result, rows[large], column, TOO_LARGE)
            bad &= ~large
        _note(result, rows[bad], column, f"is not {TYPE_WORDS[kind]}")
        if column in repeat.choices:
            choices = repeat.choices[column]
            _note(result, rows[choices.strange(answers)], column, choices.told())
    result.frame = pd.DataFrame(out, index=parents.index)
    return result


def _note(result: MemberReading, rows: pd.Series, column: str, rule: str) -> None:
    remedy = "Correct the answer on the server, and export again"
    result.faults += [
        Fault(result.file, result.sheet, int(row), column, rule, remedy) for row in rows.head(100)
    ]


def joined_types(readings: Sequence[MemberReading], faults: list[Fault]) -> dict[str, str]:
    """Return column -> type over all waves; a column of two types is a fault."""
    kinds: dict[str, str] = {}
    for reading in readings:
        for column, kind in reading.types.items():
            if kinds.setdefault(column, kind) != kind:
                rule = f"is {kind} here and {kinds[column]} in another wave"
                remedy = "Put the form beside each wave, as waves/<wave>/form.xlsx"
                faults.append(Fault(reading.file, reading.sheet, 1, column, rule, remedy))
    return kinds
