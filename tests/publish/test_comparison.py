"""What both reports say of the comparison group, from released rows alone."""

from __future__ import annotations

from typing import Any

import lxml.html
import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan
from tasks.publish import charts
from tasks.publish.design import render
from tasks.publish.report import Report
from tasks.publish.sections.comparison import comparison_group


def with_comparison(plan: AssessmentPlan, **changes: Any) -> AssessmentPlan:
    raw = plan.model_dump()
    raw["comparison"] |= changes
    return AssessmentPlan.model_validate(raw)


def changed(tables: dict[str, pd.DataFrame], name: str, **columns: Any) -> dict[str, pd.DataFrame]:
    return {**tables, name: tables[name].assign(**columns)}


def test_the_verdict_names_the_largest_difference_before_and_after(plan, all_tables):
    told = comparison_group(Report(plan, all_tables)).verdict
    assert told == (
        "Before the programme the two groups differ by up to 0.41 standard deviations, in years of school;"
        " after matching they differ by up to 0.11 standard deviations, in years of school. With 0.25 or less"
        " the matched groups count as alike."
    )


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"adjusted_standardized_difference": 0.3}, "the matched groups are not alike"),
        (
            {"adjusted_standardized_difference": None, "adjusted_verdict": None},
            "more than 0.25: they are not alike",
        ),
        (
            {
                "standardized_difference": None,
                "adjusted_standardized_difference": None,
                "verdict": "unbalanced",
                "adjusted_verdict": "unbalanced",
            },
            "the two groups differ wholly in years of school, in which nobody differs within a group; after"
            " matching they differ wholly in years of school",
        ),
        (
            {"adjusted_standardized_difference": 1e-9},
            "after matching they differ by less than 0.005 standard deviations in every characteristic",
        ),
        ({"adjusted_verdict": "not measurable"}, "it cannot be measured"),
    ],
)
def test_the_verdict_says_what_it_rests_on(plan, all_tables, columns, said):
    tables = changed(all_tables, "comparison_balance", **columns)
    assert said in comparison_group(Report(plan, tables)).verdict


def test_differences_of_a_lot_are_chance(plan, all_tables):
    told = comparison_group(Report(with_comparison(plan, assignment="randomised"), all_tables)).verdict
    assert told.endswith("The groups were formed by lot, so that this is chance.")


def test_a_withheld_balance_has_no_verdict_and_no_picture(plan, all_tables):
    hidden = dict.fromkeys(
        (
            "programme_respondents",
            "comparison_respondents",
            "standardized_difference",
            "adjusted_standardized_difference",
        )
    )
    tables = changed(all_tables, "comparison_balance", **hidden, withheld_by="threshold")
    found = comparison_group(Report(plan, tables))
    assert found.verdict == ""
    assert len(found.pictures) == 1


@pytest.mark.parametrize(
    ("matching", "said"),
    [
        ({"method": "propensity"}, ["propensity score", "0.2 standard deviations", "Nobody is taken twice"]),
        (
            {"method": "mahalanobis", "neighbours": 3, "replacement": True, "exact": ["poverty_group"]},
            ["the 3 of the comparison group", "Mahalanobis", "same in poverty group", "several times"],
        ),
        ({"method": "entropy_balancing"}, ["entropy balancing", "same means"]),
    ],
)
def test_each_method_is_told_before_and_after_it_is_used(plan, all_tables, matching, said):
    asked = with_comparison(plan, matching=matching)
    done = " ".join(comparison_group(Report(asked, all_tables)).method)
    still = {**all_tables, "comparison_matching": all_tables["comparison_matching"].head(0)}
    planned = " ".join(comparison_group(Report(asked, still)).method)
    for words in said:
        assert words in done
        assert words in planned
    assert " will be " in planned
    assert " will be " not in done


def test_a_matching_that_failed_is_told(plan, all_tables):
    tables = changed(all_tables, "comparison_matching", problem="'age' cannot be balanced")
    assert (
        comparison_group(Report(plan, tables)).problem == "Nobody could be matched. 'age' cannot be balanced."
    )


def test_the_joint_tests_are_told_with_their_figures(plan, all_tables):
    before, after = comparison_group(Report(plan, all_tables)).tests
    assert before == (
        "Before the programme all characteristics together tell the groups apart more than chance would"
        " (F = 6.20 with 3 and 37 degrees of freedom, p = 0.002)."
    )
    assert "do not tell" in after
    tables = changed(all_tables, "comparison_tests", problem="A joint test needs more clusters")
    assert "no joint test can be made. A joint test needs" in comparison_group(Report(plan, tables)).tests[0]


@pytest.mark.parametrize(
    ("exposed", "share", "said"),
    [
        (36, 0.125, "36 of 288 people of the comparison group (13 %) share a locality"),
        (0, 0.0, "Nobody of the comparison group shares a locality"),
        (None, None, "is withheld: fewer than 10"),
    ],
)
def test_who_shares_a_locality_is_a_risk_where_nothing_is_declared(plan, all_tables, exposed, share, said):
    tables = changed(all_tables, "spill_over", exposed=exposed, share=share)
    told = " ".join(comparison_group(Report(with_comparison(plan, spill_over=[]), tables)).reached)
    assert said in told
    assert ("This is a risk and no proof" in told) == (exposed != 0)
    declared = " ".join(comparison_group(Report(plan, tables)).reached)
    assert "risk" not in declared


def test_the_overlap_says_who_has_no_counterpart(plan, all_tables):
    picture = comparison_group(Report(plan, all_tables)).pictures[1]
    assert "Wherever there are people of the programme" in picture
    spans = all_tables["comparison_overlap"]
    alone = spans["respondents"].mask((spans["arm"] == "comparison") & (spans["position"] == 5), 0)
    tables = changed(all_tables, "comparison_overlap", respondents=alone)
    picture = comparison_group(Report(plan, tables)).pictures[1]
    assert "106 people of the programme (36 %) have a score that nobody" in picture
    withheld = changed(all_tables, "comparison_overlap", respondents=spans["respondents"].mask(alone == 0))
    assert len(comparison_group(Report(plan, withheld)).pictures) == 1


def test_before_the_first_wave_the_design_report_says_what_will_be_done(plan, provenance, all_tables):
    measured = (
        "comparison_balance",
        "comparison_matching",
        "comparison_tests",
        "comparison_overlap",
        "spill_over",
    )
    tables = {name: frame.head(0) if name in measured else frame for name, frame in all_tables.items()}
    page = lxml.html.document_fromstring(render(plan, tables, provenance))
    (part,) = page.xpath("//section[@id='comparison']")
    told = " ".join(part.text_content().split())
    assert "will be paired" in told
    assert "How alike the groups are is measured in the first wave" in told
    assert "age, years of school and household size" in told
    assert not part.xpath(".//figure")


def test_bars_are_as_high_as_their_share(plan):
    bars = [charts.Bar(0.0, 0.5, 0.4, 1.6), charts.Bar(0.5, 1.0, 1.6, 0.4)]
    scale = charts.Scale(0.0, 1.0, ((0.0, "0"), (1.0, "1")))
    svg = lxml.html.fragment_fromstring(
        charts.mirrored("m", "Chance", "All of it.", scale, ("above", "below"), bars)
    )
    heights = [
        abs(float(line.get("y2") or 0)) for line in svg.iter("line") if line.get("stroke") == charts.GAIN
    ]
    assert len(heights) == 2
    assert heights[1] == pytest.approx(4 * heights[0], rel=0.01)
    assert "All of it." in "".join(svg.itertext())
