"""Answers that are missing, and questions whose conditions cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tasks import xpath
from tasks.checks.wave_data import WaveData, of_rows, of_wave, percent

FEWEST_ASKED = 10


def findings(data: WaveData, limit: float) -> Iterator[pd.DataFrame]:
    """Yield what is missing. limit: the share of missing answers above which a question is named."""
    yield from _unread(data)
    yield from _in_no_part(data)
    for question, row in data.known.items():
        asked = data.asked[question]
        if asked is None or not asked.any():
            continue
        missing = asked & ~data.answered(question)
        share = float(missing.sum() / asked.sum())
        if row["required"] and row["source"] == "form":
            message = "the form insists on an answer, and there is none"
            yield of_rows(data, missing, "required answer missing", "warning", message, question)
        elif share == 1 and row["source"] == "form" and asked.sum() >= FEWEST_ASKED:
            message = f"none of the {int(asked.sum())} people who were to be asked has answered"
            yield of_wave(data.wave.name, "missing answers", "warning", message, question)
        elif limit < share < 1:
            message = f"{percent(share)} of the answers are missing, more than {percent(limit)}"
            yield of_wave(data.wave.name, "missing answers", "warning", message, question)
        coded = data.is_coded(question)
        if asked.sum() >= FEWEST_ASKED and limit < (
            coded_share := float((coded & asked).sum() / asked.sum())
        ):
            message = f"{percent(coded_share)} do not know or do not want to say, more than {percent(limit)}"
            yield of_wave(data.wave.name, "no answer given", "warning", message, question)


def _in_no_part(data: WaveData) -> Iterator[pd.DataFrame]:
    """Yield who has no arm or poverty group where others have one: they count in the totals alone."""
    for column, words in (("arm", "arm"), ("poverty_group", "poverty group")):
        known = data.responses[column].notna()
        if known.any() and not known.all():
            message = f"no {words} is known of this person, who counts in the totals and in no {words}"
            yield of_rows(data, ~known, f"no {words}", "warning", message)


def _unread(data: WaveData) -> Iterator[pd.DataFrame]:
    for question, row in data.known.items():
        for what, condition in (("condition", row["relevant"]), ("constraint", row["constraint"])):
            if not condition:
                continue
            try:
                data.holds(condition, question)
            except xpath.NotRead as why:
                message = f"the {what} of '{row['name']}' in the form cannot be checked here: it {why}"
                yield of_wave(data.wave.name, f"{what} not checked", "note", message, question)
