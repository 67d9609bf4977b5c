"""`psia form`: it works before anybody was interviewed, changes nothing else, and says what it left out."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from flows.cli import app
from tests.folders import ACTORS, GROUPS, WAVES, plan, write

RUNNER = CliRunner()
RANKINGS = "focus_group,poverty_group,person,indicator,rank\n" + "".join(
    f"F1,weaver-women,P{person},{indicator},{rank}\n"
    for person in range(5)
    for rank, indicator in enumerate(("workdays_month", "written_contract"), start=1)
)
OWN = """
[[indicator]]
id = "dye"
label = "Rash"
unit = "share of respondents"
better = "lower"
value = "dye"
smallest_change = 0.1
"""


def folder(tmp_path: Path) -> Path:
    return write(
        tmp_path / "tiny",
        {
            "assessment.toml": plan(GROUPS + WAVES, top='indicators = ["income_month", "dye"]'),
            "mapping/actors.csv": ACTORS,
            "design/rankings.csv": RANKINGS,
            "design/indicators.toml": OWN,
        },
    )


def told(*arguments: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["form", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def test_forms_are_written_before_anybody_was_interviewed(tmp_path):
    one = folder(tmp_path)
    before = {path: path.read_bytes() for path in one.rglob("*") if path.is_file()}
    output = told(one, "--wave", "baseline")
    made = sorted(path.name for path in (one / "results" / "forms" / "baseline").iterdir())
    assert [name.rpartition("-")[0] for name in made] == [
        "baseline-focus-group-weaver-women",
        "baseline-focus-group-workshop-men",
        "baseline-form",
        "baseline-interview-guide",
        "baseline-printable-en",
        "baseline-printable-fr",
    ]
    assert "no question is written for it" in output
    assert "3 questions, 1 to 3 a person" in output
    after = {path: path.read_bytes() for path in one.rglob("*") if path.is_file()}
    assert before.items() <= after.items()
    assert all(path.is_relative_to(one / "results" / "forms") for path in after.keys() - before.keys())
    again = told(one, "--wave", "baseline")
    assert again == output
    assert after == {path: path.read_bytes() for path in one.rglob("*") if path.is_file()}


def test_a_machine_is_told_the_same(tmp_path):
    records = json.loads(told(folder(tmp_path), "--wave", "followup", "--into", tmp_path / "out", "--json"))
    files = [record["file"] for record in records if "file" in record]
    assert all(Path(file).is_file() and Path(file).parent == tmp_path / "out" for file in files)
    assert len(files) == 6
    assert {record["version"] for record in records} == {records[0]["version"]}
    assert [record["left_out"] for record in records if "left_out" in record] == ["dye"]


def test_an_own_question_completes_the_form(tmp_path):
    question = '\n[[question]]\nname = "dye"\nlabel = "Do you have a rash?"\ntype = "yes_no"\n'
    one = folder(tmp_path)
    (one / "design" / "indicators.toml").write_text(OWN + question, encoding="utf-8")
    assert "no question is written" not in told(one, "--wave", "baseline")


def test_slips_on_the_command_line_and_in_the_folder_are_told(tmp_path):
    one = folder(tmp_path)
    assert "name the wave with --wave. The waves: baseline, followup" in told(one, code=2)
    assert "the wave 'endline' is not in the plan" in told(one, "--wave", "endline", code=2)
    (one / "design" / "indicators.toml").write_text(
        OWN + '\n[[question]]\nname = "gender"\nlabel = "x"\ntype = "text"\ncolour = "red"\n'
        '[[question]]\nname = "consent"\nlabel = "x"\ntype = "text"\n'
        '[[question]]\nname = "income_month"\nlabel = "x"\ntype = "yes_no"\n',
        encoding="utf-8",
    )
    output = told(one, "--wave", "baseline", code=1)
    assert "question.1.colour" in output
    assert "'consent' is a name that every form uses already" in output
    assert "'income_month' is a question of the catalogue, of the type number" in output
    assert not (one / "results" / "forms").exists()


def test_a_ranking_of_a_group_that_is_not_in_the_plan_is_refused(tmp_path):
    one = folder(tmp_path)
    (one / "design" / "rankings.csv").write_text(
        RANKINGS.replace("weaver-women", "weaver-woman"), encoding="utf-8"
    )
    assert "Did you mean 'weaver-women'" in told(one, "--wave", "baseline", code=1)


def test_frozen_forms_that_differ_are_told_by_form_check_and_run(tmp_path):
    one = folder(tmp_path)
    (version,) = {record["version"] for record in json.loads(told(one, "--wave", "baseline", "--json"))}
    plan_file = one / "assessment.toml"
    before = plan_file.read_text()
    freeze = f'\n[pilot]\nfrozen_on = 2025-01-20\n[pilot.versions]\nbaseline = "{version}"\n'
    plan_file.write_text(before + freeze)
    assert "warning" not in told(one, "--wave", "baseline")
    assert 'Put followup = "' in told(one, "--wave", "followup")
    plan_file.write_text(
        before.replace('["income_month", "dye"]', '["income_month", "debt_burden"]') + freeze
    )
    output = told(one, "--wave", "baseline")
    assert f"warning: baseline: the instruments were frozen on 2025-01-20 with version {version}" in output
    assert "say in design/pilot what was changed and why" in output
    records = json.loads(told(one, "--wave", "baseline", "--json"))
    assert any(version in record.get("warning", "") for record in records)
    checked = RUNNER.invoke(app, ["check", str(one)])
    assert checked.exit_code == 0, checked.output
    assert (
        f"warning: baseline: the instruments were frozen on 2025-01-20 with version {version}"
        in checked.output
    )
    assert "note: design/methods is not here" in checked.output
    run = RUNNER.invoke(app, ["run", str(one), "--engine", "process"])
    assert run.exit_code == 0, run.output
    assert "Warning: baseline: the instruments were frozen" in run.output


def test_sheets_of_workshops_need_a_run_and_say_so(tmp_path):
    done = RUNNER.invoke(app, ["form", str(folder(tmp_path)), "--workshops"])
    assert done.exit_code == 1
    assert "Run it first" in done.output
