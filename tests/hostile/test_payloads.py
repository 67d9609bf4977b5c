"""Fifty payloads in every text field: no script, formula, file or network in any output."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from html import escape

import lxml.html
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from tasks.publish.annex import annex
from tasks.publish.html import render
from tasks.publish.pdf import pdf
from tasks.publish.tables import as_csv
from tasks.publish.word import word
from tests.publish.conftest import PAGE, invented_plan, invented_provenance, invented_tables
from tests.publish.test_html import free_text_columns
from tests.publish.test_word_pdf import MADE

PAYLOADS = (
    *("<script>alert(1)</script>", "</script><script src=//127.0.0.1:9/x.js></script>", "<ScRiPt>alert(1)//"),
    *(
        '"><img src=x onerror=alert(1)>',
        "'><svg onload=alert(1)>",
        "<svg/onload=alert(1)>",
        "<body onload=a()>",
    ),
    *("<iframe src=javascript:alert(1)>", "<a href=javascript:alert(1)>x</a>", "javascript:alert(1)"),
    *("<object data=file:///etc/passwd>", "<embed src=file:///etc/passwd>", "<img src=file:///etc/passwd>"),
    *("<link rel=stylesheet href=//127.0.0.1:9/x>", "<link rel=attachment href=file:///etc/passwd>"),
    *("<style>@import url(http://127.0.0.1:9/)</style>", "<base href=http://127.0.0.1:9/>"),
    *("<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>", "<form action=http://127.0.0.1:9/>"),
    *(
        '" style="background:url(http://127.0.0.1:9/x)',
        "' autofocus onfocus=alert(1) x='",
        "`onclick=alert(1)`",
    ),
    *("</title></desc></svg></style><b>x</b>", "<!--", "-->", "]]>", "<![CDATA[", "<?xml version='1.0'?>"),
    *("&lt;script&gt;", "&#60;script&#62;", "\\u003cscript\\u003e", "%3Cscript%3E", "+ADw-script+AD4-"),
    *(
        "{{ 7 * 191 }}",
        "{% raw %}{{ 7 * 191 }}",
        "{{ ''.__class__.__mro__ }}",
        "{# x #}",
        "${7*191}",
        "#{7*191}",
    ),
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")'),
    *('=WEBSERVICE("http://127.0.0.1:9/")', "[x](javascript:alert(1))", "![x](file:///etc/passwd)"),
    *("\u202ealert\u2066", "a\u0000b", "\ufeff=1+1", "\u2028alert(1)"),
)
ADDRESSES = (
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "background",
    "poster",
    "{http://www.w3.org/1999/xlink}href",
)
NOT_IN_XML = re.compile("[\x00\ufffe\uffff\ud800-\udfff]")


def poisoned(tables: dict[str, pd.DataFrame], start: int, *, first: bool) -> dict[str, pd.DataFrame]:
    """Return the tables with another payload in each text cell, before what it says or behind it."""
    payloads = itertools.cycle(PAYLOADS[start:] + PAYLOADS[:start])
    known = {"actor", "indicator", "poverty_group", "wave", "arm", "finding", "institution", "source"}
    out = {}
    for name, table in tables.items():
        out[name] = table.copy()
        for column in free_text_columns(name):
            if column not in known:
                cells = [
                    one if pd.isna(one) else (next(payloads) + one if first else one + next(payloads))
                    for one in table[column]
                ]
                out[name][column] = pd.Series(cells, index=table.index, dtype=table[column].dtype)
    return out


def shape(page: str) -> tuple[set[tuple[str, str]], set[str], Counter[str]]:
    """Return the elements with their attributes, the addresses, and how many elements there are that act."""
    tree = lxml.html.document_fromstring(page)
    elements = [one for one in tree.iter() if isinstance(one.tag, str)]
    return (
        {(one.tag, name) for one in elements for name in one.attrib},
        {value for one in elements for name, value in one.attrib.items() if name in ADDRESSES},
        Counter(
            one.tag for one in elements if one.tag in ("script", "img", "link", "b", "style", "base", "meta")
        ),
    )


@pytest.fixture(scope="module")
def all_tables() -> dict[str, pd.DataFrame]:
    return invented_tables()


def test_there_are_fifty():
    assert len(set(PAYLOADS)) >= 50


@pytest.mark.parametrize("start", [0, 17])
def test_the_page_has_the_same_elements_and_leads_nowhere(all_tables, start):
    plan, provenance = invented_plan(), invented_provenance()
    clean = shape(render(plan, all_tables, provenance))
    page = render(plan, poisoned(all_tables, start, first=start > 0), provenance)
    attributes, addresses, acting = shape(page)
    assert not [name for _, name in attributes if name.startswith("on")]
    assert attributes <= clean[0]
    assert acting == clean[2]
    assert not [one for one in addresses if not one.startswith("#") and one not in clean[1]]
    assert "1337" not in lxml.html.document_fromstring(page).text_content()


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 10))
def test_the_workbook_and_the_csv_have_no_formula(all_tables, start):
    tables = {name: frame for name, frame in poisoned(all_tables, start, first=True).items() if len(frame)}
    content = annex(tables, MADE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            assert not re.search(rb"<f[ >/]|ddeLink|externalLink|TargetMode=.External", part), name
    risky = re.compile(r"^[\s\ufeff]*[=+\-@]")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in book.sheet_names:
        for row in book.get_sheet_by_name(sheet).to_python():
            assert not [cell for cell in row if isinstance(cell, str) and risky.match(cell)], sheet
    for name, frame in tables.items():
        told = pd.read_csv(io.StringIO(as_csv(frame)), dtype=str, keep_default_na=False)
        for column in frame.columns[frame.dtypes == "string"]:
            assert not told[column].str.match(risky).any(), (name, column)


def test_word_says_the_payloads_and_leads_nowhere():
    said = "".join(f"<p>{escape(NOT_IN_XML.sub('', one))}</p>" for one in PAYLOADS)
    content = word(PAGE.replace("</section>", f"{said}</section>"), MADE)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = archive.read("word/document.xml").decode()
        links = b"".join(archive.read(one) for one in archive.namelist() if one.endswith(".rels"))
    assert "TargetMode" not in links.decode()
    assert not re.search(r"<w:(hyperlink|object|instrText)\b", body)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body


def test_the_pdf_reads_no_file_and_no_network_whatever_the_page_asks_for(tmp_path):
    pytest.importorskip("weasyprint")
    canary = tmp_path / "canary.svg"
    canary.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>Canary4711</text></svg>')
    place = canary.as_uri()
    asked = (
        f'<img alt="x" src="{place}"><object data="{place}"></object><embed src="{place}">'
        f'<link rel="attachment" href="{place}"><a rel="attachment" href="{place}">x</a>'
        f'<link rel="stylesheet" href="{place}"><style>@import url({place}); '
        f"p {{ background: url({place}) }} @font-face {{ font-family: x; src: url({place}) }}</style>"
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{place}"/>'
        f'<use href="{place}#a"/></svg><img alt="x" src="http://127.0.0.1:9/x.png">'
    )
    opened: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching[0] and (event == "socket.connect" or (event == "open" and "canary" in str(arguments[0]))):
            opened.append(f"{event} {arguments}")

    sys.addaudithook(watch)
    try:
        made = pdf(PAGE.replace("</section>", f"{asked}</section>"), "ab" * 32)
    finally:
        watching[0] = False
    assert opened == []
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    plain = made + b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x\xda"))
    assert b"Canary4711" not in plain
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|SubmitForm|GoToR)\b", plain)


def test_the_pdf_says_the_payloads_and_does_nothing():
    pytest.importorskip("weasyprint")
    said = "".join(f"<p>{escape(NOT_IN_XML.sub('', one))}</p>" for one in PAYLOADS)
    made = pdf(PAGE.replace("</section>", f"{said}</section>"), "ab" * 32)
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    plain = made + b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x\xda"))
    acts = (
        rb"/(JavaScript|JS|Launch|URI|EmbeddedFiles?|Filespec|SubmitForm|ImportData|GoToR|GoToE|OpenAction|AA"
        rb"|RichMedia)\b"
    )
    assert not re.search(acts, plain)
    if reader := shutil.which("pdftotext"):
        ended = subprocess.run([reader, "-", "-"], input=made, capture_output=True, check=True)  # noqa: S603
        text = ended.stdout.decode()
        flat = re.sub(r"\s", "", text)
        said = ("<script>alert(1)</script>", "file:///etc/passwd", "{{ 7 * 191 }}", '=HYPERLINK("http://x")')
        assert [one for one in said if re.sub(r"\s", "", one) not in flat] == []
        assert "1337" not in text
