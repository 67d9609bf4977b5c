"""What the plan knows of prices, and how they moved between waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from schemas.assessment import Poverty, Specification
from schemas.base import empty
from schemas.poverty import PovertyLines
from schemas.vocabulary import ALL, AT_BASE_PRICES, AT_PRICES_OF_NOW, OF_THE_DAY
from tasks.disclosure import about_people
from tasks.poverty_inputs import areas, line_in_force

UNKNOWN_THEN = (
    "Amounts are in money of the day: what prices were then is not known, and a gain may be one of prices."
)
MADE_ALIKE = "Amounts are at base prices"
"""How the sentence begins that limits no finding; whole it stands below, as translators need it."""
RISING_APART = (
    "Amounts are in money of the day, not put at base prices: where the arms did not stand alike before,"
    " prices that rise move them apart by themselves."
)


@dataclass(frozen=True)
class Prices:
    """What the plan knows of prices.

    lines: design/poverty_lines. levels: of each [[poverty]] of which an index is known, in the order of the
    plan, the prices of each row of the interviews over base prices; missing where the area is.
    """

    lines: pd.DataFrame = field(default_factory=lambda: empty(PovertyLines))
    levels: Mapping[str, pd.Series] = field(default_factory=dict)

    def named(self, one: Specification) -> str:
        """Return the [[poverty]] whose index puts a specification's money at base prices, or nothing.

        It is the one that the specification names, else the first. The prices of what is recalled have none.
        """
        if one.estimator == "recall" or one.prices == "none":
            return ""
        return one.prices if one.prices in self.levels else next(iter(self.levels), "")

    def of(self, one: Specification, values: pd.Series) -> pd.Series:
        """Return amounts as a specification compares them: at base prices where it has an index."""
        name = self.named(one)
        return values / self.levels[name].reindex(values.index) if name else values

    def told(self, one: Specification) -> str:
        """Return at which prices a specification's money is."""
        if one.estimator == "recall" and one.prices_before:
            return AT_PRICES_OF_NOW
        return AT_BASE_PRICES if self.named(one) else OF_THE_DAY

    def limits(self, one: Specification, rows: pd.DataFrame, *, over_time: bool) -> list[str]:
        """Return what a reader has to know of the prices of an estimate of money, a sentence each."""
        name = self.named(one)
        if one.estimator == "recall":
            if not one.prices_before:
                return [UNKNOWN_THEN]
            return [
                "What is recalled is put at the prices of the interview: the plan says that prices then were"
                f" {one.prices_before:g} % of them."
            ]
        if not name:
            return [RISING_APART] if over_time else []
        told = [f"Amounts are at base prices, by the price index of '{name}'."]
        without = rows.loc[self.levels[name].reindex(rows.index).isna(), "respondent"].nunique()
        if without:
            told.append(f"{about_people(without)} without an area, whose prices are not known, are left out.")
        return told


def prices_of(poverty: Sequence[Poverty], lines: pd.DataFrame, responses: pd.DataFrame) -> Prices:
    """Return what the plan knows of prices, for the rows of the interviews."""
    levels = {}
    for one in poverty:
        own = lines[lines["specification"] == one.name]
        if own["price_index"].notna().any() and len(responses):
            levels[one.name] = _levels(own, areas(one, responses), responses["wave"])
    return Prices(lines, levels)


def _levels(lines: pd.DataFrame, area: pd.Series, waves: pd.Series) -> pd.Series:
    """Return prices over base prices, by area and wave; an empty index is that of base prices."""
    out = pd.Series(float("nan"), index=area.index, dtype="float64")
    for wave in waves.dropna().unique():
        here = area[waves == wave].dropna()
        each = pd.Series(here.unique(), dtype="string")
        index = line_in_force(lines, each, str(wave))["price_index"].fillna(100.0) / 100
        out[here.index] = here.map(dict(zip(each, index, strict=True))).astype("float64")
    return out


def price_ratios(lines: pd.DataFrame, before: str, later: str) -> list[float]:
    """Return prices in a later wave over those before, one a specification and area that tells of them.

    before: a wave, or nothing for base prices.
    """
    known = lines.dropna(subset=["price_index"])
    prices = known.pivot(index=["specification", "area"], columns="wave", values="price_index")
    prices = prices.reindex(columns=[before, later, ALL])
    told = prices[[before, later]].notna().any(axis=1)
    if before:
        prices[before] = prices[before].fillna(prices[ALL])
    prices[later] = prices[later].fillna(prices[ALL])
    prices = prices.fillna(100)  # an empty index is that of base prices
    return [float(ratio) for ratio in (prices[later] / prices[before])[told]]


def have_moved(lines: pd.DataFrame, before: str, later: str) -> bool:
    """Return whether the plan knows that prices moved."""
    return any(ratio != 1 for ratio in price_ratios(lines, before, later))
