"""Industrial districts after ISTAT and Sforzi: which local systems of work are one, step by step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tasks.methods.concentration import location_quotient

STEPS = ("is_manufacturing", "is_small_medium", "has_main_industry", "main_industry_is_small_medium")
"""The steps of the identification, in their order; a district passes all of them."""
SIZES = ("small", "medium", "large")


def districts(
    totals: pd.Series,
    employment: pd.DataFrame,
    by_size: Mapping[str, pd.DataFrame],
    medium_firms: pd.DataFrame,
    *,
    services: Mapping[str, pd.Series] | None = None,
    manufacturing_quotient: float = 1.0,
    main_industry_quotient: float = 1.0,
    small_medium_share: float = 0.5,
    single_medium_firm: float = 0.5,
) -> pd.DataFrame:
    """Return one row a local system with its main industry, each step of the identification a boolean.

    totals: local system -> persons employed in all industries. employment: a row a local system, a column
    a manufacturing industry, persons employed (NaN where not known). by_size: the same, for small, medium
    and large firms or local units. medium_firms: the same, the number of medium firms. services: name of a
    group of services -> persons employed in it, by local system.

    Columns: local_system, industry, the steps, is_district, and the figures behind them
    (manufacturing_quotient, small_quotient, medium_quotient, large_quotient, main_industry_quotient,
    main_industry_employment in persons, small_medium_share from 0 to 1, medium_firms), and
    industries_hidden, the number of industries whose employment is not known there: they count as nobody,
    and one of them could be the main industry. The steps:

    1. is_manufacturing: the location quotient of manufacturing, on all persons employed, is above
       `manufacturing_quotient`, and its prevalence (persons employed above what the country's share would
       give) is above that of each group of services. Without `services` only the quotient decides.
    2. is_small_medium: of the quotients of the three sizes within manufacturing, the largest is that of
       small or of medium firms.
    3. has_main_industry: an industry's quotient within manufacturing is above `main_industry_quotient`.
       Among those, the main industry is the one of the largest prevalence within manufacturing; where
       there is none, the row names the industry of the largest prevalence, and the step fails.
    4. main_industry_is_small_medium: small and medium firms have more than `small_medium_share` of the
       main industry's employment; and where a single medium firm is in it, small firms employ more than
       `single_medium_firm` times what that one does.

    is_district: all four. A step is missing where the figures do not tell it: a size is suppressed, or it
    fails where an industry is suppressed that could have passed it. is_district is missing then, unless
    another step has failed. A local system without manufacturing has the industry 'none' and fails the
    steps; one whose manufacturing is all suppressed has 'not told'. The country is the sum of the local
    systems.

    ISTAT takes local units for firms, eleven or twelve groups for industries, and labour market areas for
    local systems; what they are here is the caller's choice.

    Raises ValueError where local systems or industries of the arguments differ, or a size is missing.

    Sources: ISTAT (2006), Distretti industriali e sistemi locali del lavoro 2001; Sforzi (2009), in A
    Handbook of Industrial Districts, Elgar, chapter 25; Boix and Galletto (2008), in English.

    >>> systems, shoes = ["Hill", "Town"], {"shoes": [80.0, 10.0], "steel": [20.0, 90.0]}
    >>> jobs = pd.DataFrame(shoes, index=systems)
    >>> parts = {"small": [0.9, 0.1], "medium": [0.1, 0.1], "large": [0.0, 0.8]}
    >>> sizes = {size: jobs.mul(part, axis=1) for size, part in parts.items()}
    >>> found = districts(pd.Series([120.0, 400.0], index=systems), jobs, sizes, jobs * 0)
    >>> found.loc[found["local_system"] == "Hill", ["industry", "is_district"]].values.tolist()
    [['shoes', True]]
    """
    frames = [*(by_size.get(size) for size in SIZES), medium_firms]
    if any(one is None or not one.index.equals(employment.index) for one in (*frames, totals)):
        raise ValueError("Every argument needs the same local systems, and every size must be there")
    if any(not one.columns.equals(employment.columns) for one in frames if one is not None):
        raise ValueError("Every argument needs the same industries")
    jobs = employment.to_numpy("float64")
    sized = {size: by_size[size].to_numpy("float64") for size in SIZES}
    everybody = totals.to_numpy("float64")
    made = np.nansum(jobs, axis=1)
    quotient = location_quotient(made, everybody, made.sum(), everybody.sum())
    is_manufacturing = quotient > manufacturing_quotient
    surplus = _prevalence(made, everybody)
    for group in (services or {}).values():
        is_manufacturing &= surplus > _prevalence(group.to_numpy("float64"), everybody)

    size_quotients = _size_quotients(sized)
    small, medium, large = (size_quotients[size] for size in SIZES)
    known_sizes = ~np.isnan(small + medium + large)
    is_small_medium = np.fmax(small, medium) > large

    place, within = _main_industries(jobs, main_industry_quotient)
    has_industry = place >= 0
    at = (np.arange(len(jobs)), np.maximum(place, 0))
    main = {size: _taken(one, at, has_industry) for size, one in sized.items()}
    all_sizes = main["small"] + main["medium"] + main["large"]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (main["small"] + main["medium"]) / all_sizes
    plants = _taken(medium_firms.to_numpy("float64"), at, has_industry)
    enough_beside_one = main["small"] > single_medium_firm * main["medium"]
    main_small_medium = (share > small_medium_share) & (enough_beside_one | (plants != 1))
    known_main = ~np.isnan(share) & (~np.isnan(plants) | enough_beside_one)

    hidden = np.isnan(jobs).sum(axis=1)
    told = hidden == 0
    nothing = (made <= 0) & told
    steps = {
        "is_manufacturing": _flags(
            is_manufacturing, (~np.isnan(quotient) & (told | is_manufacturing)) | nothing
        ),
        "is_small_medium": _flags(is_small_medium & known_sizes, known_sizes | nothing),
        "has_main_industry": _flags(
            within > main_industry_quotient, told | (within > main_industry_quotient)
        ),
        "main_industry_is_small_medium": _flags(main_small_medium & known_main, known_main | nothing),
    }
    verdict = pd.Series(True, index=range(len(jobs)), dtype="boolean")
    for flags in steps.values():
        verdict &= flags
    names = np.array([*employment.columns.astype(str), "not told", "none"], dtype=object)
    place = np.where(has_industry, place, len(names) - 2 + nothing)
    return pd.DataFrame(
        {
            "local_system": employment.index.to_numpy(),
            "industry": names[place],
            **steps,
            "is_district": verdict,
            "manufacturing_quotient": quotient,
            **{f"{size}_quotient": size_quotients[size] for size in SIZES},
            "main_industry_quotient": within,
            "main_industry_employment": _taken(jobs, at, has_industry),
            "small_medium_share": share,
            "medium_firms": plants,
            "industries_hidden": hidden,
        }
    )


def _prevalence(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return the persons employed above what the country's share of the part in the whole would give."""
    total = whole.sum()
    return part - whole * (np.nansum(part) / total if total > 0 else np.nan)


def _size_quotients(sized: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return size -> its quotient within manufacturing; NaN where a size is not known in an industry."""
    sums = {size: one.sum(axis=1) for size, one in sized.items()}
    total = sums["small"] + sums["medium"] + sums["large"]
    country = {size: np.nansum(one) for size, one in sums.items()}
    everybody = float(sum(country.values()))
    return {
        # nobody in a size in the whole country: nowhere is anything concentrated in it
        size: np.where(
            (country[size] == 0) & (total > 0),
            0.0,
            location_quotient(sums[size], total, country[size], everybody),
        )
        for size in SIZES
    }


def _main_industries(jobs: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Return for each system the place of its main industry (-1 where it has none) and its quotient."""
    if not jobs.shape[1]:
        return np.full(len(jobs), -1), np.full(len(jobs), np.nan)
    made = np.nansum(jobs, axis=1)
    industry = np.nansum(jobs, axis=0)
    quotient = location_quotient(jobs, made[:, None], industry[None, :], made.sum())
    share = industry / made.sum() if made.sum() > 0 else np.zeros(len(industry))
    prevalence = jobs - made[:, None] * share[None, :]
    prevalence = np.where(np.isnan(jobs) | (jobs <= 0), -np.inf, prevalence)
    above = np.where(quotient > least, prevalence, -np.inf)
    best, any_best = above.argmax(axis=1), prevalence.argmax(axis=1)
    rows = np.arange(len(jobs))
    place = np.where(np.isfinite(above[rows, best]), best, any_best)
    place = np.where(np.isfinite(prevalence[rows, place]), place, -1)
    return place, np.where(place >= 0, quotient[rows, np.maximum(place, 0)], np.nan)


def _taken(cells: np.ndarray, at: tuple[np.ndarray, np.ndarray], there: np.ndarray) -> np.ndarray:
    return np.where(there, cells[at], np.nan) if cells.shape[1] else np.full(len(there), np.nan)


def _flags(passed: np.ndarray, known: np.ndarray) -> pd.Series:
    return pd.Series(passed, dtype="boolean").mask(~pd.Series(known), pd.NA)
