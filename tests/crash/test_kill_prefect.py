"""kill -9 of runs under Prefect: no process is left of server, run or readers, and the next run works.

PSIA_PREFECT_KILLS says how many (2 unless told; 20 for the full size).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from flows.care import COMMAND
from tasks import confined, state
from tests.flows.test_run import go, tree
from tests.folders import two_waves

KILLS = int(os.environ.get("PSIA_PREFECT_KILLS", "2"))
SEED = 20041209
LEAVES_WITHIN = 5


def of_home(home: Path) -> list[str]:
    """Return the command lines of the processes that live with this home of Prefect's."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ", "status"]):
        if (process.info["environ"] or {}).get("PREFECT_HOME") == str(home):
            found.append(f"{process.pid} {process.info['status']} {process.info['cmdline']}")
    return found


def nobody_left(look) -> list[str]:
    """Return what is left after some seconds of patience."""
    until = time.monotonic() + LEAVES_WITHIN
    while (left := look()) and time.monotonic() < until:
        time.sleep(0.1)
    return left


@pytest.mark.slow
def test_killed_runs_under_prefect_leave_no_process(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")},
        "PREFECT_HOME": str(home),
    }
    moments = random.Random(SEED)  # noqa: S311
    killed = with_server = 0
    for _ in range(KILLS):
        running = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", COMMAND, "run", str(folder), "--engine", "prefect"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=state.ROOT,
        )
        time.sleep(moments.uniform(4, 16))
        with_server += any("prefect_server" in one for one in of_home(home))
        killed += running.poll() is None
        running.kill()
        running.wait()
        assert not nobody_left(lambda: of_home(home))
    assert killed >= KILLS / 2
    assert with_server >= KILLS / 2
    assert go(folder)[0] == 0
    whole = two_waves(tmp_path / "other" / "tiny")
    assert go(whole)[0] == 0
    assert tree(folder) == tree(whole)


def wait_and_tell(content: bytes, path: str) -> bytes:
    """Say who reads, and come back with more than a pipe holds only after a time."""
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)
    return content


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell a child")
def test_a_reader_ends_with_the_killed_run(tmp_path):
    note = tmp_path / "reader"
    runner = os.fork()
    if not runner:
        confined.confined(wait_and_tell, b"x" * 10_000_000, str(note))
        os._exit(0)
    until = time.monotonic() + 10
    while not (note.is_file() and note.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    reader = int(note.read_text())
    assert psutil.pid_exists(reader)
    os.kill(runner, signal.SIGKILL)
    os.waitpid(runner, 0)
    assert not nobody_left(
        lambda: [str(reader)] if psutil.pid_exists(reader) and not _is_zombie(reader) else []
    )


def _is_zombie(process: int) -> bool:
    """Return whether a process has ended, and only waits to be told about."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
