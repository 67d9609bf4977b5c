from __future__ import annotations

import pandas as pd
import pytest

from tasks import wording

LABELS = {"group": {"w": "Women at home"}, "wave": {"a": "Baseline, 2022", "b": "Follow-up, 2024"}}
INCOME = pd.Series({"label": "Earnings in the last month", "unit": "currency per month"})
SHARE = pd.Series({"label": "Workers with a contract", "unit": "share of respondents"})


def row(**more):
    base = {
        "poverty_group": "w",
        "estimator": "difference_in_differences",
        "from_wave": "a",
        "to_wave": "b",
        "estimate": -748.4,
        "ci_low": -1034.2,
        "ci_high": -462.0,
        "direction": "worse",
    }
    return {**base, **more}


def test_a_sentence_says_what_its_row_says():
    assert wording.statement(row(), INCOME, LABELS) == (
        "Women at home: earnings in the last month moved by −748 a month against the comparison group, "
        "Baseline to Follow-up (95 % interval −1\u202f030 to −462). This is a change for the worse."
    )


def test_a_share_is_told_in_percentage_points():
    told = wording.statement(
        row(estimate=0.104, ci_low=0.02, ci_high=0.188, direction="better"), SHARE, LABELS
    )
    assert "moved by +10 percentage points" in told
    assert "(95 % interval 2 to 19)" in told


def test_without_errors_no_interval_is_told():
    missing = float("nan")
    told = wording.statement(row(ci_low=missing, ci_high=missing, direction="uncertain"), INCOME, LABELS)
    assert "no interval can be given" in told
    assert told.endswith("The data do not show whether it changed.")


@pytest.mark.parametrize("estimator", ["recall", "difference", "difference_in_differences", "staggered"])
@pytest.mark.parametrize("direction", ["better", "worse", "unchanged", "uncertain"])
def test_no_sentence_names_a_cause_or_speaks_of_significance(estimator, direction):
    from_wave = "none" if estimator in ("recall", "difference") else "a"
    told = wording.statement(
        row(estimator=estimator, direction=direction, from_wave=from_wave), INCOME, LABELS
    )
    assert not {"because", "caused", "significant", "impact", "effect"} & set(told.lower().split())


@pytest.mark.parametrize(
    ("value", "places", "told"),
    [(1234567.8, 0, "1\u202f230\u202f000"), (-0.0004, 3, "0.000"), (-2.5, 1, "−2.5"), (0.0, 2, "0.00")],
)
def test_numbers_are_written_for_reading(value, places, told):
    assert wording.written(value, places) == told
