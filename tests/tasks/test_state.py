from __future__ import annotations

import subprocess
import sys

from tasks import state
from tests.folders import write


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
    write(tmp_path, {"results/current/manifest.json": "{}", "results/warehouse.duckdb": ""})
    state.write(tmp_path, state.present(tmp_path))
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
    write(
        tmp_path,
        {"assessment.toml": "x", "results/current/manifest.json": "{}", "results/warehouse.duckdb": ""},
    )
    state.write(tmp_path, state.present(tmp_path))
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
