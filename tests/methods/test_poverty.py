"""Measures of poverty in money: by hand, by property, and their errors against other ways to reckon them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.estimation import domain_means, errors_of_totals
from tasks.methods.poverty import RelativeLine, gini, poverty_changes, poverty_measures, weighted_quantile

ESTIMATE = ["estimate"]
BOTH = ["estimate", "standard_error"]
people = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 9), st.sampled_from("ab")), min_size=8, max_size=60
)


def frame_of(rows: list[tuple[int, int, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["income", "weight", "group"]).astype({"income": float})
    return frame.assign(line=120.0)


def invented(size: int, seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "income": np.exp(rng.normal(5, 0.7, size)),
            "weight": rng.uniform(1, 4, size),
            "stratum": rng.integers(0, 3, size),
            "line": 110.0,
        }
    )


def measured(frame: pd.DataFrame, line: Any = "line", **more: Any) -> Any:
    table = poverty_measures(frame, "income", line, **more)
    return table.set_index([*more.get("domains", ()), "measure"])


def test_by_hand() -> None:
    frame = pd.DataFrame({"income": [1.0, 3.0, 5.0, -2.0, None], "line": 5.0, "weight": [1, 2, 3, 4, 5]})
    found = measured(frame, weight="weight")["estimate"]
    # Who has just the line is not poor; a value below 0 is 0 in the gaps; without a value nobody counts.
    assert found["headcount"] == pytest.approx(7 / 10)
    assert found["poverty_gap"] == pytest.approx((0.8 + 2 * 0.4 + 4) / 10)
    assert found["squared_poverty_gap"] == pytest.approx((0.64 + 2 * 0.16 + 4) / 10)
    assert set(measured(frame, weight="weight")["respondents"]) == {4}


def test_a_line_for_each_row_is_that_row_s() -> None:
    frame = pd.DataFrame({"income": [4.0, 4.0], "line": [5.0, 3.0]})
    assert measured(frame)["estimate"]["headcount"] == 0.5


def test_the_smallest_cells_are_those_on_whom_a_figure_rests() -> None:
    cells = measured(invented(200))["smallest_cell"]
    poor = int((invented(200)["income"] < 110).sum())
    assert cells["headcount"] == cells["gini"] == 200
    assert cells["poverty_gap"] == cells["median_gap"] == poor
    assert 0 < cells["quintile_ratio"] < 60


def test_a_ratio_to_a_fifth_that_has_nothing_is_none_and_rests_on_people_all_the_same() -> None:
    frame = invented(200)
    frame["income"] = frame["income"].where(frame["income"] > frame["income"].quantile(0.4), 0.0)
    row = measured(frame).loc["quintile_ratio"]
    assert np.isnan(row["estimate"])
    assert row["smallest_cell"] >= 10


@given(people, st.integers(2, 4))
@settings(max_examples=40)
def test_people_who_stand_there_several_times_change_no_estimate(rows: Any, times: int) -> None:
    frame = frame_of(rows)
    once, often = (measured(one, weight="weight")[ESTIMATE] for one in (frame, pd.concat([frame] * times)))
    pd.testing.assert_frame_equal(once, often, rtol=1e-9)


@given(people, st.sampled_from([0.01, 3.0, 1000.0]))
@settings(max_examples=40)
def test_another_currency_changes_nothing(rows: Any, rate: float) -> None:
    frame = frame_of(rows)
    other = frame.assign(income=frame["income"] * rate, line=frame["line"] * rate)
    for line in ("line", RelativeLine(0.6), RelativeLine(0.5, "mean")):
        first, second = (measured(one, line, weight="weight") for one in (frame, other))
        kept = [name for name in first.index if name != "line"]
        pd.testing.assert_frame_equal(first.loc[kept, BOTH], second.loc[kept, BOTH], rtol=1e-6, atol=1e-12)


@given(people)
@settings(max_examples=40)
def test_groups_sum_up_to_the_whole(rows: Any) -> None:
    frame = frame_of(rows)
    whole = measured(frame, weight="weight")["estimate"]
    parts = measured(frame, weight="weight", domains=["group"])["estimate"].unstack("measure")
    shares = frame.groupby("group")["weight"].sum() / frame["weight"].sum()
    for name in ("headcount", "poverty_gap", "squared_poverty_gap"):
        assert (parts[name] * shares).sum() == pytest.approx(whole[name])
    assert whole["squared_poverty_gap"] <= whole["poverty_gap"] + 1e-12 <= whole["headcount"] + 2e-12


@given(people, st.integers(0, 99))
@settings(max_examples=30)
def test_the_order_of_rows_changes_nothing(rows: Any, seed: int) -> None:
    frame = frame_of(rows)
    shuffled = frame.sample(frac=1, random_state=seed)
    for line in ("line", RelativeLine(0.6)):
        first, second = (
            poverty_measures(one, "income", line, weight="weight", domains=["group"])
            for one in (frame, shuffled)
        )
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_the_scale_of_weights_does_not_matter_at_a_given_line() -> None:
    """But for the error of the median gap: the bandwidth of its density falls with the people."""
    frame = invented(120)
    other = frame.assign(weight=frame["weight"] * 37)
    columns = [*BOTH, "design_effect"]
    first, second = (
        measured(one, weight="weight", stratum="stratum")[columns].drop("median_gap")
        for one in (frame, other)
    )
    pd.testing.assert_frame_equal(first, second, rtol=1e-9)


def test_the_headcount_is_the_mean_of_being_poor() -> None:
    frame = invented(150).assign(group=lambda one: one.index % 2)
    frame["poor"] = (frame["income"] < frame["line"]).astype(float)
    design: dict[str, Any] = {"weight": "weight", "stratum": "stratum", "domains": ["group"]}
    columns = [*BOTH, "ci_low", "ci_high", "degrees_of_freedom", "design_effect"]
    mean = domain_means(frame, "poor", **design)[columns]
    found = measured(frame, **design).xs("headcount", level="measure")[columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(mean, found, rtol=1e-9)


def test_gini_of_equals_and_of_one_who_has_all() -> None:
    for estimator in ("trapezoid", "rank"):
        assert gini(np.full(6, 7.0), np.ones(6), estimator) == pytest.approx(0)
        assert gini(np.array([0.0, 0, 0, 0, 9]), np.ones(5), estimator) == pytest.approx(0.8)
    assert np.isnan(gini(np.array([-2.0, 1.0]), np.ones(2)))


def test_gini_is_half_the_mean_difference_over_the_mean() -> None:
    frame = invented(60)
    y, w = frame["income"].to_numpy(), frame["weight"].to_numpy()
    apart = (w[:, None] * w[None, :] * np.abs(y[:, None] - y[None, :])).sum() / w.sum() ** 2
    assert gini(y, w) == pytest.approx(apart / 2 / ((w * y).sum() / w.sum()))


def test_the_quintile_ratio_by_hand_where_incomes_are_heaped() -> None:
    """Eight of ten have 4, both quintiles: the poorest two have 1 and 4, the richest two 4 and 9."""
    heaped = pd.DataFrame({"income": [1.0, *[4.0] * 8, 9.0], "line": 3.0})
    assert measured(heaped)["estimate"]["quintile_ratio"] == pytest.approx(13 / 5)
    alike = measured(heaped.assign(income=4.0))
    assert alike.loc["quintile_ratio", BOTH].tolist() == pytest.approx([1, 0], abs=1e-9)


@given(
    st.lists(st.tuples(st.integers(-3, 12), st.integers(1, 9)), min_size=2, max_size=40), st.integers(0, 99)
)
@settings(max_examples=60, deadline=None)
def test_inequality_stays_where_it_can_be_read_with_heaps_and_losses(rows: Any, seed: int) -> None:
    frame = pd.DataFrame(rows, columns=["income", "weight"]).astype(float).assign(line=5.0)
    found = measured(frame, weight="weight")["estimate"]
    again = measured(frame.sample(frac=1, random_state=seed), weight="weight")["estimate"]
    pd.testing.assert_series_equal(found, again)
    assert np.isnan(found["quintile_ratio"]) or found["quintile_ratio"] >= 1
    assert np.isnan(found["gini"]) or -1e-12 <= found["gini"] <= 1
    assert np.isnan(found["median_gap"]) or 0 <= found["median_gap"] <= 1


def test_a_quantile_is_met_in_spite_of_binary_fractions() -> None:
    values = np.arange(10.0)
    assert weighted_quantile(values, np.full(10, 0.1), 0.3) == 2.0
    assert weighted_quantile(values, np.full(10, 0.1), 1.0) == 9.0


def jackknife(frame: pd.DataFrame, measure: str, line: Any) -> float:
    """Return the delete-one jackknife's standard error of an unstratified, weighted estimate."""
    found = [
        poverty_measures(frame.drop(index=one), "income", line, weight="weight", with_errors=False)
        .set_index("measure")["estimate"]
        .loc[measure]
        for one in frame.index
    ]
    left = np.array(found, dtype=float)
    return float(np.sqrt((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum()))


@pytest.mark.parametrize(
    ("measure", "line"),
    [("gini", "line"), ("poverty_gap", "line"), ("poverty_gap", RelativeLine(0.6, "mean"))],
)
def test_errors_of_smooth_measures_are_those_of_the_jackknife(measure: str, line: Any) -> None:
    frame = invented(250)
    error = measured(frame, line, weight="weight").loc[measure, "standard_error"]
    assert error == pytest.approx(jackknife(frame, measure, line), rel=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("line", [RelativeLine(0.6), RelativeLine(0.6, "mean")])
def test_errors_are_as_large_as_samples_differ(line: RelativeLine) -> None:
    """400 samples of 1,500: the mean of the estimated errors is within 10 % of the estimates' deviation."""
    names = [
        "headcount",
        "poverty_gap",
        "squared_poverty_gap",
        "median_gap",
        "quintile_ratio",
        "gini",
        "line",
    ]
    tables = [
        measured(invented(1500, seed).assign(weight=1000.0), line, weight="weight") for seed in range(400)
    ]
    for name in names:
        estimates, errors = (
            np.array([table.loc[name, column] for table in tables], dtype=float) for column in BOTH
        )
        assert errors.mean() == pytest.approx(estimates.std(ddof=1), rel=0.1), name


def test_an_estimated_line_has_another_error_than_a_given_one() -> None:
    frame = invented(400)
    relative = measured(frame, RelativeLine(0.6), weight="weight")
    fixed = measured(frame.assign(line=relative.loc["line", "estimate"]), weight="weight")
    assert fixed.loc["headcount", "estimate"] == relative.loc["headcount", "estimate"]
    assert fixed.loc["headcount", "standard_error"] != relative.loc["headcount", "standard_error"]
    assert fixed.loc["gini", "standard_error"] == relative.loc["gini", "standard_error"]


def test_the_line_of_a_part_is_that_of_everybody() -> None:
    frame = invented(90).assign(group=lambda one: one.index % 2)
    lines = measured(frame, RelativeLine(0.6), domains=["group"])["estimate"].xs("line", level="measure")
    assert set(lines) == {0.6 * weighted_quantile(frame["income"].to_numpy(), np.ones(90), 0.5)}


def test_a_purposive_sample_has_no_errors() -> None:
    found = measured(invented(40), with_errors=False)
    for column in ("standard_error", "ci_low", "ci_high", "degrees_of_freedom", "design_effect"):
        assert found[column].isna().all()
    assert found["estimate"].notna().all()


def test_where_nobody_is_poor_there_is_no_median_gap() -> None:
    found = measured(invented(40).assign(line=0.01))
    assert found.loc["headcount", "estimate"] == found.loc["poverty_gap", "estimate"] == 0
    assert np.isnan(found.loc["median_gap", "estimate"])


def panel(seed: int = 3, size: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    first = np.exp(rng.normal(5, 0.6, size))
    second = first * np.exp(rng.normal(0.1, 0.3, size))
    return pd.DataFrame(
        {
            "who": [*range(size)] * 2,
            "wave": ["one"] * size + ["two"] * size,
            "income": [*first, *second],
            "place": [one // 4 for one in range(size)] * 2,
            "line": 120.0,
        }
    )


PAIR: dict[str, Any] = {"wave": "wave", "from_wave": "one", "to_wave": "two", "unit": "who"}


def changed(frame: pd.DataFrame, **more: Any) -> Any:
    return poverty_changes(frame, "income", "line", **PAIR, **more).set_index("measure")


def test_a_change_of_the_headcount_in_a_panel_has_the_paired_error() -> None:
    frame = panel()
    found = changed(frame).loc["headcount"]
    poor = (frame["income"] < frame["line"]).astype(float)
    change = poor[80:].to_numpy() - poor[:80].to_numpy()
    assert found["change"] == pytest.approx(change.mean())
    assert found["standard_error"] == pytest.approx(change.std(ddof=1) / np.sqrt(80))
    assert (found["respondents_from"], found["respondents_to"], found["respondents_both"]) == (80, 80, 80)


def test_shared_places_are_in_the_error_of_a_change_where_no_person_is() -> None:
    frame = panel()
    frame["who"] = range(len(frame))
    found = changed(frame, psu="place").loc["headcount"]
    poor = (frame["income"] < frame["line"]).astype(float)
    sign = np.where(frame["wave"] == "two", 1, -1)
    means = poor.groupby(frame["wave"]).transform("mean")
    pulls = ((poor - means) * sign / 80).to_numpy()[:, None]
    errors, _ = errors_of_totals(frame, pulls, np.ones(160, dtype=bool), psu="place")
    assert (found["standard_error"], found["degrees_of_freedom"]) == (pytest.approx(errors[0]), 19.0)
    assert found["respondents_both"] == 0


@pytest.mark.parametrize("line", ["line", RelativeLine(0.6)])
def test_turning_the_waves_round_turns_the_sign(line: Any) -> None:
    there = poverty_changes(panel(), "income", line, **PAIR)
    back = poverty_changes(panel(), "income", line, **{**PAIR, "from_wave": "two", "to_wave": "one"})
    np.testing.assert_allclose(there["change"], -back["change"], rtol=1e-9)
    np.testing.assert_allclose(there["standard_error"], back["standard_error"], rtol=1e-9)


def test_no_change_between_equal_waves() -> None:
    frame = panel()
    frame["income"] = [*frame["income"][:80]] * 2
    found = poverty_changes(frame, "income", RelativeLine(0.6), **PAIR)
    assert found["change"].abs().max() == 0
    assert found["standard_error"].max() < 1e-12


@pytest.mark.parametrize(
    ("change", "line", "more", "said"),
    [
        ({"line": 0.0}, "line", {}, "above 0"),
        ({"income": "much"}, "line", {}, "numbers"),
        ({}, "border", {}, "no column 'border'"),
        ({}, RelativeLine(0.0), {}, "above 0"),
        ({"income": -1.0}, RelativeLine(0.6), {}, "median is not above 0"),
        ({"income": -1.0}, RelativeLine(0.6, "mean"), {}, "mean is not above 0"),
        ({"weight": 0.0}, "line", {"weight": "weight"}, "weight above 0"),
        ({}, "line", {"gini_estimator": "best"}, "trapezoid"),
        ({}, "line", {"level": 95}, "between 0 and 1"),
    ],
)
def test_bad_input_is_refused_in_words(change: Any, line: Any, more: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        poverty_measures(invented(20).assign(**change), "income", line, **more)


@pytest.mark.parametrize(
    ("rows", "pair", "said"),
    [
        (panel(), {"to_wave": "one"}, "two different waves"),
        (pd.concat([panel(), panel()]), {}, "more than once"),
    ],
)
def test_bad_waves_are_refused_in_words(rows: pd.DataFrame, pair: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        poverty_changes(rows, "income", "line", **{**PAIR, **pair})


def test_linearised_values_need_a_row_each() -> None:
    with pytest.raises(ValueError, match="a row for each row"):
        errors_of_totals(invented(5), np.zeros((4, 1)), np.ones(5, dtype=bool))
