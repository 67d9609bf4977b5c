"""Phase six: verdicts, who was heard, the committee, and what is overdue."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from schemas.assessment import AssessmentPart, PovertyGroup
from schemas.base import check, conform, empty
from schemas.fieldwork import FocusGroups
from schemas.plan import Waves
from schemas.reporting import (
    Actions,
    Committee,
    Feedback,
    StagedActions,
    StagedAttendance,
    StagedCommittee,
    StagedFeedback,
    StagedRecommendations,
    Workshops,
)
from tasks import reporting, workshops
from tasks.newest_wave import newest_start

REPORT = AssessmentPart.model_construct(report_date=dt.date(2024, 6, 28))
WAVES = conform(
    pd.DataFrame(
        [
            {"wave": "trial", "position": 1, "label": "Trial", "role": "pilot", "starts_on": "2021-12-01"},
            {"wave": "first", "position": 2, "label": "First", "role": "baseline", "starts_on": "2022-01-10"},
            {
                "wave": "second",
                "position": 3,
                "label": "Second",
                "role": "follow-up",
                "starts_on": "2024-01-08",
            },
            {
                "wave": "third",
                "position": 4,
                "label": "Third",
                "role": "follow-up",
                "starts_on": "2025-01-08",
            },
        ]
    ),
    Waves,
)
GROUPS = [
    PovertyGroup(id=one, label=one.title(), node="lane", box4_group="home_worker") for one in ("women", "men")
]


def said(*rows: tuple[str, ...]) -> pd.DataFrame:
    columns = ["finding", "workshop", "kind", "held_on", "role", "poverty_group", "verdict", "comment"]
    frame = pd.DataFrame([dict(zip(columns, row, strict=True)) for row in rows]).replace("", None)
    return conform(frame.assign(participants=12), StagedFeedback)


def feedback(*rows: tuple[str, ...]) -> dict[str, dict]:
    table = reporting.carry_feedback(said(*rows), WAVES, assessment=REPORT)
    assert check(conform(table, Feedback), Feedback) == []
    return {row["workshop"]: row for row in table.to_dict("records")}


def test_one_voice_against_a_finding_makes_it_contested_and_is_told_apart_from_the_others():
    row = feedback(
        ("pay/women", "w", "participants", "2024-05-13", "dyer", "women", "confirmed", "So it is"),
        ("pay/women", "w", "participants", "2024-05-13", "washer", "men", "contested", "It is less"),
    )["w"]
    assert row["verdict"] == "contested"
    assert row["contested_by"] == "men"
    assert row["comment"] == "dyer (confirmed): So it is; washer (contested): It is less"


def test_who_contests_is_told_by_role_where_it_is_a_stakeholder():
    row = feedback(("pay/women", "w", "stakeholders", "2024-05-13", "trader", "", "contested", ""))["w"]
    assert row["contested_by"] == "trader"


def test_a_workshop_before_the_newest_wave_spoke_of_earlier_findings():
    rows = feedback(
        ("pay/women", "old", "participants", "2024-01-07", "dyer", "women", "contested", ""),
        ("pay/women", "new", "participants", "2024-01-08", "dyer", "women", "contested", ""),
    )
    assert rows["old"]["of_earlier"]
    assert not rows["new"]["of_earlier"]


@pytest.mark.parametrize(
    ("date", "start"), [("2023-06-01", ""), ("2024-06-28", "2024-01-08"), ("2026-01-01", "2025-01-08")]
)
def test_the_newest_wave_has_begun_by_the_date_of_the_report_and_pilots_are_none(date, start):
    assert newest_start(WAVES, date) == start


def actions(**changed: str | None) -> dict:
    row = {
        "action": "gloves",
        "statement": "Give gloves",
        "owner": "association",
        "due": "2024-12-31",
        "status": "open",
        "agreed_on": "2024-05-17",
        **changed,
    }
    table = reporting.carry_actions(conform(pd.DataFrame([row]), StagedActions), WAVES, assessment=REPORT)
    assert check(conform(table, Actions), Actions) == []
    return table.iloc[0].to_dict()


@pytest.mark.parametrize(
    ("changed", "overdue", "carried"),
    [
        ({}, False, False),
        ({"due": "2024-06-27"}, True, False),
        ({"due": "2024-06-28"}, False, False),
        ({"due": "2023-03-31", "agreed_on": "2022-03-19", "status": "under way"}, True, True),
        ({"due": "2023-03-31", "agreed_on": "2022-03-19", "status": "done"}, False, False),
        ({"due": "2023-03-31", "agreed_on": "2022-03-19", "status": "dropped"}, False, False),
        ({"due": "2025-03-31", "agreed_on": "2022-03-19"}, False, True),
        ({"due": "2023-03-31", "agreed_on": None}, True, True),
        ({"due": "2025-03-31", "agreed_on": None}, False, False),
    ],
)
def test_an_action_is_overdue_by_the_date_of_the_report_and_carried_by_the_wave_it_comes_from(
    changed, overdue, carried
):
    row = actions(**changed)
    assert (row["overdue"], row["carried"]) == (overdue, carried)


def test_a_poverty_group_without_a_seat_has_a_row_and_an_empty_seat_stays_empty():
    seats = pd.DataFrame(
        [
            {"seat": "lane", "kind": "poverty group", "poverty_group": "women"},
            {"seat": "bank", "kind": "stakeholders", "role": "branch of the bank"},
        ]
    )
    table = reporting.seat_committee(conform(seats, StagedCommittee), poverty_group=GROUPS)
    table = conform(table, Committee)
    assert check(table, Committee) == []
    rows = table.set_index("seat")
    assert rows["role"].isna().to_dict()["lane"]
    assert rows["kept"].to_dict() == {"lane": True, "bank": True, "no seat: men": False}
    assert len(reporting.seat_committee(empty(StagedCommittee), poverty_group=GROUPS)) == 0


def focus_groups(*pairs: tuple[str, str]) -> pd.DataFrame:
    about = {"poverty_group": "women", "indicator": "pay", "participants": 6, "change": "worse"}
    rows = [{"wave": wave, "focus_group": one, **about} for wave, one in pairs]
    return conform(pd.DataFrame(rows), FocusGroups)


def attendance(*pairs: tuple[str, str]) -> pd.DataFrame:
    rows = [{"workshop": "w", "wave": wave, "focus_group": one, "people": 1} for wave, one in pairs]
    return conform(pd.DataFrame(rows), StagedAttendance) if rows else empty(StagedAttendance)


def test_focus_groups_that_sent_nobody_are_found():
    met = focus_groups(("first", "A"), ("first", "B"), ("second", "A"), ("second", "B"))
    none = empty(StagedFeedback)
    table = reporting.find_delegates(none, attendance(("second", "A")), met, WAVES)
    assert table[["wave", "focus_group", "sent"]].values.tolist() == [
        ["second", "A", True],
        ["second", "B", False],
    ]
    assert len(reporting.find_delegates(none, attendance(), met, WAVES)) == 0
    held = said(("pay/women", "w", "participants", "2024-05-13", "dyer", "women", "confirmed", ""))
    assert not reporting.find_delegates(held, attendance(), met, WAVES)["sent"].any()


def proposals(**changed: str | None) -> pd.DataFrame:
    row = {
        "recommendation": "rates",
        "statement": "Post the rates",
        "workshop": "w",
        "kind": "stakeholders",
        "held_on": "2024-05-13",
        "proposed_by": "union organiser",
        "standing": "disputed",
        **changed,
    }
    return conform(pd.DataFrame([row]), StagedRecommendations)


def test_workshops_are_counted_by_their_findings_and_recommendations():
    spoken = said(
        ("pay/women", "w", "stakeholders", "2024-05-13", "trader", "", "contested", ""),
        ("pay/women", "w", "stakeholders", "2024-05-13", "bank", "", "comment", ""),
        ("pay/men", "w", "stakeholders", "2024-05-13", "bank", "", "confirmed", ""),
    )
    table = conform(reporting.list_workshops(spoken, proposals()), Workshops)
    assert check(table, Workshops) == []
    assert table[["findings", "contested", "recommendations"]].values.tolist() == [[2, 1, 1]]


def tables(**changed: pd.DataFrame) -> dict[str, pd.DataFrame]:
    nothing = {
        "feedback": empty(StagedFeedback),
        "recommendations": empty(StagedRecommendations),
        "committee": empty(StagedCommittee),
        "actions": empty(StagedActions),
        "attendance": empty(StagedAttendance),
        "focus_groups": focus_groups(("first", "A")),
    }
    return {f"staged.{name}": frame for name, frame in {**nothing, **changed}.items()}


def told(**changed: pd.DataFrame) -> list[str]:
    found = workshops.faults(tables(**changed), {"pay"}, ["all", "women", "men"])
    return [f"{one.table} {one.index} {one.column}: {one.rule}. {one.remedy}" for one in found]


def seat(**row: str) -> pd.DataFrame:
    return conform(pd.DataFrame([{"seat": "lane", "kind": "stakeholders", **row}]), StagedCommittee)


def test_what_is_right_is_not_refused():
    spoken = said(
        ("pay/women", "w", "stakeholders", "2024-05-13", "trader", "", "comment", "Up by 2000 a month")
    )
    assert told(feedback=spoken, recommendations=proposals(finding="pay/all")) == []


@pytest.mark.parametrize(
    "role", ["Mr. Kumar", "trader, 98765 43210", "write to a.b@example.org", "Smt Devi", "+91 98765 43210"]
)
def test_a_name_or_number_in_place_of_a_role_is_refused_and_not_repeated(role):
    (fault,) = told(committee=seat(role=role))
    assert "Write the role instead" in fault
    assert role not in fault


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"recommendations": proposals(finding="pay/womn")}, "Did you mean 'pay/women'?"),
        ({"recommendations": proposals(action="creche")}, "the action 'creche' is not in feedback/actions"),
        (
            {"attendance": attendance(("first", "Z"))},
            "the focus group 'Z' is not in waves/first/focus_groups",
        ),
        ({"committee": seat(kind="poverty group")}, "either for a poverty group"),
        (
            {
                "feedback": said(
                    ("pay/men", "w", "participants", "2024-05-13", "dyer", "men", "comment", "")
                ),
                "recommendations": proposals(),
            },
            "the workshop 'w' has another kind elsewhere",
        ),
    ],
)
def test_what_is_spoken_of_has_to_be_there(changed, words):
    (fault,) = told(**changed)
    assert words in fault
