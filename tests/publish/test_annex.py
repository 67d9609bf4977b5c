"""The workbook of tables and the description of the CSV files: complete, without formulas, the same again."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from tasks.publish.annex import annex, sheet_names
from tasks.publish.files import report_files

MADE = [("psia", "0.1.0"), ("Data as of", "2024-06-28"), ("Hash of the released tables", "ab12")]


@pytest.fixture(scope="module")
def book(all_tables) -> bytes:
    return annex(all_tables, MADE)


def parts(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_each_table_with_rows_is_a_sheet_with_all_its_rows(book, all_tables):
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    kept = [name for name in sorted(all_tables) if len(all_tables[name])]
    names = sheet_names(kept)
    assert read.sheet_names == ["Contents", "Columns", *names.values()]
    for table, sheet in names.items():
        head, *rows = read.get_sheet_by_name(sheet).to_python()
        assert head == list(all_tables[table].columns)
        assert len(rows) == len(all_tables[table])


def test_it_says_version_date_and_hash(book):
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("Contents").to_python()
    assert [(row[0], row[2]) for row in rows[1:4]] == MADE


def test_heads_are_fixed_filtered_and_noted_and_there_is_no_formula(book):
    written = parts(book)
    sheets = {n: text for n, text in written.items() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)}
    assert not any("<f>" in text or "<f " in text for text in sheets.values())
    assert all('state="frozen"' in text for text in sheets.values())
    tables = {n: text for n, text in sheets.items() if not n.endswith("/sheet1.xml")}
    assert all("<autoFilter" in text for text in tables.values())
    assert any("in the indicator" in text for n, text in written.items() if "comments" in n)


def test_a_text_like_a_formula_stays_a_text(all_tables):
    findings = all_tables["findings"].copy()
    findings.loc[findings.index[0], "statement"] = "=HYPERLINK(1)"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(annex({"findings": findings}, MADE)))
    head, first, *_ = rows.get_sheet_by_name("findings").to_python()
    assert first[head.index("statement")] == "'=HYPERLINK(1)"


def test_the_same_tables_give_the_same_bytes(book, all_tables):
    assert annex(dict(reversed(all_tables.items())), MADE) == book


def test_names_of_sheets_are_short_and_differ():
    long = "a_table_whose_name_is_very_long_indeed"
    names = sheet_names([f"{long}_1", f"{long}_2", "contents"])
    assert len({name.lower() for name in names.values()} | {"contents"}) == 4
    assert max(map(len, names.values())) <= 31


def test_the_data_package_tells_of_each_file(plan, all_tables):
    files, about = report_files(plan, all_tables, [], {})
    package = json.loads(files["datapackage.json"])
    assert package["content_hash"] == about["content_hash"]
    assert {one["path"] for one in package["resources"]} == {n for n in files if n.startswith("tables/")}
    for one in package["resources"]:
        content = files[one["path"]]
        assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        fields = [field["name"] for field in one["schema"]["fields"]]
        assert fields == list(pd.read_csv(io.BytesIO(content), nrows=1).columns)
        assert set(one["schema"]["primaryKey"]) <= set(fields)
