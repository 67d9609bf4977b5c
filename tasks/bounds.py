"""What attrition leaves of an effect where the arms were randomised: Lee's bounds."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Comparison, Poverty, Specification, Wave
from schemas.base import empty
from schemas.comparison import ComparisonMatching, ComparisonWeights
from schemas.fieldwork import Responses
from schemas.impact import AttritionBounds
from schemas.plan import Plan, Waves
from schemas.poverty import PovertyLines
from tasks import expressions
from tasks.disclosure import about_people
from tasks.impact_models import PROGRAMME, Study, study_of
from tasks.interviews import ROW_NUMBER
from tasks.methods.attrition_bounds import lee_bounds
from tasks.prices import prices_of
from tasks.steps import step

MEASURES = {
    "difference": "level",
    "ancova": "level",
    "difference_in_differences": "change",
    "first_differences": "change",
    "fixed_effects": "change",
}
"""Estimator -> what its effect is an effect on."""


@step(
    "analysis",
    reads=[Responses, Indicators, Waves, Plan, ComparisonWeights, ComparisonMatching, PovertyLines],
    writes=[AttritionBounds],
    plan=["specification", "comparison", "wave", "poverty"],
    named=True,
)
def bound_attrition(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    plan: pd.DataFrame,
    weights: pd.DataFrame,
    matching: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    comparison: Comparison,
    wave: Sequence[Wave],
    poverty: Sequence[Poverty],
) -> pd.DataFrame:
    """Bound each effect of randomised arms for those of the first wave who were lost.

    Only where respondents can be followed, and for models of the arms without matching.
    """
    prices = prices_of(poverty, lines, responses)
    study = study_of(responses, indicators, waves, plan, weights, matching, prices)
    followed = all(one.columns.respondent != ROW_NUMBER for one in wave)
    records = []
    if comparison.assignment == "randomised" and followed and not study.purposive:
        for one in specification:
            pair = _waves(study, one)
            if pair is None:
                continue
            first = study.responses[study.responses["wave"] == pair[0]]
            if one.filter:
                first = first[expressions.compute_condition(one.filter, first).astype(bool)]
            parts = [("all", first)]
            if one.by_poverty_group:
                parts += [(str(group), part) for group, part in first.groupby("poverty_group", sort=True)]
            records += [
                {
                    "specification": one.name,
                    "indicator": indicator,
                    "poverty_group": group,
                    "from_wave": pair[0],
                    "to_wave": pair[1],
                    "measures": MEASURES[one.estimator],
                    **_bounds(study, one, indicator, rows, pair[1]),
                }
                for indicator in one.indicators
                for group, rows in parts
            ]
    return pd.DataFrame(records) if records else empty(AttritionBounds)


def _waves(study: Study, one: Specification) -> tuple[str, str] | None:
    """Return the wave of those randomised and the later one; None where a model has no bounds."""
    if one.estimator not in MEASURES or one.comparison == "matched" or one.successive or not study.order:
        return None
    if not any(study.is_programme_term(one, term) for term in one.terms or (PROGRAMME,)):
        return None
    first, last = study.pair(one)
    first = first or one.from_wave or study.order[0]
    if first == last or not study.is_here((first, last)):
        return None
    earlier, later = (study.responses[study.responses["wave"] == name] for name in (first, last))
    return (first, last) if earlier["respondent"].isin(later["respondent"]).any() else None


def _bounds(
    study: Study, one: Specification, indicator: str, first: pd.DataFrame, to_wave: str
) -> dict[str, object]:
    """Return the bounds for those of the first wave who have an arm, how many were lost, and who is left out.

    An arm that is known of a later wave alone is none: it is known of nobody who was lost.
    """
    later = study.responses[study.responses["wave"] == to_wave]
    if one.weight:
        first = first[first[one.weight].astype("float64") > 0]
    without = int(first["arm"].isna().sum())
    first = first[first["arm"].notna()]
    value = study.frame(one, indicator, later).set_index("respondent")[study.outcome]
    outcome = first["respondent"].map(value).astype("float64")
    if MEASURES[one.estimator] == "change":
        outcome = outcome - study.frame(one, indicator, first)[study.outcome].astype("float64")
    known = outcome.notna()
    programme = (first["arm"] == "programme").astype("int64")
    counts = {
        "respondents": int(known.sum()),
        "smallest_cell": int(min((known & (programme == side)).sum() for side in (0, 1))),
        "lost": int((~known).sum()),
        "left_out": f"{about_people(without)} had no arm in the earlier wave." if without else None,
    }
    cluster = first["cluster"] if first["cluster"].notna().all() else first["respondent"]
    if one.cluster:
        cluster = first[one.cluster]
    weight = first[one.weight].astype("float64").to_numpy() if one.weight else None
    try:
        found = lee_bounds(
            outcome.to_numpy(), programme.to_numpy(), weights=weight, clusters=pd.factorize(cluster)[0]
        )
    except ValueError as error:
        return {**counts, "trimmed": 0, "problem": str(error)}
    return {
        **counts,
        "programme_found": found.programme_found,
        "comparison_found": found.comparison_found,
        "trimmed_arm": found.trimmed_arm,
        "trimmed_share": found.trimmed_share,
        "trimmed": round(found.trimmed),
        "lower": found.lower,
        "upper": found.upper,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "verdict": _verdict(found.ci_low, found.ci_high),
    }


def _verdict(low: float, high: float) -> str | None:
    """Say whether the interval of the effect, attrition included, is clear of zero."""
    if pd.isna(low):
        return None
    return "above zero" if low > 0 else "below zero" if high < 0 else "either sign"
