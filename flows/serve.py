"""Assessments that run by themselves: on a schedule, and when a file arrives in the folder of a wave.

Each assessment is a deployment of Prefect's. Its schedule is Prefect's; a file that arrives is an event, to
which a trigger of the deployment answers. This process starts the runs, one after the other.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows import engine as engines
from flows import prefect_server
from flows.arrivals import have_arrived, listing
from flows.exits import DONE
from flows.lock import held
from tasks import state

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

Say = Callable[[str], None]
PORT = 4200
LOOK_SECONDS = 2.0
POLL_SECONDS = 2.0
END_SECONDS = 8.0
PLAN_SECONDS = 60
"""How long the server may take to plan the first runs by schedule."""
TELL_TIMES, TELL_SECONDS = 6, 20
"""How often an arrival is told to a server that begins no run, and how long a run is waited for."""
ARRIVED = "psia.wave.arrived"
SERVING = "PSIA_SERVING"
"""The environment variable that tells the processes of the runs which process serves."""
ENDED_BADLY = ("Refused", "Failed", "Crashed")
"""The states of a run that are told of; the first is that of data that broke a contract."""


class NotServed(Exception):
    """Nothing can be served as it was asked for; the message says what to do."""


class NoServer(Exception):
    """There is no Prefect server to work with; the message says what to do."""


@dataclass(frozen=True)
class Wanted:
    """What is served and how: a line of cron and its time zone, pulling before, the block that notifies."""

    found: Sequence[Path]
    cron: str = ""
    timezone: str = "UTC"
    pull: bool = False
    notify: str = ""


def serve(wanted: Wanted, *, say: Say) -> int:
    """Serve the assessments until SIGINT or SIGTERM; return the exit status.

    Raises NotServed for a line of cron, time zone, folder or block that is none; NoServer where none answers.
    """
    own = not engines.configured()
    engines.choose("prefect")
    port = prefect_server.free_port(PORT)
    if own:  # told before Prefect is imported, which reads it once
        os.environ["PREFECT_API_URL"] = prefect_server.address(port)
    check(wanted)
    with ExitStack() as stack:
        if own:
            home = Path(os.environ["PREFECT_HOME"])
            if other := stack.enter_context(held(home / "serve.lock")):
                raise NoServer(
                    f"process {other} serves already, with the Prefect server that a second one would start. "
                    f"End it, or set PREFECT_API_URL to that server's address"
                )
            say("Starting a Prefect server of psia's own, which ends with this command.")
            stack.enter_context(prefect_server.running(port))
        # read by the processes of the runs, whose code is found by module and not by where they stand
        os.environ[SERVING] = str(os.getpid())
        os.environ["PYTHONPATH"] = str(state.ROOT)
        os.environ["PYTHONSAFEPATH"] = "1"
        return asyncio.run(_serving(wanted, say))


def check(wanted: Wanted) -> None:
    """Raise NotServed for what Prefect would not take. Before a server is started, which takes a while."""
    from zoneinfo import ZoneInfo

    from prefect.client.schemas.schedules import CronSchedule

    try:
        ZoneInfo(wanted.timezone)
    except (KeyError, ValueError, OSError):
        raise NotServed(f"'{wanted.timezone}' is not a time zone. Write one such as Asia/Kolkata") from None
    try:
        CronSchedule(cron=wanted.cron or "0 0 * * *", timezone=wanted.timezone)
    except ValueError:
        raise NotServed(
            f"'{wanted.cron}' is not a line of cron. Write minute, hour, day, month and weekday: "
            "'0 6 * * 1' is each Monday at six"
        ) from None
    for folder in wanted.found:
        if "%" in folder.name:
            raise NotServed(f"{folder}: Prefect takes no name with %. Rename the folder")


async def _serving(wanted: Wanted, say: Say) -> int:
    """Register the deployments and start their runs until a signal comes."""
    from prefect.client.orchestration import get_client
    from prefect.runner import Runner
    from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL

    runner = Runner(name="psia", query_seconds=POLL_SECONDS, limit=1)
    async with get_client() as client:
        if await client.api_healthcheck():
            raise NoServer(
                f"the Prefect server at {PREFECT_API_URL.value()} does not answer. Start it, or take its "
                "address out of PREFECT_API_URL and profile: psia then starts one of its own"
            )
        block = await _block(client, wanted.notify) if wanted.notify else None
        deployments = []
        for folder in wanted.found:
            deployment = await runner.aadd_deployment(await _deployment(folder, wanted))
            deployments.append(deployment)
            if block:
                await client.create_automation(_notification(folder.name, deployment, block))
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    runs = asyncio.create_task(runner.start())
    watch = asyncio.create_task(_watch(dict(zip(wanted.found, deployments, strict=True)), say))
    await asyncio.sleep(0)  # the runner sets a handler of its own, which waits for itself; ours goes over it
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    when = f"at '{wanted.cron}' ({wanted.timezone}) and " if wanted.cron else ""
    say(f"Served: {', '.join(one.name for one in wanted.found)}, {when}when a file arrives in waves/.")
    say(f"What runs, and how it ended: {PREFECT_UI_URL.value()}. Ctrl-C ends it.")
    asked = asyncio.create_task(end.wait())
    planned = asyncio.create_task(_tell_next(deployments, say)) if wanted.cron else None
    await asyncio.wait([asked, runs, watch], return_when=asyncio.FIRST_COMPLETED)
    by_itself = not end.is_set()
    say("Ending.")
    for task in (asked, watch, planned):
        if task:
            task.cancel()
    with suppress(TimeoutError):
        await asyncio.wait_for(runner.astop(), END_SECONDS)
    await asyncio.wait([asked, runs, watch], timeout=END_SECONDS)
    if by_itself:
        raise NoServer(f"the Prefect server at {PREFECT_API_URL.value()} does not answer any more")
    return DONE


async def _tell_next(deployments: Sequence[UUID], say: Say) -> None:
    """Say when the server has planned the next run; or that it plans none, which is a fault of its own."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterId,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    kind = FlowRunFilterStateType(any_=[StateType.SCHEDULED])
    async with get_client() as client:
        for _ in range(PLAN_SECONDS):
            found = await client.read_flow_runs(
                deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployments))),
                flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=kind)),
                sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            )
            for one in found:
                if one.auto_scheduled and one.expected_start_time:
                    say(f"The next run by schedule: {one.expected_start_time:%Y-%m-%d %H:%M} UTC.")
                    return
            await asyncio.sleep(1)
    say("Warning: the Prefect server plans no runs. Its scheduler is off or fails: look at its log.")


async def _deployment(folder: Path, wanted: Wanted) -> Any:
    from prefect.events import DeploymentEventTrigger
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.rerun import rerun

    arrival = DeploymentEventTrigger(
        name=f"{folder.name}: a file has arrived",
        expect={ARRIVED},
        match={"prefect.resource.id": _resource(folder)},  # pyright: ignore[reportArgumentType]
        parameters={"folder": str(folder), "pull_first": False},
    )
    return await rerun.ato_deployment(  # pyright: ignore[reportFunctionMemberAccess]
        name=folder.name,
        description="Kept by `psia serve`.",
        schedules=[Cron(wanted.cron, timezone=wanted.timezone)] if wanted.cron else [],
        parameters={"folder": str(folder), "pull_first": wanted.pull},
        triggers=[arrival],
        paused=False,
        entrypoint_type=EntrypointType.MODULE_PATH,  # one by path edits the path of modules
    )


async def _block(client: PrefectClient, name: str) -> UUID:
    """Return the id of a block by its kind and name, 'slack-webhook/office'. Raises NotServed."""
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import PREFECT_UI_URL

    kind, _, own = name.partition("/")
    try:
        return (await client.read_block_document_by_name(own, kind)).id
    except ObjectNotFound:
        raise NotServed(
            f"there is no block '{name}' on this Prefect server. Serve without --notify, make it at "
            f"{PREFECT_UI_URL.value()}/blocks, and name it by its kind: slack-webhook/office"
        ) from None


def _notification(name: str, deployment: UUID, block: UUID) -> Any:
    """Return the automation that tells of runs that ended badly; the deployment owns it, and renews it."""
    from prefect.automations import AutomationCore, EventTrigger, SendNotification

    trigger = EventTrigger(
        expect={f"prefect.flow-run.{one}" for one in ENDED_BADLY},
        match={"prefect.resource.id": "prefect.flow-run.*"},  # pyright: ignore[reportArgumentType]
        match_related={  # pyright: ignore[reportArgumentType]
            "prefect.resource.role": "deployment",
            "prefect.resource.id": f"prefect.deployment.{deployment}",
        },
        for_each={"prefect.resource.id"},
    )
    told = SendNotification(
        block_document_id=block,
        subject=f"psia: {name} {{{{ flow_run.state.name }}}}",
        body="{{ deployment.name }}: {{ flow_run.state.message }}\n{{ flow_run|ui_url }}",
    )
    return AutomationCore(
        name=f"{name}: a run ended badly",
        trigger=trigger,
        actions=[told],
        owner_resource=f"prefect.deployment.{deployment}",
    )


def _resource(folder: Path) -> str:
    return f"psia.assessment.{folder.name}"


async def _watch(served: Mapping[Path, UUID], say: Say) -> None:
    """Tell Prefect each time that something new lies in the waves of an assessment, and is whole.

    What came since the last finished run, while nobody looked, is new too.
    """
    before = {one: await asyncio.to_thread(listing, one) for one in served}
    known = {one: before[one] if await asyncio.to_thread(state.unchanged, one) else {} for one in served}
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for one, deployment in served.items():
            now = await asyncio.to_thread(listing, one)
            if have_arrived(known[one], before[one], now):
                if not await _tell(one, deployment):
                    say(f"Warning: a file arrived for {one.name}, and the Prefect server began no run.")
                known[one] = now
            before[one] = now


async def _tell(folder: Path, deployment: UUID) -> bool:
    """Tell Prefect that a file has arrived; return whether it has begun a run.

    It is told again where it begins none: a server that is busy or has just started loses events.
    """
    from prefect.client.orchestration import get_client
    from prefect.events import Event
    from prefect.events.clients import get_events_client

    async with get_client() as client, get_events_client() as events:
        runs = await _by_arrival(client, deployment)
        for _ in range(TELL_TIMES):
            await events.emit(
                Event(event=ARRIVED, resource={"prefect.resource.id": _resource(folder)})  # pyright: ignore[reportArgumentType]
            )
            for _ in range(TELL_SECONDS):
                await asyncio.sleep(1)
                if await _by_arrival(client, deployment) - runs:
                    return True
    return False


async def _by_arrival(client: PrefectClient, deployment: UUID) -> set[UUID]:
    """Return the newest runs of a deployment that no schedule has planned."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
    from prefect.client.schemas.sorting import FlowRunSort

    found = await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        sort=FlowRunSort.ID_DESC,
    )
    return {one.id for one in found if not one.auto_scheduled}
