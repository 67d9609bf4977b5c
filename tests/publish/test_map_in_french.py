"""What is known and the map, in French: whole sentences, and a picture of the value chain that still fits."""

from __future__ import annotations

from itertools import product
from typing import Any

import lxml.etree
import pandas as pd
import pytest

from schemas.assessment import GrowthComparison
from schemas.base import TABLES, conform
from tasks import catalogue, checklist, secondary, stored
from tasks import table_2 as scoring
from tasks.publish import cells, chain, chain_drawing, textsize
from tasks.publish.report import Report
from tasks.publish.sections import table_2
from tasks.tongue import told
from tests import maps
from tests.catalogues import Messages, spoken
from tests.publish.test_chain import drawings, faults, texts_of
from tests.tasks.test_checklist import ACTORS, EVIDENCE, INSTITUTIONS, LINKS

CHAIN: Messages = {
    "goods": "marchandises et matières",
    "services": "services",
    "payment": "paiement",
    "subcontract": "sous-traitance",
    "credit": "crédit",
    "labour": "travail",
    "Go": "Ma",
    "Su": "St",
    "likely poor": "probablement pauvre",
    "not classed as poor": "non classé comme pauvre",
    "own-account and household work": "travail à son compte et à domicile",
    ("firm", "firms"): ("entreprise", "entreprises"),
    ("woman", "women"): ("femme", "femmes"),
    "firms withheld": "entreprises : non communiqué",
    "served by {letters}": "desservi par {letters}",
    "Value chain of {cluster}": "Chaîne de valeur : {cluster}",
    "{one}: {other}": "{one} : {other}",
    "{one}; {other}": "{one} ; {other}",
    "{actor}: gives {given}.": "{actor} : donne {given}.",
    "{kinds} to {actor}": "{kinds} à {actor}",
    "Dashed: outside the scope of the assessment": "En tirets : hors du champ de l’évaluation",
}


def test_the_picture_is_drawn_in_the_language_that_is_spoken(tmp_path, plan, tables):
    english = chain.value_chain(Report(plan, tables))
    with spoken(tmp_path, CHAIN, {"Local traders": "Commerçants du lieu"}):
        french = chain.value_chain(Report(plan, tables))
        assert french is not None
        words = " ".join(texts_of(lxml.etree.fromstring(french.file.encode())))
    assert chain.value_chain(Report(plan, tables)) == english
    assert french.finding.startswith("Probablement pauvre : ")
    assert "Chaîne de valeur : " in french.file
    for said in (
        "Commerçants du lieu",
        "Travail à son",
        "hors du champ",
        "desservi par",
        "Marchandises et matières",
    ):
        assert said in words
    for english_words in ("likely poor", "served by", "Dashed", "goods"):
        assert english_words not in words


def test_the_picture_of_another_language_has_a_file_of_its_own(tmp_path, plan, tables):
    report = plan.report.model_copy(update={"languages": ["en", "fr"]})
    both = plan.model_copy(update={"report": report})
    names = [getattr(chain.value_chain(Report(both, tables)), "name", "")]
    with spoken(tmp_path, CHAIN):
        names.append(getattr(chain.value_chain(Report(both, tables)), "name", ""))
    assert names == ["pictures/value-chain.svg", "pictures/value-chain.fr.svg"]


@pytest.mark.parametrize("mapped", [maps.large, maps.crowded_stage])
def test_nothing_overlaps_where_words_are_longer(tmp_path, mapped):
    with spoken(tmp_path, CHAIN):
        layouts = chain_drawing.layouts(mapped())
        svgs = drawings(mapped())
    for layout in layouts:
        assert list(faults(layout)) == []
    for svg in svgs:
        across = float(svg.get("width"))
        for text in svg.iter("{http://www.w3.org/2000/svg}text"):
            starts = float(text.get("x"))
            if text.get("text-anchor") != "middle":
                size = float(text.get("font-size"))
                assert starts + textsize.width(text.text or "", size) <= across + 16


def test_a_count_has_the_form_of_its_number_and_one_that_is_withheld_has_none(tmp_path, plan, tables):
    few = tables["actors"].copy()
    row = few["actor"] == "tanneries"
    few.loc[row, "firms"] = pd.NA
    few.loc[row, "withheld_by"] = "threshold"
    few.loc[few["actor"] == "traders", "women"] = 1
    with spoken(tmp_path, CHAIN):
        mapped = {one.key: one for one in chain.read_map(Report(plan, {**tables, "actors": few})).actors}
    assert "entreprises : non communiqué" in mapped["tanneries"].facts
    assert "1\u00a0femme" in mapped["traders"].facts


def test_a_word_with_a_hyphen_is_parted_there():
    assert textsize.wrapped("sous-traitants", 13, 90, bold=True) == ["sous-", "traitants"]
    assert textsize.wrapped("réglementation", 13, 70)[0].endswith("-")


MAPPING: Messages = {
    "{answer} ({found})": "{answer} – {found}",
    "Known of {known} of {all} {units}": "{known} connus sur {all} ({units})",
    "Known of {known} of {all} {units}; not of: {names}": "{known} sur {all} ({units}), sauf {names}",
    "Known of {known} of {all} {units}; not of: {names} and {more} more": (
        "{known} sur {all} ({units}), sauf {names} et {more} encore"
    ),
    "The map has no {units}": "Rien sur la carte : {units}",
    "producers": "producteurs",
    "actors": "acteurs",
    "associations": "associations",
    "{one}; {other}": "{one} ; {other}",
}
OWN = {"Workshops": "Ateliers", "list": "liste", "Dyers and printers": "Teinturiers et imprimeurs"}


def ticked(actors: pd.DataFrame) -> dict[Any, dict[Any, Any]]:
    answer = {"question": ["cluster.firms_number"], "answer": ["A few. Ask; ask"], "complete": [True]}
    answers = conform(pd.DataFrame({**answer, "citation": ["book"]}), TABLES["staged.mapping_answers"])
    rows = checklist.tick_off_questions(actors, LINKS, INSTITUTIONS, EVIDENCE, answers)
    rows = conform(rows, TABLES["mart.mapping_checklist"]).to_dict("records")
    return {row["question"]: {**row, "withheld_by": ""} for row in rows}


def test_what_the_mapping_found_is_told_part_by_part(tmp_path, plan):
    more = [{"actor": f"a{n}", "label": f"Actor {n}", "stage": "trade"} for n in range(7)]
    dyers = {"actor": "a", "label": "Dyers and printers", "stage": "trade"}
    actors = conform(pd.concat([ACTORS, pd.DataFrame([dyers, *more])]), TABLES["staged.actors"])
    few, many = ticked(ACTORS), ticked(actors)
    report = Report(plan, {})
    with spoken(tmp_path, MAPPING, OWN):
        said = cells.cell_of(report, "mapping_checklist", few["cluster.firms_number"], "found")
        assert said.text == "A few. Ask; ask – 1 sur 2 (producteurs), sauf Ateliers"
        assert cells.cell_of(report, "mapping_checklist", few["cluster.employment"], "sources").text == (
            "liste ; walk"
        )
        assert told(few["institutions.associations"]["found"]) == "Rien sur la carte : associations"
        names = "Teinturiers et imprimeurs, Actor 0, Actor 1, Actor 2, Actor 3 et Actor 4"
        assert told(many["cluster.employment"]["found"]) == (f"2 sur 11 (acteurs), sauf {names} et 3 encore")


def test_each_figure_of_table_2_is_marked_for_translation():
    found = set()
    for rule in catalogue.read("table_2_rules")["rule"]:
        if rule["kind"] == "share":
            found.add(rule["told"])
            continue
        levels = [part["level"] for part in rule["part"]]
        for counts, rest, percent in product(product((0, 1, 5), repeat=len(levels)), (0, 4), (20, 50)):
            whole = sum(counts) + (rest if "rest" in rule else 0)
            if whole:
                counted: dict[int, int] = dict(zip(levels, counts, strict=True))
                found.add(scoring._majority(counted, whole, rule, percent)[2])
    assert found == {*table_2.FIGURES}


@pytest.mark.parametrize("cuts", [(20.0, 40.0, 60.0, 80.0), (12.5, 50.0, 75.0)])
def test_how_a_share_is_scored_is_a_stored_sentence(tmp_path, cuts):
    limits = scoring.LIMITS[len(cuts)].format(*cuts)
    messages = {one: f"[{one}]" for one in stored.TABLE_2}
    with spoken(tmp_path, messages):
        assert told(limits) == f"[{limits}]".replace("12.5", "12,5")


def test_what_official_statistics_show_is_told_with_figures_as_the_language_writes_them(tmp_path):
    growth = GrowthComparison(
        name="pay", label="Pay, by sector. Yearly", statistic="pay", from_period="1994", to_period="1998"
    )
    rows = [
        ("Leather; shoes", 14.7, 12.6),
        ("Wood", 16.2, 13.1),
        ("TOTAL", -2.2, 12.0),
    ]
    grown = pd.DataFrame(rows, columns=["sector", "inside", "outside"]).assign(comparison="pay")
    grown["difference_points"] = grown["inside"] - grown["outside"]
    checks = pd.DataFrame(
        {"comparison": "pay", "series": "blue collar; Wood", "period": "1998", "printed": [113.2, 1.0]}
    ).assign(recomputed=[112.6, 1.0], agrees=[False, True])
    found = secondary.state_secondary_findings(grown, checks, growth=[growth])["statement"]
    total, printed, _ = (one for one in stored.OFFICIAL_STATISTICS if "; " in one)
    messages = {
        total: (
            "{text} ({from_period}-{to_period}) : {inside}/{outside}, {ahead} sur {all} ; ensemble "
            "{growth_inside} % {inside_too}, {growth_outside} % {outside_too}, écart {points}."
        ),
        printed: "{text} : {wrong} sur {all} ; {series}, {period} : {printed}, {recomputed}.",
    }
    with spoken(
        tmp_path, messages, {"inside": "dedans", "outside": "dehors", "Pay, by sector. Yearly": "Salaires"}
    ):
        assert list(map(told, found)) == [
            "Salaires (1994-1998) : dedans/dehors, 2 sur 2 ; ensemble −2,2 % dedans, 12,0 % dehors, écart "
            "−14,2.",
            "Salaires : 1 sur 2 ; blue collar; Wood, 1998 : 113,2, 112,6.",
        ]
