"""Findings in short: what a coordinator reads first, without ids of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from schemas.vocabulary import CHECK_SEVERITIES

MOST_ROWS = 12
MOST_TOLD = 20

Row = dict[str, Any]


def in_short(found: Sequence[Row]) -> list[Row]:
    """Return findings of one kind at one question as one, the most serious and most frequent first.

    severity, check, message, found (how many), rows (of the file, in order).
    """
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in found:
        groups.setdefault((row["severity"], row["check"], row["message"]), []).append(row)
    short = [
        {
            "severity": severity,
            "check": check,
            "message": message,
            "found": len(part),
            "rows": sorted({row["row"] for row in part if row["row"] is not None}),
        }
        for (severity, check, message), part in groups.items()
    ]
    return sorted(
        short, key=lambda row: (-CHECK_SEVERITIES.index(row["severity"]), -row["found"], row["check"])
    )


def rows_in_words(rows: Sequence[int]) -> str:
    """Return rows of a file as they are told: the first of them, and how many more."""
    told = ", ".join(str(row) for row in rows[:MOST_ROWS])
    return told if len(rows) <= MOST_ROWS else f"{told} and {len(rows) - MOST_ROWS} more"


def told(findings: Sequence[Row], wave: str, progress: pd.DataFrame) -> Iterator[str]:
    """Yield lines for the command: how far a wave is, and what was found in it.

    findings: as `in_short` gives them, each with its wave. wave: the one that is told of, with rows of its
    file; '' for all waves, without. progress: mart.field_progress.
    """
    if wave:
        for row in progress[(progress["wave"] == wave) & (progress["by"] == "all")].to_dict("records"):
            yield (
                f"progress: {row['interviewed']} of {row['target']} interviewed, {row['refused']} did not "
                f"agree, {row['left']} left"
            )
    for finding in findings[: MOST_TOLD if wave else None]:
        times = f" ({finding['found']} times)" if finding["found"] > 1 else ""
        where = "" if wave else f"{finding['wave']}, "
        rows = f"; row{'s' * (len(finding['rows']) > 1)} {rows_in_words(finding['rows'])}"
        rows = rows if wave and finding["rows"] else ""
        yield f"{finding['severity']}: {where}{finding['check']}: {finding['message']}{times}{rows}"
    if wave and len(findings) > MOST_TOLD:
        yield f"and {len(findings) - MOST_TOLD} more kinds of findings, which the page lists"
