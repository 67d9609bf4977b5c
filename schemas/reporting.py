"""Phase six: what workshops said of the findings, and what was agreed to do."""

from __future__ import annotations

from schemas.base import Contract, Release, Text, Whole, choice, day, number, table, text
from schemas.vocabulary import ACTION_STATUSES, FEEDBACK_VERDICTS, WORKSHOP_KINDS


@table(
    "staged.feedback",
    grain="one row a finding, workshop and role",
    key=("finding", "workshop", "role"),
    source="feedback/workshops",
)
class StagedFeedback(Contract):
    finding: Text = text("id of the finding: indicator/poverty group")
    workshop: Text = text("short name of the workshop")
    kind: Text = choice(WORKSHOP_KINDS)
    held_on: Text = day("date of the workshop")
    participants: Whole = number("people present", ge=1)
    role: Text = text("role of who spoke, never a name")
    verdict: Text = choice(FEEDBACK_VERDICTS)
    comment: Text = text("what was said, in a sentence that names nobody", missing=True)


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


@table("mart.actions", grain="one row an action", key=("action",), release=Release())
class Actions(Contract):
    action: Text = text("short name of the action")
    statement: Text = text("what is to be done")
    owner: Text = text("role of who does it")
    due: Text = day("by when")
    status: Text = choice(ACTION_STATUSES)
    finding: Text = text("finding that it answers", missing=True)
