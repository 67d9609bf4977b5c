"""A wave that arrives in several files: which they are, and which row stands where they hold a person twice.

Rows that say the same are one. Where they disagree the highest revision decides, and what it changed is kept;
without revisions they are refused.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan, Wave
from schemas.faults import Fault, Refused
from tasks.exports import Export
from tasks.files import (
    ODK_PARENT,
    SEALED,
    WAVE_SUFFIXES,
    Received,
    Unseal,
    as_text,
    read_file,
    read_table,
    typed,
)
from tasks.interviews import IDS, ROW_NUMBER, ids_of, wave_words

STEM = "interviews"
DATA_SUFFIXES = (
    *WAVE_SUFFIXES,
    *(".xls", ".xlsm", ".xlsb", ".ods", ".tsv", ".json", ".jsonl", ".qdpx"),
    *(".zsav", ".por", ".xpt", ".sas7bdat", ".rds", ".rdata", ".feather", ".arrow", ".sqlite", ".db", ".gz"),
)
"""Endings of files that hold data, those that are not read among them: notes and pictures may lie beside."""
_LEFT_BESIDE = ("~$", ".~", "._")
"""Begins what an open spreadsheet, or a copy made on macOS, leaves beside a file: no rows stand in it."""
MOST_TOLD = 100
REVIEW = "the review on the server"
"""Stands among the columns of a row for whether a reviewer rejected it."""


def read_files(folder: Path, wave: str, unseal: Unseal) -> list[Received]:
    """Return the files of a wave as received, by name: waves/<wave>/interviews and all that begin so.

    The table of a repeat beside its interviews is none of them. Raises Refused with each that cannot be read.
    """
    table = f"waves/{wave}/{STEM}"
    faults: list[Fault] = []
    found: list[Received] = []
    try:
        first = read_table(folder, table, unseal, is_wave=True)
        found += [first] if first else []
    except Refused as refused:
        faults += refused.faults
    for path in _further(folder / "waves" / wave):
        try:
            received = read_file(folder, path, unseal, table=table, any_header=True)
            found += [received] if received else []
        except Refused as refused:
            faults += refused.faults
    if faults:
        raise Refused(faults)
    stems = [stem(one.file) for one in found]
    return [one for one in found if not _is_repeat_of(one, stems)]


def _further(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.glob(f"{STEM}*")):
        clear = Path(path.name.removesuffix(SEALED))
        if path.is_file() and clear.suffix in WAVE_SUFFIXES and clear.stem != STEM:
            yield path


def stem(file: str) -> str:
    """Return a file's name without its folder and endings."""
    return Path(file.removesuffix(SEALED)).stem


def data_files(directory: Path, below: bool = False) -> list[Path]:
    """Return the files of a wave's folder that may hold data, by name, whether or not anything reads them.

    Hidden ones are among them. below: those in folders within it too.
    """
    return [
        path
        for path in sorted(directory.rglob("*") if below else directory.glob("*"))
        if path.is_file()
        and not path.name.startswith(_LEFT_BESIDE)
        and Path(path.name.removesuffix(SEALED)).suffix.casefold() in DATA_SUFFIXES
    ]


def unread_beside(folder: Path, plan: AssessmentPlan) -> Iterator[Fault]:
    """Faults of the data files that lie in waves/ itself and that the plan does not name: nothing reads them.

    Nor is anything in them found that may be personal. Tables of repeats of a file that is named are read.
    """
    files = [*plan.source, *plan.registers]
    for wave in plan.wave:
        files += wave.corrections
    names = {one.file for one in files}
    for wave in plan.wave:
        names |= {wave.interviews} if isinstance(wave.interviews, str) else set(wave.interviews)
    for path in data_files(folder / "waves"):
        file = path.relative_to(folder).as_posix()
        if is_named(file, names):
            continue
        remedy = "Put it into the folder of its wave, name it in the plan with interviews = …"
        rule = "nothing reads a file of this name that lies in no wave's folder"
        yield Fault(file, rule=rule, remedy=f"{remedy}, or move it out of waves/")


def is_named(file: str, names: Iterable[str]) -> bool:
    """Return whether a file is one of these of the plan, or the table of a repeat of one of them."""
    named = {os.path.normpath(name) for name in names if name}
    repeats = tuple(f"{name.removesuffix('.csv')}-" for name in named if name.endswith(".csv"))
    return file.removesuffix(SEALED) in named or file.startswith(repeats)


def _is_repeat_of(received: Received, stems: Sequence[str]) -> bool:
    """Return whether a file is the table of a repeat that stands beside its interviews."""
    beside = any(stem(received.file).startswith(f"{one}-") for one in stems)
    return beside and ODK_PARENT in received.frame


def without_copies(received: Sequence[Received], revisions: Mapping[str, int]) -> list[Received]:
    """Return the files by name, each content once: the same bytes again are nothing new.

    revisions: file -> revision by the plan. A copy that bears a revision of its own is a return to it.
    """
    found: dict[tuple[str, str, int | None], Received] = {}
    for one in sorted(received, key=lambda each: each.file):
        revision = revisions.get(one.file.removesuffix(SEALED))
        found.setdefault((one.sha256, one.sheet, revision), one)
    return list(found.values())


def unknown_revisions(wave: Wave, received: Sequence[Received]) -> Iterator[Fault]:
    """Faults of revisions that the plan gives to what is no file of the wave."""
    files = sorted(one.file.removesuffix(SEALED) for one in received)
    for named in wave.revisions:
        if named not in files:
            rule = f"'{named}' is not a file of the wave '{wave.name}'"
            remedy = f"Its files: {', '.join(files)}"
            yield Fault("assessment.toml", column=f"wave.revisions.{named}", rule=rule, remedy=remedy)


@dataclass
class Settled:
    """The files of a wave less the rows that another file's stand for.

    keys: the respondents whose rows stand in each file, as received, where there are several. repeated: rows
    that say what another says; superseded: rows in place of which a higher revision stands. changes: one row
    an answer that a revision changed, with respondent, variable, from_revision, to_revision, old and new;
    values of ids and personal cells are left out.
    """

    exports: list[Export]
    keys: list[set[str]]
    repeated: int = 0
    superseded: int = 0
    changes: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def told(self) -> str:
        """Return what became of the rows that stood in several files, in one line."""
        return (
            f"{_counted(len(self.exports), 'file', 'files')}, "
            f"{_counted(self.repeated, 'row that says', 'rows that say')} what another file says, "
            f"{_counted(self.superseded, 'row', 'rows')} in place of which a higher revision stands"
        )


def settle(exports: Sequence[Export], wave: Wave, personal: Sequence[Sequence[str]]) -> Settled:
    """Return which rows of a wave's files stand. personal: of each file, the columns that are personal.

    The order of the files does not matter. Two rows of a person in one file are left to the contract, unless
    a column tells their revisions apart.
    """
    exports = list(exports)
    source = wave.columns.respondent or "respondent"
    settled = Settled(exports, [set() for _ in exports])
    if source == ROW_NUMBER or any(source not in one.received.frame for one in exports):
        if source == ROW_NUMBER and len(exports) > 1:
            settled.faults.append(_no_ids(wave, exports))
        return settled
    if len(exports) == 1 and exports[0].aside is None and not _numbered(exports[0], wave):
        return settled
    rows = pd.concat([_rows(number, one, wave, source, settled.faults) for number, one in enumerate(exports)])
    again = rows[rows["key"].notna() & rows.duplicated("key", keep=False)]
    again = again[~again["key"].isin(again.loc[again.duplicated(["key", "export", "revision"]), "key"])]
    said = [_said(one, wave, again.loc[again["export"] == i, "index"]) for i, one in enumerate(exports)]
    hidden = _hidden(wave, [column for names in personal for column in names])
    gone: list[list[int]] = [[] for _ in exports]
    for key, group in again.groupby("key", sort=True):
        versions = [
            _Version(said[of][index], of, index, row, revision)
            for of, index, row, revision in zip(
                group["export"], group["index"], group["row"], group["revision"], strict=True
            )
        ]
        fault = _disagreement(versions, exports)
        if fault:
            settled.faults += [fault] if len(settled.faults) < MOST_TOLD else []
            continue
        standing = max(versions, key=lambda one: one.rank)
        for one in versions:
            if one is standing:
                continue
            gone[one.export].append(one.index)
            if one.differing(standing):
                settled.superseded += 1
            else:
                settled.repeated += 1
        settled.changes += _changes(str(key), versions, hidden)
    settled.exports = [_without(one, gone[number]) for number, one in enumerate(exports)]
    for number, one in enumerate(settled.exports):
        here = (rows["export"] == number) & rows["index"].isin(one.received.frame.index)
        settled.keys[number] = set(rows.loc[here, "key"].dropna())
    return settled


@dataclass(frozen=True)
class _Version:
    """A row of a person in one of the files, with what it says: column -> text, less empty cells."""

    content: dict[str, str]
    export: int
    index: int
    row: int
    revision: float

    @property
    def rank(self) -> tuple[float, int, int]:
        """Return what is highest for the row that stands; of two that say the same, the first by place."""
        revision = float("-inf") if pd.isna(self.revision) else self.revision
        return (revision, -self.export, -self.row)

    def differing(self, other: _Version) -> list[str]:
        """Return the columns in which two rows do not say the same; of a rejected one nothing else counts."""
        if REVIEW in self.content or REVIEW in other.content:
            return [] if REVIEW in self.content and REVIEW in other.content else [REVIEW]
        columns = sorted({*self.content, *other.content})
        return [one for one in columns if self.content.get(one) != other.content.get(one)]


def _whole(export: Export) -> Received:
    """Return a file with the interviews that a reviewer rejected back in it."""
    received, aside = export.received, export.aside
    if aside is None:
        return received
    frame, rows = pd.concat([received.frame, aside.frame]), pd.concat([received.rows, aside.rows])
    return replace(received, frame=frame, rows=rows)


def _rows(number: int, export: Export, wave: Wave, source: str, faults: list[Fault]) -> pd.DataFrame:
    """Return a row for each of a file's that is of this wave: its place, key and revision."""
    whole = _whole(export)
    frame = whole.frame
    found = pd.DataFrame(
        {
            "export": number,
            "index": frame.index,
            "row": whole.rows.astype("int64"),
            "key": ids_of(whole, source, wave),
            "revision": _revisions(whole, wave, faults),
        },
        index=frame.index,
    )
    column = wave.columns.wave or "wave"
    if column in frame:
        found = found[wave_words(frame, wave, column) == wave.name]
    # an interview that was rejected and held again stands in the file twice: the one that was not is meant
    rejected = ~found["index"].isin(export.received.frame.index)
    return found[~rejected | ~found["key"].isin(found.loc[~rejected, "key"]) & ~found.duplicated("key")]


def _numbered(export: Export, wave: Wave) -> bool:
    """Return whether a column of a file gives its rows revisions."""
    return (wave.columns.revision or "revision") in export.received.frame


def _revisions(whole: Received, wave: Wave, faults: list[Fault]) -> pd.Series:
    """Return each row's revision: what its column says, else what the plan says of the file, else none."""
    by_plan = wave.revisions.get(whole.file.removesuffix(SEALED))
    usual = pd.Series(float("nan") if by_plan is None else float(by_plan), index=whole.frame.index)
    column = wave.columns.revision or "revision"
    if column not in whole.frame:
        return usual
    numbers, bad = typed(whole.frame[column], "integer")
    for row in whole.rows[bad].head(MOST_TOLD):
        rule = "the revision is not a whole number"
        remedy = "Number the versions of a row: the highest stands"
        faults.append(Fault(whole.file, whole.sheet, int(row), column, rule, remedy))
    return numbers.astype("Float64").fillna(usual.astype("Float64")).astype("float64")


def _said(export: Export, wave: Wave, wanted: pd.Series) -> dict[Any, dict[str, str]]:
    """Return what some rows of a file say: index -> column -> text, less empty cells.

    Columns bear the names of their questions. What the server adds, and what is never stored, says nothing;
    the list of household members says what its rows do together.
    """
    frame = _whole(export).frame.loc[wanted]
    silent = {*export.system, *export.private, wave.columns.revision or "revision"}
    frame = frame.drop(columns=[one for one in frame if one in silent])
    frame = frame.rename(columns={column: question for question, column in wave.questions.items()})
    cells = frame.apply(as_text).astype("object").to_dict("index") if len(frame) else {}
    said: dict[Any, dict[str, str]] = {
        index: {str(column): cell for column, cell in row.items() if pd.notna(cell)}
        for index, row in cells.items()
    }
    for index, told in _lists(export, wave.members).items():
        if index in said:
            said[index][_list_name(wave)] = told
    for index in said:
        if index not in export.received.frame.index:
            said[index][REVIEW] = "rejected"
    return said


def _list_name(wave: Wave) -> str:
    return f"the repeat '{wave.members}'"


def _lists(export: Export, name: str) -> dict[Any, str]:
    """Return the interview's index -> what its rows of a repeat say, in their order."""
    repeat = export.repeats.get(name)
    if repeat is None or not len(repeat.frame):
        return {}
    own = repeat.frame.drop(columns=[one for one in (*repeat.system, *repeat.private) if one in repeat.frame])
    lines = own.apply(as_text).fillna("").agg("\x1f".join, axis=1)
    told = pd.DataFrame({"parent": repeat.parents, "number": repeat.numbers, "line": lines})
    told = told.sort_values(["parent", "number"], kind="stable")
    return told.groupby("parent")["line"].agg(lambda lines: "\x1e".join(lines)).to_dict()


def _disagreement(versions: list[_Version], exports: Sequence[Export]) -> Fault | None:
    """Return the fault of rows that disagree and have no revision that decides; None where one stands."""
    ranked = sorted(versions, key=lambda one: one.rank)
    highest = ranked[-1]
    others = [one for one in ranked[:-1] if one.differing(highest)]
    unnumbered = [one for one in (*others, highest) if pd.isna(one.revision)] if others else []
    tied = [one for one in others if one.revision == highest.revision]
    if not unnumbered and not tied:
        return None
    first, second = sorted((highest, (tied or others)[-1]), key=lambda one: (one.export, one.row))
    columns = first.differing(second)
    named = ", ".join(columns[:5]) + (f" and {len(columns) - 5} more" if len(columns) > 5 else "")
    there, here = exports[first.export].received, exports[second.export].received
    rule = f"disagrees with {there.file}, row {first.row}, on the same respondent"
    if unnumbered:
        without = sorted({exports[one.export].received.file.removesuffix(SEALED) for one in unnumbered})
        remedy = f"Give each file its number under [wave.revisions] (without one: {', '.join(without)})"
    else:
        remedy = "Both have the same revision: give the one that is right a higher number"
    return Fault(here.file, here.sheet, second.row, named, rule, f"{remedy}, or take the wrong row out")


def _changes(key: str, versions: list[_Version], hidden: set[str]) -> Iterator[dict[str, object]]:
    """Yield an answer's change from each version of a row to the next one that says something else."""
    ordered = sorted(versions, key=lambda one: one.rank)
    for before, after in pairwise(ordered):
        for column in before.differing(after):
            secret = column in hidden
            yield {
                "respondent": key,
                "variable": column,
                "from_revision": int(before.revision),
                "to_revision": int(after.revision),
                "old": None if secret else before.content.get(column),
                "new": None if secret else after.content.get(column),
            }


def _hidden(wave: Wave, personal: Sequence[str]) -> set[str]:
    """Return the columns whose values are not kept in the list of changes."""
    names = {column: question for question, column in wave.questions.items()}
    ids = {getattr(wave.columns, one) or one for one in IDS}
    columns: set[str] = {*personal, *ids}
    return {*columns, *(names.get(one, one) for one in columns), _list_name(wave)}


def _without(export: Export, gone: list[int]) -> Export:
    """Return a file less the rows for which another's stand."""
    received = export.received
    here = [one for one in gone if one in received.frame.index]
    left = replace(received, frame=received.frame.drop(index=here), rows=received.rows.drop(index=here))
    return replace(export, received=left, aside=None, rejected=export.rejected - (len(gone) - len(here)))


def _no_ids(wave: Wave, exports: Sequence[Export]) -> Fault:
    rule = f"the wave '{wave.name}' has {len(exports)} files, and its plan says that rows have no id"
    remedy = "Map the respondent's id under [wave.columns], or put the rows into one file"
    return Fault("assessment.toml", column="wave.columns.respondent", rule=rule, remedy=remedy)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
