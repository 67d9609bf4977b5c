"""Every slip that a user can make ends in a line that names file, sheet, row, column, rule and remedy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from schemas.faults import Refused
from tasks.run import Run, quarantine
from tests.command import psia
from tests.folders import ACTORS, interviews, plan, two_waves, write


def psia_apart(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own."""
    code = "from flows.cli import main; main()"
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


def faults(folder: Path) -> str:
    """Return what `psia check` finds, a line each."""
    run = Run(folder)
    try:
        run.prepare()
    except Exception as refused:
        return str(refused)
    return ""


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_good_folder_is_accepted(tmp_path):
    assert faults(two_waves(tmp_path)) == ""


FRAME = """unit,node,poverty_group,stratum,arm
U1,weavers,weaver-women,s1,programme
U2,weavers,weaver-women,s1,programme
"""


def interviews_under_another_name(folder: Path) -> None:
    (folder / "waves/followup/interviews.csv").rename(folder / "waves/followup/endline.csv")


def corrections_without_interviews(folder: Path) -> None:
    (folder / "waves/followup/interviews.csv").unlink()
    write(folder, {"waves/followup/corrections.csv": CORRECTION})


CORRECTION = """key,variable,old,new,reason,who,when
W1,income,1,2,misread,coordinator,2026-02-01
"""


def missing_named_file(folder: Path) -> None:
    replace(
        folder / "assessment.toml", 'role = "follow-up"', 'role = "follow-up"\ninterviews = "waves/f.csv"'
    )


def unknown_column_in_the_mapping(folder: Path) -> None:
    with (folder / "assessment.toml").open("a") as file:
        file.write("")
    replace(
        folder / "assessment.toml",
        'role = "follow-up"',
        'role = "follow-up"\n[wave.columns]\nweight = "wieght"',
    )


def respondent_twice(folder: Path) -> None:
    replace(folder / "waves/followup/interviews.csv", "\nR007,", "\nR006,")


def negative_weight(folder: Path) -> None:
    replace(folder / "waves/baseline/interviews.csv", "place-04,2,", "place-04,-2,")


def weight_in_words(folder: Path) -> None:
    replace(folder / "waves/baseline/interviews.csv", "place-04,2,", "place-04,two,")


def wave_not_in_the_plan(folder: Path) -> None:
    path = folder / "waves/followup/interviews.csv"
    frame = pd.read_csv(path, dtype=str)
    frame["wave"] = "followup"
    frame.loc[3, "wave"] = "endline"
    frame.to_csv(path, index=False)


def corrections_for_a_wave_not_in_the_plan(folder: Path) -> None:
    replace(folder / "assessment.toml", 'to_wave = "followup"', 'to_wave = "followupp"')


def node_not_in_the_map(folder: Path) -> None:
    write(folder, {"design/frame.csv": FRAME.replace("U2,weavers", "U2,weaver")})
    write(folder, {"mapping/linkages.csv": "from,to,kind\nweavers,trader,goods\n"})


def node_of_the_plan_not_in_the_map(folder: Path) -> None:
    replace(folder / "assessment.toml", 'node = "workshops"', 'node = "workshop"')


def group_that_no_frame_row_can_belong_to(folder: Path) -> None:
    write(folder, {"design/frame.csv": FRAME})


def answer_that_is_not_a_number(folder: Path) -> None:
    replace(folder / "waves/baseline/interviews.csv", ",1000,", ",a thousand,")


def arm_that_is_not_a_word_for_an_arm(folder: Path) -> None:
    replace(folder / "waves/baseline/interviews.csv", "R003,programme", "R003,treated")


def stale_correction(folder: Path) -> None:
    header = "key,variable,old,new,reason,who,when\n"
    write(
        folder,
        {
            "waves/baseline/corrections.csv": header
            + "R000,income_month,999,1001,slip,coordinator,2025-04-01\n"
        },
    )


def correction_of_nobody(folder: Path) -> None:
    header = "key,variable,old,new,reason,who,when\n"
    write(
        folder,
        {"waves/baseline/corrections.csv": header + "R999,income_month,1,2,slip,coordinator,2025-04-01\n"},
    )


def personal_column_misspelt(folder: Path) -> None:
    with (folder / "assessment.toml").open("a") as file:
        file.write('\n[personal]\n"waves/*/interviews" = ["nmae"]\n')


def column_of_a_table_unknown(folder: Path) -> None:
    write(folder, {"mapping/actors.csv": ACTORS.replace("firms", "frims")})


def indicator_unknown(folder: Path) -> None:
    replace(folder / "assessment.toml", '"workdays_month"]', '"workday_month"]')


def indicator_without_its_question(folder: Path) -> None:
    replace(folder / "assessment.toml", '"workdays_month"]', '"training_days_year"]')


def covariate_unknown(folder: Path) -> None:
    with (folder / "assessment.toml").open("a") as file:
        file.write('\n[comparison]\ncovariates = ["workday_month"]\n')


def covariate_of_the_matching_unknown(folder: Path) -> None:
    with (folder / "assessment.toml").open("a") as file:
        file.write('\n[comparison]\nsame_buyer = "trader"\n[comparison.matching]\nmethod = "propensity"\n')
        file.write('covariates = ["workdays_month"]\nexact = ["poverty_grup"]\n')


def cluster_of_a_specification_unknown(folder: Path) -> None:
    replace(folder / "assessment.toml", 'cluster = "cluster"', 'cluster = "village"')


def filter_that_is_no_expression(folder: Path) -> None:
    replace(folder / "assessment.toml", 'cluster = "cluster"', 'cluster = "cluster"\nfilter = "income >"')


def cluster_missing_in_a_row(folder: Path) -> None:
    replace(folder / "waves/baseline/interviews.csv", "place-04,2,", ",2,")


def informant_named_by_nobody_known(folder: Path) -> None:
    write(folder, {"mapping/informants.csv": "informant,role,named_by\nI1,trader,\nI2,weaver,I9\n"})


def informants_in_a_circle(folder: Path) -> None:
    write(folder, {"mapping/informants.csv": "informant,role,named_by\nI1,trader,I2\nI2,weaver,I1\n"})


def question_of_box_a2_misspelt(folder: Path) -> None:
    header = "question,answer,complete,citation\n"
    write(folder, {"mapping/answers.csv": header + "cluster.firm_number,About 400,yes,walk\n"})


def group_of_the_map_under_the_name_of_another(folder: Path) -> None:
    header = "mapped_group,label,actor,box4_group,citation\n"
    write(folder, {"mapping/groups.csv": header + "workshop-men,Men,weavers,home_worker,walk\n"})


def position_towards_a_group_not_in_the_plan(folder: Path) -> None:
    write(
        folder,
        {
            "mapping/institutions.csv": "institution,label,kind,inside\nunion,Union,labour,yes\n",
            "mapping/institution_positions.csv": "institution,poverty_group,position,tension,reason\n"
            "union,weaver-woman,supports,none,seen\n",
        },
    )


def group_larger_than_its_actor(folder: Path) -> None:
    header = "mapped_group,label,actor,box4_group,people,citation\n"
    write(folder, {"mapping/groups.csv": header + "home,Home,weavers,home_worker,5150,walk\n"})


def count_beyond_counting(folder: Path) -> None:
    replace(folder / "mapping/actors.csv", "400,600,500", "99999999999999999999,600,500")


def source_file_with_an_odd_name(folder: Path) -> None:
    with (folder / "assessment.toml").open("a") as file:
        file.write(
            '\n[[source]]\nsource = "s"\nreader = "delimited_text"\nfile = "secondary/a\\u0000b.csv"\n'
        )


BAD = [
    (
        group_larger_than_its_actor,
        r"mapping/groups\.csv, row 2, column people: more people than 'weavers' has workers and firms",
    ),
    (count_beyond_counting, r"mapping/actors\.csv, row 2, column firms: is not a whole number"),
    (source_file_with_an_odd_name, r"key source\.1\.file"),
    (
        informant_named_by_nobody_known,
        r"mapping/informants\.csv, row 3, column named_by: this informant is not in the list\. Add the row",
    ),
    (
        informants_in_a_circle,
        r"mapping/informants\.csv, row 2, column named_by: the informants named each other in a circle",
    ),
    (
        question_of_box_a2_misspelt,
        r"mapping/answers, column question: 'cluster\.firm_number' is not a question of Box A\.2\. Did you "
        r"mean 'cluster\.firms_number'\?",
    ),
    (
        group_of_the_map_under_the_name_of_another,
        r"mapping/groups\.csv, row 2, column mapped_group: the plan has 'workshop-men' at the node",
    ),
    (
        position_towards_a_group_not_in_the_plan,
        r"institution_positions\.csv, row 2, column poverty_group: the poverty group 'weaver-woman' is not "
        r"in the plan\. Did you mean 'weaver-women'\?",
    ),
    (
        covariate_unknown,
        r"key comparison\.covariates\.1: 'workday_month' is not a column of the interviews\. Did",
    ),
    (
        covariate_of_the_matching_unknown,
        r"key comparison\.matching\.exact\.1: 'poverty_grup' is not a column of the interviews\. Did you mean"
        r" 'poverty_group'\?",
    ),
    (
        covariate_of_the_matching_unknown,
        r"key comparison\.same_buyer: 'trader' is not a column of the interviews",
    ),
    (cluster_of_a_specification_unknown, r"key specification\.1\.cluster: 'village' is not a column"),
    (filter_that_is_no_expression, r"key specification\.1\.filter: cannot be read as an expression"),
    (
        cluster_missing_in_a_row,
        r"baseline/interviews\.csv, row 6, column cluster: the cluster is empty, and other rows have one",
    ),
    (
        interviews_under_another_name,
        r"waves/followup/interviews\.csv: is not here, and the folder of the wave 'followup' holds "
        r"endline\.csv\. Call the file of the interviews 'interviews'",
    ),
    (
        corrections_without_interviews,
        r"waves/followup/corrections: corrects the wave 'followup', which has no interviews\. Put",
    ),
    (missing_named_file, r"waves/f\.csv: is not here\. Put the file there, or correct the plan"),
    (
        unknown_column_in_the_mapping,
        r"interviews\.csv, row 1, column wieght: the plan maps weight to 'wieght', which is not a column of "
        r"this file\. The nearest column is 'weight'",
    ),
    (
        respondent_twice,
        r"waves/followup/interviews\.csv, row 9, column respondent \+ wave: the same respondent and wave "
        r"stands already in row 8\. Keep one",
    ),
    (
        negative_weight,
        r"waves/baseline/interviews\.csv, row 6, column weight: is below the smallest value allowed\. The "
        r"limit is 0",
    ),
    (
        weight_in_words,
        r"waves/baseline/interviews\.csv, row 6, column weight: the weight is not a number\. Every",
    ),
    (
        wave_not_in_the_plan,
        r"waves/followup/interviews\.csv, row 5, column wave: the wave 'endline' is not in the plan\. The "
        r"waves of the plan: baseline, followup",
    ),
    (
        corrections_for_a_wave_not_in_the_plan,
        r"assessment\.toml, key specification\.1\.to_wave: the wave 'followupp' is not in the plan",
    ),
    (
        node_not_in_the_map,
        r"design/frame\.csv, row 3, column node: the actor 'weaver' is not in the map\. Did you mean "
        r"'weavers'\? Add it to mapping/actors(.|\n)*mapping/linkages\.csv, row 2, column to: the actor "
        r"'trader' is not in the map",
    ),
    (
        node_of_the_plan_not_in_the_map,
        r"assessment\.toml, key poverty_group\.2\.node: the node 'workshop' is not in the map\. Did you",
    ),
    (
        group_that_no_frame_row_can_belong_to,
        r"assessment\.toml, key poverty_group\.2: no row of the frame \(design/frame\.csv\) can belong to "
        r"the poverty group 'workshop-men'\. The frame needs rows with node 'workshops' and gender 'men'",
    ),
    (
        answer_that_is_not_a_number,
        r"waves/baseline/interviews\.csv, row 2, column income_month: is not a number\. Correct the answer",
    ),
    (
        arm_that_is_not_a_word_for_an_arm,
        r"waves/baseline/interviews\.csv, row 5, column arm: is not one of the words allowed here\. Use one "
        r"of: programme, comparison",
    ),
    (
        stale_correction,
        r"waves/baseline/corrections\.csv, row 2, column old: the old value is not the value that stands",
    ),
    (
        correction_of_nobody,
        r"waves/baseline/corrections\.csv, row 2, column key: the key is not a respondent of this wave",
    ),
    (
        personal_column_misspelt,
        r"waves/baseline/interviews\.csv, row 1, column nmae: 'nmae' is declared personal for waves/\*/inter",
    ),
    (
        column_of_a_table_unknown,
        r"mapping/actors\.csv, row 1, column frims: is not a column of this table\. Did you mean 'firms'\?",
    ),
    (
        indicator_unknown,
        r"assessment\.toml, key indicators\.2: 'workday_month' is not an indicator\. Did you mean 'workdays_",
    ),
    (
        indicator_without_its_question,
        r"key indicators\.2: the indicator 'training_days_year' needs the column 'training_days_year', which",
    ),
]


@pytest.mark.parametrize(("spoil", "told"), BAD, ids=lambda value: getattr(value, "__name__", ""))
def test_a_slip_is_told(tmp_path, spoil, told):
    folder = two_waves(tmp_path)
    spoil(folder)
    found = faults(folder)
    assert re.search(told, found), found


def test_a_fault_in_a_workbook_names_its_sheet(tmp_path):
    folder = two_waves(tmp_path)
    (folder / "waves/baseline/interviews.csv").unlink()
    frame = pd.read_csv(folder / "waves/followup/interviews.csv", dtype=str)
    frame.loc[2, "weight"] = "-1"
    frame.to_excel(
        folder / "waves/baseline/baseline.xlsx", sheet_name="interviews", index=False, engine="xlsxwriter"
    )
    told = "waves/baseline/baseline.xlsx, sheet interviews, row 4, column weight: is below"
    assert told in faults(folder)


def snapshot(folder: Path) -> dict[str, bytes]:
    results = folder / "results"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.name not in ("quarantine.csv", ".lock")
    }


def test_a_refused_run_changes_nothing_and_exits_with_one(tmp_path, finished):
    folder = finished(tmp_path / "tiny")
    before = snapshot(folder)
    respondent_twice(folder)
    refused = psia("run", str(folder))
    assert refused.returncode == 1
    assert "the same respondent and wave stands already in row 8" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout
    assert "R006" not in refused.stderr + refused.stdout
    assert snapshot(folder) == before
    assert "row" in (folder / "results" / "quarantine.csv").read_text()


def test_a_slip_on_the_command_line_exits_with_two(tmp_path):
    for arguments in (
        ("run", str(tmp_path / "nowhere")),
        ("run", str(two_waves(tmp_path / "t")), "--engine", "airflow"),
        ("run", str(tmp_path / "t"), "--select", "phase nine"),
        ("demo", "no-such-demo"),
        ("init", "Bad Name"),
        ("no-such-command",),
    ):
        ended = psia_apart(*arguments)
        assert ended.returncode == 2, arguments
        assert "Traceback" not in ended.stderr


def test_the_quarantine_holds_every_fault_and_no_answer(tmp_path):
    folder = two_waves(tmp_path)
    weight_in_words(folder)
    run = Run(folder)
    with pytest.raises(Refused, match="weight") as refused:
        run.prepare()
    path = quarantine(folder, refused.value.faults)
    assert pd.read_csv(path).to_dict("records")[0]["row"] == 6
    assert "two" not in path.read_text()


def test_interviews_of_another_shape_need_no_code(tmp_path):
    """Renamed columns, codes in place of words and a filter are the plan's business."""
    folder = two_waves(tmp_path / "a")
    other = two_waves(tmp_path / "b")
    for wave in ("baseline", "followup"):
        path = other / f"waves/{wave}/interviews.csv"
        frame = pd.read_csv(path, dtype=str).rename(
            columns={"respondent": "hh", "arm": "treated", "weight": "pw", "income_month": "income_month"}
        )
        frame["treated"] = frame["treated"].map({"programme": "1", "comparison": "0"})
        extra = frame.head(3).assign(hh=["X1", "X2", "X3"], complete="0")
        frame = pd.concat([extra, frame.assign(complete="1")])
        frame.sample(frac=1, random_state=3).to_csv(path, index=False)
    text = (other / "assessment.toml").read_text()
    mapping = (
        'filter = "complete = 1"\n[wave.columns]\nrespondent = "hh"\narm = "treated"\nweight = "pw"\n'
        '[wave.recode.arm]\n"1" = "programme"\n"0" = "comparison"\n[wave.types]\ncomplete = "integer"\n'
    )
    for role in ('role = "baseline"\n', 'role = "follow-up"\n'):
        text = text.replace(role, role + mapping)
    (other / "assessment.toml").write_text(text)
    assert faults(other) == ""
    runs = []
    for one in (folder, other):
        run = Run(one)
        run.prepare()
        responses = run.intake.tables["staged.responses"]
        columns = ["respondent", "wave", "arm", "poverty_group", "weight", "income_month"]
        runs.append(responses[columns].sort_values(["respondent", "wave"]).reset_index(drop=True))
    pd.testing.assert_frame_equal(*runs)


def test_plan_and_interviews_helpers_agree():
    assert interviews(0).count("\n") == 61
    assert "[assessment]" in plan()
