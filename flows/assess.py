"""An assessment, as Annex II of the study tells it: seven phases, one after the other, and the report."""

from __future__ import annotations

from flows import engine
from tasks.run import Outcome, Run, StepFailed

_open_runs: dict[str, Run] = {}
"""Runs of this process by id. Only ids and counts pass through Prefect's state, never a frame or a plan."""


@engine.flow("poverty and social impact assessment")
def assess(run: str) -> dict[str, int]:
    """Do the seven phases and the report; return how many steps ended how.

    Raises StepFailed at the end if a step failed: what does not depend on it is done all the same.
    """
    engine.tried(plan_the_assessment, run)
    engine.tried(map_cluster_and_poverty, run)
    engine.tried(design_the_study, run)
    engine.tried(do_the_fieldwork, run)
    engine.tried(analyse, run)
    engine.tried(feed_back, run)
    engine.tried(follow_up, run)
    engine.tried(release_and_report, run)
    return _counts(run)


@engine.flow("phase one: plan")
def plan_the_assessment(run: str) -> None:
    """Store the plan agreed with the commissioner."""
    _phase(run, "plan")


@engine.flow("phase two: map cluster and poverty")
def map_cluster_and_poverty(run: str) -> None:
    """Take in secondary data, map actors, institutions and poverty nodes, score Table 2."""
    _phase(run, "mapping")


@engine.flow("phase three: design")
def design_the_study(run: str) -> None:
    """Draw the sample and choose the indicators that poor groups rank highest."""
    _phase(run, "design")


@engine.flow("phase four: fieldwork")
def do_the_fieldwork(run: str) -> None:
    """Take in the waves, replay corrections, check the answers, follow respondents."""
    _phase(run, "fieldwork")


@engine.flow("phase five: analysis")
def analyse(run: str) -> None:
    """Estimate indicators and impact by poverty group, and set voices beside figures."""
    _phase(run, "analysis")


@engine.flow("phase six: feedback")
def feed_back(run: str) -> None:
    """Carry what workshops said of the findings, and the actions agreed."""
    _phase(run, "feedback")


@engine.flow("phase seven: follow-up")
def follow_up(run: str) -> None:
    """Estimate the change since the baseline."""
    _phase(run, "follow-up")


@engine.flow("release and report")
def release_and_report(run: str) -> None:
    """Release what may be published."""
    _phase(run, "report")


def _phase(run: str, phase: str) -> None:
    """Do the steps of a phase, each a task; fail at the end if one of them did."""
    steps = [task for task in _open_runs[run].tasks if task.phase == phase]
    ended = [engine.tried(engine.named(do_step, step.name), run, step.name) for step in steps]
    if not all(ended):
        raise StepFailed(f"phase {phase}: {ended.count(False)} of {len(ended)} steps did not end well")


@engine.task("step")
def do_step(run: str, name: str) -> int:
    """Do one step and return the rows that it wrote. Raises StepFailed if it fails or has to wait."""
    current = _open_runs[run]
    step = next(task for task in current.tasks if task.name == name)
    outcome: Outcome = current.do(step)
    if outcome.status in ("failed", "blocked"):
        raise StepFailed(f"{name}: {outcome.status}, {outcome.why}")
    return outcome.rows


def _counts(run: str) -> dict[str, int]:
    ended = [outcome.status for outcome in _open_runs[run].outcomes.values()]
    counts = {status: ended.count(status) for status in ("done", "unchanged", "failed", "blocked")}
    if counts["failed"] or counts["blocked"]:
        raise StepFailed(f"{counts['failed']} steps failed and {counts['blocked']} waited for them")
    return counts


def register(run: Run) -> str:
    """Make a prepared run known to the flow, and return its id."""
    _open_runs[run.id] = run
    return run.id


def forget(run: Run) -> None:
    """Let go of a run that has ended."""
    _open_runs.pop(run.id, None)
