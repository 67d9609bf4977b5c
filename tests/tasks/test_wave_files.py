"""A wave in several files: what is one row, what decides, what is refused, and that no order matters."""

from __future__ import annotations

import io
import itertools
import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import Wave, read_plan
from tasks import intake, show, wave_files
from tasks.exports import Export
from tasks.files import Received
from tasks.run import Run
from tasks.vault import Vault
from tasks.wave_files import settle
from tests.assessed import tables_of
from tests.command import psia
from tests.flows.test_run import go, tree
from tests.folders import SPECIFICATION, interviews, two_waves, write
from tests.tasks.test_intake import FOLLOWUP, HEADER, change, plan, refused, taken

pytestmark = pytest.mark.slow

REVISIONS = '[wave.revisions]\n"waves/followup/{0}" = 1\n"waves/followup/{1}" = 2\n'


def split(folder: Path, at: int = 30, overlap: int = 0) -> tuple[list[str], Path]:
    """Put the follow-up into two files; return its lines and the folder of the wave."""
    wave = folder / "waves/followup"
    lines = (wave / "interviews.csv").read_text().splitlines()
    rows(wave / "interviews.csv", lines[: at + 1])
    rows(wave / "interviews_late.csv", [lines[0], *lines[at + 1 - overlap :]])
    return lines, wave


def rows(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n")


def answers(folder: Path) -> pd.DataFrame:
    frame = taken(folder).intake.tables["staged.responses"]
    return frame.sort_values(["wave", "respondent"]).reset_index(drop=True)


def losses(run: Run, wave: str = "followup") -> dict[str, int]:
    frame = run.intake.tables["mart.wave_losses"]
    here = frame[frame["wave"] == wave]
    return {str(reason): int(count) for reason, count in zip(here["reason"], here["interviews"], strict=True)}


def test_a_wave_in_two_files_that_overlap_is_the_wave_in_one(tmp_path):
    one, two = two_waves(tmp_path / "a"), two_waves(tmp_path / "b")
    split(two, overlap=5)
    key = ["wave", "arm", "weight", "income_month", "workdays_month", "cluster"]
    left, right = (answers(one)[key].sort_values(key), answers(two)[key].sort_values(key))
    pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True))
    counted = losses(taken(two))
    assert counted["received"] == 65
    assert counted["repeated"] == 5
    assert "superseded" not in counted
    assert counted["used"] == 60
    raw = taken(two).intake.raw["raw.waves/followup/interviews"]
    assert raw["_file"].value_counts().to_dict() == {
        "waves/followup/interviews.csv": 30,
        "waves/followup/interviews_late.csv": 35,
    }


def test_the_same_bytes_again_do_nothing(tmp_path):
    folder = two_waves(tmp_path)
    assert go(folder)[0] == 0
    before = tree(folder)
    wave = folder / "waves/followup"
    shutil.copy(wave / "interviews.csv", wave / "interviews_copy.csv")
    code, lines = go(folder)
    assert code == 0
    assert any(line.startswith("0 steps computed") for line in lines), lines
    assert tree(folder) == before


def test_rows_that_disagree_are_refused_without_their_values(tmp_path):
    folder = two_waves(tmp_path)
    lines, wave = split(folder)
    rows(wave / "interviews_late.csv", [lines[0], lines[3].replace(",1", ",7"), *lines[31:]])
    told = refused(folder)
    assert "waves/followup/interviews_late.csv" in told
    assert "disagrees with waves/followup/interviews.csv, row 4" in told
    assert "income_month" in told
    assert "[wave.revisions]" in told
    assert lines[3].split(",")[-2] not in told
    assert "R002" not in told


def corrected(folder: Path) -> str:
    """Let a second file say another income of one person; return what it says."""
    lines, wave = split(folder)
    cells = lines[3].split(",")
    cells[5] = "4321"
    rows(wave / "interviews_late.csv", [lines[0], ",".join(cells), *lines[31:]])
    return cells[0]


def test_a_higher_revision_decides_and_the_change_is_kept(tmp_path):
    folder = two_waves(tmp_path)
    corrected(folder)
    plan(folder, FOLLOWUP, FOLLOWUP + REVISIONS.format("interviews.csv", "interviews_late.csv"))
    changes, summary, responses = tables_of(
        folder, "mart.wave_revisions", "mart.revision_summary", "staged.responses"
    )
    (diff,) = changes.to_dict("records")
    assert (diff["wave"], diff["variable"], diff["new"]) == ("followup", "income_month", "4321")
    assert (diff["from_revision"], diff["to_revision"]) == (1, 2)
    mended = responses.set_index(["respondent", "wave"])
    assert mended.loc[(diff["respondent"], "followup"), "income_month"] == 4321
    assert summary["changes"].tolist() == [1]
    assert losses(taken(folder))["superseded"] == 1
    other = (folder / "assessment.toml").read_text().replace('_late.csv" = 2', '_late.csv" = 0')
    (folder / "assessment.toml").write_text(other)
    assert 4321 not in set(answers(folder)["income_month"])


def test_the_revision_may_stand_in_the_file(tmp_path):
    folder = two_waves(tmp_path)
    change(
        folder,
        "followup",
        lambda frame: pd.concat(
            [
                frame.assign(version=1),
                frame.head(2).assign(version=[2, 3], income_month="777"),
            ]
        ),
    )
    assert "the same respondent and wave stands already in row 2" in refused(folder)
    plan(folder, FOLLOWUP, FOLLOWUP + 'columns = { revision = "version" }\n')
    frame = answers(folder)
    assert (frame["income_month"] == 777).sum() == 2
    assert "version" not in frame
    assert len(frame) == 120
    change(folder, "followup", lambda frame: frame.replace({"version": {"3": "new"}}))
    assert "the revision is not a whole number" in refused(folder)


def test_two_files_of_one_revision_that_disagree_are_refused(tmp_path):
    folder = two_waves(tmp_path)
    corrected(folder)
    numbers = REVISIONS.format("interviews.csv", "interviews_late.csv").replace("= 1", "= 2")
    plan(folder, FOLLOWUP, FOLLOWUP + numbers)
    assert "Both have the same revision" in refused(folder)


def test_a_revision_of_a_file_that_is_not_there_is_told(tmp_path):
    folder = two_waves(tmp_path)
    plan(folder, FOLLOWUP, FOLLOWUP + REVISIONS.format("interviews.csv", "other.csv"))
    assert "'waves/followup/other.csv' is not a file of the wave 'followup'" in refused(folder)


def test_a_personal_column_that_changed_is_named_and_never_shown(tmp_path):
    folder = two_waves(tmp_path, '\n[personal]\n"waves/*/interviews" = ["name"]\n')
    for wave in ("baseline", "followup"):
        change(folder, wave, lambda frame: frame.assign(name="Asha Devi"))
    path = folder / "waves/followup/interviews.csv"
    first = pd.read_csv(path, dtype=str).head(1).assign(name="Asha Dewi")
    first.to_csv(folder / "waves/followup/interviews_late.csv", index=False)
    assert "Asha" not in refused(folder)
    plan(folder, FOLLOWUP, FOLLOWUP + REVISIONS.format("interviews.csv", "interviews_late.csv"))
    run = taken(folder)
    (diff,) = run.intake.tables["mart.wave_revisions"].to_dict("records")
    assert diff["variable"] == "name"
    assert pd.isna(diff["old"])
    assert pd.isna(diff["new"])
    assert "name" not in run.intake.raw["raw.waves/followup/interviews"]


def test_corrections_find_the_respondent_in_whichever_file(tmp_path):
    folder = two_waves(tmp_path)
    lines, _ = split(folder)
    early, late = lines[2].split(","), lines[50].split(",")
    log = [
        f"{one[0]},income_month,{one[5]},555,slip of the pen,coordinator,2026-02-01" for one in (early, late)
    ]
    write(folder, {"waves/followup/corrections.csv": HEADER + "\n".join(log) + "\n"})
    assert (answers(folder)["income_month"] == 555).sum() == 2
    log.append("R999,income_month,1,2,slip of the pen,coordinator,2026-02-01")
    write(folder, {"waves/followup/corrections.csv": HEADER + "\n".join(log) + "\n"})
    told = refused(folder)
    assert told.count("the key is not a respondent of this wave") == 1


def test_files_without_ids_are_not_put_together(tmp_path):
    folder = two_waves(tmp_path)
    split(folder)
    plan(folder, FOLLOWUP, FOLLOWUP + 'columns = { respondent = "_row" }\n')
    assert "has 2 files, and its plan says that rows have no id" in refused(folder)


def test_the_plan_may_name_the_files(tmp_path):
    folder = two_waves(tmp_path)
    _, wave = split(folder, overlap=3)
    (folder / "waves/sent").mkdir()
    shutil.move(wave / "interviews_late.csv", folder / "waves/sent/second.csv")
    shutil.move(wave / "interviews.csv", folder / "waves/sent/first.csv")
    plan(folder, FOLLOWUP, FOLLOWUP + 'interviews = ["waves/sent/first.csv", "waves/sent/second.csv"]\n')
    assert len(answers(folder)) == 120
    assert losses(taken(folder))["repeated"] == 3


def test_a_file_of_which_no_row_stands_is_no_fault(tmp_path):
    folder = two_waves(tmp_path)
    lines, wave = split(folder, at=60)
    rows(wave / "interviews_late.csv", [lines[0], *reversed(lines[1:])])
    counted = losses(taken(folder))
    assert (counted["received"], counted["repeated"], counted["used"]) == (120, 60, 60)


PARTS = {
    "interviews_north.csv": slice(0, 24),
    "interviews_south.csv": slice(20, 40),
    "interviews_rest.csv": slice(38, 60),
    "interviews_mended.csv": slice(10, 12),
}


def four_files() -> dict[str, str]:
    """Return four files of one wave that overlap: the last says two incomes otherwise."""
    head, *lines = interviews(1).splitlines()
    files = {}
    for name, part in PARTS.items():
        chosen = [line.split(",") for line in lines[part]]
        if "mended" in name:
            chosen = [[*cells[:5], "2222", *cells[6:]] for cells in chosen]
        files[name] = "\n".join([head, *(",".join(cells) for cells in chosen)]) + "\n"
    return files


def revisions(names: Iterable[str]) -> str:
    lines = [f'"waves/followup/{name}" = {1 + ("mended" in name)}\n' for name in sorted(names)]
    return "[wave.revisions]\n" + "".join(lines)


LEDGER = {"meta.steps": {"run", "seconds"}, "meta.inputs": {"run"}, "meta.fingerprints": set()}
"""The tables that say what was computed, of what, and the digest of every other table's rows -> columns that
tell of the run that wrote a row, with which no later run computes."""


def left_behind(folder: Path) -> dict[str, object]:
    """Return what a later run computes with: what came, what is kept, the warehouse, the newest report."""
    found: dict[str, object] = dict(tree(folder))
    with show.open_warehouse(folder) as warehouse:
        for table, of_the_run in LEDGER.items():
            columns, records = warehouse.records(table)
            kept = [place for place, name in enumerate(columns) if name not in of_the_run]
            found[table] = sorted(str([record[place] for place in kept]) for record in records)
        assert set(warehouse.tables()) - set(warehouse.digests()) == {*LEDGER, "meta.runs", "meta.lineage"}
    own = Vault(folder, "tiny")
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] != "results":
            content = path.read_bytes()
            found[name.as_posix()] = own.unseal(content) if path.suffix == ".age" else content
    return found


@pytest.mark.slow(minutes=4)
def test_all_24_orders_of_arrival_give_the_same_exports(tmp_path):
    """The files come one by one, with a run after each: the exports at the end are the same bytes.

    What the same files have left behind is compared after each run, whatever the order in which they came.
    It is the same, so the next file needs to come to it only once for all those orders: 4 + 12 + 12 + 4
    runs are all the steps of all 24 orders.
    """
    files = four_files()
    start = two_waves(tmp_path / "start")
    (start / "waves/followup/interviews.csv").unlink()
    toml = (start / "assessment.toml").read_text().replace(SPECIFICATION, "")
    toml = toml.replace('"income_month", "workdays_month"', '"income_month"')
    there: dict[frozenset[str], Path] = {frozenset(): start}
    orders: dict[frozenset[str], int] = {frozenset(): 1}
    left: dict[frozenset[str], dict[str, object]] = {}
    exports: list[dict[str, bytes]] = []
    for come in range(len(files)):
        for here in [one for one in there if len(one) == come]:
            for name in sorted(set(files) - here):
                now = here | {name}
                further = tmp_path / "-".join([*(one[11:15] for one in sorted(here)), "then", name[11:15]])
                shutil.copytree(there[here], further, symlinks=True)
                write(further, {f"waves/followup/{name}": files[name]})
                (further / "assessment.toml").write_text(toml.replace(FOLLOWUP, FOLLOWUP + revisions(now)))
                assert go(further)[0] == 0
                found = left_behind(further)
                assert left.setdefault(now, found) == found
                there.setdefault(now, further)
                orders[now] = orders.get(now, 0) + orders[here]
                if now == set(files):
                    exports.append(tree(further))
    assert orders[frozenset(files)] == 24
    assert all(one == exports[0] for one in exports)
    links = pd.read_csv(io.BytesIO(exports[0]["tables/respondent_links.csv"]))
    assert links["respondents"].tolist() == [60, 60]


def export(name: str, text: str) -> Export:
    frame = pd.read_csv(io.StringIO(text), dtype="string")
    places = pd.Series(range(2, len(frame) + 2))
    return Export(
        Received("waves/followup/interviews", f"waves/followup/{name}", "", frame, places, name, b"")
    )


def test_any_order_of_four_files_leaves_the_same_rows(tmp_path):
    """All 24 orders of the files' names, which is the order in which they are read."""
    files = four_files()
    found = []
    for order in itertools.permutations(files):
        named = {f"waves/followup/{place}.csv": old for place, old in enumerate(order)}
        numbers = {new: 1 + ("mended" in old) for new, old in named.items()}
        wave = Wave(name="followup", revisions=numbers)
        exports = [export(Path(new).name, files[old]) for new, old in named.items()]
        settled = settle(exports, wave, [[]] * 4)
        assert settled.faults == []
        whole = pd.concat([one.received.frame for one in settled.exports])
        changes = sorted(settled.changes, key=lambda one: str(one["respondent"]))
        rows = whole.sort_values("respondent").to_csv(index=False)
        found.append((rows, changes, settled.repeated, settled.superseded))
    assert all(one == found[0] for one in found)
    assert found[0][1:] == (found[0][1], 6, 2)
    assert found[0][0].count("2222") == 2
    assert len(found[0][0].splitlines()) == 61


def unread(folder: Path, *names: str, **plan: object) -> list[str]:
    write(folder, {f"waves/late/{name}": "x\n" for name in names})
    wave = Wave.model_validate({"name": "late", **plan})
    return [str(one) for one in intake._unread_files(folder, wave, [wave])]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("interview_late.csv", "'interviews' (further files of interviews: interviews_….csv). Rename it"),
        ("Interviews_late.csv", "'interviews' (further files of interviews: interviews_….csv). Rename it"),
        ("corrections_2.csv.age", "The nearest name that is read is 'corrections'. Rename it"),
        ("interviews_late.xls", "Save it as interviews_late.csv or interviews_late.xlsx"),
        ("interviews_late.CSV", "Save it as interviews_late.csv or interviews_late.xlsx"),
    ],
)
def test_a_file_that_nothing_reads_is_refused_with_the_nearest_name(tmp_path, name, remedy):
    (told,) = unread(tmp_path, "interviews.csv", name)
    assert told.startswith(f"waves/late/{name}: nothing reads a file of this name. ")
    assert told.endswith(f"{remedy}, or move it out of waves/")


def test_what_is_read_and_notes_beside_it_are_let_be(tmp_path):
    names = ["interviews.csv", "interviews_late.csv.age", "interviews-members.csv", "late.xlsx", "form.xlsx"]
    names += [
        "back_check.csv",
        "quotes.csv",
        "coded.qdpx",
        "README.md",
        "consent.pdf",
        "a.jpg",
        "~$late.xlsx",
        "media/a.jpg",
        ".DS_Store",
        "._interviews.csv",
    ]
    assert unread(tmp_path, *names) == []
    further = ["raw/homes.csv", "raw/homes-members.csv"]
    (told,) = unread(tmp_path / "b", *further, "raw/homes_2.csv", interviews="./waves/late/raw/homes.csv")
    assert "raw/homes_2.csv: nothing reads" in told


@pytest.mark.parametrize(
    "name",
    ["media/interviews.csv", "a/b/homes.xlsx", ".interviews.csv", ".ipynb_checkpoints/corrections.csv"],
)
def test_a_data_file_that_is_hidden_or_further_down_is_refused(tmp_path, name):
    (told,) = unread(tmp_path, "interviews.csv", name)
    assert told.startswith(f"waves/late/{name}: nothing reads a data file that is hidden, or in a folder ")


def test_interviews_beside_those_that_the_plan_names_are_refused(tmp_path):
    names = ["Homes.csv", "Homes-members.csv", "interviews_late.csv"]
    (told,) = unread(tmp_path, *names, interviews="waves/late/Homes.csv")
    assert "interviews_late.csv: nothing reads" in told
    assert "Add it to interviews = … of the wave 'late' in the plan" in told


@pytest.mark.parametrize(
    "name",
    [
        "people.csv",
        "Panel.xlsx",
        "panel-homes.csv",
        "people.csv.age",
        "talks.qdpx",
        "old.xls",
        "old.json",
        "p.csv.gz",
        "p.json",
        "b.zip",
    ],
)
def test_a_file_beside_the_waves_that_nothing_reads_is_refused_by_name(tmp_path, name):
    folder = two_waves(tmp_path)
    write(folder, {f"waves/{name}": "respondent,name\nR001,Zelphine Quandle\n"})
    ended = psia("check", folder)
    assert ended.returncode == 1
    assert f"waves/{name}: nothing reads a file of this name" in ended.stderr
    assert "Zelphine" not in ended.stderr


def test_files_beside_the_waves_that_the_plan_names_and_notes_are_let_be(tmp_path):
    folder = two_waves(tmp_path)
    (folder / "waves/followup/interviews.csv").rename(folder / "waves/panel.csv")
    plan(folder, FOLLOWUP, FOLLOWUP + 'interviews = "./waves/panel.csv"\n')
    repeat = "member,PARENT_KEY\n1,R001\n"
    write(folder, {"waves/README.md": "none", "waves/~$panel.xlsx": "", "waves/panel-members.csv": repeat})
    assert list(wave_files.unread_beside(folder, read_plan(folder / "assessment.toml"))) == []
    taken(folder)


def test_a_late_file_under_a_near_name_stops_the_intake(tmp_path):
    folder = two_waves(tmp_path)
    _, wave = split(folder)
    (wave / "interviews_late.csv").rename(wave / "interview_late.csv")
    assert "waves/followup/interview_late.csv: nothing reads a file of this name" in refused(folder)
