"""From a figure to a score of Table 2: cut points of a share, and the level where most stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def level_of_share(count: int, whole: int, cut_points: Sequence[float]) -> int:
    """Return the level of a share: 1 below the first cut point, one more from each of them on.

    cut_points: in percent, each larger than the one before. A share that equals a cut point has reached it.
    Raises ValueError where the whole is not above 0, the count is not within it, or the cut points do not
    rise.

    Source: Nadvi and Barrientos (2004), Table 2 (levels 1 to 5, without cut points); the cut points are a
    convention of psia.

    >>> [level_of_share(count, 100, [20, 40, 60, 80]) for count in (0, 19, 20, 79, 80)]
    [1, 1, 2, 4, 5]
    """
    _check(count, whole)
    if list(cut_points) != sorted(set(cut_points)):
        raise ValueError("The cut points do not rise")
    return 1 + sum(100 * count >= cut * whole for cut in cut_points)


def level_of_majority(counts: Mapping[int, int], percent: float) -> int:
    """Return the highest level at or above which at least so many percent of all stand.

    counts: level -> how many stand there. With 50 percent it is the level of the one in the middle, the
    higher one where two are. Raises ValueError where nobody is counted, a count is below 0 or percent is not
    above 0 and at most 100.

    Source: Nadvi and Barrientos (2004), Table 2 (the levels); that most of a cluster give it its level is a
    convention of psia.

    >>> level_of_majority({1: 30, 3: 30, 5: 40}, 50), level_of_majority({1: 30, 3: 20, 5: 50}, 50)
    (3, 5)
    """
    if not 0 < percent <= 100:
        raise ValueError("The percentage must be above 0 and at most 100")
    whole = sum(counts.values())
    for count in counts.values():
        _check(count, whole)
    reached = [
        level
        for level in counts
        if 100 * sum(count for other, count in counts.items() if other >= level) >= percent * whole
    ]
    return max(reached)


def whole_percent(count: int, whole: int) -> int:
    """Return a share in whole percent, a half rounded up. Raises ValueError as `level_of_share`.

    Source: none needed; integers, so that no binary fraction decides a half.

    >>> whole_percent(1, 8), whole_percent(1, 3)
    (13, 33)
    """
    _check(count, whole)
    return (200 * count + whole) // (2 * whole)


def _check(count: int, whole: int) -> None:
    if whole <= 0 or not 0 <= count <= whole:
        raise ValueError("A count must lie within a whole that is above 0")
