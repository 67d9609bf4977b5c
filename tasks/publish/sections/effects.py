"""Whether effects differ between poverty groups: one table, and once what all its rows share."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.publish import grids, wording
from tasks.publish.claims import claims, key_of, told_of
from tasks.publish.column_words import model
from tasks.publish.grids import Grid
from tasks.publish.report import Report, at
from tasks.tongue import _

_OF_ESTIMATE = ("specification", "term", "indicator", "poverty_group", "from_wave", "to_wave")


@dataclass(frozen=True)
class Effects:
    """The differences between effects, and what is the same in all rows of their table."""

    shared: str
    grid: Grid


def effects(report: Report) -> Effects | None:
    """Return the table of the differences, each with the letter of its model's claim; None without any."""
    rows = report.rows("impact_differences")
    if not rows:
        return None
    lettered = claims(report)
    letters = {
        at(row, _OF_ESTIMATE): lettered[key_of(row)].letter
        for row in told_of(report.rows("impact_estimates"))
    }
    rows = [{**row, "letter": letters.get(at(row, _OF_ESTIMATE), "")} for row in rows]
    models = {row["specification"] for row in rows}
    tests = {row["tests"] for row in rows}
    columns = {
        **({"specification": _("Model")} if len(models) > 1 else {}),
        "poverty_group": _("Poverty group"),
        "estimate": _("Difference"),
        "interval": _("95 % interval"),
        "p_value": _("p"),
        "p_adjusted": _("p, adjusted"),
        **({"tests": _("Tests")} if len(tests) > 1 else {}),
        "respondents": _("People in the group"),
        "others": _("People in the others"),
        "verdict": _("Verdict"),
        "claim": _("Claim of the model"),
        "untested": _("Why it was not tested"),
        "problem": _("Why there is no figure"),
    }
    shared = [
        _("All rows are of the model “{model}”.").format(model=model(report, min(models)))
        if len(models) == 1
        else "",
        _("The p-values are adjusted for {number} tests.").format(number=wording.whole(min(tests)))
        if len(tests) == 1 and min(tests) > 1
        else "",
    ]
    caption = _("The estimate in a group less that in all others")
    table = grids.grid(report, "impact_differences", caption, columns, rows=rows, parted_by="indicator")
    return Effects(" ".join(filter(None, shared)), table)
