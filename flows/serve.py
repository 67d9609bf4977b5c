"""Assessments that run by themselves: on a schedule, and when a file arrives in the folder of a wave.

Each assessment is a deployment of Prefect's. Its schedule is Prefect's; a file that arrives is an event, to
which a trigger of the deployment answers. This process starts the runs, one after the other.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from flows import engine as engines
from flows import prefect_server
from flows.arrivals import have_arrived, listing
from flows.exits import DONE, FAILED
from tasks import state

Say = Callable[[str], None]
PORT = 4200
LOOK_SECONDS = 2.0
POLL_SECONDS = 2.0
END_SECONDS = 8.0
ARRIVED = "psia.wave.arrived"


def serve(found: Sequence[Path], *, cron: str = "", timezone: str = "UTC", say: Say) -> int:
    """Serve the assessments until SIGINT or SIGTERM; return the exit status."""
    engines.choose("prefect")
    with ExitStack() as stack:
        if not engines.configured():
            say("Starting a Prefect server. It ends with this process.")
            port = prefect_server.free_port(PORT)
            os.environ["PREFECT_API_URL"] = stack.enter_context(prefect_server.running(port))
        os.environ["PSIA_SERVING"] = str(os.getpid())
        os.environ["PYTHONPATH"] = str(state.ROOT)
        os.environ["PYTHONSAFEPATH"] = "1"
        asyncio.run(_serving([one.absolute() for one in found], cron, timezone, say))
    return DONE


async def _serving(found: Sequence[Path], cron: str, timezone: str, say: Say) -> None:
    from prefect.runner import Runner

    runner = Runner(name="psia", query_seconds=POLL_SECONDS, limit=1)
    for folder in found:
        await runner.aadd_deployment(await _deployment(folder, cron, timezone))
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    work = [asyncio.create_task(runner.start()), asyncio.create_task(_watch(found))]
    await asyncio.sleep(0)  # the runner sets a handler of its own, which waits for itself; ours goes over it
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    say(f"{len(found)} assessments are served. Ctrl-C ends it.")
    waiting = asyncio.create_task(end.wait())
    await asyncio.wait([waiting, *work], return_when=asyncio.FIRST_COMPLETED)
    say("Ending.")
    work[1].cancel()
    with suppress(TimeoutError):
        await asyncio.wait_for(runner.astop(), END_SECONDS)
    for task in work:
        with suppress(asyncio.CancelledError):
            await task


async def _deployment(folder: Path, cron: str, timezone: str) -> Any:
    from prefect.events import DeploymentEventTrigger
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.rerun import rerun

    parameters = {"folder": str(folder)}
    return await rerun.ato_deployment(
        name=folder.name,
        schedules=[Cron(cron, timezone=timezone)] if cron else [],
        parameters=parameters,
        triggers=[
            DeploymentEventTrigger(
                name=f"{folder.name}: a file has arrived",
                expect={ARRIVED},
                match={"prefect.resource.id": _resource(folder)},
                parameters=parameters,
            )
        ],
        paused=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _resource(folder: Path) -> str:
    return f"psia.assessment.{folder.name}"


async def _watch(found: Sequence[Path]) -> None:
    """Tell Prefect each time that something new lies in the waves of an assessment, and is whole."""
    from prefect.events import emit_event

    before = {one: await asyncio.to_thread(listing, one) for one in found}
    known = {one: before[one] if await asyncio.to_thread(state.unchanged, one) else {} for one in found}
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for one in found:
            now = await asyncio.to_thread(listing, one)
            if have_arrived(known[one], before[one], now):
                emit_event(ARRIVED, resource={"prefect.resource.id": _resource(one)})
                known[one] = now
            before[one] = now
