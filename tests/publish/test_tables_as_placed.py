"""How tables and models are told: figures at the right, claims once, lines above groups, no raw names."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
import pandas as pd
import pytest

from tasks.publish import column_words, grids
from tasks.publish.cells import NOTHING, Cell, cell_of
from tasks.publish.docx_table import Cell as WordCell
from tasks.publish.docx_table import fitted, xml
from tasks.publish.html import TEMPLATES, environment
from tasks.publish.pdf import printable
from tasks.publish.report import Report
from tasks.publish.sections.figures import figures, other_estimates
from tasks.publish.sections.findings import findings
from tasks.publish.sections.models import models
from tasks.publish.sections.winners import winners
from tasks.publish.wide_tables import pieces


def test_what_stands_in_place_of_a_figure_is_aligned_as_one(plan, tables):
    star, words = Cell("*", "few", numeric=True), Cell("withheld (fewer than 10)", "withheld")
    rows = [
        [Cell("a"), Cell("1", numeric=True), Cell("better"), star],
        [Cell("b"), star, star, NOTHING],
        [Cell("c"), words, Cell("worse"), star],
        [Cell("d"), words, words, star],
    ]
    grid = grids.placed(Report(plan, tables), "caption", ["Group", "Mean", "Verdict", "Few"], rows)
    assert [numeric for _, numeric in grid.headings] == [False, True, False, True]
    at_right = [[cell.numeric for cell in row] for row in grid.rows]
    assert at_right == [
        [False, True, False, True],
        [False, True, False, True],
        [False, True, False, True],
        [False, False, True],
    ]


def alike(cells: dict[str, list[Cell]], report: Report) -> grids.Grid:
    return grids.placed(report, "caption", list(cells), [*map(list, zip(*cells.values(), strict=True))])


def test_what_all_rows_of_a_wide_table_say_is_said_once_below_it(plan, tables):
    report = Report(plan, tables)
    places = [Cell("Agra", note="India")] * 4
    cells = {
        "Statistic": [Cell("employment")] * 4,
        "Place": places,
        "Value": [Cell("5", numeric=True)] * 4,
        "Verdict": [Cell("gained", "gain", "▲")] * 4,
        "Few": [Cell("*", "few")] * 4,
        "Status": [Cell("printed")] * 3 + [Cell("estimated")],
    }
    grid = alike(cells, report)
    assert [label for label, _ in grid.headings] == ["Statistic", "Value", "Verdict", "Few", "Status"]
    assert grid.alike == "In every row – Place: Agra (India)."
    assert all(len(row) == 5 for row in grid.rows)
    macros: Any = environment().get_template("macros.html.j2").module
    page = lxml.html.fromstring(macros.place(grid))
    assert page.xpath("table/following-sibling::p/text()") == [grid.alike]
    short = alike({head: column[:3] for head, column in cells.items()}, report)
    narrow = alike({head: cells[head] for head in ("Statistic", "Place", "Value", "Status")}, report)
    assert (short.alike, narrow.alike) == ("", "")


def test_figures_that_are_the_same_leave_only_a_table_of_many_columns(plan, tables):
    report = Report(plan, tables)
    differ = {f"Column {number}": [Cell(f"{number} {row}") for row in range(4)] for number in range(7)}
    people = {"People": [Cell("3 081", numeric=True)] * 4}
    assert alike({**differ, **people}, report).alike == ""
    more = alike({**differ, "Column 7": differ["Column 1"], **people}, report)
    assert more.alike == "In every row – People: 3 081."
    assert len(more.headings) == 8


def test_a_figure_of_few_is_one_and_a_verdict_of_few_is_none(plan, tables):
    impact = tables["impact_estimates"]
    impact.loc[0, ["smallest_cell", "respondents"]] = 12
    report = Report(plan, tables)
    row = next(one for one in report.rows("impact_estimates") if one["withheld_by"] == "few")
    assert cell_of(report, "impact_estimates", row, "estimate") == Cell("*", "few", numeric=True)
    assert cell_of(report, "impact_estimates", row, "direction") == Cell("*", "few")


def test_each_claim_has_one_letter_and_is_told_once(plan, tables):
    impact = tables["impact_estimates"]
    impact.loc[0, "claim_reason"] = "Nobody else says so."
    more = impact.assign(specification="zz")
    tables["impact_estimates"] = pd.concat([impact, more], ignore_index=True)
    report = Report(plan, tables)
    first, second = models(report)
    told = [*findings(report).claims, *first.claims, *second.claims]
    assert len(told) == len({(one.kind, one.limits) for one in told}) == len({one.letter for one in told})
    assert "Nobody else says so." in [one.limits for one in first.claims]
    assert not second.claims
    assert {*first.claims, *first.told_above} == {*second.told_above}
    letters = {cell.text for row in first.grid.rows for cell in row if cell.label == "Claim"}
    known = {one.letter for one in (*first.claims, *first.told_above)}
    assert letters
    assert all(one in known or one.startswith("withheld") for one in letters)


def test_an_indicator_stands_above_its_groups_and_not_in_each_row(plan, tables):
    report = Report(plan, tables)
    rows = report.rows("indicator_estimates", {"gender": "all", "difference": "all"})
    columns = {"indicator": "Indicator", "poverty_group": "Poverty group", "category": ""}

    def placed(rows):
        value, across = "estimate_with_interval", ("wave", "arm")
        return grids.pivot(
            report, "indicator_estimates", "caption", columns, across, value, rows, parted_by="indicator"
        )

    parted = placed(rows)
    assert parted.headings[0][0] == "Poverty group"
    labels = [report.label("indicator", one) for one in dict.fromkeys(row["indicator"] for row in rows)]
    assert [row[0].text for row in parted.rows if len(row) == 1] == labels
    assert {row[0].span for row in parted.rows if len(row) == 1} == {len(parted.headings)}
    one_each = placed([row for row in rows if row["poverty_group"] == rows[0]["poverty_group"]])
    assert one_each.headings[0][0] == "Indicator"
    assert all(len(row) > 1 for row in one_each.rows)


def test_what_was_measured_once_is_a_table_and_no_picture(plan, tables):
    assert all(one.panels for one in figures(Report(plan, tables)))
    estimates = tables["indicator_estimates"]
    tables["indicator_estimates"] = estimates[estimates["wave"] == estimates["wave"].iloc[0]]
    once = figures(Report(plan, tables))
    assert once
    assert not any(one.panels for one in once)
    assert all(len(one.grid.rows) > 1 for one in once)
    estimates = tables["indicator_estimates"]
    single = estimates.drop_duplicates(["indicator", "wave", "arm"])
    single = single.assign(gender="all", poverty_group="all")
    report = Report(plan, {**tables, "indicator_estimates": single})
    assert not figures(report)
    assert len(other_estimates(report).rows) == single["indicator"].nunique()


@pytest.mark.parametrize("unit", ["as published", "rooms per person"])
def test_a_unit_of_any_words_is_told_as_a_unit(plan, tables, unit):
    tables["indicators"]["unit"] = unit
    captions = [one.grid.caption for one in figures(Report(plan, tables))]
    assert captions
    assert all(caption.endswith(f". Unit: {unit}") for caption in captions)


def test_models_and_strata_are_told_in_words(plan, tables):
    renamed = plan.model_copy(
        update={"specification": [one.model_copy(update={"name": "none-0"}) for one in plan.specification]}
    )
    report = Report(renamed, tables)
    assert column_words.model(report, "none-0") == "model 1"
    assert column_words.model(report, "with_children") == "with children"
    assert column_words.term(report, "programme x after").startswith("the change of the programme group")
    indicator = report.rows("indicators")[0]
    assert column_words.term(report, f"programme x {indicator['indicator']}") == (
        f"the programme group × “{indicator['label']}”"
    )
    told = column_words.columns(report, ["weight", "prov"])
    assert told == "the weight of each respondent and the column “prov”"
    group = plan.poverty_group[0]
    for name in (f"{group.id}-comparison", f"comparison: {group.id}"):
        assert column_words.stratum(report, name) == f"{group.label}: comparison group"
    assert column_words.stratum(report, "North-East") == "North-East"
    assert column_words.crossed(report, f"{group.id} x hill_villages") == f"{group.label} × hill villages"


def test_what_was_corrected_is_told_as_it_is_asked(plan, tables):
    tables["instruments"].loc[0, "question"] = "rooms_slept_in"
    report = Report(plan, tables)
    row = {**report.rows("correction_summary")[0], "withheld_by": ""}
    question = next(one for one in report.rows("instruments") if one["question"] == "rooms_slept_in")
    indicator = report.rows("indicators")[0]
    for variable, words in (
        ("interview", "The whole interview"),
        (question["question"], question["wording"]),
        (indicator["indicator"], indicator["label"]),
        ("pay_water", "Pay water"),
    ):
        assert cell_of(report, "correction_summary", {**row, "variable": variable}, "variable").text == words


def test_nobody_is_left_with_an_empty_column_of_signs(plan, tables):
    told = tables["winners_losers"]
    group = told["poverty_group"].iloc[0]
    label = Report(plan, tables).label("poverty_group", group)
    told.loc[told["poverty_group"] == group, ["direction", "withheld_by"]] = [None, "threshold"]
    (picture,) = winners(Report(plan, tables))
    assert f"{label}" in picture.left_out
    assert label.split()[0] not in "".join(lxml.html.fromstring(picture.drawing).xpath("//text/text()"))


def wide(columns: int) -> Any:
    """Return a table of the page with so many columns."""
    heads = "".join(f"<th>Respondents{number}</th>" for number in range(columns))
    cells = '<td class="numeric"><span class="value">1 000</span></td>' * (columns - 1)
    return lxml.html.fromstring(
        f'<div class="table many"><table><caption>Many</caption><thead><tr>{heads}</tr></thead><tbody>'
        f'<tr class="part"><th scope="colgroup" colspan="{columns}">Earnings</th></tr>'
        f"<tr><th>Women</th>{cells}</tr>"
        f'<tr><th>Men</th><td colspan="{columns - 1}">withheld</td></tr></tbody></table></div>'
    )


def test_a_table_that_no_page_holds_is_broken_and_its_letters_stay():
    broken = pieces(wide(14).find("table"), 182, beside_mm=1.4)
    assert len(broken) > 1
    for piece in broken:
        head, part, women, men = piece.iter("tr")
        assert [row[0].text_content() for row in (head, part, women)] == ["Respondents0", "Earnings", "Women"]
        assert int(part[0].get("colspan")) == len(women) == len(head)
        assert int(men[1].get("colspan", 1)) == len(head) - 1
    heads = [cell.text_content() for piece in broken for cell in next(piece.iter("tr"))[1:]]
    assert heads == [f"Respondents{number}" for number in range(1, 14)]
    assert broken[0].find("caption").text == f"Many (part 1 of {len(broken)})"
    (whole,) = pieces(wide(4).find("table"), 182, beside_mm=1.4)
    assert whole.find("caption").text == "Many"
    body = lxml.html.tostring(wide(14), encoding="unicode")
    page = printable(f"<html><head></head><body>{body}</body></html>")
    assert len(lxml.html.fromstring(page).findall(".//table")) == len(broken)


def test_pieces_are_alike_in_width():
    """Of nine columns beside the first, one has five and the other four, though the first would hold more."""
    many = wide(10).find("table")
    first, second = pieces(many, 182, beside_mm=1.4)
    heads = [len(next(piece.iter("tr"))) for piece in (first, second)]
    assert heads == [6, 5]


HEADS = ("Indicator", "Estimate", "95 % interval", "p by Benjamini and Hochberg")


def on_paper(heads, row, times: int) -> Any:
    """Return the div of a table as it is laid out on paper, its columns but the first several times."""
    head = f"<th>{heads[0]}</th>" + times * "".join(f"<th>{one}</th>" for one in heads[1:])
    cells = f"<th>\n{row[0]} \n<span class='note'>share</span></th>" + times * "".join(row[1:])
    table = f"<table><thead><tr>{head}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    page = printable(f"<html><head></head><body><div class='table'>{table}</div></body></html>")
    return lxml.html.fromstring(page).find_class("table")[0]


ROW = (
    "Earnings",
    '<td class="numeric"><span class="value">+179</span> <span class="note">1 077 people</span></td>',
    '<td><span class="value span">−700 to +1 670</span></td>',
    '<td class="numeric"><span class="value">0.354</span></td>',
)


def test_long_heads_break_only_where_the_page_has_no_room_for_them():
    once, twice = on_paper(HEADS, ROW, 1), on_paper(HEADS, ROW, 3)
    assert not once.xpath(".//br")
    last = twice.xpath(".//thead//th")[-1]
    assert len(last.findall("br")) >= 1
    assert " ".join(" ".join(last.itertext()).split()) == HEADS[-1]
    first = twice.xpath(".//thead//th")[0]
    assert not first.findall("br")


def test_notes_of_figures_stand_on_one_line_where_there_is_room():
    assert "noted" in on_paper(HEADS, ROW, 1).classes
    assert "noted" not in on_paper(HEADS, ROW, 5).classes
    long = [*ROW[:1], ROW[1].replace("people", "people, and why there is no interval for them"), *ROW[2:]]
    assert "noted" not in on_paper(HEADS, long, 1).classes


def test_an_interval_in_a_note_stays_on_one_line_where_there_is_room():
    note = "de 17 à 27 % ; 120 personnes, et pourquoi il n’y en a pas plus"
    row = [ROW[0], ROW[1].replace("1 077 people", note), *ROW[2:]]
    roomy, tight = on_paper(HEADS, row, 1).find_class("note")[1].text, on_paper(HEADS, row, 9)
    assert roomy.split(";")[0] == "de\u00a017\u00a0à\u00a027\u00a0%\u00a0"
    assert "120 personnes, et" in roomy
    assert tight.find_class("note")[1].text == note


def test_no_blank_stands_before_the_note_of_a_cell_on_paper():
    """WeasyPrint would break what nearly fills a line after its first word."""
    name = on_paper(HEADS, ROW, 1).xpath(".//tbody//th")[0]
    assert name.text == "Earnings"


def test_a_later_piece_names_its_rows_and_has_those_alone_that_say_something():
    """Two rows of one indicator are told apart by the second column."""
    heads = "".join(
        f"<th>{one}</th>" for one in ("Indicator", "Group", *["Respondents" * 2] * 3, "Words" * 5)
    )
    women, men = (
        f"<tr><th>Earnings</th><td>{group}</td>{'<td>1 000</td>' * 3}<td>{words}</td></tr>"
        for group, words in (("Women", "–"), ("Men", "“A saying”"))
    )
    heard, silent = (f'<tr class="part"><th colspan="5">{one}</th></tr>' for one in ("Heard", "Silent"))
    body = f"{heard}{women}{men}{silent}{women}"
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    *_, last = pieces(lxml.html.fromstring(table), 100, beside_mm=2.4)
    rows = [[cell.text_content() for cell in row] for row in last.iter("tr")]
    assert rows == [["Indicator", "Group", "Words" * 5], ["Heard"], ["Earnings", "Men", "“A saying”"]]


def test_no_letter_of_a_table_on_paper_is_under_eight_points():
    rows = [[WordCell("Respondents and households", "of the comparison group")] * 12]
    size, widths = fitted(rows, 170)
    assert size == 8
    made = xml(rows, widths, style="x", size=size, height_mm=0, ruled=True)
    sizes = {int(one.get(one.keys()[0])) / 2 for one in made.iter() if one.tag.endswith("}sz")}
    assert sizes == {8.0}
    paper = (TEMPLATES / "style.css").read_text().partition("@media print")[2]
    points = [float(one) for one in re.findall(r"font-size: ([\d.]+)pt", paper)]
    assert min(points) >= 8
