"""Released tables as CSV: one file a table, numbers to ten digits that matter."""

from __future__ import annotations

import re

import pandas as pd

_UNSEEN = "\\s\u00a0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
RISKY = f"^([{_UNSEEN}]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\\t\\r])"
"""How a text begins that a spreadsheet program would take for a formula, signs that nobody sees before it."""

WRITTEN = f"^'(?={RISKY.removeprefix('^')})"
"""The apostrophe that `neutral` puts in front."""


def neutral(words: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: with an apostrophe in front if it might.

    >>> neutral("=1+1"), neutral("Women home workers")
    ("'=1+1", 'Women home workers')
    """
    return f"'{words}" if re.match(RISKY, words) else words


def fixed(value: float) -> float:
    """Return a number to ten digits that matter, as it is published everywhere.

    >>> fixed(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.10g}")


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV text: header, one line a row, empty where a figure is missing or withheld.

    Ten digits that matter: the same bytes from sums that differ in their last binary digits. A text that a
    spreadsheet program would take for a formula gets an apostrophe in front.
    """
    if not len(frame):
        return ",".join(frame.columns) + "\n"
    out = frame.copy()
    for column in out.columns:
        if out[column].dtype == "string":
            # a bare carriage return is not quoted, and begins a row for some programs
            lines = out[column].str.replace(r"\r\n?", "\n", regex=True)
            out[column] = lines.map(neutral, na_action="ignore")
    return out.to_csv(index=False, lineterminator="\n", float_format="%.10g")
