"""The interviewers: how much each has done, and whose interviews are unlike those of the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from schemas.base import empty
from schemas.checks import Interviewers
from tasks.checks.wave_data import WaveData, has_different, of_wave
from tasks.methods import outliers

FEWEST_INTERVIEWERS = 5
FEWEST_INTERVIEWS = 10
FAR_SHARE = 0.05
"""A share counts as far from the others from this difference on."""
_RATES = {
    "refusal_rate": "the share of people who did not agree",
    "missing_rate": "the share of questions without an answer",
    "dont_know_rate": "the share of questions with 'does not know' or 'does not want to say'",
    "median_minutes": "the usual length of the interviews",
}


def table(data: WaveData, errors: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return mart.interviewers of a wave; empty where nobody is named as interviewer.

    errors: enumerator, compared, error_rate of the back-check. found: the findings so far.
    """
    records = data.records.dropna(subset=["enumerator"])
    if not len(records):
        return empty(Interviewers)
    by = records.groupby("enumerator", sort=True)
    first = records.sort_values("record").drop_duplicates("enumerator").set_index("enumerator")
    used = data.used.dropna(subset=["enumerator"]).groupby("enumerator")
    told = by.agg(
        interviews=("outcome", lambda outcome: int((outcome == "used").sum())),
        refused=("outcome", lambda outcome: int((outcome == "refused").sum())),
    )
    contacted = told["interviews"] + told["refused"]
    told["refusal_rate"] = (told["refused"] / contacted.where(contacted > 0)).astype("float64")
    days = used["day"].nunique().reindex(told.index)
    told["days"] = days.where(days > 0).astype("Int64")
    told["per_day"] = (
        (told["interviews"] / told["days"].astype("Float64")).astype("Float64").astype("float64")
    )
    told["median_minutes"] = used["minutes"].median().reindex(told.index)
    told[["file", "row"]] = first[["file", "row"]].reindex(told.index)
    asked, missing, coded = _counts(data)
    told["missing_rate"] = (missing / asked.where(asked > 0)).reindex(told.index)
    told["dont_know_rate"] = (coded / asked.where(asked > 0)).reindex(told.index)
    serious = found[found["severity"] != "note"] if "enumerator" in found else pd.DataFrame()
    counted = serious.groupby("enumerator").size() if len(serious) else pd.Series(dtype="int64")
    told["findings"] = counted.reindex(told.index, fill_value=0)
    known = errors.set_index("enumerator")
    told["back_checked"] = known["compared"].reindex(told.index, fill_value=0)
    told["error_rate"] = known["error_rate"].reindex(told.index).astype("float64")
    return told.reset_index().assign(wave=data.wave.name)


def _counts(data: WaveData) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return for each interviewer the questions to be asked, those missing, those that got a code."""
    zero = pd.Series(0, index=data.responses.index)
    asked, missing, coded = zero.copy(), zero.copy(), zero.copy()
    for question in data.known:
        mask = data.asked[question]
        if mask is None or not data.answered(question).any():
            continue
        asked += mask
        missing += mask & ~data.answered(question)
        coded += mask & data.is_coded(question)
    who = data.responses["enumerator"]
    return asked.groupby(who).sum(), missing.groupby(who).sum(), coded.groupby(who).sum()


def findings(data: WaveData, told: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield interviewers who stand far from the others, by robust z over five or more. told: `table`."""
    enough = told[told["interviews"] >= FEWEST_INTERVIEWS].set_index("enumerator")
    if len(enough) < FEWEST_INTERVIEWERS:
        return
    for column, words in _RATES.items():
        far = outliers.modified_z(enough[column], fewest=FEWEST_INTERVIEWERS)
        apart = far.abs() > outliers.FAR
        if column.endswith("_rate"):  # to have fewer gaps than others is no reproach, nor is a hair's breadth
            # where most of them are alike there is no z, and the difference alone decides
            above = enough[column] - enough[column].median() > FAR_SHARE
            apart = above & ((far > outliers.FAR) | far.isna())
        for enumerator in far.index[apart]:
            side = "above" if enough[column].gt(enough[column].median())[enumerator] else "below"
            message = f"with the interviewer of this row {words} is far {side} that of the others"
            yield _of(data, f"interviewer: {words.removeprefix('the ')}", "warning", message, enumerator)
    yield from _answers(data, list(enough.index))


def _answers(data: WaveData, enumerators: list[str]) -> Iterator[pd.DataFrame]:
    """Yield questions whose mean is far from that of the others and beyond chance, at one interviewer.

    The mean is of what is above or below the poverty group's, so that who goes to the poor is not found out
    for it.
    """
    everyone = data.responses["enumerator"]
    who = everyone.where(everyone.isin(enumerators)).astype("category")
    for question in data.columns:
        values = _measured(data, question)
        if values is None or not has_different(values, 2):
            continue
        if data.groups is not None:
            values = values - values.groupby(data.groups.fillna("")).transform("mean")
        by = values.groupby(who, observed=True)
        means, counts = by.mean(), by.count()
        means = means[counts >= FEWEST_INTERVIEWS]
        far = outliers.modified_z(means, fewest=FEWEST_INTERVIEWERS)
        chance = (means - values.mean()) / (values.std() / np.sqrt(counts.reindex(means.index)))
        for enumerator in far.index[(far.abs() > outliers.FAR) & (chance.abs() > outliers.FAR)]:
            side = "above" if far[enumerator] > 0 else "below"
            message = f"with the interviewer of this row the mean answer is far {side} that of the others"
            yield _of(data, f"interviewer: answers to {question}", "warning", message, enumerator, question)


def _measured(data: WaveData, question: str) -> pd.Series | None:
    if question in data.known and data.known[question]["kind"] == "yes_no" and data.is_typed(question):
        return data.responses[question].astype("Float64").astype("float64")
    return data.numbers(question) if data.is_typed(question) else None


def _of(
    data: WaveData, check: str, severity: str, message: str, enumerator: str, variable: str = ""
) -> pd.DataFrame:
    found = of_wave(data.wave.name, "interviewer", severity, message, key=enumerator, enumerator=enumerator)
    return found.assign(check=check, variable=variable or None)
