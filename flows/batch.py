"""Many assessments: each in its own folder and warehouse, in batches, by processes here, Prefect or Dask.

A batch is a list of folders that one worker does in turn, because a task for each assessment costs more than
a small assessment. What has changed nothing since its last run is left alone, so a batch that is done again
after its worker was killed does only what was not done.
"""

from __future__ import annotations

import io
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from flows import engine as engines
from flows.exits import DONE, FAILED, REFUSED, told
from flows.prefect_server import end_with
from schemas.faults import Refused
from tasks import state

Say = Callable[[str], None]
BATCHES = 32
"""At most so many batches while none is larger than LARGEST: enough for the last ones to end together."""
LARGEST = 25
"""Assessments in a batch at most: what is begun again where a worker is killed."""
TRIES = 3


class NoCluster(Exception):
    """The Dask cluster cannot be reached, or what talks to it is not installed; the message says which."""


@dataclass(frozen=True)
class Job:
    """What is to be done in a folder: run its phases if it has changed, publish what was released."""

    folder: Path
    select: str = ""
    seal: bool = False
    publish: str = ""


@dataclass(frozen=True)
class Ended:
    """How a folder's run ended: exit status, what it said, what it said of faults."""

    folder: Path
    code: int
    lines: list[str] = field(default_factory=list)
    errors: str = ""


def run_many(jobs: Sequence[Job], *, engine: str = "process", dask: str = "", say: Say) -> list[Ended]:
    """Do the jobs and return how each ended, in their order; one that fails stops no other.

    engine: process for a pool of processes here, prefect for Prefect's own. dask: the address of a Dask
    scheduler; its workers have to see the folders under the same paths. Raises NoCluster.
    """
    say(f"{len(jobs)} assessments in {len(_batches(jobs))} batches.")
    ended: dict[Path, Ended] = {}
    for one in _ended(jobs, engine, dask):
        ended[one.folder] = one
        _tell(one, say)
    return [ended[job.folder] for job in jobs]


def worst(ended: Iterable[Ended], say: Say) -> int:
    """Return the worst exit status, and name those that did not end well."""
    bad = [one for one in ended if one.code != DONE]
    if bad:
        words = {REFUSED: "refused", FAILED: "failed"}
        names = ", ".join(f"{one.folder} ({words.get(one.code, 'not done')})" for one in bad)
        say(f"{len(bad)} did not end well, and the others are not touched by that: {names}")
    return max((one.code for one in bad), default=DONE)


def run_batch(jobs: list[Job]) -> list[Ended]:
    """Do the jobs of a batch, one after the other, in this process."""
    return [_done(job) for job in jobs]


def _done(job: Job) -> Ended:
    from flows.runner import execute

    lines: list[str] = []
    with redirect_stderr(io.StringIO()) as errors:
        try:
            if not job.select and not job.seal and state.unchanged(job.folder):
                lines.append("nothing has changed, nothing was computed.")
                code = DONE
            else:
                code = execute(
                    job.folder, engine="process", select=job.select, seal=job.seal, say=lines.append
                )
            if job.publish and code == DONE:
                from tasks.publish.lake import publish

                lines.append(publish(job.folder, job.publish))
        except Refused as refused:
            errors.writelines(f"{fault}\n" for fault in refused.faults)
            code = REFUSED
        except OSError as error:
            errors.write(f"psia: {told(error)}\n")
            code = FAILED
        except Exception as error:  # without its text, which could hold data
            errors.write(f"psia: {job.folder}: {type(error).__name__}. This is a fault of psia\n")
            code = FAILED
    return Ended(job.folder, code, [line for line in lines if not line.startswith("  ")], errors.getvalue())


def _tell(one: Ended, say: Say) -> None:
    say(f"{one.folder}:")
    for line in one.lines:
        say(f"  {line}")
    sys.stderr.write(one.errors)


def _batches(jobs: Sequence[Job]) -> list[list[Job]]:
    size = min(max(1, len(jobs) // BATCHES), LARGEST)
    return [list(jobs[start : start + size]) for start in range(0, len(jobs), size)]


def _ended(jobs: Sequence[Job], engine: str, dask: str) -> Iterator[Ended]:
    """Yield how each job ended; where workers died, what they left is done again."""
    left = {job.folder: job for job in jobs}

    def first(found: Iterable[Ended]) -> Iterator[Ended]:
        for one in found:
            del left[one.folder]
            yield one

    if dask or engine == "prefect":
        yield from first(_by_prefect(_batches(jobs), dask))
    for _ in range(0 if dask else TRIES - 1):
        if left:
            yield from first(_by_pool(_batches(list(left.values())), _cores()))
    for job in list(left.values()):
        alone = [] if dask else list(_by_pool([[job]], 1))
        lost = (
            f"psia: {job.folder}: was not done, or its process killed each time, perhaps for want of memory\n"
        )
        yield from alone or [Ended(job.folder, FAILED, [], lost)]


def _by_pool(batches: Sequence[list[Job]], workers: int) -> Iterator[Ended]:
    """Yield what processes did that are handed batches; what was in the hands of a killed one is missing.

    Each has a pipe of its own, so a killed one holds nothing that another waits for. (Python's own pool can
    wait for ever where a process is killed while another one is started.)
    """
    waiting = deque(batches)
    pool: dict[Connection, BaseProcess] = {}
    try:
        while waiting or pool:
            while waiting and len(pool) < workers:
                _hand(waiting.popleft(), _start(pool))
            ready = wait(list(pool))
            for pipe in [one for one in pool if one in ready]:
                done = _taken(pipe)
                if done is not None and waiting:
                    _hand(waiting.popleft(), pipe)
                else:
                    _end(pipe, pool)
                yield from done or []
    finally:
        for process in pool.values():
            process.terminate()
        for pipe in list(pool):
            _end(pipe, pool)


def _start(pool: dict[Connection, BaseProcess]) -> Connection:
    """Start a process of the pool, and return the pipe to it."""
    context = get_context("spawn")
    pipe, other_end = context.Pipe()
    process = context.Process(target=_serve, args=(run_batch, other_end, os.getpid()))
    process.start()
    other_end.close()  # so that it is closed when the process has ended
    pool[pipe] = process
    return pipe


def _serve(work: Callable[[list[Job]], list[Ended]], pipe: Connection, parent: int) -> None:
    """Do in a process of the pool what is handed to it, until the pipe is closed."""
    end_with(parent)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            pipe.send(work(pipe.recv()))


def _hand(batch: list[Job], pipe: Connection) -> None:
    with suppress(OSError):  # killed: that is seen where its answer is taken
        pipe.send(batch)


def _taken(pipe: Connection) -> list[Ended] | None:
    try:
        return pipe.recv()
    except (EOFError, OSError):  # killed
        return None


def _end(pipe: Connection, pool: dict[Connection, BaseProcess]) -> None:
    pipe.close()
    pool.pop(pipe).join()


def _by_prefect(batches: Sequence[list[Job]], dask: str) -> Iterator[Ended]:
    """Yield what Prefect's task runner did: a pool of processes here, or the workers of a Dask cluster.

    Dask gives the batch of a killed worker to another, three times; Prefect tries again what raised.
    """
    engines.choose("prefect")
    if dask:
        _find_workers(dask)
    try:
        engines.have_server()  # before Prefect is imported, by its task runners too
    except OSError as error:
        sys.stderr.write(f"psia: {told(error)}\n")
        return
    runner = _runner(dask)
    import prefect
    from prefect.cache_policies import NO_CACHE

    task = prefect.task(
        name="batch of assessments", cache_policy=NO_CACHE, persist_result=False, retries=TRIES - 1
    )(run_batch)

    @prefect.flow(
        name="portfolio of assessments", task_runner=runner, persist_result=False, validate_parameters=False
    )
    def portfolio() -> list[list[Ended]]:
        futures = [task.submit(batch) for batch in batches]
        for future in futures:
            future.wait()
        return [future.result() for future in futures if future.state.is_completed()]

    try:
        done = portfolio()
    except Exception as error:
        sys.stderr.write(f"psia: Prefect ended with {type(error).__name__}\n")
        return
    for batch in done:
        yield from batch


def _runner(dask: str) -> Any:
    if not dask:
        from prefect.task_runners import ProcessPoolTaskRunner

        return ProcessPoolTaskRunner(max_workers=_cores())
    from prefect_dask.task_runners import DaskTaskRunner

    return DaskTaskRunner(address=dask)


def _find_workers(dask: str) -> None:
    """Raise NoCluster where a Dask cluster cannot be reached, has no workers, or Dask is not installed."""
    if not (find_spec("distributed") and find_spec("prefect_dask")):
        raise NoCluster("Dask is not installed here: pip install 'psia[scale]'")
    from distributed import Client

    try:
        with Client(dask, timeout=10, set_as_default=False) as client:
            workers = len(client.scheduler_info(n_workers=-1)["workers"])
    except (OSError, ValueError) as error:
        raise NoCluster(f"no Dask scheduler answers at {dask} ({type(error).__name__})") from None
    if not workers:
        raise NoCluster(f"the Dask scheduler at {dask} has no workers. Start some: dask worker {dask}")


def _cores() -> int:
    return os.cpu_count() or 1
