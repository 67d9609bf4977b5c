"""The design report: what is planned, for those who commission it, before anybody is interviewed.

The templates of reports/design/ place what the modules of sections/ prepare, as in the cluster report.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from schemas.assessment import AssessmentPlan
from tasks.publish import grids, wording
from tasks.publish.html import Provenance, placed
from tasks.publish.report import Report
from tasks.publish.sections.design import rankings
from tasks.publish.sections.method import inputs, libraries

TABLES = ("sample_sizes", "quota_gaps", "indicator_selection", "pilot_changes")
"""Tables of phase three. With none of them and no wave in the plan there is no design to report."""


def render(plan: AssessmentPlan, tables: dict[str, pd.DataFrame], provenance: Provenance) -> str:
    """Return the design report as one HTML page, or "" where the assessment has no design.

    tables: released tables by name without the layer, each with a column `withheld_by`. What is not there is
    told of in its part.
    """
    report = Report(plan, tables)
    if not plan.wave and not any(report.has(name) for name in TABLES):
        return ""
    context = {
        "kind": "Design of a poverty and social impact assessment",
        "page_title": f"Design: {plan.assessment.title}",
        "plan": plan,
        "provenance": provenance,
        "words": wording,
        "report": report,
        "grid": partial(grids.grid, report),
        "pivot": partial(grids.pivot, report),
        "rankings": rankings(report),
        "inputs": inputs(report, provenance.inputs),
        "libraries": libraries(report, provenance.libraries),
        "box_7": wording.BOX_7[plan.assessment.study_design],
    }
    return placed("design/", context)
