"""Phase four: the field checks, every evening. The families of tasks/checks, put together wave by wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPart, Sampling, Thresholds, Wave
from schemas.base import column_types, conform, empty
from schemas.checks import (
    BackCheckRates,
    BackChecks,
    FieldChecks,
    FieldCheckSummary,
    FieldProgress,
    FormQuestions,
    Interviewers,
    InterviewRecords,
    QuestionChecks,
    UnansweredQuestions,
)
from schemas.design import Replacements, Sample
from schemas.exports import HouseholdMembers
from schemas.fieldwork import HouseholdWeights, Responses, WaveLosses
from schemas.plan import Waves
from schemas.vocabulary import CHECK_SEVERITIES
from tasks import catalogue, households, links, replaced
from tasks.checks import (
    back_checks,
    completeness,
    interviewers,
    logic,
    members,
    people,
    progress,
    times,
    values,
)
from tasks.checks.wave_data import WaveData, joined
from tasks.steps import step


@dataclass(frozen=True)
class Checked:
    """What the checks found: mart.field_checks, and the tables of the same evening."""

    findings: pd.DataFrame
    questions: pd.DataFrame
    interviewers: pd.DataFrame
    progress: pd.DataFrame
    back_checks: pd.DataFrame


@step(
    "fieldwork",
    reads=[
        Responses,
        HouseholdMembers,
        FormQuestions,
        InterviewRecords,
        UnansweredQuestions,
        BackChecks,
        WaveLosses,
        Waves,
        Sample,
        Replacements,
        HouseholdWeights,
    ],
    writes=[FieldChecks, FieldCheckSummary, QuestionChecks, Interviewers, FieldProgress, BackCheckRates],
    plan=["wave", "thresholds", "assessment", "sampling"],
    catalogue=["roster"],
)
def check_fieldwork(
    responses: pd.DataFrame,
    listed: pd.DataFrame,
    questions: pd.DataFrame,
    records: pd.DataFrame,
    unanswered: pd.DataFrame,
    pairs: pd.DataFrame,
    losses: pd.DataFrame,
    waves: pd.DataFrame,
    sample: pd.DataFrame,
    replacements: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    wave: Sequence[Wave],
    thresholds: Thresholds,
    assessment: AssessmentPart,
    sampling: Sampling,
) -> tuple[pd.DataFrame, ...]:
    """Look in every wave for what a coordinator would want to know on the evening of the interviews."""
    by_wave = {one.name: responses[responses["wave"] == one.name] for one in wave}
    refused = losses[losses["reason"] == "refused"].set_index("wave")["interviews"]
    target = _first_target(wave, by_wave, sample)
    parts = []
    for one in wave:
        data = WaveData(
            one,
            by_wave[one.name].reset_index(drop=True),
            questions[questions["wave"] == one.name],
            records[records["wave"] == one.name],
            unanswered[unanswered["wave"] == one.name],
        )
        if not len(data.records):
            continue
        own = pairs[pairs["wave"] == one.name]
        of_members = listed[listed["wave"] == one.name]
        checked = check_wave(data, own, of_members, int(refused.get(one.name, 0)), thresholds)
        if one.role != "pilot":
            followed = _followed(one, wave, by_wave) if assessment.study_design == "longitudinal" else None
            goal = target if followed is None else followed
            told = progress.progress(one.name, goal, data.records)
            checked = Checked(
                checked.findings, checked.questions, checked.interviewers, told, checked.back_checks
            )
        parts.append(checked)
    order = [one.name for one in wave if one.role != "pilot"]
    moved = list(people.changed(responses[responses["wave"].isin(order)], order))
    of_draw = _of_draw(responses, sample, replacements, weights, sampling)
    of_links = _of_links(responses, waves, wave)
    found = _placed(joined([*(part.findings for part in parts), *moved, of_draw, of_links]), records)
    summary = empty(FieldCheckSummary)
    told = found[~found["check"].isin(links.COUNTED_HERE)]
    if len(told):
        counted = told.groupby(["wave", "kind", "severity"], as_index=False).agg(found=("key", "size"))
        summary = counted.rename(columns={"kind": "check"})
    return (
        found,
        summary,
        _table(QuestionChecks, [part.questions for part in parts]),
        _table(Interviewers, [part.interviewers for part in parts]),
        _table(FieldProgress, [part.progress for part in parts]),
        _table(BackCheckRates, [part.back_checks for part in parts]),
    )


def _of_draw(
    responses: pd.DataFrame,
    sample: pd.DataFrame,
    replacements: pd.DataFrame,
    weights: pd.DataFrame,
    sampling: Sampling,
) -> pd.DataFrame:
    """Return where the interviews do not follow the draw, and whose household weight cannot be computed."""
    two_stage = sampling.method == "two_stage"
    told = [
        *replaced.replacement_findings(responses, sample, replacements, two_stage=two_stage),
        *households.household_findings(responses, weights, sampling),
    ]
    found = pd.DataFrame(told, columns=["wave", "check", "key", "severity", "message"])
    return found.assign(kind=found["check"])


def _of_links(responses: pd.DataFrame, waves: pd.DataFrame, wave: Sequence[Wave]) -> pd.DataFrame:
    """Return the people who are new, lost, or of another birth year than in a wave before."""
    told = list(links.remarks(responses, waves, wave))
    found = pd.DataFrame(told, columns=["wave", "check", "key", "severity", "variable", "message"])
    return found.assign(kind=found["check"], respondent=found["key"])


def check_wave(
    data: WaveData,
    pairs: pd.DataFrame,
    of_members: pd.DataFrame,
    refused: int,
    thresholds: Thresholds,
) -> Checked:
    """Return what is found in one wave, without its progress.

    pairs: the answers of its back-check. of_members: household members. refused: people who did not agree.
    """
    compared = back_checks.compared(data.wave, pairs)
    rates = back_checks.rates(data.wave.name, compared)
    errors = back_checks.of_interviewers(compared)
    found = [
        *(completeness.findings(data, thresholds.missing_share_warning) if len(data.responses) else ()),
        *(values.findings(data) if len(data.responses) else ()),
        *(logic.findings(data) if len(data.responses) else ()),
        *(times.findings(data) if len(data.responses) else ()),
        *members.findings(of_members, catalogue.roster()),
        *people.findings(data, refused),
        *back_checks.findings(data.wave.name, rates, errors),
    ]
    of_interviewers = interviewers.table(data, errors, joined(found))
    found += list(interviewers.findings(data, of_interviewers))
    return Checked(
        joined(found), _questions(data, joined(found)), of_interviewers, empty(FieldProgress), rates
    )


def _questions(data: WaveData, found: pd.DataFrame) -> pd.DataFrame:
    """Return mart.question_checks of a wave."""
    counts: dict[Any, int] = found.groupby(["kind", "variable"]).size().to_dict() if len(found) else {}
    rows = []
    for question in data.columns:
        asked = data.asked[question]
        unread = asked is None
        answers = data.responses[question].notna()
        mask = answers if unread else asked
        unsaid = {kind: data.is_coded(question, kind) & mask for kind in ("dont_know", "refused_answer")}
        missing = mask & ~data.answered(question)
        rows.append(
            {
                "wave": data.wave.name,
                "question": question,
                "asked": int(mask.sum()),
                "answered": int((answers & mask).sum()),
                "missing": int(missing.sum()),
                "dont_know": int(unsaid["dont_know"].sum()),
                "refused": int(unsaid["refused_answer"].sum()),
                "skipped_answered": pd.NA if unread else int((answers & ~mask).sum()),
                "out_of_range": counts.get(("out of range", question), 0)
                + counts.get(("constraint", question), 0),
                "outliers": counts.get(("outlier", question), 0),
            }
        )
    return pd.DataFrame(rows)


def _first_target(
    wave: Sequence[Wave], by_wave: Mapping[str, pd.DataFrame], sample: pd.DataFrame
) -> pd.DataFrame:
    """Return who is to be interviewed by the draw: respondent, stratum, arm, poverty_group."""
    return sample.rename(columns={"unit": "respondent"})[["respondent", *progress.PARTS]]


def _followed(one: Wave, wave: Sequence[Wave], by_wave: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Return who is to be interviewed again: the people of the first wave. None for the first wave itself."""
    first = next((w for w in wave if w.role != "pilot" and len(by_wave[w.name])), None)
    if first is None or first.name == one.name:
        return None
    return by_wave[first.name][["respondent", *progress.PARTS]].drop_duplicates("respondent")


def _placed(found: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return the findings with the file and row of their interview, the most serious first."""
    if not len(found):
        return empty(FieldChecks)
    where = records[records["outcome"] == "used"][["wave", "respondent", "enumerator", "file", "row"]]
    where = where.drop_duplicates(["wave", "respondent"])
    texts = [
        column for column, kind in column_types(FieldChecks).items() if kind != "Int64" and column != "file"
    ]
    found = found.reindex(columns=texts).astype("string")
    placed = found.merge(
        where, on=["wave", "respondent"], how="left", validate="many_to_one", suffixes=("", "_of_record")
    )
    placed["enumerator"] = placed["enumerator"].fillna(placed.pop("enumerator_of_record"))
    placed = _placed_by_interviewer(placed, records)
    placed["rank"] = placed["severity"].map({word: -at for at, word in enumerate(CHECK_SEVERITIES)})
    placed = placed.sort_values(["wave", "rank", "check", "row", "key"], kind="stable").drop(columns="rank")
    return conform(placed.reset_index(drop=True), FieldChecks)


def _placed_by_interviewer(placed: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return the findings, those about an interviewer with the row of the interviewer's first interview."""
    first = records.dropna(subset=["enumerator"]).sort_values(["wave", "record"])
    first = first.drop_duplicates(["wave", "enumerator"])[["wave", "enumerator", "file", "row"]]
    told = placed.merge(
        first, on=["wave", "enumerator"], how="left", validate="many_to_one", suffixes=("", "_of_first")
    )
    about = told["respondent"].isna()
    for column in ("file", "row"):
        of_first = told.pop(f"{column}_of_first")
        told[column] = told[column].where(~about, of_first)
    return told


def _table(contract: type, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [conform(frame, contract) for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty(contract)
