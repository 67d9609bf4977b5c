"""The released estimates as SDMX-CSV 2.0: one observation a row, figures withheld with their status."""

from __future__ import annotations

import csv
import io

from tasks.publish.exchanged import number, reason
from tasks.publish.report import Report

STRUCTURE_ID = "PSIA:INDICATOR_ESTIMATES(1.0)"
"""Agency, id and version of the data structure that docs/formats.md describes."""
DIMENSIONS = ("indicator", "category", "poverty_group", "gender", "difference", "arm", "wave")
ERRORS = ("standard_error", "ci_low", "ci_high")
ATTRIBUTES = (*(name.upper() for name in ERRORS), "RESPONDENTS", "UNIT_MEASURE", "OBS_STATUS", "COMMENT_OBS")
NORMAL, MISSING, SUPPRESSED = "A", "M", "Q"
"""Codes of SDMX's own list CL_OBS_STATUS."""


def sdmx_csv(report: Report) -> bytes:
    """Return exchange/indicator_estimates.sdmx.csv, with the dimensions as in the released table.

    An estimate that is withheld has no OBS_VALUE, the status Q (suppressed) and the reason in COMMENT_OBS.
    """
    target = io.StringIO()
    lines = csv.writer(target, lineterminator="\n")
    dimensions = [name.upper() for name in DIMENSIONS]
    lines.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *dimensions, "OBS_VALUE", *ATTRIBUTES])
    for row in report.rows("indicator_estimates"):
        value = row["estimate"]
        status = NORMAL if value is not None else SUPPRESSED if row["withheld_by"] else MISSING
        figures = [_shown(row[name]) for name in ("estimate", *ERRORS, "respondents")]
        comment = "" if status == NORMAL else reason(row)
        key = [row[name] for name in DIMENSIONS]
        told = [report.unit(row["indicator"]), status, comment]
        lines.writerow(["datastructure", STRUCTURE_ID, "I", *key, *figures, *told])
    return target.getvalue().encode()


def _shown(value: float | None) -> str:
    return "" if value is None else number(value)
