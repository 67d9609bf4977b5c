"""Real data as assessments: the plan's head, the indicators, and the tables after a run in this process."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tasks.run import Run, StepFailed

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


def estimated(folder: Path) -> pd.DataFrame:
    """Run the assessment in this process and return mart.impact_estimates."""
    return tables_of(folder, "mart.impact_estimates")[0]


def tables_of(folder: Path, *names: str) -> list[pd.DataFrame]:
    """Run the assessment in this process and return some of its tables."""
    run = Run(folder)
    run.prepare()
    run.open()
    try:
        for task in run.tasks:
            outcome = run.do(task)
            if outcome.status == "failed":
                raise StepFailed(f"{task.name}: {outcome.why}")
        return [run.read(name) for name in names]
    finally:
        run.close()


def indicators(columns: dict[str, str]) -> str:
    return "\n".join(
        f'[[indicator]]\nid = "{name}"\nlabel = "{name}"\nunit = "as published"\nbetter = "higher"\n'
        f'value = "{value}"\nsmallest_change = 0\n'
        for name, value in columns.items()
    )
