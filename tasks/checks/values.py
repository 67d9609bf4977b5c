"""Answers out of range, ages that nobody has, codes that nobody declared, and outliers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from tasks.checks.wave_data import NUMBERS, WaveData, has_different, number, of_rows, of_wave
from tasks.methods import outliers

OLDEST = 115
FEWEST_VALUES = 10
"""A scale of fewer different values than these has no outliers."""
FAR_OUTSIDE = 1.2
_CODES = frozenset(
    sign * float(digits)
    for sign in (1, -1)
    for count in range(1, 6)
    for digits in ("7" * count, "8" * count, "9" * count, "9" * (count - 1) + "8", "9" * (count - 1) + "7")
) | {96.0, -96.0}
"""7, 88, 999, 998, 9997 and their like, and the same below 0."""


def findings(data: WaveData) -> Iterator[pd.DataFrame]:
    """Yield what is wrong or strange with single answers."""
    for question in data.columns:
        numbers = data.numbers(question)
        wrong = out_of_range(data, question)
        if wrong.any():
            told = data.responses[question].astype("string")
            limits = _limits(data, question)
            message = f"the answer is outside the range that the question allows{limits}"
            yield of_rows(data, wrong, "out of range", "error", message, question, told)
        if numbers is None:
            continue
        suspects = codes(numbers)
        for code in suspects:
            times = int((numbers == code).sum())
            message = (
                f"the answer {number(code)} stands in {times} interviews, far from all others. If it is a "
                "code, declare it in the plan under dont_know or refused_answer"
            )
            yield of_wave(data.wave.name, "undeclared code", "warning", message, question)
        far = outlying(data, question, wrong | numbers.isin(suspects))
        if far.any():
            others = "the other answers" if data.groups is None else "those of the same poverty group"
            message = f"the answer is far from {others}"
            yield of_rows(data, far, "outlier", "warning", message, question, _beside(data, numbers, far))


def out_of_range(data: WaveData, question: str) -> pd.Series:
    """Return which answers are outside the limits of the question; of an age, of what people live to."""
    values = data.responses[question]
    if values.dtype in ("string", "boolean"):
        numbers = data.numbers(question)
        if numbers is None:
            return pd.Series(False, index=values.index)
    else:
        numbers = values.astype("Float64").astype("float64")
    low, high = _bounds(data, question)
    return (numbers < low) | (numbers > high)


def _bounds(data: WaveData, question: str) -> tuple[float, float]:
    row = data.known.get(question, {})
    low, high = row.get("minimum"), row.get("maximum")
    if is_age(question) and row.get("kind") not in ("choice", "choices", "yes_no"):
        low, high = (0 if low is None else low), (OLDEST if high is None else high)
    return (-np.inf if low is None else low), (np.inf if high is None else high)


def _limits(data: WaveData, question: str) -> str:
    low, high = _bounds(data, question)
    if np.isinf(low):
        return f", at most {number(high)}"
    return f", at least {number(low)}" if np.isinf(high) else f", {number(low)} to {number(high)}"


def is_age(question: str) -> bool:
    """Return whether a question by its name asks for an age in years."""
    return "age" in re.split(r"[^a-z]+", question.casefold())


def codes(numbers: pd.Series) -> list[float]:
    """Return the answers that look like codes: 99, -99, 888 and their like, in two rows or more, far outside.

    Far outside is below 0 where all other answers are not, or a fifth above the largest of the others.
    """
    known = numbers.dropna()
    like_codes = known.isin(_CODES)
    likely, rest = known[like_codes], known[~like_codes]
    if not len(rest):
        return []
    counts = likely.value_counts()
    low, high = float(rest.min()), float(rest.max())
    return sorted(
        code
        for code in counts.index[counts >= 2]
        if (code < 0 <= low) or (code > 9 and code > FAR_OUTSIDE * high)
    )


def outlying(data: WaveData, question: str, leave_out: pd.Series) -> pd.Series:
    """Return which answers are outliers of their poverty group, or of everybody where the group is small.

    Only of questions whose answers are numbers by the form, the catalogue or the plan, and of ten different
    values or more. leave_out: answers that are wrong or codes already.
    """
    nothing = pd.Series(False, index=data.responses.index)
    numbers = data.numbers(question)
    kind = data.known[question]["kind"] if question in data.known else ""
    if numbers is None or not (data.is_typed(question) or kind in NUMBERS):
        return nothing
    numbers = numbers.mask(leave_out)
    if not has_different(numbers, FEWEST_VALUES):
        return nothing
    return outliers.distances(numbers, data.groups).abs() > outliers.FAR


def _beside(data: WaveData, numbers: pd.Series, far: pd.Series) -> pd.Series:
    """Return the answers that are far outside, each with the median that it was held against."""
    groups = data.groups
    overall = pd.Series(float(numbers.median()), index=numbers.index)
    median = overall
    if groups is not None:
        enough = numbers.groupby(groups).transform("count") >= outliers.FEWEST
        median = numbers.groupby(groups).transform("median").where(enough, overall)
    told = [
        f"{number(value)} (median {number(middle)})"
        for value, middle in zip(numbers[far], median[far], strict=True)
    ]
    return pd.Series(told, index=numbers.index[far], dtype="string")
