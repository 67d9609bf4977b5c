"""What the report tells of voices: nobody who could be recognised, and nothing more than was agreed to."""

from __future__ import annotations

import re

import lxml.html
import pytest

from tasks.publish.html import render


@pytest.fixture(name="section", scope="module")
def section_fixture(plan, provenance, all_tables):
    page = render(plan, all_tables, provenance)
    return lxml.html.document_fromstring(page).get_element_by_id("findings")


def told(element) -> str:
    return re.sub(r"\s+", " ", element.text_content())


def test_quotes_stand_under_their_group_with_label_wave_and_indicator(section):
    (quote,) = section.xpath(".//figure[@class='voice']")
    assert told(quote.find("blockquote")) == "The thread I pay for now"
    assert told(quote.find("figcaption")).startswith("a woman who stitches at home, ")
    heading = quote.getprevious()
    assert told(heading) == "Women who stitch at home"
    assert "They were said in Portuguese." in told(section)
    assert "1 quote is withheld: fewer than 10 people could have said it" in told(section)


def test_a_withheld_quote_is_not_printed_even_where_its_words_were_left(plan, provenance, all_tables):
    quotes = all_tables["quotes"].copy()
    hidden = quotes["withheld_by"] != ""
    quotes["words"] = quotes["words"].mask(hidden, "words of one alone")
    quotes["label"] = quotes["label"].mask(hidden, "the only one")
    page = render(plan, {**all_tables, "quotes": quotes}, provenance)
    assert "words of one alone" not in page
    assert "the only one" not in page


def test_coded_interviews_are_told_with_sources_and_people_or_withheld(section):
    (table,) = section.xpath(".//table[caption='What the coded interviews say']")
    assert "worse 4 sources, 15 people" in told(table)
    assert "withheld (fewer than 10)" in told(table)


def test_only_codes_on_which_coders_do_not_agree_enough_are_listed(section):
    (table,) = section.xpath(".//table[starts-with(caption, 'How far the coders agree')]")
    assert "all codes together" in told(table)
    assert "Weather" in told(table)
    assert "Earns less" not in told(table)
