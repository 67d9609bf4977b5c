"""How values are spread where no error can be given: quartiles by domain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns

QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}


def quartiles_by_splits(
    frame: pd.DataFrame, values: Sequence[str], splits: Sequence[Sequence[str]] = ((),)
) -> pd.DataFrame:
    """Return the quartiles of columns in each domain, each row counting once.

    One row a split, column and combination of the split's domain columns that occurs with a value: `value`
    (the column's name), the domain columns of all splits (missing where a split does not divide by one), and
    lower_quartile, median and upper_quartile in the column's unit. A column with two values or fewer, such as
    yes and no, is left out: its mean says all. Between two values the quartile is interpolated.

    Raises ValueError where a column is absent or not numeric.

    Source: Hyndman and Fan (1996), American Statistician 50, 361-365, definition 7.

    >>> people = pd.DataFrame({"wage": [1.0, 2.0, 3.0, 4.0, 10.0], "works": [0, 1, 1, 1, 0]})
    >>> quartiles_by_splits(people, ["wage", "works"]).values.tolist()
    [['wage', 2.0, 3.0, 4.0]]
    """
    require_columns(frame, [*values, *(name for split in splits for name in split)])
    parts = []
    for value in values:
        column = numbers(frame, value)
        if len(np.unique(column[~np.isnan(column)])) <= 2:
            continue
        for split in splits:
            parts.append(_quartiles(frame, column, split).assign(value=value))
    if not parts:
        return pd.DataFrame(columns=["value", *QUARTILES])
    found = pd.concat(parts, ignore_index=True)
    domains = [name for name in found if name not in ("value", *QUARTILES)]
    return found[["value", *domains, *QUARTILES]]


def _quartiles(frame: pd.DataFrame, column: np.ndarray, split: Sequence[str]) -> pd.DataFrame:
    known = pd.Series(column, index=frame.index).dropna()
    domains = [frame.loc[known.index, name] for name in split] or [pd.Series(0, index=known.index)]
    within = known.groupby(domains, sort=True)
    table = pd.DataFrame({name: within.quantile(share) for name, share in QUARTILES.items()})
    return table.reset_index()[[*split, *QUARTILES]]
