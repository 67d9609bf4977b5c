"""Registers: large files of establishments or cells, summed and checked by DuckDB in one scan.

What comes back is the aggregate alone, region by industry by year and size. A second scan is made only to
say where a fault is. An aggregate is kept in results/ under its fingerprint (the file's SHA-256, what the
plan says of it, and this code), so that an unchanged register is not scanned again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from schemas.assessment import Register
from schemas.base import conform, empty
from schemas.faults import Fault
from schemas.secondary import RegionalIndustries, Regions
from schemas.vocabulary import FIRM_SIZES
from tasks import reading, state
from tasks.confined import SECONDS_A_MEGABYTE, confined
from tasks.files import changed_meanwhile, not_plain
from tasks.steps import code_digest, fingerprint
from tasks.warehouse import SCAN_MEMORY, FileScan, Unreadable, quoted

KEPT = "registers"
LEAST_MEMORY, THREAD_MEMORY = 2 * 1024**3, 128 * 1024**2
"""Bytes for the scan of a register beside what DuckDB counts, and for each thread of it."""
LEAST_SECONDS = 20
WHOLE = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
}
EXACT = "DECIMAL(18, 4)"
"""What a figure with a fraction is summed as: exactly, to four decimals, below 10 to the 14th."""
BEYOND = 10**14
_TEXTS = ("region", "industry", "year", "size")
_KEYED = {"region": "region", "industry": "industry", "year": "year", "size": "size of firm"}


@dataclass(frozen=True)
class Reading:
    """What a register gives: its cells and regions, the file's faults, and if it was scanned now."""

    register: Register
    path: Path
    sha256: str
    cells: pd.DataFrame
    regions: pd.DataFrame
    faults: tuple[Fault, ...]
    key: str
    scanned: bool


def read(folder: Path, register: Register, path: Path, sha256: str) -> Reading:
    """Return the aggregate of a register, from results/ where it is kept under this fingerprint.

    Nothing is written. Faults are in the reading: none is raised.
    """
    told = register.model_dump(mode="json")
    key = fingerprint("register", sha256, told, code_digest("tasks.registers"), state.libraries())
    kept = _kept(folder, key)
    if kept is not None:
        return Reading(register, path, sha256, *kept, (), key, scanned=False)
    cells, regions, faults = scan(path, register, aside=folder / "results" / f".{KEPT}")
    return Reading(register, path, sha256, cells, regions, tuple(faults), key, scanned=True)


def keep(folder: Path, readings: list[Reading]) -> None:
    """Keep the aggregates in results/, and delete those of registers as they no longer are.

    Raises Refused where a file is not what it was when it was hashed: the sum would bear another's name.
    """
    place = folder / "results" / KEPT
    wanted = {f"{one.key}.{table}.parquet" for one in readings for table in ("cells", "regions")}
    for one in readings:
        if not one.scanned:
            continue
        if state.digest(one.path) != one.sha256:
            raise changed_meanwhile(one.register.file)
        place.mkdir(parents=True, exist_ok=True)
        for table, frame in (("regions", one.regions), ("cells", one.cells)):
            aside = place / f".{one.key}.{table}.new"
            frame.to_parquet(aside, index=False)
            aside.replace(place / f"{one.key}.{table}.parquet")
    if place.is_dir():
        for path in sorted(place.iterdir()):
            if path.name not in wanted:
                path.unlink()


def _kept(folder: Path, key: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    place = folder / "results" / KEPT
    try:
        cells = conform(pd.read_parquet(place / f"{key}.cells.parquet"), RegionalIndustries)
        regions = conform(pd.read_parquet(place / f"{key}.regions.parquet"), Regions)
    except (OSError, ValueError):  # not there, or cut short: it is made again
        return None
    return cells, regions


def scan(path: Path, register: Register, *, aside: Path) -> tuple[pd.DataFrame, pd.DataFrame, list[Fault]]:
    """Return staged.regional_industries and staged.regions of a register, and what is wrong with the file.

    One scan sums and checks: every row has region, industry (and year); employment is there (in cells it
    may be empty: suppressed), is a number and is not negative; firms are whole and not negative; no cell
    stands twice; a region has one population and one area in a year. Where anything fails, a second scan
    finds the first row and counts, and both tables are empty. All of it is done in a child process, which
    may take as much memory and time as a file of its size needs.

    Small firms are those with fewer persons than `small_below`, medium ones below `medium_below`.
    """
    size = path.stat().st_size // 1024**2
    try:
        return confined(
            lambda _: _scanned(path, register, aside),
            b"",
            least_memory=SCAN_MEMORY + LEAST_MEMORY + THREAD_MEMORY * (os.cpu_count() or 1),
            least_seconds=LEAST_SECONDS + SECONDS_A_MEGABYTE * size,
        )
    except reading.Unreadable as error:
        shutil.rmtree(aside, ignore_errors=True)
        rule, remedy = error.problems[0].rule, "Write the file again, of the rows and columns that are needed"
        return empty(RegionalIndustries), empty(Regions), [Fault(register.file, rule=rule, remedy=remedy)]


def _scanned(path: Path, register: Register, aside: Path) -> tuple[pd.DataFrame, pd.DataFrame, list[Fault]]:
    name = register.file
    none = empty(RegionalIndustries), empty(Regions)
    if faults := list(_not_plain(path, name)):
        return *none, faults
    with FileScan(path, aside=aside, delimiter=register.delimiter) as file:
        try:
            faults = list(_header_faults(register, file.names))
            if faults:
                return *none, faults
            types = file.columns()
            faults = list(_column_faults(register, types))
            if faults:
                return *none, faults
            # DuckDB takes 1_000 for a number; to look at every figure takes a tenth of the scan of a CSV
            odd = "VARCHAR" in types.values() and (not name.endswith(".csv") or file.holds_below_header("_"))
            query = _Query(register, types, file.source, trimmed=False, odd=odd)
            found = _summed(file, query)
            if any((found[key] != found[key].str.strip(" ")).any() for key in query.keys):
                # to trim every code takes a fifth of the scan, and hardly any file needs it
                query = _Query(register, types, file.source, trimmed=True, odd=odd)
                found = _summed(file, query)
            faults = list(_row_faults(file, query, found)) or list(_cell_faults(register, found))
        except Unreadable as error:
            return *none, [_unreadable(name, error.line)]
    if faults:
        return *none, faults
    return _cells(register, found), _regions(register, found), []


def _not_plain(path: Path, name: str) -> Iterator[Fault]:
    """Faults of the columns of a Parquet file that hold lists, records or bytes, as of any other table."""
    if path.suffix != ".parquet":
        return
    try:
        schema = parquet.read_schema(path)
    except (OSError, pa.ArrowException):
        return  # the header's fault tells it
    for one in not_plain(schema):
        yield Fault(name, "", 1, one.column, one.rule, one.remedy)


def _summed(file: FileScan, query: _Query) -> pd.DataFrame:
    found = file.frame(query.aggregate())
    if query.sizes_apart:
        return found.merge(file.frame(query.sizes()), how="left", on=query.keys)
    return found


def _unreadable(name: str, line: int) -> Fault:
    kind = "CSV in UTF-8" if name.endswith(".csv") else "Parquet"
    rule = f"cannot be read as {kind}"
    remedy = "Check 'delimiter' in the plan, and the file for a stray quotation mark or a row cut short"
    return Fault(
        name, "", line, rule=rule, remedy=remedy if name.endswith(".csv") else "Write the file again"
    )


def _named(register: Register) -> dict[str, str]:
    """Return what a column holds -> its name in the file, of the columns that the plan names."""
    return {key: name for key, name in register.columns.model_dump().items() if name}


def _header_faults(register: Register, names: list[str]) -> Iterator[Fault]:
    """Faults of a header that is not there, or that bears a name twice: the wrong column could be summed."""
    if not names:
        yield _unreadable(register.file, 0)
        return
    spelt = [name.casefold() for name in names]
    for place, name in enumerate(names):
        if spelt.index(spelt[place]) < place:
            yield Fault(register.file, "", 1, name, "two columns bear this name", "Rename one of them")
        elif not name:
            rule = f"column {place + 1} has no name"
            yield Fault(register.file, "", 1, rule=rule, remedy="Name it, or delete it")


def _column_faults(register: Register, types: dict[str, str]) -> Iterator[Fault]:
    import difflib

    for key, name in _named(register).items():
        place = f"register.{register.source}.columns.{key}"
        if name not in types:
            close = difflib.get_close_matches(name, list(types), n=1, cutoff=0.5)
            hint = f"Did you mean '{close[0]}'? " if close else ""
            some = ", ".join(list(types)[:12])
            rule = f"'{name}' is not a column of {register.file}"
            yield Fault("assessment.toml", column=place, rule=rule, remedy=f"{hint}Its columns: {some}")
            continue
        kind = types[name].partition("(")[0]
        if key in _TEXTS and not (kind in WHOLE or kind in ("VARCHAR", "ENUM")):
            rule = "is neither text nor a whole number, and codes must be one of them"
            yield Fault(register.file, "", 1, name, rule, "Write the codes as text")
        elif key not in _TEXTS and not (kind in WHOLE or kind in ("VARCHAR", "DOUBLE", "FLOAT", "DECIMAL")):
            yield Fault(register.file, "", 1, name, "is not a column of numbers", "Name another column")


class _Query:
    """The SQL of one register."""

    def __init__(self, register: Register, types: dict[str, str], source: str, *, trimmed: bool, odd: bool):
        self.register, self.types, self.source = register, types, source
        self.trimmed, self.odd = trimmed, odd
        self.named = _named(register)
        self.keys = [key for key in _TEXTS if key in self.named]
        self.figures = [key for key in self.named if key not in _TEXTS]

    def _text_of(self, key: str) -> str:
        name = quoted(self.named[key])
        if self.types[self.named[key]] != "VARCHAR":
            return f"{name}::VARCHAR"
        return f"trim({name})" if self.trimmed else name

    def _number_of(self, key: str) -> str:
        name, kind = quoted(self.named[key]), self.types[self.named[key]]
        if kind in WHOLE:
            return name
        if kind != "VARCHAR":
            return f"TRY_CAST({name} AS {EXACT})"
        comma = self.register.decimal == ","
        wrong = [f"contains({name}, '_')"] if self.odd else []
        wrong += [f"contains({name}, '.')"] if comma else []  # it may stand for thousands there
        text = f"replace({name}, ',', '.')" if comma else name
        if wrong:
            text = f"CASE WHEN {' OR '.join(wrong)} THEN NULL ELSE {text} END"
        return f"TRY_CAST({text} AS {EXACT})"

    def _is_there(self, key: str) -> str:
        name = quoted(self.named[key])
        return f"trim({name}) <> ''" if self.types[self.named[key]] == "VARCHAR" else f"{name} IS NOT NULL"

    def rows(self) -> str:
        """Return the file's rows with keys as text and figures as numbers."""
        parts = [f"{self._text_of(key)} AS {key}" for key in self.keys]
        parts += [f"{self._number_of(key)} AS {key}" for key in self.figures]
        return f"SELECT {', '.join(parts)} FROM {self.source}"  # noqa: S608

    def aggregate(self) -> str:
        """Return the one query that sums and checks."""
        keys = ", ".join(self.keys)
        if self.register.grain == "cells":
            parts = [f"min({key})::DOUBLE AS {key}, max({key})::DOUBLE AS {key}_most" for key in self.figures]
            filled = [f"{self._is_there(key)} AS {key}_filled" for key in self.figures]
            parts += [f"count_if({key}_filled AND {key} IS NULL) AS {key}_bad" for key in self.figures]
            rows = self.rows().replace("SELECT ", f"SELECT {', '.join(filled)}, ", 1)
            parts.insert(0, "count(*) AS n")
            return f"SELECT {keys}, {', '.join(parts)} FROM ({rows}) GROUP BY {keys} ORDER BY {keys}"  # noqa: S608
        parts = ["count(*) AS n, sum(employment)::DOUBLE AS employment"]
        if "value_added" in self.figures:
            parts.append("count(value_added) AS value_known, sum(value_added)::DOUBLE AS value_added")
        if not self.sizes_apart:
            parts += self._sizes()
        return f"SELECT {keys}, {', '.join(parts)} FROM ({self.rows()}) GROUP BY {keys} ORDER BY {keys}"  # noqa: S608

    @property
    def sizes_apart(self) -> bool:
        """Whether medium and large firms, and bad figures, are summed by a query of their own.

        Few firms are that large, and Parquet gives their rows without the rest being read: a fraction of
        the time of summing them beside all others. Text has to be read whole, and one query is quicker.
        """
        return self.register.grain == "establishments" and self.source.startswith("read_parquet")

    def sizes(self) -> str:
        """Return the query that sums medium and large firms, and finds bad figures, apart."""
        keys = ", ".join(self.keys)
        medium = f"employment >= {self.register.small_below} OR employment < 0 OR employment IS NULL"
        rows = f"({self.rows()}) WHERE {medium}"
        return f"SELECT {keys}, {', '.join(self._sizes())} FROM {rows} GROUP BY {keys}"  # noqa: S608

    def _sizes(self) -> list[str]:
        found = []
        for size, least in (("medium", self.register.small_below), ("large", self.register.medium_below)):
            found.append(f"count_if(employment >= {least}) AS n_{size}")
            found.append(f"(sum(employment) FILTER (employment >= {least}))::DOUBLE AS e_{size}")
        # below 0 where a figure is negative or missing
        return [*found, "min(coalesce(employment, -1))::DOUBLE AS least"]

    def places(self, condition: str) -> str:
        """Return the query that counts the rows of which a condition holds, and finds the first of them."""
        filled = "".join(f", {self._is_there(key)} AS {key}_filled" for key in self.figures)
        numbered = self.rows().replace("SELECT ", "SELECT row_number() OVER () AS place, ", 1)
        numbered = numbered.replace(f" FROM {self.source}", f"{filled} FROM {self.source}", 1)
        return f"SELECT count(*) AS n, min(place) AS place FROM ({numbered}) WHERE {condition}"  # noqa: S608


def _row_faults(file: FileScan, query: _Query, found: pd.DataFrame) -> Iterator[Fault]:
    """Faults of single rows, each rule once, with the number of rows and the first of them."""
    register = query.register
    if not len(found):
        yield Fault(register.file, rule="has no row below its header", remedy="Put the data there")
        return
    suspected: list[tuple[str, str, str, str]] = []
    for key in query.keys:
        if (found[key].isna() | (found[key] == "")).any():
            rule = f"the {_KEYED[key]} is empty"
            suspected.append((key, f"coalesce({key}, '') = ''", rule, "Fill it in"))
        if found[key].str.contains(r"[\x00-\x1f\x7f]", na=False).any():
            rule = "holds a line break or another control character, as a stray quotation mark brings about"
            remedy = "Take out the quotation mark, or write the code in plain characters"
            suspected.append((key, f"regexp_matches({key}, '[[:cntrl:]]')", rule, remedy))
    for key in query.figures:
        suspected += _suspected_figures(register, key, found)
    for key, condition, rule, remedy in suspected:
        place = file.frame(query.places(condition)).iloc[0]
        if place["n"]:
            number = int(place["n"])
            times = "" if number == 1 else f", in {number} rows; this is the first"
            row = int(place["place"]) + 1
            yield Fault(register.file, "", row, query.named[key], rule + times, remedy)


def _suspected_figures(
    register: Register, key: str, found: pd.DataFrame
) -> Iterator[tuple[str, str, str, str]]:
    """Yield column, condition, rule and remedy of what the aggregate shows to be wrong in a figure."""
    number = "is not a finite number below 10 to the 14th"
    remedy = "Correct the cell, or 'decimal' and 'delimiter' in the plan"
    cells = register.grain == "cells"
    if key == "value_added":
        if found["value_added_bad"].any() if cells else (found["value_known"] < found["n"]).any():
            yield key, f"{key}_filled AND {key} IS NULL", number, remedy
        return
    if key == "employment" and (found[key] >= BEYOND).any():
        yield key, f"{key} >= {BEYOND}", number, remedy
    bad = found[f"{key}_bad"].any() if cells else (found["least"] < 0).any()
    if bad:
        yield key, f"{key}_filled AND {key} IS NULL", number, remedy
        if not cells:
            yield key, f"NOT coalesce({key}_filled, false)", "is empty", "Fill it in, 0 where nobody works"
    least = found[key] if cells else found["least"]
    if (least < 0).any():
        yield key, f"{key} < 0", "is negative", "Correct the cell"
    if key == "firms" and (found["firms"].dropna() % 1 != 0).any():
        yield key, "firms <> round(firms)", "is not a whole number", "Correct the cell"
    if key in ("population", "area_sqkm") and (found[key] == 0).any():
        yield key, f"{key} = 0", "must be above 0", "Correct the cell, or leave it empty"


def _cell_faults(register: Register, found: pd.DataFrame) -> Iterator[Fault]:
    """Faults of a register of cells that no single row has."""
    if register.grain != "cells":
        return
    named = _named(register)
    keys = [key for key in _TEXTS if key in found]
    columns = " + ".join(named[key] for key in keys)
    for row in found[found["n"] > 1].sort_values(keys).head(20).to_dict("records"):
        told = ", ".join(str(row[key]) for key in keys)
        rule = f"{told} stands {int(row['n'])} times"
        remedy = (
            "Keep one of the rows, name the column that tells them apart, or use grain = 'establishments'"
        )
        yield Fault(register.file, "", 0, columns, rule, remedy)
    if "size" in found:
        for size in sorted(set(found["size"]) - set(FIRM_SIZES)):
            rule = f"'{size}' is not a size of firm"
            yield Fault(register.file, "", 0, named["size"], rule, f"Use one of: {', '.join(FIRM_SIZES)}")
    place = [key for key in ("year", "region") if key in found]
    for key in ("population", "area_sqkm"):
        if key in found:
            spread = found.groupby(place, sort=True)[key].agg(["min", "max"])
            for where in spread.index[spread["min"] < spread["max"]][:20]:
                told = ", ".join(where) if isinstance(where, tuple) else where
                rule = f"differs between the rows of one region ({told})"
                yield Fault(register.file, "", 0, named[key], rule, "Give each row of a region the same")


def _cells(register: Register, found: pd.DataFrame) -> pd.DataFrame:
    """Return the aggregate as rows of staged.regional_industries."""
    base = pd.DataFrame(
        {
            "source": pd.Series(register.source, index=found.index, dtype="string"),
            "year": found.get("year", pd.Series(register.year, index=found.index, dtype="string")),
            "region": found["region"],
            "industry": found["industry"],
        }
    )
    if register.grain == "cells":
        cells = base.assign(
            size=found.get("size", "all"),
            firms=found["firms"].round() if "firms" in found else np.nan,
            employment=found["employment"].astype("float64"),
            value_added=found["value_added"].astype("float64") if "value_added" in found else np.nan,
        )
        hidden = pd.concat(
            [found[key].isna() for key in ("firms", "employment", "value_added") if key in found], axis=1
        )
        cells["status"] = np.where(hidden.any(axis=1), "suppressed", "measured")
        return conform(cells, RegionalIndustries)
    return _by_size(base, found)


def _by_size(base: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return a row a cell and size of firm that is there, in the order of the key."""
    beyond, large = (
        [found[f"{what}_{size}"].fillna(0).to_numpy("float64") for what in ("n", "e")]
        for size in ("medium", "large")
    )
    whole = [found[column].to_numpy("float64") for column in ("n", "employment")]
    value = np.full(len(found), np.nan)
    if "value_added" in found:
        value = np.where(found["value_known"] == found["n"], found["value_added"].astype("float64"), np.nan)
    by_size = {
        "all": whole,
        "large": large,
        # rounded as the sums are: a difference of doubles may miss the decimal that both have
        "medium": [np.round(one - other, 4) for one, other in zip(beyond, large, strict=True)],
        "small": [np.round(one - other, 4) for one, other in zip(whole, beyond, strict=True)],
    }
    firms, employment = (
        np.stack([by_size[size][part] for size in by_size], axis=1).ravel() for part in (0, 1)
    )
    there = np.flatnonzero(firms > 0)
    cells = base.take(there // len(by_size)).reset_index(drop=True)
    cells["size"] = pd.Series(list(by_size), dtype="string").take(there % len(by_size)).array
    cells["firms"], cells["employment"] = firms[there], employment[there]
    cells["value_added"] = np.where(there % len(by_size) == 0, value[there // len(by_size)], np.nan)
    cells["status"] = "measured"
    return conform(cells, RegionalIndustries)


def _regions(register: Register, found: pd.DataFrame) -> pd.DataFrame:
    """Return population and area of the regions, where the register has them."""
    figures = [key for key in ("population", "area_sqkm") if key in found]
    if not figures:
        return empty(Regions)
    year = found.get("year", register.year)
    one = found.assign(year=year).groupby(["year", "region"], as_index=False, sort=True)[figures].min()
    return conform(one.assign(source=register.source), Regions)
