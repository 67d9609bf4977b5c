"""Released tables as CSV: one file a table, numbers to ten digits that matter."""

from __future__ import annotations

import pandas as pd


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
            risky = out[column].str.match(r"^[=+\-@\t\r]").fillna(False).astype(bool)
            out[column] = out[column].mask(risky, "'" + out[column])
    return out.to_csv(index=False, lineterminator="\n", float_format="%.10g")
