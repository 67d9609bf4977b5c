"""How concentrated industries are in regions: quotients and indices of employment, firms or value added."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


def location_quotient(
    value: ArrayLike, region_total: ArrayLike, industry_total: ArrayLike, total: ArrayLike
) -> Numbers:
    """Return (value / region_total) / (industry_total / total), a number without unit, for each cell.

    The arguments are in one unit and broadcast against each other: the cell of a region and an industry,
    all industries of the region, the industry in the whole country, and the whole country. Above 1, the
    industry has a larger share of the region than of the country; that is concentration, and not by
    itself a cluster. NaN where a figure is missing, the value is negative or a total is not above 0.

    The mean of an industry's quotients over all regions, weighted by the regions' totals, is 1.

    Raises ValueError where an argument is infinite.

    Source: Hoen and Oosterhaven (2006), Annals of Regional Science 40, 841-859, formula of section 1;
    Wieland (2019), REGION 6(3), R1-R57, `locq`.

    >>> round(float(location_quotient(1714, 79006, 879213, 15593224)), 7)
    0.3847623
    """
    value, region_total, industry_total, total = _finite(value, region_total, industry_total, total)
    usable = (value >= 0) & (region_total > 0) & (industry_total > 0) & (total > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = (value / region_total) / (industry_total / total)
    return np.where(usable, quotient, np.nan)


def cluster_index(
    employment: ArrayLike,
    firms: ArrayLike,
    *,
    industry_employment: ArrayLike,
    industry_firms: ArrayLike,
    region_area: ArrayLike,
    region_population: ArrayLike,
    area: ArrayLike,
    population: ArrayLike,
) -> dict[str, Numbers]:
    """Return the cluster index of Litzenberger and Sternberg and the three parts it is made of.

    The arguments broadcast against each other: persons employed and firms of a cell, of its industry in
    the whole country, area (any unit) and inhabitants of the region and of the country. The dictionary has

    - industrial_density, (share of the industry's employment) / (share of the area),
    - industrial_stock, (share of the industry's employment) / (share of the inhabitants),
    - plant_size, (employment a firm in the cell) / (employment a firm in the industry),
    - cluster_index = industrial_density * industrial_stock / plant_size.

    All are 1 where the cell is as the country is. The index is not standardized: it depends on how many
    regions and industries there are, and has no upper end. NaN where a figure is missing or what is
    divided by is 0: a cell without employment has plants of size 0, and no index.

    Raises ValueError where an argument is infinite or negative.

    Sources: Litzenberger and Sternberg (2006), Geographische Zeitschrift 94, 209-224; Wieland (2019),
    REGION 6(3), R1-R57, `litzenberger2`.

    >>> made = cluster_index(20, 4, industry_employment=100, industry_firms=40, region_area=10,
    ...     region_population=50, area=100, population=1000)
    >>> {name: float(value) for name, value in made.items()}
    {'industrial_density': 2.0, 'industrial_stock': 4.0, 'plant_size': 2.0, 'cluster_index': 4.0}
    """
    given = _finite(
        employment,
        firms,
        industry_employment,
        industry_firms,
        region_area,
        region_population,
        area,
        population,
    )
    if any((one < 0).any() for one in given):
        raise ValueError("Employment, firms, area and population must not be negative")
    jobs, plants, all_jobs, all_plants, area_here, people_here, area_all, people_all = given
    with np.errstate(divide="ignore", invalid="ignore"):
        share = jobs / all_jobs
        density = share / (area_here / area_all)
        stock = share / (people_here / people_all)
        size = (jobs / plants) / (all_jobs / all_plants)
        index = density * stock / size
    parts = {
        "industrial_density": density,
        "industrial_stock": stock,
        "plant_size": size,
        "cluster_index": index,
    }
    return {name: np.where(np.isfinite(one), one, np.nan) for name, one in parts.items()}


def krugman(levels: ArrayLike, reference: ArrayLike) -> Numbers:
    """Return Krugman's index of specialisation, from 0 (the reference's mix) to 2 (nothing in common).

    levels: one figure an industry along the last axis, one unit throughout; reference: the same
    industries in what is compared with. The index is the sum over the industries of the absolute
    difference of their shares. An industry that is missing in one of the two is left out of both, and the
    shares are of what remains. NaN where nothing remains.

    Raises ValueError where a level is negative or infinite, or the numbers of industries differ.

    Sources: Krugman (1991), Geography and Trade, MIT Press, pp. 75-76; Wieland (2019), REGION 6(3),
    R1-R57, `krugman.spec`.

    >>> round(float(krugman([30, 70], [50, 50])), 10)
    0.4
    """
    levels, reference = np.asarray(levels, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if levels.shape[-1:] != reference.shape[-1:]:
        raise ValueError("The region and the reference must have the same industries")
    levels, reference = _finite(levels, reference)
    known = ~(np.isnan(levels) | np.isnan(reference))
    return np.abs(_shares(levels, known) - _shares(reference, known)).sum(axis=-1)


def herfindahl(levels: ArrayLike) -> Numbers:
    """Return the Herfindahl index: the sum of the squared shares of the industries, from 1/n to 1.

    levels: one figure an industry along the last axis, one unit throughout. n industries of one size give
    1/n, a single industry gives 1. A missing industry is left out. NaN where nothing remains.

    Raises ValueError where a level is negative or infinite.

    Source: Hirschman (1964), American Economic Review 54, 761-762, without the square root; Wieland
    (2019), REGION 6(3), R1-R57, `herf`.

    >>> float(herfindahl([50, 25, 25]))
    0.375
    """
    (levels,) = _finite(levels)
    return (_shares(levels, ~np.isnan(levels)) ** 2).sum(axis=-1)


def _shares(levels: Numbers, known: NDArray[np.bool_]) -> Numbers:
    """Return the shares along the last axis, 0 where not known; NaN where the known ones sum to 0."""
    if (levels[known] < 0).any():
        raise ValueError("Shares need levels that are not negative")
    kept = np.where(known, levels, 0.0)
    total = kept.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, kept / total, np.nan)


def _finite(*arguments: ArrayLike) -> list[Numbers]:
    """Return the arguments as arrays of one shape. Raises ValueError where one is infinite."""
    arrays = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in arguments))
    if any(np.isinf(one).any() for one in arrays):
        raise ValueError("A figure is infinite")
    return list(arrays)
