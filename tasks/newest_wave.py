"""Which day parts what belongs to the newest wave from what belongs to earlier ones."""

from __future__ import annotations

import pandas as pd


def newest_start(waves: pd.DataFrame, report_date: str) -> str:
    """Return the first day of the newest wave that has begun by the date of the report; '' for the first.

    What was said or agreed before that day belongs to an earlier wave; with a single wave nothing does.
    """
    order = waves[waves["role"] != "pilot"].sort_values("position")["wave"]
    starts = waves.set_index("wave")["starts_on"].reindex(order).dropna()
    begun = [one for one in starts if one <= report_date]
    return begun[-1] if len(begun) > 1 else ""
