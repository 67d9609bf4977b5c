"""Who gained and who lost, by poverty group and by gender within it: the study's question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from schemas.analysis import ImpactEstimates, Indicators
from schemas.arms import OF_ARMS
from schemas.assessment import Comparison, MultipleTesting, Poverty, Sampling, Specification
from schemas.base import empty
from schemas.comparison import ComparisonMatching, ComparisonWeights
from schemas.fieldwork import Responses
from schemas.followup import WaveChanges
from schemas.plan import Plan, Waves
from schemas.poverty import PovertyLines
from schemas.vocabulary import ALL
from schemas.winners import WinnersLosers
from tasks.families import after_adjustment, with_adjusted
from tasks.followup import of_the_programme
from tasks.impact_models import Study, study_of
from tasks.impacts import estimate_one, leading_estimates
from tasks.prices import prices_of
from tasks.references import reference_of
from tasks.steps import step
from tasks.wording import tells_levels

FIGURES = (
    "estimate",
    "ci_low",
    "ci_high",
    "no_interval",
    "p_value",
    "direction",
    "respondents",
    "smallest_cell",
    *OF_ARMS,
)
OF_FAMILY = ("family", "tests", "p_holm", "p_benjamini_hochberg", "p_adjusted", "after_adjustment")
NO_FIGURE: Mapping[str, Any] = {"respondents": 0, "smallest_cell": 0}
BY_GENDER = ", by gender"
"""What is put behind the name of a family for the tests of the genders within poverty groups."""


@step(
    "follow-up",
    reads=[
        ImpactEstimates,
        WaveChanges,
        Responses,
        Indicators,
        Waves,
        Plan,
        ComparisonWeights,
        ComparisonMatching,
        PovertyLines,
    ],
    writes=[WinnersLosers],
    plan=["specification", "multiple_testing", "comparison", "sampling", "poverty"],
    named=True,
)
def tell_winners_and_losers(
    estimates: pd.DataFrame,
    changes: pd.DataFrame,
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    plan: pd.DataFrame,
    weights: pd.DataFrame,
    matching: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    multiple_testing: MultipleTesting,
    comparison: Comparison,
    sampling: Sampling,
    poverty: Sequence[Poverty],
) -> pd.DataFrame:
    """Say of each poverty group, and of the genders within it, who gained and who lost.

    By the leading specification where it has an estimate of the group; else by the change over time of the
    programme arm, which says less. A group of one gender is not divided. P-values of whole groups are those
    of the impact; those of the genders are adjusted for how many of them there are.
    """
    leading = leading_estimates(estimates, specification)
    leading = leading[leading["poverty_group"] != ALL]
    prices = prices_of(poverty, lines, responses)
    study = study_of(responses, indicators, waves, plan, weights, matching, prices)
    study = replace(study, sampling=sampling)
    named = {one.name: one for one in specification}
    genders = {
        name: _genders(study, one) for name, one in named.items() if name in set(leading["specification"])
    }
    records: list[dict[Any, Any]] = []
    of_genders: list[dict[str, Any]] = []
    for row in leading.to_dict("records"):
        one = named[row["specification"]]
        parts = genders[one.name].get(row["poverty_group"], [])
        about = {
            "indicator": row["indicator"],
            "poverty_group": row["poverty_group"],
            "basis": basis_of(row, comparison),
            "specification": one.name,
            "from_wave": row["from_wave"],
            "to_wave": row["to_wave"],
            "claim": row["claim"],
            "money": row["money"],
        }
        behind = reference_of(ImpactEstimates, row)
        figures = {name: row[name] for name in (*FIGURES, *OF_FAMILY)}
        records.append({**about, "gender": ALL, "figure": behind, **figures})
        for gender, part in parts:
            found = estimate_one(study, one, row["indicator"], part, study.pair(one))
            same = next((estimate for estimate in found if estimate["term"] == row["term"]), NO_FIGURE)
            figures = {name: same.get(name) for name in FIGURES}
            claim = claim_within(row["claim"], comparison)
            of_genders.append({**about, "claim": claim, "gender": gender, **figures})
    if of_genders:
        records += in_families(of_genders, specification, multiple_testing)
    told = {(row["indicator"], row["poverty_group"]) for row in records}
    records += [row for row in _by_change(changes) if (row["indicator"], row["poverty_group"]) not in told]
    return pd.DataFrame(records) if records else empty(WinnersLosers)


def _genders(study: Study, one: Specification) -> dict[str, list[tuple[str, pd.DataFrame]]]:
    """Return the rows of the women and of the men of each poverty group that has both."""
    rows = study.rows(one, study.pair(one))
    found: dict[str, list[tuple[str, pd.DataFrame]]] = {}
    for (group, gender), part in rows.groupby(["poverty_group", "gender"], sort=True):
        found.setdefault(str(group), []).append((str(gender), part))
    return {group: parts for group, parts in found.items() if len(parts) > 1}


def basis_of(row: Mapping[Any, Any], comparison: Comparison) -> str:
    """Return what a verdict rests on: of arms that a lot formed a level tells a gain, for they were alike."""
    if row["estimator"] == "recall":
        return "recall"
    return "levels" if tells_levels(row) and comparison.assignment != "randomised" else "impact"


def claim_within(claim: str, comparison: Comparison) -> str:
    """Return what may be claimed of one gender within a group of which `claim` holds.

    A lot that formed the arms formed them among women and among men. Without one, a causal claim rests on
    the balance of the arms, and within a gender that is not measured.
    """
    return "associational" if claim == "causal" and comparison.assignment != "randomised" else claim


def in_families(
    of_genders: list[dict[str, Any]], specification: Sequence[Specification], plan: MultipleTesting
) -> list[dict[Any, Any]]:
    """Return the rows of women and of men with p-values adjusted for all of them that a family has.

    Theirs is a question of its own, so that they count among each other, and not beside the whole groups.
    """
    table = with_adjusted(pd.DataFrame(of_genders), specification, plan)
    table = table.assign(
        family=table["family"] + BY_GENDER, after_adjustment=after_adjustment(table["p_adjusted"])
    )
    return table.to_dict("records")


def _by_change(changes: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Yield the latest change of each group: of the programme arm where there are arms."""
    latest = of_the_programme(changes).drop_duplicates(["indicator", "poverty_group"], keep="last")
    for row in latest.to_dict("records"):
        yield {
            "indicator": row["indicator"],
            "poverty_group": row["poverty_group"],
            "gender": ALL,
            "basis": "change",
            "specification": None,
            "from_wave": row["from_wave"],
            "to_wave": row["to_wave"],
            "estimate": row["change"],
            "ci_low": row["ci_low"],
            "ci_high": row["ci_high"],
            "no_interval": row["no_interval"],
            "direction": row["direction"],
            "claim": row["claim"],
            "tests": 0,
            "figure": reference_of(WaveChanges, row),
            "respondents": row["respondents_to"],
            "smallest_cell": min(row["respondents_from"], row["respondents_to"]),
        }
