"""The summary page of a poverty group: who was asked, what was said, and what is to be done about it.

What has changed: group_changes.py. Sentences stand in reports/groups/group.html.j2. Where a cell is withheld,
its text is "" and the template says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import ALL
from tasks.publish import wording
from tasks.publish.report import Report, Row
from tasks.publish.spoken import Spoken

MOST = {
    "important": 5,
    "quotes": 3,
    "said": 4,
    "actions": 4,
    "all_actions": 12,
    "proposals": 3,
}
"""How many of a kind a page has room for; the rest is counted, and stands in the whole report."""


@dataclass(frozen=True)
class Asked:
    """How many were asked in a wave: of the group and of others; '' where that is withheld, None: nobody."""

    wave: str
    group: str
    others: str | None


@dataclass(frozen=True)
class Said:
    """Something written or said by itself; foreign: it stands in the language of the folder."""

    words: str
    by: str = ""
    foreign: bool = False


def has_page(report: Report, group: str) -> bool:
    """Return whether the released tables tell anything of a group that its people could be told."""
    tables = ("winners_losers", "indicator_estimates", "indicator_selection", "quotes")
    return any(report.rows(name, {"poverty_group": group}) for name in tables)


def asked(report: Report, spoken: Spoken, group: str) -> list[Asked]:
    """Return how many of a group, and of others beside it, were asked in each wave."""
    found = []
    for (wave,) in report.different("interviews", ["wave"], {"poverty_group": group}):
        rows = {row["arm"]: row for row in report.rows("interviews", {"wave": wave, "poverty_group": group})}
        own = rows.get("programme") or rows.get(ALL)
        if own is None:
            continue
        others = rows.get("comparison")
        told = wording.capital(spoken.wave(report.plan, wave))
        counted = _asked(report, spoken, own), _asked(report, spoken, others) if others else None
        found.append((report.rank("wave", wave), Asked(told, *counted)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _asked(report: Report, spoken: Spoken, row: Row) -> str:
    people = row["interviewed"]
    return "" if report.hidden("interviews", row, "interviewed") or people is None else spoken.whole(people)


def important(report: Report, spoken: Spoken, group: str) -> tuple[list[tuple[str, bool]], bool]:
    """Return the words of a group's short list, whether its votes put each there, and if it is in order."""
    rows = [row for row in report.rows("indicator_selection", {"poverty_group": group}) if row["selected"]]
    name = "indicator_selection"
    ranked = all(not report.hidden(name, row, "mean_rank") for row in rows)
    if ranked:
        own = [row for row in rows if row["mean_rank"] is not None]
        others = [row for row in rows if row["mean_rank"] is None]
        rows = sorted(own, key=lambda row: row["mean_rank"]) + others
    rows = sorted(rows, key=lambda row: row["decided"] != "ranking")
    told = [(spoken.indicator(report, row["indicator"]), row["decided"] == "ranking") for row in rows]
    return told, ranked


def contradictions(report: Report, spoken: Spoken, group: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what figures, interviews and group meetings say where they contradict each other."""
    found = []
    for row in report.rows("triangulation", {"poverty_group": group, "verdict": "contradict"}):
        if report.hidden("triangulation", row, "verdict"):
            continue
        said = [
            (source, row[source])
            for source in ("quantitative", "qualitative", "participatory")
            if row[source] not in (None, "silent", "withheld")
            and not report.hidden("triangulation", row, source)
        ]
        found.append((spoken.indicator(report, row["indicator"]), said))
    return found


def quotes(report: Report, spoken: Spoken, group: str) -> list[Said]:
    """Return the quotes of a group that may be told."""
    return [
        Said(spoken.said(row["words"]), spoken.said(row["label"]), spoken.is_foreign(row["words"]))
        for row in report.rows("quotes", {"poverty_group": group})
        if not report.hidden("quotes", row, "words") and row["words"]
    ][: MOST["quotes"]]


@dataclass(frozen=True)
class Verdict:
    """What a workshop said of a finding of the group."""

    words: str
    verdict: str
    kind: str
    held_on: str
    comment: Said


def workshops(report: Report, spoken: Spoken, group: str) -> tuple[list[Verdict], int]:
    """Return what workshops said of a group's findings, contested first; and how many are left out."""
    rows = [row for row in report.rows("feedback", {"of_earlier": False}) if _is_of(row["finding"], group)]
    order = list(wording.FEEDBACK)
    kinds = list(wording.WORKSHOPS)
    rows.sort(key=lambda row: (order.index(row["verdict"]), kinds.index(row["kind"]), row["finding"]))
    told = [
        Verdict(
            spoken.indicator(report, row["finding"].rpartition("/")[0]),
            row["verdict"],
            row["kind"],
            spoken.date(row["held_on"]),
            Said(spoken.said(row["comment"]), foreign=spoken.is_foreign(row["comment"])),
        )
        for row in rows
    ]
    return told[: MOST["said"]], max(len(told) - MOST["said"], 0)


@dataclass(frozen=True)
class Action:
    """What was agreed to be done: what, by whom, by when, and where it stands."""

    words: Said
    owner: Said
    due: str
    status: str
    overdue: bool


def actions(report: Report, spoken: Spoken, group: str | None) -> tuple[list[Action], int]:
    """Return what is to be done for a group, then what is for everybody; and how many are left out.

    Of either, what has been done or given up comes last. No group: for every one, by date.
    """
    rows = [
        row
        for row in report.rows("actions")
        if group is None
        or row["finding"] is None
        or _is_of(row["finding"], group)
        or _is_of(row["finding"], ALL)
    ]
    over = ("done", "dropped")
    rows.sort(
        key=lambda row: (
            group is not None and (row["finding"] is None or not _is_of(row["finding"], group)),
            row["status"] in over,
            row["due"],
            row["action"],
        )
    )
    told = [
        Action(
            Said(spoken.said(row["statement"]), foreign=spoken.is_foreign(row["statement"])),
            Said(spoken.said(row["owner"]), foreign=spoken.is_foreign(row["owner"])),
            spoken.date(row["due"]),
            row["status"],
            bool(row["overdue"]),
        )
        for row in rows
    ]
    room = MOST["actions" if group else "all_actions"]
    return told[:room], max(len(told) - room, 0)


def proposals(report: Report, spoken: Spoken, group: str | None) -> list[tuple[Said, str]]:
    """Return what workshops recommended for a group and no action has come of, and how it was taken.

    No group: for every one.
    """
    return [
        (Said(spoken.said(row["statement"]), foreign=spoken.is_foreign(row["statement"])), row["standing"])
        for row in report.rows("recommendations")
        if not row["action"] and (group is None or (row["finding"] and _is_of(row["finding"], group)))
    ][: MOST["proposals"]]


def seat(report: Report, spoken: Spoken, group: str) -> tuple[str, Said] | None:
    """Return whether the group's seat on the committee is held, empty or none, and by which role.

    None: there is no committee.
    """
    if not report.has("committee"):
        return None
    rows = report.rows("committee", {"poverty_group": group})
    held = [row for row in rows if row["role"]]
    if held:
        return "held", Said(spoken.said(held[0]["role"]), foreign=spoken.is_foreign(held[0]["role"]))
    return ("empty" if any(row["kept"] for row in rows) else "none"), Said("")


def _is_of(finding: str, group: str) -> bool:
    return finding.rpartition("/")[2] == group
