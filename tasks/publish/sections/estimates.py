"""What section 5 tells of indicators beside their means, and how the errors of all of them were made."""

from __future__ import annotations

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import _


def spreads(report: Report) -> list[Grid]:
    """Return medians and quartiles of a sample without errors: one table an indicator, a line a group."""
    told = {
        row["indicator"]
        for row in report.rows("indicator_estimates")
        if row["median"] is not None and not report.hidden("indicator_estimates", row, "median")
    }
    rows = [
        row
        for row in report.rows("indicator_estimates")
        if row["indicator"] in told and row["category"] == row["gender"] == row["difference"] == ALL
    ]
    return [
        _by_wave(
            report,
            _("{indicator}: median and quartiles. Unit: {unit}").format(
                indicator=label, unit=wording.unit(report.unit(of_one[0]["indicator"]))
            ),
            "median_with_quartiles",
            of_one,
        )
        for label, of_one in _by_indicator(report, rows)
    ]


def rules_of_errors(report: Report) -> list[str]:
    """Return the rules by which errors of means and changes were made, in sentences."""
    if not _with_errors(report):
        return []
    plan = report.plan.sampling
    told = [
        _(
            "Errors of means and of their changes are linearised over the whole sample; intervals are "
            "Student’s, at 95 %."
        ),
        wording.DEGREES_OF_FREEDOM[plan.degrees_of_freedom],
        wording.LONELY_PSU[plan.lonely_psu],
        wording.SHARE_INTERVALS[plan.share_intervals],
        _("A part of the sample that lies within one cluster of each stratum has no error and no interval."),
    ]
    return [*told, wording.FINITE_POPULATION[_correction(report)]]


def _with_errors(report: Report) -> bool:
    name, column = "indicator_estimates", "standard_error"
    return any(row[column] is not None and not report.hidden(name, row, column) for row in report.rows(name))


def _correction(report: Report) -> str:
    plan = report.plan.sampling
    if not plan.finite_population:
        return "none"
    return plan.method if plan.by_chance and plan.method in ("pps", "two_stage") else "units"


def _by_indicator(report: Report, rows: list[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["indicator"], []).append(row)
    return [(report.label("indicator", one), found[one]) for one in found]


def _by_wave(report: Report, caption: str, value: str, rows: list[Row]) -> Grid:
    lines = {"poverty_group": _("Poverty group")}
    return grids.pivot(report, "indicator_estimates", caption, lines, ("wave", "arm"), value, rows)
