"""Reading content as a [[source]] of a plan would, without a folder."""

from __future__ import annotations

from typing import Any

from schemas.assessment import SourceFile
from schemas.base import TABLES
from schemas.secondary import Statistics  # noqa: F401 -- declares its tables
from tasks import sources
from tasks.layout import Arranged, arrange

CONSTANTS = {"area": "x", "period": "2011", "statistic": "employment", "unit": "people", "status": "measured"}


def how_of(reader: str, **declared: Any) -> SourceFile:
    """Return a [[source]] in which every column of staged.statistics that is not declared is a constant.

    columns that the reader fills by itself are taken out with `without`.
    """
    without = declared.pop("without", ())
    into = declared.get("unpivot", {}).get("into", "")
    free = {*declared.get("columns", {}), *without, into}
    if declared.get("target", "staged.statistics") == "staged.statistics":
        constants = {column: word for column, word in CONSTANTS.items() if column not in free}
        declared["values"] = {**constants, **declared.get("values", {})}
    return SourceFile.model_validate({"source": "census", "reader": reader, "file": "f", **declared})


def arranged(reader: str, content: bytes, **declared: Any) -> Arranged:
    """Return the rows that a reader gives of some content. Raises tasks.reading.Unreadable."""
    how = how_of(reader, **declared)
    reading = sources.readers()[reader][1](content, how)
    return arrange(reading, how, TABLES[how.target])


def notes(result: Arranged) -> dict[str, str]:
    """Return what was decided, left out or counted: item -> value."""
    return {note.item: note.value for note in result.notes}


def told(result: Arranged) -> str:
    """Return the problems as one text: row, column or key, rule, remedy."""
    return "\n".join(f"{p.row} {p.column or p.key}: {p.rule}. {p.remedy}" for p in result.problems)


def reconciles(result: Arranged) -> bool:
    """Return whether rows read = kept + left out, and records = cells or rows kept - those without figure."""
    by = notes(result)
    left = sum(int(value) for item, value in by.items() if item.startswith("rows left out: "))
    kept = int(by["rows kept"])
    cells = int(by.get("cells of these columns", kept))
    without = int(by.get("records left out: without a figure", 0))
    return int(by["rows read"]) == kept + left and int(by["records made"]) == cells - without == len(
        result.frame
    )
