"""Phase three: the poverty groups of the frame, the arms' balance, and the indicators that groups rank."""

from __future__ import annotations

import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Thresholds
from schemas.base import empty
from schemas.design import (
    IndicatorSelection,
    Pilot,
    PilotChanges,
    Rankings,
)
from tasks.methods import ranking
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
