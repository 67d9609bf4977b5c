"""Values far from the others of their group, by median and median absolute deviation."""

from __future__ import annotations

import numpy as np
import pandas as pd

CONSISTENT = 0.6745
"""Makes the median absolute deviation of a normal distribution its standard deviation."""
FAR = 3.5
"""The distance from which on Iglewicz and Hoaglin call a value an outlier."""
FEWEST = 20
"""Fewer values than these say too little of where the others lie."""


def modified_z(values: pd.Series, group: pd.Series | None = None, *, fewest: int = FEWEST) -> pd.Series:
    """Return how far each value lies from the median of its group, in robust standard deviations.

    0.6745 (x - median) / MAD. NaN where a value or its group is missing, where the group has fewer values
    than `fewest`, and where half of them or more are the same: the MAD is 0 then, and says nothing of
    distance.

    Raises ValueError where values and group are not of the same rows.

    Source: Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers, ASQC, pages 11 to 13;
    NIST/SEMATECH, e-Handbook of Statistical Methods, 1.3.5.17.

    >>> modified_z(pd.Series([1.0, 2, 3, 4, 5, 6, 100]), fewest=5).round(2).tolist()
    [-1.01, -0.67, -0.34, 0.0, 0.34, 0.67, 32.38]
    """
    if group is not None and not values.index.equals(group.index):
        raise ValueError("The values and their groups are not of the same rows")
    numbers = values.astype("float64")
    if group is None:
        from_median = numbers - numbers.median()
        spread = from_median.abs().median()
        enough = numbers.count() >= fewest and spread > 0
        return CONSISTENT * from_median / (spread if enough else np.nan)
    by = numbers.groupby(group)
    from_median = numbers - by.transform("median")
    spread = from_median.abs().groupby(group).transform("median")
    enough = by.transform("count") >= fewest
    return (CONSISTENT * from_median / spread.where(spread > 0)).where(enough)


def usual_scale(values: pd.Series) -> str:
    """Return on which scale the values lie more evenly about their median: 'log' or 'linear'.

    It is the log where all values are 0 or more, those above 0 are skewed to the right, and their logs are
    less skewed. Skew is Kelly's coefficient, from the median and the 10th and 90th percentile, which outliers
    do not move. Amounts of money mostly want the log: else the well-off are outliers.

    Raises ValueError where a value is infinite.

    Source: Kelley (1921), Journal of Educational Research 4(1), 75-80; Groeneveld and Meeden (1984), The
    Statistician 33(4), 391-399, equation 3 with u = 0.1.

    >>> usual_scale(pd.Series([1.0, 2, 4, 8, 16, 32, 64])), usual_scale(pd.Series([1.0, 2, 3, 4, 5]))
    ('log', 'linear')
    """
    known = values.dropna().astype("float64")
    if np.isinf(known).any():
        raise ValueError("A value is infinite")
    above = known[known > 0]
    if not len(above) or (known < 0).any():
        return "linear"
    skew = _kelly(above)
    return "log" if skew > 0 and abs(_kelly(np.log(above))) < skew else "linear"


def _kelly(values: pd.Series | np.ndarray) -> float:
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
    return float((high + low - 2 * middle) / (high - low)) if high > low else 0.0


def distances(values: pd.Series, group: pd.Series | None = None, *, fewest: int = FEWEST) -> pd.Series:
    """Return the modified z of each value within its group, on the scale that suits the values.

    On the log scale a value of 0 has no place and gives NaN. Where a group has fewer values than `fewest`
    (or a row has none), the values of all groups together are the measure.

    Raises ValueError where a value is infinite, or values and group are not of the same rows.

    Source: Iglewicz and Hoaglin (1993), as `modified_z`.

    >>> amounts = pd.Series([100.0, 200, 400, 800, 1600, 3200, 6400, 64e6])
    >>> distances(amounts, fewest=5).abs().gt(3.5).tolist()[-2:]
    [False, True]
    """
    numbers = values.astype("float64")
    if usual_scale(numbers) == "log":
        numbers = pd.Series(np.log(numbers.where(numbers > 0)), index=values.index)
    overall = modified_z(numbers, fewest=fewest)
    if group is None:
        return overall
    enough = numbers.groupby(group).transform("count") >= fewest
    return modified_z(numbers, group, fewest=fewest).where(enough, overall)
