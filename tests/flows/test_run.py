"""What a run promises: nothing twice, the same bytes, former results kept, the same with Prefect."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from flows.runner import execute
from tasks.steps import STEPS
from tests.flows.test_bad_input import psia
from tests.folders import two_waves, write


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file of the newest report."""
    current = folder / "results" / "current"
    return {
        path.relative_to(current).as_posix(): path.read_bytes()
        for path in sorted(current.rglob("*"))
        if path.is_file()
    }


def go(folder: Path, **more) -> tuple[int, list[str]]:
    """Run in this process; return the exit status and the lines said."""
    lines: list[str] = []
    options = {"engine": "process", "select": "", "seal": False, **more}
    return execute(folder, say=lines.append, **options), lines


def mart(folder: Path) -> dict[str, str]:
    """Return every mart table as `psia table` prints it."""
    listed = psia("table", "--in", str(folder)).stdout.splitlines()[1:]
    names = [line.split(",")[0] for line in listed if line.startswith("mart.")]
    return {name: psia("table", name, "--in", str(folder)).stdout for name in names}


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    folder = two_waves(tmp_path_factory.mktemp("assessments") / "tiny")
    os.environ["PSIA_KEYS"] = str(tmp_path_factory.mktemp("keys"))
    code, _ = go(folder)
    assert code == 0
    return folder


def copy(ran: Path, tmp_path: Path, keys: str = "") -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(ran, folder, symlinks=True)
    return folder


def test_the_tree_is_there(ran):
    files = tree(ran)
    assert {"report.html", "manifest.json", "tables/impact_estimates.csv"} <= set(files)
    assert not any(name.startswith("tables/responses") for name in files)


def test_a_second_run_computes_nothing_and_says_so(ran, tmp_path, monkeypatch):
    folder = two_waves(tmp_path / "tiny")
    assert go(folder)[0] == 0
    again = psia("run", str(folder))
    assert again.returncode == 0
    assert "nothing has changed, nothing was computed" in again.stdout
    code, lines = go(folder)
    assert code == 0
    assert any(line.startswith("0 steps computed") for line in lines), lines


def test_a_run_without_the_warehouse_gives_the_same_bytes(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    assert go(folder)[0] == 0
    before, numbers = tree(folder), mart(folder)
    (folder / "results" / "warehouse.duckdb").unlink()
    assert go(folder)[0] == 0
    assert tree(folder) == before
    assert mart(folder) == numbers
    shutil.rmtree(folder / "results")
    assert go(folder)[0] == 0
    assert tree(folder) == before


def test_the_same_folder_elsewhere_with_another_key_gives_the_same_report(tmp_path, monkeypatch):
    first, second = two_waves(tmp_path / "a"), two_waves(tmp_path / "b b")
    assert go(first)[0] == 0
    monkeypatch.setenv("PSIA_KEYS", str(tmp_path / "other keys"))
    assert go(second)[0] == 0
    assert tree(first) == tree(second)


def test_a_changed_answer_recomputes_what_depends_on_it_alone(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    go(folder)
    path = folder / "mapping" / "actors.csv"
    path.write_text(path.read_text().replace("Traders", "Merchants"))
    code, lines = go(folder)
    assert code == 0
    done = {line.split(": ")[1].split(" (")[0] for line in lines if line.startswith("  ✓")}
    assert "find_poverty_nodes" in done
    assert "estimate_impact" not in done
    assert "store staged.responses" not in done


def test_rows_in_another_order_change_no_number(tmp_path):
    first, second = two_waves(tmp_path / "a"), two_waves(tmp_path / "b")
    for wave in ("baseline", "followup"):
        path = second / f"waves/{wave}/interviews.csv"
        pd.read_csv(path, dtype=str).sample(frac=1, random_state=1).to_csv(path, index=False)
    assert go(first)[0] == go(second)[0] == 0
    one, other = tree(first), tree(second)
    assert {name for name in one if one[name] != other[name]} <= {"report.html", "manifest.json"}


def test_a_step_that_fails_leaves_the_others_done_and_the_former_results(tmp_path, monkeypatch, capsys):
    folder = two_waves(tmp_path / "tiny")
    go(folder)
    before = tree(folder)

    def fail(*_frames, **_plan):
        raise RuntimeError("Asha Devi earns 1 000")

    step = STEPS["find_poverty_nodes"]
    monkeypatch.setitem(STEPS, step.name, type(step)(**{**step.__dict__, "function": fail}))
    write(folder, {"mapping/actors.csv": (folder / "mapping/actors.csv").read_text().replace("600", "601")})
    path = folder / "waves/followup/interviews.csv"
    answers = pd.read_csv(path)
    answers.loc[0, "income_month"] = answers["income_month"].iloc[0] + 7
    answers.to_csv(path, index=False)
    code, lines = go(folder)
    assert code == 3
    told = capsys.readouterr().err + "\n".join(lines)
    assert "find_poverty_nodes" in told
    assert "former results stay in place" in told
    assert "Asha" not in told + (folder / "results" / "last-error.txt").read_text()
    assert any(line.startswith("  ✓ analysis: estimate_impact") for line in lines)
    assert any(line.startswith("  – mapping: place_poverty_groups (blocked") for line in lines)
    assert tree(folder) == before


def test_one_phase_can_be_run_alone(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    code, lines = go(folder, select="mapping+")
    assert code in (0, 3)
    code, lines = go(folder, select="plan")
    assert code == 0
    assert "The report was not rendered" in lines[-1]
    assert go(folder)[0] == 0


def test_two_runs_at_once_one_works_and_the_other_leaves(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    hold = (
        "import fcntl, os, sys, time\n"
        "lock = open(sys.argv[1], 'a+'); fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "lock.truncate(0); lock.write(str(os.getpid())); lock.flush()\n"
        "print('held', flush=True); time.sleep(60)\n"
    )
    (folder / "results").mkdir()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", hold, str(folder / "results" / ".lock")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        other.stdout.readline()
        started = time.monotonic()
        ended = psia("run", str(folder))
        assert time.monotonic() - started < 10
        assert ended.returncode == 3
        assert f"process {other.pid}" in ended.stderr
        other.send_signal(signal.SIGKILL)


def test_personal_columns_never_enter_the_results(tmp_path):
    folder = two_waves(tmp_path / "tiny", '\n[personal]\n"waves/*/interviews" = ["name"]\n')
    for wave in ("baseline", "followup"):
        path = folder / f"waves/{wave}/interviews.csv"
        frame = pd.read_csv(path, dtype=str)
        frame["name"] = [f"Canary{number:04}" for number in range(len(frame))]
        frame.to_csv(path, index=False)
    code, lines = go(folder)
    assert code == 0
    assert any("psia run --seal" in line for line in lines)
    first = tree(folder)
    needles = [b"Canary0", b"R017"]
    assert not hits(folder, ("results", "received", "vault"), needles)
    code, _ = go(folder, seal=True)
    assert code == 0
    assert (folder / "waves/baseline/interviews.csv.age").is_file()
    assert not (folder / "waves/baseline/interviews.csv").exists()
    assert not hits(folder, (".",), needles)
    assert go(folder)[0] == 0
    assert tree(folder) == first


def hits(folder: Path, below: tuple[str, ...], needles: list[bytes]) -> list[tuple[str, bytes]]:
    """Return where a needle stands in clear."""
    return [
        (path.as_posix(), needle)
        for part in below
        for path in (folder / part).rglob("*")
        if path.is_file()
        for needle in needles
        if needle in path.read_bytes()
    ]


def test_a_damaged_warehouse_is_told_and_can_be_deleted(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    go(folder)
    before = tree(folder)
    (folder / "results" / "warehouse.duckdb").write_bytes(b"not a database")
    path = folder / "mapping" / "actors.csv"
    path.write_text(path.read_text() + "others,Others,trade,5,20,3\n")
    ended = psia("run", str(folder))
    assert ended.returncode == 3
    assert "Delete it and run again" in ended.stderr
    assert tree(folder) == before
    (folder / "results" / "warehouse.duckdb").unlink()
    assert psia("run", str(folder)).returncode == 0


def test_tables_are_printed_as_csv_and_as_records(ran):
    listed = psia("table", "--in", str(ran))
    assert "mart.impact_estimates" in listed.stdout
    shown = psia("table", "mart.poverty_nodes", "--in", str(ran), "--json")
    assert '"actor": "weavers"' in shown.stdout
    unknown = psia("table", "mart.poverty_node", "--in", str(ran))
    assert unknown.returncode == 1
    assert "Did you mean 'mart.poverty_nodes'?" in unknown.stderr


def test_a_folder_of_assessments_is_run_one_after_the_other(tmp_path):
    for name in ("a", "b"):
        write(
            tmp_path / name,
            {"assessment.toml": (two_waves(tmp_path / f".{name}") / "assessment.toml").read_text()},
        )
        for part in ("mapping", "waves"):
            shutil.copytree(tmp_path / f".{name}" / part, tmp_path / name / part)
    ended = psia("run", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "a/results/current/report.html").is_file()
    assert (tmp_path / "b/results/current/report.html").is_file()
