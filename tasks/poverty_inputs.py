"""Phase five: what [[poverty]], [[capability]] and design/poverty_lines say, and what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan, Capability, CapabilityDimension, Poverty, RelativeLine
from schemas.faults import Fault
from schemas.vocabulary import ALL
from tasks import catalogue, expressions, tellable
from tasks.catalogue import Indicator
from tasks.files import as_text
from tasks.methods.poverty import weighted_quantile

PLAN = "assessment.toml"
LINES = "design/poverty_lines"
Place = tuple[str, str, int]


@dataclass(frozen=True)
class Given:
    """What the measures of poverty are made of.

    responses: the interviews of the study. lines: design/poverty_lines, and where each row stands. votes:
    mart.indicator_selection.
    """

    plan: AssessmentPlan
    indicators: Mapping[str, Indicator]
    responses: pd.DataFrame
    lines: pd.DataFrame
    places: list[Place]
    votes: pd.DataFrame


def box_1() -> list[str]:
    """Return the states of well-being, assets and entitlements that Box 1 prints, each once."""
    return list(dict.fromkeys(item["text"] for item in _items()))


def _items() -> list[dict[str, Any]]:
    return [
        item
        for item in catalogue.read("boxes")["item"]
        if item["box"] == "Box 1" and item["part"] != "poverty relevance"
    ]


def _box_1_of(indicator: Indicator) -> str:
    """Return the item of Box 1 to which an indicator belongs: that which covers it, else its heading's."""
    for item in _items():
        if indicator.id in item["indicators"]:
            return str(item["text"])
    heading = indicator.heading.partition(":")[0]
    return heading if heading in box_1() else ""


def dimensions(
    capabilities: Iterable[Capability], indicators: Mapping[str, Indicator]
) -> list[dict[str, object]]:
    """Return staged.capability_dimensions: the plan's dimensions, filled up from the catalogue."""
    return [
        {"specification": one.name, "position": position, **_filled(dimension, indicators)}
        for one in capabilities
        for position, dimension in enumerate(one.dimension, start=1)
    ]


def _filled(one: CapabilityDimension, indicators: Mapping[str, Indicator]) -> dict[str, object]:
    known = indicators.get(one.indicator)
    return {
        "dimension": one.dimension,
        "label": one.label or (known.label if known else ""),
        "indicator": one.indicator or None,
        "box_1": one.box_1 or (_box_1_of(known) if known else ""),
        "deprived": one.deprived or (known.deprived if known else ""),
    }


def line_in_force(lines: pd.DataFrame, area: pd.Series, wave: str) -> pd.DataFrame:
    """Return line, price_index and ppp of each area's row for a wave; the index is that of `area`.

    A row for the area and wave comes before one for the area and all waves, that before one for all areas
    and the wave, and that before one for all. Without any row everything is missing.
    """
    known = {(row["area"], row["wave"]): row for row in lines.to_dict("records")}
    wanted = ["line", "price_index", "ppp"]

    def found(one: object) -> list[float]:
        for key in ((one, wave), (one, ALL), (ALL, wave), (ALL, ALL)):
            if key in known:
                return [float(known[key][column]) for column in wanted]
        return [float("nan")] * len(wanted)

    by_area = {one: found(one) for one in [*area.dropna().unique(), None]}
    rows = [by_area[None if pd.isna(one) else one] for one in area]
    return pd.DataFrame(rows, columns=wanted, index=area.index, dtype="float64")


def areas(one: Poverty, responses: pd.DataFrame) -> pd.Series:
    """Return the area of each row, `all` where the plan names no column."""
    if not one.area:
        return pd.Series(ALL, index=responses.index, dtype="string")
    return as_text(responses[one.area])


def faults(given: Given) -> Iterator[Fault]:
    """Yield what is wrong with [[poverty]], [[capability]] and design/poverty_lines, each with its place."""
    named = {one.name for one in given.plan.poverty}
    for place, name in zip(given.places, given.lines["specification"], strict=True):
        if name not in named:
            rule = f"'{name}' is no [[poverty]] of the plan"
            remedy = f"{_nearest(name, named)}The plan has: {', '.join(sorted(named)) or 'none'}"
            yield Fault(*place, "specification", rule, remedy)
    yield from _no_index(given)
    for position, one in enumerate(given.plan.poverty, start=1):
        found = list(_expression_faults(given, f"poverty.{position}", one))
        yield from found
        if not found:
            yield from _line_faults(given, f"poverty.{position}", one)
            yield from _no_line(given, f"poverty.{position}", one)
    for position, one in enumerate(given.plan.capability, start=1):
        yield from _expression_faults(given, f"capability.{position}", one)
        yield from _dimension_faults(given, f"capability.{position}", one)


def _no_index(given: Given) -> Iterator[Fault]:
    """Yield the specifications whose money is to be put at base prices by a [[poverty]] without an index."""
    known = set(given.lines.loc[given.lines["price_index"].notna(), "specification"])
    for position, one in enumerate(given.plan.specification, start=1):
        if one.prices not in ("", "none", *known):
            rule = f"{LINES} has no price_index of '{one.prices}'"
            remedy = f"Fill it in, or write one of: {', '.join([*sorted(known), 'none'])}"
            yield Fault(PLAN, column=f"specification.{position}.prices", rule=rule, remedy=remedy)


def _expression_faults(given: Given, key: str, one: Poverty | Capability) -> Iterator[Fault]:
    """Yield the faults of the expressions and columns that a part of the plan names."""
    named = [("people", one.people)]
    if isinstance(one, Poverty):
        named.insert(0, ("value", one.value))
        yield from _column_faults(given, f"{key}.area", one.area)
    for part, expression in named:
        if expression:
            yield from _not_computed(given, f"{key}.{part}", expression)
    yield from _column_faults(given, f"{key}.cluster", one.cluster, complete=True)


def _column_faults(given: Given, key: str, column: str, *, complete: bool = False) -> Iterator[Fault]:
    if not column or not len(given.responses):
        return
    if column not in given.responses:
        rule = f"'{column}' is not a column of the interviews"
        remedy = f"{_nearest(column, given.responses.columns)}Correct the plan"
        yield Fault(PLAN, column=key, rule=rule, remedy=remedy)
    elif complete and given.responses[column].isna().any():
        rule = f"'{column}' is empty for some respondents, and each has to belong to a unit"
        yield Fault(PLAN, column=key, rule=rule, remedy="Fill it in, or take another column")


def _not_computed(given: Given, key: str, expression: str) -> Iterator[Fault]:
    """Yield the fault of an expression that cannot be read, or does not fit the interviews."""
    try:
        reads = expressions.columns(expression)
        if not len(given.responses):
            return
        for column in reads:
            if column not in given.responses:
                rule = f"names the column '{column}', which no wave has"
                remedy = (
                    f"{_nearest(column, given.responses.columns)}Correct it, or map it under [wave.questions]"
                )
                yield Fault(PLAN, column=key, rule=rule, remedy=remedy)
                return
        expressions.compute_number(expression, given.responses.head(5))
    except expressions.ExpressionError as error:
        yield Fault(PLAN, column=key, rule=str(error), remedy="Correct the expression, or [wave.types]")


def _line_faults(given: Given, key: str, one: Poverty) -> Iterator[Fault]:
    """Yield where rows of design/poverty_lines name what is not there, and where a line is missing."""
    here = given.lines[given.lines["specification"] == one.name]
    waves = [wave.name for wave in given.plan.wave if wave.role != "pilot"]
    known = set(areas(one, given.responses).dropna()) if len(given.responses) else set()
    for index, row in here.iterrows():
        place = given.places[int(str(index))]
        if row["wave"] not in (*waves, ALL):
            rule = f"the wave {tellable.value(row['wave'])} is not one of the study"
            yield Fault(*place, "wave", rule, f"Write {ALL}, or one of: {', '.join(waves)}")
        if row["area"] != ALL and not one.area:
            rule = "names an area, and the plan does not say which column holds the areas"
            yield Fault(*place, "area", rule, f"Write {ALL}, or area = 'COLUMN' under [[poverty]] {one.name}")
        elif known and row["area"] not in (*known, ALL):
            rule = f"no respondent has {tellable.value(row['area'])} as {one.area}"
            yield Fault(*place, "area", rule, f"{tellable.nearest(row['area'], known)}Correct the area")
        if pd.notna(row["line"]) != (one.line == "table"):
            rule = "has no line" if one.line == "table" else "has a line, and the plan gives another"
            remedy = (
                "Fill it in"
                if one.line == "table"
                else f"Leave it empty, or write line = 'table' for {one.name}"
            )
            yield Fault(*place, "line", rule, remedy)
    if one.line == "table" and not len(here):
        rule = f"there is no line for '{one.name}'"
        remedy = f"Give {LINES} (specification, area, wave, line), or another 'line'"
        yield Fault(PLAN, column=f"{key}.line", rule=rule, remedy=remedy)
    elif len(here):
        yield from _gaps(given, one, here, waves)


def _no_line(given: Given, key: str, one: Poverty) -> Iterator[Fault]:
    """Yield the waves in which a share of the median or mean is no line, as that is not above 0."""
    if not isinstance(one.line, RelativeLine) or not len(given.responses):
        return
    value = expressions.compute_number(one.value, given.responses)
    known = given.responses.assign(value=value)[["wave", "value", "weight"]].dropna()
    for wave, rows in known.groupby("wave", sort=True):
        values, weights = rows["value"].to_numpy(), rows["weight"].to_numpy()
        middle = weighted_quantile(values, weights, 0.5) if one.line.of == "median" else values @ weights
        if not middle > 0:
            rule = f"the {one.line.of} of the wave '{wave}' is not above 0, and no share of it is a line"
            yield Fault(PLAN, column=f"{key}.line", rule=rule, remedy="Correct 'value', or give a line")


def _gaps(given: Given, one: Poverty, here: pd.DataFrame, waves: list[str]) -> Iterator[Fault]:
    """Yield the areas and waves of the interviews for which a table of lines or prices has no row."""
    for wave in waves:
        rows = given.responses[given.responses["wave"] == wave] if len(given.responses) else given.responses
        if not len(rows):
            continue
        of_rows = areas(one, rows)
        reached = line_in_force(here.fillna({"line": 1.0}), of_rows, wave)["line"].notna()
        for area in sorted(set(of_rows[~reached & of_rows.notna()])):
            told = "" if area == ALL else f", area {tellable.value(area)}"
            rule = f"has no row for '{one.name}' in the wave '{wave}'{told}"
            yield Fault(LINES, rule=rule, remedy="Add one: without it nobody there could be measured")


def _dimension_faults(given: Given, key: str, one: Capability) -> Iterator[Fault]:
    items = box_1()
    for position, dimension in enumerate(one.dimension, start=1):
        here = f"{key}.dimension.{position}"
        if dimension.indicator and dimension.indicator not in given.indicators:
            rule = f"'{dimension.indicator}' is not an indicator"
            known = _nearest(dimension.indicator, given.indicators)
            remedy = f"{known}See 'psia indicators', or add it to design/indicators.toml"
            yield Fault(PLAN, column=f"{here}.indicator", rule=rule, remedy=remedy)
            continue
        filled = _filled(dimension, given.indicators)
        if not filled["deprived"]:
            rule = f"the indicator '{dimension.indicator}' does not say when somebody is deprived"
            remedy = f'Write deprived = "{dimension.indicator} < …" here'
            yield Fault(PLAN, column=f"{here}.deprived", rule=rule, remedy=remedy)
        else:
            yield from _not_computed(given, f"{here}.deprived", str(filled["deprived"]))
        if filled["box_1"] not in items:
            rule = (
                f"'{filled['box_1']}' is not in Box 1"
                if filled["box_1"]
                else "is missing: Box 1 does not name it"
            )
            remedy = f"{_nearest(str(filled['box_1']), items)}Write one of: {', '.join(items)}"
            yield Fault(PLAN, column=f"{here}.box_1", rule=rule, remedy=remedy)
    if one.weights == "ranking":
        yield from _unranked(given, key, one)


def _unranked(given: Given, key: str, one: Capability) -> Iterator[Fault]:
    """Yield the poverty groups of the interviews whose ranking gives no weight to any of the dimensions."""
    named = [dimension.indicator for dimension in one.dimension]
    votes = given.votes[given.votes["indicator"].isin(named) & (given.votes["weight"] > 0).fillna(False)]
    present = given.responses.get("poverty_group", pd.Series(dtype="string")).dropna().unique()
    for group in sorted(set(present) - set(votes["poverty_group"])):
        rule = f"the group '{group}' has ranked none of the indicators"
        remedy = "Add its votes to design/rankings, or write weights = 'equal' or 'nested'"
        yield Fault(PLAN, column=f"{key}.weights", rule=rule, remedy=remedy)
    if len(given.responses) and not len(present):
        rule = "nobody's poverty group is known, so that no ranking can be used"
        yield Fault(
            PLAN, column=f"{key}.weights", rule=rule, remedy="Map poverty_group, or write weights = 'equal'"
        )


def _nearest(word: str, known: Iterable[object]) -> str:
    close = difflib.get_close_matches(word, [str(one) for one in known], n=1, cutoff=0.5)
    return f"Did you mean '{close[0]}'? " if close else ""
