"""Tables of the warehouse for printing, without pandas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.faults import Fault, Refused

if TYPE_CHECKING:
    from tasks.warehouse import Warehouse

REVEALED = ("mart.sample", "mart.replacements", "mart.household_subsample")
"""The tables by which the field team finds people: the unit's id may be put back."""


def names(folder: Path) -> list[dict[str, Any]]:
    """Return each table of the warehouse with its number of rows. Raises Refused if there is none yet."""
    with open_warehouse(folder) as warehouse:
        return [{"table": name, "rows": len(warehouse.records(name)[1])} for name in warehouse.tables()]


def rows(folder: Path, table: str, *, reveal: bool) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return a table's columns and rows. reveal puts the id behind each pseudonym, for whoever has the key.

    Raises Refused if there is no such table, or nothing to reveal in it.
    """
    from tasks.warehouse import refuse_unknown_table

    with open_warehouse(folder) as warehouse:
        known = warehouse.tables()
        if table not in known:
            raise refuse_unknown_table(table, known)
        columns, records = warehouse.records(table)
    if not reveal:
        return columns, records
    if table not in REVEALED:
        raise Refused(
            [Fault(table, rule="cannot be revealed", remedy=f"--reveal is for {', '.join(REVEALED)}")]
        )
    return columns, _revealed(folder, columns, records)


def open_warehouse(folder: Path) -> Warehouse:
    """Return the warehouse of a folder, open for reading. Raises Refused if it cannot be had."""
    from tasks.warehouse import Busy, Damaged, Warehouse

    path = folder / "results" / "warehouse.duckdb"
    if not path.is_file():
        raise Refused([Fault(str(path), rule="is not here yet", remedy=f"Run it first: 'psia run {folder}'")])
    try:
        return Warehouse(path, read_only=True)
    except Busy as busy:
        rule = f"is in use by {busy}"
        raise Refused([Fault(str(path), rule=rule, remedy="Wait for it to end")]) from None
    except Damaged:
        raise Refused([Fault(str(path), rule="cannot be opened", remedy="Delete it and run again")]) from None


def _revealed(folder: Path, columns: list[str], records: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    from schemas.assessment import read_plan
    from tasks.vault import Vault

    plan = read_plan(folder / "assessment.toml")
    people = Vault(folder, plan.assessment.id).people()
    own = people[(people["table"] == "design/frame") & (people["column"] == "unit")]
    ids = dict(zip(own["pseudonym"], own["value"], strict=True))
    place = columns.index("unit")
    return [
        tuple(ids.get(cell, cell) if i == place else cell for i, cell in enumerate(record))
        for record in records
    ]
