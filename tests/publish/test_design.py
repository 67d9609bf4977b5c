"""The design report: one page for those who commission the study, before anybody is interviewed."""

from __future__ import annotations

import lxml.html
import pytest

from schemas.assessment import Sampling
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
