"""The page of the evening: internal, of one file, and what it is given is text and never markup."""

from __future__ import annotations

import lxml.html
import pandas as pd
import pytest

from schemas import checks
from schemas.assessment import Wave
from schemas.base import conform, empty
from tasks.publish.field_checks import render
from tasks.publish.html import TEMPLATES

PAYLOAD = "<script>alert(1)</script>"
TABLES = (
    checks.FieldChecks,
    checks.QuestionChecks,
    checks.Interviewers,
    checks.FieldProgress,
    checks.BackCheckRates,
    checks.InterviewRecords,
)
FINDING = {"wave": "now", "check": "constraint: age", "key": "p1", "severity": "error", "kind": "constraint"}


def tables(**rows) -> dict[str, pd.DataFrame]:
    found = {contract.about().name: empty(contract) for contract in TABLES}
    for contract in TABLES:
        if contract.__name__ in rows:
            found[contract.about().name] = conform(pd.DataFrame(rows[contract.__name__]), contract)
    return found


@pytest.fixture(name="page", scope="module")
def page_fixture(plan) -> str:
    findings = [
        {
            **FINDING,
            "key": f"p{row}",
            "respondent": f"p{row}",
            "row": row,
            "answer": PAYLOAD,
            "message": PAYLOAD,
        }
        for row in range(2, 32)
    ]
    elsewhere = {**FINDING, "wave": "then", "message": "of another wave"}
    return render(plan, Wave(name="now"), tables(FieldChecks=[*findings, elsewhere]))


def test_each_template_is_a_part_and_it_says_that_it_is_internal(page):
    tree = lxml.html.document_fromstring(page)
    files = sorted(path.name for path in (TEMPLATES / "checks").glob("[0-9]*.html.j2"))
    parts = [part.get("id") for part in tree.xpath("//main/section")]
    assert parts == [name.split(".")[0].partition("_")[2] for name in files]
    assert "not to be published" in tree.xpath("//header")[0].text_content()


def test_it_asks_nothing_of_the_network_and_answers_are_text(page):
    tree = lxml.html.document_fromstring(page)
    assert not tree.xpath("//script | //link | //img | //iframe | //*[@src]")
    assert PAYLOAD not in page
    assert PAYLOAD in tree.text_content()


def test_rows_are_told_shortly_and_another_wave_not_at_all(page):
    text = lxml.html.document_fromstring(page).text_content()
    assert "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 18 more" in text
    assert "30 errors, 0 warnings, 0 notes" in text
    assert "of another wave" not in text


def test_without_a_finding_it_says_so(plan):
    text = lxml.html.document_fromstring(render(plan, Wave(name="now"), tables())).text_content()
    assert "The checks found nothing" in text
    assert "No back-check lies beside this wave" in text
