"""One run of an assessment as `psia serve` has it run: what its deployment starts, by schedule or arrival."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from contextlib import redirect_stderr
from pathlib import Path

import prefect
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.exits import DONE, REFUSED
from flows.prefect_server import end_with
from flows.runner import execute
from tasks import state

SERVING = "PSIA_SERVING"
"""The environment variable that holds the number of the process that serves."""


@prefect.flow(name="assessment", persist_result=False, validate_parameters=False)
def rerun(folder: str) -> State[None]:
    """Run the assessment if it has changed; return the state that Prefect shows, with a message of counts."""
    if serving := os.environ.get(SERVING):
        end_with(int(serving))
    place = Path(folder)
    if not (place / "assessment.toml").is_file():
        return Failed(message=f"{folder} holds no assessment.toml any more.")
    if state.unchanged(place):
        return Completed(message="Nothing has changed since the last run, nothing was computed.")
    lines: list[str] = []
    with redirect_stderr(io.StringIO()) as errors:
        code = execute(place, engine="prefect", select="", seal=False, say=lines.append)
    if code == REFUSED:
        return Failed(name="Refused", message=_refused(place))
    if code != DONE:
        return Failed(message=_last_of_ours(errors.getvalue()))
    return Completed(message=next(line for line in lines if "steps computed" in line))


def _refused(folder: Path) -> str:
    """Return how many faults there are in which file, without what the file holds."""
    with (folder / "results" / "quarantine.csv").open(encoding="utf-8", newline="") as file:
        counts = Counter(fault["file"] for fault in csv.DictReader(file))
    many = "1 fault" if counts.total() == 1 else f"{counts.total()} faults"
    where = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
    return f"Refused, nothing was changed: {many} in {where}. 'psia check' says which."


def _last_of_ours(errors: str) -> str:
    ours = [line.removeprefix("psia: ") for line in errors.splitlines() if line.startswith("psia: ")]
    return ours[-1] if ours else "The run failed."
