"""`psia rebuild`, `psia verify`, `psia doctor`: results made anew, compared, and looked at."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from flows import care
from flows.runner import execute
from schemas.assessment import read_plan
from tasks import releases
from tests.command import psia
from tests.flows.test_run import go, tree
from tests.folders import two_waves

PERSONAL = '\n[personal]\n"waves/*/interviews" = ["name"]\n'


ACTIVITY = """
[iati]
reporting_org = "XM-EXAMPLE-1"
reporting_org_name = "Programme office"
reporting_org_type = 10
activity = "XM-EXAMPLE-1-7"
starts_on = 2022-01-01
"""


def named(folder: Path) -> Path:
    """Give each interview a name, which the plan declares personal."""
    two_waves(folder, PERSONAL)
    for wave in ("baseline", "followup"):
        path = folder / "waves" / wave / "interviews.csv"
        head, *rows = path.read_text().splitlines()
        path.write_text(
            "\n".join([f"{head},name", *(f"{row},Person {i}" for i, row in enumerate(rows))]) + "\n"
        )
    return folder


def verdicts(folder: Path) -> dict[str, str]:
    return {one["check"]: one["verdict"] for one in care.doctor(folder)}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path]:
    """Return a folder that was run, with a vault, and the folder of its key."""
    keys = tmp_path_factory.mktemp("keys of the module")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSIA_KEYS", str(keys))
        folder = named(tmp_path_factory.mktemp("made") / "tiny")
        assert go(folder)[0] == 0
    return folder, keys


@pytest.fixture
def kept(made, tmp_path, monkeypatch) -> Path:
    keys = tmp_path / "keys"
    shutil.copytree(made[1], keys)
    monkeypatch.setenv("PSIA_KEYS", str(keys))
    return keys


@pytest.fixture
def ran(made, kept, tmp_path) -> Path:
    """Return a copy of the folder that was run, with its key."""
    return Path(shutil.copytree(made[0], tmp_path / "tiny", symlinks=True))


def test_rebuild_makes_the_same_exports_and_no_warehouse_is_lost_to_bad_input(ran):
    before, warehouse = tree(ran), ran / "results" / "warehouse.duckdb"
    lines: list[str] = []
    assert care.rebuild(ran, engine="process", say=lines.append) == 0
    assert tree(ran) == before
    assert "are the same as before" in lines[-1]
    assert any("0 unchanged" in line for line in lines)
    content = warehouse.read_bytes()
    plan = ran / "assessment.toml"
    plan.write_text(plan.read_text().replace('approach = "improving"', 'approach = "improvig"'))
    assert care.rebuild(ran, engine="process", say=lines.append) == 1
    assert warehouse.read_bytes() == content


def test_rebuild_says_what_is_not_as_before(ran):
    answers = ran / "waves" / "followup" / "interviews.csv"
    head, _, *rest = answers.read_text().splitlines()
    answers.write_text("\n".join([head, *rest]) + "\n")
    lines: list[str] = []
    assert care.rebuild(ran, engine="process", say=lines.append) == 0
    assert "Not as before" in lines[-1]
    assert "tables/interviews.csv" in lines[-1] or "more" in lines[-1]


def test_verify_runs_thrice_here_and_leaves_no_copy(ran, monkeypatch):
    monkeypatch.chdir(ran)
    lines: list[str] = []
    assert care.verify(Path(), say=lines.append) == 0
    assert "The same bytes in all" in lines[-1]
    assert not [path for path in (ran / "results").iterdir() if path.name.startswith(".verify-")]


def test_a_release_is_as_it_was_signed_in_the_copy_that_verify_runs(ran, tmp_path):
    plan, tree = read_plan(ran / "assessment.toml"), ran / "results" / "current"
    for who in ("Head of evaluation", "Programme office"):
        releases.sign(ran, plan, tree, who, "2026-04-01")
    assert releases.publish(ran, plan, tree)
    care._copy_inputs(ran, tmp_path / "copy")
    assert [one["state"] for one in releases.published(tmp_path / "copy")] == ["whole"]
    assert releases.changed_faults(tmp_path / "copy") == []


@pytest.mark.slow
@pytest.mark.skipif("PSIA_EVERY_FORMAT" not in os.environ, reason="takes minutes: set PSIA_EVERY_FORMAT")
def test_every_format_has_the_same_bytes_in_three_runs(tmp_path):
    """Under another hash seed, time zone, locale, number of threads and directory."""
    pytest.importorskip("rocrate")
    formats = ["word", "ro-crate"]
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        pass
    else:
        formats.append("pdf")
    asked = f"\n[report]\nformats = {json.dumps(formats)}\n{ACTIVITY}"
    folder = two_waves(tmp_path / "formats", asked)
    assert go(folder)[0] == 0
    suffixes = {path.suffix for path in (folder / "results" / "current").resolve().rglob("*")}
    assert {".html", ".docx", ".xlsx", ".csv", ".xml", ".json"} <= suffixes
    assert (".pdf" in suffixes) == ("pdf" in formats)
    lines: list[str] = []
    assert care.verify(folder, say=lines.append) == 0
    assert "The same bytes in all" in lines[-1]


def test_verify_tells_results_that_this_program_does_not_make(ran, monkeypatch):
    monkeypatch.setattr(care.state, "unchanged", lambda _: True)
    for one in ("WAYS", "PLACES"):  # what three runs have alike is compared with the results as that of one
        monkeypatch.setattr(care, one, getattr(care, one)[:1])
    (ran / "results" / "current" / "report.html").write_text("another report")
    lines: list[str] = []
    assert care.verify(ran, say=lines.append) == 3
    assert "report.html" in lines[-1]


def test_verify_refuses_what_run_refuses(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    (folder / "waves/baseline/interviews.csv").write_text("respondent\n")
    ended = psia("verify", str(folder))
    assert ended.returncode == 1
    assert ".verify-" not in ended.stderr
    assert not (folder / "results" / "current").exists()


def test_a_healthy_folder_is_told_so_and_nothing_is_changed(ran):
    before = {path: path.read_bytes() for path in sorted(ran.rglob("*")) if path.is_file()}
    found = verdicts(ran)
    assert set(found.values()) == {"ok"}, found
    assert {"plan", "disk", "vault", "received", "warehouse", "report"} <= set(found)
    after = {path: path.read_bytes() for path in sorted(ran.rglob("*")) if path.is_file()}
    lock = ran / "results" / ".lock"
    assert {**after, lock: b""} == {**before, lock: b""}


def test_each_kind_of_damage_is_told_with_what_mends_it(ran):
    with duckdb.connect(str(ran / "results" / "warehouse.duckdb")) as inside:
        most = "SELECT max(interviewed) FROM mart.interviews"
        inside.execute(f"DELETE FROM mart.interviews WHERE interviewed = ({most})")  # noqa: S608
    kept = next(path for path in (ran / "received").iterdir() if path.suffix == ".csv")
    kept.write_bytes(kept.read_bytes() + b"x")
    (ran / "results" / "current" / "report.html").write_text("")
    (ran / "received" / ".part.new").write_text("")
    found = {one["check"]: one for one in care.doctor(ran)}
    wrong = {check for check, one in found.items() if one["verdict"] == "wrong"}
    assert wrong == {"received", "warehouse", "report"}
    assert "mart.interviews" in found["warehouse"]["found"]
    assert "rebuild" in found["warehouse"]["remedy"]
    assert found["leftovers"]["verdict"] == "note"
    kept.unlink()
    assert care.rebuild(ran, engine="process", say=lambda _: None) == 0
    (ran / "received" / ".part.new").unlink()
    assert set(verdicts(ran).values()) == {"ok"}


def test_a_warehouse_whose_log_was_zeroed_is_told_and_made_again(ran):
    path = ran / "results" / "warehouse.duckdb"
    before = tree(ran)
    path.write_bytes(b"\0" * path.stat().st_size)
    assert verdicts(ran)["warehouse"] == "wrong"
    ended = psia("doctor", str(ran), "--json")
    assert ended.returncode == 1
    assert {one["check"]: one["verdict"] for one in json.loads(ended.stdout)}["warehouse"] == "wrong"
    assert psia("rebuild", str(ran)).returncode == 0
    assert tree(ran) == before


def test_a_vault_without_its_key_is_told(ran, kept):
    shutil.rmtree(kept)
    found = {one["check"]: one for one in care.doctor(ran)}
    assert found["vault"]["verdict"] == "wrong"
    assert "key" in found["vault"]["found"]
    assert execute(ran, engine="process", select="", seal=False, say=lambda _: None) == 1


def test_a_disk_that_is_full_is_told(ran, monkeypatch):
    usage = care.shutil.disk_usage(ran)
    monkeypatch.setattr(care.shutil, "disk_usage", lambda _: usage._replace(free=1024))
    found = {one["check"]: one for one in care.doctor(ran)}
    assert found["disk"]["verdict"] == "wrong"
    assert found["disk"]["remedy"] == "Make room"
