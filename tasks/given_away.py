"""Which further cells of a whole release are withheld, so that nothing told gives a withheld count away.

The counts of all tables are put together: what two tables count alike is one cell, withheld in both or in
none. The methods are in tasks/methods/suppression.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from schemas.base import TABLES, Cells
from schemas.vocabulary import ALL
from tasks.methods import suppression
from tasks.methods.suppression import Relation

DIMENSIONS = ("poverty_group", "gender", "difference", "arm")
INTERVIEWED = "interviewed"
Tables = Mapping[str, pd.DataFrame]
Dims = tuple[str, ...]


@dataclass
class _Cell:
    """One count, and the rows and columns in which it stands."""

    count: int
    places: list[tuple[str, int, str]] = field(default_factory=list)
    told: bool = False
    withheld: bool = False


@dataclass
class _Counted:
    """Cells that add up with one another: one indicator in one wave, say."""

    within: Mapping[str, str]
    margins: set[str] = field(default_factory=set)
    cells: dict[Dims, _Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """further: table -> rows to be withheld beside. counts: (table, column) -> row -> the rounded count."""

    further: dict[str, set[int]]
    counts: dict[tuple[str, str], dict[int, int]]


def given_away(
    exact: Tables,
    told: Tables,
    groups: Mapping[str, Mapping[str, str]],
    before: Tables,
    fewest: int,
    most_changed: int,
) -> Outcome:
    """Return what else is withheld, and every count as it is told.

    exact, told: the tables with their counts, and as the rules of single rows leave them; both by position.
    groups: poverty group -> the gender and the difference that all its people share. before: the tables of
    the newest release before. most_changed: by how much a count of it may be off by now.
    """
    every = _counted(exact, told)
    out = Outcome({}, {})
    ceilings: dict[tuple[str, Dims], float] = {}
    floors: dict[tuple[str, Dims], float] = {}
    order = sorted(every, key=lambda key: (key[0] != INTERVIEWED, key))
    for key in order:
        one = every[key]
        _settle(one, groups, before, fewest, most_changed, ceiling=_ceiling(one, ceilings))
        if key[0] == INTERVIEWED:
            ceilings.update(_most_interviewed(one, groups, fewest))
        else:
            _raise_floors(floors, one, fewest)
    for key in order:
        if key[0] == INTERVIEWED:  # again, since a told count of an indicator says of how many at least
            _settle(every[key], groups, before, fewest, most_changed, floors=floors)
    for one in every.values():
        _write(one, groups, out)
    return out


def _counted(exact: Tables, told: Tables) -> dict[tuple[str, ...], _Counted]:
    every: dict[tuple[str, ...], _Counted] = {}
    for name in exact:
        rule = TABLES[name].about().release
        for counts in rule.cells if rule else ():
            for key, within, dims, row, count in _rows(exact[name], counts):
                shown = bool(told[name][counts.count].notna().iat[row])
                one = every.setdefault(key, _Counted(within))
                if dims in one.cells and one.cells[dims].count != count:
                    one = every.setdefault((*key, name), _Counted(within))
                one.margins.update(counts.margins)
                cell = one.cells.setdefault(dims, _Cell(count))
                cell.places.append((name, row, counts.count))
                cell.told |= shown
                cell.withheld |= not shown and len(rule.cells if rule else ()) == 1
    for one in every.values():
        for cell in one.cells.values():
            cell.withheld |= not cell.told
    return every


def _rows(
    frame: pd.DataFrame, counts: Cells
) -> Iterator[tuple[tuple[str, ...], dict[str, str], Dims, int, int]]:
    within = [frame[column].astype(str).tolist() for column in counts.within.values()]
    dims = [
        frame[one].astype(str).tolist() if one in counts.margins else [ALL] * len(frame) for one in DIMENSIONS
    ]
    numbers = frame[counts.count].astype("Int64").fillna(0).tolist()
    for row, count in enumerate(numbers):
        said = {name: values[row] for name, values in zip(counts.within, within, strict=True)}
        if said.get("category") == ALL:
            del said["category"]
        key = (counts.what, *(part for pair in sorted(said.items()) for part in pair))
        yield key, said, tuple(values[row] for values in dims), row, int(count)


def _relations(one: _Counted, groups: Mapping[str, Mapping[str, str]]) -> list[Relation]:
    """Return each whole with its parts, as far as the figures bear out that they are parts of it.

    Where a group is not divided by gender, because all its people are women, it is itself the women of it.
    """
    place = {dims: position for position, dims in enumerate(one.cells)}
    by_rest: dict[tuple[int, Dims], list[Dims]] = {}
    for dims in one.cells:
        for axis, value in enumerate(dims):
            if value != ALL:
                by_rest.setdefault((axis, (*dims[:axis], *dims[axis + 1 :])), []).append(dims)
    found = []
    for dims, cell in one.cells.items():
        for axis, margin in enumerate(DIMENSIONS):
            if margin not in one.margins or dims[axis] != ALL:
                continue
            parts = [*by_rest.get((axis, (*dims[:axis], *dims[axis + 1 :])), ())]
            if axis == 0:
                parts += _undivided(one, dims, {part[0] for part in parts}, groups)
            total = sum(one.cells[part].count for part in parts)
            if parts and total <= cell.count:
                held = tuple(place[part] for part in parts)
                found.append(Relation(place[dims], held, total == cell.count))
    return found


def _undivided(
    one: _Counted, whole: Dims, known: set[str], groups: Mapping[str, Mapping[str, str]]
) -> list[Dims]:
    found = []
    _, gender, difference, arm = whole
    if gender == difference == ALL:
        return []
    for group, about in groups.items():
        if group in known or gender not in (ALL, about["gender"]):
            continue
        if difference in (ALL, about["difference"]) and (group, ALL, ALL, arm) in one.cells:
            found.append((group, ALL, ALL, arm))
    return found


def _settle(
    one: _Counted,
    groups: Mapping[str, Mapping[str, str]],
    before: Tables,
    fewest: int,
    most_changed: int,
    *,
    ceiling: list[float] | None = None,
    floors: Mapping[tuple[str, Dims], float] | None = None,
) -> None:
    cells = list(one.cells.values())
    withheld = [position for position, cell in enumerate(cells) if cell.withheld]
    if not any(cells[position].count for position in withheld):
        return
    known = _known_before(cells, before, most_changed)
    for position, dims in enumerate(one.cells) if floors else ():
        least = (floors or {}).get((one.within.get("wave", ""), dims), 0.0)
        if 0 < least <= one.cells[dims].count:
            was = known.get(position, (0.0, float("inf")))
            known[position] = (max(least, was[0]), was[1])
    counts = [cell.count for cell in cells]
    for position in suppression.withhold_until_safe(
        counts, withheld, _relations(one, groups), fewest=fewest, ceiling=ceiling, known=known
    ):
        cells[position].withheld = True


def _known_before(cells: list[_Cell], before: Tables, most_changed: int) -> dict[int, tuple[float, float]]:
    """Return cell -> what a release before has told of it, as far as it may have changed since."""
    known = {}
    half = suppression.BASE // 2 + most_changed
    for position, cell in enumerate(cells):
        for name, row, column in cell.places:
            told: Any = before[name][column].iat[row] if name in before else pd.NA
            if pd.notna(told) and abs(told - cell.count) <= half:
                known[position] = (max(float(told) - half, 0.0), float(told) + half)
    return known


def _most_interviewed(
    one: _Counted, groups: Mapping[str, Mapping[str, str]], fewest: int
) -> dict[tuple[str, Dims], float]:
    counts = [cell.count for cell in one.cells.values()]
    withheld = [position for position, cell in enumerate(one.cells.values()) if cell.withheld]
    relations = _relations(one, groups)
    low, high = suppression.known_of(counts, withheld, relations, fewest=fewest)
    ends = suppression.bounds(low, high, relations, range(len(counts)))
    wave = one.within.get("wave", "")
    return {(wave, dims): most for dims, (_, most) in zip(one.cells, ends, strict=True)}


def _ceiling(one: _Counted, ceilings: Mapping[tuple[str, Dims], float]) -> list[float] | None:
    """Return the most that each cell can be: nobody answers who was not interviewed."""
    wave = one.within.get("wave")
    if wave is None or not ceilings:
        return None
    most = [ceilings.get((wave, (group, ALL, ALL, arm)), float("inf")) for group, _, _, arm in one.cells]
    counts = [cell.count for cell in one.cells.values()]
    return most if all(count <= limit for count, limit in zip(counts, most, strict=True)) else None


def _raise_floors(floors: dict[tuple[str, Dims], float], one: _Counted, fewest: int) -> None:
    for dims, cell in one.cells.items():
        if not cell.withheld and cell.count and dims[1] == dims[2] == ALL:
            place = (one.within.get("wave", ""), dims)
            least = max(suppression.rounded(cell.count) - suppression.BASE // 2, fewest)
            floors[place] = max(floors.get(place, 0.0), float(least))


def _write(one: _Counted, groups: Mapping[str, Mapping[str, str]], out: Outcome) -> None:
    cells = list(one.cells.values())
    withheld = {position for position, cell in enumerate(cells) if cell.withheld}
    told, _ = suppression.rounded_to_add_up([cell.count for cell in cells], withheld, _relations(one, groups))
    for position, cell in enumerate(cells):
        for name, row, column in cell.places:
            if position in withheld:
                out.further.setdefault(name, set()).add(row)
            else:
                out.counts.setdefault((name, column), {})[row] = told[position]
