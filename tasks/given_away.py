"""Which further cells of a whole release are withheld, so that nothing told gives a withheld count away.

The counts of all tables are put together: what two tables count alike is one cell, withheld in both or in
none. The methods are in tasks/methods/suppression.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from schemas.base import TABLES, Cells, Means
from schemas.vocabulary import ALL
from tasks.methods import suppression
from tasks.methods.suppression import Relation

DIMENSIONS = ("poverty_group", "gender", "difference", "arm")
INTERVIEWED, ANSWERED = "interviewed", ("indicator", "poverty", "poverty: answered")
UNSAID = "(not said)"
Tables = Mapping[str, pd.DataFrame]
Dims = tuple[str, ...]


@dataclass
class _Cell:
    """One count, and the rows and columns in which it stands."""

    count: int
    places: list[tuple[str, int, str]] = field(default_factory=list)
    told: bool = False
    withheld: bool = False
    unsaid: bool = False


@dataclass
class Counted:
    """Cells that add up with one another: one indicator in one wave, say."""

    what: str
    within: Mapping[str, str]
    margins: set[str] = field(default_factory=set)
    cells: dict[Dims, _Cell] = field(default_factory=dict)

    def add(self, dims: Dims, count: int, place: tuple[str, int, str]) -> None:
        """Add a cell, and where it stands."""
        self.cells.setdefault(dims, _Cell(count)).places.append(place)


@dataclass(frozen=True)
class Outcome:
    """Both by (table, count). further: the rows to be withheld. counts: row -> the rounded count."""

    further: dict[tuple[str, str], set[int]]
    counts: dict[tuple[str, str], dict[int, int]]


def given_away(
    exact: Tables,
    told: Tables,
    groups: Mapping[str, Mapping[str, str]],
    before: Sequence[Tables],
    fewest: int,
    most_changed: int,
) -> Outcome:
    """Return what else is withheld, and every count as it is told.

    exact, told: the tables with their counts, and as the rules of single rows leave them; both by position.
    groups: poverty group -> the gender and the difference that all its people share. before: the tables of
    each release before. most_changed: by how much a count of it may be off by now.
    """
    every = _counted(exact, told)
    out = Outcome({}, {})
    known = _Known(groups, before, fewest, most_changed)
    asked = {one.within["wave"]: one for one in every.values() if one.what == INTERVIEWED}
    rest = [one for _, one in sorted(every.items()) if one.what != INTERVIEWED]
    behind = {id(one): asked.get(one.within.get("wave", "")) for one in rest if one.what in ANSWERED}
    for one in asked.values():
        known.settle(one, None)
    for one in rest:
        known.settle(one, behind.get(id(one)))
    settled = -1
    while settled != (settled := sum(cell.withheld for one in asked.values() for cell in one.cells.values())):
        for (
            one
        ) in rest:  # again, since who answered was interviewed, until one asks for no more than the others
            if interviews := behind.get(id(one)):
                known.settle(interviews, one)
    for one in every.values():
        _write(one, groups, out)
    return out


def _counted(exact: Tables, told: Tables) -> dict[tuple[str, ...], Counted]:
    every: dict[tuple[str, ...], Counted] = {}
    for name in exact:
        rule = TABLES[name].about().release
        for counts in rule.cells if rule else ():
            known = told[name][counts.count].notna().tolist()
            for key, within, dims, row, count in rows_of(exact[name], counts):
                shown = known[row]
                one = every.setdefault(key, Counted(counts.what, within))
                while dims in one.cells and one.cells[dims].count != count:
                    key = (*key, name)
                    one = every.setdefault(key, Counted(counts.what, within))
                one.margins.update(counts.margins)
                cell = one.cells.setdefault(dims, _Cell(count))
                cell.places.append((name, row, counts.count))
                cell.told |= shown
                cell.withheld |= not shown and len(rule.cells if rule else ()) == 1
    for one in every.values():
        for cell in one.cells.values():
            cell.withheld |= not cell.told
        add_the_unsaid(one)
    return every


def add_the_unsaid(one: Counted) -> None:
    """Add those of a whole who stand in none of its parts, as who did not say their gender.

    No table tells their number, but they too add up over groups and arms.
    """
    for axis, margin in enumerate(DIMENSIONS):
        parts: dict[Dims, int] = {}
        for dims, cell in one.cells.items():
            if dims[axis] != ALL:
                whole = (*dims[:axis], ALL, *dims[axis + 1 :])
                parts[whole] = parts.get(whole, 0) + cell.count
        for whole, total in parts.items():
            known = one.cells.get(whole)
            if margin in one.margins and axis > 0 and known and known.count > total:
                rest = (*whole[:axis], UNSAID, *whole[axis + 1 :])
                one.cells[rest] = _Cell(known.count - total, withheld=True, unsaid=True)


def rows_of(
    frame: pd.DataFrame, counts: Cells | Means
) -> Iterator[tuple[tuple[str, ...], dict[str, str], Dims, int, int]]:
    """Yield key, what sets it apart, dimensions, row and count of each row with a count or a mean."""
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


def relations_of(one: Counted, groups: Mapping[str, Mapping[str, str]]) -> list[Relation]:
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
    one: Counted, whole: Dims, known: set[str], groups: Mapping[str, Mapping[str, str]]
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


@dataclass(frozen=True)
class _Known:
    """What an attacker has beside the counts of one thing."""

    groups: Mapping[str, Mapping[str, str]]
    before: Sequence[Tables]
    fewest: int
    most_changed: int

    def settle(self, one: Counted, beside: Counted | None) -> None:
        """Withhold what has to be. beside: what is read together with it, of which nothing more is withheld.

        What is withheld of both is protected: who is told that ten were interviewed, and that ten or more of
        them answered, knows how many did.
        """
        own = len(one.cells)
        cells = [*one.cells.values(), *(beside.cells.values() if beside else ())]
        withheld = {position for position, cell in enumerate(cells) if cell.withheld}
        unsaid = {position for position in withheld if cells[position].unsaid}
        if not any(cells[position].count for position in withheld - unsaid):
            return
        relations = relations_of(one, self.groups)
        if beside:
            relations += [
                Relation(held.whole + own, tuple(part + own for part in held.parts), held.adds_up)
                for held in relations_of(beside, self.groups)
            ]
            relations += _who_answered(one, beside)
        for position in suppression.withhold_until_safe(
            [cell.count for cell in cells],
            withheld,
            relations,
            fewest=self.fewest,
            known=self._told_before(cells),
            unsaid=unsaid,
            fixed=set(range(own, len(cells))) - withheld,
        ):
            cells[position].withheld = True

    def _told_before(self, cells: list[_Cell]) -> dict[int, tuple[float, float]]:
        """Return cell -> what the releases before have told of it, as far as it may have changed since."""
        known: dict[int, tuple[float, float]] = {}
        half = suppression.BASE // 2 + self.most_changed
        for position, cell in enumerate(cells):
            for name, row, column in cell.places:
                for release in self.before:
                    told: Any = release[name][column].iat[row] if name in release else pd.NA
                    if pd.notna(told) and abs(told - cell.count) <= half:
                        least, most = known.get(position, (0.0, float("inf")))
                        known[position] = (max(least, float(told) - half), min(most, float(told) + half))
        return known


def _who_answered(one: Counted, beside: Counted) -> list[Relation]:
    """Return that nobody answers who was not interviewed: one of the two is interviews, the other answers."""
    second = {dims: len(one.cells) + position for position, dims in enumerate(beside.cells)}
    found = []
    for position, (dims, cell) in enumerate(one.cells.items()):
        if dims in second:
            pair = [(cell.count, position), (beside.cells[dims].count, second[dims])]
            pair = pair if one.what == INTERVIEWED else pair[::-1]
            if pair[0][0] >= pair[1][0]:
                found.append(Relation(pair[0][1], (pair[1][1],), adds_up=False))
    return found


def _write(one: Counted, groups: Mapping[str, Mapping[str, str]], out: Outcome) -> None:
    cells = list(one.cells.values())
    withheld = {position for position, cell in enumerate(cells) if cell.withheld}
    told, _ = suppression.rounded_to_add_up(
        [cell.count for cell in cells], withheld, relations_of(one, groups)
    )
    for position, cell in enumerate(cells):
        for name, row, column in cell.places:
            if position in withheld:
                out.further.setdefault((name, column), set()).add(row)
            else:
                out.counts.setdefault((name, column), {})[row] = told[position]
