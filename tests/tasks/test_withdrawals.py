"""Who takes back the consent in a later wave leaves the analysis of all waves, and is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.assessment import read_plan
from tasks.evening import checked
from tasks.intake import Intake, take_in
from tasks.vault import Vault
from tests.folders import two_waves, write
from tests.qdpx import coded

WITHDRAWN = "respondent,when\nR003,2026-02-01\nR017,2026-02-02\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    return two_waves(tmp_path / "tiny")


def taken(folder: Path, withdrawals: str = WITHDRAWN, beside: str = "followup") -> Intake:
    (folder / f"waves/{beside}/withdrawals.csv").write_text(withdrawals)
    return take_in(folder, read_plan(folder / "assessment.toml"), Vault(folder, "tiny"))


def test_the_answers_of_all_waves_are_left_out_and_counted(folder):
    found = taken(folder)
    assert found.faults == []
    responses = found.tables["staged.responses"]
    assert responses.groupby("wave")["respondent"].nunique().to_dict() == {"baseline": 58, "followup": 58}
    gone = set(found.tables["staged.withdrawals"]["respondent"])
    assert len(gone) == 2
    assert not gone & set(responses["respondent"])
    losses = found.tables["mart.wave_losses"].set_index(["wave", "reason"])["interviews"]
    for wave in ("baseline", "followup"):
        assert (losses[wave, "received"], losses[wave, "withdrawn"], losses[wave, "used"]) == (60, 2, 58)
    assert "baseline: 2 left out, as the consent was taken back" in found.found


def test_no_table_knows_of_them_any_more_and_the_field_checks_do_not_count_them_as_used(folder):
    """Back-check, corrections, earlier versions, coded talk, scores and diaries go with the answers."""
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text() + '\n[personal]\n"waves/baseline/interviews" = ["phone"]\n')
    first = (folder / "waves/baseline/interviews.csv").read_text().splitlines()
    told = [f"{row},+91 98765 {place:05}" for place, row in enumerate(first[1:])]
    (folder / "waves/baseline/interviews.csv").write_text("\n".join([f"{first[0]},phone", *told]) + "\n")
    again = [row for row in first if row[:4] in ("resp", "R003", "R004")]
    scored = "session,tool,criterion,item,person,score\n" + "".join(
        f"s1,matrix scoring,all,advance,{person},3\n" for person in ("R003", "R004")
    )
    write(
        folder,
        {
            "waves/baseline/back_check.csv": "\n".join(again) + "\n",
            "waves/baseline/corrections.csv": "key,variable,old,new,reason,who,when\n"
            + "".join(
                f"{row[:4]},workdays_month,{row.rpartition(',')[2]},19,told later,E1,2025-05-01\n"
                for row in again[1:]
            ),
            "waves/baseline/presence.csv": "session,poverty_group,role,women,men\n"
            "s1,weaver-women,participant,6,0\n",
            "waves/baseline/tool_scores.csv": scored,
            "waves/baseline/coded_sources.csv": "source,poverty_group,participants\n"
            "R003,weaver-women,1\nTalk,weaver-women,6\n",
            "design/codes.csv": "code,indicator,direction\nEarns less,income_month,worse\n",
        },
    )
    talks = coded([("R003", "Earns less", "Kim"), ("Talk", "Earns less", "Kim")], codes=["Earns less"])
    (folder / "waves/baseline/coded.qdpx").write_bytes(talks)
    found = taken(folder)
    assert [str(one) for one in found.faults] == []
    gone = set(found.tables["staged.withdrawals"]["respondent"])
    for table, frame in found.tables.items():
        if table not in ("staged.withdrawals", "staged.interview_records"):
            assert not any(frame[column].isin(gone).any() for column in frame), table
    assert len(found.tables["staged.back_checks"]["respondent"].unique()) == 1
    assert len(found.tables["staged.codings"]) == len(found.tables["staged.tool_scores"]) == 1
    records = found.tables["staged.interview_records"]
    theirs = records[records["respondent"].isin(gone)]
    assert theirs["outcome"].tolist() == ["withdrawn"] * 4
    assert theirs[["started", "ended", "submitted", "minutes", "telephone"]].isna().all(axis=None)
    assert (records["outcome"] == "used").sum() == 2 * 58
    progress = checked(found.plan, found)["mart.field_progress"]
    assert not len(progress) or progress["interviewed"].max() <= 58


def test_who_is_not_in_a_later_wave_may_withdraw_there_all_the_same(folder):
    later = folder / "waves/followup/interviews.csv"
    later.write_text(
        "".join(one for one in later.read_text().splitlines(True) if not one.startswith("R003,"))
    )
    found = taken(folder, "respondent,when\nR003,2026-02-01\n")
    assert found.faults == []
    assert found.tables["staged.responses"].groupby("wave").size().to_dict() == {
        "baseline": 59,
        "followup": 59,
    }


def test_an_id_of_nobody_is_refused_in_its_place(folder):
    (fault,) = taken(folder, WITHDRAWN + "R0017,2026-02-02\n").faults
    assert (fault.file, fault.row, fault.column) == ("waves/followup/withdrawals.csv", 4, "respondent")
    assert fault.rule == "nobody of this id was interviewed in any wave"
    assert "R0017" not in str(fault)
