"""The plan: the scope of the assessment and its resources."""

from __future__ import annotations

from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report
from tasks.tongue import _, recorded, told


def scope(report: Report) -> Grid:
    """Return the actors that the assessment covers and those that it does not, with the reason."""
    rows = [
        (report.label("actor", node.node), wording.SCOPES[node.covered], recorded(node.reason))
        for node in sorted(report.plan.scope.node, key=lambda node: not node.covered)
    ]
    labels = (_("Actor"), _("Scope"), _("Reason"))
    return grids.named(report, _("Actors inside and outside the scope"), labels, rows)


def resources(report: Report) -> list[tuple[str, str]]:
    """Return what there is to do the assessment with."""
    given = report.plan.resources
    made = []
    if given.budget:
        made.append((_("Budget"), f"{wording.exact(given.budget)} {given.currency}".strip()))
    if given.staff_days:
        made.append((_("Staff days"), wording.exact(given.staff_days)))
    if given.team:
        made.append((_("Team"), wording.listing(map(told, given.team))))
    return made
