"""What is known of the questions of a wave: who is asked, and what may be answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.assessment import Wave
from tasks import forms
from tasks.catalogue import Question
from tasks.forms import Form
from tasks.instrument import Instrument

Row = dict[str, Any]

_NOT_ANSWERED = {
    *("calculate", "calculate_here", "hidden", "xml-external", "csv-external", "note", "acknowledge"),
    *(*forms.POSITIONS, *forms.DEVICES, *forms.TIMES, *forms.MEDIA, *forms.NO_ANSWER),
}
_KINDS = {"select_one": "choice", "select_multiple": "choices", "rank": "choices", **forms.KINDS}
_OF_A_CHOICE = re.compile(
    r"\s*(?:selected\(\s*\$\{(?P<many>[^}]+)\}\s*,\s*|\$\{(?P<one>[^}]+)\}\s*=\s*)"
    r"['\"]?(?P<choice>[\w.-]+)['\"]?\s*\)?\s*"
)
_OTHER_CHOICES = {
    "other",
    "others",
    "oth",
    "otro",
    "otra",
    "autre",
    "autres",
    "other_specify",
    "96",
    "-96",
    "-77",
}
_OTHER_WORDS = ("other", "autre", "otro", "otra")
_OTHER_ENDINGS = ("_other_specify", "_other_spec", "_oth_spec", "_specify", "_other", "_oth")


def of_wave(
    wave: Wave,
    columns: Mapping[str, str],
    kinds: Mapping[str, str],
    form: Form | None,
    instrument: Instrument,
    known: Mapping[str, Question],
) -> list[Row]:
    """Return a row for each question of the form, the instrument and the catalogue that the wave has.

    columns: column of the file (by the name of its question) -> its name in staged.responses. kinds: the same
    -> type of the column. form: the one beside the wave. known: questions by name, for their limits.
    A question in two of these is as the first has it.
    """
    rows: dict[str, Row] = {}
    sources = [_of_form(form, wave)] if form else []
    for listed in (
        *sources,
        _of_instrument(instrument),
        _of_catalogue(known),
        _by_their_names(columns, kinds),
    ):
        for one in listed:
            column = one.pop("column")
            if column in columns and column not in rows:
                limits = known.get(column)
                rows[column] = {
                    "wave": wave.name,
                    "question": columns[column],
                    "position": len(rows) + 1,
                    "required": False,
                    "minimum": limits.minimum if limits else None,
                    "maximum": limits.maximum if limits else None,
                    **one,
                    "kind": _kind(one.get("kind"), kinds[column]),
                }
    return list(rows.values())


def _kind(of_form: str | None, of_column: str) -> str:
    return of_column if of_form is None or of_column == "yes_no" else of_form


def _of_form(form: Form, wave: Wave) -> Iterator[Row]:
    mapped = {column: question for question, column in wave.questions.items()}
    by_name = {item.name: item for item in form.items}
    for item in form.items:
        if item.repeat or item.type in _NOT_ANSWERED:
            continue
        spelt = (item.name, "/".join(item.path), "-".join(item.path))
        column = next((mapped[one] for one in spelt if one in mapped), item.name)
        yield {
            "column": column,
            "name": item.name,
            "source": "form",
            "kind": _KINDS.get(item.type, "text"),
            "required": item.required,
            "relevant": " and ".join(f"({one})" for one in item.relevant) or None,
            "constraint": item.constraint or None,
            "other": _specifies(item, by_name),
        }


def _specifies(item: forms.Item, by_name: Mapping[str, forms.Item]) -> str | None:
    """Return the question whose choice 'other' a question of words specifies; None where it does not."""
    match = _OF_A_CHOICE.fullmatch(item.relevant[-1]) if item.relevant and item.type == "text" else None
    asked = by_name.get((match["many"] or match["one"]).strip()) if match else None
    if match is None or asked is None or asked.choices is None:
        return None
    label = " ".join(asked.choices.get(match["choice"], {}).values()).casefold()
    is_other = match["choice"].casefold() in _OTHER_CHOICES or label.startswith(_OTHER_WORDS)
    return asked.name if is_other else None


def _of_instrument(instrument: Instrument) -> Iterator[Row]:
    for part in (instrument.opening, *instrument.sections):
        for item in part.items if not part.repeat else ():
            if item.kind != "note":
                asked = " or ".join(f"${{poverty_group}} = '{group}'" for group in item.groups)
                yield {
                    "column": item.name,
                    "name": item.name,
                    "source": "plan",
                    "relevant": asked or None,
                    "minimum": item.minimum,
                    "maximum": item.maximum,
                }


def _of_catalogue(known: Mapping[str, Question]) -> Iterator[Row]:
    for name in known:
        yield {"column": name, "name": name, "source": "catalogue"}


def _by_their_names(columns: Mapping[str, str], kinds: Mapping[str, str]) -> Iterator[Row]:
    """Yield the columns of words that by their names specify the 'other' of another column."""
    for column in columns:
        for ending in _OTHER_ENDINGS:
            asked = column.removesuffix(ending)
            if asked != column and asked in columns and kinds[asked] == kinds[column] == "text":
                condition = f"selected(${{{asked}}}, 'other')"
                row = {"name": column, "source": "column name", "relevant": condition, "other": asked}
                yield {"column": column, **row}
                break
