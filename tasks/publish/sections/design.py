"""The design: what each poverty group ranked and chose, who was trained, and which forms were frozen."""

from __future__ import annotations

from typing import Any

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row

LIST_COLUMNS = {
    "indicator": "Indicator",
    "mean_rank": "Mean rank",
    "weight": "Importance",
    "selected": "On the short list",
    "list_weight": "Importance within the list",
    "decided_with_role": "Decided by",
    "reason": "Why",
}


def rankings(report: Report) -> Grid:
    """Return how each poverty group ranked the indicators, with what stands on its short list."""
    return grids.pivot(
        report,
        "indicator_selection",
        "Mean rank of each indicator by poverty group, 1 is most important",
        {"indicator": "Indicator"},
        ("poverty_group",),
        "rank_with_weight",
    )


def short_lists(report: Report) -> Grid:
    """Return the list of each poverty group with its weights, and what was left out with the reason."""
    caption = "The short list of each group with its weights, and what was left out"
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
        LIST_COLUMNS,
        rows=rows,
        parted_by="poverty_group",
        as_given=True,
    )


def overruled_rankings(report: Report) -> Grid:
    """Return the indicators on which the team or the pilot decided otherwise than the votes."""
    columns = {"poverty_group": "Poverty group", **LIST_COLUMNS}
    kept = ("poverty_group", "indicator", "selected", "decided_with_role", "reason")
    rows = [row for row in report.rows("indicator_selection") if row["decided"] != "ranking"]
    caption = "Where the team or the pilot decided otherwise than the votes"
    return grids.grid(
        report, "indicator_selection", caption, {column: columns[column] for column in kept}, rows=rows
    )


def likeness(report: Report) -> str:
    """Return in words how alike the poverty groups rank and choose; nothing where it cannot be said."""
    whole = next(iter(report.rows("ranking_agreement", {"poverty_group": ALL})), None)
    if whole is None:
        return ""
    lists = (
        f"Of {wording.counted(whole['on_either'], 'indicator')} on any of the short lists, "
        f"{wording.whole(whole['on_both'])} {'is' if whole['on_both'] == 1 else 'are'} on all of them."
    )
    if whole["agreement"] is None or whole["withheld_by"]:
        return lists
    over = wording.counted(whole["indicators"], "indicator")
    return (
        f"Over the {over} that all groups ranked, Kendall’s W of their mean ranks is "
        f"{wording.rounded(whole['agreement'], 2)}. {lists}"
    )


def pairs_of_groups(report: Report) -> Grid:
    """Return how alike each two poverty groups rank and choose."""
    rows = [row for row in report.rows("ranking_agreement") if row["poverty_group"] != ALL]
    return grids.grid(
        report,
        "ranking_agreement",
        "How alike two groups rank and choose",
        {
            "poverty_group": "Group",
            "other_group": "and group",
            "tau_b": "Rank correlation (tau-b)",
            "indicators": "Indicators that both ranked",
            "shared_lists": "On both short lists",
        },
        rows=rows,
    )


def freeze(report: Report) -> dict[str, Any]:
    """Return since when the forms are final, and each wave's version then and now; {} where they are not."""
    frozen = report.plan.pilot
    if frozen is None:
        return {}
    now: dict[str, str] = {row["wave"]: row["version"] for row in report.rows("instruments")}
    rows = []
    for wave in report.plan.wave:
        if wave.role == "pilot":
            continue
        then, here = frozen.versions.get(wave.name, ""), now.get(wave.name, "")
        same = "as frozen" if then and then == here else "differs" if then and here else "cannot be said"
        rows.append((report.label("wave", wave.name), then, here, same))
    labels = ("Wave", "Version that was frozen", "Version of plan and design now", "Verdict")
    return {
        "on": wording.date(frozen.frozen_on),
        "versions": grids.named(report, "The forms since the pilot", labels, rows),
        "differs": any(row[-1] == "differs" for row in rows),
    }


def asked_by_design(report: Report) -> list[str]:
    """Return sentences on what the study design makes of the baseline, and so of what is asked."""
    plan = report.plan
    design = plan.assessment.study_design
    waves = [wave for wave in plan.wave if wave.role != "pilot"]
    told = [wording.ASKED_BY_DESIGN[design]]
    began = plan.instruments.programme_began
    if design == "one-off" and began:
        told.append(f"The time before is the time before {wording.date(began).partition(' ')[2]}.")
    if design != "one-off" and len(waves) == 1:
        told.append("The plan has one wave so far: without a second there is no change to tell of.")
    questions = {wave.name: report.rows("instruments", {"wave": wave.name}) for wave in waves}
    asked = {name: rows for name, rows in questions.items() if rows}
    if len(asked) > 1:
        told.append(_shared(list(asked.values())))
    for name, rows in asked.items():
        recalled = sum(row["recalls"] is not None for row in rows)
        if recalled or design == "one-off":
            which = wording.whole(recalled) if recalled else "none"
            told.append(
                f"{report.short(name)}: of {wording.counted(len(rows), 'question')}, {which} "
                f"{'asks' if recalled == 1 else 'ask'} about the time before, by recall."
            )
    return told


def _shared(lists: list[list[Row]]) -> str:
    names = [{row["question"] for row in rows} for rows in lists]
    every, any_of = set.intersection(*names), set.union(*names)
    if every == any_of:
        return f"All waves ask the same {wording.counted(len(every), 'question')}."
    shared = f"{wording.counted(len(every), 'question')} of {wording.whole(len(any_of))}"
    return f"{shared} are asked in all waves; only for these can a change be told."
