"""ILOSTAT's bulk download: one row an observation, in the columns that ILO fixes."""

from __future__ import annotations

from schemas.assessment import SourceFile
from tasks.delimited import read_text
from tasks.packed import gunzipped, only_member
from tasks.reading import Problem, Reading, Unreadable

NAME = "ilostat"
TITLE = "Labour statistics of the ILO, from the bulk download or the data explorer"
FORMAT = "CSV, also packed as .csv.gz or .zip"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics",)
CITATION = (
    "International Labour Organization, ILOSTAT, ilostat.ilo.org; with indicator and date of the download"
)
LICENCE = "Creative Commons Attribution 4.0"

NEEDED = ("ref_area", "indicator", "time", "obs_value")
DIMENSIONS = ("source", "sex", "classif1", "classif2")


def read(content: bytes, how: SourceFile) -> Reading:
    """Return one record an observation; the survey, sex and classifications are dimensions.

    Raises tasks.reading.Unreadable where a column of the layout is missing.
    """
    content, _ = only_member(content, lambda name: name.lower().endswith(".csv"), "CSV file")
    reading = read_text(gunzipped(content), how)
    lacking = [column for column in NEEDED if column not in reading.frame.columns]
    if lacking:
        rule = f"has no column {', '.join(lacking)}"
        raise Unreadable(Problem(rule, "Download the bulk file from ILOSTAT, or use delimited_text"))
    reading.decimal = "."
    reading.columns = {"area": "ref_area", "period": "time", "statistic": "indicator", "value": "obs_value"}
    reading.flags = "obs_status"
    reading.dimensions = DIMENSIONS
    return reading
