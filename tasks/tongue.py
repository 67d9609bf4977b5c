"""The language in which a page is being made: what stands here in English is said in it.

A page speaks English unless it is made within `speaking`. `_` and its like take the words of the catalogue
`report` (docs/languages.md); `told` those of the assessment, and what a task wrote down in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TypeVar

from tasks import shapes, stored, translations
from tasks.shapes import Shape
from tasks.translations import ENGLISH, REPORT

Key = TypeVar("Key")


@dataclass(frozen=True)
class _Tongue:
    """A language, and the folder's own words in it: as they stand in the folder -> as they are said."""

    code: str = ENGLISH
    own: Mapping[str, str] = field(default_factory=dict)


_SPOKEN: ContextVar[_Tongue] = ContextVar("spoken", default=_Tongue())  # noqa: B039 -- it is frozen


@contextmanager
def speaking(code: str, own: Mapping[str, str] | None = None) -> Iterator[None]:
    """Have all that is worded within it speak a language.

    code: of a language with a catalogue of the report, or English. own: the folder's words -> words in it.
    """
    before = _SPOKEN.set(_Tongue(code, own or {}))
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def code() -> str:
    """Return the code of the language that is spoken."""
    return _SPOKEN.get().code


def _(message: str) -> str:
    """Return a message in the language that is spoken."""
    return translations.words(code(), REPORT).gettext(message) if message else ""


def ngettext(one: str, many: str, count: float | Decimal) -> str:
    """Return the form of a message that a count asks for, in the language that is spoken.

    A count that is no whole number has the decimals with which it is printed: 1.0 points, 1,0 point.
    """
    return translations.words(code(), REPORT).ngettext(one, many, translations.count_like(count, code()))


def pgettext(context: str, message: str) -> str:
    """Return a message that has another meaning elsewhere, in the language that is spoken."""
    return translations.words(code(), REPORT).pgettext(context, message)


def npgettext(context: str, one: str, many: str, count: float | Decimal) -> str:
    """Return the form that a count asks for of a message that has another meaning elsewhere."""
    like = translations.count_like(count, code())
    return translations.words(code(), REPORT).npgettext(context, one, many, like)


class Words(Mapping[Key, str]):
    """Keys with their words, marked by `N_`: read, they are in the language that is spoken."""

    def __init__(self, english: Mapping[Key, str]):
        """Take the words in English."""
        self._english = dict(english)

    def __getitem__(self, key: Key) -> str:
        """Return the words for a key."""
        return _(self._english[key])

    def __iter__(self) -> Iterator[Key]:
        """Yield the keys in their order."""
        return iter(self._english)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._english)


def decimal_sign() -> str:
    """Return what stands between a number and its decimals."""
    return _decimal_sign(code())


@cache
def _decimal_sign(code: str) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(translations.locale(code))


def recorded(text: str) -> str:
    """Return what the folder calls or says itself, in the words that it has for that: labels, names, remarks.

    What it has no words for stays as it is recorded, also where it is a word of the catalogue: a label 'bar'
    is no sign between columns.
    """
    return _SPOKEN.get().own.get(text, text)


def told(text: str) -> str:
    """Return a word of a closed list, or what was written down by a task, in the language that is spoken.

    The assessment's own words come first, then words of the catalogue, then sentences of `stored` with their
    places filled in; of a text of several sentences each is told, and a sentence of which nothing is known
    stays as it is.
    """
    return _told(text, 0)


def _told(text: str, depth: int) -> str:
    """Return `told` of a text that stands so deep within others."""
    tongue = _SPOKEN.get()
    if tongue.code == ENGLISH or not text:
        return tongue.own.get(text, text)
    if whole := _known(text, depth):
        return whole
    sentences, said, first = _SENTENCE_END.split(text), [], 0
    while first < len(sentences):
        longest = min(len(sentences) - first, _MOST_SENTENCES)
        runs = ((" ".join(sentences[first : first + many]), many) for many in range(longest, 0, -1))
        known = ((words, many) for run, many in runs if (words := _known(run, depth)))
        words, many = next(known, (sentences[first], 1))
        said.append(words)
        first += many
    return " ".join(said)


def is_known(text: str) -> bool:
    """Return whether there are words for a text as a whole in the language that is spoken."""
    return _known(text) is not None


_SENTENCE_END = re.compile(r"(?<=[.!?;]) ")
_MOST_SENTENCES = 10
"""In what is known, unless it is the whole text: to look up every run of a long text would take minutes."""
_NUMBER = re.compile(r"[-\u2212+]?[\d\u202f]+\.\d+")
_LISTED = {"columns": ", | and ", "names": ", "}
"""Places of these names hold a list: 'a, b and c', or 'a, b, c' of labels, in which there may be an 'and'."""
_HELD = {
    **dict.fromkeys(("why", "text"), shapes.SENTENCES),
    "more": shapes.NUMBER,
    **dict.fromkeys(("from_period", "to_period"), shapes.INSIDE),
}
"""What places of these names hold; any other a part of a sentence."""
_DEEPEST = 5
"""Sentences within sentences that are looked at: no task writes more."""
_AS_WRITTEN = ("cell", "code", "column", "word")
"""Places of these names hold what stands in a file, which is not said otherwise."""


def _known(text: str, depth: int = 0) -> str | None:
    """Return a text in the language that is spoken, None where nothing is known of it."""
    own = _SPOKEN.get().own
    if text in own:
        return own[text]
    if (said := _(text)) != text:
        return said
    if _NUMBER.fullmatch(text):
        return text.replace(".", decimal_sign())
    for shape in _shapes() if depth < _DEEPEST else []:
        if (parts := shape.parts_of(text)) and (said := _(shape.message)) != shape.message:
            return said.format(**{name: _placed(name, part, depth + 1) for name, part in parts.items()})
    return None


def _placed(name: str, text: str, depth: int) -> str:
    from babel.lists import format_list

    if name not in _LISTED:
        return text if name in _AS_WRITTEN else _told(text, depth)
    parts = re.split(_LISTED[name], text)
    items = [recorded(one) if name == "names" else _told(one, depth) for one in parts]
    return format_list(items, locale=translations.locale(code()))


@cache
def _shapes() -> list[Shape]:
    """Return the shape of each stored sentence with places; those with most words of their own come first."""
    found = [Shape(message, _HELD) for message in stored.SENTENCES if "{" in message]
    return sorted(found, key=lambda one: (-sum(map(len, one.own_words)), one.message))
