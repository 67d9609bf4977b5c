from __future__ import annotations

import pandas as pd
import pytest

from tasks import wording

PLAN = wording.Told({"w": "Women at home"}, {"a": "Baseline, 2022", "b": "Follow-up, 2024"}, "INR")
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
        "respondents": 120,
        "money": "in money of the day",
    }
    return {**base, **more}


def test_a_sentence_says_what_its_row_says():
    assert wording.statement(row(), INCOME, PLAN) == (
        "Women at home: earnings in the last month moved by −748 INR a month against the comparison group, "
        "Baseline to Follow-up, in money of the day (95 % interval −1\u202f030 to −462). This is a change "
        "for the worse."
    )


def test_a_share_is_told_in_percentage_points():
    told = wording.statement(row(estimate=0.104, ci_low=0.02, ci_high=0.188, direction="better"), SHARE, PLAN)
    assert "moved by +10 percentage points" in told
    assert "(95 % interval 2 to 19)" in told


def test_without_errors_no_interval_is_told():
    missing = float("nan")
    told = wording.statement(row(ci_low=missing, ci_high=missing, direction="uncertain"), INCOME, PLAN)
    assert "no interval can be given" in told
    assert told.endswith("The data do not show whether it changed.")


@pytest.mark.parametrize("estimator", ["recall", "difference", "difference_in_differences", "staggered"])
@pytest.mark.parametrize("direction", ["better", "worse", "unchanged", "uncertain"])
def test_no_sentence_names_a_cause_or_speaks_of_significance(estimator, direction):
    from_wave = "none" if estimator in ("recall", "difference") else "a"
    told = wording.statement(row(estimator=estimator, direction=direction, from_wave=from_wave), INCOME, PLAN)
    assert not {"because", "caused", "significant", "impact", "effect"} & set(told.lower().split())


@pytest.mark.parametrize(
    ("value", "places", "told"),
    [(1234567.8, 0, "1\u202f230\u202f000"), (-0.0004, 3, "0.000"), (-2.5, 1, "−2.5"), (0.0, 2, "0.00")],
)
def test_numbers_are_written_for_reading(value, places, told):
    assert wording.written(value, places) == told


def test_whatever_the_case_a_share_is_told_in_points():
    capital = pd.Series({"label": "Contract", "unit": "Share of workers"})
    told = wording.statement(row(estimate=0.01, ci_low=-0.02, ci_high=0.04), capital, PLAN)
    assert "moved by +1 percentage point against" in told


def test_a_change_that_reads_as_nought_has_no_sign():
    told = wording.statement(row(estimate=-0.004, ci_low=-0.03, ci_high=0.02), SHARE, PLAN)
    assert "moved by 0 percentage points" in told


def test_money_is_said_to_be_of_the_day_or_at_base_prices():
    assert "Baseline to Follow-up, in money of the day (" in wording.statement(row(), INCOME, PLAN)
    at_base = row(money="at base prices")
    assert "Baseline to Follow-up, at base prices (" in wording.statement(at_base, INCOME, PLAN)
    assert "of the day" not in wording.statement(row(money=None), SHARE, PLAN)
    levels = row(estimator="difference", from_wave="none")
    assert "of the day" not in wording.statement(levels, INCOME, PLAN)
    recalled = {**levels, "estimator": "recall"}
    assert "−748 INR a month, in money of the day (" in wording.statement(recalled, INCOME, PLAN)


POOLED = {"estimator": "fixed_effects", "term": "programme", "fixed_effects": "wave"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"estimator": "difference", "from_wave": "none"}, "is 748 INR a month lower in the programme group"),
        (POOLED, "than in the comparison group, Baseline to Follow-up taken together"),
    ],
)
def test_how_the_arms_stand_apart_is_told_as_no_change(more, told):
    """A gap that was there before is no gain and no loss."""
    said = wording.statement(row(**more), INCOME, PLAN)
    assert told in said
    assert said.endswith("The programme group stands worse.")
    assert not {"moved", "change"} & set(said.split())
    open_ = wording.statement(row(**more, direction="uncertain", ci_low=-900, ci_high=3), INCOME, PLAN)
    assert open_.endswith("The data do not show whether they differ.")


def test_within_respondents_the_programme_is_a_change():
    within = row(**{**POOLED, "fixed_effects": "respondent, wave"})
    assert "moved by −748" in wording.statement(within, INCOME, PLAN)


@pytest.mark.parametrize("respondents", [120, 22])
def test_what_is_nought_is_neither_higher_nor_lower_and_has_not_moved(respondents):
    nought = {"estimate": 0.0, "ci_low": -1.0, "ci_high": 1.0, "respondents": respondents}
    levels = wording.statement(row(**nought, estimator="difference", from_wave="none"), SHARE, PLAN)
    assert "is the same in the programme group as in the comparison group" in levels
    changed = wording.statement(row(**nought), SHARE, PLAN)
    assert ("moved by 0 percentage points" if respondents > 25 else "has not moved against") in changed


def test_a_model_of_some_people_says_by_what_they_were_chosen():
    chosen = row(filter="gender = 'women' AND age_years < 30")
    told = wording.statement(chosen, INCOME, PLAN)
    assert told.startswith("Women at home, only those chosen by gender and age years: earnings in")


@pytest.mark.parametrize("estimator", ["recall", "difference", "difference_in_differences", "staggered"])
def test_of_fewer_than_25_people_no_figure_is_told(estimator):
    from_wave = "none" if estimator in ("recall", "difference") else "a"
    few = row(respondents=22, estimator=estimator, from_wave=from_wave)
    told = wording.statement(few, INCOME, PLAN).replace("fewer than 25", "")
    assert not any(sign.isdigit() for sign in told)
    assert ("group stands worse" if estimator == "difference" else "change for the worse") in told
    assert "748" in wording.statement({**few, "respondents": 23}, INCOME, PLAN)


def test_what_does_not_stand_when_all_tests_are_counted_bears_a_mark():
    told = wording.statement(row(p_adjusted=0.21, tests=60), INCOME, PLAN)
    assert told.endswith(
        "This is a change for the worse. † Of 60 tests made together, it may be one that finds something by "
        "chance (adjusted p 0.21)."
    )
    assert "†" not in wording.statement(row(p_adjusted=0.04, tests=60), INCOME, PLAN)
    assert "†" not in wording.statement(row(p_adjusted=0.21, tests=60, direction="uncertain"), INCOME, PLAN)


def test_a_small_change_that_is_there_and_may_count_is_no_missing_change():
    told = wording.statement(row(estimate=10, ci_low=2, ci_high=18, direction="uncertain"), INCOME, PLAN)
    assert told.endswith("The data do not show whether the change is large enough to count.")
