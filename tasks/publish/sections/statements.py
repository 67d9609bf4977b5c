"""The sentence of a finding in the language spoken: made again from the released estimate behind it."""

from __future__ import annotations

from markupsafe import Markup

from schemas.analysis import ImpactEstimates
from tasks import wording
from tasks.publish.report import Report, Row
from tasks.references import reference_of
from tasks.tongue import code, speaking
from tasks.translations import ENGLISH


def statement(report: Report, finding: Row) -> str:
    """Return the sentence of a row of findings; nothing where it is withheld.

    It is made again, with what the folder calls things in that language, where in English with the labels of
    the folder this gives the released one; else the released one stands, marked as English on another's page.
    """
    released = "" if report.hidden("findings", finding, "statement") else finding["statement"] or ""
    if not released:
        return ""
    with speaking(ENGLISH):
        is_the_same = again(report, finding) == released
    if is_the_same:
        return again(report, finding)
    return released if code() == ENGLISH else Markup('<span lang="en">{}</span>').format(released)


def again(report: Report, finding: Row) -> str:
    """Return its sentence from the released rows behind it; nothing where one is missing or withheld."""
    key = {column: finding[column] for column in ("indicator", "poverty_group")}
    estimate = next(
        (
            row
            for row in report.released("impact_estimates", key)
            if not row["withheld_by"] and reference_of(ImpactEstimates, row) == finding["figure"]
        ),
        None,
    )
    indicator = next(iter(report.rows("indicators", {"indicator": finding["indicator"]})), None)
    if estimate is None or indicator is None:
        return ""
    plan = report.plan
    told_by = wording.told_by(plan.poverty_group, plan.wave, plan.instruments.currency)
    return wording.statement(estimate, indicator, told_by)
