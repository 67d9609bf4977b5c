"""How large a sample has to be, and what a sample can show: two arms, means and shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

ESTIMATORS = ("difference", "ancova", "difference_in_differences")


def design_effect(cluster_size: float, icc: float, *, variation: float = 0.0) -> float:
    """Return by how much drawing people in clusters multiplies the variance of a mean.

    1 + ((1 + variation^2) m - 1) icc, with m people a cluster on average, icc the intra-cluster
    correlation and variation the coefficient of variation of the clusters' sizes (0: all alike).
    Raises ValueError where m is below 1, icc outside 0 to 1 or the variation negative.

    Sources: Kish (1965), Survey Sampling, p. 162; Eldridge, Ashby and Kerry (2006), International
    Journal of Epidemiology 35, 1292-1300 (unequal sizes).

    >>> round(design_effect(20, 0.05), 6), round(design_effect(20, 0.05, variation=0.5), 6)
    (1.95, 2.2)
    """
    if cluster_size < 1:
        raise ValueError("A cluster holds at least one person")
    if not 0 <= icc <= 1:
        raise ValueError("An intra-cluster correlation lies between 0 and 1")
    if variation < 0:
        raise ValueError("A coefficient of variation cannot be negative")
    return 1 + ((1 + variation**2) * cluster_size - 1) * icc


def variance_factor(estimator: str, correlation: float) -> float:
    """Return by how much a baseline multiplies the variance of the estimated effect.

    difference 1; ancova 1 - r^2; difference_in_differences 2 (1 - r), with one baseline, one later
    wave and r the correlation of a person's answers in the two. Raises ValueError for another
    estimator or r outside 0 to 1 (1 itself excluded).

    Source: McKenzie (2012), Journal of Development Economics 99, 210-221, section 2.

    >>> [variance_factor(one, 0.5) for one in ("difference", "ancova", "difference_in_differences")]
    [1.0, 0.75, 1.0]
    """
    if not 0 <= correlation < 1:
        raise ValueError("The correlation with the baseline lies between 0 and below 1")
    factors = {"difference": 1.0, "ancova": 1 - correlation**2}
    factors["difference_in_differences"] = 2 * (1 - correlation)
    if estimator not in factors:
        raise ValueError(f"'{estimator}' is no estimator of which the size is known")
    return factors[estimator]


def reached(drawn: float, *, refusal: float = 0.0, attrition: float = 0.0) -> float:
    """Return how many of the drawn are expected in the last wave, after refusal and then attrition.

    Raises ValueError where a share lies outside 0 to 1 (1 itself excluded) or drawn is negative.

    Source: Nadvi and Barrientos (2004), Annex II, phase three: more people refuse in the comparison group.

    >>> round(reached(100, refusal=0.1, attrition=0.2), 6)
    72.0
    """
    if drawn < 0 or not (0 <= refusal < 1 and 0 <= attrition < 1):
        raise ValueError("Refusal and attrition are shares from 0 to below 1, of a number from 0 on")
    return drawn * (1 - refusal) * (1 - attrition)


def power_of_mean(
    difference: float,
    programme: float,
    comparison: float,
    *,
    level: float = 0.05,
    degrees_of_freedom: float | None = None,
) -> float:
    """Return the chance that a two-sided t test finds a difference of two means.

    difference in standard deviations; programme and comparison: people in each arm, divided by the
    design effect and the variance factor where there are such; degrees_of_freedom: those two
    numbers less 2, unless given (clusters less 2 where errors are clustered).

    Raises ValueError where an arm holds no more than one person, the level is not a share or the
    degrees of freedom are not above 0.

    Source: Cohen (1988), Statistical Power Analysis, ch. 2 (noncentral t distribution).

    >>> round(power_of_mean(0.2, 393.4057, 393.4057), 6)
    0.8
    """
    from scipy.stats import nct, t

    if min(programme, comparison) <= 1:
        raise ValueError("Each arm needs more than one person")
    if not 0 < level < 1:
        raise ValueError("The level lies between 0 and 1")
    freedom = programme + comparison - 2 if degrees_of_freedom is None else degrees_of_freedom
    if freedom <= 0:
        raise ValueError("There are no degrees of freedom")
    away = difference / math.sqrt(1 / programme + 1 / comparison)
    limit = t.isf(level / 2, freedom)
    near, far = nct.sf(limit, freedom, abs(away)), nct.cdf(-limit, freedom, abs(away))
    # a tail too far out to be computed: the near one is certain, the far one nothing
    return (1.0 if math.isnan(near) else float(near)) + (0.0 if math.isnan(far) else float(far))


def detectable_mean(
    programme: float,
    comparison: float,
    *,
    power: float = 0.8,
    level: float = 0.05,
    degrees_of_freedom: float | None = None,
) -> float:
    """Return the minimum detectable effect on a mean, in standard deviations; NaN beyond 100 of them.

    Arguments and errors as in `power_of_mean`; also ValueError where the power is not between the
    level and 1.

    Source: Bloom (1995), Evaluation Review 19, 547-556 (minimum detectable effect).

    Example: 100 people in each arm detect 0.39814 standard deviations.

    >>> round(detectable_mean(100, 100), 5)
    0.39814
    """
    _check_power(power, level)

    def short(difference: float) -> float:
        return power - power_of_mean(
            difference, programme, comparison, level=level, degrees_of_freedom=degrees_of_freedom
        )

    return _root(short, 0.0, 100.0)


def people_for_mean(
    difference: float, *, ratio: float = 1.0, power: float = 0.8, level: float = 0.05
) -> float:
    """Return how many people the programme arm needs to detect a difference of two means.

    difference in standard deviations, not 0; ratio: people of the comparison arm for each of the
    programme arm. The number is not rounded, leaves no arm with fewer than 2 people, and stands before
    any design effect, refusal and attrition. Raises ValueError as above, where the difference is 0 or
    the ratio not above 0.

    Source: as `power_of_mean`.

    Example: 393.4057 people in each arm for 0.2 standard deviations.

    >>> round(people_for_mean(0.2), 4)
    393.4057
    """
    _check_power(power, level)
    if not difference or ratio <= 0:
        raise ValueError("A size follows from a difference other than 0 and a ratio above 0")
    least = 2 * max(1.0, 1 / ratio)

    def short(people: float) -> float:
        return power - power_of_mean(difference, people, people * ratio, level=level)

    return least if short(least) <= 0 else _root(short, least, 1e9)


def power_of_share(
    share: float,
    difference: float,
    programme: float,
    comparison: float,
    *,
    level: float = 0.05,
    degrees_of_freedom: float | None = None,
) -> float:
    """Return the chance that a two-sided test finds a difference of two shares.

    share: of the comparison arm; share + difference: of the programme arm; both between 0 and 1.
    programme and comparison as in `power_of_mean`. Normal approximation with the pooled variance
    under no difference; where degrees of freedom are given, with their t distribution. The other
    tail is left out, as in R's power.prop.test.

    Raises ValueError where a share lies outside 0 to 1 or an arm is empty.

    Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, ch. 4.

    Example: R's documentation of power.prop.test: n = 50, 0.50 against 0.75, power 0.740.

    >>> round(power_of_share(0.5, 0.25, 50, 50), 3)
    0.74
    """
    from scipy.stats import norm, t

    other = share + difference
    if not (0 <= share <= 1 and 0 <= other <= 1):
        raise ValueError("Both shares lie between 0 and 1")
    if min(programme, comparison) <= 0:
        raise ValueError("Each arm needs people")
    spread = t(degrees_of_freedom) if degrees_of_freedom is not None else norm()
    pooled = (share * comparison + other * programme) / (programme + comparison)
    without = math.sqrt(pooled * (1 - pooled) * (1 / programme + 1 / comparison))
    with_it = math.sqrt(share * (1 - share) / comparison + other * (1 - other) / programme)
    away = abs(difference) - spread.isf(level / 2) * without
    if with_it == 0:
        return float(away > 0)
    return float(spread.cdf(away / with_it))


def detectable_share(
    share: float,
    programme: float,
    comparison: float,
    *,
    power: float = 0.8,
    level: float = 0.05,
    degrees_of_freedom: float | None = None,
) -> float:
    """Return the minimum detectable effect on a share, as a share (0.05 is five points).

    The direction is the one in which the share has more room (up from below one half). NaN where not
    even the end of that room would be found. Arguments as in `power_of_share`, which raises ValueError
    for the same reasons.

    Source: as `power_of_share`.

    Example: R's documentation of power.prop.test: 76.7 in each arm detect 0.75 against 0.50 with a
    power of 0.90.

    >>> round(detectable_share(0.5, 76.7, 76.7, power=0.9), 3)
    0.25
    """
    _check_power(power, level)
    sign = 1 if share <= 0.5 else -1

    def short(size: float) -> float:
        return power - power_of_share(
            share, sign * size, programme, comparison, level=level, degrees_of_freedom=degrees_of_freedom
        )

    return _root(short, 0.0, max(share, 1 - share))


def intracluster_correlation(values: np.ndarray, clusters: np.ndarray) -> float:
    """Return the intra-cluster correlation by the analysis of variance, from 0 to 1; below 0 it is 0.

    values: one number a person, NaN where missing; clusters: each person's cluster. NaN with fewer
    than two clusters, no cluster of two, or where nothing varies. Raises ValueError where the two
    differ in length.

    Source: Donner and Klar (2000), Design and Analysis of Cluster Randomization Trials, p. 8:
    (MSB - MSW) / (MSB + (m0 - 1) MSW), m0 the average size less its variation.

    Example, by hand: clusters (1, 3) and (5, 7): MSB 16, MSW 2, m0 2: 14 / 18.

    >>> round(intracluster_correlation(np.array([1, 3, 5, 7.0]), np.array([1, 1, 2, 2])), 7)
    0.7777778
    """
    values = np.asarray(values, dtype=float)
    if len(values) != len(clusters):
        raise ValueError("Each value needs its cluster")
    known = ~np.isnan(values)
    names, places = np.unique(np.asarray(clusters)[known], return_inverse=True)
    values = values[known]
    groups, people = len(names), len(values)
    if groups < 2 or people <= groups:
        return math.nan
    sizes = np.bincount(places)
    means = np.bincount(places, values) / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - means[places]) ** 2).sum()) / (people - groups)
    average = (people - float((sizes**2).sum()) / people) / (groups - 1)
    below = between + (average - 1) * within
    return max((between - within) / below, 0.0) if below > 0 else math.nan


def _check_power(power: float, level: float) -> None:
    if not 0 < level < power < 1:
        raise ValueError("The power lies between the level and 1, the level between 0 and the power")


def _root(short: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function of one number is 0; NaN where it is above 0 up to the high end."""
    from scipy.optimize import brentq

    # doubling keeps away from where the noncentral distribution is too far out to be computed
    step = (high - low) / 2**20
    while short(low + step) > 0:
        if low + step >= high:
            return math.nan
        step = min(2 * step, high - low)
    found: Any = brentq(short, low, low + step, xtol=1e-10)
    return float(found)
