"""A limited follow-up is told apart from a repeat study: in the claims and in the errors."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from schemas.assessment import Wave
from schemas.plan import Waves
from tasks.methods.claims import LIMITED
from tests.assessed import tables_of
from tests.folders import two_waves

POVERTY = """
[[poverty]]
name = "low"
label = "Low earnings"
value = "income_month"
line = 5000
unit = "rupees a month"
"""


def test_only_a_follow_up_can_be_limited():
    assert Wave(name="later", role="follow-up", follow_up="limited").follow_up == "limited"
    with pytest.raises(ValidationError, match="give this wave role = 'follow-up'"):
        Wave(name="first", role="baseline", follow_up="limited")


def test_a_limited_follow_up_claims_recall_and_gives_no_error_of_its_changes(tmp_path):
    folder = two_waves(tmp_path)
    plan = folder / "assessment.toml"
    before = plan.read_text()
    plan.write_text(
        before.replace('role = "follow-up"\n', 'role = "follow-up"\nfollow_up = "limited"\n') + POVERTY
    )
    assert "limited" in plan.read_text()
    waves, impact, changes, winners, poor = tables_of(
        folder,
        Waves.about().name,
        "mart.impact_estimates",
        "mart.wave_changes",
        "mart.winners_losers",
        "mart.poverty_changes",
    )
    assert waves["follow_up"].fillna("").tolist() == ["", "limited"]
    assert set(impact["claim"]) == {"recall"}
    assert impact["claim_reason"].str.startswith(LIMITED).all()
    assert set(changes["claim"]) == {"recall"}
    assert changes["change"].notna().any()
    assert poor["change"].notna().any()
    assert poor[["standard_error", "ci_low", "ci_high"]].isna().all(axis=None)
    assert changes[["standard_error", "ci_low", "ci_high"]].isna().all(axis=None)
    assert not set(changes["direction"].dropna()) & {"better", "worse"}
    assert set(winners["claim"]) == {"recall"}
