"""One run from the command line: prepared, done by the engine, published, told in lines and exit codes."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from flows import engine as engines
from flows.exits import DONE, FAILED, REFUSED, USAGE, answers_look, told
from flows.lock import alone
from schemas.faults import Fault, Refused
from tasks import state
from tasks.run import Run, StepFailed, quarantine
from tasks.steps import PHASES
from tasks.warehouse import Busy, Damaged

Say = Callable[[str], None]


def execute(folder: Path, *, engine: str, select: str, seal: bool, say: Say, anew: bool = False) -> int:
    """Run one assessment and return the exit status: 0 done, 1 refused, 2 usage, 3 failed.

    anew: without the warehouse of former runs, which is deleted once plan and data are accepted.
    """
    logging.getLogger("svy").setLevel(logging.ERROR)  # its remarks on single PSUs are no lines of ours
    wanted = engine or ("prefect" if engines.configured() else "process")
    phases = _selected(select)
    if phases is None:
        sys.stderr.write(f"psia: '{select}' is not a phase. The phases: {', '.join(PHASES)}\n")
        return USAGE
    if select:
        wanted = "process"
    run = Run(folder, engine=wanted, say=say)

    def work() -> int:
        run.prepare()
        for line in run.intake.found:
            say(f"  wave {line}")
        for line in run.intake.warnings():
            say(f"Warning: {line}.")
        run.open(anew=anew)
        return _partial(run, phases, say) if select else _whole(run, wanted, seal, say)

    return _guarded(run, work)


def _guarded(run: Run, work: Callable[[], int], *, keep_faults: bool = True) -> int:
    """Do the work on a folder that no other run holds; tell what goes wrong in a line; close the run."""
    try:
        return _held(run, work, keep_faults)
    except OSError as error:
        sys.stderr.write(f"psia: {told(error)}\n")
        return FAILED


def _held(run: Run, work: Callable[[], int], keep_faults: bool) -> int:
    folder = run.folder
    with alone(folder) as other:
        if other:
            sys.stderr.write(f"psia: {folder} is being run by process {other}. Wait for it to end\n")
            return FAILED
        try:
            return work()
        except OSError:
            raise
        except Refused as refused:
            tell_faults(refused.faults, folder if keep_faults else None)
            return REFUSED
        except Busy as busy:
            sys.stderr.write(f"psia: the warehouse of {folder} is in use by {busy}. Wait for it to end\n")
            return FAILED
        except Damaged:
            sys.stderr.write(
                f"psia: {folder}/results/warehouse.duckdb cannot be opened. Delete it and run again: "
                "it is made anew from the folder\n"
            )
            return FAILED
        except StepFailed as failed:
            sys.stderr.write(f"psia: the run failed and the former results stay in place. {failed}\n")
            return FAILED
        except Exception as error:
            run.leave_trace("the run", error)
            sys.stderr.write(
                f"psia: the run failed ({type(error).__name__}) and the former results stay in place. "
                f"This is a fault of psia: {folder}/results/last-error.txt says where, and holds no data\n"
            )
            return FAILED
        finally:
            run.close()


def _whole(run: Run, engine: str, seal: bool, say: Say) -> int:
    _by_engine(run, engine, say)
    current = _published(run, seal)
    counts = [outcome.status for outcome in run.outcomes.values()]
    say(f"{counts.count('done')} steps computed, {counts.count('unchanged')} unchanged.")
    clear = [] if seal else run.clear_personal_files()
    if clear:
        say(
            f"{', '.join(clear)} hold personal columns and stand in clear in the folder. The copies kept are "
            "sealed; 'psia run --seal' puts sealed ones in the place of these too (not of SPSS files)."
        )
    checks = run.read("mart.field_checks")
    wrong = int((checks["severity"] == "error").sum())
    if wrong:
        verb = "is" if wrong == 1 else "are"
        say(f"{answers_look(wrong)} wrong and {verb} in the figures: 'psia check' says which.")
    say(f"The report: {(current / 'report.html').absolute()}")
    return DONE


def _by_engine(run: Run, engine: str, say: Say) -> None:
    if engine == "prefect":
        say("Engine: Prefect.")
        engines.choose("prefect")
        try:
            engines.have_server()
            _flow(run)
        except StepFailed:
            raise
        except Exception as error:
            if run.outcomes:
                raise StepFailed(f"Prefect ended with {type(error).__name__}") from None
            say(f"Prefect did not start ({type(error).__name__}): the run goes on in this process.")
        else:
            return
        run.engine = "process"
        _reload_plain()
    else:
        say("Engine: this process (no Prefect API is configured; --engine prefect uses one).")
        engines.choose("process")
    _flow(run)


def _flow(run: Run) -> None:
    from flows import assess

    assess.register(run)
    try:
        assess.assess(run.id)
    finally:
        assess.forget(run)


def _published(run: Run, seal: bool) -> Path:
    from flows import assess

    assess.register(run)
    try:
        assess.publish(run.id, seal)
    finally:
        assess.forget(run)
    return run.results / "current"


def _reload_plain() -> None:
    """Import flows.assess again without Prefect's decorators."""
    engines.choose("process")
    sys.modules.pop("flows.assess", None)
    if hasattr(sys.modules["flows"], "assess"):
        delattr(sys.modules["flows"], "assess")


def _selected(select: str) -> list[str] | None:
    if not select:
        return list(PHASES)
    name = select.removesuffix("+")
    if name not in PHASES:
        return None
    start = PHASES.index(name)
    return list(PHASES[start:] if select.endswith("+") else PHASES[start : start + 1])


def _partial(run: Run, phases: list[str], say: Say) -> int:
    """Do some phases only; the report stays as it is until a whole run has ended."""
    for task in run.tasks:
        if task.phase in phases:
            run.do(task)
    bad = [name for name, outcome in run.outcomes.items() if outcome.status in ("failed", "blocked")]
    say(
        f"{len(run.outcomes)} steps of {', '.join(phases)}. "
        "The report was not rendered: run without --select."
    )
    if bad:
        raise StepFailed(", ".join(bad))
    run.end("finished")
    return DONE


def render_again(folder: Path, *, say: Say) -> int:
    """Render the report from the released tables of the last run, and say where it is.

    Refused where the folder is not as that run left it: the report would be told as made from what it was
    not made from.
    """
    if not (folder / "results" / "warehouse.duckdb").is_file():
        sys.stderr.write(f"psia: {folder} has no results yet. Run it first: 'psia run {folder}'\n")
        return REFUSED
    run = Run(folder, say=say)

    def work() -> int:
        if not state.read(folder) or state.read(folder) != state.present(folder):
            sys.stderr.write("psia: the folder has changed since the last run: run psia run\n")
            return REFUSED
        run.prepare()
        run.open()
        current = run.publish()
        run.end("finished")
        run.leave_state()
        say(f"The report: {(current / 'report.html').absolute()}")
        return DONE

    return _guarded(run, work, keep_faults=False)


def tell_faults(faults: list[Fault], folder: Path | None, *, as_json: bool = False) -> None:
    """Print one line a fault (at most 50) and leave all of them in the quarantine file."""
    if as_json:
        sys.stdout.write(json.dumps([fault.as_record() for fault in faults], indent=1) + "\n")
    else:
        for fault in faults[:50]:
            sys.stderr.write(f"{fault}\n")
        if len(faults) > 50:
            sys.stderr.write(f"… and {len(faults) - 50} more\n")
    if folder is not None:
        path = quarantine(folder, faults)
        if not as_json:
            many = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            sys.stderr.write(
                f"psia: refused, nothing was changed. What was found, {many}: {path}\n"
                "Some things can be looked at only once others are right: mend these and run it again.\n"
            )
