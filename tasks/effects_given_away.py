"""Which effects are withheld, so that told figures of nearly the same people give no few of them away.

A mean of a wave is of everybody who answered in it, an effect often of those who answered in both waves: what
they differ by are the answers of those who fell out or came later, or whom a filter leaves out. Means stay
told; the effect falls. The linear programs are in tasks/methods/sums.py. What does not fit them is judged by
its people alone, as are models that are no sums of answers (tasks/models_alike.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pandas as pd

from schemas.vocabulary import ALL
from tasks.methods import sums
from tasks.plain_differences import (
    ARMS,
    CHANGES,
    DIFFERENCES,
    EFFECTS,
    MEANS,
    Cell,
    Change,
    Effect,
    Means,
    Place,
    Tables,
    changes_of,
    effects_of,
    limits_of,
    means_of,
    range_of,
    range_of_mean,
)
from tasks.publish.wording import is_share

MOST_FEW = 9
"""Answers of so many people together are protected; a sum of ten may be told."""
Sums = dict[int, float]


@dataclass
class _Figure:
    """A combination of sums, told in one row or in several: what it can be, and of how many people.

    few_apart: whether it is of one to nine people more or fewer than a mean.
    """

    held: Sums
    low: float
    high: float
    people: int
    places: list[Place]
    few_apart: bool


@dataclass
class _System:
    """Sums of the answers to one indicator, and what a reader knows of them beside the effects.

    numbers: sum -> people. known: linear combinations with the least and the most that they can be.
    """

    lowest: float
    highest: float
    whole: bool = False
    numbers: list[int] = field(default_factory=list)
    positions: dict[tuple[Any, ...], int] = field(default_factory=dict)
    known: list[tuple[Sums, float, float]] = field(default_factory=list)

    def sum_of(self, key: tuple[Any, ...], people: int) -> int:
        """Return the position of a sum."""
        if key not in self.positions:
            self.positions[key] = len(self.numbers)
            self.numbers.append(people)
        return self.positions[key]

    def fits(self, figures: Sequence[_Figure]) -> bool:
        """Return whether there are answers that give these figures, and all that is known beside them.

        Where that is not found out they are taken to.
        """
        try:
            return self._ends({}, figures) is not None
        except sums.Unsolved:
            return True

    def gives_away(self, aim: Sums, figures: Sequence[_Figure]) -> bool:
        """Return whether these figures, beside what is known, tell a sum, or that is not found out."""
        try:
            ends = self._ends(aim, figures)
        except sums.Unsolved:
            return True
        return ends is not None and sums.tells_a_sum(*ends, to_the_person=self.highest == 1)

    def _ends(self, aim: Sums, figures: Sequence[_Figure]) -> tuple[float, float] | None:
        low = [self.lowest * people for people in self.numbers]
        high = [self.highest * people for people in self.numbers]
        known = [*self.known, *((one.held, one.low, one.high) for one in figures)]
        return sums.combination_bounds(known, low, high, aim, whole=self.whole)


def effects_given_away(exact: Tables, told: Tables, units: Mapping[str, str]) -> dict[str, set[int]]:
    """Return table -> rows of effects, and of changes that are not those of their means, that are withheld.

    exact, told: the tables with their figures, and as the rules so far leave them; both by position, told
    before rounding. units: indicator -> its unit. A reader is taken to know each number of people, and of
    each figure what its digits and those of its interval, error and p-value leave open.
    """
    out: dict[str, set[int]] = {}
    effects: dict[str, list[Effect]] = {}
    for indicator, one in effects_of(exact, told, units):
        effects.setdefault(indicator, []).append(one)
    with_changes = set(exact[CHANGES]["indicator"]) if CHANGES in exact else set()
    for indicator in sorted({*effects, *with_changes}):
        tables = {
            name: exact[name][(exact[name]["indicator"] == indicator).fillna(False).astype(bool)]
            for name in (MEANS, CHANGES, DIFFERENCES)
            if name in exact
        }
        for name, row in _of_indicator(effects.get(indicator, []), tables, told, units.get(indicator, "")):
            out.setdefault(name, set()).add(row)
    return out


def _of_indicator(
    effects: list[Effect], tables: Tables, released: Tables, unit: str
) -> Iterator[tuple[str, int]]:
    """Yield the rows to be withheld of one indicator; figures of most people are told first.

    What gives few away beside those told already falls, and what does not fit the means but is of nearly the
    same people. Where nothing does, all are told.
    """
    means = means_of(tables)
    system = _of_means(means, released, unit)
    for change in changes_of(tables, released, unit):
        if held := _of_change(system, change, means):
            system.known.append((held, *change.told))
        elif any(_is_few_apart(cell, people, means) for cell, people in change.people.items()):
            yield change.place
    aims = list(_few(system, effects, means))
    if not aims:
        return
    read = _figures(system, effects, means, tables, released, unit)
    _know_of_parts(system, effects, means)
    figures: list[_Figure] = []
    for one in read:
        if system.fits([*figures, one]):
            figures.append(one)
        elif one.few_apart:  # other weights or prices than those of the means: what it tells is not known
            yield from one.places
    given_away = [aim for aim in aims if system.gives_away(aim, figures)]
    told: list[_Figure] = []
    for one in sorted(figures, key=lambda one: (-one.people, one.places)):
        if any(system.gives_away(aim, [*told, one]) for aim in given_away):
            yield from one.places
        else:
            told.append(one)


def _of_means(means: Means, told: Tables, unit: str) -> _System:
    """Return what is known of the sums of everybody who answered, by the means."""
    system = _System(*limits_of(unit, means))
    values = {key: one.mean * one.people for key, one in means.items()}
    system.whole = is_share(unit) and all(abs(one - round(one)) < 1e-6 for one in values.values())
    for key, one in means.items():
        at = system.sum_of(key, one.people)
        row: Any = told[MEANS].loc[one.position]
        if pd.notna(row["estimate"]):
            low, high = range_of_mean(row.to_dict(), unit)
            system.known.append(({at: 1.0}, low * one.people, high * one.people))
    for parts, whole in _partitions(means):
        gap = sum(values[part] for part in parts) - values[whole]  # as weights make it
        held = {system.positions[part]: 1.0 for part in parts} | {system.positions[whole]: -1.0}
        system.known.append((held, gap, gap))
    return system


def _of_change(system: _System, one: Change, means: Means) -> Sums | None:
    """Return a change as the difference of its two means, None where it is none, as with other weights."""
    if not one.people.keys() <= means.keys():
        return None
    off = means[one.later].mean - means[one.earlier].mean - one.change
    if abs(off) > 1e-6 * max(1.0, abs(means[one.later].mean)):
        return None
    return {
        system.positions[one.later]: 1 / means[one.later].people,
        system.positions[one.earlier]: -1 / means[one.earlier].people,
    }


def _is_few_apart(cell: Cell, people: int, means: Means) -> bool:
    """Return whether so many people are one to nine more or fewer than those of the mean."""
    return cell in means and 1 <= abs(means[cell].people - people) <= MOST_FEW


def _partitions(means: Means) -> Iterator[tuple[list[Any], Any]]:
    """Yield parts and whole where the people of the parts are all of the whole."""
    for whole in means:
        for axis in range(3):
            if whole[axis] != ALL:
                continue
            parts = [
                key for key in means if key[axis] != ALL and (*key[:axis], ALL, *key[axis + 1 :]) == whole
            ]
            if parts and sum(means[part].people for part in parts) == means[whole].people:
                yield parts, whole


def _everybody(one: Effect, arm: str, end: str) -> Cell:
    """Return the key of the mean of everybody who answered, beside an effect."""
    return (*one.node, arm, one.waves[end])


def _model_sum(system: _System, one: Effect, arm: str, end: str, means: Means) -> int:
    """Return the sum of an arm's answers in a model; of all who answered it is that of their mean."""
    everybody = _everybody(one, arm, end)
    people = one.people[arm, end]
    if everybody in means and means[everybody].people == people:
        return system.positions[everybody]
    key = (*everybody, one.model[1:], people)
    if key in system.positions:
        return system.positions[key]
    position = system.sum_of(key, people)
    if everybody in means and (apart := means[everybody].people - people) > 0:
        few = {system.positions[everybody]: 1.0, position: -1.0}
        system.known.append((few, system.lowest * apart, system.highest * apart))
    return position


def _combined(system: _System, one: Effect, means: Means, less: Effect | None = None) -> Sums:
    """Return an effect as a combination of sums, of those who are in it and not in `less`."""
    found: Sums = {}
    for (arm, end), people in one.people.items():
        people = people - less.people[arm, end] if less else people
        sign = (1 if arm == "programme" else -1) * (1 if end == "to" else -1) / max(people, 1)
        at = {_model_sum(system, one, arm, end, means): sign}
        found = _added(found, at, {_model_sum(system, less, arm, end, means): -sign} if less else {})
    return found


def _figures(
    system: _System,
    effects: list[Effect],
    means: Means,
    tables: Tables,
    told: Tables,
    unit: str,
) -> list[_Figure]:
    """Return the told effects, and the differences of effects; those of the same people are one figure."""
    found: dict[tuple[tuple[int, float], ...], list[_Figure]] = {}

    def add(held: Sums, told: tuple[float, float], place: Place, *behind: Effect) -> None:
        key = tuple(sorted((at, round(times, 12)) for at, times in held.items() if abs(times) > 1e-12))
        for one in found.setdefault(key, []):
            low, high = max(one.low, told[0]), min(one.high, told[1])
            if low <= high:
                one.low, one.high = low, high
                one.places.append(place)
                return
        people = max(sum(one.people.values()) for one in behind)
        few_apart = any(
            _is_few_apart(_everybody(one, arm, end), number, means)
            for one in behind
            for (arm, end), number in one.people.items()
        )
        found[key].append(_Figure(held, *told, people, [place], few_apart))

    for one in effects:
        held = _combined(system, one, means)
        if one.told:
            add(held, one.told, one.place, one)
    frame = tables.get(DIFFERENCES, pd.DataFrame())
    by_key = {(*one.model, *one.node): one for one in effects if one.place[0] == EFFECTS}
    for position in frame.index:
        row: Any = frame.loc[position]
        between = range_of(told[DIFFERENCES].loc[position], "estimate", unit)
        model = (row["specification"], row["from_wave"], row["to_wave"])
        part, whole = (by_key.get((*model, group, ALL)) for group in (row["poverty_group"], ALL))
        if between and part and whole and part.people.keys() == whole.people.keys():
            others = {at: -times for at, times in _combined(system, whole, means, part).items()}
            held = _added(_combined(system, part, means), others)
            add(held, between, (DIFFERENCES, position), part, whole)
    return [one for alike in found.values() for one in alike]


def _know_of_parts(system: _System, effects: list[Effect], means: Means) -> None:
    """Add that the people of a model are those of its groups, and those of a group its genders."""
    for whole in effects:
        if whole.weighted or whole.node[1] != ALL:
            continue
        parts = [
            one
            for one in effects
            if one.model == whole.model
            and one.people.keys() == whole.people.keys()
            and (
                (one.node[0] != ALL and one.node[1] == ALL)
                if whole.node[0] == ALL
                else (one.node[0] == whole.node[0] and one.node[1] != ALL)
            )
        ]
        for arm, end in whole.people if parts else ():
            if sum(part.people[arm, end] for part in parts) == whole.people[arm, end]:
                held = {_model_sum(system, part, arm, end, means): 1.0 for part in parts}
                less = {_model_sum(system, whole, arm, end, means): -1.0}
                system.known.append((_added(held, less), 0.0, 0.0))


def _few(system: _System, effects: list[Effect], means: Means) -> Iterator[Sums]:
    """Yield the sums of the answers of few people by which an effect and the means differ, each once."""
    seen = set()
    for one in effects:
        apart: dict[tuple[str, str], tuple[int, Sums]] = {}
        for arm, end in one.people:
            everybody = _everybody(one, arm, end)
            few = means[everybody].people - one.people[arm, end] if everybody in means else 0
            if few:
                sign = 1.0 if few > 0 else -1.0
                of_model = _model_sum(system, one, arm, end, means)
                apart[arm, end] = abs(few), {system.positions[everybody]: sign, of_model: -sign}
        for people, aim in _together(apart):
            key = tuple(sorted(aim.items()))
            if people <= MOST_FEW and key not in seen:
                seen.add(key)
                yield aim


def _together(apart: Mapping[tuple[str, str], tuple[int, Sums]]) -> Iterator[tuple[int, Sums]]:
    """Yield the sums of any of the few, and how those of an arm have changed, with how many they are of."""
    for size in range(1, len(apart) + 1):
        for chosen in combinations(apart.values(), size):
            yield sum(people for people, _ in chosen), _added(*(held for _, held in chosen))
    for arm in ARMS:  # whom a filter leaves out is left out in both waves
        (people, earlier), (as_many, later) = (apart.get((arm, end), (0, {})) for end in ("from", "to"))
        if people and people == as_many:
            yield people, _added(later, {at: -times for at, times in earlier.items()})


def _added(*held: Sums) -> Sums:
    found: Sums = {}
    for one in held:
        for at, times in one.items():
            found[at] = found.get(at, 0.0) + times
    return found
