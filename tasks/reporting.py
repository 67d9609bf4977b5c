"""Phase six: what the workshops said of the findings, and what was agreed to do."""

from __future__ import annotations

import pandas as pd

from schemas.base import empty
from schemas.reporting import Actions, Feedback, StagedActions, StagedFeedback
from tasks.steps import step


@step("feedback", reads=[StagedFeedback], writes=[Feedback])
def carry_feedback(said: pd.DataFrame) -> pd.DataFrame:
    """Join what was said of each finding in each workshop: one voice that contests it makes it contested."""
    if not len(said):
        return empty(Feedback)
    records = []
    for (finding, workshop), part in said.groupby(["finding", "workshop"], sort=True):
        part = part.sort_values("role")
        verdicts = set(part["verdict"])
        verdict = next(word for word in ("contested", "confirmed", "comment") if word in verdicts)
        comments = [
            f"{role}: {comment}"
            for role, comment in zip(part["role"], part["comment"], strict=True)
            if pd.notna(comment)
        ]
        records.append(
            {
                "finding": finding,
                "workshop": workshop,
                "kind": part["kind"].iloc[0],
                "held_on": part["held_on"].iloc[0],
                "verdict": verdict,
                "comment": " ".join(comments) or None,
            }
        )
    return pd.DataFrame(records)


@step("feedback", reads=[StagedActions], writes=[Actions])
def carry_actions(actions: pd.DataFrame) -> pd.DataFrame:
    """Carry the actions agreed, each with its owner by role, due date and status."""
    return actions
