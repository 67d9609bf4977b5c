"""Poverty of capabilities: by hand, by property, and its errors against the jackknife."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.capability import capability_changes, capability_measures, deprivation_scores

DIMENSIONS = ["work", "home", "say"]
WEIGHTS = [f"of {name}" for name in DIMENSIONS]
answer = st.sampled_from([0.0, 1.0, 1.0, None])
rows_of_people = st.lists(
    st.tuples(answer, answer, answer, st.integers(1, 9), st.sampled_from("ab")), min_size=6, max_size=50
)


def frame_of(rows: Any, shares: tuple[float, ...] = (1, 1, 1)) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*DIMENSIONS, "weight", "group"])
    frame = frame.astype(dict.fromkeys(DIMENSIONS, "float64"))
    return frame.assign(**dict(zip(WEIGHTS, shares, strict=True)))


def measured(frame: pd.DataFrame, k: float = 0.5, **more: Any) -> Any:
    given_weight = {"weight": "weight"} if "weight" in frame else {}
    table = capability_measures(frame, DIMENSIONS, WEIGHTS, k, **{**given_weight, **more})
    return table.set_index([*more.get("domains", ()), "measure", "dimension"])


def invented(size: int, seed: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    badly = rng.uniform(size=size)
    rows = pd.DataFrame({name: (rng.uniform(size=size) < badly).astype(float) for name in DIMENSIONS})
    rows["weight"] = rng.uniform(1, 3, size)
    rows["group"] = rng.choice(["a", "b"], size)
    return rows.assign(**dict(zip(WEIGHTS, (0.5, 0.3, 0.2), strict=True)))


def test_by_hand() -> None:
    rows = [(1, 1, 0, 1, "a"), (1, 0, 0, 1, "a"), (0, 1, 1, 1, "a"), (0, 0, 0, 1, "a")]
    found = measured(frame_of(rows, (0.5, 0.25, 0.25)))["estimate"]
    expected = {
        ("headcount", "all"): 3 / 4,
        ("intensity", "all"): (0.75 + 0.5 + 0.5) / 3,
        ("adjusted_headcount", "all"): 1.75 / 4,
        ("uncensored_headcount", "home"): 1 / 2,
        ("censored_headcount", "work"): 1 / 2,
        ("contribution", "work"): 0.5 * 2 / 1.75,
        ("contribution", "say"): 0.25 / 1.75,
    }
    for key, value in expected.items():
        assert found[key] == pytest.approx(value), key


def test_a_third_of_the_weights_is_a_third() -> None:
    rows = [(1, 0, 0, 1, "a"), (0, 0, 0, 1, "a")]
    for third in (1 / 3, 0.3333333333, 1 - 2 / 3):
        assert measured(frame_of(rows), third)["estimate"]["headcount", "all"] == 0.5
    assert measured(frame_of(rows), 0.34)["estimate"]["headcount", "all"] == 0


@given(rows_of_people, st.sampled_from([0.2, 1 / 3, 0.5, 1.0]), st.sampled_from(["drop", "reweight"]))
@settings(max_examples=60)
def test_what_always_holds(rows: Any, k: float, missing: str) -> None:
    frame = frame_of(rows, (3, 2, 1))
    more: dict[str, Any] = {"missing": missing, "weight": "weight"}
    table = capability_measures(frame, DIMENSIONS, WEIGHTS, k, **more)
    if not len(table):
        assert frame[DIMENSIONS].isna().any(axis=1).all()
        return
    found: Any = table.set_index(["measure", "dimension"])["estimate"].unstack("dimension")
    h, m0 = found.loc["headcount", "all"], found.loc["adjusted_headcount", "all"]
    if h > 0:
        assert m0 == pytest.approx(h * found.loc["intensity", "all"])
        assert found.loc["contribution", DIMENSIONS].sum() == pytest.approx(1)
        assert k - 1e-9 <= found.loc["intensity", "all"] <= 1 + 1e-12
    else:
        assert m0 == 0
        assert np.isnan(found.loc["intensity", "all"])
    for name in DIMENSIONS:
        censored, uncensored = found.loc["censored_headcount", name], found.loc["uncensored_headcount", name]
        assert np.isnan(uncensored) or censored <= uncensored + 1e-12


@given(rows_of_people, st.integers(0, 99))
@settings(max_examples=30)
def test_the_order_of_rows_changes_nothing(rows: Any, seed: int) -> None:
    frame = frame_of(rows, (3, 2, 1))
    shuffled = frame.sample(frac=1, random_state=seed)
    more: dict[str, Any] = {"missing": "reweight", "weight": "weight", "domains": ["group"]}
    first, second = (capability_measures(one, DIMENSIONS, WEIGHTS, 0.5, **more) for one in (frame, shuffled))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_neither_the_scale_of_weights_nor_repeated_people_matter() -> None:
    frame = invented(90)
    scaled = frame.assign(weight=frame["weight"] * 11, **{name: frame[name] * 7 for name in WEIGHTS})
    columns = ["estimate", "standard_error", "design_effect"]
    pd.testing.assert_frame_equal(measured(frame)[columns], measured(scaled)[columns], rtol=1e-9)
    twice = measured(pd.concat([frame, frame]))["estimate"]
    pd.testing.assert_series_equal(measured(frame)["estimate"], twice, rtol=1e-12)


def test_groups_sum_up_to_the_whole() -> None:
    frame = invented(120)
    whole = measured(frame)["estimate"]
    parts = measured(frame, domains=["group"])["estimate"]
    shares = frame.groupby("group")["weight"].sum() / frame["weight"].sum()
    for measure in ("headcount", "adjusted_headcount"):
        sums = sum(shares[group] * parts[group, measure, "all"] for group in shares.index)
        assert sums == pytest.approx(whole[measure, "all"])


def test_contributions_are_weight_times_censored_headcount_over_m0() -> None:
    found = measured(invented(150))["estimate"]
    for name, share in zip(DIMENSIONS, (0.5, 0.3, 0.2), strict=True):
        expected = share * found["censored_headcount", name] / found["adjusted_headcount", "all"]
        assert found["contribution", name] == pytest.approx(expected)


def test_who_has_not_answered_is_left_out_or_scored_by_the_rest_and_never_not_poor() -> None:
    frame = frame_of([(1, 1, None, 1, "a"), (0, 0, 0, 1, "a"), (None, None, None, 1, "a")])
    dropped = measured(frame)
    assert dropped.loc[("headcount", "all"), "respondents"] == 1
    assert dropped.loc[("headcount", "all"), "estimate"] == 0
    kept = measured(frame, missing="reweight")
    assert kept.loc[("headcount", "all"), "respondents"] == 2
    assert kept.loc[("adjusted_headcount", "all"), "estimate"] == 0.5
    assert kept.loc[("uncensored_headcount", "say"), "respondents"] == 1


def test_a_dimension_without_weight_needs_no_answer_and_adds_nothing() -> None:
    frame = frame_of([(1, 0, None, 1, "a"), (0, 1, 1, 1, "a")], (1, 1, 0))
    found = measured(frame)
    assert found.loc[("headcount", "all"), "respondents"] == 2
    assert found.loc[("contribution", "say"), "estimate"] == 0
    assert found.loc[("uncensored_headcount", "say"), "respondents"] == 1


@pytest.mark.parametrize(
    "key", [("adjusted_headcount", "all"), ("intensity", "all"), ("contribution", "work")]
)
def test_errors_are_those_of_the_jackknife(key: tuple[str, str]) -> None:
    frame = invented(160)
    left = np.array(
        [measured(frame.drop(index=one), with_errors=False)["estimate"][key] for one in frame.index]
    )
    jackknife = np.sqrt((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum())
    assert measured(frame).loc[key, "standard_error"] == pytest.approx(jackknife, rel=0.02)


def test_a_change_in_a_panel_has_the_paired_error() -> None:
    first, second = invented(70, 1), invented(70, 2)
    frame = pd.concat([one.assign(who=range(70), wave=wave) for wave, one in enumerate((first, second))])
    found: Any = capability_changes(
        frame, DIMENSIONS, WEIGHTS, 0.5, wave="wave", from_wave=0, to_wave=1, unit="who"
    ).set_index(["measure", "dimension"])
    scores = [
        deprivation_scores(one[DIMENSIONS].to_numpy(), one[WEIGHTS].to_numpy())[0] for one in (first, second)
    ]
    censored = [np.where(score >= 0.5 - 1e-9, score, 0.0) for score in scores]
    change = censored[1] - censored[0]
    row = found.loc[("adjusted_headcount", "all")]
    assert row["change"] == pytest.approx(change.mean())
    assert row["standard_error"] == pytest.approx(change.std(ddof=1) / np.sqrt(70))
    assert row["respondents_both"] == 70


@pytest.mark.parametrize(
    ("change", "call", "said"),
    [
        ({}, (DIMENSIONS, WEIGHTS, 0.0), "above 0 and at most 1"),
        ({}, (DIMENSIONS, WEIGHTS, 1.2), "above 0 and at most 1"),
        ({}, (DIMENSIONS, WEIGHTS[:2], 0.5), "a weight"),
        ({}, (["work", "work"], WEIGHTS[:2], 0.5), "a name of its own"),
        ({}, ([], [], 0.5), "a name of its own"),
        ({}, (["work", "roof"], WEIGHTS[:2], 0.5), "no column 'roof'"),
        ({"work": 2.0}, (DIMENSIONS, WEIGHTS, 0.5), "deprived"),
        ({WEIGHTS[0]: -1.0}, (DIMENSIONS, WEIGHTS, 0.5), "0 or more"),
        ({"work": "yes"}, (DIMENSIONS, WEIGHTS, 0.5), "numbers"),
    ],
)
def test_bad_input_is_refused_in_words(change: Any, call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        capability_measures(invented(12).assign(**change), *call)


def test_scores_need_one_shape() -> None:
    with pytest.raises(ValueError, match="same people and dimensions"):
        deprivation_scores(np.zeros((3, 2)), np.ones((3, 3)))
