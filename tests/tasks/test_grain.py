"""A step is given the columns that something names, and no others: only those count in its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import pandas as pd

from schemas.assessment import Specification
from tasks import grain, impacts
from tasks.steps import STEPS
from tasks.warehouse import column_digests, frame_digest

COLUMNS = ["respondent", "wave", "weight", "fair_income", "Debt", "rooms", 'odd"name']


def given(plan: Mapping[str, object], *tables: pd.DataFrame) -> list[str]:
    return grain.named_columns(
        STEPS[impacts.estimate_impact.__name__], COLUMNS, plan, map(grain.words, tables)
    )


def test_columns_are_given_where_plan_or_tables_name_them():
    assert given({}) == ["respondent", "wave", "weight"]
    value = pd.DataFrame({"value": ["CASE WHEN debt > 3 THEN 1 END", '"odd""name" + 1', None]})
    assert given({}, value) == ["respondent", "wave", "weight", "Debt", 'odd"name']
    plan = {"specification": [{"covariates": ["rooms"], "before": {"fair_income": "x"}}]}
    assert given(plan) == ["respondent", "wave", "weight", "fair_income", "rooms"]


def test_what_people_recall_is_given_with_its_question():
    step = STEPS[impacts.estimate_impact.__name__]
    value = pd.DataFrame({"value": ["income"]})
    assert grain.named_columns(
        step, ["income", "income_before", "rooms_before"], {}, [grain.words(value)]
    ) == [
        "income",
        "income_before",
    ]


def test_only_the_indicators_of_the_specifications_are_given():
    known = pd.DataFrame({"indicator": ["income", "income_month", "rooms"], "value": ["a", "b", "c"]})
    one = Specification.model_validate(
        {"name": "p", "indicators": ["income_month"], "estimator": "difference_in_differences"}
    )
    assert grain.named_indicators(known, {"specification": [one]})["indicator"].tolist() == ["income_month"]
    assert grain.named_indicators(known, {"sampling": SimpleNamespace()}).equals(known)


def test_every_column_has_a_digest_of_its_own_and_the_order_of_rows_counts():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    other = frame.assign(b=["x", "z"])
    assert column_digests(frame)["a"] == column_digests(other)["a"]
    assert column_digests(frame)["b"] != column_digests(other)["b"]
    assert frame_digest(frame) != frame_digest(other)
    assert column_digests(frame)["a"] != column_digests(frame.iloc[::-1])["a"]
