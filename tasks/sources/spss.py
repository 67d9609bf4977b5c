"""SPSS files, with value labels and user-missing codes."""

from __future__ import annotations

from schemas.assessment import SourceFile
from tasks.labelled import read_labelled
from tasks.reading import Reading

NAME = "spss"
TITLE = "An SPSS file: codes by their labels, user-missing codes missing"
FORMAT = "SPSS (.sav, .zsav)"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics", "staged.regional_industries", "staged.regions")
CITATION = "secondary/sources, by the `source` of the [[source]]"
LICENCE = "as secondary/sources says for the source"


def read(content: bytes, how: SourceFile) -> Reading:
    """Return the records with their labels. Raises tasks.reading.Unreadable where it is no SPSS file."""
    import pyreadstat

    return read_labelled(pyreadstat.read_sav, content, "SPSS")
