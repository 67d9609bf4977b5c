"""Files of every format less some of their rows: what `psia forget` writes in their place.

What is left is as it was: a file is read again and compared, and refused where it is not.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from tasks import packed
from tasks.confined import confined
from tasks.workbook import sheet_paths

READ_AND_WRITTEN = {"least_memory": 3 * 1024**3, "least_seconds": 60}
"""The limits for a file that is read, written and read again: more than for one that is read."""


class NotFaithful(Exception):
    """A file that cannot be rewritten without a change to the rest."""


def without_rows(
    content: bytes, suffix: str, sheet: int, numbers: Collection[int], keys: Collection[str]
) -> bytes:
    """Return a table's file without some rows, and without every row that belongs to one of the keys.

    numbers: the rows as a person sees them, the header is 1. sheet: which of a workbook's, from 0. keys: what
    servers call an interview, in its repeats as well. Parquet, Stata and SPSS files are read and written in a
    child process. Raises NotFaithful, and Unreadable where the child is ended.
    """
    if suffix == ".csv":
        return without_records(content, numbers, keys)
    if suffix == ".xlsx":
        return _without_sheet_rows(content, sheet, numbers, keys)
    if suffix == ".zip":
        return _without_packed_records(content, keys)
    if suffix == ".parquet":
        return confined(_without_parquet_rows, content, numbers, **READ_AND_WRITTEN)
    if suffix in (".dta", ".sav"):
        with tempfile.TemporaryDirectory() as there:  # made here, so that nothing stays if the child is ended
            path = Path(there) / f"f{suffix}"
            return confined(_without_labelled_rows, content, path, numbers, **READ_AND_WRITTEN)
    raise NotFaithful


def without_records(content: bytes, numbers: Collection[int], keys: Collection[str] = ()) -> bytes:
    """Return a CSV without the records of these numbers (the header is 1), every other byte as it was.

    keys: records go as well in which a cell is one of these, or begins with one and a slash.

    >>> without_records(b'id,said\\r\\n1,"a\\r\\nb"\\r\\n2,c\\r\\n', {2})
    b'id,said\\r\\n2,c\\r\\n'
    """
    lines, records = _records(content)
    kept, begin = [], 0
    for number, (record, end) in enumerate(records, start=1):
        if number not in numbers and not _belongs(record, keys):
            kept += lines[begin:end]
        begin = end
    return "".join(kept).encode("utf-8", errors="surrogateescape")


def _records(content: bytes) -> tuple[list[str], list[tuple[list[str], int]]]:
    """Return the lines of a CSV, and of each record its cells and the line behind it."""
    lines = list(io.StringIO(content.decode("utf-8", errors="surrogateescape"), newline=""))
    sign = max(",;\t", key=lines[0].count) if lines else ","
    reader = csv.reader(iter(lines), delimiter=sign)
    return lines, [(record, reader.line_num) for record in reader]


def _belongs(record: list[str], keys: Collection[str]) -> bool:
    return any(cell in keys or cell.partition("/")[0] in keys for cell in record if cell)


def _without_packed_records(content: bytes, keys: Collection[str]) -> bytes:
    """Return an archive without the records of the keys in any of its tables, and the files these name."""
    if not keys:
        raise NotFaithful
    named = {
        cell
        for name in packed.listing(content)
        if name.endswith(".csv")
        for record, _ in _records(packed.member(content, name))[1]
        if _belongs(record, keys)
        for cell in record
    }

    def rewritten(name: str, data: bytes) -> bytes | None:
        if name.rpartition("/")[2] in named:
            return None
        return without_records(data, (), keys) if name.endswith(".csv") else data

    return _packed_again(content, rewritten)


def _packed_again(content: bytes, rewritten: Callable[[str, bytes], bytes | None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(target, "w") as made:
        for one in given.infolist():
            data = rewritten(one.filename, given.read(one))
            if data is not None:
                made.writestr(one, data)
    return target.getvalue()


_ROW = re.compile(rb'<row\b[^>]*?\br="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
_SHARED = re.compile(rb'<c\b[^>]*\bt="s"[^>]*>\s*<v>(\d+)</v>', re.DOTALL)
_STRING = re.compile(rb"<si\b[^>]*?(?:/>|>.*?</si>)", re.DOTALL)


def _without_sheet_rows(content: bytes, sheet: int, numbers: Collection[int], keys: Collection[str]) -> bytes:
    """Return a workbook with nothing in place of these rows, and their words out of the shared strings.

    In every other sheet the rows go in which a cell is one of the keys.
    """
    paths = sheet_paths(content)
    names = packed.members(content)
    shared = packed.member(content, STRINGS) if STRINGS in names else b""
    words = [re.sub(rb"<[^>]*>", b"", one).decode() for one in _STRING.findall(shared)]
    of_keys = {place for place, word in enumerate(words) if word in keys}
    gone: set[int] = set()
    cut: dict[str, bytes] = {}
    met: set[int] = set()
    for place, path in enumerate(paths):

        def without(row: re.Match[bytes], own: bool = place == sheet) -> bytes:
            strings = set(map(int, _SHARED.findall(row[0])))
            if own and int(row[1]) in numbers:
                met.add(int(row[1]))
            elif own or not strings & of_keys:
                return row[0]
            gone.update(strings)
            return b""

        cut[path] = _ROW.sub(without, packed.member(content, path))
    if met != set(numbers):
        raise NotFaithful
    gone -= {int(one) for data in cut.values() for one in _SHARED.findall(data)}

    def rewritten(name: str, data: bytes) -> bytes | None:
        if name != STRINGS:
            return cut.get(name, data)
        places = iter(range(len(words)))
        return _STRING.sub(lambda one: b"<si><t/></si>" if next(places) in gone else one[0], data)

    return _packed_again(content, rewritten)


STRINGS = "xl/sharedStrings.xml"


def _without_parquet_rows(content: bytes, numbers: Collection[int]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content), use_threads=False, pre_buffer=False)
    kept = table.take([row for row in range(len(table)) if row + 2 not in numbers])
    sink = pa.BufferOutputStream()
    # words of who is gone would stay in a dictionary, as the extremes of a column would in its statistics
    plain = [
        kept.column(name).cast(field.type.value_type).dictionary_encode()
        if pa.types.is_dictionary(field.type)
        else kept.column(name)
        for name, field in zip(kept.column_names, kept.schema, strict=True)
    ]
    made = pa.table(plain, names=kept.column_names).replace_schema_metadata(kept.schema.metadata)
    pq.write_table(made, sink)
    return sink.getvalue().to_pybytes()


def _without_labelled_rows(content: bytes, path: Path, numbers: Collection[int]) -> bytes:
    """Return a Stata or SPSS file without some rows, its labels, formats and missing codes as they were.

    path: where it may be written, with the ending of its format.
    """
    import pyreadstat

    is_stata = path.suffix == ".dta"
    read = pyreadstat.read_dta if is_stata else pyreadstat.read_sav

    def looked(data: bytes) -> tuple[Any, Any]:
        return read(io.BytesIO(data), user_missing=True, disable_datetime_conversion=True)

    frame, meta = looked(content)
    kept = frame[[row + 2 not in numbers for row in range(len(frame))]].reset_index(drop=True)
    told: dict[str, Any] = {
        "column_labels": meta.column_labels,
        "variable_value_labels": meta.variable_value_labels,
        "variable_format": meta.original_variable_types,
        "file_label": meta.file_label or "",
    }
    if not is_stata:
        told |= {
            "missing_ranges": meta.missing_ranges or None,
            "variable_measure": meta.variable_measure,
            "variable_display_width": meta.variable_display_width,
        }
    else:
        told |= {"missing_user_values": meta.missing_user_values or None}
    write = pyreadstat.write_dta if is_stata else pyreadstat.write_sav
    try:
        write(kept, str(path), **told)
    except Exception:  # what the library cannot write again
        raise NotFaithful from None
    made = path.read_bytes()
    again, told_again = looked(made)
    same = (
        again.equals(kept)
        and told_again.variable_value_labels == meta.variable_value_labels
        and told_again.column_labels == meta.column_labels
        and told_again.missing_ranges == meta.missing_ranges
        and told_again.missing_user_values == meta.missing_user_values
    )
    if not same:
        raise NotFaithful
    return made


def parts(content: bytes) -> Iterator[bytes]:
    """Yield a content and, where it is an archive, each file in it, unpacked."""
    yield content
    if packed.is_zip(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from parts(archive.read(name))
