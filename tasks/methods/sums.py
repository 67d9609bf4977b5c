"""What published means and counts give away of a mean that is withheld: a mean times its count is a sum."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tasks.methods.suppression import P_PERCENT, Relation

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
    from scipy.optimize import linprog

    rows = [row for row, one in enumerate(relations) for _ in one.cells]
    columns = [cell for one in relations for cell in one.cells]
    signs = [sign for one in relations for sign in (-1.0, *[1.0] * len(one.parts))]
    equal = sparse.csr_array((signs, (rows, columns)), shape=(len(relations), len(cells)))
    found = []
    for cell in wanted:
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(cells))
            aim[cell] = sign
            done = linprog(aim, A_eq=equal, b_eq=np.array(gaps), bounds=cells, method="highs")
            if done.status == 2:
                raise ValueError("No sums fit what is known")
            ends.append(sign * float(done.fun) if done.status == 0 else -sign * float("inf"))
        found.append((ends[0], ends[1]))
    return tuple(found)


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
