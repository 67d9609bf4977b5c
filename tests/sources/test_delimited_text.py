from __future__ import annotations

import gzip
import io
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import packed
from tasks.reading import Unreadable
from tests.sourced import arranged, notes, reconciles, told

PLACES = {"columns": {"area": "Place", "value": "Figure"}}


def text(content: str | bytes, **declared):
    raw = content if isinstance(content, bytes) else content.encode()
    return arranged("delimited_text", raw, **{**PLACES, **declared})


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8, by its byte-order mark"),
        ("utf-16", "UTF-16, by its byte-order mark"),
        ("iso-8859-1", "ISO-8859-1: reads 'Forlì'"),
    ],
)
def test_an_encoding_is_found_and_told(encoding, name):
    result = text("Place,Figure\nForlì,1\n".encode(encoding))
    assert result.frame["area"].tolist() == ["Forlì"]
    assert notes(result)["encoding"] == name


def test_an_encoding_that_is_declared_is_not_sniffed():
    content = "Place,Figure\nŁódź,1\n".encode("windows-1250")
    assert text(content, encoding="windows-1250").frame["area"].tolist() == ["Łódź"]
    with pytest.raises(Unreadable, match="is not UTF-8 text"):
        text(content, encoding="UTF-8")
    with pytest.raises(Unreadable, match="is no encoding"):
        text(content, encoding="klingon")


@pytest.mark.parametrize(("sign", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_a_delimiter_is_found_and_told(sign, name):
    result = text(f"Place{sign}Figure\nAgra{sign}7\n")
    assert result.frame["value"].tolist() == [7]
    assert notes(result)["delimiter"] == name


def test_decimal_commas_do_not_make_a_semicolon_file_one_of_commas():
    result = text("Place;Figure\nAgra;1,5\nPune;2,25\n")
    assert result.frame["value"].tolist() == [1.5, 2.25]
    assert notes(result)["decimal sign"] == "comma: '1,5' decides (column Figure, row 2)"


def test_a_delimiter_that_cannot_be_told_is_asked_for():
    content = "Place, town;Figure\nAgra;1,5\nPune;2,5\n"
    with pytest.raises(Unreadable, match="can be parted by"):
        text(content)
    declared = {"columns": {"area": "Place, town", "value": "Figure"}, "delimiter": ";"}
    assert text(content, **declared).frame["value"].tolist() == [1.5, 2.5]


@pytest.mark.parametrize("figures", [["12,219", "7"], ["1.234", "5.678"]])
def test_figures_that_can_be_read_in_two_ways_are_refused(figures):
    content = "Place;Figure\n" + "".join(f"a{i};{figure}\n" for i, figure in enumerate(figures))
    result = text(content)
    assert f"2 Figure: '{figures[0]}' is " in told(result)
    assert 'Declare decimal = "." or decimal = ","' in told(result)
    assert not len(result.frame)
    assert text(content, decimal=".").problems == []


def test_figures_that_contradict_each_other_are_refused():
    result = text("Place;Figure\na;1.5\nb;2,5\n")
    assert "'1.5' can only have a decimal point, and '2,5' (row 3, column Figure) only a decimal" in told(
        result
    )


def test_codes_stay_what_they_are():
    content = "Place,Code,Figure\nNA,007,1\nNULL,02-Mar,2\nnan,1E5,3\n"
    result = text(content, dimensions={"code": "Code"})
    assert result.frame["area"].tolist() == ["NA", "NULL", "nan"]
    assert result.frame["dimensions"].tolist() == ["code=007", "code=02-Mar", "code=1E5"]
    assert notes(result)["looks like a date in place of a code"] == "column Code, row 3: '02-Mar'"


def test_a_code_that_became_a_date_is_given_back():
    recode = {"code": {"02-Mar": "2-3"}}
    result = text("Place,Code,Figure\na,02-Mar,2\n", dimensions={"code": "Code"}, recode=recode)
    assert result.frame["dimensions"].tolist() == ["code=2-3"]
    assert "looks like a date in place of a code" not in notes(result)


def test_missing_codes_are_declared_or_no_figures():
    content = "Place,Figure\nNA,NA\nb,..\nc,5\n"
    assert "2 Figure: 'NA' is not a number" in told(text(content))
    result = text(content, missing=["NA", ".."])
    assert result.frame[["area", "value"]].values.tolist() == [["c", 5]]
    assert notes(result)["missing code 'NA' in Figure"] == "cells: 1"
    assert reconciles(result)


def test_a_figure_with_a_mark_is_given_in_the_plan():
    result = text("Place,Figure\na,12.5 p\nb,7\n", recode={"value": {"12.5 p": "12.5"}})
    assert result.frame["value"].tolist() == [12.5, 7]


def test_totals_are_left_out_if_declared_and_told_if_not():
    content = "Place,Figure\na,1\nTOTAL,3\nInsgesamt,4\nb,2\n"
    result = text(content, totals={"column": "Place", "words": ["total"]})
    assert result.frame["area"].tolist() == ["a", "Insgesamt", "b"]
    assert notes(result)["rows left out: total ('total')"] == "1"
    assert notes(result)["looks like a total, and is kept"] == "column Place: 'Insgesamt' (row 4)"
    assert reconciles(result)


def test_lines_above_the_header_and_below_the_table():
    content = "Office of figures\n\nPlace,Figure\na,1\n\nb,2\nSource: us,\n"
    result = text(content, header_row=3, last_row=6)
    assert result.frame["area"].tolist() == ["a", "b"]
    assert result.rows.tolist() == [4, 6]
    assert notes(result)["rows left out: empty row"] == "1"
    assert notes(result)["rows left out: after last_row"] == "1"
    assert reconciles(result)
    assert "Row 3 has it: declare header_row = 3" in told(text(content))


def test_a_row_with_more_cells_than_the_header_is_told():
    assert "3 : has more cells than the header" in told(text("Place,Figure\na,1\nb,2,3\n"))


def test_header_rows_are_joined():
    content = "Place,2019,,2020,\n,men,women,men,women\na,1,2,3,4\n"
    result = text(
        content,
        header_rows=2,
        columns={"area": "Place"},
        unpivot={"pattern": r"\d{4} / .*", "into": "year and sex"},
    )
    assert result.frame["dimensions"].tolist() == [
        f"year and sex={year} / {sex}" for year in (2019, 2020) for sex in ("men", "women")
    ]
    assert result.frame["value"].tolist() == [1, 2, 3, 4]


def test_a_wide_file_becomes_long_and_reconciles():
    content = "Place,2019,2020,Note\na,1.5,2,x\nb,,4,y\n"
    unpivot = {"pattern": r"\d{4}", "into": "period"}
    result = text(content, columns={"area": "Place"}, unpivot=unpivot)
    assert result.frame[["area", "period", "value"]].values.tolist() == [
        ["a", "2019", 1.5],
        ["a", "2020", 2],
        ["b", "2020", 4],
    ]
    assert notes(result)["columns not used"] == "Note"
    assert reconciles(result)


def test_a_filter_leaves_out_and_counts():
    result = text("Place,Big Area,Figure\na,x,1\nb,y,2\n", filter="\"Big Area\" = 'x'")
    assert result.frame["area"].tolist() == ["a"]
    assert notes(result)["rows left out: does not fit the filter"] == "1"
    assert "the filter names the column" in told(text("Place,Figure\na,1\n", filter="nowhere = 'x'"))


def test_cells_are_filled_down_if_declared():
    result = text("Place,Sex,Figure\na,m,1\n,f,2\n", fill_down=["Place"], dimensions={"sex": "Sex"})
    assert result.frame["area"].tolist() == ["a", "a"]


YEARS = {"pattern": r"\d{4}", "into": "period"}
WRONG = [
    (
        {"columns": {"area": "Plaze", "value": "Figure"}},
        "'Plaze' is not a column of the file. The nearest is 'Place'",
    ),
    (
        {"columns": {"arena": "Place", "value": "Figure"}},
        "'arena' is not a column of staged.statistics. The nearest is 'area'",
    ),
    ({"columns": {"area": "Place"}}, "nothing says where the figures are"),
    ({"recode": {"statu": {"a": "b"}}}, "'statu' is recoded, and is neither a column"),
    ({"unpivot": YEARS}, "no column of the file fits the pattern"),
    ({"unpivot": {"columns": ["Figure"], "into": "period", "value": "area"}}, "which is no figure of"),
    (
        {
            "columns": {"area": "Place", "value": "Figure", "status": "Place"},
            "values": {"status": "measured"},
        },
        "stands under columns and under values",
    ),
    ({"dimensions": {"a=b": "Place"}}, "the name of a dimension holds = or ;"),
    ({"values": {"value": "many"}, "columns": {"area": "Place"}}, "values.value: is not a number"),
]


@pytest.mark.parametrize(("declared", "rule"), WRONG)
def test_a_plan_that_does_not_fit_the_file_is_told(declared, rule):
    assert rule in told(text("Place,Figure\na,1\n", **declared))


def test_a_column_that_nothing_fills_is_asked_for():
    how = {"columns": {"area": "Place", "value": "Figure"}, "without": ("status",)}
    result = text("Place,Figure\na,1\n", **how)
    assert "nothing says what the status is" in told(result)
    assert "one of measured, estimated, provisional, printed, suppressed" in told(result)


def test_other_targets_are_fed():
    content = "Code;Branch;Firms;Jobs\n007;15.2;12;1.234,5\n"
    result = text(
        content,
        target="staged.regional_industries",
        columns={"region": "Code", "industry": "Branch", "firms": "Firms", "employment": "Jobs"},
        values={"year": "2011", "size": "all", "status": "measured"},
    )
    (row,) = result.frame.to_dict("records")
    assert (row["region"], row["industry"], row["firms"], row["employment"]) == ("007", "15.2", 12, 1234.5)


def test_half_a_firm_is_no_firm():
    result = text(
        "Code,Firms\n1,1.5\n",
        target="staged.regional_industries",
        columns={"region": "Code", "firms": "Firms"},
        values={"year": "2011", "industry": "all", "size": "all", "status": "measured"},
    )
    assert "2 firms: is not a whole number" in told(result)


def test_packed_files_are_opened_with_a_limit(monkeypatch):
    content = b"Place,Figure\na,1\n"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/data.csv", content)
        archive.writestr("readme.md", "x")
    for packed_content in (stream.getvalue(), gzip.compress(content)):
        assert text(packed_content).frame["area"].tolist() == ["a"]
    monkeypatch.setattr(packed, "LARGEST", 10)
    for packed_content in (stream.getvalue(), gzip.compress(content)):
        with pytest.raises(Unreadable, match="unfolds to more than"):
            text(packed_content)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 broken", "cannot be opened as a zip archive"),
        (b"\x1f\x8b broken", "cannot be unpacked"),
        (b"P\0l\0a\0c\0e\0", "is not text in UTF-8"),
    ],
)
def test_what_cannot_be_read_says_why(content, rule):
    with pytest.raises(Unreadable, match=rule):
        text(content)


LABELS = st.text(
    st.characters(min_codepoint=48, max_codepoint=0xFF, categories=["L", "N"]), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        LABELS, st.decimals(min_value=-(10**9), max_value=10**9, places=3), min_size=1, max_size=8
    ),
    st.sampled_from([";", "\t", "|"]),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "none")]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"]),
)
def test_what_is_declared_gives_back_the_figures(table, delimiter, signs, encoding):
    decimal, thousands = signs
    parting = "" if thousands == "none" else thousands
    written = {
        place: f"{figure:,f}".replace(",", "_").replace(".", decimal).replace("_", parting)
        for place, figure in table.items()
    }
    lines = [f"Place{delimiter}Figure", *(f"{place}{delimiter}{cell}" for place, cell in written.items())]
    result = text(
        "\n".join(lines).encode(encoding),
        delimiter=delimiter,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
    )
    assert result.problems == []
    assert dict(zip(result.frame["area"], result.frame["value"], strict=True)) == {
        place: float(figure) for place, figure in table.items()
    }
    assert reconciles(result)


def test_the_order_of_rows_changes_nothing():
    lines = ["a;1.234,5", "b;12.219", "c;7"]
    one, other = (
        text("Place;Figure\n" + "\n".join(order)).frame.sort_values("area").reset_index(drop=True)
        for order in (lines, lines[::-1])
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ('Place,Figure,Note\nA,5,"13 inch\nB,6,x\nC,7,y"\nD,8,z\n', "row 2"),
        ('Place,Figure,Note\nA,5,"13 inch\nB,6,x\nC,7,y\nD,8,z\n', "not closed"),
    ],
)
def test_rows_that_a_stray_quotation_mark_swallows_are_told(content, rule):
    with pytest.raises(Unreadable) as refused:
        text(content)
    assert rule in " ".join(f"row {one.row} {one.rule}" for one in refused.value.problems)


def test_a_line_break_within_a_note_is_no_fault():
    result = text('Place,Figure,Note\nA,5,"first line\nsecond line"\nB,6,x\n')
    assert result.frame["value"].tolist() == [5.0, 6.0]
    reconciles(result)


def test_zero_bytes_are_refused_under_a_declared_encoding_too():
    with pytest.raises(Unreadable, match="zero bytes"):
        text("Place,Figure\nA\0,5\n", encoding="UTF-8")


def test_rows_that_read_like_sums_are_told():
    found = notes(text("Place,Figure\nA,5\nGrand total,5\n"))
    assert "Grand total" in found["looks like a total, and is kept"]
