"""The summary: who gained and who lost, and what may not be concluded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from schemas.analysis import ImpactEstimates
from schemas.vocabulary import ALL
from tasks.methods.claims import RANDOMISED
from tasks.prices import MADE_ALIKE
from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.publish.sections.feedback import contested, contested_by
from tasks.publish.sections.findings import side_of
from tasks.references import reference_of
from tasks.tongue import Words, _, ngettext, told
from tasks.translations import N_, NN_

MOST_LIMITS_OF_FINDINGS = 3
UP_TO = "by up to"
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
MANY_INTERVALS = 20
_OUTCOMES = (
    ("better", NN_("{n} is a gain", "{n} are gains")),
    ("worse", NN_("{n} is a loss", "{n} are losses")),
    ("unchanged", NN_("{n} is unchanged", "{n} are unchanged")),
    ("uncertain", NN_("{n} is uncertain", "{n} are uncertain")),
    ("withheld", NN_("{n} is withheld", "{n} are withheld")),
)
_COLUMNS = Words(
    {
        "better": N_("Gained"),
        "worse": N_("Lost"),
        "unchanged": N_("Unchanged"),
        "uncertain": N_("Uncertain"),
    }
)


def summary(report: Report) -> dict[str, Any]:
    """Return the outcome in one sentence, who gained and lost, official statistics, the strongest limits."""
    rows = sorted(report.rows("findings"), key=lambda row: row["position"])
    return {
        "outcome": _outcome(report, rows),
        "by_chance": _by_chance_in_words(report, rows),
        "ledger": _ledger(report, rows) if rows else None,
        "official": [told(row["statement"]) for row in report.rows("secondary_findings")],
        "limits": [*_limits_of_design(report), *_limits_of_data(report, rows)],
    }


def _outcome(report: Report, rows: list[Row]) -> str:
    if not rows:
        return ""
    sides = Counter(side_of(report, row) for row in rows)
    parts = [
        ngettext(*forms, sides[side]).format(n=wording.whole(sides[side]))
        for side, forms in _OUTCOMES
        if sides[side]
    ]
    findings = wording.counted(len(rows), "finding", "findings")
    return _("Of {findings}, {parts}.").format(findings=findings, parts=wording.listing(parts))


def _by_chance(report: Report, rows: list[Row]) -> set[str]:
    """Return the findings, told as gains or losses, that do not stand when their family is counted."""
    estimates = report.rows("impact_estimates")
    adjusted = {reference_of(ImpactEstimates, one): one["p_adjusted"] for one in estimates}
    return {
        row["finding"]
        for row in rows
        if wording.is_by_chance(side_of(report, row), adjusted.get(row["figure"]))
    }


def _by_chance_in_words(report: Report, rows: list[Row]) -> str:
    count = len(_by_chance(report, rows))
    if not count:
        return ""
    return ngettext(
        "{mark} {n} of the gains and losses does not stand when all tests of the family are counted: such a"
        " finding may come of chance.",
        "{mark} {n} of the gains and losses do not stand when all tests of the family are counted: such a"
        " finding may come of chance.",
        count,
    ).format(mark=wording.BY_CHANCE, n=wording.whole(count))


def _ledger(report: Report, rows: list[Row]) -> Grid:
    against, by_chance = contested(report), _by_chance(report, rows)
    sides: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        sides.setdefault(row["poverty_group"], {}).setdefault(side_of(report, row), []).append(row)
    order = sorted(
        sides,
        key=lambda group: (
            group == ALL,
            -len(sides[group].get("worse", [])),
            -len(sides[group].get("better", [])),
            report.rank("poverty_group", group),
        ),
    )
    body = []
    for group in order:
        here = sides[group]
        cells = [Cell(report.label("poverty_group", group))]
        for side in ("better", "worse"):
            style = wording.GAINS[side].style
            items = tuple(_in_ledger(report, row, by_chance, against) for row in here.get(side, []))
            cells.append(Cell("", style, items=items) if items else NOTHING)
        for side in ("unchanged", "uncertain"):
            count = len(here.get(side, []))
            unagreed = sum(row["finding"] in against for row in here.get(side, []))
            note = _("{n} contested").format(n=wording.whole(unagreed)) if unagreed else ""
            cells.append(Cell(wording.whole(count), numeric=True, note=note) if count else NOTHING)
        cells.append(Cell(wording.withheld("threshold"), "withheld") if here.get("withheld") else NOTHING)
        body.append(cells)
    labels = [
        _("Poverty group"),
        *(f"{wording.GAINS[side].symbol}\u00a0{words}" for side, words in _COLUMNS.items()),
        _("Withheld"),
    ]
    return grids.placed(report, _("Who gained and who lost, by poverty group"), labels, body)


def _in_ledger(report: Report, row: Row, by_chance: set[str], against: dict[str, list[Row]]) -> str:
    """Return the indicator of a gain or loss: marked where it may come of chance, or is contested."""
    label = report.label("indicator", row["indicator"])
    if row["finding"] in by_chance:
        label = f"{label}\u00a0{wording.BY_CHANCE}"
    return _("{finding} (contested)").format(finding=label) if row["finding"] in against else label


def _limits_of_design(report: Report) -> list[str]:
    plan = report.plan
    limits = []
    claims = {row["claim"] for row in report.rows("findings")}
    if plan.assessment.study_design == "one-off" and plan.wave and "causal" not in claims:
        limits.append(_("The cluster was visited once: what has changed is what people remember."))
    asked = report.has("interviews") or report.has("indicator_estimates")
    if asked and plan.sampling.design in wording.NOT_SURELY_BY_CHANCE:
        limits.append(wording.SAMPLE_DESIGNS[plan.sampling.design])
    if claims and "causal" not in claims:
        limits.append(_("No finding may be put down to the programme alone: the design does not allow it."))
    limits += _unlike(report)
    if plan.comparison.spill_over:
        reached = wording.in_a_row(*map(told, plan.comparison.spill_over))
        limits.append(
            _("The programme may have reached the comparison group: {reached}.").format(reached=reached)
        )
    return limits


def _unlike(report: Report) -> list[str]:
    """Return one sentence on the characteristics in which the arms differ, or none."""
    every = report.rows("comparison_balance")
    unbalanced = [row for row in every if row["verdict"] == "unbalanced"]
    if not unbalanced:
        return []
    unlike = ngettext(
        "The programme group and the comparison group differ in {some} of {n} characteristic that were"
        " compared: {which}.",
        "The programme group and the comparison group differ in {some} of {n} characteristics that were"
        " compared: {which}.",
        len(every),
    ).format(
        some=wording.whole(len(unbalanced)),
        n=wording.whole(len(every)),
        which=wording.listing(wording.column(row["covariate"]) for row in unbalanced),
    )
    if not any(row["adjusted_verdict"] for row in every):
        return [unlike]
    still = wording.whole(sum(row["adjusted_verdict"] == "unbalanced" for row in every))
    matched = _("After matching they still differ in {some}.").format(some=still)
    return [f"{unlike} {matched}"]


def _limits_of_data(report: Report, rows: list[Row]) -> list[str]:
    limits = []
    contradictions = len(report.rows("triangulation", {"verdict": "contradict"}))
    if contradictions:
        limits.append(
            ngettext(
                "In {n} case the figures, the interviews and the focus groups contradict each other; neither"
                " side is taken to be wrong.",
                "In {n} cases the figures, the interviews and the focus groups contradict each other; neither"
                " side is taken to be wrong.",
                contradictions,
            ).format(n=wording.whole(contradictions))
        )
    limits += _contested_in_words(report, rows)
    intervals = sum(1 for row in rows if side_of(report, row) != "withheld")
    if intervals >= MANY_INTERVALS:
        limits.append(
            _(
                "Each interval is one that misses the truth once in twenty times. Of {intervals} intervals,"
                " about {missing} can be expected to."
            ).format(intervals=wording.whole(intervals), missing=wording.whole(round(intervals / 20)))
        )
    said = (_SENTENCE_END.split(row["limits"].removeprefix(RANDOMISED).strip()) for row in rows)
    for words, count in _most_common(one for sentences in said for one in sentences if one):
        findings = wording.counted(count, "finding", "findings")
        limits.append(f"{wording.sentence(told(words))} ({findings})")
    return limits


def _most_common(sentences: Iterable[str]) -> list[tuple[str, int]]:
    """Return the sentences that limit the most findings, with how many these are.

    Those that say 'by up to' and differ in their figures alone are one, with the largest. That amounts are at
    base prices limits nothing.
    """
    counts = Counter(one for one in sentences if not one.startswith(MADE_ALIKE))
    alike: dict[str, list[str]] = {}
    for words in counts:
        alike.setdefault(_FIGURE.sub("", words) if UP_TO in words else words, []).append(words)
    merged = {max(same, key=_figures): sum(counts[one] for one in same) for same in alike.values()}
    return Counter(merged).most_common(MOST_LIMITS_OF_FINDINGS)


def _figures(words: str) -> list[float]:
    return [float(one) for one in _FIGURE.findall(words)]


def _contested_in_words(report: Report, rows: list[Row]) -> list[str]:
    """Return one sentence on the findings that are contested, and by whom, or none."""
    known = {row["finding"]: (row["indicator"], row["poverty_group"]) for row in rows}
    against = {one: said for one, said in contested(report).items() if one in known}
    if not against:
        return []
    which = [
        _("{indicator} of {group} ({contested_by})").format(
            indicator=report.label("indicator", known[one][0]),
            group=report.label("poverty_group", known[one][1]),
            contested_by=contested_by(report, said),
        )
        for one, said in against.items()
    ]
    count = len(against)
    return [
        ngettext(
            "{n} finding was contested: {which}.", "{n} findings were contested: {which}.", count
        ).format(n=wording.whole(count), which=wording.in_a_row(*which))
    ]
