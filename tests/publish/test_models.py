"""What stands below each model of the impact: its assumption, its tests, and why a p-value is not there."""

from __future__ import annotations

import pytest

from schemas.assessment import AssessmentPlan
from schemas.vocabulary import ESTIMATORS
from tasks.publish import wording
from tasks.publish.report import Report
from tasks.publish.sections.models import models


def test_each_estimator_has_its_assumption(plan, tables):
    assert set(wording.ASSUMPTIONS) == set(ESTIMATORS)
    for estimator in ESTIMATORS:
        tables["impact_estimates"]["estimator"] = estimator
        (model,) = models(Report(plan, tables))
        assert model.notes[0] == wording.ASSUMPTIONS[estimator]
        assert "because of" not in model.notes[0]


@pytest.mark.parametrize(
    ("method", "heading"),
    [("holm", "p by Holm"), ("benjamini_hochberg", "p by Benjamini and Hochberg")],
)
def test_adjusted_p_values_stand_there_where_there_are_several_tests(plan, tables, method, heading):
    raw = {**plan.model_dump(), "multiple_testing": {"method": method}}
    chosen = AssessmentPlan.model_validate(raw)
    (one,) = models(Report(chosen, tables))
    assert not any("by Holm" in label for label, _ in one.grid.headings)
    tables["impact_estimates"]["tests"] = 16
    (several,) = models(Report(chosen, tables))
    labels = [label for label, _ in several.grid.headings]
    assert labels[labels.index("p") + 1] == heading
    assert "count the 16 tests of the family main" in " ".join(several.notes)


def test_a_p_value_that_is_not_there_is_explained(plan, tables):
    assert "six clusters" not in " ".join(models(Report(plan, tables))[0].notes)
    tables["impact_estimates"]["p_value"] = float("nan")
    assert "fewer than six clusters" in " ".join(models(Report(plan, tables))[0].notes)
