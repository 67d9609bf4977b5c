"""Drawing respondents: stratified random samples, and quotas for purposive ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns


def draw_stratified(
    frame: pd.DataFrame, sizes: Mapping[str, int], seed: int, *, unit: str, stratum: str
) -> pd.DataFrame:
    """Draw a simple random sample without replacement within each stratum.

    Returns one row for each drawn unit, sorted by stratum and unit: the unit and stratum columns
    as they are in the frame, inclusion_probability (drawn / in the frame), weight (its inverse:
    units of the frame that a drawn one stands for) and drawn_order (1, 2, ... within the stratum,
    by unit). The weights of a stratum sum to its units in the frame.

    The frame is sorted by unit before the draw, so the order of its rows does not matter: the
    same units, strata, sizes and seed give the same sample. A size of 0 leaves a stratum out,
    which then has no chance; each stratum of the frame has to be named.

    Raises ValueError where a column is absent, has gaps, a unit stands twice, a stratum has no
    size, a size is no whole number from 0 on, a size names a stratum that is not in the frame or
    is larger than it.

    Source: Cochran (1977), Sampling Techniques, ch. 5. The draw is svy's.

    Example: 2 of 4 and 1 of 3 have the weights 2 and 3.

    >>> frame = pd.DataFrame({"unit": list("abcdefg"), "stratum": ["n"] * 4 + ["s"] * 3})
    >>> draw_stratified(frame, {"n": 2, "s": 1}, 7, unit="unit", stratum="stratum")["weight"].tolist()
    [2.0, 2.0, 3.0]
    """
    _check_frame(frame, unit, stratum)
    frame = frame[[unit, stratum]].sort_values(unit)
    strata = frame[stratum].astype("string")
    available = {str(name): int(count) for name, count in strata.value_counts().items()}
    _check_sizes(sizes, available)
    wanted = {name: int(size) for name, size in sizes.items() if size > 0}
    chosen = np.isin(np.arange(len(frame)), _chosen_places(strata, wanted, seed))
    drawn, strata = frame[chosen], strata[chosen]
    order = strata.argsort(kind="stable")
    drawn, strata = drawn.iloc[order], strata.iloc[order]
    size = np.array([wanted[name] for name in strata], dtype=float)
    units = np.array([available[name] for name in strata], dtype=float)
    return drawn.assign(
        inclusion_probability=size / units,
        weight=units / size,
        drawn_order=(strata.groupby(strata).cumcount() + 1).to_numpy(),
    ).reset_index(drop=True)


def _chosen_places(strata: pd.Series, wanted: dict[str, int], seed: int) -> np.ndarray:
    """Return which rows svy draws, as places in the series."""
    import polars as pl
    import svy

    places = np.flatnonzero(strata.isin(list(wanted)).to_numpy(bool))
    if not len(places):
        return places
    listed = pl.DataFrame({"place": places, "stratum": strata.iloc[places].tolist()})
    sampling: Any = svy.Sample(listed, svy.Design(stratum="stratum")).sampling
    return sampling.srs(wanted, rstate=seed).data["place"].to_numpy()


def fill_quotas(
    frame: pd.DataFrame, quotas: pd.DataFrame, *, unit: str, stratum: str, order: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fill the quotas of a purposive sample with the units of each stratum in the stated order.

    `quotas` has the stratum column and wanted. Returns two frames. The sample, one row for each
    unit taken, sorted by stratum and order: the unit and stratum columns, inclusion_probability
    and weight (both NaN: nobody knows the chances of a purposive sample) and drawn_order (1, 2,
    ... within the stratum). The gaps, one row for each quota, by stratum: the stratum, wanted,
    drawn and gap (wanted - drawn). Units are taken in the order of the order column, units
    without one last, then by unit. Strata without a quota give no units.

    Raises ValueError where a column is absent or has gaps, a unit or a quota stands twice, or a
    quota is no whole number from 0 on.

    Source: Nadvi and Barrientos (2004), Annex II, phase three (purposive sampling); Cochran
    (1977), section 5A.16 on quota sampling.

    >>> frame = pd.DataFrame({"unit": list("abc"), "stratum": "n", "order": [3, 1, 2]})
    >>> quotas = pd.DataFrame({"stratum": ["n", "s"], "wanted": [2, 1]})
    >>> sample, gaps = fill_quotas(frame, quotas, unit="unit", stratum="stratum", order="order")
    >>> sample["unit"].tolist(), gaps["gap"].tolist()
    (['b', 'c'], [0, 1])
    """
    _check_frame(frame, unit, stratum)
    require_columns(frame, [order])
    require_columns(quotas, [stratum, "wanted"])
    if quotas[stratum].isna().any() or quotas[stratum].duplicated().any():
        raise ValueError("Each quota needs a stratum, and each stratum at most one quota")
    wanted_numbers = numbers(quotas, "wanted")
    if not all(_is_size(number) for number in wanted_numbers):
        raise ValueError("The column 'wanted' must hold whole numbers from 0 on")
    names = quotas[stratum].astype("string").tolist()
    wanted = dict(sorted(zip(names, wanted_numbers.astype(int).tolist(), strict=True)))
    strata = frame[stratum].astype("string").to_numpy(str)
    ordered = pd.DataFrame(
        {"stratum": strata, "order": numbers(frame, order), "unit": frame[unit].to_numpy()}
    ).sort_values(["stratum", "order", "unit"], na_position="last")
    place = ordered.groupby("stratum").cumcount() + 1
    taken = place[place <= ordered["stratum"].map(wanted).fillna(0)]
    sample = frame[[unit, stratum]].iloc[taken.index]
    sample = sample.assign(inclusion_probability=np.nan, weight=np.nan, drawn_order=taken.to_numpy())
    counts = pd.Series(strata[taken.index]).value_counts()
    drawn = [int(counts.get(name, 0)) for name in wanted]
    gaps = pd.DataFrame({stratum: list(wanted), "wanted": list(wanted.values()), "drawn": drawn})
    return sample.reset_index(drop=True), gaps.assign(gap=gaps["wanted"] - gaps["drawn"])


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
    require_columns(frame, [stratum])
    if frame[stratum].isna().any():
        raise ValueError(f"The column '{stratum}' has rows without an entry")
    if not _is_size(n) or not 1 <= n <= len(frame):
        raise ValueError(f"The sample size must lie between 1 and the {len(frame)} units")
    n = int(n)
    counts = frame[stratum].astype("string").value_counts()
    units = {str(name): int(counts[name]) for name in sorted(counts.index)}
    # Whole numbers throughout: remainders that are equal must be found equal.
    sizes = {name: n * count // len(frame) for name, count in units.items()}
    remainders = {name: n * count % len(frame) for name, count in units.items()}
    first = sorted(units, key=lambda name: (-remainders[name], name))
    for name in first[: n - sum(sizes.values())]:
        sizes[name] += 1
    return sizes


def _check_frame(frame: pd.DataFrame, unit: str, stratum: str) -> None:
    require_columns(frame, [unit, stratum])
    for name in (unit, stratum):
        if frame[name].isna().any() or (frame[name].astype("string").str.strip() == "").any():
            raise ValueError(f"The column '{name}' has rows without an entry")
    if frame[unit].duplicated().any():
        raise ValueError(f"A unit of the column '{unit}' stands in the frame more than once")


def _check_sizes(sizes: Mapping[str, int], available: Mapping[str, int]) -> None:
    for name in sorted(set(sizes) - set(available)):
        raise ValueError(f"The frame has no unit in the stratum '{name}'")
    for name in sorted(set(available) - set(sizes)):
        raise ValueError(f"The stratum '{name}' has no size; give 0 to leave it out")
    for name in sorted(sizes):
        if not _is_size(sizes[name]):
            raise ValueError(f"The size of the stratum '{name}' must be a whole number from 0 on")
        if sizes[name] > available[name]:
            raise ValueError(f"The stratum '{name}' has {available[name]} units, fewer than {sizes[name]}")


def _is_size(number: float) -> bool:
    return not isinstance(number, bool) and number >= 0 and number == int(number)
