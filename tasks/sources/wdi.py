"""World Development Indicators as the World Bank packs them: one indicator or country, or all in bulk."""

from __future__ import annotations

import io
import re

from schemas.assessment import SourceFile
from tasks.delimited import decoded
from tasks.packed import only_member
from tasks.reading import RULE, Note, Problem, Reading, Unreadable

NAME = "wdi"
TITLE = "World Development Indicators and other databanks of the World Bank, one column a year"
FORMAT = "the .zip of a download (API_…_csv_v2_….zip, WDI_CSV.zip), or the data CSV in it"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics",)
CITATION = "World Bank, World Development Indicators, data.worldbank.org; with the date of the download"
LICENCE = "Creative Commons Attribution 4.0, save where the indicator's metadata say otherwise"

NAMES = ["Country Name", "Country Code", "Indicator Name", "Indicator Code"]
DATA_FILE = re.compile(r"API_.*\.csv|WDI(_?CSV|Data)\.csv", re.IGNORECASE)
HEADER_WITHIN = 10
"""The header stands within so many rows: a download has four lines above it, the bulk file none."""


def read(content: bytes, how: SourceFile) -> Reading:
    """Return one record a country and indicator, its years in columns that become rows.

    Raises tasks.reading.Unreadable where the archive has no data file, or the file no such header.
    """
    import pandas as pd

    content, name = only_member(
        content, lambda one: bool(DATA_FILE.fullmatch(one)), "data file of the World Bank"
    )
    text, encoding = decoded(content, how.encoding)
    head = text[:20_000].splitlines()[:HEADER_WITHIN]
    above = next((place for place, line in enumerate(head) if all(f"{one}" in line for one in NAMES)), None)
    if above is None:
        rule = f"has no row with {', '.join(NAMES)}"
        raise Unreadable(Problem(rule, "Download it as CSV from data.worldbank.org, or use delimited_text"))
    frame = pd.read_csv(
        io.StringIO(text),
        skiprows=above,
        dtype="string",
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,
    )
    frame = frame.set_axis([str(column).strip() for column in frame.columns], axis=1)
    frame = frame.loc[:, [not column.startswith("Unnamed:") for column in frame.columns]]
    rows = pd.Series(range(above + 2, above + 2 + len(frame)), index=frame.index, dtype="int64")
    filled = frame.notna().any(axis=1)
    notes = [Note("file of the archive", name, RULE)] if name else []
    notes += [encoding, Note("header row", str(above + 1), RULE), *_vintage(head[:above])]
    return Reading(
        frame[filled].reset_index(drop=True),
        rows[filled].reset_index(drop=True),
        notes=notes,
        left_out={"empty row": int((~filled).sum())} if not filled.all() else {},
        missing=("..",),
        decimal=".",
        columns={"area": "Country Name", "statistic": "Indicator Name"},
        wide=(r"(\d{4})(?: \[YR\d{4}\])?", "period"),
    )


def _vintage(lines: list[str]) -> list[Note]:
    """Return the date on which the World Bank last changed the data, where the file tells it."""
    for line in lines:
        match = re.search(r"Last Updated Date\W+(\d{4}-\d{2}-\d{2})", line)
        if match:
            return [Note("last updated by the World Bank", match[1], RULE)]
    return []
