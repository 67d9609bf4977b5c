"""Phase five: what stands beside the estimates of the impact: earlier trends, effects by group, attrition."""

from __future__ import annotations

from schemas.arms import OF_ARMS, people_of_arm
from schemas.base import Cells, Contract, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import BOUND_VERDICTS, CLAIMS, EFFECT_VERDICTS, NO_INTERVAL, TREND_VERDICTS

KEY = ("specification", "term", "indicator", "poverty_group", "from_wave", "to_wave")
_ADJUSTED = ("p_adjusted", "p_holm", "p_benjamini_hochberg")
_FIGURES = (
    *("estimate", "standard_error", "ci_low", "ci_high"),
    *("degrees_of_freedom", "no_interval", "p_value"),
)
_BOUNDS_KEY = ("specification", "indicator", "poverty_group", "from_wave", "to_wave")


def _cells(key: tuple[str, ...], what: str, *counts: str) -> tuple[Cells, ...]:
    """Return counts that add up over the poverty groups."""
    within = {one: one for one in key if one != "poverty_group"}
    return tuple(Cells(count, f"{what}: {count}", within, ("poverty_group",)) for count in counts)


@table(
    "mart.pre_trends",
    grain="one row a specification, term, indicator, poverty group and pair of waves before the programme",
    key=KEY,
    release=Release(
        count=("respondents", "smallest_cell"),
        hide=(*_FIGURES, "verdict"),
        cells=_cells(KEY, "trends", "respondents", "smallest_cell"),
        inner=("residual_degrees", *OF_ARMS),
    ),
)
class PreTrends(Contract):
    specification: Text = text("name of the specification whose model it is")
    term: Text = text("coefficient that is reported")
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group, or all")
    from_wave: Text = text("an earlier wave before the programme")
    to_wave: Text = text("the last wave before the programme")
    estimate: Number = number("difference of the arms' changes, in the indicator's unit", missing=True)
    standard_error: Number = number("none for a purposive sample", missing=True, ge=0)
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    degrees_of_freedom: Number = number("of the interval", missing=True)
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    p_value: Number = number("two-sided", missing=True, ge=0, le=1)
    respondents: Whole = number("respondents in the model", ge=0)
    smallest_cell: Whole = number("the fewest respondents of an arm in a wave", missing=True, ge=0)
    residual_degrees: Whole = number("observations less parameters of the model", missing=True, ge=0)
    programme_from: Whole = people_of_arm("programme", "earlier")
    programme_to: Whole = people_of_arm("programme", "later")
    comparison_from: Whole = people_of_arm("comparison", "earlier")
    comparison_to: Whole = people_of_arm("comparison", "later")
    clusters: Whole = number("clusters in the model", missing=True, ge=0)
    verdict: Text = choice(TREND_VERDICTS, "whether the arms changed alike, as far as told", missing=True)
    untested: Text = text("why there is no p-value and no interval", missing=True)
    problem: Text = text("why there is no figure", missing=True)


@table(
    "mart.impact_differences",
    grain="one row a specification, term, indicator, poverty group and pair of waves",
    key=KEY,
    release=Release(
        count=("respondents", "others", "smallest_cell"),
        hide=(*_FIGURES, *_ADJUSTED, "verdict"),
        cells=_cells(KEY, "differences", "respondents", "others"),
        inner=("residual_degrees",),
    ),
)
class ImpactDifferences(Contract):
    specification: Text = text("name of the specification in the plan")
    term: Text = text("the effect that is compared")
    interaction: Text = text("the coefficient: the term times the group")
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group that is compared with all others")
    from_wave: Text = text("earlier wave, or none")
    to_wave: Text = text("later wave")
    estimate: Number = number("effect in the group minus effect in the others, in the unit", missing=True)
    standard_error: Number = number("none for a purposive sample", missing=True, ge=0)
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    degrees_of_freedom: Number = number("of the interval", missing=True)
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    p_value: Number = number("two-sided", missing=True, ge=0, le=1)
    family: Text = text("family of tests: the specification's, of differences between groups")
    tests: Whole = number("tests with a p-value in the family", ge=0)
    p_holm: Number = number("adjusted by Holm", missing=True, ge=0, le=1)
    p_benjamini_hochberg: Number = number("adjusted by Benjamini and Hochberg", missing=True, ge=0, le=1)
    p_adjusted: Number = number("the one that the plan names", missing=True, ge=0, le=1)
    respondents: Whole = number("respondents of the group in the model", ge=0)
    others: Whole = number("respondents of all other groups in the model", ge=0)
    smallest_cell: Whole = number("the fewest respondents of an arm, wave and side", missing=True, ge=0)
    residual_degrees: Whole = number("observations less parameters of the model", missing=True, ge=0)
    clusters: Whole = number("clusters in the model", missing=True, ge=0)
    claim: Text = choice(CLAIMS, "what the design allows to be said of the effects")
    verdict: Text = choice(EFFECT_VERDICTS, "whether effects differ, by the adjusted p-value", missing=True)
    untested: Text = text("why there is no p-value and no interval", missing=True)
    problem: Text = text("why there is no figure", missing=True)


@table(
    "mart.attrition_bounds",
    grain="one row a specification, indicator, poverty group and pair of waves",
    key=_BOUNDS_KEY,
    release=Release(
        count=("respondents", "smallest_cell", "lost", "trimmed"),
        hide=(
            *("programme_found", "comparison_found", "trimmed_arm", "trimmed_share"),
            *("lower", "upper", "ci_low", "ci_high", "verdict"),
        ),
        cells=_cells(_BOUNDS_KEY, "bounds", "respondents", "lost"),
        rounded=dict.fromkeys(("programme_found", "comparison_found", "trimmed_share"), 2),
    ),
)
class AttritionBounds(Contract):
    specification: Text = text("name of the specification in the plan")
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group, or all")
    from_wave: Text = text("wave of those who were randomised")
    to_wave: Text = text("wave in which they were to be found again")
    measures: Text = choice(
        ("level", "change"), "what is compared: the value of the later wave, or its change"
    )
    programme_found: Number = number("share of the programme arm with a value", missing=True, ge=0, le=1)
    comparison_found: Number = number("share of the comparison arm with a value", missing=True, ge=0, le=1)
    trimmed_arm: Text = choice(("programme", "comparison", "none"), "arm that kept more", missing=True)
    trimmed_share: Number = number("share of those of it with a value", missing=True, ge=0, le=1)
    trimmed: Whole = number("people that is, about", ge=0)
    lower: Number = number("lower bound of the effect, in the indicator's unit", missing=True)
    upper: Number = number("upper bound of the effect, in the indicator's unit", missing=True)
    ci_low: Number = number("lower end of the 95 % interval of the effect", missing=True)
    ci_high: Number = number("upper end of the 95 % interval of the effect", missing=True)
    respondents: Whole = number("respondents with a value", ge=0)
    smallest_cell: Whole = number("the fewest respondents with a value of an arm", missing=True, ge=0)
    lost: Whole = number("respondents of the earlier wave without a value", ge=0)
    verdict: Text = choice(BOUND_VERDICTS, "what attrition leaves of the sign", missing=True)
    left_out: Text = text("about how many are left out, for nobody knows their arm", missing=True)
    problem: Text = text("why there are no bounds", missing=True)
