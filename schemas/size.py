"""Phase three: what the sample can show."""

from __future__ import annotations

from schemas.base import Contract, Flag, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import SIZE_VERDICTS


@table(
    "mart.power",
    grain="one row an indicator of the plan's sample size and poverty group",
    key=("indicator", "poverty_group"),
    release=Release(
        count=("programme_drawn", "comparison_drawn"),
        hide=("clusters", "programme_reached", "comparison_reached", "design_effect", "mde"),
    ),
)
class Power(Contract):
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group, or all")
    programme_drawn: Whole = number("people drawn in the programme arm", ge=0)
    comparison_drawn: Whole = number("people drawn in the comparison arm", ge=0)
    clusters: Whole = number("clusters drawn in both arms", missing=True, ge=0)
    programme_reached: Number = number("of these expected in the last wave", ge=0)
    comparison_reached: Number = number("of these expected in the last wave", ge=0)
    icc: Number = number("intra-cluster correlation assumed", ge=0, le=1)
    baseline_correlation: Number = number("correlation of two waves assumed", ge=0, le=1)
    design_effect: Number = number("variance over that of a simple sample", ge=1)
    power: Number = number("chance to find the effect", gt=0, lt=1)
    mde: Number = number("minimum detectable effect, in the indicator's unit", missing=True, ge=0)
    smallest_change: Number = number("what counts as a change, in the unit", missing=True, ge=0)
    verdict: Text = choice(SIZE_VERDICTS)


@table(
    "mart.power_curve",
    grain="one row an indicator and number of people drawn",
    key=("indicator", "people"),
    release=Release(),
)
class PowerCurve(Contract):
    indicator: Text = text("id of the indicator")
    people: Whole = number("people drawn in both arms", ge=0)
    mde: Number = number("minimum detectable effect, in the indicator's unit", ge=0)
    planned: Flag = number("whether it is the size of the plan")
    affordable: Flag = number("whether it is the size that the budget allows")
