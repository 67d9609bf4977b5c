"""Released tables as Parquet, in a folder or an object store, where those of all assessments read as one.

    <place>/<table>/assessment=<id>/<table>.parquet

A table without rows leaves no file. `<place>/_published/<id>.json` names the report that an assessment's
files are of, and its cluster; it goes before they are written and comes after, so a killed one is written
again.
"""

from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from schemas.base import column_types
from schemas.faults import Fault, Refused
from tasks import disclosure
from tasks.warehouse import Warehouse

_TYPES = {
    "string": pa.string(),
    "string[pyarrow]": pa.string(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
}


class NoPlace(Exception):
    """Where the tables should go cannot be used; the message says why."""


def store_of(place: str) -> tuple[Any, str]:
    """Return the file system of a path or address, and the path in it. Raises NoPlace."""
    import fsspec

    try:
        return fsspec.core.url_to_fs(place)
    except ImportError as error:
        raise NoPlace(f"{place} needs a package that is not installed: {error}") from None
    except ValueError:
        raise NoPlace(f"{place} is neither a path nor an address that fsspec knows") from None


def publish(folder: Path, place: str) -> str:
    """Write what an assessment has released to a place, unless it stands there, and say so in a line.

    Raises Refused where the place holds tables of another cluster under the same id.
    """
    about = json.loads((folder / "results" / "current" / "manifest.json").read_bytes())
    name = str(about["assessment"])
    stored = {"content_hash": about["content_hash"], "code": about["code"], "cluster": _cluster(folder)}
    there = published(place, name)
    _refuse_another(there, name, stored["cluster"], folder, place)
    if there == stored:
        return f"The released tables stand in {place} already."
    with Warehouse(folder / "results" / "warehouse.duckdb", read_only=True) as warehouse:
        tables = {
            contract.about().name.partition(".")[2]: as_parquet(
                warehouse.read(disclosure.released_name(contract.about().name), contract.about().key),
                column_types(disclosure.released_contract(contract)),
            )
            for contract in disclosure.releasable()
        }
    written = write(place, name, tables, stored)
    return f"{written} released tables were written to {place}."


def _cluster(folder: Path) -> str:
    told = tomllib.loads((folder / "assessment.toml").read_text(encoding="utf-8"))["assessment"]
    return f"{told['cluster']}, {told['country']}"


def _refuse_another(there: Mapping[str, str], name: str, cluster: str, folder: Path, place: str) -> None:
    """Raise Refused where what is published under an id is of another cluster."""
    other = there.get("cluster", cluster)
    if other == cluster:
        return
    rule = f"'{name}' is the id of another cluster in {place}: {other}. Its tables would be lost"
    remedy = f"Rename one; if {cluster} is the same cluster under a new name, delete {_mark(place, name)}"
    raise Refused([Fault(f"{folder}/assessment.toml", column="assessment.id", rule=rule, remedy=remedy)])


def as_parquet(frame: pd.DataFrame, types: Mapping[str, str]) -> bytes:
    """Return a table as Parquet, of the types of its contract whatever its rows; b'' without rows."""
    if not len(frame):
        return b""
    schema = pa.schema([(column, _TYPES[kind]) for column, kind in types.items()])
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pandas(frame[list(types)], schema=schema, preserve_index=False), buffer)
    return buffer.getvalue()


def published(place: str, assessment: str) -> dict[str, str]:
    """Return of which report an assessment's tables at a place are; {} if none stand there whole."""
    store, root = store_of(place)
    try:
        return json.loads(store.cat_file(_mark(root, assessment)))
    except (OSError, ValueError):
        return {}


def write(place: str, assessment: str, tables: Mapping[str, bytes], stored: Mapping[str, str]) -> int:
    """Put an assessment's tables in place of those that stand there, and return how many have rows."""
    store, root = store_of(place)
    mark = _mark(root, assessment)
    if store.exists(mark):
        store.rm_file(mark)
    for table, content in tables.items():
        path = f"{root}/{table}/assessment={assessment}/{table}.parquet"
        if content:
            _put(store, path, content)
        elif store.exists(path):
            store.rm_file(path)
    _put(store, mark, json.dumps(stored, sort_keys=True).encode())
    return sum(bool(content) for content in tables.values())


def _put(store: Any, path: str, content: bytes) -> None:
    """Write a file whole or not at all: a reader meanwhile sees the old one or the new one."""
    store.makedirs(path.rpartition("/")[0], exist_ok=True)
    with store.transaction, store.open(path, "wb") as file:
        file.write(content)


def _mark(root: str, assessment: str) -> str:
    return f"{root}/_published/{assessment}.json"
