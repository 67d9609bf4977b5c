"""Sentences made from rows: what a finding says, and only what its row and its design allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from schemas.assessment import PovertyGroup, Wave
from schemas.vocabulary import ALL, OF_THE_DAY
from tasks import expressions
from tasks.methods import suppression
from tasks.publish.wording import (
    BY_CHANCE,
    FEWEST_TO_PRINT,
    MINUS,
    THIN_SPACE,
    half_up,
    in_currency,
    is_by_chance,
    is_money,
    is_share,
    listing,
    meaningful,
    percent,
    places_beside,
    plain,
)


def decimals(*values: float) -> int:
    """Return how many decimals figures bear that are read side by side, as in the tables of the report."""
    told = [value for value in values if not pd.isna(value)]
    return places_beside([0.0, *told]) or 0


def written(value: float, places: int) -> str:
    """Return a number with so many decimals, a true minus, and thin spaces between thousands.

    It is rounded half up. From 1,000 on, three digits matter: 1,034 is written as 1 030.
    """
    number = half_up(meaningful(value) if abs(value) >= 1000 else value, places)
    text = f"{abs(number):,.{places}f}".replace(",", THIN_SPACE)
    return f"{MINUS}{text}" if number < 0 and text.strip("0.") else text


def plain_unit(unit: str, currency: str = "") -> str:
    """Return the unit as it stands behind a number: 'currency per month' is 'INR a month'."""
    if is_share(unit):
        return "percentage points"
    if unit.startswith("score"):
        return "points"
    return in_currency(unit, currency).replace(" per month", " a month") if is_money(unit) else unit.strip()


def change(estimate: float, low: float, high: float, unit: str, currency: str = "") -> tuple[str, str]:
    """Return the size of a change with its unit, and its 95 % interval in words.

    A share (0 to 1) is told in whole percentage points. Estimate and interval bear the same decimals.
    """
    share = is_share(unit)
    places = 0 if share else decimals(estimate, low, high)
    number = _in_unit(abs(estimate), places, share=share)
    words = plain_unit(unit, currency)
    size = f"{number} {words.removesuffix('s') if share and number == '1' else words}".strip()
    if pd.isna(low) or pd.isna(high):
        return size, "no interval can be given"
    interval = " to ".join(_in_unit(end, places, share=share) for end in (low, high))
    return size, f"95 % interval {interval}"


def _in_unit(value: float, places: int, *, share: bool) -> str:
    return written(float(percent(value)) if share else value, places)


@dataclass(frozen=True)
class Told:
    """What a sentence has to know beside its row: the words for groups and waves, and the currency."""

    groups: Mapping[str, str]
    waves: Mapping[str, str]
    currency: str


def told_by(poverty_group: Sequence[PovertyGroup], wave: Sequence[Wave], currency: str) -> Told:
    """Return what sentences have to know of the plan."""
    return Told(
        {ALL: "All groups together", **{one.id: one.label for one in poverty_group}},
        {one.name: one.label or one.name for one in wave},
        currency,
    )


def statement(row: Mapping[Any, Any], indicator: pd.Series, told: Told) -> str:
    """Return a finding's sentence, from an estimate's row. It names no cause: the claim beside it does.

    Of fewer than 25 people no figure is told, only which way it points.
    """
    group = told.groups.get(row["poverty_group"], row["poverty_group"])
    label = str(indicator["label"])
    what = label[0].lower() + label[1:]
    estimate, unit = float(row["estimate"]), str(indicator["unit"])
    size, interval = change(estimate, float(row["ci_low"]), float(row["ci_high"]), unit, told.currency)
    of_levels = tells_levels(row)
    start, end = (_short(row[key], told.waves) for key in ("from_wave", "to_wave"))
    if suppression.rounded(int(row["respondents"])) < FEWEST_TO_PRINT:
        size, interval = "", f"too few people for a figure: fewer than {FEWEST_TO_PRINT}"
    moved, apart = _moved(estimate, size), _apart(estimate, size)
    if row["estimator"] == "recall":
        moved = moved.replace("moved", "has moved", 1) if size else moved
        body = f"asked in {end} to compare with before, {what} {moved}"
    elif row["estimator"] == "staggered":
        body = (
            f"{what} {moved} from the programme's start on, against those whom it had not reached,"
            f" {start} to {end}"
        )
    elif row["from_wave"] == "none":
        body = f"{what} {apart}"
    elif of_levels:
        body = f"{what} {apart}, {start} to {end} taken together"
    else:
        body = f"{what} {moved} against the comparison group, {start} to {end}"
    at_one_time = row["from_wave"] == "none" and row["estimator"] != "recall"
    if is_money(unit) and pd.notna(row["money"]) and not (at_one_time and row["money"] == OF_THE_DAY):
        body += f", {row['money']}"
    return f"{group}{_chosen_by(row.get('filter'))}: {body} ({interval}). {_verdict(row, of_levels)}".strip()


def tells_levels(row: Mapping[Any, Any]) -> bool:
    """Return whether an estimate tells how the arms stand apart, and not how people have changed."""
    if row["estimator"] == "fixed_effects":
        within = str(row.get("fixed_effects")).split(", ")
        return row["term"] == "programme" and "respondent" not in within
    return row["estimator"] == "difference"


def _moved(estimate: float, size: str) -> str:
    """Return how an indicator moved: by its size, or without one only which way."""
    if size:
        return f"moved by {_sign(estimate, size)}{size}"
    return "has not moved" if not estimate else "has moved up" if estimate > 0 else "has moved down"


def _apart(estimate: float, size: str) -> str:
    """Return how the programme group stands to the comparison group, at one time."""
    if not estimate or (size and not _sign(estimate, size)):
        by = f", {size} apart" if size else ""
        return f"is the same in the programme group as in the comparison group{by}"
    more = f"{size} {'higher' if estimate > 0 else 'lower'}".strip()
    return f"is {more} in the programme group than in the comparison group"


def _chosen_by(condition: object) -> str:
    """Return of whom alone a model tells, by the columns of which its condition asks."""
    if not isinstance(condition, str) or not condition:
        return ""
    return f", only those chosen by {listing(plain(one) for one in expressions.columns(condition))}"


def _sign(estimate: float, size: str) -> str:
    """Return the sign of a change that is told with its size; one that reads as nought has none."""
    number = size.partition(" ")[0]
    return (MINUS if estimate < 0 else "+") if number.strip("0.") else ""


def _verdict(row: Mapping[Any, Any], of_levels: bool) -> str:
    """Return what the sentence says of the change, and whether that stands when all tests are counted."""
    direction = str(row["direction"])
    if direction == "uncertain" and (float(row["ci_low"]) > 0 or float(row["ci_high"]) < 0):
        what = "difference" if of_levels else "change"
        return f"The data do not show whether the {what} is large enough to count."
    words = (_OF_LEVELS if of_levels else _VERDICTS).get(direction, "")
    if is_by_chance(direction, row.get("p_adjusted")):
        return (
            f"{words} {BY_CHANCE} Of {int(row['tests'])} tests made together, it may be one that finds"
            f" something by chance (adjusted p {written(float(row['p_adjusted']), 2)})."
        )
    return words


def _short(wave: object, labels: Mapping[str, str]) -> str:
    """Return a wave's label up to its first comma: 'Baseline, spring 2026' is 'Baseline' in a sentence."""
    return labels.get(str(wave), str(wave)).partition(",")[0]


_OF_LEVELS = {
    "better": "The programme group stands better.",
    "worse": "The programme group stands worse.",
    "unchanged": "This is too small to count as a difference.",
    "uncertain": "The data do not show whether they differ.",
}
_VERDICTS = {
    "better": "This is a change for the better.",
    "worse": "This is a change for the worse.",
    "unchanged": "This is too small to count as a change.",
    "uncertain": "The data do not show whether it changed.",
}
