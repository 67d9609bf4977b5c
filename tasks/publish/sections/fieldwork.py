"""The fieldwork: its waves."""

from __future__ import annotations

from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report


def waves(report: Report) -> Grid:
    """Return the waves of the plan with their dates, and whether their interviews are here."""
    here = {wave for (wave,) in report.different("wave_losses", ["wave"])}
    rows = [
        (
            wave.label or wave.name,
            wording.WAVE_ROLES[wave.role],
            wording.period(wave.starts_on, wave.ends_on),
            "received" if wave.name in here else "still to come",
        )
        for wave in report.plan.wave
    ]
    return grids.named(report, "Waves of fieldwork", ("Wave", "Role", "Days", "Interviews"), rows)
