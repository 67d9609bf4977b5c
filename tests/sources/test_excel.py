from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from tasks import packed
from tasks.reading import Unreadable
from tests.sourced import arranged, notes, reconciles, told


def workbook(fill, sheets=("A",)) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name in sheets:
        fill(book.add_worksheet(name), book)
    book.close()
    return stream.getvalue()


def merged(sheet, book):
    sheet.write(0, 0, "Table 7")
    sheet.merge_range(1, 0, 2, 0, "Region")
    sheet.merge_range(1, 1, 1, 2, "2019")
    sheet.write_row(2, 1, ["Men", "Women", "Code"])
    sheet.write_row(3, 0, ["007", 12.219, 13, "A1"])
    sheet.write_row(4, 0, ["NA", "", "1.234,5", 2.0])


WIDE = {
    "header_row": 2,
    "header_rows": 2,
    "columns": {"area": "Region"},
    "unpivot": {"pattern": "2019 / (.*)", "into": "sex"},
    "dimensions": {"code": "Code"},
}


def test_merged_headers_of_several_rows():
    result = arranged("excel", workbook(merged), **WIDE)
    assert result.problems == []
    assert result.frame[["area", "dimensions", "value"]].values.tolist() == [
        ["007", "code=A1; sex=Men", 12.219],
        ["007", "code=A1; sex=Women", 13],
        ["NA", "code=2; sex=Women", 1234.5],
    ]
    assert result.rows.tolist() == [4, 4, 5]
    assert notes(result)["header cells filled"] == "as the merged cells say"
    assert reconciles(result)


def test_formulas_hidden_rows_and_truth_values_are_told():
    def fill(sheet, book):
        sheet.write_row(0, 0, ["Region", "Jobs"])
        sheet.write_row(1, 0, ["x", 6])
        sheet.write(2, 0, "y")
        sheet.write_formula(2, 1, "=B2*2", None, 12)
        sheet.write_row(3, 0, ["z", 7])
        sheet.set_row(3, None, None, {"hidden": True})

    result = arranged("excel", workbook(fill), columns={"area": "Region", "value": "Jobs"})
    assert result.frame["value"].tolist() == [6, 12, 7]
    assert notes(result)["cells that are formulas"] == "1, with the values last saved"
    assert notes(result)["hidden rows, read like the others"] == "1 (row 4)"

    def truth(sheet, book):
        sheet.write_row(0, 0, ["Region", "Jobs"])
        sheet.write_row(1, 0, ["x", 6])
        sheet.write_row(2, 0, ["y", True])

    found = arranged("excel", workbook(truth), columns={"area": "Region", "value": "Jobs"})
    assert [(one.row, one.column) for one in found.problems] == [(3, "Jobs")]


def test_headers_that_are_not_merged_are_filled_to_the_right():
    def fill(sheet, book):
        sheet.write_row(0, 0, ["Region", "2019", "", "2020"])
        sheet.write_row(1, 0, ["", "Men", "Women", "Men"])
        sheet.write_row(2, 0, ["x", 1, 2, 3])

    result = arranged(
        "excel",
        workbook(fill),
        header_rows=2,
        columns={"area": "Region"},
        unpivot={"pattern": r"2019 / (.*)", "into": "sex"},
    )
    assert result.frame["dimensions"].tolist() == ["sex=Men", "sex=Women"]
    assert notes(result)["columns not used"] == "2020 / Men"


def test_numbers_of_the_workbook_are_never_ambiguous():
    def fill(sheet, book):
        sheet.write_row(0, 0, ["Place", "Figure"])
        sheet.write_row(1, 0, ["a", 12.219])
        sheet.write_row(2, 0, ["b", "12,219"])

    columns = {"area": "Place", "value": "Figure"}
    assert "3 Figure: '12,219' is 12219 with a decimal point" in told(
        arranged("excel", workbook(fill), columns=columns)
    )
    result = arranged("excel", workbook(fill), columns=columns, decimal=".")
    assert result.frame["value"].tolist() == [12.219, 12219]


@pytest.mark.parametrize(("formula", "error"), [("=1/0", "#DIV/0!"), ("=NA()", "#N/A")])
def test_a_cell_in_error_is_told_and_not_read_as_empty(formula, error):
    def fill(sheet, book):
        sheet.write_row(0, 0, ["Place", "Figure", "Other"])
        sheet.write_row(1, 0, ["a", 5])
        sheet.write(2, 0, "b")
        sheet.write_formula(2, 1, formula, None, error)
        sheet.write_formula(1, 2, formula, None, error)

    columns = {"area": "Place", "value": "Figure"}
    assert told(arranged("excel", workbook(fill), columns=columns)).startswith(
        f"3 Figure: is an error of Excel ({error})"
    )
    kept = arranged("excel", workbook(fill), columns=columns, last_row=2)
    assert kept.problems == []


def test_a_code_that_excel_has_made_a_date_is_refused_and_can_be_given_back():
    def fill(sheet, book):
        sheet.write_row(0, 0, ["Place", "Figure", "Class"])
        sheet.write_row(1, 0, ["a", 5])
        sheet.write_datetime(1, 2, dt.datetime(2026, 3, 2), book.add_format({"num_format": "d-mmm"}))

    declared = {"columns": {"area": "Place", "value": "Figure"}, "dimensions": {"class": "Class"}}
    problems = told(arranged("excel", workbook(fill), **declared))
    assert "2 Class: is a date, and a code is expected" in problems
    assert '[source.recode.class]: "2026-03-02" = "the code"' in problems
    mended = arranged("excel", workbook(fill), **declared, recode={"class": {"2026-03-02": "2-3"}})
    assert mended.frame["dimensions"].tolist() == ["class=2-3"]


def test_a_sheet_is_named_where_there_are_several():
    def fill(sheet, book):
        sheet.write_row(0, 0, ["Place", "Figure"])
        sheet.write_row(1, 0, [sheet.get_name(), 5])

    content = workbook(fill, ("One", "Two"))
    columns = {"area": "Place", "value": "Figure"}
    assert arranged("excel", content, columns=columns, sheet="Two").frame["area"].tolist() == ["Two"]
    with pytest.raises(Unreadable, match="has more than one sheet"):
        arranged("excel", content, columns=columns)
    with pytest.raises(Unreadable, match="has no sheet 'Three'"):
        arranged("excel", content, columns=columns, sheet="Three")


def test_what_is_no_workbook_says_why(monkeypatch):
    with pytest.raises(Unreadable, match="cannot be opened as a zip archive"):
        arranged("excel", b"not a workbook")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(Unreadable, match="cannot be read as Excel"):
        arranged("excel", stream.getvalue())
    monkeypatch.setattr(packed, "LARGEST", 100)
    with pytest.raises(Unreadable, match="unfolds to more than"):
        arranged("excel", workbook(merged))
