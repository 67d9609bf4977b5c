"""Models, their columns and strata in words: in the report nothing is called as a program calls it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.vocabulary import ALL, ARMS, GENDERS
from tasks.publish import wording
from tasks.publish.report import Report
from tasks.tongue import Words, _, told
from tasks.translations import N_

TERMS = Words(
    {
        "programme": N_("the programme group less the comparison group"),
        "programme x after": N_(
            "the change of the programme group less that of the comparison group (programme × after)"
        ),
    }
)
"""The terms that a model makes itself -> what they tell."""
_STANDARD = Words(
    {
        "respondent": N_("respondents"),
        "household": N_("households"),
        "wave": N_("waves"),
        "arm": N_("arms"),
        "poverty_group": N_("poverty groups"),
        "node": N_("nodes of the map"),
        "stratum": N_("strata"),
        "cluster": N_("localities (PSUs)"),
        "gender": N_("gender"),
        "programme": N_("the programme group"),
        "after": N_("the later wave"),
        "weight": N_("the weight of each respondent"),
        "matched weight": N_("the weight of each respondent after matching"),
    }
)
"""Columns that every wave has -> what stands in them."""
CROSS = " x "
"""What stands between columns in a term, and between codes in a class of respondents (tasks/weights.py)."""


def term(report: Report, name: str) -> str:
    """Return what a term of a model tells; a product of columns has the sign between them."""
    return TERMS.get(name) or " × ".join(_column(report, one) for one in name.split(CROSS))


def columns(report: Report, names: Iterable[str]) -> str:
    """Return columns in words: of an indicator its label; one that nothing is known of is quoted."""
    return wording.listing(_column(report, one) for one in names)


def _column(report: Report, name: str) -> str:
    if name in _STANDARD:
        return _STANDARD[name]
    if report.is_labelled("indicator", name):
        return _("“{indicator}”").format(indicator=report.label("indicator", name))
    if report.wording_of(name):
        return wording.column(name)
    return _("the column “{name}”").format(name=name)


def model_number(report: Report, specification: str) -> int | None:
    """Return the place in the plan of a specification whose name is a code, such as 'none-0'."""
    names = [one.name for one in report.plan.specification]
    is_a_code = re.search(r"[-_ .]\d{1,3}$", specification)
    return names.index(specification) + 1 if is_a_code and specification in names else None


def model(report: Report, specification: str) -> str:
    """Return the name of a specification in words; its number where the name is a code."""
    number = model_number(report, specification)
    return _("model {number}").format(number=number) if number else wording.named(specification)


def stratum(report: Report, name: str) -> str:
    """Return a stratum or quota with the labels of the groups, nodes and arms of which its name is made."""
    return ", ".join(_part_of_a_stratum(report, part) for part in name.split(", "))


def crossed(report: Report, name: str) -> str:
    """Return a class of respondents, which one or several columns cross, with the labels of its parts."""
    return " × ".join(wording.named(_part_of_a_stratum(report, part)) for part in name.split(CROSS))


def _part_of_a_stratum(report: Report, name: str) -> str:
    if name == ALL:
        return _("everyone on the list")
    for arm in ARMS:
        group = re.sub(rf"^{arm}[-_ .:]+|[-_ .:]+{arm}$", "", name)
        if group != name and report.is_labelled("poverty_group", group):
            return wording.headed(report.label("poverty_group", group), report.label("arm", arm))
    for kind in ("poverty_group", "actor", "arm"):
        if report.is_labelled(kind, name):
            return report.label(kind, name)
    return told(name) if name in GENDERS else name
