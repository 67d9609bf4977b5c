"""Industry codes that contain each other: which is whose parent, and what a region has in total.

Tables of industries are wide here: one row a region, one column a code, NaN where there is no figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

WORDS_FOR_TOTAL = frozenset(
    (
        "total",
        "_t",
        "tot",
        "totale",
        "all",
        "all industries",
        "insgesamt",
        "gesamt",
        "ensemble",
        "grand total",
    )
)
"""Codes that say by themselves that they are the total."""
FEWEST_PARTS_OF_A_TOTAL = 3
"""With two other industries of one size, each of the three would be 'the sum of the others' by chance."""

NACE_SECTIONS = {
    "A": range(1, 4),
    "B": range(5, 10),
    "C": range(10, 34),
    "D": range(35, 36),
    "E": range(36, 40),
    "F": range(41, 44),
    "G": range(45, 48),
    "H": range(49, 54),
    "I": range(55, 57),
    "J": range(58, 64),
    "K": range(64, 67),
    "L": range(68, 69),
    "M": range(69, 76),
    "N": range(77, 83),
    "O": range(84, 85),
    "P": range(85, 86),
    "Q": range(86, 89),
    "R": range(90, 94),
    "S": range(94, 97),
    "T": range(97, 99),
    "U": range(99, 100),
}
"""Section -> its divisions, in ISIC revision 4 and NACE revision 2."""


@dataclass(frozen=True)
class Reconciled:
    """What the regions have in total, and where parents and children do not agree.

    totals: region -> all industries, what is not told apart included. levels: the codes kept, one column
    each. untold: region -> what of the total is in none of the codes kept; 0 where all of them have a figure
    and it is within rounding. excess: one row a region and
    code whose children sum to more than it: region, code, printed, recomputed (the children's sum is used).
    """

    totals: pd.Series
    levels: pd.DataFrame
    untold: pd.Series
    excess: pd.DataFrame


def parents_by_prefix(codes: Iterable[str]) -> dict[str, str]:
    """Return code -> its parent: the longest other code with which it begins. A code without one is left out.

    Raises ValueError where a code is empty.

    Source: the construction of ISIC revision 4 (United Nations 2008, paragraph 43): each digit divides
    what the digits before it name.

    >>> parents_by_prefix(["15", "151", "1511", "16"])
    {'151': '15', '1511': '151'}
    """
    known = set(codes)
    if "" in known:
        raise ValueError("A code is empty")
    found = {}
    for code in sorted(known):
        for length in range(len(code) - 1, 0, -1):
            if code[:length] in known:
                found[code] = code[:length]
                break
    return found


def sections_and_divisions(codes: Iterable[str], parents: Mapping[str, str]) -> dict[str, str]:
    """Return division -> section where a table has a section and a division of it, and no parent says so.

    Summed side by side they would count the same people twice. A division is a code that begins with its
    two digits. Never raises ValueError: codes of other classifications give nothing.

    Source: ISIC revision 4 (United Nations 2008) and NACE revision 2 (Eurostat 2008), the sections.

    >>> sections_and_divisions(["C", "F", "10", "49"], {})
    {'10': 'C'}
    """
    known = set(codes)
    found = {}
    for code in sorted(known):
        if code[:2].isdigit() and len(code) >= 2 and code not in parents:
            number = int(code[:2])
            section = next((one for one, divisions in NACE_SECTIONS.items() if number in divisions), "")
            if section in known:
                found[code] = section
    return found


def refuse_circles(parents: Mapping[str, str]) -> None:
    """Return nothing where no code is its own ancestor. Raises ValueError with the code where one is.

    Source: our own rule.

    >>> refuse_circles({"151": "15"})
    """
    for code in sorted(parents):
        path, one = {code}, parents[code]
        while one in parents and one not in path:
            path.add(one)
            one = parents[one]
        if one in path:
            raise ValueError(f"the code {one} is its own ancestor")


def rounding_unit(values: np.ndarray) -> float:
    """Return the unit to which figures are rounded: the largest power of ten that divides all, 1e-6 at least.

    Missing figures do not count; without any figure but 0, the unit is 1. Raises ValueError where a figure
    is infinite.

    Source: our own rule; the tolerance of `reconcile` is half a unit for each figure of a sum.

    >>> rounding_unit(np.array([5500.0, 120000.0])), rounding_unit(np.array([0.25, 3.0]))
    (100.0, 0.01)
    """
    given = np.abs(values[~np.isnan(values)])
    given = given[given > 0]
    if np.isinf(given).any():
        raise ValueError("A figure is infinite")
    if not len(given):
        return 1.0
    for power in range(9, -7, -1):
        scaled = given / 10.0**power
        if (np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(scaled, 1)).all() and scaled.min() >= 0.5:
            return float(10.0**power)
    return 1e-6


def hidden_sums(levels: pd.DataFrame, parents: Mapping[str, str]) -> dict[str, list[str]]:
    """Return code -> the codes that it sums, of codes that are a total or a parent and are not declared so.

    levels: one row a region, one column a code. parents: what is declared. A code counts as the sum of
    all others, or of those that begin with it, where it is nowhere below their sum and equals it in a
    region in which at least three of them (two, of those that begin with it) are above 0. A code that is
    itself a word for 'total' counts as one whatever its figures. Both with the tolerance of `reconcile`.

    Raises ValueError where a figure is infinite.

    Source: our own rule, for tables that come without their classification.

    >>> hidden_sums(pd.DataFrame({"A": [1.0], "B": [2.0], "C": [4.0], "X": [7.0]}), {})
    {'X': ['A', 'B', 'C']}
    """
    unit = rounding_unit(levels.to_numpy("float64"))
    roots = [code for code in levels.columns if code not in parents]
    declared = set(parents.values())
    figures = levels[roots].fillna(0.0).to_numpy("float64")
    whole = figures.sum(axis=1)
    above = (figures > 0).sum(axis=1)
    found = {}
    for place, code in enumerate(roots):
        if code in declared:
            continue
        others = [one for one in roots if one != code]
        if str(code).casefold() in WORDS_FOR_TOTAL:
            found[code] = others
            continue
        own, present = figures[:, place], levels[code].notna().to_numpy()
        rest = whole - own
        if _is_sum(own, rest, above - (own > 0), present, unit * (len(roots)) / 2, FEWEST_PARTS_OF_A_TOTAL):
            found[code] = others
            continue
        below = [one for one in others if str(one).startswith(str(code))]
        if len(below) >= 2:
            part = levels[below].fillna(0.0).to_numpy("float64")
            tolerance = unit * (len(below) + 1) / 2
            if _is_sum(own, part.sum(axis=1), (part > 0).sum(axis=1), present, tolerance, 2):
                found[code] = below
    return found


def _is_sum(
    own: np.ndarray, rest: np.ndarray, parts: np.ndarray, present: np.ndarray, tolerance: float, fewest: int
) -> bool:
    never_below = bool((own[present] >= rest[present] - tolerance).all())
    equal = (np.abs(own - rest) <= tolerance) & present & (parts >= fewest) & (own > 0)
    return never_below and bool(equal.any())


def reconcile(
    levels: pd.DataFrame, parents: Mapping[str, str], totals: Collection[str], kept: Collection[str]
) -> Reconciled:
    """Return the regions' totals from a table in which codes contain each other, counting nobody twice.

    levels: one row a region, one column a code, one unit, NaN where a figure is missing or suppressed.
    parents: code -> the code that contains it. totals: codes of all industries together (at most one with
    a figure for a region is used, the first). kept: the codes that are told apart, none within another.

    From the finest codes up, a parent counts with its own figure. Where that is missing, or its children
    sum to more than it by more than rounding (half a unit of `rounding_unit` for each figure), the sum of
    its children counts, and the latter is noted in `excess`. Where a parent has more than its children,
    the remainder counts in the region's total and is handed to no child. A missing figure without a
    parent's counts as nothing.

    Raises ValueError where a code is its own ancestor or a figure is infinite.

    Source: our own rule; it recovers no cell that a statistical office has suppressed (compare Hundepool
    et al. 2012, Statistical Disclosure Control, section 4.1).

    >>> table = pd.DataFrame({"15": [10.0], "151": [6.0], "152": [float("nan")], "20": [5.0]})
    >>> done = reconcile(table, {"151": "15", "152": "15"}, [], ["151", "152", "20"])
    >>> float(done.totals[0]), float(done.untold[0])
    (15.0, 4.0)
    """
    unit = rounding_unit(levels.to_numpy("float64"))
    children: dict[str, list[str]] = {}
    for child, parent in parents.items():
        if child in levels and child not in totals:
            children.setdefault(parent, []).append(child)
    counted: dict[str, pd.Series] = {}
    excess: list[pd.DataFrame] = []

    def summed(codes: Iterable[str]) -> pd.Series:
        return sum((count(code) for code in codes), pd.Series(0.0, index=levels.index))

    def own_or_sum(code: str, parts: pd.Series, number: int) -> pd.Series:
        own = levels[code] if code in levels else pd.Series(np.nan, index=levels.index)
        over = own.notna() & (parts - own > unit * (number + 1) / 2)
        if over.any():
            told = {
                "region": levels.index[over],
                "code": code,
                "printed": own[over],
                "recomputed": parts[over],
            }
            excess.append(pd.DataFrame(told))
        return own.where(own.notna() & ~over, parts)

    def count(code: str) -> pd.Series:
        if code not in counted:
            below = sorted(children.get(code, []))
            if below:
                counted[code] = own_or_sum(code, summed(below), len(below))
            else:
                counted[code] = levels[code].fillna(0.0)
        return counted[code]

    refuse_circles(parents)
    present = set(levels.columns) | set(children)
    roots = sorted(code for code in present if parents.get(code) not in present and code not in totals)
    total = summed(roots)
    for code in reversed([one for one in totals if one in levels]):
        total = own_or_sum(code, total, len(roots))
    cells = levels.reindex(columns=list(kept))
    told = cells.fillna(0.0).sum(axis=1)
    rounding = unit * (len(levels.columns) + 1) / 2
    beyond = (total - told > rounding) | cells.isna().any(axis=1)
    untold = (total - told).where(beyond & (total > told), 0.0)
    columns = ["region", "code", "printed", "recomputed"]
    return Reconciled(
        total,
        cells,
        untold,
        pd.concat(excess, ignore_index=True) if excess else pd.DataFrame(columns=columns),
    )
