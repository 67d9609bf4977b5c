"""The conditions of the form: constraints, skips, and 'other: specify'."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pandas as pd

from tasks import xpath
from tasks.checks.wave_data import WaveData, of_rows, of_wave, percent

OFTEN = 0.1
FEWEST_OTHER = 5


def findings(data: WaveData) -> Iterator[pd.DataFrame]:
    """Yield the answers that the form would not have allowed."""
    for question, row in data.known.items():
        broken = against_constraint(data, question)
        if broken.any():
            message = f"the answer does not meet the constraint of the form: {row['constraint']}"
            told = data.responses[question].astype("string")
            yield of_rows(data, broken, "constraint", "error", message, question, told)
        asked = data.asked[question]
        if asked is None:
            continue
        if row["source"] == "form":
            strays = ~asked & data.answered(question)
            message = "there is an answer, and by the form the question was to be skipped"
            yield of_rows(data, strays, "answered though skipped", "warning", message, question)
        if row["other"]:
            yield from _other(data, question, row, asked)


def against_constraint(data: WaveData, question: str) -> pd.Series:
    """Return which answers do not meet the constraint of the form. A missing answer meets every one."""
    row = data.known.get(question, {})
    if row.get("constraint"):
        with suppress(xpath.NotRead):
            return data.responses[question].notna() & ~data.holds(row["constraint"], question)
    return pd.Series(False, index=data.responses.index)


def _other(data: WaveData, question: str, row: dict[str, object], asked: pd.Series) -> Iterator[pd.DataFrame]:
    asked_of = next((one for one, known in data.known.items() if known["name"] == row["other"]), None)
    if asked_of is None and row["other"] in data.responses:
        asked_of = str(row["other"])
    if not asked.any() or asked_of is None:
        return
    unsaid = asked & ~data.answered(question)
    message = "'other' is chosen, and what it is does not stand there"
    yield of_rows(data, unsaid, "other not specified", "warning", message, question)
    answered = int(data.answered(asked_of).sum())
    if asked.sum() >= FEWEST_OTHER and answered and asked.sum() / answered > OFTEN:
        share = percent(float(asked.sum() / answered))
        message = f"{share} chose 'other': read '{question}', a choice may be lacking in the form"
        yield of_wave(data.wave.name, "other often", "note", message, asked_of)
