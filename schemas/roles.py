"""Roles in which people sign: when two are the same, and what cannot be told from another by reading it."""

from __future__ import annotations

import unicodedata

_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "BOPOMOFO"}
"""Written together in one word."""
_OF_ANY_SCRIPT = {"MODIFIER"}


def compared(who: str) -> str:
    """Return a role as it is compared: its letters and figures, without case, accents and other forms.

    A figure of any script is the figure.

    >>> compared("Lead\u200b  Researcher") == compared("lead-researcher.")
    True
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", who).casefold())
    return "".join(str(unicodedata.decimal(one, one)) for one in plain if _is_seen(one))


def _is_seen(sign: str) -> bool:
    """Return whether a sign is a letter, a figure or a vowel beside one, and is seen (fillers are not)."""
    kind = unicodedata.category(sign)
    return (kind[0] in "LN" or kind == "Mc") and "FILLER" not in unicodedata.name(sign, "")


def wrong_with(who: str) -> str:
    """Return why nobody can sign in a role, in words; "" where one can.

    Letters of two scripts are refused in one role: Cyrillic and Latin have many that look alike. The script
    of a letter is the first word of its name in Unicode.

    >>> wrong_with("Le\u0430d researcher")
    'mixes letters of Cyrillic and Latin script'
    """
    if not compared(who):
        return "names no role"
    if any(unicodedata.category(one) == "Cc" for one in who):
        return "has signs that are not printed"
    scripts = sorted({_script(one) for one in compared(who) if one.isalpha()} - _OF_ANY_SCRIPT)
    if len(scripts) > 1:
        return f"mixes letters of {' and '.join(one.title() for one in scripts)} script"
    return ""


def _script(letter: str) -> str:
    first = unicodedata.name(letter, "UNKNOWN").split()[0]
    return "CJK" if first in _EAST_ASIAN else first
