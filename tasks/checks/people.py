"""Who was interviewed: people who may be there twice, who changed between waves, and who did not agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from tasks.checks.short import rows_in_words
from tasks.checks.values import is_age
from tasks.checks.wave_data import WaveData, has_different, of_rows, of_wave

FEWEST_ALIKE = 8
"""Interviews with fewer answers than these may be alike by chance."""


def findings(data: WaveData, refused: int) -> Iterator[pd.DataFrame]:
    """Yield people who may be there twice, and how many did not agree. refused: people who did not agree."""
    yield of_rows(
        data,
        _twice(data, [*_of_person(data)]),
        "same person twice",
        "warning",
        "another interview is of the same household, gender and age",
    )
    yield of_rows(
        data,
        _same_telephone(data),
        "same telephone",
        "warning",
        "another respondent has the same telephone number",
    )
    yield of_rows(
        data,
        _alike(data),
        "interviews alike",
        "warning",
        "all answers are those of another interview: it may have been sent twice, or copied",
    )
    if refused:
        yield of_wave(data.wave.name, "refusals", "note", f"{refused} did not agree to be interviewed")
    unsaid = data.records[data.records["outcome"] == "consent not recorded"]
    if len(unsaid):
        rows = rows_in_words(sorted(int(row) for row in unsaid["row"]))
        message = (
            f"{len(unsaid)} without an entry for the consent, left out and nobody's refusal (rows of the"
            f" file: {rows}): ask the interviewer, and correct the cell"
        )
        yield of_wave(data.wave.name, "consent not recorded", "warning", message)


def _of_person(data: WaveData) -> Iterator[pd.Series]:
    ages = [column for column in data.columns if is_age(column) and data.numbers(column) is not None]
    if ages:
        yield from (data.responses["household"], data.responses["gender"], data.responses[ages[0]])


def _twice(data: WaveData, columns: Sequence[pd.Series]) -> pd.Series:
    nothing = pd.Series(False, index=data.responses.index)
    if not columns:
        return nothing
    whole = pd.concat(columns, axis=1).dropna()
    return nothing | whole.duplicated(keep=False).reindex(nothing.index, fill_value=False)


def _same_telephone(data: WaveData) -> pd.Series:
    numbers = data.used.dropna(subset=["telephone"])
    twice = numbers[numbers.duplicated("telephone", keep=False)]
    return data.responses["respondent"].isin(twice["respondent"])


def _alike(data: WaveData) -> pd.Series:
    """Return the interviews whose answers are all those of another, where there are many to be alike."""
    nothing = pd.Series(False, index=data.responses.index)
    varied = [column for column in data.columns if has_different(data.responses[column], 2)]
    if len(varied) < FEWEST_ALIKE:
        return nothing
    answers = pd.DataFrame(
        {column: pd.factorize(data.responses[column])[0] for column in varied}, index=nothing.index
    )
    enough = (answers >= 0).sum(axis=1) >= FEWEST_ALIKE
    hashes = pd.util.hash_pandas_object(answers, index=False)
    return hashes.duplicated(keep=False) & enough


def changed(responses: pd.DataFrame, order: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield people whose gender, group or arm differs between waves. order: the waves, first to last."""
    place = {wave: position for position, wave in enumerate(order)}
    for column in ("gender", "poverty_group", "arm"):
        if column not in responses:
            continue
        known = responses.dropna(subset=[column])
        if not len(known):
            continue
        kinds = known.groupby("respondent")[column].nunique()
        moved = known[known["respondent"].isin(kinds.index[kinds > 1])]
        last = moved.assign(place=moved["wave"].map(place)).sort_values(["place", "respondent"])
        last = last.drop_duplicates("respondent", keep="last")
        yield last[["wave", "respondent", "enumerator"]].assign(
            check=f"changed {column}",
            key=last["respondent"],
            severity="error",
            kind=f"changed {column}",
            variable=column,
            answer=last[column],
            message=f"{column.replace('_', ' ')} differs between waves",
        )
