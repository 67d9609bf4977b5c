"""Figures as people write them: which sign parts decimals and which parts thousands, declared or decided.

"12,219" is twelve thousand to some and twelve to others. Where the plan does not say which, a cell of the
same file has to decide ("1.234,5", "0.5", "1,234,567"); where none does, nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

SPACES = (" ", "\u00a0", "\u202f", "\u2009")
APOSTROPHES = ("'", "\u2019")
NONE = "none"
"""What a plan writes for a file without a sign for thousands."""


@dataclass(frozen=True)
class Signs:
    """How figures are written: the decimal sign, the signs that may part thousands, and how that is known.

    how: declared in the plan, sniffed from a cell, or a rule (the format's, or no cell needs the answer).
    """

    decimal: str
    thousands: tuple[str, ...]
    how: str


@dataclass(frozen=True)
class Undecided:
    """Figures of which no one reading is certain.

    first: a cell that is read in two ways, or that allows only the one. second: a cell that allows only
    the other, or '' where the cells do not contradict each other but none decides.
    """

    first: str
    second: str


def decide(cells: Iterable[str], decimal: str = "", thousands: str = "") -> tuple[Signs | Undecided, str]:
    """Return how the figures among the cells are written, and the cell that decided it ('' for none).

    decimal and thousands: as the plan declares them, '' where it does not. Cells that are no figures in
    either reading have no say.
    """
    if decimal:
        return Signs(decimal, _parting(decimal, thousands), "declared"), ""
    point, comma = (Signs(sign, _parting(sign, thousands), "sniffed") for sign in (".", ","))
    if thousands in (".", ","):
        return (comma if thousands == "." else point), ""
    only_point = only_comma = either = ""
    for cell in cells:
        with_point, with_comma = read(cell, point), read(cell, comma)
        if with_point == with_comma:
            continue
        if with_comma is None:
            only_point = only_point or cell
        elif with_point is None:
            only_comma = only_comma or cell
        else:
            either = either or cell
    if only_point and only_comma:
        return Undecided(only_point, only_comma), ""
    if only_point or only_comma:
        return (point if only_point else comma), only_point or only_comma
    if either:
        return Undecided(either, ""), ""
    return Signs(".", _parting(".", thousands), "rule"), ""


def read(cell: str, signs: Signs) -> float | None:
    """Return the figure in a cell, or None where it is not one written with these signs."""
    text = cell.strip()
    if not _pattern(signs.decimal, signs.thousands).fullmatch(text):
        return None
    for sign in signs.thousands:
        text = text.replace(sign, "")
    for minus in ("\u2212", "\u2013"):
        text = text.replace(minus, "-")
    figure = float(text.replace(signs.decimal, "."))
    return figure if abs(figure) < float("inf") else None


def both_readings(cell: str) -> tuple[str, str]:
    """Return what a cell means with a decimal point and with a decimal comma, written out."""
    figures = [read(cell, Signs(sign, _parting(sign, ""), "")) for sign in (".", ",")]
    return tuple("no figure" if one is None else f"{one:.10g}" for one in figures)  # type: ignore[return-value]


def sign_name(sign: str) -> str:
    """Return what a sign is called."""
    names = {".": "point", ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
    names |= dict.fromkeys(APOSTROPHES, "apostrophe") | dict.fromkeys(SPACES, "space")
    return names.get(sign, sign)


def _parting(decimal: str, thousands: str) -> tuple[str, ...]:
    if thousands == NONE:
        return ()
    if thousands:
        alike = next((group for group in (SPACES, APOSTROPHES) if thousands in group), (thousands,))
        return tuple(sign for sign in alike if sign != decimal)
    return tuple(sign for sign in (",", ".", *SPACES, *APOSTROPHES) if sign != decimal)


@cache
def _pattern(decimal: str, thousands: tuple[str, ...]) -> re.Pattern[str]:
    """Return what a figure looks like: in groups of three, or of two before the last three as in India."""
    whole = [r"\d+"]
    for sign in map(re.escape, thousands):
        whole += [rf"[1-9]\d{{0,2}}(?:{sign}\d{{3}})+", rf"[1-9]\d?(?:{sign}\d{{2}})+{sign}\d{{3}}"]
    point = re.escape(decimal)
    grouped = rf"(?:{'|'.join(whole)})(?:{point}\d+)?|{point}\d+"
    return re.compile(rf"[+\-\u2212\u2013]?(?:{grouped}|\d+(?:{point}\d+)?[eE][+-]?\d+)", re.ASCII)
