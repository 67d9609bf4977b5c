"""Columns of interviews that are suspected to be personal, by their name, their label and their values.

Pure functions. What they tell is the column and why it is suspected, never a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.faults import Fault
from tasks import catalogue
from tasks.files import Received, as_text
from tasks.forms import Form
from tasks.tellable import (
    DATE,
    EMAIL,
    IDENTITY,
    MOSTLY_LETTERS,
    POSITION,
    TELEPHONE,
    TWO_WORDS,
    UP_TO_THREE_WORDS,
)

MOST_LOOKED_AT = 1000
"""Different values of a column that are looked at: evenly over their sorted order."""
FEWEST_TEXTS = 20
"""Cells under which a column of text is not called near-unique."""
NEAR_UNIQUE = 0.9
"""Share of different values from which a column of text tells people apart."""
MOST = 0.5
"""Share of the values that have to look like a telephone number, a position, a number of identity or a name,
and of different values from which words may be names: first names are borne by several."""
FEWEST_WORDS = 50
"""Different words from which the rare ones are looked at: trades, religions and castes are fewer."""
ONCE = 0.4
"""Share of the different words that one person alone has, from which they may be first names in a large wave:
many bear the common ones, and few each of the rest. In a village are several."""
FEWEST_DECIMALS = 4
"""Decimals of a degree that tell a place to some ten metres."""
NARROWEST = 20
"""Times that a coordinate is larger than its range in an area where one programme works."""

_CODE = r"^(-?\d{1,2}|yes|no|oui|non|si|sí|true|false|y|n)$"
_ROUND = r"00$"
_PACKED = r"(?s)^[\[{(].*[\]})]$"
"""A record, a list or a map written as text, by JSON or by Python."""
_BETWEEN = re.compile(r"""([{}\[\]"':=,;]+)""")
_PLACE_WITHIN = r"-?[0-9]{1,3}\.[0-9]{4,}[,; ]+-?[0-9]{1,3}\.[0-9]{4,}"


@dataclass(frozen=True)
class Suspect:
    """A column that may be personal, and why it is suspected."""

    column: str
    why: str


def faults(
    received: Received,
    frame: pd.DataFrame,
    form: Form | None,
    cleared: Iterable[str],
    known: Iterable[str],
) -> Iterator[Fault]:
    """Yield a fault for each suspected column of a file, with the two lines of which the plan needs one.

    frame: the columns that would be stored. cleared: columns that the plan says are not personal. known:
    questions of the catalogue, whose names and answers are known to be none.
    """
    items = {one.name: one for one in form.items} if form else {}
    labels = {name: tuple(one.labels.values()) for name, one in items.items()}
    texts = {name for name, one in items.items() if one.type == "text"}
    closed = {name for name, one in items.items() if one.choices is not None}
    decided = {one.strip().casefold() for one in (*cleared, *known)}
    open_ = [one for one in frame if str(one).strip().casefold() not in decided and one not in closed]
    for one in suspects(frame[open_], labels, texts):
        line = f'"{received.table}" = ["{one.column}"]'
        rule = f"may be personal ({one.why}), and the plan does not say"
        remedy = f"Decide in assessment.toml: under [personal] {line}, or under [not_personal] {line}"
        yield Fault(received.file, received.sheet, 1, one.column, rule, remedy)


def suspects(
    frame: pd.DataFrame, labels: Mapping[str, Iterable[str]], texts: Iterable[str] = ()
) -> list[Suspect]:
    """Return the columns of a frame that may be personal, in the frame's order, whatever that of its rows.

    labels: column -> what it is called in the form. texts: columns that the form has people answer in words.
    A name that tells of a person is enough, unless all answers are codes of two digits or yes and no.
    """
    texts = set(texts)
    looks = {str(column): _Look.of(frame[column]) for column in frame}
    pairs = _coordinates(looks)
    found = []
    for column, look in looks.items():
        if not look.cells or look.share(_CODE) == 1:
            continue
        named = next((one for word in (column, *labels.get(column, ())) if (one := told_by_name(word))), "")
        if named:
            found.append(Suspect(column, f"its name or label speaks of {named}"))
        elif named := next((one for key in look.names_within() if (one := told_by_name(key))), ""):
            found.append(Suspect(column, f"within its brackets it speaks of {named}"))
        elif why := ("it looks like a position" if column in pairs else look.told(column in texts)):
            found.append(Suspect(column, why))
    return found


@dataclass(frozen=True)
class _Look:
    """What is looked at of a column: how many cells it has, how many differ, and a sample of those.

    once: how many of the different ones stand in one cell alone; of text.
    """

    cells: int
    different: int
    sample: pa.Array
    once: int = 0

    @classmethod
    def of(cls, values: pd.Series) -> _Look:
        """Return the look of a column. Figures are looked at as they are written."""
        filled = values.dropna()
        if pd.api.types.is_bool_dtype(filled.dtype) or pd.api.types.is_datetime64_any_dtype(filled.dtype):
            return cls(0, 0, pa.array([], pa.large_string()))
        if pd.api.types.is_numeric_dtype(filled.dtype):
            different = np.unique(filled.to_numpy())
            taken = as_text(pd.Series(_evenly(different)))
            return cls(len(filled), len(different), pa.array(taken, pa.large_string()))
        counted = _compute("value_counts", pa.array(filled.astype("string"), pa.large_string()))
        cells, counts = counted.flatten()
        once = _compute("equal", counts, 1).true_count
        ordered = cells.take(_compute("sort_indices", cells))
        taken = _compute("utf8_trim_whitespace", _evenly(ordered))
        taken = taken.filter(_compute("not_equal", taken, pa.scalar("", taken.type)))
        return cls(len(filled), len(cells), taken, once)

    def matches(self, pattern: str) -> pa.Array:
        """Return for each value of the sample whether the pattern is found in it."""
        how = pc.MatchSubstringOptions(pattern, ignore_case=pattern == _CODE)
        return pc.call_function("match_substring_regex", [self.sample], how)

    def share(self, pattern: str) -> float:
        """Return the share of the sample in which the pattern is found."""
        return self.matches(pattern).true_count / len(self.sample) if len(self.sample) else 0.0

    def told(self, asked_in_words: bool) -> str:
        """Return why the values are suspected; '' where they are not."""
        if within := self._told_within():
            return f"within its brackets {within}"
        if self.share(EMAIL):
            return "it holds addresses of e-mail"
        if self._like_telephones():
            return "it looks like telephone numbers"
        if self.share(POSITION) >= MOST:
            return "it looks like a position"
        if self.share(IDENTITY) >= MOST and self._tells_apart():
            return "it looks like numbers of identity"
        words = asked_in_words and self.share(r"\pL") >= MOST
        if self._tells_apart() and (
            words or (self.share(TWO_WORDS) >= MOST and self.share(MOSTLY_LETTERS) >= MOST)
        ):
            return "it is text that nearly everybody has another of"
        if self._tells_apart(MOST) and self.share(UP_TO_THREE_WORDS) >= MOST:
            return "it is words that half the people have another of"
        if self._has_rare_ones() and self.share(UP_TO_THREE_WORDS) >= MOST:
            return "it is many words that one person alone has, as first names are"
        return ""

    def names_within(self) -> list[str]:
        """Return the names that stand before a value in records that are written as text, in order."""
        parts = [_BETWEEN.split(cell) for cell in self._packed()]
        follows = (zip(one[::2], one[1::2], strict=False) for one in parts)
        return sorted({word.strip(" ()") for one in follows for word, sign in one if {":", "="} & set(sign)})

    def _packed(self) -> list[str]:
        """Return the cells that are records or lists written as text, where most are."""
        if self.share(_PACKED) < MOST:
            return []
        return self.sample.filter(self.matches(_PACKED)).to_pylist()

    def _told_within(self) -> str:
        """Return why what stands within brackets is suspected, whatever stands beside it; '' if it is not.

        The pieces that look alike are looked at as a column of their own, where most cells have one.
        """
        cells = self._packed()
        if cells and self.share(_PLACE_WITHIN) >= MOST:
            return "it looks like a position"
        pieces = [piece.strip(" ()") for cell in cells for piece in _BETWEEN.split(cell)[::2]]
        column = _Look(0, 0, pa.array(pieces, pa.large_string()))
        for pattern in (TELEPHONE, IDENTITY, TWO_WORDS):
            alike = column.sample.filter(column.matches(pattern))
            if cells and len(alike) >= MOST * len(cells):
                why = _Look.of(pd.Series(alike.to_pylist(), dtype="string")).told(asked_in_words=False)
                if why:
                    return why
        return ""

    def _tells_apart(self, share: float = NEAR_UNIQUE) -> bool:
        return self.cells >= FEWEST_TEXTS and self.different >= share * self.cells

    def _has_rare_ones(self) -> bool:
        return self.different >= FEWEST_WORDS and self.once >= ONCE * self.different

    def _like_telephones(self) -> bool:
        if self.share(TELEPHONE) < MOST or self.share(DATE) >= MOST:
            return False
        return self.share(_ROUND) < MOST  # amounts of money are round


def _compute(function: str, *values: object) -> Any:
    return pc.call_function(function, list(values))


def _evenly(ordered: pa.Array | np.ndarray) -> pa.Array | np.ndarray:
    return ordered[:: -(-len(ordered) // MOST_LOOKED_AT)] if len(ordered) > MOST_LOOKED_AT else ordered


def _coordinates(looks: Mapping[str, _Look]) -> set[str]:
    """Return pairs of neighbouring columns that lie like latitude and longitude within one area."""
    like = [_like_degrees(look) for look in looks.values()]
    names = list(looks)
    return {
        name
        for place in range(len(names) - 1)
        if like[place] and like[place + 1]
        for name in names[place : place + 2]
    }


def _like_degrees(look: _Look) -> bool:
    decimals = rf"^-?[0-9]{{1,3}}\.[0-9]{{{FEWEST_DECIMALS},}}$"
    if look.cells < FEWEST_TEXTS or look.different < MOST * look.cells or look.share(decimals) < NEAR_UNIQUE:
        return False
    degrees = np.array([float(one) for one in look.sample.filter(look.matches(decimals)).to_pylist()])
    spread, least = np.ptp(degrees), np.abs(degrees).min()
    return bool(np.abs(degrees).max() <= 180 and spread > 0 and least >= NARROWEST * spread)


@cache
def told_by_name(name: str) -> str:
    """Return what a column's name or label speaks of that is personal; '' where it does not.

    >>> told_by_name("Téléphone_2"), told_by_name("filename"), told_by_name("respondentName")
    ('a telephone number', '', 'a name')
    """
    said = _padded(name)
    return next((kind for kind, words in _words() if any(word in said for word in words)), "")


@cache
def _words() -> tuple[tuple[str, tuple[str, ...]], ...]:
    kinds = catalogue.read("personal")["kind"]
    return tuple((kind["id"], tuple(_padded(word) for word in kind["words"])) for kind in kinds)


def _padded(text: str) -> str:
    """Return the words of a text in lower case without accents, with a space before and behind each."""
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", text)
    plain = unicodedata.normalize("NFKD", apart.casefold())
    kept = (
        one if unicodedata.category(one)[0] in "LM" else " "
        for one in plain
        if not "\u0300" <= one <= "\u036f" and one != "\u093c"
    )
    return f" {' '.join(''.join(kept).split())} "
