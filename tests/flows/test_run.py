"""What a run promises: nothing twice, the same bytes, former results kept, the same with Prefect."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest

from flows import batch, cli
from flows.runner import execute, render_again
from schemas.faults import Fault, Refused
from tasks import catalogue, show, state
from tasks import run as run_module
from tasks.run import Run, quarantine
from tasks.steps import STEPS
from tasks.warehouse import Busy, Warehouse
from tests.command import psia
from tests.flows.test_portfolio import assessment
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


def mart(folder: Path) -> dict[str, object]:
    """Return every mart table: columns and rows, as `psia table` reads them."""
    with show.open_warehouse(folder) as warehouse:
        return {name: warehouse.records(name) for name in warehouse.tables() if name.startswith("mart.")}


def test_waves_still_to_come_are_no_fault_and_give_no_estimates(tmp_path, finished):
    at_once = finished(tmp_path / "at once" / "tiny")  # with its key, which the runs below share
    folder = two_waves(tmp_path / "tiny")
    later = {wave: folder / f"waves/{wave}/interviews.csv" for wave in ("baseline", "followup")}
    answers = {wave: path.read_text() for wave, path in later.items()}
    for path in later.values():
        path.unlink()
    write(folder, {"design/languages/fr.toml": '[group]\nweaver-women = "Tisseuses"\n'})
    code, lines = go(folder)
    assert code == 0
    assert "  wave baseline: no interviews yet" in lines
    inputs = json.loads((folder / "results/current/manifest.json").read_bytes())["inputs"]
    assert "design/languages/fr.toml" in {one["file"] for one in inputs}
    (folder / "design/languages/fr.toml").unlink()  # it gives the form another version
    assert (folder / "results/current/design.html").is_file()
    assert "still to come" in (folder / "results/current/report.html").read_text()
    for wave, estimates in (("baseline", False), ("followup", True)):
        later[wave].write_text(answers[wave])
        assert go(folder)[0] == 0
        tables = mart(folder)
        assert len(cast(Any, tables["mart.indicator_estimates"])[1]) > 0
        assert bool(cast(Any, tables["mart.impact_estimates"])[1]) == estimates
    assert tables == mart(at_once)


@pytest.fixture
def ran(finished, tmp_path) -> Path:
    return finished(tmp_path / "ran")


def test_the_tree_is_there(ran):
    files = tree(ran)
    assert {"report.html", "manifest.json", "tables/impact_estimates.csv"} <= set(files)
    assert not any(name.startswith("tables/responses") for name in files)


def test_the_sheets_of_the_workshops_have_each_finding_that_is_told(ran, tmp_path):
    done = psia("form", str(ran), "--workshops", "--into", str(tmp_path))
    assert done.returncode == 0
    findings = pd.read_csv(ran / "results/current/tables/findings.csv").dropna(subset=["statement"])
    pages = [page.read_text(encoding="utf-8") for page in tmp_path.glob("sheets-*.html")]
    assert len(pages) == findings["poverty_group"].nunique()
    assert sum(page.count("<article>") for page in pages) == len(findings) > 0
    assert set(pd.read_csv(tmp_path / "workshops.csv")["finding"]) == set(findings["finding"])


def test_a_second_run_computes_nothing_and_says_so(tmp_path, finished):
    folder = finished(tmp_path / "tiny")
    again = psia("run", str(folder))
    assert again.returncode == 0
    assert "nothing has changed, nothing was computed" in again.stdout
    code, lines = go(folder)
    assert code == 0
    assert any(line.startswith("0 steps computed") for line in lines), lines


def test_a_run_without_the_warehouse_gives_the_same_bytes(tmp_path, finished):
    folder = finished(tmp_path / "tiny")
    before, numbers = tree(folder), mart(folder)
    (folder / "results" / "warehouse.duckdb").unlink()
    assert go(folder)[0] == 0
    assert tree(folder) == before
    assert mart(folder) == numbers
    shutil.rmtree(folder / "results")
    assert go(folder)[0] == 0
    assert tree(folder) == before


def test_the_same_folder_elsewhere_with_another_key_gives_the_same_report(tmp_path, finished, monkeypatch):
    first, second = finished(tmp_path / "a"), two_waves(tmp_path / "b b")
    monkeypatch.setenv("PSIA_KEYS", str(tmp_path / "other keys"))
    assert go(second)[0] == 0
    assert tree(first) == tree(second)


def test_a_changed_answer_recomputes_what_depends_on_it_alone(tmp_path, finished):
    folder = finished(tmp_path / "tiny")
    path = folder / "mapping" / "actors.csv"
    path.write_text(path.read_text().replace("Traders", "Merchants"))
    code, lines = go(folder)
    assert code == 0
    done = {line.split(": ")[1].split(" (")[0] for line in lines if line.startswith("  ✓")}
    assert "find_poverty_nodes" in done
    assert "estimate_impact" not in done
    assert "store staged.responses" not in done


def test_rows_in_another_order_change_no_number(tmp_path, finished):
    first, second = finished(tmp_path / "a"), two_waves(tmp_path / "b")
    for wave in ("baseline", "followup"):
        path = second / f"waves/{wave}/interviews.csv"
        pd.read_csv(path, dtype=str).sample(frac=1, random_state=1).to_csv(path, index=False)
    assert go(second)[0] == 0
    one, other = tree(first), tree(second)
    differ = {name for name in one if one[name] != other[name]}
    assert differ <= {"report.html", "design.html", "manifest.json"}


def test_a_step_that_fails_leaves_the_others_done_and_the_former_results(
    tmp_path, finished, monkeypatch, capsys
):
    folder = finished(tmp_path / "tiny")
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


def test_a_damaged_warehouse_is_told_and_can_be_deleted(tmp_path, finished):
    folder = finished(tmp_path / "tiny")
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


def test_a_folder_of_assessments_is_run_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "_cores", lambda: 1)  # one process for both: each start takes seconds
    for name in ("a", "b"):
        assessment(tmp_path, name, {"employment": 3})
    ended = psia("run", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "a/results/current/report.html").is_file()
    assert (tmp_path / "b/results/current/report.html").is_file()


def statuses(folder: Path) -> list[str]:
    with Warehouse(folder / "results" / "warehouse.duckdb", read_only=True) as warehouse:
        columns, records = warehouse.records("meta.runs")
    return [record[columns.index("status")] for record in records]


def test_the_catalogue_and_the_libraries_are_in_the_fingerprint_of_what_is_computed(tmp_path, monkeypatch):
    run = Run(two_waves(tmp_path / "tiny"))
    run.prepare()
    run.open()

    def parts() -> dict[str, dict[str, str]]:
        return {task.name: run._parts(task) for task in run.tasks}

    before = parts()
    with monkeypatch.context() as patched:
        patched.setattr(state, "libraries", lambda: {"pandas": "0"})
        other_libraries = parts()
    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "digest", lambda part: f"other {part}")
        other_catalogue = parts()
    run.close()
    changed = {name for name in before if before[name] != other_libraries[name]}
    assert changed == {name for name in before if not name.startswith("store ")}
    changed = {name for name in before if before[name] != other_catalogue[name]}
    assert changed == {name for name, one in STEPS.items() if one.catalogue}
    assert {"score_characteristics", "tick_off_questions"} <= changed


def test_a_step_can_read_only_the_parts_of_the_catalogue_that_it_declares():
    for read in (lambda: catalogue.read("boxes"), catalogue.standard_indicators, catalogue.roster):
        read()  # what is kept from an earlier reading is refused too
        with catalogue.only(["table_2"]), pytest.raises(catalogue.Undeclared):
            read()
    with catalogue.only(["table_2"]):
        assert catalogue.read("table_2")["characteristic"]
    assert catalogue.digest("labels") != catalogue.digest("indicators")


def test_only_the_end_of_a_whole_run_says_that_nothing_has_changed(tmp_path, finished, monkeypatch):
    folder = finished(tmp_path / "tiny")
    first = tree(folder)
    actors = folder / "mapping/actors.csv"
    text = actors.read_text()
    actors.write_text(text.replace("Traders", "Merchants"))
    assert go(folder, select="mapping")[0] == 0
    actors.write_text(text)
    assert not state.unchanged(folder)
    assert go(folder)[0] == 0
    assert state.unchanged(folder)
    assert tree(folder) == first

    def fail(*_frames, **_plan):
        raise RuntimeError

    step = STEPS["find_poverty_nodes"]
    with monkeypatch.context() as patched:
        patched.setitem(STEPS, step.name, type(step)(**{**step.__dict__, "function": fail}))
        actors.write_text(text.replace("600", "601"))
        assert go(folder)[0] == 3
    actors.write_text(text)
    assert not state.unchanged(folder)
    assert go(folder)[0] == 0
    assert tree(folder) == first
    assert sorted(statuses(folder)) == ["failed", "finished", "finished", "finished", "finished"]


def test_damaged_results_are_made_again(tmp_path, finished):
    folder = finished(tmp_path / "tiny")
    first = tree(folder)
    (folder / "results/current/report.html").write_text("broken")
    ended = psia("run", str(folder))
    assert ended.returncode == 0
    assert "nothing has changed" not in ended.stdout
    assert tree(folder) == first


def test_the_report_is_rendered_again_from_an_unchanged_folder_alone(tmp_path, finished, capsys):
    folder = finished(tmp_path / "tiny")
    first = tree(folder)
    (folder / "results/current/report.html").write_text("broken")
    assert render_again(folder, say=print) == 0
    assert tree(folder) == first
    assert state.unchanged(folder)
    assert statuses(folder) == ["finished", "finished"]
    actors = folder / "mapping/actors.csv"
    actors.write_text(actors.read_text().replace("Traders", "Merchants"))
    capsys.readouterr()
    assert render_again(folder, say=print) == 1
    told = "psia: the folder has changed since the last run: run psia run\n"
    assert capsys.readouterr().err == told
    assert tree(folder) == first


def test_a_fault_while_rendering_again_is_a_line(tmp_path, finished, monkeypatch, capsys):
    folder = finished(tmp_path / "tiny")

    def fail(_run):
        raise RuntimeError("Asha Devi earns 1 000")

    monkeypatch.setattr(Run, "publish", fail)
    assert render_again(folder, say=print) == 3
    assert "Asha" not in capsys.readouterr().err
    assert statuses(folder)[-1] == "failed"
    assert not state.unchanged(folder)


def with_names(folder: Path) -> None:
    for wave in ("baseline", "followup"):
        path = folder / f"waves/{wave}/interviews.csv"
        frame = pd.read_csv(path, dtype=str)
        frame["name"] = [f"Canary{number:04}" for number in range(len(frame))]
        frame["phone"] = [f"Bell{number:04}" for number in range(len(frame))]
        frame.to_csv(path, index=False)


def test_a_column_declared_personal_later_leaves_no_clear_cell_behind(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    with_names(folder)
    plan = folder / "assessment.toml"
    undeclared = plan.read_text()
    column = '\n[{}]\n"waves/*/interviews" = {}\n'.format
    plan.write_text(undeclared + column("not_personal", '["name", "phone"]'))
    assert go(folder)[0] == 0
    assert hits(folder, ("results", "received"), [b"Canary0"])
    plan.write_text(undeclared + column("personal", '["name"]') + column("not_personal", '["phone"]'))
    code, lines = go(folder)
    assert code == 0
    assert sum("made anew" in line for line in lines) == 1
    assert not hits(folder, ("results", "received", "vault"), [b"Canary0"])
    assert hits(folder, ("results",), [b"Bell0"])
    plan.write_text(undeclared + column("personal", '["name", "phone"]'))
    code, lines = go(folder)
    assert code == 0
    assert sum("made anew" in line for line in lines) == 1
    assert not hits(folder, ("results", "received", "vault"), [b"Canary0", b"Bell0"])
    assert not any("made anew" in line for line in go(folder)[1])


def test_a_file_of_spss_is_not_sealed_and_that_is_said(tmp_path):
    import pyreadstat

    folder = two_waves(tmp_path / "tiny", '\n[personal]\n"waves/*/interviews" = ["name", "phone"]\n')
    with_names(folder)
    path = folder / "waves/followup/interviews.csv"
    pyreadstat.write_sav(cast("Any", pd.read_csv(path, dtype=str)), str(path.with_suffix(".sav")))
    path.unlink()
    code, lines = go(folder, seal=True)
    assert code == 0
    told = [line for line in lines if "SPSS" in line]
    assert told == [
        "waves/followup/interviews.sav is left in clear: an SPSS file is not read sealed. Save it as CSV"
    ]
    assert path.with_suffix(".sav").is_file()
    assert (folder / "waves/baseline/interviews.csv.age").is_file()
    assert not list(folder.glob("waves/*/.*"))
    assert state.unchanged(folder)
    assert go(folder)[0] == 0


def test_sealing_leaves_the_original_where_the_sealed_copy_cannot_be_written(tmp_path, monkeypatch):
    path = write(tmp_path, {"a.csv": "x"}) / "a.csv"

    def fail(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_module.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        run_module._put_in_place_of(path, b"sealed")
    assert path.read_text() == "x"
    assert not (tmp_path / "a.csv.age").exists()


def test_a_table_of_a_warehouse_in_use_is_refused_in_a_line(ran, monkeypatch):
    def busy(*_arguments, **_more):
        raise Busy("process 12")

    monkeypatch.setattr("tasks.warehouse.Warehouse", busy)
    with pytest.raises(Refused, match="is in use by process 12"):
        show.names(ran)


def test_results_that_cannot_be_written_are_told_in_a_line(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    (folder / "results").write_text("a file")
    for command in ("run", "check"):
        ended = psia(command, str(folder))
        assert "Traceback" not in ended.stderr
    ended = psia("run", str(folder))
    assert ended.returncode == 3
    assert ended.stderr == f"psia: {folder}/results: File exists\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("Asha"), "psia: the command failed (RuntimeError). This is a fault of psia\n"),
        (OSError(28, "No space left on device"), "psia: No space left on device\n"),
        (PermissionError(13, "Permission denied", "plan"), "psia: plan: Permission denied\n"),
    ],
)
def test_the_last_resort_is_a_line_without_the_text_of_the_fault(error, told, monkeypatch, capsys):
    def fail():
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3
    assert capsys.readouterr().err == told


def test_the_quarantine_holds_no_formula(tmp_path):
    path = quarantine(tmp_path, [Fault("a.csv", column="=1+1", rule="is not a column")])
    assert "'=1+1" in path.read_text()


def test_an_answer_that_cannot_be_is_told_by_check_and_run(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    path = folder / "waves/followup/interviews.csv"
    frame = pd.read_csv(path)
    frame.loc[3, "income_month"] = -5_000_000
    frame.to_csv(path, index=False)
    checked = psia("check", str(folder))
    assert checked.returncode == 0
    assert "accepted, but 1 answer looks wrong" in checked.stdout
    assert "error: followup, out of range: income_month" in checked.stdout
    assert "R003" not in checked.stdout
    code, lines = go(folder)
    assert code == 0
    assert any("1 answer looks wrong and is in the figures" in line for line in lines)


def test_a_demo_does_not_run_somebody_elses_folder(tmp_path):
    folder = two_waves(tmp_path / "mine")
    ended = psia("demo", "italy-1991-1996", "--into", str(folder))
    assert ended.returncode == 2
    assert "exists already and is not this demo" in ended.stderr
    assert not (folder / "results").exists()
