"""One wave as the checks look at it, and how a finding is put down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from schemas.assessment import Wave
from schemas.base import column_types
from schemas.fieldwork import Responses
from tasks import xpath

STANDARD = frozenset(column_types(Responses))
NUMBERS = ("integer", "number")
EVERYBODY = "all"
FIRST_LOOKED_AT = 100
"""So many answers in words tell that a question has no numbers, before all of them are read."""


@dataclass(frozen=True)
class WaveData:
    """The rows of one wave: answers in use, questions, interviews received, answers that were codes."""

    wave: Wave
    responses: pd.DataFrame
    questions: pd.DataFrame
    records: pd.DataFrame
    unanswered: pd.DataFrame

    @property
    def used(self) -> pd.DataFrame:
        """Return the records of the interviews in use."""
        return self.records[self.records["outcome"] == "used"]

    @cached_property
    def known(self) -> dict[str, dict[str, Any]]:
        """Return question -> what is known of it, in the order of the form."""
        ordered = self.questions.sort_values("position").astype(object)
        filled = ordered.where(ordered.notna(), None)
        rows: list[Any] = filled.to_dict("records")
        return {row["question"]: row for row in rows if row["question"] in self.responses}

    @cached_property
    def columns(self) -> list[str]:
        """Return the questions of the wave: those that are known of, and other columns with answers.

        A column that the plan maps to who somebody is, where and whether they agreed, is no question.
        """
        mapped = _mapped(self.wave)
        own = [
            str(column)
            for column in self.responses
            if column not in STANDARD and column not in self.known and column not in mapped
        ]
        known = [column for column in self.known if column != (self.wave.columns.consent or "consent")]
        return [*known, *(column for column in own if self.responses[column].notna().any())]

    @cached_property
    def coded(self) -> dict[str, pd.DataFrame]:
        """Return question -> its answers that were codes."""
        return {str(question): part for question, part in self.unanswered.groupby("question", sort=True)}

    def is_coded(self, question: str, kind: str = "") -> pd.Series:
        """Return in which rows the answer was a code for 'does not know' or 'does not want to say'."""
        if question not in self.coded:
            return pd.Series(False, index=self.responses.index)
        part = self.coded[question]
        part = part[part["kind"] == kind] if kind else part
        return self.responses["respondent"].isin(part["respondent"])

    def answered(self, question: str) -> pd.Series:
        """Return in which rows there is an answer, be it a code."""
        return self.responses[question].notna() | self.is_coded(question)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Return name in the form -> answers, as conditions compare them."""
        named = {row["name"]: question for question, row in self.known.items()}
        for column in map(str, self.responses):
            named.setdefault(column.removesuffix("_in_file"), column)
        kinds = {question: row["kind"] for question, row in self.known.items()}
        return {
            name: xpath.yes_no(self.responses[column])
            if kinds.get(column) == "yes_no"
            else self.responses[column]
            for name, column in named.items()
            if self.responses[column].dtype != "boolean" and column not in self.wave.recode
        }

    def holds(self, condition: str, question: str) -> pd.Series:
        """Return where a condition of the form holds. Raises NotRead where it is not read here."""
        own = self.answers.get(self.known[question]["name"])
        answers = self.answers if own is None else {**self.answers, xpath.ITSELF: own}
        return xpath.holds(condition, answers, self.responses.index)

    @cached_property
    def asked(self) -> dict[str, pd.Series | None]:
        """Return question -> in which rows it was to be asked; None where the form's condition is not read.

        Of a question that only the plan gives a condition, whoever answered was asked.
        """
        everyone = pd.Series(True, index=self.responses.index)
        found: dict[str, pd.Series | None] = {}
        for question in dict.fromkeys((*self.known, *self.columns)):
            row = self.known.get(question)
            if row is None or not row["relevant"]:
                found[question] = everyone
                continue
            try:
                relevant = self.holds(row["relevant"], question)
            except xpath.NotRead:
                found[question] = None
                continue
            of_plan = row["source"] == "plan"
            found[question] = relevant | self.answered(question) if of_plan else relevant
        return found

    @cached_property
    def _numbers(self) -> dict[str, pd.Series | None]:
        return {}

    def numbers(self, question: str) -> pd.Series | None:
        """Return the answers as numbers; None where they are not, or are choices or yes and no."""
        if question not in self._numbers:
            self._numbers[question] = self._as_numbers(question)
        return self._numbers[question]

    def _as_numbers(self, question: str) -> pd.Series | None:
        kind = self.known[question]["kind"] if question in self.known else ""
        values = self.responses[question]
        if kind in ("choice", "choices", "yes_no") or values.dtype == "boolean" or not values.notna().any():
            return None
        if values.dtype == "string":
            first = values.dropna().head(FIRST_LOOKED_AT).str.strip()
            if pd.to_numeric(first, errors="coerce").isna().any():
                return None
            numbers = pd.to_numeric(values.str.strip(), errors="coerce").astype("float64")
            return numbers if numbers.notna().equals(values.notna()) else None
        return values.astype("Float64").astype("float64")

    def is_typed(self, question: str) -> bool:
        """Return whether a question's answers came as numbers, and not as text that looks like them."""
        return self.responses[question].dtype != "string"

    @property
    def groups(self) -> pd.Series | None:
        """Return each row's poverty group; None where there are none."""
        group = self.responses["poverty_group"]
        return group if group.notna().any() else None


def has_different(values: pd.Series, number: int) -> bool:
    """Return whether a column has so many different values; its beginning mostly tells."""
    return values.head(FIRST_LOOKED_AT).nunique() >= number or values.nunique() >= number


def _mapped(wave: Wave) -> set[str]:
    """Return the columns of staged.responses that hold as it came what stands in a standard column too.

    The year of birth is an answer all the same, and is looked at like one.
    """
    given = {column for column in wave.columns.model_dump(exclude={"birth_year"}).values() if column}
    return {"consent", *given} | {f"{column}_in_file" for column in (*STANDARD, *given)}


def of_rows(
    data: WaveData,
    rows: pd.Series,
    kind: str,
    severity: str,
    message: str,
    variable: str = "",
    answers: pd.Series | None = None,
) -> pd.DataFrame:
    """Return a finding for each interview in use where `rows` is true."""
    found = data.responses.loc[rows.fillna(False).astype(bool), ["wave", "respondent", "enumerator"]]
    return found.assign(
        check=f"{kind}: {variable}" if variable else kind,
        key=found["respondent"],
        severity=severity,
        kind=kind,
        variable=variable or None,
        answer=answers.loc[found.index] if answers is not None else None,
        message=message,
    )


def of_wave(
    wave: str, kind: str, severity: str, message: str, variable: str = "", **more: object
) -> pd.DataFrame:
    """Return one finding about a wave, or about a question or interviewer of it.

    more: key, enumerator, answer. The key is the question where there is one.
    """
    row = {
        "wave": wave,
        "check": f"{kind}: {variable}" if variable else kind,
        "key": variable or EVERYBODY,
        "severity": severity,
        "kind": kind,
        "variable": variable or pd.NA,
        "message": message,
        **more,
    }
    return pd.DataFrame([row])


def percent(share: float) -> str:
    """Return a share in whole percent."""
    return f"{share:.0%}".replace("%", " %")


def number(value: float) -> str:
    """Return a number as it is read: thousands apart, no more digits than are needed."""
    return f"{value:,.10g}"


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return findings one below the other; without any, an empty frame."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
