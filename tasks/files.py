"""Reading the files of an assessment folder: CSV, Excel, Parquet, Stata and SPSS, in clear or sealed.

Text stays text: types come from the contract or the codebook, never from what a value looks like. Stata,
SPSS and Parquet files bring types of their own, which are kept.
"""

from __future__ import annotations

import csv
import datetime as dt
import gc
import hashlib
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.faults import Fault, Refused
from tasks import packed, tellable, workbook
from tasks.confined import PACKED_TIGHTLY, confined
from tasks.reading import MOST_COLUMNS, Problem, Unreadable
from tasks.state import MADE_HERE

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

TABLE_SUFFIXES = (".csv", ".xlsx", ".parquet", ".dta", ".sav")
WAVE_SUFFIXES = (*TABLE_SUFFIXES, ".zip")
"""A wave of interviews may also be the archive that ODK Central gives."""
SEALED = ".age"


@dataclass(frozen=True)
class Received:
    """One table as received: its frame, the file's row number of each record, and the file's SHA-256.

    A register is not held in memory: its `content` is empty, and `path` says where it lies.
    """

    table: str
    file: str
    sheet: str
    frame: pd.DataFrame
    rows: pd.Series
    sha256: str
    content: bytes
    path: Path | None = None


Unseal = Callable[[bytes], bytes]


def candidates(
    folder: Path, table: str, suffixes: tuple[str, ...] = TABLE_SUFFIXES
) -> list[tuple[Path, str]]:
    """Return every file (and sheet, '' for the only one) in which a table of the folder could stand."""
    directory, _, name = table.rpartition("/")
    base = folder / directory
    found = []
    for suffix in suffixes:
        for sealed in ("", SEALED):
            path = base / f"{name}{suffix}{sealed}"
            if path.is_file():
                found.append((path, ""))
    for sealed in ("", SEALED):
        workbook = base / f"{base.name}.xlsx{sealed}"
        if workbook.is_file() and (workbook, "") not in found:
            found.append((workbook, name))
    return found


LONGEST_NAME = 200
"""Characters of a file's name that every file system takes."""


def among_inputs(folder: Path, name: str) -> bool:
    """Return whether a file that the plan names lies in the folder, is not hidden and not made here."""
    parts = Path(name).parts
    if Path(name).is_absolute() or not parts or "\0" in name or max(map(len, parts)) > LONGEST_NAME:
        return False
    hidden = any(part.startswith(".") for part in parts) or parts[0] in MADE_HERE
    return not hidden and (folder / name).resolve().is_relative_to(folder.resolve())


def read_table(folder: Path, table: str, unseal: Unseal, *, is_wave: bool = False) -> Received | None:
    """Return a table of the folder, or None where it is not there.

    is_wave: an archive will do as well, and the names of its columns are looked at by who reads exports.
    Raises Refused if the table stands in two places, or its file cannot be read.
    """
    readings = []
    for path, sheet in candidates(folder, table, WAVE_SUFFIXES if is_wave else TABLE_SUFFIXES):
        received = read_file(folder, path, unseal, sheet=sheet, table=table, any_header=is_wave)
        if received is not None:
            readings.append(received)
    if len(readings) > 1:
        places = " and ".join(one.file + (f" sheet {one.sheet}" if one.sheet else "") for one in readings)
        raise Refused(
            [Fault(readings[0].file, rule=f"the table {table} stands in {places}", remedy="Keep one")]
        )
    return readings[0] if readings else None


def read_file(
    folder: Path,
    path: Path,
    unseal: Unseal,
    *,
    sheet: str = "",
    table: str = "",
    any_header: bool = False,
) -> Received | None:
    """Return the table in one file (in one sheet of a workbook). None if the workbook has no such sheet.

    any_header: columns without a name, or of one name, are let pass. Raises Refused if the file is not there
    or not what its name says.
    """
    name = path.relative_to(folder).as_posix()
    try:
        content = path.read_bytes()
    except OSError:
        raise Refused(
            [Fault(name, rule="is not here", remedy="Put the file there, or correct the plan")]
        ) from None
    suffix = path.suffix
    if suffix == SEALED:
        content = unseal(content)
        suffix = Path(path.stem).suffix
    try:
        frame = read_cells(content, suffix, name, sheet, path)
    except _NoSuchSheet:
        return None
    faults = [] if any_header else header_faults(frame, name, sheet)
    if faults:
        raise Refused(faults)
    frame, rows = filled_rows(frame)
    return Received(table, name, sheet, frame, rows, hashlib.sha256(content).hexdigest(), content)


def read_cells(content: bytes, suffix: str, file: str, sheet: str = "", path: Path = Path()) -> pd.DataFrame:
    """Return the cells of a file's content (of a sheet of it) under its header; Refused if it cannot."""
    try:
        return _READERS[suffix](content, path, sheet)
    except (Refused, _NoSuchSheet):
        raise
    except Unreadable as unreadable:
        raise Refused(
            [Fault(file, sheet, p.row, p.column, p.rule, p.remedy) for p in unreadable.problems]
        ) from None
    except Exception as error:
        raise Refused([Fault(file, sheet, rule=_unreadable(suffix, error))]) from None


def filled_rows(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows that hold anything, under names that are text, and the number of each in the file."""
    frame = frame.set_axis([str(column) for column in frame.columns], axis=1)
    rows = pd.Series(range(2, len(frame) + 2), index=frame.index, dtype="int64")
    filled = frame.notna().any(axis=1)
    if not filled.all():
        frame, rows = frame[filled], rows[filled]
    return frame.reset_index(drop=True), rows.reset_index(drop=True)


def copy_verified(source: Path, target: Path, sha256: str) -> int:
    """Copy a file piece by piece and return its bytes. Raises Refused where it is not what it was."""
    hasher, size = hashlib.sha256(), 0
    with source.open("rb") as given, target.open("wb") as copy:
        while piece := given.read(1 << 20):
            hasher.update(piece)
            copy.write(piece)
            size += len(piece)
    if hasher.hexdigest() != sha256:
        target.unlink()
        raise changed_meanwhile(source.name)
    return size


def changed_meanwhile(file: str) -> Refused:
    """Return the refusal of a file that something wrote to while it was read."""
    rule = "has changed while it was read"
    return Refused([Fault(file, rule=rule, remedy="Run again when nothing writes to it")])


class _NoSuchSheet(Exception):
    pass


class _OtherSeparator(Exception):
    pass


def _unreadable(suffix: str, error: Exception) -> str:
    kind = {".csv": "CSV", ".xlsx": "Excel", ".parquet": "Parquet", ".dta": "Stata", ".sav": "SPSS"}
    kind[".zip"] = "an archive of CSV files"
    if isinstance(error, _OtherSeparator):
        return (
            f"has its cells separated by {error}s. Save it as 'CSV UTF-8' with commas between the cells and "
            "points for decimals, or as .xlsx"
        )
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text. Save it as 'CSV UTF-8'"
    if isinstance(error, pd.errors.EmptyDataError):
        return "is empty. The first row must hold the column names"
    if isinstance(error, pd.errors.ParserError):
        detail = str(error).rpartition("C error: ")[2].strip()
        return f"cannot be read as CSV: {detail}. Check for a stray comma or quotation mark"
    return f"cannot be read as {kind.get(suffix, suffix)}. Save it again and check that it opens"


def _read_csv(content: bytes, _path: Path, _sheet: str) -> pd.DataFrame:
    # Without a header of its own, pandas neither renames equal columns nor drops surplus cells in silence.
    _refuse_long_lines(content)
    text = content.decode("utf-8-sig")
    header = text.partition("\n")[0]
    kobo = ";" in header and bool({"_uuid", '"_uuid"'} & set(header.rstrip().split(";")))
    for sign, name in ((";", "semicolon"), ("\t", "tab")):
        if sign in header and "," not in header and not kobo:
            raise _OtherSeparator(name)
    sign = ";" if kobo else ","
    _refuse_wide(header, sign)
    cells = _regular_cells(text, sign)
    if cells is None:
        cells = _loose_cells(text, sign)
        _refuse_short_rows(text, sign, len(cells.columns))
    header = ["" if pd.isna(name) else str(name).strip() for name in cells.iloc[0]]
    return cells.iloc[1:].set_axis(header, axis=1).reset_index(drop=True)


def _refuse_long_lines(content: bytes) -> None:
    """Raise Unreadable where a line is longer than any row of answers, before anything is made of it."""
    if len(content) <= LONGEST_LINE:
        return
    ends = np.flatnonzero(np.frombuffer(content, dtype="uint8") == ord("\n"))
    lengths = np.diff(np.concatenate([[-1], ends, [len(content)]]))
    if lengths.max() > LONGEST_LINE:
        rule = f"has a line of more than {LONGEST_LINE // 2**20} MB"
        raise Unreadable(
            Problem(rule, "Export it again: it may have lost its line breaks", int(lengths.argmax()) + 1)
        )


LONGEST_LINE = 16 * 2**20
"""Bytes: a row of as many columns as Excel has, with a thousand characters in each."""


def _refuse_wide(header: str, sign: str) -> None:
    """Raise Unreadable where a first line has more columns than any spreadsheet."""
    if header.count(sign) >= MOST_COLUMNS:
        rule = f"has more than {MOST_COLUMNS} columns"
        raise Unreadable(Problem(rule, "Take out the columns that are not needed", 1))


def _quotes_are_plain(text: str, sign: str) -> bool:
    """Return whether quotation marks stand around whole cells only, as programs put them."""
    if '"' not in text:
        return True
    if text.count('"') % 2:
        return False
    bound = f"{re.escape(sign)}\\n\\r"
    whole = re.compile(f'(?:(?<=[{bound}])|^)"(?:[^"]|"")*"(?=[{bound}]|$)')
    return '"' not in whole.sub("", text)


def _regular_cells(text: str, sign: str) -> pd.DataFrame | None:
    """Return the cells of a CSV as text, the header among them, where each row has as many as the first.

    Arrow reads such a file, many times faster than pandas; None where it does not.
    """
    from pyarrow import csv as arrow_csv

    lines = arrow_csv.ParseOptions(delimiter=sign, newlines_in_values=True, ignore_empty_lines=False)
    unnamed = arrow_csv.ReadOptions(autogenerate_column_names=True)
    with suppress(pa.ArrowInvalid):
        content = text.encode()
        names = arrow_csv.open_csv(io.BytesIO(content), unnamed, lines).schema.names
        as_text = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), null_values=[""], strings_can_be_null=True
        )
        if len(names) > 1 and _quotes_are_plain(text, sign):
            table = arrow_csv.read_csv(io.BytesIO(content), unnamed, lines, as_text)
            cells = {place: pd.array(table[name], dtype="string") for place, name in enumerate(names)}
            return pd.DataFrame(cells)
    return None


def _loose_cells(text: str, sign: str) -> pd.DataFrame:
    """Return the cells of any CSV as text, the header among them; pandas' errors say which row is wrong."""
    return pd.read_csv(
        io.StringIO(text),
        sep=sign,
        header=None,
        dtype="string",
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,
        low_memory=False,
    )


def _refuse_short_rows(text: str, sign: str, columns: int) -> None:
    """Raise Unreadable where a row has fewer cells than the first: the file may have been cut off there."""
    with suppress(csv.Error):  # a cell too long for the reader, which is no matter of its row's cells
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=sign), start=1):
            if any(cell.strip() for cell in row) and len(row) < columns:
                rule = f"row {number} has {len(row)} of {columns} cells: the file may have been cut off"
                raise Unreadable(Problem(rule, "Export it again, or fill the row up with commas"))


def _read_excel(content: bytes, _path: Path, sheet: str) -> pd.DataFrame:
    import python_calamine  # noqa: F401 -- once, and not in each child

    if not packed.is_zip(content):
        raise Unreadable(Problem("cannot be read as Excel", "Save it as .xlsx, and check that it opens"))
    return workbook.opened(_cells_of_sheet, content, sheet)


def _cells_of_sheet(content: bytes, sheet: str) -> pd.DataFrame:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if sheet and sheet not in book.sheet_names:
        raise _NoSuchSheet
    with _collector_paused():
        frame = _under_header(book, sheet or book.sheet_names[0])
    if frame.notna().all(axis=None):  # what calamine does not read, it gives as empty
        return frame
    position = book.sheet_names.index(sheet) if sheet else 0
    if unread := workbook.unread_cells(content, position, list(frame.columns)):
        raise Unreadable(*unread)
    return frame


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Spare Python the search for cycles among millions of cells, which takes as long as reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _under_header(book: CalamineWorkbook, sheet: str) -> pd.DataFrame:
    cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    if not cells:
        raise pd.errors.EmptyDataError
    header = [cell_text(cell) or "" for cell in cells[0]]
    while header and not header[-1]:
        header.pop()
    columns = np.array(cells[1:], dtype=object).T[: len(header)] if len(cells) > 1 else [()] * len(header)
    body = {place: _column_text(column) for place, column in enumerate(columns)}
    return pd.DataFrame(body).set_axis(header, axis=1)


def _column_text(cells: Sequence[object] | np.ndarray) -> pd.api.extensions.ExtensionArray:
    """Return a column of cells as `cell_text` has them; where all are words or figures, at once."""
    try:
        alike = pa.array(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # of several kinds
        alike = pa.nulls(0)
    if pa.types.is_string(alike.type) and not alike.null_count:
        trimmed = pc.call_function("utf8_trim_whitespace", [pc.cast(alike, pa.large_string())])
        empty = pc.call_function("equal", [trimmed, ""])
        texts = pc.call_function("if_else", [empty, pa.scalar(None, pa.large_string()), trimmed])
    elif pa.types.is_float64(alike.type) and not alike.null_count:
        numbers = alike.to_numpy()
        size = np.abs(numbers)
        whole = (numbers == np.round(numbers)) & (size < LARGEST_WHOLE)
        if (whole | (size >= IN_DIGITS[0]) & (size < IN_DIGITS[1])).all():
            texts = pc.cast(pa.array(np.where(whole, numbers, 0).astype("int64")), pa.large_string())
            if not whole.all():
                decimals = pc.cast(alike, pa.large_string())
                texts = pc.call_function("if_else", [pa.array(whole), texts, decimals])
        else:
            texts = pa.array(list(map(_figure_text, numbers.tolist())), pa.large_string())
    else:
        texts = pa.array([cell_text(cell) for cell in cells], pa.large_string())
    return pd.array(texts, dtype="string")


def cell_text(cell: object, *, truth: tuple[str, str] = ("0", "1")) -> str | None:
    """Return the text of a cell as a person reads it: 7 for a stored 7.0, ISO dates, nothing for empty.

    truth: how Excel's FALSE and TRUE are written, which are no figures in a table of statistics.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return truth[cell]
    if isinstance(cell, float):
        return _figure_text(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time(0):
        return cell.date().isoformat()
    if isinstance(cell, (dt.datetime, dt.date, dt.time)):
        return cell.isoformat()
    return str(cell).strip() or None


LARGEST_WHOLE = 1e15
"""Below it a figure without decimals is written as a whole number."""


IN_DIGITS = (1e-4, 1e10)
"""From the one on, and below the other, Arrow writes a figure as Python does: in its shortest digits."""


def _figure_text(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) < LARGEST_WHOLE else str(cell)


def _read_parquet(content: bytes, _path: Path, _sheet: str) -> pd.DataFrame:
    return plain(confined(_parquet, content, **PACKED_TIGHTLY))


def _parquet(content: bytes) -> pd.DataFrame:
    return parquet_table(content).to_pandas(use_threads=False)


def parquet_table(content: bytes) -> pa.Table:
    """Return the table in a Parquet file.

    Raises Unreadable where it is large, where a cell is not one text, number, date or yes and no, and where
    text is not UTF-8. A list or a record in a cell could hold the name of a person, unsuspected.
    """
    from pyarrow import parquet

    refuse_large_parquet(content)
    schema = parquet.read_schema(io.BytesIO(content))
    if many := not_plain(schema):
        raise Unreadable(*many)
    try:
        table = parquet.read_table(io.BytesIO(content), use_threads=False, pre_buffer=False)
        table.validate(full=True)
    except pa.ArrowInvalid:
        broken = [name for name in schema.names if not _is_readable(content, name)]
        if not broken:
            raise
        rule, remedy = "holds text that is not UTF-8", "Save the file again from where it comes, as UTF-8"
        raise Unreadable(*(Problem(rule, remedy, column=name) for name in broken)) from None
    return table


def not_plain(schema: pa.Schema) -> list[Problem]:
    """Return a problem for each column of which a cell is not one text, number, date or yes and no."""
    remedy = "Give each part a column of its own, of text, numbers, dates or yes and no"
    return [
        Problem(f"holds {_kind_of(field.type)} in its cells", remedy, column=field.name)
        for field in schema
        if not _is_plain(field.type)
    ]


def _is_readable(content: bytes, column: str) -> bool:
    from pyarrow import parquet

    try:
        parquet.ParquetFile(io.BytesIO(content)).read([column], use_threads=False).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return any(
        test(kind)
        for test in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_decimal,
            pa.types.is_boolean,
            pa.types.is_date,
            pa.types.is_time,
            pa.types.is_timestamp,
            pa.types.is_null,
        )
    )


def _kind_of(kind: pa.DataType) -> str:
    if pa.types.is_nested(kind):
        return "lists or records"
    return f"{kind} values"


def refuse_large_parquet(content: bytes) -> None:
    """Raise Unreadable where the header of a Parquet file tells of more cells than are read here."""
    from pyarrow import parquet

    about = parquet.read_metadata(io.BytesIO(content))
    if about.num_rows * about.num_columns * 8 > packed.LARGEST:
        rule = f"has {about.num_rows} rows of {about.num_columns} columns, more than is read here"
        raise Unreadable(Problem(rule, "Cut out what is needed"))


def _read_stata(content: bytes, _path: Path, _sheet: str) -> pd.DataFrame:
    return plain(confined(_stata, content, **PACKED_TIGHTLY))


def _stata(content: bytes) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnicodeWarning)  # else text is read as Latin-1 on the quiet
        try:
            return pd.read_stata(io.BytesIO(content), convert_categoricals=False)
        except UnicodeWarning:
            rule = "holds text that is not UTF-8, as this version of Stata has it"
            remedy = "Translate it in Stata (help unicode translate), or save it again from where it comes"
            raise Unreadable(Problem(rule, remedy)) from None


def _read_spss(content: bytes, path: Path, _sheet: str) -> pd.DataFrame:
    if path.suffix == SEALED:
        raise Refused(
            [Fault(path.name, rule="a sealed SPSS file is not read", remedy="Seal it as CSV instead")]
        )
    return plain(confined(_spss, content, **PACKED_TIGHTLY))


def _spss(content: bytes) -> pd.DataFrame:
    import pyreadstat

    return cast("pd.DataFrame", pyreadstat.read_sav(io.BytesIO(content), user_missing=True)[0])


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with two kinds of columns only: float64 and text."""
    out = {}
    for column in frame.columns:
        values = frame[column]
        if pd.api.types.is_numeric_dtype(values.dtype):
            out[str(column)] = values.astype("Float64").astype("float64")
        elif pd.api.types.is_datetime64_any_dtype(values.dtype):
            out[str(column)] = values.dt.strftime("%Y-%m-%d").astype("string")
        else:
            out[str(column)] = values.astype("string").replace({"": pd.NA})
    return pd.DataFrame(out)


ODK_PARENT = "PARENT_KEY"
"""The column by which a row of a repeat, as ODK and SurveyCTO write it, names what it belongs to."""


def archived_tables(content: bytes) -> dict[str, pd.DataFrame]:
    """Return the CSV tables of an archive by name, less logs of the app: ODK Central's export.

    Raises Unreadable where it is no archive, or one that is not opened (too large, damaged, locked).
    """
    found = {}
    for name in packed.listing(content):
        folder, _, file = name.rpartition("/")
        if file.endswith(".csv") and not file.endswith(" - audit.csv") and _last(folder) not in _NO_TABLES:
            cells = _read_csv(packed.member(content, name), Path(), "")
            found[file] = cells
    return found


_NO_TABLES = {"media", "__MACOSX"}


def _last(folder: str) -> str:
    return folder.rpartition("/")[2]


def interviews_of(tables: dict[str, pd.DataFrame]) -> str:
    """Return which of an archive's tables holds the interviews: the one that belongs to no other.

    Raises Unreadable where there is none, or more than one.
    """
    roots = sorted(name for name, frame in tables.items() if ODK_PARENT not in frame)
    if len(roots) == 1:
        return roots[0]
    if not roots:
        rule = "holds no table of interviews"
        remedy = "Export again in ODK Central: Submissions > Download > 'All data and Attachments' (.csv.zip)"
        raise Unreadable(Problem(rule, remedy))
    rule = f"holds the interviews of more than one form: {', '.join(roots[:10])}"
    raise Unreadable(Problem(rule, "Put each form into a wave of its own"))


def _read_zip(content: bytes, _path: Path, _sheet: str) -> pd.DataFrame:
    tables = archived_tables(content)
    return tables[interviews_of(tables)]


_READERS: dict[str, Callable[[bytes, Path, str], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".xlsx": _read_excel,
    ".parquet": _read_parquet,
    ".dta": _read_stata,
    ".sav": _read_spss,
    ".zip": _read_zip,
}


def header_faults(frame: pd.DataFrame, file: str, sheet: str) -> list[Fault]:
    """Return the faults of columns without a name, and of two of one name.

    What may be a person's is told by its place: the first row may be no header.
    """
    faults = []
    seen: dict[str, str] = {}
    for position, column in enumerate(frame.columns, start=1):
        if not column:
            rule = f"column {position} has no name"
            faults.append(Fault(file, sheet, 1, rule=rule, remedy="Name it, or delete it"))
        elif column.casefold() in seen:
            told = str(position) if tellable.value(column) == tellable.UNTOLD else column
            faults.append(Fault(file, sheet, 1, told, "two columns bear this name", "Rename one of them"))
        seen[column.casefold()] = column
    return faults


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as text: whole numbers without a decimal point, so that 1.0 and '1' are one code."""
    if values.dtype != "float64":
        return values.astype("string").str.strip().replace({"": pd.NA})
    whole = values.notna() & (values == values.round()) & (values.abs() < 1e15)
    text = values.map(repr, na_action="ignore").astype("string")
    return text.where(~whole, values.where(whole, 0).astype("int64").astype("string"))


LARGEST_COUNT = 9_000_000_000_000_000
"""Beyond it a double no longer tells one whole number from the next."""
LARGEST_ANSWER = 1_000_000_000_000_000
"""From here on an amount is a slip: with its decimals a double cannot hold it; sums show noise."""
_TRUTH = {
    **dict.fromkeys(("yes", "true", "1", "y", "oui", "si", "sí"), True),
    **dict.fromkeys(("no", "false", "0", "n", "non"), False),
}


TYPE_WORDS = {
    "number": "a number",
    "integer": "a whole number",
    "yes_no": "yes or no",
    "flag": "yes or no",
    "text": "text",
}
"""Type of a column -> what a cell of it has to be, in words."""


TOO_LARGE = "is too large for an amount: a figure of 1 000 000 000 000 000 or more cannot be held exactly"


def too_large(values: pd.Series, read: pd.Series, bad: pd.Series) -> pd.Series:
    """Return which answers are figures of LARGEST_ANSWER or more.

    values: as received; read and bad: what `typed` made of them as numbers.
    """
    large = read.abs().ge(LARGEST_ANSWER).fillna(False).astype(bool)
    if bad.any():  # whole numbers that large are among them
        refused = values[bad]
        size = (refused if refused.dtype == "float64" else _as_numbers(refused)).abs()
        large[bad] = (size.ge(LARGEST_ANSWER) & size.lt(float("inf"))).to_numpy()
    return large


def _as_numbers(values: pd.Series) -> pd.Series:
    """Return text as float64, NaN where it is no number; the whole column at once where all of it is one."""
    with suppress(pa.ArrowInvalid):
        cells = pa.array(values.array, type=pa.large_string())
        numbers = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)
        return pd.Series(numbers, index=values.index)
    return pd.to_numeric(values.str.strip(), errors="coerce").astype("Float64").astype("float64")


def typed(values: pd.Series, kind: str) -> tuple[pd.Series, pd.Series]:
    """Return a column in a type (text, integer, number, yes_no, flag) and which of its cells do not fit.

    integer gives Int64; number and yes_no (1/0) give float64; flag gives boolean; text gives string.
    """
    if kind == "text":
        return as_text(values), pd.Series(False, index=values.index)
    if kind in ("yes_no", "flag"):
        words = as_text(values)
        result = words.map({one: _TRUTH.get(one.casefold()) for one in words.dropna().unique()})
        bad = words.notna() & result.isna()
        result = result.astype("boolean")
        return (result if kind == "flag" else result.astype("Float64").astype("float64")), bad
    numbers = values
    if values.dtype != "float64":
        numbers = _as_numbers(values)
    bad = values.notna() & ~numbers.abs().lt(float("inf"))
    if kind == "integer":
        bad |= numbers.notna() & ((numbers != numbers.round()) | (numbers.abs() > LARGEST_COUNT))
        return numbers.where(~bad).astype("Int64"), bad
    return numbers.where(~bad), bad
