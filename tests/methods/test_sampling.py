from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.sampling import draw_stratified, fill_quotas, proportional_sizes

KEYS: dict[str, Any] = {"unit": "id", "stratum": "place"}
SIZES = {"north": 4, "south": 9, "west": 3}


def register() -> pd.DataFrame:
    places = ["north"] * 10 + ["south"] * 40 + ["west"] * 3
    return pd.DataFrame(
        {
            "id": [f"u{number:03d}" for number in range(53)],
            "place": places,
            "jobs": np.arange(53) ** 1.5,
            "order": np.arange(53)[::-1],
        }
    )


def test_a_draw_has_its_sizes_chances_and_weights() -> None:
    frame = register()
    drawn = draw_stratified(frame, SIZES, 1, **KEYS)
    assert list(drawn) == ["id", "place", "inclusion_probability", "weight", "drawn_order"]
    assert drawn.groupby("place").size().to_dict() == SIZES
    assert drawn["id"].is_unique
    places = frame.set_index("id")["place"]
    assert (places[drawn["id"]].to_numpy() == drawn["place"]).all()
    units = frame.groupby("place").size()
    assert drawn.groupby("place")["weight"].sum().to_dict() == pytest.approx(units.to_dict())
    assert (drawn["weight"] * drawn["inclusion_probability"]).to_numpy() == pytest.approx(1)
    west = drawn[drawn["place"] == "west"]
    assert west["inclusion_probability"].tolist() == [1, 1, 1]
    assert west["drawn_order"].tolist() == [1, 2, 3]


@given(seed=st.integers(0, 2**31), order=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_same_seed_draws_the_same_in_any_order_of_rows(seed: int, order: int) -> None:
    frame = register()
    drawn = draw_stratified(frame, SIZES, seed, **KEYS)
    shuffled = frame.sample(frac=1, random_state=order)
    pd.testing.assert_frame_equal(draw_stratified(shuffled, SIZES, seed, **KEYS), drawn)


def test_another_seed_draws_another_sample() -> None:
    drawn = {tuple(draw_stratified(register(), SIZES, seed, **KEYS)["id"]) for seed in range(10)}
    assert len(drawn) == 10


def test_totals_are_unbiased_and_every_unit_has_its_chance() -> None:
    frame = register()
    jobs = frame.set_index("id")["jobs"]
    totals, hits = [], pd.Series(0.0, index=jobs.index)
    draws = 600
    for seed in range(draws):
        drawn = draw_stratified(frame, SIZES, seed, **KEYS)
        totals.append((jobs[drawn["id"]].to_numpy() * drawn["weight"].to_numpy()).sum())
        hits[drawn["id"]] += 1
    error = np.std(totals) / np.sqrt(draws)
    assert abs(np.mean(totals) - jobs.sum()) < 4 * error
    chance = frame["place"].map({"north": 0.4, "south": 9 / 40, "west": 1.0}).to_numpy()
    spread = np.sqrt(chance * (1 - chance) / draws)
    assert (np.abs(hits.to_numpy() / draws - chance) <= 4.5 * spread + 1e-12).all()


def test_a_size_of_zero_leaves_a_stratum_out() -> None:
    drawn = draw_stratified(register(), {"north": 0, "south": 2, "west": 0}, 1, **KEYS)
    assert drawn["place"].unique().tolist() == ["south"]
    nothing = draw_stratified(register(), dict.fromkeys(SIZES, 0), 1, **KEYS)
    assert nothing.empty
    assert "weight" in nothing


def test_numbers_may_name_units_and_strata() -> None:
    frame = register().assign(
        id=range(53), place=lambda f: f["place"].map({"north": 1, "south": 2, "west": 3})
    )
    drawn = draw_stratified(frame, {"1": 2, "2": 2, "3": 2}, 1, **KEYS)
    assert drawn["place"].tolist() == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("change", "sizes", "said"),
    [
        ({"id": "same"}, SIZES, "more than once"),
        ({"id": None}, SIZES, "'id' has rows without an entry"),
        ({"place": " "}, SIZES, "'place' has rows without an entry"),
        ({}, {**SIZES, "east": 1}, "no unit in the stratum 'east'"),
        ({}, {"north": 1, "south": 1}, "stratum 'west' has no size"),
        ({}, {**SIZES, "west": 4}, "'west' has 3 units, fewer than 4"),
        ({}, {**SIZES, "west": -1}, "whole number"),
        ({}, {**SIZES, "west": 1.5}, "whole number"),
    ],
)
def test_bad_draws_are_refused_in_words(change: dict[str, Any], sizes: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw_stratified(register().assign(**change), sizes, 1, **KEYS)


def test_quotas_take_units_in_the_stated_order_and_tell_the_gaps() -> None:
    quotas = pd.DataFrame({"place": ["west", "north", "east"], "wanted": [5, 2, 1]})
    sample, gaps = fill_quotas(register(), quotas, order="order", **KEYS)
    assert sample["id"].tolist() == ["u009", "u008", "u052", "u051", "u050"]
    assert sample["drawn_order"].tolist() == [1, 2, 1, 2, 3]
    assert sample[["weight", "inclusion_probability"]].isna().all(axis=None)
    expected = [["east", 1, 0, 1], ["north", 2, 2, 0], ["west", 5, 3, 2]]
    assert gaps[["place", "wanted", "drawn", "gap"]].values.tolist() == expected
    shuffled = register().sample(frac=1, random_state=3)
    again, _ = fill_quotas(shuffled, quotas, order="order", **KEYS)
    pd.testing.assert_frame_equal(again, sample)


def test_units_without_an_order_come_last() -> None:
    frame = pd.DataFrame({"id": list("abc"), "place": "p", "order": [np.nan, 2.0, np.nan]})
    quotas = pd.DataFrame({"place": ["p"], "wanted": [2]})
    sample, _ = fill_quotas(frame, quotas, order="order", **KEYS)
    assert sample["id"].tolist() == ["b", "a"]


def test_bad_quotas_are_refused_in_words() -> None:
    twice = pd.DataFrame({"place": ["west", "west"], "wanted": [1, 1]})
    with pytest.raises(ValueError, match="at most one quota"):
        fill_quotas(register(), twice, order="order", **KEYS)
    half = pd.DataFrame({"place": ["west"], "wanted": [0.5]})
    with pytest.raises(ValueError, match="whole numbers"):
        fill_quotas(register(), half, order="order", **KEYS)
    with pytest.raises(ValueError, match="no column 'turn'"):
        fill_quotas(register(), half, order="turn", **KEYS)


def test_proportional_sizes_by_hand(answers: dict[str, Any]) -> None:
    known = answers["allocation"]
    units = [name for name, count in known["units"].items() for _ in range(count)]
    frame = pd.DataFrame({"place": units})
    assert proportional_sizes(frame, known["n"], "place") == known["sizes"]


@given(counts=st.lists(st.integers(1, 60), min_size=1, max_size=8), share=st.floats(0.001, 1))
@settings(max_examples=60, deadline=None)
def test_sizes_sum_to_n_and_stay_within_one_of_their_share(counts: list[int], share: float) -> None:
    units = [f"s{place}" for place, count in enumerate(counts) for _ in range(count)]
    n = max(1, int(share * len(units)))
    sizes = proportional_sizes(pd.DataFrame({"place": units}), n, "place")
    assert sum(sizes.values()) == n
    for place, count in enumerate(counts):
        size = sizes[f"s{place}"]
        assert size <= count
        assert abs(size - n * count / len(units)) < 1


@pytest.mark.parametrize("n", [0, 54, 2.5])
def test_impossible_sizes_are_refused(n: Any) -> None:
    with pytest.raises(ValueError, match="between 1 and the 53 units"):
        proportional_sizes(register(), n, "place")
    with pytest.raises(ValueError, match="without an entry"):
        proportional_sizes(register().assign(place=None), 1, "place")
