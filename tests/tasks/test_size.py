"""What a sample can show: by hand, by group, with few clusters, by the budget."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from schemas.assessment import Resources, SampleSize
from schemas.base import check, conform
from schemas.size import MeasuredAssumptions, Power, PowerCurve
from tasks.methods import power
from tasks.size import measure_assumptions, size_the_sample

INDICATORS = pd.DataFrame(
    {
        "indicator": ["income_month", "written_contract"],
        "smallest_change": [math.nan, 0.05],
        "smallest_change_pct": [5.0, math.nan],
    }
)
WAVES = pd.DataFrame({"wave": ["pilot", "baseline", "followup"], "role": ["pilot", "baseline", "follow-up"]})
MEAN = {"indicator": "income_month", "mean": 1000, "standard_deviation": 400}
SHARE = {"indicator": "written_contract", "share": 0.3}


def sample(*, clusters: int | None = None, people: int = 100) -> pd.DataFrame:
    """Return two groups with so many people in each arm, spread evenly over clusters of each arm."""
    rows = [
        {
            "poverty_group": group,
            "arm": arm,
            "cluster": None if clusters is None else f"{arm} {number % clusters}",
        }
        for group in ("home", "wage")
        for arm in ("programme", "comparison")
        for number in range(people)
    ]
    return pd.DataFrame(rows)


def sized(drawn: pd.DataFrame, budget: float | None = None, **plan) -> tuple[Any, Any]:
    plan = SampleSize.model_validate({"estimator": "difference", "indicator": [MEAN, SHARE], **plan})
    resources = Resources(budget=budget)
    rows, curve = size_the_sample(drawn, INDICATORS, WAVES, sample_size=plan, resources=resources)
    assert not check(conform(rows, Power), Power)
    assert not check(conform(curve, PowerCurve), PowerCurve)
    return rows.set_index(["indicator", "poverty_group"]), curve


def test_a_simple_sample_detects_what_the_tables_say():
    """100 people in each arm detect 0.39814 standard deviations."""
    rows, _ = sized(sample())
    assert rows.loc[("income_month", "home"), "mde"] == pytest.approx(0.39814 * 400, abs=0.01)
    assert rows.loc[("income_month", "all"), "mde"] == pytest.approx(power.detectable_mean(200, 200) * 400)
    assert rows.loc[("income_month", "home"), "smallest_change"] == 50
    assert rows.loc[("income_month", "home"), "verdict"] == "too small to be seen"
    assert rows.loc[("written_contract", "home"), "smallest_change"] == 0.05


def test_refusal_and_attrition_count_in_their_own_arm():
    rows, _ = sized(sample(), refusal={"comparison": 0.2}, attrition={"programme": 0.1, "comparison": 0.25})
    row = rows.loc[("income_month", "home")]
    assert row["programme_reached"] == pytest.approx(90)
    assert row["comparison_reached"] == pytest.approx(60)
    assert row["mde"] == pytest.approx(power.detectable_mean(90, 60) * 400)


def test_clusters_cost_what_the_design_effect_says():
    """10 clusters an arm with 20 people each and an icc of 0.05: 1.95, and 18 degrees of freedom."""
    rows, _ = sized(sample(clusters=10), icc=0.05)
    row = rows.loc[("income_month", "all")]
    assert row["design_effect"] == pytest.approx(1.95)
    shrunk = 200 / 1.95
    assert row["mde"] == pytest.approx(power.detectable_mean(shrunk, shrunk, degrees_of_freedom=18) * 400)


def test_the_baseline_helps_as_far_as_it_correlates():
    plain, _ = sized(sample())
    better, _ = sized(sample(), estimator="ancova", baseline_correlation=0.6)
    worse, _ = sized(sample(), estimator="difference_in_differences", baseline_correlation=0.2)
    key = ("written_contract", "all")
    assert better.loc[key, "mde"] < plain.loc[key, "mde"] < worse.loc[key, "mde"]


def test_few_clusters_of_the_programme_are_never_enough():
    rows, _ = sized(sample(clusters=5, people=5000))
    assert set(rows["verdict"]) == {"too few clusters"}


def test_what_counts_is_seen_by_a_sample_that_is_large_enough():
    rows, _ = sized(sample(people=3000))
    assert set(rows["verdict"]) == {"can be seen"}


def test_without_a_mean_nobody_knows_what_counts():
    rows, _ = sized(sample(), indicator=[{"indicator": "income_month", "standard_deviation": 400}])
    assert set(rows["verdict"]) == {"cannot be said"}


def test_the_curve_falls_and_marks_the_plan_and_the_budget():
    _, curve = sized(sample(), budget=100_000, cost_per_interview=100)
    of_one = curve[curve["indicator"] == "income_month"].sort_values("people")
    assert of_one["mde"].is_monotonic_decreasing
    assert of_one.loc[of_one["planned"], "people"].tolist() == [400]
    assert of_one.loc[of_one["affordable"], "people"].tolist() == [500], "two waves, the pilot aside"


def test_numbers_of_the_plan_stand_in_for_a_draw():
    rows, _ = sized(sample().head(0), programme=100, comparison=100)
    assert rows.index.get_level_values("poverty_group").unique().tolist() == ["all"]
    assert rows.loc[("income_month", "all"), "mde"] == pytest.approx(0.39814 * 400, abs=0.01)


def test_nothing_is_said_without_arms_or_without_assumptions():
    rows, curve = sized(sample().assign(arm=None))
    assert not len(rows)
    assert not len(curve)
    rows, curve = sized(sample(), indicator=[])
    assert not len(rows)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"indicator": [{"indicator": "a"}]}, "standard_deviation"),
        ({"indicator": [{"indicator": "a", "share": 0.2, "standard_deviation": 1}]}, "either"),
        ({"indicator": [{"indicator": "a", "share": 0.2, "mean": 1}]}, "its own mean"),
        ({"indicator": [{"indicator": "a", "share": 0.2}] * 2}, "twice"),
        ({"programme": 10}, "both arms"),
        ({"clusters": 10}, "goes with"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(plan, words):
    with pytest.raises(ValueError, match=words):
        SampleSize.model_validate(plan)


def answers() -> pd.DataFrame:
    """Return two waves of two arms with two clusters each: in the second, everybody has 10 more."""
    rows = [
        {"respondent": f"{arm}{place}", "wave": wave, "arm": arm, "cluster": f"{arm}{place // 2}"}
        | {"income": value + 10 * (wave == "followup") + 100 * (arm == "programme")}
        for wave in ("baseline", "followup")
        for arm in ("programme", "comparison")
        for place, value in enumerate((1.0, 3.0, 5.0, 7.0))
    ]
    return pd.DataFrame(rows)


def measured(responses: pd.DataFrame) -> pd.Series:
    plan = SampleSize.model_validate({"indicator": [MEAN], "icc": 0.1, "baseline_correlation": 0.4})
    known = pd.DataFrame({"indicator": ["income_month"], "value": ["income"]})
    waves = WAVES.assign(position=[1, 2, 3])
    table = conform(measure_assumptions(responses, known, waves, sample_size=plan), MeasuredAssumptions)
    assert not check(table, MeasuredAssumptions)
    return table.iloc[0] if len(table) else pd.Series(dtype=float)


def test_what_was_assumed_is_measured_within_the_arms():
    """By hand: squares 20 an arm, 40 / 6 in all; four clusters of two with MSB 32 / 3 and MSW 2."""
    row = measured(answers())
    assert row["mean"] == 54
    assert row["standard_deviation"] == pytest.approx(math.sqrt(40 / 6))
    assert row["icc"] == pytest.approx((32 / 3 - 2) / (32 / 3 + 2))
    assert row["baseline_correlation"] == pytest.approx(1)
    assert (row["respondents"], row["followed"]) == (8, 8)
    assert row["icc_assumed"] == 0.1


def test_one_wave_measures_no_correlation_of_two_and_no_wave_measures_nothing():
    row = measured(answers().query("wave == 'baseline'"))
    assert math.isnan(row["baseline_correlation"])
    assert pd.isna(row["followed"])
    assert measured(answers().head(0)).empty


def test_the_order_of_the_answers_does_not_matter():
    mixed = answers().sample(frac=1, random_state=3).reset_index(drop=True)
    pd.testing.assert_series_equal(measured(mixed), measured(answers()))
