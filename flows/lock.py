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
    try:
        import fcntl
    except ImportError:  # Windows: DuckDB's own lock has to do
        yield ""
        return
    results = folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    with (results / name).open("a+") as lock:
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
