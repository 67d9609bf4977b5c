"""The forms that go out: an XLSForm that converts, a printable form and Word guides that say the same."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import lxml.html
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from pyxform.xls2xform import convert

from schemas.assessment import read_plan
from tasks import catalogue
from tasks.instruments import instrument
from tasks.languages import languages
from tasks.publish.forms import form_files
from tasks.publish.printable import form
from tasks.publish.xlsform import form_id, xlsform
from tests.tasks.test_instruments import GROUPS, NO_PILOT, NOTHING, asked, plan, short_list

DEMOS = Path(__file__).parent.parent.parent / "data" / "demo"
EVERY = list(catalogue.standard_indicators())
PAYLOAD = "<script>alert(1)</script> ${income_month} {{ 7 }}"


def sheets(content: bytes) -> dict[str, list[dict[str, str]]]:
    """Return sheet -> rows of a workbook, as text."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = {}
    for name in workbook.sheet_names:
        head, *rows = workbook.get_sheet_by_name(name).to_python()
        found[name] = [{str(k): str(v) for k, v in zip(head, row, strict=True) if v != ""} for row in rows]
    return found


def converted(content: bytes, *, validate: bool = False) -> str:
    """Return the XForm that pyxform makes of an XLSForm; a warning is a failure."""
    result = convert(io.BytesIO(content), validate=validate, file_type=".xlsx")
    assert result.warnings == []
    return result.xform


CASES = {
    "bare": plan(),
    "without groups": plan(poverty_group=[]),
    "everything": plan(
        indicators=EVERY,
        assessment={"study_design": "one-off"},
        instruments={"members": True, "eligible_members": True, "programme_began": "2020-02-01"},
    ),
    "unlike groups": plan(indicators=["revenue_month", "income_month"]),
}


@pytest.mark.parametrize("case", CASES)
def test_pyxform_converts_without_error_or_warning(case):
    converted(xlsform(asked(CASES[case], short_list(("weavers", "debt_burden")))))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("java"), reason="ODK Validate needs Java")
@pytest.mark.parametrize("case", CASES)
def test_odk_validate_accepts_it(case):
    converted(xlsform(asked(CASES[case], short_list(("weavers", "debt_burden")))), validate=True)


@pytest.mark.parametrize("folder", sorted(path.parent for path in DEMOS.rglob("assessment.toml")), ids=str)
def test_the_form_of_each_demo_converts(folder):
    demo = read_plan(folder / "assessment.toml")
    own = folder / "design" / "indicators.toml"
    indicators = {**catalogue.standard_indicators(), **catalogue.own_indicators(own)}
    for wave in demo.wave:
        one = instrument(
            demo,
            wave,
            indicators,
            catalogue.own_definitions(own)[1],
            NOTHING,
            NO_PILOT,
            languages(folder, demo.instruments.languages),
        )
        converted(xlsform(one))


def test_the_sheets_hold_consent_first_names_that_come_back_and_the_version():
    one = asked(CASES["everything"], short_list(("weavers", "debt_burden")))
    found = sheets(xlsform(one))
    survey, choices, (settings,) = found["survey"], found["choices"], found["settings"]
    shown = [row for row in survey if row["type"] not in ("start", "end", "calculate")]
    assert [row["name"] for row in shown[:3]] == ["consent_part", "consent_note", "consent"]
    assert settings["version"] == one.version
    assert settings["form_id"] == form_id(one) == "tiny_baseline"
    assert settings["default_language"] == "English (en)"
    asked_names = [row["name"] for row in survey if not row["type"].startswith(("begin", "end_"))]
    assert {"respondent", "enumerator", "poverty_group", "gender", "household", "eligible_members"} <= set(
        asked_names
    )
    assert set(catalogue.questions()) <= set(asked_names)
    every_name = Counter(row["name"].casefold() for row in survey if "name" in row)
    assert [name for name, times in every_name.items() if times > 1] == []
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in every_name)
    pairs = Counter((row["list_name"], row["name"]) for row in choices)
    assert max(pairs.values()) == 1
    assert {row["name"] for row in choices if row["list_name"] == "yes_no"} == {"yes", "no"}
    listed = {row["type"].split()[1] for row in survey if row["type"].startswith("select_one")}
    assert listed == {row["list_name"] for row in choices}
    required = [row["name"] for row in survey if row.get("required")]
    assert required == ["consent", "respondent", "poverty_group"]
    for row in survey:
        if row["type"] in ("integer", "decimal"):
            assert row["constraint"]
            assert row["constraint_message::English (en)"]
            assert row["constraint_message::Français (fr)"]
        if "name" in row and row["type"] not in ("start", "end", "calculate"):
            assert row["label::English (en)"]
            assert row["label::Français (fr)"]


def test_nothing_is_shown_without_consent():
    rows = sheets(xlsform(asked(CASES["everything"])))["survey"]
    depth, open_ones = 0, []
    for row in rows:
        if row["type"].startswith("begin"):
            open_ones.append(row)
        elif row["type"].startswith("end_"):
            open_ones.pop()
        elif row["name"] not in ("start", "end", "wave", "consent_note", "consent"):
            above = [*(one.get("relevant", "") for one in open_ones), row.get("relevant", "")]
            assert any("${consent} = 'yes'" in one for one in above), row["name"]
            depth = max(depth, len(open_ones))
    assert depth == 1


def test_a_group_s_own_questions_are_shown_to_that_group_alone():
    one = asked(plan(), short_list(("weavers", "workdays_month"), ("weavers", "written_contract")))
    rows = {row.get("name"): row for row in sheets(xlsform(one))["survey"]}
    assert "poverty_group" not in rows["income"]["relevant"]
    part = rows["security_of_work_and_trade"]
    assert part["relevant"] == "${consent} = 'yes' and (${poverty_group} = 'weavers')"
    assert "relevant" not in rows["workdays_month"]
    mixed = asked(plan(), short_list(("weavers", "income_covers_needs"), ("owners", "income_in_kind")))
    rows = {row.get("name"): row for row in sheets(xlsform(mixed))["survey"]}
    assert rows["in_kind_help"]["relevant"] == "${poverty_group} = 'owners'"
    assert "relevant" not in rows["income_month"]


def test_the_group_has_to_be_named_only_where_questions_depend_on_it():
    alike = {row.get("name"): row for row in sheets(xlsform(asked(plan())))["survey"]}
    assert "required" not in alike["poverty_group"]
    assert not {"poverty_group"} & {
        row.get("name") for row in sheets(xlsform(asked(CASES["without groups"])))["survey"]
    }


def test_the_same_instrument_gives_the_same_bytes():
    one = asked(CASES["everything"], short_list(("weavers", "debt_burden")))
    indicators = catalogue.standard_indicators()
    first = form_files(one, CASES["everything"], indicators)
    again = form_files(
        asked(CASES["everything"], short_list(("weavers", "debt_burden"))), CASES["everything"], indicators
    )
    assert first == again
    assert all(one.version in name for name in first)
    for name, (content, _) in first.items():
        if name.endswith((".xlsx", ".docx")):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                core = archive.read("docProps/core.xml").decode()
                assert set(re.findall(r"\d{4}-\d{2}-\d{2}T", core)) == {"2004-12-04T"}, name


def text_of(page: str) -> str:
    tree = lxml.html.document_fromstring(page)
    for style in tree.xpath("//style"):
        style.drop_tree()
    return re.sub(r"\s+", " ", tree.text_content())


@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_printable_form_asks_the_same_and_asks_nothing_of_the_network(code):
    one = asked(CASES["everything"], short_list(("weavers", "debt_burden")))
    page = form(one, code)
    tree = lxml.html.document_fromstring(page)
    assert not tree.xpath("//script | //link | //img | //*[@src]")
    assert tree.get("lang") == code
    text = text_of(page)
    for _, item in one.questions:
        assert re.sub(r"\s+", " ", item.label[code]) in text
        for answer in item.answers:
            assert answer.label[code] in text
    numbers = [int(one.text) for one in tree.xpath("//span[@class='number']") if one.text]
    roster = len(catalogue.roster())
    assert numbers == list(range(roster + 1, len(one.questions) + 1))
    assert one.version in page


def test_what_a_plan_says_is_text_and_never_markup_or_a_reference():
    groups = [GROUPS[0], {**GROUPS[1], "label": PAYLOAD}]
    one = asked(
        plan(assessment={"title": PAYLOAD, "cluster": PAYLOAD}, poverty_group=groups),
        short_list(("owners", "workdays_month")),
    )
    assert "<script>alert(1)</script>" not in form(one, "en")
    assert "<script>" not in converted(xlsform(one))
    files = form_files(one, plan(), catalogue.standard_indicators())
    for name, (content, _) in files.items():
        if name.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                assert "<script>" not in archive.read("word/document.xml").decode()


def paragraphs(content: bytes) -> list[tuple[str, str]]:
    """Return style and words of each paragraph of a Word file that is in no table."""
    docx = pytest.importorskip("docx")
    return [(one.style.name, one.text) for one in docx.Document(io.BytesIO(content)).paragraphs]


def test_the_guides_are_ordered_by_the_indicators_and_leave_room_for_answers():
    docx = pytest.importorskip("docx")
    one = asked(plan(), short_list(("weavers", "workdays_month"), ("weavers", "debt_burden")))
    files = form_files(one, plan(), catalogue.standard_indicators())
    guides = {name.removeprefix("baseline-"): content for name, (content, _) in files.items()}
    version = one.version
    interview = guides[f"interview-guide-{version}.docx"]
    words = paragraphs(interview)
    assert words[0] == ("Title", "Interview guide")
    assert [text for style, text in words if style == "Heading 1"] == [
        "Before you begin: consent",
        "The respondent",
        "Income",
        "Security of work and trade",
        "Questions to ask in private",
        "At the end",
    ]
    weavers, owners = (guides[f"focus-group-{group}-{version}.docx"] for group in ("weavers", "owners"))
    labels = {name: catalogue.standard_indicators()[name].label for name in one.indicators["weavers"]}
    assert [text for style, text in paragraphs(weavers) if style == "Heading 2"] == list(labels.values())
    assert [text for style, text in paragraphs(owners) if style == "Heading 2"] == [labels["income_month"]]
    tables = docx.Document(io.BytesIO(weavers)).tables
    matrix = next(table for table in tables if table.cell(0, 0).text == "What is assessed")
    assert [row.cells[0].text for row in matrix.rows][1:-2] == list(labels.values())
    prompts = catalogue.standard_indicators()["workdays_month"].prompts
    said = [text for style, text in paragraphs(weavers) if style == "List Bullet"]
    for key in ("importance", "change", "reasons", "future"):
        assert f"{key.capitalize()}: {getattr(prompts, key)}" in said
    paper = docx.Document(io.BytesIO(weavers)).paragraphs
    asked_last = next(at for at, one in enumerate(paper) if one.text == f"Future: {prompts.future}")
    kept = [one.paragraph_format.keep_with_next for one in paper[asked_last - 3 : asked_last + 5]]
    assert kept == [True] * 7 + [None]
    for table in tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    section = docx.Document(io.BytesIO(weavers)).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert version in section.footer.paragraphs[0].text
    assert "PAGE" in section.footer.paragraphs[0]._p.xml


def test_without_python_docx_the_rest_is_written(monkeypatch):
    from tasks.publish import guides

    monkeypatch.setattr(guides, "available", lambda: False)
    names = form_files(asked(plan()), plan(), catalogue.standard_indicators())
    assert [name.rsplit(".", 1)[1] for name in names] == ["xlsx", "html", "html"]


def test_the_choices_of_a_question_are_those_that_the_indicators_know():
    found = sheets(xlsform(asked(CASES["everything"])))["choices"]
    listed = pd.DataFrame(found).groupby("list_name")["name"].apply(list)
    for name, question in catalogue.questions().items():
        if question.choices:
            assert listed[name] == [choice.name for choice in question.choices]
    assert listed["poverty_group"] == ["weavers", "owners"]
