from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.methods.scoring import level_of_majority, level_of_share, whole_percent

CUTS = [20, 40, 60, 80]


@given(st.integers(1, 10_000), st.data())
def test_a_larger_share_never_has_a_lower_level(whole, data):
    count = data.draw(st.integers(0, whole))
    level = level_of_share(count, whole, CUTS)
    assert 1 <= level <= 5
    assert level == 1 + sum(Fraction(count, whole) >= Fraction(cut, 100) for cut in CUTS)
    if count < whole:
        assert level_of_share(count + 1, whole, CUTS) >= level


@given(st.dictionaries(st.sampled_from([1, 2, 3, 5]), st.integers(0, 1000), min_size=1))
def test_half_stand_at_the_level_of_the_majority_or_above_and_fewer_above_it(counts):
    whole = sum(counts.values())
    assume(whole)
    level = level_of_majority(counts, 50)
    assert 2 * sum(count for other, count in counts.items() if other >= level) >= whole
    assert 2 * sum(count for other, count in counts.items() if other > level) < whole


def test_the_levels_of_firms_as_table_2_prints_them():
    """Medium sized 1, small sized 3, own-account 5."""
    assert level_of_majority({1: 60, 3: 30, 5: 10}, 50) == 1
    assert level_of_majority({1: 0, 3: 100, 5: 0}, 50) == 3
    assert level_of_majority({1: 10, 3: 40, 5: 50}, 50) == 5


@given(st.integers(1, 5000), st.data())
def test_whole_percents_round_a_half_up(whole, data):
    count = data.draw(st.integers(0, whole))
    assert abs(Fraction(100 * count, whole) - whole_percent(count, whole)) <= Fraction(1, 2)
    assert whole_percent(1, 8) == 13


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: level_of_share(1, 0, CUTS),
        lambda: level_of_share(3, 2, CUTS),
        lambda: level_of_share(1, 2, [40, 20]),
        lambda: level_of_majority({1: 0}, 50),
        lambda: level_of_majority({1: 3, 3: -1}, 50),
        lambda: level_of_majority({1: 3}, 0),
        lambda: whole_percent(-1, 5),
    ],
)
def test_what_is_no_count_is_refused(wrong):
    with pytest.raises(ValueError, match=r"within|rise|percentage"):
        wrong()
