"""Sections say whole sentences in the language spoken; what they show, and in which order, stays the same."""

from __future__ import annotations

import pytest

from tasks.publish.report import Report
from tasks.publish.sections.comparison import comparison_group
from tasks.publish.sections.fieldwork import weights
from tasks.publish.sections.models import models
from tasks.publish.sections.poverty import poverty
from tasks.publish.sections.winners import winners
from tests.catalogues import Messages, spoken
from tests.publish.test_models import staggered

GROUPS = "{group} lost in {lost} and gained in {gained} of {number} indicators"
PAIRED = (
    "Each person of the programme is paired with the one of the comparison group whose chance of being in the"
    " programme, given {named}, is nearest (propensity score).",
    "Each person of the programme is paired with the {number} of the comparison group whose chance of being"
    " in the programme, given {named}, is nearest (propensity score).",
)
UNEVEN = (
    "{wave}: the standard deviation of the weights is {spread} of their mean. That they are uneven raises the"
    " variance by a factor of {cost}: {people} respondents tell as much as {worth} of equal weight would."
)
SAID: Messages = {
    PAIRED: (
        "Chaque personne du programme est appariée à une autre selon {named}.",
        "Chaque personne du programme est appariée à {number} autres selon {named}.",
    ),
    "Before the programme the two groups differ by up to {size} standard deviations, in {characteristic}": (
        "Avant le programme, {characteristic} : {size} écarts types au plus"
    ),
    "after matching they differ by up to {size} standard deviations, in {characteristic}": (
        "après l’appariement, {characteristic} : {size} écarts types au plus"
    ),
    "With {limit} or less the matched groups count as alike.": (
        "Les groupes appariés comptent comme semblables jusqu’à {limit}."
    ),
    "{one}; {other}": "{one}\u202f; {other}",
    UNEVEN: "{wave} : poids, {spread}\u202f; variance, {cost}\u202f; {people} valent {worth}.",
    "{number} waves before its start": "{number} vagues avant son démarrage",
    "1 wave before its start": "1 vague avant son démarrage",
    "1 wave after its start": "1 vague après son démarrage",
    "at its start": "à son démarrage",
    "overall": "ensemble",
    "When": "Quand",
    "The arms differed before the programme by up to {size} standard deviations, more than {limit}.": (
        "Écart des bras avant le programme : {size}, limite : {limit}."
    ),
    "{percent} % of the {mean} of everybody in the wave": "{percent} % de la {mean} de tous dans la vague",
    "median": "médiane",
    "Somebody is poor who has less than {line}": "Est pauvre qui a moins que ce seuil : {line}",
    ("{number} respondent ({wave})", "{number} respondents ({wave})"): (
        "{number} personne ({wave})",
        "{number} personnes ({wave})",
    ),
    (GROUPS, GROUPS): (
        "{group} : {lost} perdu, {gained} gagné, sur {number} indicateur",
        "{group} : {lost} perdus, {gained} gagnés, sur {number} indicateurs",
    ),
}


@pytest.fixture
def french(tmp_path):
    """Speak French by a small catalogue."""
    with spoken(tmp_path, SAID):
        yield


@pytest.mark.usefixtures("french")
def test_the_comparison_group_is_told_with_the_decimals_and_the_plural_of_the_language(plan, all_tables):
    group = comparison_group(Report(plan, all_tables))
    assert group.verdict == (
        "Avant le programme, years of school : 0,41 écarts types au plus\u202f; après l’appariement, years of"
        " school : 0,11 écarts types au plus. Les groupes appariés comptent comme semblables jusqu’à 0,25."
    )
    assert group.method[0] == (
        "Chaque personne du programme est appariée à une autre selon age, years of school et household size."
    )


@pytest.mark.usefixtures("french")
def test_weights_are_told_in_one_sentence_of_the_language(plan, all_tables):
    first = weights(Report(plan, all_tables)).sentences[0]
    assert first == "Baseline 2023 : poids, 0,50\u202f; variance, 1,25\u202f; 290 valent 232."


@pytest.mark.usefixtures("french")
def test_waves_since_a_start_keep_their_order_in_another_language(plan, tables):
    (model,) = models(Report(plan, staggered(tables)))
    place = [label for label, _ in model.grid.headings].index("Quand")
    assert [row[place].text for row in model.grid.rows if len(row) > 1] == [
        "ensemble",
        "12 vagues avant son démarrage",
        "1 vague avant son démarrage",
        "à son démarrage",
        "1 vague après son démarrage",
    ]


@pytest.mark.usefixtures("french")
def test_why_no_more_is_claimed_is_told(plan, tables):
    reason = "The arms differed before the programme by up to 0.27 standard deviations, more than 0.25."
    tables["impact_estimates"]["claim_reason"] = f"{reason} Nobody knows more."
    (model,) = models(Report(plan, tables))
    told = "Écart des bras avant le programme : 0,27, limite : 0,25. Nobody knows more."
    assert {one.limits for one in model.claims} == {told}


@pytest.mark.usefixtures("french")
def test_a_poverty_line_is_told_in_words_and_people_are_counted(plan, all_tables):
    money, _ = poverty(Report(plan, all_tables))
    assert "Est pauvre qui a moins que ce seuil : 60 % de la médiane de tous dans la vague." in money.rules
    assert "3 personnes (Baseline 2023)" in money.rules[-1]


def test_pictures_of_gains_and_losses_have_the_same_signs_and_ids_in_every_language(
    plan, all_tables, tmp_path
):
    report = Report(plan, all_tables)
    english = winners(report)
    with spoken(tmp_path, SAID):
        french = winners(report)
    assert [one.ident for one in french] == [one.ident for one in english]
    assert [one.drawing.count("▼") for one in french] == [one.drawing.count("▼") for one in english]
    assert "Casual day labourers in cutting : 4 perdus, 0 gagnés, sur 4 indicateurs" in french[0].finding
