"""Phase three: frame, draw, quotas, and the indicators that poor groups rank."""

from __future__ import annotations

from schemas.base import (
    Contract,
    Flag,
    Number,
    Release,
    Text,
    Whole,
    choice,
    day,
    number,
    own_name,
    table,
    text,
)
from schemas.vocabulary import (
    ALLOCATIONS,
    ARMS,
    DECIDED_BY,
    FOCUS_GROUP_SIZES,
    GENDERS,
    INDICATOR_KINDS,
    LIST_DECISIONS,
    METHOD_STAGES,
    PILOT_DECISIONS,
    PILOT_KINDS,
    SAMPLE_DESIGNS,
    SAMPLE_METHODS,
    UNITS_OF_ASSESSMENT,
    VOTE_KINDS,
)

FOCUS_GROUPS = {"participants": 10, "focus_groups": 2}
"""What stands behind a published figure of focus groups at least."""


@table(
    "staged.frame",
    grain="one row a unit that could be chosen",
    key=("unit",),
    source="design/frame",
    refers={"node": "staged.actors.actor", "poverty_group": "staged.poverty_groups.poverty_group"},
    personal_ids={"unit": "person", "household": "household"},
)
class Frame(Contract):
    unit: Text = text("id of the person or firm")
    node: Text = text("actor of the map to which the unit belongs")
    poverty_group: Text = text("poverty group of the plan", missing=True)
    stratum: Text = text("stratum of the draw: in every row, or in none", missing=True)
    arm: Text = choice(ARMS, missing=True)
    cluster: Text = text("primary sampling unit or locality", missing=True)
    household: Text = text("id of the household", missing=True)
    gender: Text = choice(GENDERS, missing=True)
    difference: Text = own_name("ethnicity, religion, caste or other difference", missing=True)
    size: Number = number(
        "measure of size, such as workers, for a draw by size", missing=True, ge=1e-6, le=1e15
    )
    order: Whole = number("order in which quotas take units and a systematic draw walks", missing=True)
    draw_order: Whole = number("made here: the unit's place by id, which fixes the draw", missing=True)


@table(
    "staged.quotas",
    grain="one row a quota: a stratum, or a node, gender and difference",
    key=("quota",),
    source="design/quotas",
    refers={"stratum": "staged.frame.stratum"},
)
class Quotas(Contract):
    quota: Text = text("made here: what the quota asks for, in words")
    stratum: Text = text("stratum of the frame", missing=True)
    node: Text = text("actor of the map", missing=True)
    gender: Text = choice(GENDERS, missing=True)
    difference: Text = own_name("ethnicity, religion, caste or other difference", missing=True)
    wanted: Whole = number("units wanted", ge=1)


@table(
    "staged.margins",
    grain="one row a wave, variable and category",
    key=("wave", "variable", "category"),
    source="design/margins",
)
class Margins(Contract):
    wave: Text = text("wave whose weights shall meet it, or all")
    variable: Text = text("column of the interviews, or several joined by x, such as gender x arm")
    category: Text = text("its value, such as women x programme")
    total: Number = number("people known from elsewhere", gt=0)


@table(
    "staged.rankings",
    grain="one row a focus group, person and indicator",
    key=("focus_group", "person", "indicator"),
    source="design/rankings",
    refers={"poverty_group": "staged.poverty_groups.poverty_group"},
    personal_ids={"person": "participant"},
)
class Rankings(Contract):
    focus_group: Text = text("focus group in which the vote was given")
    poverty_group: Text = text("poverty group that the focus group stands for")
    person: Text = text("id of the participant, or 'group' for a common vote")
    indicator: Text = text("id of the indicator")
    rank: Number = number("rank given, 1 = most important", missing=True, ge=1)
    score: Number = number("score given, higher = more important", missing=True, ge=0)
    participants: Whole = number(
        "people present at the focus group; needed to know its size where the vote is common",
        missing=True,
        ge=1,
    )


@table(
    "staged.indicator_decisions",
    grain="one row a poverty group and indicator on which the team overrules the ranking",
    key=("poverty_group", "indicator"),
    source="design/indicator_decisions",
    refers={"poverty_group": "staged.poverty_groups.poverty_group"},
)
class IndicatorDecisions(Contract):
    poverty_group: Text = text("poverty group whose short list is changed")
    indicator: Text = text("id of the indicator")
    decision: Text = choice(LIST_DECISIONS, "keep puts it on the short list, drop takes it off")
    reason: Text = text("why; it is printed in the report")
    decided_by: Text = text("role of who decided, not the name")


@table(
    "staged.pilot",
    grain="one row an item tried in the pilot",
    key=("item",),
    source="design/pilot",
)
class Pilot(Contract):
    item: Text = text("what was tried; an indicator or question by its id")
    kind: Text = choice(PILOT_KINDS, "what kind of thing it is")
    decision: Text = choice(PILOT_DECISIONS)
    reason: Text = text("why; it is printed in the report")


@table(
    "mart.pilot_changes",
    grain="one row an item tried in the pilot",
    key=("item",),
    release=Release(),
)
class PilotChanges(Contract):
    item: Text = text("what was tried")
    kind: Text = choice(PILOT_KINDS, "what kind of thing it is")
    decision: Text = choice(PILOT_DECISIONS)
    reason: Text = text("why")


@table(
    "staged.training",
    grain="one row a role, topic and first day of training",
    key=("role", "topic", "held_on"),
    source="design/training",
)
class Training(Contract):
    role: Text = text("role of those who were trained, not their names")
    topic: Text = text("what was trained")
    held_on: Text = day("first day")
    days: Number = number("days of training", gt=0)
    trained: Whole = number("people who were trained", ge=1)
    note: Text = text("what to know; it stays inside and is never printed", missing=True)


@table(
    "mart.training",
    grain="one row a role, topic and first day of training",
    key=("role", "topic", "held_on"),
    release=Release(),
)
class TrainingHeld(Contract):
    """Of the team and not of respondents: roles and numbers, no names."""

    role: Text = text("role of those who were trained")
    topic: Text = text("what was trained")
    held_on: Text = day("first day")
    days: Number = number("days of training", gt=0)
    trained: Whole = number("people who were trained", ge=1)
    person_days: Number = number("days times people", gt=0)


@table(
    "staged.research_methods",
    grain="one row a stage of the assessment, kind and method",
    key=("stage", "kind", "method"),
    source="design/methods",
    release=Release(),
)
class ResearchMethods(Contract):
    """The plan of methods after Box A.1."""

    stage: Text = choice(METHOD_STAGES, "stage of the assessment (Box A.1)")
    kind: Text = choice(INDICATOR_KINDS)
    method: Text = text("what is done, such as matrix ranking in focus groups")
    purpose: Text = text("what it is for here")
    by: Text = text("role of who does it, not the name")
    role_in_box: Text = text(
        "id of the role in Box A.1 that it fills; empty where it fills none", missing=True
    )


@table("mart.sample", grain="one row a drawn unit", key=("unit",))
class Sample(Contract):
    unit: Text = text("pseudonym of the person or firm")
    node: Text = text("actor of the map")
    poverty_group: Text = text("poverty group", missing=True)
    stratum: Text = text("stratum of the draw")
    arm: Text = choice(ARMS, missing=True)
    cluster: Text = text("primary sampling unit or locality", missing=True)
    household: Text = text("pseudonym of the household", missing=True)
    design: Text = choice(SAMPLE_DESIGNS)
    drawn_order: Whole = number("order within the stratum", ge=1)
    inclusion_probability: Number = number("chance of being drawn", missing=True, gt=0, le=1)
    weight: Number = number("design weight", missing=True, gt=0)


@table("mart.replacements", grain="one row a unit that may replace a drawn one", key=("unit",))
class Replacements(Contract):
    """Who is asked where a drawn unit cannot be: never part of the sample before that."""

    unit: Text = text("pseudonym of the person or firm")
    node: Text = text("actor of the map")
    poverty_group: Text = text("poverty group", missing=True)
    stratum: Text = text("stratum of the draw: replaces units of it alone")
    arm: Text = choice(ARMS, missing=True)
    cluster: Text = text("primary sampling unit; of a two-stage draw, replaces in it alone", missing=True)
    household: Text = text("pseudonym of the household", missing=True)
    drawn_order: Whole = number("order in which replacements are asked", ge=1)
    inclusion_probability: Number = number("chance it is weighted by, once used", missing=True, gt=0, le=1)
    weight: Number = number("design weight, once it is used", missing=True, gt=0)


@table("mart.household_subsample", grain="one row a household of the sub-sample", key=("household",))
class HouseholdSubsample(Contract):
    household: Text = text("pseudonym of the household")
    unit: Text = text("pseudonym of the drawn person through whom it is found")
    drawn_order: Whole = number("order in which households are visited", ge=1)
    subsample_probability: Number = number("chance, given the sample of people", gt=0, le=1)


@table(
    "mart.draw_record",
    grain="one row a stratum",
    key=("stratum",),
    release=Release(
        count=("in_frame",),
        hide=(
            "drawn",
            "replacements",
            "clusters_in_frame",
            "clusters_drawn",
            "certainty_units",
            "sum_of_weights",
            "inclusion_probability",
        ),
        rounded={"sum_of_weights": 1, "inclusion_probability": 2},
    ),
)
class DrawRecord(Contract):
    stratum: Text = text("stratum of the draw; all where it knows none")
    design: Text = choice(SAMPLE_DESIGNS)
    method: Text = choice(SAMPLE_METHODS)
    allocation: Text = choice(ALLOCATIONS, "how the size was spread over the strata", missing=True)
    unit_of_assessment: Text = choice(UNITS_OF_ASSESSMENT)
    seed: Whole = number("seed of the draw; none where nothing was drawn by chance", missing=True, ge=0)
    frame_sha256: Text = text("SHA-256 of the whole frame as drawn from, under pseudonyms")
    in_frame: Whole = number("units of the frame", ge=0)
    drawn: Whole = number("units drawn", ge=0)
    replacements: Whole = number("replacements listed", ge=0)
    clusters_in_frame: Whole = number("clusters (PSUs) of the frame", missing=True, ge=0)
    clusters_drawn: Whole = number("clusters (PSUs) drawn", missing=True, ge=0)
    certainty_units: Whole = number("units drawn with certainty", missing=True, ge=0)
    sum_of_weights: Number = number("units that the drawn ones stand for", missing=True, ge=0)
    inclusion_probability: Number = number(
        "chance of each unit; empty where it differs: that of the largest would tell its size",
        missing=True,
        gt=0,
        le=1,
    )


@table(
    "mart.sample_sizes",
    grain="one row a stratum",
    key=("stratum",),
    release=Release(count=("in_frame",), hide=("wanted", "drawn")),
)
class SampleSizes(Contract):
    stratum: Text = text("stratum of the draw")
    in_frame: Whole = number("units of the frame", ge=0)
    wanted: Whole = number("units wanted", ge=0)
    drawn: Whole = number("units drawn", ge=0)


@table(
    "mart.quota_gaps",
    grain="one row a quota",
    key=("stratum",),
    release=Release(count=("in_frame",), hide=("wanted", "drawn", "gap")),
)
class QuotaGaps(Contract):
    stratum: Text = text("what the quota asks for: a stratum, or node, gender and difference")
    node: Text = text("actor of the map", missing=True)
    gender: Text = choice(GENDERS, missing=True)
    difference: Text = text("ethnicity, religion, caste or other difference", missing=True)
    in_frame: Whole = number("units of the frame that it asks for", ge=0)
    wanted: Whole = number("units wanted", ge=0)
    drawn: Whole = number("units found", ge=0)
    gap: Whole = number("units that are missing", ge=0)


@table(
    "mart.indicator_selection",
    grain="one row a poverty group and indicator that it ranked, or that the team put on its list",
    key=("poverty_group", "indicator"),
    release=Release(
        count=("ranked_all",),
        hide=("agreement",),
        joint=FOCUS_GROUPS,
        beside=("voters", "mean_rank", "weight", "list_weight", "ranked_all", "agreement"),
    ),
)
class IndicatorSelection(Contract):
    poverty_group: Text = text("poverty group that ranked")
    indicator: Text = text("id of the indicator")
    label: Text = text("name of the indicator")
    mean_rank: Number = number("mean rank, 1 = most important", missing=True, ge=1)
    voters: Whole = number("votes on it; a vote given in common is one", ge=0)
    participants: Whole = number("people behind these votes", ge=0)
    focus_groups: Whole = number("focus groups with a vote on it", ge=0)
    weight: Number = number("share of the group's importance", missing=True, ge=0, le=1)
    ranked_all: Whole = number("people behind the votes of the group that leave nothing out", ge=0)
    agreement: Number = number("Kendall's W of those votes", missing=True, ge=0, le=1)
    selected: Flag = number("whether it is on the group's short list")
    list_weight: Number = number("share of the importance within the short list", missing=True, ge=0, le=1)
    decided: Text = choice(DECIDED_BY, "what decided on it last")
    decided_by: Text = text("role of who overruled the ranking", missing=True)
    reason: Text = text("why it is on the list, or not")


@table("mart.ranking_groups", grain="one row a focus group that ranked", key=("focus_group",))
class RankingGroups(Contract):
    """Single focus groups are too small to be published."""

    focus_group: Text = text("focus group")
    poverty_group: Text = text("poverty group that it stands for")
    vote: Text = choice(VOTE_KINDS, "whether people voted one by one")
    participants: Whole = number("people present, else people who voted", missing=True, ge=1)
    size: Text = choice(FOCUS_GROUP_SIZES, "whether 5 to 8 people took part")
    voters: Whole = number("votes; a vote given in common is one", ge=0)
    complete_voters: Whole = number("votes that leave no indicator of the group out", ge=0)
    indicators: Whole = number("indicators that it ranked", ge=0)
    agreement: Number = number("Kendall's W of the complete votes", missing=True, ge=0, le=1)
    chi2: Number = number("Friedman's statistic", missing=True, ge=0)
    degrees_of_freedom: Whole = number("indicators less one", missing=True, ge=1)
    p_value: Number = number("chance of such agreement if all voted at random", missing=True, ge=0, le=1)


@table(
    "mart.ranking_summary",
    grain="one row a poverty group that ranked",
    key=("poverty_group",),
    release=Release(
        count=("ranked_all",),
        hide=("agreement", "chi2", "degrees_of_freedom", "p_value"),
        joint=FOCUS_GROUPS,
        beside=(
            *("ranked_all", "too_small", "too_large", "size_not_told", "indicators", "mean_agreement"),
            *("agreement", "chi2", "degrees_of_freedom", "p_value"),
        ),
    ),
)
class RankingSummary(Contract):
    poverty_group: Text = text("poverty group that ranked")
    focus_groups: Whole = number("focus groups", ge=0)
    participants: Whole = number("people behind the votes", ge=0)
    too_small: Whole = number("focus groups of fewer than 5", ge=0)
    too_large: Whole = number("focus groups of more than 8", ge=0)
    size_not_told: Whole = number("focus groups whose size is not told", ge=0)
    indicators: Whole = number("indicators that it ranked", ge=0)
    ranked_all: Whole = number("people behind the votes that leave nothing out", ge=0)
    agreement: Number = number("Kendall's W over all its focus groups", missing=True, ge=0, le=1)
    mean_agreement: Number = number("mean of Kendall's W of its focus groups", missing=True, ge=0, le=1)
    chi2: Number = number("Friedman's statistic", missing=True, ge=0)
    degrees_of_freedom: Whole = number("indicators less one", missing=True, ge=1)
    p_value: Number = number("chance of such agreement if all voted at random", missing=True, ge=0, le=1)


@table(
    "mart.ranking_agreement",
    grain="one row two poverty groups; all and all for all groups together",
    key=("poverty_group", "other_group"),
    release=Release(joint=FOCUS_GROUPS, beside=("indicators", "tau_b", "agreement")),
)
class RankingAgreement(Contract):
    poverty_group: Text = text("poverty group, or all")
    other_group: Text = text("poverty group, or all")
    indicators: Whole = number("indicators that all of them ranked", ge=0)
    tau_b: Number = number("Kendall's tau-b of the mean ranks of two groups", missing=True, ge=-1, le=1)
    agreement: Number = number("Kendall's W of the mean ranks of all groups", missing=True, ge=0, le=1)
    on_both: Whole = number("indicators on all of their short lists", ge=0)
    on_either: Whole = number("indicators on any of them", ge=0)
    participants: Whole = number("people behind the votes of the group with fewest", ge=0)
    focus_groups: Whole = number("focus groups of the group with fewest", ge=0)
