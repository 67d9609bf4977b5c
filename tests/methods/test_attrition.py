from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.attrition import attrition


def baseline() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "respondent": list("abcdefgh"),
            "arm": ["programme"] * 5 + ["comparison"] * 3,
            "poverty_group": ["weavers", "weavers", "traders", "traders", None] + ["weavers"] * 3,
        }
    )


def test_counts_by_group() -> None:
    later = pd.DataFrame({"respondent": list("abcfz")})
    table = attrition(baseline(), later, ["arm", "poverty_group"])
    expected = [
        ["comparison", "weavers", 1, 2, pytest.approx(2 / 3)],
        ["programme", "traders", 1, 1, 0.5],
        ["programme", "weavers", 2, 0, 0.0],
    ]
    assert table.values.tolist() == expected
    whole = attrition(baseline(), later)
    assert whole.values.tolist() == [[4, 4, 0.5]]


def test_nobody_counts_twice_in_a_group_and_totals_may_be_stacked_below() -> None:
    first = baseline()
    stacked = pd.concat([first, first.assign(arm="all", poverty_group="all"), first])
    later = first[["respondent"]].head(4)
    table: Any = attrition(stacked, later, ["arm", "poverty_group"]).set_index("arm")
    assert table.loc["all", ["interviewed", "lost"]].tolist() == [4, 4]
    assert table.loc["comparison", ["interviewed", "lost"]].tolist() == [0, 3]


@given(kept=st.sets(st.sampled_from("abcdefgh")), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_who_is_not_lost_was_interviewed(kept: set[str], seed: int) -> None:
    first = baseline().sample(frac=1, random_state=seed)
    table = attrition(first, pd.DataFrame({"respondent": sorted(kept)}), ["arm"])
    assert (table["interviewed"] + table["lost"]).tolist() == [3, 5]
    assert table["interviewed"].sum() == len(kept)
    assert table["rate"].between(0, 1).all()


def test_names_of_columns_do_not_matter() -> None:
    first = baseline().rename(columns={"arm": "size", "respondent": "unit"})
    table = attrition(first, first[["unit"]], ["size"], unit="unit")
    assert table["size"].tolist() == ["comparison", "programme"]
    assert table["lost"].tolist() == [0, 0]


def test_an_empty_baseline_has_no_rate() -> None:
    table = attrition(baseline().head(0), baseline())
    assert table[["interviewed", "lost"]].values.tolist() == [[0, 0]]
    assert np.isnan(table["rate"].iloc[0])
    assert attrition(baseline().head(0), baseline(), ["arm"]).empty


def test_bad_tables_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no column 'village'"):
        attrition(baseline(), baseline(), ["village"])
    with pytest.raises(ValueError, match="without an entry"):
        attrition(baseline(), baseline().assign(respondent=None))
