"""Which means of independent samples are told apart, and which ranks that leaves each of them."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from tasks.methods.multiple_testing import adjust

LEVEL = 0.05
"""The chance that any pair of a list is told apart that is not."""
_OF_AN_END = NormalDist().inv_cdf(0.975)
"""How many standard errors lie between a mean and an end of its 95 % interval."""


def larger(means: ArrayLike, lows: ArrayLike, highs: ArrayLike) -> np.ndarray:
    """Return which mean is told to be larger than which: a square of booleans, row larger than column.

    means, with the ends of their 95 % intervals, are in one unit and of independent samples. The interval of
    a difference is made from those of the two means: the larger mean's distance to its lower end and the
    smaller one's to its upper end, added as squares, are the squared distance of the difference to its own
    lower end. That distance is taken as 1.96 standard errors, which gives a two-sided p-value; the p-values
    of all pairs are adjusted by Holm, so that the chance of any wrong order in the list is at most 5 %. Two
    equal means are never told apart. Raises ValueError where a figure is missing or a mean lies outside its
    interval.

    Sources: Goldstein and Healy (1995), J. Royal Statistical Society A 158, 175-177 (comparison of means in
    pairs); Zou and Donner (2008), Statistics in Medicine 27, 1693-1702 (interval of a difference from those
    of its parts); Holm (1979), Scandinavian J. Statistics 6, 65-70.

    >>> larger([10, 5, 4.5], [9, 4, 3.5], [11, 6, 5.5]).tolist()
    [[False, True, True], [False, False, False], [False, False, False]]
    """
    middle, low, high = (np.asarray(one, dtype=float) for one in (means, lows, highs))
    if not ((low <= middle) & (middle <= high)).all():
        raise ValueError("A mean lies between the ends of its interval, and none of the three is missing")
    first, second = np.triu_indices(len(middle), 1)
    above = np.where(middle[first] >= middle[second], first, second)
    below = first + second - above
    difference = middle[above] - middle[below]
    error = np.hypot(middle[above] - low[above], high[below] - middle[below]) / _OF_AN_END
    told = np.zeros((len(middle), len(middle)), dtype=bool)
    told[above, below] = (difference > 0) & (adjust(list(_two_sided(difference, error)), "holm") <= LEVEL)
    return told


def rank_range(above: int, below: int, ranked: int) -> tuple[int, int]:
    """Return the first and the last rank that one of `ranked` may have, 1 the highest.

    above: how many are told to stand above it; below: how many below. The first rank is one more than the
    former, the last leaves room for the latter. Those with the same two are tied. Raises ValueError where
    more are told apart from it than there are others.

    Source: Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91, 476-518 (confidence
    sets for ranks): where the chance of any wrong pair is at most 5 %, all ranges together hold the true
    ranks with at least 95 %.

    >>> rank_range(1, 3, 7)
    (2, 4)
    """
    if above + below >= ranked:
        raise ValueError("One cannot be told apart from more than there are")
    return above + 1, ranked - below


def _two_sided(difference: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return the p-values of differences at or above 0; without any error one is certain, unless it is 0."""
    from scipy import special

    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.where(difference > 0, difference / error, 0.0)
    return special.erfc(sizes / np.sqrt(2))
