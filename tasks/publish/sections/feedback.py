"""Feedback: what the workshops said, who was heard, the monitoring committee, actions and recommendations."""

from __future__ import annotations

from typing import Any

from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell, cell_of
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row

EMPTY, NO_SEAT = "empty seat", "no seat is kept"


def feedback(report: Report) -> dict[str, Any]:
    """Return what sections 6 and 6.1 place, and the actions with which the report opens."""
    return {
        "workshops": _workshops(report),
        "silent": silent_groups(report),
        "parts": [
            (heading, said)
            for heading, kind, earlier in (
                ("What the participants say of the findings", "participants", False),
                ("What stakeholders of the cluster say of the findings", "stakeholders", False),
            )
            if (said := _said(report, kind, earlier=earlier)).rows
        ],
        "before": _said(report, "", earlier=True),
        "committee": _committee(report),
        "empty_seats": _empty_seats(report),
        "overdue": _overdue(report),
        "carried": _actions(
            report,
            "What earlier waves have left to do, overdue first",
            report.rows("actions", {"carried": True}),
        ),
        "actions": _actions(report, "Actions, each with an owner and a date", report.rows("actions")),
        "recommendations": _recommendations(report),
    }


def contested(report: Report) -> dict[str, list[Row]]:
    """Return finding -> what contests it; a workshop before the newest wave spoke of another finding."""
    found: dict[str, list[Row]] = {}
    for row in report.rows("feedback", {"verdict": "contested", "of_earlier": False}):
        found.setdefault(row["finding"], []).append(row)
    return found


def contested_by(report: Report, rows: list[Row]) -> str:
    """Return who contests a finding: in which kind of workshop, and by which groups or roles."""
    parts = []
    for kind, words in wording.WORKSHOPS.items():
        here = [row for row in rows if row["kind"] == kind]
        who = dict.fromkeys(one for row in here for one in (row["contested_by"] or "").split(", ") if one)
        if here:
            told = wording.listing(report.label("poverty_group", one) for one in who)
            parts.append(f"in the {words}{f' by {told}' if told else ''}")
    return wording.listing(parts)


def silent_groups(report: Report) -> list[str]:
    """Return one sentence a wave on the focus groups that sent nobody to a participants' workshop."""
    sentences = []
    for (wave,) in report.different("focus_group_delegates", ["wave"]):
        rows = report.rows("focus_group_delegates", {"wave": wave})
        away = [row for row in rows if not row["sent"]]
        label = report.label("wave", wave)
        if not away:
            sentences.append(
                f"{label}: each of the {wording.counted(len(rows), 'focus group')} sent somebody."
            )
            continue
        by_group: dict[str, list[str]] = {}
        for row in away:
            by_group.setdefault(row["poverty_group"], []).append(row["focus_group"])
        told = (
            f"{report.label('poverty_group', group)} ({', '.join(names)})"
            for group, names in by_group.items()
        )
        sentences.append(
            f"{label}: {wording.whole(len(away))} of {wording.counted(len(rows), 'focus group')} sent nobody,"
            f" and their view of the findings is not here: {wording.listing(told)}."
        )
    return sentences


def _workshops(report: Report) -> Grid:
    columns = {
        "workshop": "Workshop",
        "held_on": "Held on",
        "participants": "People",
        "findings": "Findings spoken of",
        "contested": "Of these, contested",
        "recommendations": "Recommendations",
    }
    rows = sorted(report.rows("workshops"), key=lambda row: row["held_on"])
    return grids.grid(report, "workshops", "The workshops", columns, rows=rows, as_given=True)


def _said(report: Report, kind: str, *, earlier: bool) -> Grid:
    columns = {
        "finding": "Finding",
        "verdict": "Verdict",
        "comment": "What was said",
        "workshop": "Workshop",
        "held_on": "Held on",
    }
    rows = [row for row in report.rows("feedback", {"of_earlier": earlier}) if kind in ("", row["kind"])]
    caption = {
        "participants": "Verdicts of the participants’ workshops, contested findings first",
        "stakeholders": "Verdicts of the stakeholders’ workshops, contested findings first",
    }.get(kind, "Verdicts on the findings of earlier waves")
    return grids.grid(report, "feedback", caption, columns, rows=rows)


def _committee(report: Report) -> Grid:
    rows = sorted(
        report.rows("committee"),
        key=lambda row: (row["poverty_group"] is None, report.rank("poverty_group", row["poverty_group"])),
    )
    body = [
        [
            Cell(_kept_for(report, row)),
            Cell(row["role"]) if row["role"] else Cell(EMPTY if row["kept"] else NO_SEAT, "contradict"),
            cell_of(report, "committee", row, "since"),
        ]
        for row in rows
    ]
    labels = ("Kept for", "Held by", "Since")
    return grids.placed(report, "Seats of the poverty monitoring committee", labels, body)


def _kept_for(report: Report, row: Row) -> str:
    return (
        report.label("poverty_group", row["poverty_group"])
        if row["poverty_group"]
        else f"Stakeholders: {wording.plain(row['seat'])}"
    )


def _empty_seats(report: Report) -> str:
    rows = report.rows("committee")
    groups = [row for row in rows if row["poverty_group"]]
    empty = [row for row in groups if not row["role"]]
    if not rows:
        return ""
    if not empty:
        return "Each poverty group has a seat that is held."
    held = {row["poverty_group"] for row in groups if row["role"]}
    without = [one for one in dict.fromkeys(row["poverty_group"] for row in empty) if one not in held]
    told = wording.listing(report.label("poverty_group", one) for one in without)
    return f"Nobody sits on the committee for {told}." if told else "Some seats are empty."


def _actions(report: Report, caption: str, rows: list[Row]) -> Grid:
    late = {True: 0, False: 1}
    body = [
        [
            Cell(row["statement"]),
            Cell(row["owner"]),
            cell_of(report, "actions", row, "due"),
            Cell(row["status"], "contradict", note="overdue") if row["overdue"] else Cell(row["status"]),
            cell_of(report, "actions", row, "finding") if row["finding"] else NOTHING,
        ]
        for row in sorted(rows, key=lambda row: (late[row["overdue"]], row["due"], row["action"]))
    ]
    return grids.placed(report, caption, ("Action", "Owner", "Due", "Status", "Answers the finding"), body)


def _overdue(report: Report) -> str:
    rows = report.rows("actions")
    late = sum(bool(row["overdue"]) for row in rows)
    if not late:
        return ""
    day = wording.date(report.plan.assessment.report_date)
    verb = "is" if late == 1 else "are"
    return f"Of {wording.counted(len(rows), 'action')}, {wording.whole(late)} {verb} overdue on {day}."


def _recommendations(report: Report) -> Grid:
    columns = {
        "statement": "Recommendation",
        "proposed_by": "Proposed by",
        "standing": "How the workshop took it",
        "finding": "Answers the finding",
        "action": "What is to be done about it",
        "workshop": "Workshop",
    }
    caption = "Recommendations, by kind of workshop"
    return grids.grid(report, "recommendations", caption, columns, parted_by="kind")
