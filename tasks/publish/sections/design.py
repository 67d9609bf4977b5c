"""The design: what each poverty group ranked and chose, who was trained, and which forms were frozen."""

from __future__ import annotations

from typing import Any

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import _, ngettext
from tasks.translations import N_

LIST_COLUMNS = {
    "indicator": N_("Indicator"),
    "mean_rank": N_("Mean rank"),
    "weight": N_("Importance"),
    "selected": N_("On the short list"),
    "list_weight": N_("Importance within the list"),
    "decided_with_role": N_("Decided by"),
    "reason": N_("Why"),
}


def rankings(report: Report) -> Grid:
    """Return how each poverty group ranked the indicators, with what stands on its short list."""
    return grids.pivot(
        report,
        "indicator_selection",
        _("Mean rank of each indicator by poverty group, 1 is most important"),
        {"indicator": _("Indicator")},
        ("poverty_group",),
        "rank_with_weight",
    )


def short_lists(report: Report) -> Grid:
    """Return the list of each poverty group with its weights, and what was left out with the reason."""
    caption = _("The short list of each group with its weights, and what was left out")
    rows = sorted(
        report.rows("indicator_selection"),
        key=lambda row: (
            report.rank("poverty_group", row["poverty_group"]),
            not row["selected"],
            -(row["weight"] or 0),
            report.rank("indicator", row["indicator"]),
        ),
    )
    return grids.grid(
        report,
        "indicator_selection",
        caption,
        {column: _(head) for column, head in LIST_COLUMNS.items()},
        rows=rows,
        parted_by="poverty_group",
        as_given=True,
    )


def overruled_rankings(report: Report) -> Grid:
    """Return the indicators on which the team or the pilot decided otherwise than the votes."""
    columns = {"poverty_group": N_("Poverty group"), **LIST_COLUMNS}
    kept = ("poverty_group", "indicator", "selected", "decided_with_role", "reason")
    rows = [row for row in report.rows("indicator_selection") if row["decided"] != "ranking"]
    caption = _("Where the team or the pilot decided otherwise than the votes")
    return grids.grid(
        report, "indicator_selection", caption, {column: _(columns[column]) for column in kept}, rows=rows
    )


def likeness(report: Report) -> str:
    """Return in words how alike the poverty groups rank and choose; nothing where it cannot be said."""
    whole = next(iter(report.rows("ranking_agreement", {"poverty_group": ALL})), None)
    if whole is None:
        return ""
    lists = ngettext(
        "Of {indicators} on any of the short lists, {shared} is on all of them.",
        "Of {indicators} on any of the short lists, {shared} are on all of them.",
        whole["on_both"],
    ).format(
        indicators=wording.counted(whole["on_either"], "indicator", "indicators"),
        shared=wording.whole(whole["on_both"]),
    )
    if whole["agreement"] is None or whole["withheld_by"]:
        return lists
    agreement = _(
        "Over the {indicators} that all groups ranked, Kendall’s W of their mean ranks is {w}."
    ).format(
        indicators=wording.counted(whole["indicators"], "indicator", "indicators"),
        w=wording.rounded(whole["agreement"], 2),
    )
    return f"{agreement} {lists}"


def pairs_of_groups(report: Report) -> Grid:
    """Return how alike each two poverty groups rank and choose."""
    rows = [row for row in report.rows("ranking_agreement") if row["poverty_group"] != ALL]
    return grids.grid(
        report,
        "ranking_agreement",
        _("How alike two groups rank and choose"),
        {
            "poverty_group": _("Group"),
            "other_group": _("and group"),
            "tau_b": _("Rank correlation (tau-b)"),
            "indicators": _("Indicators that both ranked"),
            "shared_lists": _("On both short lists"),
        },
        rows=rows,
    )


def freeze(report: Report) -> dict[str, Any]:
    """Return since when the forms are final, and each wave's version then and now; {} where they are not."""
    frozen = report.plan.pilot
    if frozen is None:
        return {}
    now: dict[str, str] = {row["wave"]: row["version"] for row in report.rows("instruments")}
    rows, differs = [], False
    for wave in report.plan.wave:
        if wave.role == "pilot":
            continue
        then, here = frozen.versions.get(wave.name, ""), now.get(wave.name, "")
        differs |= bool(then and here and then != here)
        same = (
            _("as frozen")
            if then and then == here
            else _("differs")
            if then and here
            else _("cannot be said")
        )
        rows.append((report.label("wave", wave.name), then, here, same))
    labels = (_("Wave"), _("Version that was frozen"), _("Version of plan and design now"), _("Verdict"))
    return {
        "on": wording.date(frozen.frozen_on),
        "versions": grids.named(report, _("The forms since the pilot"), labels, rows),
        "differs": differs,
    }


def asked_by_design(report: Report) -> list[str]:
    """Return sentences on what the study design makes of the baseline, and so of what is asked."""
    plan = report.plan
    design = plan.assessment.study_design
    waves = [wave for wave in plan.wave if wave.role != "pilot"]
    told = [wording.ASKED_BY_DESIGN[design]]
    began = plan.instruments.programme_began
    if design == "one-off" and began:
        told.append(_("The time before is the time before {month}.").format(month=wording.month(began)))
    if design != "one-off" and len(waves) == 1:
        told.append(_("The plan has one wave so far: without a second there is no change to tell of."))
    questions = {wave.name: report.rows("instruments", {"wave": wave.name}) for wave in waves}
    asked = {name: rows for name, rows in questions.items() if rows}
    if len(asked) > 1:
        told.append(_shared(list(asked.values())))
    for name, rows in asked.items():
        recalled = sum(row["recalls"] is not None for row in rows)
        if recalled or design == "one-off":
            told.append(_recalled(report.short(name), recalled, len(rows)))
    return told


def _recalled(wave: str, recalled: int, asked: int) -> str:
    """Return how many questions of a wave ask about the time before."""
    questions = wording.counted(asked, "question", "questions")
    if not recalled:
        words = _("{wave}: of {questions}, none ask about the time before, by recall.")
    else:
        words = ngettext(
            "{wave}: of {questions}, {recalled} asks about the time before, by recall.",
            "{wave}: of {questions}, {recalled} ask about the time before, by recall.",
            recalled,
        )
    return words.format(wave=wave, questions=questions, recalled=wording.whole(recalled))


def _shared(lists: list[list[Row]]) -> str:
    names = [{row["question"] for row in rows} for rows in lists]
    every, any_of = set.intersection(*names), set.union(*names)
    if every == any_of:
        same = wording.counted(len(every), "question", "questions")
        return _("All waves ask the same {questions}.").format(questions=same)
    return _("{questions} of {all} are asked in all waves; only for these can a change be told.").format(
        questions=wording.counted(len(every), "question", "questions"), all=wording.whole(len(any_of))
    )
