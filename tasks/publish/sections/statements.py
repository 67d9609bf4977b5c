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

    In English it is the one that was released. In another language it is made again, where that gives the
    released one in English too; else the released one stands, marked as English.
    """
    released = "" if report.hidden("findings", finding, "statement") else finding["statement"] or ""
    if code() == ENGLISH or not released:
        return released
    with speaking(ENGLISH):
        is_the_same = again(report, finding) == released
    return again(report, finding) if is_the_same else Markup('<span lang="en">{}</span>').format(released)


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
