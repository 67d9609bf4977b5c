"""What all tests share: keys of their own, and the folder of the real cases."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from flows.cli import collect_seldom
from tests.folders import two_waves

# a busy machine must not fail a property; how long tests take is told by --durations
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_configure():
    """Look for cycles as seldom as the command does: else it takes a tenth of the time."""
    collect_seldom()


def pytest_collection_finish():
    """Look for no cycles among the tests themselves."""
    gc.freeze()


WHOLE_RUNS = ("cases", "crash", "demo", "flows", "hostile")
"""Folders of tests of which most run a whole assessment, and which are slow for that (Makefile)."""


def pytest_itemcollected(item):
    """Call slow what stands among whole runs, unless it is asked for by its place."""
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    asked = any(folder in Path(one).parts for one in item.config.args)
    if folder in WHOLE_RUNS and (not asked or item.config.option.markexpr == "slow"):
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put slow tests so that each worker begins with some of the longest, and none is waited for at the end.

    A worker's first share is a stretch of this order, the shortest share first; what it has not begun another
    worker takes from its end. All others stay beside those of their file, which share what they need.
    """
    marks = [item.get_closest_marker("slow") for item in items]
    if not all(marks):
        return
    minutes = dict(zip(items, (mark.kwargs.get("minutes", 0) for mark in marks), strict=True))
    longest = sorted(filter(minutes.get, items), key=lambda item: -minutes[item])
    others = [item for item in items if not minutes[item]]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    ends = [len(others) * worker // workers for worker in range(workers + 1)]
    shares = [longest[one::workers] + others[ends[one] : ends[one + 1]] for one in range(workers)]
    items[:] = [item for share in reversed(shares) for item in share]


@pytest.fixture(scope="session")
def key_folders(tmp_path_factory) -> Iterator[Path]:
    """Return folders, one after the other, without a search for a free name among thousands."""
    parent = tmp_path_factory.mktemp("keys")
    return (parent / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def own_keys(key_folders, monkeypatch):
    """Keep the vaults' keys of a test out of the user's own folder."""
    monkeypatch.setenv("PSIA_KEYS", str(next(key_folders)))


@pytest.fixture(scope="session")
def run_of_two_waves(tmp_path_factory) -> tuple[Path, Path]:
    """Return the small assessment after a run, and the folder of its key. Made once a process: copy it."""
    from flows.runner import execute

    keys = tmp_path_factory.mktemp("keys of the run")
    folder = two_waves(tmp_path_factory.mktemp("run") / "tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSIA_KEYS", str(keys))
        assert execute(folder, engine="process", select="", seal=False, say=lambda _: None) == 0
    return folder, keys


@pytest.fixture
def finished(run_of_two_waves, own_keys) -> Callable[[Path], Path]:
    """Return what puts a copy of the small assessment after its run at a path, and its key among the keys.

    A run takes seconds: a test of what comes after the first run begins with a copy of one.
    """

    def lay(folder: Path) -> Path:
        made, keys = run_of_two_waves
        shutil.copytree(keys, os.environ["PSIA_KEYS"], dirs_exist_ok=True)
        return Path(shutil.copytree(made, folder, symlinks=True))

    return lay


@pytest.fixture(scope="session")
def cases() -> Path:
    """Return the folder of real cases; skip where it is absent, fail where PSIA_CASES says it is there."""
    given = os.environ.get("PSIA_CASES")
    folder = Path(given) if given else Path(__file__).parent.parent.parent / "shared" / "cases"
    if folder.is_dir():
        return folder
    if given:
        pytest.fail("PSIA_CASES names a folder that is not there")
    pytest.skip("the real cases are not here: set PSIA_CASES to their folder")
