"""What findings and estimates may be taken to say: each claim once in the report, under one letter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.publish import wording
from tasks.publish.report import Report, Row
from tasks.tongue import told


@dataclass(frozen=True)
class Claim:
    """What may be taken to be said, and what limits it; `letter` is how findings and tables refer to it."""

    letter: str
    kind: str
    words: str
    limits: str


def claims(report: Report) -> dict[tuple[str, str], Claim]:
    """Return (claim, reason) -> the claim with its letter: those of the findings first, then of the models.

    Nothing is claimed of an estimate that is withheld.
    """
    findings = sorted(report.rows("findings"), key=lambda row: row["position"])
    keys = [(row["claim"], row["limits"]) for row in findings]
    keys += [key_of(row) for row in told_of(report.rows("impact_estimates"))]
    return {
        (kind, reason): Claim(
            wording.letter(place),
            kind,
            wording.sentence(wording.CLAIMS[kind]),
            wording.sentence(told(reason)),
        )
        for place, (kind, reason) in enumerate(dict.fromkeys(keys))
    }


def key_of(estimate: Row) -> tuple[str, str]:
    """Return the claim and its reason of a row of the estimates of the impact."""
    return estimate["claim"], estimate["claim_reason"]


def told_of(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of which something is claimed: those that are not withheld."""
    return [row for row in rows if not row["withheld_by"]]


def in_common(rows: Iterable[Row]) -> str:
    """Return the claim that several rows share, as it ends a sentence; nothing where they differ."""
    kinds = [row["claim"] for row in told_of(rows)]
    if len(kinds) < 2 or len(set(kinds)) > 1:
        return ""
    return f"{wording.CLAIMS[kinds[0]]}."
