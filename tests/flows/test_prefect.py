"""The flow with Prefect's own server: the same bytes, the states it shows, nothing left behind."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.flows.test_run import go, tree
from tests.folders import two_waves

STATES = """
import asyncio, json
from prefect.client.orchestration import get_client

async def main():
    async with get_client() as client:
        flows = await client.read_flow_runs()
        tasks = await client.read_task_runs()
        print(json.dumps({
            "flows": [[one.name, one.state_name, one.parent_task_run_id is None] for one in flows],
            "tasks": [[one.name, one.state_name] for one in tasks],
            "text": "".join(one.model_dump_json() for one in [*flows, *tasks]),
        }))

asyncio.run(main())
"""
FAILING = """
import sys
from tasks.steps import STEPS
import tasks.run
def fail(*_, **__):
    raise RuntimeError("Asha Devi earns 1 000")
step = STEPS["find_poverty_nodes"]
STEPS[step.name] = type(step)(**{**step.__dict__, "function": fail})
from pathlib import Path
from flows.runner import execute
sys.exit(execute(Path(sys.argv[1]), engine="prefect", select="", seal=False, say=print))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Prefect server of the tests' own, on a free port, and the environment that points to it."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
    serving = {key: value for key, value in environment.items() if key != "PREFECT_API_URL"}
    process = subprocess.Popen(  # noqa: S603
        command, env=serving, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=1)
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("Prefect's server did not start within two minutes")
        yield environment
    finally:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait()


def python(code: str, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=env, check=False
    )


TRYING = """
from flows import engine
engine.choose("prefect")
from schemas.faults import Refused
from tasks.pull import Unreached
tries = []
@engine.flow("trying")
def trying():
    for error in (OSError("no room"), Unreached([]), Refused([]), ValueError("x")):
        @engine.task("try", again_after=(0, 0))
        def fail():
            tries.append(type(error).__name__)
            raise error
        assert not engine.tried(fail)
    return "tried"
trying()
print("tries:", " ".join(tries))
"""
PSIA = "from flows.cli import main; main()"


def states(env: dict[str, str]) -> dict[str, list[list[object]]]:
    import json

    return json.loads(python(STATES, env=env).stdout.strip().splitlines()[-1])


def runs_alike(server: dict[str, str], plain: Path, flow: Path) -> None:
    """Run the second folder with the server: its tree has to be that of the first, which was run without."""
    before = len(states(server)["flows"])
    ended = python(PSIA, "run", str(flow), env={**server, "PSIA_KEYS": os.environ["PSIA_KEYS"]})
    assert ended.returncode == 0, ended.stderr
    assert "Engine: Prefect" in ended.stdout
    assert tree(flow) == tree(plain)
    seen = states(server)
    assert len(seen["flows"]) == before + 9
    assert any(str(name).startswith("estimate_impact") for name, _ in seen["tasks"])
    assert {state for _, state, _ in seen["flows"]} == {"Completed"}


def test_with_a_server_the_bytes_are_those_of_a_run_without(server, tmp_path, finished):
    plain = finished(tmp_path / "plain")
    flow = Path(shutil.copytree(plain, tmp_path / "flow", ignore=shutil.ignore_patterns("results")))
    runs_alike(server, plain, flow)


@pytest.mark.slow
def test_with_a_server_the_bytes_of_the_demo_are_those_of_a_run_without(server, tmp_path):
    shipped = Path(__file__).parent.parent.parent / "data" / "demo" / "block-printing"
    plain, flow = tmp_path / "plain", tmp_path / "flow"
    for folder in (plain, flow):
        shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns("results", "received", "vault"))
    assert go(plain)[0] == 0
    runs_alike(server, plain, flow)


def test_a_failed_step_is_seen_in_prefect(server, tmp_path, monkeypatch):
    folder = two_waves(tmp_path / "tiny")
    before = {name for name, _ in states(server)["tasks"]}
    ended = python(FAILING, str(folder), env={**server, "PSIA_KEYS": str(tmp_path / "keys")})
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert not (folder / "results" / "current").exists()
    seen = states(server)
    new = {str(name): state for name, state in seen["tasks"] if name not in before}
    failed = {name.rsplit("-", 1)[0] for name, state in new.items() if state == "Failed"}
    assert "find_poverty_nodes" in failed
    completed = {name.rsplit("-", 1)[0] for name, state in new.items() if state == "Completed"}
    assert {"estimate_impact", "draw_sample", "count_interviews"} <= completed
    whole = [str(state) for _, state, top in seen["flows"] if top]
    assert sorted(whole)[-1] == "Failed"
    assert "Asha" not in str(seen["text"]) + ended.stdout + ended.stderr


def test_only_what_touches_network_or_disk_is_tried_again(server):
    ended = python(TRYING, env={**server, "PREFECT_LOGGING_LEVEL": "CRITICAL"})
    tries = "OSError OSError OSError Unreached Unreached Unreached Refused ValueError"
    assert f"tries: {tries}\n" in ended.stdout, ended.stderr


@pytest.mark.slow
def test_a_temporary_server_leaves_no_process_behind(tmp_path, monkeypatch):
    folder = two_waves(tmp_path / "tiny")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")},
        "PREFECT_HOME": str(tmp_path / "home"),
        "PSIA_KEYS": str(tmp_path / "keys"),
    }
    ended = python(PSIA, "run", str(folder), "--engine", "prefect", env=environment)
    assert ended.returncode == 0, ended.stderr
    assert (folder / "results" / "current" / "report.html").is_file()
    time.sleep(1)
    left = [
        process.pid
        for process in psutil.process_iter(["cmdline", "environ"])
        if (process.info["environ"] or {}).get("PREFECT_HOME") == str(tmp_path / "home")
    ]
    assert not left
