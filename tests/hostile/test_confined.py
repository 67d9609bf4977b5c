"""Stata, SPSS and Parquet are read in a child process: what ends the reader refuses the file, and no more."""

from __future__ import annotations

import copyreg
import io
import os
import time
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] -- no types
from tblib.pickling_support import pickle_exception

from schemas.faults import Refused
from tasks import confined
from tasks.files import read_cells
from tasks.reading import Problem, Unreadable
from tasks.sources import parquet, spss, stata

TABLE = pd.DataFrame({"respondent": ["a", "b"], "income": [1.5, 2.0]})


def dies(*_: Any, **__: Any) -> None:
    os._exit(70)


def takes_all(*_: Any, **__: Any) -> None:
    """Take 64 GB of which none is used: more than a long-lived process could have given back before."""
    held = [np.empty(1 << 27) for _ in range(64)]
    assert len(held) == 64


def written(kind: str, folder: Path) -> bytes:
    path = folder / f"file.{kind}"
    if kind == "parquet":
        TABLE.to_parquet(path)
        return path.read_bytes()
    write = pyreadstat.write_sav if kind == "sav" else pyreadstat.write_dta
    write(cast("Any", TABLE), str(path))
    return path.read_bytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("act", [dies, takes_all])
@pytest.mark.parametrize("kind", ["sav", "dta", "parquet"])
def test_a_reader_that_ends_or_takes_all_memory_refuses_the_file(kind, act, tmp_path, monkeypatch):
    content = written(kind, tmp_path)
    whole = read_cells(content, f".{kind}", "file", path=tmp_path / f"file.{kind}")
    assert whole["income"].tolist() == [1.5, 2.0]
    monkeypatch.setattr(pyreadstat, f"read_{kind}", act, raising=False)
    monkeypatch.setattr(pd, "read_stata", act)
    monkeypatch.setattr(pd, "read_parquet", act)
    monkeypatch.setattr(pq, "read_table", act)
    with pytest.raises(Refused, match="takes more memory or time"):
        read_cells(content, f".{kind}", "file", path=tmp_path / f"file.{kind}")
    source: Any = {"sav": spss, "dta": stata, "parquet": parquet}[kind]
    with pytest.raises(Unreadable):
        source.read(content, cast("Any", None))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_reader_that_waits_for_ever_is_ended_by_the_clock(monkeypatch):
    monkeypatch.setattr(confined, "TIMES_BY_THE_CLOCK", 1)
    begun = time.monotonic()
    with pytest.raises(Unreadable):
        confined.confined(lambda _: time.sleep(60), b"")
    assert time.monotonic() - begun < 30


def test_a_small_parquet_file_that_unfolds_to_more_than_is_read_is_refused_by_its_header():
    sink = io.BytesIO()
    rows = pa.table({"income": pa.nulls(1 << 20, pa.float64())})
    with pq.ParquetWriter(sink, rows.schema) as writer:
        for _ in range(80):
            writer.write_table(rows)
    assert len(sink.getvalue()) < 1 << 20
    with pytest.raises(Refused, match="83886080 rows of 1 columns, more than is read here"):
        read_cells(sink.getvalue(), ".parquet", "file")
    with pytest.raises(Unreadable):
        parquet.read(sink.getvalue(), cast("Any", None))


def refuses_behind_a_fault_of_the_parser(_: bytes) -> None:
    try:
        etree.fromstring(b"<x")
    except etree.XMLSyntaxError:
        raise Unreadable(Problem("cannot be read")) from None


def test_a_refusal_crosses_whatever_stands_behind_it(monkeypatch):
    """Dask has pickle write the exceptions behind one, and those of lxml cannot be written."""
    monkeypatch.setitem(copyreg.dispatch_table, Unreadable, pickle_exception)
    with pytest.raises(Unreadable, match="cannot be read"):
        confined.confined(refuses_behind_a_fault_of_the_parser, b"")
