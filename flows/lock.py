"""One process at a time works on a folder. Imports nothing heavy: who comes second leaves at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(folder: Path, name: str = ".lock") -> Iterator[str]:
    """Hold the folder's lock; yield '' if it is ours, else the number of the process that holds it.

    name: of the file in results/ that is locked; runs and whatever else changes the folder share one.
    """
    with held(folder / "results" / name) as other:
        yield other


@contextmanager
def held(path: Path) -> Iterator[str]:
    """Hold the lock that a file is; yield '' if it is ours, else the number of the process that holds it."""
    try:
        import fcntl
    except ImportError:  # Windows: DuckDB's own lock has to do
        yield ""
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            yield lock.read().strip() or "unknown"
            return
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield ""
