"""A run of one assessment: what is stored, computed, released and published, and what is left alone.

The engine is not here: flows/ calls `Run.do` for each step, in this process or as a Prefect task.
"""

from __future__ import annotations

import fnmatch
import hashlib
import importlib
import os
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan, read_plan
from schemas.base import TABLES, Contract, as_received, column_types, empty
from schemas.exports import HouseholdMembers
from schemas.faults import BrokenPromise, Fault, Refused
from schemas.fieldwork import Responses
from tasks import catalogue, disclosure, earlier, grain, registers, releases, state
from tasks.files import SEALED, copy_verified
from tasks.grain import INDICATORS, RESPONSES, Parts
from tasks.intake import Intake, raw_name, take_in
from tasks.steps import PHASES, STEPS, Step, code_digest, fingerprint
from tasks.vault import Vault
from tasks.warehouse import Warehouse, column_digests, frame_digest, kept

for _module in (
    "mapping",
    "checklist",
    "table_2",
    "secondary",
    "identification",
    "drawing",
    "short_lists",
    "pilot",
    "size",
    "fieldwork",
    "voices",
    "households",
    "links",
    "attrition",
    "weights",
    "checking",
    "comparison",
    "analysis",
    "pre_trends",
    "impacts",
    "poverty",
    "heterogeneity",
    "bounds",
    "triangulation",
    "findings",
    "reporting",
    "followup",
    "earlier_findings",
    "winners",
):
    importlib.import_module(f"tasks.{_module}")

STORED_IN = {
    "schemas.plan": "plan",
    "schemas.secondary": "mapping",
    "schemas.mapping": "mapping",
    "schemas.design": "design",
    "schemas.instruments": "design",
    "schemas.analysis": "design",
    "schemas.poverty": "design",
    "schemas.fieldwork": "fieldwork",
    "schemas.voices": "fieldwork",
    "schemas.reporting": "feedback",
    "schemas.followup": "feedback",
}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """One thing to do: a phase, a name, the tables read and written."""

    name: str
    phase: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass
class Outcome:
    """How a task ended: done, unchanged, failed or blocked; the rows that it wrote, and why it failed."""

    status: str
    rows: int = 0
    seconds: float = 0.0
    why: str = ""


OF_ALL_STEPS = NO_WAREHOUSE, EARLIER_WAREHOUSE = (
    "there is no warehouse yet",
    "the warehouse was written by an earlier version",
)
"""Why all steps would be done again, whatever each of them reads."""


@dataclass(frozen=True)
class Stale:
    """A task that a run would do again, and why."""

    task: str
    phase: str
    why: list[str]


class StepFailed(Exception):
    """A step of the run failed; the message names it and holds no data."""


class Run:
    """A run of one assessment folder. `prepare` may refuse; then nothing has been changed."""

    def __init__(self, folder: Path, *, engine: str = "process", say: Say = lambda _: None):
        self.folder = folder
        self.results = folder / "results"
        self.engine = engine
        self.say = say
        self.id = uuid.uuid4().hex
        self.outcomes: dict[str, Outcome] = {}
        self.plan: AssessmentPlan
        self.intake: Intake
        self.warehouse: Warehouse
        self._present: dict[str, object] = {}
        self._at_hand: dict[str, pd.DataFrame] = {}
        self._running = False

    def prepare(self) -> None:
        """Read and check everything. Raises Refused with every fault; nothing has been changed then."""
        self._present = state.present(self.folder)
        self.plan = read_plan(self.folder / "assessment.toml")
        self.vault = Vault(self.folder, self.plan.assessment.id)
        hashes: Any = self._present["inputs"]
        self.intake = take_in(self.folder, self.plan, self.vault, hashes)
        if faults := [*self.intake.faults, *releases.changed_faults(self.folder)]:
            raise Refused(faults)
        self._contracts = {
            **TABLES,
            Responses.about().name: self.intake.response_contract,
            HouseholdMembers.about().name: self.intake.member_contract,
            **{name: _raw_contract(name, frame) for name, frame in self.intake.raw.items()},
        }
        for contract in disclosure.releasable():
            released = disclosure.released_contract(contract)
            self._contracts[released.about().name] = released

    def open(self, *, anew: bool = False) -> None:
        """Open the warehouse, keep the received files and the vault, and note that the run has begun.

        The state of the last finished run goes: only the end of this one leaves a state again. anew: what
        the warehouse holds is deleted first.
        """
        state.forget(self.folder)
        path = self.results / "warehouse.duckdb"
        if anew:
            self._delete_warehouse()
        self.warehouse = Warehouse(path)
        if self._holds_personal():
            self.warehouse.close()
            self._delete_warehouse()
            self.say("Columns are personal that were not before: the warehouse is made anew without them.")
            self.warehouse = Warehouse(path)
        self._before = self.warehouse.step_fingerprints()
        self._digests = self.warehouse.digests()
        self._given_columns: dict[tuple[str, ...], list[str]] = {}
        self._words: dict[tuple[str, str], str] = {}
        self._column_digests = self.warehouse.column_digests()
        self.warehouse.begin_run(self.id, self.engine, state.libraries())
        self._running = True
        self._keep_received()
        registers.keep(self.folder, self.intake.register_readings)

    def _delete_warehouse(self) -> None:
        path = self.results / "warehouse.duckdb"
        for one in (path, path.with_name(path.name + ".wal"), self.results / "quarantine.csv"):
            one.unlink(missing_ok=True)

    @property
    def _personal_contents(self) -> set[str]:
        """The SHA-256 of every received file that holds personal columns or the ids of people."""
        return {one.sha256 for one in self.intake.received if one.file in self.intake.sealed_files}

    def _kept_name(self, file: str, sha256: str) -> str:
        return sha256 + Path(file.removesuffix(SEALED)).suffix

    def _holds_personal(self) -> bool:
        """Return whether what an earlier run left holds in clear what the plan now calls personal.

        Tables dropped from the warehouse would leave their rows in the file's free blocks.
        """
        for one in self.intake.received:
            clear = self.folder / "received" / self._kept_name(one.file, one.sha256)
            if one.sha256 in self._personal_contents and clear.is_file():
                return True
        for table, columns in self.warehouse.columns().items():
            now = set(self.intake.raw[table].columns) if table in self.intake.raw else set()
            for pattern, personal in self.plan.personal.items():
                if fnmatch.fnmatch(table, raw_name(pattern)) and (columns - now) & set(personal):
                    return True
        return False

    def _keep_received(self) -> None:
        """Copy each received file once, by its SHA-256; one that holds personal columns is sealed.

        A clear copy from before its columns were called personal is deleted.
        """
        kept = self.folder / "received"
        notes = []
        for received in self.intake.received:
            personal = received.sha256 in self._personal_contents
            clear_name = received.file.removesuffix(SEALED)
            clear = self._kept_name(clear_name, received.sha256)
            name = clear + (SEALED if personal else "")
            path = kept / name
            size = len(received.content) if received.path is None else received.path.stat().st_size
            if not path.is_file():
                kept.mkdir(parents=True, exist_ok=True)
                aside = kept / f".{name}.new"
                if received.path is not None:
                    size = copy_verified(received.path, aside, received.sha256)
                else:
                    aside.write_bytes(self.vault.seal(received.content) if personal else received.content)
                aside.replace(path)
            if personal:
                (kept / clear).unlink(missing_ok=True)
            notes.append((clear_name, received.sheet, received.sha256, size, personal))
        if self.intake.people:
            people = pd.concat(self.intake.people, ignore_index=True).drop_duplicates()
            self.vault.keep(people.sort_values(list(people.columns)).reset_index(drop=True))
        self.warehouse.note_inputs(self.id, notes)

    @cached_property
    def tasks(self) -> list[Task]:
        """Return every task of the run, phase by phase, each after those whose tables it reads."""
        found = [*self._stores(), *(_as_task(step) for step in STEPS.values()), self._release_task()]
        ordered: list[Task] = []
        for phase in PHASES:
            ordered += _in_order([task for task in found if task.phase == phase], ordered)
        return ordered

    def _stores(self) -> Iterator[Task]:
        for name in [*self.intake.tables, *self.intake.raw]:
            contract = self._contracts[name]
            phase = STORED_IN.get(contract.__module__, "fieldwork")
            if name.startswith("raw."):
                phase = _phase_of_raw(name)
            yield Task(f"store {name}", phase, (), (name,))

    def _release_task(self) -> Task:
        reads = [contract.about().name for contract in disclosure.releasable()]
        return Task(
            "release tables", "report", tuple(reads), tuple(disclosure.released_name(n) for n in reads)
        )

    def do(self, task: Task) -> Outcome:
        """Do one task, or leave it where nothing that it depends on has changed.

        A task that reads a table of a failed one is blocked. Never raises for a failure: see the outcome.
        """
        start = time.perf_counter()
        blocked = [name for name in task.reads if name in self._spoilt()]
        if blocked:
            outcome = Outcome("blocked", why=f"waits for {', '.join(sorted(blocked))}")
        else:
            try:
                outcome = self._do(task, start)
            except Exception as error:
                outcome = Outcome("failed", seconds=time.perf_counter() - start, why=_why(error))
                self.leave_trace(task.name, error)
        self.outcomes[task.name] = outcome
        self.say(_line(task, outcome))
        return outcome

    def _spoilt(self) -> set[str]:
        bad = {name for name, outcome in self.outcomes.items() if outcome.status in ("failed", "blocked")}
        return {table for task in self.tasks if task.name in bad for table in task.writes}

    def _do(self, task: Task, start: float) -> Outcome:
        parts = self._parts(task)
        wanted = fingerprint(task.name, parts)
        if self._before.get(task.name) == wanted and all(t in self._digests for t in task.writes):
            return Outcome("unchanged")
        frames = self._frames(task)
        written = self.warehouse.write(
            frames,
            step=task.name,
            phase=task.phase,
            fingerprint=wanted,
            run=self.id,
            seconds=time.perf_counter() - start,
            reads=task.reads,
            parts=parts,
        )
        for name, table in written.items():
            self._digests[name] = table.digest
            if name == RESPONSES:
                self._column_digests[name] = table.columns
            if name in self._read_often:
                self._at_hand[name] = table.frame
        rows = sum(len(frame) for frame, _ in frames.values())
        return Outcome("done", rows, time.perf_counter() - start)

    def _parts(self, task: Task) -> Parts:
        """Return what a task depends on, each with its digest."""
        if task.name.startswith("store "):
            frame = self._stored(task.writes[0])
            types = column_types(self._contracts[task.writes[0]])
            return {"rows": frame_digest(frame), "types": fingerprint(types)}
        if task.name in STEPS:
            step = STEPS[task.name]
            reads: Parts = {}
            for name in step.reads:
                reads |= self._digests_given(step, name)
            return {**reads, **grain.shared_parts(step, self._plan_of(step), state.libraries())}
        told = (self.plan.assessment.public, grain.dumped(self.plan.disclosure))
        return {
            **{name: str(self._digests.get(name)) for name in task.reads},
            "disclosure": fingerprint(told),
            "releases": fingerprint(self._earlier_files()),
            RESPONSES: str(self._digests.get(RESPONSES)),
            "code": code_digest("tasks.earlier"),
            "libraries": fingerprint(state.libraries()),
        }

    def _plan_of(self, step: Step) -> dict[str, Any]:
        return {key: getattr(self.plan, key) for key in step.plan}

    def _digests_given(self, step: Step, name: str) -> Parts:
        """Return the digests of what a step is given of a table: of columns, of rows, or of the whole."""
        if name not in self._digests:
            return {name: "none"}
        if step.named and name == RESPONSES:
            columns = self._column_digests[name]
            return {f"{name}.{one}": columns[one] for one in self._columns_given(step)}
        if step.named and name == INDICATORS:
            return {name: frame_digest(self._given(step, name))}
        return {name: self._digests[name]}

    def _columns_given(self, step: Step) -> list[str]:
        """Return the columns of answers that a step is given; found once for one state of its tables."""
        state = (step.name, *(self._digests.get(name, "") for name in grain.telling(step)))
        if state not in self._given_columns:
            self._given_columns[state] = self._named_columns(step)
        return self._given_columns[state]

    def _named_columns(self, step: Step) -> list[str]:
        said = [self._words_of(name) for name in grain.telling(step) if name in self._digests]
        every = list(column_types(self._contracts[RESPONSES]))
        return grain.named_columns(step, every, self._plan_of(step), said)

    def _words_of(self, name: str) -> str:
        """Return what stands in a table; read once for one state of it, since many steps read the same."""
        state = (name, self._digests[name])
        if state not in self._words:
            self._words[state] = grain.words(self.read(name))
        return self._words[state]

    def _given(self, step: Step, name: str) -> pd.DataFrame:
        """Return what a step is given of a table."""
        frame = self.read(name)
        if step.named and name == RESPONSES:
            return frame[self._columns_given(step)]
        if step.named and name == INDICATORS:
            return grain.named_indicators(frame, self._plan_of(step))
        return frame

    def stale(self) -> list[Stale]:
        """Return what a run would compute again, and why, in the order of the run; nothing is changed.

        What rests on a table that is computed again is among it, though that table may come out as it was.
        Raises Busy or Damaged where the warehouse cannot be read. To be called after `prepare`.
        """
        path = self.results / "warehouse.duckdb"
        if not path.is_file():
            return [Stale(task.name, task.phase, [NO_WAREHOUSE]) for task in self.tasks]
        with Warehouse(path, read_only=True) as self.warehouse:
            self._digests = self.warehouse.digests()
            self._given_columns = {}
            try:
                self._column_digests = self.warehouse.column_digests()
                before = self.warehouse.fingerprint_parts()
            except KeyError:
                return [Stale(task.name, task.phase, [EARLIER_WAREHOUSE]) for task in self.tasks]
            anew: set[str] = set()
            return [found for task in self.tasks if (found := self._stale(task, before, anew))]

    def _stale(self, task: Task, before: dict[str, Parts], anew: set[str]) -> Stale | None:
        """Return a task if it would be done again; its tables are then computed anew, or stored here."""
        why = [f"{name} is computed again" for name in task.reads if name in anew]
        why = why or grain.differences(before.get(task.name, {}), self._parts(task))
        if not why:
            return None
        if task.name.startswith("store "):
            (name,) = task.writes
            frame = kept(self._stored(name), self._contracts[name])
            self._column_digests[name] = column_digests(frame)
            self._digests[name] = frame_digest(frame)
            self._at_hand[name] = frame
        else:
            anew |= set(task.writes)
        return Stale(task.name, task.phase, why)

    def _earlier_files(self) -> dict[str, object]:
        inputs: Any = self._present["inputs"]
        return {file: digest for file, digest in inputs.items() if file.startswith("releases/")}

    def _frames(self, task: Task) -> dict[str, tuple[pd.DataFrame, type[Contract]]]:
        if task.name.startswith("store "):
            name = task.writes[0]
            return {name: (self._stored(name), self._contracts[name])}
        if task.name in STEPS:
            return self._computed(STEPS[task.name])
        tables = {name: self.read(name) for name in task.reads}
        rules = self.plan.disclosure
        public = self.plan.assessment.public or rules.off is not None
        before = [] if public else earlier.releases(self.folder)
        known = [one.tables for one in before]
        told = disclosure.Rules(public, frozenset(rules.harmless_differences), known)
        with catalogue.only(()):
            out = disclosure.release_all(tables, told)
            if before:
                out = earlier.hold(out, before, self.people)
        return {
            (released := disclosure.released_name(name)): (frame, self._contracts[released])
            for name, frame in out.items()
        }

    @cached_property
    def people(self) -> pd.DataFrame:
        """Whose answers stand behind the tables, with a digest of them."""
        return earlier.people_of(self.read(Responses.about().name), self.vault.digest_key)

    def _computed(self, step: Step) -> dict[str, tuple[pd.DataFrame, type[Contract]]]:
        tables = [self._given(step, name) for name in step.reads]
        with catalogue.only(step.catalogue):
            result: Any = step.function(*tables, **self._plan_of(step))
        frames = result if isinstance(result, tuple) else (result,)
        return {
            contract.about().name: (frame, contract)
            for contract, frame in zip(step.writes, frames, strict=True)
        }

    def _stored(self, name: str) -> pd.DataFrame:
        if name in self.intake.raw:
            return self.intake.raw[name]
        return self.intake.tables[name]

    def read(self, name: str) -> pd.DataFrame:
        """Return a table of the warehouse in the order of its key."""
        contract = self._contracts[name]
        nothing = empty(contract)
        if self._digests.get(name) == frame_digest(nothing):
            return nothing
        if name not in self._read_often and name not in self._at_hand:
            return self.warehouse.read(name, contract.about().key)
        if name not in self._at_hand:
            self._at_hand[name] = self.warehouse.read(name, contract.about().key)
        return self._at_hand[name].copy(deep=False)

    @cached_property
    def _read_often(self) -> set[str]:
        """The tables of answers that several steps read: kept at hand, since a wave may be large."""
        counts = Counter(name for task in self.tasks for name in task.reads)
        return {name for name, times in counts.items() if times > 1 and name.startswith("staged.")}

    def finish(self, *, seal: bool = False) -> Path:
        """Publish the report, note the end of the run, and return results/current.

        Raises StepFailed where a task failed or was blocked: the former results stay in place then.
        """
        failed = [name for name, outcome in self.outcomes.items() if outcome.status == "failed"]
        if failed:
            self.end("failed")
            first = self.outcomes[failed[0]]
            raise StepFailed(f"{', '.join(failed)}: {first.why}")
        self.warehouse.drop_tables_of_other_steps(
            [task.name for task in self.tasks],
            [table for task in self.tasks for table in task.writes],
        )
        current = self.publish()
        (self.results / earlier.RESPONDENTS).write_bytes(earlier.as_file(self.people))
        self.end("finished")
        if seal:
            self._seal_originals()
        self.leave_state()
        return current

    def leave_state(self) -> None:
        """Note what the results were made from, so that the next run need do nothing."""
        state.write(self.folder, self._present)

    def publish(self) -> Path:
        """Render the report from the released tables and let results/current point to it."""
        from tasks.publish import tree
        from tasks.publish.files import report_files

        tables = {
            contract.about().name.partition(".")[2]: self.read(
                disclosure.released_name(contract.about().name)
            )
            for contract in disclosure.releasable()
        }
        received = {(one.file.removesuffix(".age"), one.sha256) for one in self.intake.received}
        inputs = sorted(received | self._definitions())
        files, about = report_files(
            self.plan, tables, inputs, state.libraries(), self.intake.page_words, self.intake.word_template
        )
        for one in about["left_out"]:
            self.say(f"Left out: the report as {one['format']}. {one['because']}")
        about["code"] = self._present["code"]
        about["earlier_releases"] = releases.before(self.folder, self.plan)
        return tree.publish(self.results, files, about)

    def _definitions(self) -> set[tuple[str, str]]:
        """Return the files of design/ that are no tables: own indicators and words, with their hashes."""
        hashes: Any = self._present["inputs"]
        return {
            (file, sha256)
            for file, sha256 in hashes.items()
            if file == "design/indicators.toml"
            or (file.startswith("design/languages/") and file.endswith(".toml"))
        }

    def end(self, status: str) -> None:
        """Note how the run has ended."""
        self._running = False
        done = [outcome.status for outcome in self.outcomes.values()]
        self.warehouse.end_run(self.id, status, done.count("done"), done.count("unchanged"))

    def close(self) -> None:
        """Close the warehouse; a run that has not ended by now has failed."""
        if not hasattr(self, "warehouse"):
            return
        if self._running:
            with suppress(Exception):  # such as a full disk, which has been told already
                self.end("failed")
        self.warehouse.close()

    def _seal_originals(self) -> None:
        """Put a sealed copy in the place of each original that holds personal columns, SPSS files aside."""
        inputs: Any = self._present["inputs"]
        left = []
        for file in self.clear_personal_files():
            path = self.folder / file
            content = path.read_bytes()
            if path.suffix == ".sav":
                left.append(f"{file} is left in clear: an SPSS file is not read sealed. Save it as CSV")
            elif hashlib.sha256(content).hexdigest() != inputs.get(file):
                left.append(f"{file} is left in clear: it has changed during the run. Run again")
            else:
                inputs[file + SEALED] = _put_in_place_of(path, self.vault.seal(content))
                del inputs[file]
        for line in left:
            self.say(line)

    def clear_personal_files(self) -> list[str]:
        """Return the originals that hold personal columns and stand in clear in the folder."""
        return sorted(
            file
            for file in self.intake.personal_files
            if not file.endswith(SEALED) and (self.folder / file).is_file()
        )

    def leave_trace(self, what: str, error: Exception) -> None:
        """Leave where the program failed, without the error's text, which could hold data."""
        places = traceback.extract_tb(error.__traceback__)
        lines = [f"{what}: {type(error).__name__}\n"]
        lines += [f"  {Path(one.filename).name}, line {one.lineno}, in {one.name}\n" for one in places]
        with suppress(OSError):  # the folder cannot be written: that is told by who called
            self.results.mkdir(parents=True, exist_ok=True)
            (self.results / "last-error.txt").write_text("".join(lines), encoding="utf-8")


def quarantine(folder: Path, faults: list[Fault]) -> Path:
    """Write every fault to results/quarantine.csv, outside the warehouse, and return its path."""
    from tasks.publish.tables import as_csv

    path = folder / "results" / "quarantine.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = as_csv(pd.DataFrame([fault.as_record() for fault in faults]))
    path.write_bytes(text.encode("utf-8", errors="replace"))
    return path


def _put_in_place_of(path: Path, sealed: bytes) -> str:
    """Put a sealed copy where a file stood, whole or not at all, and return the copy's SHA-256."""
    target = path.with_name(path.name + SEALED)
    aside = path.with_name(f".{target.name}.new")
    with aside.open("wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(target)
    path.unlink()
    return hashlib.sha256(sealed).hexdigest()


def _as_task(step: Step) -> Task:
    return Task(step.name, step.phase, step.reads, tuple(contract.about().name for contract in step.writes))


def _in_order(tasks: list[Task], before: list[Task]) -> list[Task]:
    """Return the tasks of a phase so that each stands after those whose tables it reads."""
    made = {table for task in before for table in task.writes}
    own = {table for task in tasks for table in task.writes}
    ordered: list[Task] = []
    left = list(tasks)
    while left:
        ready = [task for task in left if all(r in made or r not in own for r in task.reads)]
        if not ready:
            raise BrokenPromise(f"steps wait for each other: {', '.join(task.name for task in left)}")
        ordered += ready
        made |= {table for task in ready for table in task.writes}
        left = [task for task in left if task not in ready]
    return ordered


def _phase_of_raw(name: str) -> str:
    folders = {"secondary": "mapping", "mapping": "mapping", "design": "design", "feedback": "feedback"}
    return folders.get(name.partition(".")[2].partition("/")[0], "fieldwork")


def _raw_contract(name: str, frame: pd.DataFrame) -> type[Contract]:
    kinds = {
        str(column): ("number" if frame[column].dtype == "float64" else "text")
        for column in frame.columns
        if column != "_row"
    }
    return as_received(name, kinds)


def _why(error: Exception) -> str:
    if isinstance(error, BrokenPromise):
        return f"a table does not keep its contract ({error})"
    return f"{type(error).__name__}, see results/last-error.txt"


def _line(task: Task, outcome: Outcome) -> str:
    signs = {"done": "✓", "unchanged": "=", "failed": "✗", "blocked": "–"}
    tail = f"{outcome.rows} rows, {outcome.seconds:.1f} s" if outcome.status == "done" else outcome.status
    if outcome.why:
        tail += f": {outcome.why}"
    return f"  {signs[outcome.status]} {task.phase}: {task.name} ({tail})"
