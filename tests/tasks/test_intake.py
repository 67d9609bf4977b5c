"""How a wave's answers are taken in: what a plan can map, what is refused, what is never mixed up."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from schemas.base import TABLES, conform
from schemas.faults import Refused
from tasks import disclosure, evening
from tasks.files import too_large, typed
from tasks.run import Run
from tests.assessed import tables_of
from tests.folders import two_waves, write

HEADER = "key,variable,old,new,reason,who,when\n"


def taken(folder: Path) -> Run:
    run = Run(folder)
    run.prepare()
    return run


def refused(folder: Path) -> str:
    with pytest.raises(Refused) as found:
        taken(folder)
    return str(found.value)


def change(folder: Path, wave: str, how) -> None:
    path = folder / f"waves/{wave}/interviews.csv"
    how(pd.read_csv(path, dtype=str)).to_csv(path, index=False)


def plan(folder: Path, old: str, new: str) -> None:
    path = folder / "assessment.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


FOLLOWUP = 'role = "follow-up"\n'


def test_questions_in_another_language_are_mapped_by_the_plan(tmp_path):
    plain, other = two_waves(tmp_path / "a"), two_waves(tmp_path / "b")
    change(other, "followup", lambda frame: frame.rename(columns={"income_month": "Ingreso del mes ($)"}))
    plan(other, FOLLOWUP, FOLLOWUP + 'questions = { income_month = "Ingreso del mes ($)" }\n')
    one, two = (taken(folder).intake.tables["staged.responses"] for folder in (plain, other))
    key = ["wave", "weight", "arm", "poverty_group", "income_month"]
    left, right = (frame[key].sort_values(key).reset_index(drop=True) for frame in (one, two))
    pd.testing.assert_frame_equal(left, right)
    plan(other, "Ingreso del mes ($)", "Ingreso del mez")
    assert "The nearest column is 'Ingreso del mes ($)'" in refused(other)


def test_a_personal_column_is_found_in_any_spelling_of_its_case(tmp_path):
    folder = two_waves(tmp_path, '\n[personal]\n"waves/*/interviews" = ["name"]\n')
    change(folder, "baseline", lambda frame: frame.assign(name="Secret Person"))
    change(folder, "followup", lambda frame: frame.assign(Name="Secret Person"))
    run = taken(folder)
    for frame in [*run.intake.tables.values(), *run.intake.raw.values()]:
        assert "Secret Person" not in frame.to_csv()


def test_a_personal_column_that_one_wave_lacks_is_told(tmp_path):
    folder = two_waves(tmp_path, '\n[personal]\n"waves/*/interviews" = ["name"]\n')
    change(folder, "baseline", lambda frame: frame.assign(name="x"))
    assert "waves/followup/interviews.csv, row 1, column name: 'name' is declared personal" in refused(folder)


@pytest.mark.parametrize("variable", ["respondent", "name"])
def test_ids_and_personal_cells_are_not_corrected_in_a_log_that_is_stored(tmp_path, variable):
    folder = two_waves(tmp_path, '\n[personal]\n"waves/baseline/interviews" = ["name"]\n')
    change(folder, "baseline", lambda frame: frame.assign(name="x"))
    log = HEADER + f"R000,{variable},R000,R999,slip,coordinator,2025-04-01\n"
    write(folder, {"waves/baseline/corrections.csv": log})
    told = refused(folder)
    assert "an id or a personal cell is not corrected in this log" in told
    assert "R999" not in told


def test_a_wrong_id_is_recoded_in_the_plan(tmp_path):
    folder = two_waves(tmp_path)
    change(
        folder, "followup", lambda frame: frame.assign(respondent=frame["respondent"].replace("R005", "R5X"))
    )
    plan(folder, FOLLOWUP, FOLLOWUP + 'recode = { respondent = { R5X = "R005" } }\n')
    (attrition,) = tables_of(folder, "mart.attrition")
    whole = attrition[(attrition["arm"] == "all") & (attrition["poverty_group"] == "all")].iloc[0]
    assert (whole["followed"], whole["lost"]) == (60, 0)


def test_rows_without_an_id_are_linked_with_nobody(tmp_path):
    folder = two_waves(tmp_path)
    plan(folder, 'role = "baseline"\n', 'role = "baseline"\ncolumns = { respondent = "_row" }\n')
    plan(folder, FOLLOWUP, FOLLOWUP + 'columns = { respondent = "_row" }\n')
    attrition, changes = tables_of(folder, "mart.attrition", "mart.wave_changes")
    assert len(attrition) == 0
    assert set(changes["respondents_both"]) == {0}


def test_two_waves_in_one_file_are_corrected_each_by_itself(tmp_path):
    folder = two_waves(tmp_path)
    frames = [
        pd.read_csv(folder / f"waves/{wave}/interviews.csv", dtype=str).assign(wave=wave)
        for wave in ("baseline", "followup")
    ]
    both = pd.concat(frames)
    old = frames[1].loc[0, "income_month"]
    log = HEADER + f"R000,income_month,{old},1234,slip,coordinator,2025-04-01\n"
    write(folder, {"waves/both.csv": both.to_csv(index=False), "waves/followup/corrections.csv": log})
    for wave in ("baseline", "followup"):
        (folder / f"waves/{wave}/interviews.csv").unlink()
    for role in ('role = "baseline"\n', FOLLOWUP):
        plan(folder, role, role + 'interviews = "waves/both.csv"\n')
    responses = taken(folder).intake.tables["staged.responses"]
    right = responses[responses["income_month"] == 1234]
    assert right["wave"].tolist() == ["followup"]


def test_consent_in_other_words_is_recoded_or_refused(tmp_path):
    folder = two_waves(tmp_path)
    answers = ["agreed"] * 58 + ["declined"] * 2
    change(folder, "followup", lambda frame: frame.assign(consent=answers))
    assert "column consent: the consent is neither yes nor no" in refused(folder)
    plan(folder, FOLLOWUP, FOLLOWUP + 'recode = { consent = { agreed = "yes", declined = "no" } }\n')
    losses = {
        row["reason"]: row["interviews"] for row in taken(folder).intake.losses if row["wave"] == "followup"
    }
    assert (losses["refused"], losses["used"]) == (2, 58)


def test_an_empty_consent_is_no_refusal(tmp_path):
    folder = two_waves(tmp_path)
    answers = ["yes"] * 56 + ["no"] * 2 + [None] * 2
    change(folder, "followup", lambda frame: frame.assign(consent=answers, enumerator="E1"))
    intake = taken(folder).intake
    losses = {row["reason"]: row["interviews"] for row in intake.losses if row["wave"] == "followup"}
    assert (losses["refused"], losses["consent not recorded"], losses["used"]) == (2, 2, 56)
    tables = evening.checked(intake.plan, intake)
    told = tables["mart.interviewers"].set_index("wave").loc["followup"]
    assert (told["interviews"], told["refused"]) == (56, 2)
    found = tables["mart.field_checks"]
    (message,) = found.loc[found["check"] == "consent not recorded", "message"]
    assert message.startswith("2 without an entry for the consent")
    assert "rows of the file: 60, 61" in message


def test_what_a_correction_made_wrong_is_told_of_the_correction(tmp_path):
    folder = two_waves(tmp_path)
    old = pd.read_csv(folder / "waves/followup/interviews.csv", dtype=str).loc[0, "income_month"]
    log = HEADER + f"R000,income_month,{old},a lot,slip,coordinator,2025-04-01\n"
    told = refused(write(folder, {"waves/followup/corrections.csv": log}))
    assert "waves/followup/corrections.csv, row 2, column new: the new value of 'income_month'" in told
    assert "interviews.csv" not in told


def test_what_is_corrected_in_a_removed_interview_is_not_counted(tmp_path):
    folder = two_waves(tmp_path)
    old = pd.read_csv(folder / "waves/followup/interviews.csv", dtype=str)["income_month"]
    log = HEADER + f"R000,income_month,{old[0]},1234,slip,coordinator,2025-04-01\n"
    log += "R000,interview,,remove,held twice,coordinator,2025-04-02\n"
    log += f"R001,income_month,{old[1]},1234,slip,coordinator,2025-04-01\n"
    (summary,) = tables_of(write(folder, {"waves/followup/corrections.csv": log}), "mart.correction_summary")
    assert summary.set_index("variable")["corrections"].to_dict() == {"income_month": 1, "interview": 1}


def test_a_formula_that_was_never_calculated_is_not_read_as_empty(tmp_path):
    folder = two_waves(tmp_path)
    path = folder / "waves/followup/interviews"
    frame = pd.read_csv(path.with_suffix(".csv"), dtype=str).fillna("")
    book = xlsxwriter.Workbook(str(path.with_suffix(".xlsx")))
    page = book.add_worksheet()
    for row, cells in enumerate([list(frame), *frame.to_numpy().tolist()]):
        page.write_row(row, 0, cells)
    page.write_formula(3, list(frame).index("income_month"), "=1000+1", None, 1001)
    book.close()
    path.with_suffix(".csv").unlink()
    assert taken(folder).intake.faults == []
    content = packed_again(path.with_suffix(".xlsx").read_bytes(), b"<v>1001</v>", b"")
    path.with_suffix(".xlsx").write_bytes(content)
    told = refused(folder)
    assert "interviews.xlsx, row 4, column income_month: is a formula without a value" in told


def packed_again(content: bytes, old: bytes, new: bytes) -> bytes:
    """Return an archive with some bytes of its sheets changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as made:
        assert any(old in given.read(name) for name in given.namelist())
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(old, new))
    return out.getvalue()


def test_a_wave_without_arms_does_not_drop_out_in_silence(tmp_path):
    folder = two_waves(tmp_path)
    change(folder, "followup", lambda frame: frame.drop(columns="arm"))
    assert "the arm is empty for everybody of the wave 'followup', and other waves have it" in refused(folder)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (lambda f: f.assign(_row="1"), "column _row: this name is kept for psia's own use"),
        (lambda f: f.assign(arm_in_file="x"), "column arm_in_file: this name is kept"),
        (lambda f: f.rename(columns={"workdays_month": "Workdays_month"}), "another wave spells this column"),
        (lambda f: f.assign(income_month="4316,37"), "Decimals are written with a point here"),
    ],
)
def test_names_and_numbers_that_cannot_stand_are_told(tmp_path, how, told):
    folder = two_waves(tmp_path)
    change(folder, "followup", how)
    assert told in refused(folder)


@pytest.mark.parametrize("amount", ["99999999999999999999999999", "-1e15"])
def test_an_amount_that_cannot_be_held_exactly_is_refused(tmp_path, amount):
    folder = two_waves(tmp_path)
    change(folder, "followup", lambda f: f.assign(income_month=[amount, *f["income_month"].astype(str)[1:]]))
    told = refused(folder)
    assert "waves/followup/interviews.csv, row 2, column income_month: is too large for an amount" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("cells", "kind", "large"),
    [
        (["1e15", "999999999999999", "-1e16", "inf", "x", None], "number", [0, 2]),
        (["9999999999999999999", "1000000000000000", "12", "1.5", None], "integer", [0, 1]),
    ],
)
def test_which_answers_are_too_large(cells, kind, large):
    values = pd.Series(cells, dtype="string")
    found = too_large(values, *typed(values, kind))
    assert list(found.index[found]) == large


@pytest.mark.parametrize("path", ["/etc/passwd", "../f.csv", "results/f.csv", "waves/.f.csv"])
def test_interviews_lie_among_the_inputs(tmp_path, path):
    folder = two_waves(tmp_path)
    plan(folder, FOLLOWUP, FOLLOWUP + f'interviews = "{path}"\n')
    assert "does not lie among the inputs of the assessment folder" in refused(folder)


def test_a_cause_is_told_without_what_follows_from_it(tmp_path):
    folder = two_waves(tmp_path)
    (folder / "mapping/actors.csv").write_bytes(b"actor,label,stage\nx,\xff\xfe,trade\n")
    told = refused(folder).splitlines()
    assert len(told) == 1
    assert "mapping/actors.csv: is not UTF-8 text" in told[0]


def test_focus_groups_and_workshops_speak_of_what_is_known(tmp_path):
    voices = "focus_group,poverty_group,indicator,participants,change\nw,weaver-women,ingreso,6,worse\n"
    said = (
        "finding,workshop,kind,held_on,participants,role,verdict\n"
        "income_month/xx,w,participants,2026-01-02,9,r,comment\n"
    )
    folder = write(
        two_waves(tmp_path), {"waves/followup/focus_groups.csv": voices, "feedback/workshops.csv": said}
    )
    told = refused(folder)
    assert "'ingreso' is not an indicator" in told
    assert "'income_month/xx' is not a finding" in told


def test_a_comparison_of_few_people_is_withheld_though_many_stand_on_the_other_side(tmp_path):
    folder = two_waves(tmp_path)
    for wave in ("baseline", "followup"):
        keep = {"R003", "R007"}

        def thin(frame, keep=keep):
            women = (frame["poverty_group"] == "weaver-women") & (frame["arm"] == "programme")
            return frame[~women | frame["respondent"].isin(keep)]

        change(folder, wave, thin)
    impact, findings, triangulation = tables_of(
        folder, "released.impact_estimates", "released.findings", "released.triangulation"
    )
    for table in (impact, findings, triangulation):
        row = table[table["poverty_group"] == "weaver-women"].iloc[0]
        assert row["withheld_by"] == "threshold"
    assert impact.loc[impact["poverty_group"] == "weaver-women", "estimate"].isna().all()
    assert findings.loc[findings["poverty_group"] == "weaver-women", "statement"].isna().all()
    others = impact[impact["poverty_group"] == "workshop-men"]  # all less these would be the women
    assert set(others["withheld_by"]) == {"given away by others"}
    assert impact.loc[impact["poverty_group"] == "all", "estimate"].notna().all()


def test_focus_groups_are_counted_only_where_two_groups_and_ten_people_stand_behind_them():
    contract = TABLES["mart.focus_group_verdicts"]
    frame = conform(
        pd.DataFrame(
            {
                "wave": "w",
                "poverty_group": "g",
                "indicator": ["a", "b", "c"],
                "direction": "better",
                "focus_groups": [1, 2, 2],
                "participants": [12, 9, 11],
            }
        ),
        contract,
    )
    released = disclosure.release(frame, contract, public=False)
    assert released["participants"].isna().tolist() == [True, True, False]
    assert released["focus_groups"].isna().tolist() == [True, True, False]
    assert released["direction"].tolist() == ["better"] * 3


def test_a_term_that_is_not_the_programme_is_never_causal_and_never_a_finding(tmp_path):
    folder = two_waves(tmp_path, '\n[comparison]\nassignment = "randomised"\n')
    plan(
        folder,
        'estimator = "difference_in_differences"',
        'estimator = "difference"\nterms = ["workdays_month", "programme"]',
    )
    impact, findings = tables_of(folder, "mart.impact_estimates", "mart.findings")
    claims = impact.set_index(["poverty_group", "term"])["claim"].to_dict()
    assert claims["all", "workdays_month"] == "associational"
    assert claims["all", "programme"] == "causal"
    assert set(findings["evidence"]) == {"impact_estimates: programme, programme"}


def test_levels_in_one_wave_are_not_taken_for_changes(tmp_path):
    folder = two_waves(tmp_path, '\n[comparison]\ncovariates = ["workdays_month"]\n')
    plan(
        folder,
        'estimator = "difference_in_differences"',
        'estimator = "fixed_effects"\nterms = ["programme"]',
    )
    plan(folder, 'from_wave = "baseline"\n', "")
    (impact,) = tables_of(folder, "mart.impact_estimates")
    assert set(impact.loc[impact["estimate"].notna(), "claim"]) == {"associational"}


def test_a_page_in_another_language_needs_all_words_of_the_folder_before_anything_is_computed(tmp_path):
    folder = two_waves(tmp_path)
    path = folder / "assessment.toml"
    path.write_text(path.read_text() + '\n[report]\nlanguages = ["en", "fr"]\n')
    told = refused(folder)
    assert "design/languages/fr.toml, key group.weaver-women: is missing" in told
    assert "income_month" not in told
    assert not (folder / "results").exists()
    labels = re.findall(r"key (group|wave)\.([\w-]+)", told)
    words = {part: "\n".join(f'{key} = "x"' for one, key in labels if one == part) for part, _ in labels}
    french = "\n".join(f"[{part}]\n{lines}" for part, lines in words.items())
    run = taken(write(folder, {"design/languages/fr.toml": french}))
    assert run.intake.page_words["fr"].get("group", "weaver-women") == "x"
    more = '\n[indicator]\nincom_month = "x"\n[said]\n"A tiny assessment" = "x"\n"nobody: said this" = "x"\n'
    more += '"income month" = "a code of the folder, as the report has it"\n'
    misspelt = french.replace("[group]", '[group]\nweaver-woman = "x"') + more
    told = refused(write(folder, {"design/languages/fr.toml": misspelt}))
    assert re.findall(r"fr.toml, key ([^:]+):", told) == [
        *("group.weaver-woman", "indicator.incom_month", "said.2"),
    ]
    assert "key group.weaver-woman: is no group of this assessment" in told
    assert "Did you mean 'weaver-women'?" in told
