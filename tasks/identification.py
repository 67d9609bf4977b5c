"""Phase two, before the first visit: where industries are concentrated, and which regions are districts.

From employment by region and industry: location quotients, the cluster index, indices of specialisation and
the identification of industrial districts. What could not be told apart or reconciled is a table of notes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from schemas.assessment import Identification
from schemas.base import conform, empty
from schemas.faults import Fault
from schemas.secondary import (
    Districts,
    IdentificationNotes,
    LocationQuotients,
    RegionalIndustries,
    RegionIndices,
    Regions,
)
from schemas.vocabulary import ALL, IDENTIFICATION_BASES
from tasks.methods import concentration, districts, hierarchy
from tasks.steps import step

COUNTED = ("employment", "firms")
"""Bases that cannot be negative, so that shares of them can be squared and compared."""


@dataclass(frozen=True)
class _Year:
    """One source in one year, wide: a row a region, a column a code."""

    source: str
    year: str
    regions: np.ndarray
    codes: np.ndarray
    present: np.ndarray
    figures: Mapping[str, np.ndarray]
    by_size: Mapping[str, Mapping[str, np.ndarray]]
    has_sizes: bool
    sizes_exceed: np.ndarray

    def levels(self, basis: str) -> pd.DataFrame:
        return pd.DataFrame(self.figures[basis], index=self.regions, columns=self.codes)


@dataclass(frozen=True)
class _Codes:
    """How the codes of a year hang together: child -> parent, totals, and the codes told apart."""

    parents: Mapping[str, str]
    totals: tuple[str, ...]
    kept: tuple[str, ...]

    def ancestors(self, code: str) -> set[str]:
        found, one = set(), code
        while one in self.parents:
            one = self.parents[one]
            found.add(one)
        return found

    def within(self, groups: Sequence[str]) -> np.ndarray:
        """Return which of the kept codes begin with one of the groups, or lie in one that does."""
        starts = tuple(groups)
        return np.array(
            [any(one.startswith(starts) for one in (code, *self.ancestors(code))) for code in self.kept],
            dtype=bool,
        )


@step(
    "mapping",
    reads=[RegionalIndustries, Regions],
    writes=[LocationQuotients, RegionIndices, Districts, IdentificationNotes],
    plan=["identification"],
)
def identify_clusters(
    cells: pd.DataFrame, regions: pd.DataFrame, *, identification: Sequence[Identification]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return location quotients, indices of regions, districts, and notes, for each source and year.

    Nobody is counted twice: of codes that contain each other the finest are told apart (or the plan's
    `industries`), and parents and totals serve the regions' totals alone. A cell without a figure gets no
    quotient, and what is suppressed is not reconstructed: where a parent has more than its children, the
    remainder counts in the region's total only. A region has nobody in an industry of which it has no row.
    Where an industry's total lacks a suppressed cell, its quotients are marked `at_most`. A negative value
    added gets no quotient, and counts in the totals. With a reference region, shares are
    compared with it; without one, with the sum of the regions.
    """
    parts: tuple[list[pd.DataFrame], ...] = ([], [], [], [])
    for one in identification:
        for year in _years(cells, one.source):
            codes = _codes(one, year.codes)
            places = regions[(regions["source"] == one.source) & (regions["year"] == year.year)]
            for part, frame in zip(parts, _identified(year, codes, places, one), strict=True):
                if len(frame):
                    part.append(frame.assign(source=one.source, year=year.year))
    contracts = (LocationQuotients, RegionIndices, Districts, IdentificationNotes)
    return tuple(  # type: ignore[return-value]
        conform(pd.concat(part, ignore_index=True), contract) if part else empty(contract)
        for part, contract in zip(parts, contracts, strict=True)
    )


def _years(cells: pd.DataFrame, source: str) -> Iterator[_Year]:
    """Yield each year of a source, wide."""
    own = cells[cells["source"] == source]
    for year in sorted(own["year"].dropna().unique()):
        yield _wide(own[own["year"] == year], source, str(year))


def _wide(rows: pd.DataFrame, source: str, year: str) -> _Year:
    place, regions = pd.factorize(rows["region"], sort=True)
    column, codes = pd.factorize(rows["industry"], sort=True)
    shape = (len(regions), len(codes))
    size = rows["size"].to_numpy(dtype=object)
    # A figure of 0 in a row that is marked as suppressed stands for the hidden one.
    hidden = (rows["status"] == "suppressed").to_numpy(dtype=bool, na_value=False)
    values = {}
    for basis in IDENTIFICATION_BASES:
        given = rows[basis].astype("Float64").to_numpy("float64", na_value=np.nan)
        values[basis] = np.where(hidden & (given == 0), np.nan, given)

    def spread(chosen: np.ndarray, basis: str) -> np.ndarray:
        wide = np.full(shape, np.nan)
        wide[place[chosen], column[chosen]] = values[basis][chosen]
        return wide

    def there(chosen: np.ndarray) -> np.ndarray:
        wide = np.zeros(shape, dtype=bool)
        wide[place[chosen], column[chosen]] = True
        return wide

    whole = size == ALL
    by_size = {one: {basis: spread(size == one, basis) for basis in COUNTED} for one in districts.SIZES}
    rows_of_size = {one: there(size == one) for one in districts.SIZES}
    sized = np.logical_or.reduce(list(rows_of_size.values()))
    for one, wide in by_size.items():
        for basis in COUNTED:  # where a cell is told by size, a size without a row has nobody
            wide[basis][sized & ~rows_of_size[one]] = 0.0
    has_all = there(whole)
    figures, exceed = {}, np.zeros(shape, dtype=bool)
    for basis in IDENTIFICATION_BASES:
        wide = spread(whole, basis)
        if basis in COUNTED:
            summed = sum((by_size[one][basis] for one in districts.SIZES), np.zeros(shape))
            unit = hierarchy.rounding_unit(values[basis])
            exceed |= has_all & sized & (summed - wide > 2 * unit)
            wide = np.where(has_all, wide, summed)
        if not np.isnan(wide).all():
            figures[basis] = wide
    return _Year(
        source,
        year,
        np.asarray(regions, dtype=object),
        np.asarray(codes, dtype=object),
        has_all | sized,
        figures,
        by_size,
        bool(sized.any()),
        exceed,
    )


def _codes(one: Identification, codes: Iterable[str]) -> _Codes:
    """Return how the codes of a year hang together, as the plan says."""
    known = [code for code in codes if code not in one.totals]
    parents = hierarchy.parents_by_prefix(known) if one.hierarchy == "prefix" else {}
    parents |= {child: parent for child, parent in one.parents.items() if child in known}
    contain = set(parents.values())
    kept = [code for code in known if code in one.industries] if one.industries else known
    if not one.industries:
        kept = [code for code in known if code not in contain]
    return _Codes(parents, tuple(one.totals), tuple(kept))


def _identified(
    year: _Year, codes: _Codes, places: pd.DataFrame, one: Identification
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    column = pd.Index(year.codes).get_indexer(pd.Index(list(codes.kept), dtype=object))
    present = year.present[:, column]
    own = year.regions != one.reference
    notes = [_left_out(year, codes)]
    quotients, indices = [], []
    totals: dict[str, hierarchy.Reconciled] = {}
    for basis in year.figures:
        reconciled = hierarchy.reconcile(year.levels(basis), codes.parents, codes.totals, codes.kept)
        totals[basis] = reconciled
        cells = reconciled.levels.to_numpy("float64")
        filled = np.where(present, cells, 0.0)
        everybody = reconciled.totals.to_numpy("float64")
        if one.reference and (~own).any():
            country, country_total = filled[~own][0], everybody[~own][0]
        else:
            country, country_total = np.nansum(cells[own], axis=0), everybody[own].sum()
        lacking = np.zeros(len(column), dtype=bool)
        if not one.reference:
            lacking = (present & np.isnan(cells) & own[:, None]).any(axis=0)
        frame, index = _quotients(
            year, codes, basis, cells, present, own, everybody, country, float(country_total), lacking
        )
        quotients.append((basis, frame, index, country))
        if basis in COUNTED:
            indices.append(_indices(year, basis, filled, own, country, reconciled))
        notes += _figure_notes(year, codes, basis, cells, present, own, country, reconciled, one)
    _add_cluster_index(quotients, totals, places, year, present, own, one, notes)
    _add_firms(quotients, year, column)
    found = _districts(year, codes, column, totals, own, one, notes)
    frames = [frame for _, frame, _, _ in quotients if len(frame)]
    return (
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(),
        pd.concat(indices, ignore_index=True) if indices else pd.DataFrame(),
        found,
        pd.concat([note for note in notes if len(note)] or [pd.DataFrame()], ignore_index=True),
    )


def _quotients(
    year: _Year,
    codes: _Codes,
    basis: str,
    cells: np.ndarray,
    present: np.ndarray,
    own: np.ndarray,
    everybody: np.ndarray,
    country: np.ndarray,
    country_total: float,
    lacking: np.ndarray,
) -> tuple[pd.DataFrame, tuple[np.ndarray, np.ndarray]]:
    """Return a row a cell that the source has, and where the cells stand."""
    quotient = concentration.location_quotient(cells, everybody[:, None], country[None, :], country_total)
    at = np.nonzero(present & own[:, None])
    kept = np.array(codes.kept, dtype=object)
    frame = pd.DataFrame(
        {
            "region": year.regions[at[0]],
            "industry": kept[at[1]],
            "basis": basis,
            "value": cells[at],
            "location_quotient": quotient[at],
            "at_most": lacking[at[1]],
        }
    )
    return frame, (at[0], at[1])


def _add_cluster_index(
    quotients: list[tuple[str, pd.DataFrame, tuple[np.ndarray, np.ndarray], np.ndarray]],
    totals: Mapping[str, hierarchy.Reconciled],
    places: pd.DataFrame,
    year: _Year,
    present: np.ndarray,
    own: np.ndarray,
    one: Identification,
    notes: list[pd.DataFrame],
) -> None:
    """Add the cluster index to the quotients of employment, where firms, area and population are known."""
    by_basis = {basis: (frame, at, country) for basis, frame, at, country in quotients}
    if not set(COUNTED) <= set(by_basis):
        return
    known = places.set_index("region")[["area_sqkm", "population"]].reindex(year.regions)
    area, people = (known[name].to_numpy("float64") for name in ("area_sqkm", "population"))
    wanted = own if not one.reference else np.ones(len(own), dtype=bool)
    lacking = (np.isnan(area) | np.isnan(people)) & wanted
    if lacking.any():
        if len(places):
            told = {"region": year.regions[lacking], "rule": "no area or population"}
            notes.append(_notes(pd.DataFrame(told)))
        return
    frame, at, jobs = by_basis["employment"]
    firms = by_basis["firms"][2]
    total = (
        (area[~own][0], people[~own][0])
        if one.reference and (~own).any()
        else (area[own].sum(), people[own].sum())
    )
    made = concentration.cluster_index(
        totals["employment"].levels.to_numpy("float64")[at],
        totals["firms"].levels.to_numpy("float64")[at],
        industry_employment=jobs[at[1]],
        industry_firms=firms[at[1]],
        region_area=area[at[0]],
        region_population=people[at[0]],
        area=total[0],
        population=total[1],
    )
    for name, values in made.items():
        frame[name] = values


def _add_firms(
    quotients: list[tuple[str, pd.DataFrame, tuple[np.ndarray, np.ndarray], np.ndarray]],
    year: _Year,
    column: np.ndarray,
) -> None:
    """Add the firms behind each cell, which decide whether it may be published."""
    if "firms" in year.figures:
        firms = year.figures["firms"][:, column]
        for _, frame, at, _ in quotients:
            frame["firms"] = firms[at]


def _indices(
    year: _Year,
    basis: str,
    filled: np.ndarray,
    own: np.ndarray,
    country: np.ndarray,
    reconciled: hierarchy.Reconciled,
) -> pd.DataFrame:
    """Return Krugman's index against the country and Herfindahl's, of the industries that are told apart."""
    cells = filled[own]
    with np.errstate(divide="ignore", invalid="ignore"):
        untold = np.round(100 * (reconciled.untold / reconciled.totals).to_numpy("float64")[own])
    common = {
        "region": year.regions[own],
        "basis": basis,
        "industries": (~np.isnan(cells)).sum(axis=1),
        "untold_pct": untold,
    }
    values = {
        "herfindahl": concentration.herfindahl(cells),
        "krugman": concentration.krugman(cells, np.broadcast_to(country, cells.shape)),
    }
    return pd.concat(
        [pd.DataFrame({**common, "index": name, "value": value}) for name, value in values.items()],
        ignore_index=True,
    )


def _notes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return notes with the columns that they all have."""
    usual = {"region": ALL, "industry": ALL, "basis": ALL, "cells": 1}
    frame = frame.assign(**{name: value for name, value in usual.items() if name not in frame})
    return frame.assign(
        **{name: np.nan for name in ("printed", "recomputed", "share_pct") if name not in frame}
    )


def _left_out(year: _Year, codes: _Codes) -> pd.DataFrame:
    """Note the codes that are totals, parents of what is told apart, or parts of it."""
    above = {one for code in codes.kept for one in codes.ancestors(code)}
    records = []
    for place, code in enumerate(year.codes):
        if code in codes.totals:
            rule = "total left out"
        elif code in above:
            rule = "parent left out"
        elif codes.ancestors(code) & set(codes.kept):
            rule = "within a kept code"
        else:
            continue
        records.append({"industry": code, "rule": rule, "cells": int(year.present[:, place].sum())})
    notes = [_notes(pd.DataFrame(records))] if records else []
    exceed = np.nonzero(year.sizes_exceed)
    if len(exceed[0]):
        told = {
            "region": year.regions[exceed[0]],
            "industry": year.codes[exceed[1]],
            "rule": "sizes exceed all",
        }
        notes.append(_notes(pd.DataFrame(told)))
    return pd.concat(notes, ignore_index=True) if notes else pd.DataFrame()


def _figure_notes(
    year: _Year,
    codes: _Codes,
    basis: str,
    cells: np.ndarray,
    present: np.ndarray,
    own: np.ndarray,
    country: np.ndarray,
    reconciled: hierarchy.Reconciled,
    one: Identification,
) -> list[pd.DataFrame]:
    """Note what of one basis has no figure, is not told apart, or does not agree."""
    kept = np.array(codes.kept, dtype=object)
    hidden = present & np.isnan(cells)
    notes = []

    def note(rule: str, **columns: object) -> None:
        notes.append(_notes(pd.DataFrame({"basis": basis, "rule": rule, **columns})))

    count = (hidden & own[:, None]).sum(axis=0)
    if count.any():
        note("no figure", industry=kept[count > 0], cells=count[count > 0])
    untold = reconciled.untold.to_numpy("float64")
    apart = untold > 0
    if apart.any():
        # whole percent: one hidden cell's figure must not follow from the note
        share = np.round(100 * untold / reconciled.totals.to_numpy("float64"))
        note(
            "not told apart",
            region=year.regions[apart],
            cells=hidden.sum(axis=1)[apart],
            share_pct=share[apart],
        )
    if len(reconciled.excess):
        over = reconciled.excess.rename(columns={"code": "industry"})
        note("children exceed parent", **{name: over[name].to_numpy() for name in over.columns})
    if basis == "value_added" and (below := (cells < 0) & own[:, None]).any():
        at = np.nonzero(below)
        note("negative value added", region=year.regions[at[0]], industry=kept[at[1]])
    if one.reference:
        lacking = ~(country > 0) & (np.nan_to_num(cells[own]) > 0).any(axis=0)
        if lacking.any():
            note("not in the reference", industry=kept[lacking], cells=present[own].sum(axis=0)[lacking])
    return notes


def _districts(
    year: _Year,
    codes: _Codes,
    column: np.ndarray,
    totals: Mapping[str, hierarchy.Reconciled],
    own: np.ndarray,
    one: Identification,
    notes: list[pd.DataFrame],
) -> pd.DataFrame:
    """Return the identification of districts, where the plan asks for it and employment is known."""
    rules = one.districts
    if rules is None or "employment" not in totals:
        return pd.DataFrame()
    if not year.has_sizes:
        notes.append(_notes(pd.DataFrame([{"rule": "no sizes", "cells": int(own.sum())}])))
    made = codes.within(one.manufacturing)
    groups = _grouped(codes, made, rules.industries)
    names = sorted(set(groups[made]))
    present = year.present[:, column]

    def gathered(wide: np.ndarray) -> pd.DataFrame:
        """Return the manufacturing industries, those of one group summed; a region without a row has 0."""
        filled = np.where(present, wide[:, column], 0.0)[own]
        parts = {name: filled[:, made & (groups == name)].sum(axis=1) for name in names}
        return pd.DataFrame(parts, index=year.regions[own], columns=names)

    jobs = totals["employment"].levels.to_numpy("float64")
    services = {
        name: pd.Series(np.nansum(jobs[:, codes.within(starts)], axis=1)[own], index=year.regions[own])
        for name, starts in rules.services.items()
    }
    found = districts.districts(
        totals["employment"].totals[own],
        gathered(year.figures["employment"]),
        {size: gathered(year.by_size[size]["employment"]) for size in districts.SIZES},
        gathered(year.by_size["medium"]["firms"]),
        services=services,
        **rules.model_dump(exclude={"services", "industries"}),
    )
    if "firms" in year.figures:
        firms = gathered(year.figures["firms"])
        places = firms.columns.get_indexer(pd.Index(found["industry"]))
        found["firms"] = (
            np.where(places >= 0, firms.to_numpy("float64")[np.arange(len(found)), places], np.nan)
            if len(names)
            else np.nan
        )
    return found


def _grouped(codes: _Codes, made: np.ndarray, groups: Mapping[str, Sequence[str]]) -> np.ndarray:
    """Return the industry of each kept code: the plan's group that it lies in, else itself."""
    names = np.array(codes.kept, dtype=object)
    for name, starts in groups.items():
        names[codes.within(starts) & made] = name
    return names


def faults(identification: Sequence[Identification], cells: pd.DataFrame) -> Iterator[Fault]:
    """Yield the faults of an identification that the tables do not allow: unknown codes, hidden totals."""
    if not identification:
        return
    cells = conform(cells, RegionalIndustries) if len(cells) else empty(RegionalIndustries)
    for position, one in enumerate(identification, start=1):
        key = f"identification.{position}"
        years = list(_years(cells, one.source))
        if not years:
            rule = f"the source '{one.source}' has no rows by region and industry"
            remedy = "Put them into secondary/regional_industries, or declare a [[register]] of that source"
            yield Fault("assessment.toml", column=f"{key}.source", rule=rule, remedy=remedy)
            continue
        yield from _unknown_codes(one, key, years)
        for year in years:
            yield from _year_faults(one, key, year)


def _unknown_codes(one: Identification, key: str, years: Sequence[_Year]) -> Iterator[Fault]:
    codes = sorted({str(code) for year in years for code in year.codes})
    named = [(f"{key}.totals", code) for code in one.totals]
    named += [(f"{key}.industries", code) for code in one.industries]
    named += [(f"{key}.parents", code) for code in one.parents]
    for place, code in named:
        if code not in codes:
            close = difflib.get_close_matches(code, codes, n=1, cutoff=0.4)
            hint = f"Did you mean '{close[0]}'? " if close else ""
            rule = f"'{code}' is not an industry of the source '{one.source}'"
            yield Fault(
                "assessment.toml", column=place, rule=rule, remedy=f"{hint}Correct it, or take it out"
            )
    if one.manufacturing and not any(code.startswith(tuple(one.manufacturing)) for code in codes):
        parents = set(one.parents.values())
        if not any(code.startswith(tuple(one.manufacturing)) for code in parents):
            rule = f"no industry of the source '{one.source}' begins with one of these codes"
            some = ", ".join(codes[:12])
            remedy = f"Its codes: {some}"
            yield Fault("assessment.toml", column=f"{key}.manufacturing", rule=rule, remedy=remedy)


def _year_faults(one: Identification, key: str, year: _Year) -> Iterator[Fault]:
    where = f"of the source '{one.source}', {year.year}"
    if one.reference and one.reference not in year.regions:
        close = difflib.get_close_matches(one.reference, [str(region) for region in year.regions], n=1)
        hint = f"Did you mean '{close[0]}'? " if close else ""
        rule = f"'{one.reference}' is not a region {where}"
        remedy = f"{hint}Leave 'reference' out to compare with the sum of the regions"
        yield Fault("assessment.toml", column=f"{key}.reference", rule=rule, remedy=remedy)
    elif len(year.regions) < 2:
        rule = f"there is only one region {where}: it cannot be compared with anything"
        remedy = "Add the country as a region and name it in 'reference', or add the other regions"
        yield Fault("assessment.toml", column=f"{key}.source", rule=rule, remedy=remedy)
    codes = _codes(one, year.codes)
    for code in codes.kept:
        above = codes.ancestors(code) & set(codes.kept)
        if above:
            rule = f"'{code}' lies within '{min(above)}', which is kept too: it would count twice {where}"
            yield Fault(
                "assessment.toml", column=f"{key}.industries", rule=rule, remedy="Keep one of the two"
            )
    yield from _hidden_sums(one, key, year, codes, where)


def _hidden_sums(one: Identification, key: str, year: _Year, codes: _Codes, where: str) -> Iterator[Fault]:
    """Faults of codes that contain others and are not declared: they would be counted twice."""
    basis = next((basis for basis in COUNTED if basis in year.figures), None)
    if basis is None:
        return
    levels = year.levels(basis).drop(columns=[code for code in codes.totals if code in year.codes])
    for code, parts in hierarchy.hidden_sums(levels, codes.parents).items():
        everything = len(parts) >= len(levels.columns) - len(codes.parents) - 1
        if everything:
            rule = f"the industry '{code}' {where} is the total of the others, and is not declared so"
            yield Fault("assessment.toml", column=key, rule=rule, remedy=f'Write totals = ["{code}"]')
        else:
            some = ", ".join(parts[:3])
            rule = f"the industry '{code}' {where} is the sum of {some}{' …' if len(parts) > 3 else ''}"
            yield Fault("assessment.toml", column=key, rule=rule, remedy="Write hierarchy = 'prefix'")
    if one.hierarchy != "parents":
        twice = hierarchy.sections_and_divisions([str(code) for code in year.codes], codes.parents)
        if twice:
            pairs = ", ".join(f'"{child}" = "{parent}"' for child, parent in list(twice.items())[:4])
            rule = f"sections and their divisions stand side by side {where}: {', '.join(sorted(twice)[:4])}"
            rule += " …" if len(twice) > 4 else ""
            how = "'prefix'" if one.hierarchy == "prefix" else "'parents'"
            remedy = f"Write hierarchy = {how} and parents = {{ {pairs}{', …' if len(twice) > 4 else ''} }}"
            yield Fault("assessment.toml", column=f"{key}.parents", rule=rule, remedy=remedy)
