"""The files of secondary data that the plan names, each read by its source module into rows of a contract."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from schemas.assessment import SourceFile
from schemas.base import TABLES
from schemas.faults import Fault
from tasks import sources
from tasks.files import SEALED, Received, Unseal, among_inputs
from tasks.layout import arrange
from tasks.reading import Note, Problem, Reading, Unreadable

PLAN = "assessment.toml"
Personal = Callable[[Received], list[str]]


@dataclass
class Sourced:
    """What one [[source]] gave: rows of its target and the file's row of each, notes and faults."""

    received: Received | None = None
    sealed: bool = False
    sheet: str = ""
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows: pd.Series = field(default_factory=lambda: pd.Series(dtype="int64"))
    notes: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_source(
    folder: Path, part: int, how: SourceFile, unseal: Unseal, known: set[str], personal: Personal
) -> Sourced:
    """Return the rows that one [[source]] of the plan gives.

    part: its number in the plan, from 1. known: the sources of secondary/sources. personal: says which
    columns of the file are personal; they are left out. Its faults say what is wrong; none is raised but
    the vault's own.
    """
    out = Sourced()
    available = sources.readers()
    out.faults += _plan_faults(folder, part, how, known, available)
    if out.faults:
        return out
    path = folder / how.file
    if not path.is_file():
        path = path.with_name(path.name + SEALED)
    name = path.relative_to(folder).as_posix()
    try:
        content = path.read_bytes()
    except OSError:
        remedy = "Put the file there, or correct the plan"
        out.faults.append(Fault(how.file, rule="is not here", remedy=remedy))
        return out
    out.sealed = path.suffix == SEALED
    content = unseal(content) if out.sealed else content
    try:
        reading = available[how.reader][1](content, how)
    except Unreadable as error:
        out.faults += [_fault(problem, part, name, how.sheet) for problem in error.problems]
        return out
    except Exception:  # a format has more ways to be damaged than its reader knows
        rule = f"cannot be read as {available[how.reader][0].format}"
        out.faults.append(Fault(name, rule=rule, remedy="Open it and save it again, or name another reader"))
        return out
    out.sheet = reading.sheet
    table = Path(how.file).with_suffix("").as_posix()
    digest = hashlib.sha256(content).hexdigest()
    out.received = Received(table, name, reading.sheet, reading.frame, reading.rows, digest, content)
    _leave_out(reading, personal(out.received))
    arranged = arrange(reading, how, TABLES[how.target])
    out.frame, out.rows, out.notes = arranged.frame, arranged.rows, arranged.notes
    out.faults += [_fault(problem, part, name, reading.sheet) for problem in arranged.problems]
    return out


def _leave_out(reading: Reading, personal: list[str]) -> None:
    reading.frame = reading.frame.drop(columns=personal)
    if personal:  # a header or a sample word could tell what a personal cell holds
        reading.near = {}
        reading.notes = [
            Note(note.item, note.value.partition(": reads ")[0], note.how) for note in reading.notes
        ]


def _plan_faults(
    folder: Path,
    part: int,
    how: SourceFile,
    known: set[str],
    available: dict[str, tuple[sources.Source, sources.Reader]],
) -> list[Fault]:
    """Return what is wrong with a [[source]] before its file is opened."""
    faults = []
    if how.source not in known:
        rule = f"the source '{how.source}' is not in secondary/sources"
        remedy = f"{_hint(how.source, known)}Add it there with its citation, or correct the plan"
        faults.append(_in_plan(part, "source", rule, remedy))
    if how.reader not in available:
        other = next((one for one in sources.found() if one.name == how.reader), None)
        rule = f"'{how.reader}' is not a reader"
        remedy = f"{_hint(how.reader, available)}The readers are: {', '.join(available)}"
        if other:
            remedy = f"It is read from its place: {other.place}"
        faults.append(_in_plan(part, "reader", rule, remedy))
    elif how.target not in available[how.reader][0].targets:
        rule = f"the reader '{how.reader}' does not feed {how.target}"
        remedy = f"It feeds: {', '.join(available[how.reader][0].targets)}"
        faults.append(_in_plan(part, "target", rule, remedy))
    if not among_inputs(folder, how.file):
        rule = "the file does not lie among the inputs of the assessment folder"
        remedy = "Put it under secondary/ and name it from there, for example secondary/files/census.csv"
        faults.append(_in_plan(part, "file", rule, remedy))
    return faults


def _in_plan(part: int, key: str, rule: str, remedy: str) -> Fault:
    return Fault(PLAN, column=f"source.{part}.{key}", rule=rule, remedy=remedy)


def _fault(problem: Problem, part: int, file: str, sheet: str) -> Fault:
    if problem.key:
        return _in_plan(part, problem.key, f"{problem.rule} ({file})", problem.remedy)
    return Fault(file, sheet, problem.row, problem.column, problem.rule, problem.remedy)


def _hint(word: str, known: object) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)  # type: ignore[call-overload]
    return f"Did you mean '{close[0]}'? " if close else ""
