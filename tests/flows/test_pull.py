"""`psia pull` from a small server that answers as ODK Central does, over real sockets."""

from __future__ import annotations

import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
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

    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        good = given == {"email": "reader@example.org", "password": "right"}
        self.answer(200 if good else 401, b'{"token": "t0"}' if good else b'{"message": "no"}')

    def do_GET(self):
        if self.headers["Authorization"] != "Bearer t0":
            self.answer(401, b"{}")
        elif self.path == f"{EXPORT}?attachments=false":
            self.answer(200, type(self).exports)
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
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def folder(tmp_path: Path, server: str, form: str = "household") -> Path:
    wave = f'\n[[wave]]\nname = "only"\n[wave.odk]\nserver = "{server}"\nproject = 3\nform = "{form}"\n'
    return write(tmp_path / "tiny", {"assessment.toml": plan(GROUPS + wave)})


def pull(one: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["pull", str(one)])
    return result.exit_code, result.output


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
        ("form", "has no form 'another'"),
        ("cut", "did not answer in full"),
        ("no export", "no export"),
        ("down", "did not answer in full"),
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
    if fault == "no export":
        monkeypatch.setattr(Central, "exports", b"<html>")
    if fault == "down":
        folder(tmp_path, "http://127.0.0.1:9")
    if fault == "beside":
        write(one, {"waves/only/interviews.csv": ROWS})
    before = {path: path.read_bytes() for path in one.rglob("*") if path.is_file()}
    code, told = pull(one)
    assert code == 1
    assert words in told
    assert "canary" not in told
    assert {path: path.read_bytes() for path in one.rglob("*") if path.is_file()} == before
