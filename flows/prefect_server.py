"""A Prefect server of our own, that ends with the process that started it, also where that is killed.

Prefect's temporary server outlives a killed run. This one looks each half second whether its parent is there.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tasks import state

LOOK_SECONDS = 0.5
START_SECONDS = 180
STOP_SECONDS = 5
HOST = "127.0.0.1"


def end_with(parent: int) -> None:
    """End this process, at once and as kill -9 would, when its parent has ended."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=look, name="end with the parent", daemon=True).start()


def free_port(wanted: int = 0) -> int:
    """Return the wanted port where it is free, else any free one."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, wanted))
        except OSError:
            return free_port()
        return one.getsockname()[1]


def start(port: int, *, temporary: bool) -> subprocess.Popen[bytes]:
    """Start a server, wait until it answers, and return its process.

    temporary: without the user interface and the scheduler. Raises OSError where it does not start.
    """
    kind = "temporary" if temporary else "whole"
    command = [sys.executable, "-P", "-m", "flows.prefect_server", str(port), str(os.getpid()), kind]
    serving = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    if not temporary:  # where its pages find it, and its notifications the pages
        serving |= {"PREFECT_UI_API_URL": address(port), "PREFECT_UI_URL": f"http://{HOST}:{port}"}
    process = subprocess.Popen(  # noqa: S603 -- this program
        command,
        env={**serving, "PYTHONPATH": str(state.ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us, who end the server after what still needs it
    )
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _answers(port):
            return process
        time.sleep(0.1)
    stop(process)
    raise OSError("Prefect's server did not start")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"{address(port)}/health", timeout=1) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False


def address(port: int) -> str:
    """Return the address of the API of a server of ours."""
    return f"http://{HOST}:{port}/api"


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server, and wait until it has ended."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def running(port: int) -> Iterator[str]:
    """Have a whole server run, with scheduler and user interface; yield the address of its API."""
    process = start(port, temporary=False)
    try:
        yield address(port)
    finally:
        stop(process)


def is_own_page(host: str, origin: str) -> bool:
    """Return whether a request is for this machine, and comes from no page of another site.

    host, origin: its headers of these names; '' where it has none. A browser sends the second with whatever a
    page of another site may make it do, and names in the first a site that gives out our address as its own.
    """
    here = ("127.0.0.1", "localhost")
    return urlsplit(f"//{host}").hostname in here and (not origin or urlsplit(origin).hostname in here)


def _for_own_pages(app: Any) -> Any:
    """Return the server without answers to pages of other sites: Prefect's own lets all of them ask."""

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        own = is_own_page(headers.get(b"host", ""), headers.get(b"origin", ""))
        if scope["type"] == "lifespan" or own:
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    return guarded


def main() -> None:
    """Be the server: its port, its parent's number and its kind are the arguments."""
    port, parent, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    end_with(parent)
    import uvicorn
    from prefect.server.api.server import create_app

    app = _for_own_pages(create_app(ephemeral=kind == "temporary", final=True))
    uvicorn.run(app, host=HOST, port=port, log_level="critical", timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main()
