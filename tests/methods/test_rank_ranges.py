"""Rank ranges: against worked figures, by simulation, and by properties that any ranking has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.rank_ranges import larger, rank_range

MEANS = st.lists(
    st.tuples(st.floats(-50, 50), st.floats(0, 20), st.floats(0, 20)), min_size=2, max_size=7
).map(lambda rows: [(mean, mean - low, mean + high) for mean, low, high in rows])


def ranges(above: np.ndarray) -> list[tuple[int, int]]:
    found = (above.sum(axis=0), above.sum(axis=1))
    return [rank_range(int(over), int(under), len(above)) for over, under in zip(*found, strict=True)]


def test_intervals_may_overlap_and_the_means_be_told_apart():
    """Two standard errors of 1: 2.77 apart is 1.96 standard errors of the difference, 2.78 a little more."""
    half = 1.959964
    for apart, told in ((2.77, False), (2.78, True)):
        found = larger([apart, 0], [apart - half, -half], [apart + half, half])
        assert found.tolist() == [[False, told], [False, False]]


def test_each_interval_counts_on_the_side_that_faces_the_other():
    """Distances to the ends that face each other are 3 and 4: the difference has to be larger than 5."""
    for mean, told in ((14.9, False), (15.1, True)):
        found = larger([mean, 10], [mean - 3, 9.9], [mean + 0.1, 14])
        assert found[0, 1] == told


def test_of_many_pairs_more_is_asked():
    """2.1 standard errors of the difference have p = 0.036: enough for one pair, too little for three."""
    half = 1.959964
    apart = 2.1 * np.sqrt(2)
    two, three = [apart, 0.0], [apart, 0.0, apart / 2]
    assert larger(two, [m - half for m in two], [m + half for m in two])[0, 1]
    assert not larger(three, [m - half for m in three], [m + half for m in three]).any()


def test_known_without_error_is_told_apart_and_equal_is_not():
    assert larger([2, 1, 1], [2, 1, 1], [2, 1, 1]).tolist() == [
        [False, True, True],
        [False, False, False],
        [False, False, False],
    ]
    assert larger([], [], []).shape == (0, 0)


def test_what_is_told_to_stand_above_and_below_leaves_the_ranks_between():
    assert ranges(larger([9, 5, 5, 1], [8, 4, 4, 0], [10, 6, 6, 2])) == [(1, 1), (2, 3), (2, 3), (4, 4)]
    assert ranges(np.zeros((3, 3), dtype=bool)) == [(1, 3)] * 3


@pytest.mark.parametrize(
    ("mean", "low", "high"), [(1, 2, 3), (1, 0, 0.5), (float("nan"), 0, 1), (1, float("nan"), 2)]
)
def test_an_interval_that_is_none_is_refused(mean, low, high):
    with pytest.raises(ValueError, match="interval"):
        larger([mean, 5], [low, 4], [high, 6])
    with pytest.raises(ValueError, match="told apart"):
        rank_range(2, 1, 3)


@given(rows=MEANS)
def test_any_list_has_ranges_that_hold_the_order_of_its_means(rows):
    above = larger(*map(list, zip(*rows, strict=True)))
    assert not (above & above.T).any()
    order = np.argsort([-mean for mean, *_ in rows], kind="stable")
    for place, one in enumerate(order, start=1):
        first, last = ranges(above)[one]
        assert 1 <= first <= place <= last <= len(rows)


@given(rows=MEANS)
def test_the_mirror_image_turns_every_order(rows):
    above = larger(*map(list, zip(*rows, strict=True)))
    mirrored = larger(*map(list, zip(*[(-m, -high, -low) for m, low, high in rows], strict=True)))
    assert (above == mirrored.T).all()


@pytest.mark.parametrize("true", [[0.0] * 6, [0.0, 0.0, 0.0, 1.0, 1.0, 2.0]])
def test_all_ranges_together_hold_the_true_ranks_as_often_as_they_should(true):
    """2,000 lists of six: at least 95 %, less three standard errors of the simulation."""
    random = np.random.default_rng(20241127)
    errors = np.array([0.2, 0.3, 0.4, 0.5, 0.3, 0.6])
    held = 0
    best = [1 + sum(other > one for other in true) for one in true]
    worst = [sum(other >= one for other in true) for one in true]
    for _ in range(2000):
        means = random.normal(true, errors)
        found = ranges(larger(means, means - 1.959964 * errors, means + 1.959964 * errors))
        held += all(
            first <= ends[0] and ends[1] <= last
            for (first, last), ends in zip(found, zip(best, worst, strict=True), strict=True)
        )
    assert held / 2000 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2000)
