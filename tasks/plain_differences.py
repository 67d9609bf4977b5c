"""What the audit of effects reads: plain differences of the arms, the means beside them, and their people.

Each with what a reader knows of it by its digits as they are told. tasks/effects_given_away.py judges it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from schemas.vocabulary import ALL
from tasks.publish.wording import is_share
from tasks.told_figures import as_told_one, half_told, range_told

MEANS, CHANGES = "mart.indicator_estimates", "mart.wave_changes"
EFFECTS, TRENDS = "mart.impact_estimates", "mart.pre_trends"
DIFFERENCES, GENDERS = "mart.impact_differences", "mart.winners_losers"
ARMS = ("programme", "comparison")
Tables = Mapping[str, pd.DataFrame]
Row = Mapping[Any, Any]
Node = tuple[str, str]
Place = tuple[str, int]


@dataclass(frozen=True)
class Mean:
    """A mean, told or withheld, with its row and how many people it is of."""

    position: int
    mean: float
    people: int


Cell = tuple[str, str, str, str]
Means = dict[Cell, Mean]


@dataclass(frozen=True)
class Change:
    """A change that is told: of whose means, its people at both ends, and between what it lies as told."""

    place: Place
    earlier: Cell
    later: Cell
    change: float
    people: Mapping[Cell, int]
    told: tuple[float, float]


@dataclass(frozen=True)
class Effect:
    """An effect with its people by arm and end ("from", "to"); told: what it can be, None where withheld."""

    place: Place
    node: Node
    model: tuple[str, str, str]
    waves: Mapping[str, str]
    people: Mapping[tuple[str, str], int]
    weighted: bool
    told: tuple[float, float] | None


def effects_of(exact: Tables, told: Tables, units: Mapping[str, str]) -> Iterator[tuple[str, Effect]]:
    """Yield the effects that are plain differences of the arms, with their indicators."""
    for name in (EFFECTS, TRENDS, GENDERS):
        frame = exact.get(name)
        if frame is None or not len(frame):
            continue
        plain = frame["programme_to"].notna() & frame["comparison_to"].notna()
        if name == GENDERS:
            plain &= (frame["gender"] != ALL) & (frame["basis"] != "change")
        for position in frame.index[plain]:
            row = frame.loc[position].to_dict()
            yield row["indicator"], _effect(name, position, row, told[name].loc[position], units)


def _effect(name: str, position: int, row: Row, told: pd.Series, units: Mapping[str, str]) -> Effect:
    ends = ("to",) if pd.isna(row["programme_from"]) else ("from", "to")
    return Effect(
        place=(name, position),
        node=(row["poverty_group"], row.get("gender", ALL)),
        model=(row["specification"], row["from_wave"], row["to_wave"]),
        waves={end: row[f"{end}_wave"] for end in ends},
        people={(arm, end): int(row[f"{arm}_{end}"]) for arm in ARMS for end in ends},
        weighted=pd.notna(row.get("weight")),
        told=range_of(told, "estimate", units.get(row["indicator"], "")),
    )


def range_of(row: Any, figure: str, unit: str) -> tuple[float, float] | None:
    """Return between what a figure lies by all that its row tells, None where it is withheld."""
    return range_told(row.to_dict(), figure, share=is_share(unit)) if pd.notna(row[figure]) else None


def range_of_mean(row: Row, unit: str) -> tuple[float, float]:
    """Return what a mean can be: it stands alone too, as in a table of balance, and then has its own digits.

    The interval of a share need not be symmetric: it tells no more of the share.
    """
    mean, share = float(row["estimate"]), is_share(unit)
    half, middle = half_told(mean, share=share), as_told_one(mean, share=share)
    beside = (-float("inf"), float("inf")) if share else range_told(row, "estimate", share=False)
    return max(middle - half, beside[0]), min(middle + half, beside[1])


def limits_of(unit: str, means: Means) -> tuple[float, float]:
    """Return the least and the most that one answer can be."""
    if is_share(unit):
        return 0.0, 1.0
    if score := re.match(r"score (\d+) to (\d+)", unit.strip().lower()):
        return float(score[1]), float(score[2])
    return (0.0 if all(one.mean >= 0 for one in means.values()) else -float("inf")), float("inf")


def means_of(tables: Tables) -> Means:
    """Return (group, gender, arm, wave) -> the mean of those who answered, or of their households."""
    frame = tables.get(MEANS)
    if frame is None:
        return {}
    kept = frame[(frame["category"] == ALL) & (frame["difference"] == ALL) & frame["estimate"].notna()]
    columns = kept[["poverty_group", "gender", "arm", "wave", "estimate", "respondents"]]
    return {
        (group, gender, arm, wave): Mean(position, float(mean), int(people))
        for position, group, gender, arm, wave, mean, people in columns.itertuples(name=None)
    }


def changes_of(tables: Tables, told: Tables, unit: str) -> Iterator[Change]:
    """Yield the changes that are told, with the keys of the two means that they are between."""
    for position in tables[CHANGES].index if CHANGES in tables else ():
        row: Row = tables[CHANGES].loc[position].to_dict()
        earlier, later = (
            (row["poverty_group"], ALL, row["arm"], row[f"{end}_wave"]) for end in ("from", "to")
        )
        people = {earlier: int(row["respondents_from"]), later: int(row["respondents_to"])}
        if between := range_of(told[CHANGES].loc[position], "change", unit):
            yield Change((CHANGES, position), earlier, later, row["change"], people, between)
