"""What the exchange formats tell of the released estimates: which rows, and why a figure is withheld."""

from __future__ import annotations

from schemas.vocabulary import ALL
from tasks.publish import wording
from tasks.publish.report import Report, Row
from tasks.publish.tables import fixed

SPLITS = ("poverty_group", "gender", "arm")
"""By what an estimate for exchange may be divided."""


def estimates(report: Report) -> list[Row]:
    """Return the estimates of all categories and differences together, in the order of the report."""
    return report.rows("indicator_estimates", {"category": ALL, "difference": ALL})


def number(value: float) -> str:
    """Return a number as text, to ten digits that matter.

    >>> number(0.1 + 0.2), number(1047)
    ('0.3', '1047')
    """
    return f"{fixed(value):.10g}"


def reason(row: Row) -> str:
    """Return why a row has no figure."""
    rule = row["withheld_by"]
    return wording.withheld(rule) if rule else "no figure"
