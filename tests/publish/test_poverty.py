"""The part on poverty: its rules in words, what is withheld, and the picture of the contributions."""

from __future__ import annotations

import lxml.html
import pandas as pd

from tasks.publish.cells import cell_of
from tasks.publish.html import render
from tasks.publish.report import Report
from tasks.publish.sections.poverty import poverty


def test_each_specification_says_how_it_was_measured(plan, tables):
    money, lacking = poverty(Report(plan, tables))
    assert "Somebody is poor who has less than 60 % of the median of everybody in the wave." in money.rules
    assert "Values are put at base prices by the price indices below." in money.rules
    assert "They are put into the line’s money by the purchasing power parities below." in money.rules
    assert any("as many people as household members says" in rule for rule in money.rules)
    assert "Who has not answered is left out: 3 respondents (Baseline 2023) and 3 respondents" in " ".join(
        money.rules
    )
    assert any("33" in rule and "of the weights or more" in rule for rule in lacking.rules)
    assert any("own ranking gives the weights" in rule for rule in lacking.rules)
    assert any("never counted as not poor" in rule for rule in lacking.rules)


def test_the_picture_tells_its_finding_in_words(plan, tables):
    money, lacking = poverty(Report(plan, tables))
    assert not money.picture
    assert lacking.finding.startswith("No contract adds most: 62")
    (described,) = lxml.html.fragment_fromstring(lacking.picture).xpath("//*[local-name()='desc']")
    assert lacking.finding in described.text
    assert "Crowded rooms: 38" in described.text


def test_what_is_withheld_stays_so(plan, tables):
    money, lacking = poverty(Report(plan, tables))
    for one in (money, lacking):
        for grid in (one.groups, one.changes):
            assert grid is not None
            hidden = [row for row in grid.rows if "Apprentices" in row[0].text]
            assert hidden
            assert {cell.style for row in hidden for cell in row[1:]} == {"withheld"}
    assert lacking.weights is not None
    assert [row[1].style for row in lacking.weights.rows] == ["", "withheld"]
    everything = tables["poverty_measures"].assign(withheld_by="threshold", estimate=float("nan"))
    assert not any(one.picture for one in poverty(Report(plan, {**tables, "poverty_measures": everything})))


def test_no_part_where_the_plan_asks_for_none(plan, tables, provenance):
    none = {name: table for name, table in tables.items() if name != "poverty_specifications"}
    assert "Poverty in money and in capabilities" not in render(plan, none, provenance)
    with_part = render(plan, tables, provenance)
    assert "Poverty in money and in capabilities" in with_part
    assert "None of them says what the programme has done" in with_part


def test_without_errors_no_interval_is_named(plan, tables):
    none = dict.fromkeys(("standard_error", "ci_low", "ci_high"), float("nan"))
    measures: pd.DataFrame = tables["poverty_measures"].assign(**none)
    for one in poverty(Report(plan, {**tables, "poverty_measures": measures})):
        assert "No error can be given for these figures." in one.rules
        assert not one.with_error
        assert "interval" not in one.picture


def test_a_ratio_that_there_is_not_is_not_said_to_be_withheld(plan, tables):
    told = tables["poverty_measures"]
    ratio = (told["measure"] == "headcount") & (told["withheld_by"] == "")
    told.loc[ratio, "measure"] = "quintile_ratio"
    told.loc[ratio, ["estimate", "ci_low", "ci_high"]] = None
    row = Report(plan, tables).rows("poverty_measures", {"measure": "quintile_ratio"})[0]
    cell = cell_of(Report(plan, tables), "poverty_measures", row, "estimate_with_interval")
    assert cell.text == "cannot be computed"
    assert "poorest fifth" in cell.note
