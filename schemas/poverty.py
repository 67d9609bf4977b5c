"""Phase five: poverty in money and in capabilities."""

from __future__ import annotations

from schemas.base import Cells, Contract, Means, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import (
    CAPABILITY_WEIGHTS,
    GINI_ESTIMATORS,
    MISSING_RULES,
    NO_INTERVAL,
    POVERTY_KINDS,
    POVERTY_MEASURES,
    SAMPLE_DESIGNS,
)

_UNCERTAINTY = ("standard_error", "ci_low", "ci_high", "degrees_of_freedom")
_ARE_MEANS = (
    *("headcount", "poverty_gap", "squared_poverty_gap"),
    *("adjusted_headcount", "uncensored_headcount", "censored_headcount"),
)
_SPLIT_BY = ("poverty_group", "gender", "arm")
_SPECIFICATION_AND_WAVE = {"specification": "specification", "wave": "wave"}


@table(
    "staged.poverty_lines",
    grain="one row a specification, area and wave",
    key=("specification", "area", "wave"),
    source="design/poverty_lines",
    release=Release(),
)
class PovertyLines(Contract):
    specification: Text = text("name of a [[poverty]] of the plan")
    area: Text = text("area, as in the column that the plan names, or all")
    wave: Text = text("wave of the plan, or all")
    line: Number = number("poverty line, in the unit of the value at base prices", missing=True, gt=0)
    price_index: Number = number("prices here and then, 100 = base prices; empty is 100", missing=True, gt=0)
    ppp: Number = number(
        "purchasing power parity: money of the country for one unit of the line's money; empty is 1",
        missing=True,
        gt=0,
    )


@table(
    "staged.capability_dimensions",
    grain="one row a specification and dimension",
    key=("specification", "dimension"),
    release=Release(),
)
class CapabilityDimensions(Contract):
    specification: Text = text("name of a [[capability]] of the plan")
    dimension: Text = text("name of the dimension")
    position: Whole = number("place in the plan", ge=1)
    label: Text = text("what the dimension is")
    indicator: Text = text("indicator that it is taken from; empty where the plan states it", missing=True)
    box_1: Text = text("state of well-being, asset or entitlement of Box 1 to which it belongs")
    deprived: Text = text("condition under which somebody is deprived")


@table(
    "mart.poverty_specifications",
    grain="one row a specification",
    key=("specification",),
    release=Release(),
)
class PovertySpecifications(Contract):
    specification: Text = text("name in the plan")
    kind: Text = choice(POVERTY_KINDS)
    label: Text = text("what is measured")
    value: Text = text("value in money, an expression over the columns", missing=True)
    unit: Text = text("unit of the value and of the line", missing=True)
    line: Text = text("the poverty line in words", missing=True)
    area: Text = text("column of the areas", missing=True)
    gini: Text = choice(GINI_ESTIMATORS, "estimator of the Gini index", missing=True)
    k: Number = number("share of the weights from which somebody counts as poor", missing=True, gt=0, le=1)
    weights: Text = choice(CAPABILITY_WEIGHTS, "where the weights come from", missing=True)
    missing: Text = choice(MISSING_RULES, "what becomes of people without an answer", missing=True)
    people: Text = text("for how many people a respondent stands; empty is one", missing=True)
    cluster: Text = text("column of those who count as one unit; empty is the sample's", missing=True)


@table(
    "mart.capability_weights",
    grain="one row a specification, poverty group and dimension",
    key=("specification", "poverty_group", "dimension"),
    release=Release(joint={"participants": 10, "focus_groups": 2}, beside=("weight",)),
)
class CapabilityWeights(Contract):
    specification: Text = text("name of the specification in the plan")
    poverty_group: Text = text("poverty group whose ranking gave the weights, or all")
    dimension: Text = text("name of the dimension")
    weight: Number = number("share of all weights", missing=True, ge=0, le=1)
    participants: Whole = number(
        "people behind the votes, where a ranking gave the weight", missing=True, ge=0
    )
    focus_groups: Whole = number("focus groups that voted, where a ranking gave it", missing=True, ge=0)


@table(
    "mart.poverty_measures",
    grain="one row a specification, measure, dimension, poverty group, gender, arm and wave",
    key=("specification", "measure", "dimension", "poverty_group", "gender", "arm", "wave"),
    release=Release(
        count=("respondents", "smallest_cell"),
        hide=("estimate", *_UNCERTAINTY, "design_effect", "no_interval"),
        cells=(
            Cells("respondents", "poverty: answered", _SPECIFICATION_AND_WAVE, _SPLIT_BY),
            Cells("left_out", "poverty: left out", _SPECIFICATION_AND_WAVE, _SPLIT_BY),
            Cells(
                "smallest_cell",
                "poverty",
                {one: one for one in ("specification", "measure", "dimension", "wave")},
                _SPLIT_BY,
            ),
        ),
        means=(
            Means(
                "estimate",
                "respondents",
                "poverty",
                {one: one for one in ("specification", "measure", "dimension", "wave")},
                _SPLIT_BY,
                ("measure", _ARE_MEANS),
            ),
        ),
        people=("left_out",),
    ),
)
class PovertyMeasures(Contract):
    specification: Text = text("name of the specification in the plan")
    measure: Text = choice(POVERTY_MEASURES, "what is estimated")
    dimension: Text = text("dimension of capability, or all")
    poverty_group: Text = text("poverty group, or all")
    gender: Text = text("gender, or all")
    arm: Text = text("arm, or all")
    wave: Text = text("wave")
    unit: Text = text("share, ratio, index 0 to 1, or the unit of the value")
    estimate: Number = number("in the unit", missing=True)
    standard_error: Number = number("design-based; none for a purposive sample", missing=True, ge=0)
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    degrees_of_freedom: Number = number("of the interval", missing=True)
    design_effect: Number = number("variance over that of a simple sample", missing=True, ge=0)
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    no_figure: Text = text("why nobody of the wave could be measured", missing=True)
    respondents: Whole = number("respondents with a value", ge=0)
    smallest_cell: Whole = number("the fewest respondents on whom the figure rests, such as the poor", ge=0)
    left_out: Whole = number("respondents left out because an answer is missing", ge=0)
    design: Text = choice(SAMPLE_DESIGNS)


@table(
    "mart.poverty_changes",
    grain="one row a specification, measure, dimension, poverty group, gender, arm and pair of waves",
    key=("specification", "measure", "dimension", "poverty_group", "gender", "arm", "from_wave", "to_wave"),
    release=Release(
        count=("respondents_from", "respondents_to", "smallest_cell"),
        hide=("change", *_UNCERTAINTY, "no_interval"),
        cells=(
            *(
                Cells(
                    f"respondents_{end}",
                    "poverty: answered",
                    {"specification": "specification", "wave": f"{end}_wave"},
                    _SPLIT_BY,
                )
                for end in ("from", "to")
            ),
            Cells(
                "respondents_both",
                "poverty: answered twice",
                {one: one for one in ("specification", "from_wave", "to_wave")},
                _SPLIT_BY,
            ),
            Cells(
                "smallest_cell",
                "poverty: the fewest of two waves",
                {one: one for one in ("specification", "measure", "dimension", "from_wave", "to_wave")},
                _SPLIT_BY,
            ),
        ),
        people=("respondents_both",),
    ),
)
class PovertyChanges(Contract):
    specification: Text = text("name of the specification in the plan")
    measure: Text = choice(POVERTY_MEASURES, "what is estimated")
    dimension: Text = text("dimension of capability, or all")
    poverty_group: Text = text("poverty group, or all")
    gender: Text = text("gender, or all")
    arm: Text = text("arm, or all")
    from_wave: Text = text("earlier wave")
    to_wave: Text = text("later wave")
    unit: Text = text("share, ratio, index 0 to 1, or the unit of the value")
    change: Number = number("later less earlier, in the unit", missing=True)
    standard_error: Number = number("with the covariance of the two waves", missing=True, ge=0)
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    degrees_of_freedom: Number = number("of the interval", missing=True)
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    respondents_from: Whole = number("respondents of the earlier wave", ge=0)
    respondents_to: Whole = number("respondents of the later wave", ge=0)
    respondents_both: Whole = number("respondents of both", ge=0)
    smallest_cell: Whole = number("the fewest respondents on whom the figure rests in a wave", ge=0)
