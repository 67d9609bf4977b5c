from __future__ import annotations

import decimal
import io

import pandas as pd
import pytest

from tasks import packed
from tasks.reading import Unreadable
from tests.sourced import arranged, reconciles


def test_types_of_parquet_are_kept():
    frame = pd.DataFrame(
        {
            "place": pd.Categorical(["007", "NA", "x"]),
            "jobs": [decimal.Decimal("12.219"), None, decimal.Decimal("7.000")],
            "year": [2011, 2011, 2012],
        }
    )
    stream = io.BytesIO()
    frame.to_parquet(stream)
    columns = {"area": "place", "value": "jobs", "period": "year"}
    result = arranged("parquet", stream.getvalue(), columns=columns)
    assert result.frame[["area", "period", "value"]].values.tolist() == [
        ["007", "2011", 12.219],
        ["x", "2012", 7],
    ]
    assert reconciles(result)


def test_a_file_that_unfolds_to_too_much_is_refused(monkeypatch):
    stream = io.BytesIO()
    pd.DataFrame({"a": range(1000)}).to_parquet(stream)
    monkeypatch.setattr(packed, "LARGEST", 100)
    with pytest.raises(Unreadable, match="more than is read here"):
        arranged("parquet", stream.getvalue())
