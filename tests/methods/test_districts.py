"""Each step of the identification fails once, in a country made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.districts import SIZES, STEPS, districts

INDUSTRIES = ["shoes", "steel", "toys"]
#            everybody, (small, medium, large) of shoes, steel and toys
COUNTRY: dict[str, Any] = {
    "district": (200, (70, 20, 0), (5, 5, 0), (5, 5, 0)),
    "services": (2000, (70, 20, 0), (5, 5, 0), (5, 5, 0)),  # as the district, in a town of services
    "mill": (200, (5, 5, 0), (0, 0, 90), (5, 5, 0)),  # large firms
    "mixed": (200, (22, 22, 0), (10, 10, 10), (14, 14, 0)),  # small firms, and nothing above the country
    "one": (300, (0, 0, 0), (10, 0, 80), (40, 50, 0)),  # toys, but see the tests
}


def country(changed: dict[str, tuple] | None = None, **single: int):
    made = COUNTRY | (changed or {})
    systems = list(made)
    totals = pd.Series([float(made[one][0]) for one in systems], index=systems)
    by_size = {
        size: pd.DataFrame(
            [[float(made[one][1 + place][at]) for place in range(3)] for one in systems],
            index=systems,
            columns=INDUSTRIES,
        )
        for at, size in enumerate(SIZES)
    }
    jobs = by_size["small"] + by_size["medium"] + by_size["large"]
    firms = (by_size["medium"] > 0).astype("float64") * 2
    for system, number in single.items():
        firms.loc[system] = number
    return totals, jobs, by_size, firms


def found(*given_, **rules) -> pd.DataFrame:
    return districts(*given_, **rules).set_index("local_system")


def row_of(rows: pd.DataFrame, system: str) -> Any:
    """Return a local system's row."""
    return rows.loc[system]


def test_the_district_passes_every_step():
    row = row_of(found(*country()), "district")
    assert row["industry"] == "shoes"
    assert row[list(STEPS)].all()
    assert row["is_district"]
    assert row["main_industry_employment"] == 90
    assert row["small_medium_share"] == 1


def test_a_town_of_services_is_not_manufacturing():
    row = row_of(found(*country()), "services")
    assert row[list(STEPS)].tolist() == [False, True, True, True]
    assert not row["is_district"]


def test_manufacturing_has_to_prevail_over_services_where_they_are_given():
    totals, *rest = country()
    services = pd.Series(0.0, index=totals.index)
    services["district"] = 190.0  # more above the country's share than manufacturing
    services["services"] = 100.0
    row = row_of(found(totals, *rest, services={"business": services}), "district")
    assert not row["is_manufacturing"]


def test_a_town_of_large_firms_is_not_of_small_and_medium_ones():
    row = row_of(found(*country()), "mill")
    assert row["is_manufacturing"]
    assert not row["is_small_medium"]
    assert row["industry"] == "steel"
    assert not row["main_industry_is_small_medium"]
    assert not row["is_district"]


def test_no_main_industry_where_the_limit_is_higher():
    rows = found(*country(), main_industry_quotient=3)
    assert not row_of(rows, "mixed")["has_main_industry"]
    assert not rows["is_district"].any()
    # the row still names the industry that comes nearest, and tells the other steps
    assert row_of(rows, "district")["industry"] == "shoes"


def test_the_main_industry_itself_has_to_be_of_small_and_medium_firms():
    changed = {"district": (200, (20, 10, 60), (30, 15, 0), (30, 15, 0))}
    row = row_of(found(*country(changed)), "district")
    assert row["is_small_medium"]
    assert row["industry"] == "shoes"
    assert row["small_medium_share"] == pytest.approx(1 / 3)
    assert row[list(STEPS)].tolist() == [True, True, True, False]
    assert not row["is_district"]


def test_a_single_medium_firm_must_not_outweigh_the_small_ones():
    changed = {"district": (200, (20, 70, 0), (5, 5, 0), (5, 5, 0))}
    assert row_of(found(*country(changed)), "district")["is_district"]
    alone = country(changed, district=1)
    assert not row_of(found(*alone), "district")["main_industry_is_small_medium"]
    assert row_of(found(*alone, single_medium_firm=0.2), "district")["is_district"]


def test_what_the_figures_do_not_tell_is_missing_unless_another_step_has_failed():
    totals, jobs, by_size, firms = country()
    for system in ("district", "services"):
        by_size["large"].loc[system, "shoes"] = np.nan
    rows = found(totals, jobs, by_size, firms)
    for step in ("is_small_medium", "main_industry_is_small_medium"):
        assert pd.isna(row_of(rows, "district")[step])
    assert pd.isna(row_of(rows, "district")["is_district"])
    assert not row_of(rows, "services")["is_district"]
    jobs.loc["mill", "toys"] = np.nan
    assert row_of(found(totals, jobs, by_size, firms), "mill")["industries_hidden"] == 1


def test_a_place_without_manufacturing_fails_with_no_industry():
    row = row_of(found(*country({"beach": (400, (0, 0, 0), (0, 0, 0), (0, 0, 0))})), "beach")
    assert row["industry"] == "none"
    assert not row[list(STEPS)].any()
    assert not row["is_district"]


def test_arguments_that_do_not_fit_are_refused():
    totals, jobs, by_size, firms = country()
    with pytest.raises(ValueError, match="same local systems"):
        districts(totals.iloc[1:], jobs, by_size, firms)
    with pytest.raises(ValueError, match="every size"):
        districts(totals, jobs, {"small": jobs}, firms)
    with pytest.raises(ValueError, match="same industries"):
        districts(totals, jobs, by_size, firms[["shoes"]])


@given(st.permutations(list(COUNTRY)), st.permutations(INDUSTRIES), st.integers(1, 50))
@settings(max_examples=25, deadline=None)
def test_order_and_unit_change_nothing(systems, industries, scale):
    totals, jobs, by_size, firms = country()
    first = found(totals, jobs, by_size, firms)
    second = found(
        totals.loc[systems] * scale,
        jobs.loc[systems, industries] * scale,
        {size: one.loc[systems, industries] * scale for size, one in by_size.items()},
        firms.loc[systems, industries],
    ).loc[list(COUNTRY)]
    columns = ["industry", *STEPS, "is_district"]
    pd.testing.assert_frame_equal(first[columns], second[columns])


@given(st.lists(st.tuples(*[st.integers(0, 300)] * 9), min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_district_passes_every_step_and_nothing_else_does(rows):
    made: dict[str, Any] = {
        f"s{place}": (sum(row) + 50, row[:3], row[3:6], row[6:]) for place, row in enumerate(rows)
    }
    systems = list(made)
    frames = {
        size: pd.DataFrame(
            [[float(made[one][1 + industry][at]) for industry in range(3)] for one in systems],
            index=systems,
            columns=INDUSTRIES,
        )
        for at, size in enumerate(SIZES)
    }
    jobs = frames["small"] + frames["medium"] + frames["large"]
    totals = pd.Series([float(made[one][0]) for one in systems], index=systems)
    told = districts(totals, jobs, frames, (frames["medium"] > 0) * 2.0)
    passed = told[list(STEPS)].all(axis=1)
    assert (told["is_district"].fillna(False) == passed.fillna(False)).all()
    assert told["local_system"].tolist() == systems
