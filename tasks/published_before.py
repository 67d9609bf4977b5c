"""Findings that earlier releases of the assessment have published, as rows of feedback/earlier_findings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from schemas.base import check, conform, empty
from schemas.faults import Fault
from schemas.followup import StagedEarlierFindings

NEEDED = ("finding", "direction", "claim", "statement", "respondents")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def findings(folder: Path, given: Iterable[str], before: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the findings of releases/<name>/tables/findings.csv, and what is wrong with these files.

    given: reports that feedback/earlier_findings tells of itself, which are left to it. before: the first day
    of the newest wave; a later release tells of the same wave, and is no earlier finding. A release bears its
    date in its name; one without a date is left out. Withheld figures stay withheld.
    """
    known, parts, faults = set(given), [], []
    for path in sorted((folder / "releases").glob("[!.]*/tables/findings.csv")):
        report = path.parent.parent.name
        date = _DATE.search(report)
        if report in known or date is None or date[0] >= before:
            continue
        try:
            cells = pd.read_csv(path, dtype="string", keep_default_na=False)
            rows = cells[list(NEEDED)].replace("", pd.NA)
            rows["respondents"] = pd.to_numeric(rows["respondents"]).astype("Int64")
            part = conform(rows.assign(report=report, reported_on=date[0]), StagedEarlierFindings)
            wrong = bool(check(part, StagedEarlierFindings))
        except (ValueError, KeyError):
            wrong = True
        if wrong:
            name = path.relative_to(folder).as_posix()
            remedy = "Put the release back as it was published, or take its folder out of releases/"
            faults.append(Fault(name, rule="is not the table of findings of a release", remedy=remedy))
        else:
            parts.append(part)
    if not parts:
        return empty(StagedEarlierFindings), faults
    return pd.concat(parts, ignore_index=True), faults
