"""Estimates of the impact, one table a model; a part of the findings' section."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row


@dataclass(frozen=True)
class Model:
    """One specification of the impact: how it was estimated, its table, and what its claims rest on."""

    title: str
    facts: tuple[str, ...]
    with_error: bool
    reasons: tuple[tuple[str, str], ...]
    grid: Grid


def _given(report: Report, row: Row) -> str:
    """Return what the errors of a matched estimate rest on."""
    plan = report.plan.comparison.matching
    if row["comparison"] != "matched" or plan is None:
        return ""
    return ", the matching taken as given"


def models(report: Report) -> list[Model]:
    """Return the impact estimates, one table a specification and term."""
    rows = report.rows("impact_estimates")
    made = []
    for name, term in dict.fromkeys((row["specification"], row["term"]) for row in rows):
        here = [row for row in rows if (row["specification"], row["term"]) == (name, term)]
        first = here[0]
        facts = [f"term: {term}"]
        facts += [
            f"{words}: {first[column]}"
            for column, words in (
                ("fixed_effects", "fixed effects"),
                ("covariates", "covariates"),
                ("filter", "rows"),
                ("weight", "weight"),
            )
            if first[column]
        ]
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
                any(row["standard_error"] is not None for row in here),
                tuple(dict.fromkeys((wording.CLAIMS[row["claim"]], row["claim_reason"]) for row in here)),
                grids.grid(
                    report,
                    "impact_estimates",
                    f"Estimates. {title}",
                    {
                        "poverty_group": "Poverty group",
                        "direction": "Verdict",
                        "estimate": "Estimate",
                        "standard_error": "Standard error",
                        "interval": "95 % interval",
                        "p_value": "p",
                        "respondents": "People",
                        "clusters": "Clusters",
                        **({"claim": "Claim"} if len({row["claim"] for row in here}) > 1 else {}),
                    },
                    rows=here,
                    parted_by="indicator",
                ),
            )
        )
    return made
