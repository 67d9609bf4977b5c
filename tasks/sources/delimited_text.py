"""Delimited text as it comes: CSV and its relatives, in any encoding, with any signs."""

from __future__ import annotations

from schemas.assessment import SourceFile
from tasks.delimited import read_text
from tasks.packed import gunzipped, only_member
from tasks.reading import RULE, Note, Reading

NAME = "delimited_text"
TITLE = "Tables of text whose cells are parted by comma, semicolon, tab or bar"
FORMAT = "CSV, TSV or TXT, also packed as .zip (with one such file) or .gz"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics", "staged.regional_industries", "staged.regions")
CITATION = "secondary/sources, by the `source` of the [[source]]"
LICENCE = "as secondary/sources says for the source"


def read(content: bytes, how: SourceFile) -> Reading:
    """Return the records under the declared header. Raises tasks.reading.Unreadable with what is wrong."""
    endings = (".csv", ".tsv", ".txt")
    content, name = only_member(
        content, lambda name: name.lower().endswith(endings), "file that ends with .csv, .tsv or .txt"
    )
    reading = read_text(gunzipped(content), how)
    if name:
        reading.notes.insert(0, Note("file of the archive", name, RULE))
    return reading
