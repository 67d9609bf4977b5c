"""The demo's workshops, committee and actions have what a report of phase six can tell."""

from __future__ import annotations

import pandas as pd
import pytest

from data.demo import make_block_printing as demo
from schemas.assessment import read_plan
from schemas.base import conform
from schemas.fieldwork import FocusGroups
from schemas.reporting import (
    StagedActions,
    StagedAttendance,
    StagedCommittee,
    StagedFeedback,
    StagedRecommendations,
)
from tasks import plan as plan_tables
from tasks import reporting, workshops

FOLDER = demo.ROOT / "data" / "demo" / "block-printing"
STAGED = (StagedFeedback, StagedAttendance, StagedRecommendations, StagedCommittee, StagedActions)


@pytest.fixture(scope="module", name="plan")
def plan_fixture():
    return read_plan(FOLDER / "assessment.toml")


@pytest.fixture(scope="module", name="staged")
def staged_fixture(plan):
    tables = {
        one.about().name: conform(pd.read_csv(FOLDER / f"{one.about().source}.csv"), one) for one in STAGED
    }
    groups = [
        pd.read_csv(FOLDER / "waves" / wave.name / "focus_groups.csv").assign(wave=wave.name)
        for wave in plan.wave
    ]
    tables["staged.focus_groups"] = conform(pd.concat(groups, ignore_index=True), FocusGroups)
    return {**tables, "staged.waves": plan_tables.tables(plan)["staged.waves"]}


def test_nothing_in_it_is_refused(plan, staged):
    groups = ["all", *(one.id for one in plan.poverty_group)]
    assert list(workshops.faults(staged, plan.indicators, groups)) == []


def test_both_kinds_of_workshops_contest_a_finding_and_an_earlier_workshop_contests_none(plan, staged):
    table = reporting.carry_feedback(
        staged["staged.feedback"], staged["staged.waves"], assessment=plan.assessment
    )
    contested = table[table["verdict"] == "contested"]
    newer = contested[~contested["of_earlier"].astype(bool)]
    assert set(newer["kind"]) == {"participants", "stakeholders"}
    assert set(contested["workshop"]) - set(newer["workshop"]) == {"first-meeting"}


def test_two_focus_groups_of_the_last_wave_sent_nobody(staged):
    table = reporting.find_delegates(
        staged["staged.feedback"],
        staged["staged.attendance"],
        staged["staged.focus_groups"],
        staged["staged.waves"],
    )
    away = table[~table["sent"].astype(bool) & (table["wave"] == "followup")]
    assert set(away["focus_group"]) == {"FG-32", "FG-52"}


def test_one_seat_is_empty_one_group_has_none_and_one_action_is_overdue(plan, staged):
    seats = reporting.seat_committee(staged["staged.committee"], poverty_group=plan.poverty_group)
    groups = seats[seats["poverty_group"].notna()].set_index("poverty_group")
    assert groups.index[groups["role"].isna()].tolist() == ["wage-women", "own-account"]
    assert groups.index[~groups["kept"].astype(bool)].tolist() == ["own-account"]
    actions = reporting.carry_actions(
        staged["staged.actions"], staged["staged.waves"], assessment=plan.assessment
    )
    for column in ("overdue", "carried"):
        assert actions.loc[actions[column].astype(bool), "action"].tolist() == ["gloves-for-washers"]
