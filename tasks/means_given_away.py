"""Which further means are withheld, so that no withheld one follows from the others and their counts.

Counts are settled before, by tasks/given_away.py; here a mean falls alone and its count stays told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from schemas.base import TABLES, Means
from tasks.given_away import Counted, add_the_unsaid, relations_of, rows_of
from tasks.methods import sums
from tasks.methods.suppression import Relation
from tasks.publish.wording import half_up

HALF_A_PERCENT = 0.005
Tables = Mapping[str, pd.DataFrame]
Groups = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class _Mean:
    exact: float
    told: float | None
    share: bool


def means_given_away(
    exact: Tables, told: Tables, groups: Groups, shares: Mapping[str, pd.Series]
) -> dict[str, set[int]]:
    """Return table -> rows whose mean is withheld beside.

    exact, told: the tables with their figures, and as the rules so far leave them; both by position. groups:
    poverty group -> the gender and the difference that all its people share. shares: table -> whether a row's
    figure is a share, which is told in whole percent. What a reader knows is taken to be more than he does:
    the counts to the person, and how weights make a whole differ from its parts.
    """
    out: dict[str, set[int]] = {}
    for name, frame in exact.items():
        rule = TABLES[name].about().release
        for means in rule.means if rule else ():
            hidden = told[name][means.figure].isna() & frame[means.figure].notna()
            if not hidden.any():
                continue
            figures = [
                _Mean(float(value), None if gone else float(value), bool(share))
                for value, gone, share in zip(frame[means.figure], hidden, shares[name], strict=True)
            ]
            for one in _systems(frame, means):
                if any(hidden.iat[row] for cell in one.cells.values() for _, row, _ in cell.places):
                    out.setdefault(name, set()).update(_further(one, figures, groups))
    return {name: rows for name, rows in out.items() if rows}


def _systems(frame: pd.DataFrame, means: Means) -> list[Counted]:
    every: dict[tuple[str, ...], Counted] = {}
    keep = frame[means.only[0]].isin(means.only[1]).tolist() if means.only else [True] * len(frame)
    measured = frame[means.figure].notna().tolist()
    for key, within, dims, row, count in rows_of(frame, means):
        if keep[row] and (count == 0 or measured[row]):
            one = every.setdefault(key, Counted(means.what, within, set(means.margins)))
            one.add(dims, count, (means.what, row, means.figure))
    for one in every.values():
        add_the_unsaid(one)
    return list(every.values())


def _further(one: Counted, figures: list[_Mean], groups: Groups) -> set[int]:
    cells = list(one.cells.values())
    counts = [cell.count for cell in cells]
    place = [cell.places[0][1] if cell.places else None for cell in cells]
    known = [None if row is None else figures[row] for row in place]
    relations = [held for held in relations_of(one, groups) if held.adds_up]
    true = [
        0.0 if mean is None or not people else mean.exact * people
        for mean, people in zip(known, counts, strict=True)
    ]
    for held in relations:  # who did not say makes up the rest of the whole
        for part in held.parts:
            if known[part] is None:
                true[part] = true[held.whole] - sum(true[cell] for cell in held.parts if cell != part)
    gaps = [sum(true[part] for part in held.parts) - true[held.whole] for held in relations]
    positive = all(value >= 0 for value in true)
    share = any(mean.share for mean in known if mean)
    withheld = {cell for cell, mean in enumerate(known) if mean is None or mean.told is None}
    out: set[int] = set()
    while True:
        low, high = _known(true, counts, withheld, share=share, positive=positive)
        touched = {cell for held in relations for cell in held.cells}
        protected = [cell for cell in sorted(withheld) if place[cell] is not None and counts[cell]]
        wanted = [cell for cell in protected if cell in touched]
        ends = sums.mean_bounds(counts, low, high, relations, gaps, wanted)
        risky = [
            cell
            for cell, (least, most) in zip(wanted, ends, strict=True)
            if sums.tells_a_mean(least, most, true[cell] / counts[cell], counts[cell], share=share)
        ]
        more = {found for cell in risky if (found := _beside(cell, counts, withheld, relations)) is not None}
        if not more:
            return out
        withheld |= more
        out |= {row for cell in more if (row := place[cell]) is not None}


def _known(
    true: list[float], counts: list[int], withheld: set[int], *, share: bool, positive: bool
) -> tuple[list[float], list[float]]:
    """Return the least and the most that a reader knows of each cell's sum."""
    low, high = [], []
    for cell, (total, people) in enumerate(zip(true, counts, strict=True)):
        if cell in withheld and people:
            low.append(min(0.0, total) if positive or share else -float("inf"))
            high.append(max(float(people), total) if share else float("inf"))
        elif share and people:
            percent = float(half_up(round(total / people, 12), 2)) * people
            low.append(min(percent - HALF_A_PERCENT * people, total))
            high.append(max(percent + HALF_A_PERCENT * people, total))
        else:
            low.append(total - 1e-9 * abs(total))
            high.append(total + 1e-9 * abs(total))
    return low, high


def _beside(cell: int, counts: list[int], withheld: set[int], relations: list[Relation]) -> int | None:
    """Return the told cell with the fewest people that stands in a relation with this one."""
    near = {other for held in relations if cell in held.cells for other in held.cells}
    told = [other for other in near if other not in withheld and counts[other]]
    return min(told, key=lambda other: (counts[other], other), default=None)
