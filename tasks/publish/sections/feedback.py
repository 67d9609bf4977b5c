"""Feedback: what the workshops said, who was heard, the monitoring committee, actions and recommendations."""

from __future__ import annotations

import re
from typing import Any

from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell, cell_of
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, code, ngettext, pgettext, recorded, told
from tasks.translations import ENGLISH, N_

_UNHELD = Words({True: N_("empty seat"), False: N_("no seat is kept")})
"""Whether a seat is kept -> what stands where nobody holds it."""


def feedback(report: Report) -> dict[str, Any]:
    """Return what sections 6 and 6.1 place, and the actions with which the report opens."""
    return {
        "workshops": _workshops(report),
        "silent": silent_groups(report),
        "parts": [
            (heading, said)
            for heading, kind, earlier in (
                (_("What the participants say of the findings"), "participants", False),
                (_("What stakeholders of the cluster say of the findings"), "stakeholders", False),
            )
            if (said := _said(report, kind, earlier=earlier)).rows
        ],
        "before": _said(report, "", earlier=True),
        "committee": _committee(report),
        "empty_seats": _empty_seats(report),
        "overdue": _overdue(report),
        "carried": _actions(
            report,
            _("What earlier waves have left to do, overdue first"),
            report.rows("actions", {"carried": True}),
        ),
        "actions": _actions(report, _("Actions, each with an owner and a date"), report.rows("actions")),
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
            by = wording.listing(report.label("poverty_group", one) for one in who)
            message = _("in the {workshop} by {who}") if by else _("in the {workshop}")
            parts.append(message.format(workshop=words, who=by))
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
                ngettext(
                    "{wave}: each of the {n} focus group sent somebody.",
                    "{wave}: each of the {n} focus groups sent somebody.",
                    len(rows),
                ).format(wave=label, n=wording.whole(len(rows)))
            )
            continue
        by_group: dict[str, list[str]] = {}
        for row in away:
            by_group.setdefault(row["poverty_group"], []).append(recorded(row["focus_group"]))
        groups = (
            f"{report.label('poverty_group', group)} ({', '.join(names)})"
            for group, names in by_group.items()
        )
        sentences.append(
            ngettext(
                "{wave}: {away} of {n} focus group sent nobody, and their view of the findings is not here:"
                " {groups}.",
                "{wave}: {away} of {n} focus groups sent nobody, and their view of the findings is not here:"
                " {groups}.",
                len(rows),
            ).format(
                wave=label,
                away=wording.whole(len(away)),
                n=wording.whole(len(rows)),
                groups=wording.listing(groups),
            )
        )
    return sentences


def _workshops(report: Report) -> Grid:
    columns = {
        "workshop": _("Workshop"),
        "held_on": _("Held on"),
        "participants": _("People"),
        "findings": _("Findings spoken of"),
        "contested": _("Of these, contested"),
        "recommendations": _("Recommendations"),
    }
    rows = sorted(report.rows("workshops"), key=lambda row: row["held_on"])
    return grids.grid(report, "workshops", _("The workshops"), columns, rows=rows, as_given=True)


def _said(report: Report, kind: str, *, earlier: bool) -> Grid:
    columns = {
        "finding": _("Finding"),
        "verdict": _("Verdict"),
        "comment": _("What was said"),
        "workshop": _("Workshop"),
        "held_on": _("Held on"),
    }
    rows = [
        {**row, "comment": _comments(row["comment"])}
        for row in report.rows("feedback", {"of_earlier": earlier})
        if kind in ("", row["kind"])
    ]
    caption = {
        "participants": _("Verdicts of the participants’ workshops, contested findings first"),
        "stakeholders": _("Verdicts of the stakeholders’ workshops, contested findings first"),
    }.get(kind, _("Verdicts on the findings of earlier waves"))
    return grids.grid(report, "feedback", caption, columns, rows=rows)


def _comments(comment: str | None) -> str | None:
    """Return what was said in the language that is spoken: as a whole, else role by role.

    `carry_feedback` joins what the roles said.
    """
    if not comment or code() == ENGLISH:
        return comment
    if (said := recorded(comment)) != comment:
        return said
    return wording.in_a_row(*map(_comment, comment.split("; ")))


def _comment(comment: str) -> str:
    role, colon, words = comment.partition(": ")
    if not colon:
        return recorded(comment)
    verdict = re.fullmatch(rf"(.+) \(({'|'.join(wording.FEEDBACK)})\)", role)
    who = f"{recorded(verdict[1])} ({wording.FEEDBACK[verdict[2]]})" if verdict else recorded(role)
    return wording.headed(who, recorded(words))


def _committee(report: Report) -> Grid:
    rows = sorted(
        report.rows("committee"),
        key=lambda row: (row["poverty_group"] is None, report.rank("poverty_group", row["poverty_group"])),
    )
    body = [
        [
            Cell(_kept_for(report, row)),
            Cell(recorded(row["role"])) if row["role"] else Cell(_UNHELD[bool(row["kept"])], "contradict"),
            cell_of(report, "committee", row, "since"),
        ]
        for row in rows
    ]
    labels = (_("Kept for"), _("Held by"), _("Since"))
    return grids.placed(report, _("Seats of the poverty monitoring committee"), labels, body)


def _kept_for(report: Report, row: Row) -> str:
    if row["poverty_group"]:
        return report.label("poverty_group", row["poverty_group"])
    return _("Stakeholders: {seat}").format(seat=wording.named(row["seat"]))


def _empty_seats(report: Report) -> str:
    rows = report.rows("committee")
    groups = [row for row in rows if row["poverty_group"]]
    empty = [row for row in groups if not row["role"]]
    if not rows:
        return ""
    if not empty:
        return _("Each poverty group has a seat that is held.")
    held = {row["poverty_group"] for row in groups if row["role"]}
    without = [one for one in dict.fromkeys(row["poverty_group"] for row in empty) if one not in held]
    if not without:
        return _("Some seats are empty.")
    unheard = wording.listing(report.label("poverty_group", one) for one in without)
    return _("Nobody sits on the committee for {groups}.").format(groups=unheard)


def _actions(report: Report, caption: str, rows: list[Row]) -> Grid:
    late = {True: 0, False: 1}
    body = [
        [
            Cell(recorded(row["statement"])),
            Cell(recorded(row["owner"])),
            cell_of(report, "actions", row, "due"),
            _status(row),
            cell_of(report, "actions", row, "finding") if row["finding"] else NOTHING,
        ]
        for row in sorted(rows, key=lambda row: (late[row["overdue"]], row["due"], row["action"]))
    ]
    labels = (
        _("Action"),
        pgettext("of an action", "Owner"),
        _("Due"),
        _("Status"),
        _("Answers the finding"),
    )
    return grids.placed(report, caption, labels, body)


def _status(row: Row) -> Cell:
    status = told(row["status"])
    return Cell(status, "contradict", note=_("overdue")) if row["overdue"] else Cell(status)


def _overdue(report: Report) -> str:
    rows = report.rows("actions")
    late = sum(bool(row["overdue"]) for row in rows)
    if not late:
        return ""
    day = wording.date(report.plan.assessment.report_date)
    actions = wording.counted(len(rows), "action", "actions")
    return ngettext(
        "Of {actions}, {n} is overdue on {day}.", "Of {actions}, {n} are overdue on {day}.", late
    ).format(actions=actions, n=wording.whole(late), day=day)


def _recommendations(report: Report) -> Grid:
    columns = {
        "statement": _("Recommendation"),
        "proposed_by": _("Proposed by"),
        "standing": _("How the workshop took it"),
        "finding": _("Answers the finding"),
        "action": _("What is to be done about it"),
        "workshop": _("Workshop"),
    }
    caption = _("Recommendations, by kind of workshop")
    return grids.grid(report, "recommendations", caption, columns, parted_by="kind")
