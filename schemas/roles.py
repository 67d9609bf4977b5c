"""Roles in which people sign: when two are the same, and what cannot be told from another by reading it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "BOPOMOFO"}
"""Written together in one word."""
_OF_ANY_SCRIPT = {"MODIFIER"}
_WITHOUT_BLANKS = {"CJK", "HANGUL", "THAI", "LAO", "KHMER"}
"""Scripts that stand beside Latin letters without a blank."""
_IN_USE = {
    *_WITHOUT_BLANKS,
    *("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC", "ETHIOPIC", "MYANMAR"),
    *("SINHALA", "DEVANAGARI", "BENGALI", "GUJARATI", "GURMUKHI", "ORIYA", "TAMIL", "TELUGU", "KANNADA"),
    "MALAYALAM",
}
"""Scripts that may stand beside others. Some of the rest look like Latin by each letter (Cherokee, Lisu)."""
_SAID = {"CJK": "Chinese or Japanese", "NKO": "N’Ko"}
_LIKE_LATIN = str.maketrans(
    "авгекморнстухіјѕһԁԛԝүӏ" + "αβεζηικμνορτυχ" + "օոսհցզյլ",
    "abrekmophctyxijshdqwyl" + "abezhikmnoptyx" + "onuhgqjl",
)
"""Letters of the Cyrillic, Greek and Armenian scripts that look like Latin ones, small or capital."""
_LIKE_OTHERS = set("〇口ロ丨工エ一ー\u1175\u110b")
"""Letters of other scripts that look like a Latin letter, a figure or a stroke."""


def compared(who: str) -> str:
    """Return a role as it is compared: its letters and figures, without case, accents and other forms.

    A figure of any script is the figure, and a letter that looks like a Latin one is that.

    >>> compared("Lead\u200b  Researcher") == compared("lead-researcher.")
    True
    """
    seen = (str(unicodedata.decimal(one, one)) for one in _plain(who) if _is_seen(one))
    return "".join(seen).translate(_LIKE_LATIN)


def _plain(who: str) -> str:
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", who).casefold())


def _is_seen(sign: str) -> bool:
    """Return whether a sign is a letter, a figure or a vowel beside one, and is seen (fillers are not)."""
    kind = unicodedata.category(sign)
    return (kind[0] in "LN" or kind == "Mc") and "FILLER" not in unicodedata.name(sign, "")


def wrong_with(who: str) -> str:
    """Return why nobody can sign in a role, in words; "" where one can.

    Scripts may differ from word to word. Refused are two in one word, as Cyrillic and Latin have many letters
    that look alike, and words of which all letters look like those of the words beside them. The script of a
    letter is the first word of its name in Unicode.

    >>> wrong_with("Le\u0430d researcher")
    'mixes letters of Cyrillic and Latin script that may look alike'
    >>> wrong_with("IT-\u0441\u043f\u0435\u0446\u0438\u0430\u043b\u0438\u0441\u0442")
    ''
    """
    if not compared(who):
        return "names no role"
    if any(unicodedata.category(one) == "Cc" for one in who):
        return "has signs that are not printed"
    words = _words(who)
    for mixed in (_scripts(word) - _WITHOUT_BLANKS for word in words):
        if len(mixed) > 1:
            return _mixes(mixed)
    scripts = _scripts("".join(words))
    unmistakable = _IN_USE & _scripts(one for one in "".join(words) if not _looks_like_another(one))
    return _mixes(scripts) if len(scripts) > 1 and scripts - unmistakable else ""


def _words(who: str) -> list[str]:
    """Return the runs of letters between signs that are seen: what nobody sees parts no word."""
    seen = (one for one in _plain(who) if unicodedata.category(one)[0] not in "CM")
    letters = (one for one in seen if _is_seen(one) or not one.isalpha())
    return "".join(one if one.isalpha() else " " for one in letters).split()


def _looks_like_another(letter: str) -> bool:
    return ord(letter) in _LIKE_LATIN or letter in _LIKE_OTHERS


def _mixes(scripts: set[str]) -> str:
    said = " and ".join(_SAID.get(one, one.title()) for one in sorted(scripts))
    return f"mixes letters of {said} script that may look alike"


def _scripts(letters: Iterable[str]) -> set[str]:
    return {_script(one) for one in letters} - _OF_ANY_SCRIPT


def _script(letter: str) -> str:
    first = unicodedata.name(letter, "UNKNOWN").split()[0]
    return "CJK" if first in _EAST_ASIAN else first
