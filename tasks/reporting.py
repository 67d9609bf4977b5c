"""Phase six: what the workshops said of the findings, who was heard, and what was agreed to do."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from schemas.assessment import AssessmentPart, PovertyGroup
from schemas.base import empty
from schemas.fieldwork import FocusGroups
from schemas.plan import Waves
from schemas.reporting import (
    Actions,
    Committee,
    Feedback,
    FocusGroupDelegates,
    Recommendations,
    StagedActions,
    StagedAttendance,
    StagedCommittee,
    StagedFeedback,
    StagedRecommendations,
    Workshops,
)
from tasks.analysis import study_waves
from tasks.newest_wave import newest_start
from tasks.steps import step

NOT_DONE = ("open", "under way")


@step("feedback", reads=[StagedFeedback, Waves], writes=[Feedback], plan=["assessment"])
def carry_feedback(said: pd.DataFrame, waves: pd.DataFrame, *, assessment: AssessmentPart) -> pd.DataFrame:
    """Join what was said of each finding in each workshop: one voice that contests it makes it contested."""
    if not len(said):
        return empty(Feedback)
    newest = newest_start(waves, assessment.report_date.isoformat())
    records = []
    for (finding, workshop), part in said.groupby(["finding", "workshop"], sort=True):
        part = part.sort_values("role")
        verdicts = set(part["verdict"])
        verdict = next(word for word in ("contested", "confirmed", "comment") if word in verdicts)
        comments = [
            f"{role} ({said_so}): {comment}" if len(verdicts) > 1 else f"{role}: {comment}"
            for role, said_so, comment in part[["role", "verdict", "comment"]].itertuples(index=False)
            if pd.notna(comment)
        ]
        against = part[part["verdict"] == "contested"]
        held_on = str(part["held_on"].iloc[0])
        records.append(
            {
                "finding": finding,
                "workshop": workshop,
                "kind": part["kind"].iloc[0],
                "held_on": held_on,
                "verdict": verdict,
                "comment": "; ".join(comments) or None,
                "contested_by": ", ".join(dict.fromkeys(against["poverty_group"].fillna(against["role"])))
                or None,
                "of_earlier": held_on < newest,
            }
        )
    return pd.DataFrame(records)


@step("feedback", reads=[StagedFeedback, StagedRecommendations], writes=[Workshops])
def list_workshops(said: pd.DataFrame, proposed: pd.DataFrame) -> pd.DataFrame:
    """List the workshops, with how many findings were spoken of, and how many recommendations recorded."""
    columns = ["workshop", "kind", "held_on"]
    both = pd.concat([said[[*columns, "participants"]], proposed[columns]], ignore_index=True)
    if not len(both):
        return empty(Workshops)
    records = []
    for workshop, part in both.groupby("workshop", sort=True):
        here = said[said["workshop"] == workshop]
        contested = here.loc[here["verdict"] == "contested", "finding"]
        records.append(
            {
                "workshop": workshop,
                "kind": part["kind"].iloc[0],
                "held_on": part["held_on"].iloc[0],
                "participants": part["participants"].max(),
                "findings": here["finding"].nunique(),
                "contested": contested.nunique(),
                "recommendations": int((proposed["workshop"] == workshop).sum()),
            }
        )
    return pd.DataFrame(records)


@step(
    "feedback",
    reads=[StagedFeedback, StagedAttendance, FocusGroups, Waves],
    writes=[FocusGroupDelegates],
)
def find_delegates(
    said: pd.DataFrame, attendance: pd.DataFrame, groups: pd.DataFrame, waves: pd.DataFrame
) -> pd.DataFrame:
    """Say of each focus group whether it sent somebody to a participants' workshop.

    Of a wave whose focus groups sent nobody at all nothing is said, unless it is the last with focus groups.
    """
    if not len(attendance) and not (said["kind"] == "participants").any():
        return empty(FocusGroupDelegates)
    met = [wave for wave in study_waves(waves) if (groups["wave"] == wave).any()]
    expected = {*attendance["wave"], *met[-1:]}
    listed = groups.loc[groups["wave"].isin(expected), ["wave", "focus_group", "poverty_group"]]
    listed = listed.drop_duplicates(["wave", "focus_group"]).reset_index(drop=True)
    came = set(attendance[["wave", "focus_group"]].itertuples(index=False, name=None))
    pairs = listed[["wave", "focus_group"]].itertuples(index=False, name=None)
    return listed.assign(sent=[pair in came for pair in pairs])


@step("feedback", reads=[StagedRecommendations, StagedActions], writes=[Recommendations])
def carry_recommendations(proposed: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Carry the recommendations, each with the action that came of it in words."""
    statements = actions.set_index("action")["statement"]
    return proposed.assign(action=proposed["action"].map(statements).astype("string"))


@step("feedback", reads=[StagedCommittee], writes=[Committee], plan=["poverty_group"])
def seat_committee(seats: pd.DataFrame, *, poverty_group: Sequence[PovertyGroup]) -> pd.DataFrame:
    """List the committee's seats, and each poverty group of the plan for which none is kept."""
    if not len(seats):
        return empty(Committee)
    without = [one.id for one in poverty_group if one.id not in set(seats["poverty_group"].dropna())]
    missing = [
        {"seat": f"no seat: {one}", "kind": "poverty group", "poverty_group": one, "kept": False}
        for one in without
    ]
    return pd.concat([seats.assign(kept=True), pd.DataFrame(missing)], ignore_index=True)


@step("feedback", reads=[StagedActions, Waves], writes=[Actions], plan=["assessment"])
def carry_actions(actions: pd.DataFrame, waves: pd.DataFrame, *, assessment: AssessmentPart) -> pd.DataFrame:
    """Carry the actions agreed; say which are overdue, and which an earlier wave has left to this one.

    An action that was due before the newest wave began was agreed before it, even where no date says so.
    """
    report_date = assessment.report_date.isoformat()
    newest = newest_start(waves, report_date)
    not_done = actions["status"].isin(NOT_DONE)
    agreed_by = actions["agreed_on"].fillna(actions["due"])
    return actions.assign(
        overdue=not_done & (actions["due"] < report_date), carried=not_done & (agreed_by < newest)
    )
