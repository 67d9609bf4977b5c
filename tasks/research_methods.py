"""Phase three: which participatory, quantitative and qualitative method serves at which stage (Box A.1)."""

from __future__ import annotations

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.design import ResearchMethods
from schemas.faults import RowFault, nearest
from tasks import catalogue, tellable


def roles() -> dict[str, dict[str, str]]:
    """Return id -> role of a kind of method at a stage, in the order of Box A.1."""
    return {role["id"]: role for role in catalogue.read("box_a1")["role"]}


def method_faults(methods: pd.DataFrame) -> list[RowFault]:
    """Return the faults of methods that name a role which Box A.1 does not have in their cell."""
    known = roles()
    found = []
    for index, row in enumerate(methods.to_dict("records")):
        role = known.get(row["role_in_box"])
        here = [
            one["id"] for one in known.values() if (one["stage"], one["kind"]) == (row["stage"], row["kind"])
        ]
        if pd.isna(row["role_in_box"]) or not here:  # a stage or kind that there is not is told itself
            continue
        if role is None:
            rule = f"{tellable.value(row['role_in_box'])} is not a role in Box A.1"
            remedy = (
                f"{nearest(row['role_in_box'], known)}Those of {row['kind']} methods here: {', '.join(here)}"
            )
        elif role["id"] not in here:
            rule = f"'{role['id']}' is a role of {role['kind']} methods at the stage '{role['stage']}'"
            remedy = f"Correct stage or kind, or take one of: {', '.join(here)}"
        else:
            continue
        found.append(RowFault(ResearchMethods.about().name, index, "role_in_box", rule, remedy))
    return found


def method_notes(plan: AssessmentPlan, methods: pd.DataFrame) -> list[str]:
    """Return what to know of the plan of methods: that there is none, or which kinds of method it lacks."""
    if not plan.wave:
        return []
    if not len(methods):
        return [
            "design/methods is not here: list there which participatory, quantitative and qualitative method "
            "serves at which stage (docs/design-phase.md), for part 2 of the design report"
        ]
    lacking = [
        kind
        for kind in ("participatory", "quantitative", "qualitative")
        if not (methods["kind"] == kind).any()
    ]
    return [
        f"design/methods has no {kind} method; the study wants all three kinds (Box A.1)" for kind in lacking
    ]


def design_notes(plan: AssessmentPlan) -> list[str]:
    """Return a line where the waves of the plan do not make the study design that it names (Box 7)."""
    design = plan.assessment.study_design
    waves = [wave.name for wave in plan.wave if wave.role != "pilot"]
    if design == "one-off" and len(waves) > 1:
        return [f"the study is one-off, and the plan has {len(waves)} waves: is it a repeat study?"]
    if design != "one-off" and len(waves) == 1:
        return [
            f"the study is {design}, and the plan has one wave: add the next one as [[wave]], so that what "
            "both ask can be compared"
        ]
    return []
