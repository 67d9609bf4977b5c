"""The field checks at once: from the intake, without a run and without the warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan, Wave
from schemas.base import TABLES, conform, empty
from schemas.checks import FieldChecks, InterviewRecords
from schemas.exports import HouseholdMembers
from tasks import checking, drawing, households  # noqa: F401 -- declare their steps
from tasks.checks.short import in_short
from tasks.intake import Intake
from tasks.steps import STEPS, Step


def checked(plan: AssessmentPlan, intake: Intake) -> dict[str, pd.DataFrame]:
    """Return the tables of the field checks by name, and the interviews received beside them.

    The intake is one that was not refused.
    """
    tables = {HouseholdMembers.about().name: empty(HouseholdMembers), **intake.tables}
    for name in ("draw_sample", "weigh_households", "check_fieldwork"):
        tables |= _made(STEPS[name], tables, plan)
    records = InterviewRecords.about().name
    written = [contract.about().name for contract in STEPS["check_fieldwork"].writes]
    return {name: tables[name] for name in (*written, records)}


def _made(step: Step, tables: dict[str, pd.DataFrame], plan: AssessmentPlan) -> dict[str, pd.DataFrame]:
    """Return what a step makes of tables, by name and as its contracts want it."""
    given = {key: getattr(plan, key) for key in step.plan}
    read = (_whole(name, tables[name]) for name in step.reads)
    made = step.function(*read, **given)
    frames = made if isinstance(made, tuple) else (made,)
    return {
        contract.about().name: conform(frame, contract)
        for contract, frame in zip(step.writes, frames, strict=True)
    }


def _whole(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return an input table with the columns that its file left out, as the warehouse would give it."""
    contract = TABLES[name]
    if name == HouseholdMembers.about().name or not contract.about().source:
        return frame
    return conform(frame, contract) if len(frame.columns) else empty(contract)


def findings(plan: AssessmentPlan, wave: str, tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return in short what was found in a wave, or in all where none is named: without ids of people."""
    found = tables[FieldChecks.about().name].astype(object)
    records: list[Any] = found.where(found.notna(), None).to_dict("records")
    told = []
    for one in plan.wave:
        if wave in ("", one.name):
            of_wave = in_short([row for row in records if row["wave"] == one.name])
            told += [{"wave": one.name, **row} for row in of_wave]
    return told


def write_page(folder: Path, plan: AssessmentPlan, wave: Wave, tables: dict[str, pd.DataFrame]) -> Path:
    """Write results/checks/<wave>.html, whole or not at all, and return its path.

    tables: those that `checked` gives.
    """
    from tasks.publish.field_checks import render

    path = folder / "results" / "checks" / f"{wave.name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(render(plan, wave, tables).encode())
    aside.replace(path)
    return path
