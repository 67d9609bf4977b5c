"""Whether a figure of a table reads as a number that somebody saw in the report."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.publish import wording

_MINUS = ("−", "–")
_SPACES = re.compile("[\\s\u202f\u00a0]")
_NUMBER = re.compile(
    r"([+-]?)(\d+(?:[.,]\d+)?)(%|percent|pourcent|points?|percentagepoints?|points?depourcentage)?"
)


OF_SHARES = ("share", "change of a share")


@dataclass(frozen=True)
class Figure:
    """A figure of a table, in the unit in which the report prints it.

    kind: "share" (0 to 1 in the table, printed in percent), "change of a share" (so too, printed in points),
    "percent" and "points" (so in the table too), "count" (a whole number), or "other".
    """

    value: float
    kind: str = "other"


@dataclass(frozen=True)
class Printed:
    """A number as it was read: its digits, its sign where one was given, and what kinds of figure it may be.

    unit: "%", "points", or "" where none was given.
    """

    digits: str
    sign: str
    unit: str = ""

    @property
    def places(self) -> int:
        """Return how many decimals it bears."""
        return len(self.digits.partition(".")[2])

    def distance(self, figure: float) -> float:
        """Return how far a printed figure is from the number; its sign counts where the number bears one."""
        if self.sign:
            return abs(figure - (-float(self.digits) if self.sign == "-" else float(self.digits)))
        return abs(abs(figure) - float(self.digits))

    def may_be(self, kind: str) -> bool:
        """Return whether a figure of this kind may bear the number's unit."""
        return kind in {"%": ("share", "percent"), "points": ("change of a share", "points")}.get(
            self.unit, (kind,)
        )


def read_number(text: str) -> Printed | None:
    """Return a number as it stands in the report (−12.4, 1 030, 54 %, +25 points); None where it is none.

    A comma is that of decimals, as a French report prints them: no report parts thousands with it.

    >>> read_number("−1 030"), read_number("+25 points"), read_number("income")
    (Printed(digits='1030', sign='-', unit=''), Printed(digits='25', sign='+', unit='points'), None)
    """
    plain = _SPACES.sub("", text)
    for sign in _MINUS:
        plain = plain.replace(sign, "-")
    found = _NUMBER.fullmatch(plain)
    if not found:
        return None
    unit = found[3] or ""
    return Printed(found[2].replace(",", "."), found[1], "points" if "point" in unit else "%" if unit else "")


def figure_as_printed(value: float, kind: str = "other") -> Figure:
    """Return a figure in the unit in which it is printed: a share in percent, its change in points."""
    return Figure(float(wording.percent(value)) if kind in OF_SHARES else value, kind)


def reads_as(figure: Figure, number: Printed) -> bool:
    """Return whether a figure, rounded as the report rounds, gives the number.

    Rounded means half up to the number's decimals, or to the three digits that matter; a count is printed as
    it is released, and fits itself alone. A number without a sign fits a figure of either sign: a sentence
    tells a loss by its words. A percentage fits shares and percentages, points fit changes of them.

    >>> eleven = Printed("11", "", "%")
    >>> reads_as(figure_as_printed(0.1103, "share"), eleven), reads_as(figure_as_printed(10.96), eleven)
    (True, False)
    """
    if not number.may_be(figure.kind):
        return False
    if number.sign and (figure.value < 0) != (number.sign == "-"):
        return False
    size = abs(figure.value)
    if figure.kind == "count":
        return not number.sign and number.digits == str(int(size))
    forms = {wording.rounded(size, number.places), wording.mean(size)}
    return number.digits in {_SPACES.sub("", form) for form in forms}
