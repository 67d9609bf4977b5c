"""What the methods share: reading columns safely, and intervals by Student's t."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

NOT_A_SHARE = 1e-12
"""As near to 0 or 1 as a share is 0 or 1 but for its last binary digits."""


def require_columns(frame: pd.DataFrame, names: Iterable[str | None]) -> None:
    """Raise ValueError where a column is not in the frame; None stands for no column."""
    absent = sorted({str(name) for name in names if name is not None and name not in frame})
    if absent:
        listed = ", ".join(f"'{name}'" for name in absent)
        raise ValueError(f"The table has no column {listed}")


def numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Return a column as float64 with NaN for missing; ValueError where it is no finite number."""
    column = frame[name]
    try:
        values = pd.to_numeric(column).astype("Float64").to_numpy("float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise ValueError(f"The column '{name}' must hold numbers") from None
    if np.isinf(values).any():
        raise ValueError(f"The column '{name}' holds an infinite number")
    return values


def codes(column: pd.Series) -> np.ndarray:
    """Return the place of each value among the sorted distinct values, -1 where it is missing."""
    try:
        found, _ = pd.factorize(column, sort=True)
    except TypeError:  # numbers and words side by side have no order of their own
        found, _ = pd.factorize(column.astype("string"), sort=True)
    return np.asarray(found, dtype=np.int64)


def complete_codes(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Return `codes` of a column that may have no gaps; ValueError where it has."""
    found = codes(frame[name])
    if (found < 0).any():
        raise ValueError(f"The column '{name}' has rows without an entry")
    return found


def joint_codes(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return one code for each combination of the codes, in their order; -1 where one is -1."""
    joint = np.zeros(len(parts[0]), dtype=np.int64)
    outside = np.zeros(len(parts[0]), dtype=bool)
    for part in parts:
        joint = joint * (int(part.max(initial=0)) + 1) + np.maximum(part, 0)
        # Counting anew after each column keeps the product of many columns within 64 bits.
        joint = np.unique(joint, return_inverse=True)[1].astype(np.int64)
        outside |= part < 0
    return np.where(outside, -1, joint)


def check_level(level: float) -> None:
    """Raise ValueError where a confidence level is not between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError("The confidence level must lie between 0 and 1")


def student_interval(
    estimate: np.ndarray, error: np.ndarray, freedom: np.ndarray, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the two ends of the interval by Student's t; NaN where an error or freedom is NaN."""
    from scipy import stats

    freedom = np.where(freedom >= 1, freedom, np.nan)
    reach = stats.t.ppf((1 + level) / 2, freedom) * error
    return estimate - reach, estimate + reach


def share_interval(
    share: np.ndarray, error: np.ndarray, freedom: np.ndarray, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the interval of a share, by Student's t on the scale of log odds.

    They lie between 0 and 1. NaN where an error or freedom is NaN, and for shares of 0 and 1.
    """
    from scipy import special

    within = (share > NOT_A_SHARE) & (share < 1 - NOT_A_SHARE)
    middle = np.where(within, share, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = student_interval(special.logit(middle), error / (middle * (1 - middle)), freedom, level)
    return special.expit(ends[0]), special.expit(ends[1])


def two_sided(statistic: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    """Return the two-sided p-value of each statistic by Student's t."""
    from scipy import stats

    return 2 * stats.t.sf(np.abs(statistic), freedom)
