"""Size and minimum detectable effect: published numbers, and both directions agree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from tasks.methods import power

people = some.floats(5, 5000)
shares = some.floats(0.02, 0.98)


def test_published_sizes_of_means():
    """Effect 0.2, 80 %, 5 %: R's pwr.t.test and Stata's power twomeans; the small known answers."""
    assert power.people_for_mean(0.2) == pytest.approx(393.4057, abs=5e-5)
    assert power.detectable_mean(100, 100) == pytest.approx(0.39814, abs=5e-6)


def test_published_size_of_a_mean_with_r():
    """R's documentation: power.t.test(n = 20, delta = 1, sd = 1) has a power of 0.869."""
    assert power.power_of_mean(1, 20, 20) == pytest.approx(0.8689528, abs=1e-6)


def test_published_sizes_of_shares():
    """R's documentation of power.prop.test: 0.50 against 0.75."""
    assert power.power_of_share(0.5, 0.25, 50, 50) == pytest.approx(0.740, abs=5e-4)
    assert power.power_of_share(0.5, 0.25, 76.7, 76.7) == pytest.approx(0.90, abs=5e-4)
    assert power.power_of_share(0.5, 0.03, 5000, 5000) > power.power_of_share(0.5, 0.03, 4000, 4000)


@settings(max_examples=40, deadline=None)
@given(programme=people, comparison=people, wanted=some.floats(0.5, 0.95))
def test_what_can_be_detected_is_detected_with_the_power_asked_for(programme, comparison, wanted):
    least = power.detectable_mean(programme, comparison, power=wanted)
    assert power.power_of_mean(least, programme, comparison) == pytest.approx(wanted, abs=1e-7)


@settings(max_examples=25, deadline=None)
@given(difference=some.floats(0.05, 1.5), ratio=some.floats(0.3, 3))
def test_a_size_and_what_it_detects_are_inverse(difference, ratio):
    programme = power.people_for_mean(difference, ratio=ratio)
    assume(min(programme, programme * ratio) > 3)
    assert power.detectable_mean(programme, programme * ratio) == pytest.approx(difference, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(share=shares, programme=some.floats(30, 3000), comparison=some.floats(30, 3000))
def test_what_can_be_detected_of_a_share(share, programme, comparison):
    least = power.detectable_share(share, programme, comparison)
    assume(not math.isnan(least))
    sign = 1 if share <= 0.5 else -1
    assert power.power_of_share(share, sign * least, programme, comparison) == pytest.approx(0.8, abs=1e-7)
    assert least <= power.detectable_share(share, programme * 0.9, comparison * 0.9) or math.isnan(
        power.detectable_share(share, programme * 0.9, comparison * 0.9)
    )


@settings(max_examples=25, deadline=None)
@given(programme=people, comparison=people, freedom=some.floats(4, 60))
def test_few_clusters_detect_less(programme, comparison, freedom):
    assume(freedom < programme + comparison - 2)
    few = power.detectable_mean(programme, comparison, degrees_of_freedom=freedom)
    assert few > power.detectable_mean(programme, comparison)


@given(size=some.floats(1, 200), icc=some.floats(0, 1), variation=some.floats(0, 2))
def test_clusters_never_help(size, icc, variation):
    effect = power.design_effect(size, icc, variation=variation)
    assert effect >= 1 or icc == 0
    assert power.design_effect(size + 1, icc, variation=variation) >= effect


@given(correlation=some.floats(0, 0.999))
def test_ancova_is_never_worse_than_the_other_two(correlation):
    """McKenzie (2012): ANCOVA has the smallest variance of the three, whatever the correlation."""
    factors = [power.variance_factor(one, correlation) for one in power.ESTIMATORS]
    assert factors[1] <= min(factors[0], factors[2]) + 1e-12


def test_intracluster_correlation_of_a_known_process():
    """Clusters of 8 to 12 people, variance between 1 and within 3: 0.25."""
    rng = np.random.default_rng(20041204)
    clusters = np.repeat(np.arange(3000), rng.integers(8, 13, 3000))
    values = rng.normal(0, 1, 3000)[clusters] + rng.normal(0, math.sqrt(3), len(clusters))
    assert power.intracluster_correlation(values, clusters) == pytest.approx(0.25, abs=0.02)


def test_intracluster_correlation_at_its_ends():
    clusters = np.array([1, 1, 2, 2])
    assert power.intracluster_correlation(np.array([1.0, 1, 2, 2]), clusters) == 1
    assert power.intracluster_correlation(np.array([1.0, 2, 1, 2]), clusters) == 0
    assert math.isnan(power.intracluster_correlation(np.array([1.0, 1, 1, 1]), clusters))
    assert math.isnan(power.intracluster_correlation(np.array([1.0, 2]), np.array([1, 2])))


@pytest.mark.parametrize(
    "asked",
    [
        lambda: power.design_effect(0.5, 0.1),
        lambda: power.design_effect(5, 1.1),
        lambda: power.design_effect(5, 0.1, variation=-1),
        lambda: power.variance_factor("recall", 0.5),
        lambda: power.variance_factor("ancova", 1.0),
        lambda: power.reached(10, refusal=1.0),
        lambda: power.power_of_mean(0.2, 1, 50),
        lambda: power.detectable_mean(50, 50, power=0.04),
        lambda: power.people_for_mean(0.0),
        lambda: power.power_of_share(0.9, 0.2, 50, 50),
        lambda: power.intracluster_correlation(np.array([1.0, 2]), np.array([1])),
    ],
)
def test_what_makes_no_sense_is_refused(asked):
    with pytest.raises(ValueError, match=r"\w{3}"):
        asked()
