"""What the plan knows of prices, and how they moved between waves."""

from __future__ import annotations

import pandas as pd


def price_ratios(lines: pd.DataFrame, before: str, later: str) -> list[float]:
    """Return prices in a later wave over those before, one a specification and area that tells of them."""
    known = lines.dropna(subset=["price_index"])
    prices = known.pivot(index=["specification", "area"], columns="wave", values="price_index")
    prices = prices.reindex(columns=[before, later])
    told = prices.notna().any(axis=1)
    prices = prices.fillna(100)  # an empty index is that of base prices
    return [float(ratio) for ratio in (prices[later] / prices[before])[told]]


def have_moved(lines: pd.DataFrame, before: str, later: str) -> bool:
    """Return whether the plan knows that prices moved."""
    return any(ratio != 1 for ratio in price_ratios(lines, before, later))
