"""Phase three: the poverty groups of the frame, the arms' balance, and the indicators that groups rank."""

from __future__ import annotations

import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Comparison, Thresholds
from schemas.base import empty
from schemas.design import (
    ComparisonBalance,
    IndicatorSelection,
    Pilot,
    PilotChanges,
    Rankings,
)
from schemas.fieldwork import Responses
from schemas.plan import Waves
from tasks.methods import balance, ranking
from tasks.steps import step


def assign_groups(frame: pd.DataFrame, groups: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Return the frame with each row's poverty group, and the index of rows that fit two.

    A row that names its group keeps it. Else it belongs to the group whose node is its own and whose gender
    and difference, where the group has one, are its own too; to none where no group fits.
    """
    frame = frame.copy()
    fits = pd.Series(0, index=frame.index)
    found = pd.Series(pd.NA, index=frame.index, dtype="string")
    for group in groups.itertuples():
        belongs = (frame["node"] == group.node).fillna(False).astype(bool)
        for column in ("gender", "difference"):
            wanted = getattr(group, column)
            if pd.notna(wanted) and wanted != "mixed":
                belongs &= (frame[column] == wanted).fillna(False).astype(bool)
        fits += belongs
        found = found.where(~belongs, group.poverty_group)
    open_ones = frame["poverty_group"].isna()
    frame["poverty_group"] = frame["poverty_group"].where(~open_ones, found)
    return frame, list(frame.index[open_ones & (fits > 1)])


@step(
    "design",
    reads=[Rankings, Indicators],
    writes=[IndicatorSelection],
    plan=["thresholds"],
)
def select_indicators(
    rankings: pd.DataFrame, indicators: pd.DataFrame, *, thresholds: Thresholds
) -> pd.DataFrame:
    """Rank the indicators by each poverty group and mark its short list."""
    if not len(rankings):
        return empty(IndicatorSelection)
    votes = rankings.copy()
    if votes["rank"].isna().all():
        votes = ranking.ranks_from_scores(votes)
    ranked = ranking.rank_indicators(votes)
    chosen = ranking.select(ranked, thresholds.indicators_per_group)
    labels = indicators.set_index("indicator")["label"]
    chosen["label"] = chosen["indicator"].map(labels).fillna(chosen["indicator"])
    return chosen


@step("design", reads=[Pilot], writes=[PilotChanges])
def record_pilot(pilot: pd.DataFrame) -> pd.DataFrame:
    """Record what the pilot kept, changed and dropped."""
    return pilot


@step(
    "analysis",
    reads=[Responses, Waves],
    writes=[ComparisonBalance],
    plan=["comparison", "thresholds"],
)
def balance_arms(
    responses: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    comparison: Comparison,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Compare the arms in the first wave, covariate by covariate."""
    first = waves[waves["role"] != "pilot"].sort_values("position")["wave"].head(1)
    frame = responses[responses["wave"].isin(first) & responses["arm"].notna()]
    covariates = [c for c in comparison.covariates if c in frame]
    if not covariates or frame["arm"].nunique() < 2:
        return empty(ComparisonBalance)
    return balance.standardized_differences(
        frame, covariates, weight="weight", limit=thresholds.largest_standardized_difference
    ).rename(
        columns={
            "programme_n": "programme_respondents",
            "comparison_n": "comparison_respondents",
        }
    )
