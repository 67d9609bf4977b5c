"""The same questions asked again: how often the answers differ, and how reliable a measure is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tasks.methods._columns import require_columns

FEWEST_PAIRS = 10


def differs(
    first: pd.Series, again: pd.Series, *, tolerance: float = 0.0, relative: bool = False
) -> pd.Series:
    """Return whether the answer given again differs from the first: boolean, missing where neither was given.

    An answer that was given once only differs. Numbers differ where they are further apart than the
    tolerance: in the unit of the answer, or, if relative, as a share of the first answer. Text is compared
    without regard to capitals and blanks.

    Raises ValueError where the tolerance is negative, or the two are not of the same rows.

    Source: Innovations for Poverty Action, bcstats (Stata), options okrange, lower and trim.

    >>> differs(pd.Series([10.0, 10, None, None]), pd.Series([11.0, 12, 3, None]), tolerance=1).tolist()
    [False, True, True, <NA>]
    """
    if tolerance < 0:
        raise ValueError("The tolerance is below 0")
    if not first.index.equals(again.index):
        raise ValueError("The answers are not of the same rows")
    if pd.api.types.is_numeric_dtype(first) and pd.api.types.is_numeric_dtype(again):
        one, other = first.astype("float64"), again.astype("float64")
        allowed = one.abs() * tolerance if relative else tolerance
        # a hair's breadth more: 1.1 - 1.0 is a little above 0.1 in doubles
        apart = (other - one).abs() > allowed + 1e-9 * one.abs()
    else:
        one, other = (_plain(values) for values in (first, again))
        apart = (one != other).fillna(True).astype(bool)
    result = apart.astype("boolean") | (one.isna() ^ other.isna())
    return result.mask(one.isna() & other.isna())


def _plain(values: pd.Series) -> pd.Series:
    text = values.astype("string").str.casefold().str.split().str.join(" ")
    return text.where(text != "", pd.NA)


def error_rates(pairs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Count the pairs of answers that were compared and that differ, by group.

    pairs: one row a pair, the columns of `by`, and `differs` (boolean; missing where nothing was compared).
    Returns one row a group with a pair that was compared, sorted: the columns of `by`, compared, differ and
    error_rate (0 to 1).

    Raises ValueError where a column is absent.

    Source: Innovations for Poverty Action, bcstats: error rate = differences over comparisons.

    >>> pairs = pd.DataFrame({"variable": list("aab"), "differs": pd.array([True, False, None], "boolean")})
    >>> error_rates(pairs, ["variable"]).values.tolist()
    [['a', 2, 1, 0.5]]
    """
    require_columns(pairs, [*by, "differs"])
    known = pairs[pairs["differs"].notna()]
    groups = known.assign(differs=known["differs"].astype("int64")).groupby(list(by), sort=True)
    counted = groups.agg(compared=("differs", "count"), differ=("differs", "sum")).reset_index()
    counted["error_rate"] = counted["differ"] / counted["compared"]
    return counted


def reliability(first: pd.Series, again: pd.Series, *, fewest: int = FEWEST_PAIRS) -> float:
    """Return the reliability ratio of a measure: 1 where both answers always agree, 0 where they are noise.

    One less the simple response variance (half the mean squared difference) over the mean of the two
    variances. NaN for fewer whole pairs than `fewest`, or where the answers do not vary. It may be below 0.

    Raises ValueError where the two are not of the same rows.

    Source: Hansen, Hurwitz and Bershad (1961), Bulletin of the ISI 38(2), 359-374; Innovations for Poverty
    Action, bcstats, option reliability.

    >>> round(reliability(pd.Series([1.0, 2, 3, 4]), pd.Series([1.0, 2, 3, 6]), fewest=2), 4)
    0.8421
    """
    if not first.index.equals(again.index):
        raise ValueError("The answers are not of the same rows")
    one, other = first.astype("float64"), again.astype("float64")
    whole = one.notna() & other.notna()
    one, other = one[whole], other[whole]
    variance = (np.var(one, ddof=1) + np.var(other, ddof=1)) / 2 if len(one) > 1 else 0.0
    if len(one) < max(fewest, 2) or variance == 0:
        return float("nan")
    return float(1 - ((other - one) ** 2).mean() / 2 / variance)
