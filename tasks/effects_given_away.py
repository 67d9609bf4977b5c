"""Which effects are withheld, so that told figures of nearly the same people give no few of them away.

A mean of a wave is of everybody who answered in it, an effect often of those who answered in both waves: what
they differ by are the answers of those who fell out or came later, or whom a filter leaves out. Means stay
told; the effect falls. The linear programs are in tasks/methods/sums.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pandas as pd

from schemas.vocabulary import ALL
from tasks.levels import HOUSEHOLD
from tasks.methods import sums
from tasks.publish.wording import is_share
from tasks.told_figures import as_told_one, half_told, range_told

MEANS, CHANGES = "mart.indicator_estimates", "mart.wave_changes"
EFFECTS, TRENDS = "mart.impact_estimates", "mart.pre_trends"
DIFFERENCES, GENDERS = "mart.impact_differences", "mart.winners_losers"
ARMS = ("programme", "comparison")
MOST_FEW = 9
"""Answers of so many people together are protected; a sum of ten may be told."""
Tables = Mapping[str, pd.DataFrame]
Row = Mapping[Any, Any]
Node = tuple[str, str]
Place = tuple[str, int]
Sums = dict[int, float]


@dataclass(frozen=True)
class _Mean:
    position: int
    mean: float
    people: int


Means = dict[tuple[str, str, str, str], _Mean]


@dataclass(frozen=True)
class _Effect:
    """An effect with its people by arm and end ("from", "to"); told: what it can be, None where withheld."""

    place: Place
    node: Node
    model: tuple[str, str, str]
    waves: Mapping[str, str]
    people: Mapping[tuple[str, str], int]
    weighted: bool
    told: tuple[float, float] | None


@dataclass
class _Figure:
    """A combination of sums, told in one row or in several: what it can be, and of how many people."""

    held: Sums
    low: float
    high: float
    people: int
    places: list[Place]


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
    """Return table -> rows of effects that are withheld.

    exact, told: the tables with their figures, and as the rules so far leave them; both by position, told
    before rounding. units: indicator -> its unit. A reader is taken to know each number of people, and of
    each figure what its digits and those of its interval, error and p-value leave open.
    """
    out: dict[str, set[int]] = {}
    effects: dict[str, list[_Effect]] = {}
    for indicator, one in _effects(exact, told, units):
        effects.setdefault(indicator, []).append(one)
    for indicator in sorted(effects):
        tables = {
            name: exact[name][(exact[name]["indicator"] == indicator).fillna(False).astype(bool)]
            for name in (MEANS, CHANGES, DIFFERENCES)
            if name in exact
        }
        for name, row in _of_indicator(effects[indicator], tables, told, units.get(indicator, "")):
            out.setdefault(name, set()).add(row)
    return out


def _effects(exact: Tables, told: Tables, units: Mapping[str, str]) -> Iterator[tuple[str, _Effect]]:
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


def _effect(name: str, position: int, row: Row, told: pd.Series, units: Mapping[str, str]) -> _Effect:
    ends = ("to",) if pd.isna(row["programme_from"]) else ("from", "to")
    return _Effect(
        place=(name, position),
        node=(row["poverty_group"], row.get("gender", ALL)),
        model=(row["specification"], row["from_wave"], row["to_wave"]),
        waves={end: row[f"{end}_wave"] for end in ends},
        people={(arm, end): int(row[f"{arm}_{end}"]) for arm in ARMS for end in ends},
        weighted=pd.notna(row.get("weight")),
        told=_range(told, "estimate", units.get(row["indicator"], "")),
    )


def _range(row: Any, figure: str, unit: str) -> tuple[float, float] | None:
    return range_told(row.to_dict(), figure, share=is_share(unit)) if pd.notna(row[figure]) else None


def _of_indicator(
    effects: list[_Effect], tables: Tables, released: Tables, unit: str
) -> Iterator[tuple[str, int]]:
    """Yield the rows to be withheld of one indicator; figures of most people are told first.

    What gives few away beside those told already falls. Where nothing does, all are told.
    """
    means = _means(tables)
    system = _of_means(means, tables, released, unit)
    aims = list(_few(system, effects, means))
    if not aims:
        return
    read = _figures(system, effects, means, tables, released, unit)
    _know_of_parts(system, effects, means)
    figures: list[_Figure] = []
    for one in read:  # with other weights than those of the means it is no such combination
        figures += [one] if system.fits([*figures, one]) else []
    given_away = [aim for aim in aims if system.gives_away(aim, figures)]
    told: list[_Figure] = []
    for one in sorted(figures, key=lambda one: (-one.people, one.places)):
        if any(system.gives_away(aim, [*told, one]) for aim in given_away):
            yield from one.places
        else:
            told.append(one)


def _of_means(means: Means, tables: Tables, told: Tables, unit: str) -> _System:
    """Return what is known of the sums of everybody who answered."""
    system = _System(*_limits(unit, means))
    values = {key: one.mean * one.people for key, one in means.items()}
    system.whole = is_share(unit) and all(abs(one - round(one)) < 1e-6 for one in values.values())
    for key, one in means.items():
        at = system.sum_of(key, one.people)
        row: Any = told[MEANS].loc[one.position]
        if pd.notna(row["estimate"]):
            low, high = _range_of_mean(row.to_dict(), unit)
            system.known.append(({at: 1.0}, low * one.people, high * one.people))
    for parts, whole in _partitions(means):
        gap = sum(values[part] for part in parts) - values[whole]  # as weights make it
        held = {system.positions[part]: 1.0 for part in parts} | {system.positions[whole]: -1.0}
        system.known.append((held, gap, gap))
    for row, between in _changes(tables, told, unit):
        later, earlier = (
            (row["poverty_group"], ALL, row["arm"], row[f"{end}_wave"]) for end in ("to", "from")
        )
        if between and {later, earlier} <= means.keys():
            off = means[later].mean - means[earlier].mean - row["change"]
            if abs(off) > 1e-6 * max(1.0, abs(means[later].mean)):
                continue  # not of the same people as these means
            held = {
                system.positions[later]: 1 / means[later].people,
                system.positions[earlier]: -1 / means[earlier].people,
            }
            system.known.append((held, *between))
    return system


def _range_of_mean(row: Row, unit: str) -> tuple[float, float]:
    """Return what a mean can be: it stands alone too, as in a table of balance, and then has its own digits.

    The interval of a share need not be symmetric: it tells no more of the share.
    """
    mean, share = float(row["estimate"]), is_share(unit)
    half, middle = half_told(mean, share=share), as_told_one(mean, share=share)
    beside = (-float("inf"), float("inf")) if share else range_told(row, "estimate", share=False)
    return max(middle - half, beside[0]), min(middle + half, beside[1])


def _limits(unit: str, means: Means) -> tuple[float, float]:
    """Return the least and the most that one answer can be."""
    if is_share(unit):
        return 0.0, 1.0
    if score := re.match(r"score (\d+) to (\d+)", unit.strip().lower()):
        return float(score[1]), float(score[2])
    return (0.0 if all(one.mean >= 0 for one in means.values()) else -float("inf")), float("inf")


def _means(tables: Tables) -> Means:
    """Return (group, gender, arm, wave) -> the mean of those who answered, where they are people."""
    frame = tables.get(MEANS)
    if frame is None:
        return {}
    kept = frame[
        (frame["category"] == ALL)
        & (frame["difference"] == ALL)
        & (frame["level"].fillna("") != HOUSEHOLD)
        & frame["estimate"].notna()
    ]
    columns = kept[["poverty_group", "gender", "arm", "wave", "estimate", "respondents"]]
    return {
        (group, gender, arm, wave): _Mean(position, float(mean), int(people))
        for position, group, gender, arm, wave, mean, people in columns.itertuples(name=None)
    }


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


def _changes(tables: Tables, told: Tables, unit: str) -> Iterator[tuple[Row, tuple[float, float] | None]]:
    frame = tables.get(CHANGES)
    if frame is None:
        return
    for position in frame.index[frame["level"].fillna("") != HOUSEHOLD]:
        yield frame.loc[position].to_dict(), _range(told[CHANGES].loc[position], "change", unit)


def _model_sum(system: _System, one: _Effect, arm: str, end: str, means: Means) -> int:
    """Return the sum of an arm's answers in a model; of all who answered it is that of their mean."""
    everybody = (*one.node, arm, one.waves[end])
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


def _combined(system: _System, one: _Effect, means: Means, less: _Effect | None = None) -> Sums:
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
    effects: list[_Effect],
    means: Means,
    tables: Tables,
    told: Tables,
    unit: str,
) -> list[_Figure]:
    """Return the told effects, and the differences of effects; those of the same people are one figure."""
    found: dict[tuple[tuple[int, float], ...], list[_Figure]] = {}

    def add(held: Sums, told: tuple[float, float], people: int, place: Place) -> None:
        key = tuple(sorted((at, round(times, 12)) for at, times in held.items() if abs(times) > 1e-12))
        for one in found.setdefault(key, []):
            low, high = max(one.low, told[0]), min(one.high, told[1])
            if low <= high:
                one.low, one.high = low, high
                one.places.append(place)
                return
        found[key].append(_Figure(held, *told, people, [place]))

    for one in effects:
        held = _combined(system, one, means)
        if one.told:
            add(held, one.told, sum(one.people.values()), one.place)
    frame = tables.get(DIFFERENCES, pd.DataFrame())
    by_key = {(*one.model, *one.node): one for one in effects if one.place[0] == EFFECTS}
    for position in frame.index:
        row: Any = frame.loc[position]
        between = _range(told[DIFFERENCES].loc[position], "estimate", unit)
        model = (row["specification"], row["from_wave"], row["to_wave"])
        part, whole = (by_key.get((*model, group, ALL)) for group in (row["poverty_group"], ALL))
        if between and part and whole and part.people.keys() == whole.people.keys():
            others = {at: -times for at, times in _combined(system, whole, means, part).items()}
            held = _added(_combined(system, part, means), others)
            add(held, between, sum(whole.people.values()), (DIFFERENCES, position))
    return [one for alike in found.values() for one in alike]


def _know_of_parts(system: _System, effects: list[_Effect], means: Means) -> None:
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


def _few(system: _System, effects: list[_Effect], means: Means) -> Iterator[Sums]:
    """Yield the sums of the answers of few people by which an effect and the means differ, each once."""
    seen = set()
    for one in effects:
        apart: dict[tuple[str, str], tuple[int, Sums]] = {}
        for arm, end in one.people:
            everybody = (*one.node, arm, one.waves[end])
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
