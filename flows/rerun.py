"""One run of an assessment as `psia serve` has it run: what its deployment starts, by schedule or arrival.

Prefect is told ids, counts and paths: of what was released, and of what was refused without its values.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import re
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.states import Completed, Failed

from flows import engine
from flows.exits import DONE, REFUSED, told
from flows.lock import alone
from flows.prefect_server import end_with
from flows.runner import execute
from flows.serve import SERVING
from schemas.assessment import read_plan
from schemas.faults import Refused
from tasks import overview, state
from tasks.pull import pull
from tasks.vault import Vault

REFUSED_NAME = "Refused"
AGAIN_AFTER = (10, 60, 300)


@engine.flow("assessment")
def rerun(folder: str, pull_first: bool = False) -> Any:
    """Run the assessment if it has changed; return the state that Prefect shows, with its message.

    pull_first: fetch the waves that have a form on ODK Central before. Where that fails, nothing is run.
    """
    if serving := os.environ.get(SERVING):
        end_with(int(serving))
    place = Path(folder)
    ended = done(place, pull_first)
    print(f"{place.name}: {ended.message}", flush=True)
    log = logging.getLogger("prefect.flow_runs")
    log.setLevel(logging.INFO)  # for its last line, which says how the run ended, and is what its page shows
    log.addFilter(lambda line: not line.exc_info)  # but not for the same again as a traceback of Prefect's
    return ended


def done(place: Path, pull_first: bool) -> Any:
    """Run the assessment if it has changed, and return the state that says how that went."""
    if not (place / "assessment.toml").is_file():
        return Failed(message=f"{place} holds no assessment.toml any more.")
    try:
        if pull_first:
            pull_waves(place)
    except Refused as refused:
        return Failed(name=REFUSED_NAME, message=f"Nothing was run. {refused.faults[0]}")
    except OSError as error:
        return Failed(message=f"Nothing was run. {told(error)}")
    if state.unchanged(place):
        return Completed(message="Nothing has changed since the last run, nothing was computed.")
    return _run(place)


def pull_waves(place: Path) -> None:
    """Fetch each wave that has a form on ODK Central. Raises what `fetch_wave` does."""
    for wave in read_plan(place / "assessment.toml").wave:
        if wave.odk:
            fetch_wave(str(place), wave.name)


@engine.task("pull", again_after=AGAIN_AFTER)
def fetch_wave(folder: str, wave: str) -> str:
    """Fetch a wave from ODK Central and return in words what came.

    Raises Refused; Unreached, which is tried again; BlockingIOError, too, while another process works on it.
    """
    place = Path(folder)
    plan = read_plan(place / "assessment.toml")
    with alone(place) as other:
        if other:
            raise BlockingIOError(errno.EAGAIN, f"is being run by process {other}", folder)
        return pull(
            place, next(one for one in plan.wave if one.name == wave), Vault(place, plan.assessment.id)
        )


def _run(place: Path) -> Any:
    lines: list[str] = []
    with redirect_stderr(io.StringIO()) as errors:
        code = execute(place, engine="prefect", select="", seal=False, say=lines.append)
    if code == REFUSED:
        return _refused(place)
    if code != DONE:
        return Failed(message=_last_of_ours(errors.getvalue()))
    counts = next(line for line in lines if "steps computed" in line)
    _show_results(place, counts)
    return Completed(message=counts)


def _refused(place: Path) -> Any:
    """Show how many faults of which kind there are, and return the state of a refused run."""
    quarantine = place / "results" / "quarantine.csv"
    found = overview.faults(quarantine, overview.known_names(place / "assessment.toml"))
    create_table_artifact(found, _key(place, "faults"), f"Refused. Each fault, with its row: {quarantine}")
    return Failed(name=REFUSED_NAME, message=overview.refusal(found))


def _show_results(place: Path, counts: str) -> None:
    current = place / "results" / "current"
    words = f"{counts} The report, to be opened from where it lies:\n\n```\n{current / 'report.html'}\n```\n"
    create_markdown_artifact(words, _key(place, "report"), "The newest report")
    create_table_artifact(
        overview.released_tables(current), _key(place, "tables"), f"Released tables: {current / 'tables'}"
    )
    create_table_artifact(overview.field_checks(current), _key(place, "checks"), "Field checks, as released")


def _key(place: Path, what: str) -> str:
    """Return the key of an artefact: lower-case letters, digits and dashes."""
    return f"{re.sub('[^a-z0-9]+', '-', place.name.lower())}-{what}".strip("-")


def _last_of_ours(errors: str) -> str:
    ours = [line.removeprefix("psia: ") for line in errors.splitlines() if line.startswith("psia: ")]
    return ours[-1] if ours else "The run failed."
