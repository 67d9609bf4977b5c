"""An assessment, as Annex II of the study tells it: seven phases, one after the other, and the report."""

from __future__ import annotations

from flows import engine
from tasks.run import Outcome, Run, StepFailed

_open_runs: dict[str, Run] = {}
"""Runs of this process by id. Only ids and counts pass through Prefect's state, never a frame or a plan."""


@engine.flow("poverty and social impact assessment")
def assess(run: str) -> str:
    """Do the seven phases and the report; return how many steps were computed, in words.

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
def plan_the_assessment(run: str) -> str:
    """Store the plan agreed with the commissioner."""
    return _phase(run, "plan")


@engine.flow("phase two: map cluster and poverty")
def map_cluster_and_poverty(run: str) -> str:
    """Take in secondary data, map actors, institutions and poverty nodes, score Table 2."""
    return _phase(run, "mapping")


@engine.flow("phase three: design")
def design_the_study(run: str) -> str:
    """Draw the sample and choose the indicators that poor groups rank highest."""
    return _phase(run, "design")


@engine.flow("phase four: fieldwork")
def do_the_fieldwork(run: str) -> str:
    """Take in the waves, replay corrections, check the answers, follow respondents."""
    return _phase(run, "fieldwork")


@engine.flow("phase five: analysis")
def analyse(run: str) -> str:
    """Estimate indicators and impact by poverty group, and set voices beside figures."""
    return _phase(run, "analysis")


@engine.flow("phase six: feedback")
def feed_back(run: str) -> str:
    """Carry what workshops said of the findings, and the actions agreed."""
    return _phase(run, "feedback")


@engine.flow("phase seven: follow-up")
def follow_up(run: str) -> str:
    """Estimate the change since the baseline."""
    return _phase(run, "follow-up")


@engine.flow("release and report")
def release_and_report(run: str) -> str:
    """Release what may be published."""
    return _phase(run, "report")


def _phase(run: str, phase: str) -> str:
    """Do the steps of a phase, each a task; fail at the end if one of them did. Return words of counts."""
    steps = [task for task in _open_runs[run].tasks if task.phase == phase]
    ended = [engine.tried(engine.named(do_step, step.name), run, step.name) for step in steps]
    if not all(ended):
        raise StepFailed(f"phase {phase}: {ended.count(False)} of {len(ended)} steps did not end well")
    return _words(_open_runs[run], [step.name for step in steps])


@engine.task("step")
def do_step(run: str, name: str) -> str:
    """Do one step and return in words what it did. Raises StepFailed if it fails or has to wait."""
    current = _open_runs[run]
    step = next(task for task in current.tasks if task.name == name)
    outcome: Outcome = current.do(step)
    if outcome.status in ("failed", "blocked"):
        raise StepFailed(f"{name}: {outcome.status}, {outcome.why}")
    return f"{outcome.rows} rows" if outcome.status == "done" else outcome.status


@engine.task("publish", again_after=(5, 30))
def publish(run: str, seal: bool) -> str:
    """Publish the report of a run whose steps have ended well. Raises OSError where it cannot be written."""
    _open_runs[run].finish(seal=seal)
    return "The report was published."


def _counts(run: str) -> str:
    ended = [outcome.status for outcome in _open_runs[run].outcomes.values()]
    if bad := ended.count("failed") + ended.count("blocked"):
        failed = ended.count("failed")
        raise StepFailed(f"{failed} steps failed and {bad - failed} waited for them")
    return _words(_open_runs[run], list(_open_runs[run].outcomes))


def _words(run: Run, steps: list[str]) -> str:
    ended = [run.outcomes[name].status for name in steps]
    return f"{ended.count('done')} steps computed, {ended.count('unchanged')} unchanged."


def register(run: Run) -> str:
    """Make a prepared run known to the flow, and return its id."""
    _open_runs[run.id] = run
    return run.id


def forget(run: Run) -> None:
    """Let go of a run that has ended."""
    _open_runs.pop(run.id, None)
