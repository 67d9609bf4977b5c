"""Who takes back the consent in a later wave leaves the analysis of all waves, and is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.assessment import read_plan
from tasks.intake import Intake, take_in
from tasks.vault import Vault
from tests.folders import two_waves

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
