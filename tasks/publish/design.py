"""The design report: what is planned, for those who commission it, before anybody is interviewed.

The templates of reports/design/ place what the modules of sections/ prepare, as in the cluster report.
"""

from __future__ import annotations

import pandas as pd

from schemas.assessment import AssessmentPlan
from tasks.publish.html import Provenance, common, in_other_languages, placed
from tasks.publish.report import Report
from tasks.publish.sections.design import (
    asked_by_design,
    freeze,
    likeness,
    pairs_of_groups,
    rankings,
    short_lists,
)
from tasks.publish.sections.instruments import instruments
from tasks.publish.sections.method import inputs, libraries
from tasks.publish.sections.methods import methods
from tasks.publish.sections.sample import sample
from tasks.publish.sections.size import size
from tasks.tongue import _, recorded

TABLES = (
    "sample_sizes",
    "quota_gaps",
    "indicator_selection",
    "pilot_changes",
    "training",
    "research_methods",
)
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
        **common(report, provenance),
        "others_of": in_other_languages(plan, "design"),
        "kind": _("Design of a poverty and social impact assessment"),
        "page_title": _("Design: {title}").format(title=recorded(plan.assessment.title)),
        "asked_by_design": asked_by_design(report),
        "methods": methods(report),
        "rankings": rankings(report),
        "likeness": likeness(report),
        "pairs_of_groups": pairs_of_groups(report),
        "short_lists": short_lists(report),
        "freeze": freeze(report),
        "sample": sample(report),
        "size": size(report),
        "instruments": instruments(report),
        "inputs": inputs(report, provenance.inputs),
        "libraries": libraries(report, provenance.libraries),
    }
    return placed("design/", context)
