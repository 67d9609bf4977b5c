"""What a run made or refused, in counts: for who looks on from outside the folder, as in Prefect."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from schemas.assessment import AssessmentPlan
from schemas.base import TABLES, column_types
from tasks import catalogue
from tasks.plain_values import texts

Row = dict[str, str | int]
CHECKS = "field_check_summary"


def released_tables(current: Path) -> list[Row]:
    """Return a row for each released table of a published tree that has rows: table, rows, withheld."""
    return [
        {"table": path.stem, "rows": len(rows), "withheld": sum(bool(row.get("withheld_by")) for row in rows)}
        for path in sorted((current / "tables").glob("*.csv"))
        if (rows := list(_rows(path)))
    ]


def field_checks(current: Path) -> list[Row]:
    """Return the released summary of the field checks: wave, check, severity, found ('withheld' if few)."""
    path = current / "tables" / f"{CHECKS}.csv"
    return [
        {
            "wave": row["wave"],
            "check": row["check"],
            "severity": row["severity"],
            "found": "withheld" if row["withheld_by"] else row["found"],
        }
        for row in (_rows(path) if path.is_file() else ())
    ]


def faults(quarantine: Path, known: Collection[str]) -> list[Row]:
    """Return how many faults a refused run found: file, column, rule, faults; most first.

    known: the names that may be told. A column of another is 'another column': where a file has lost its
    header, it is a person's name. What a rule names is left out too: the answer that was given, the number
    that is too large.
    """
    counts = Counter(
        (row["file"], _column(row["file"], row["column"], known), kind(row["rule"]))
        for row in _rows(quarantine)
    )
    names = ("file", "column", "rule")
    return [
        {**dict(zip(names, place, strict=True)), "faults": count}
        for place, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]


def refusal(found: list[Row]) -> str:
    """Return the faults of a refused run in a line: how many, and in which files."""
    files: Counter[str] = Counter()
    for one in found:
        files[str(one["file"])] += int(one["faults"])
    many = "1 fault" if files.total() == 1 else f"{files.total()} faults"
    where = ", ".join(f"{name} ({count})" for name, count in sorted(files.items()))
    return f"Refused, nothing was changed: {many} in {where}. 'psia check' says which."


def known_names(plan: Path) -> frozenset[str]:
    """Return the names of columns and keys that contracts, the catalogue and a plan have.

    Of the plan every key and every text: which of them name columns, it says itself. A plan that cannot be
    read has none.
    """
    names = {column for contract in TABLES.values() for column in column_types(contract)}
    names |= {*catalogue.questions(), *catalogue.form_questions(), *catalogue.roster()}
    names |= set(AssessmentPlan.model_fields)
    with suppress(OSError, ValueError):
        names |= set(texts(tomllib.loads(plan.read_text(encoding="utf-8"))))
    return frozenset(names)


def _column(file: str, column: str, known: Collection[str]) -> str:
    """Return a fault's column, or a plan's key, where it is known; of several, as of a key, each must be."""
    if not column or column in known:
        return column
    if file.endswith(".toml"):
        parts = column.split(".")
        return column if all(one.isdecimal() or one in known for one in parts) else "another key"
    return column if all(one in known for one in column.split(" + ")) else "another column"


def kind(rule: str) -> str:
    """Return a rule without the values that it names: nothing between its first and its last quotation mark.

    A value may hold such marks itself, so that where it ends is not known.

    >>> kind("'O' Brien' is not a node; 12 others are")
    '… is not a node; … others are'
    """
    return re.sub(r"(?<!\w)'.*'(?!\w)|(?<!\w)'.*|-?\d[\d.,:-]*", "…", rule, flags=re.DOTALL)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
