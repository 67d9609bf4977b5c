from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.priority import draw_composites, intervals, pairs

DRAWS = 20_000
NEAR = 4 * 0.5 / DRAWS**0.5
"""Four standard errors of a share of so many draws."""


def table(**clusters: Sequence[float | None]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(clusters, orient="index", dtype="float64")


def share(scores: pd.DataFrame, above: str, below: str, seed: int = 1) -> float:
    found = pairs(draw_composites(scores, draws=DRAWS, seed=seed))
    both = found["above"].isin([above, below]) & found["below"].isin([above, below])
    (row,) = found[both].to_dict("records")
    return row["share_above"] if row["above"] == above else 1 - row["share_above"]


def test_two_characteristics_have_a_known_answer():
    """With two characteristics the weight of the first is uniform: 1 + 4 w > 2 in three draws of four."""
    assert share(table(a=[5, 1], b=[3, 3]), "a", "b") == pytest.approx(0.5, abs=NEAR)
    assert share(table(a=[5, 1], b=[2, 2]), "a", "b") == pytest.approx(0.75, abs=NEAR)


def test_one_open_characteristic_has_a_known_answer():
    """A number of 1 to 5 stands above 3 in two draws of five, and equals it, half counted, in one."""
    assert share(table(a=[None], b=[3]), "a", "b") == pytest.approx(0.5, abs=NEAR)
    assert share(table(a=[None], b=[4]), "a", "b") == pytest.approx(0.2 + 0.1, abs=NEAR)


def test_a_composite_has_the_mean_and_variance_of_a_flat_dirichlet():
    """Mean of the scores; their variance (divided by their number) over one more than their number."""
    scores = [1, 2, 3, 5, 5, 4]
    drawn = np.asarray(draw_composites(table(a=scores), draws=DRAWS, seed=3)["a"])
    error = drawn.std() / DRAWS**0.5
    assert drawn.mean() == pytest.approx(np.mean(scores), abs=4 * error)
    assert drawn.var() == pytest.approx(np.var(scores) / (len(scores) + 1), rel=0.05)


def test_a_cluster_that_is_higher_throughout_is_ranked_with_certainty():
    scores = table(low=[1, 1, 2], high=[3, 4, 5], middle=[2, 3, 3])
    drawn = draw_composites(scores, draws=500, seed=1)
    ranks = intervals(drawn)[["rank_low", "rank", "rank_high"]]
    assert ranks.T.to_dict("list") == {"low": [3] * 3, "high": [1] * 3, "middle": [2] * 3}
    found = pairs(drawn)
    assert found["told_apart"].all()
    assert found["share_above"].tolist() == [1, 1, 1]
    assert list(zip(found["above"], found["below"], strict=True)) == [
        ("high", "low"),
        ("high", "middle"),
        ("middle", "low"),
    ]


def test_clusters_that_are_alike_share_their_rank_and_are_not_told_apart():
    drawn = draw_composites(table(a=[2, 4, 5], b=[2, 4, 5]), draws=500, seed=1)
    assert intervals(drawn)[["rank_low", "rank", "rank_high"]].to_numpy().tolist() == [[1.5] * 3] * 2
    (row,) = pairs(drawn).itertuples()
    assert (row.above, row.below, row.share_above, row.told_apart) == ("a", "b", 0.5, False)


def test_ranks_and_pairs_of_a_few_draws_are_counted_by_hand():
    """Ties share the average of their ranks, and count half for either of a pair."""
    drawn = pd.DataFrame({"b": [4.0, 2, 3, 1], "a": [3.0, 2, 3, 5], "c": [1.0, 2, 4, 2]})
    found = intervals(drawn)
    assert found["rank_low"].to_dict() == {"b": 1, "a": 1, "c": 1}
    assert found["rank"].to_dict() == {"b": 2, "a": 2, "c": 2}
    assert found["rank_high"].to_dict() == {"b": 3, "a": 2.5, "c": 3}
    assert pairs(drawn).to_dict("records") == [
        {"above": "a", "below": "b", "share_above": 0.5, "told_apart": False},
        {"above": "a", "below": "c", "share_above": 0.625, "told_apart": False},
        {"above": "c", "below": "b", "share_above": 0.625, "told_apart": False},
    ]


@pytest.mark.parametrize("draws", [254, 255, 256, 511])
def test_more_draws_than_a_byte_holds_are_all_counted(draws):
    """Draws 0, 1, 2 ... in which a stands above b in every one, and above c in every second."""
    second = np.arange(draws) % 2
    drawn = pd.DataFrame({"a": np.full(draws, 3.0), "b": np.ones(draws), "c": 2.0 + 2 * second})
    shares = {(row.above, row.below): row.share_above for row in pairs(drawn).itertuples()}
    odd = draws // 2
    assert shares == {
        ("a", "b"): 1,
        ("a", "c"): (draws - odd) / draws,
        ("c", "b"): 1,
    }


def test_three_hundred_clusters_are_ranked_as_they_were_made():
    """Doubled ranks pass 255 and 256: the order is that of the numbers, whatever type holds them."""
    names = [f"c{number:03}" for number in range(300)]
    drawn = pd.DataFrame([np.arange(300.0), np.arange(300.0)], columns=names)
    assert intervals(drawn)["rank"].tolist() == list(range(300, 0, -1))
    found = pairs(drawn)
    assert (found["above"] > found["below"]).all()
    assert found["told_apart"].all()
    assert len(found) == 300 * 299 / 2


def test_clusters_of_which_nothing_is_known_are_alike_but_for_chance():
    scores = table(a=[None] * 20, b=[None] * 20)
    assert share(scores, "a", "b") == pytest.approx(0.5, abs=NEAR)
    found = intervals(draw_composites(scores, draws=DRAWS, seed=1))
    assert found["rank_low"].tolist() == [1, 1]
    assert found["rank_high"].tolist() == [2, 2]


def test_the_middle_and_the_ends_hold_what_they_say():
    drawn = draw_composites(table(a=[1, 5, None], b=[3, None, 2]), draws=999, seed=5)
    found = intervals(drawn)
    for name, row in zip(found.index, found.to_dict("records"), strict=True):
        inside = drawn[name].between(row["score_low_90"], row["score_high_90"]).mean()
        assert 0.9 <= inside <= 0.903
        assert row["score_low_90"] <= row["score_middle"] <= row["score_high_90"]


SCORES = st.one_of(st.integers(1, 5).map(float), st.just(4.5), st.just(float("nan")))


@st.composite
def portfolios(draw) -> pd.DataFrame:
    clusters, characteristics = draw(st.integers(2, 5)), draw(st.integers(1, 6))
    rows = [
        draw(st.lists(SCORES, min_size=characteristics, max_size=characteristics)) for _ in range(clusters)
    ]
    return pd.DataFrame(rows, index=[f"c{number}" for number in range(clusters)])


@settings(max_examples=50)
@given(portfolios(), st.randoms(use_true_random=False))
def test_no_order_of_clusters_and_no_other_cluster_changes_a_figure(scores, random):
    drawn = draw_composites(scores, draws=50, seed=9)
    names = list(scores.index)
    random.shuffle(names)
    columns = list(scores.columns)
    random.shuffle(columns)
    again = draw_composites(scores.loc[names, columns], draws=50, seed=9)
    assert again[drawn.columns].equals(drawn)
    assert intervals(again).loc[drawn.columns].equals(intervals(drawn))
    assert pairs(again).equals(pairs(drawn))
    alone = draw_composites(scores.loc[names[:1]], draws=50, seed=9)
    assert alone[names[0]].equals(drawn[names[0]])


@settings(max_examples=50)
@given(portfolios())
def test_ranks_add_up_and_stay_in_their_bounds(scores):
    drawn = draw_composites(scores, draws=60, seed=2)
    assert drawn.min().min() >= 1 - 1e-9
    assert drawn.max().max() <= 5 + 1e-9
    found = intervals(drawn)
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()
    assert found["rank_low"].min() >= 1
    assert found["rank_high"].max() <= len(scores)
    told = pairs(drawn)
    assert len(told) == len(scores) * (len(scores) - 1) / 2
    assert told["share_above"].between(0.5, 1).all()


@settings(max_examples=30)
@given(portfolios())
def test_a_higher_score_never_lowers_a_composite(scores):
    better = scores.copy()
    better.iloc[0] = better.iloc[0].map(lambda score: min(score + 1, 5))
    before, after = (draw_composites(one, draws=40, seed=4) for one in (scores, better))
    assert (after["c0"] >= before["c0"] - 1e-9).all()
    assert after.drop(columns="c0").equals(before.drop(columns="c0"))


def test_another_seed_is_another_draw():
    scores = table(a=[1, 5, None], b=[3, 3, 3])
    one, same, other = (draw_composites(scores, draws=20, seed=seed) for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


@pytest.mark.parametrize(
    ("scores", "draws", "words"),
    [
        (pd.DataFrame({"x": [1.0, 2]}, index=["a", "a"]), 5, "named twice"),
        (pd.DataFrame({"x": [6.0]}), 5, "outside 1 to 5"),
        (pd.DataFrame({"x": [0.5]}), 5, "outside 1 to 5"),
        (pd.DataFrame({"x": [3.0]}), 0, "a draw"),
        (pd.DataFrame(index=["a"]), 5, "a characteristic"),
    ],
)
def test_wrong_scores_are_refused(scores, draws, words):
    with pytest.raises(ValueError, match=words):
        draw_composites(scores, draws=draws, seed=1)


def test_nothing_drawn_is_refused():
    for function in (intervals, pairs):
        with pytest.raises(ValueError, match="no draw"):
            function(pd.DataFrame({"a": []}))
