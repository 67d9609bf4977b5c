"""How one row of a table is named in words: the table, and behind it the values of its key."""

from __future__ import annotations


def reference(table: str, *key: object) -> str:
    """Return the name of a row, such as findings/income_month/weaver-women; `psia explain` takes it."""
    return "/".join((table, *map(str, key)))
