"""Whether those who were lost differ, through whole folders."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from schemas.base import check, conform
from schemas.fieldwork import AttritionByEnumerator, AttritionTests
from tasks import disclosure
from tasks.attrition import compare_the_lost
from tasks.methods.attrition import BETWEEN_ARMS, JOINT
from tests.folders import interviews, two_waves, write
from tests.tasks.test_intake import change, plan, taken


def folder_of(tmp_path: Path, lost: set[str], rest: str = "") -> Path:
    """Return a folder of 240 people of 20 localities in which these are not interviewed again."""
    folder = two_waves(tmp_path, rest)
    for position, wave in enumerate(("baseline", "followup")):
        write(folder, {f"waves/{wave}/interviews.csv": interviews(position, 240)})
        # Localities are of one arm each in those interviews; four interviewers share them.
        change(folder, wave, lambda frame: frame.assign(enumerator=[f"E{one % 4}" for one in range(240)]))
    change(folder, "followup", lambda frame: frame[~frame["respondent"].isin(lost)])
    return folder


def compared(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    run = taken(folder)
    names = ("staged.responses", "staged.waves", "staged.plan")
    tests, counts = compare_the_lost(
        *(run.intake.tables[name] for name in names), wave=run.plan.wave, comparison=run.plan.comparison
    )
    tests, counts = conform(tests, AttritionTests), conform(counts, AttritionByEnumerator)
    assert not check(tests, AttritionTests)
    assert not check(counts, AttritionByEnumerator)
    return tests.set_index("test"), counts


def evenly(step: int) -> set[str]:
    return {f"R{person:03}" for person in range(240) if person % step == 0}


def test_those_lost_of_one_arm_are_found(tmp_path):
    of_the_programme = {f"R{person:03}" for person in range(1, 240, 4)}
    tests, counts = compared(folder_of(tmp_path, of_the_programme))
    told = tests.to_dict("index")
    assert told["arm"]["verdict"] == told[JOINT]["verdict"] == "differ"
    assert "One arm lost a larger share" in told["arm"]["says"]
    assert [told["arm"][one] for one in ("respondents", "interviewed", "lost")] == [240, 180, 60]
    assert counts["lost"].sum() == 60
    assert counts["followed"].tolist() == [60] * 4


def test_where_all_were_lost_alike_nothing_is_found(tmp_path):
    rest = '\n[comparison]\ncovariates = ["income_month"]\n'
    tests, _ = compared(folder_of(tmp_path, evenly(9), rest))
    assert set(tests.index) == {"arm", "poverty_group", "enumerator", JOINT, BETWEEN_ARMS}
    assert set(tests["verdict"]) == {"no difference found"}
    assert tests["says"].str.contains("found|does not tell").all()


def test_where_nobody_was_lost_it_says_so(tmp_path):
    tests, counts = compared(folder_of(tmp_path, set()))
    assert set(tests["verdict"]) == {"not tested"}
    assert set(tests["says"]) == {"Not tested. Nobody was lost."}
    assert (counts["rate"] == 0).all()


@pytest.mark.parametrize("how", ["purposive", "no ids", "a pilot and one wave"])
def test_where_nothing_can_be_tested_there_is_no_test(tmp_path, how):
    rest = '\n[sampling]\ndesign = "purposive"\n' if how == "purposive" else ""
    folder = folder_of(tmp_path, evenly(9), rest)
    if how == "no ids":
        plan(folder, 'role = "baseline"\n', 'role = "baseline"\ncolumns = { respondent = "_row" }\n')
    if how == "a pilot and one wave":
        plan(folder, 'role = "baseline"\n', 'role = "pilot"\n')
        plan(folder, 'from_wave = "baseline"\n', "")
        plan(folder, "difference_in_differences", "difference")
    tests, counts = compared(folder)
    assert tests.empty
    assert len(counts) == (4 if how == "purposive" else 0)


def test_few_lost_people_are_not_told_of(tmp_path):
    tests, _ = compared(folder_of(tmp_path, {"R000", "R001", "R002"}))
    released = disclosure.release(tests.reset_index(), AttritionTests, public=False)
    hidden = ["statistic", "p_value", "verdict", "says", "lost", "interviewed", "respondents"]
    assert released[hidden].isna().all(axis=None)
    assert set(released["withheld_by"]) == {"threshold"}
