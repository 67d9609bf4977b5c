"""Do figures, coded interviews and focus groups say the same?"""

from __future__ import annotations

CLEAR = ("better", "worse", "unchanged")
VOICES = (*CLEAR, "uncertain", "silent", "withheld")


def triangulate(quantitative: str, qualitative: str, participatory: str) -> str:
    """Say whether the three sources agree on the direction of a change.

    Each is better, worse, unchanged, uncertain, silent or withheld, and all three speak of the same
    people and of change over the same time. Only the first three words are clear; the other sources
    neither support nor contradict anybody. Truth table, by the clear sources:

    | clear sources | they say | verdict |
    |---|---|---|
    | none | | silent |
    | one | | single source |
    | two or three | the same | agree |
    | two or three | not all the same | contradict |

    "unchanged" is a statement: beside "better" or "worse" it contradicts. Which source says what
    does not matter. Raises ValueError where a source says another word.

    Sources: Denzin (1978), The Research Act, ch. 10 (triangulation of methods); Nadvi and
    Barrientos (2004), Annex II, Box A.1 (cross-checking of methods).

    >>> triangulate("better", "uncertain", "better"), triangulate("better", "silent", "unchanged")
    ('agree', 'contradict')
    """
    voices = (quantitative, qualitative, participatory)
    for voice in voices:
        if voice not in VOICES:
            raise ValueError(f"'{voice}' is no direction; known are {', '.join(VOICES)}")
    clear = [voice for voice in voices if voice in CLEAR]
    if not clear:
        return "silent"
    if len(clear) == 1:
        return "single source"
    return "agree" if len(set(clear)) == 1 else "contradict"
