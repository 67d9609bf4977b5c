"""What goes out to the workshops of phase six: a sheet a finding to print, by group, and tables to fill in.

It is made of released tables alone: what is withheld in the report is in no sheet.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from schemas.analysis import ImpactEstimates
from schemas.assessment import AssessmentPlan, read_plan
from schemas.base import Contract, column_types, notes, required_columns
from schemas.reporting import (
    StagedActions,
    StagedAttendance,
    StagedCommittee,
    StagedFeedback,
    StagedRecommendations,
)
from schemas.vocabulary import (
    ACTION_STATUSES,
    ALL,
    AT_BASE_PRICES,
    AT_PRICES_OF_NOW,
    FEEDBACK_VERDICTS,
    OF_THE_DAY,
    PROPOSAL_STANDINGS,
    SEAT_KINDS,
    WORKSHOP_KINDS,
)
from tasks.languages import ENGLISH, Language, own_words
from tasks.methods.claims import leaning
from tasks.publish import MADE, wording
from tasks.publish.html import environment
from tasks.publish.report import Report
from tasks.publish.sections.group_changes import SLIGHTLY, TOLD
from tasks.publish.spoken import Spoken
from tasks.publish.tables import neutral
from tasks.references import reference_of

BACK = (StagedFeedback, StagedAttendance, StagedRecommendations, StagedCommittee, StagedActions)
"""What comes back: the tables of feedback/."""
CHOICES = {
    ("workshops", "kind"): WORKSHOP_KINDS,
    ("workshops", "verdict"): FEEDBACK_VERDICTS,
    ("recommendations", "kind"): WORKSHOP_KINDS,
    ("recommendations", "standing"): PROPOSAL_STANDINGS,
    ("committee", "kind"): SEAT_KINDS,
    ("actions", "status"): ACTION_STATUSES,
}
"""(sheet, column) -> the words of which one is chosen there."""
ROWS_TO_FILL = 200

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One finding as it is put to a workshop: what was found, how sure, and what the group said.

    In English the report's own sentences; in other languages there are none, and the template says the same
    in plain words, from direction, basis, claim and voice, and from the estimate behind it: its waves,
    whether it may be chance, whether prices are taken out, and whether it is of some answers only.
    """

    ident: str
    indicator: str
    direction: str
    claim: str
    voice: str
    statement: str = ""
    limits: str = ""
    heard: str = ""
    from_wave: str = ""
    to_wave: str = ""
    by_chance: bool = False
    prices: bool = False
    some_only: bool = False

    @property
    def slightly(self) -> bool:
        """Return whether it is not sure that what is told is large enough to count."""
        return self.direction.startswith(SLIGHTLY)

    @property
    def basis(self) -> str:
        """Return with what is compared: 'recall' or 'impact'."""
        return "recall" if self.claim == "recall" else "impact"


def hand_out(folder: Path, into: Path | None) -> dict[Path, str]:
    """Write the sheets of the newest run into results/forms/workshops where no folder is named.

    Returns file -> what it is. Raises Refused where there is no run yet, or nothing has been found.
    """
    from schemas.faults import Fault, Refused
    from tasks.show import open_warehouse

    plan = read_plan(folder / "assessment.toml")
    with open_warehouse(folder) as warehouse:
        tables = {
            name: _records(warehouse.records(f"released.{name}"))
            for name in (
                "findings",
                "indicators",
                "triangulation",
                "impact_estimates",
                "focus_group_delegates",
            )
        }
        groups = _records(warehouse.records("staged.focus_groups"))
        waves = [one["wave"] for one in sorted(_records(warehouse.records("staged.waves")), key=_place)]
    if not tables["findings"]:
        rule = "there is no finding that workshops could speak of"
        raise Refused([Fault("results", rule=rule, remedy="Run the assessment once interviews are here")])
    own = {code: own_words(folder, code)[0] for code in plan.report.languages}
    contents = files(plan, tables, groups, waves, own)
    target = into or folder / "results" / "forms" / "workshops"
    target.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, (content, what) in contents.items():
        aside = target / f".{name}.new"
        aside.write_bytes(content)
        aside.replace(target / name)
        written[target / name] = what
    return written


def files(
    plan: AssessmentPlan,
    tables: Mapping[str, Sequence[Row]],
    focus_groups: Sequence[Row],
    waves: Sequence[str],
    own: Mapping[str, Language],
) -> dict[str, tuple[bytes, str]]:
    """Return file name -> content and what it is. waves: in order of time.

    own: the assessment's own words by language. Sheets are made in English and in each language of the plan.
    """
    said = sheets(tables)
    out = {}
    for code in dict.fromkeys((ENGLISH, *plan.report.languages)):
        first = code == plan.report.languages[0]
        spoken = Spoken(code, first, own.get(code) or Language(code, code))
        end = "" if code == ENGLISH else f".{code}"
        for group in (*(one.id for one in plan.poverty_group), ALL):
            if group in said:
                label = "" if group == ALL else spoken.group(plan, group)
                page = printed(plan, spoken, label, tables, said[group])
                whose = label or spoken.messages()["_"]("All groups together")
                what = f"sheets to print, one a finding: {whose}"
                out[f"sheets-{group}{end}.html"] = page.encode(), what
    records = to_fill(plan, tables["findings"], focus_groups, waves)
    ordered = sorted(tables["findings"], key=lambda row: row["position"])
    told = {row["finding"]: row["statement"] for row in ordered if row["statement"]}
    out["feedback.xlsx"] = workbook(records, told), "workbook to fill in, and to put into feedback/"
    for name, rows in records.items():
        columns = list(column_types(_contract(name)))
        out[f"{name}.csv"] = _csv(columns, rows).encode(), f"the same as CSV: feedback/{name}"
    return out


def sheets(tables: Mapping[str, Sequence[Row]]) -> dict[str, list[Sheet]]:
    """Return poverty group -> its sheets, in the order of the report; findings withheld have none."""
    labels = {row["indicator"]: row["label"] for row in tables["indicators"]}
    better = {row["indicator"]: row["better"] for row in tables["indicators"]}
    voices = {(row["indicator"], row["poverty_group"]): row for row in tables["triangulation"]}
    behind = {reference_of(ImpactEstimates, row): row for row in tables["impact_estimates"]}
    found: dict[str, list[Sheet]] = {}
    for row in sorted(tables["findings"], key=lambda row: row["position"]):
        if not row["statement"]:
            continue
        voice = voices.get((row["indicator"], row["poverty_group"]), {}).get("participatory")
        direction = _told(row["direction"], behind[row["figure"]], better[row["indicator"]])
        heard = f"The focus groups said: {wording.VOICES[voice].words}." if voice in wording.VOICES else ""
        sheet = Sheet(
            row["finding"],
            labels.get(row["indicator"], row["indicator"]),
            direction,
            row["claim"],
            voice or "",
            row["statement"],
            f"{wording.sentence(wording.CLAIMS[row['claim']])} {wording.sentence(row['limits'])}",
            heard if voice not in ("silent", "withheld") else "",
            **_of_estimate(direction, behind[row["figure"]]),
        )
        found.setdefault(row["poverty_group"], []).append(sheet)
    return found


def _told(direction: str | None, estimate: Row, better: str) -> str:
    """Return which way a finding is told to go: slightly, where that it counts is not sure.

    What people recall in money of the day is uncertain also because prices moved, and leans to no side.
    """
    if direction in (None, "silent"):
        return "uncertain"
    if estimate["estimator"] == "recall" and estimate["money"] == OF_THE_DAY:
        return direction
    leans = leaning(direction, estimate["ci_low"], estimate["ci_high"], better, estimate["p_value"])
    return f"{SLIGHTLY}{leans}" if leans else direction


def _of_estimate(direction: str, estimate: Row) -> dict[str, Any]:
    """Return what a sheet tells of the estimate behind its finding."""
    start = estimate["from_wave"]
    told = direction in TOLD
    return {
        "from_wave": "" if start == "none" or estimate["estimator"] == "recall" else start,
        "to_wave": estimate["to_wave"],
        "by_chance": wording.is_by_chance(direction.removeprefix(SLIGHTLY), estimate["p_adjusted"]),
        "prices": told and estimate["money"] in (AT_BASE_PRICES, AT_PRICES_OF_NOW),
        "some_only": told and bool(estimate["filter"]),
    }


def printed(
    plan: AssessmentPlan,
    spoken: Spoken,
    label: str,
    tables: Mapping[str, Sequence[Row]],
    said: Sequence[Sheet],
) -> str:
    """Return the sheets of a group as one HTML page for A4: each finding on a page of its own.

    label: of the group; "" for all together.
    """
    if spoken.code != ENGLISH:
        report = Report(plan, {"indicators": pd.DataFrame(list(tables["indicators"]))})
        said = [
            replace(
                one,
                indicator=spoken.indicator(report, one.ident.rpartition("/")[0]),
                statement="",
                from_wave=spoken.wave(plan, one.from_wave),
                to_wave=spoken.wave(plan, one.to_wave),
            )
            for one in said
        ]
    return (
        environment()
        .get_template("forms/workshop.html.j2")
        .render(
            spoken.messages(),
            spoken=spoken,
            title=spoken.said(plan.assessment.cluster),
            date=spoken.date(plan.assessment.report_date),
            group=label,
            sheets=said,
        )
    )


def to_fill(
    plan: AssessmentPlan, findings: Sequence[Row], focus_groups: Sequence[Row], waves: Sequence[str]
) -> dict[str, list[dict[str, str]]]:
    """Return table of feedback/ -> its rows as far as they are known: findings, focus groups, seats."""
    ordered = sorted(findings, key=lambda row: row["position"])
    met = [wave for wave in waves if any(row["wave"] == wave for row in focus_groups)]
    last = sorted({row["focus_group"] for row in focus_groups if row["wave"] in met[-1:]})
    return {
        "workshops": [{"finding": row["finding"]} for row in ordered if row["statement"]],
        "attendance": [{"wave": met[-1], "focus_group": one} for one in last],
        "recommendations": [],
        "committee": [
            {"seat": one.id, "kind": "poverty group", "poverty_group": one.id} for one in plan.poverty_group
        ],
        "actions": [],
    }


def workbook(records: Mapping[str, Sequence[Row]], told: Mapping[str, str]) -> bytes:
    """Return feedback.xlsx: a sheet a table with columns, notes and choices; a guide; the findings.

    told: finding -> its sentence. In the workbook a finding is chosen from that list, so that nobody has to
    delete the rows of findings of which nobody spoke.
    """
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": MADE, "author": "psia", "title": "Feedback of workshops"})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        guide = book.add_worksheet("how to fill in")
        guide.set_column(0, 0, 110)
        for line, words in enumerate(GUIDE):
            guide.write_string(line, 0, words)
        for name, rows in records.items():
            contract = _contract(name)
            columns = list(column_types(contract))
            needed = required_columns(contract)
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            for place, column in enumerate(columns):
                sheet.set_column(
                    place, place, 24, text if column_types(contract)[column] != "Int64" else None
                )
                sheet.write_string(0, place, column, head)
                must = "Must be filled in. " if column in needed else ""
                sheet.write_comment(0, place, f"{must}{notes(contract).get(column, '')}")
                if source := _chosen_from(name, column, len(told)):
                    choice = {"validate": "list", "source": source}
                    sheet.data_validation(1, place, ROWS_TO_FILL, place, choice)
            for line, row in enumerate(rows if name != "workshops" else (), start=1):
                for column, value in row.items():
                    sheet.write_string(line, columns.index(column), neutral(value))
        _findings(book.add_worksheet("findings"), told, head)
    return target.getvalue()


def _chosen_from(table: str, column: str, findings: int) -> list[str] | str | None:
    """Return the words, or the cells of the sheet of findings, of which one is chosen; None where none is."""
    if column == "finding":
        return f"=findings!$A$2:$A${findings + 1}"
    return list(words) if (words := CHOICES.get((table, column))) else None


def _findings(sheet: Any, told: Mapping[str, str], head: Any) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 110)
    for place, words in enumerate(("finding", "what the report says")):
        sheet.write_string(0, place, words, head)
    for line, (finding, statement) in enumerate(told.items(), start=1):
        sheet.write_string(line, 0, neutral(finding))
        sheet.write_string(line, 1, neutral(statement))


GUIDE = (
    "A sheet for each table of feedback/. Fill in, delete the rows that are not needed, and put this file"
    " into feedback/ of the assessment.",
    "workshops: a row for each finding, workshop and role that spoke of it. The finding is chosen from a"
    " list; the sheet findings says what each is.",
    "attendance: a row for each focus group that sent somebody to the participants' workshop. Delete those"
    " that sent nobody: the report names them.",
    "recommendations: what a workshop proposed, as it was put there.",
    "committee: a row a seat. Leave the role empty where nobody sits yet: the report says so.",
    "actions: what was agreed to be done, by whom (role), and by when.",
    "Never write a person's name, telephone number or address: roles alone. Dates are written 2026-01-31.",
)


def _contract(table: str) -> type[Contract]:
    return next(one for one in BACK if one.about().source == f"feedback/{table}")


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    import csv

    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _records(table: tuple[list[str], list[tuple[Any, ...]]]) -> list[dict[str, Any]]:
    columns, rows = table
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _place(row: Row) -> int:
    return int(row["position"])
