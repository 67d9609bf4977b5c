"""A portfolio: portfolio.toml, and the tables that compare its clusters. They are made of released tables."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError

from schemas import slips
from schemas.assessment import Part
from schemas.base import Contract, Flag, Number, Text, Whole, choice, day, number, table, text
from schemas.faults import Fault, Refused
from schemas.toml import read_toml
from schemas.vocabulary import BETTER, CLAIMS, DIRECTIONS, LEVELS, MONEY_TOLD, STATUSES


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
            Fault(path.name, "", 0, ".".join(map(str, one["loc"])), *told)
            for one in error.errors()
            for told in [
                ("is not a key of the portfolio", known)
                if one["type"] == "extra_forbidden"
                else slips.in_words(one)
            ]
        ) from None


@table("portfolio.clusters", grain="one row an assessment", key=("assessment",))
class PortfolioClusters(Contract):
    assessment: Text = text("short name of the assessment")
    cluster: Text = text("name of the cluster")
    title: Text = text("title of the report")
    country: Text = text("country")
    sector: Text = text("sector")
    status: Text = choice(STATUSES, "released: signed and kept as a release; else a draft")
    data_date: Text = day("date of the report")
    latitude: Number = number("degrees, to a tenth; north above nought", missing=True, ge=-90, le=90)
    longitude: Number = number("degrees, to a tenth; east above nought", missing=True, ge=-180, le=180)
    report: Text = text("the report, from the folder of the portfolio")
    other_languages: Text = text("codes of the other languages of the report, by commas", missing=True)
    language: Text = text("language in which the assessment is written, of its labels and names")
    content_hash: Text = text("hash of what was released")


@table("portfolio.cluster_priorities", grain="one row an assessment", key=("assessment",))
class PortfolioPriorities(Contract):
    assessment: Text = text("short name of the assessment")
    cluster: Text = text("name of the cluster")
    rank: Number = number("median rank over the draws, 1 highest; ties share theirs", missing=True, ge=1)
    rank_low: Number = number("5th percentile of the rank", missing=True, ge=1)
    rank_high: Number = number("95th percentile of the rank", missing=True, ge=1)
    rank_first: Whole = number("first rank that the clusters told apart leave it", missing=True, ge=1)
    rank_last: Whole = number("last rank that they leave it", missing=True, ge=1)
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


@table("portfolio.indicators", grain="one row an indicator and assessment", key=("indicator", "assessment"))
class PortfolioIndicators(Contract):
    indicator: Text = text("id of the indicator")
    measure: Whole = number("which rows of an indicator may be compared: those with the same number", ge=1)
    assessment: Text = text("short name of the assessment")
    label: Text = text("name of the indicator")
    unit: Text = text("unit, with the currency of money")
    is_money: Flag = number("whether it is an amount of money")
    level: Text = choice(LEVELS, "what the mean is over; empty: person", missing=True)
    better: Text = choice(BETTER, "which direction is good")
    value: Text = text("expression over the answers")
    wave: Text = text("newest wave that has a mean", missing=True)
    mean: Number = number("mean of everyone in it, in the unit", missing=True)
    mean_low: Number = number("lower end of its 95 % interval", missing=True)
    mean_high: Number = number("upper end of its 95 % interval", missing=True)
    mean_respondents: Whole = number("units with a value", missing=True, ge=0)
    mean_withheld_by: Text = text("why the mean is not printed", missing=True)
    rank_first: Whole = number(
        "first rank that its mean may have within its measure, 1 the better end", missing=True, ge=1
    )
    rank_last: Whole = number("last rank that it may have", missing=True, ge=1)
    from_wave: Text = text("wave from which the change is counted", missing=True)
    to_wave: Text = text("wave to which it is counted", missing=True)
    change: Number = number("change of everyone, as the finding has it, in the unit", missing=True)
    change_low: Number = number("lower end of its 95 % interval", missing=True)
    change_high: Number = number("upper end of its 95 % interval", missing=True)
    change_respondents: Whole = number("respondents behind it", missing=True, ge=0)
    change_withheld_by: Text = text("why the change is not printed", missing=True)
    change_money: Text = choice(
        MONEY_TOLD, "at which prices a change of money is; empty: no money, or no finding", missing=True
    )
    estimator: Text = text("how it was estimated", missing=True)
    direction: Text = choice(DIRECTIONS, "what it says", missing=True)
    claim: Text = choice(CLAIMS, "what may be claimed of it", missing=True)
    limits: Text = text("what the reader may not conclude", missing=True)
    by_chance: Flag = number("whether it may be found by chance once its family is counted", missing=True)
