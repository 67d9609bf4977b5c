from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from schemas.faults import Refused
from tasks import files


def unseal(content: bytes) -> bytes:
    return content


def read(folder, table="mapping/actors"):
    received = files.read_table(folder, table, unseal)
    assert received is not None
    return received


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mapping").mkdir()
    return tmp_path


FRAME = pd.DataFrame({"actor": ["007", "NA"], "firms": [3.0, None]})


def test_text_stays_text(folder):
    (folder / "mapping/actors.csv").write_text("actor,firms\n007,3\nNA,\n", encoding="utf-8-sig")
    received = read(folder)
    assert received.frame["actor"].tolist() == ["007", "NA"]
    assert received.frame["firms"].isna().tolist() == [False, True]
    assert received.rows.tolist() == [2, 3]


@pytest.mark.parametrize("kind", ["parquet", "dta", "sav", "xlsx", "sheet"])
def test_every_format_gives_the_same_table(folder, kind):
    path = folder / "mapping" / f"actors.{kind}"
    if kind == "parquet":
        FRAME.to_parquet(path)
    elif kind == "dta":
        FRAME.to_stata(path, write_index=False)
    elif kind == "sav":
        import pyreadstat

        pyreadstat.write_sav(FRAME, str(path))  # pyright: ignore[reportArgumentType] -- its type is a dummy
    elif kind == "xlsx":
        FRAME.to_excel(path, index=False, engine="xlsxwriter")
    else:
        FRAME.to_excel(folder / "mapping/mapping.xlsx", index=False, sheet_name="actors", engine="xlsxwriter")
    received = read(folder)
    assert files.as_text(received.frame["actor"]).tolist() == ["007", "NA"]
    assert files.as_text(received.frame["firms"]).tolist()[0] == "3"
    assert received.frame["firms"].isna().tolist() == [False, True]


def test_a_table_in_two_places_is_refused(folder):
    (folder / "mapping/actors.csv").write_text("actor\nx\n")
    FRAME.to_parquet(folder / "mapping/actors.parquet")
    with pytest.raises(Refused, match=r"actors\.csv and mapping/actors\.parquet"):
        read(folder)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"actor,label\nx,\xff\xfe\n", "not UTF-8"),
        (b"actor,actor\nx,y\n", "two columns bear this name"),
        (b"actor,\nx,y\n", "column 2 has no name"),
        (b"actor,label\nx,y,z,zz\n", "cannot be read as CSV"),
        (b"actor;label\nx;y,z\n", "separated by semicolons. Save it as 'CSV UTF-8' with commas"),
        (b"actor\tlabel\nx\ty\n", "separated by tabs"),
    ],
)
def test_what_cannot_be_read_says_why(folder, content, told):
    (folder / "mapping/actors.csv").write_bytes(content)
    with pytest.raises(Refused, match=told):
        read(folder)


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "dta", "sav"])
def test_a_file_that_is_not_what_its_name_says_is_refused(folder, suffix):
    (folder / f"mapping/actors.{suffix}").write_bytes(b"not what it says")
    with pytest.raises(Refused, match="cannot be read as"):
        read(folder)


@pytest.mark.parametrize(
    ("kind", "cells", "bad"),
    [
        ("number", ["1", "2.5", "-3e2", None], []),
        ("number", ["1", "x", "inf", "nan", "1,5"], [1, 2, 3, 4]),
        ("integer", ["1", "2.0", "2.5"], [2]),
        ("flag", ["yes", "No", "1", "maybe"], [3]),
        ("yes_no", ["oui", "non", "0", "2"], [3]),
    ],
)
def test_cells_that_do_not_fit_their_type_are_found(kind, cells, bad):
    _, wrong = files.typed(pd.Series(cells, dtype="string"), kind)
    assert wrong[wrong].index.tolist() == bad


CELLS = [
    "a",
    '"a"',
    'a"b',
    '"a""b"',
    '"a\nb"',
    "",
    ' "a"',
    '"a" ',
    '"a"b',
    '"',
    '""',
    "1,5",
    '"1,5"',
    " ",
    "0",
]


@given(
    st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_csv_read_fast_is_read_as_pandas_reads_it(rows, ending):
    text = ending.join(",".join(row) for row in rows)
    found = files._regular_cells(text, ",")
    if found is not None:
        pd.testing.assert_frame_equal(found, files._loose_cells(text, ","))


def test_a_row_cut_short_is_refused_with_its_number(folder):
    for content, told in (
        ("actor,firms,workers\na,1,2\n\nb,1\n", "row 4 has 2 of 3 cells"),
        ('actor,firms,workers\na,"1\n2",2\nb', "row 3 has 1 of 3 cells"),
    ):
        (folder / "mapping/actors.csv").write_text(content)
        with pytest.raises(Refused, match=told):
            read(folder)
    (folder / "mapping/actors.csv").write_text("actor,firms,workers\na,1,2\n\n  \n")
    assert len(read(folder).frame) == 2


@given(
    st.lists(
        st.one_of(
            st.floats().map(repr),
            st.integers().map(str),
            st.text(alphabet="0123456789.eE+-xX_ nai,\t", max_size=5),
            st.none(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_numbers_typed_at_once_are_those_typed_one_by_one(cells):
    together = files.typed(pd.Series(cells, dtype="string"), "number")
    apart = [files.typed(pd.Series([cell, "no number"], dtype="string"), "number") for cell in cells]
    assert together[1].tolist() == [bool(bad.iloc[0]) for _, bad in apart]
    assert together[0].tolist() == pytest.approx([float(one.iloc[0]) for one, _ in apart], nan_ok=True)


@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False),
            st.floats(-1e16, 1e16),
            st.floats(-1e5, 1e5).map(lambda one: round(one, 2)),
            st.integers(-(10**15), 10**15).map(float),
        ),
        min_size=1,
    )
)
def test_a_column_of_figures_is_written_as_each_of_its_cells_is(cells):
    together = pd.Series(files._column_text(cells))
    assert together.tolist() == [files.cell_text(cell) for cell in cells]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_a_column_of_words_is_trimmed_as_each_of_its_cells_is(cells):
    together = pd.Series(files._column_text(cells))
    assert [None if pd.isna(one) else one for one in together] == [files.cell_text(one) for one in cells]


def test_a_cell_in_error_is_told_by_its_place_and_not_read_as_empty(tmp_path):
    path = tmp_path / "mapping" / "actors.xlsx"
    path.parent.mkdir()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["actor", "firms"])
        sheet.write_row(1, 0, ["weavers", 12])
        sheet.write_string(2, 0, "traders")
        saved: Any = "#DIV/0!"
        sheet.write_formula(2, 1, "=1/0", None, saved)
    with pytest.raises(Refused) as refused:
        read(tmp_path)
    (fault,) = refused.value.faults
    assert (fault.file, fault.row, fault.column) == ("mapping/actors.xlsx", 3, "firms")
    assert "#DIV/0!" in fault.rule


PERSON = {"name": "Zelphine Devi", "phone": "9829012345"}
NESTED = {
    "struct": pa.array([PERSON]),
    "list": pa.array([list(PERSON.values())]),
    "records": pa.array([[PERSON]]),
    "map": pa.array([list(PERSON.items())], pa.map_(pa.string(), pa.string())),
    "fixed": pa.array([list(PERSON.values())], pa.list_(pa.string(), 2)),
    "bytes": pa.array([b"Zelphine Devi"]),
}


@pytest.mark.parametrize("kind", NESTED)
def test_a_parquet_column_of_more_than_one_value_a_cell_is_refused_by_name(folder, kind):
    parquet.write_table(pa.table({"actor": ["a"], "who": NESTED[kind]}), folder / "mapping/actors.parquet")
    with pytest.raises(Refused) as refused:
        read(folder)
    (fault,) = refused.value.faults
    assert (fault.file, fault.column) == ("mapping/actors.parquet", "who")
    assert ("binary values" if kind == "bytes" else "lists or records") in fault.rule
    assert "Zelphine" not in str(refused.value)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), "dictionary"])
def test_text_of_a_parquet_file_that_is_not_utf_8_is_refused_by_column(folder, kind):
    raw = pa.array([b"Jos\xe9", b"Asha"])
    as_text = raw.cast(pa.binary() if kind != pa.large_string() else pa.large_binary())
    texts = as_text.view(kind if kind != "dictionary" else pa.string())
    if kind == "dictionary":
        texts = pa.DictionaryArray.from_arrays(pa.array([0, 1]), texts)
    parquet.write_table(pa.table({"actor": ["a", "b"], "who": texts}), folder / "mapping/actors.parquet")
    with pytest.raises(Refused) as refused:
        read(folder)
    (fault,) = refused.value.faults
    assert (fault.column, fault.rule) == ("who", "holds text that is not UTF-8")


def test_every_plain_type_of_a_parquet_file_is_read(folder):
    cells = {
        "text": pa.array(["007", None]),
        "word": pa.array(["a", None]).dictionary_encode(),
        "whole": pa.array([1, None], pa.int32()),
        "share": pa.array([0.5, None]),
        "money": pa.array([Decimal("1.50"), None]),
        "flag": pa.array([True, None]),
        "day": pa.array([dt.date(2026, 1, 2), None]),
        "moment": pa.array([dt.datetime(2026, 1, 2, 10), None]),
        "time": pa.array([dt.time(10, 30), None]),
        "nothing": pa.nulls(2),
        "actor": pa.array(["a", "b"]),
    }
    parquet.write_table(pa.table(cells), folder / "mapping/actors.parquet")
    first = {name: str(one) for name, one in read(folder).frame.iloc[0].items()}
    assert first == {
        "text": "007",
        "word": "a",
        "whole": "1.0",
        "share": "0.5",
        "money": "1.50",
        "flag": "True",
        "day": "2026-01-02",
        "moment": "2026-01-02",
        "time": "10:30:00",
        "nothing": "<NA>",
        "actor": "a",
    }
