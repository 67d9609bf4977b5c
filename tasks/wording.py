"""Sentences made from rows: what a finding says, and only what its row and its design allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

THIN_SPACE = "\u202f"


def figure(value: float, unit: str) -> str:
    """Return a figure for reading: a share as percentage points, else at most three digits that matter."""
    if pd.isna(value):
        return "not known"
    if unit.startswith("share"):
        return f"{value * 100:.0f} percentage points"
    return f"{rounded(value)} {plain_unit(unit)}".strip()


def rounded(value: float) -> str:
    """Return a number with at most three digits that matter, thousands set apart by a thin space."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}".replace(",", THIN_SPACE)
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2g}" if size < 1 else f"{value:.2f}"


def plain_unit(unit: str) -> str:
    """Return the unit as it stands behind a number: 'currency per month' loses its currency."""
    return unit.replace("currency per month", "a month").replace("currency", "").strip()


def interval(low: float, high: float, unit: str) -> str:
    """Return the 95 % interval in words, or that none can be given."""
    if pd.isna(low) or pd.isna(high):
        return "no interval can be given"
    scale = 100 if unit.startswith("share") else 1
    return f"95 % interval {rounded(low * scale)} to {rounded(high * scale)}"


def statement(row: Mapping[Any, Any], indicator: pd.Series, labels: Mapping[str, Mapping[str, str]]) -> str:
    """Return the sentence of a finding, from an estimate's row. No cause is named unless the claim is causal."""
    group = labels["group"].get(row["poverty_group"], row["poverty_group"])
    what = indicator["label"][0].lower() + indicator["label"][1:]
    unit, estimate = indicator["unit"], float(row["estimate"])
    if row["estimator"] == "recall":
        wave = labels["wave"].get(row["to_wave"], row["to_wave"])
        moved = "rose" if estimate > 0 else "fell"
        size = f"by {figure(abs(estimate), unit)}"
        body = f"respondents of {wave} recall that {what} {moved} {size}"
    elif row["from_wave"] == "none":
        more = "higher" if estimate > 0 else "lower"
        body = f"{what} is {figure(abs(estimate), unit)} {more} in the programme than in the comparison"
    else:
        start = labels["wave"].get(row["from_wave"], row["from_wave"])
        end = labels["wave"].get(row["to_wave"], row["to_wave"])
        body = f"from {start} to {end}, {what} moved by {_signed(estimate, unit)}"
        body += " against the comparison group"
    ending = f" ({interval(row['ci_low'], row['ci_high'], unit)})"
    verdict = _VERDICTS.get(str(row["direction"]), "")
    return f"{group}: {body}{ending}. {verdict}".strip()


_VERDICTS = {
    "better": "This is a change for the better.",
    "worse": "This is a change for the worse.",
    "unchanged": "This is too small to count as a change.",
    "uncertain": "The data do not show whether it changed.",
}


def _signed(value: float, unit: str) -> str:
    sign = "+" if value > 0 else "−"
    return f"{sign}{figure(abs(value), unit)}"
