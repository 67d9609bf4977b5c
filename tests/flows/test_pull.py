"""`psia pull` from a small server that answers as ODK Central does, over real sockets."""

from __future__ import annotations

import json
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from requests.adapters import HTTPAdapter
from requests.exceptions import SSLError
from typer.testing import CliRunner

from flows import engine
from flows.cli import app
from flows.lock import alone
from schemas.assessment import read_plan
from schemas.faults import Refused
from tasks.pull import Unreached
from tasks.vault import Vault
from tests.folders import GROUPS, plan, write

ROWS = "SubmissionDate,income,KEY,ReviewState\n2026-01-05T10:00:00.000Z,900,uuid:1,approved\n"
EXPORT = "/v1/projects/3/forms/household/submissions.csv.zip"


def export(rows: str, year: int) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("household.csv", (year, 1, 1, 0, 0, 0)), rows)
    return content.getvalue()


class Central(BaseHTTPRequestHandler):
    exports: bytes = b""
    cut = False
    login_status = 0
    form_status = 0

    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.login_status:
            self.answer(self.login_status, b"{}")
            return
        good = given == {"email": "reader@example.org", "password": "right"}
        self.answer(200 if good else 401, b'{"token": "t0"}' if good else b'{"message": "no"}')

    def do_GET(self):
        if self.headers["Authorization"] != "Bearer t0":
            self.answer(401, b"{}")
        elif self.path == "/v1/projects/3":
            self.answer(200, b"{}")
        elif self.path == f"{EXPORT}?attachments=false":
            self.answer(self.form_status or 200, type(self).exports)
        else:
            self.answer(404, b"{}")

    def answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if content[:1] == b"{" else "application/zip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self.cut and content[:1] != b"{" else content)

    def log_message(self, format, *args):
        pass


@pytest.fixture
def central(monkeypatch):
    monkeypatch.setenv("PSIA_ODK_USER", "reader@example.org")
    monkeypatch.setenv("PSIA_ODK_PASSWORD", "right")
    monkeypatch.setattr(Central, "exports", export(ROWS, 2025))
    with ThreadingHTTPServer(("127.0.0.1", 0), Central) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def folder(tmp_path: Path, server: str, form: str = "household", project: int = 3, more: str = "") -> Path:
    where = f'[wave.odk]\nserver = "{server}"\nproject = {project}\nform = "{form}"\n'
    wave = f'\n[[wave]]\nname = "only"\n{more}\n{where}'
    return write(tmp_path / "tiny", {"assessment.toml": plan(GROUPS + wave)})


def pull(one: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["pull", str(one)])
    return result.exit_code, result.output


def test_a_run_by_schedule_pulls_first_and_does_nothing_where_that_fails(tmp_path, central, monkeypatch):
    engine.choose("process")
    from flows import rerun

    one = folder(tmp_path, central)
    rerun.pull_waves(one)
    assert (one / "waves" / "only" / "interviews.zip").read_bytes() == Central.exports
    with alone(one):
        busy = rerun.done(one, pull_first=True)
    assert (busy.name, "is being run by process" in busy.message) == ("Failed", True)
    monkeypatch.setenv("PSIA_ODK_PASSWORD", "canary-5521")
    ended = rerun.done(one, pull_first=True)
    assert (ended.type.value, ended.name) == ("FAILED", "Refused")
    assert "did not accept the login" in ended.message
    assert "canary-5521" not in ended.message
    assert not (one / "results" / "warehouse.duckdb").exists()
    with pytest.raises(Refused) as refused:
        rerun.pull_waves(one)
    with pytest.raises(Unreached) as unreached:
        rerun.pull_waves(folder(tmp_path, "http://127.0.0.1:9"))
    assert not engine.worth_another_try(refused.value)
    assert engine.worth_another_try(unreached.value)


def received(one: Path) -> dict[Path, bytes]:
    """Return all files but the lock of runs."""
    return {path: path.read_bytes() for path in one.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_wave_is_fetched_as_it_is_and_once(tmp_path, central, monkeypatch):
    one = folder(tmp_path, central)
    assert pull(one)[0] == 0
    stored = one / "waves" / "only" / "interviews.zip"
    assert stored.read_bytes() == Central.exports
    first = stored.read_bytes()
    monkeypatch.setattr(Central, "exports", export(ROWS, 2026))
    code, told = pull(one)
    assert (code, stored.read_bytes()) == (0, first)
    assert "nothing new" in told
    monkeypatch.setattr(Central, "exports", export(ROWS + ROWS.splitlines()[1].replace("1,", "2,"), 2026))
    assert pull(one)[0] == 0
    assert stored.read_bytes() == Central.exports
    assert [path.name for path in stored.parent.iterdir()] == ["interviews.zip"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("password", "did not accept the login"),
        ("no login", "there is no login"),
        ("login closed", "lets nobody log in"),
        ("too many logins", "too many logins"),
        ("no Central", "does not answer as ODK Central does"),
        ("form", "has no form 'another'"),
        ("project", "has no project 4"),
        ("no role", "does not let this user read"),
        ("cut", "did not answer in full"),
        ("large", "sends more than"),
        ("slow", "has not sent the whole form"),
        ("silent", "too slow"),
        ("no export", "no export"),
        ("down", "cannot be reached"),
        ("certificate", "certificate"),
        ("beside", "holds interviews.csv"),
    ],
)
def test_what_goes_wrong_is_told_and_changes_nothing(tmp_path, central, monkeypatch, fault, words):
    one = folder(tmp_path, central, "another" if fault == "form" else "household")
    if fault == "password":
        monkeypatch.setenv("PSIA_ODK_PASSWORD", "canary-5521")
    if fault == "no login":
        monkeypatch.delenv("PSIA_ODK_PASSWORD")
        monkeypatch.setenv("PYODK_CONFIG_FILE", str(tmp_path / "none.toml"))
    if fault == "cut":
        monkeypatch.setattr(Central, "cut", True)
    logins = {"login closed": 403, "too many logins": 429, "no Central": 404}
    monkeypatch.setattr(Central, "login_status", logins.get(fault, 0))
    if fault == "project":
        folder(tmp_path, central, project=4)
    if fault == "no role":
        monkeypatch.setattr(Central, "form_status", 403)
    if fault == "large":
        monkeypatch.setattr("tasks.pull.LARGEST_DOWNLOAD", 10)
    if fault == "slow":
        monkeypatch.setattr("tasks.pull.LONGEST_SECONDS", -1)
    if fault == "silent":
        monkeypatch.setattr("tasks.pull.SILENT_SECONDS", 0.2)
        monkeypatch.setattr(Central, "do_GET", lambda self: time.sleep(0.5))
    if fault == "certificate":
        refuse = SSLError("certificate verify failed: self-signed certificate")
        monkeypatch.setattr(HTTPAdapter, "send", lambda *_, **__: (_ for _ in ()).throw(refuse))
    if fault == "no export":
        monkeypatch.setattr(Central, "exports", b"<html>")
    if fault == "down":
        folder(tmp_path, "http://127.0.0.1:9")
    if fault == "beside":
        write(one, {"waves/only/interviews.csv": ROWS})
    before = received(one)
    code, told = pull(one)
    assert code == 1
    assert words in told
    assert "canary" not in told
    assert received(one) == before


def test_a_sealed_wave_is_pulled_again_and_stays_sealed(tmp_path, central, monkeypatch):
    one = folder(tmp_path, central)
    vault = Vault(one, "tiny")
    stored = one / "waves" / "only" / "interviews.zip.age"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(vault.seal(Central.exports))
    before = stored.read_bytes()
    code, told = pull(one)
    assert (code, stored.read_bytes()) == (0, before)
    assert "nothing new" in told
    monkeypatch.setattr(Central, "exports", export(ROWS.replace("900", "950"), 2026))
    assert pull(one)[0] == 0
    assert [path.name for path in stored.parent.iterdir()] == ["interviews.zip.age"]
    assert vault.unseal(stored.read_bytes()) == Central.exports


def test_a_folder_that_is_being_run_is_left_alone(tmp_path, central):
    one = folder(tmp_path, central)
    with alone(one):
        assert pull(one)[0] == 3
    assert not (one / "waves").exists()


def test_a_wave_comes_from_files_or_from_a_server(tmp_path, central):
    one = folder(tmp_path, central, more='interviews = "waves/panel.csv"')
    with pytest.raises(Refused, match="keep one of the two"):
        read_plan(one / "assessment.toml")
