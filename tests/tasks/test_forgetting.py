"""`psia forget`: a person leaves no byte behind, or nothing is changed; who comes back is refused."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from schemas.assessment import read_plan
from schemas.faults import Refused
from tasks import forgetting, rewriting, vault
from tasks.files import read_file
from tasks.intake import take_in
from tasks.reading import Unreadable
from tasks.rewriting import without_records
from tests import exports
from tests.command import psia
from tests.flows.test_run import go
from tests.folders import write
from tests.qdpx import coded
from tests.tasks.test_suspects import with_column

pytestmark = pytest.mark.slow

PERSONAL = '\n[personal]\n"waves/*/interviews" = ["contact"]\n'
LOGGED = "key,variable,old,new,reason,who,when\nR017,workdays_month,{},21,misheard,E1,2025-05-01\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    made = with_column(tmp_path / "tiny", "contact", lambda i: f"+91 98290 {10000 + i}", PERSONAL)
    head, *rows = (made / "waves/baseline/interviews.csv").read_text().splitlines()
    old = next(row for row in rows if row.startswith("R017,")).split(",")[
        head.split(",").index("workdays_month")
    ]
    (made / "waves/baseline/corrections.csv").write_text(LOGGED.format(old))
    return made


def forget(folder: Path, person: str = "R017"):
    return psia("forget", str(folder), "--id", person, "--who", "data steward", "--why", "asked", "--yes")


def test_without_a_terminal_nothing_is_asked_for(folder, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    done = psia("forget", folder, "--who", "data steward")
    words = "psia: Nothing was asked for: there is no terminal. Give --id, --who and --why, and --yes\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", words)
    assert not (folder / "results").exists()


def hits(folder: Path) -> list[str]:
    """Return the files in which the person stands, sealed ones opened."""
    own = vault.Vault(folder, "tiny")
    found = []
    for path in (one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        content = own.unseal(content) if path.suffix == ".age" else content
        if b"R017" in content or b"98290 10017" in content or forgetting.holds(content, {"+91 98290 10017"}):
            found.append(path.relative_to(folder).as_posix())
    return found


def test_after_forget_no_byte_of_the_person_is_left_and_who_comes_back_is_refused(folder):
    assert go(folder)[0] == 0
    assert "vault/people.csv.age" in hits(folder)
    received = folder / "waves/followup/interviews.csv"
    before = received.read_text()
    ended = forget(folder)
    assert ended.returncode == 0, ended.stderr
    assert "3 rows were taken out of 3 files" in ended.stdout
    assert hits(folder) == []
    assert received.read_text().splitlines() == [one for one in before.splitlines() if "R017" not in one]
    (log,) = (folder / "forgotten.csv").read_text().splitlines()[1:]
    assert log.endswith(",data steward,asked")
    assert go(folder)[0] == 0
    assert hits(folder) == []
    received.write_text(before)
    told = psia("check", str(folder))
    assert told.returncode == 1
    assert "waves/followup/interviews.csv, row 19: is of a person who was forgotten" in told.stderr
    assert "R017" not in told.stderr
    assert forget(folder).returncode == 0
    assert hits(folder) == []


def test_where_a_file_names_the_person_elsewhere_nothing_is_changed(folder):
    (folder / "notes.txt").write_text("R017 asked again")
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    ended = forget(folder)
    assert ended.returncode == 1
    assert "notes.txt: names the person elsewhere than in a row of their own" in ended.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*.csv")} == before
    assert not (folder / "forgotten.csv").exists()


def test_a_coded_project_that_names_the_person_is_told_though_it_is_packed(folder):
    source = "<TextSource guid='1' name='Interview with R017'/>"
    (folder / "waves/baseline/coded.qdpx").write_bytes(exports.archive({"project.qde": source}))
    own = vault.Vault(folder, "tiny")
    plan = read_plan(folder / "assessment.toml")
    table = "waves/baseline/interviews"
    received = read_file(folder, folder / f"{table}.csv", own.unseal, table=table, any_header=True)
    assert received
    with pytest.raises(Refused, match=r"coded\.qdpx: names the person elsewhere"):
        forgetting.plan_of(folder, plan, [received], own, "R017")


def test_each_file_that_could_speak_of_the_person_under_another_name_is_named(folder):
    """A coded talk under a name, members without the key, a scan: nobody is let to think that all is done."""
    write(folder, {"waves/old/homes.csv": "home,member,age\n17,1,9\n", "waves/baseline/notes.txt": "none"})
    (folder / "waves/baseline/scan.pdf").write_bytes(b"%PDF-1.7 \xff\xfe")
    (folder / "waves/baseline/coded.qdpx").write_bytes(coded([("Talk", "Earns less", "Kim")], codes=[]))
    own, plan = vault.Vault(folder, "tiny"), read_plan(folder / "assessment.toml")
    received = take_in(folder, plan, own).received
    todo = forgetting.plan_of(folder, plan, received, own, "R018")
    assert todo.by_hand == {
        "waves/baseline/coded.qdpx": forgetting.CODED,
        "waves/baseline/scan.pdf": forgetting.UNREADABLE,
        "waves/old/homes.csv": forgetting.NOT_READ,
    }


def test_nobody_of_that_id_is_told(folder):
    ended = forget(folder, "R999")
    assert ended.returncode == 1
    assert "holds nobody of this id" in ended.stderr
    assert "R999" not in ended.stderr


def test_records_leave_a_csv_and_every_other_byte_stays():
    content = b'\xef\xbb\xbfid;said\r\n1;"a\r\nb"\r\n2;\xff\r\n3;"x;y"'
    assert without_records(content, {3}) == b'\xef\xbb\xbfid;said\r\n1;"a\r\nb"\r\n3;"x;y"'
    assert without_records(content, {2}) == b'\xef\xbb\xbfid;said\r\n2;\xff\r\n3;"x;y"'


GONE = ("R017", "98290 10017", "uuid:0017")


def dies(*_: object, **__: object) -> None:
    os._exit(70)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize(
    ("kind", "module", "act"),
    [
        ("dta", pyreadstat, "read_dta"),
        ("dta", pyreadstat, "write_dta"),
        ("sav", pyreadstat, "write_sav"),
        ("parquet", pq, "read_table"),
        ("parquet", pq, "write_table"),
    ],
)
def test_what_ends_the_program_that_rewrites_a_file_changes_nothing_and_leaves_nothing(
    kind, module, act, tmp_path, monkeypatch
):
    frame = pd.DataFrame({"respondent": ["R016", "R017"], "income": [1.0, 2.0]})
    content = written(kind, frame.astype({"respondent": "str"}), frame)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert b"R017" not in rewriting.without_rows(content, f".{kind}", 0, {3}, ())
    monkeypatch.setattr(module, act, dies)
    with pytest.raises(Unreadable):
        rewriting.without_rows(content, f".{kind}", 0, {3}, ())
    assert not list(tmp_path.iterdir())


KINDS = ("csv", "xlsx", "dta", "sav", "parquet", "zip")


def written(kind: str, frame: pd.DataFrame, repeat: pd.DataFrame) -> bytes:
    """Return the interviews in a format, and where it holds several tables, a repeat beside them."""
    if kind == "csv":
        return frame.to_csv(index=False).encode()
    if kind == "xlsx":
        sheets: dict[str, Any] = {"answers": frame, "members": repeat}
        return exports.workbook({name: table.to_dict("records") for name, table in sheets.items()})
    if kind == "zip":
        tables = {"a_form.csv": frame.to_csv(index=False), "a_form-members.csv": repeat.to_csv(index=False)}
        return exports.archive({**tables, "media/R017.jpg": "the picture of R017"})
    with tempfile.TemporaryDirectory() as there:
        path = Path(there) / f"f.{kind}"
        labels: Any = {"respondent": "Number of the respondent"}
        if kind == "parquet":
            frame.to_parquet(path)
        elif kind == "dta":
            pyreadstat.write_dta(cast("Any", frame), str(path), column_labels=labels)
        else:
            pyreadstat.write_sav(cast("Any", frame), str(path), column_labels=labels)
        return path.read_bytes()


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_person_leaves_a_file_of_every_format_and_the_others_stay(folder, kind, sealed):
    if kind == "sav" and sealed:
        pytest.skip("a sealed SPSS file is not read")
    frame = pd.read_csv(
        folder / "waves/followup/interviews.csv", dtype={"respondent": "str", "weight": "str"}
    )
    frame = frame.astype(dict.fromkeys(frame.select_dtypes("str"), "str"))
    frame["KEY"] = [f"uuid:{number:04}" for number in range(len(frame))]
    if kind == "zip":
        frame["photo"] = [f"{one}.jpg" for one in frame["respondent"]]
    repeat = pd.DataFrame({"PARENT_KEY": frame["KEY"], "KEY": frame["KEY"] + "/members[1]", "member_age": 30})
    (folder / "waves/followup/interviews.csv").unlink()
    file = f"waves/followup/interviews.{kind}"
    own = vault.Vault(folder, "tiny")
    content = written(kind, frame, repeat)
    path = folder / (file + ".age" if sealed else file)
    path.write_bytes(own.seal(content) if sealed else content)

    def read() -> pd.DataFrame:
        found = read_file(folder, path, own.unseal, table="waves/followup/interviews", any_header=True)
        assert found
        return found.frame.reset_index(drop=True)

    before = read()
    plan = read_plan(folder / "assessment.toml")
    taken = take_in(folder, plan, own)
    assert [str(one) for one in taken.faults if "photo" not in str(one)] == []
    own.keep(pd.concat(taken.people, ignore_index=True))
    todo = forgetting.plan_of(folder, plan, taken.received, own, "R017")
    told = forgetting.carry_out(folder, todo, own, "R017", date="2026-03-31", who="steward", why="asked")
    assert "3 rows were taken out of 3 files" in told[0]
    assert hits(folder) == []
    left = own.unseal(path.read_bytes()) if sealed else path.read_bytes()
    for part in rewriting.parts(left):
        assert not [one for one in GONE if one.encode() in part]
    pd.testing.assert_frame_equal(read(), before[before["respondent"] != "R017"].reset_index(drop=True))
