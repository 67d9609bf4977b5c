"""A sample survey as the methods see it: its design, its rows by unit and domain, linearised values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from tasks.methods._columns import codes, complete_codes, joint_codes, numbers, require_columns

DegreesOfFreedom = Literal["strata", "respondents"]
LonelyPsu = Literal["center", "certainty", "refuse"]
FEW, ONE_UNIT, REFUSED = "fewer than two respondents", "within one cluster", "single cluster in a stratum"
ALIKE, NOT_BY_CHANCE = "all alike", "purposive sample"
"""Why there is no interval; only where all are alike there is an error, of 0."""
BLOCK = 4_000_000
"""How many answers are held as a matrix at once: respondents times indicators."""


@dataclass(frozen=True)
class Design:
    """The survey design row by row: weight, stratum and primary sampling unit (psu) as codes.

    A psu's code is its own in the whole frame, not only within its stratum; None: each row is one.
    drawn: share of the units of the row's stratum that were drawn; None: a draw with replacement.
    lonely: what a stratum with a single unit adds to a variance.
    """

    weight: np.ndarray
    stratum: np.ndarray
    psu: np.ndarray | None
    drawn: np.ndarray | None = None
    lonely: LonelyPsu = "center"

    @classmethod
    def read(
        cls,
        frame: pd.DataFrame,
        weight: str | None,
        stratum: str | None,
        psu: str | None,
        drawn_share: str | None,
        lonely: LonelyPsu,
        *,
        counted: np.ndarray,
    ) -> Design:
        """Read the design of the frame's rows; only the weights of rows that are counted matter."""
        strata = complete_codes(frame, stratum) if stratum else np.zeros(len(frame), dtype=np.int64)
        return cls(
            _weights(frame, weight, counted),
            strata,
            joint_codes([strata, complete_codes(frame, psu)]) if psu else None,
            _drawn_shares(frame, drawn_share, strata) if drawn_share else None,
            lonely,
        )

    def taken(self, rows: np.ndarray) -> Design:
        """Return the design of some of the rows, in their order."""
        psu = None if self.psu is None else self.psu[rows]
        drawn = None if self.drawn is None else self.drawn[rows]
        return Design(self.weight[rows], self.stratum[rows], psu, drawn, self.lonely)

    def sort(self, *keys: np.ndarray) -> tuple[np.ndarray, Design]:
        """Return an order of the rows, by stratum, psu and then the keys, and the design in it."""
        first = (self.stratum,) if self.psu is None else (self.psu, self.stratum)
        order = np.lexsort((*reversed(keys), *first))
        return order, self.taken(order)

    @property
    def unit(self) -> np.ndarray:
        """Return the unit of each row."""
        return np.arange(len(self.weight)) if self.psu is None else self.psu

    def stratum_of_units(self) -> np.ndarray:
        """Return the stratum of each unit, in the order of the units' codes."""
        if self.psu is None:
            return self.stratum
        found = np.zeros(int(self.psu.max(initial=-1)) + 1, dtype=np.int64)
        found[self.psu] = self.stratum
        return found

    def units_of_strata(self) -> np.ndarray:
        """Return how many units each stratum has."""
        return np.bincount(self.stratum_of_units(), minlength=1)

    def factors(self) -> np.ndarray:
        """Return by what the squares of a stratum are multiplied: n / (n - 1), less the share drawn.

        A single unit has 1 (its square about the overall mean), 0 where it stands for itself alone, and NaN
        where its rule is to refuse an error.
        """
        units = self.units_of_strata()
        single = {"center": 1.0, "certainty": 0.0, "refuse": np.nan}[self.lonely]
        factor = np.where(units == 1, single, units / np.maximum(units - 1, 1))
        if self.drawn is None:
            return factor
        left = np.ones(len(units))
        left[self.stratum] = 1 - self.drawn
        # A stratum that was taken whole adds nothing, even where it is a single unit.
        return np.where(left > 0, factor * left, 0.0)


@dataclass(frozen=True)
class Sample:
    """The answers of a sample in the order in which they are summed.

    y: a column a value, NaN where missing. order: the place in the frame of each row. splits: of each, the
    domains and each row's place among them (-1 for none).
    """

    y: np.ndarray
    design: Design
    order: np.ndarray
    splits: list[tuple[pd.DataFrame, np.ndarray]]

    @classmethod
    def read(
        cls,
        frame: pd.DataFrame,
        values: Sequence[str],
        splits: Sequence[Sequence[str]],
        weight: str | None,
        stratum: str | None,
        psu: str | None,
        drawn_share: str | None,
        lonely_psu: LonelyPsu,
        order: str | None,
        *,
        needed: bool = True,
    ) -> Sample:
        """Read the columns; strata and psus only where they are `needed` for errors."""
        used = [name for split in splits for name in split]
        require_columns(frame, [*values, weight, stratum, psu, drawn_share, order, *used])
        y = np.column_stack([numbers(frame, name) for name in values])
        coded = [_domains(frame, split) for split in splits]
        divided = np.any([domain >= 0 for _, domain in coded], axis=0)
        counted = divided & ~np.isnan(y).all(axis=1)
        errors = (stratum, psu, drawn_share) if needed else (None, None, None)
        design = Design.read(frame, weight, *errors, lonely_psu, counted=counted)
        keys = (complete_codes(frame, order),) if order else (design.weight, *y.T)
        places, design = design.sort(*keys)
        return cls(y[places], design, places, [(labels, domain[places]) for labels, domain in coded])

    def blocks(self) -> Iterator[slice]:
        """Yield which columns of y are taken together: as many as fit."""
        wide = max(1, BLOCK // max(1, len(self.y)))
        for first in range(0, self.y.shape[1], wide):
            yield slice(first, first + wide)


def _drawn_shares(frame: pd.DataFrame, name: str, strata: np.ndarray) -> np.ndarray:
    shares = numbers(frame, name)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError(f"The column '{name}' needs the share drawn of each row's stratum, 0 to 1")
    of_stratum = np.zeros(int(strata.max(initial=0)) + 1)
    of_stratum[strata] = shares
    if (of_stratum[strata] != shares).any():
        raise ValueError(f"The column '{name}' says two shares for one stratum")
    return shares


class Cells:
    """Rows summed by unit and domain: what the variance of a domain's total is made of.

    Only the units that have a row of a domain are kept; the others of its stratum count as zero.
    """

    def __init__(self, whole: Design, design: Design, domain: np.ndarray, size: int):
        units = whole.units_of_strata()
        pair, first, cell = np.unique(
            design.unit * size + domain if design.psu is not None else np.arange(len(domain)),
            return_index=True,
            return_inverse=True,
        )
        self._rows = summed(cell, len(pair))
        self._first = first
        domain, stratum = domain[first], design.stratum[first]
        groups, self._group = np.unique(domain * len(units) + stratum, return_inverse=True)
        self._by_group = summed(self._group, len(groups))
        self._domain, self._stratum = groups // len(units), groups % len(units)
        self._by_domain = summed(self._domain, size)
        self._units = units[self._stratum][:, None]
        self._factor = whole.factors()[self._stratum][:, None]

    def variance(self, pull: np.ndarray) -> np.ndarray:
        """Return the variance of the total of linearised values: a row a domain, a column a column of pull.

        They sum up to zero in each domain, so that a stratum with a single unit is centred at zero.
        """
        totals = self._rows @ pull
        present = self._by_group @ np.ones((len(totals), 1))
        centre = np.where(self._units == 1, 0.0, (self._by_group @ totals) / self._units)
        squares = self._by_group @ (totals - centre[self._group]) ** 2
        squares += (self._units - present) * centre**2
        return self._by_domain @ (self._factor * squares)

    def reached(self, seen: np.ndarray) -> np.ndarray:
        """Return for each domain and stratum how many units have a row of it that has a value."""
        return self._by_group @ ((self._rows @ seen.astype(float)) > 0).astype(float)

    def degrees_of_freedom(self, units: np.ndarray, counted: DegreesOfFreedom) -> np.ndarray:
        """Return the units reached minus strata for each domain, over the strata that are reached."""
        if counted == "strata":
            return self._by_domain @ ((units > 0) * (self._units - 1.0))
        return self._by_domain @ (units - (units > 0))

    def is_measurable(self, units: np.ndarray) -> np.ndarray:
        """Return for each domain whether its variance can be told from the units reached.

        Linearised values sum up to zero in a domain: where all of them lie in one unit, the total of that
        unit is zero whatever the answers. So a stratum with two units of the domain is needed; strata that
        add nothing by themselves (taken whole, or single units taken for certain) ask for none.
        """
        units = units * (self._factor != 0)
        return (self._by_domain @ np.maximum(units - 1, 0) >= 1) | (self._by_domain @ units == 0)


def without_error(
    respondents: np.ndarray, freedom: np.ndarray, measurable: np.ndarray, variance: np.ndarray
) -> np.ndarray:
    """Return why there is no error, '' where there is one."""
    return np.select(
        [respondents < 2, ~measurable | ~(freedom >= 1), np.isnan(variance)], [FEW, ONE_UNIT, REFUSED], ""
    )


def told_reasons(why: np.ndarray) -> Any:
    """Return reasons as a column of text, missing where there is none."""
    return pd.array([one or None for one in why], dtype="string")


def summed(group: np.ndarray, size: int) -> Any:
    """Return the (sparse) matrix that sums rows by group, in the order of the rows."""
    from scipy import sparse

    rows = len(group)
    return sparse.csr_array((np.ones(rows), (group, np.arange(rows))), shape=(size, rows))


def linearised(
    y: np.ndarray, weight: np.ndarray, domain: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return w (y - mean) / sum(w) of each row (0 without a value), and for each domain mean, spread, rows.

    spread: the element variance. rows: those with a value. All have a column for each column of answers. No
    row is outside every domain.
    """
    by_domain = summed(domain, size)
    seen = ~np.isnan(y)
    weights = seen * weight[:, None]
    count = (by_domain @ seen.astype(float)).round().astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = by_domain @ weights
        # Summed about a rough centre, so that large figures lose no digits.
        filled = np.where(seen, y, 0.0)
        centre = (by_domain @ filled) / count
        away = np.where(seen, filled - centre[domain], 0.0)
        shift = (by_domain @ (weights * away)) / total
        away = np.where(seen, away - shift[domain], 0.0)
        weighted = weights * away
        spread = (by_domain @ (weighted * away)) / total * count / (count - 1)
        pull = np.where(seen, weighted / total[domain], 0.0)
    return pull, centre + shift, spread, count


def _domains(frame: pd.DataFrame, domains: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the domains, one a row, and each row's place among them (-1 for none)."""
    if not domains:
        return pd.DataFrame(index=range(1)), np.zeros(len(frame), dtype=np.int64)
    code = joint_codes([codes(frame[name]) for name in domains])
    # Combinations that only rows outside make must not leave gaps in the numbering.
    kept, first = np.unique(code, return_index=True)
    first = first[kept >= 0]
    code = np.where(code < 0, -1, np.searchsorted(kept[kept >= 0], code))
    return frame[list(domains)].iloc[first].reset_index(drop=True), code


def _weights(frame: pd.DataFrame, weight: str | None, counted: np.ndarray) -> np.ndarray:
    if weight is None:
        return np.ones(len(frame))
    weights = numbers(frame, weight)
    if not (weights[counted] > 0).all():
        raise ValueError(f"The column '{weight}' needs a weight above 0 for each row with a value")
    # Rows without a value weigh nothing in any mean, whatever stands there.
    return np.where(counted, weights, 1.0)
