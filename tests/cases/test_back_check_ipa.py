"""A real survey with its back-check, of Innovations for Poverty Action; skipped where it is absent."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from schemas.faults import Refused
from tasks import evening
from tasks.run import Run
from tests.evenings import as_csv
from tests.folders import plan, write

WAVE = """
[personal]
"waves/*/interviews" = ["enum_name", "household_latitude", "household_longitude"]
"waves/*/back_check" = ["bcer_name"]

[not_personal]
"waves/*/interviews" = ["village_name"]

[[wave]]
name = "now"
types = { age = "integer", household_count = "integer", land_kattha = "number" }

[wave.columns]
respondent = "hhid"
enumerator = "enum_id"

[wave.back_check]
type_1 = ["age", "household_count", "toilet"]
type_2 = ["minc_no", "minc_pri", "no_save"]
type_3 = ["mot_save", "fath_save"]
"""
TOP = 'indicators = ["income_month"]'


def records(path: Path) -> dict[str, dict[str, str]]:
    """Return the interviews by household, the first of those that stand there twice."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        found: dict[str, dict[str, str]] = {}
        for row in csv.DictReader(file):
            found.setdefault(row["hhid"], row)
        return found


@pytest.fixture(name="samples", scope="module")
def samples_fixture() -> Path:
    folder = Path(__file__).parent.parent.parent.parent / "shared" / "samples" / "ipa"
    if not (folder / "demo_backcheck.csv").is_file():
        pytest.skip("the sample of a survey with its back-check is not here (PyPI datasure 1.1.0)")
    return folder


def test_the_rates_are_those_counted_by_hand(samples, tmp_path):
    first, again = records(samples / "demo_survey.csv"), records(samples / "demo_backcheck.csv")
    folder = write(
        tmp_path / "now",
        {
            "assessment.toml": plan(WAVE),
            "waves/now/interviews.csv": as_csv(list(first.values())),
            "waves/now/back_check.csv": as_csv(list(again.values())),
        },
    )
    run = Run(folder)
    run.prepare()
    tables: dict[str, Any] = dict(evening.checked(run.plan, run.intake))
    rates = tables["mart.back_check_rates"].set_index("question")
    for question in (
        "age",
        "household_count",
        "toilet",
        "minc_no",
        "minc_pri",
        "no_save",
        "mot_save",
        "fath_save",
    ):
        pairs = [(first[one][question], row[question]) for one, row in again.items()]
        given = [(one, other) for one, other in pairs if one or other]
        differ = sum(one != other for one, other in given)
        assert rates.loc[question, ["compared", "differ"]].tolist() == [len(given), differ], question
    assert rates["differ"].sum() > 0
    assert tables["mart.interviewers"]["interviews"].sum() == len(first)
    ages = tables["mart.question_checks"].set_index("question").loc["age"]
    assert ages["missing"] == sum(not row["age"] for row in first.values())


def test_two_interviews_of_one_household_are_refused_with_their_rows(samples, tmp_path):
    text = (samples / "demo_survey.csv").read_text(encoding="utf-8-sig")
    folder = write(tmp_path / "now", {"assessment.toml": plan(WAVE), "waves/now/interviews.csv": text})
    run = Run(folder)
    with pytest.raises(Refused) as refused:
        run.prepare()
    told = [str(fault) for fault in refused.value.faults]
    assert sum("the same" in one for one in told) == 3
