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


@table(
    "mart.measured_assumptions",
    grain="one row an indicator of the plan's sample size that a wave has measured",
    key=("indicator",),
    release=Release(
        count=("respondents", "followed"),
        hide=("mean", "standard_deviation", "icc", "baseline_correlation"),
    ),
)
class MeasuredAssumptions(Contract):
    """Beside what the plan assumed: what the first wave measured, and the last one of the same people."""

    indicator: Text = text("id of the indicator")
    respondents: Whole = number("people of the first wave with a value", ge=0)
    mean_assumed: Number = number("mean in the plan, in the indicator's unit", missing=True)
    mean: Number = number("unweighted mean, in the indicator's unit", missing=True)
    standard_deviation_assumed: Number = number("in the plan, or what its share implies", gt=0)
    standard_deviation: Number = number("within the arms", missing=True, ge=0)
    icc_assumed: Number = number("intra-cluster correlation in the plan", ge=0, le=1)
    icc: Number = number("intra-cluster correlation within the arms", missing=True, ge=0, le=1)
    followed: Whole = number("of these, people with a value in the last wave too", missing=True, ge=0)
    baseline_correlation_assumed: Number = number("of two waves, in the plan", ge=0, le=1)
    baseline_correlation: Number = number("of the two waves, within the arms", missing=True, ge=-1, le=1)
