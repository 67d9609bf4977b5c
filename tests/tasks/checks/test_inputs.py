"""What the intake keeps for the checks: codes set aside, times, and what a form knows of its questions."""

from __future__ import annotations

import pandas as pd
import pytest

from schemas.assessment import Wave, WaveColumns
from tasks.checks import questions
from tasks.checks.codes import set_aside
from tasks.checks.records import clock, records
from tasks.files import Received
from tasks.forms import read_form
from tests import evenings
from tests.exports import workbook


def text(*values):
    return pd.Series(values, dtype="string")


def test_codes_are_missing_whichever_way_they_are_written():
    wave = Wave(name="now", dont_know=["-99", "dk"], refused_answer=["-88"])
    frame = pd.DataFrame(
        {
            "id": text("-99", "a", "b", "c"),
            "income": text("-99", "-99.0", "-88", "120"),
            "days": pd.Series([-99.0, 3, None, -88]),
            "reason": text("DK", "none", None, "-99 or so"),
        }
    )
    kept, found = set_aside(frame, wave, {"id"})
    assert kept["id"].tolist() == frame["id"].tolist()
    assert kept["income"].isna().tolist() == [True, True, True, False]
    assert kept["days"].isna().tolist() == [True, False, True, True]
    assert kept["reason"].isna().tolist() == [True, False, True, False]
    assert sorted(found.itertuples(index=False, name=None)) == [
        (0, "days", "dont_know"),
        (0, "income", "dont_know"),
        (0, "reason", "dont_know"),
        (1, "income", "dont_know"),
        (2, "income", "refused_answer"),
        (3, "days", "refused_answer"),
    ]
    assert frame["income"].notna().all()


def test_without_codes_nothing_is_set_aside():
    frame = pd.DataFrame({"income": text("-99")})
    kept, found = set_aside(frame, Wave(name="now"), ())
    assert kept.equals(frame)
    assert not len(found)


def test_a_code_means_one_thing():
    with pytest.raises(ValueError, match="'-99' stands under dont_know and under refused_answer"):
        Wave(name="now", dont_know=["-99"], refused_answer=["-99"])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-12T19:05:30.000+05:30", "2026-01-12 19:05:30"),
        ("2026-01-12 19:05", "2026-01-12 19:05:00"),
        ("2026-01-12", "2026-01-12 00:00:00"),
        ("Jan 12, 2026 7:05:30 PM", "2026-01-12 19:05:30"),
        ("12/01/2026", None),
        ("2026-13-45", None),
    ],
)
def test_times_are_those_of_the_place(written, read):
    found = clock(text(written, None))
    assert pd.isna(found[1])
    assert (None if pd.isna(found[0]) else str(found[0])) == read


def received(frame: pd.DataFrame) -> Received:
    return Received(
        "waves/now/interviews",
        "waves/now/interviews.csv",
        "",
        frame,
        pd.Series(range(2, len(frame) + 2)),
        "",
        b"",
    )


def test_records_have_length_day_and_the_digits_of_a_telephone():
    frame = pd.DataFrame(
        {
            "starttime": text("Jan 12, 2026 7:05:00 PM", None, None),
            "endtime": text("Jan 12, 2026 7:45:00 PM", None, None),
            "duration": text("9999", "1800", None),
            "interview_date": text(None, "2026-01-13", None),
            "phone": text("+91 (0)790-0012", "0000000", "12"),
        }
    )
    ids, outcome = text("a", "b", "c"), text("used", "refused", "used")
    found = records(received(frame), "SurveyCTO, wide", Wave(name="now"), ids, None, outcome, ["phone"])
    assert found["minutes"].iloc[:2].tolist() == [40, 30]
    assert found["day"].fillna("").tolist() == ["2026-01-12", "2026-01-13", ""]
    assert found["telephone"].fillna("").tolist() == ["9107900012", "", ""]
    plain = records(received(frame), "plain table", Wave(name="now"), ids, None, outcome, [])
    assert plain["minutes"].isna().tolist() == [False, True, True]
    assert plain["telephone"].isna().all()


def test_a_form_says_who_is_asked_and_what_may_be_answered():
    form = read_form(workbook({"survey": evenings.FORM, "choices": evenings.CHOICES}), "form.xlsx")
    by_name = {item.name: item for item in form.items}
    assert by_name["loom_years"].relevant == ("${consent} = 'yes'", "${own_loom} = 'yes'")
    assert by_name["age"].constraint == ". >= 15"
    assert by_name["income_month"].required
    assert not by_name["age"].required
    assert by_name["sold_to_other"].relevant[-1] == "selected(${sold_to}, 'other')"


def test_a_question_that_specifies_another_is_known_by_its_condition_or_its_name():
    survey = [
        {"type": "select_one roof", "name": "roof"},
        {"type": "text", "name": "which", "relevant": "${roof} = '96'"},
        {"type": "text", "name": "colour", "relevant": "${roof} = 'tin'"},
    ]
    choices = [
        {"list_name": "roof", "name": "tin", "label": "Tin"},
        {"list_name": "roof", "name": "96", "label": "Something else"},
    ]
    form = read_form(workbook({"survey": survey, "choices": choices}), "form.xlsx")
    columns = {
        "roof": "roof",
        "which": "which",
        "colour": "colour",
        "work": "work",
        "work_specify": "work_specify",
    }
    kinds = dict.fromkeys(columns, "text")
    rows = questions.of_wave(Wave(name="now"), columns, kinds, form, evenings.no_instrument(), {})
    other = {row["question"]: row.get("other") for row in rows}
    assert other == {"roof": None, "which": "roof", "colour": None, "work_specify": "work"}


def test_a_question_of_the_form_bears_the_name_that_the_plan_gives_it():
    form = read_form(workbook({"survey": evenings.FORM, "choices": evenings.CHOICES}), "form.xlsx")
    wave = Wave(name="now", questions={"income_month": "all/income_month"}, columns=WaveColumns())
    columns = {"income_month": "income_month", "age": "age"}
    rows = questions.of_wave(
        wave, columns, {"income_month": "number", "age": "text"}, form, evenings.no_instrument(), {}
    )
    assert [(row["question"], row["name"], row["source"]) for row in rows] == [
        ("age", "age", "form"),
        ("income_month", "income_month", "form"),
    ]
