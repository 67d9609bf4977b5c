from __future__ import annotations

import pandas as pd
import pytest

from schemas.base import conform, empty
from schemas.poverty import PovertyLines
from tasks.prices import have_moved, price_ratios


def lines(**prices: float | None) -> pd.DataFrame:
    rows = [
        {"specification": "p", "area": "all", "wave": wave, "price_index": price}
        for wave, price in prices.items()
    ]
    return conform(pd.DataFrame(rows), PovertyLines)


def test_prices_are_those_then_over_those_before():
    assert price_ratios(lines(a=100, b=111), "a", "b") == pytest.approx([1.11])
    assert price_ratios(lines(a=None, b=111), "a", "b") == pytest.approx([1.11])
    assert have_moved(lines(a=100, b=111), "a", "b")


@pytest.mark.parametrize("told", [lines(all=150), lines(a=100, b=100), empty(PovertyLines)])
def test_what_holds_for_every_wave_does_not_move(told):
    assert not have_moved(told, "a", "b")
