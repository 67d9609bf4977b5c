from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import TABLES, check, conform
from tasks import disclosure
from tasks.run import Run  # noqa: F401 -- declares every table

ESTIMATES = TABLES["mart.indicator_estimates"]


def estimates(respondents: list[int]) -> pd.DataFrame:
    size = len(respondents)
    return conform(
        pd.DataFrame(
            {
                "indicator": [f"i{n}" for n in range(size)],
                **dict.fromkeys(("category", "poverty_group", "gender", "difference", "arm"), "all"),
                "wave": "baseline",
                "estimate": [1.5] * size,
                "standard_error": [0.1] * size,
                "respondents": respondents,
                "design": "representative",
            }
        ),
        ESTIMATES,
    )


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_no_figure_and_no_count_of_fewer_than_ten_passes(respondents):
    frame = estimates(respondents)
    released = disclosure.release(frame, ESTIMATES, public=False)
    small = frame["respondents"] < 10
    assert released.loc[small, ["estimate", "standard_error", "respondents"]].isna().all(axis=None)
    assert (released["withheld_by"] == "threshold").tolist() == small.tolist()
    assert released.loc[~small, "estimate"].notna().all()
    assert not check(released, disclosure.released_contract(ESTIMATES))


def test_what_was_public_already_passes():
    released = disclosure.release(estimates([3]), ESTIMATES, public=True)
    assert released["estimate"].tolist() == [1.5]
    assert released["withheld_by"].tolist() == [""]


def test_firms_below_three_and_people_below_ten_are_not_told():
    actors = TABLES["staged.actors"]
    frame = conform(
        pd.DataFrame(
            {
                "actor": ["a", "b"],
                "label": ["A", "B"],
                "stage": "trade",
                "firms": [2, 3],
                "workers": [40, 9],
                "women": [0, 4],
            }
        ),
        actors,
    )
    released = disclosure.release(frame, actors, public=False)
    assert released["firms"].isna().tolist() == [True, False]
    assert released["workers"].isna().tolist() == [False, True]
    assert released["women"].isna().tolist() == [False, True]


@pytest.mark.parametrize("contract", disclosure.releasable(), ids=lambda c: c.about().name)
def test_a_released_table_counts_what_it_estimates(contract):
    """A table with an estimate has a count that decides whether it passes."""
    rule = contract.about().release
    columns = set(contract.to_schema().columns)
    if {"estimate", "change", "standard_error"} & columns:
        assert rule.count


def test_the_sizes_of_a_cell_are_withheld_together_and_quotients_are_rounded():
    cells = conform(
        pd.DataFrame(
            {
                "source": "reg",
                "year": "2026",
                "region": ["hill"] * 4 + ["town"] * 2,
                "industry": "15",
                "size": ["all", "small", "medium", "large", "all", "small"],
                "firms": [5, 3, 1, 1, 4, 4],
                "employment": [384.0, 14.0, 60.0, 310.0, 20.0, 20.0],
                "status": "measured",
            }
        ),
        TABLES["staged.regional_industries"],
    )
    out = disclosure.release(cells, TABLES["staged.regional_industries"], public=False)
    assert out["employment"].isna().tolist() == [False, True, True, True, False, False]
    assert (
        disclosure.release(cells, TABLES["staged.regional_industries"], public=True)["employment"]
        .notna()
        .all()
    )
    index = conform(
        pd.DataFrame(
            {
                "source": ["reg"],
                "year": "2026",
                "region": "hill",
                "index": "herfindahl",
                "basis": "firms",
                "value": 0.3719008264,
                "industries": 3,
            }
        ),
        TABLES["mart.region_indices"],
    )
    assert disclosure.release(index, TABLES["mart.region_indices"], public=False)["value"].tolist() == [0.37]
