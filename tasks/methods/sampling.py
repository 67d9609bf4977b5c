"""Drawing respondents: random samples of several designs, their replacements, and quotas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns

SMALLEST_SHARE = 1e-12
"""How small a size may be beside the largest of a draw by size: below it chances are lost in rounding."""


def draw_stratified(
    frame: pd.DataFrame, sizes: Mapping[str, int], seed: int, *, unit: str, stratum: str
) -> pd.DataFrame:
    """Draw a simple random sample without replacement within each stratum.

    Returns one row for each drawn unit, sorted by stratum and unit: the unit and stratum columns
    as they are in the frame, inclusion_probability (drawn / in the frame), weight (its inverse:
    units of the frame that a drawn one stands for) and drawn_order (1, 2, ... within the stratum,
    by unit). The weights of a stratum sum to its units in the frame.

    The frame is sorted by unit before the draw, so the order of its rows does not matter: the
    same units, strata, sizes and seed give the same sample. Each stratum of the frame has to have a
    size: people of a stratum that is left out would have no chance.

    Raises ValueError where a column is absent, has gaps, a unit stands twice, a stratum has no
    size, a size is no whole number from 1 on, a size names a stratum that is not in the frame or
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
    wanted = {name: int(size) for name, size in sizes.items()}
    chosen = np.isin(np.arange(len(frame)), _chosen_places(strata, wanted, seed))
    size = np.array([wanted[name] for name in strata], dtype=float)
    units = np.array([available[name] for name in strata], dtype=float)
    return _drawn(frame[chosen], stratum, (size / units)[chosen], (units / size)[chosen])


def _drawn(rows: pd.DataFrame, stratum: str, chance: np.ndarray, weight: np.ndarray) -> pd.DataFrame:
    """Return the rows by stratum, and within it as they stand, with chance, weight and order."""
    strata = rows[stratum].astype("string")
    drawn = rows.assign(
        inclusion_probability=chance,
        weight=weight,
        drawn_order=(strata.groupby(strata).cumcount() + 1).to_numpy(),
    )
    return drawn.iloc[strata.argsort(kind="stable")].reset_index(drop=True)


def _chosen_places(strata: pd.Series, wanted: dict[str, int], seed: int) -> np.ndarray:
    """Return which rows svy draws, as places in the series."""
    import polars as pl
    import svy

    listed = pl.DataFrame({"place": np.arange(len(strata)), "stratum": strata.tolist()})
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


def draw_systematic(
    frame: pd.DataFrame, sizes: Mapping[str, int], seed: int, *, unit: str, stratum: str, order: str
) -> pd.DataFrame:
    """Draw every k-th unit of each stratum's list from a random start.

    The list is walked in the order of the order column, units without one last, then by unit. The
    interval k = N_h / n_h need not be whole: each unit has the chance n_h / N_h, and the size is
    kept exactly. Returns what `draw_stratified` does, in the order of the list within a stratum.

    Raises ValueError as `draw_stratified` does, and where the order column is absent or holds no numbers.

    Source: Cochran (1977), section 8.1, with a fractional interval (Murthy 1967, ch. 5; Särndal,
    Swensson and Wretman 1992, section 3.4.2). The draw is svy's.

    >>> frame = pd.DataFrame({"unit": list("abcdef"), "stratum": "s", "order": range(6)})
    >>> drawn = draw_systematic(frame, {"s": 3}, 7, unit="unit", stratum="stratum", order="order")
    >>> "".join(drawn["unit"]) in ("ace", "bdf"), drawn["weight"].tolist()
    (True, [2.0, 2.0, 2.0])
    """
    _check_frame(frame, unit, stratum)
    require_columns(frame, [order])
    listed = frame[[unit, stratum]].assign(_order=numbers(frame, order))
    listed = listed.sort_values(["_order", unit], na_position="last").drop(columns="_order")
    strata = listed[stratum].astype("string")
    _check_sizes(sizes, {str(name): int(count) for name, count in strata.value_counts().items()})
    return _by_size(listed, np.ones(len(listed)), sizes, stratum, np.random.default_rng([seed, 3]))


def pps_probabilities(sizes: Sequence[float], n: int) -> list[float]:
    """Return each unit's chance to be among n units drawn with probability proportional to size.

    A unit whose share of the whole times n reaches 1 is a certainty unit: it has the chance 1, and
    the others share the rest of the sample in the same way, until none reaches 1. The chances sum to n.

    Raises ValueError where a size is no number above 0, a size is so small beside the others that the
    chance cannot be told from 0, or n is not between 1 and the number of units.

    Source: Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 3.6.2.

    By hand: with n = 2 the largest of 10, 20, 100 is certain (2 * 100 / 130 > 1); one unit is left
    for the others, with 10 / 30 and 20 / 30.

    >>> [round(chance, 4) for chance in pps_probabilities([10, 20, 100], 2)]
    [0.3333, 0.6667, 1.0]
    """
    size = np.asarray(sizes, dtype=float)
    if not (np.isfinite(size) & (size > 0)).all():
        raise ValueError("Every unit needs a size above 0")
    if not _is_size(n) or not 1 <= n <= len(size):
        raise ValueError(f"The sample size must lie between 1 and the {len(size)} units")
    size = size / size.max()  # so that the sum of large sizes stays a number
    if size.min() < SMALLEST_SHARE:
        raise ValueError(
            f"A size is less than {SMALLEST_SHARE:g} of the largest: it has no chance to be drawn"
        )
    certain = np.zeros(len(size), dtype=bool)
    while not certain.all():
        chance = np.where(certain, 1.0, (n - certain.sum()) * size / size[~certain].sum())
        reached = chance >= 1 - 1e-12
        if (reached == certain).all():
            return chance.tolist()
        certain = reached
    return [1.0] * len(size)


def draw_pps(
    frame: pd.DataFrame, sizes: Mapping[str, int], seed: int, *, unit: str, stratum: str, size: str
) -> pd.DataFrame:
    """Draw within each stratum with probability proportional to size, without replacement.

    Certainty units are taken first (`pps_probabilities`); the others are drawn systematically by
    their sizes from a list in random order, which gives each unit exactly its chance. Returns
    what `draw_stratified` does, by unit within a stratum; weights are one over each unit's chance.

    Raises ValueError as `draw_stratified` does, and where a unit has no size above 0.

    Source: Hartley and Rao (1962), Annals of Mathematical Statistics 33, p. 350 (systematic draw by
    size from a list in random order). The draw is svy's. Its Brewer method is not taken: over
    20,000 draws its units were not drawn as often as it says.

    >>> frame = pd.DataFrame({"unit": list("abc"), "stratum": "s", "workers": [10, 20, 100]})
    >>> drawn = draw_pps(frame, {"s": 2}, 7, unit="unit", stratum="stratum", size="workers")
    >>> drawn["unit"].iloc[-1], drawn["weight"].tolist()[-1]
    ('c', 1.0)
    """
    _check_frame(frame, unit, stratum)
    require_columns(frame, [size])
    listed = frame[[unit, stratum]].assign(_size=_sizes_of_units(frame, size)).sort_values(unit)
    strata = listed[stratum].astype("string")
    _check_sizes(sizes, {str(name): int(count) for name, count in strata.value_counts().items()})
    chance = np.random.default_rng([seed, 4])
    listed = listed.iloc[chance.permutation(len(listed))]
    drawn = _by_size(listed.drop(columns="_size"), listed["_size"].to_numpy(float), sizes, stratum, chance)
    kept = drawn.sort_values(unit)
    return _drawn(
        kept[[unit, stratum]], stratum, kept["inclusion_probability"].to_numpy(), kept["weight"].to_numpy()
    )


def _sizes_of_units(frame: pd.DataFrame, size: str) -> np.ndarray:
    values = numbers(frame, size)
    if not (values > 0).all():
        raise ValueError(f"Every unit needs a number above 0 in the column '{size}'")
    return values


def _by_size(
    listed: pd.DataFrame,
    size: np.ndarray,
    sizes: Mapping[str, int],
    stratum: str,
    chance: np.random.Generator,
) -> pd.DataFrame:
    """Draw systematically by size within each stratum, in the order of the rows; certainty units first."""
    import polars as pl
    import svy

    strata = listed[stratum].astype("string").to_numpy(str)
    probability = np.ones(len(listed))
    for name, wanted in sizes.items():
        inside = strata == name
        probability[inside] = pps_probabilities(size[inside].tolist(), wanted)
    certain = probability >= 1
    chosen = certain.copy()
    left = {name: int(sizes[name]) - int((certain & (strata == name)).sum()) for name in sorted(sizes)}
    left = {name: number for name, number in left.items() if number}
    places = np.flatnonzero(~certain)
    if len(places):
        rest = pl.DataFrame({"place": places, "stratum": strata[places].tolist(), "size": size[places]})
        sampling: Any = svy.Sample(rest, svy.Design(stratum="stratum", mos="size")).sampling
        chosen[sampling.pps_sys(left, rstate=chance).data["place"].to_numpy()] = True
    return _drawn(listed[chosen], stratum, probability[chosen], 1 / probability[chosen])


def draw_two_stage(
    frame: pd.DataFrame,
    clusters: Mapping[str, int],
    per_cluster: int,
    seed: int,
    *,
    unit: str,
    stratum: str,
    cluster: str,
    by_size: bool = True,
) -> pd.DataFrame:
    """Draw clusters (PSUs) within each stratum, then units within each drawn cluster.

    clusters: stratum -> clusters to draw. They are drawn with probability proportional to their
    units in the stratum (by_size; certainty clusters first), else by simple random sampling. Within
    each, `per_cluster` units are drawn at random, or all where it has fewer. A cluster that lies in
    two strata is two clusters. Returns one row for each drawn unit, sorted by stratum, cluster and
    unit: unit, stratum and cluster, cluster_probability, inclusion_probability (the product of both
    stages' chances), weight (its inverse) and drawn_order (1, 2, ... within the stratum).

    Raises ValueError where a column is absent, has gaps, a unit stands twice, a stratum has no
    number of clusters or fewer clusters than are wanted, or a number is no whole number from 1 on.

    Source: Cochran (1977), section 11.9 (PPS first, equal numbers within); Lohr (2010), Sampling,
    section 6.4. Both draws are svy's.

    Example: 2 clusters of 3 units and 1 unit of each; every unit has the chance 1 x 1/3.

    >>> frame = pd.DataFrame({"unit": list("abcdef"), "stratum": "s", "place": list("xxxyyy")})
    >>> keys = {"unit": "unit", "stratum": "stratum", "cluster": "place"}
    >>> draw_two_stage(frame, {"s": 2}, 1, 7, **keys)["weight"].round(6).tolist()
    [3.0, 3.0]
    """
    _check_frame(frame, unit, stratum)
    _check_entries(frame, cluster)
    if not _is_size(per_cluster) or per_cluster < 1:
        raise ValueError("The number of units in each cluster must be a whole number from 1 on")
    listed = frame[[unit, stratum, cluster]].sort_values(unit)
    psus = listed.groupby([stratum, cluster], as_index=False).agg(units=(unit, "size"))
    psus["psu"] = range(len(psus))
    strata = psus[stratum].astype("string")
    available = {str(name): int(count) for name, count in strata.value_counts().items()}
    _check_sizes(clusters, available, "clusters")
    if by_size:
        first = draw_pps(psus, clusters, seed, unit="psu", stratum=stratum, size="units")
    else:
        first = draw_stratified(psus, clusters, seed, unit="psu", stratum=stratum)
    first = first.rename(columns={"inclusion_probability": "cluster_probability"})
    inside = listed.merge(psus, on=[stratum, cluster], validate="many_to_one")
    inside = inside.merge(first[["psu", "cluster_probability"]], on="psu", validate="many_to_one")
    names = inside["psu"].astype("string")
    wanted = {str(name): min(int(per_cluster), int(count)) for name, count in names.value_counts().items()}
    within = int(np.random.default_rng([seed, 5]).integers(2**62))
    second = draw_stratified(inside.assign(psu=names), wanted, within, unit=unit, stratum="psu")
    rows = inside.merge(second[[unit, "inclusion_probability"]], on=unit, validate="one_to_one")
    rows = rows.sort_values([stratum, cluster, unit])
    chance = (rows["cluster_probability"] * rows["inclusion_probability"]).to_numpy()
    kept = rows[[unit, stratum, cluster, "cluster_probability"]]
    return _drawn(kept, stratum, chance, 1 / chance)


def list_replacements(
    frame: pd.DataFrame,
    drawn: Iterable[Any],
    most: int,
    seed: int,
    *,
    unit: str,
    cell: str,
    size: str | None = None,
) -> pd.DataFrame:
    """List who replaces units that cannot be interviewed, in the order in which they are to be asked.

    Of the units of a cell (a stratum, or a cluster of it) that are not among `drawn` up to `most` are
    listed in random order; with `size` the order is that of successive draws with probability
    proportional to size. Returns unit, cell and drawn_order (1, 2, ... within the cell), by cell
    and order. A cell with a missing entry lists nobody. The order of the frame's rows does not matter.

    Raises ValueError where a column is absent, a unit stands twice, a size is not above 0, or `most`
    is no whole number from 0 on.

    Sources: Efraimidis and Spirakis (2006), Information Processing Letters 97, p. 181 (exponential
    keys give successive draws); Vehovar (1999), Journal of Official Statistics 15, p. 335 (field
    substitution, and its limits).

    >>> frame = pd.DataFrame({"unit": list("abcd"), "stratum": ["n", "n", "n", "s"]})
    >>> listed = list_replacements(frame, ["a"], 5, 7, unit="unit", cell="stratum")
    >>> sorted(listed["unit"]), listed["drawn_order"].tolist()
    (['b', 'c', 'd'], [1, 2, 1])
    """
    require_columns(frame, [unit, cell, size])
    if frame[unit].isna().any() or frame[unit].duplicated().any():
        raise ValueError(f"The column '{unit}' needs an entry in each row, none of them twice")
    if not _is_size(most):
        raise ValueError("The number of replacements must be a whole number from 0 on")
    listed = frame.sort_values(unit)
    weights = _sizes_of_units(listed, size) if size else np.ones(len(listed))
    turn = np.random.default_rng([seed, 1]).exponential(size=len(listed)) / weights
    listed = listed[[unit, cell]].assign(_turn=turn)
    listed = listed[~listed[unit].isin(list(drawn)) & listed[cell].notna()]
    listed = listed.sort_values([cell, "_turn"])
    order = listed.groupby(cell).cumcount().to_numpy() + 1
    kept = listed.drop(columns="_turn").assign(drawn_order=order)
    return kept[order <= most].reset_index(drop=True)


def draw_households(households: Sequence[Any], n: int, seed: int) -> tuple[list[Any], float]:
    """Draw a simple random sub-sample of households, in the order in which they are to be visited.

    households: those of the drawn people in a stated order; one that stands twice has one chance.
    Returns the drawn households and the chance that each had, given the sample of people.

    Raises ValueError where n is no whole number between 1 and the number of different households, or
    a household is missing.

    Source: Särndal, Swensson and Wretman (1992), ch. 9 (two-phase sampling); Nadvi and Barrientos
    (2004), Annex II, phase three, point 7 (households of a sub-sample of individuals).

    >>> drawn, chance = draw_households(["h1", "h2", "h1", "h3"], 2, 7)
    >>> len(set(drawn)), round(chance, 4)
    (2, 0.6667)
    """
    listed = list(dict.fromkeys(households))
    if any(pd.isna(one) for one in listed):
        raise ValueError("A drawn person has no household in the frame")
    if not _is_size(n) or not 1 <= n <= len(listed):
        raise ValueError(f"The sub-sample must lie between 1 and the {len(listed)} households of the sample")
    order = np.random.default_rng([seed, 2]).permutation(len(listed))[: int(n)]
    return [listed[place] for place in order], int(n) / len(listed)


def _check_frame(frame: pd.DataFrame, unit: str, stratum: str) -> None:
    for name in (unit, stratum):
        _check_entries(frame, name)
    if frame[unit].duplicated().any():
        raise ValueError(f"A unit of the column '{unit}' stands in the frame more than once")


def _check_entries(frame: pd.DataFrame, name: str) -> None:
    require_columns(frame, [name])
    if frame[name].isna().any() or (frame[name].astype("string").str.strip() == "").any():
        raise ValueError(f"The column '{name}' has rows without an entry")


def _check_sizes(sizes: Mapping[str, int], available: Mapping[str, int], what: str = "units") -> None:
    for name in sorted(set(sizes) - set(available)):
        raise ValueError(f"The frame has no unit in the stratum '{name}'")
    for name in sorted(set(available) - set(sizes)):
        raise ValueError(f"The stratum '{name}' has no size")
    for name in sorted(sizes):
        if not _is_size(sizes[name]) or sizes[name] == 0:
            raise ValueError(f"The size of the stratum '{name}' must be a whole number from 1 on")
        if sizes[name] > available[name]:
            raise ValueError(f"The stratum '{name}' has {available[name]} {what}, fewer than {sizes[name]}")


def _is_size(number: Any) -> bool:
    if isinstance(number, str):
        return False
    return not isinstance(number, bool) and number >= 0 and number == int(number)
