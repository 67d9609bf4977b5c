"""What figures, coded interviews and focus groups each say, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from schemas.analysis import FocusGroupVerdicts, ImpactEstimates, Triangulation
from schemas.assessment import AssessmentPart, Specification
from schemas.base import Contract, Release, empty
from schemas.fieldwork import FocusGroups
from schemas.followup import WaveChanges
from schemas.plan import Waves
from schemas.vocabulary import ALL
from schemas.voices import CodedVoices, Quotes
from tasks.analysis import study_waves
from tasks.disclosure import enough
from tasks.followup import of_the_programme
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
    "follow-up",
    reads=[ImpactEstimates, WaveChanges, FocusGroupVerdicts, CodedVoices, Quotes, Waves],
    writes=[Triangulation],
    plan=["specification", "assessment"],
)
def triangulate(
    estimates: pd.DataFrame,
    changes: pd.DataFrame,
    voices: pd.DataFrame,
    coded: pd.DataFrame,
    quotes: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    assessment: AssessmentPart,
) -> pd.DataFrame:
    """Set the figures, the coded interviews and the focus groups side by side, by indicator and group.

    Voices tell what has become of those in the programme over time, so the figures that are compared with
    them are changes over time of the same people; the effect, which is a difference from the comparison
    group, stands beside and enters no verdict. A source in which fewer speak than may be told is withheld and
    enters none either, so that a verdict gives none away. There is a row for what a specification of the plan
    or a voice speaks of. Each verdict names the rows behind it, and a quote that may be printed.
    """
    last = study_waves(waves)[-1:]
    leading = leading_estimates(estimates, specification)
    figures = {**_of_recall(leading), **_over_time(changes, last)}
    effects = _by_part(leading[leading["estimator"] != "recall"])
    heard, read = (_by_part(told[told["wave"].isin(last)]) for told in (voices, coded))
    words = _first_quotes(quotes[quotes["wave"].isin(last)])
    records = []
    for indicator, group in sorted({*_by_part(leading), *heard, *read}):
        key = (indicator, group)
        figure, effect = figures.get(key), effects.get(key)
        text, voice = read.get(key), heard.get(key)
        quantitative = _direction(figure and figure["row"])
        qualitative = _told(text, CodedVoices, public=assessment.public)
        participatory = _told(voice, FocusGroupVerdicts, public=assessment.public)
        records.append(
            {
                "indicator": indicator,
                "poverty_group": group,
                "quantitative": quantitative,
                "qualitative": qualitative,
                "participatory": participatory,
                "verdict": agree(quantitative, qualitative, participatory),
                "effect": _direction(effect),
                "focus_groups": voice["focus_groups"] if voice else 0,
                "participants": voice["participants"] if voice else 0,
                "figure": figure["name"] if figure else None,
                "effect_figure": _named(ImpactEstimates, effect),
                "interviews": _named(CodedVoices, text),
                "scores": _named(FocusGroupVerdicts, voice),
                "quote": _named(Quotes, words.get(key)),
                "respondents": figure["respondents"] if figure else 0,
                "smallest_cell": figure["smallest_cell"] if figure else 0,
            }
        )
    return pd.DataFrame(records) if records else empty(Triangulation)


Part = tuple[str, str]
"""An indicator and a poverty group."""
Row = Mapping[Any, Any]


def _by_part(rows: pd.DataFrame) -> dict[Part, Row]:
    of_groups = rows[rows["poverty_group"] != ALL]
    return {(row["indicator"], row["poverty_group"]): row for row in of_groups.to_dict("records")}


def _over_time(changes: pd.DataFrame, last: Sequence[str]) -> dict[Part, Row]:
    """Return how each group of the programme arm (all, where there are no arms) has changed until now."""
    now = of_the_programme(changes)
    return {
        part: {
            "row": row,
            "name": reference_of(WaveChanges, row),
            "respondents": row["respondents_to"],
            "smallest_cell": min(row["respondents_from"], row["respondents_to"]),
        }
        for part, row in _by_part(now[now["to_wave"].isin(last)]).items()
    }


def _of_recall(leading: pd.DataFrame) -> dict[Part, Row]:
    """Return what people recall of their change: a change over time too, and all that one visit has."""
    recalled = leading[leading["estimator"] == "recall"]
    return {
        part: {
            "row": row,
            "name": reference_of(ImpactEstimates, row),
            "respondents": row["respondents"],
            "smallest_cell": row["smallest_cell"],
        }
        for part, row in _by_part(recalled).items()
    }


def _told(row: Row | None, contract: type[Contract], *, public: bool) -> str:
    """Return what a voice says; withheld where fewer speak in it than may be told."""
    least = (contract.about().release or Release()).joint
    if row and not public and any(row[column] < fewest for column, fewest in least.items()):
        return "withheld"
    return _direction(row)


def _direction(row: Row | None) -> str:
    """Return what a source says: silent where there is none, or it has no direction."""
    return str(row["direction"]) if row and pd.notna(row["direction"]) else "silent"


def _named(contract: type[Contract], row: Row | None) -> str | None:
    return None if row is None else reference_of(contract, row)


def _first_quotes(quotes: pd.DataFrame) -> dict[Part, Row]:
    """Return indicator and group -> the first quote whose label enough people share to be printed."""
    printed = quotes[quotes["indicator"].notna() & enough(quotes["label_people"])]
    ordered = printed.sort_values(["wave", "quote"]).drop_duplicates(["indicator", "poverty_group"])
    return {(row["indicator"], row["poverty_group"]): row for row in ordered.to_dict("records")}
