"""Whether the programme's effects differ between poverty groups, each against all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from schemas.analysis import ImpactEstimates, Indicators
from schemas.assessment import MultipleTesting, Poverty, Specification
from schemas.base import empty
from schemas.comparison import ComparisonMatching, ComparisonWeights
from schemas.fieldwork import Responses
from schemas.impact import KEY, ImpactDifferences
from schemas.plan import Plan, Waves
from schemas.poverty import PovertyLines
from tasks.families import with_adjusted
from tasks.impact_models import Study, default_term, figures, study_of, unused
from tasks.methods import impact
from tasks.prices import prices_of
from tasks.steps import step

LEVEL = 0.05


@step(
    "analysis",
    reads=[
        Responses,
        Indicators,
        Waves,
        Plan,
        ComparisonWeights,
        ComparisonMatching,
        ImpactEstimates,
        PovertyLines,
    ],
    writes=[ImpactDifferences],
    plan=["specification", "multiple_testing", "poverty"],
    named=True,
)
def compare_effects(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    plan: pd.DataFrame,
    weights: pd.DataFrame,
    matching: pd.DataFrame,
    estimates: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    multiple_testing: MultipleTesting,
    poverty: Sequence[Poverty],
) -> pd.DataFrame:
    """Compare the programme's effect in each poverty group with its effect in all others together.

    Only effects that the specification estimates by group are compared, and that one coefficient tells.
    """
    prices = prices_of(poverty, lines, responses)
    study = study_of(responses, indicators, waves, plan, weights, matching, prices)
    records = []
    for one in specification if study.order else ():
        pair = study.pair(one)
        compared = one.by_poverty_group and one.estimator not in ("recall", "staggered")
        if compared and study.is_here(pair):
            here = {"specification": one.name, "from_wave": pair[0] or "none", "to_wave": pair[1]}
            for indicator in one.indicators:
                records += [
                    {**here, "indicator": indicator, **row} for row in _of_groups(study, one, indicator, pair)
                ]
    if not records:
        return empty(ImpactDifferences)
    table = pd.DataFrame(records).merge(estimates[[*KEY, "claim"]], on=list(KEY), how="inner")
    if not len(table):
        return empty(ImpactDifferences)
    table = with_adjusted(table, specification, multiple_testing)
    told = zip(table["estimate"], table["p_adjusted"], strict=True)
    verdicts = pd.Series([_verdict(*row) for row in told], index=table.index, dtype="string")
    return table.assign(verdict=verdicts)


def _of_groups(
    study: Study, one: Specification, indicator: str, pair: tuple[str, str]
) -> Iterator[dict[str, object]]:
    """Yield the comparisons of one indicator; of two groups one alone, since the other says the same."""
    rows = study.rows(one, pair)
    rows = rows[rows["poverty_group"].notna()]
    groups = sorted(rows["poverty_group"].unique())
    if len(groups) == 2:
        del groups[1]
    for group in groups:
        part = unused(str(group), rows)
        inside = (rows["poverty_group"] == group).astype(float)
        for row in _compared(study, one, indicator, rows.assign(**{part: inside}), pair, part):
            yield {"poverty_group": group, **row}


def _compared(
    study: Study, one: Specification, indicator: str, rows: pd.DataFrame, pair: tuple[str, str], part: str
) -> list[dict[str, object]]:
    frame = study.frame(one, indicator, rows)
    try:
        frame = study.compared(one, frame)
        fitted = impact.fit_difference_of_effects(frame, study.model(one, frame, pair), part)
    except ValueError as error:
        term = default_term(one)
        nobody = dict.fromkeys(("respondents", "others", "smallest_cell"), 0)
        named = {"term": term, "interaction": f"{term} x {part}", "estimate": float("nan")}
        return [{**named, **nobody, "p_value": float("nan"), "problem": str(error)}]
    fitted = study.told(fitted, frame)
    extra = fitted[["interaction", "others"]].to_dict("records")
    told = [{**row, **more} for row, more in zip(figures(fitted), extra, strict=True)]
    return [row for row in told if study.is_programme_term(one, str(row["term"]))]


def _verdict(estimate: float, p_adjusted: float) -> str | None:
    if pd.isna(estimate):
        return None
    if pd.isna(p_adjusted):
        return "not tested"
    return "differ" if p_adjusted < LEVEL else "not told apart"
