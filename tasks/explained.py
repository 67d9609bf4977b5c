"""The way back of a figure in words and as a record: what `psia explain` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tasks.disclosure import SMALLEST_CELL
from tasks.explain import SHORT, Counted, Explainer, FileTold, Found, StepTold, Way
from tasks.publish import wording
from tasks.show import open_warehouse

MOST = 40
"""Rows that fit a number and are listed; a machine is given all of them."""


def explain(folder: Path, asked: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the lines and the records that answer: the findings, the rows of a number, or one way back.

    Raises NotFound where nothing answers, Refused where there is no warehouse to read.
    """
    with open_warehouse(folder) as warehouse:
        explainer = Explainer(warehouse, folder)
        if not asked:
            return _listed(explainer.findings())
        found = explainer.look_up(asked)
        if len(found) > 1:
            return _several(asked, found)
        way = explainer.way(found[0])
        return list(lines(way)), [record(way)]


def _listed(findings: list[Found]) -> tuple[list[str], list[dict[str, Any]]]:
    told = [f"{one.row['finding']}: {one.row['statement'] or one.withheld}" for one in findings]
    records = [{"finding": one.row["finding"], "statement": one.row["statement"]} for one in findings]
    return told or ["There are no findings: no specification of the plan gives an estimate."], records


def _several(asked: str, found: list[Found]) -> tuple[list[str], list[dict[str, Any]]]:
    told = [f"{len(found)} released figures read {asked}. Name one of these rows:"]
    told += [f"  {one.column} = {_figure(one.row[one.column])}: {one.name}" for one in found[:MOST]]
    if len(found) > MOST:
        told.append(f"  and {len(found) - MOST} more: --json lists them all")
    return told, [{"row": one.name, "column": one.column, "value": one.row[one.column]} for one in found]


def lines(way: Way) -> Iterator[str]:
    """Yield the way back in words, from the sentence or figure to the files."""
    yield way.found.name
    yield from _row_lines(way.found, "The row")
    for one in way.behind:
        yield f"Behind it: {one.name}"
        yield from _row_lines(one, "The row")
    yield f"The steps, nearest first (psia {way.psia}, run {way.run[:SHORT]}, finished {way.finished_at}):"
    for step in way.steps:
        yield (
            f"  {step.step} ({step.phase}; {step.module}, code {step.code[:SHORT]}, "
            f"fingerprint {step.fingerprint[:SHORT]})"
        )
        yield f"    {', '.join(step.writes)} from {', '.join(step.reads)}"
    if way.counted:
        yield "The input rows:"
        yield from (f"  {_counted(one)}" for one in way.counted)
    yield "The files that these steps read (the figure may rest on some of their rows and columns only):"
    for one in way.files:
        yield f"  {_file(one)}"
    if way.changed:
        yield "Since that run this has changed, so the code and the files may not be those of the figure:"
        yield from (f"  {line}" for line in way.changed)


def _row_lines(found: Found, head: str) -> Iterator[str]:
    if found.column:
        yield f"  asked for: {found.column}"
    if found.withheld:
        yield f"  {head} is {found.withheld}: its figures, and the counts behind them, are not told."
    for column, value in found.told.items():
        yield f"  {column}: {_figure(value)}"


def _figure(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _counted(one: Counted) -> str:
    where = "; ".join(f"{column} {' or '.join(words)}" for column, words in one.where.items())
    rows = f"fewer than {SMALLEST_CELL}" if one.rows is None else str(one.rows)
    return f"{one.table}: {rows} of {wording.counted(one.of, 'row')} ({where})"


def _file(one: FileTold) -> str:
    sheet = f", sheet {one.sheet}" if one.sheet else ""
    rows = ""
    if one.rows and one.first_row is not None:
        rows = f"rows {one.first_row} to {one.last_row} ({one.rows}), "
    personal = ", holds personal columns: kept sealed" if one.personal else ""
    return f"{one.file}{sheet}: {rows}SHA-256 {one.sha256}{personal}"


def record(way: Way) -> dict[str, Any]:
    """Return the way back as one record for a machine."""
    return {
        "row": way.found.name,
        "column": way.found.column,
        "withheld": way.found.withheld,
        "values": way.found.told,
        "behind": [{"row": one.name, "values": one.told, "withheld": one.withheld} for one in way.behind],
        "steps": _dumped(way.steps),
        "input_rows": _dumped(way.counted),
        "files": _dumped(way.files),
        "psia": way.psia,
        "run": way.run,
        "finished_at": way.finished_at,
        "changed": list(way.changed),
    }


def _dumped(parts: Iterable[StepTold | Counted | FileTold]) -> list[dict[str, Any]]:
    return [asdict(one) for one in parts]
