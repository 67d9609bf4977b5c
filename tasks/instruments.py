"""Phase three: what is asked of whom in a wave. From this one list come forms, guides and their table.

Pure functions: the plan, the indicators, the groups' short lists and what the pilot decided go in; the
questions come out, in sections, with the version that their content gives them. After the study's section 5
and Annex II, phase three: the schedules of interviews and focus groups are linked by the selected indicators.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

import pandas as pd

from schemas.assessment import AssessmentPlan, PovertyGroup, Wave, recall_name
from schemas.base import column_types
from schemas.fieldwork import Responses
from schemas.vocabulary import BOX_4_PRODUCERS
from tasks import catalogue, expressions
from tasks.catalogue import Indicator, Question
from tasks.instrument import Instrument, Item, LeftOut
from tasks.instrument_words import Wording
from tasks.languages import Language

VERSION_HEX = 10


def known_questions(plan: AssessmentPlan, own: Mapping[str, Question]) -> dict[str, Question]:
    """Return every question whose answers have a known type, by the name of its column.

    The catalogue's, the assessment's own, those of every form, and what was before under the name that a
    form or a specification gives it.
    """
    asked = {**catalogue.questions(), **own}
    recalled = {name: asked[one] for one, name in _recalled_by_plan(plan).items() if one in asked}
    usual = {recall_name(one): question for one, question in asked.items()}
    return {**usual, **recalled, **catalogue.form_questions(), **asked}


def _recalled_by_plan(plan: AssessmentPlan) -> dict[str, str]:
    """Return question -> column in which the plan's specifications want what was before."""
    return {now: before for one in plan.specification for now, before in one.before.items()}


def instrument(
    plan: AssessmentPlan,
    wave: Wave,
    indicators: Mapping[str, Indicator],
    own: Mapping[str, Question],
    selection: pd.DataFrame,
    pilot: pd.DataFrame,
    languages: Sequence[Language],
) -> Instrument:
    """Return what is asked in a wave.

    selection: poverty_group, indicator, selected, as in mart.indicator_selection. pilot: item, kind,
    decision, reason, as in mart.pilot_changes; a pilot wave tries everything. own: the assessment's own
    questions. A group is asked the indicators of its own short list and those of the plan; those of
    entrepreneurs only where it is a group of producers (Box 4) or ranked them itself.
    """
    dropped = {} if wave.role == "pilot" else _dropped(pilot)
    groups = [group for group in plan.poverty_group if group.id not in dropped.get("group", {})]
    asked, left_out = _asked(plan, groups, indicators, selection, dropped)
    left_out = [
        LeftOut(g.id, dropped["group"][g.id]) for g in plan.poverty_group if g not in groups
    ] + left_out
    everyone = tuple(group.id for group in groups)
    questions = {**catalogue.questions(), **own}
    uses: dict[str, list[str]] = {}
    for one in asked:
        for name in _columns(indicators[one]):
            if name in dropped.get("question", {}):
                left_out.append(LeftOut(name, dropped["question"][name]))
            elif name in questions:
                uses.setdefault(name, []).append(one)
            elif name not in column_types(Responses):
                reason = f"{one} needs it, and no question is written for it: add [[question]] to "
                left_out.append(LeftOut(name, f"{reason}design/indicators.toml"))
    wording = Wording(plan, languages)
    order = {name: position for position, name in enumerate(questions)}
    sections: dict[str, list[Item]] = {}
    for heading in dict.fromkeys(one.heading for one in indicators.values()):
        names = [name for name in uses if indicators[uses[name][0]].heading == heading]
        for name in sorted(names, key=order.__getitem__):
            of_groups = _groups_of(uses[name], asked, everyone)
            item = wording.item(questions[name], of_groups, uses[name])
            sections.setdefault(heading, []).append(item)
            if before := _recall(plan, name, questions[name], [indicators[one] for one in uses[name]]):
                quantitative = [one for one in uses[name] if indicators[one].kind == "quantitative"]
                back_to = _groups_of(quantitative or uses[name], asked, everyone)
                if before in own:
                    worded = wording.item(own[before], back_to, uses[name])
                    sections[heading].append(replace(worded, recalls=name))
                elif before not in uses:
                    sections[heading].append(wording.recalled(replace(item, groups=back_to), before))
    told = {
        one for one in asked if any(one in item.indicators for part in sections.values() for item in part)
    }
    return _dated(
        Instrument(
            assessment=plan.assessment.id,
            title=plan.assessment.title,
            wave=wave.name,
            wave_label=wave.label or wave.name,
            languages={language.code: language.name for language in languages},
            texts={key: wording.text(key) for key in languages[0].words["text"]},
            groups={group.id: wording.group(group) for group in groups},
            consent=wording.consent(list(sections)),
            opening=wording.opening(groups, needed=any(i.groups for part in sections.values() for i in part)),
            sections=tuple(wording.sections(sections)),
            closing=wording.text("closing"),
            indicators={
                group: tuple(one for one in asked if one in told and (not group or group in asked[one]))
                for group in everyone or ("",)
            },
            left_out=tuple(dict.fromkeys(left_out)),
            untranslated={code: tuple(keys) for code, keys in wording.missing.items() if keys},
        )
    )


def _dropped(pilot: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return kind of thing -> item -> why the pilot dropped it."""
    found: dict[str, dict[str, str]] = {}
    for row in pilot.to_dict("records") if len(pilot) else ():
        if row["decision"] == "drop":
            found.setdefault(row["kind"], {})[row["item"]] = f"dropped after the pilot: {row['reason']}"
    return found


def _asked(
    plan: AssessmentPlan,
    groups: Sequence[PovertyGroup],
    indicators: Mapping[str, Indicator],
    selection: pd.DataFrame,
    dropped: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, tuple[str, ...]], list[LeftOut]]:
    """Return indicator -> groups of which it is asked, in the catalogue's order, and what is left out."""
    named = dict.fromkeys(plan.indicators)
    named |= dict.fromkeys(one for part in plan.specification for one in part.indicators)
    chosen: dict[str, set[str]] = {}
    if len(selection):
        for row in selection[selection["selected"].fillna(False).astype(bool)].to_dict("records"):
            chosen.setdefault(row["indicator"], set()).add(row["poverty_group"])
    producers = [group.id for group in groups if group.box4_group in BOX_4_PRODUCERS]
    asked: dict[str, tuple[str, ...]] = {}
    left_out = []
    for one in (*indicators, *(name for name in (*named, *chosen) if name not in indicators)):
        if one not in named and one not in chosen:
            continue
        if one in dropped.get("indicator", {}):
            left_out.append(LeftOut(one, dropped["indicator"][one]))
            continue
        if one not in indicators:
            left_out.append(LeftOut(one, "is not an indicator of the catalogue or of the assessment"))
            continue
        usual = producers if indicators[one].stakeholder == "entrepreneur" else [group.id for group in groups]
        of = set(usual if one in named else ()) | chosen.get(one, set())
        asked[one] = tuple(group.id for group in groups if group.id in of)
        if groups and not asked[one]:
            why = (
                "none of the groups is of producers, and none ranked it"
                if one in named
                else "no group is left"
            )
            left_out.append(LeftOut(one, f"is asked of nobody: {why}"))
            del asked[one]
    return asked, left_out


def _columns(indicator: Indicator) -> list[str]:
    parts = [indicator.value, *([indicator.deprived] if indicator.deprived else [])]
    return list(dict.fromkeys(name for part in parts for name in expressions.columns(part)))


def _groups_of(
    used_by: Iterable[str], asked: Mapping[str, tuple[str, ...]], everyone: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the groups of which a question is asked; () where that is everyone."""
    of = {group for one in used_by for group in asked[one]}
    return () if of >= set(everyone) else tuple(group for group in everyone if group in of)


def _recall(plan: AssessmentPlan, name: str, question: Question, used_by: Sequence[Indicator]) -> str:
    """Return the name under which it is asked what was before; '' where that is not asked.

    A one-off study has nothing but recall (Box 7): every question of a quantitative indicator is asked twice.
    """
    if question.type == "text":
        return ""
    if name in (planned := _recalled_by_plan(plan)):
        return planned[name]
    if any(one.estimator == "recall" and not one.before for one in plan.specification):
        of_model = {i for one in plan.specification if one.estimator == "recall" for i in one.indicators}
        if any(one.id in of_model for one in used_by):
            return recall_name(name)
    one_off = plan.assessment.study_design == "one-off"
    return recall_name(name) if one_off and any(i.kind == "quantitative" for i in used_by) else ""


def _dated(one: Instrument) -> Instrument:
    """Return the instrument with its version: a hash of what is asked, and in which words."""
    content = asdict(one)
    for key in ("left_out", "untranslated", "version"):
        del content[key]
    written = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return replace(one, version=hashlib.sha256(written.encode()).hexdigest()[:VERSION_HEX])
