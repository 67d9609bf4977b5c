from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tasks import state
from tasks.publish import tree
from tests.command import psia
from tests.folders import two_waves, write


def finished(folder: Path) -> None:
    """Leave what a finished run leaves."""
    tree.publish(folder / "results", {"report.html": b"one", "tables/a.csv": b"x"}, {})
    write(folder, {"results/warehouse.duckdb": ""})
    state.write(folder, state.present(folder))


def test_what_is_made_here_is_not_an_input(tmp_path):
    write(
        tmp_path,
        {
            "assessment.toml": "x",
            "mapping/actors.csv": "a",
            "results/current/report.html": "made",
            "received/abc.csv": "kept",
            "vault/recipient.txt": "kept",
            "mapping/~$mapping.xlsx": "a lock of a spreadsheet program",
            ".DS_Store": "x",
        },
    )
    assert list(state.inputs(tmp_path)) == ["assessment.toml", "mapping/actors.csv"]


def test_changes_are_told(tmp_path):
    write(tmp_path, {"assessment.toml": "x", "mapping/actors.csv": "a"})
    assert state.changes(tmp_path) == ["there is no finished run yet"]
    finished(tmp_path)
    assert state.unchanged(tmp_path)
    assert state.changes(tmp_path) == []
    write(tmp_path, {"mapping/actors.csv": "b", "mapping/linkages.csv": "c"})
    (tmp_path / "assessment.toml").unlink()
    assert not state.unchanged(tmp_path)
    assert state.changes(tmp_path) == [
        "mapping/linkages.csv is new",
        "assessment.toml is gone",
        "mapping/actors.csv has changed",
    ]


def test_nothing_heavy_is_imported_for_help_status_or_a_run_with_nothing_to_do(tmp_path):
    write(tmp_path, {"assessment.toml": "x"})
    finished(tmp_path)
    code = (
        "import sys\n"
        "from flows.cli import app\n"
        "for arguments in (['--help'], ['status', FOLDER], ['run', FOLDER]):\n"
        "    app(arguments, standalone_mode=False)\n"
        "heavy = {'pandas', 'pandera', 'duckdb', 'prefect', 'numpy', 'pyarrow', 'altair', 'svy', 'scipy'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))\n"
    ).replace("FOLDER", repr(str(tmp_path)))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert "heavy: []" in ended.stdout
    assert "nothing has changed, nothing was computed" in ended.stdout


def test_damaged_results_are_a_change(tmp_path):
    write(tmp_path, {"assessment.toml": "x"})
    for name in ("report.html", "tables/a.csv", "manifest.json"):
        finished(tmp_path)
        assert state.unchanged(tmp_path)
        (tmp_path / "results/current" / name).write_bytes(b"{}")
        assert not state.unchanged(tmp_path)
    finished(tmp_path)
    (tmp_path / "results/current/report.html").unlink()
    assert state.changes(tmp_path) == ["results/current is damaged: it will be made again"]


def test_without_a_state_the_last_run_has_not_ended(tmp_path):
    write(tmp_path, {"assessment.toml": "x"})
    finished(tmp_path)
    state.forget(tmp_path)
    assert state.changes(tmp_path) == ["the last run did not end with a report"]
    write(tmp_path, {"results/state.json": "[]"})
    assert not state.unchanged(tmp_path)


def test_files_below_linked_folders_are_inputs(tmp_path):
    folder = write(tmp_path / "a", {"assessment.toml": "x"})
    elsewhere = write(tmp_path / "waves", {"baseline/interviews.csv": "1", ".hidden/x": "1"})
    (folder / "waves").symlink_to(elsewhere, target_is_directory=True)
    (folder / "around").symlink_to(folder, target_is_directory=True)
    (elsewhere / "up").symlink_to(elsewhere, target_is_directory=True)
    first = state.inputs(folder)
    assert list(first) == ["assessment.toml", "waves/baseline/interviews.csv"]
    write(elsewhere, {"baseline/interviews.csv": "2"})
    assert state.inputs(folder) != first


def test_before_there_is_a_warehouse_status_says_so_in_one_line(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    told = psia("status", folder).stdout.splitlines()
    assert told[:2] == [f"{folder}: has changed", "  there is no finished run yet"]
    assert len(told) == 3
    assert re.fullmatch(r"  all \d\d+ steps would be computed: there is no warehouse yet", told[2])
    (record,) = json.loads(psia("status", folder, "--json").stdout)
    assert str(len(record["stale"])) in told[2]
