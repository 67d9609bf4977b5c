"""Word and PDF of the report: everything that the page has, words for pictures, the same bytes again."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
import zlib

import pytest

from tasks.publish import files as files_module
from tasks.publish.files import report_files
from tasks.publish.pdf import pdf
from tasks.publish.word import shares, word
from tests.publish.conftest import PAGE

MADE = [("psia", "0.1.0"), ("Data as of", "2024-06-28"), ("Hash of the released tables", "ab" * 32)]


@pytest.fixture(scope="module")
def pango():
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("WeasyPrint or Pango is not installed")


@pytest.fixture(scope="module")
def document():
    docx = pytest.importorskip("docx")
    return docx.Document(io.BytesIO(word(PAGE, MADE)))


def test_word_has_headings_texts_and_lists_in_words_own_styles(document):
    written = [(one.style.name, one.text) for one in document.paragraphs if one.text]
    assert written[0] == ("Title", "Block printers")
    assert ("Heading 1", "1 Findings") in written
    assert ("Heading 2", "Earnings") in written
    assert ("Normal", "Women gained 12 % more.") in written
    assert ("List Bullet", "Debts became smaller") in written
    assert ("List Bullet", "Country: India") in written
    assert ("Quote", "The cloth goes up.") in written
    assert ("List Bullet", f"Hash of the released tables: {'ab' * 32}") in written
    assert not any("Contents" in text for _, text in written)


def test_word_has_tables_with_captions_and_heads_that_repeat(document):
    table = document.tables[0]
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells == [["Group", "Gained"], ["Women home workers", "Earnings; Days worked"]]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    captions = [one.text for one in document.paragraphs if one.style.name == "Caption"]
    assert captions == ["Table 1. Who gained"]


def test_each_picture_of_the_wide_page_has_words_and_fits(document):
    assert len(document.inline_shapes) == 1
    picture = document.inline_shapes[0]
    assert picture._inline.docPr.get("descr") == "Earnings Women earn more."
    assert picture.width.mm <= 170.1


def test_columns_share_the_whole_width_and_the_longer_text_gets_more():
    first, second = shares([["Group", "n"], ["a text of many words indeed", "12"]])
    assert first > second
    assert first + second == pytest.approx(1, abs=0.002)


def test_pdf_is_tagged_with_bookmarks_and_asks_for_no_network(pango, caplog):
    made = pdf(PAGE.replace("</main>", '<img alt="x" src="http://127.0.0.1:9/x.png"></main>'), "ab" * 32)
    assert made.startswith(b"%PDF-1.7")
    streams = re.findall(rb"stream\n(.*?)\nendstream", made, re.DOTALL)
    plain = made + b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x\xda"))
    assert b"/StructTreeRoot" in plain
    assert b"/Outlines" in plain
    assert b"pdfuaid" in plain
    assert "disallowed protocol" in caplog.text


def test_a_format_that_cannot_be_made_is_left_out_and_the_manifest_says_why(plan, all_tables, monkeypatch):
    def lacking(page, content_hash):
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(files_module, "pdf", lacking)
    asked = plan.model_copy(update={"report": plan.report.model_copy(update={"formats": ["pdf"]})})
    files, about = report_files(asked, all_tables, [], {})
    assert [one["format"] for one in about["left_out"]] == ["pdf"]
    assert "libpango" in about["left_out"][0]["because"]
    assert "report.pdf" not in files
    assert {"report.html", "annex.xlsx"} <= set(files)


def test_a_page_that_weasyprint_gives_up_on_is_left_out_and_all_else_is_made(
    plan, all_tables, monkeypatch, pango
):
    import weasyprint

    def gives_up(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(weasyprint.HTML, "write_pdf", gives_up)
    asked = plan.model_copy(update={"report": plan.report.model_copy(update={"formats": ["pdf"]})})
    files, about = report_files(asked, all_tables, [], {})
    assert "report.html" in files
    assert "report.pdf" not in files
    assert "from a browser" in about["left_out"][0]["because"]


def test_other_hash_seed_time_zone_locale_and_threads_give_the_same_bytes(pango):
    code = (
        "import sys, hashlib; from tests.publish.test_word_pdf import MADE, PAGE, pdf, word;"
        "print([hashlib.sha256(x).hexdigest() for x in (word(PAGE, MADE), pdf(PAGE, 'ab' * 32))])"
    )
    here = [hashlib.sha256(made).hexdigest() for made in (word(PAGE, MADE), pdf(PAGE, "ab" * 32))]
    other = {"PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", "LC_ALL": "C", "OMP_NUM_THREADS": "1"}
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], env={**os.environ, **other}, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == str(here)


def test_dates_within_word_are_fixed():
    with zipfile.ZipFile(io.BytesIO(word(PAGE, MADE))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2004, 12, 4, 0, 0, 0)}
