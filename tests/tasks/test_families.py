"""Whether a figure holds once its family of tests is counted."""

from __future__ import annotations

import pandas as pd

from tasks.families import after_adjustment


def test_what_the_adjusted_p_value_does_not_carry_is_marked() -> None:
    told = after_adjustment(pd.Series([0.049, 0.05, None]))
    assert told.tolist()[:2] == ["holds", "does not hold"]
    assert pd.isna(told[2])
