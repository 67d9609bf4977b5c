"""Phase one: the plan of the assessment, made into tables."""

from __future__ import annotations

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.base import Contract, conform, empty
from schemas.plan import Plan, PlannedGroups, Scope, Waves


def tables(plan: AssessmentPlan) -> dict[str, pd.DataFrame]:
    """Return the tables of phase one by name: the plan, its scope, waves and poverty groups."""
    one = plan.assessment
    return dict(
        (
            _table(
                Plan,
                [
                    {
                        "assessment": one.id,
                        "title": one.title,
                        "approach": one.approach,
                        "study_design": one.study_design,
                        "cluster": one.cluster,
                        "country": one.country,
                        "sector": one.sector,
                        "programme": one.programme or None,
                        "sample_design": plan.sampling.design,
                        "assignment": plan.comparison.assignment,
                        "report_date": one.report_date.isoformat(),
                    }
                ],
            ),
            _table(
                Scope,
                [
                    {"node": node.node, "in_scope": node.covered, "reason": node.reason}
                    for node in plan.scope.node
                ],
            ),
            _table(
                Waves,
                [
                    {
                        "wave": wave.name,
                        "position": position,
                        "label": wave.label or wave.name,
                        "role": wave.role,
                        "follow_up": (wave.follow_up or "repeat") if wave.role == "follow-up" else None,
                        "starts_on": wave.starts_on.isoformat() if wave.starts_on else None,
                        "ends_on": wave.ends_on.isoformat() if wave.ends_on else None,
                    }
                    for position, wave in enumerate(plan.wave, start=1)
                ],
            ),
            _table(
                PlannedGroups,
                [
                    {
                        "poverty_group": group.id,
                        "label": group.label,
                        "node": group.node,
                        "box4_group": group.box4_group,
                        "gender": group.gender,
                        "difference": group.difference,
                    }
                    for group in plan.poverty_group
                ],
            ),
        )
    )


def _table(contract: type[Contract], records: list[dict[str, object]]) -> tuple[str, pd.DataFrame]:
    frame = conform(pd.DataFrame(records), contract) if records else empty(contract)
    return contract.about().name, frame
