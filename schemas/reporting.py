"""Phase six: what workshops said of the findings, and what was agreed to do."""

from __future__ import annotations

from schemas.base import Contract, Flag, Release, Text, Whole, choice, day, number, table, text
from schemas.vocabulary import (
    ACTION_STATUSES,
    FEEDBACK_VERDICTS,
    PROPOSAL_STANDINGS,
    SEAT_KINDS,
    WORKSHOP_KINDS,
)


@table(
    "staged.feedback",
    grain="one row a finding, workshop and role",
    key=("finding", "workshop", "role"),
    refers={"poverty_group": "staged.poverty_groups.poverty_group"},
    source="feedback/workshops",
)
class StagedFeedback(Contract):
    finding: Text = text("id of the finding: indicator/poverty group")
    workshop: Text = text("short name of the workshop")
    kind: Text = choice(WORKSHOP_KINDS)
    held_on: Text = day("date of the workshop")
    participants: Whole = number("people present", ge=1)
    role: Text = text("role of who spoke, never a name")
    poverty_group: Text = text("poverty group of who spoke; empty: a stakeholder", missing=True)
    verdict: Text = choice(FEEDBACK_VERDICTS)
    comment: Text = text("what was said, in a sentence that names nobody", missing=True)


@table(
    "staged.attendance",
    grain="one row a workshop, wave and focus group that sent somebody",
    key=("workshop", "wave", "focus_group"),
    refers={"wave": "staged.waves.wave"},
    source="feedback/attendance",
)
class StagedAttendance(Contract):
    workshop: Text = text("short name of the participants' workshop")
    wave: Text = text("wave in which the focus group met")
    focus_group: Text = text("short name of the focus group, as in waves/<wave>/focus_groups")
    people: Whole = number("people of it who came", ge=1)


@table(
    "staged.recommendations",
    grain="one row a recommendation",
    key=("recommendation",),
    source="feedback/recommendations",
)
class StagedRecommendations(Contract):
    recommendation: Text = text("short name of the recommendation")
    statement: Text = text("what is proposed, in a sentence that names nobody")
    workshop: Text = text("short name of the workshop in which it was recorded")
    kind: Text = choice(WORKSHOP_KINDS)
    held_on: Text = day("date of the workshop")
    proposed_by: Text = text("role of who proposed it, never a name")
    standing: Text = choice(PROPOSAL_STANDINGS, "how the workshop took it")
    finding: Text = text("finding that it answers", missing=True)
    action: Text = text("action of feedback/actions that came of it", missing=True)


@table(
    "staged.committee",
    grain="one row a seat of the monitoring committee",
    key=("seat",),
    refers={"poverty_group": "staged.poverty_groups.poverty_group"},
    source="feedback/committee",
)
class StagedCommittee(Contract):
    seat: Text = text("short name of the seat")
    kind: Text = choice(SEAT_KINDS, "for whom it is kept")
    poverty_group: Text = text("poverty group that it is kept for", missing=True)
    role: Text = text("role of who holds it, never a name; empty: nobody does", missing=True)
    since: Text = day("since when", missing=True)


@table(
    "staged.actions",
    grain="one row an action",
    key=("action",),
    source="feedback/actions",
)
class StagedActions(Contract):
    action: Text = text("short name of the action")
    statement: Text = text("what is to be done")
    owner: Text = text("role of who does it, never a name")
    due: Text = day("by when")
    status: Text = choice(ACTION_STATUSES)
    finding: Text = text("finding that it answers", missing=True)
    agreed_on: Text = day("when it was agreed", missing=True)


@table(
    "mart.feedback",
    grain="one row a finding and workshop",
    key=("finding", "workshop"),
    release=Release(),
)
class Feedback(Contract):
    finding: Text = text("id of the finding")
    workshop: Text = text("short name of the workshop")
    kind: Text = choice(WORKSHOP_KINDS)
    held_on: Text = day("date of the workshop")
    verdict: Text = choice(FEEDBACK_VERDICTS, "contested if anybody contested it")
    comment: Text = text("what was said", missing=True)
    contested_by: Text = text("who contested it: ids of poverty groups, else roles, by commas", missing=True)
    of_earlier: Flag = number("whether it was said before the newest wave, of older findings")


@table(
    "mart.workshops",
    grain="one row a workshop",
    key=("workshop",),
    release=Release(totals={"participants": 10}),
)
class Workshops(Contract):
    workshop: Text = text("short name of the workshop")
    kind: Text = choice(WORKSHOP_KINDS)
    held_on: Text = day("date of the workshop")
    participants: Whole = number("people present", missing=True, ge=1)
    findings: Whole = number("findings on which somebody spoke", ge=0)
    contested: Whole = number("of these, contested", ge=0)
    recommendations: Whole = number("recommendations recorded", ge=0)


@table(
    "mart.focus_group_delegates",
    grain="one row a wave and focus group",
    key=("wave", "focus_group"),
    release=Release(),
)
class FocusGroupDelegates(Contract):
    """It says who was heard, and nothing of what was said."""

    wave: Text = text("wave in which the focus group met")
    focus_group: Text = text("short name of the focus group")
    poverty_group: Text = text("poverty group that it stands for")
    sent: Flag = number("whether it sent anybody to a participants' workshop")


@table(
    "mart.recommendations",
    grain="one row a recommendation",
    key=("recommendation",),
    release=Release(),
)
class Recommendations(Contract):
    recommendation: Text = text("short name of the recommendation")
    statement: Text = text("what is proposed")
    workshop: Text = text("short name of the workshop")
    kind: Text = choice(WORKSHOP_KINDS)
    held_on: Text = day("date of the workshop")
    proposed_by: Text = text("role of who proposed it")
    standing: Text = choice(PROPOSAL_STANDINGS, "how the workshop took it")
    finding: Text = text("finding that it answers", missing=True)
    action: Text = text("what is to be done about it, where an action came of it", missing=True)


@table("mart.committee", grain="one row a seat", key=("seat",), release=Release())
class Committee(Contract):
    """The seats of the monitoring committee; a poverty group without one has a row all the same."""

    seat: Text = text("short name of the seat; of a poverty group without one, the group's")
    kind: Text = choice(SEAT_KINDS, "for whom it is kept")
    poverty_group: Text = text("poverty group that it is kept for", missing=True)
    role: Text = text("role of who holds it; empty: nobody does", missing=True)
    since: Text = day("since when", missing=True)
    kept: Flag = number("whether a seat is kept at all")


@table("mart.actions", grain="one row an action", key=("action",), release=Release())
class Actions(Contract):
    action: Text = text("short name of the action")
    statement: Text = text("what is to be done")
    owner: Text = text("role of who does it")
    due: Text = day("by when")
    status: Text = choice(ACTION_STATUSES)
    finding: Text = text("finding that it answers", missing=True)
    agreed_on: Text = day("when it was agreed", missing=True)
    overdue: Flag = number("whether it is not done though due before the date of the report")
    carried: Flag = number("whether it is not done though agreed before the newest wave")
