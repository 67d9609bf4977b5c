"""Phase three: what the pilot tried and decided, who was trained, and the freeze of the instruments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.design import Pilot, PilotChanges, Training, TrainingHeld
from schemas.faults import RowFault, nearest
from tasks import tellable
from tasks.steps import step


@step("design", reads=[Pilot], writes=[PilotChanges])
def record_pilot(pilot: pd.DataFrame) -> pd.DataFrame:
    """Record what the pilot kept, changed and dropped."""
    return pilot


@step("design", reads=[Training], writes=[TrainingHeld])
def record_training(training: pd.DataFrame) -> pd.DataFrame:
    """Record who was trained in what, by role, without notes."""
    table = training.drop(columns="note").sort_values(["held_on", "role", "topic"]).reset_index(drop=True)
    return table.assign(person_days=table["days"] * table["trained"].astype("float64"))


def pilot_faults(
    pilot: pd.DataFrame, groups: Collection[str], indicators: Collection[str], questions: Collection[str]
) -> list[RowFault]:
    """Return the faults of pilot decisions about an indicator, question or group that there is not.

    A group that was changed or dropped need not be in the plan any more (`gone_notes` tells of it).
    """
    known = {
        "indicator": (indicators, "an indicator", "See 'psia indicators'"),
        "question": (questions, "a question", "Write its name as the form has it"),
        "group": (groups, "a poverty group of the plan", "Add it to the plan, or correct the decision"),
    }
    found = []
    for index, row in enumerate(pilot.to_dict("records")):
        allowed, what, remedy = known.get(row["kind"], ((row["item"],), "", ""))
        if row["item"] in allowed or (row["kind"] == "group" and row["decision"] != "keep"):
            continue
        rule = f"{tellable.value(row['item'])} is not {what}"
        found.append(
            RowFault(Pilot.about().name, index, "item", rule, nearest(row["item"], allowed) + remedy)
        )
    return found


def gone_notes(plan: AssessmentPlan, pilot: pd.DataFrame) -> list[str]:
    """Return a line for each group that the pilot changed or dropped, and that the plan does not have."""
    groups = [group.id for group in plan.poverty_group]
    rows = pilot[(pilot["kind"] == "group") & (pilot["decision"] != "keep")].to_dict("records")
    done = {"drop": "dropped", "change": "changed"}
    return [
        f"design/pilot: the group {tellable.value(row['item'])} was {done[row['decision']]}, and is not in"
        f" the plan: the row is a record and changes nothing. {nearest(row['item'], groups)}".strip()
        for row in rows
        if row["item"] not in groups
    ]


def freeze_warnings(plan: AssessmentPlan, versions: Mapping[str, str]) -> list[str]:
    """Return a line for each wave whose form is not the one that was frozen after the pilot.

    versions: wave -> version of the form that plan and design give now.
    """
    frozen = plan.pilot
    if frozen is None:
        return []
    lines = []
    for wave in plan.wave:
        if wave.role == "pilot" or wave.name not in versions:
            continue
        now, then = versions[wave.name], frozen.versions.get(wave.name, "")
        since = f"{wave.name}: the instruments were frozen on {frozen.frozen_on}"
        entry = f'{wave.name} = "{now}" under [pilot.versions]'
        if not then:
            lines.append(f"{since}, but no version of this form. Put {entry}")
        elif now != then:
            lines.append(
                f"{since} with version {then} of this form, and it is now {now}. Take the change in the plan "
                f"or in design/ back, or say in design/pilot what was changed and why, and put {entry}"
            )
    return lines


def used_warnings(plan: AssessmentPlan, files: pd.DataFrame) -> list[str]:
    """Return a line for each wave whose interviews name another version of the form than the frozen one.

    files: mart.wave_files; versions of one file are parted by commas.
    """
    if plan.pilot is None or not len(files):
        return []
    lines = []
    for row in files.dropna(subset=["form_version"]).sort_values("wave").to_dict("records"):
        then = plan.pilot.versions.get(row["wave"], "")
        others = [one for one in row["form_version"].split(", ") if one != then]
        if then and others:
            lines.append(
                f"{row['wave']}: interviews were held with version {', '.join(others)} of the form, "
                f"and version {then} was frozen. Say in design/pilot why"
            )
    return lines


def began_early(plan: AssessmentPlan) -> list[str]:
    """Return a line for each wave that began before the instruments were frozen."""
    frozen = plan.pilot
    if frozen is None:
        return []
    return [
        f"{wave.name}: fieldwork began on {wave.starts_on}, before the freeze of {frozen.frozen_on}"
        for wave in plan.wave
        if wave.role != "pilot" and wave.starts_on and wave.starts_on < frozen.frozen_on
    ]


def date_notes(plan: AssessmentPlan, training: pd.DataFrame) -> list[str]:
    """Return a line for each day of training, or of the freeze, that lies outside of the time frame."""
    start, end = plan.time_frame.start, plan.time_frame.end
    days = [("design/training", date.fromisoformat(one)) for one in sorted(set(training["held_on"].dropna()))]
    if plan.pilot:
        days.append(("assessment.toml, key pilot.frozen_on", plan.pilot.frozen_on))
    return [
        f"{where}: {day} lies outside of the time frame of the plan, {start} to {end}"
        for where, day in days
        if not start <= day <= end
    ]
