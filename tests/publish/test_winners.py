from __future__ import annotations

import re

from tasks.publish.html import render
from tasks.publish.report import Report
from tasks.publish.sections.summary import summary
from tasks.publish.sections.winners import winners


def signs_of(drawing: str) -> list[str]:
    return re.findall(r">([▲▼=?])</text>", drawing)


def test_the_picture_has_a_sign_for_each_verdict_that_is_published(plan, tables):
    (picture,) = winners(Report(plan, tables))
    told = tables["winners_losers"]
    shown = told[(told["withheld_by"] == "") & told["direction"].notna()]
    assert len(signs_of(picture.drawing)) == len(shown)
    assert signs_of(picture.drawing).count("▼") == (shown["direction"] == "worse").sum() > 0


def test_the_description_says_who_gained_and_who_lost(plan, tables):
    (picture,) = winners(Report(plan, tables))
    description = re.search(r"<desc[^>]*>(.*?)</desc>", picture.drawing)
    assert description
    assert "lost in" in description[1]
    assert "gained" in description[1]


def test_nothing_is_said_where_nothing_was_measured(plan, tables, provenance):
    tables["winners_losers"] = tables["winners_losers"].iloc[:0]
    assert winners(Report(plan, tables)) == []
    assert "Gains and losses, group by group" not in render(plan, tables, provenance)


def test_what_is_compared_and_what_is_not_are_two_pictures(plan, tables):
    told = tables["winners_losers"]
    told.loc[told["indicator"] == told["indicator"].iloc[0], "basis"] = "change"
    first, second = winners(Report(plan, tables))
    assert "against the comparison" in first.finding.lower()
    assert "without a comparison" in second.finding


def test_changes_between_other_waves_are_a_picture_of_their_own(plan, tables):
    told = tables["winners_losers"]
    first = told["indicator"].iloc[0]
    told.loc[told["indicator"] == first, "from_wave"] = told["to_wave"].iloc[0]
    drawn = winners(Report(plan, tables))
    assert len(drawn) == 2
    assert len({picture.finding.partition(":")[0] for picture in drawn}) == 2
    assert len({re.findall(r'id="([^"]+)"', picture.drawing)[0] for picture in drawn}) == 2


def test_the_table_tells_units_signs_and_chance_and_claims_nothing_of_what_is_withheld(plan, tables):
    told = tables["winners_losers"]
    told["basis"], told["p_adjusted"] = "change", 0.2
    (picture,) = winners(Report(plan, tables))
    assert picture.grid
    rows = picture.grid.rows
    parts = [row[0].note for row in rows if len(row) == 1]
    assert "INR per month" in parts or any("currency" in part for part in parts)
    cells = [cell for row in rows if len(row) > 1 for cell in row]
    changes = [cell.text for cell in cells if cell.label == "Change"]
    assert any(text.startswith("+") for text in changes)
    assert any(text.endswith("points") for text in changes)
    clear = [cell.text for cell in cells if cell.label == "Verdict" and cell.style in ("gain", "loss")]
    assert clear
    assert all(text.endswith("†") for text in clear)
    assert picture.drawing.count(">†</text>") == len(clear)
    for row in rows:
        if any(cell.style == "withheld" for cell in row):
            assert not any(cell.text in ("causal", "associational", "descriptive") for cell in row)


def test_figures_of_one_indicator_bear_the_same_decimals(plan, tables):
    told = tables["winners_losers"]
    mine = (told["indicator"] == "income_month") & (told["withheld_by"] == "")
    sizes = [40.04, -3.456, 0.5][: mine.sum()]
    told["basis"] = "change"
    told.loc[mine, "estimate"] = [*sizes, *[1.0] * (mine.sum() - len(sizes))]
    told.loc[mine, ["ci_low", "ci_high"]] = [-4.0, 44.0]
    (picture,) = winners(Report(plan, tables))
    assert picture.grid
    part = ""
    figures = []
    for row in picture.grid.rows:
        part = row[0].text if len(row) == 1 else part
        if part == Report(plan, tables).label("indicator", "income_month") and len(row) > 1:
            figures += [cell.text.strip("()") for cell in row if cell.label in ("Change", "95 % interval")]
    assert {"+40.0", "−3.5"} <= set(figures)
    assert "−4.0 to +44.0" in figures


def test_the_summary_marks_and_counts_what_does_not_stand_when_its_family_is_counted(plan, tables):
    told = summary(Report(plan, tables))
    assert told["by_chance"] == ""
    assert "†" not in str(told["ledger"])
    impact = tables["impact_estimates"].assign(p_adjusted=0.2)
    marked = summary(Report(plan, {**tables, "impact_estimates": impact}))
    sides = [item for row in marked["ledger"].rows for cell in row for item in cell.items]
    assert sides
    assert all(item.split(" (")[0].endswith("†") for item in sides)
    assert marked["by_chance"].startswith(f"† {len(sides)} of the gains and losses do not stand")
