"""Do those who score agree? Krippendorff's alpha, for any number of raters and with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tasks.methods._columns import codes, complete_codes, numbers, require_columns

LEVELS = ("nominal", "ordinal", "interval", "ratio")
RELIABLE, TENTATIVE = 0.800, 0.667


def krippendorff_alpha(ratings: pd.DataFrame, level: str) -> float:
    """Return Krippendorff's alpha: 1 perfect agreement, 0 that of chance, below 0 disagreement by system.

    `ratings` is long: unit, rater and value, a finite number; a missing value is no rating. Only units
    that two raters have rated can be compared. level is how values differ: nominal (alike or not), ordinal
    (by the ranks that lie between them), interval (by their difference) or ratio (by their difference over
    their sum; no value below 0).

    NaN, "cannot be said", where no unit has two ratings or all ratings of such units are the same: without
    variation there is nothing to agree on. Raises ValueError where a column is absent, a value is no finite
    number, a unit or rater is missing, a rater rates a unit twice, the level is unknown, or a value is below
    0 at the ratio level.

    Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability (any metric, any number of
    observers, missing data: coincidences and metric differences); Krippendorff (2004), Content Analysis, 2nd
    edition, chapter 11.

    Example: the raters agree on two units of three.

    >>> krippendorff_alpha(pd.DataFrame({
    ...     "unit": [1, 2, 3, 1, 2, 3], "rater": list("aaabbb"), "value": [1, 2, 3, 1, 2, 4],
    ... }), "nominal").__round__(4)
    0.6154
    """
    if level not in LEVELS:
        raise ValueError(f"'{level}' is no level of measurement; known are {', '.join(LEVELS)}")
    require_columns(ratings, ("unit", "rater", "value"))
    given = pd.DataFrame(
        {
            "unit": complete_codes(ratings, "unit"),
            "rater": complete_codes(ratings, "rater"),
            "value": numbers(ratings, "value"),
        }
    ).dropna()
    if given.duplicated(["unit", "rater"]).any():
        raise ValueError("A rater has rated a unit more than once")
    values = np.unique(given["value"])
    if level == "ratio" and (values < 0).any():
        raise ValueError("A value below 0 has no ratio")
    together = _coincidences(given, values)
    each = together.sum(axis=1)
    pairable = each.sum()
    unlike = _difference(values, each, level)
    by_chance = float(each @ unlike @ each)
    if not by_chance > 0:
        return float("nan")
    return float(1 - (pairable - 1) * (together * unlike).sum() / by_chance)


def alpha_verdict(alpha: float) -> str:
    """Return what an alpha allows: reliable from 0.800, tentative from 0.667, unreliable below.

    "cannot be said" where alpha is NaN. Raises ValueError where alpha is above 1, which none can be.

    Source: Krippendorff (2004), Content Analysis, 2nd edition, page 241.

    >>> alpha_verdict(0.8), alpha_verdict(0.7), alpha_verdict(0.2), alpha_verdict(float("nan"))
    ('reliable', 'tentative', 'unreliable', 'cannot be said')
    """
    if alpha > 1:
        raise ValueError(f"An alpha of {alpha} is above 1")
    if np.isnan(alpha):
        return "cannot be said"
    return "reliable" if alpha >= RELIABLE else "tentative" if alpha >= TENTATIVE else "unreliable"


def _coincidences(given: pd.DataFrame, values: np.ndarray) -> np.ndarray:
    """Return value by value how often two raters gave them to one unit; a unit's m ratings weigh m."""
    counts = np.zeros((int(given["unit"].max()) + 1 if len(given) else 0, len(values)))
    np.add.at(counts, (given["unit"].to_numpy(), codes(given["value"])), 1)
    ratings = counts.sum(axis=1)
    counts, ratings = counts[ratings > 1], ratings[ratings > 1]
    pairs = np.einsum("uc,uk,u->ck", counts, counts, 1 / (ratings - 1))
    return pairs - np.diag(np.einsum("uc,u->c", counts, 1 / (ratings - 1)))


def _difference(values: np.ndarray, each: np.ndarray, level: str) -> np.ndarray:
    """Return the squared difference of every two values; each: how often a value stands in a pair."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":
        rank = np.cumsum(each) - each / 2
        return (rank[:, None] - rank) ** 2
    apart = values[:, None] - values
    if level == "interval":
        return apart**2
    total = values[:, None] + values
    return np.divide(apart, total, out=np.zeros_like(apart), where=total > 0) ** 2
