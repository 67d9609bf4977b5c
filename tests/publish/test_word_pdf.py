"""Word and PDF of the report: everything that the page has, words for pictures, the same bytes again."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import re
import subprocess
import sys
import zipfile
import zlib
from typing import Any

import pytest

from tasks.publish import files as files_module
from tasks.publish.docx_table import Cell, fitted
from tasks.publish.files import report_files
from tasks.publish.html import render
from tasks.publish.pdf import pdf, printable
from tasks.publish.textsize import width
from tasks.publish.word import word
from tasks.state import ROOT
from tasks.tongue import speaking
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
    size, (first, second) = fitted([[Cell("Group"), Cell("n")], [Cell("many words indeed"), Cell("12")]], 100)
    assert size == 8.5
    assert first > second
    assert first + second == pytest.approx(100, abs=0.2)


def test_letters_become_smaller_before_a_word_is_broken():
    heads = [Cell(name) for name in ("Poverty group", "Verdict", "Estimate", "associational")]
    row = [Cell("subcontractors"), Cell("uncertain"), Cell("−1\u202f030 to −462"), Cell("associational")]
    (roomy, _), (tight, widths) = fitted([heads, row], 170), fitted([heads, row], 78)
    assert tight < roomy
    assert widths[0] > len("subcontractors") * tight * 0.5 * 25.4 / 72


SPANNING = """<html><body><h1>x</h1><main><table><caption>c</caption>
<thead><tr><th>Group</th><th class="numeric">Change</th><th>Verdict</th></tr></thead><tbody>
<tr><th scope="colgroup" colspan="3"><span>Earnings</span> <span class="note">INR a month</span></th></tr>
<tr><th>Women</th><td class="numeric"><div><span>12</span> <span class="note">10 to 14</span></div></td>
<td>▲</td></tr>
</tbody></table></main></body></html>"""


def test_what_stands_together_is_parted_only_where_smaller_letters_do_not_help():
    interval = "−700 to +1 670"
    rows = [[Cell("Indicator"), Cell("Interval")], [Cell("Income"), Cell(interval, together=True)]]
    roomy, tight = fitted(rows, 60), fitted(rows, 30)
    assert roomy[1][1] > width(interval, 8) * 25.4 / 72
    assert tight[1][1] < width(interval, 8) * 25.4 / 72
    assert sum(tight[1]) == pytest.approx(30, abs=0.2)


def test_a_note_below_a_figure_asks_for_a_wider_column():
    name, noted = Cell("A name of some words"), Cell("45.4", "44.4 to 46.4; 578 people", is_figure=True)
    _, (_, bare) = fitted([[Cell("Indicator"), Cell("July")], [name, Cell("45.4", is_figure=True)]], 160)
    _, (_, wide) = fitted([[Cell("Indicator"), Cell("July")], [name, noted]], 160)
    assert wide > 1.5 * bare


def test_no_row_of_a_table_stands_alone_on_a_page():
    docx = pytest.importorskip("docx")
    body = "".join(f"<tr><th>{row}</th><td>1</td></tr>" for row in range(5))
    head = "<thead><tr><th>Row</th><th>n</th></tr></thead>"
    page = f"<html><body><h1>t</h1><main><table>{head}<tbody>{body}</tbody></table></main></body></html>"
    (table,) = docx.Document(io.BytesIO(word(page, MADE))).tables
    stays = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert stays == [True, True, None, None, True, None]


def test_a_verdict_that_is_contested_says_so():
    docx = pytest.importorskip("docx")
    said = '<span class="value">▲ gained</span> <strong class="contested">contested</strong>'
    item = f"<ul><li><div class='said'>{said}</div><div><p>Women earn more.</p></div></li></ul>"
    page = f"<html><body><h1>t</h1><main>{item}</main></body></html>"
    texts = [one.text for one in docx.Document(io.BytesIO(word(page, MADE))).paragraphs]
    assert "▲ gained, contested. Women earn more." in texts


def test_where_a_file_comes_from_is_said_once():
    docx = pytest.importorskip("docx")
    said = "".join(f"<p>{what}: {words}</p>" for what, words in MADE)
    page = PAGE.replace("</main>", f"{said}</main>")
    assert page != PAGE
    written = [one.text for one in docx.Document(io.BytesIO(word(page, MADE))).paragraphs]
    assert "About this file" not in written
    assert "About this file" in [one.text for one in docx.Document(io.BytesIO(word(PAGE, MADE))).paragraphs]


def test_a_line_above_a_part_spans_the_table_and_notes_stand_below():
    docx = pytest.importorskip("docx")
    (table,) = docx.Document(io.BytesIO(word(SPANNING, MADE))).tables
    above = table.rows[1]._tr.tc_lst
    assert [one.grid_span for one in above] == [3]
    assert table.rows[1].cells[0].text == "Earnings\nINR a month"
    figure = table.rows[2].cells[1]
    assert [one.text for one in figure.paragraphs] == ["12", "10\u00a0to\u00a014"]
    assert "right" in str(figure.paragraphs[0].alignment).lower()


def test_small_pictures_stand_in_one_line_each_with_its_words():
    docx = pytest.importorskip("docx")
    panel = '<svg xmlns="http://www.w3.org/2000/svg" width="276" height="60"><title>{}</title></svg>'
    panels = "".join(panel.format(name) for name in ("women", "men", "all"))
    page = f'<html><body><h1>x</h1><main><div class="panels">{panels}</div></main></body></html>'
    document = docx.Document(io.BytesIO(word(page, MADE)))
    (line,) = [one for one in document.paragraphs if one._p.xpath(".//w:drawing")]
    told = [one.get("descr") for one in line._p.xpath(".//wp:docPr")]
    assert told == ["women", "men", "all"]
    assert sum(one.width.mm for one in document.inline_shapes) <= 170


def test_a_wide_map_stands_on_a_page_across_and_the_report_goes_on_upright():
    docx = pytest.importorskip("docx")
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="600"><title>map</title></svg>'
    chain = f'<div class="map across"><h3>The chain</h3><figure>{drawing}</figure></div>'
    page = f"<html><body><h1>x</h1><main><p>before</p>{chain}<p>after</p></main></body></html>"
    document = docx.Document(io.BytesIO(word(page, MADE)))
    turned = [round(one.page_width.mm) > round(one.page_height.mm) for one in document.sections]
    assert turned == [False, True, False]
    assert document.inline_shapes[0].width.mm > 200
    assert all(one.footer.is_linked_to_previous for one in list(document.sections)[1:])


def test_on_paper_too_a_wide_map_alone_lies_across(pango):
    import weasyprint

    style = (ROOT / "reports" / "style.css").read_text()
    rows = "".join(f"<tr><th>{row}</th></tr>" for row in range(90))
    table = f'<div class="table"><table><caption>c</caption><tbody>{rows}</tbody></table></div>'
    body = f'<main><p>before</p><div class="map across"><h3>The chain</h3></div>{table}</main>'
    laid_out = weasyprint.HTML(string=f"<style>{style}</style>{body}").render()
    turned = [page.width > page.height for page in laid_out.pages]
    assert turned[:3] == [False, True, False]
    assert not any(turned[2:])


def test_a_claim_has_its_letter_and_a_lead_in_stays_with_its_table():
    docx = pytest.importorskip("docx")
    claims = '<dl><div><dt><span class="letter">A</span> Goes together.</dt><dd>Not by lot.</dd></div></dl>'
    table = "<table><caption>c</caption><thead><tr><th>a</th></tr></thead><tr><td>b</td></tr></table>"
    signed = table.replace("<td>b", "<td><span>?</span> <span>uncertain</span>")
    told = f'<h3>Actions</h3><p>Of nine, one.</p><div class="table">{table}</div><p>Then.</p>'
    beside = f'<div class="beside"><div class="table">{signed}</div></div>'
    told += f"<h3>Growth</h3><p>Inside <b>more</b>.</p>{beside}"
    page = f"<html><body><h1>x</h1><main>{claims}{told}</main></body></html>"
    document = docx.Document(io.BytesIO(word(page, MADE)))
    written = {one.text: one for one in document.paragraphs}
    assert "A. Goes together. Not by lot." in written
    assert written["Of nine, one."].paragraph_format.keep_with_next
    assert not written["Then."].paragraph_format.keep_with_next
    assert written["Inside more."].paragraph_format.keep_with_next
    assert document.tables[1].cell(1, 0).text == "?\u00a0uncertain"


def office(*, without: str = "", words: str = "Our letter") -> bytes:
    """Return the template of an office: its own page, fonts, colours, head and foot, and a text."""
    import docx
    from docx.shared import Mm, Pt

    made: Any = docx.Document()
    made.styles["Heading 1"].font.name = "Garamond"
    made.styles["Normal"].font.size = Pt(13)
    made.sections[0].page_width, made.sections[0].page_height = Mm(216), Mm(279)
    made.sections[0].header.paragraphs[0].text = "Ministry of Looms"
    made.sections[0].footer.paragraphs[0].text = "For the files"
    made.add_paragraph(words)
    made.core_properties.keywords = "draft of somebody"
    if without:
        made.styles[without].delete()
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


@pytest.mark.parametrize("lacking", ["", "List Bullet", "Caption", "Table Grid"])
def test_the_styles_page_head_and_foot_of_an_office_are_taken_over(lacking):
    docx = pytest.importorskip("docx")
    template = office(without=lacking)
    content = word(PAGE, MADE, template)
    made: Any = docx.Document(io.BytesIO(content))
    written = [(one.style.name, one.text) for one in made.paragraphs if one.text]
    assert written[0] == ("Title", "Block printers")
    assert ("Heading 1", "1 Findings") in written
    sign = "•\u00a0" if lacking == "List Bullet" else ""
    assert ("List Bullet", f"{sign}Country: India") in written
    assert ("Caption", "Table 1. Who gained") in written
    assert made.tables[0].style.name == "Table Grid"
    assert made.styles["Heading 1"].font.name == "Garamond"
    assert round(made.sections[0].page_width.mm) == 216
    assert made.sections[0].header.paragraphs[0].text == "Ministry of Looms"
    assert [one.text for one in made.sections[0].footer.paragraphs] == ["For the files"]
    assert "Our letter" not in {text for _, text in written}
    assert made.core_properties.keywords == ""
    assert word(PAGE, MADE, template) == content


def test_pdf_is_tagged_with_bookmarks_and_asks_for_no_network(pango, caplog):
    made = pdf(PAGE.replace("</main>", '<img alt="x" src="http://127.0.0.1:9/x.png"></main>'), "ab" * 32)
    assert made.startswith(b"%PDF-1.7")
    streams = re.findall(rb"stream\n(.*?)\nendstream", made, re.DOTALL)
    plain = made + b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x\xda"))
    assert b"/StructTreeRoot" in plain
    assert b"/Outlines" in plain
    assert b"pdfuaid" in plain
    assert "disallowed protocol" in caplog.text


def test_making_a_pdf_of_the_style_of_the_report_logs_nothing(pango, caplog):
    caplog.set_level(logging.INFO)
    style = (ROOT / "reports" / "style.css").read_text(encoding="utf-8")
    assert "@media screen and" in style
    pdf(PAGE.replace("</head>", f"<style>{style}</style></head>", 1), "ab" * 32)
    assert [one.getMessage() for one in caplog.records] == []
    assert weasyprint_tells("Font-face %r cannot be loaded", "serif")


def weasyprint_tells(message: str, *of: object) -> bool:
    """Return whether a warning of WeasyPrint gets through."""
    logger = logging.getLogger("weasyprint")
    record = logger.makeRecord(logger.name, logging.WARNING, __file__, 1, message, of, None)
    return bool(logger.filter(record))


def test_the_page_is_laid_out_without_what_only_a_screen_shows():
    laid_out = printable(
        PAGE.replace("<td>", "<td data-label='Gained' role='cell'><div>").replace("</td>", "</div></td>")
    )
    assert "Contents" not in laid_out
    assert laid_out.count("<svg") == PAGE.count("<svg") - 1
    assert "<td><ul><li>Earnings</li>" in laid_out
    assert "viewbox" in laid_out.lower()
    assert laid_out.index("<style>") < laid_out.index("</head>")


def test_nothing_tells_of_the_start_of_weasyprint_either(pango):
    """A library that a run loads may have all logged: the lines of the run stay by themselves."""
    code = (
        "import logging; logging.basicConfig(level=logging.INFO);"
        "from tests.publish.test_word_pdf import PAGE, pdf; pdf(PAGE, 'ab' * 32)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stderr == ""


def test_what_shows_more_rows_on_a_telephone_is_in_neither_format():
    docx = pytest.importorskip("docx")
    more = '<label class="more"><input type="checkbox"> Show all 20 rows</label>'
    page = PAGE.replace("</table>", f"</table>{more}")
    assert "Show all" not in printable(page)
    document = docx.Document(io.BytesIO(word(page, MADE)))
    assert not any("Show all" in one.text for one in document.paragraphs)


@pytest.mark.slow
def test_no_word_of_the_pdf_leaves_the_page(pango, plan, all_tables, provenance):
    """The widest tables too: what a screen lets scroll would be cut on paper."""
    import weasyprint

    laid_out = weasyprint.HTML(string=printable(render(plan, all_tables, provenance))).render()
    words = 0
    for number, page in enumerate(laid_out.pages, start=1):
        box = page._page_box
        edge = box.position_x + box.margin_left + box.width
        for one in box.descendants():
            if type(one).__name__ == "TextBox" and not one.position_x > edge:  # not of the margin
                words += 1
                assert one.position_x + one.width <= edge + 1, f"page {number}: {one.text}"
    assert words > 3000


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


def test_word_knows_the_language_of_the_report():
    for code, tag, caption in (("en", "en-GB", "Table 1. "), ("fr", "fr", "Tableau 1. ")):
        with speaking(code):
            made = word(PAGE, MADE)
        with zipfile.ZipFile(io.BytesIO(made)) as parts:
            styles = parts.read("word/styles.xml").decode()
            assert set(re.findall(r'<w:lang [^>]*w:val="([^"]+)"', styles)) == {tag}
            assert caption in parts.read("word/document.xml").decode()
