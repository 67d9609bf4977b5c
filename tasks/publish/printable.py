"""An instrument as a form to print on A4: boxes to tick, places to write, readable in black and white."""

from __future__ import annotations

import string
from dataclasses import dataclass

from tasks.instrument import Instrument, Item, Section
from tasks.publish.html import environment

MEMBERS_ON_PAPER = 10
"""Rows for members of the household; a larger one is continued on a second form."""


@dataclass(frozen=True)
class Asked:
    """A question as it is printed: its number, words, the answers to tick, and what is written instead.

    letters: answers behind letters, where there is a column for the letter. space: line (for words), or box
    (for a number).
    """

    number: str
    name: str
    kind: str
    label: str
    hint: str
    answers: tuple[str, ...]
    letters: tuple[tuple[str, str], ...]
    space: str
    range: str
    only_for: str
    recall: bool


@dataclass(frozen=True)
class Printed:
    """A part of the form: its heading and questions. rows: of a table, for what is asked of each member."""

    ident: str
    label: str
    asked: tuple[Asked, ...]
    rows: tuple[int, ...] = ()


def form(one: Instrument, code: str) -> str:
    """Return the form in one language as one HTML page for A4, without anything from the network."""
    words = {key: said[code] for key, said in one.texts.items()}
    number = 0
    parts = []
    for section in (one.opening, *one.sections):
        asked = []
        for item in section.items:
            counted = item.kind != "note" and section is not one.opening
            number += counted
            asked.append(_asked(one, item, code, str(number) if counted else ""))
        parts.append(_part(section, tuple(asked), code))
    return (
        environment()
        .get_template("forms/form.html.j2")
        .render(
            code=code,
            title=one.title,
            wave=one.wave_label,
            version=words["version"].format(version=one.version),
            words=words,
            consent=one.consent[code].split("\n\n"),
            closing=one.closing[code],
            parts=parts,
        )
    )


def _part(section: Section, asked: tuple[Asked, ...], code: str) -> Printed:
    rows = tuple(range(1, MEMBERS_ON_PAPER + 1)) if section.repeat else ()
    return Printed(section.name, section.label[code], asked, rows)


def _asked(one: Instrument, item: Item, code: str, number: str) -> Asked:
    answers = tuple(answer.label[code] for answer in item.answers)
    groups = "; ".join(one.groups[group][code] for group in item.groups)
    return Asked(
        number=number,
        name=item.name,
        kind=item.kind,
        label=item.label[code],
        hint=item.hint.get(code, ""),
        answers=answers,
        letters=tuple(zip(string.ascii_lowercase, answers, strict=False)),
        space={"integer": "box", "number": "box", "text": "line"}.get(item.kind, ""),
        range=item.message.get(code, ""),
        only_for=one.texts["only_for"][code].format(groups=groups) if groups else "",
        recall=bool(item.recalls),
    )
