"""Stata and SPSS files: codes with their labels, and which codes their makers call missing."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from tasks.confined import PACKED_TIGHTLY, confined
from tasks.files import as_text, plain
from tasks.reading import RULE, Note, Problem, Reading, Unreadable


def read_labelled(read: Callable[..., Any], content: bytes, kind: str) -> Reading:
    """Return the records of a file, user-missing codes empty and counted, labels beside the codes.

    read: pyreadstat's reader of the format. Raises Unreadable where the content is no such file.
    """
    try:
        frame, worded, codes, ranges = confined(_read, content, read, **PACKED_TIGHTLY)
    except Unreadable:
        raise
    except Exception:
        raise Unreadable(
            Problem(f"cannot be read as {kind}", "Save it again and check that it opens")
        ) from None
    notes: list[Note] = []
    labels: dict[str, dict[str, str]] = {}
    clean = {}
    for column in frame.columns:
        values = frame[column]
        words = {_code(code): str(label) for code, label in worded.get(column, {}).items()}
        gone = _missing(values, codes.get(column, []), ranges.get(column, []))
        for code, count in values[gone].map(_code).value_counts().sort_index().items():
            shown = f".{code}" if kind == "Stata" and code.isalpha() else code
            item = f"missing code '{shown}' in {column}"
            if code in words:
                item = f"missing code '{shown}' ({words[code]}) in {column}"
            notes.append(Note(item, f"cells: {count}", RULE))
        values = values.mask(gone, None)
        if values.dtype == object and values.dropna().map(lambda one: isinstance(one, int | float)).all():
            values = pd.to_numeric(values)
        clean[str(column)] = values
        if words:
            labels[str(column)] = words
    table = plain(pd.DataFrame(clean, index=frame.index))
    rows = pd.Series(range(1, len(table) + 1), dtype="int64")
    return Reading(table, rows, notes=notes, labels=labels)


def _read(content: bytes, read: Callable[..., Any]) -> tuple[Any, ...]:
    frame, meta = read(io.BytesIO(content), user_missing=True)
    return frame, meta.variable_value_labels, meta.missing_user_values, meta.missing_ranges


def _missing(values: pd.Series, codes: list[Any], ranges: list[Mapping[str, Any]]) -> pd.Series:
    """Return which cells hold a code that the file itself calls missing: Stata's .a to .z, SPSS's ranges."""
    gone = values.isin(codes)
    numbers = pd.to_numeric(values, errors="coerce")
    for one in ranges:
        low, high = one["lo"], one["hi"]
        if isinstance(low, str):
            gone |= values.isin([low, high])
        else:
            gone |= (numbers >= low) & (numbers <= high)
    return gone.fillna(False).astype(bool)


def _code(code: Any) -> str:
    """Return a code as text: 1 for 1.0."""
    return str(as_text(pd.Series([float(code)]))[0]) if isinstance(code, int | float) else str(code)
