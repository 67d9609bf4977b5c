"""What the intake keeps for the field checks beside the answers: frames with ids as received."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from schemas.assessment import Wave
from schemas.base import Contract, conform, empty
from schemas.checks import BackChecks, FormQuestions, InterviewRecords, UnansweredQuestions
from tasks.catalogue import Question
from tasks.checks import questions
from tasks.checks.again import BackCheckReading
from tasks.exports import Export
from tasks.forms import Form
from tasks.instrument import Instrument
from tasks.interviews import WaveReading, own_name


@dataclass(frozen=True)
class Beside:
    """A wave that was read, file by file, the form that lies beside it, and its back-check."""

    wave: Wave
    parts: Sequence[tuple[Export, WaveReading]]
    form: Form | None = None
    back_check: BackCheckReading | None = None


def tables(
    waves: Sequence[Beside], instrument_of: Callable[[Wave], Instrument], known: Mapping[str, Question]
) -> dict[type[Contract], pd.DataFrame]:
    """Return contract -> the rows of all waves, ids as received. known: questions, for their limits."""
    parts = {
        InterviewRecords: [_records(one) for one in waves],
        UnansweredQuestions: [_unanswered(one) for one in waves],
        BackChecks: [_again(one) for one in waves],
        FormQuestions: [_questions(one, instrument_of(one.wave), known) for one in waves],
    }
    return {contract: _joined(contract, frames) for contract, frames in parts.items()}


def _joined(contract: type[Contract], frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [conform(frame, contract) for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty(contract)


def _records(one: Beside) -> pd.DataFrame:
    records = pd.concat([reading.records for _, reading in one.parts])
    records = records.sort_values(["file", "row"]).reset_index(drop=True)
    return records.assign(wave=one.wave.name, record=range(1, len(records) + 1))


def _unanswered(one: Beside) -> pd.DataFrame:
    found = pd.concat([reading.unanswered for _, reading in one.parts])
    found = found.drop(columns="index").assign(wave=one.wave.name)
    return found.assign(question=found["question"].map(own_name))


def _again(one: Beside) -> pd.DataFrame:
    if one.back_check is None or not len(one.back_check.frame):
        return pd.DataFrame()
    found = one.back_check.frame.assign(wave=one.wave.name)
    return found.assign(question=found["question"].map(own_name))


def _questions(one: Beside, instrument: Instrument, known: Mapping[str, Question]) -> pd.DataFrame:
    kinds = {column: kind for _, reading in one.parts for column, kind in reading.own_types.items()}
    columns = {column: own_name(column) for column in kinds}
    return pd.DataFrame(questions.of_wave(one.wave, columns, kinds, one.form, instrument, known))
