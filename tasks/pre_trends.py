"""Whether the arms changed alike before the programme: its model on the waves that came before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Poverty, Specification
from schemas.base import empty
from schemas.comparison import ComparisonMatching, ComparisonWeights
from schemas.fieldwork import Responses
from schemas.impact import PreTrends
from schemas.plan import Plan, Waves
from schemas.poverty import PovertyLines
from tasks.impact_models import (
    AFTER,
    PROGRAMME,
    Study,
    compares_changes,
    figures,
    study_of,
)
from tasks.methods import impact
from tasks.prices import prices_of
from tasks.steps import step

LEVEL = 0.05


@step(
    "analysis",
    reads=[Responses, Indicators, Waves, Plan, ComparisonWeights, ComparisonMatching, PovertyLines],
    writes=[PreTrends],
    plan=["specification", "poverty"],
    named=True,
)
def compare_earlier_trends(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    plan: pd.DataFrame,
    weights: pd.DataFrame,
    matching: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    poverty: Sequence[Poverty],
) -> pd.DataFrame:
    """Estimate each model that compares changes on the waves before the programme: it should find nothing.

    Each wave before the last one before the programme is compared with that one.
    """
    prices = prices_of(poverty, lines, responses)
    study = study_of(responses, indicators, waves, plan, weights, matching, prices)
    records = []
    for one in specification if study.order else ():
        last = study.pair(one)[0]
        if last not in study.before or not _compares_arms(study, one):
            continue
        for earlier in study.before[: study.before.index(last)]:
            pair = (earlier, last)
            for indicator in one.indicators:
                for group, rows in study.parts(one.model_copy(update=_named(pair)), pair):
                    here = {"specification": one.name, "indicator": indicator, "poverty_group": group}
                    here |= _named(pair)
                    records += [{**here, **row} for row in _placebo(study, one, indicator, rows, pair)]
    return pd.DataFrame(records) if records else empty(PreTrends)


def _named(pair: tuple[str, str]) -> dict[str, str]:
    return {"from_wave": pair[0], "to_wave": pair[1]}


def _compares_arms(study: Study, one: Specification) -> bool:
    """Return whether a model compares the changes of the arms from one wave to another."""
    if one.estimator == "staggered":  # its own terms are of the time before the start
        return False
    if one.estimator == "fixed_effects" and not (one.from_wave and one.to_wave):
        return False
    term = AFTER if one.estimator != "first_differences" else PROGRAMME
    if one.terms and term not in one.terms:
        return False
    return study.is_programme_term(one, term) and compares_changes(one, term, "earlier", "later")


def _placebo(
    study: Study, one: Specification, indicator: str, rows: pd.DataFrame, pair: tuple[str, str]
) -> list[dict[str, object]]:
    """Return the programme's terms of the model between two waves before the programme."""
    frame = study.frame(one, indicator, rows)
    try:
        frame = study.compared(one, frame)
        fitted = study.told(impact.fit(frame, study.model(one, frame, pair)), frame)
    except ValueError as error:
        term = PROGRAMME if one.estimator == "first_differences" else AFTER
        return [{"term": term, "respondents": 0, "smallest_cell": 0, "problem": str(error)}]
    told = [row for row in figures(fitted) if study.is_programme_term(one, str(row["term"]))]
    return [{**row, "verdict": _verdict(cast("float", row["p_value"]))} for row in told]


def _verdict(p_value: float) -> str:
    if pd.isna(p_value):
        return "not tested"
    return "differed" if p_value < LEVEL else "not told apart"
