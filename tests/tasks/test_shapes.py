"""Sentences with places are matched as a regular expression would, in time that grows with their length."""

from __future__ import annotations

import re
import time

import numpy as np

from tasks import shapes, stored
from tasks.shapes import Shape
from tasks.tongue import speaking, told

HELD = {
    "why": shapes.SENTENCES,
    "text": shapes.SENTENCES,
    "more": shapes.NUMBER,
    "from_period": shapes.INSIDE,
    "to_period": shapes.INSIDE,
}
PATTERNS = {
    shapes.SENTENCES: ".+?",
    shapes.NUMBER: r"\d+",
    shapes.INSIDE: "[^()]+?",
    shapes.PART: "(?:(?![.!?] ).)+?",
}
SHAPES = [Shape(one, HELD) for one in stored.SENTENCES if "{" in one]


def by_expression(shape: Shape, text: str) -> dict[str, str] | None:
    held = [f"(?P<{one}>{PATTERNS[HELD.get(one, shapes.PART)]})" for one in shape.places]
    own = map(re.escape, shape.own_words)
    pattern = "".join(words + place for words, place in zip(own, [*held, ""], strict=True))
    match = re.fullmatch(pattern, text, re.DOTALL)
    return match.groupdict() if match else None


def test_what_a_place_holds_is_what_a_regular_expression_finds():
    chance, found = np.random.default_rng(3), 0
    for shape in SHAPES * 20:
        first, *between, last = shape.own_words
        pieces = [*between, "a", "12", "b. ", "c.d", " ", "(e)"]
        middle = [str(chance.choice(pieces)) for _ in range(len(between))]
        inner = [part for words in between for part in (str(chance.choice(pieces)), words)]
        text = first + "".join([*inner, *middle, str(chance.choice(pieces))]) + last
        expected = by_expression(shape, text)
        found += expected is not None
        assert shape.parts_of(text) == expected, (shape.message, text)
    assert found > len(SHAPES)


def test_a_name_may_end_in_brackets_before_those_of_a_period():
    shape = Shape("{text} ({from_period} to {to_period}): growth", HELD)
    parts = {"text": "Cloth (invented)", "from_period": "2017", "to_period": "2021 (provisional)"}
    assert shape.parts_of("Cloth (invented) (2017 to 2021): growth") == {**parts, "to_period": "2021"}
    assert shape.parts_of(f"{shape.message.format(**parts)}") is None


def test_a_text_ten_times_as_long_takes_no_forty_times_as_long():
    """An expression takes 20 seconds for 1,700 letters of one of these."""

    def seconds(letters: int) -> float:
        start = time.process_time()
        for shape in SHAPES:
            first, *between, last = shape.own_words
            again = "a".join(between) + "a"
            text = first + again * (letters // len(again)) + shape.longest + "a" + last[:-1]
            for one in (text, text + last[-1:]):
                shape.parts_of(one)
        return time.process_time() - start

    assert seconds(100_000) < 40 * seconds(10_000)


def test_sentences_within_sentences_without_end_stay_as_they_are():
    text = "The arms could not be matched: " * 3000 + "Nobody differs in 'age'"
    start = time.process_time()
    with speaking("fr"):
        assert told(text).endswith("Nobody differs in 'age'")
    assert time.process_time() - start < 2
