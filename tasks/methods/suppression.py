"""Which cells of published counts must be withheld so that the others do not give them away.

A relation is a whole and its parts: cells by their position. Where they `add up`, the parts are the whole;
else they are some of it. Counts are of people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns

BASE = 5
DOMINANT_SHARE = 0.9
P_PERCENT = 10
AMOUNTS = ("amounts", "largest", "second_largest")
UNBOUNDED = 3
"""How scipy says that a program has no bound."""
LONGEST_SECONDS = 30.0


@dataclass(frozen=True)
class Relation:
    """A cell and the cells that it holds, by position; adds_up: they are all of it."""

    whole: int
    parts: tuple[int, ...]
    adds_up: bool = True

    @property
    def cells(self) -> tuple[int, ...]:
        """Return whole and parts."""
        return (self.whole, *self.parts)


def is_dominated(total: float, largest: float, second: float) -> bool:
    """Return whether one contributor could learn another's amount from a total: by dominance or by p%.

    total, largest, second: amounts of one unit, such as money; none negative. True where the two largest make
    90 % of the total or more, or where the rest, total less both, is under 10 % of the largest: the second
    could then estimate the largest to within 10 %.

    Raises ValueError where an amount is negative or the two largest are more than the total.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4, (n,k)-dominance
    with n = 2, k = 90 and the p% rule with p = 10.

    >>> is_dominated(100, 50, 30), is_dominated(100, 60, 30), is_dominated(100, 89, 1)
    (False, True, True)
    """
    if min(total, largest, second) < 0 or largest + second > total * (1 + 1e-9):
        raise ValueError("Amounts are not negative, and the two largest are part of the total")
    if total == 0:
        return False
    rest = max(total - largest - second, 0.0)
    return largest + second >= DOMINANT_SHARE * total or rest < P_PERCENT / 100 * largest


def largest_by_splits(
    frame: pd.DataFrame, values: Sequence[str], splits: Sequence[Sequence[str]] = ((),)
) -> pd.DataFrame:
    """Return what the rule of dominance asks for, in each domain: who contributes most to an amount.

    One row a split, column and combination of the split's domain columns that occurs with a value: `value`
    (the column's name), the domain columns of all splits (missing where a split does not divide by one), and
    amounts (the sum of all without their signs), largest and second_largest (0 where there is one alone), in
    the column's unit. Raises ValueError where a column is absent or not numeric.

    Source: Hundepool et al. (2012), chapter 4; a sample's amounts as they were told, without weights. The
    example is by hand.

    >>> people = pd.DataFrame({"arm": ["a", "a", "a", "b"], "wage": [3.0, -8.0, 1.0, 2.0]})
    >>> largest_by_splits(people, ["wage"], [("arm",)]).values.tolist()
    [['wage', 'a', 12.0, 8.0, 3.0], ['wage', 'b', 2.0, 2.0, 0.0]]
    """
    require_columns(frame, [*values, *(name for split in splits for name in split)])
    parts = []
    for value in values:
        known = pd.Series(numbers(frame, value), index=frame.index).dropna().abs()
        for split in splits:
            domains = [frame.loc[known.index, name] for name in split] or [pd.Series(0, index=known.index)]
            within = known.sort_values(ascending=False, kind="stable").groupby(domains, sort=True)
            table = pd.DataFrame(
                {
                    "amounts": within.sum(),
                    "largest": within.max(),
                    "second_largest": within.agg(lambda one: one.iloc[1] if len(one) > 1 else 0.0),
                }
            )
            parts.append(table.reset_index()[[*split, *table]].assign(value=value))
    if not parts:
        return pd.DataFrame(columns=["value", *AMOUNTS])
    found = pd.concat(parts, ignore_index=True)
    domains = [name for name in found if name not in ("value", *AMOUNTS)]
    return found[["value", *domains, *AMOUNTS]]


def rounded(count: int, base: int = BASE) -> int:
    """Return a count of people to the nearest multiple of the base, halves upwards.

    Raises ValueError where the count is negative.

    Source: Hundepool et al. (2012), chapter 5, conventional rounding.

    >>> [rounded(count) for count in (0, 10, 12, 13, 27, 28)]
    [0, 10, 10, 15, 25, 30]
    """
    if count < 0:
        raise ValueError("A count is not negative")
    return (2 * count + base) // (2 * base) * base


def rounded_to_add_up(
    counts: Sequence[int], withheld: Collection[int], relations: Sequence[Relation], base: int = BASE
) -> tuple[list[int], frozenset[int]]:
    """Return the rounded counts, and the positions of those that are sums of rounded parts.

    A whole all of whose parts are told is their sum, so that a table adds up; any other cell is rounded by
    itself. Where a whole has several such relations the first decides. Raises ValueError where a count is
    negative.

    Source: own rule (totals are summed from what is rounded); the example is by hand: 12 + 12 make 20.

    >>> rounded_to_add_up([24, 12, 12], (), [Relation(0, (1, 2))])
    ([20, 10, 10], frozenset({0}))
    >>> rounded_to_add_up([24, 12, 12], (1, 2), [Relation(0, (1, 2))])
    ([25, 10, 10], frozenset())
    """
    hidden = set(withheld)
    deciding: dict[int, Relation] = {}
    for one in relations:
        if one.adds_up and one.whole not in hidden and not hidden.intersection(one.parts):
            deciding.setdefault(one.whole, one)
    told: dict[int, int] = {}

    def told_as(cell: int) -> int:
        if cell not in told:
            parts = deciding[cell].parts if cell in deciding else ()
            told[cell] = sum(told_as(part) for part in parts) if parts else rounded(counts[cell], base)
        return told[cell]

    return [told_as(cell) for cell in range(len(counts))], frozenset(deciding)


def bounds(
    low: Sequence[float],
    high: Sequence[float],
    relations: Sequence[Relation],
    wanted: Sequence[int],
    *,
    most_alone: bool = False,
) -> list[tuple[float, float]]:
    """Return the least and the most that each wanted cell can be, given what is known of all cells.

    low, high: what is known of each cell, infinite where nothing. One pair a wanted cell, by linear
    programming; counts are whole, so a bound is rounded inwards. A cell that nothing bounds is infinite.
    most_alone: the least is not asked for, and 0.
    Raises ValueError where no counts fit what is known.

    Source: Hundepool et al. (2012), chapter 4, the intruder's problem; solved by HiGHS. The example is by
    hand: of a row of 20 with 8 told, the other two make 12.

    >>> know, row = [20, 8, 0, 0], Relation(0, (1, 2, 3))
    >>> bounds(know, [20, 8, float("inf"), float("inf")], [row], [2, 3])
    [(0.0, 12.0), (0.0, 12.0)]
    >>> bounds(know, [20, 8, 5, float("inf")], [row], [3])
    [(7.0, 12.0)]
    """
    cells = tuple((float(least), float(most)) for least, most in zip(low, high, strict=True))
    signs = (-1.0,) if most_alone else (1.0, -1.0)
    return list(_bounds(cells, tuple(relations), tuple(wanted), signs))


@lru_cache(maxsize=4096)
def _bounds(
    cells: tuple[tuple[float, float], ...],
    relations: tuple[Relation, ...],
    wanted: tuple[int, ...],
    signs: tuple[float, ...],
) -> tuple[tuple[float, float], ...]:
    from scipy import sparse

    def matrix(chosen: list[Relation]) -> sparse.csr_array | None:
        if not chosen:
            return None
        rows = [row for row, one in enumerate(chosen) for _ in one.cells]
        columns = [cell for one in chosen for cell in one.cells]
        signs = [sign for one in chosen for sign in (-1.0, *[1.0] * len(one.parts))]
        return sparse.csr_array((signs, (rows, columns)), shape=(len(chosen), len(cells)))

    equal = [one for one in relations if one.adds_up]
    within = [one for one in relations if not one.adds_up]
    system = {
        "A_eq": matrix(equal),
        "b_eq": np.zeros(len(equal)) if equal else None,
        "A_ub": matrix(within),
        "b_ub": np.zeros(len(within)) if within else None,
        "bounds": cells,
    }
    found = []
    for cell in wanted:
        low, high = extremes(cell, system, signs)
        found.append((_inwards(low, np.ceil), _inwards(high, np.floor)))
    return tuple(found)


def extremes(
    cell: int, system: dict[str, Any], signs: tuple[float, ...] = (1.0, -1.0)
) -> tuple[float, float]:
    """Return the least (sign 1) and the most (-1) that a cell of a program can be; the least is 0 unasked.

    Infinite where nothing bounds it. Both 0 where the program was not solved within LONGEST_SECONDS: what is
    not known to be protected counts as told. Raises ValueError where nothing fits what is known.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4, the intruder's problem.

    >>> extremes(1, {"A_eq": [[1, 1]], "b_eq": [12], "bounds": [(5, None), (0, None)]})
    (0.0, 7.0)
    """
    from scipy.optimize import linprog

    ends = []
    for sign in signs:
        aim = np.zeros(len(system["bounds"]))
        aim[cell] = sign
        done = linprog(aim, method="highs", options={"time_limit": LONGEST_SECONDS}, **system)
        if done.status == 2:
            raise ValueError("Nothing fits what is known")
        if done.status not in (0, UNBOUNDED):
            return 0.0, 0.0
        ends.append(-sign * float("inf") if done.status else sign * float(done.fun))
    return (ends[0], ends[1]) if len(ends) > 1 else (0.0, ends[0])


def _inwards(value: float, towards: np.ufunc) -> float:
    if not np.isfinite(value):
        return value
    near = round(value)
    return float(near) if abs(value - near) < 1e-6 else float(towards(value))


def withhold_together(
    counts: Sequence[int],
    withheld: Collection[int],
    relations: Sequence[Relation],
    fewest: int = 10,
    unsaid: Collection[int] = (),
    fixed: Collection[int] = (),
) -> set[int]:
    """Return the cells to withhold, so that nowhere a whole less its told parts is of fewer than so many.

    Where parts add up to a told whole and some cells of them are withheld, these have to be of `fewest`
    people together, and two at least that anybody is in; else the cell with the fewest people of those
    beside is withheld too, a part sooner than the whole, and the first where several have as few. unsaid:
    cells that no table tells, such as those who did not say: they are not protected. fixed: cells that are
    told come what may. Raises ValueError where a count is negative.

    Source: Hundepool et al. (2012), chapter 4, secondary suppression; own choice of the cell. The example
    is by hand: 40 - 20 - 15 would give the 5, and so the 15 is withheld as well.

    >>> sorted(withhold_together([40, 20, 15, 5], [3], [Relation(0, (1, 2, 3))]))
    [2, 3]
    """
    if min(counts, default=0) < 0:
        raise ValueError("A count is not negative")
    out = {*withheld, *unsaid}
    open_ones = True
    while open_ones:
        open_ones = False
        for one in relations:
            hidden = [cell for cell in one.parts if cell in out and counts[cell]]
            if not one.adds_up or one.whole in out or not set(hidden).difference(unsaid):
                continue
            if len(hidden) > 1 and sum(counts[cell] for cell in hidden) >= fewest:
                continue
            further = _least_informative(one, counts, out.union(fixed))
            if further is not None:
                out.add(further)
                open_ones = True
    # a whole that is withheld is given away where all its parts are told
    for one in relations:
        protected = one.whole in out and one.whole not in unsaid and counts[one.whole]
        if one.adds_up and protected and not out.intersection(one.parts):
            told = [cell for cell in one.parts if counts[cell] and cell not in fixed]
            if told:
                out.add(min(told, key=lambda cell: (counts[cell], cell)))
                return withhold_together(counts, out, relations, fewest, unsaid, fixed)
    return out


def _least_informative(one: Relation, counts: Sequence[int], withheld: Collection[int]) -> int | None:
    told = [cell for cell in one.cells if cell not in withheld and counts[cell]]
    return min(told, key=lambda cell: (cell == one.whole, counts[cell], cell), default=None)


def known_of(
    counts: Sequence[int], withheld: Collection[int], named: Collection[int] = (), fewest: int = 10
) -> tuple[list[float], list[float]]:
    """Return the least and the most that a reader knows of each cell, from that cell alone.

    A told count is taken to be known to the person, though it is printed rounded: an error or its degrees of
    freedom can tell it. named: withheld cells of which the rule is told, and so whether they are below
    `fewest`. A count of nobody is known. Raises ValueError where a count is negative.

    Source: Hundepool et al. (2012), chapter 4, the intruder's knowledge; own choice of how much he knows. The
    example is by hand.

    >>> known_of([25, 15, 4, 6], [2, 3], [3])
    ([25.0, 15.0, 0.0, 1.0], [25.0, 15.0, inf, 9.0])
    """
    if min(counts, default=0) < 0:
        raise ValueError("A count is not negative")
    low, high = [float(count) for count in counts], [float(count) for count in counts]
    for cell in withheld:
        if counts[cell]:
            few = counts[cell] < fewest
            low[cell] = 0.0 if cell not in named else 1.0 if few else float(fewest)
            high[cell] = float(fewest - 1) if few and cell in named else float("inf")
    return low, high


def withhold_until_safe(
    counts: Sequence[int],
    withheld: Collection[int],
    relations: Sequence[Relation],
    *,
    fewest: int = 10,
    known: dict[int, tuple[float, float]] | None = None,
    unsaid: Collection[int] = (),
    fixed: Collection[int] = (),
) -> set[int]:
    """Return the cells to withhold, so that no withheld count can be found, nor that it is below `fewest`.

    First as in `withhold_together`; then what a reader can find of each withheld cell is computed from
    everything that is told. By the counts none may be found to be below `fewest`; by the counts and the
    rules, which are named beside what is withheld and tell whether it is, none may be found exactly. Else the
    cell with the fewest people that stands in a relation with it is withheld too, until there is none. A
    count of zero is no person and is not protected. known: cell -> the least and the most that it can be by
    what was published before, be it withheld now or not. unsaid, fixed: as in `withhold_together`. Raises
    ValueError where a count is negative or no counts fit what is known.

    Source: Hundepool et al. (2012), chapter 4, audit of the feasibility intervals. The example is by
    hand: 11 people less a cell of ten or more leave one at most, so the whole is withheld too.

    >>> sorted(withhold_until_safe([11, 10, 1], [1, 2], [Relation(0, (1, 2))]))
    [0, 1, 2]
    >>> sorted(withhold_until_safe([13, 10, 3], [1, 2], [Relation(0, (1, 2))]))
    [1, 2]
    """
    out = withhold_together(counts, withheld, relations, fewest, unsaid, fixed)
    while True:
        protected = out.difference(unsaid)
        few = known_of(counts, out)
        own = known_of(counts, out, protected, fewest)
        for cell, (least, most) in (known or {}).items():
            for low, high in (few, own):
                low[cell], high[cell] = max(low[cell], least), min(high[cell], most)
        risky = {
            *found_to_be_few(counts, protected, relations, *few, fewest),
            *exposed(counts, protected, relations, *own),
        }
        more = {
            found
            for cell in sorted(risky)
            if (found := _beside(cell, counts, out.union(fixed), relations)) is not None
        }
        if not more:
            return protected
        out = withhold_together(counts, out | more, relations, fewest, unsaid, fixed)


def exposed(
    counts: Sequence[int],
    withheld: Collection[int],
    relations: Sequence[Relation],
    low: Sequence[float],
    high: Sequence[float],
) -> list[int]:
    """Return the withheld cells whose count is found exactly.

    low, high: what is known of each cell. Raises ValueError where no counts fit what is known.

    Source: Hundepool et al. (2012), chapter 4. The example is by hand: 20 - 15 leaves 5.

    >>> exposed([20, 15, 5], [2], [Relation(0, (1, 2))], [20, 15, 0], [20, 15, float("inf")])
    [2]
    """
    asked = _related(withheld, counts, relations)
    found = bounds(low, high, relations, asked)
    return [cell for cell, (least, most) in zip(asked, found, strict=True) if least >= most]


def found_to_be_few(
    counts: Sequence[int],
    withheld: Collection[int],
    relations: Sequence[Relation],
    low: Sequence[float],
    high: Sequence[float],
    fewest: int = 10,
) -> list[int]:
    """Return the withheld cells that are found to be of fewer people than so many.

    low, high: what is known of each cell. Raises ValueError where no counts fit what is known.

    Source: Hundepool et al. (2012), chapter 4. The example is by hand: with 13 of 21 told, the two others are
    of 8 at most.

    >>> told = [21, 13, 0, 0], [21, 13, float("inf"), float("inf")]
    >>> found_to_be_few([21, 13, 3, 5], [2, 3], [Relation(0, (1, 2, 3))], *told)
    [2, 3]
    """
    asked = [cell for cell in _related(withheld, counts, relations) if counts[cell] < fewest]
    found = bounds(low, high, relations, asked, most_alone=True)
    return [cell for cell, (_, most) in zip(asked, found, strict=True) if most < fewest]


def _related(cells: Collection[int], counts: Sequence[int], relations: Sequence[Relation]) -> list[int]:
    touched = {cell for one in relations for cell in one.cells}
    return [cell for cell in sorted(cells) if counts[cell] and cell in touched]


def _beside(
    cell: int, counts: Sequence[int], withheld: Collection[int], relations: Sequence[Relation]
) -> int | None:
    """Return the told cell with the fewest people in a relation with this one, else in any relation."""
    own = {other for one in relations if cell in one.cells for other in one.cells}
    everywhere = {other for one in relations for other in one.cells}
    for near in (own, everywhere):
        told = [other for other in near if other not in withheld and counts[other]]
        if told:
            return min(told, key=lambda other: (counts[other], other))
    return None


def changed_people(before: Sequence[tuple[str, str]], now: Sequence[tuple[str, str]]) -> int:
    """Return how many people's answers differ between two releases: who came, who went, who was corrected.

    before, now: (person, digest of the answers), one pair a person. Raises ValueError where a person stands
    twice.

    Source: own rule; the example is by hand: b was corrected, c came.

    >>> changed_people([("a", "1"), ("b", "2")], [("a", "1"), ("b", "3"), ("c", "4")])
    2
    """
    first, second = dict(before), dict(now)
    if len(first) < len(before) or len(second) < len(now):
        raise ValueError("A person stands twice")
    return sum(first.get(person) != second.get(person) for person in {*first, *second})
