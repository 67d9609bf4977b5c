"""The summary: who gained and who lost, and what may not be concluded."""

from __future__ import annotations

from collections import Counter
from typing import Any

from schemas.analysis import ImpactEstimates
from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.publish.sections.feedback import contested, contested_by
from tasks.publish.sections.findings import side_of
from tasks.references import reference_of

MOST_LIMITS_OF_FINDINGS = 3
MANY_INTERVALS = 20
CONTESTED = " (contested)"


def summary(report: Report) -> dict[str, Any]:
    """Return the outcome in one sentence, who gained and lost, official statistics, the strongest limits."""
    rows = sorted(report.rows("findings"), key=lambda row: row["position"])
    return {
        "outcome": _outcome(report, rows),
        "by_chance": _by_chance_in_words(report, rows),
        "ledger": _ledger(report, rows) if rows else None,
        "official": [row["statement"] for row in report.rows("secondary_findings")],
        "limits": [*_limits_of_design(report), *_limits_of_data(report, rows)],
    }


def _outcome(report: Report, rows: list[Row]) -> str:
    told = Counter(side_of(report, row) for row in rows)
    parts = [
        f"{wording.whole(told[side])} {words if told[side] == 1 else many}"
        for side, words, many in (
            ("better", "is a gain", "are gains"),
            ("worse", "is a loss", "are losses"),
            ("unchanged", "is unchanged", "are unchanged"),
            ("uncertain", "is uncertain", "are uncertain"),
            ("withheld", "is withheld", "are withheld"),
        )
        if told[side]
    ]
    return f"Of {wording.counted(len(rows), 'finding')}, {wording.listing(parts)}." if rows else ""


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
    verb = "does not stand" if count == 1 else "do not stand"
    return (
        f"{wording.BY_CHANCE} {wording.whole(count)} of the gains and losses {verb} when all tests of the"
        " family are counted: such a finding may come of chance."
    )


def _ledger(report: Report, rows: list[Row]) -> Grid:
    against, by_chance = contested(report), _by_chance(report, rows)
    sides: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        note = f"\u00a0{wording.BY_CHANCE}" if row["finding"] in by_chance else ""
        note += CONTESTED if row["finding"] in against else ""
        label = report.label("indicator", row["indicator"])
        sides.setdefault(row["poverty_group"], {}).setdefault(side_of(report, row), []).append(label + note)
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
            cells.append(Cell("", style, items=tuple(here[side])) if here.get(side) else NOTHING)
        for side in ("unchanged", "uncertain"):
            count = len(here.get(side, []))
            unagreed = sum(one.endswith(CONTESTED) for one in here.get(side, []))
            note = f"{wording.whole(unagreed)} contested" if unagreed else ""
            cells.append(Cell(wording.whole(count), numeric=True, note=note) if count else NOTHING)
        cells.append(Cell(wording.withheld("threshold"), "withheld") if here.get("withheld") else NOTHING)
        body.append(cells)
    labels = [
        "Poverty group",
        *(
            f"{wording.GAINS[side].symbol}\u00a0{words}"
            for side, words in (
                ("better", "Gained"),
                ("worse", "Lost"),
                ("unchanged", "Unchanged"),
                ("uncertain", "Uncertain"),
            )
        ),
        "Withheld",
    ]
    return grids.placed(report, "Who gained and who lost, by poverty group", labels, body)


def _limits_of_design(report: Report) -> list[str]:
    plan = report.plan
    limits = []
    if plan.assessment.study_design == "one-off" and plan.wave:
        limits.append("The cluster was visited once: what has changed is what people remember.")
    asked = report.has("interviews") or report.has("indicator_estimates")
    if asked and plan.sampling.design in wording.NOT_SURELY_BY_CHANCE:
        limits.append(wording.SAMPLE_DESIGNS[plan.sampling.design])
    claims = {row["claim"] for row in report.rows("findings")}
    if claims and "causal" not in claims:
        limits.append("No finding may be put down to the programme alone: the design does not allow it.")
    every = report.rows("comparison_balance")
    unbalanced = [row for row in every if row["verdict"] == "unbalanced"]
    if unbalanced:
        still = [row for row in every if row["adjusted_verdict"] == "unbalanced"]
        matched = any(row["adjusted_verdict"] for row in every)
        limits.append(
            f"The programme group and the comparison group differ in {wording.whole(len(unbalanced))} of "
            f"{wording.counted(len(every), 'characteristic')} that were compared: "
            f"{wording.listing(wording.plain(row['covariate']) for row in unbalanced)}."
            + (f" After matching they still differ in {wording.whole(len(still))}." if matched else "")
        )
    if plan.comparison.spill_over:
        limits.append(
            f"The programme may have reached the comparison group: {'; '.join(plan.comparison.spill_over)}."
        )
    return limits


def _limits_of_data(report: Report, rows: list[Row]) -> list[str]:
    limits = []
    contradictions = len(report.rows("triangulation", {"verdict": "contradict"}))
    if contradictions:
        limits.append(
            f"In {wording.counted(contradictions, 'case')} the figures, the interviews and the focus groups "
            "contradict each other; neither side is taken to be wrong."
        )
    labels = {row["finding"]: (row["indicator"], row["poverty_group"]) for row in rows}
    against = {one: said for one, said in contested(report).items() if one in labels}
    if against:
        were = "finding was" if len(against) == 1 else "findings were"
        told = (
            f"{report.label('indicator', labels[one][0])} of {report.label('poverty_group', labels[one][1])}"
            f" ({contested_by(report, said)})"
            for one, said in against.items()
        )
        limits.append(f"{wording.whole(len(against))} {were} contested: {'; '.join(told)}.")
    intervals = sum(1 for row in rows if side_of(report, row) != "withheld")
    if intervals >= MANY_INTERVALS:
        limits.append(
            f"Each interval is one that misses the truth once in twenty times. Of {wording.whole(intervals)} "
            f"intervals, about {wording.whole(round(intervals / 20))} can be expected to."
        )
    common = Counter(row["limits"] for row in rows).most_common(MOST_LIMITS_OF_FINDINGS)
    limits += [f"{wording.sentence(words)} ({wording.counted(count, 'finding')})" for words, count in common]
    return limits
