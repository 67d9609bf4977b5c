"""The shape of a sentence: its own words, and between them the places that hold what differs.

A text is matched in time that grows with its length alone: a regular expression with several places tries all
ways in which a text that says the same again and again could be cut.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_PLACE = re.compile(r"\{(\w+)\}")
_SENTENCE_END = re.compile(r"[.!?](?= )")

PART, SENTENCES, NUMBER, INSIDE = "part of a sentence", "sentences", "number", "inside brackets"
"""What a place may hold: at least one sign, with PART no end of a sentence, with NUMBER digits alone, with
INSIDE no bracket."""

_SIGNS = {NUMBER: re.compile(r"\d+"), INSIDE: re.compile(r"[^()]+")}


@dataclass(frozen=True)
class Shape:
    """The shape of a message. held: place -> what it may hold, PART where it is not named."""

    message: str
    held: Mapping[str, str]

    @cached_property
    def own_words(self) -> list[str]:
        """What stands before, between and after the places."""
        return _PLACE.split(self.message)[::2]

    @cached_property
    def places(self) -> list[str]:
        """The names of the places, in order."""
        return _PLACE.split(self.message)[1::2]

    @cached_property
    def longest(self) -> str:
        """The longest run of its own words."""
        return max(self.own_words, key=len)

    def parts_of(self, text: str) -> dict[str, str] | None:
        """Return place -> what it holds, each as short as can be from left to right; None where none fit."""
        first, *between, last = self.own_words
        end = len(text) - len(last)
        if self.longest not in text or not text.startswith(first) or text[end:] != last or end <= len(first):
            return None
        following, begins = [], [end]
        ends = [one.start() for one in _SENTENCE_END.finditer(text)]
        for number in range(len(between), -1, -1):
            # where the words after this place may stand, so that all that follows fits; then those before it
            nearest = _Nearest(text, begins, self.held.get(self.places[number], PART), ends)
            following.append(nearest)
            words = between[number - 1] if number else first
            before = _all_of(words, text, end) if number else [0]
            begins = [one for one in before if nearest.after(one + len(words)) is not None]
        if not begins:
            return None
        found, position = {}, len(first)
        for place, nearest, words in zip(self.places, reversed(following), [*between, last], strict=True):
            begin = nearest.after(position)
            if begin is None:
                return None
            found[place] = text[position:begin]
            position = begin + len(words)
        return found


@dataclass(frozen=True)
class _Nearest:
    """Finds, for the begin of a place, the nearest of the positions at which it may end.

    What a place may hold, each piece of it may: where the nearest does not do, none further away does.
    """

    text: str
    begins: list[int]
    held: str
    sentence_ends: list[int]

    def after(self, position: int) -> int | None:
        number = bisect_left(self.begins, position + 1)
        if number == len(self.begins):
            return None
        begin = self.begins[number]
        return begin if self._may_hold(position, begin) else None

    def _may_hold(self, position: int, begin: int) -> bool:
        if self.held in _SIGNS:
            signs = _SIGNS[self.held].match(self.text, position)
            return signs is not None and signs.end() >= begin
        if self.held == PART:
            number = bisect_left(self.sentence_ends, position)
            return number == len(self.sentence_ends) or self.sentence_ends[number] >= begin
        return True


def _all_of(words: str, text: str, end: int) -> list[int]:
    """Return where words stand in a text before its end, also where they overlap."""
    found, position = [], text.find(words)
    while position != -1 and position + len(words) <= end:
        found.append(position)
        position = text.find(words, position + 1)
    return found
