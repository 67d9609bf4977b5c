"""Spreading a sample over the strata: in proportion, equally, or by how much each stratum varies (Neyman)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from tasks.methods._columns import require_columns


def proportional_sizes(frame: pd.DataFrame, n: int, stratum: str) -> dict[str, int]:
    """Spread a sample size over the strata in proportion to their units in the frame.

    Returns stratum -> size, sorted by stratum; the sizes sum to n and none exceeds its stratum.
    Method of the largest remainder: each stratum gets the whole part of n * N_h / N, and what is
    left goes to the largest remainders (equal ones: by the stratum's name). A small stratum may
    get 0.

    Raises ValueError where the column is absent or has gaps, or n is not between 1 and the
    number of units.

    Sources: Cochran (1977), section 5.5 (proportional allocation); Hamilton's method of the
    largest remainder, Balinski and Young (2001), Fair Representation, p. 17.

    >>> proportional_sizes(pd.DataFrame({"stratum": list("aaaaabbbcc")}), 4, "stratum")
    {'a': 2, 'b': 1, 'c': 1}
    """
    units = _units(frame, n, stratum)
    return _spread(units, n, {name: Fraction(count) for name, count in units.items()})


def equal_sizes(frame: pd.DataFrame, n: int, stratum: str) -> dict[str, int]:
    """Spread a sample size over the strata in equal parts.

    Returns stratum -> size, sorted by stratum; the sizes sum to n. A stratum with fewer units than
    its part gives all of them, and the others share what is left; one unit more goes to the first
    strata by name where the parts are not whole.

    Raises ValueError where the column is absent or has gaps, or n is not between 1 and the
    number of units.

    Source: Cochran (1977), section 5.13 (equal sizes serve comparisons between strata).

    >>> equal_sizes(pd.DataFrame({"stratum": list("aaaaaaabbbbcc")}), 9, "stratum")
    {'a': 4, 'b': 3, 'c': 2}
    """
    units = _units(frame, n, stratum)
    return _spread(units, n, dict.fromkeys(units, Fraction(1)))


def neyman_sizes(
    frame: pd.DataFrame, n: int, stratum: str, deviations: Mapping[str, float]
) -> dict[str, int]:
    """Spread a sample size over the strata so that the error of the whole is smallest (Neyman).

    deviations: stratum -> standard deviation of what is to be measured, above 0, in any unit that is
    the same for all. Returns stratum -> size, sorted by stratum, in proportion to N_h * S_h; the
    sizes sum to n. A stratum that would get more units than it has gives all of them, and the rest
    is spread over the others in the same way. Rounded as in `proportional_sizes`.

    Raises ValueError where the column is absent or has gaps, n is not between 1 and the number of
    units, or a stratum has no deviation above 0, or a deviation has no stratum.

    Sources: Neyman (1934); Cochran (1977), section 5.5, equation 5.26 (the sizes), section 5.8
    (strata that have to be taken whole).

    >>> frame = pd.DataFrame({"stratum": ["a"] * 16 + ["b"] * 48})
    >>> neyman_sizes(frame, 24, "stratum", {"a": 232.0, "b": 74.7})
    {'a': 12, 'b': 12}
    """
    units = _units(frame, n, stratum)
    for name in sorted(set(deviations) - set(units)):
        raise ValueError(f"A standard deviation is given for '{name}', and the frame has no such stratum")
    for name in sorted(set(units) - set(deviations)):
        raise ValueError(f"The stratum '{name}' has no standard deviation")
    for name, deviation in deviations.items():
        if not 0 < deviation < float("inf"):
            raise ValueError(f"The standard deviation of the stratum '{name}' must be a number above 0")
    return _spread(units, n, {name: units[name] * Fraction(deviations[name]) for name in units})


def _units(frame: pd.DataFrame, n: int, stratum: str) -> dict[str, int]:
    """Return stratum -> units, sorted by stratum."""
    require_columns(frame, [stratum])
    if frame[stratum].isna().any():
        raise ValueError(f"The column '{stratum}' has rows without an entry")
    if isinstance(n, bool) or n != int(n) or not 1 <= n <= len(frame):
        raise ValueError(f"The sample size must lie between 1 and the {len(frame)} units")
    counts = frame[stratum].astype("string").value_counts()
    return {str(name): int(counts[name]) for name in sorted(counts.index)}


def _spread(units: Mapping[str, int], n: int, parts: Mapping[str, Fraction]) -> dict[str, int]:
    """Spread n in proportion to the parts, none beyond its units, by the largest remainder.

    Fractions throughout: remainders that are equal must be found equal.
    """
    full: dict[str, int] = {}
    left = int(n)
    while True:
        total = sum((part for name, part in parts.items() if name not in full), Fraction(0))
        exact = {name: left * part / total for name, part in parts.items() if name not in full}
        beyond = {name: units[name] for name in exact if exact[name] > units[name]}
        if not beyond:
            break
        full |= beyond
        left -= sum(beyond.values())
    sizes = {**full, **{name: int(part) for name, part in exact.items()}}
    first = sorted(exact, key=lambda name: (sizes[name] - exact[name], name))
    for name in first[: n - sum(sizes.values())]:
        sizes[name] += 1
    return {name: sizes[name] for name in units}
