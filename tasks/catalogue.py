"""The catalogue: standard indicators, questions, Tables 1 and 2, Box 4 and Box A.2, an assessment's own."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator

from schemas import slips
from schemas.assessment import Name, Part, Words
from schemas.faults import Fault, Refused
from schemas.toml import read_toml
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
    level: Literal["person", "household", "group", "firm"] = "person"
    better: Literal["higher", "lower"]
    value: Words
    deprived: str = ""
    smallest_change: float | None = Field(default=None, ge=0)
    smallest_change_pct: float | None = Field(default=None, ge=0)
    positive: str = ""
    negative: str = ""
    information_source: list[str] = Field(default_factory=list)
    prompts: Prompts = Prompts()
    sensitive: Literal["", "no", "child work", "caste", "religion", "bondage"] = ""

    @property
    def sensitive_subject(self) -> str:
        """Return what it tells that could harm people: as declared, else as its words make one suspect."""
        if self.sensitive:
            return "" if self.sensitive == "no" else self.sensitive
        words = re.split(r"[^\w]+|_", f"{self.id} {self.label} {self.value}".casefold())
        told = f" {' '.join(word for word in words if word)} "
        for one in read("sensitive")["subject"]:
            if any(f" {term} " in told for term in one["words"]):
                return str(one["subject"])
        return ""

    @model_validator(mode="after")
    def _one_smallest_change(self) -> Indicator:
        if (self.smallest_change is None) == (self.smallest_change_pct is None):
            raise ValueError("give either smallest_change or smallest_change_pct")
        return self


QuestionName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=60)]
"""What a column and a question of an XLSForm may be called."""


class Choice(Part):
    """An answer that may be chosen: the value that is stored, and how it is put."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=60)]
    label: Words


class Question(Part):
    """A question of an interview and how its answer is stored."""

    name: QuestionName
    label: Words
    hint: str = ""
    type: Literal["integer", "number", "yes_no", "choice", "text"]
    choices: list[Choice] = Field(default_factory=list)
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    asked_of: list[str] = Field(default_factory=list)
    sensitive: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Question:
        names = [choice.name for choice in self.choices]
        if (self.type == "choice") != bool(names):
            raise ValueError("a question of type choice needs 'choices', and no other has them")
        if len(set(names)) < len(names):
            raise ValueError("two of the choices bear the same name")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("'minimum' is larger than 'maximum'")
        return self

    @property
    def column_type(self) -> str:
        """Return the type of the column that holds the answers."""
        return "text" if self.type == "choice" else self.type


_allowed: ContextVar[frozenset[str] | None] = ContextVar("_allowed", default=None)


class Undeclared(Exception):
    """A step reads a part of the catalogue that it does not declare; the message names the part."""


@contextmanager
def only(parts: Iterable[str]) -> Iterator[None]:
    """Let nothing but some parts of the catalogue be read: what a step has declared, and so depends on."""
    token = _allowed.set(frozenset(parts))
    try:
        yield
    finally:
        _allowed.reset(token)


LABELS = "labels"
"""The part of the catalogue that is the indicators' labels alone."""


def labels() -> dict[str, str]:
    """Return the label of each standard indicator by id."""
    _use(LABELS)
    return {ident: one.label for ident, one in _standard_indicators().items()}


def _use(part: str) -> None:
    allowed = _allowed.get()
    if allowed is not None and part not in allowed:
        raise Undeclared(part)


def digest(part: str) -> str:
    """Return a digest of what a part of the catalogue says: a file of it, or the labels of its indicators."""
    said = labels() if part == LABELS else read(part)
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def read(name: str) -> dict[str, list[dict[str, Any]]]:
    """Return one file of the catalogue as it stands, for example read('table_2')['characteristic'].

    Raises Undeclared within a step that does not declare it.
    """
    _use(name)
    return _read(name)


@cache
def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((CATALOGUE / f"{name}.toml").read_text(encoding="utf-8"))


def standard_indicators() -> dict[str, Indicator]:
    """Return the standard indicators by id, in the catalogue's order."""
    _use("indicators")
    return _standard_indicators()


@cache
def _standard_indicators() -> dict[str, Indicator]:
    return {one["id"]: Indicator.model_validate(one) for one in _read("indicators")["indicator"]}


def questions() -> dict[str, Question]:
    """Return the standard questions by name."""
    _use("questions")
    return _questions()


@cache
def _questions() -> dict[str, Question]:
    return {one["name"]: Question.model_validate(one) for one in _read("questions")["question"]}


def form_questions() -> dict[str, Question]:
    """Return what a form asks of everyone beside the indicators, by name: who it is, which household."""
    _use("form")
    return _form_questions()


@cache
def _form_questions() -> dict[str, Question]:
    return {one["name"]: Question.model_validate(one) for one in _read("form")["question"]}


def roster() -> dict[str, Question]:
    """Return what a form asks of each member of the household, by name."""
    _use("roster")
    return _roster()


@cache
def _roster() -> dict[str, Question]:
    return {one["name"]: Question.model_validate(one) for one in _read("roster")["question"]}


def own_indicators(path: Path) -> dict[str, Indicator]:
    """Return the indicators that an assessment adds or overrides, from design/indicators.toml; {} if none.

    Raises Refused with each fault: a key unknown or missing, an expression that is not allowed.
    """
    return own_definitions(path)[0]


def own_definitions(path: Path) -> tuple[dict[str, Indicator], dict[str, Question]]:
    """Return an assessment's own indicators, and the questions that it adds or words anew.

    A question of the catalogue's name keeps its type: its answers have to mean the same.
    Raises Refused with each fault.
    """
    if not path.is_file():
        return {}, {}
    file = f"{path.parent.name}/{path.name}"
    raw = read_toml(path, file)
    faults: list[Fault] = []
    indicators = {one.id: one for one in _read_all(raw, "indicator", Indicator, file, faults)}
    asked = {one.name: one for one in _read_all(raw, "question", Question, file, faults)}
    faults += [
        Fault(file, column=key, rule="is not a key of this file", remedy="Use [[indicator]] or [[question]]")
        for key in sorted(set(raw) - {"indicator", "question"})
    ]
    for name, question in asked.items():
        known = questions().get(name)
        if known and known.column_type != question.column_type:
            rule = f"'{name}' is a question of the catalogue, of the type {known.type}"
            faults.append(Fault(file, column="question", rule=rule, remedy="Keep the type, or the name"))
        if name in (*form_questions(), *roster()) or name.casefold() in KEPT:
            rule = f"'{name}' is a name that every form uses already"
            faults.append(Fault(file, column="question", rule=rule, remedy="Give the question another name"))
    if faults:
        raise Refused(faults)
    return indicators, asked


KEPT = {
    *("consent", "wave", "poverty_group", "arm", "node", "difference", "weight", "stratum", "cluster"),
    *("start", "end", "about", "members", "sensitive", "closing"),
    *("consent_note", "refused_note", "blank_note", "members_note", "sensitive_note", "closing_note"),
}
"""Names that a question of an assessment's own cannot bear."""

P = TypeVar("P", bound=Part)


def _read_all(raw: dict[str, Any], key: str, model: type[P], file: str, faults: list[Fault]) -> list[P]:
    found = []
    listed = raw.get(key, [])
    if not isinstance(listed, list):
        faults.append(Fault(file, column=key, rule="is not a list", remedy=f"Write [[{key}]]"))
        return []
    for position, one in enumerate(listed, start=1):
        try:
            part = model.model_validate(one)
            if isinstance(part, Indicator):
                expressions.parse(part.value)
            found.append(part)
        except ValidationError as error:
            faults += [_told(file, key, position, fault, model) for fault in error.errors()]
        except expressions.ExpressionError as error:
            faults.append(Fault(file, column=f"{key}.{position}.value", rule=str(error)))
    return found


def _told(file: str, key: str, position: int, error: Any, model: type[Part]) -> Fault:
    place = ".".join([key, str(position), *(str(part) for part in error["loc"])])
    if error["type"] == "extra_forbidden":
        known = ", ".join(model.model_fields)
        return Fault(file, column=place, rule=f"is not a key of {key}", remedy=f"Known: {known}")
    if error["type"] == "missing":
        return Fault(file, column=place, rule="is missing", remedy="Add the key")
    rule, remedy = slips.in_words(error)
    return Fault(file, column=place, rule=rule, remedy=remedy)
