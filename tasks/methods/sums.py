"""What published means and counts give away of a mean that is withheld: a mean times its count is a sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from tasks.methods.suppression import LONGEST_SECONDS, P_PERCENT, UNBOUNDED, Relation, extremes

ALIKE = 0.05


def mean_bounds(
    counts: Sequence[int],
    low: Sequence[float],
    high: Sequence[float],
    relations: Sequence[Relation],
    gaps: Sequence[float],
    wanted: Sequence[int],
) -> list[tuple[float, float]]:
    """Return the least and the most that each wanted mean can be, given what is known of all sums.

    counts: people behind each cell. low, high: what is known of each cell's sum (mean times people), infinite
    where nothing. gaps: for each relation the sum of the parts less the whole: 0 but for weights, by which a
    mean of all is not that of its parts by their numbers. One pair a wanted cell, in the means' unit, by
    linear programming. Raises ValueError where no sums fit what is known.

    Source: Hundepool et al. (2012), chapter 4, the intruder's problem, for magnitudes; solved by HiGHS. The
    example is by hand: 20 people have 3 on average, 8 of them 2, so the other 12 have (60 - 16) / 12.

    >>> row, known = [Relation(0, (1, 2))], [60.0, 16.0, 0.0]
    >>> mean_bounds([20, 8, 12], known, [60.0, 16.0, float("inf")], row, [0.0], [2])
    [(3.6666667, 3.6666667)]
    """
    cells = tuple((float(least), float(most)) for least, most in zip(low, high, strict=True))
    found = _sums(cells, tuple(relations), tuple(map(float, gaps)), tuple(wanted))
    return [
        (round(least / counts[cell], 7), round(most / counts[cell], 7))
        for cell, (least, most) in zip(wanted, found, strict=True)
    ]


@lru_cache(maxsize=4096)
def _sums(
    cells: tuple[tuple[float, float], ...],
    relations: tuple[Relation, ...],
    gaps: tuple[float, ...],
    wanted: tuple[int, ...],
) -> tuple[tuple[float, float], ...]:
    from scipy import sparse

    rows = [row for row, one in enumerate(relations) for _ in one.cells]
    columns = [cell for one in relations for cell in one.cells]
    signs = [sign for one in relations for sign in (-1.0, *[1.0] * len(one.parts))]
    equal = sparse.csr_array((signs, (rows, columns)), shape=(len(relations), len(cells)))
    system = {"A_eq": equal, "b_eq": np.array(gaps), "bounds": cells}
    return tuple(extremes(cell, system) for cell in wanted)


def tells_a_mean(low: float, high: float, mean: float, people: int, *, share: bool) -> bool:
    """Return whether the least and the most that a mean can be tell too much of it.

    Of a share: that nearly nobody or nearly everybody is of it (below 5, above 95 %), or how many are, to the
    person. Of anything else: the mean to within 10 % of itself, as in the p% rule. mean: as it is.

    Raises ValueError where the least is above the most.

    Source: Hundepool et al. (2012), chapter 4 (p% rule) and chapter 5 (group disclosure); own limits.

    >>> tells_a_mean(0.0, 0.04, 0.02, 50, share=True), tells_a_mean(0.0, 0.2, 0.02, 50, share=True)
    (True, False)
    >>> tells_a_mean(950, 1049, 1000, 50, share=False), tells_a_mean(0, 3000, 1000, 50, share=False)
    (True, False)
    """
    if low > high + 1e-6:
        raise ValueError("The least is above the most")
    if share:
        return high < ALIKE or low > 1 - ALIKE or (high - low) * people < 1
    return high - low <= 2 * P_PERCENT / 100 * abs(mean) + 1e-6


class Unsolved(Exception):
    """A program was not solved: what it would tell is not known."""


def combination_bounds(
    known: Sequence[tuple[Mapping[int, float], float, float]],
    low: Sequence[float],
    high: Sequence[float],
    aim: Mapping[int, float],
    *,
    whole: bool = False,
) -> tuple[float, float] | None:
    """Return the least and the most that a linear combination of sums can be, None where no sums fit.

    known: combinations (sum by position -> its coefficient) with the least and the most that they are. low,
    high: the same of each sum alone. whole: the sums are counts. In the sums' unit; both infinite where
    it is not bounded on both sides. By linear programming, of counts by integer programming. Raises
    ValueError where a least is above its most, Unsolved where the program finds no end in LONGEST_SECONDS.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4, the intruder's problem;
    solved by HiGHS. The example is by hand: 11 people have 33, ten of them 29 to 30.

    >>> combination_bounds([({0: 1}, 33, 33), ({1: 1}, 29, 30)], [0, 0], [99, 99], {0: 1, 1: -1})
    (3.0, 4.0)
    """
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    size = len(low)
    if any(least > most for _, least, most in known):
        raise ValueError("The least is above the most")
    rows = [row for row, (held, _, _) in enumerate(known) for _ in held]
    columns = [at for held, _, _ in known for at in held]
    times = [float(one) for held, _, _ in known for one in held.values()]
    matrix = sparse.csr_array((times, (rows, columns)), shape=(len(known), size))
    # figures come from sums of binary fractions: what is known is a little less than it looks
    slack = 1e-9 * np.array([max(1.0, *(abs(one) for one in ends if np.isfinite(one))) for _, *ends in known])
    least: Any = np.array([one for _, one, _ in known]) - slack
    most: Any = np.array([one for _, _, one in known]) + slack
    smallest: Any = np.array(low)
    largest: Any = np.array(high)
    wanted = np.zeros(size)
    for at, one in aim.items():
        wanted[at] = one
    ends = []
    for sign in (1.0, -1.0):
        done = milp(
            sign * wanted,
            constraints=LinearConstraint(matrix, least, most) if known else None,
            bounds=Bounds(smallest, largest),
            integrality=np.full(size, int(whole)),
            options={"time_limit": LONGEST_SECONDS},
        )
        if done.status == 2:
            return None
        if done.status == UNBOUNDED:
            return -float("inf"), float("inf")
        if done.status:
            raise Unsolved(done.message)
        ends.append(round(sign * float(done.fun), 6))
    return ends[0], ends[1]


def tells_a_sum(low: float, high: float, *, to_the_person: bool) -> bool:
    """Return whether the least and the most that a sum of few people can be tell too much of it.

    Of yes and no (`to_the_person`): how many say yes, to the person. Of anything else: the sum to within 10 %
    of itself, as in the p% rule. Raises ValueError where the least is above the most.

    Source: Hundepool et al. (2012), chapter 4 (p% rule); own limits.

    >>> tells_a_sum(950, 1049, to_the_person=False), tells_a_sum(0, 3000, to_the_person=False)
    (True, False)
    >>> tells_a_sum(1.0, 1.0, to_the_person=True), tells_a_sum(0.0, 1.0, to_the_person=True)
    (True, False)
    """
    if low > high + 1e-4:
        raise ValueError("The least is above the most")
    if to_the_person:
        return high - low < 1 - 1e-4
    return high - low <= 2 * P_PERCENT / 100 * max(abs(low), abs(high)) + 1e-6


def figure_range(
    estimate: tuple[float, float],
    ends: tuple[tuple[float, float], tuple[float, float]] | None = None,
    error: tuple[float, float] | None = None,
    p_value: tuple[float, float] | None = None,
    freedom: float | None = None,
) -> tuple[float, float]:
    """Return what an estimate can be, by its own digits and those of what is told with it.

    Each of them is what it can be itself: estimate; ends, of the 95 % interval, which is symmetric; error,
    the standard error; p_value, two-sided. freedom: degrees of freedom, None where they are not told. The
    interval's middle is the estimate, its ends are so many errors away, and the p-value tells how many errors
    the estimate is from 0. In the estimate's unit. Raises ValueError where the least that an estimate can be
    is above the most.

    Source: Student's t; the example is by hand: 10 to 20 is around 15, though 14 to 17 is told.

    >>> figure_range((14.0, 17.0), ((9.5, 10.5), (19.5, 20.5)))
    (14.5, 15.5)
    """
    from scipy.stats import norm
    from scipy.stats import t as student

    if estimate[0] > estimate[1]:
        raise ValueError("The least is above the most")
    ranges = [estimate]
    if ends:
        (low, low_most), (high_least, high) = ends
        ranges.append(((low + high_least) / 2, (low_most + high) / 2))
        half = max(high_least - low_most, 0.0) / 2, (high - low) / 2
        laws = [student(freedom)] if freedom else [student(10), norm]
        if error and freedom:
            away = [laws[0].isf(0.025) * one for one in error]
            ranges += [(low + away[0], low_most + away[1]), (high_least - away[1], high - away[0])]
            half = max(half[0], away[0]), min(half[1], away[1])
        if p_value:
            most, least = (
                [law.isf(min(max(one, 0.0), 1.0) / 2) / law.isf(0.025) for law in laws] for one in p_value
            )
            near, far = min(least) * half[0], max(most) * half[1]
            middle = sum(estimate) / 2
            ranges.append((near, far) if middle > 0 else (-far, -near) if middle < 0 else (-far, far))
    low, high = max(one[0] for one in ranges), min(one[1] for one in ranges)
    return (low, high) if low <= high else estimate  # an interval of another kind, such as a bounded one
