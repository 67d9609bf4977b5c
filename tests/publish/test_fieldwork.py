"""What section 4 says of those who were lost and of the weights."""

from __future__ import annotations

import pandas as pd

from schemas.assessment import AssessmentPlan
from tasks.publish.report import Report
from tasks.publish.sections.fieldwork import attrition_tests, differ_by, weights
from tests.publish.conftest import invented_plan


def report(tables: dict[str, pd.DataFrame], **plan) -> Report:
    return Report(AssessmentPlan.model_validate({**invented_plan().model_dump(), **plan}), tables)


def test_it_says_in_what_those_who_were_lost_differ(tables):
    assert differ_by(report(tables)) == (
        "Those who were lost differ from those found again: between the arms. Read results so."
    )
    tests = tables["attrition_tests"]
    none = tests.assign(verdict=tests["verdict"].replace({"differ": "no difference found"}))
    assert differ_by(report({**tables, "attrition_tests": none})).startswith("No test found")
    untested = tests.assign(verdict="not tested")
    assert differ_by(report({**tables, "attrition_tests": untested})) == ""
    assert differ_by(report({})) == ""


def test_the_tests_stand_in_the_order_of_what_is_asked(tables):
    grid = attrition_tests(report(tables))
    first = [row[0].text for row in grid.rows]
    assert first == [
        "Follow-up 2026",
        "Between the arms",
        "Between women and men",
        "Between the interviewers of the first wave",
        "By what is known of them from the first wave, taken together",
    ]
    assert "1.9 and 55.4 degrees of freedom" in {cell.note for row in grid.rows for cell in row}
    hidden = grid.rows[3][1]
    assert hidden.style == "withheld"


def test_it_says_how_weights_were_made_and_what_they_cost(tables):
    asked = {"nonresponse": ["stratum", "poverty_group"], "attrition": ["arm"], "calibration": "raking"}
    told = weights(report(tables, weights=asked))
    assert told.sentences[:3] == (
        "Respondents stand also for those drawn who were not interviewed, within classes by stratum and "
        "poverty group.",
        "Respondents stand also for those of the first wave who were not interviewed again, within classes "
        "by arm.",
        "Weights were fitted to numbers of people known from elsewhere, by raking.",
    )
    assert told.sentences[3] == (
        "Baseline 2023: the standard deviation of the weights is 0.50 of their mean. That they are uneven "
        "raises the variance by a factor of 1.25: 290 respondents tell as much as 232 of equal weight would."
    )
    assert told.summary
    assert "Spread of the adjustment, in means" in [label for label, _ in told.summary.headings]


def test_weights_that_are_all_alike_are_not_told_of(tables):
    summary = tables["weight_summary"]
    even = summary.assign(coefficient_of_variation=summary["coefficient_of_variation"] * 0)
    assert weights(report({**tables, "weight_summary": even})).sentences == ()
    plain = weights(report(tables))
    assert len(plain.sentences) == 2
    assert plain.summary
    assert "Spread of the adjustment, in means" not in [label for label, _ in plain.summary.headings]
