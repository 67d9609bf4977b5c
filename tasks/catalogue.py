"""The catalogue: standard indicators, questions, Tables 1 and 2, Box 4 and Box A.2, an assessment's own."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from schemas.assessment import Name, Part, Words
from schemas.faults import Fault, Refused
from tasks import expressions

DATA = Path(__file__).parent.parent / "data"
CATALOGUE = DATA / "catalogue"


class Prompts(Part):
    """What a focus group is asked about an indicator (Box 6)."""

    importance: str = ""
    change: str = ""
    reasons: str = ""
    future: str = ""


class Indicator(Part):
    """An indicator as data. An assessment's own need only the keys without a default."""

    id: Name
    label: Words
    heading: Words = "Own indicator of this assessment"
    boxes: list[str] = Field(default_factory=list)
    table_1: str = "unintended"
    stakeholder: Literal["entrepreneur", "worker", "household", "community"] = "worker"
    kind: Literal["quantitative", "qualitative", "participatory"] = "quantitative"
    directness: Literal["direct", "proxy"] = "direct"
    unit: Words
    better: Literal["higher", "lower"]
    value: Words
    deprived: str = ""
    smallest_change: float | None = Field(default=None, ge=0)
    smallest_change_pct: float | None = Field(default=None, ge=0)
    positive: str = ""
    negative: str = ""
    information_source: list[str] = Field(default_factory=list)
    prompts: Prompts = Prompts()

    @model_validator(mode="after")
    def _one_smallest_change(self) -> Indicator:
        if (self.smallest_change is None) == (self.smallest_change_pct is None):
            raise ValueError("give either smallest_change or smallest_change_pct")
        return self


class Question(Part):
    """A question of an interview and how its answer is stored."""

    name: str
    label: Words
    type: Literal["integer", "number", "yes_no", "choice", "text"]
    choices: list[dict[str, str]] = Field(default_factory=list)
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    asked_of: list[str] = Field(default_factory=list)
    sensitive: bool = False

    @property
    def column_type(self) -> str:
        """Return the type of the column that holds the answers."""
        return "text" if self.type == "choice" else self.type


@cache
def read(name: str) -> dict[str, list[dict[str, Any]]]:
    """Return one file of the catalogue as it stands, for example read('table_2')['characteristic']."""
    return tomllib.loads((CATALOGUE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def standard_indicators() -> dict[str, Indicator]:
    """Return the standard indicators by id, in the catalogue's order."""
    return {one["id"]: Indicator.model_validate(one) for one in read("indicators")["indicator"]}


@cache
def questions() -> dict[str, Question]:
    """Return the standard questions by name."""
    return {one["name"]: Question.model_validate(one) for one in read("questions")["question"]}


def own_indicators(path: Path) -> dict[str, Indicator]:
    """Return the indicators that an assessment adds or overrides, from design/indicators.toml; {} if none.

    Raises Refused with each fault: a key unknown or missing, an expression that is not allowed.
    """
    if not path.is_file():
        return {}
    file = f"{path.parent.name}/{path.name}"
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused([Fault(file, rule=f"is not valid TOML: {error}")]) from None
    found: dict[str, Indicator] = {}
    faults: list[Fault] = []
    for position, one in enumerate(raw.get("indicator", []), start=1):
        try:
            indicator = Indicator.model_validate(one)
            expressions.parse(indicator.value)
            found[indicator.id] = indicator
        except ValidationError as error:
            faults += [_told(file, position, fault) for fault in error.errors()]
        except expressions.ExpressionError as error:
            faults.append(Fault(file, column=f"indicator.{position}.value", rule=str(error)))
    unknown = sorted(set(raw) - {"indicator"})
    faults += [
        Fault(file, column=key, rule="is not a key of this file", remedy="Use [[indicator]]")
        for key in unknown
    ]
    if faults:
        raise Refused(faults)
    return found


def _told(file: str, position: int, error: Any) -> Fault:
    place = ".".join(["indicator", str(position), *(str(part) for part in error["loc"])])
    if error["type"] == "extra_forbidden":
        known = ", ".join(Indicator.model_fields)
        return Fault(file, column=place, rule="is not a key of an indicator", remedy=f"Known: {known}")
    return Fault(file, column=place, rule=error["msg"].removeprefix("Value error, "))
