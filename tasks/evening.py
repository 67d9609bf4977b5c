"""The field checks at once: from the intake, without a run and without the warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan, Wave
from schemas.base import conform, empty
from schemas.checks import FieldChecks, InterviewRecords
from schemas.design import Frame, Quotas, Sample
from schemas.exports import HouseholdMembers
from tasks import checking, design
from tasks.checks.short import in_short
from tasks.intake import Intake
from tasks.steps import STEPS


def checked(plan: AssessmentPlan, intake: Intake) -> dict[str, pd.DataFrame]:
    """Return the tables of the field checks by name, and the interviews received beside them.

    The intake is one that was not refused.
    """
    frame = intake.tables[Frame.about().name]
    sample = empty(Sample)
    if len(frame):
        quotas = conform(intake.tables[Quotas.about().name], Quotas)
        sample = design.draw(conform(frame, Frame), quotas, plan.sampling, plan.seeds)
    tables = {HouseholdMembers.about().name: empty(HouseholdMembers), **intake.tables}
    tables[Sample.about().name] = sample
    step = STEPS[checking.check_fieldwork.__name__]
    given = {key: getattr(plan, key) for key in step.plan}
    made = step.function(*(tables[name] for name in step.reads), **given)
    records = InterviewRecords.about().name
    found = {contract.about().name: made[at] for at, contract in enumerate(step.writes)}
    return {**found, records: tables[records]}


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
