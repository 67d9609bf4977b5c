"""Phase one: the tables that the plan of the assessment becomes."""

from __future__ import annotations

from schemas.base import Contract, Flag, Text, Whole, choice, day, number, table, text
from schemas.vocabulary import (
    APPROACHES,
    ASSIGNMENTS,
    BOX_4_GROUPS,
    FOLLOW_UPS,
    GENDERS,
    SAMPLE_DESIGNS,
    STUDY_DESIGNS,
    WAVE_ROLES,
)


@table("staged.plan", grain="one row an assessment", key=("assessment",))
class Plan(Contract):
    assessment: Text = text("short name of the assessment")
    title: Text = text("title of the report")
    approach: Text = choice(APPROACHES, "improving impact or proving it")
    study_design: Text = choice(STUDY_DESIGNS, "one-off, repeat or longitudinal (Box 7)")
    cluster: Text = text("name of the cluster")
    country: Text = text("country of the cluster")
    sector: Text = text("trade of the cluster")
    programme: Text = text("the cluster development programme that is assessed", missing=True)
    sample_design: Text = choice(SAMPLE_DESIGNS, "how respondents were chosen")
    assignment: Text = choice(ASSIGNMENTS, "how the arms were formed", missing=True)
    report_date: Text = day("date that the report bears")


@table("staged.scope", grain="one row a node decided on", key=("node",))
class Scope(Contract):
    node: Text = text("actor of the value-chain map")
    in_scope: Flag = number("whether the assessment covers it")
    reason: Text = text("why")


@table("staged.waves", grain="one row a wave", key=("wave",))
class Waves(Contract):
    wave: Text = text("short name of the wave")
    position: Whole = number("order in time, from 1")
    label: Text = text("name of the wave in the report")
    role: Text = choice(WAVE_ROLES)
    follow_up: Text = choice(FOLLOW_UPS, "of a follow-up: a repeat study, or a limited one", missing=True)
    starts_on: Text = day("first day of fieldwork", missing=True)
    ends_on: Text = day("last day of fieldwork", missing=True)


@table("staged.poverty_groups", grain="one row a poverty group of the plan", key=("poverty_group",))
class PlannedGroups(Contract):
    poverty_group: Text = text("short name of the poverty group")
    label: Text = text("name of the group in the report")
    node: Text = text("poverty node in which the group is found")
    box4_group: Text = choice(BOX_4_GROUPS, "producer or worker group of Box 4")
    gender: Text = choice(GENDERS, missing=True)
    difference: Text = text("ethnicity, religion, caste or other difference", missing=True)
