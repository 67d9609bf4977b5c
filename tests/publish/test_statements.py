"""A finding is said in another language only as the released sentence says it in English."""

from __future__ import annotations

import pytest
from markupsafe import escape

from tasks.publish.html import render
from tasks.publish.report import Report
from tasks.publish.sections.statements import again, statement
from tasks.tongue import speaking

FINDING = "say_over_income/casual_cutters"
SAID = {
    "{group}: {body} ({interval}). {verdict}": "{group} : {body} ({interval}). {verdict}",
    "{what} moved by {size} against the comparison group, {start} to {end}": (
        "{what}, évolution de {size} par rapport au groupe de comparaison, de {start} à {end}"
    ),
    "{what} has moved down against the comparison group, {start} to {end}": (
        "{what}, baisse par rapport au groupe de comparaison, de {start} à {end}"
    ),
    ("{number} point", "{number} points"): ("{number} point", "{number} points"),
    "95 % interval {low} to {high}": "intervalle à 95 % de {low} à {high}",
    "too few people for a figure: fewer than {fewest}": "moins de {fewest} personnes : sans chiffre",
    "This is a change for the worse.": "C’est une dégradation.",
}
OWN = {
    "Say over one's own income": "Mot à dire sur son propre revenu",
    "Casual day labourers in cutting": "Journaliers de la coupe",
    "Baseline 2023": "Référence 2023",
    "Follow-up 2026": "Suivi 2026",
}


@pytest.fixture(name="french")
def french_fixture(french_of):
    """Have a small catalogue in French."""
    french_of(SAID)


def report_of(plan, tables, **figures) -> Report:
    """Return a report in which the estimate behind the finding, and its sentence, have these figures."""
    impact, findings = tables["impact_estimates"], tables["findings"]
    indicator, _, group = FINDING.partition("/")
    here = (impact["indicator"] == indicator) & (impact["poverty_group"] == group)
    assert here.sum() == 1
    for column, value in figures.items():
        impact.loc[here, column] = value
    report = Report(plan, tables)
    findings.loc[findings["finding"] == FINDING, "statement"] = again(report, finding_of(report))
    return Report(plan, tables)


def finding_of(report: Report) -> dict:
    (finding,) = report.rows("findings", {"finding": FINDING})
    return finding


def test_it_is_made_again_in_the_language_spoken_with_its_numbers_and_own_words(plan, tables, french):
    report = report_of(plan, tables, estimate=-0.523, ci_low=-0.721, ci_high=-0.325)
    assert statement(report, finding_of(report)) == (
        "Casual day labourers in cutting: say over one's own income moved by −0.52 points against the "
        "comparison group, Baseline 2023 to Follow-up 2026 (95 % interval −0.72 to −0.33). This is a "
        "change for the worse."
    )
    with speaking("fr", OWN):
        assert statement(report, finding_of(report)) == (
            "Journaliers de la coupe : mot à dire sur son propre revenu, évolution de −0,52 point par "
            "rapport au groupe de comparaison, de Référence 2023 à Suivi 2026 (intervalle à 95 % de −0,72 à "
            "−0,33). C’est une dégradation."
        )


def test_english_says_the_labels_of_a_folder_in_another_language_in_its_own_words(plan, tables):
    report = report_of(plan, tables, estimate=-0.523, ci_low=-0.721, ci_high=-0.325)
    own = {"Casual day labourers in cutting": "Day labourers", "Baseline 2023": "Before"}
    with speaking("en", own):
        assert statement(report, finding_of(report)) == (
            "Day labourers: say over one's own income moved by −0.52 points against the comparison group, "
            "Before to Follow-up 2026 (95 % interval −0.72 to −0.33). This is a change for the worse."
        )


def test_an_english_page_has_the_released_sentence_that_its_row_does_not_make(plan, tables):
    released = finding_of(Report(plan, tables))["statement"]
    assert again(Report(plan, tables), finding_of(Report(plan, tables))) != released
    with speaking("en", {"Casual day labourers in cutting": "Day labourers"}):
        assert statement(Report(plan, tables), finding_of(Report(plan, tables))) == released


def test_of_few_people_the_way_alone_is_said(plan, tables, french):
    report = report_of(plan, tables, respondents=20)
    with speaking("fr", OWN):
        assert statement(report, finding_of(report)) == (
            "Journaliers de la coupe : mot à dire sur son propre revenu, baisse par rapport au groupe de "
            "comparaison, de Référence 2023 à Suivi 2026 (moins de 25 personnes : sans chiffre). "
            "C’est une dégradation."
        )


def test_a_sentence_that_its_row_does_not_make_stays_english_and_says_so(plan, tables, provenance, french):
    """A release whose figures were mended afterwards, or the words of an older psia."""
    released = finding_of(Report(plan, tables))["statement"]
    with speaking("fr", OWN):
        told = statement(Report(plan, tables), finding_of(Report(plan, tables)))
        assert told == f'<span lang="en">{escape(released)}</span>'
        assert told in render(plan, tables, provenance)
        nobody = {**tables, "impact_estimates": tables["impact_estimates"].iloc[:0]}
        assert statement(Report(plan, nobody), finding_of(Report(plan, nobody))) == told


def test_what_is_withheld_is_not_said(plan, tables, french):
    report = Report(plan, tables)
    withheld = [row for row in report.rows("findings") if row["withheld_by"]]
    assert withheld
    with speaking("fr", OWN):
        assert {statement(report, row) for row in withheld} == {""}
        assert {again(report, row) for row in withheld} == {""}
