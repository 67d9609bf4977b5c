from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.ranking import (
    friedman_chi2,
    kendall_w,
    list_weights,
    rank_indicators,
    ranks_from_scores,
    ranks_within_voters,
    select,
)


def test_rounding_times(golden: Path, answers: dict[str, Any]) -> None:
    times = pd.read_csv(golden / "rounding_times.csv", index_col="player").to_numpy()
    assert round(friedman_chi2(times), 6) == answers["rounding_times"]["chi2"]
    assert round(kendall_w(times), 7) == answers["rounding_times"]["kendall_w"]


MATRIX = st.integers(2, 8).flatmap(
    lambda items: st.lists(
        st.lists(st.integers(1, 4), min_size=items, max_size=items), min_size=2, max_size=9
    )
)


@given(matrix=MATRIX, order=st.randoms())
@settings(max_examples=60, deadline=None)
def test_agreement_is_scipy_s_friedman_and_lies_between_0_and_1(matrix: list[Any], order: Any) -> None:
    table = np.array(matrix, dtype=float)
    w = kendall_w(table)
    if np.isnan(w):
        assert all(len(set(row)) == 1 for row in matrix)
        return
    assert -1e-12 <= w <= 1 + 1e-12
    if table.shape[1] >= 3:
        expected = stats.friedmanchisquare(*table.T).statistic
        assert friedman_chi2(table) == pytest.approx(expected, abs=1e-9)
    order.shuffle(matrix)
    assert kendall_w(np.array(matrix)) == pytest.approx(w, abs=1e-12)


def test_agreement_at_its_ends_and_where_there_is_none() -> None:
    assert kendall_w(np.array([[1, 2, 3], [1, 2, 3]])) == 1
    assert kendall_w(np.array([[1, 2, 3], [3, 2, 1]])) == 0
    assert np.isnan(kendall_w(np.array([[1, 2, 3]])))
    assert np.isnan(kendall_w(np.array([[1], [1]])))
    assert np.isnan(kendall_w(np.array([[2, 2], [1, 1]])))
    with pytest.raises(ValueError, match="each voter for each item"):
        kendall_w(np.array([[1, np.nan], [1, 2]]))
    with pytest.raises(ValueError, match="voters by items"):
        kendall_w(np.array([1, 2]))


def votes(ranks: dict[str, dict[str, float]], group: str = "weavers") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "poverty_group": group,
                "focus_group": "first",
                "person": person,
                "indicator": indicator,
                "rank": rank,
            }
            for person, given_ranks in ranks.items()
            for indicator, rank in given_ranks.items()
        ]
    )


def test_ranks_weights_and_agreement_by_hand() -> None:
    frame = votes(
        {
            "a": {"income": 1, "safety": 2, "school": 3},
            "b": {"income": 1, "safety": 3, "school": 2},
            "c": {"safety": 1},
        }
    )
    table = rank_indicators(frame).set_index("indicator")
    assert table["voters"].to_dict() == {"income": 2, "safety": 3, "school": 2}
    assert table["mean_rank"].to_dict() == {"income": 1, "safety": 2, "school": 2.5}
    # three indicators: points 3, 2, 1 for ranks 1, 2, 3; 6 + (2 + 1 + 3) + (1 + 2) = 15
    expected = {"income": 6 / 15, "safety": 6 / 15, "school": 3 / 15}
    assert table["weight"].to_dict() == pytest.approx(expected)
    # rank sums of the two complete voters: 2, 5, 5; S = 6; W = 12 * 6 / (4 * 24)
    assert table["agreement"].tolist() == pytest.approx([0.75] * 3)
    chosen = select(table.reset_index(), 1).set_index("indicator")
    # equal weight: the lower mean rank stays
    assert chosen["selected"].to_dict() == {"income": True, "safety": False, "school": False}


def test_groups_are_kept_apart_and_a_person_of_another_focus_group_is_another() -> None:
    one = votes({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}})
    two = one.assign(focus_group="second")
    other = votes({"a": {"x": 2, "z": 1}}, "traders")
    table: Any = rank_indicators(pd.concat([one, two, other]))
    table = table.set_index(["poverty_group", "indicator"])
    assert table.loc[("weavers", "x"), "voters"] == 4
    assert table.loc[("traders", "z"), "weight"] == pytest.approx(2 / 3)
    assert np.isnan(table.loc[("traders", "z"), "agreement"])
    assert table.groupby("poverty_group")["weight"].sum().tolist() == pytest.approx([1, 1])


def test_an_indicator_without_votes_is_listed_and_never_selected() -> None:
    frame = votes({"a": {"x": 1, "y": 2, "z": np.nan}, "b": {"x": 2, "y": 1, "z": np.nan}})
    table: Any = select(rank_indicators(frame), 3).set_index("indicator")
    assert table.loc["z", ["voters", "weight", "selected"]].tolist() == [0, 0, False]
    assert table.loc["z", "reason"] == "No one ranked it."
    assert table["selected"].sum() == 2
    silent = rank_indicators(frame.assign(rank=np.nan))
    assert silent["weight"].isna().all()
    assert not select(silent, 2)["selected"].any()


def test_ties_at_the_cut_go_to_more_voters_and_then_to_the_id() -> None:
    ranked = pd.DataFrame(
        {
            "poverty_group": "p",
            "indicator": ["d", "c", "b", "a"],
            "mean_rank": [1.0, 2.0, 2.0, 2.0],
            "voters": [1, 3, 4, 3],
            "weight": [0.1, 0.3, 0.3, 0.3],
        }
    )
    kept = [sorted(select(ranked, keep).query("selected")["indicator"]) for keep in (1, 2, 3, 4)]
    assert kept == [["b"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]
    reasons = select(ranked, 2)["reason"].tolist()
    assert reasons[0] == "Not among the first 2 by weight, which are kept."
    assert reasons[2] == "Among the first 2 by weight, which are kept."


@given(seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_weights_sum_to_one_and_order_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(
        [
            {
                "poverty_group": f"g{group}",
                "focus_group": "f",
                "person": person,
                "indicator": indicator,
                "score": float(rng.integers(0, 6)),
            }
            for group in range(2)
            for person in range(5)
            for indicator in "abcd"
            if rng.random() < 0.9
        ]
    )
    table = rank_indicators(ranks_from_scores(scores))
    assert table.groupby("poverty_group")["weight"].sum().to_numpy() == pytest.approx(1)
    shuffled = scores.sample(frac=1, random_state=seed)
    again = rank_indicators(ranks_from_scores(shuffled))
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    pd.testing.assert_frame_equal(
        select(again.sample(frac=1, random_state=seed), 2)
        .sort_values(["poverty_group", "indicator"])
        .reset_index(drop=True),
        select(table, 2),
    )


def test_scores_become_ranks_within_each_person() -> None:
    frame = votes({"a": {"x": 0, "y": 0, "z": 0}, "b": {"x": 0, "y": 0, "z": 0}})
    frame["score"] = [3, 9, 3, np.nan, 1, 2]
    ranks = ranks_from_scores(frame)["rank"]
    assert ranks.iloc[:3].tolist() == [2.5, 1, 2.5]
    assert np.isnan(ranks.iloc[3])
    assert ranks.iloc[4:].tolist() == [2, 1]


def test_each_voter_s_order_counts_whether_it_came_as_ranks_or_as_scores() -> None:
    frame = votes({"a": {"x": 1, "y": 1, "z": 4}, "b": {"x": 0, "y": 0, "z": 0}})
    frame["rank"] = [1, 1, 4, np.nan, np.nan, np.nan]
    frame["score"] = [0, 9, 0, 7, np.nan, 3]
    ranks = ranks_within_voters(frame)["rank"]
    assert ranks.iloc[:3].tolist() == [1.5, 1.5, 3]
    assert ranks.iloc[[3, 5]].tolist() == [1, 2]
    assert np.isnan(ranks.iloc[4])


def test_whole_ranks_and_the_scores_of_the_same_order_give_the_same() -> None:
    rng = np.random.default_rng(11)
    ranks = {person: dict(zip("wxyz", rng.permutation(4) + 1.0, strict=True)) for person in "abcde"}
    frame = votes(ranks).assign(score=np.nan)
    assert ranks_within_voters(frame)["rank"].tolist() == frame["rank"].tolist()
    scored = frame.assign(rank=np.nan, score=100 - frame["rank"] ** 3)
    assert ranks_within_voters(scored)["rank"].tolist() == frame["rank"].tolist()


def test_weights_of_a_short_list_sum_to_one_and_keep_their_proportions() -> None:
    chosen = pd.DataFrame(
        {
            "poverty_group": list("ppppqq"),
            "weight": [0.4, 0.2, 0.4, np.nan, np.nan, np.nan],
            "selected": [True, True, False, True, True, False],
        }
    )
    found = list_weights(chosen)
    assert found.iloc[:2].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert found.iloc[3] == 0
    assert found.iloc[[2, 4, 5]].isna().all()


def test_bad_votes_are_refused_in_words() -> None:
    frame = votes({"a": {"x": 1, "y": 2}})
    with pytest.raises(ValueError, match="more than one vote"):
        rank_indicators(pd.concat([frame, frame]))
    with pytest.raises(ValueError, match="rank below 1"):
        rank_indicators(frame.assign(rank=0))
    with pytest.raises(ValueError, match="need an entry"):
        rank_indicators(frame.assign(person=None))
    with pytest.raises(ValueError, match="no column 'score'"):
        ranks_from_scores(frame)
    with pytest.raises(ValueError, match="At least one"):
        select(rank_indicators(frame), 0)
    assert rank_indicators(frame.head(0)).empty
