"""Sentences made from rows: what a finding says, and only what its row and its design allow.

A step writes them in English; the report says them again, from the same row, in the language spoken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from schemas.assessment import PovertyGroup, Wave
from schemas.vocabulary import ALL, OF_THE_DAY
from tasks import expressions, told_figures
from tasks.methods import claims, suppression
from tasks.publish.wording import (
    BY_CHANCE,
    FEWEST_TO_PRINT,
    MINUS,
    THIN_SPACE,
    column,
    half_up,
    in_currency,
    is_by_chance,
    is_money,
    is_share,
    listing,
    meaningful,
    percent,
    places_beside,
)
from tasks.tongue import Words, _, code, decimal_sign, ngettext, recorded, told
from tasks.translations import N_


def decimals(*values: float) -> int:
    """Return how many decimals figures bear that are read side by side, as in the tables of the report."""
    told = [value for value in values if not pd.isna(value)]
    return places_beside([0.0, *told]) or 0


def written(value: float, places: int) -> str:
    """Return a number with so many decimals, a true minus, and thin spaces between thousands.

    It is rounded half up. From 1,000 on, three digits matter: 1,034 is written as 1 030.
    """
    number = _to_be_written(value, places)
    text = f"{abs(number):,.{places}f}".replace(",", THIN_SPACE).replace(".", decimal_sign())
    return f"{MINUS}{text}" if number < 0 and not _is_nought(text) else text


def _to_be_written(value: float, places: int) -> Decimal:
    return half_up(meaningful(value) if abs(value) >= 1000 else value, places)


def _is_nought(number: str) -> bool:
    """Return whether a number reads as nought in its few decimals."""
    return not re.search("[1-9]", number)


def _with_unit(number: Decimal, figure: str, unit: str, currency: str) -> str:
    """Return a number with its unit behind it: 'currency per month' is 'INR a month'."""
    if not unit.strip():
        return figure
    if is_money(unit):
        return f"{figure} {_in_currency(unit, currency)}"
    if is_share(unit):
        message = ngettext("{number} percentage point", "{number} percentage points", number)
    elif unit.startswith("score"):
        message = ngettext("{number} point", "{number} points", number)
    else:  # units are words for many: a language whose 0 and 1.9 are no more than one sets them apart
        message = ngettext("{number} {unit}", "{number} {unit}", number)
    return message.format(number=figure, unit=told(unit.strip()))


def _in_currency(unit: str, currency: str) -> str:
    return told(in_currency(unit, currency)).replace(" per month", " a month")


@dataclass(frozen=True)
class Size:
    """A change in words: its sign, which is empty where it reads as nought, its size and its interval."""

    sign: str
    words: str
    interval: str


def change(estimate: float, low: float, high: float, unit: str, currency: str = "") -> Size:
    """Return the size of a change with its unit, and its 95 % interval in words.

    A share (0 to 1) is told in whole percentage points. Estimate and interval bear the same decimals.
    """
    share = is_share(unit)
    places = 0 if share else decimals(estimate, low, high)
    size = float(percent(abs(estimate))) if share else abs(estimate)
    number = written(size, places)
    words = _with_unit(_to_be_written(size, places), number, unit, currency)
    sign = "" if _is_nought(number) else MINUS if estimate < 0 else "+"
    if pd.isna(low) or pd.isna(high):
        return Size(sign, words, _("no interval can be given"))
    ends = {name: _in_unit(end, places, share=share) for name, end in (("low", low), ("high", high))}
    return Size(sign, words, _("95 % interval {low} to {high}").format(**ends))


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
        {ALL: N_("All groups together"), **{one.id: one.label for one in poverty_group}},
        {one.name: one.label or one.name for one in wave},
        currency,
    )


def statement(row: Mapping[Any, Any], indicator: Mapping[Any, Any] | pd.Series, plan: Told) -> str:
    """Return a finding's sentence, from an estimate's row. It names no cause: the claim beside it does.

    Of fewer than 25 people no figure is told, only which way it points.
    """
    estimate, unit = float(row["estimate"]), str(indicator["unit"])
    size = change(estimate, float(row["ci_low"]), float(row["ci_high"]), unit, plan.currency)
    if suppression.rounded(int(row["respondents"])) < FEWEST_TO_PRINT:
        few = _("too few people for a figure: fewer than {fewest}").format(fewest=FEWEST_TO_PRINT)
        size = Size(size.sign, "", few)
    start, end = (_short(row[key], plan.waves) for key in ("from_wave", "to_wave"))
    kind = _kind(row)
    body = _BODIES[kind, _way(kind, size)].format(
        what=_inside(recorded(str(indicator["label"]))),
        size=size.words if kind in _AT_ONE_TIME else size.sign + size.words,
        start=start,
        end=end,
    )
    if is_money(unit) and pd.notna(row["money"]) and not (kind == "apart" and row["money"] == OF_THE_DAY):
        body = _("{body}, {prices}").format(body=body, prices=told(row["money"]))
    return (
        _("{group}: {body} ({interval}). {verdict}")
        .format(
            group=_group(row, plan),
            body=body,
            interval=size.interval,
            verdict=_verdict(row, of_levels=tells_levels(row)),
        )
        .strip()
    )


def _kind(row: Mapping[Any, Any]) -> str:
    """Return what an estimate compares: the first part of the keys of `_BODIES`."""
    if row["estimator"] in ("recall", "staggered"):
        return str(row["estimator"])
    if row["from_wave"] == "none":
        return "apart"
    return "apart over time" if tells_levels(row) else "change"


def _way(kind: str, size: Size) -> str:
    """Return which way an estimate points, and whether its size is told: the second part of the keys."""
    if kind in _AT_ONE_TIME:
        way = {"": "same", "+": "higher", MINUS: "lower"}[size.sign]
        return f"{way} by" if size.words else way
    return "by" if size.words else {"": "not", "+": "up", MINUS: "down"}[size.sign]


def _group(row: Mapping[Any, Any], plan: Told) -> str:
    """Return the poverty group, and by what those were chosen of whom alone a model tells."""
    group = str(row["poverty_group"])
    group = told(plan.groups[ALL]) if group == ALL else recorded(plan.groups.get(group, group))
    condition = row.get("filter")
    if not isinstance(condition, str) or not condition:
        return group
    columns = listing(column(one) for one in expressions.columns(condition))
    return _("{group}, only those chosen by {columns}").format(group=group, columns=columns)


def _inside(label: str) -> str:
    """Return a label as it stands inside a sentence."""
    return label if code()[:2] in _NOUNS_IN_CAPITALS else label[:1].lower() + label[1:]


def tells_levels(row: Mapping[Any, Any]) -> bool:
    """Return whether an estimate tells how the arms stand apart, and not how people have changed."""
    if row["estimator"] == "fixed_effects":
        within = str(row.get("fixed_effects")).split(", ")
        return row["term"] == "programme" and "respondent" not in within
    return row["estimator"] == "difference"


def _verdict(row: Mapping[Any, Any], *, of_levels: bool) -> str:
    """Return what the sentence says of the change, and whether that stands when all tests are counted."""
    direction = str(row["direction"])
    ends = float(row["ci_low"]), float(row["ci_high"])
    if direction == "uncertain" and claims.excludes_zero(*ends, row.get("p_value")):
        if of_levels:
            return _("The data do not show whether the difference is large enough to count.")
        return _("The data do not show whether the change is large enough to count.")
    words = (_OF_LEVELS if of_levels else _VERDICTS).get(direction, "")
    if is_by_chance(direction, row.get("p_adjusted")):
        return _(
            "{verdict} {mark} Of {tests} tests made together, it may be one that finds something by chance"
            " (adjusted p {p})."
        ).format(
            verdict=words,
            mark=BY_CHANCE,
            tests=int(row["tests"]),
            p=written(told_figures.p_value(float(row["p_adjusted"])), 2),
        )
    return words


def _short(wave: object, labels: Mapping[str, str]) -> str:
    """Return a wave's label up to its first comma: 'Baseline, spring 2026' is 'Baseline' in a sentence."""
    return recorded(labels.get(str(wave), str(wave))).partition(",")[0]


_AT_ONE_TIME = ("apart", "apart over time")
_NOUNS_IN_CAPITALS = ("de", "lb")
"""Languages that write nouns with a capital wherever they stand."""
_BODIES = Words(
    {
        ("recall", "by"): N_("asked in {end} to compare with before, {what} has moved by {size}"),
        ("recall", "not"): N_("asked in {end} to compare with before, {what} has not moved"),
        ("recall", "up"): N_("asked in {end} to compare with before, {what} has moved up"),
        ("recall", "down"): N_("asked in {end} to compare with before, {what} has moved down"),
        ("staggered", "by"): N_(
            "{what} moved by {size} from the programme's start on, against those whom it had not reached,"
            " {start} to {end}"
        ),
        ("staggered", "not"): N_(
            "{what} has not moved from the programme's start on, against those whom it had not reached,"
            " {start} to {end}"
        ),
        ("staggered", "up"): N_(
            "{what} has moved up from the programme's start on, against those whom it had not reached,"
            " {start} to {end}"
        ),
        ("staggered", "down"): N_(
            "{what} has moved down from the programme's start on, against those whom it had not reached,"
            " {start} to {end}"
        ),
        ("change", "by"): N_("{what} moved by {size} against the comparison group, {start} to {end}"),
        ("change", "not"): N_("{what} has not moved against the comparison group, {start} to {end}"),
        ("change", "up"): N_("{what} has moved up against the comparison group, {start} to {end}"),
        ("change", "down"): N_("{what} has moved down against the comparison group, {start} to {end}"),
        ("apart", "same by"): N_(
            "{what} is the same in the programme group as in the comparison group, {size} apart"
        ),
        ("apart", "same"): N_("{what} is the same in the programme group as in the comparison group"),
        ("apart", "higher by"): N_(
            "{what} is {size} higher in the programme group than in the comparison group"
        ),
        ("apart", "higher"): N_("{what} is higher in the programme group than in the comparison group"),
        ("apart", "lower by"): N_(
            "{what} is {size} lower in the programme group than in the comparison group"
        ),
        ("apart", "lower"): N_("{what} is lower in the programme group than in the comparison group"),
        ("apart over time", "same by"): N_(
            "{what} is the same in the programme group as in the comparison group, {size} apart, {start} to"
            " {end} taken together"
        ),
        ("apart over time", "same"): N_(
            "{what} is the same in the programme group as in the comparison group, {start} to {end} taken"
            " together"
        ),
        ("apart over time", "higher by"): N_(
            "{what} is {size} higher in the programme group than in the comparison group, {start} to {end}"
            " taken together"
        ),
        ("apart over time", "higher"): N_(
            "{what} is higher in the programme group than in the comparison group, {start} to {end} taken"
            " together"
        ),
        ("apart over time", "lower by"): N_(
            "{what} is {size} lower in the programme group than in the comparison group, {start} to {end}"
            " taken together"
        ),
        ("apart over time", "lower"): N_(
            "{what} is lower in the programme group than in the comparison group, {start} to {end} taken"
            " together"
        ),
    }
)
"""What an estimate compares and which way it points -> how a sentence says it."""
_OF_LEVELS = Words(
    {
        "better": N_("The programme group stands better."),
        "worse": N_("The programme group stands worse."),
        "unchanged": N_("This is too small to count as a difference."),
        "uncertain": N_("The data do not show whether they differ."),
    }
)
_VERDICTS = Words(
    {
        "better": N_("This is a change for the better."),
        "worse": N_("This is a change for the worse."),
        "unchanged": N_("This is too small to count as a change."),
        "uncertain": N_("The data do not show whether it changed."),
    }
)
