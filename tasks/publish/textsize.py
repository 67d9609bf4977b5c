"""How wide a text will be, without a font file: average widths by class of character, on the safe side.

The classes are set so that Arial, Noto Sans and Roboto stay below what is told. DejaVu Sans, the widest font
that is likely to be met, passes it by up to a tenth: what is drawn around a text leaves that much room.
"""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iljtfrI.,;:'’|!()[]/ \u00a0\u202f·-")
_WIDE = frozenset("mwMW@%—…→")
BOLD = 1.08
"""How much wider bold text is."""


LATIN_ENDS = "\u0250"
"""The first letter behind those that a hyphen parts."""
SHORTEST_PIECE = 4
"""Letters that a broken word keeps together at its end: subcontrac-tors, not subcontract-ors."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how many pixels a text takes at a font size."""
    return sum(map(_em, text)) * size * (BOLD if bold else 1)


def _em(character: str) -> float:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.9
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character < LATIN_ENDS:
        return 0.7 if category == "Lu" else 0.57
    return 0.75


def wrapped(text: str, size: float, limit: float, *, bold: bool = False, lines: int = 0) -> list[str]:
    """Return the text in lines that are at most `limit` pixels wide, a longer word broken.

    lines: how many there may be at most (0: as many as it takes); what does not fit is cut with '…'.
    """
    made = [""]
    for word in text.split():
        longer = f"{made[-1]} {word}".strip()
        if width(longer, size, bold=bold) <= limit:
            made[-1] = longer
            continue
        made += _broken(word, size, limit, bold)
    made = [line for line in made if line]
    if lines and len(made) > lines:
        last = made[lines - 1]
        while last and width(f"{last}…", size, bold=bold) > limit:
            last = last[:-1]
        made = [*made[: lines - 1], f"{last.rstrip()}…"]
    return made


def _broken(word: str, size: float, limit: float, bold: bool) -> list[str]:
    """Return a word in pieces that fit, with hyphens; the last piece is no crumb of one or two letters.

    A word that has a hyphen is parted there, if that is enough.
    """
    pieces: list[str] = []
    left = word
    while width(left, size, bold=bold) > limit and len(left) > 1:
        hyphen = "-" if left.rstrip(":;,.").isalpha() and max(left) < LATIN_ENDS else ""
        fits = 1
        while width(left[: fits + 1] + hyphen, size, bold=bold) <= limit:
            fits += 1
        if own := left.rfind("-", 1, fits) + 1:
            fits = own
        elif 0 < len(left) - fits < SHORTEST_PIECE < len(left) - SHORTEST_PIECE:
            fits = len(left) - SHORTEST_PIECE
        pieces.append(left[:fits] + hyphen)
        left = left[fits:]
    return [*pieces, left]
