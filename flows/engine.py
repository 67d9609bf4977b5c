"""The engine: Prefect's decorators, or plain functions in this process.

flows/assess.py is a real Prefect flow. Where no Prefect API is configured and nobody asks for one, the same
functions run undecorated, because a run without a server of its own starts at once; results are the same.
"""

from __future__ import annotations

import atexit
import functools
import os
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

Engine = Literal["prefect", "process"]
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_chosen: Engine = "prefect"


def choose(engine: Engine) -> None:
    """Choose the engine. To be called before flows.assess is imported, which decorates when it is."""
    global _chosen
    _chosen = engine
    if engine == "prefect":
        _quiet()


def configured() -> bool:
    """Return whether the user has a Prefect API: in the environment, or in Prefect's active profile."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    try:
        profiles = tomllib.loads((home / "profiles.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return False
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active", "")
    return bool(profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL"))


def _quiet() -> None:
    """Set what keeps Prefect quiet and private, unless the user has set it: no telemetry, own folder."""
    settings = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_CLI_PROMPT": "false",
    }
    if not configured():
        home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        own = Path(home) / "psia" / "prefect"
        own.mkdir(parents=True, exist_ok=True)  # Prefect's server does not make it, and then does not start
        settings["PREFECT_HOME"] = str(own)
    for name, value in settings.items():
        os.environ.setdefault(name, value)


def have_server() -> None:
    """Start a server for the time of this process, unless the user has one. Raises OSError.

    Before Prefect is imported: it reads the address once.
    """
    if configured():
        return
    from flows import prefect_server

    port = prefect_server.free_port()
    process = prefect_server.start(port, temporary=True)
    atexit.register(prefect_server.stop, process)
    os.environ["PREFECT_API_URL"] = prefect_server.address(port)


def flow(name: str) -> Decorator:
    """Return a decorator: Prefect's flow, or nothing at all. Words returned stand with its state."""
    if _chosen == "process":
        return lambda function: function
    import prefect

    flow_of = prefect.flow(name=name, persist_result=False, validate_parameters=False)
    return lambda function: flow_of(_with_words(function))


def task(name: str, *, again_after: Sequence[float] = ()) -> Decorator:
    """Return a decorator: Prefect's task without its cache, or nothing at all.

    again_after: seconds before each new try, for what touches network or disk; see `worth_another_try`.
    """
    if _chosen == "process":
        return lambda function: function
    import prefect
    from prefect.cache_policies import NO_CACHE

    task_of = prefect.task(
        name=name,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=len(again_after),
        retry_delay_seconds=list(again_after),
        retry_condition_fn=_failed_by_network_or_disk,
    )
    return lambda function: task_of(_with_words(function))


def _with_words(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose words are the message of its state in Prefect."""

    @functools.wraps(function)
    def told(*arguments: Any, **named: Any) -> Any:
        from prefect.states import Completed

        words = function(*arguments, **named)
        return Completed(message=words) if isinstance(words, str) else words

    return told


def _failed_by_network_or_disk(task: Any, task_run: Any, ended: Any) -> bool:
    try:
        ended.result()
    except Exception as error:
        return worth_another_try(error)
    return False


def worth_another_try(error: Exception) -> bool:
    """Return whether a failure may be gone later: of network or disk. What was refused is so again."""
    from tasks.pull import Unreached

    return isinstance(error, (OSError, Unreached))


def named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return a task under the name of the step that it does."""
    return function.with_options(name=name) if hasattr(function, "with_options") else function


def tried(function: Callable[..., Any], *arguments: Any) -> bool:
    """Call a flow or task, let its failure be recorded, and return whether it succeeded."""
    if hasattr(function, "with_options"):
        return function(*arguments, return_state=True).is_completed()
    try:
        function(*arguments)
    except Exception:
        return False
    return True
