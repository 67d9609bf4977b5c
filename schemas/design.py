"""Phase three: frame, draw, quotas, and the indicators that poor groups rank."""

from __future__ import annotations

from schemas.base import Contract, Flag, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import ARMS, GENDERS, PILOT_DECISIONS, SAMPLE_DESIGNS


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
    stratum: Text = text("stratum of the draw")
    arm: Text = choice(ARMS, missing=True)
    cluster: Text = text("primary sampling unit or locality", missing=True)
    household: Text = text("id of the household", missing=True)
    gender: Text = choice(GENDERS, missing=True)
    difference: Text = text("ethnicity, religion, caste or other difference", missing=True)
    order: Whole = number("order in which a purposive sample takes units", missing=True)
    draw_order: Whole = number("made here: the unit's place by id, which fixes the draw", missing=True)


@table(
    "staged.quotas",
    grain="one row a stratum",
    key=("stratum",),
    source="design/quotas",
    refers={"stratum": "staged.frame.stratum"},
)
class Quotas(Contract):
    stratum: Text = text("stratum of the frame")
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


@table(
    "staged.pilot",
    grain="one row an item tried in the pilot",
    key=("item",),
    source="design/pilot",
)
class Pilot(Contract):
    item: Text = text("group, unit, indicator or tool that was tried")
    kind: Text = text("what kind of thing it is")
    decision: Text = choice(PILOT_DECISIONS)
    reason: Text = text("why")


@table(
    "mart.pilot_changes",
    grain="one row an item tried in the pilot",
    key=("item",),
    release=Release(),
)
class PilotChanges(Contract):
    item: Text = text("what was tried")
    kind: Text = text("what kind of thing it is")
    decision: Text = choice(PILOT_DECISIONS)
    reason: Text = text("why")


@table("mart.sample", grain="one row a drawn unit", key=("unit",))
class Sample(Contract):
    unit: Text = text("pseudonym of the person or firm")
    node: Text = text("actor of the map")
    poverty_group: Text = text("poverty group", missing=True)
    stratum: Text = text("stratum of the draw")
    arm: Text = choice(ARMS, missing=True)
    cluster: Text = text("primary sampling unit or locality", missing=True)
    design: Text = choice(SAMPLE_DESIGNS)
    drawn_order: Whole = number("order within the stratum", ge=1)
    inclusion_probability: Number = number("chance of being drawn", missing=True, gt=0, le=1)
    weight: Number = number("design weight", missing=True, gt=0)


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
    grain="one row a stratum",
    key=("stratum",),
    release=Release(count=("wanted",), hide=("drawn", "gap")),
)
class QuotaGaps(Contract):
    stratum: Text = text("stratum of the quota")
    wanted: Whole = number("units wanted", ge=0)
    drawn: Whole = number("units found", ge=0)
    gap: Whole = number("units that are missing", ge=0)


@table(
    "mart.indicator_selection",
    grain="one row a poverty group and indicator that it ranked",
    key=("poverty_group", "indicator"),
    release=Release(count=("voters",), hide=("mean_rank", "weight", "agreement")),
)
class IndicatorSelection(Contract):
    poverty_group: Text = text("poverty group that ranked")
    indicator: Text = text("id of the indicator")
    label: Text = text("name of the indicator")
    mean_rank: Number = number("mean rank, 1 = most important", missing=True, ge=1)
    voters: Whole = number("people who ranked it", ge=0)
    weight: Number = number("share of the group's importance", missing=True, ge=0, le=1)
    agreement: Number = number("Kendall's W of the group", missing=True, ge=0, le=1)
    selected: Flag = number("whether it is on the group's short list")
    reason: Text = text("why it is on the list, or not")
