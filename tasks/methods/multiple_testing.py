"""P-values of several tests of one family, adjusted for how many there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ADJUSTMENTS = ("holm", "benjamini_hochberg")


def adjust(p_values: Sequence[float], method: str) -> np.ndarray:
    """Return the adjusted p-value of each test, in the order given; NaN stays NaN and is not counted.

    - "holm": the chance that any true hypothesis of the family is rejected (family-wise error) stays below
      the level; steps down from the smallest. It holds however the tests hang together.
    - "benjamini_hochberg": the expected share of true hypotheses among those rejected (false discovery
      rate) stays below the level; it holds for independent and for positively dependent tests.

    A test is rejected at a level where its adjusted p-value is at most that level. Raises ValueError where
    the method is another word or a p-value is not between 0 and 1.

    Sources: Holm (1979), Scandinavian J. Statistics 6, 65-70; Benjamini and Hochberg (1995), J. Royal
    Statistical Society B 57, 289-300, whose 15 tests (section 3.2) are the example: at 5 %, Holm rejects
    three, as Bonferroni does, and their procedure four.

    >>> fifteen = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    ...            0.5719, 0.6528, 0.7590, 1.0]
    >>> [int((adjust(fifteen, method) <= 0.05).sum()) for method in ADJUSTMENTS]
    [3, 4]
    """
    if method not in ADJUSTMENTS:
        raise ValueError(f"'{method}' is no adjustment; known are {', '.join(ADJUSTMENTS)}")
    given = np.asarray(p_values, dtype=float)
    known = given[~np.isnan(given)]
    if ((known < 0) | (known > 1)).any():
        raise ValueError("A p-value lies between 0 and 1")
    out = np.full(given.shape, np.nan)
    if len(known):
        out[~np.isnan(given)] = _holm(known) if method == "holm" else _benjamini_hochberg(known)
    return out


def _holm(p_values: np.ndarray) -> np.ndarray:
    order = np.argsort(p_values, kind="stable")
    left = np.arange(len(p_values), 0, -1)  # how many hypotheses are still open at each step
    stepped = np.minimum(np.maximum.accumulate(p_values[order] * left), 1)
    out = np.empty_like(stepped)
    out[order] = stepped
    return out


def _benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    from scipy import stats

    return np.asarray(stats.false_discovery_control(p_values, method="bh"), dtype=float)
