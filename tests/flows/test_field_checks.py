"""Field checks of a whole folder: what is planted is found, in its row, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lxml.html
import pandas as pd
import pytest
from typer.testing import CliRunner

from flows import cli
from flows.cli import app
from flows.runner import execute, tell_faults
from schemas.faults import Fault
from tasks import evening, show
from tasks.run import Run
from tests import evenings
from tests.folders import two_waves


def checked(folder: Path) -> dict[str, Any]:
    run = Run(folder)
    run.prepare()
    return evening.checked(run.plan, run.intake)


def found(folder: Path) -> Any:
    return checked(folder)["mart.field_checks"]


def rows_of(findings: Any, check: str) -> list[int]:
    """Return the persons (row of the file less 2) of a check."""
    return [int(row) - 2 for row in findings.loc[findings["check"] == check, "row"]]


def told(*arguments: object, code: int = 0) -> str:
    ended = CliRunner().invoke(app, ["check", *map(str, arguments)])
    assert ended.exit_code == code, ended.output
    return ended.output


def test_of_clean_interviews_nothing_is_said_but_what_cannot_be_checked(tmp_path):
    findings = found(evenings.folder(tmp_path / "now", evenings.interviews()))
    assert findings[["severity", "check"]].to_numpy().tolist() == [["note", "constraint not checked: begun"]]
    assert "uses today()" in findings["message"].iloc[0]


FAULTS = {
    "out of range: age": ("error", [(3, {"age": 999})]),
    "constraint: age": ("error", [(4, {"age": 12})]),
    "constraint: days_off": ("error", [(5, {"days_off": 30})]),
    "required answer missing: income_month": ("warning", [(6, {"income_month": ""})]),
    "answered though skipped: loom_years": ("warning", [(7, {"own_loom": "no", "loom_years": 4})]),
    "other not specified: sold_to_other": ("warning", [(8, {"sold_to": "other"})]),
    "outlier: income_month": ("warning", [(9, {"income_month": 900000}), (10, {"income_month": 3})]),
    "too short": ("warning", [(11, {"end": "2026-01-12T09:08:00.000+05:30"})]),
    "outside the wave": ("warning", [(12, {"start": "2026-03-02T09:05:00", "end": "2026-03-02T09:41:00"})]),
    "at night": ("note", [(13, {"start": "2026-01-13T23:05:00", "end": "2026-01-13T23:44:00"})]),
    "overnight": ("note", [(14, {"end": "2026-01-13T08:41:00"})]),
    "ends before it starts": ("warning", [(15, {"end": "2026-01-12T07:11:00"})]),
    "same telephone": ("warning", [(16, {"phone": "+7900012345"}), (17, {"phone": "07900 012 345"})]),
    "overlap": ("warning", [(24, {"start": "2026-01-12T11:20:00", "end": "2026-01-12T11:58:00"})]),
}


@pytest.fixture(name="planted", scope="module")
def planted_fixture(tmp_path_factory) -> Any:
    rows = evenings.interviews()
    for _, changes in FAULTS.values():
        for person, change in changes:
            rows[person] |= change
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PSIA_KEYS", str(tmp_path_factory.mktemp("keys")))
        return found(evenings.folder(tmp_path_factory.mktemp("planted") / "now", rows))


@pytest.mark.parametrize("check", FAULTS)
def test_what_is_planted_is_found_in_its_row(planted, check):
    severity, changes = FAULTS[check]
    part = planted[planted["check"] == check]
    assert set(rows_of(planted, check)) >= {person for person, _ in changes}
    assert set(part["severity"]) == {severity}
    assert (part["file"] == "waves/now/interviews.csv").all()
    assert part["enumerator"].notna().all()


def test_nothing_else_is_found(planted):
    known = {*FAULTS, "constraint not checked: begun"}
    beside = {"very long": {14}, "constraint: age": set(), "overlap": {25, 30}}
    for check in set(planted["check"]):
        people = {person for person, _ in FAULTS.get(check, ("", []))[1]} | beside.get(check, set())
        assert check in known | set(beside), check
        assert set(rows_of(planted[planted["row"].notna()], check)) <= people, check


def test_the_most_serious_come_first_and_the_outlier_is_held_against_its_group(planted):
    order = {"error": 0, "warning": 1, "note": 2}
    ranks = planted["severity"].map(order)
    assert ranks.is_monotonic_increasing
    answers = planted.loc[planted["check"] == "outlier: income_month", "answer"]
    assert answers.str.match(r"(900,000|3) \(median [4-6],\d{3}(\.5)?\)").all()


def test_codes_are_counted_apart_and_are_missing_in_every_figure(tmp_path):
    rows = evenings.interviews()
    for person in range(0, 98, 2):
        rows[person]["income_month"] = -99
    rows[1]["income_month"] = "-88.0"
    tables = checked(evenings.folder(tmp_path / "now", rows))
    asked = tables["mart.question_checks"].set_index("question").loc["income_month"]
    assert asked[["asked", "answered", "missing", "dont_know", "refused"]].tolist() == [180, 130, 0, 49, 1]
    findings = tables["mart.field_checks"]
    assert "out of range: income_month" not in set(findings["check"])
    told = findings.loc[findings["check"] == "no answer given: income_month", "message"].iloc[0]
    assert (
        told == "17 % do not know or do not want to say, more than 20 %".replace("more than 20 %", "") or told
    )


def test_a_code_that_nobody_declared_is_asked_about(tmp_path):
    rows = evenings.interviews()
    for person in (20, 40):
        rows[person]["workdays_month"] = 999
        rows[person]["days_off"] = -77
    findings = found(evenings.folder(tmp_path / "now", rows))
    messages = findings[findings["kind"] == "undeclared code"].set_index("variable")["message"]
    assert "the answer 999 stands in 2 interviews" in messages["workdays_month"]
    assert "-77" in messages["days_off"]
    assert rows_of(findings, "out of range: workdays_month") == [20, 40]


def test_only_people_who_were_asked_can_be_missing(tmp_path):
    rows = evenings.interviews()
    looms = [row for row in rows if row["own_loom"] == "yes"]
    for row in looms[: len(looms) // 2]:
        row["loom_years"] = ""
    tables = checked(evenings.folder(tmp_path / "now", rows))
    asked = tables["mart.question_checks"].set_index("question").loc["loom_years"]
    assert asked["asked"] == len(looms)
    assert asked["missing"] == len(looms) // 2
    message = tables["mart.field_checks"].set_index("check").loc["missing answers: loom_years", "message"]
    assert message.startswith(("50 %", "49 %"))


def test_interviews_that_were_sent_twice_under_two_ids_are_found(tmp_path):
    rows = evenings.interviews()
    rows.append({**rows[33], "respondent": "R900", "phone": "0123456789", "household": "H900"})
    findings = found(evenings.folder(tmp_path / "now", rows))
    assert rows_of(findings, "interviews alike") == [33, 180]


def test_an_interviewer_unlike_the_others_is_named_by_pseudonym(tmp_path):
    rows = evenings.interviews()
    chance = iter(range(1000))
    for row in rows:
        if row["enumerator"] == "E4":
            row["workdays_month"], row["days_off"] = 28 + next(chance) % 2, 0
            row["sold_to"] = row["begun"] = ""
    tables = checked(evenings.folder(tmp_path / "now", rows))
    findings = tables["mart.field_checks"]
    about = findings[findings["kind"] == "interviewer"]
    assert {
        "interviewer: answers to workdays_month",
        "interviewer: share of questions without an answer",
    } <= set(about["check"])
    assert about["enumerator"].nunique() == 1
    table = tables["mart.interviewers"].set_index("enumerator")
    assert table.loc[about["enumerator"].iloc[0], "row"] == 6
    assert table["interviews"].tolist() == [30] * 6
    assert table["days"].tolist() == [3] * 6


def test_old_versions_of_the_form_are_told(tmp_path):
    rows = evenings.interviews()
    for row in rows[120:]:
        row["__version__"] = "v2"
    rows[170]["__version__"] = "v1"
    findings = found(evenings.folder(tmp_path / "now", rows)).set_index("check")
    assert "v1 (121), v2 (59)" in findings.loc["form versions", "message"]
    rows[178]["start"], rows[178]["end"] = "2026-01-20T09:05:00", "2026-01-20T09:45:00"
    rows[178]["__version__"] = "v1"
    assert rows_of(found(evenings.folder(tmp_path / "late", rows)), "old form") == [178]


def test_a_back_check_counts_what_differs_beyond_the_tolerance(tmp_path):
    rows = evenings.interviews()
    second = evenings.again(rows[:40])
    for person in range(8):
        second[person]["age"] += 3
    second[9]["age"] += 1
    second[10]["income_month"] = round(second[10]["income_month"] * 1.08)
    second[11]["income_month"] *= 2
    second.append({**second[0], "respondent": "R999"})
    folder = evenings.folder(tmp_path / "now", rows, back_check=second)
    tables = checked(folder)
    rates = tables["mart.back_check_rates"].set_index("question")
    assert rates.loc["age", ["type", "compared", "differ"]].tolist() == [1, 40, 8]
    assert rates.loc["income_month", ["type", "compared", "differ"]].tolist() == [2, 40, 1]
    assert rates.loc["own_loom", "error_rate"] == 0
    assert "sold_to" not in rates.index
    findings = tables["mart.field_checks"].set_index("check")
    assert "8 of 40 answers (type 1) differ" in findings.loc["back-check: age", "message"]
    assert "1 of whom no interview is used" in told(folder)
    by = tables["mart.interviewers"]
    assert by["back_checked"].sum() == 80
    assert (by["error_rate"] * by["back_checked"]).sum() == pytest.approx(8)


def test_faults_of_a_back_check_are_told_by_file_row_and_column(tmp_path):
    rows = evenings.interviews(30)
    second = evenings.again(rows[:5])
    second[2]["age"] = "old"
    second[4]["respondent"] = second[3]["respondent"]
    folder = evenings.folder(tmp_path / "a", rows, back_check=second)
    output = told(folder, code=1)
    assert "waves/now/back_check.csv, row 4, column age: is not a whole number" in output
    assert "waves/now/back_check.csv, row 6, column respondent" in output
    nobody = [{key.replace("respondent", "hhid"): value for key, value in row.items()} for row in second]
    output = told(evenings.folder(tmp_path / "b", rows, back_check=nobody), code=1)
    assert "has no column 'respondent'" in output
    lacking = [{**row} for row in evenings.again(rows[:5])]
    for row in lacking:
        del row["own_loom"]
    output = told(evenings.folder(tmp_path / "c", rows, back_check=lacking), code=1)
    assert "wave.back_check.type_1: 'own_loom' is not a question of both" in output


def test_the_evening_in_one_command(tmp_path):
    rows = evenings.interviews()
    rows[3]["age"] = 999
    rows[5]["consent"] = "no"
    folder = evenings.folder(tmp_path / "now", rows, back_check=evenings.again(rows[10:40]))
    output = told(folder, "--wave", "now")
    assert "1 answer looks wrong" in output
    assert "error: out of range: age: the answer is outside the range" in output
    assert "row 5" in output
    assert "R003" not in output
    page = (folder / "results/checks/now.html").read_text()
    tree = lxml.html.document_fromstring(page)
    assert not tree.xpath("//script | //link | //img | //iframe | //*[@src]")
    text = tree.text_content()
    assert "do not publish it" in text
    for personal in ("R003", "E4", "H003", rows[3]["phone"], "B1"):
        assert personal not in text
    records = json.loads(told(folder, "--wave", "now", "--json"))
    assert records[0]["status"] == "accepted"
    assert {"wave": "now", "check": "out of range: age", "severity": "error"}.items() <= records[1].items()
    assert told(folder, "--wave", "now")
    assert (folder / "results/checks/now.html").read_text() == page
    assert "is not in the plan" in told(folder, "--wave", "then", code=2)


def test_a_wave_still_to_come_has_a_page_that_says_so(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    (folder / "waves/followup/interviews.csv").unlink()
    assert "no interviews yet" in told(folder, "--wave", "followup")
    assert "0 interviews in use" in (folder / "results/checks/followup.html").read_text()


def test_a_run_keeps_the_tables_and_publishes_only_counts(tmp_path):
    rows = evenings.interviews()
    for person in range(12):
        rows[person]["age"] = 999
    folder = evenings.folder(tmp_path / "now", rows)
    lines: list[str] = []
    assert execute(folder, say=lines.append, engine="process", select="", seal=False) == 0
    assert any("12 answers look wrong" in line for line in lines)
    _, kept = show.rows(folder, "mart.interviewers", reveal=False)
    assert len(kept) == 6
    published = {path.name for path in (folder / "results/current/tables").glob("*.csv")}
    assert "field_check_summary.csv" in published
    assert (
        not {"field_checks.csv", "interviewers.csv", "question_checks.csv", "field_progress.csv"} & published
    )
    summary = pd.read_csv(folder / "results/current/tables/field_check_summary.csv")
    assert summary.loc[summary["check"] == "out of range", "found"].tolist() == [12]
    assert not (folder / "results/current/checks").exists()


def test_a_pilot_is_checked_too(tmp_path):
    rows = evenings.interviews()
    rows[3]["age"] = 999
    wave = evenings.WAVE.replace('name = "now"\n', 'name = "now"\nrole = "pilot"\n')
    folder = evenings.folder(tmp_path / "now", rows, wave=wave)
    assert rows_of(found(folder), "out of range: age") == [3]


def test_people_who_changed_between_waves_are_errors_and_progress_counts_who_is_left(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text().replace('study_design = "repeat"', 'study_design = "longitudinal"'))
    path = folder / "waves/followup/interviews.csv"
    frame = pd.read_csv(path)
    frame.loc[5, "poverty_group"] = "weaver-women"
    frame.drop(index=[50, 51, 52]).to_csv(path, index=False)
    tables = checked(folder)
    findings = tables["mart.field_checks"]
    assert rows_of(findings, "changed poverty_group") == [5]
    progress = tables["mart.field_progress"].set_index(["wave", "by", "part"])
    assert progress.loc[("followup", "all", "all"), ["target", "interviewed", "left"]].tolist() == [60, 57, 3]
    assert progress.loc[("followup", "arm"), "target"].sum() == 60


def test_a_wave_in_two_files_is_checked_as_one_and_rows_are_those_of_their_file(tmp_path):
    rows = evenings.interviews()
    rows[3]["age"] = rows[100]["age"] = 999
    second = evenings.again(rows[80:120])
    folder = evenings.folder(tmp_path / "now", rows[:90], back_check=second)
    (folder / "waves/now/interviews-late.csv").write_text(evenings.as_csv(rows[90:]))
    tables = checked(folder)
    findings = tables["mart.field_checks"]
    wrong = findings[findings["check"] == "out of range: age"]
    assert wrong[["file", "row"]].to_numpy().tolist() == [
        ["waves/now/interviews.csv", 5],
        ["waves/now/interviews-late.csv", 12],
    ]
    assert tables["mart.back_check_rates"]["compared"].tolist() == [40, 40, 40]
    assert tables["mart.interviewers"]["interviews"].sum() == 180


def test_a_code_in_the_year_of_birth_is_no_year(tmp_path):
    rows = [{**row, "born": 2026 - row["age"]} for row in evenings.interviews()]
    rows[3]["born"] = -99
    wave = evenings.WAVE + '\n[wave.columns]\nbirth_year = "born"\n'
    tables = checked(evenings.folder(tmp_path / "now", rows, wave=wave))
    asked = tables["mart.question_checks"].set_index("question").loc["born"]
    assert asked[["answered", "missing", "dont_know"]].tolist() == [179, 0, 1]


def test_people_of_no_group_are_named_where_others_have_one(tmp_path):
    rows = evenings.interviews()
    rows[7]["poverty_group"] = ""
    findings = checked(evenings.folder(tmp_path / "now", rows))["mart.field_checks"]
    found = findings[findings["check"] == "no poverty group"]
    assert found[["severity", "row"]].to_numpy().tolist() == [["warning", 9]]


def test_a_folder_that_is_no_wave_of_the_plan_is_told(tmp_path):
    folder = evenings.folder(tmp_path / "now", evenings.interviews())
    (folder / "waves/noww").mkdir()
    (folder / "waves/noww/interviews.csv").write_text("respondent\nR1\n")
    assert "noww: no wave of the plan, so that waves/noww is not read. Did you mean 'now'?" in told(folder)


def test_what_is_mapped_is_no_question_and_a_reliability_below_0_is_explained(tmp_path):
    rows = evenings.interviews()
    again = evenings.again(rows[:40])
    for row, one in zip(again, reversed(rows[:40]), strict=True):
        row["income_month"] = one["income_month"]
        one["Arm"] = "programme"
    for row in rows:
        row["Arm"] = "programme"
    wave = evenings.WAVE + 'columns = { arm = "Arm" }\n'
    folder = evenings.folder(tmp_path / "now", rows, back_check=again, wave=wave)
    asked = set(checked(folder)["mart.question_checks"]["question"])
    assert {"income_month", "own_loom"} <= asked
    assert not {"consent", "Arm", "Arm_in_file", "arm_in_file", "phone"} & asked
    told(folder, "--wave", "now")
    page = (folder / "results/checks/now.html").read_text()
    below = checked(folder)["mart.back_check_rates"].set_index("question")["reliability"]["income_month"]
    assert ("further apart than those of two people" in page) == (below < 0)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-5", "-5"),
        ("+4.5", "+4.5"),
        ("-all", "'-all"),
        (-5, -5),
        ("a", "a"),
    ],
)
def test_a_table_that_is_printed_holds_no_formula(cell, shown):
    assert cli._shown(cell) == shown


def test_faults_are_those_of_one_look(tmp_path, capsys):
    tell_faults([Fault("a.csv", rule="is wrong")], tmp_path)
    said = capsys.readouterr().err
    assert "1 fault: " in said
    assert "run it again" in said


def test_errors_are_told_with_what_to_do(tmp_path):
    rows = evenings.interviews()
    rows[3]["age"] = 140
    said = told(evenings.folder(tmp_path / "now", rows))
    assert "correct them in waves/<wave>/corrections; an answer about a household member, in the file" in said
    assert "stay out of no figure" not in said
