"""Phase five: what figures, coded interviews and focus groups each say, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from schemas.analysis import (
    FocusGroupVerdicts,
    ImpactEstimates,
    Triangulation,
)
from schemas.assessment import (
    Specification,
)
from schemas.base import Contract, Release, empty
from schemas.fieldwork import FocusGroups
from schemas.plan import Waves
from schemas.vocabulary import ALL
from schemas.voices import CodedVoices, Quotes
from tasks.analysis import study_waves
from tasks.disclosure import enough
from tasks.impacts import leading_estimates
from tasks.methods.triangulation import triangulate as agree
from tasks.references import reference_of
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
    reads=[ImpactEstimates, FocusGroupVerdicts, CodedVoices, Quotes, Waves],
    writes=[Triangulation],
    plan=["specification"],
)
def triangulate(
    estimates: pd.DataFrame,
    voices: pd.DataFrame,
    coded: pd.DataFrame,
    quotes: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    specification: Sequence[Specification],
) -> pd.DataFrame:
    """Set the figures, the coded interviews and the focus groups side by side, by indicator and group.

    Coded sources enter only where they can be told of, so that a verdict gives none of them away: at least
    two, with ten people in all. Fewer are silent here. Each verdict names the rows behind it, and a quote
    that may be printed where one speaks of it.
    """
    leading = leading_estimates(estimates, specification)
    figures = {
        (row["indicator"], row["poverty_group"]): row
        for row in leading.to_dict("records")
        if row["poverty_group"] != ALL
    }
    last = study_waves(waves)[-1:]
    spoken = voices[voices["wave"].isin(last)]
    heard = {(row["indicator"], row["poverty_group"]): row for row in spoken.to_dict("records")}
    least = (CodedVoices.about().release or Release()).joint
    tellable = pd.concat([coded[column] >= fewest for column, fewest in least.items()], axis=1).all(axis=1)
    told = coded[coded["wave"].isin(last) & tellable.astype(bool)]
    read = {(row["indicator"], row["poverty_group"]): row for row in told.to_dict("records")}
    words = _first_quotes(quotes[quotes["wave"].isin(last)])
    records = []
    for indicator, group in sorted({*figures, *heard, *read}):
        key = (indicator, group)
        figure, text, voice = figures.get(key), read.get(key), heard.get(key)
        quantitative = _direction(figure)
        qualitative = _direction(text)
        participatory = _direction(voice)
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
                "figure": _named(ImpactEstimates, figure),
                "interviews": _named(CodedVoices, text),
                "scores": _named(FocusGroupVerdicts, voice),
                "quote": _named(Quotes, words.get(key)),
                "respondents": figure["respondents"] if figure else 0,
                "smallest_cell": figure["smallest_cell"] if figure else 0,
            }
        )
    return pd.DataFrame(records) if records else empty(Triangulation)


def _direction(row: Mapping[Any, Any] | None) -> str:
    """Return what a source says: silent where there is none, or it has no direction."""
    return str(row["direction"]) if row and pd.notna(row["direction"]) else "silent"


def _named(contract: type[Contract], row: Mapping[Any, Any] | None) -> str | None:
    return None if row is None else reference_of(contract, row)


def _first_quotes(quotes: pd.DataFrame) -> dict[tuple[str, str], Mapping[Any, Any]]:
    """Return indicator and group -> the first quote whose label enough people share to be printed."""
    printed = quotes[quotes["indicator"].notna() & enough(quotes["label_people"])]
    ordered = printed.sort_values(["wave", "quote"]).drop_duplicates(["indicator", "poverty_group"])
    return {(row["indicator"], row["poverty_group"]): row for row in ordered.to_dict("records")}
