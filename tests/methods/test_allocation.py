from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.allocation import equal_sizes, neyman_sizes, proportional_sizes


def listed(units: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"place": [name for name, count in units.items() for _ in range(count)]})


PLACES = {"north": 10, "south": 40, "west": 3}


def test_proportional_sizes_by_hand(answers: dict[str, Any]) -> None:
    known = answers["allocation"]
    assert proportional_sizes(listed(known["units"]), known["n"], "place") == known["sizes"]


def test_neyman_sizes_of_cochrans_cities(answers: dict[str, Any]) -> None:
    known = answers["neyman"]
    deviations = {name: variance**0.5 for name, variance in known["variances"].items()}
    assert neyman_sizes(listed(known["units"]), known["n"], "place", deviations) == known["sizes"]
    assert proportional_sizes(listed(known["units"]), known["n"], "place") == known["proportional"]


def test_a_stratum_that_is_taken_whole_leaves_the_rest_to_the_others() -> None:
    # By hand: 20 * 3 * 100 / 350 is more than the 3 of west; 17 are left for 10 : 40.
    deviations = {"north": 1.0, "south": 1.0, "west": 100.0}
    assert neyman_sizes(listed(PLACES), 20, "place", deviations) == {"north": 3, "south": 14, "west": 3}
    assert equal_sizes(listed(PLACES), 20, "place") == {"north": 9, "south": 8, "west": 3}
    assert equal_sizes(listed(PLACES), 53, "place") == PLACES


@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    share=st.floats(0.001, 1),
    spread=st.lists(st.floats(0.01, 1000), min_size=6, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_sizes_sum_to_n_and_never_exceed_their_stratum(
    counts: list[int], share: float, spread: list[float]
) -> None:
    units = {f"s{place}": count for place, count in enumerate(counts)}
    frame = listed(units)
    n = max(1, int(share * len(frame)))
    deviations = {name: spread[place] for place, name in enumerate(units)}
    for sizes in (equal_sizes(frame, n, "place"), neyman_sizes(frame, n, "place", deviations)):
        assert sum(sizes.values()) == n
        assert all(0 <= sizes[name] <= units[name] for name in units)
    even = dict.fromkeys(units, 2.5)
    assert neyman_sizes(frame, n, "place", even) == proportional_sizes(frame, n, "place")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"north": 0.0}, "'north' must be a number above 0"),
        ({"north": float("inf")}, "'north' must be a number above 0"),
        ({"east": 1.0}, "no such stratum"),
    ],
)
def test_bad_deviations_are_refused_in_words(change: dict[str, float], said: str) -> None:
    given_ones = {**dict.fromkeys(PLACES, 1.0), **change}
    with pytest.raises(ValueError, match=said):
        neyman_sizes(listed(PLACES), 5, "place", given_ones)
    with pytest.raises(ValueError, match="'south' has no standard deviation"):
        neyman_sizes(listed(PLACES), 5, "place", {"north": 1.0, "west": 1.0})


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
        proportional_sizes(listed(PLACES), n, "place")
    with pytest.raises(ValueError, match="without an entry"):
        proportional_sizes(listed(PLACES).assign(place=None), 1, "place")
