"""What an instrument is: the questions of one wave in sections, in every language, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from schemas.base import conform, empty
from schemas.instruments import Instruments
from schemas.vocabulary import ALL
from tasks.languages import ENGLISH

Words = Mapping[str, str]
"""Language -> words; English is always there."""


@dataclass(frozen=True)
class Answer:
    """An answer that may be chosen: the value that comes back, and how it is put."""

    name: str
    label: Words


@dataclass(frozen=True)
class Item:
    """A question, or a note to be read (kind note).

    groups: the poverty groups of which it is asked; () for everyone. recalls: the question whose earlier
    answer it asks for. indicators: those that use its answer. unit: as the catalogue has it.
    """

    name: str
    kind: str
    label: Words
    hint: Words = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    message: Words = field(default_factory=dict)
    unit: str = ""
    required: bool = False
    sensitive: bool = False
    groups: tuple[str, ...] = ()
    recalls: str = ""
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the form under one heading; a repeat is asked once for each member of the household."""

    name: str
    label: Words
    items: tuple[Item, ...]
    repeat: bool = False


@dataclass(frozen=True)
class LeftOut:
    """What is not asked, and why."""

    item: str
    reason: str


@dataclass(frozen=True)
class Instrument:
    """What is asked in one wave.

    languages: code -> the name that the language gives itself. consent: what is read aloud before the
    question. opening: of everyone who agrees. sections: by heading of the indicators, sensitive questions
    last. indicators: poverty group ('' where the plan has none) -> its indicators. untranslated: language ->
    the keys that stay English there. version: of the content, the same for the same content.
    """

    assessment: str
    title: str
    wave: str
    wave_label: str
    languages: Mapping[str, str]
    texts: Mapping[str, Words]
    groups: Mapping[str, Words]
    consent: Words
    opening: Section
    sections: tuple[Section, ...]
    closing: Words
    indicators: Mapping[str, tuple[str, ...]]
    left_out: tuple[LeftOut, ...] = ()
    untranslated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version: str = ""

    @property
    def questions(self) -> list[tuple[Section, Item]]:
        """Return every question about an indicator or a household member with its section, in order."""
        return [(part, item) for part in self.sections for item in part.items if item.kind != "note"]


def table(instruments: Iterable[Instrument]) -> pd.DataFrame:
    """Return mart.instruments: each question of each wave, in the order in which it is asked."""
    rows = [
        {
            "wave": one.wave,
            "question": item.name,
            "position": position,
            "section": part.label[ENGLISH],
            "wording": item.label[ENGLISH],
            "answers": answers_in_words(item),
            "unit": item.unit or None,
            "poverty_groups": ", ".join(item.groups) or ALL,
            "indicators": ", ".join(item.indicators) or None,
            "sensitive": item.sensitive,
            "recalls": item.recalls or None,
            "version": one.version,
        }
        for one in instruments
        for position, (part, item) in enumerate(one.questions, start=1)
    ]
    return conform(pd.DataFrame(rows), Instruments) if rows else empty(Instruments)


_NUMBERS = {
    "integer": (
        "whole number",
        "whole number, {low} or more",
        "whole number, {high} or less",
        "whole number, {low} to {high}",
    ),
    "number": ("number", "number, {low} or more", "number, {high} or less", "number, {low} to {high}"),
}
"""Kind of question -> what may be answered: without ends, with a lower one, an upper one, and both."""


def answers_in_words(item: Item) -> str:
    """Return what may be answered to a question, in English."""
    if item.answers:
        return "; ".join(answer.label[ENGLISH] for answer in item.answers)
    if item.kind == "text":
        return "words"
    low, high = (f"{one:g}" if one is not None else "" for one in (item.minimum, item.maximum))
    return _NUMBERS[item.kind][bool(low) + 2 * bool(high)].format(low=low, high=high)
