"""Stata files, with value labels and the missing codes .a to .z."""

from __future__ import annotations

from schemas.assessment import SourceFile
from tasks.labelled import read_labelled
from tasks.reading import Reading

NAME = "stata"
TITLE = "A Stata file: codes by their labels, missing codes missing"
FORMAT = "Stata (.dta)"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics", "staged.regional_industries", "staged.regions")
CITATION = "secondary/sources, by the `source` of the [[source]]"
LICENCE = "as secondary/sources says for the source"


def read(content: bytes, how: SourceFile) -> Reading:
    """Return the records with their labels. Raises tasks.reading.Unreadable where it is no Stata file."""
    import pyreadstat

    return read_labelled(pyreadstat.read_dta, content, "Stata")
