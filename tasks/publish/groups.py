"""The summary page of each poverty group, for its own people, in every language of the plan.

Made of released tables alone. The templates of reports/groups/ have the sentences, sections/group.py and
group_changes.py say what they tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.vocabulary import ALL
from tasks.languages import Language
from tasks.publish.html import Provenance, environment
from tasks.publish.report import Report
from tasks.publish.sections import group as section
from tasks.publish.sections.group_changes import changes
from tasks.publish.sections.groups import all_groups
from tasks.publish.spoken import Spoken, spoken_by


def render(
    plan: AssessmentPlan,
    tables: dict[str, pd.DataFrame],
    provenance: Provenance,
    own_words: Mapping[str, Language] | None = None,
) -> dict[str, str]:
    """Return path -> page of each poverty group of which the tables tell anything, and of all together.

    The first language stands in groups/, each other one in a folder of its own there. tables: released tables
    by name without the layer. own_words: the assessment's own words, by the code of the language.
    """
    report = Report(plan, tables)
    groups = [one.id for one in plan.poverty_group if section.has_page(report, one.id)]
    first = plan.report.languages[0]
    spoken = []
    for code in plan.report.languages:
        own = (own_words or {}).get(code) or Language(code, code)
        spoken.append(Spoken(code, code == first, own))
    pages = {
        _path(one, group): _page(report, one, spoken, group, provenance) for one in spoken for group in groups
    }
    if groups:
        pages |= {_path(one, ALL): _all(report, one, spoken, groups, provenance) for one in spoken}
    return pages


def _path(spoken: Spoken, group: str) -> str:
    return f"groups/{group}.html" if spoken.first else f"groups/{spoken.code}/{group}.html"


def _common(
    report: Report, spoken: Spoken, languages: list[Spoken], group: str, provenance: Provenance
) -> dict[str, Any]:
    """Return what every page sees; group: whose it is, or all."""
    up = "" if spoken.first else "../"
    reports = spoken_by(report.plan)
    code = spoken.code if spoken.code in reports else next(iter(reports))
    return {
        **spoken.messages(),
        "spoken": spoken,
        "language": spoken.code,
        "first_language": languages[0].code,
        "others_of": [
            (up + _path(one, group).removeprefix("groups/"), one.code, one.name)
            for one in languages
            if one != spoken
        ],
        "whole_report": f"../{up}report{reports[code]}.html",
        "language_of_report": code,
        "plan": report.plan,
        "provenance": provenance,
    }


def _all(
    report: Report, spoken: Spoken, languages: list[Spoken], groups: list[str], provenance: Provenance
) -> str:
    context = {
        **_common(report, spoken, languages, ALL, provenance),
        **all_groups(report, spoken, groups),
    }
    return environment().get_template("groups/all.html.j2").render(context)


def _page(report: Report, spoken: Spoken, languages: list[Spoken], group: str, provenance: Provenance) -> str:
    workshops, workshops_left_out = section.workshops(report, spoken, group)
    actions, actions_left_out = section.actions(report, spoken, group)
    important, in_order = section.important(report, spoken, group)
    context = {
        **_common(report, spoken, languages, group, provenance),
        "group": spoken.group(report.plan, group),
        "changes": changes(report, spoken, group),
        "asked": section.asked(report, spoken, group),
        "important": important[: section.MOST["important"]],
        "in_order": in_order,
        "contradictions": section.contradictions(report, spoken, group),
        "quotes": section.quotes(report, spoken, group),
        "workshops": workshops,
        "workshops_left_out": workshops_left_out,
        "actions": actions,
        "actions_left_out": actions_left_out,
        "proposals": section.proposals(report, spoken, group),
        "seat": section.seat(report, spoken, group),
    }
    return environment().get_template("groups/group.html.j2").render(context)
