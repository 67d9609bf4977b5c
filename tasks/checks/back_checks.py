"""Back-checks: how often the answers given again differ, by question and by interviewer."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from schemas.assessment import Wave
from schemas.base import empty
from schemas.checks import BackCheckRates
from tasks.checks.wave_data import NUMBERS, of_wave, percent
from tasks.methods import backcheck

ERROR_LIMIT = 0.1
"""The share of differing answers above which IPA looks into an interviewer's work."""
FEWEST_PAIRS = 10
_MEANING = {
    1: "these answers do not change: the interviewers' work is to be looked at",
    2: "interviewers find this question hard to ask: train it again",
    3: "people's answers are not stable: the question measures poorly",
}
_UNTYPED = "give it a type under [wave.back_check] in the plan to know what it means"


def compared(wave: Wave, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of a wave with `differs`, by the tolerances of the plan."""
    parts = []
    for (question, kind), part in pairs.groupby(["question", "kind"], sort=True):
        first, again = part["first"], part["again"]
        if kind in (*NUMBERS, "yes_no"):
            first, again = (pd.to_numeric(one, errors="coerce").astype("float64") for one in (first, again))
        given = wave.back_check.tolerance.get(str(question).removesuffix("_in_file"), 0.0)
        relative = isinstance(given, str)
        tolerance = float(given.rstrip(" %")) / 100 if isinstance(given, str) else given
        parts.append(
            part.assign(differs=backcheck.differs(first, again, tolerance=tolerance, relative=relative))
        )
    return pd.concat(parts) if parts else pairs.assign(differs=pd.Series(dtype="boolean"))


def rates(wave: str, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return mart.back_check_rates of a wave. pairs: as `compared` gives them."""
    counted = backcheck.error_rates(pairs, ["question"])
    if not len(counted):
        return empty(BackCheckRates)
    more = []
    for question in counted["question"]:
        part = pairs[pairs["question"] == question]
        first, again = (
            pd.to_numeric(part[one], errors="coerce").astype("float64") for one in ("first", "again")
        )
        numeric = part["kind"].iloc[0] in NUMBERS
        more.append(
            {
                "type": part["type"].iloc[0],
                "mean_difference": (again - first).mean() if numeric else float("nan"),
                "reliability": backcheck.reliability(first, again) if numeric else float("nan"),
            }
        )
    return pd.concat([counted, pd.DataFrame(more)], axis=1).assign(wave=wave)


def of_interviewers(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return enumerator, compared, differ, error_rate: of type 1, or of all where the plan has no types."""
    if pairs["type"].notna().any():
        pairs = pairs[pairs["type"] == 1]
    return backcheck.error_rates(pairs.dropna(subset=["enumerator"]), ["enumerator"])


def findings(wave: str, question_rates: pd.DataFrame, by_interviewer: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield questions and interviewers whose answers differ in more than a tenth of ten pairs or more."""
    for row in question_rates.to_dict("records"):
        if row["compared"] >= FEWEST_PAIRS and row["error_rate"] > ERROR_LIMIT:
            typed = "" if pd.isna(row["type"]) else f" (type {row['type']})"
            meaning = _UNTYPED if pd.isna(row["type"]) else _MEANING[int(row["type"])]
            told = f"{row['differ']} of {row['compared']} answers{typed} differ in the back-check"
            yield of_wave(wave, "back-check", "warning", f"{told}; {meaning}", row["question"])
    for row in by_interviewer.to_dict("records"):
        if row["compared"] >= FEWEST_PAIRS and row["error_rate"] > ERROR_LIMIT:
            told = f"{percent(row['error_rate'])} of the answers differ in the back-check"
            message = f"with the interviewer of this row {told}, more than {percent(ERROR_LIMIT)}"
            who = {"key": row["enumerator"], "enumerator": row["enumerator"]}
            yield of_wave(wave, "back-check of an interviewer", "warning", message, **who)
