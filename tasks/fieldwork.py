"""Phase four: waves joined into one table of respondents, checked, and followed from wave to wave."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from schemas.assessment import Sampling, Thresholds, Wave
from schemas.base import column_types, empty
from schemas.design import Replacements, Sample
from schemas.fieldwork import (
    Attrition,
    Corrections,
    CorrectionSummary,
    FieldChecks,
    FieldCheckSummary,
    HouseholdWeights,
    Interviews,
    Responses,
    WaveLosses,
)
from schemas.plan import Waves
from schemas.vocabulary import ALL
from tasks import catalogue, households, links, replaced
from tasks.interviews import FROM_SAMPLE, ROW_NUMBER, WaveReading, own_name
from tasks.methods import attrition as attrition_method
from tasks.steps import step

STANDARD = list(column_types(Responses))
Place = tuple[str, str, int]


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


@step("fieldwork", reads=[Responses], writes=[Interviews])
def count_interviews(responses: pd.DataFrame) -> pd.DataFrame:
    """Count the respondents of each wave, arm and poverty group."""
    if not len(responses):
        return empty(Interviews)
    return (
        _with_totals(responses)
        .groupby(["wave", "arm", "poverty_group"], as_index=False)
        .agg(interviewed=("respondent", "size"))
    )


def _with_totals(frame: pd.DataFrame) -> pd.DataFrame:
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
    """Count the corrections of each wave and variable."""
    if not len(corrections):
        return empty(CorrectionSummary)
    return corrections.groupby(["wave", "variable"], as_index=False).agg(corrections=("key", "size"))


@step(
    "fieldwork",
    reads=[Responses, Waves, WaveLosses, Sample, Replacements, HouseholdWeights],
    writes=[FieldChecks, FieldCheckSummary],
    plan=["thresholds", "sampling", "wave"],
)
def check_fieldwork(
    responses: pd.DataFrame,
    waves: pd.DataFrame,
    losses: pd.DataFrame,
    sample: pd.DataFrame,
    replacements: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    thresholds: Thresholds,
    sampling: Sampling,
    wave: Sequence[Wave],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Look for what a coordinator would want to know: missing answers, values out of range, refusals."""
    pilots = waves.loc[waves["role"] == "pilot", "wave"]
    two_stage = sampling.method == "two_stage"
    of_draw = [
        *replaced.replacement_findings(responses, sample, replacements, two_stage=two_stage),
        *households.household_findings(responses, weights, sampling),
    ]
    found = [
        *_missing(responses, thresholds.missing_share_warning),
        *_out_of_range(responses),
        *_changed_people(responses[~responses["wave"].isin(pilots)]),
        *(
            _finding(name, check, person, severity, variable, message)
            for name, check, person, severity, variable, message in links.remarks(responses, waves, wave)
        ),
        *_refusals(losses),
        *(
            _finding(wave, check, key, severity, None, message)
            for wave, check, key, severity, message in of_draw
        ),
    ]
    if not found:
        return empty(FieldChecks), empty(FieldCheckSummary)
    checks = pd.DataFrame(found)
    told = checks[~checks["check"].isin(links.COUNTED_HERE)]
    summary = told.groupby(["wave", "check", "severity"], as_index=False).agg(found=("key", "size"))
    return checks, summary


def _missing(responses: pd.DataFrame, limit: float) -> list[dict[str, object]]:
    own = [column for column in responses.columns if column in catalogue.questions()]
    found = []
    for wave, part in responses.groupby("wave", sort=True):
        for column in own:
            share = float(part[column].isna().mean())
            if limit < share < 1:
                message = f"{share:.0%} of the answers are missing, more than {limit:.0%}"
                found.append(_finding(wave, "missing answers", column, "warning", column, message))
    return found


def _out_of_range(responses: pd.DataFrame) -> list[dict[str, object]]:
    found = []
    for column, question in catalogue.questions().items():
        if column not in responses or question.column_type == "text":
            continue
        values = responses[column].astype("Float64")
        low = values < question.minimum if question.minimum is not None else values.isna() & False
        high = values > question.maximum if question.maximum is not None else values.isna() & False
        for index in responses.index[(low | high).fillna(False)]:
            row = responses.loc[index]
            found.append(
                _finding(
                    row["wave"],
                    f"out of range: {column}",
                    row["respondent"],
                    "error",
                    column,
                    "the answer is outside the range that the question allows",
                    row.get("enumerator"),
                )
            )
    return found


def _changed_people(responses: pd.DataFrame) -> list[dict[str, object]]:
    found = []
    for column in ("gender", "poverty_group", "arm"):
        if column not in responses:
            continue
        known = responses.dropna(subset=[column])
        kinds = known.groupby("respondent")[column].nunique()
        for respondent in kinds.index[kinds > 1]:
            wave = known.loc[known["respondent"] == respondent, "wave"].iloc[-1]
            message = f"{column.replace('_', ' ')} differs between waves"
            found.append(_finding(wave, f"changed {column}", respondent, "error", column, message))
    return found


def _refusals(losses: pd.DataFrame) -> list[dict[str, object]]:
    refused = losses[(losses["reason"] == "refused") & (losses["interviews"] > 0)]
    return [
        _finding(
            row.wave, "refusals", "all", "note", None, f"{row.interviews} did not agree to be interviewed"
        )
        for row in refused.itertuples()
    ]


def _finding(
    wave: object,
    check: str,
    key: object,
    severity: str,
    variable: str | None,
    message: str,
    enumerator: object = None,
) -> dict[str, object]:
    return {
        "wave": wave,
        "check": check,
        "key": key,
        "severity": severity,
        "variable": variable,
        "enumerator": enumerator,
        "message": message,
    }


@step("fieldwork", reads=[Responses, Waves], writes=[Attrition], plan=["wave"])
def follow_respondents(responses: pd.DataFrame, waves: pd.DataFrame, *, wave: Sequence[Wave]) -> pd.DataFrame:
    """Count who of the first wave was interviewed again in each later one, by arm and poverty group.

    Nothing is counted where a wave's respondents have no ids: they cannot be followed.
    """
    if any(one.columns.respondent == ROW_NUMBER for one in wave):
        return empty(Attrition)
    order = waves[waves["role"] != "pilot"].sort_values("position")["wave"].tolist()
    present = [name for name in order if (responses["wave"] == name).any()]
    if len(present) < 2:
        return empty(Attrition)
    first = _with_totals(responses[responses["wave"] == present[0]])
    parts = []
    for name in present[1:]:
        later = responses.loc[responses["wave"] == name, ["respondent"]]
        counted = attrition_method.attrition(first, later, by=["arm", "poverty_group"])
        counted["wave"] = name
        counted["followed"] = counted["interviewed"] + counted["lost"]
        parts.append(counted)
    return pd.concat(parts, ignore_index=True)
