"""Phase five: estimates, impact, triangulation, findings."""

from __future__ import annotations

from schemas.arms import OF_ARMS, people_of_arm
from schemas.base import (
    Cells,
    Contract,
    Flag,
    Means,
    Number,
    Release,
    Text,
    Whole,
    choice,
    number,
    table,
    text,
)
from schemas.vocabulary import (
    BETTER,
    CLAIMS,
    COMPARISONS,
    DIRECTIONS,
    ERROR_TYPES,
    ESTIMATORS,
    LEVELS,
    MONEY_TOLD,
    NO_INTERVAL,
    SAMPLE_DESIGNS,
    SENSITIVE_SUBJECTS,
    SOURCE_DIRECTIONS,
    TRIANGULATION_VERDICTS,
    VOICED_DIRECTIONS,
)

_QUARTILES = ("lower_quartile", "median", "upper_quartile")
_UNCERTAINTY = ("standard_error", "ci_low", "ci_high", "degrees_of_freedom")
_P_VALUES = ("p_value", "p_adjusted", "p_holm", "p_benjamini_hochberg")
_IMPACT = ("estimate", *_UNCERTAINTY, "no_interval", *_P_VALUES, "after_adjustment", "direction")


@table("staged.indicators", grain="one row an indicator in use", key=("indicator",), release=Release())
class Indicators(Contract):
    indicator: Text = text("id of the indicator")
    label: Text = text("name of the indicator")
    heading: Text = text("heading of Box 6, Box 1 or Box 5")
    stakeholder: Text = text("whom it is about")
    kind: Text = text("quantitative, qualitative or participatory")
    directness: Text = text("direct or proxy")
    unit: Text = text("unit of the value")
    level: Text = choice(LEVELS, "what it is a mean over; empty: person", missing=True)
    better: Text = choice(BETTER, "which direction is good")
    value: Text = text("expression over the wave's columns")
    smallest_change: Number = number("what counts as a change at all, in the unit", missing=True, ge=0)
    smallest_change_pct: Number = number("the same, in percent of the earlier mean", missing=True, ge=0)
    table_1: Text = text("row of Table 1 that it follows, or unintended", missing=True)
    positive: Text = text("the positive side", missing=True)
    negative: Text = text("the negative side", missing=True)
    sensitive: Text = choice(
        SENSITIVE_SUBJECTS, "what it tells that could harm; empty: nothing", missing=True
    )


@table(
    "mart.indicator_estimates",
    grain="one row an indicator, category, poverty group, gender, difference, arm and wave",
    key=("indicator", "category", "poverty_group", "gender", "difference", "arm", "wave"),
    release=Release(
        count=("respondents",),
        hide=("estimate", *_UNCERTAINTY, "design_effect", "no_interval", *_QUARTILES),
        cells=(
            Cells(
                "respondents",
                "indicator",
                {"indicator": "indicator", "category": "category", "wave": "wave"},
                ("poverty_group", "gender", "difference", "arm"),
            ),
        ),
        means=(
            Means(
                "estimate",
                "respondents",
                "indicator",
                {"indicator": "indicator", "category": "category", "wave": "wave"},
                ("poverty_group", "gender", "difference", "arm"),
            ),
        ),
        inner=("amounts", "largest", "second_largest"),
    ),
)
class IndicatorEstimates(Contract):
    indicator: Text = text("id of the indicator")
    category: Text = text("category, or all")
    poverty_group: Text = text("poverty group, or all")
    gender: Text = text("gender, or all")
    difference: Text = text("difference, or all")
    arm: Text = text("arm, or all")
    wave: Text = text("wave")
    estimate: Number = number("weighted mean, in the indicator's unit", missing=True)
    standard_error: Number = number("design-based; none for a purposive sample", missing=True, ge=0)
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    degrees_of_freedom: Number = number("of the interval", missing=True)
    design_effect: Number = number("variance over that of a simple sample", missing=True, ge=0)
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    lower_quartile: Number = number("of a purposive sample, in the indicator's unit", missing=True)
    median: Number = number("the same", missing=True)
    upper_quartile: Number = number("the same", missing=True)
    level: Text = choice(LEVELS, "what the mean is over; empty: person", missing=True)
    respondents: Whole = number("units of that level with a value", ge=0)
    design: Text = choice(SAMPLE_DESIGNS)
    amounts: Number = number("of money: sum of the amounts, without their signs", missing=True, ge=0)
    largest: Number = number("of money: the largest of them", missing=True, ge=0)
    second_largest: Number = number("of money: the second largest of them", missing=True, ge=0)


@table(
    "mart.impact_estimates",
    grain="one row a specification, term, indicator, poverty group and pair of waves",
    key=("specification", "term", "indicator", "poverty_group", "from_wave", "to_wave"),
    release=Release(
        count=("respondents", "smallest_cell"),
        hide=_IMPACT,
        cells=(
            *(
                Cells(
                    count,
                    what,
                    {one: one for one in ("specification", "term", "indicator", "from_wave", "to_wave")},
                    ("poverty_group",),
                )
                for count, what in (("respondents", "impact"), ("smallest_cell", "impact: the fewest"))
            ),
        ),
        inner=("residual_degrees", *OF_ARMS),
    ),
)
class ImpactEstimates(Contract):
    specification: Text = text("name of the specification in the plan")
    term: Text = text("coefficient that is reported")
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group, or all")
    from_wave: Text = text("earlier wave, or none")
    to_wave: Text = text("later wave")
    estimator: Text = choice(ESTIMATORS)
    fixed_effects: Text = text("fixed effects, joined by commas", missing=True)
    covariates: Text = text("covariates, joined by commas", missing=True)
    filter: Text = text("condition on the rows", missing=True)
    weight: Text = text("column of the weights", missing=True)
    error_type: Text = choice(ERROR_TYPES, missing=True)
    comparison: Text = choice(COMPARISONS, "all respondents, or those that were matched")
    estimate: Number = number("in the indicator's unit", missing=True)
    money: Text = choice(MONEY_TOLD, "at which prices money is; empty: no money", missing=True)
    standard_error: Number = number("none for a purposive sample", missing=True, ge=0)
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    degrees_of_freedom: Number = number("of the interval", missing=True)
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    p_value: Number = number("two-sided", missing=True, ge=0, le=1)
    family: Text = text("family of tests, as the plan names it; else the specification")
    tests: Whole = number("tests with a p-value in the family", ge=0)
    p_holm: Number = number("adjusted by Holm", missing=True, ge=0, le=1)
    p_benjamini_hochberg: Number = number("adjusted by Benjamini and Hochberg", missing=True, ge=0, le=1)
    p_adjusted: Number = number("the one that the plan names", missing=True, ge=0, le=1)
    after_adjustment: Text = choice(
        ("holds", "does not hold"), "whether it is told from zero once its family is counted", missing=True
    )
    respondents: Whole = number("respondents in the model", ge=0)
    smallest_cell: Whole = number("the fewest respondents of an arm in a wave", missing=True, ge=0)
    residual_degrees: Whole = number("observations less parameters of the model", missing=True, ge=0)
    programme_from: Whole = people_of_arm("programme", "earlier")
    programme_to: Whole = people_of_arm("programme", "later")
    comparison_from: Whole = people_of_arm("comparison", "earlier")
    comparison_to: Whole = people_of_arm("comparison", "later")
    clusters: Whole = number("clusters in the model", missing=True, ge=0)
    untested: Text = text("why there is no p-value and no interval", missing=True)
    claim: Text = choice(CLAIMS, "what the design allows to be said")
    programme_term: Flag = number("whether the term is the programme, and no other column of the model")
    claim_reason: Text = text("why no more, or on what assumption")
    direction: Text = choice(DIRECTIONS, "better, worse, unchanged or uncertain", missing=True)


@table(
    "mart.triangulation",
    grain="one row an indicator and poverty group",
    key=("indicator", "poverty_group"),
    release=Release(
        count=("respondents", "smallest_cell"),
        hide=("quantitative", "verdict"),
        rests_on="figure",
        borrowed={"effect": "effect_figure"},
        joint={"participants": 10, "focus_groups": 2},
    ),
)
class Triangulation(Contract):
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group")
    quantitative: Text = choice(
        DIRECTIONS, "how the figures of those of whom the voices speak changed over time", missing=True
    )
    qualitative: Text = choice(SOURCE_DIRECTIONS, "what coded text says", missing=True)
    participatory: Text = choice(SOURCE_DIRECTIONS, "what focus groups say", missing=True)
    verdict: Text = choice(
        TRIANGULATION_VERDICTS, "of these three, all of which tell of change over time", missing=True
    )
    effect: Text = choice(SOURCE_DIRECTIONS, "the figures against the comparison; enters no verdict")
    focus_groups: Whole = number("focus groups that spoke of it", ge=0)
    participants: Whole = number("people present in them", ge=0)
    figure: Text = text("row of the change behind it, as `psia explain` names it", missing=True)
    effect_figure: Text = text("row of the effect", missing=True)
    interviews: Text = text("row of what the coded interviews say", missing=True)
    scores: Text = text("row of what the focus groups say", missing=True)
    quote: Text = text("row of a quote that speaks of it and may be printed", missing=True)
    respondents: Whole = number("respondents behind the change", ge=0)
    smallest_cell: Whole = number("the fewest of them in a wave", missing=True, ge=0)


@table(
    "mart.focus_group_verdicts",
    grain="one row a wave, poverty group and indicator",
    key=("wave", "poverty_group", "indicator"),
    release=Release(joint={"participants": 10, "focus_groups": 2}),
)
class FocusGroupVerdicts(Contract):
    wave: Text = text("wave in which the groups met")
    poverty_group: Text = text("poverty group")
    indicator: Text = text("id of the indicator")
    direction: Text = choice(VOICED_DIRECTIONS, "what the groups together say")
    focus_groups: Whole = number("focus groups", ge=1)
    participants: Whole = number("people present", ge=1)


@table(
    "mart.findings",
    grain="one row a finding",
    key=("finding",),
    release=Release(
        count=("respondents", "smallest_cell"), hide=("statement", "direction"), rests_on="figure"
    ),
)
class Findings(Contract):
    finding: Text = text("id of the finding: indicator/poverty group")
    position: Whole = number("order in the report", ge=1)
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group")
    direction: Text = choice(DIRECTIONS, missing=True)
    claim: Text = choice(CLAIMS)
    statement: Text = text("the sentence of the report", missing=True)
    evidence: Text = text("table, specification and term behind it")
    figure: Text = text("the row behind it, as psia explain takes it: table/key")
    limits: Text = text("what the reader may not conclude")
    respondents: Whole = number("respondents behind the figure", ge=0)
    smallest_cell: Whole = number("the fewest respondents of an arm in a wave", missing=True, ge=0)
    public: Flag = number("whether the figure was public already")
