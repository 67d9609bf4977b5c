"""Bombs and traversals: refused in a second and 300 MB, with place and rule, and nothing written outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.bombs import BOMBS
from tests.hostile.mutants import CODES, HEADER, ROWS, SOURCES, as_csv, folder_without_interviews

SECONDS = 1.0
MEGABYTES = 300
SOURCE = """
[[source]]
source = "census"
reader = "sdmx"
file = "secondary/f"
values = { statistic = "employment", unit = "people", status = "measured" }
columns = { area = "geo" }
"""
CENSUS = "source,citation,licence\ncensus,An office (2020),free\n"
WORKER = '''
import json, os, resource, sys, threading, time
from pathlib import Path
import sdmx  # as the other readers, before anything is measured: which bomb comes first must not matter
from schemas.assessment import read_plan
from schemas.faults import Refused
from tasks.intake import take_in
from tasks.vault import Vault

def tried(folder):
    try:
        plan = read_plan(folder / "assessment.toml")
        return [str(one) for one in take_in(folder, plan, Vault(folder, "tiny")).faults]
    except Refused as refused:
        return [str(one) for one in refused.faults]

def resident():
    """The memory in use, that of children with it."""
    found = 0
    for place in [os.getpid(), *children()]:
        try:
            for line in open(f"/proc/{place}/smaps_rollup"):
                found += int(line.split()[1]) if line.startswith("Pss:") else 0
        except OSError:
            pass
    return found // 1024

def children():
    try:
        return [int(one) for one in open(f"/proc/self/task/{os.getpid()}/children").read().split()]
    except OSError:
        return []

def watch(most, stop):
    while not stop.is_set():
        most[0] = max(most[0], resident())
        stop.wait(0.01)
    most[1] = time.thread_time()

for folder in map(Path, sys.argv[1:2]):
    tried(folder)
for line in sys.stdin:
    folder, file, bomb = json.loads(line)
    path = Path(folder) / file
    before = path.read_bytes() if path.is_file() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(Path(bomb).read_bytes())
    start, most, stop = resident(), [0, 0.0], threading.Event()
    thread = threading.Thread(target=watch, args=(most, stop))
    thread.start()
    used = sum(os.times()[:4])
    faults = tried(Path(folder))
    stop.set()
    thread.join()
    used = sum(os.times()[:4]) - used - most[1]  # without what the look at the memory took
    path.unlink()
    if before is not None:
        path.write_bytes(before)
    print(json.dumps({"faults": faults, "seconds": used, "megabytes": most[0] - start}), flush=True)
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = folder_without_interviews(tmp_path_factory.mktemp("bombs") / "inner" / "tiny")
    plan = made / "assessment.toml"
    plan.write_text(plan.read_text() + SOURCE)
    (made / "design/languages").mkdir(parents=True)
    (made / "design/codes.csv").write_text(CODES)
    (made / "secondary").mkdir()
    (made / "secondary/sources.csv").write_text(CENSUS)
    (made / "waves/baseline/coded_sources.csv").write_text(SOURCES)
    return made


@pytest.fixture(scope="module")
def worker(folder):
    command = [sys.executable, "-c", WORKER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        yield process
        assert process.stdin
        process.stdin.close()


def everything(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once_and_nothing_is_written_outside(folder, worker, tmp_path, name):
    file, made = BOMBS[name]
    bomb = tmp_path / "bomb"
    bomb.write_bytes(made())
    beside = folder / "waves/baseline/interviews.csv"
    if not file.startswith("waves/baseline/interviews"):
        beside.write_bytes(as_csv([list(HEADER), *map(list, ROWS)]))
    root = folder.parent.parent
    before = everything(root)
    worker.stdin.write(json.dumps([str(folder), file, str(bomb)]) + "\n")
    worker.stdin.flush()
    told = json.loads(worker.stdout.readline())
    beside.unlink(missing_ok=True)
    place = [one for one in told["faults"] if one.startswith(file)]
    assert place, told
    assert not any("Traceback" in one or len(one) > 1000 for one in told["faults"]), told
    assert told["seconds"] < SECONDS, told
    assert told["megabytes"] < MEGABYTES, told
    assert everything(root) <= before | {beside.relative_to(root).as_posix()}
