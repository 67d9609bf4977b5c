"""A back-check as it arrives: the same questions asked again, beside the answers of the interview."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from schemas.assessment import Wave
from schemas.faults import Fault
from tasks.checks.codes import set_aside
from tasks.exports import Export
from tasks.files import TYPE_WORDS, as_text, typed
from tasks.interviews import IDS, WaveReading

FILE = "back_check"
"""The name under which a back-check lies in the folder of its wave."""
_NOT_COMPARED = {"consent", "wave", "weight"}


@dataclass
class BackCheckReading:
    """What a back-check gave: pairs of answers (one row a respondent and question), with ids as received.

    asked: people asked again. unknown: those of them who are not among the interviews in use. columns: those
    of the file that are compared or hold an id.
    """

    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    asked: int = 0
    unknown: int = 0
    columns: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_back_check(
    again: Export, parts: Sequence[tuple[Export, WaveReading]], wave: Wave, personal: list[str]
) -> BackCheckReading:
    """Return the pairs of answers of a back-check and the interviews of its wave. parts: the wave's files.

    Both are taken from the files before any correction: an answer that was corrected after the back-check was
    wrong all the same. Compared is what the plan gives a type, else every question of both files.
    """
    received = again.received
    found = BackCheckReading()
    place = (received.file, received.sheet)
    source = wave.columns.respondent or "respondent"
    if source not in received.frame:
        close = difflib.get_close_matches(source, list(map(str, received.frame)), n=1, cutoff=0.5)
        hint = f"The nearest column is '{close[0]}'" if close else "Name the column as in the interviews"
        rule = f"has no column '{source}', which says who the respondent is"
        found.faults.append(Fault(*place, 1, source, rule, hint))
        return found
    private = {*personal, *again.private, *again.system}
    own_types = {column: kind for _, reading in parts for column, kind in reading.own_types.items()}
    compared = _compared(again, wave, own_types, private, found)
    if found.faults:
        return found
    ids = _ids(again, wave)
    for row in received.rows[ids.isna() | ids.duplicated()].head(100):
        rule = "the respondent is empty, or stands in the back-check twice"
        found.faults.append(Fault(*place, int(row), source, rule, "Keep one row a respondent"))
    kinds = {question: own_types[question] for question in compared}
    second = _typed(again, wave, kinds, found)
    if found.faults:
        return found
    standard = pd.concat([reading.standard for _, reading in parts])
    answers = pd.concat([_answers(export, reading, wave, kinds) for export, reading in parts])
    second = second.set_axis(ids)
    known = [one for one in ids if one in answers.index]
    found.asked, found.unknown = len(ids), len(ids) - len(known)
    found.columns = [str(c) for c in received.frame if _question(str(c), wave) in compared]
    found.columns += [c for c in _id_columns(wave) if c in received.frame and c not in found.columns]
    who = {
        "enumerator": standard.set_index("respondent").get("enumerator"),
        "back_checker": _checkers(again, wave, ids),
    }
    found.frame = _pairs(answers.loc[known], second.loc[known], kinds, wave.back_check.types, who)
    return found


def _answers(export: Export, reading: WaveReading, wave: Wave, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return the first answers of the interviews in use of one file, by respondent as received."""
    used = reading.standard["respondent"]
    here = {question: kind for question, kind in kinds.items() if question in reading.own_types}
    answers = _typed(export, wave, here, BackCheckReading()).loc[used.index].set_axis(used)
    return answers.reindex(columns=list(kinds))


def _id_columns(wave: Wave) -> list[str]:
    return [getattr(wave.columns, one) or one for one in IDS]


def _question(column: str, wave: Wave) -> str:
    return next((question for question, given in wave.questions.items() if given == column), column)


def _compared(
    again: Export, wave: Wave, own_types: Mapping[str, str], private: set[str], found: BackCheckReading
) -> list[str]:
    """Return the questions that are compared; notes what the plan names and a file lacks."""
    here = [_question(str(column), wave) for column in again.received.frame if column not in private]
    mapped = {one for one in wave.columns.model_dump().values() if one} | _NOT_COMPARED | set(IDS)
    both = [one for one in here if one in own_types and one not in mapped]
    types, tolerance = wave.back_check.types, wave.back_check.tolerance
    for question in dict.fromkeys([*types, *tolerance]):
        key = "tolerance" if question not in types else f"type_{types[question]}"
        if question not in both:
            close = difflib.get_close_matches(question, both, n=1, cutoff=0.5)
            rule = f"'{question}' is not a question of both the interviews and {again.received.file}"
            hint = f"The nearest that is: '{close[0]}'" if close else "Correct the plan"
            found.faults.append(Fault("assessment.toml", "", 0, f"wave.back_check.{key}", rule, hint))
        elif question in tolerance and own_types[question] not in ("integer", "number"):
            rule = f"'{question}' has a tolerance, and is no number"
            remedy = "Give it a type under [wave.types], or take the tolerance out"
            found.faults.append(Fault("assessment.toml", "", 0, "wave.back_check.tolerance", rule, remedy))
    return [one for one in both if not types or one in types]


def _ids(export: Export, wave: Wave) -> pd.Series:
    column = export.received.frame[wave.columns.respondent or "respondent"]
    return _recoded(column, wave.recode.get("respondent", {}))


def _recoded(values: pd.Series, words: Mapping[str, str]) -> pd.Series:
    text = as_text(values)
    return text.map(lambda one: words.get(one, one), na_action="ignore").astype("string").replace({"": pd.NA})


def _typed(export: Export, wave: Wave, kinds: Mapping[str, str], found: BackCheckReading) -> pd.DataFrame:
    frame = export.received.frame.rename(columns=lambda column: _question(str(column), wave))
    frame = frame[list(kinds)].copy()
    for column in frame.columns.intersection(list(wave.recode)):
        frame[column] = _recoded(frame[column], wave.recode[column])
    frame, _ = set_aside(frame, wave, ())
    out = {}
    for column, kind in kinds.items():
        out[column], bad = typed(frame[column], kind)
        for row in export.received.rows.loc[bad.index[bad]].head(100):
            place = (export.received.file, export.received.sheet, int(row), column)
            found.faults.append(Fault(*place, f"is not {TYPE_WORDS[kind]}", "Correct the answer"))
    return pd.DataFrame(out, index=frame.index)


def _checkers(export: Export, wave: Wave, ids: pd.Series) -> pd.Series | None:
    column = wave.columns.enumerator or "enumerator"
    if column not in export.received.frame:
        return None
    return _recoded(export.received.frame[column], wave.recode.get("enumerator", {})).set_axis(ids)


def _pairs(
    first: pd.DataFrame,
    again: pd.DataFrame,
    kinds: Mapping[str, str],
    types: Mapping[str, int],
    who: Mapping[str, pd.Series | None],
) -> pd.DataFrame:
    parts = []
    for question, kind in kinds.items():
        part = pd.DataFrame({"respondent": first.index, "question": question, "kind": kind})
        part["type"] = types.get(question, pd.NA)
        part["first"] = as_text(
            first[question].astype("float64") if kind != "text" else first[question]
        ).array
        part["again"] = as_text(
            again[question].astype("float64") if kind != "text" else again[question]
        ).array
        for column, known in who.items():
            part[column] = part["respondent"].map(known) if known is not None else pd.NA
        parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
