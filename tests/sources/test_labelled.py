from __future__ import annotations

import pandas as pd
import pyreadstat
import pytest

from tasks.reading import Unreadable
from tests.sourced import arranged, notes, reconciles

COLUMNS = {"area": "region", "value": "jobs"}


@pytest.fixture
def stata(tmp_path) -> bytes:
    frame = pd.DataFrame({"region": [1, 2, 3], "jobs": [12.219, "b", 7.0], "code": ["007", "NA", ""]})
    path = tmp_path / "f.dta"
    pyreadstat.write_dta(
        frame,  # pyright: ignore[reportArgumentType] -- its type is a dummy
        str(path),
        variable_value_labels={"region": {1: "North", 2: "South"}, "jobs": {"b": "refused"}},  # pyright: ignore[reportArgumentType]
        missing_user_values={"jobs": ["b"]},
    )
    return path.read_bytes()


@pytest.fixture
def spss(tmp_path) -> bytes:
    frame = pd.DataFrame({"region": [1.0, 2.0, 3.0], "jobs": [12.219, -99.0, 7.0], "code": ["007", "NA", ""]})
    path = tmp_path / "f.sav"
    pyreadstat.write_sav(
        frame,  # pyright: ignore[reportArgumentType] -- its type is a dummy
        str(path),
        variable_value_labels={"region": {1: "North", 2: "South"}, "jobs": {-99: "not asked"}},  # pyright: ignore[reportArgumentType]
        missing_ranges={"jobs": [{"lo": -99, "hi": -90}]},
    )
    return path.read_bytes()


def test_stata_codes_by_their_labels_and_missing_codes_told(stata):
    result = arranged("stata", stata, columns=COLUMNS, dimensions={"code": "code"})
    assert result.frame[["area", "dimensions", "value"]].values.tolist() == [
        ["North", "code=007", 12.219],
        ["3", "total", 7],
    ]
    assert notes(result)["missing code '.b' (refused) in jobs"] == "cells: 1"
    assert reconciles(result)


def test_spss_codes_by_their_labels_and_user_missing_told(spss):
    result = arranged("spss", spss, columns=COLUMNS, dimensions={"code": "code"})
    assert result.frame[["area", "dimensions", "value"]].values.tolist() == [
        ["North", "code=007", 12.219],
        ["3", "total", 7],
    ]
    assert notes(result)["missing code '-99' (not asked) in jobs"] == "cells: 1"
    assert reconciles(result)


def test_codes_of_text_with_labels_stay_text(tmp_path):
    frame = pd.DataFrame({"region": ["01", "02"], "jobs": [1.5, 2.5]})
    labels = {"region": {"01": "North"}}
    path = tmp_path / "f.sav"
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)  # pyright: ignore[reportArgumentType]
    result = arranged("spss", path.read_bytes(), columns=COLUMNS)
    assert result.frame["area"].tolist() == ["North", "02"]


def test_a_numeric_code_may_be_declared_missing_too(spss):
    result = arranged("spss", spss, columns=COLUMNS, missing=["7"])
    assert result.frame["value"].tolist() == [12.219]


def test_a_filter_sees_the_labels(spss):
    result = arranged("spss", spss, columns=COLUMNS, filter="region = 'North'")
    assert result.frame["area"].tolist() == ["North"]


@pytest.mark.parametrize(("reader", "kind"), [("stata", "Stata"), ("spss", "SPSS"), ("parquet", "Parquet")])
def test_what_is_no_such_file_says_why(reader, kind):
    with pytest.raises(Unreadable, match=f"cannot be read as {kind}"):
        arranged(reader, b"not what it says")
