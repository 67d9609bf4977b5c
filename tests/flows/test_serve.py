"""`psia serve`: a schedule, files that arrive, refusals that are told, and an end that leaves no process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from flows.arrivals import have_arrived, listing
from flows.care import COMMAND
from flows.cli import app
from flows.prefect_server import is_own_page
from flows.serve import NotServed, Wanted, check
from tasks import state
from tests.crash.test_kill_prefect import nobody_left, of_home
from tests.flows.test_run import go
from tests.folders import two_waves, write

EMPTY, HALF, WHOLE = {}, {"a/x.csv": (10, 1)}, {"a/x.csv": (20, 2)}
REQUEST_TIMEOUT = 60
"""Seconds that Prefect's own client waits for an answer (PREFECT_API_REQUEST_TIMEOUT)."""
PATIENCE = 120


@pytest.mark.parametrize(
    ("known", "before", "now", "arrived"),
    [
        (EMPTY, EMPTY, EMPTY, False),
        (EMPTY, EMPTY, HALF, False),
        (EMPTY, HALF, WHOLE, False),
        (EMPTY, WHOLE, WHOLE, True),
        (WHOLE, WHOLE, WHOLE, False),
        (WHOLE, EMPTY, EMPTY, True),
    ],
)
def test_a_file_has_arrived_once_it_is_whole_and_new(known, before, now, arrived):
    assert have_arrived(known, before, now) == arrived


def test_what_programs_keep_beside_a_file_is_no_arrival(tmp_path):
    assert listing(tmp_path) == {}
    names = ["one/interviews.csv", "one/~$form.xlsx", "one/.interviews.csv.new", ".git/index"]
    write(tmp_path, {f"waves/{name}": "four" for name in names} | {"mapping/actors.csv": "x"})
    found = listing(tmp_path)
    assert list(found) == ["one/interviews.csv"]
    os.utime(tmp_path / "waves/one/interviews.csv", ns=(1, 1))
    assert listing(tmp_path) == {"one/interviews.csv": (4, 1)} != found


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted([Path("baskets")], cron="0 6 * *"), "is not a line of cron"),
        (Wanted([Path("baskets")], cron="0 6 * * 1", timezone="Asia/Kalkata"), "is not a time zone"),
        (Wanted([Path("100%")]), "no name with %"),
    ],
)
def test_what_cannot_be_served_is_told_before_anything_starts(wanted, words):
    with pytest.raises(NotServed, match=words):
        check(wanted)


def test_pulling_needs_a_schedule(tmp_path):
    result = CliRunner().invoke(app, ["serve", str(two_waves(tmp_path / "tiny")), "--pull"])
    assert (result.exit_code, "--pull goes with --cron" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("127.0.0.1:4200", "", True),
        ("localhost:8000", "http://localhost:8000", True),
        ("127.0.0.1:4200", "https://elsewhere.example", False),
        ("127.0.0.1:4200", "null", False),
        ("elsewhere.example:4200", "", False),
        ("localhost.elsewhere.example", "", False),
        ("", "", False),
    ],
)
def test_our_prefect_server_answers_no_page_of_another_site(host, origin, own):
    assert is_own_page(host, origin) == own


class Office(BaseHTTPRequestHandler):
    """Whom a notification reaches."""

    told: ClassVar[list[str]] = []

    def do_POST(self):
        self.told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, format, *args):
        pass


@pytest.fixture
def office() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Office) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Served:
    """A running `psia serve`, with a Prefect server of its own, asked over its API."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path):
        self.process, self.log = process, log

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, what: str, look) -> Any:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            if found := look():
                return found
            time.sleep(0.2)
        pytest.fail(f"{what} did not come: {self.text}")

    def ask(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        """Ask the server, again where it is busy (503: SQLite is locked; or it does not answer in time)."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._ask_once(path, body, **headers)
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > until:
                    raise
            except TimeoutError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.5)

    def _ask_once(self, path: str, body: dict[str, Any] | None, **headers: str) -> Any:
        address = self.text.partition("how it ended: ")[2].partition(". Ctrl-C")[0]
        request = urllib.request.Request(  # noqa: S310
            f"{address}/api/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        with urllib.request.urlopen(request, timeout=REQUEST_TIMEOUT) as answer:  # noqa: S310
            return json.load(answer)

    def runs(self, *kinds: str) -> list[dict[str, Any]]:
        chosen = {"flow_runs": {"state": {"type": {"any_": list(kinds)}}}}
        only = {"flows": {"name": {"any_": ["assessment"]}}}
        return self.ask("flow_runs/filter", {**chosen, **only})

    def make_block(self, name: str, address: str) -> None:
        kind = self.ask("block_types/slug/custom-webhook")["id"]
        only = {"block_schemas": {"block_type_id": {"any_": [kind]}}}
        schema = self.ask("block_schemas/filter", only)[0]["id"]
        data = {"name": name, "url": address, "json_data": {"text": "{{subject}} {{body}}"}}
        about = {"name": name, "data": data, "block_type_id": kind, "block_schema_id": schema}
        self.ask("block_documents/", about)


def psia_serve(folder: Path, home: Path, out: Any, *options: str) -> subprocess.Popen[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", COMMAND, "serve", str(folder), *options],
        stdout=out,
        stderr=subprocess.STDOUT,
        env={**environment, "PREFECT_HOME": str(home), "PYTHONPATH": str(state.ROOT)},
        cwd=home.parent,
    )


@contextmanager
def serving(folder: Path, home: Path, *options: str) -> Iterator[Served]:
    log = home.parent / "log"
    with log.open("wb") as out:
        process = psia_serve(folder, home, out, *options)
    served = Served(process, log)
    try:
        served.wait_for("the server", lambda: "Ctrl-C ends it" in served.text)
        yield served
    finally:
        process.kill()
        process.wait()


def ended_by(served: Served, number: signal.Signals, home: Path) -> int:
    """End it and return its exit status, once no process of its home is left."""
    served.process.send_signal(number)
    status = served.process.wait(PATIENCE)
    assert not nobody_left(lambda: of_home(home))
    return status


@pytest.mark.slow
def test_files_that_arrive_are_run_refusals_are_told_and_nothing_is_left(tmp_path, office):
    folder, home = two_waves(tmp_path / "baskets"), tmp_path / "home"
    home.mkdir()
    assert go(folder)[0] == 0
    report = (folder / "results" / "current").resolve()
    answers = folder / "waves" / "followup" / "interviews.csv"
    with serving(folder, home, "--cron", "0 6 * * 1", "--timezone", "Asia/Kolkata") as served:
        with pytest.raises(urllib.error.HTTPError, match="403"):
            served.ask("flow_runs/filter", {}, Origin="https://elsewhere.example")
        second = psia_serve(folder, home, subprocess.PIPE).communicate()[0]
        assert f"process {served.process.pid} serves already" in second.decode()
        planned = served.wait_for("the schedule", lambda: served.runs("SCHEDULED"))
        first = min(datetime.fromisoformat(one["expected_start_time"]) for one in planned)
        assert (first.weekday(), first.hour, first.minute) == (0, 0, 30)
        served.wait_for("its time", lambda: f"by schedule: {first:%Y-%m-%d} 00:30 UTC." in served.text)
        answers.write_text(answers.read_text() + "R900,programme,weaver-women,place-01,1,1500,20\n")
        (run,) = served.wait_for("the run", lambda: served.runs("COMPLETED", "FAILED", "CRASHED"))
        assert run["state_name"] == "Completed"
        assert "steps computed" in run["state"]["message"]
        assert (folder / "results" / "current").resolve() != report
        shown = {one["key"]: one for one in served.ask("artifacts/filter", {})}
        assert str(folder / "results" / "current" / "report.html") in shown["baskets-report"]["data"]
        tables = {one["table"]: one for one in json.loads(shown["baskets-tables"]["data"])}
        assert tables["poverty_groups"]["rows"] == 2
        assert "baskets-checks" in shown
        phases = served.ask("flow_runs/filter", {"flow_runs": {"parent_task_run_id": {"is_null_": False}}})
        assert len(phases) == 9
        assert all("steps computed" in one["state"]["message"] for one in phases)
        served.make_block("office", office)
        assert ended_by(served, signal.SIGTERM, home) == 0
    answers.write_text(answers.read_text().replace("R000,comparison", "R000,Asha Devi"))
    with serving(folder, home, "--notify", "custom-webhook/office") as served:
        assert served.wait_for("the refusal", lambda: served.runs("FAILED"))[0]["state_name"] == "Refused"
        served.wait_for("the notification", lambda: Office.told)
        assert "baskets: Refused, nothing was changed: 1 fault in waves/followup" in Office.told[0]
        assert "flow-run/" in Office.told[0]
        (faults,) = [one for one in served.ask("artifacts/filter", {}) if one["key"] == "baskets-faults"]
        assert json.loads(faults["data"])[0]["column"] == "arm"
        asked = ("flow_runs/filter", "artifacts/filter", "logs/filter", "events/filter")
        told = json.dumps([served.ask(one, {}) for one in asked]) + served.text + str(Office.told)
        assert "Asha" not in told
        assert "Traceback" not in told
        assert not any("0 6 * * 1" in str(one["schedules"]) for one in served.ask("deployments/filter", {}))
        ended_by(served, signal.SIGKILL, home)


def test_a_prefect_server_that_does_not_answer_is_told(tmp_path):
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", COMMAND, "serve", str(two_waves(tmp_path / "tiny"))],
        capture_output=True,
        text=True,
        env={**os.environ, "PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_HOME": str(tmp_path)},
        cwd=state.ROOT,
    )
    assert ended.returncode == 3
    assert ended.stderr.startswith("psia: the Prefect server at http://127.0.0.1:9/api does not answer")
    assert "Traceback" not in ended.stderr
