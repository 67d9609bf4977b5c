"""Method and lineage: the inputs and the libraries that the report was made with."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.publish import grids
from tasks.publish.grids import Grid
from tasks.publish.report import Report
from tasks.tongue import _


def inputs(report: Report, hashes: Iterable[tuple[str, str]]) -> Grid:
    """Return the input files with their hashes."""
    return grids.named(report, _("Input files, with their SHA-256"), (_("File"), "SHA-256"), hashes)


def libraries(report: Report, versions: Iterable[tuple[str, str]]) -> Grid:
    """Return the libraries with their versions."""
    return grids.named(report, _("Libraries"), (_("Library"), _("Version")), versions)
