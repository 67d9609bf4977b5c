"""A register is scanned in a child process: whatever the file does, it is summed or refused by name."""

from __future__ import annotations

import io
import os
import random
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.faults import Fault
from tasks import confined, registers
from tasks.files import parquet_table
from tasks.reading import Unreadable
from tasks.warehouse import FileScan, Warehouse
from tests.command import psia
from tests.flows.test_register import folder
from tests.tasks.test_registers import declared, establishments

MUTANTS = int(os.environ.get("PSIA_MUTANTS", "40"))


def faults_of(path: Path, content: bytes) -> list[Fault]:
    path.write_bytes(content)
    return registers.scan(path, declared(path.name), aside=path.parent / "aside")[2]


def packed(data: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    data.to_parquet(sink, index=False)
    return sink.getvalue()


def test_a_damaged_register_is_summed_or_refused_by_name(tmp_path):
    """In a register of one damaged byte to ten, DuckDB finds errors of every kind that it has."""
    whole = packed(establishments(300))
    refused = 0
    for seed in range(MUTANTS):
        chance, content = random.Random(seed), bytearray(whole)  # noqa: S311 -- for the same again
        for _ in range(chance.choice([1, 1, 3, 10])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        faults = faults_of(tmp_path / "r.parquet", bytes(content))
        refused += bool(faults)
        assert {fault.file for fault in faults} <= {"r.parquet", "assessment.toml"}
    assert refused > MUTANTS / 4


def dies(*_: object) -> None:
    os._exit(70)


def takes_all(*_: object) -> None:
    held = [np.empty(1 << 27) for _ in range(640)]
    assert len(held) == 640


def fills_memory(*_: object) -> None:
    raise MemoryError


def waits(*_: object) -> None:
    time.sleep(60)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("act", [dies, takes_all, fills_memory, waits])
@pytest.mark.parametrize("name", ["r.parquet", "r.csv"])
def test_a_scan_that_ends_takes_all_memory_or_waits_for_ever_refuses_the_file(
    name, act, tmp_path, monkeypatch
):
    content = packed(establishments(30))
    if name == "r.csv":
        content = establishments(30).to_csv(index=False).encode()
    assert faults_of(tmp_path / name, content) == []
    monkeypatch.setattr(registers, "LEAST_SECONDS", 1)
    monkeypatch.setattr(confined, "TIMES_BY_THE_CLOCK", 1)
    monkeypatch.setattr(FileScan, "columns", act)
    (tmp_path / "aside").mkdir()
    (fault,) = faults_of(tmp_path / name, content)
    assert (fault.file, fault.rule) == (name, "takes more memory or time than a file of its size should")
    assert not (tmp_path / "aside").exists()


NESTED = {
    "records": pa.array([{"name": "Zelphine"}]),
    "lists": pa.array([["Zelphine"]]),
    "bytes": pa.array([b"Zelphine"]),
}


@pytest.mark.parametrize("kind", NESTED)
def test_a_column_that_is_not_plain_is_refused_as_in_any_other_table(kind, tmp_path):
    table = pa.Table.from_pandas(establishments(1)).append_column("owner", NESTED[kind])
    sink = io.BytesIO()
    pq.write_table(table, sink)
    (fault,) = faults_of(tmp_path / "r.parquet", sink.getvalue())
    assert fault.column == "owner"
    with pytest.raises(Unreadable) as refused:
        parquet_table(sink.getvalue())
    assert fault.rule == refused.value.problems[0].rule


def test_text_that_is_not_utf8_is_refused_and_not_told(tmp_path):
    raw = pa.array([b"Zelphine\xff", b"x"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    table = pa.table({"region": text, "industry": ["1", "2"], "employment": [1, 2]})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    (fault,) = faults_of(tmp_path / "r.parquet", sink.getvalue())
    assert "cannot be read as Parquet" in fault.rule
    assert "Zelphine" not in str(fault)


def test_a_damaged_register_is_a_fault_of_the_command(tmp_path):
    path = folder(tmp_path)
    plan = path / "assessment.toml"
    plan.write_text(plan.read_text().replace("firms.csv", "firms.parquet"))
    content = bytearray(packed(pd.read_csv(path / "secondary/firms.csv", dtype={"branch": str})))
    (path / "secondary/firms.csv").unlink()
    register = path / "secondary/firms.parquet"
    register.write_bytes(bytes(content))
    assert psia("check", path).returncode == 0
    content[4:60] = b"\xff" * 56
    register.write_bytes(bytes(content))
    ended = psia("check", path)
    assert ended.returncode == 1
    assert "secondary/firms.parquet: cannot be read as Parquet" in ended.stderr


def test_a_register_is_scanned_beside_a_warehouse_that_is_in_use(tmp_path):
    """The child is forked from a process in which DuckDB has threads of its own."""
    with Warehouse(tmp_path / "w.duckdb") as warehouse:
        for _ in range(5):
            assert warehouse.damaged() == []
            assert faults_of(tmp_path / "r.parquet", packed(establishments(300))) == []
