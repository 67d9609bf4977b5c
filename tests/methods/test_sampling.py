from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.allocation import equal_sizes, neyman_sizes, proportional_sizes
from tasks.methods.sampling import (
    draw_households,
    draw_pps,
    draw_stratified,
    draw_systematic,
    draw_two_stage,
    fill_quotas,
    list_replacements,
    pps_probabilities,
)

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
        ({}, {**SIZES, "west": 0}, "whole number from 1 on"),
        ({}, {**SIZES, "west": "2"}, "whole number"),
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


@pytest.mark.parametrize("seed", [0, 20041204, 2**63 - 1])
def test_each_design_draws_the_same_in_any_order_of_rows(seed: int) -> None:
    frame = population()
    shuffled = frame.sample(frac=1, random_state=seed % 1000)
    for draw in DRAWS.values():
        pd.testing.assert_frame_equal(draw(shuffled, seed, dict), draw(frame, seed, dict))
    drawn = draw_stratified(frame, SIZES, seed, **KEYS)["id"]
    listed, again = (
        list_replacements(one, drawn, 4, seed, unit="id", cell="place", size="size")
        for one in (frame, shuffled)
    )
    pd.testing.assert_frame_equal(again, listed)


def test_certainty_units_have_the_chance_one(answers: dict[str, Any]) -> None:
    known = answers["pps"]
    assert pps_probabilities(known["sizes"], known["n"]) == pytest.approx(known["chances"], abs=1e-15)
    assert pps_probabilities([1, 1, 1], 3) == [1, 1, 1]
    frame = pd.DataFrame({"id": list("abc"), "place": "p", "size": known["sizes"]})
    for seed in range(20):
        drawn = draw_pps(frame, {"p": 2}, seed, size="size", **KEYS)
        assert len(drawn) == 2
        assert drawn["id"].iloc[-1] == "c"
        assert drawn["inclusion_probability"].iloc[-1] == 1


def test_taking_one_certainty_unit_can_make_another() -> None:
    # By hand: n = 3 of 1, 1, 10, 100: 100 is certain, then 2 * 10 / 12 > 1, and one is left for two.
    assert pps_probabilities([1, 1, 10, 100], 3) == [0.5, 0.5, 1, 1]


@given(
    sizes=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=30),
    share=st.floats(0.01, 1),
)
@settings(max_examples=60, deadline=None)
def test_chances_sum_to_the_size_and_grow_with_it(sizes: list[float], share: float) -> None:
    n = max(1, int(share * len(sizes)))
    chances = np.array(pps_probabilities(sizes, n))
    assert chances.sum() == pytest.approx(n)
    assert ((chances > 0) & (chances <= 1)).all()
    assert (np.diff(chances[np.argsort(sizes)]) >= -1e-9).all()


def population() -> pd.DataFrame:
    """Return the register with the size of each unit, its locality, and what is to be totalled."""
    frame = register()
    return frame.assign(
        size=1 + (np.arange(53) * 7) % 11 + 40.0 * (np.arange(53) == 20),
        locality=[f"l{(number * number) % 5}" for number in range(53)],
        whole="all",
    )


DRAWS: dict[str, Any] = {
    "simple": lambda f, seed, n: draw_stratified(f, n({"all": 15}), seed, unit="id", stratum="whole"),
    "systematic": lambda f, seed, n: draw_systematic(f, n(SIZES), seed, order="order", **KEYS),
    "stratified, proportional": lambda f, seed, n: draw_stratified(
        f, n(proportional_sizes(population(), 15, "place")), seed, **KEYS
    ),
    "stratified, equal": lambda f, seed, n: draw_stratified(
        f, n(equal_sizes(population(), 8, "place")), seed, **KEYS
    ),
    "stratified, Neyman": lambda f, seed, n: draw_stratified(
        f,
        n(neyman_sizes(population(), 15, "place", {"north": 60.0, "south": 80.0, "west": 60.0})),
        seed,
        **KEYS,
    ),
    "PPS": lambda f, seed, n: draw_pps(f, n({"north": 4, "south": 9, "west": 2}), seed, size="size", **KEYS),
    "two-stage": lambda f, seed, n: draw_two_stage(
        f, n({"north": 2, "south": 2, "west": 1}), 3, seed, cluster="locality", **KEYS
    ),
    "two-stage, simple": lambda f, seed, n: draw_two_stage(
        f, n({"north": 2, "south": 2, "west": 1}), 3, seed, cluster="locality", by_size=False, **KEYS
    ),
}
"""Every design, as a function of the frame, the seed, and what makes sizes those of the frame's strata."""


def beside_each_other(frame: pd.DataFrame, copies: int) -> tuple[pd.DataFrame, Any]:
    """Return the frame several times over, with units and strata of their own, and what makes its sizes."""
    parts = [
        frame.assign(**{name: f"{number}/" + frame[name] for name in ("id", "place", "whole")})
        for number in range(copies)
    ]

    def sizes(of_one: dict[str, int]) -> dict[str, int]:
        return {f"{number}/{name}": size for number in range(copies) for name, size in of_one.items()}

    return pd.concat(parts, ignore_index=True), sizes


def unbiased(design: str, seeds: int, at_once: int = 1) -> None:
    """Totals within 4 Monte Carlo standard errors; each unit drawn as often as stated, within 4.5.

    Strata are drawn apart from each other, so a draw from `at_once` frames beside each other is as many
    draws from one; if strata had to do with each other, these would, and the bounds would not hold.
    The chances of units that are not drawn are known from the draws in which they are.
    """
    jobs = population().set_index("id")["jobs"]
    frame, sizes = beside_each_other(population(), at_once)
    totals, hits, chance = [], pd.Series(0.0, index=jobs.index), pd.Series(np.nan, index=jobs.index)
    for seed in range(seeds):
        drawn = DRAWS[design](frame, seed, sizes)
        drawn[["copy", "id"]] = drawn["id"].str.split("/", expand=True)
        assert (drawn["weight"] * drawn["inclusion_probability"]).to_numpy() == pytest.approx(1)
        worth = jobs[drawn["id"]].to_numpy() * drawn["weight"]
        of_copies = worth.groupby(drawn["copy"]).sum()
        assert len(of_copies) == at_once
        totals += of_copies.tolist()
        for _, one in drawn.groupby("copy"):
            one = one.set_index("id")
            hits[one.index] += 1
            told = chance[one.index]
            assert (told.isna() | np.isclose(told, one["inclusion_probability"])).all()
            chance[one.index] = one["inclusion_probability"]
    draws = seeds * at_once
    assert len(totals) == draws
    assert abs(np.mean(totals) - jobs.sum()) <= 4 * np.std(totals) / np.sqrt(draws)
    spread = np.sqrt(chance * (1 - chance) / draws)
    assert chance.notna().all()
    assert ((hits / draws - chance).abs() <= 4.5 * spread + 1e-12).all()


@pytest.mark.parametrize("design", DRAWS)
def test_totals_are_unbiased_and_every_unit_has_its_chance(design: str) -> None:
    unbiased(design, 60)


@pytest.mark.slow
@pytest.mark.parametrize("design", DRAWS)
def test_a_thousand_draws_are_unbiased(design: str) -> None:
    unbiased(design, 20, at_once=50)


def test_a_systematic_draw_walks_the_list_in_equal_steps() -> None:
    drawn = draw_systematic(register(), {"north": 5, "south": 8, "west": 3}, 3, order="order", **KEYS)
    places = drawn["id"].str[1:].astype(int)
    for place, step in (("north", 2), ("south", 5), ("west", 1)):
        assert set(places[drawn["place"] == place].diff().dropna()) == {-step}
    assert drawn.loc[drawn["place"] == "west", "inclusion_probability"].tolist() == [1, 1, 1]


def test_two_stages_multiply_their_chances() -> None:
    frame = population()
    drawn = draw_two_stage(frame, {"north": 1, "south": 2, "west": 1}, 3, 1, cluster="locality", **KEYS)
    assert drawn.groupby("place")["locality"].nunique().to_dict() == {"north": 1, "south": 2, "west": 1}
    units = frame.groupby(["place", "locality"]).size().to_dict()
    for (place, locality), part in drawn.groupby(["place", "locality"]):
        count = units[place, locality]
        assert len(part) == min(3, count)
        share = min(3, count) / count
        expected = part["cluster_probability"] * share
        assert part["inclusion_probability"].to_numpy() == pytest.approx(expected.to_numpy())
    # A cluster that is large enough gives every unit of its stratum the same chance.
    south = drawn[drawn["place"] == "south"]
    assert south["inclusion_probability"].to_numpy() == pytest.approx(2 * 3 / 40)


def test_replacements_are_of_the_same_cell_and_never_drawn() -> None:
    frame = population()
    drawn = draw_stratified(frame, SIZES, 5, **KEYS)
    listed = list_replacements(frame, drawn["id"], 5, 5, unit="id", cell="place")
    assert not set(listed["id"]) & set(drawn["id"])
    assert listed.groupby("place").size().to_dict() == {"north": 5, "south": 5}
    assert listed["drawn_order"].tolist() == [1, 2, 3, 4, 5] * 2
    longer = list_replacements(frame, drawn["id"], 30, 5, unit="id", cell="place")
    pd.testing.assert_frame_equal(
        longer[longer["drawn_order"] <= 5].reset_index(drop=True), listed.reset_index(drop=True)
    )
    assert list_replacements(frame, drawn["id"], 0, 5, unit="id", cell="place").empty


def test_every_unit_may_be_the_first_replacement_by_its_size() -> None:
    frame = pd.DataFrame({"id": list("abcd"), "place": "p", "size": [1.0, 1.0, 2.0, 9.0]})
    first = pd.Series(
        [
            list_replacements(frame, ["d"], 1, seed, unit="id", cell="place", size="size")["id"].iloc[0]
            for seed in range(400)
        ]
    )
    share = first.value_counts() / 400
    for unit, expected in (("a", 0.25), ("b", 0.25), ("c", 0.5)):
        assert abs(share[unit] - expected) < 4 * np.sqrt(expected * (1 - expected) / 400)


def test_a_sub_sample_of_households_has_no_household_twice() -> None:
    drawn, chance = draw_households(["h1", "h2", "h1", "h3", "h4"], 3, 1)
    assert len(set(drawn)) == 3
    assert chance == 0.75
    for households, n, said in (
        (["h1", None], 1, "no household"),
        (["h1"], 2, "between 1 and the 1"),
        (["h1"], 0, "between 1"),
    ):
        with pytest.raises(ValueError, match=said):
            draw_households(households, n, 1)


def test_bad_frames_of_other_designs_are_refused_in_words() -> None:
    frame = population()
    with pytest.raises(ValueError, match="number above 0 in the column 'size'"):
        draw_pps(frame.assign(size=0.0), SIZES, 1, size="size", **KEYS)
    with pytest.raises(ValueError, match="number above 0 in the column 'size'"):
        draw_pps(frame.assign(size=np.nan), SIZES, 1, size="size", **KEYS)
    with pytest.raises(ValueError, match="'locality' has rows without an entry"):
        draw_two_stage(frame.assign(locality=None), SIZES, 1, 1, cluster="locality", **KEYS)
    with pytest.raises(ValueError, match="'north' has 3 clusters, fewer than 4"):
        draw_two_stage(frame, SIZES, 1, 1, cluster="locality", **KEYS)
    with pytest.raises(ValueError, match="in each cluster must be a whole number"):
        draw_two_stage(frame, dict.fromkeys(SIZES, 1), 0, 1, cluster="locality", **KEYS)
    with pytest.raises(ValueError, match="fewer than 4"):
        draw_systematic(frame, {**SIZES, "west": 4}, 1, order="order", **KEYS)


def test_sizes_too_far_apart_are_refused_and_large_ones_are_not() -> None:
    assert pps_probabilities([1e308, 1e308, 1e308], 1) == pytest.approx([1 / 3] * 3)
    with pytest.raises(ValueError, match="less than 1e-12 of the largest"):
        pps_probabilities([1e308, 1e-300], 1)
