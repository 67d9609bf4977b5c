"""The claim of a poverty group rests on the balance within it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.assessment import Comparison
from tasks.impacts import balance_within_groups, largest_difference

WAVES = pd.DataFrame({"wave": ["first"], "role": ["baseline"], "position": [1]})


def answers(small: int = 20) -> pd.DataFrame:
    """Return two groups whose arms differ much, one upward, one downward: together not at all."""
    parts = []
    for group, shift, people in (("a", 5.0, 20), ("b", -5.0, small)):
        for arm in ("programme", "comparison"):
            age = 40 + np.arange(people) % 10 + shift * (arm == "programme")
            parts.append(pd.DataFrame({"poverty_group": group, "arm": arm, "age": age}))
    table = pd.concat(parts, ignore_index=True).assign(wave="first", weight=1.0)
    return table.assign(respondent=range(len(table))).astype({"arm": "string"})


def test_arms_alike_as_a_whole_and_not_within_groups_are_told_apart() -> None:
    found = balance_within_groups(answers(), WAVES, pd.DataFrame(), Comparison(covariates=["age"]))
    assert {group: round(largest_difference(table) or 0, 2) for group, table in found.items()} == {
        "a": 1.7,
        "b": 1.7,
    }


def test_the_balance_of_a_group_with_few_people_of_an_arm_is_not_measured() -> None:
    found = balance_within_groups(answers(9), WAVES, pd.DataFrame(), Comparison(covariates=["age"]))
    assert set(found) == {"a"}
    assert largest_difference(pd.DataFrame()) is None
