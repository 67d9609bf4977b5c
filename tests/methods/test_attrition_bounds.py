from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.attrition_bounds import lee_bounds


def randomised(seed: int, people: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return outcome, arm and the outcome of those always found: the programme keeps some more, effect 5.

    Whoever is lost in the programme would be lost in the comparison arm too.
    """
    chance = np.random.default_rng(seed)
    arm = chance.permutation(np.arange(people) % 2)
    base = chance.normal(100, 10, people)
    kind = np.where(base + chance.normal(0, 10, people) < 95, "sometimes", "always")
    kind = np.where(chance.uniform(size=people) < 0.1, "never", kind)
    found = (kind == "always") | ((kind == "sometimes") & (arm == 1))
    outcome = base + 5 * arm
    return np.where(found, outcome, np.nan), arm, np.where(kind == "always", base, np.nan)


def test_the_effect_lies_between_the_bounds_and_in_the_interval() -> None:
    held, between = [], []
    for seed in range(300):
        outcome, arm, _ = randomised(seed)
        bounds = lee_bounds(outcome, arm)
        held.append(bounds.ci_low <= 5 <= bounds.ci_high)
        between.append(bounds.lower <= bounds.upper)
        assert bounds.trimmed_arm == "programme"
    assert np.mean(held) >= 0.93
    assert all(between)


def test_naive_is_wrong_where_the_bounds_are_not() -> None:
    """With 40,000 people: losing the poor of the comparison arm alone hides most of the effect."""
    outcome, arm, _ = randomised(1, 40_000)
    naive = np.nanmean(outcome[arm == 1]) - np.nanmean(outcome[arm == 0])
    bounds = lee_bounds(outcome, arm)
    assert naive < 3
    assert bounds.lower < 5 < bounds.upper


def test_errors_are_those_of_lee_and_of_the_bootstrap() -> None:
    """Proposition 3 for unweighted people, each alone; and 600 draws of everybody with replacement."""
    outcome, arm, _ = randomised(7, 1500)
    bounds = lee_bounds(outcome, arm)
    n, found = len(arm), ~np.isnan(outcome)
    kept, other = outcome[found & (arm == 1)], outcome[found & (arm == 0)]
    p, share = bounds.trimmed_share, bounds.comparison_found
    border = np.quantile(kept, p)
    stay = kept[kept >= border]
    in_here = len(kept) / n
    of_p = (1 - p) ** 2 * (
        (1 - share / (1 - p)) / (arm.mean() * share / (1 - p)) + (1 - share) / ((1 - arm.mean()) * share)
    )
    gap = border - stay.mean()
    variance = (
        stay.var() / (in_here * (1 - p))
        + gap**2 * p / (in_here * (1 - p))
        + (gap / (1 - p)) ** 2 * of_p
        + other.var() / (len(other) / n)
    )
    assert bounds.upper_error == pytest.approx(np.sqrt(variance / n), rel=0.01)
    chance = np.random.default_rng(1)
    draws = [chance.integers(0, n, n) for _ in range(600)]
    found_again = [lee_bounds(outcome[draw], arm[draw]) for draw in draws]
    assert bounds.lower_error == pytest.approx(np.std([one.lower for one in found_again]), rel=0.1)
    assert bounds.upper_error == pytest.approx(np.std([one.upper for one in found_again]), rel=0.1)


def test_nothing_is_trimmed_where_both_arms_kept_the_same_share() -> None:
    outcome = np.array([3.0, 5, np.nan, 9, 1, np.nan, 4, 4])
    arm = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    bounds = lee_bounds(outcome, arm)
    assert bounds.trimmed_arm == "none"
    naive = np.nanmean(outcome[:4]) - np.nanmean(outcome[4:])
    assert bounds.lower == pytest.approx(naive)
    assert bounds.upper == pytest.approx(naive)


@given(st.integers(0, 10**6), st.integers(8, 60), st.booleans())
@settings(max_examples=40)
def test_bounds_hold_the_plain_difference_and_turn_with_the_arms(seed: int, people: int, ties: bool) -> None:
    chance = np.random.default_rng(seed)
    arm = np.arange(people) % 2
    outcome = chance.integers(0, 4, people).astype(float) if ties else chance.normal(size=people)
    outcome[4:][chance.uniform(size=people - 4) < 0.3] = np.nan
    weights = chance.uniform(0.5, 2, people)
    clusters = chance.integers(0, 6, people)
    bounds = lee_bounds(outcome, arm, weights=weights, clusters=clusters)
    known = ~np.isnan(outcome)
    means = [
        np.average(outcome[known & (arm == side)], weights=weights[known & (arm == side)]) for side in (0, 1)
    ]
    assert bounds.lower <= means[1] - means[0] + 1e-9
    assert bounds.upper >= means[1] - means[0] - 1e-9
    turned = lee_bounds(outcome, 1 - arm, weights=weights, clusters=clusters)
    assert (turned.lower, turned.upper) == pytest.approx((-bounds.upper, -bounds.lower))
    assert (turned.lower_error, turned.upper_error) == pytest.approx((bounds.upper_error, bounds.lower_error))
    order = chance.permutation(people)
    again = lee_bounds(outcome[order], arm[order], weights=weights[order], clusters=clusters[order])
    assert (again.lower, again.upper, again.ci_low) == pytest.approx(
        (bounds.lower, bounds.upper, bounds.ci_low), nan_ok=True
    )


def test_people_of_a_cluster_go_together() -> None:
    outcome, arm, _ = randomised(3)
    alone = lee_bounds(outcome, arm)
    pairs = [np.concatenate([one, one]) for one in (outcome, arm)]
    together = lee_bounds(*pairs, clusters=np.tile(np.arange(len(arm)), 2))
    assert together.lower == pytest.approx(alone.lower)
    assert together.lower_error == pytest.approx(alone.lower_error, rel=1e-6)


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody was found again"):
        lee_bounds(np.array([1.0, np.nan]), np.array([1, 0]))
    with pytest.raises(ValueError, match="is 1 or 0"):
        lee_bounds(np.array([1.0, 2.0]), np.array([1, np.nan]))
    with pytest.raises(ValueError, match="same number of rows"):
        lee_bounds(np.array([1.0, 2.0]), np.array([1]))
