"""Which figures read as a number that somebody saw in the report."""

from __future__ import annotations

import pytest

from tasks.explain import IN_UNIT, kinds_of_figures
from tasks.printed import figure_as_printed, read_number, reads_as
from tasks.publish.report import RELEASED


@pytest.mark.parametrize(
    ("asked", "value", "kind", "fits"),
    [
        ("81 %", 0.81, "share", True),
        ("81 percent", 0.81, "share", True),
        ("81 %", 0.81, "change of a share", False),
        ("81 %", 81.2, "percent", True),
        ("81 %", 81.2, "other", False),
        ("+25 points", 0.25, "change of a share", True),
        ("+25 percentage points", 0.2451, "change of a share", True),
        ("+25 points", -0.25, "change of a share", False),
        ("25 points", -0.25, "change of a share", True),
        ("+25 points", 0.25, "share", False),
        ("1 point", 0.01, "change of a share", True),
        ("3.2 points", 3.21, "points", True),
        ("1\u202f060", 1058, "count", False),
        ("1\u202f060", 1060, "count", True),
        ("+1060", 1060, "count", False),
        ("1\u202f060", 1058.2, "other", True),
        ("1,02", 1.0204, "other", True),
        ("1,02", 102.0, "other", False),
        ("0,35", 0.35, "share", False),
        ("\u22123,24", -3.2415, "other", True),
        ("\u22123,24", 3.2415, "other", False),
        ("22,0\u202f%", 0.2201, "share", True),
        ("22,0 %", 0.2207, "share", False),
        ("12,4 pour cent", 12.4, "percent", True),
        ("+25,1 points de pourcentage", 0.251, "change of a share", True),
        ("1\u202f060,5", 1060.5, "other", True),
    ],
)
def test_a_number_fits_what_the_report_prints_so(asked, value, kind, fits):
    number = read_number(asked)
    assert number
    assert reads_as(figure_as_printed(value, kind), number) is fits


@pytest.mark.parametrize("asked", ["income_month/all", "25 days", "%", "points", "1,234.5", "1,2,3"])
def test_other_words_are_no_numbers(asked):
    assert read_number(asked) is None


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("poverty_measures", "estimate", IN_UNIT),
        ("poverty_changes", "ci_low", IN_UNIT),
        ("capability_weights", "weight", "share"),
        ("attrition", "rate", "share"),
        ("response_classes", "response_rate", "share"),
        ("location_quotients", "location_quotient", "other"),
        ("sector_growth", "growth_pct", "percent"),
        ("sector_growth", "difference_points", "points"),
        ("winners_losers", "respondents", "count"),
        ("impact_estimates", "p_value", "other"),
    ],
)
def test_the_contract_says_what_kind_of_figure_a_column_holds(table, column, kind):
    assert kinds_of_figures(RELEASED[table])[column] == kind
