"""What the mapping visit found beside the chain: judgements, groups left out, who was asked, what is open."""

from __future__ import annotations

from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report
from tasks.tongue import _, ngettext, recorded

POVERTY_NODE = ("vulnerable", "likely")


def overruled(report: Report) -> Grid:
    """Return the actors whose likelihood of poverty an assessor judges otherwise than the rule."""
    return grids.grid(
        report,
        "poverty_nodes",
        _("Where an assessor overrules the count"),
        {
            "label": _("Actor"),
            "rule_likelihood": _("By the count"),
            "likelihood": _("As judged"),
            "overruled_by": _("Judged by"),
            "reason": _("Why"),
        },
        rows=[row for row in report.rows("poverty_nodes") if row["overruled_by"] is not None],
    )


def groups_left_out(report: Report) -> str:
    """Return one sentence on the groups that the map finds at poverty nodes and the plan leaves out."""
    labels = [recorded(row["label"]) for row in report.rows("poverty_groups", {"planned": False})]
    if not labels:
        return ""
    return ngettext(
        "The map finds {n} more group at poverty nodes, which the plan leaves out: {groups}. "
        "This report does not say how this group fared.",
        "The map finds {n} more groups at poverty nodes, which the plan leaves out: {groups}. "
        "This report does not say how these groups fared.",
        len(labels),
    ).format(n=wording.whole(len(labels)), groups=wording.listing(labels))


def unheard(report: Report) -> list[str]:
    """Return one sentence on poverty nodes of which no key informant was asked, or none."""
    silent = [
        recorded(row["label"])
        for row in report.rows("informant_tree", {"side": "actor", "heard": False})
        if row["likelihood"] in POVERTY_NODE
    ]
    if not silent:
        return []
    return [
        _(
            "No key informant belongs to {nodes}, where poverty is likely or people are vulnerable: what is "
            "said of them here, others say."
        ).format(nodes=wording.listing(silent))
    ]


def checklist_count(report: Report) -> str:
    """Return how many questions of Box A.2 are answered, partly answered and open."""
    rows = report.rows("mapping_checklist")
    counts = {
        status: sum(row["status"] == status for row in rows) for status in ("answered", "partly", "open")
    }
    return _(
        "Of the {questions} questions of Box A.2, the mapping answers {answered} in full, {partly} in part "
        "and {open} not at all."
    ).format(
        questions=wording.whole(len(rows)),
        **{status: wording.whole(count) for status, count in counts.items()},
    )
