from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.growth import TOTAL, check_printed_index, sector_growth, shift_share

PLACES: dict[str, str] = {"inside": "inside", "outside": "outside"}
CENSUS: dict[str, str] = {**PLACES, "from_period": "1991", "to_period": "1996"}


def employment(golden: Path) -> pd.DataFrame:
    printed = pd.read_csv(golden / "annex_i_employment.csv")
    printed = printed[printed["sector"] != TOTAL]
    return printed.melt(["sector", "setting"], ["1991", "1996"], "period", "value")


def salaries(golden: Path, kind: str, labour: str | None = None) -> pd.DataFrame:
    cells = pd.read_csv(golden / "annex_i_salaries.csv", dtype={"period": str})
    cells = cells[cells["kind"] == kind]
    return cells if labour is None else cells[cells["labour"] == labour]


def test_all_thirty_growth_rates_of_table_a_1(golden: Path, answers: dict[str, Any]) -> None:
    known = answers["annex_i"]
    grown = sector_growth(employment(golden), **CENSUS)
    printed = pd.read_csv(golden / "annex_i_employment.csv")
    both = grown.merge(printed, on=["sector", "setting"], validate="one_to_one")
    assert len(both) == 30
    assert (both["growth_pct"].round(1) == both["printed_growth_pct"]).all()
    assert (both["value_from"] == both["1991"]).all()
    assert (both["value_to"] == both["1996"]).all()
    total = grown[grown["sector"] == TOTAL].iloc[0]
    assert round(total["outside"], 4) == known["total_outside"]
    assert round(total["inside"], 4) == known["total_inside"]
    assert round(total["difference_points"], 4) == known["difference_points"]
    food = grown[grown["sector"] == "Food industry"].iloc[0]
    assert round(food["difference_points"], 4) == known["food_difference_points"]
    assert grown["sector"].tolist()[-2:] == [TOTAL, TOTAL]


def test_shift_share_of_table_a_1(golden: Path, answers: dict[str, Any]) -> None:
    known = answers["annex_i"]
    parts = shift_share(employment(golden), **CENSUS)
    for name in ("difference_points", "mix_points", "within_points"):
        assert round(parts[name], 4) == known[name]
    assert round(parts["expected_inside"], 2) == known["expected_inside"]
    assert parts["actual_inside"] == known["actual_inside"]


@pytest.mark.parametrize("labour", ["blue collar", "white collar"])
def test_index_differences_of_table_a_2(golden: Path, answers: dict[str, Any], labour: str) -> None:
    known = answers["annex_i"]
    levels = salaries(golden, "level", labour)
    grown = sector_growth(levels, **PLACES, from_period="1994", to_period="1998")
    assert set(grown["setting"]) == {"inside", "outside", "total"}
    by_sector = grown.drop_duplicates("sector").set_index("sector")["difference_points"]
    expected = known[labour.replace(" ", "_")]
    assert by_sector[known["sectors"]].round(3).tolist() == expected


def test_printed_index_cells_that_do_not_follow(golden: Path, answers: dict[str, Any]) -> None:
    known = answers["annex_i"]
    levels, index = (
        cells.assign(series=cells[["labour", "setting", "sector"]].agg("; ".join, axis=1))
        for cells in (salaries(golden, "level"), salaries(golden, "index"))
    )
    checked: Any = check_printed_index(levels, index, "1994")
    assert len(checked) == known["cells_checked"]
    assert (~checked["agrees"]).sum() == known["cells_that_do_not_follow"]
    worst = checked.loc[(checked["printed"] - checked["recomputed"]).abs().idxmax()]
    assert worst["series"] == "white collar; outside; Leather, shoes, textiles, garment"
    assert worst["period"] == "1998"
    assert (worst["printed"], round(worst["recomputed"], 3)) == (109.9, 107.957)


def long_table(values: Sequence[float]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product(
        [list("abc"), ["inside", "outside"], ["1991", "1996"]], names=["sector", "setting", "period"]
    )
    return pd.DataFrame({"value": values}, index=index).reset_index()


LEVELS = st.lists(st.floats(1, 1e6), min_size=12, max_size=12)


@given(values=LEVELS, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_parts_add_up_and_rows_may_come_in_any_order(values: list[float], seed: int) -> None:
    table = long_table(values)
    parts = shift_share(table, **CENSUS)
    total = sector_growth(table, **CENSUS).iloc[-1]
    size = max(1.0, *(abs(parts[name]) for name in ("mix_points", "within_points")))
    assert parts["mix_points"] + parts["within_points"] == pytest.approx(
        parts["difference_points"], abs=1e-9 * size
    )
    assert parts["difference_points"] == total["difference_points"]
    shuffled = table.sample(frac=1, random_state=seed)
    assert shift_share(shuffled, **CENSUS) == parts
    pd.testing.assert_frame_equal(
        sector_growth(shuffled, **CENSUS), sector_growth(table, **CENSUS), check_exact=True
    )


def test_equal_growth_leaves_only_the_mix_and_equal_mix_only_what_is_within() -> None:
    # inside and outside alike in each sector, but with other shares
    same_rates = long_table([100, 110, 10, 11, 100, 90, 500, 450, 50, 50, 70, 70])
    parts = shift_share(same_rates, **CENSUS)
    assert parts["within_points"] == pytest.approx(0, abs=1e-12)
    same_mix = long_table([100, 120, 200, 220, 50, 50, 100, 90, 30, 33, 60, 60])
    parts = shift_share(same_mix, **CENSUS)
    assert parts["mix_points"] == pytest.approx(0, abs=1e-12)


def test_columns_may_bear_other_names_and_gaps_stay_gaps() -> None:
    table = long_table([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, np.nan])
    renamed = table.rename(columns={"sector": "branch", "setting": "place"})
    grown = sector_growth(renamed, "branch", "place", **CENSUS)
    assert grown.loc[grown["sector"] == "a", "growth_pct"].tolist() == [100, pytest.approx(100 / 3)]
    total: Any = grown[grown["sector"] == TOTAL].set_index("setting")
    assert np.isnan(total.loc["outside", "growth_pct"])
    assert total.loc["inside", "value_from"] == 15
    with pytest.raises(ValueError, match="'c' lacks a level in the setting 'outside'"):
        shift_share(table, **CENSUS)


def test_nothing_grows_from_zero_and_an_empty_table_has_no_growth() -> None:
    grown = sector_growth(long_table([0, 2] + [1] * 10), **CENSUS)
    assert np.isnan(grown["growth_pct"].iloc[0])
    empty = sector_growth(long_table([1] * 12).head(0), **CENSUS)
    assert empty.empty
    assert "difference_points" in empty


def test_an_index_without_its_levels_does_not_agree_and_ties_go_either_way() -> None:
    levels = pd.DataFrame({"series": "a", "period": ["1", "2"], "value": [1000.0, 1001.5]})
    for printed, agrees in ((100.1, True), (100.2, True), (100.3, False)):
        index = pd.DataFrame({"series": ["a"], "period": ["2"], "value": [printed]})
        assert check_printed_index(levels, index, "1")["agrees"].tolist() == [agrees]
    stranger = pd.DataFrame({"series": ["b"], "period": ["2"], "value": [100.0]})
    checked = check_printed_index(levels, stranger, "1")
    assert checked["recomputed"].isna().all()
    assert checked["agrees"].tolist() == [False]


def test_bad_tables_are_refused_in_words() -> None:
    table = long_table([1.0] * 12)
    with pytest.raises(ValueError, match="no column 'value'"):
        sector_growth(table.drop(columns="value"), **CENSUS)
    with pytest.raises(ValueError, match="stands in the table twice"):
        sector_growth(pd.concat([table, table]), **CENSUS)
    with pytest.raises(ValueError, match="Leave out the sector 'TOTAL'"):
        sector_growth(table.assign(sector=TOTAL).head(1), **CENSUS)
    with pytest.raises(ValueError, match="no sector inside or outside"):
        shift_share(table.head(0), **CENSUS)
    with pytest.raises(ValueError, match="decimals"):
        check_printed_index(table.assign(series="a"), table.assign(series="a"), "1991", -1)
