"""A portfolio: portfolio.toml, and the tables that compare its clusters. They are made of released tables."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError

from schemas.assessment import Part
from schemas.base import Contract, Flag, Number, Text, Whole, number, table, text
from schemas.faults import Fault, Refused
from schemas.toml import read_toml


class PortfolioPlan(Part):
    """The whole of portfolio.toml, which may be left out: title of the page, seed and number of draws."""

    title: str = "Clusters compared by Table 2"
    seed: int = Field(default=20041204, ge=0)
    draws: int = Field(default=10_000, ge=1_000, le=100_000)


def read_portfolio(path: Path) -> PortfolioPlan:
    """Return what portfolio.toml says, or the usual values where there is none. Raises Refused."""
    if not path.is_file():
        return PortfolioPlan()
    try:
        return PortfolioPlan.model_validate(read_toml(path, path.name))
    except ValidationError as error:
        known = f"The keys are: {', '.join(PortfolioPlan.model_fields)}"
        raise Refused(
            Fault(
                path.name,
                column=".".join(map(str, one["loc"])),
                rule="is not a key of the portfolio" if one["type"] == "extra_forbidden" else one["msg"],
                remedy=known if one["type"] == "extra_forbidden" else "Correct the value",
            )
            for one in error.errors()
        ) from None


@table("portfolio.cluster_priorities", grain="one row an assessment", key=("assessment",))
class PortfolioPriorities(Contract):
    assessment: Text = text("short name of the assessment")
    cluster: Text = text("name of the cluster")
    rank: Number = number("median rank over the draws, 1 highest; ties share theirs", missing=True, ge=1)
    rank_low: Number = number("5th percentile of the rank", missing=True, ge=1)
    rank_high: Number = number("95th percentile of the rank", missing=True, ge=1)
    told_above: Whole = number("clusters above which it stands in 95 % of the draws or more", ge=0)
    told_below: Whole = number("clusters below which it stands in 95 % of the draws or more", ge=0)
    score: Number = number("mean of the scored characteristics, 1 to 5", missing=True, ge=1, le=5)
    scored: Whole = number("characteristics that have a score", ge=0)
    unscored: Whole = number("characteristics left open", ge=0)
    score_middle: Number = number(
        "median of the weighted mean, weights and open characteristics drawn", missing=True, ge=1, le=5
    )
    score_low_90: Number = number("its 5th percentile", missing=True, ge=1, le=5)
    score_high_90: Number = number("its 95th percentile", missing=True, ge=1, le=5)
    nodes: Whole = number("actors of the map", ge=0)
    nodes_vulnerable: Whole = number("actors that are vulnerable to poverty", ge=0)
    nodes_likely: Whole = number("actors that are likely poor", ge=0)
    nodes_unknown: Whole = number("actors of which too little is known", ge=0)


@table("portfolio.cluster_pairs", grain="one row a pair of assessments", key=("above", "below"))
class PortfolioPairs(Contract):
    above: Text = text("assessment that stands above the other in half of the draws or more")
    below: Text = text("the other assessment")
    share_above: Number = number("share of draws in which it does, a tie counted half", ge=0.5, le=1)
    told_apart: Flag = number("whether that share is 0.95 or more")
