"""kill -9 at random moments: nothing is lost or doubled, results/current is whole, the rerun is identical.

PSIA_KILLS says how many (24 unless told; 200 for the full size).
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from flows import cli
from tasks import state
from tests.flows.test_run import go, mart, tree
from tests.folders import two_waves

KILLS = int(os.environ.get("PSIA_KILLS", "24"))
SEED = 20041209
FINISHED_EVERY = 7


FORKED = get_context("forkserver")
"""Each run is a process of its own, which need not import what psia needs before it can be killed."""
FORKED.set_forkserver_preload([__name__])


def start(folder: Path) -> ForkServerProcess:
    running = FORKED.Process(target=run, args=(folder, os.environ["PSIA_KEYS"]))
    running.start()
    return running


def run(folder: Path, keys: str) -> None:
    os.environ["PSIA_KEYS"] = keys
    with open(os.devnull, "w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        sys.argv = ["psia", "run", str(folder), "--engine", "process"]
        cli.main()


def ended(running: ForkServerProcess) -> int | None:
    running.join()
    return running.exitcode


def answers(folder: Path, whole: str, version: int) -> None:
    """Put the answers of the second wave there as they are (0), or with the first row taken out (1)."""
    head, *rows = whole.splitlines()
    text = "\n".join([head, *rows[version:]]) + "\n"
    (folder / "waves" / "followup" / "interviews.csv").write_text(text)


@pytest.mark.slow(minutes=4)
def test_kills_at_random_moments_lose_and_double_nothing(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    whole = (folder / "waves" / "followup" / "interviews.csv").read_text()
    right: dict[int, tuple[dict[str, bytes], dict[str, object]]] = {}
    for version in (0, 1):
        other = tmp_path / f"right {version}" / "tiny"
        shutil.copytree(folder, other)
        answers(other, whole, version)
        assert go(other)[0] == 0
        right[version] = tree(other), mart(other)
    assert ended(start(folder)) == 0
    answers(folder, whole, 1)
    began = time.monotonic()
    assert ended(start(folder)) == 0
    takes = time.monotonic() - began
    moments = random.Random(SEED)  # noqa: S311
    killed = 0
    for number in range(KILLS):
        version = number % 2  # so that there is something to compute each time
        answers(folder, whole, version)
        running = start(folder)
        running.join(timeout=moments.uniform(0.1, 1.0) * takes)
        killed += running.is_alive()
        running.kill()
        running.join()
        current = folder / "results" / "current"
        assert state.is_whole(current)
        assert tree(folder) in [one for one, _ in right.values()]
        if (number + 1) % FINISHED_EVERY == 0:
            assert go(folder)[0] == 0
            assert (tree(folder), mart(folder)) == right[version]
    assert killed > KILLS / 2
