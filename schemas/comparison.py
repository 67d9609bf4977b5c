"""The comparison group: how alike the arms were before the programme, and how they are made so."""

from __future__ import annotations

from schemas.base import Contract, Flag, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import ARMS, BALANCE_VERDICTS, MATCHING_METHODS, MATCHING_STAGES, SPILL_OVER_CHANNELS


@table("mart.comparison_weights", grain="one row a matched respondent", key=("respondent",))
class ComparisonWeights(Contract):
    respondent: Text = text("pseudonym of the person or firm")
    arm: Text = choice(ARMS)
    matched_weight: Number = number("survey weight times the weight of the matching", gt=0)
    matched_set: Text = text("who is matched with whom, where nobody is taken twice", missing=True)


@table(
    "mart.comparison_matching",
    grain="one row an arm",
    key=("arm",),
    release=Release(
        totals=dict.fromkeys(("respondents", "covariate_missing", "matched", "effective_respondents"), 10),
        joint={"unmatched": 10},
        beside=("matched", "effective_respondents"),
        rounded={"effective_respondents": 0},
    ),
)
class ComparisonMatching(Contract):
    arm: Text = choice(ARMS)
    method: Text = choice(MATCHING_METHODS)
    covariates: Text = text("what is matched on, joined by commas")
    exact: Text = text("in what a pair is the same, joined by commas", missing=True)
    caliper: Number = number("in standard deviations of the score's log odds", missing=True, gt=0)
    neighbours: Whole = number("people of the comparison arm looked for", missing=True, ge=1)
    replacement: Flag = number("whether somebody may be taken again", missing=True)
    respondents: Whole = number("respondents of the first wave", ge=0)
    covariate_missing: Whole = number("of these, left out because a covariate is missing", ge=0)
    matched: Whole = number("of these, in the matched comparison", ge=0)
    unmatched: Whole = number("of these, left out for whatever reason", ge=0)
    effective_respondents: Number = number("equally weighted respondents that tell as much", ge=0)
    problem: Text = text("why nobody could be matched", missing=True)


@table(
    "mart.comparison_balance",
    grain="one row a covariate",
    key=("covariate",),
    release=Release(
        count=("programme_respondents", "comparison_respondents"),
        hide=(
            "programme_mean",
            "comparison_mean",
            "standardized_difference",
            "variance_ratio",
            "adjusted_standardized_difference",
            "adjusted_variance_ratio",
        ),
        rounded={"adjusted_standardized_difference": 2, "adjusted_variance_ratio": 2},
        nearest=("programme_respondents", "comparison_respondents"),
    ),
)
class ComparisonBalance(Contract):
    """Adjusted means are not kept: beside the others they would tell of the few who have no match."""

    covariate: Text = text("column of the first wave, or one entry of it")
    programme_mean: Number = number("mean in the programme arm", missing=True)
    comparison_mean: Number = number("mean in the comparison arm", missing=True)
    standardized_difference: Number = number("in standard deviations", missing=True)
    variance_ratio: Number = number("programme over comparison", missing=True)
    programme_respondents: Whole = number("respondents with a value", ge=0)
    comparison_respondents: Whole = number("respondents with a value", ge=0)
    verdict: Text = choice(BALANCE_VERDICTS)
    adjusted_standardized_difference: Number = number(
        "after matching, in standard deviations from before", missing=True
    )
    adjusted_variance_ratio: Number = number("after matching, programme over comparison", missing=True)
    adjusted_verdict: Text = choice(BALANCE_VERDICTS, "after matching", missing=True)


@table(
    "mart.comparison_tests",
    grain="one row a joint test of all covariates, before and after matching",
    key=("stage",),
    release=Release(count=("denominator",), hide=("statistic", "p_value")),
)
class ComparisonTests(Contract):
    stage: Text = choice(MATCHING_STAGES)
    statistic: Number = number("F", missing=True, ge=0)
    numerator: Whole = number("degrees of freedom: covariates that vary", missing=True, ge=1)
    denominator: Whole = number("degrees of freedom: clusters or respondents less covariates", missing=True)
    p_value: Number = number("chance of such an F if nothing told the arms apart", missing=True, ge=0, le=1)
    problem: Text = text("why the test could not be made", missing=True)


@table(
    "mart.comparison_overlap",
    grain="one row a span of the propensity score and arm",
    key=("position", "arm"),
    release=Release(totals={"respondents": 10}),
)
class ComparisonOverlap(Contract):
    position: Whole = number("order of the spans, from low scores to high ones", ge=1)
    arm: Text = choice(ARMS)
    low: Number = number("propensity score from which on", ge=0, le=1)
    high: Number = number("propensity score up to which", ge=0, le=1)
    respondents: Whole = number("respondents of the first wave; spans with 1 to 9 are pooled", ge=0)


@table(
    "mart.spill_over",
    grain="one row a way by which the programme may reach the comparison arm",
    key=("channel",),
    release=Release(
        count=("comparison_respondents",),
        hide=("exposed", "share"),
        joint={"exposed": 10},
        beside=("share",),
    ),
)
class SpillOver(Contract):
    channel: Text = choice(SPILL_OVER_CHANNELS)
    comparison_respondents: Whole = number("of the comparison arm, of whom the place or buyer is known", ge=0)
    exposed: Whole = number("of these, who share it with somebody of the programme", ge=0)
    share: Number = number("share of respondents who are exposed", missing=True, ge=0, le=1)
