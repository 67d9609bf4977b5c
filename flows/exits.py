"""How the command ends: 0 done, 1 refused, 2 wrong usage, 3 failed. Imports nothing heavy."""

from __future__ import annotations

DONE, REFUSED, USAGE, FAILED = 0, 1, 2, 3


def told(error: OSError) -> str:
    """Return a file that cannot be read or written as words: its path and what the system says of it."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or type(error).__name__}"


def answers_look(number: int) -> str:
    """Return the words for so many answers that look like something."""
    return f"{number} answer looks" if number == 1 else f"{number} answers look"
