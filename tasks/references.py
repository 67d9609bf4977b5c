"""How one row of a table is named in words: the table, and behind it the values of its key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.base import Contract


def reference(table: str, *key: object) -> str:
    """Return the name of a row, such as findings/income_month/weaver-women; `psia explain` takes it."""
    return "/".join((table, *map(str, key)))


def reference_of(contract: type[Contract], row: Mapping[Any, Any]) -> str:
    """Return the name of a row of a contract's table, whichever layer the table lies in."""
    about = contract.about()
    return reference(about.name.partition(".")[2], *(row[column] for column in about.key))
