"""The repeats of an export: tables of their own, each row of which belongs to an interview."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from schemas.faults import Fault, Refused
from tasks import workbook
from tasks.exports.columns import Columns
from tasks.exports.layouts import KOBO, Layout
from tasks.exports.values import Choices, choices_of
from tasks.files import (
    ODK_PARENT,
    SEALED,
    Received,
    Unseal,
    archived_tables,
    as_text,
    filled_rows,
    interviews_of,
    read_cells,
    read_file,
)
from tasks.forms import DEVICES, KINDS, MEDIA, NO_ANSWER, POSITIONS, Form, Item
from tasks.reading import Unreadable

Part = tuple[str, Received]
Told = TypeVar("Told")


@dataclass
class Repeat:
    """The rows of one repeat, those of rejected interviews left out.

    frame: answers under the questions' names, columns of the server and private ones. parents: index of each
    row's interview in the table of interviews. numbers: 1, 2, … within an interview. rows: in the file.
    """

    name: str
    received: Received
    frame: pd.DataFrame
    parents: pd.Series
    numbers: pd.Series
    rows: pd.Series
    private: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    types: dict[str, str] = field(default_factory=dict)
    choices: dict[str, Choices] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def placed(received: Received) -> Received:
    """Return the table of interviews with the name of its sheet, or of its table in the archive."""
    if received.sheet:
        return received
    if _suffix(received) == ".xlsx":
        return replace(received, sheet=_of_workbook(workbook.sheet_names, received)[0])
    if _suffix(received) == ".zip":
        return replace(received, sheet=interviews_of(archived_tables(received.content)))
    return received


def parts_of(received: Received, layout: Layout, folder: Path, unseal: Unseal) -> list[Part]:
    """Return the name and the table of each repeat, as received.

    They are the further sheets of a workbook, the further tables of an archive, or the files beside a CSV
    whose names begin with its own, as ODK Central names them: interviews-members.csv. Raises Refused where
    the interviews of a second form are among them.
    """
    found = dict(_parts(received, layout, folder, unseal))
    return sorted(found.items())


def _parts(received: Received, layout: Layout, folder: Path, unseal: Unseal) -> Iterator[Part]:
    if _suffix(received) == ".zip":
        stem = received.sheet.removesuffix(".csv")
        for name, cells in archived_tables(received.content).items():
            if name != received.sheet:
                frame, rows = filled_rows(cells)
                part = replace(received, sheet=name, frame=frame, rows=rows)
                yield name.removesuffix(".csv").removeprefix(f"{stem}-"), part
    elif _suffix(received) == ".xlsx" and layout is KOBO:
        yield from _sheets(received)
    elif _suffix(received) == ".csv" and layout is not KOBO:
        path = folder / received.file.removesuffix(SEALED)
        for beside in sorted(path.parent.glob(f"{path.stem}-*.csv*")):
            clear = beside.name.removesuffix(SEALED)
            part = read_file(folder, beside, unseal, any_header=True) if clear.endswith(".csv") else None
            if part and ODK_PARENT in part.frame:
                yield clear.removesuffix(".csv").removeprefix(f"{path.stem}-"), part


def _sheets(received: Received) -> Iterator[Part]:
    for name, height in _of_workbook(partial(workbook.opened, _heights), received).items():
        if name == received.sheet or not height:
            continue
        frame, rows = filled_rows(read_cells(received.content, ".xlsx", received.file, name))
        if "_parent_index" in frame or "_submission__uuid" in frame:
            yield name, replace(received, sheet=name, frame=frame, rows=rows)
        elif "_uuid" in frame:
            rule = "holds the interviews of a second form"
            raise Refused(
                [Fault(received.file, name, rule=rule, remedy="Put each form into a wave of its own")]
            )


def _of_workbook(function: Callable[[bytes], Told], received: Received) -> Told:
    try:
        return function(received.content)
    except Unreadable as unreadable:
        faults = [Fault(received.file, rule=one.rule, remedy=one.remedy) for one in unreadable.problems]
        raise Refused(faults) from None


def _heights(content: bytes) -> dict[str, int]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).height for name in book.sheet_names}


def _suffix(received: Received) -> str:
    return Path(received.file.removesuffix(SEALED)).suffix


def joined(
    name: str,
    part: Received,
    frame: pd.DataFrame,
    columns: Columns,
    layout: Layout,
    index_of: pd.Series,
    interviews: Received,
    kept: pd.Series,
) -> Repeat:
    """Return the rows of a repeat with the interview that each belongs to. Rows without one are faults.

    index_of: key of a submission -> index of its row. kept: which interviews were not rejected.
    """
    column, parents = _parents(part, layout, index_of, interviews)
    faults = []
    for row in part.rows[parents.isna()].head(100):
        rule = "belongs to no interview of the file"
        remedy = "Export the file again with all its tables, and leave it as it comes"
        faults.append(Fault(part.file, part.sheet, int(row), column, rule, remedy))
    parents = parents.dropna().astype("int64")
    parents = parents[parents.map(kept).astype(bool)]
    frame = frame.loc[parents.index]
    order = _order(part.frame.loc[parents.index], layout)
    numbers = order.groupby(parents).rank(method="first").astype("int64")
    return Repeat(
        name,
        part,
        frame,
        parents,
        numbers,
        part.rows.loc[parents.index],
        tuple(one for one in columns.private if one in frame),
        tuple(one for one in columns.system if one in frame),
        {columns.names[header]: KINDS.get(item.type, "text") for header, item in columns.items.items()},
        choices_of(columns),
        faults,
    )


def _parents(
    part: Received, layout: Layout, index_of: pd.Series, interviews: Received
) -> tuple[str, pd.Series]:
    """Return the column that names each row's interview, and the index of that interview."""
    if layout is KOBO and layout.parent not in part.frame:
        positions = pd.Series(interviews.frame.index, index=as_text(interviews.frame["_index"]))
        return "_parent_index", as_text(part.frame["_parent_index"]).map(
            positions[~positions.index.duplicated()]
        )
    named = as_text(part.frame[layout.parent])
    return layout.parent, named.str.partition("/")[0].map(index_of)


def _order(frame: pd.DataFrame, layout: Layout) -> pd.Series:
    """Return what a repeat's rows are ordered by: the server's own number, else their place in the file."""
    if layout is KOBO and "_index" in frame:
        numbers = pd.to_numeric(frame["_index"], errors="coerce")
    elif "KEY" in frame:
        numbers = pd.to_numeric(as_text(frame["KEY"]).str.extract(r"\[(\d+)\]$")[0], errors="coerce")
    else:
        numbers = pd.Series(float("nan"), index=frame.index)
    places = pd.Series(range(len(frame)), index=frame.index, dtype="float64")
    return numbers.astype("float64") if numbers.notna().all() else places


def from_wide(
    frame: pd.DataFrame, form: Form, interviews: Received, kept: pd.Series
) -> tuple[pd.DataFrame, dict[str, Repeat]]:
    """Return the interviews less the columns of repeats, and the repeats: SurveyCTO's age_1, age_2, …

    A row is one of the numbers that the columns bear, in an interview that answered any of its questions.
    """
    found = {}
    for name in form.repeats:
        items = {one.name: one for one in form.items if one.repeat == name}
        wide: dict[int, dict[str, str]] = {}
        for column in frame.columns:
            match = re.fullmatch(r"(.+)_(\d+)", column)
            if match and match[1] in items:
                wide.setdefault(int(match[2]), {})[match[1]] = column
        if not wide:
            continue
        found[name] = _long(name, frame[kept], wide, items, interviews)
        used = [column for columns in wide.values() for column in columns.values()]
        frame = frame.drop(columns=[*used, *(one for one in (f"{name}_count",) if one in frame)])
    return frame, found


def _long(
    name: str,
    frame: pd.DataFrame,
    wide: dict[int, dict[str, str]],
    items: dict[str, Item],
    interviews: Received,
) -> Repeat:
    parts = []
    for number, columns in sorted(wide.items()):
        part = frame[list(columns.values())].set_axis(list(columns), axis=1)
        part = part[part.notna().any(axis=1)]
        parts.append(part.assign(_parent=part.index, _number=number))
    rows = pd.concat(parts).sort_values(["_parent", "_number"]).reset_index(drop=True)
    parents = rows["_parent"].astype("int64")
    numbers = rows["_number"].groupby(parents).rank(method="first").astype("int64")
    named = [one for one in items if one in rows and items[one].type not in NO_ANSWER]
    long = rows[named]
    received = replace(interviews, frame=long, rows=parents.map(interviews.rows))
    choices = {
        one: Choices(tuple(items[one].choices or ()), items[one].many)
        for one in named
        if items[one].choices is not None
    }
    types = {one: KINDS.get(items[one].type, "text") for one in named}
    aside = POSITIONS | DEVICES | MEDIA
    private = tuple(one for one in named if items[one].type in aside)
    return Repeat(name, received, long, parents, numbers, received.rows, private, (), types, choices)
