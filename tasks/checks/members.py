"""Household members: ages and other numbers that cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from tasks.catalogue import Question
from tasks.checks.values import OLDEST, is_age
from tasks.checks.wave_data import number


def findings(members: pd.DataFrame, roster: Mapping[str, Question]) -> Iterator[pd.DataFrame]:
    """Yield members whose numbers are outside what the question (or, of an age, life) allows.

    roster: the questions of the catalogue that are asked of members, by name.
    """
    for column in members.columns.difference(["respondent", "wave", "member"]):
        values = members[column]
        if values.dtype == "string":
            values = pd.to_numeric(values, errors="coerce")
        if values.dtype == "boolean" or not (column in roster or is_age(column)):
            continue
        asked = roster.get(column)
        low = asked.minimum if asked else 0
        high = asked.maximum if asked else OLDEST
        numbers = values.astype("Float64").astype("float64")
        wrong = numbers < (-np.inf if low is None else low)
        wrong |= numbers > (np.inf if high is None else high)
        rows = members[wrong]
        yield rows[["wave", "respondent"]].assign(
            check=f"out of range: {column}",
            key=rows["respondent"] + " member " + rows["member"].astype("string"),
            severity="error",
            kind="out of range",
            variable=column,
            answer=[
                f"{number(value)} (member {member})"
                for value, member in zip(numbers[wrong], rows["member"], strict=True)
            ],
            message="the answer about a household member is outside the range that the question allows",
        )
