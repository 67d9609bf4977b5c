"""What the mapping visit found beside the chain: judgements, groups left out, who was asked, what is open."""

from __future__ import annotations

from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report

POVERTY_NODE = ("vulnerable", "likely")


def overruled(report: Report) -> Grid:
    """Return the actors whose likelihood of poverty an assessor judges otherwise than the rule."""
    return grids.grid(
        report,
        "poverty_nodes",
        "Where an assessor overrules the count",
        {
            "label": "Actor",
            "rule_likelihood": "By the count",
            "likelihood": "As judged",
            "overruled_by": "Judged by",
            "reason": "Why",
        },
        rows=[row for row in report.rows("poverty_nodes") if row["overruled_by"] is not None],
    )


def groups_left_out(report: Report) -> str:
    """Return one sentence on the groups that the map finds at poverty nodes and the plan leaves out."""
    labels = [row["label"] for row in report.rows("poverty_groups", {"planned": False})]
    if not labels:
        return ""
    noun = "this group" if len(labels) == 1 else "these groups"
    more = wording.counted(len(labels), "more group")
    return (
        f"The map finds {more} at poverty nodes, which the plan leaves out: {wording.listing(labels)}. "
        f"This report does not say how {noun} fared."
    )


def unheard(report: Report) -> list[str]:
    """Return one sentence on poverty nodes of which no key informant was asked, or none."""
    silent = [
        row["label"]
        for row in report.rows("informant_tree", {"side": "actor", "heard": False})
        if row["likelihood"] in POVERTY_NODE
    ]
    if not silent:
        return []
    return [
        f"No key informant belongs to {wording.listing(silent)}, where poverty is likely or people are "
        "vulnerable: what is said of them here, others say."
    ]


def checklist_count(report: Report) -> str:
    """Return how many questions of Box A.2 are answered, partly answered and open."""
    rows = report.rows("mapping_checklist")
    counts = {
        status: sum(row["status"] == status for row in rows) for status in ("answered", "partly", "open")
    }
    return (
        f"Of the {wording.whole(len(rows))} questions of Box A.2, {wording.whole(counts['answered'])} are "
        f"answered, {wording.whole(counts['partly'])} partly and {wording.whole(counts['open'])} not at all."
    )
