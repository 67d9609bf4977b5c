"""A contract as SQL, for tables too large to be looked at by pandera: how many rows break which of its rules.

Types are not among the rules: who asks has the columns in their types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schemas.base import Contract, declared

_SIGNS = {
    "greater_than_or_equal_to": ("<", "min_value"),
    "greater_than": ("<=", "min_value"),
    "less_than_or_equal_to": (">", "max_value"),
    "less_than": (">=", "max_value"),
}
"""What breaks a rule, and under which name pandera keeps its limit."""

Broken = tuple[str, str]
"""A column, or the columns of the key, and the name of the rule as pandera calls it."""


def rules(contract: type[Contract]) -> dict[Broken, str]:
    """Return (column, rule) -> the condition of a row that breaks it; an empty cell breaks no other rule.

    Raises ValueError for a rule of a kind that has no SQL yet.

    >>> from schemas.base import Contract, Number, number, table
    >>> @table("mart.wages", grain="one row a wage", key=("wage",))
    ... class Wages(Contract):
    ...     wage: Number = number(gt=0)
    >>> for broken, condition in rules(Wages).items():
    ...     print(broken, condition)
    ('wage', 'not_nullable') "wage" IS NULL OR isnan("wage")
    ('wage', 'finite') isinf("wage")
    ('wage', 'greater_than') "wage" <= 0
    """
    found: dict[Broken, str] = {}
    for name, column in declared(contract).items():
        cell = _quoted(name)
        number = column.kind == "float64"
        if not column.missing:
            found[name, "not_nullable"] = f"{cell} IS NULL" + (f" OR isnan({cell})" if number else "")
        if number:
            found[name, "finite"] = f"isinf({cell})"
        for check in column.checks:
            found[name, check.name] = "".join(_breaks(cell, check, number))
    return found


def _breaks(cell: str, check: Any, number: bool) -> Iterator[str]:
    if check.name in _SIGNS:
        sign, limit = _SIGNS[check.name]
        yield f"{cell} {sign} {check.statistics[limit]}"
        if number and ">" in sign:  # in SQL nothing is greater than what is no number
            yield f" AND NOT isnan({cell})"
    elif check.name == "isin":
        words = ", ".join(_text(str(word)) for word in check.statistics["allowed_values"])
        yield f"{cell} NOT IN ({words})"
    elif check.name == "notin":
        words = ", ".join(_text(str(word)) for word in check.statistics["forbidden_values"])
        yield f"{cell} IN ({words})"
    elif check.name == "str_matches":
        yield f"NOT regexp_matches({cell}, {_text(_pattern(str(check.statistics['pattern'])))})"
    else:
        raise ValueError(f"{check.name} has no SQL")


_SAME_IN_BOTH = re.compile(r"\\A(?:[^\\^$.]|\\[.$^])*\\Z")
"""Patterns that Python and SQL read alike: `$` passes a line break in Python, `\\d` any digits."""


def _pattern(pattern: str) -> str:
    """Return a pattern of Python as SQL writes it. Raises ValueError where they could differ."""
    if not _SAME_IN_BOTH.fullmatch(pattern):
        raise ValueError(f"{pattern} has no SQL: begin with \\A, end with \\Z, and write out what is allowed")
    return pattern.removesuffix(r"\Z") + r"\z"


def counts(contract: type[Contract], source: str) -> str:
    """Return the query of one row: how many rows break each of `rules`, and how many keys repeat.

    A key with an empty cell repeats none.
    """
    key = [_quoted(name) for name in contract.about().key]
    whole = " AND ".join(f"{one} IS NOT NULL" for one in key)
    twice = f"SELECT 1 FROM {source} WHERE {whole} GROUP BY {', '.join(key)} HAVING count(*) > 1"  # noqa: S608
    told = [f"count_if({condition})" for condition in rules(contract).values()]
    return f"SELECT {', '.join([*told, f'(SELECT count(*) FROM ({twice}))'])} FROM {source}"  # noqa: S608


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
