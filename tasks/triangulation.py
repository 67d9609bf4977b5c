"""Phase five: what figures, coded interviews and focus groups each say, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from schemas.analysis import (
    FocusGroupVerdicts,
    ImpactEstimates,
    Triangulation,
)
from schemas.assessment import (
    Specification,
)
from schemas.base import Release, empty
from schemas.fieldwork import FocusGroups
from schemas.plan import Waves
from schemas.vocabulary import ALL
from schemas.voices import CodedVoices
from tasks.analysis import study_waves
from tasks.impacts import leading_estimates
from tasks.methods.triangulation import triangulate as agree
from tasks.steps import step


@step("analysis", reads=[FocusGroups], writes=[FocusGroupVerdicts])
def hear_focus_groups(focus_groups: pd.DataFrame) -> pd.DataFrame:
    """Say what the focus groups of a poverty group together report of each indicator.

    Groups of the programme arm speak (all, where no arm is given). Those that name a clear direction must
    agree on it; where they do not, or none does, the verdict is uncertain.
    """
    if not len(focus_groups):
        return empty(FocusGroupVerdicts)
    speaking = focus_groups[focus_groups["arm"].fillna("programme") == "programme"]
    records = []
    for key, part in speaking.groupby(["wave", "poverty_group", "indicator"], sort=True):
        clear = set(part["change"]) - {"uncertain"}
        records.append(
            {
                **dict(zip(("wave", "poverty_group", "indicator"), key, strict=True)),
                "direction": clear.pop() if len(clear) == 1 else "uncertain",
                "focus_groups": part["focus_group"].nunique(),
                "participants": int(part.groupby("focus_group")["participants"].first().sum()),
            }
        )
    return pd.DataFrame(records) if records else empty(FocusGroupVerdicts)


@step(
    "analysis",
    reads=[ImpactEstimates, FocusGroupVerdicts, CodedVoices, Waves],
    writes=[Triangulation],
    plan=["specification"],
)
def triangulate(
    estimates: pd.DataFrame,
    voices: pd.DataFrame,
    coded: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    specification: Sequence[Specification],
) -> pd.DataFrame:
    """Set the figures, the coded interviews and the focus groups side by side, by indicator and group.

    Coded sources enter only where they can be told of, so that a verdict gives none of them away: at least
    two, with ten people in all. Fewer are silent here.
    """
    leading = leading_estimates(estimates, specification)
    figures = {
        (row["indicator"], row["poverty_group"]): (
            row["direction"],
            row["respondents"],
            row["smallest_cell"],
        )
        for row in leading.to_dict("records")
        if row["poverty_group"] != ALL
    }
    last = study_waves(waves)[-1:]
    spoken = voices[voices["wave"].isin(last)]
    heard = {(row["indicator"], row["poverty_group"]): row for row in spoken.to_dict("records")}
    least = (CodedVoices.about().release or Release()).joint
    enough = pd.concat([coded[column] >= fewest for column, fewest in least.items()], axis=1).all(axis=1)
    told = coded[coded["wave"].isin(last) & enough.astype(bool)]
    read = {(row["indicator"], row["poverty_group"]): row["direction"] for row in told.to_dict("records")}
    records = []
    for indicator, group in sorted({*figures, *heard, *read}):
        direction, respondents, smallest_cell = figures.get((indicator, group), ("silent", 0, 0))
        quantitative = direction if pd.notna(direction) else "silent"
        voice = heard.get((indicator, group))
        qualitative = str(read.get((indicator, group), "silent"))
        participatory = str(voice["direction"]) if voice else "silent"
        records.append(
            {
                "indicator": indicator,
                "poverty_group": group,
                "quantitative": quantitative,
                "qualitative": qualitative,
                "participatory": participatory,
                "verdict": agree(quantitative, qualitative, participatory),
                "focus_groups": voice["focus_groups"] if voice else 0,
                "participants": voice["participants"] if voice else 0,
                "respondents": respondents,
                "smallest_cell": smallest_cell,
            }
        )
    return pd.DataFrame(records) if records else empty(Triangulation)
