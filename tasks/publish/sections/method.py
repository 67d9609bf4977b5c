"""Method and lineage: the inputs and the libraries that the report was made with."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.publish import grids
from tasks.publish.grids import Grid
from tasks.publish.report import Report


def inputs(report: Report, hashes: Iterable[tuple[str, str]]) -> Grid:
    """Return the input files with their hashes."""
    return grids.named(report, "Input files, with their SHA-256", ("File", "SHA-256"), hashes)


def libraries(report: Report, versions: Iterable[tuple[str, str]]) -> Grid:
    """Return the libraries with their versions."""
    return grids.named(report, "Libraries", ("Library", "Version"), versions)
