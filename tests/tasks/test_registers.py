"""Registers: one scan that sums and checks, the same figures as by hand, and faults with their row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from schemas.assessment import Register
from schemas.base import check
from schemas.secondary import RegionalIndustries
from tasks import registers
from tasks.state import digest

COLUMNS = {"region": "region", "industry": "industry", "employment": "employment"}


def declared(file: str, grain: str = "establishments", **more) -> Register:
    columns = COLUMNS | more.pop("columns", {})
    given = {"source": "reg", "file": file, "grain": grain, "year": "2026", "columns": columns} | more
    return Register.model_validate(given)


def establishments(rows: int = 4000) -> pd.DataFrame:
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "region": random.choice(["007", "NA", "Göttingen"], rows),
            "industry": random.choice(["15", "151", "G"], rows),
            "employment": random.choice([0, 1, 7, 49, 50, 249, 250, 3000], rows),
        }
    )


def scanned(folder: Path, data: pd.DataFrame | str, file: str, grain: str = "establishments", **more):
    path = folder / file
    if isinstance(data, str):
        path.write_text(data, encoding="utf-8")
    elif file.endswith(".csv"):
        data.to_csv(path, index=False, sep=more.get("delimiter", ","), decimal=more.get("decimal", "."))
    else:
        data.to_parquet(path, index=False)
    return registers.scan(path, declared(file, grain, **more), aside=folder / "aside")


@pytest.mark.parametrize("file", ["r.csv", "r.parquet"])
def test_the_aggregate_is_that_of_pandas(tmp_path, file):
    data = establishments()
    cells, regions, faults = scanned(tmp_path, data, file)
    assert faults == []
    assert not len(regions)
    assert check(cells, RegionalIndustries) == []
    size = pd.cut(data["employment"], [-1, 49, 249, np.inf], labels=["small", "medium", "large"]).astype(str)
    by_size = pd.concat([data.assign(size=size), data.assign(size="all")])
    by_hand = by_size.groupby(["region", "industry", "size"], as_index=False).agg(
        firms=("employment", "size"), employment=("employment", "sum")
    )
    got = cells[["region", "industry", "size", "firms", "employment"]]
    pd.testing.assert_frame_equal(got, by_hand, check_dtype=False)
    assert set(cells["status"]) == {"measured"}
    assert not (tmp_path / "aside").exists()


def test_fractions_sum_exactly_whatever_the_order_of_rows(tmp_path):
    data = establishments(30_000)
    data["employment"] = data["employment"] + 0.1
    text = data.assign(employment=data["employment"].map("{:.1f}".format))
    first = scanned(tmp_path, text.sample(frac=1, random_state=1), "a.csv")[0]
    second = scanned(tmp_path, data.sample(frac=1, random_state=2), "b.parquet")[0]
    pd.testing.assert_frame_equal(first, second)
    assert (first["employment"] == first["employment"].round(1)).all()


def test_a_semicolon_file_with_commas_for_decimals(tmp_path):
    text = 'region;industry;employment\nA;15;"3,5"\nA;15;4\n B ;15;1,25\n'
    cells, _, faults = scanned(tmp_path, text, "r.csv", delimiter=";", decimal=",")
    assert faults == []
    assert cells.loc[cells["size"] == "all", ["region", "employment"]].values.tolist() == [
        ["A", 7.5],
        ["B", 1.25],
    ]


def test_value_added_of_a_cell_that_lacks_one_is_missing(tmp_path):
    data = pd.DataFrame({"region": list("AAB"), "industry": "15", "employment": 3, "va": [2.5, None, -4.0]})
    cells, _, faults = scanned(tmp_path, data, "r.parquet", columns={"value_added": "va"})
    assert faults == []
    whole = cells[cells["size"] == "all"].set_index("region")["value_added"]
    assert pd.isna(whole["A"])
    assert whole["B"] == -4


BAD = {
    "a region is empty": ("employment", "region", 3, None, "row 5, column region: the region is empty"),
    "an industry is blank": (
        "employment",
        "industry",
        0,
        " ",
        "row 2, column industry: the industry is empty",
    ),
    "employment is negative": ("region", "employment", 2, "-1", "row 4, column employment: is negative"),
    "employment is empty": ("region", "employment", 2, None, "row 4, column employment: is empty"),
    "employment is a word": ("region", "employment", 1, "many", "row 3, column employment: is not a finite"),
    "employment is infinite": ("region", "employment", 1, "inf", "row 3, column employment: is not a finite"),
    "employment is no number": (
        "region",
        "employment",
        1,
        "nan",
        "row 3, column employment: is not a finite",
    ),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("file", ["r.csv", "r.parquet"])
def test_a_bad_row_is_told_with_its_number(tmp_path, what, file):
    _, column, row, value, told = BAD[what]
    data = establishments(50).astype("object")
    data.loc[row, column] = value
    data["employment"] = data["employment"].astype("string")
    if file.endswith(".parquet") and column == "employment" and value != "many":
        data["employment"] = data["employment"].astype("Float64").astype("float64")
        if value == "nan":  # Parquet's own NaN, which is a number to it, beside what is missing
            import pyarrow as pa
            import pyarrow.parquet as pq

            numbers = pa.array(data["employment"].to_numpy(), from_pandas=False)
            table = pa.Table.from_pandas(data.drop(columns="employment"), preserve_index=False)
            pq.write_table(table.append_column("employment", numbers), tmp_path / file)
            cells, _, faults = registers.scan(tmp_path / file, declared(file), aside=tmp_path / "aside")
            assert any(told in str(fault) for fault in faults), faults
            return
    cells, _, faults = scanned(tmp_path, data, file)
    assert not len(cells)
    assert any(told in str(fault) for fault in faults), [str(fault) for fault in faults]


def test_many_bad_rows_are_one_fault_with_their_number(tmp_path):
    data = establishments(500).assign(employment=-3)
    (fault,) = scanned(tmp_path, data, "r.parquet")[2]
    assert "row 2, column employment: is negative, in 500 rows; this is the first" in str(fault)


CELLS = """land,branch,jobs,firms,people,size
A,15,100,4,900,all
A,16,,,900,all
B,15,7,1,500,all
"""
CELL_COLUMNS = {
    "region": "land",
    "industry": "branch",
    "employment": "jobs",
    "firms": "firms",
    "population": "people",
    "size": "size",
}


def cells_of(folder: Path, text: str):
    return scanned(folder, text, "cells.csv", "cells", columns=CELL_COLUMNS)


def test_cells_are_taken_as_they_are_and_an_empty_one_is_suppressed(tmp_path):
    cells, regions, faults = cells_of(tmp_path, CELLS)
    assert faults == []
    assert cells["status"].tolist() == ["measured", "suppressed", "measured"]
    assert pd.isna(cells["employment"][1])
    assert regions[["region", "population"]].values.tolist() == [["A", 900.0], ["B", 500.0]]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("B,15,7", "A,15,7", "A, 15, all stands 2 times"),
        ("B,15,7,1,500,all", "B,15,7,1,500,tiny", "'tiny' is not a size of firm"),
        ("A,16,,,900", "A,16,,,901", "differs between the rows of one region"),
        ("B,15,7,1,", "B,15,7,1.5,", "row 4, column firms: is not a whole number"),
        ("B,15,7,1,500", "B,15,7,1,0", "row 4, column people: must be above 0"),
        ("B,15,7,", "B,15,x7,", "row 4, column jobs: is not a finite number"),
        ("B,15,7,1,500,all", 'B,15,7,1,500,"all', "cannot be read as CSV"),
        ("B,15,7,1,500,all", "B,15,7", "cannot be read as CSV"),
        (CELLS.partition("\n")[2], "", "has no row below its header"),
        ("land,", "Land area,", "'land' is not a column of cells.csv"),
    ],
)
def test_bad_cells_are_told(tmp_path, old, new, told):
    assert old in CELLS
    cells, _, faults = cells_of(tmp_path, CELLS.replace(old, new))
    assert not len(cells)
    assert any(told in str(fault) for fault in faults), [str(fault) for fault in faults]


def test_what_is_no_parquet_is_told_without_its_content(tmp_path):
    (fault,) = scanned(tmp_path, "secret", "r.parquet")[2]
    assert str(fault) == "r.parquet: cannot be read as Parquet. Write the file again"


def test_a_column_of_the_wrong_type_is_told(tmp_path):
    data = establishments(5).assign(region=[1.5] * 5)
    (fault,) = scanned(tmp_path, data, "r.parquet")[2]
    assert "column region: is neither text nor a whole number" in str(fault)


def test_an_unchanged_register_is_not_scanned_again_and_a_damaged_copy_is(tmp_path):
    path = tmp_path / "r.parquet"
    establishments(100).to_parquet(path)
    sha256 = digest(path)
    first = registers.read(tmp_path, declared("r.parquet"), path, sha256)
    assert first.scanned
    registers.keep(tmp_path, [first])
    content = path.read_bytes()
    path.unlink()  # the file itself is not opened again
    second = registers.read(tmp_path, declared("r.parquet"), path, sha256)
    assert not second.scanned
    pd.testing.assert_frame_equal(second.cells, first.cells)
    path.write_bytes(content)
    assert registers.read(tmp_path, declared("r.parquet"), path, "b" * 64).scanned
    assert registers.read(tmp_path, declared("r.parquet", small_below=10), path, sha256).scanned
    kept = tmp_path / "results" / "registers" / f"{first.key}.cells.parquet"
    kept.write_bytes(kept.read_bytes()[:200])
    assert registers.read(tmp_path, declared("r.parquet"), path, sha256).scanned
    registers.keep(tmp_path, [])
    assert not list(kept.parent.iterdir())


@pytest.mark.parametrize("file", ["r.csv", "r.parquet"])
def test_the_row_is_right_in_a_file_that_several_cores_read(tmp_path, file):
    data = pd.concat([establishments(4000)] * 75, ignore_index=True)
    data.loc[250_001, "region"] = None
    data.loc[290_000, "employment"] = -1
    told = sorted(str(fault) for fault in scanned(tmp_path, data, file)[2])
    assert told == [
        f"{file}, row 250003, column region: the region is empty. Fill it in",
        f"{file}, row 290002, column employment: is negative. Correct the cell",
    ]


def test_blanks_around_codes_do_not_tell_them_apart(tmp_path):
    data = pd.DataFrame({"region": ["A ", " A", "A"], "industry": "15", "employment": [1, 2, 3]})
    for file in ("r.csv", "r.parquet"):
        cells, _, faults = scanned(tmp_path, data, file)
        assert faults == []
        assert cells[["region", "size", "firms", "employment"]].values.tolist() == [
            ["A", "all", 3, 6.0],
            ["A", "small", 3, 6.0],
        ]


HEAD = "region,industry,employment\n"


@pytest.mark.parametrize(
    ("text", "more", "rule"),
    [
        (HEAD + "a,1,5\n#note\nb,2,6\n", {}, "row 3: cannot be read as CSV"),
        ("Register of firms\n" + HEAD + "a,1,5\n", {}, "'region' is not a column of r.csv"),
        (HEAD + '"a,1,7\nb,1,9\nc",2,8\n', {}, "row 2, column region: holds a line break"),
        (HEAD + "a\x00b,1,3\n", {}, "row 2, column region: holds a line break or another control"),
        ("region,industry,employment,Employment\na,1,4,400\n", {}, "column Employment: two columns bear"),
        (HEAD + "a,1,1_000\n", {}, "row 2, column employment: is not a finite number"),
        (
            HEAD.replace(",", ";") + "a;1;2,5\nb;1;1.234\n",
            {"delimiter": ";", "decimal": ","},
            "row 3, column employment: is not a finite number",
        ),
        ("", {}, "r.csv: cannot be read as CSV"),
    ],
)
def test_a_csv_is_read_as_it_stands_or_refused(tmp_path, text, more, rule):
    cells, _, faults = scanned(tmp_path, text, "r.csv", **more)
    assert rule in str(faults[0])
    assert not len(cells)


def test_a_count_beyond_what_a_double_holds_is_refused(tmp_path):
    data = pd.DataFrame({"region": ["a"], "industry": ["1"], "employment": [2**62]})
    _, _, faults = scanned(tmp_path, data, "r.parquet")
    assert "column employment: is not a finite number below 10 to the 14th" in str(faults[0])
