"""Whether report and summary pages can be made in every language of the plan, before anything is computed.

The words of psia have to be there whole; those of the assessment (groups, its own indicators, waves without a
date) are in the first language, and are to be given in each other one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from schemas.assessment import AssessmentPlan
from schemas.faults import Fault, nearest
from tasks import catalogue, translations
from tasks.catalogue import Indicator
from tasks.languages import Language, own_words, place_of

_SIGNS_OF_CODES = re.compile("[-_]")


def read(folder: Path, plan: AssessmentPlan) -> tuple[dict[str, Language], list[Fault]]:
    """Return the assessment's own words in each language of its pages, and what is wrong with a language."""
    own: dict[str, Language] = {}
    faults: list[Fault] = []
    known = translations.codes()
    for position, code in enumerate(plan.report.languages, start=1):
        if code not in known:
            rule = f"there is no catalogue of the language '{code}'"
            remedy = f"{nearest(code, known)}There are: {', '.join(known)}. How to add one: docs/languages.md"
            place = f"report.languages.{position}"
            faults.append(Fault("assessment.toml", column=place, rule=rule, remedy=remedy))
            continue
        faults += translations.faults(code)
        own[code], wrong = own_words(folder, code)
        faults += wrong
    return own, faults


def missing(
    plan: AssessmentPlan,
    own: Mapping[str, Language],
    indicators: Mapping[str, Indicator],
    shown: Iterable[str],
) -> list[Fault]:
    """Return a fault for each word of the assessment's own that a further language of its pages lacks.

    indicators: all that there are, by id; shown: those that a page may name.
    """
    if not plan.poverty_group:
        return []
    faults = []
    for code in plan.report.languages[1:]:
        file = f"design/languages/{code}.toml"
        for part, key, words in _needed(plan, indicators, shown):
            if key and not own[code].get(part, key):
                rule = f"is missing, and the report and the summary pages are to be in '{code}' too"
                remedy = f'Under [{part}] write {_key(key)} = "…", which says in that language: {words}'
                faults.append(Fault(file, column=f"{part}.{key}", rule=rule, remedy=remedy))
    return faults


def unknown(
    plan: AssessmentPlan,
    own: Iterable[Language],
    indicators: Mapping[str, Indicator],
    said: Callable[[], Iterable[str]],
) -> list[Fault]:
    """Return a fault for each key of the assessment's own language files that nothing in it bears.

    Its words would never be said, such as those of a misspelt group. own: the words of the assessment's own
    files. said: all texts of the folder; a key of [said] is one of them, or a code of the folder in words, as
    the report has it ('debt total'), or put together of such, as the comments of a workshop are:
    'role: comment; role: comment'.
    """
    known = {
        "group": [one.id for one in plan.poverty_group],
        "wave": [one.name for one in plan.wave],
        "indicator": list(indicators),
    }
    faults = []
    for language in own:
        file = f"design/languages/{language.code}.toml"
        for part, names in known.items():
            for key in sorted(set(language.own.get(part, {})) - set(names)):
                rule = f"is no {part} of this assessment, so that nothing would bear these words"
                remedy = f"{nearest(key, names)}Write one of its own, or take the key out"
                faults.append(Fault(file, column=f"{part}.{key}", rule=rule, remedy=remedy))
        table = language.own.get("said", {})
        texts = list(said()) if table else []
        text = "\0".join([*texts, *(_SIGNS_OF_CODES.sub(" ", one) for one in texts)])
        for key in table:
            if not key.strip() or any(part.strip() not in text for part in re.split("[:;()]", key)):
                rule = "is said nowhere in this folder, so that nothing would bear these words"
                remedy = "Write it as it stands in the report, or in results/current/tables/, or take it out"
                faults.append(Fault(file, column=place_of("said", key, table), rule=rule, remedy=remedy))
    return faults


def is_standard(indicator: Indicator | None) -> bool:
    """Return whether an indicator is that of the catalogue, and not one of the assessment's own of its id."""
    known = catalogue.standard_indicators().get(indicator.id) if indicator else None
    return known is not None and indicator is not None and known.label == indicator.label


def has_own_unit(unit: str) -> bool:
    """Return whether a unit is none that the pages know: of the catalogue, or a share, told in percent."""
    return unit not in translations.plain("unit") and not unit.strip().lower().startswith("share")


def _needed(
    plan: AssessmentPlan, indicators: Mapping[str, Indicator], shown: Iterable[str]
) -> Iterable[tuple[str, str, str]]:
    for group in plan.poverty_group:
        yield "group", group.id, group.label
    for wave in plan.wave:
        if wave.starts_on is None and wave.role != "pilot":
            yield "wave", wave.name, wave.label or wave.name
    for ident in shown:
        one = indicators.get(ident)
        if one and not is_standard(one):
            yield "indicator", ident, one.label
        if one and has_own_unit(one.unit):
            yield "unit", one.unit, one.unit


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else f'"{key}"'
