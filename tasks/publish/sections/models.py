"""Estimates of the impact, one table a model; a part of the findings' section."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from tasks import expressions
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.publish.sections import starts


@dataclass(frozen=True)
class Model:
    """One specification of the impact: how it was estimated, its table, and what its claims rest on."""

    title: str
    facts: tuple[str, ...]
    notes: tuple[str, ...]
    with_error: bool
    reasons: tuple[tuple[str, str], ...]
    grid: Grid
    pictures: tuple[tuple[str, Markup], ...] = ()


def _given(report: Report, row: Row) -> str:
    """Return what the errors of a matched estimate rest on."""
    plan = report.plan.comparison.matching
    if row["comparison"] != "matched" or plan is None:
        return ""
    return ", the matching taken as given"


def _notes(report: Report, rows: list[Row]) -> tuple[str, ...]:
    """Return what the model assumes, and what has to be known of its tests."""
    first = rows[0]
    told = [wording.ASSUMPTIONS[first["estimator"]]]
    if _adjusted(report, rows):
        by = wording.ADJUSTMENTS[report.plan.multiple_testing.method]
        told.append(
            f"The more is tested, the more is found by chance: adjusted p-values count the {first['tests']}"
            f" tests of the family {wording.plain(first['family'])} (by {by}). Verdicts rest on the 95 %"
            f" interval of each figure alone; {wording.BY_CHANCE} marks those that do not stand then."
        )
    shown = [row for row in rows if not report.hidden("impact_estimates", row, "p_value")]
    if first["estimator"] == "staggered":
        told.append(starts.HOW_AVERAGED)
    told += dict.fromkeys(row["untested"] for row in shown if row["untested"])
    return tuple(told)


def _chosen_by(condition: str) -> str:
    """Return the columns of which a condition asks; the condition itself stands in tables/."""
    try:
        columns = expressions.columns(condition)
    except expressions.ExpressionError:
        return condition
    return wording.listing(wording.plain(column) for column in columns)


def _adjusted(report: Report, rows: list[Row]) -> dict[str, str]:
    """Return the columns of the adjusted p-values, the one that the plan names first; none for one test."""
    if rows[0]["tests"] < 2 or all(row["p_value"] is None for row in rows):
        return {}
    named = report.plan.multiple_testing.method
    order = [named, *(one for one in wording.ADJUSTMENTS if one != named)]
    return {f"p_{one}": f"p by {wording.ADJUSTMENTS[one]}" for one in order}


def models(report: Report) -> list[Model]:
    """Return the impact estimates, one table a specification and term; of staggered starts all terms."""
    tables: dict[tuple[str, str], list[Row]] = {}
    for row in report.rows("impact_estimates"):
        term = "" if row["estimator"] == "staggered" else row["term"]
        tables.setdefault((row["specification"], term), []).append(row)
    made = []
    for number, ((name, term), here) in enumerate(tables.items(), start=1):
        first = here[0]
        staggered = first["estimator"] == "staggered"
        if staggered:
            here = starts.in_order(report, here)
        facts = [starts.compared_with(report, name) if staggered else f"term: {term}"]
        facts += [
            f"{words}: {first[column]}"
            for column, words in (
                ("fixed_effects", "fixed effects"),
                ("covariates", "covariates"),
                ("weight", "weight"),
            )
            if first[column]
        ]
        if first["filter"]:
            facts.append(f"only rows chosen by {_chosen_by(first['filter'])}")
        if first["comparison"] == "matched":
            facts.append("those who were matched alone")
        if first["error_type"]:
            facts.append(
                f"standard errors: {wording.ERROR_TYPES[first['error_type']]}{_given(report, first)}"
            )
        title = wording.plain(f"{name}: {wording.ESTIMATORS[first['estimator']]}")
        title = wording.capital(title)
        made.append(
            Model(
                title,
                tuple(facts),
                _notes(report, here),
                any(row["standard_error"] is not None for row in here),
                tuple(dict.fromkeys((wording.CLAIMS[row["claim"]], row["claim_reason"]) for row in here)),
                grids.grid(
                    report,
                    "impact_estimates",
                    f"Estimates. {title}",
                    {
                        "poverty_group": "Poverty group",
                        **({"term": "When"} if staggered else {}),
                        "direction": "Verdict",
                        "estimate": "Estimate",
                        "standard_error": "Standard error",
                        "interval": "95 % interval",
                        "p_value": "p",
                        **_adjusted(report, here),
                        "respondents": "People",
                        "clusters": "Clusters",
                        **({"claim": "Claim"} if len({row["claim"] for row in here}) > 1 else {}),
                    },
                    rows=here,
                    parted_by="indicator",
                    as_given=staggered,
                ),
                starts.pictures(report, f"starts-{number}", here) if staggered else (),
            )
        )
    return made
