"""Assessments in this process: their tables after a run, and the plan's head and indicators of real data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tasks.run import Run, StepFailed, Task

HEAD = """
[assessment]
id = "{name}"
title = "{name}"
cluster = "{name}"
country = "as published"
sector = "as published"
approach = "proving"
study_design = "{study_design}"
aims = ["To reproduce the published figures"]
report_date = 2026-01-31
public = true
[agreement]
commissioner = "the authors"
agreed_by = "the authors"
agreed_on = 2020-01-01
[scope]
statement = "as published"
[time_frame]
start = 1978-01-01
end = 2020-12-31
"""


def estimated(folder: Path, *, whole: bool = False) -> pd.DataFrame:
    """Run the assessment in this process and return mart.impact_estimates."""
    return tables_of(folder, "mart.impact_estimates", whole=whole)[0]


def tables_of(folder: Path, *names: str, whole: bool = False) -> list[pd.DataFrame]:
    """Do in this process the steps that some tables rest on (whole: every step), and return the tables.

    Nine steps of some hundred make the estimates: a test of what they are need not wait for the others.
    """
    run = Run(folder)
    run.prepare()
    run.open()
    try:
        for task in run.tasks if whole else _before(run, names):
            outcome = run.do(task)
            if outcome.status not in ("done", "unchanged"):
                raise StepFailed(f"{task.name}: {outcome.why}")
        return [run.read(name) for name in names]
    finally:
        run.close()


def _before(run: Run, names: tuple[str, ...]) -> list[Task]:
    """Return the tasks that write these tables, and those whose tables they read, in the order of the run."""
    wanted, needed = set(names), []
    for task in reversed(run.tasks):
        if wanted & set(task.writes):
            wanted |= set(task.reads)
            needed.append(task)
    return needed[::-1]


def indicators(columns: dict[str, str]) -> str:
    return "\n".join(
        f'[[indicator]]\nid = "{name}"\nlabel = "{name}"\nunit = "as published"\nbetter = "higher"\n'
        f'value = "{value}"\nsmallest_change = 0\n'
        for name, value in columns.items()
    )
