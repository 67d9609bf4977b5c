"""The page of the evening: what the field checks of one wave found. It is internal and never published.

It stands beside the reports and not among them: it names interviewers and people by pseudonym and by row.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan, Wave
from schemas.checks import (
    BackCheckRates,
    FieldChecks,
    FieldProgress,
    Interviewers,
    InterviewRecords,
    QuestionChecks,
)
from schemas.vocabulary import ALL, CHECK_SEVERITIES
from tasks.checks.short import in_short, rows_in_words
from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.html import placed
from tasks.publish.report import Report

MOST_LISTED = 500
_SIGNS = {"error": "■", "warning": "▲", "note": "○"}
_PARTS = {"stratum": "stratum", "arm": "arm", "poverty_group": "poverty group"}
Row = dict[str, Any]


def render(plan: AssessmentPlan, wave: Wave, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the page of one wave. tables: those of the field checks, and staged.interview_records."""
    report = Report(plan, {})
    of_wave = {name: frame[frame["wave"] == wave.name] for name, frame in tables.items() if "wave" in frame}

    def rows(contract: type) -> list[Row]:
        return _records(of_wave[contract.about().name])

    found, records = rows(FieldChecks), rows(InterviewRecords)
    asked = rows(QuestionChecks)
    context = {
        "plan": plan,
        "words": wording,
        "kind": "Field checks · internal, not to be published",
        "page_title": f"Field checks: {wave.label or wave.name}",
        "lede": _lede(plan, wave, records),
        "made": f"Made with psia {importlib.metadata.version('psia')} from the interviews as received.",
        "counts": {word: sum(row["severity"] == word for row in found) for word in CHECK_SEVERITIES},
        "files": sorted({row["file"] for row in records}),
        "most_listed": MOST_LISTED,
        "listed": len(found),
        "in_short": _in_short(report, found),
        "one_by_one": _one_by_one(report, found[:MOST_LISTED]),
        "progress": _progress(report, rows(FieldProgress)),
        "days": _days(report, records),
        "interviewers": _interviewers(report, rows(Interviewers)),
        "questions": _questions(report, asked),
        "clean": [row["question"] for row in asked if not _remarkable(row)],
        "back_checks": _back_checks(report, rows(BackCheckRates)),
    }
    return placed("checks/", context)


def _records(frame: pd.DataFrame) -> list[Row]:
    whole = frame.astype(object)
    records: list[Any] = whole.where(whole.notna(), None).to_dict("records")
    return records


def _lede(plan: AssessmentPlan, wave: Wave, records: Sequence[Row]) -> str:
    days = sorted(row["day"] for row in records if row["day"])
    held = f" · interviews of {wording.period(days[0], days[-1])}" if days else ""
    used = sum(row["outcome"] == "used" for row in records)
    return f"{wave.label or wave.name} · {wording.counted(used, 'interview')} in use{held}"


def _severity(word: str) -> Cell:
    return Cell(word, "span", _SIGNS[word])


def _text(value: object) -> Cell:
    return NOTHING if value is None or value == "" else Cell(str(value))


def _figure(value: float | None, write: Callable[[float], str] = wording.whole) -> Cell:
    return NOTHING if value is None else Cell(write(value), numeric=True)


def _share(value: float | None) -> Cell:
    return _figure(value, lambda share: f"{100 * share:.1f} %")


def _in_short(report: Report, found: Sequence[Row]) -> Grid:
    rows = [
        [
            _severity(row["severity"]),
            Cell(row["check"]),
            _figure(row["found"]),
            Cell(row["message"]),
            _text(rows_in_words(row["rows"])),
        ]
        for row in in_short(found)
    ]
    labels = ("Severity", "Check", "Found", "What was found", "Rows of the file")
    return grids.placed(report, "What the checks found, the most serious first", labels, rows)


def _one_by_one(report: Report, found: Sequence[Row]) -> Grid:
    rows = [
        [
            _text(row["row"]),
            _severity(row["severity"]),
            Cell(row["check"]),
            _text(row["answer"]),
            _text(row["enumerator"]),
            _text(row["respondent"]),
        ]
        for row in found
        if row["row"] is not None
    ]
    labels = ("Row", "Severity", "Check", "Answer", "Interviewer", "Respondent")
    return grids.placed(report, "Interviews to look at, one by one", labels, rows)


def _progress(report: Report, told: Sequence[Row]) -> Grid:
    rows: list[list[Cell]] = []
    by = ALL
    for row in told:
        if row["by"] != by:
            by = row["by"]
            rows.append([Cell(f"By {_PARTS[by]}")])
        name = "All" if row["by"] == ALL else wording.plain(row["part"])
        share = row["interviewed"] / row["target"] if row["target"] else None
        figures = [_figure(row[column]) for column in ("target", "interviewed", "refused", "left")]
        rows.append([Cell(name), *figures, _share(share)])
    labels = ("Part", "To be interviewed", "Interviewed", "Did not agree", "Left", "Share done")
    return grids.placed(report, "How far the wave is", labels, rows)


def _days(report: Report, records: Sequence[Row]) -> Grid:
    counts: dict[str, dict[str, int]] = {}
    for row in records:
        if row["day"]:
            of_day = counts.setdefault(row["day"], {"used": 0, "refused": 0})
            of_day[row["outcome"]] = of_day.get(row["outcome"], 0) + 1
    total = 0
    rows = []
    for day, of_day in sorted(counts.items()):
        total += of_day["used"]
        figures = [_figure(value) for value in (of_day["used"], of_day["refused"], total)]
        rows.append([Cell(wording.date(day)), *figures])
    return grids.placed(report, "Interviews day by day", ("Day", "In use", "Did not agree", "So far"), rows)


def _interviewers(report: Report, told: Sequence[Row]) -> Grid:
    rows = [
        [
            Cell(row["enumerator"], note=f"first: row {row['row']}"),
            _figure(row["interviews"]),
            _figure(row["days"]),
            _figure(row["per_day"], lambda value: wording.rounded(value, 1)),
            _figure(row["median_minutes"]),
            _share(row["refusal_rate"]),
            _share(row["missing_rate"]),
            _share(row["dont_know_rate"]),
            _figure(row["findings"]),
            replace(
                _share(row["error_rate"]), note=f"of {row['back_checked']}" if row["back_checked"] else ""
            ),
        ]
        for row in sorted(told, key=lambda row: row["row"])
    ]
    labels = (
        *("Interviewer", "Interviews", "Days", "A day", "Median minutes", "Did not agree", "No answer"),
        *("Does not know", "Errors and warnings", "Differs in back-check"),
    )
    return grids.placed(report, "The interviewers", labels, rows)


_REMARKS = ("missing", "dont_know", "refused", "skipped_answered", "out_of_range", "outliers")


def _remarkable(row: Row) -> bool:
    return any(row[column] for column in _REMARKS)


def _questions(report: Report, told: Sequence[Row]) -> Grid:
    rows = [
        [
            Cell(row["question"]),
            _figure(row["asked"]),
            _figure(row["answered"]),
            *(_figure(row[column]) for column in _REMARKS),
        ]
        for row in told
        if _remarkable(row)
    ]
    labels = (
        *("Question", "To be asked", "Answered", "No answer", "Does not know", "Does not say"),
        *("Answered though skipped", "Out of range", "Outliers"),
    )
    return grids.placed(report, "Questions with something to look at", labels, rows)


def _reliability(value: float | None) -> Cell:
    """Return the figure; where it is below 0, what that means."""
    below = value is not None and value < 0
    return replace(
        _figure(value, lambda told: wording.rounded(told, 2)),
        note="a person's two answers are further apart than those of two people" if below else "",
    )


def _back_checks(report: Report, told: Sequence[Row]) -> Grid:
    ordered = sorted(told, key=lambda row: (row["type"] or 9, -row["error_rate"], row["question"]))
    rows = [
        [
            Cell(row["question"]),
            _figure(row["type"]),
            _figure(row["compared"]),
            _figure(row["differ"]),
            _share(row["error_rate"]),
            _figure(row["mean_difference"], lambda value: wording.signed(wording.rounded(value, 2))),
            _reliability(row["reliability"]),
        ]
        for row in ordered
    ]
    labels = ("Question", "Type", "Compared", "Differ", "Error rate", "Mean difference", "Reliability")
    return grids.placed(report, "Answers given again, beside the first ones", labels, rows)
