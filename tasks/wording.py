"""Sentences made from rows: what a finding says, and only what its row and its design allow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

THIN_SPACE = "\u202f"
MINUS = "−"


def decimals(*values: float) -> int:
    """Return how many decimals give numbers of this size, read side by side, three digits that matter."""
    largest = max((abs(value) for value in values if not pd.isna(value)), default=0.0)
    for limit, places in ((100, 0), (10, 1), (1, 2)):
        if largest >= limit:
            return places
    return 3


def written(value: float, places: int) -> str:
    """Return a number with so many decimals, a true minus, and thin spaces between thousands.

    From 1,000 on, three digits matter: 1,034 is written as 1 030.
    """
    if abs(value) >= 1000:
        value = round(value, 2 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{places}f}".replace(",", THIN_SPACE)
    return f"{MINUS}{text}" if value < 0 and text.strip("0.") else text


def plain_unit(unit: str) -> str:
    """Return the unit as it stands behind a number: 'currency per month' loses its currency."""
    if unit.startswith("share"):
        return "percentage points"
    if unit.startswith("score"):
        return "points"
    return unit.replace("currency per month", "a month").replace("currency", "").strip()


def change(estimate: float, low: float, high: float, unit: str) -> tuple[str, str]:
    """Return the size of a change with its unit, and its 95 % interval in words.

    A share (0 to 1) is told in whole percentage points. Estimate and interval bear the same decimals.
    """
    share = unit.startswith("share")
    scale = 100 if share else 1
    places = 0 if share else decimals(estimate, low, high)
    size = f"{written(abs(estimate) * scale, places)} {plain_unit(unit)}".strip()
    if pd.isna(low) or pd.isna(high):
        return size, "no interval can be given"
    interval = f"{written(low * scale, places)} to {written(high * scale, places)}"
    return size, f"95 % interval {interval}"


def statement(row: Mapping[Any, Any], indicator: pd.Series, labels: Mapping[str, Mapping[str, str]]) -> str:
    """Return a finding's sentence, from an estimate's row. It names no cause: the claim beside it does."""
    group = labels["group"].get(row["poverty_group"], row["poverty_group"])
    label = str(indicator["label"])
    what = label[0].lower() + label[1:]
    estimate = float(row["estimate"])
    size, interval = change(estimate, float(row["ci_low"]), float(row["ci_high"]), str(indicator["unit"]))
    sign = MINUS if estimate < 0 else "+"
    start, end = (_short(row[key], labels["wave"]) for key in ("from_wave", "to_wave"))
    if row["estimator"] == "recall":
        body = f"asked in {end} to compare with before, {what} has moved by {sign}{size}"
    elif row["estimator"] == "staggered":
        body = (
            f"{what} moved by {sign}{size} from the programme's start on, against those whom it had not"
            f" reached, {start} to {end}"
        )
    elif row["from_wave"] == "none":
        more = "higher" if estimate > 0 else "lower"
        body = f"{what} is {size} {more} in the programme group than in the comparison group"
    else:
        body = f"{what} moved by {sign}{size} against the comparison group, {start} to {end}"
    verdict = _VERDICTS.get(str(row["direction"]), "")
    return f"{group}: {body} ({interval}). {verdict}".strip()


def _short(wave: object, labels: Mapping[str, str]) -> str:
    """Return a wave's label up to its first comma: 'Baseline, spring 2026' is 'Baseline' in a sentence."""
    return labels.get(str(wave), str(wave)).partition(",")[0]


_VERDICTS = {
    "better": "This is a change for the better.",
    "worse": "This is a change for the worse.",
    "unchanged": "This is too small to count as a change.",
    "uncertain": "The data do not show whether it changed.",
}
