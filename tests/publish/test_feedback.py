"""Sections 6 and 7 of the report, and what goes out to the workshops."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import lxml.html
import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan
from schemas.base import column_types
from schemas.vocabulary import AT_BASE_PRICES, OF_THE_DAY
from tasks.files import read_cells
from tasks.languages import Language
from tasks.publish import sheets
from tasks.publish.report import Report
from tasks.publish.sections.feedback import contested, contested_by, feedback
from tasks.publish.sections.findings import findings
from tasks.publish.sections.follow_up import follow_up
from tasks.publish.sections.summary import summary
from tasks.tongue import speaking

CONTESTED = "written_contract/stitchers_women"


def texts(grid) -> list[list[str]]:
    return [[f"{cell.text} {cell.note}".strip() for cell in row] for row in grid.rows]


def changed(tables: dict[str, pd.DataFrame], name: str, **columns: Any) -> dict[str, pd.DataFrame]:
    return {**tables, name: tables[name].assign(**columns)}


def of_the_contested(report: Report):
    return next(one for _, part in findings(report).parts for one in part if one.ident == CONTESTED)


def test_a_contested_finding_says_where_and_by_whom_in_section_5_and_in_the_summary(plan, tables):
    report = Report(plan, tables)
    told = "in the participants’ workshop by Women who stitch at home"
    assert contested_by(report, contested(report)[CONTESTED]) == told
    assert of_the_contested(report).contested
    assert told in of_the_contested(report).feedback
    assert any(told in limit for limit in summary(report)["limits"])


def test_a_workshop_of_an_earlier_wave_contests_nothing_and_is_told_apart(plan, tables):
    report = Report(plan, changed(tables, "feedback", of_earlier=True))
    assert contested(report) == {}
    assert not of_the_contested(report).contested
    assert not any("contested" in limit for limit in summary(report)["limits"])
    placed = feedback(report)
    assert placed["parts"] == []
    assert len(placed["before"].rows) == 2


def test_what_was_said_is_told_role_by_role_in_the_words_of_the_folder(plan, tables, french_of):
    french_of(
        {"contested": "contesté", "{one}: {other}": "{one} : {other}", "{one}; {other}": "{one} ; {other}"}
    )
    said = "trader (contested): By choice: nobody is sent away; leader of a group: Loans doubled"
    tables = changed(tables, "feedback", comment=said)
    own = {
        "trader": "commerçante",
        "By choice: nobody is sent away": "De plein gré",
        "Loans doubled": "Des prêts",
    }

    def told() -> set[str]:
        return {
            cell.text
            for _, part in feedback(Report(plan, tables))["parts"]
            for row in part.rows
            for cell in row
        }

    assert said in told()
    with speaking("fr", own):
        assert "commerçante (contesté) : De plein gré ; leader of a group : Des prêts" in told()


def test_participants_and_stakeholders_are_told_apart(plan, tables):
    kinds = ["participants", "stakeholders"]
    placed = feedback(Report(plan, changed(tables, "feedback", kind=pd.array(kinds, dtype="string"))))
    assert [len(said.rows) for _, said in placed["parts"]] == [1, 1]


def test_focus_groups_that_sent_nobody_are_named(plan, tables):
    (sentence,) = feedback(Report(plan, tables))["silent"]
    assert "1 of 2 focus groups sent nobody" in sentence
    assert "Women who stitch at home (F2)" in sentence
    (all_came,) = feedback(Report(plan, changed(tables, "focus_group_delegates", sent=True)))["silent"]
    assert "each of the 2 focus groups sent somebody" in all_came


def test_an_empty_seat_and_a_seat_that_is_not_kept_are_printed(plan, tables):
    placed = feedback(Report(plan, tables))
    rows = {row[0]: row[1] for row in texts(placed["committee"])}
    assert rows["Women who stitch at home"] == "empty seat"
    assert rows["Own-account dyers of the river quarter"] == "no seat is kept"
    assert rows["Stakeholders: association"] == "secretary"
    assert "Women who stitch at home" in placed["empty_seats"]


def test_overdue_actions_stand_first_and_those_of_an_earlier_wave_open_the_report(plan, tables):
    placed = feedback(Report(plan, tables))
    assert [row[3] for row in texts(placed["actions"])] == ["open overdue", "under way"]
    assert "1 is overdue on 2 March 2026" in placed["overdue"]
    assert [row[0] for row in texts(placed["carried"])] == ["Hang the piece rates in each lane"]


def test_what_became_of_earlier_findings_is_counted_and_withheld_ones_are_not(plan, tables):
    told = follow_up(Report(plan, tables))
    assert told["became"] == "Of 1 earlier finding, 1 turned into the opposite."
    rows = texts(told["earlier"])
    assert rows[0][-1] == "reversed"
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("kind", "words"), [("repeat", "a repeat study"), ("limited", "No error is given for its changes")]
)
def test_the_report_says_how_a_later_wave_was_held(plan, tables, kind, words):
    (sentence,) = follow_up(Report(plan, changed(tables, "wave_changes", follow_up=kind)))["held"]
    assert words in sentence


def handed_out(plan, tables) -> dict[str, bytes]:
    released = {
        name: tables[name].astype(object).where(tables[name].notna(), None).to_dict("records")
        for name in ("findings", "indicators", "triangulation", "impact_estimates")
    }
    groups = [{"wave": wave, "focus_group": one} for wave, one in (("a", "F1"), ("b", "F3"), ("b", "F2"))]
    own = {"fr": Language("fr", "fr", {"group": {"stitchers_women": "Femmes qui cousent à la maison"}})}
    made = sheets.files(plan, released, groups, ["a", "b"], own)
    return {name: content for name, (content, _) in made.items()}


def test_a_sheet_for_each_finding_that_is_not_withheld_and_its_sentence_on_it(plan, tables):
    files = handed_out(plan, tables)
    shown = tables["findings"].dropna(subset=["statement"])
    assert len(shown) < len(tables["findings"])
    printed = "".join(content.decode() for name, content in files.items() if name.endswith(".html"))
    assert printed.count("<article>") == len(shown)
    assert sorted(re.findall(r"Goes into feedback/workshops as: <code>([^<]+)</code>", printed)) == sorted(
        shown["finding"]
    )
    assert "http" not in printed.replace("http-equiv", "")


def test_sheets_are_made_in_each_language_of_the_plan_in_plain_words(plan, tables):
    french = AssessmentPlan.model_validate({**plan.model_dump(), "report": {"languages": ["en", "fr"]}})
    files, before = handed_out(french, tables), handed_out(plan, tables)
    assert {name: content for name, content in files.items() if ".fr." not in name} == before
    shown = tables["findings"].dropna(subset=["statement"])
    page = files["sheets-stitchers_women.fr.html"].decode()
    assert page.count("<article>") == (shown["poverty_group"] == "stitchers_women").sum() > 1
    assert '<html lang="fr" dir="ltr">' in page
    assert "Femmes qui cousent à la maison · rapport du 2 mars 2026" in page
    assert re.search(r'class="statement">[^<]+\u202f: mieux que pour les autres\.', page)
    assert "à une condition" in page
    assert "Les réunions de groupe disent" in page
    assert "income_month/stitchers_women" in page
    for sentence in shown["statement"]:
        assert sentence not in page
    assert "Tous les groupes ensemble" not in page
    causal = tables["findings"].assign(claim="associational")
    told = handed_out(french, {**tables, "findings": causal})["sheets-stitchers_women.fr.html"].decode()
    assert "à une condition" not in told
    assert "On ne sait pas ce qui a apporté les différences." in told


def test_a_sheet_in_a_further_language_says_when_what_may_be_chance_of_prices_and_of_some(plan, tables):
    french = AssessmentPlan.model_validate({**plan.model_dump(), "report": {"languages": ["en", "fr"]}})
    sure = handed_out(french, tables)["sheets-stitchers_women.fr.html"].decode()
    assert "Question posée\u00a0: février 2023 et janvier 2026." in sure
    assert not re.search("†|‡|d’une partie des réponses", sure)
    unsure = changed(tables, "impact_estimates", p_adjusted=0.2, money=AT_BASE_PRICES, filter="age > 17")
    told = handed_out(french, unsure)["sheets-stitchers_women.fr.html"].decode()
    stated = re.findall(r'class="statement">(.+)</p>', told)
    judged = [one for one in stated if "on ne peut pas le dire" not in one]
    assert judged
    for one in judged:
        assert "‡" in one
        assert "d’une partie des réponses" in one
        assert ("†" in one) == ("à peu près pareil" not in one)
    assert "† Nous avons demandé beaucoup de choses." in told
    assert "‡ Les prix ne sont pas les mêmes" in told
    once = changed(tables, "impact_estimates", from_wave="none")
    findings = tables["findings"]
    figure = findings["figure"].str.replace("/baseline/", "/none/")
    page = handed_out(french, {**once, "findings": findings.assign(figure=figure)})
    assert "Question posée\u00a0: janvier 2026." in page["sheets-stitchers_women.fr.html"].decode()


def test_a_sheet_in_a_further_language_tells_a_change_that_may_be_too_small_to_count(plan, tables):
    french = AssessmentPlan.model_validate({**plan.model_dump(), "report": {"languages": ["en", "fr"]}})
    unsure = changed(tables, "findings", direction="uncertain")
    small = {"ci_low": 0.5, "ci_high": 9.5}
    told = handed_out(french, changed(unsure, "impact_estimates", **small))["sheets-stitchers_women.fr.html"]
    stated = re.findall(r'class="statement">(.+)</p>', told.decode())
    assert any("probablement un peu mieux que pour les autres" in one for one in stated)
    assert any("probablement un peu moins bien que pour les autres" in one for one in stated)
    assert "Il n’est pas sûr que la différence soit assez grande pour compter." in told.decode()
    recalled = changed(unsure, "impact_estimates", **small, estimator="recall", money=OF_THE_DAY)
    silent = handed_out(french, recalled)["sheets-stitchers_women.fr.html"].decode()
    assert "probablement" not in silent


def test_what_is_typed_stands_apart_from_the_words_of_the_language(plan, tables):
    """Whoever fills in the workbook needs its words, and whoever reads the sheet those of the language."""
    french = AssessmentPlan.model_validate({**plan.model_dump(), "report": {"languages": ["en", "fr"]}})
    page = lxml.html.document_fromstring(handed_out(french, tables)["sheets-stitchers_women.fr.html"])
    sheet = page.find(".//article")
    typed = [one.text for one in sheet.iter("code")]
    findings = set(tables["findings"]["finding"])
    assert set(typed) - findings == {"confirmed", "contested", "comment", "participants", "stakeholders"}
    assert "réunion des bureaux et des entreprises stakeholders" in sheet.text_content()
    assert "Les mots écrits comme confirmed y sont notés tels quels." in sheet.text_content()


def test_the_tables_that_come_back_bear_the_columns_of_their_contracts(plan, tables):
    files = handed_out(plan, tables)
    for contract in sheets.BACK:
        name = contract.about().source.removeprefix("feedback/")
        columns = list(column_types(contract))
        assert next(csv.reader(io.StringIO(files[f"{name}.csv"].decode()))) == columns
        assert list(read_cells(files["feedback.xlsx"], ".xlsx", "feedback.xlsx", name).columns) == columns
    filled = read_cells(files["feedback.xlsx"], ".xlsx", "feedback.xlsx", "attendance")
    assert filled["focus_group"].tolist() == ["F2", "F3"]
    shown = tables["findings"].dropna(subset=["statement"])
    listed = read_cells(files["feedback.xlsx"], ".xlsx", "feedback.xlsx", "findings")
    assert sorted(listed["finding"]) == sorted(shown["finding"])
    assert len(read_cells(files["feedback.xlsx"], ".xlsx", "feedback.xlsx", "workshops")) == 0
    seats = read_cells(files["feedback.xlsx"], ".xlsx", "feedback.xlsx", "committee")
    assert set(seats["poverty_group"]) == {one.id for one in plan.poverty_group}
