"""Whether a figure of a table reads as a number that somebody saw in the report."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.publish import wording

_MINUS = ("−", "–")
_SPACES = re.compile("[\\s\u202f\u00a0]")
_NUMBER = re.compile(r"([+-]?)(\d+(?:\.\d+)?)(%?)")


@dataclass(frozen=True)
class Printed:
    """A number as it was read: its digits, its sign where one was given, and whether it is a percentage."""

    digits: str
    sign: str
    is_percent: bool

    @property
    def places(self) -> int:
        """Return how many decimals it bears."""
        return len(self.digits.partition(".")[2])

    def distance(self, figure: float) -> float:
        """Return how far a printed figure is from the number; its sign counts where the number bears one."""
        if self.sign:
            return abs(figure - (-float(self.digits) if self.sign == "-" else float(self.digits)))
        return abs(abs(figure) - float(self.digits))


def read_number(text: str) -> Printed | None:
    """Return a number as it stands in the report (−12.4, 1 030, 54 %); None where it is no number.

    >>> read_number("−1 030"), read_number("income")
    (Printed(digits='1030', sign='-', is_percent=False), None)
    """
    plain = _SPACES.sub("", text)
    for sign in _MINUS:
        plain = plain.replace(sign, "-")
    found = _NUMBER.fullmatch(plain)
    return Printed(found[2], found[1], bool(found[3])) if found else None


def figure_as_printed(value: float, *, is_share: bool) -> float:
    """Return a figure in the unit in which it is printed: a share in percent."""
    return float(wording.percent(value)) if is_share else value


def reads_as(value: float, number: Printed, *, is_share: bool) -> bool:
    """Return whether a figure, rounded as the report rounds, gives the number.

    Rounded means half up to the number's decimals, or to the three digits that matter. A number without a
    sign fits a figure of either sign: a sentence tells a loss by its words. is_share: the figure is a share
    of 0 to 1, which the report prints in percent; only such a one fits a percentage.

    >>> eleven = Printed("11", "", is_percent=True)
    >>> reads_as(0.1103, eleven, is_share=True), reads_as(10.96, eleven, is_share=False)
    (True, False)
    """
    if number.is_percent and not is_share:
        return False
    if number.sign and (value < 0) != (number.sign == "-"):
        return False
    size = abs(figure_as_printed(value, is_share=is_share))
    forms = {wording.rounded(size, number.places), wording.mean(size)}
    return number.digits in {_SPACES.sub("", form) for form in forms}
