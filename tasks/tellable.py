"""What of a user's file may be told in a fault: a code may, what may be a person's name or telephone not.

Pure functions, and the patterns of what is personal, in the words of RE2.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
TELEPHONE = r"^(\+|00)[1-9][0-9 ()/-]{7,18}$|^\(?0[1-9][0-9 ()/-]{7,14}$|^[6-9][0-9]{4}[ -]?[0-9]{5}$"
DATE = r"^[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}([T ][0-9]{1,2}:.*)?$"
POSITION = r"^-?[0-9]{1,2}\.[0-9]{3,}[,; ]+-?[0-9]{1,3}\.[0-9]{3,}([,; ]+-?[0-9.]+){0,2}$"
IDENTITY = "|".join(
    (
        r"^[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}$|^[2-9][0-9]{11}$",  # Aadhaar, India
        r"^[A-Z]{5}[0-9]{4}[A-Z]$",  # PAN, India
        r"^[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[A-Z0-9][0-9]$",  # CURP, Mexico
        r"^([0-9]{8}|[XYZ][0-9]{7})-?[A-Z]$",  # DNI and NIE, Spain
        r"^[12] ?[0-9]{2} ?(0[1-9]|1[0-2]) ?([0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}$",  # NIR, France
    )
)
TWO_WORDS = r"\pL[\pL\pM.'’-]*[ ,]+\pL"
UP_TO_THREE_WORDS = r"^\pL[\pL\pM.'’-]*( \pL[\pL\pM.'’-]*){0,2}$"
"""In any case of letters: people are written down in lower case as well."""
MOSTLY_LETTERS = r"^[\pL\pM .,;:'’!?()-]*([0-9]{1,4}[\pL\pM .,;:'’!?()-]*){0,3}$"
_FIGURE = r"^[+-]?[0-9][0-9.,]*$"
MOST = 0.5
"""Share of the texts that have to look like names."""
_MANY_DIGITS = r"[0-9](?:[ ()/.-]?[0-9]){6,}"
"""So many digits in one stretch as a telephone number has."""
_PERSONAL = (EMAIL, TELEPHONE, DATE, POSITION, IDENTITY, _MANY_DIGITS)

LONGEST_CODE = 40
UNTOLD = "(a value that is not told here, since it may be personal)"


def value(cell: object) -> str:
    """Return a cell as a fault may quote it: in quotation marks where it is a code, else UNTOLD.

    A code has letters, digits, - and _ alone, or is several such with points between, and is no telephone,
    date or the like. Letters without a digit are one in lower case only: with a capital, or in a script that
    has none, they may be a name. One capital alone is a code.

    >>> value("weaver-woman")
    "'weaver-woman'"
    >>> {value("O' Brien"), value("Zelphine"), value("9800000000")} == {UNTOLD}
    True
    """
    text = str(cell)
    code = re.fullmatch(rf"(?=.{{1,{LONGEST_CODE}}}$)[\w-]+(\.[\w-]+)*", text)
    letters = re.sub(r"[._-]", "", text)
    name = letters.isalpha() and not letters.islower() and not re.fullmatch("[A-Z]", text)
    if not code or name or _finds(text, _PERSONAL):
        return UNTOLD
    return f"'{text}'"


def nearest(word: object, known: Iterable[object]) -> str:
    """Return 'Did you mean …? ' with the nearest word of the user's tables; '' where none is, or is told."""
    close = difflib.get_close_matches(str(word), sorted(map(str, known)), n=1, cutoff=0.6)
    told = value(close[0]) if close else UNTOLD
    return "" if told == UNTOLD else f"Did you mean {told}? "


def is_value(name: str) -> bool:
    """Return whether the name of a column looks like a value: a number, a telephone, a date or the like."""
    return _finds(name, (*_PERSONAL, _FIGURE))


def are_two_words(texts: Iterable[str]) -> bool:
    """Return whether most of the texts look like names of people: two words or more, and letters."""
    found = list(texts)
    return min(_share(found, TWO_WORDS), _share(found, MOSTLY_LETTERS)) >= MOST


def are_words(texts: Iterable[str]) -> bool:
    """Return whether most of the texts are one to three words of letters, as names of people may be."""
    return _share(list(texts), UP_TO_THREE_WORDS) >= MOST


def _finds(text: str, patterns: Iterable[str]) -> bool:
    return any(_share([text], pattern) for pattern in patterns)


def _share(texts: list[str], pattern: str) -> float:
    """Return the share of the texts in which the pattern is found."""
    how = pc.MatchSubstringOptions(pattern)
    matched: Any = pc.call_function("match_substring_regex", [pa.array(texts, pa.large_string())], how)
    return matched.true_count / len(texts) if texts else 0.0
