"""The warehouse: results/warehouse.duckdb. The only module that imports duckdb.

Rows and their ledger entry are written in one transaction. Frames go in as Arrow tables, because a strided
nullable frame handed over directly arrives with wrong values.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas import as_sql
from schemas.base import Contract, check, column_types, conform, in_order
from schemas.faults import BrokenPromise, Fault, Refused

LAYERS = ("raw", "staged", "mart", "released", "meta")
BY_COLUMN = "staged.responses"
"""The table of which steps may read some columns only, so that each column has a digest of its own."""
LARGE = 1_000_000
"""Rows from which a table is held to its contract in SQL; only what breaks it is told by pandera."""
DUCKDB_TYPES = {
    "string": "VARCHAR",
    "string[pyarrow]": "VARCHAR",
    "Int64": "BIGINT",
    "float64": "DOUBLE",
    "boolean": "BOOLEAN",
}
_PANDAS_TYPES = {
    pa.string(): pd.StringDtype(),
    pa.large_string(): pd.StringDtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
_META = """
CREATE TABLE IF NOT EXISTS meta.runs (
    run VARCHAR PRIMARY KEY, started_at TIMESTAMP, finished_at TIMESTAMP, engine VARCHAR, status VARCHAR,
    steps_run BIGINT, steps_unchanged BIGINT, versions VARCHAR);
CREATE TABLE IF NOT EXISTS meta.steps (
    step VARCHAR PRIMARY KEY, phase VARCHAR, fingerprint VARCHAR, run VARCHAR, seconds DOUBLE,
    outputs VARCHAR, written VARCHAR[], read VARCHAR[]);
CREATE TABLE IF NOT EXISTS meta.fingerprints (
    step VARCHAR PRIMARY KEY, parts VARCHAR, columns VARCHAR);
CREATE TABLE IF NOT EXISTS meta.inputs (
    file VARCHAR, sheet VARCHAR, sha256 VARCHAR, bytes BIGINT, personal BOOLEAN, run VARCHAR,
    PRIMARY KEY (file, sheet));
CREATE VIEW IF NOT EXISTS meta.lineage AS
    SELECT output, unnest(read) AS input, step
    FROM (SELECT step, unnest(written) AS output, read FROM meta.steps) ORDER BY output, input;
"""


class Busy(Exception):
    """Another process holds the warehouse; the message names it where DuckDB does."""


class Damaged(Exception):
    """The warehouse cannot be opened. It can be deleted: the next run makes it again."""


class Warehouse:
    """One DuckDB file, open for writing or for reading."""

    def __init__(self, path: Path, *, read_only: bool = False):
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        config: dict[str, str | bool | int | float | list[str]] = {
            "enable_external_access": "false",
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
            "python_enable_replacements": "false",
            "threads": "1",  # sums of doubles by several threads differ in their last digits
        }
        try:
            self._connection = duckdb.connect(str(path), read_only=read_only, config=config)
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise Busy(_holder(str(error))) from None
            raise Damaged(path.name) from None
        except (duckdb.Error, RuntimeError):
            raise Damaged(path.name) from None
        # trying FSST on each column takes a third of the time of a large write, for files half as large
        self._connection.execute("SET disabled_compression_methods = 'fsst'")
        if not read_only:
            for layer in LAYERS:
                self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}")
            self._connection.execute(_META)
        self._connection.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tables(self) -> list[str]:
        """Return the names of all tables, layer first, sorted."""
        rows = self._connection.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables ORDER BY 1"
        ).fetchall()
        return [name for (name,) in rows]

    def columns(self) -> dict[str, set[str]]:
        """Return table -> names of its columns, of all tables."""
        rows = self._connection.execute(
            "SELECT table_schema || '.' || table_name, list(column_name) "
            "FROM information_schema.columns GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return {table: set(columns) for table, columns in rows}

    def read(self, table: str, order: Iterable[str] = ()) -> pd.DataFrame:
        """Return a table in the order of the given columns (else in the order in which it was written).

        Raises KeyError if there is no such table.
        """
        by = ", ".join(_quoted(column) for column in order)
        query = f"SELECT * FROM {_name(table)}" + (f" ORDER BY {by}" if by else "")  # noqa: S608
        try:
            arrow = self._connection.execute(query).to_arrow_table()
        except duckdb.CatalogException:
            raise KeyError(table) from None
        return arrow.to_pandas(types_mapper=_PANDAS_TYPES.get)

    def records(self, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return a table's columns and rows without pandas, for printing. Raises KeyError if none."""
        if table not in self.tables():
            raise KeyError(table)
        result = self._connection.execute(f"SELECT * FROM {_name(table)}")  # noqa: S608
        return [column[0] for column in result.description], result.fetchall()

    def count(self, table: str, where: Mapping[str, Iterable[str]]) -> int:
        """Return how many rows of a table bear one of the words in each column of `where`."""
        rules = " AND ".join(f"list_contains(?, {_quoted(column)})" for column in where) or "true"
        query = f"SELECT count(*) FROM {_name(table)} WHERE {rules}"  # noqa: S608
        (number,) = self._connection.execute(query, [list(words) for words in where.values()]).fetchall()[0]
        return int(number)

    def span_of_rows(self, table: str, file: str) -> tuple[int, int | None, int | None]:
        """Return how many rows a raw table has of a file, and the first and last as the file numbers them."""
        several = "_file" in self.columns()[table]
        rule = f"regexp_replace({_quoted('_file')}, '^.*/', '') = ?" if several else "true"
        query = f"SELECT count(*), min(_row), max(_row) FROM {_name(table)} WHERE {rule}"  # noqa: S608
        given = [file.rpartition("/")[2]] if several else []
        rows, first, last = self._connection.execute(query, given).fetchall()[0]
        return int(rows), first, last

    def digests(self) -> dict[str, str]:
        """Return table -> digest of its rows, of every table that a step has written."""
        rows = self._connection.execute("SELECT outputs FROM meta.steps ORDER BY step").fetchall()
        return {table: value for (outputs,) in rows for table, value in json.loads(outputs).items()}

    def damaged(self) -> list[str]:
        """Return the tables whose rows are not those that were written, or cannot be read."""
        found = []
        for table, digest in sorted(self.digests().items()):
            try:
                rows = self.read(table)
            except (KeyError, duckdb.Error):
                found.append(table)
                continue
            if frame_digest(rows) != digest:
                found.append(table)
        return found

    def column_digests(self) -> dict[str, dict[str, str]]:
        """Return table -> column -> digest of its values, of the tables of which steps read some columns."""
        rows = self._ledger("columns")
        return {table: found for _, columns in rows for table, found in json.loads(columns).items()}

    def fingerprint_parts(self) -> dict[str, dict[str, str]]:
        """Return step -> what the fingerprint was made of with which its tables were last written."""
        return {step: json.loads(parts) for step, parts in self._ledger("parts")}

    def _ledger(self, column: str) -> list[tuple[str, str]]:
        """Return step -> a column of meta.fingerprints. Raises KeyError in a warehouse that has none."""
        query = f"SELECT step, {column} FROM meta.fingerprints ORDER BY step"  # noqa: S608
        try:
            return self._connection.execute(query).fetchall()
        except duckdb.CatalogException:
            raise KeyError("meta.fingerprints") from None

    def step_fingerprints(self) -> dict[str, str]:
        """Return step -> fingerprint with which its tables were last written."""
        return dict(self._connection.execute("SELECT step, fingerprint FROM meta.steps").fetchall())

    def write(
        self,
        frames: Mapping[str, tuple[pd.DataFrame, type[Contract]]],
        *,
        step: str,
        phase: str,
        fingerprint: str,
        run: str,
        seconds: float,
        reads: Iterable[str],
        parts: Mapping[str, str],
    ) -> dict[str, Written]:
        """Write a step's tables and its ledger entry in one transaction; return what was written, by table.

        parts: what the fingerprint was made of, to tell later what has changed.
        Each frame is brought into its contract's order and types, sorted by its key and checked.
        Raises BrokenPromise if a frame does not keep its contract; nothing is written then.
        """
        ready = {name: kept(frame, contract) for name, (frame, contract) in frames.items()}
        columns = {name: column_digests(frame) for name, frame in ready.items()}
        outputs = {name: joined_digest(found) for name, found in columns.items()}
        self._connection.execute("BEGIN TRANSACTION")
        try:
            for name, frame in ready.items():
                self._replace(name, frame, frames[name][1])
            self._forget_step(step)  # and write it anew: INSERT OR REPLACE takes three times as long
            self._connection.execute(
                "INSERT INTO meta.steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    step,
                    phase,
                    fingerprint,
                    run,
                    seconds,
                    json.dumps(outputs, sort_keys=True),
                    sorted(outputs),
                    sorted(set(reads)),
                ],
            )
            by_column = {name: found for name, found in columns.items() if name == BY_COLUMN}
            self._connection.execute(
                "INSERT INTO meta.fingerprints VALUES (?, ?, ?)",
                [step, json.dumps(dict(parts), sort_keys=True), json.dumps(by_column)],
            )
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        return {name: Written(frame, outputs[name], columns[name]) for name, frame in ready.items()}

    def _forget_step(self, step: str) -> None:
        for ledger in ("meta.steps", "meta.fingerprints"):
            self._connection.execute(f"DELETE FROM {ledger} WHERE step = ?", [step])  # noqa: S608

    def _replace(self, table: str, frame: pd.DataFrame, contract: type[Contract]) -> None:
        kinds = column_types(contract)
        columns = ", ".join(f"{_quoted(column)} {DUCKDB_TYPES[kind]}" for column, kind in kinds.items())
        self._connection.execute(f"CREATE OR REPLACE TABLE {_name(table)} ({columns})")
        if not len(frame):
            return
        self._connection.register("incoming", pa.Table.from_pandas(frame, preserve_index=False))
        try:
            self._connection.execute(f"INSERT INTO {_name(table)} SELECT * FROM incoming")  # noqa: S608
        finally:
            self._connection.unregister("incoming")

    def drop_tables_of_other_steps(self, steps: Iterable[str], tables: Iterable[str]) -> None:
        """Forget steps and tables that no longer exist, such as the raw table of a file taken away."""
        known, wanted = set(steps), set(tables)
        self._connection.execute("BEGIN TRANSACTION")
        for step in set(self.step_fingerprints()) - known:
            self._forget_step(step)
        for table in self.tables():
            if not table.startswith("meta.") and table not in wanted:
                self._connection.execute(f"DROP TABLE {_name(table)}")
        self._connection.execute("COMMIT")

    def begin_run(self, run: str, engine: str, versions: Mapping[str, str]) -> None:
        """Note that a run has begun."""
        self._connection.execute(
            "INSERT OR REPLACE INTO meta.runs VALUES (?, ?, NULL, ?, 'running', 0, 0, ?)",
            [run, _now(), engine, json.dumps(dict(versions), sort_keys=True)],
        )

    def end_run(self, run: str, status: str, steps_run: int, steps_unchanged: int) -> None:
        """Note how a run has ended."""
        self._connection.execute(
            "UPDATE meta.runs SET finished_at = ?, status = ?, steps_run = ?, steps_unchanged = ? "
            "WHERE run = ?",
            [_now(), status, steps_run, steps_unchanged, run],
        )

    def note_inputs(self, run: str, inputs: Iterable[tuple[str, str, str, int, bool]]) -> None:
        """Replace the list of received files: file, sheet, SHA-256, bytes, if it has personal columns."""
        self._connection.execute("BEGIN TRANSACTION")
        self._connection.execute("DELETE FROM meta.inputs")
        for one in inputs:
            self._connection.execute(
                "INSERT OR REPLACE INTO meta.inputs VALUES (?, ?, ?, ?, ?, ?)", [*one, run]
            )
        self._connection.execute("COMMIT")


@dataclass(frozen=True)
class Written:
    """A table as it stands in the warehouse: its rows in the order of the key, and their digests."""

    frame: pd.DataFrame
    digest: str
    columns: dict[str, str]


SCAN_MEMORY = 3 * 1024**3
"""Bytes that DuckDB takes for the scan of a file before it writes aside."""


class FileScan:
    """One large CSV or Parquet file, read where it lies by all cores, in a connection of its own in memory.

    Only that file can be opened from it. What does not fit into `memory` goes to the folder `aside`, which
    DuckDB makes when it needs it. Sums in the queries have to be of whole numbers or DECIMAL: sums of
    doubles by several threads differ in their last digits.
    """

    def __init__(self, path: Path, *, aside: Path, delimiter: str = ",", memory: int = SCAN_MEMORY):
        self._connection = duckdb.connect(
            config={
                "memory_limit": f"{memory}B",
                "temp_directory": str(aside),
                "autoload_known_extensions": "false",
                "autoinstall_known_extensions": "false",
                "python_enable_replacements": "false",
            }
        )
        # As a pattern that fits this file alone; DuckDB asks for leave under both spellings.
        place = _text("".join(f"[{one}]" if one in "[]*?" else one for one in str(path)))
        self._connection.execute(f"SET allowed_paths = [{_text(str(path))}, {place}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        self._path = path
        self.names = _header(path, delimiter) if path.suffix == ".csv" else _parquet_names(path)
        """The columns' names as the file has them; none where it is empty or no such file."""
        # Nothing is sniffed: DuckDB would skip lines that look like comments or like a title.
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in self.names)
        form = f"delim = {_text(delimiter)}, quote = '\"', escape = '\"', header = true, nullstr = ''"
        read_csv = f"read_csv({place}, {form}, auto_detect = false, columns = {{{columns}}})"
        self.source = read_csv if path.suffix == ".csv" else f"read_parquet({place})"
        """What a query names to read the file; a CSV is all text."""

    def __enter__(self) -> FileScan:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def columns(self) -> dict[str, str]:
        """Return column -> type, as DuckDB calls it. Raises Unreadable."""
        rows = self._asked(f"DESCRIBE SELECT * FROM {self.source}").fetchall()  # noqa: S608
        return {row[0]: row[1] for row in rows}

    def broken(self, contract: type[Contract]) -> dict[as_sql.Broken, int]:
        """Return (column, rule) -> rows of the file that break a contract, which names its columns."""
        return _broken(self._connection, contract, self.source)

    def holds_below_header(self, sign: str) -> bool:
        """Return whether a sign of ASCII stands anywhere below the first line of the file."""
        with self._path.open("rb") as file:
            file.readline()
            return any(sign.encode() in block for block in iter(partial(file.read, 1 << 22), b""))

    def frame(self, query: str) -> pd.DataFrame:
        """Return what a query gives. Raises Unreadable where the file cannot be read to its end."""
        return self._asked(query).to_arrow_table().to_pandas(types_mapper=_PANDAS_TYPES.get)

    def _asked(self, query: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(query)
        except duckdb.OutOfMemoryException:
            raise MemoryError from None
        except duckdb.Error as error:  # of any kind in a damaged file; its text holds the file's lines
            line = re.search(r"Line: (\d+)", str(error))
            raise Unreadable(int(line[1]) if line else 0) from None


def _header(path: Path, delimiter: str) -> list[str]:
    """Return the names in the first record of a CSV; none where it is empty or not UTF-8."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            return [name.strip() for name in next(csv.reader(file, delimiter=delimiter), [])]
        except (UnicodeDecodeError, csv.Error):
            return []


def _parquet_names(path: Path) -> list[str]:
    from pyarrow import parquet

    try:
        return list(parquet.read_schema(path).names)
    except (OSError, pa.ArrowException):
        return []


class Unreadable(Exception):
    """A file is not what its name says; `line` is where, 0 where that is not known."""

    def __init__(self, line: int):
        super().__init__(line)
        self.line = line


def quoted(name: str) -> str:
    """Return a column's name as it stands in SQL."""
    return _quoted(name)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


NO_ROWS = hashlib.sha256().hexdigest()


def frame_digest(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a frame's column names, values and order of rows."""
    return joined_digest(column_digests(frame))


def column_digests(frame: pd.DataFrame) -> dict[str, str]:
    """Return column -> SHA-256 of its values in their order; of no rows, whatever their type, the same."""
    if not len(frame):
        return dict.fromkeys(map(str, frame.columns), NO_ROWS)
    return {str(column): _column_digest(frame[column]) for column in frame.columns}


def joined_digest(columns: Mapping[str, str]) -> str:
    """Return the digest of a frame from those of its columns."""
    return hashlib.sha256(json.dumps(list(columns.items())).encode()).hexdigest()


def _column_digest(column: pd.Series) -> str:
    hasher = hashlib.sha256()
    for part in _bytes_of(column):
        hasher.update(part)
    return hasher.hexdigest()


def _bytes_of(column: pd.Series) -> Iterator[bytes]:
    """Yield a column's values as bytes, the same for the same values however they lie in memory."""
    yield str(column.dtype).encode()
    if column.dtype == "float64":
        numbers = column.to_numpy() + 0.0  # no -0.0
        yield np.where(np.isnan(numbers), np.nan, numbers).tobytes()
        return
    cells = pa.array(column, from_pandas=True)
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    yield np.packbits(cells.is_null().to_numpy(zero_copy_only=False)).tobytes()
    if pa.types.is_large_string(cells.type) or pa.types.is_string(cells.type):
        texts = pc.cast(cells.fill_null(""), pa.large_string())
        yield pc.call_function("binary_length", [texts]).to_numpy().tobytes()
        _, offsets, letters = texts.buffers()
        ends = np.frombuffer(offsets, dtype="int64")[texts.offset : texts.offset + len(texts) + 1]
        yield letters.slice(ends[0], ends[-1] - ends[0]).to_pybytes() if letters else b""
        return
    yield (
        cells.fill_null(0 if pa.types.is_integer(cells.type) else False)
        .to_numpy(zero_copy_only=False)
        .tobytes()
    )


def kept(frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
    """Return the frame as its contract wants it, sorted by key. Raises BrokenPromise if it is not kept."""
    name = contract.about().name
    try:
        ready = conform(frame, contract)
    except (ValueError, TypeError) as error:
        raise BrokenPromise(f"{name}: {error}") from None
    if not len(ready):
        return ready
    ready = _sorted(ready, list(contract.about().key))
    if len(ready) >= LARGE and not broken(ready, contract):
        return ready
    faults: list[Fault] = check(ready, contract)
    if faults:
        raise BrokenPromise("; ".join(str(fault) for fault in faults[:5]))
    return ready


def broken(frame: pd.DataFrame, contract: type[Contract]) -> dict[as_sql.Broken, int]:
    """Return (column, rule) -> rows of a frame, in its types, that break it; keys that repeat as unique.

    The same as `check` finds, by all cores and without copies of the columns, but not in which rows.
    """
    with duckdb.connect(config={"python_enable_replacements": "false"}) as connection:
        connection.register("incoming", pa.Table.from_pandas(frame, preserve_index=False))
        return _broken(connection, contract, "incoming")


def _broken(
    connection: duckdb.DuckDBPyConnection, contract: type[Contract], source: str
) -> dict[as_sql.Broken, int]:
    (counts,) = connection.execute(as_sql.counts(contract, source)).fetchall()
    told = [*as_sql.rules(contract), (" + ".join(contract.about().key), "unique")]
    return {rule: rows for rule, rows in zip(told, counts, strict=True) if rows}


def _sorted(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return the frame sorted by its key; itself where it is."""
    if frame.index.equals(pd.RangeIndex(len(frame))) and in_order(frame, key):
        return frame
    return frame.sort_values(key, kind="stable").reset_index(drop=True)


def _name(table: str) -> str:
    layer, _, name = table.partition(".")
    if layer not in LAYERS or not name:
        raise KeyError(table)
    return f"{layer}.{_quoted(name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def _holder(message: str) -> str:
    _, _, tail = message.partition("PID ")
    number = "".join(character for character in tail[:12] if character.isdigit())
    return f"process {number}" if number else "another process"


def refuse_unknown_table(table: str, known: Iterable[str]) -> Refused:
    """Return the refusal of a table that the warehouse does not have."""
    import difflib

    names = sorted(known)
    close = difflib.get_close_matches(table, names, n=1, cutoff=0.3)
    hint = f"Did you mean '{close[0]}'? " if close else ""
    return Refused(
        [Fault(table, rule="is not a table of the warehouse", remedy=f"{hint}'psia table' lists them")]
    )
