from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.rank_agreement import agreement_by, agreement_of_groups, compare_groups


def votes(matrix: Any, group: str = "weavers", focus_group: str = "first") -> pd.DataFrame:
    """Return the votes of a matrix with a row a person and a column an indicator."""
    table = pd.DataFrame(matrix)
    table.columns = pd.Index([f"i{column}" for column in range(table.shape[1])])
    table["person"] = [f"p{row}" for row in range(len(table))]
    long = table.melt(id_vars="person", var_name="indicator", value_name="rank")
    return long.assign(poverty_group=group, focus_group=focus_group)


def test_rounding_times(golden: Path, answers: dict[str, Any]) -> None:
    times = pd.read_csv(golden / "rounding_times.csv", index_col="player").to_numpy()
    (row,) = agreement_by(votes(stats.rankdata(times, axis=1)), ["focus_group"]).to_dict("records")
    known = answers["rounding_times"]
    assert (row["voters"], row["complete_voters"], row["indicators"]) == (len(times), len(times), 3)
    assert row["degrees_of_freedom"] == 2
    assert round(row["chi2"], 6) == known["chi2"]
    assert round(row["agreement"], 7) == known["kendall_w"]
    assert round(row["p_value"], 6) == known["p_value"]


@given(st.integers(0, 10_000))
def test_it_is_scipy_s_friedman_whatever_the_order_of_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = stats.rankdata(rng.integers(1, 5, (rng.integers(3, 9), rng.integers(3, 7))), axis=1)
    frame = votes(matrix)
    (row,) = agreement_by(frame, ["poverty_group"]).to_dict("records")
    if np.isnan(row["agreement"]):
        assert all(len(set(ranks)) == 1 for ranks in matrix)
        return
    expected = stats.friedmanchisquare(*matrix.T)
    assert row["chi2"] == pytest.approx(expected.statistic, abs=1e-9)
    assert row["p_value"] == pytest.approx(expected.pvalue, abs=1e-9)
    again = agreement_by(frame.sample(frac=1, random_state=seed), ["poverty_group"])
    assert again.to_dict("records")[0] == pytest.approx(row)


def test_who_left_something_out_is_a_voter_and_no_measure_of_agreement() -> None:
    one = votes([[1, 2, 3], [1, 2, 3], [2, 1, np.nan]])
    two = votes([[np.nan, np.nan, np.nan]], focus_group="second")
    alone = votes([[1, 2, 3]], focus_group="third")
    table: Any = agreement_by(pd.concat([one, two, alone]), ["focus_group"]).set_index("focus_group")
    assert table.loc["first", ["voters", "complete_voters"]].tolist() == [3, 2]
    assert table.loc["first", "agreement"] == 1
    assert table.loc["second", ["voters", "complete_voters", "indicators"]].tolist() == [0, 0, 0]
    assert table.loc["third", ["voters", "complete_voters"]].tolist() == [1, 1]
    assert table.loc[["second", "third"], ["agreement", "chi2", "p_value"]].isna().all(axis=None)
    assert table.loc[["second", "third"], "degrees_of_freedom"].isna().all()


def test_people_of_two_focus_groups_are_pooled_by_poverty_group() -> None:
    both = pd.concat([votes([[1, 2], [1, 2]]), votes([[2, 1], [2, 1]], focus_group="second")])
    (pooled,) = agreement_by(both, ["poverty_group"]).to_dict("records")
    assert (pooled["voters"], pooled["agreement"], pooled["p_value"]) == (4, 0, 1)
    assert agreement_by(both, ["focus_group"])["agreement"].tolist() == [1, 1]


def chosen(lists: dict[str, dict[str, float | None]], selected: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "poverty_group": group,
                "indicator": indicator,
                "mean_rank": rank,
                "selected": indicator in selected[group],
            }
            for group, ranks in lists.items()
            for indicator, rank in ranks.items()
        ]
    )


def test_two_groups_by_hand() -> None:
    table = chosen(
        {
            "p": {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5},
            "q": {"a": 1, "b": 3, "c": 2, "d": 4, "f": 5, "e": None},
        },
        {"p": "abc", "q": "acf"},
    )
    (row,) = compare_groups(table).to_dict("records")
    # a, b, c, d are ranked by both: of 6 pairs 5 in the same order, 1 in the other: (5 - 1) / 6
    assert row == {
        "poverty_group": "p",
        "other_group": "q",
        "indicators": 4,
        "tau_b": pytest.approx(4 / 6),
        "on_both": 2,
        "on_either": 4,
    }
    # rank sums 2, 5, 5, 8 round 5: S = 18; W = 12 * 18 / (4 * 60)
    assert agreement_of_groups(table) == (4, pytest.approx(0.9))


def test_without_anything_in_common_nothing_is_said() -> None:
    table = chosen({"p": {"a": 1, "b": 1}, "q": {"b": 1, "c": 2}, "r": {"a": None}}, dict.fromkeys("pqr", ""))
    pairs = compare_groups(table)
    assert pairs[["poverty_group", "other_group"]].values.tolist() == [["p", "q"], ["p", "r"], ["q", "r"]]
    assert pairs["indicators"].tolist() == [1, 0, 0]
    assert pairs["tau_b"].isna().all()
    shared, w = agreement_of_groups(table)
    assert shared == 1
    assert np.isnan(w)
    one = table[table["poverty_group"] == "p"]
    assert compare_groups(one).empty
    assert np.isnan(agreement_of_groups(one)[1])


@given(st.integers(0, 10_000))
def test_likeness_of_groups_does_not_depend_on_the_order_of_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lists: dict[str, dict[str, float | None]] = {
        group: {one: float(rng.integers(1, 6)) for one in "abcdef" if rng.random() < 0.8} for group in "pqr"
    }
    table = chosen(lists, dict.fromkeys("pqr", "abc"))
    if table.empty:
        return
    pairs = compare_groups(table)
    shuffled = table.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(compare_groups(shuffled), pairs)
    assert agreement_of_groups(shuffled) == pytest.approx(agreement_of_groups(table), nan_ok=True)
    known = pairs["tau_b"].dropna()
    assert known.between(-1 - 1e-12, 1 + 1e-12).all()


def test_bad_tables_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no column 'person'"):
        agreement_by(votes([[1, 2]]).drop(columns="person"), ["focus_group"])
    with pytest.raises(ValueError, match="must hold numbers"):
        agreement_by(votes([["first", "second"]]), ["focus_group"])
    with pytest.raises(ValueError, match="no column 'selected'"):
        compare_groups(pd.DataFrame({"poverty_group": ["p"], "indicator": ["a"], "mean_rank": [1.0]}))
