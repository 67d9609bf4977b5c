"""Phase four: waves joined into one table of respondents, and counted."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from schemas.base import column_types, empty
from schemas.fieldwork import (
    Corrections,
    CorrectionSummary,
    Interviews,
    Responses,
)
from schemas.vocabulary import ALL
from tasks.corrections import INTERVIEW
from tasks.interviews import FROM_SAMPLE, WaveReading, own_name
from tasks.steps import step

STANDARD = list(column_types(Responses))
Place = tuple[str, str, int]


def leave_out(reading: WaveReading, out: pd.Series) -> int:
    """Take the answers of some rows out of a wave's reading; return how many rows that were."""
    count = int(out.sum())
    if count:
        reading.standard, reading.own = reading.standard[~out], reading.own[~out]
        reading.rows = reading.rows[~out]
        reading.unanswered = reading.unanswered[reading.unanswered["index"].isin(reading.own.index)]
        reading.losses["used"] -= count
    return count


def withdraw(reading: WaveReading, rows: pd.Index) -> None:
    """Let the records of some rows tell no more than that the consent was taken back, by whom and where."""
    told = reading.records
    theirs = told.index.isin(rows)
    told["outcome"] = told["outcome"].mask(theirs & (told["outcome"] == "used"), "withdrawn")
    for column in ("started", "ended", "submitted", "minutes", "telephone"):
        told[column] = told[column].mask(theirs)


def own_columns(reading: WaveReading) -> dict[str, str]:
    """Return the wave's own columns under the names they bear in staged.responses -> their types.

    A column whose name is a standard column's gets '_in_file' behind it, if it is not that column itself.
    """
    return {own_name(column): kind for column, kind in reading.own_types.items()}


def joined(readings: list[WaveReading], types: dict[str, str]) -> tuple[pd.DataFrame, list[Place]]:
    """Return the rows of all waves one below the other, and the place in its file of each."""
    parts: list[pd.DataFrame] = []
    places: list[Place] = []
    for reading in readings:
        if not len(reading.standard):
            continue
        own = reading.own.rename(columns=own_name)
        part = pd.concat([reading.standard, own], axis=1)
        part.insert(1, "wave", pd.Series(reading.wave, index=part.index, dtype="string"))
        parts.append(part)
        places += [(reading.file, reading.sheet, int(row)) for row in reading.rows]
    if not parts:
        return empty(Responses), []
    frame = pd.concat(parts, ignore_index=True)
    return frame[[c for c in (*STANDARD, *types) if c in frame]], places


def with_arm_from(responses: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Return the rows with each respondent's arm as it stands in one wave; unchanged where wave is ''."""
    if not wave or "arm" not in responses:
        return responses
    decided = responses[responses["wave"] == wave].drop_duplicates("respondent")
    arms = decided.set_index("respondent")["arm"]
    return responses.assign(arm=responses["respondent"].map(arms).astype("string"))


def with_design(
    responses: pd.DataFrame, sample: pd.DataFrame, replacements: pd.DataFrame, frame: pd.DataFrame
) -> tuple[pd.DataFrame, list[int]]:
    """Return the rows with what the frame and the draw know of them, and the index of rows of strangers.

    What the interviews say themselves is kept; empty cells are filled in. A stranger is not in the frame, or
    has no weight although the draw gives weights (a purposive sample and an undeclared one do not). Who
    replaces a drawn unit has a weight of the list of replacements. frame: with the strata of the draw.
    """
    if not len(responses):
        return responses, []
    known = frame.set_index("unit")
    responses = responses.copy()
    for column in FROM_SAMPLE:
        from_frame = responses["respondent"].map(known[column]).astype("string")
        own = responses.get(column, from_frame)
        responses[column] = own.where(own.notna(), from_frame)
    strangers = ~responses["respondent"].isin(known.index)
    weights = sample.set_index("unit")["weight"]
    if len(replacements):
        weights = pd.concat([weights, replacements.set_index("unit")["weight"]])
    if not weights.notna().any():
        return responses, list(responses.index[strangers])
    from_draw = responses["respondent"].map(weights).astype("float64")
    own = responses.get("weight", from_draw)
    responses["weight"] = own.where(own.notna(), from_draw)
    return responses, list(responses.index[strangers | responses["weight"].isna()])


def with_usual_values(responses: pd.DataFrame, design: str, pilots: Collection[str] = ()) -> pd.DataFrame:
    """Return the rows with weight 1 where none is given, or where a purposive sample allows none.

    pilots: waves that need no weight, as nothing is estimated from them.
    """
    if not len(responses):
        return responses
    tried = responses["wave"].isin(list(pilots))
    if "weight" not in responses or design == "purposive" or responses.loc[~tried, "weight"].isna().all():
        return responses.assign(weight=1.0)
    return responses.assign(weight=responses["weight"].mask(tried & responses["weight"].isna(), 1.0))


@step("fieldwork", reads=[Responses], writes=[Interviews], named=True)
def count_interviews(responses: pd.DataFrame) -> pd.DataFrame:
    """Count the respondents of each wave, arm and poverty group."""
    if not len(responses):
        return empty(Interviews)
    return (
        with_totals(responses)
        .groupby(["wave", "arm", "poverty_group"], as_index=False)
        .agg(interviewed=("respondent", "size"))
    )


def with_totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows once for each of: own arm and group, own arm, own group, all."""
    parts = []
    for arm in (True, False):
        for group in (True, False):
            part = frame[["wave", "respondent"]].copy()
            part["arm"] = frame["arm"] if arm else ALL
            part["poverty_group"] = frame["poverty_group"] if group else ALL
            parts.append(part.dropna(subset=["arm", "poverty_group"]))
    return pd.concat(parts, ignore_index=True)


@step("fieldwork", reads=[Corrections], writes=[CorrectionSummary])
def summarize_corrections(corrections: pd.DataFrame) -> pd.DataFrame:
    """Count the corrections of each wave and variable that are in use, and the interviews removed.

    What was corrected in an interview that is removed as well changes nothing, and is not counted.
    """
    if not len(corrections):
        return empty(CorrectionSummary)
    removal = corrections["variable"] == INTERVIEW
    person = pd.MultiIndex.from_frame(corrections[["wave", "key"]])
    corrections = corrections[removal | ~person.isin(person[removal])]
    return corrections.groupby(["wave", "variable"], as_index=False).agg(corrections=("key", "size"))
