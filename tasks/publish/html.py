"""The cluster report as one HTML file: the templates of reports/ place what the modules of sections/ prepare.

Nothing is computed in a template. `report` has the released tables, `cells` and `grids` make tables of them,
`sections` the records of the pictures, the findings and the summary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from schemas import mapping, secondary
from schemas.assessment import AssessmentPlan
from tasks import disclosure, tongue, translations
from tasks.publish import grids, wording
from tasks.publish.chain import value_chain
from tasks.publish.report import Report
from tasks.publish.sections.comparison import comparison_group
from tasks.publish.sections.context import surroundings
from tasks.publish.sections.design import likeness, overruled_rankings, rankings
from tasks.publish.sections.effects import effects
from tasks.publish.sections.estimates import rules_of_errors, spreads
from tasks.publish.sections.feedback import feedback
from tasks.publish.sections.fieldwork import attrition_tests, differ_by, waves, weights
from tasks.publish.sections.figures import figures, other_estimates
from tasks.publish.sections.findings import findings
from tasks.publish.sections.follow_up import before_and_after, follow_up, other_changes
from tasks.publish.sections.growth import growth
from tasks.publish.sections.identification import identification
from tasks.publish.sections.map import printed_checks
from tasks.publish.sections.method import definitions, inputs, libraries
from tasks.publish.sections.models import models
from tasks.publish.sections.plan import resources, scope
from tasks.publish.sections.poverty import poverty
from tasks.publish.sections.summary import summary
from tasks.publish.sections.table_2 import scored_at_all, table_2
from tasks.publish.sections.visit import checklist_count, groups_left_out, overruled, unheard
from tasks.publish.sections.voices import coders, voices
from tasks.publish.sections.winners import winners
from tasks.publish.spoken import Spoken, spoken_by
from tasks.tongue import _
from tasks.translations import N_

TEMPLATES = Path(__file__).parent.parent.parent / "reports"


@dataclass(frozen=True)
class Provenance:
    """Where the report comes from: version, hash of what was published, inputs and libraries."""

    version: str
    content_hash: str
    inputs: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, str], ...]
    data_date: str

    def pairs(self) -> list[tuple[str, str]]:
        """Return what every format says of itself: version, date of the data, and hash."""
        return [
            ("psia", self.version),
            (N_("Data as of"), self.data_date),
            (N_("Hash of the released tables"), self.content_hash),
        ]

    def in_words(self) -> list[tuple[str, str]]:
        """Return the same with the date in words, as the pages have it, in the language that is spoken."""
        version, (what, day), content = self.pairs()
        return [version, (what, wording.date(day)), content]


@dataclass(frozen=True)
class Section:
    """One section of the report, made from one template."""

    ident: str
    number: str
    title: str
    body: Markup


def render(plan: AssessmentPlan, tables: dict[str, pd.DataFrame], provenance: Provenance) -> str:
    """Return the report as one HTML page.

    tables: released tables by name without the layer, each with a column `withheld_by`. A table that is
    empty or not there is told of in its section.
    """
    report = Report(plan, tables)
    context = {
        **common(report, provenance),
        "kind": _("Poverty and social impact assessment"),
        "others_of": in_other_languages(plan, "report"),
        "page_title": tongue.recorded(plan.assessment.title),
        "findings": findings(report),
        "feedback": feedback(report),
        "summary": summary(report),
        "figures": figures(report),
        "other_estimates": other_estimates(report),
        "before_after": before_and_after(report),
        "chain": value_chain(report),
        "growth": growth(report),
        "identification": identification(report),
        "rankings": rankings(report),
        "likeness": likeness(report),
        "overruled_rankings": overruled_rankings(report),
        "models": models(report),
        "effects": effects(report),
        "poverty": poverty(report),
        "winners": winners(report),
        "spreads": spreads(report),
        "rules_of_errors": rules_of_errors(report),
        "context": surroundings(report),
        "scope": scope(report),
        "resources": resources(report),
        "overruled": overruled(report),
        "groups_left_out": groups_left_out(report),
        "unheard": unheard(report),
        "checklist_count": checklist_count(report),
        "table_2": table_2(report),
        "scored_at_all": scored_at_all(report),
        "printed": printed_checks(report),
        "waves": waves(report),
        "differ_by": differ_by(report),
        "attrition_tests": attrition_tests(report),
        "weights": weights(report),
        "coders": coders(report),
        "voices": voices(report),
        "other_changes": other_changes(report),
        "follow_up": follow_up(report),
        "definitions": definitions(report),
        "inputs": inputs(report, provenance.inputs),
        "libraries": libraries(report, provenance.libraries),
        "fewest_firms": mapping.FEWEST_FIRMS,
        "fewest_sensitive": disclosure.SMALLEST_SENSITIVE_CELL,
        "fewest_units": secondary.FEWEST_UNITS,
    }
    return placed("", context)


def common(report: Report, provenance: Provenance) -> dict[str, Any]:
    """Return what the templates of every page see."""
    return {
        "plan": report.plan,
        "provenance": provenance,
        "words": wording,
        "report": report,
        "grid": partial(grids.grid, report),
        "pivot": partial(grids.pivot, report),
        "comparison": comparison_group(report),
        "box_7": wording.box_7(report.plan.assessment.study_design),
    }


def in_other_languages(plan: AssessmentPlan, name: str) -> list[tuple[str, str, str]]:
    """Return file, code and own name of each other language in which a page is made: 'report', 'design'."""
    files = {code: f"{name}{suffix}.html" for code, suffix in spoken_by(plan).items()}
    spoken = tongue.code()
    return [(file, code, Spoken(code).name) for code, file in files.items() if code != spoken]


def placed(folder: str, context: dict[str, Any]) -> str:
    """Return a page whose sections are the numbered templates of a folder of reports/, in their order.

    folder: "" or a name with a slash behind it. context: what the templates see; `kind` and `page_title` head
    the page.
    """
    templates = environment()
    numbered = re.compile(rf"{folder}\d\d_\w+\..*")
    sections = []
    for name in sorted(filter(numbered.fullmatch, templates.list_templates())):
        module: Any = templates.get_template(name).make_module(context)
        ident = name.removeprefix(folder).split(".")[0].partition("_")[2]
        sections.append(Section(ident, module.number, module.title, Markup(str(module).strip())))  # noqa: S704
    page = templates.get_template("page.html.j2")
    direction = translations.locale(tongue.code()).text_direction
    return page.render(context, sections=sections, language=tongue.code(), direction=direction)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Return where the templates of reports/ are found, with everything escaped.

    Their messages are said in the language that is spoken; the pages of the groups bring their own with what
    they place.
    """
    environment = ImmutableSandboxedEnvironment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters["told"] = tongue.told
    said: Any = environment.globals
    said |= {
        "gettext": tongue._,
        "ngettext": tongue.ngettext,
        "pgettext": tongue.pgettext,
        "npgettext": tongue.npgettext,
        "counted": wording.counted,
        "recorded": tongue.recorded,
        "told": tongue.told,
    }
    return environment
