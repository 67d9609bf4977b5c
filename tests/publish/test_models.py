"""What stands below each model of the impact: its assumption, its tests, and why a p-value is not there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan
from schemas.vocabulary import ESTIMATORS
from tasks.publish import wording
from tasks.publish.cells import cell_of
from tasks.publish.report import Report
from tasks.publish.sections.figures import figures
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
    tables["impact_estimates"]["untested"] = "There is no p-value: fewer than six clusters."
    assert "fewer than six clusters" in " ".join(models(Report(plan, tables))[0].notes)


def staggered(tables, **more):
    """Return the tables with the first estimate as staggered starts of everyone, its terms by alphabet."""
    first = tables["impact_estimates"].iloc[[0]]
    terms = {
        "programme": (5.0, 1.0, 9.0),
        "programme, 1 wave after its start": (7.0, 2.0, 12.0),
        "programme, 1 wave before its start": (0.5, -4.0, 5.0),
        "programme, 12 waves before its start": (1.0, -3.0, 5.0),
        "programme, at its start": (3.0, -1.0, 7.0),
    }
    about = {"estimator": "staggered", "poverty_group": "all", **more}
    rows = [
        first.assign(term=term, estimate=middle, ci_low=low, ci_high=high, **about)
        for term, (middle, low, high) in terms.items()
    ]
    return {**tables, "impact_estimates": pd.concat(rows, ignore_index=True)}


def test_staggered_starts_stand_in_one_table_in_the_order_of_time(plan, tables):
    (model,) = models(Report(plan, staggered(tables)))
    assert model.facts[0] == "compared with those whom the programme had not reached by then"
    place = [label for label, _ in model.grid.headings].index("When")
    assert [row[place].text for row in model.grid.rows if len(row) > 1] == [
        "overall",
        "12 waves before its start",
        "1 wave before its start",
        "at its start",
        "1 wave after its start",
    ]


def test_the_picture_of_staggered_starts_says_its_finding(plan, tables):
    (model,) = models(Report(plan, staggered(tables)))
    ((finding, picture),) = model.pictures
    assert "from the start on: +5.00, 95 % interval +1.00 to +9.00" in finding
    for words in (finding, "At its start: +3.00, 95 % interval −1.00 to +7.00", "1 wave after its start: +7"):
        assert words in picture
    assert picture.index("12 waves before") < picture.index("1 wave after its start")


def test_without_intervals_or_for_single_groups_there_is_no_picture(plan, tables):
    without = staggered(tables)
    without["impact_estimates"] = without["impact_estimates"].assign(ci_low=np.nan, ci_high=np.nan)
    assert not models(Report(plan, without))[0].pictures
    withheld = staggered(tables)
    withheld["impact_estimates"] = withheld["impact_estimates"].assign(
        estimate=np.nan, ci_low=np.nan, ci_high=np.nan, withheld_by="smallest group"
    )
    assert not models(Report(plan, withheld))[0].pictures


def test_an_indicator_is_defined_by_what_is_asked_and_not_by_its_expression(plan, tables):
    tables["indicators"]["value"] = "CASE WHEN income_month > 0 THEN 1 ELSE 0 END"
    report = Report(plan, tables)
    cell = cell_of(report, "indicators", report.rows("indicators")[0], "value")
    asked = {one["question"]: one["wording"] for one in report.rows("instruments")}
    assert cell.text.rstrip(".?") == asked.get("income_month", "Income month").rstrip(".?")
    assert "CASE" not in cell.text + cell.note


def test_a_year_is_printed_as_a_year(plan, tables):
    tables["statistics"] = tables["statistics"].iloc[:1].assign(unit="year", value=2018.0)
    report = Report(plan, tables)
    assert cell_of(report, "statistics", report.rows("statistics")[0], "value").text == "2018"


def test_the_picture_tells_the_figure_of_the_finding_and_no_other_term_of_its_model(plan, tables):
    """By the alphabet another term stands first; its figure beside the verdict would be another's."""
    impact = tables["impact_estimates"]
    before = [str(one.panels) for one in figures(Report(plan, tables))]
    other = impact.assign(term="a column", estimate=98765.0, ci_low=98000.0, ci_high=99000.0)
    both = pd.concat([other, impact], ignore_index=True)
    assert [str(one.panels) for one in figures(Report(plan, {**tables, "impact_estimates": both}))] == before
    moved = impact.assign(estimate=98765.0)
    assert [str(one.panels) for one in figures(Report(plan, {**tables, "impact_estimates": moved}))] != before
