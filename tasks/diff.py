"""What differs between two trees of results, and why: from their manifests and released tables alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasks import state

Record = dict[str, Any]
WHY, ROW, CELL, FILE = "why", "row", "figure", "file"
MOST_TOLD = 12
"""So many differences of a table are told in words; --json has all."""


class NoTree(Exception):
    """A folder has no results that can be compared; the words say what to do."""


def diff(one: Path, other: Path) -> tuple[list[str], list[Record]]:
    """Return what differs between two trees, as lines of words and as records.

    one, other: a tree of results (such as results/current) or an assessment folder that was run. A record has
    `kind`: why (a cause), row (of one tree only), figure (a cell with another value) or file.
    Raises NoTree where there is none, or it is damaged.
    """
    before, after = (_tree(place) for place in (one, other))
    manifests = [json.loads((tree / "manifest.json").read_bytes()) for tree in (before, after)]
    why = list(_causes(*manifests))
    found = list(_differences(before, after))
    files = list(_files(*manifests))
    return [*_told_why(why, bool(found or files)), *_told(found, files)], [*why, *found, *files]


def _tree(place: Path) -> Path:
    for tree in (place, place / "results" / "current"):
        if (tree / "manifest.json").is_file():
            if not state.is_as_listed(tree, beside=state.RELEASE_ADDS):
                raise NoTree(f"{place}: is damaged. Run 'psia run' on its assessment, or 'psia rebuild'")
            return tree
    raise NoTree(
        f"{place}: has no results to compare. Name a tree of results, or run 'psia run' on the folder"
    )


def _causes(before: Record, after: Record) -> Iterator[Record]:
    """Yield what the trees were made of that is not the same: corrections, inputs, plan, code, libraries."""
    inputs = [{one["file"]: one["sha256"] for one in each["inputs"]} for each in (before, after)]
    for name, old, new in _unlike(*inputs):
        kind = "definitions" if name.endswith(".toml") else "input"
        kind = "correction" if Path(name).name.startswith("corrections") else kind
        yield _why(kind, name, old, new)
    for cause in ("plan", "code", "psia"):
        if before.get(cause) != after.get(cause):
            yield _why(cause, "", before.get(cause), after.get(cause))
    for name, old, new in _unlike(before["libraries"], after["libraries"]):
        yield _why("library", name, old, new)


def _why(cause: str, name: str, old: str | None, new: str | None) -> Record:
    return {"kind": WHY, "cause": cause, "name": name, "old": old, "new": new}


def _unlike(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            yield name, one.get(name), other.get(name)


def _differences(before: Path, after: Path) -> Iterator[Record]:
    """Yield rows that one tree has alone and cells that differ, table by table in the order of the keys."""
    keys = {**_keys(before), **_keys(after)}
    for table, key in sorted(keys.items()):
        old, new = (_rows(tree / "tables" / f"{table}.csv", key) for tree in (before, after))
        for ident in sorted({*old, *new}):
            about = {"table": table, "key": dict(zip(key, ident, strict=True))}
            if ident not in old or ident not in new:
                yield {"kind": ROW, **about, "change": "new" if ident in new else "gone"}
                continue
            for column, was, now in _unlike(old[ident], new[ident]):
                yield {"kind": CELL, **about, "column": column, "old": was or "", "new": now or ""}


def _keys(tree: Path) -> dict[str, list[str]]:
    package = json.loads((tree / "datapackage.json").read_bytes())
    return {one["name"]: one["schema"]["primaryKey"] for one in package["resources"]}


def _rows(path: Path, key: list[str]) -> dict[tuple[str, ...], dict[str, str]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {tuple(row.get(name) or "" for name in key): row for row in csv.DictReader(file)}


def _files(before: Record, after: Record) -> Iterator[Record]:
    """Yield the files beside the tables that are not alike."""
    listed = [
        {one["file"]: one["sha256"] for one in each["files"] if not one["file"].startswith("tables/")}
        for each in (before, after)
    ]
    for name, old, new in _unlike(*listed):
        yield {"kind": FILE, "file": name, "change": "new" if not old else "gone" if not new else "other"}


def _told_why(why: list[Record], differ: bool) -> Iterator[str]:
    if not why and not differ:
        yield "Nothing differs."
        return
    words = {
        "input": "file of data",
        "correction": "log of corrections",
        "definitions": "file of definitions or words",
        "plan": "the plan (assessment.toml)",
        "code": "the code of psia",
        "psia": "the version of psia",
        "library": "library",
    }
    yield "Why:" if why else "Why: nothing that the manifests name differs."
    for one in why:
        change = "new" if one["old"] is None else "gone" if one["new"] is None else "changed"
        if one["cause"] in ("plan", "code") and change != "changed":
            change = "one of the manifests, of an older psia, does not name it"
        versions = f" ({one['old']} → {one['new']})" if one["cause"] in ("psia", "library") else ""
        yield f"  {' '.join(filter(None, [words[one['cause']], one['name']]))}: {change}{versions}"


def _told(found: list[Record], files: list[Record]) -> Iterator[str]:
    by_table: dict[str, list[Record]] = {}
    for one in found:
        by_table.setdefault(one["table"], []).append(one)
    if by_table:
        yield "What, by table:"
    for table, records in by_table.items():
        new, gone = (sum(one.get("change") == word for one in records) for word in ("new", "gone"))
        figures = sum(one["kind"] == CELL for one in records)
        yield f"  {table}: figures or words that differ: {figures}; rows new: {new}; rows gone: {gone}"
        for one in records[:MOST_TOLD]:
            place = ", ".join(value for value in one["key"].values() if value not in ("", "all"))
            change = (
                f"{one['column']}: {one['old'] or 'nothing'} → {one['new'] or 'nothing'}"
                if one["kind"] == CELL
                else f"the row is {one['change']}"
            )
            yield f"    {place}: {change}"
        if len(records) > MOST_TOLD:
            yield f"    and {len(records) - MOST_TOLD} more: --json has them"
    if files:
        yield f"Other files that differ: {', '.join(one['file'] for one in files)}"
