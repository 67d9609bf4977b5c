"""What a run made or refused, in counts: for who looks on from outside the folder, as in Prefect."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

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


def faults(quarantine: Path) -> list[Row]:
    """Return how many faults a refused run found: file, column, rule, faults; most first.

    What a rule names is left out: the answer that was given, the number that is too large.
    """
    counts = Counter((row["file"], row["column"], kind(row["rule"])) for row in _rows(quarantine))
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


def kind(rule: str) -> str:
    """Return a rule without the values that it names.

    >>> kind("'O'Neil' is not a node; 12 others are")
    '… is not a node; … others are'
    """
    return re.sub(r"(?<!\w)'.*?'(?!\w)|-?\d[\d.,:-]*", "…", rule)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
