"""The design report: one page for those who commission the study, before anybody is interviewed."""

from __future__ import annotations

from datetime import date

import lxml.html
import pytest

from schemas.assessment import Freeze, Sampling
from tasks.publish.design import render
from tasks.publish.html import TEMPLATES

PAYLOAD = "<script>alert(1)</script>"


@pytest.fixture(name="page", scope="module")
def page_fixture(plan, provenance, all_tables) -> str:
    return render(plan, all_tables, provenance)


def test_each_template_is_a_part_in_the_order_of_its_number(page):
    files = sorted(path.name for path in (TEMPLATES / "design").glob("[0-9]*.html.j2"))
    tree = lxml.html.document_fromstring(page)
    parts = [part.get("id") for part in tree.xpath("//main/section")]
    assert parts == [name.split(".")[0].partition("_")[2] for name in files]
    assert [link.get("href") for link in tree.xpath("//nav//a")] == [f"#{part}" for part in parts]


def test_it_is_one_file_that_asks_nothing_of_the_network(page):
    tree = lxml.html.document_fromstring(page)
    assert not tree.xpath("//script | //link | //img | //iframe | //*[@src]")
    assert all(link.get("href").startswith("#") for link in tree.xpath("//a"))


def test_what_a_plan_says_is_text_and_never_markup(plan, provenance, all_tables):
    assessment = plan.assessment.model_copy(update={"title": PAYLOAD, "aims": [PAYLOAD]})
    page = render(plan.model_copy(update={"assessment": assessment}), all_tables, provenance)
    assert PAYLOAD not in page
    assert PAYLOAD in lxml.html.document_fromstring(page).text_content()


def test_an_assessment_without_a_design_has_no_design_report(plan, provenance, all_tables):
    bare = plan.model_copy(update={"wave": []})
    nothing = {name: frame.head(0) for name, frame in all_tables.items()}
    assert render(bare, nothing, provenance) == ""
    assert render(plan, nothing, provenance) != ""


def part(page: str, ident: str) -> lxml.html.HtmlElement:
    (found,) = lxml.html.document_fromstring(page).xpath(f"//main/section[@id='{ident}']")
    return found


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_box_a1_is_shown_with_what_is_used_and_what_is_not(page):
    rows = {words(row): row for row in part(page, "methods").xpath(".//tr")}
    assert any("Find criteria and indicators" in row and row.endswith("Matrix ranking") for row in rows)
    assert any("Pilot the questionnaires" in row and row.endswith("not used") for row in rows)
    assert "Household survey: how many gained and how much (enumerators)" in words(part(page, "methods"))


def test_a_group_too_small_to_be_told_keeps_its_short_list_and_no_figure(page, plan):
    (table,) = part(page, "indicators").xpath(".//table[caption[starts-with(., 'Mean rank')]]")
    labels = [words(cell) for cell in table.xpath(".//thead//th")]
    column = labels.index("Apprentices in family workshops")
    cells = [words(row.xpath("./th|./td")[column]) for row in table.xpath(".//tbody/tr")]
    assert len(cells) == 4
    assert all("fewer than 10" in cell for cell in cells)
    rows = [words(row.xpath("./th")[0]) for row in table.xpath(".//tbody/tr")]
    unmarked = [row for row, cell in zip(rows, cells, strict=True) if "●" not in cell]
    assert unmarked == ["Say over one's own income"]
    assert not any(digit in cell.replace("fewer than 10", "") for cell in cells for digit in "0123456789")
    assert sum("on the short list by the team" in cell for cell in cells) == 1


def test_lists_are_told_with_weights_reasons_and_who_decided(page):
    (table,) = part(page, "indicators").xpath(".//table[caption[starts-with(., 'The short list')]]")
    told = words(table)
    assert "the team lead researcher" in told
    assert "below the first three" in told
    likeness = words(part(page, "indicators"))
    assert (
        "Over the 4 indicators that all groups ranked, Kendall’s W of their mean ranks is 0.44." in likeness
    )
    assert "Of 4 indicators on any of the short lists, 1 is on all of them." in likeness


def test_forms_that_differ_from_the_frozen_ones_are_told(plan, provenance, all_tables):
    version = all_tables["instruments"]["version"].iloc[0]
    first, second = dict.fromkeys(all_tables["instruments"]["wave"])
    frozen = Freeze.model_construct(frozen_on=date(2023, 2, 20), versions={first: version, second: "0" * 10})
    page = render(plan.model_copy(update={"pilot": frozen}), all_tables, provenance)
    (table,) = part(page, "pilot").xpath(".//table[caption[.='The forms since the pilot']]")
    verdicts = [words(row).rsplit(" ", 1)[-1] for row in table.xpath(".//tbody/tr")]
    assert sorted(verdicts) == ["differs", "frozen"]
    assert "made final on 20 February 2023. A form that differs now" in words(part(page, "pilot"))
    assert "made final" not in words(part(render(plan, all_tables, provenance), "pilot"))


@pytest.mark.parametrize(
    ("design", "told", "not_told"),
    [
        ("one-off", "of 3 questions, 1 asks about the time before, by recall", "nobody has to recall"),
        ("repeat", "All waves ask the same 3 questions.", "asked twice"),
        ("longitudinal", "those of a comparison group as well", "asked twice"),
    ],
)
def test_the_study_design_says_what_it_makes_of_the_questions(
    plan, provenance, all_tables, design, told, not_told
):
    assessment = plan.assessment.model_copy(update={"study_design": design})
    page = render(plan.model_copy(update={"assessment": assessment}), all_tables, provenance)
    study = words(part(page, "study"))
    assert told in study
    assert not_told not in study


def test_training_is_told_by_role(page):
    told = words(part(page, "pilot"))
    assert "6 February 2023 enumerators Consent and private questions 2.5 8 20" in told


def part_3(plan, provenance, tables, **sampling) -> str:
    """Return the text of the part on the sample, with the plan's sampling changed."""
    part = Sampling.model_validate({"design": "representative", **sampling})
    page = render(plan.model_copy(update={"sampling": part}), tables, provenance)
    (section,) = lxml.html.document_fromstring(page).xpath("//section[@id='sample']")
    return " ".join(section.text_content().split())


@pytest.mark.parametrize(
    ("sampling", "told", "untold"),
    [
        ({"size": 600, "replacements": 8}, ["the individual", "Up to 8 replacements"], ["PSU) on"]),
        ({"size": 600, "allocation": "neyman", "deviations": {"a": 1}}, ["(Neyman)"], ["replacements are"]),
        ({"method": "simple", "size": 600}, ["Simple random sample"], ["proportion"]),
        (
            {"method": "two_stage", "clusters": 4, "per_cluster": 12, "replacements": 2},
            ["Two-stage", "in each, 12 units", "for each locality"],
            ["Stratified sample"],
        ),
        ({"size": 9, "unit": "household"}, ["the household", "could be chosen"], ["are drawn by chance and"]),
        ({"size": 9, "households": 40}, ["households 40 are drawn by chance"], []),
        ({"design": "purposive", "unit": "group"}, ["the group", "Each quota is filled"], ["sample:"]),
    ],
)
def test_the_sample_is_told_in_words(plan, provenance, all_tables, sampling, told, untold):
    text = part_3(plan, provenance, all_tables, **sampling)
    for words in told:
        assert words in text
    for words in untold:
        assert words not in text


def test_the_record_of_the_draw_has_its_seed_and_hash(plan, provenance, all_tables):
    text = part_3(plan, provenance, all_tables, size=600)
    assert "Seed 20041204. The list has the SHA-256 " + "d" * 64 in text
    bare = {name: frame for name, frame in all_tables.items() if name != "draw_record"}
    assert "SHA-256" not in part_3(plan, provenance, bare, size=600)
