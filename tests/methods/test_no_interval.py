"""Where no variance can be told there is no error, no interval and a reason; shares stay within 0 and 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from tasks.methods.capability import capability_measures
from tasks.methods.estimation import domain_means, means_by_splits, wave_changes
from tasks.methods.poverty import RelativeLine, poverty_changes, poverty_measures

FIGURES = ["standard_error", "ci_low", "ci_high"]
ONE_UNIT = "within one cluster"


def villages(seed: int = 3) -> pd.DataFrame:
    """Two strata of four villages with ten people each; group `few` lives in one village of each stratum."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"who": range(80), "village": np.arange(80) // 10, "stratum": np.arange(80) // 40})
    frame["group"] = np.where(frame["village"] == 0, "one", "rest")
    frame.loc[frame["village"].isin([1, 4]), "group"] = "two"
    return frame.assign(
        income=rng.lognormal(3, 1, 80), line=20.0, weight=rng.uniform(1, 3, 80), yes=rng.integers(0, 2, 80)
    )


DESIGN: dict[str, Any] = {"stratum": "stratum", "psu": "village", "weight": "weight", "domains": ["group"]}


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_a_domain_within_one_cluster_of_each_stratum_has_no_error(seed: int) -> None:
    frame = villages(seed)
    means: Any = domain_means(frame, "income", **DESIGN).set_index("group")
    poverty: Any = poverty_measures(frame, "income", RelativeLine(0.6), **DESIGN).set_index("group")
    poverty = poverty[poverty["estimate"].notna() & (poverty["measure"] != "line")]
    for table in (means, poverty):
        assert table.loc[["one", "two"], FIGURES].isna().all(axis=None)
        assert set(table.loc[["one", "two"], "no_interval"]) <= {ONE_UNIT, "fewer than two respondents"}
    assert set(means.loc[["one", "two"], "no_interval"]) == {ONE_UNIT}
    assert means.loc["rest", FIGURES].notna().all()
    assert pd.isna(means.loc["rest", "no_interval"])


def test_what_was_taken_whole_needs_no_second_cluster() -> None:
    taken = villages().assign(drawn=lambda one: np.where(one["stratum"] == 0, 1.0, 0.0))
    found: Any = domain_means(taken, "income", drawn_share="drawn", **DESIGN).set_index("group")
    assert found.loc["one", FIGURES].tolist() == [0.0, *[found.loc["one", "estimate"]] * 2]
    assert pd.isna(found.loc["one", "no_interval"])
    # Of the second group half lives in one village of a stratum that was not taken whole.
    assert found.loc["two", "no_interval"] == ONE_UNIT


def test_the_poor_of_one_cluster_have_an_intensity_without_error() -> None:
    frame = villages().assign(
        poor=lambda one: one["village"] == 2, other=lambda one: one["who"] % 3 == 0, one=1
    )
    table = capability_measures(frame, ["poor", "other"], ["one", "one"], 0.5, psu="village")
    both: Any = table.set_index(["measure", "dimension"])
    poor_alone = frame.assign(other=(frame["who"] % 3 == 0) & frame["poor"])
    alone: Any = capability_measures(poor_alone, ["poor", "other"], ["one", "one"], 0.5, psu="village")
    alone = alone.set_index(["measure", "dimension"])
    assert np.isnan(alone.loc[("intensity", "all"), "standard_error"])
    assert alone.loc[("intensity", "all"), "no_interval"] == ONE_UNIT
    assert alone.loc[("headcount", "all"), "standard_error"] > 0
    assert both.loc[("intensity", "all"), "standard_error"] > 0


PAIR: dict[str, Any] = {"wave": "wave", "from_wave": 1, "to_wave": 2, "unit": "who"}


@pytest.mark.parametrize("moved", [0, 10])
def test_a_change_within_one_cluster_of_a_wave_has_no_error(moved: int) -> None:
    """Also where the group lives in another village in the second wave: each wave by itself tells nothing."""
    frame = pd.concat([villages(1).assign(wave=1), villages(2).assign(wave=2)], ignore_index=True)
    second = (frame["wave"] == 2) & frame["village"].isin([0, 1])
    if moved:
        frame["who"] += 100 * (frame["wave"] == 2)
        frame.loc[second, "group"] = np.where(frame.loc[second, "village"] == 1, "one", "other")
    for table in (
        wave_changes(frame, "income", **PAIR, **DESIGN),
        poverty_changes(frame, "income", "line", **PAIR, **DESIGN).query("measure == 'headcount'"),
    ):
        found: Any = table.set_index("group")
        assert found.loc["one", FIGURES].isna().all()
        assert found.loc["one", "no_interval"] == ONE_UNIT
        assert found.loc["rest", FIGURES].notna().all()


def test_the_rule_for_single_clusters_reaches_poverty() -> None:
    frame = villages().query("village < 5")
    by_rule: Any = {
        rule: poverty_measures(
            frame, "income", "line", stratum="stratum", psu="village", lonely_psu=rule
        ).set_index("measure")
        for rule in ("center", "certainty", "refuse")
    }
    errors = {rule: table.loc["headcount", "standard_error"] for rule, table in by_rule.items()}
    assert errors["center"] > errors["certainty"] > 0
    assert np.isnan(errors["refuse"])
    assert by_rule["refuse"].loc["headcount", "no_interval"] == "single cluster in a stratum"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), min_size=3, max_size=40))
@settings(max_examples=60, deadline=None)
def test_intervals_of_shares_lie_within_0_and_1_and_hold_the_share(answers: Any) -> None:
    frame = pd.DataFrame(answers, columns=["yes", "weight"]).assign(line=0.5)
    frame["income"] = 1.0 - frame["yes"]
    of_means = means_by_splits(frame, ["yes"], shares=["yes"], weight="weight")
    poverty = poverty_measures(frame, "income", "line", weight="weight", share_intervals="logit")
    rows: Any = (of_means.iloc[0], poverty.set_index("measure").loc["headcount"])
    for row in rows:
        assert row["standard_error"] >= 0
        if frame["yes"].nunique() == 1:
            assert np.isnan(row["ci_low"])
            assert row["no_interval"] == "all alike"
        else:
            assert 0 <= row["ci_low"] < row["estimate"] < row["ci_high"] <= 1
            assert pd.isna(row["no_interval"])


def test_the_interval_of_a_share_is_student_s_on_the_log_odds() -> None:
    frame = pd.DataFrame({"yes": [1.0] * 3 + [0.0] * 37})
    row = means_by_splits(frame, ["yes"], shares=["yes"]).iloc[0]
    error = np.sqrt(0.075 * 0.925 / 39)
    reach = stats.t.ppf(0.975, 39) * error / (0.075 * 0.925)
    ends = [special.expit(special.logit(0.075) + sign * reach) for sign in (-1, 1)]
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(ends)
    linear: Any = means_by_splits(frame, ["yes"]).iloc[0]
    assert linear["ci_low"] < 0
    assert linear["standard_error"] == row["standard_error"]


def test_what_is_no_share_keeps_its_interval_whatever_its_unit_says() -> None:
    frame = pd.DataFrame({"percent": [0.0, 0.0, 0.0, 40.0]})
    bounded, plain = (means_by_splits(frame, ["percent"], shares=one) for one in (["percent"], []))
    pd.testing.assert_frame_equal(bounded, plain)
