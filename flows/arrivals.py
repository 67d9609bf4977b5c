"""New files in the folders of waves: nothing in Prefect watches a folder, so we list them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

Listing = Mapping[str, tuple[int, int]]
"""Path below waves/ -> size in bytes and time of the last change in nanoseconds."""


def listing(folder: Path) -> Listing:
    """Return the files of the waves of an assessment; hidden ones and locks of programs are left out."""
    waves = folder / "waves"
    found = {}
    for here, folders, files in os.walk(waves, followlinks=False):
        folders[:] = [one for one in folders if not one.startswith(".")]
        for name in files:
            path = Path(here) / name
            if name.startswith((".", "~$")):
                continue
            try:
                about = path.stat()
            except OSError:  # gone between the two calls
                continue
            found[path.relative_to(waves).as_posix()] = (about.st_size, about.st_mtime_ns)
    return found


def have_arrived(known: Listing, before: Listing, now: Listing) -> bool:
    """Return whether there is something new that is whole: other than known, and the same at two looks.

    known: what a run was started for last. before, now: the last look and this one. A file that is still
    being written differs between two looks, and is waited for.
    """
    return now == before and now != known
