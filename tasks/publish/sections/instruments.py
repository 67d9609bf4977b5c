"""The instruments: what each wave asks of which poverty group, under which version of the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import _
from tasks.translations import N_

COLUMNS = {
    "wording": N_("Question"),
    "answer_in_unit": N_("Answer"),
    "poverty_groups": N_("Asked of"),
    "indicators": N_("For the indicator"),
}


def instruments(report: Report) -> list[dict[str, Any]]:
    """Return the lists of questions: their waves, versions, numbers, and the table of what is asked.

    Waves that ask the same of the same people share one list; a form's version also changes with its wave.
    """
    lists: dict[tuple[Any, ...], list[str]] = {}
    for wave in dict.fromkeys(row["wave"] for row in report.rows("instruments")):
        rows = _of(report, wave)
        content = tuple(
            tuple(value for column, value in row.items() if column not in ("wave", "version")) for row in rows
        )
        lists.setdefault(content, []).append(wave)
    return [_listed(report, waves) for waves in lists.values()]


def _of(report: Report, wave: str) -> list[Row]:
    return sorted(report.rows("instruments", {"wave": wave}), key=lambda row: row["position"])


def _listed(report: Report, waves: Sequence[str]) -> dict[str, Any]:
    rows = _of(report, waves[0])
    labels = [report.short(wave) for wave in waves]
    versions = [wording.headed(report.short(wave), _of(report, wave)[0]["version"]) for wave in waves]
    private = sum(bool(row["sensitive"]) for row in rows)
    recalled = sum(row["recalls"] is not None for row in rows)
    alike = all(_groups(row) == [ALL] for row in rows)
    columns = {
        column: _(head) for column, head in COLUMNS.items() if not (alike and column == "poverty_groups")
    }
    return {
        "alike": alike,
        "title": wording.listing(labels),
        "versions": versions,
        "private": _("{questions} of {all}").format(
            questions=wording.counted(private, "question", "questions"), all=wording.whole(len(rows))
        ),
        "recalled": wording.counted(recalled, "question", "questions") if recalled else "",
        "numbers": None if alike else _numbers(report, rows),
        "questions": grids.grid(
            report,
            "instruments",
            _("What is asked: {waves}").format(waves=wording.listing(labels)),
            columns,
            rows=rows,
            parted_by="section",
        ),
    }


def _numbers(report: Report, rows: Sequence[Row]) -> Grid:
    """Return how many questions each poverty group is asked."""
    told = []
    for group in report.plan.poverty_group:
        asked = [row for row in rows if group.id in _groups(row) or _groups(row) == [ALL]]
        if asked:
            only = [row for row in asked if _groups(row) == [group.id]]
            told.append(
                (report.label("poverty_group", group.id), wording.whole(len(asked)), wording.whole(len(only)))
            )
    return grids.named(
        report,
        _("Questions for each group"),
        (_("Group"), _("Questions"), _("Of these, asked of nobody else")),
        told,
    )


def _groups(row: Row) -> list[str]:
    return row["poverty_groups"].split(", ")
