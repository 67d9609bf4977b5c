from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.hierarchy import (
    hidden_sums,
    parents_by_prefix,
    reconcile,
    refuse_circles,
    rounding_unit,
    sections_and_divisions,
)

NAN = float("nan")


def test_a_parent_is_the_longest_code_with_which_a_code_begins():
    found = parents_by_prefix(["C", "15", "15.1", "15.11", "16", "C1"])
    assert found == {"15.1": "15", "15.11": "15.1", "C1": "C"}
    with pytest.raises(ValueError, match="empty"):
        parents_by_prefix(["15", ""])


def test_circles_are_refused():
    with pytest.raises(ValueError, match="own ancestor"):
        refuse_circles({"a": "b", "b": "a", "c": "d"})
    with pytest.raises(ValueError, match="own ancestor"):
        reconcile(pd.DataFrame({"a": [1.0], "b": [1.0], "z": [1.0]}), {"a": "b", "b": "a"}, [], ["z"])


def test_sections_beside_their_divisions_are_found():
    codes = ["A", "C", "10", "101", "49"]
    assert sections_and_divisions(codes, {}) == {"10": "C", "101": "C"}
    assert sections_and_divisions(codes, {"10": "C", "101": "10"}) == {}
    assert sections_and_divisions(["A", "10-12"], {}) == {}


def test_the_unit_of_rounding():
    assert rounding_unit(np.array([5500.0, 100.0, NAN])) == 100
    assert rounding_unit(np.array([1.5, 2.25])) == 0.01
    assert rounding_unit(np.array([NAN])) == 1


def tree(**more: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"15": [100.0], "151": [60.0], "152": [40.0], "20": [33.0], **more}, index=["here"])


PARENTS = {"151": "15", "152": "15"}
FINEST = ["151", "152", "20"]


def test_a_parent_and_its_children_count_once():
    done = reconcile(tree(), PARENTS, [], FINEST)
    assert done.totals["here"] == 133
    assert done.untold["here"] == 0
    assert done.levels.columns.tolist() == FINEST
    assert done.excess.empty


def test_a_suppressed_child_counts_in_the_total_and_is_handed_to_nobody():
    done = reconcile(tree(**{"152": [NAN]}), PARENTS, [], FINEST)
    assert done.totals["here"] == 133
    assert done.untold["here"] == 40
    assert done.levels["152"].isna().all()


def test_children_that_sum_to_more_are_told_and_used():
    done = reconcile(tree(**{"15": [80.0]}), PARENTS, [], FINEST)
    assert done.totals["here"] == 133
    (row,) = done.excess.to_dict("records")
    assert row == {"region": "here", "code": "15", "printed": 80.0, "recomputed": 100.0}
    # off by one where figures are whole: each of the three may be rounded by half
    assert reconcile(tree(**{"15": [99.0]}), PARENTS, [], FINEST).excess.empty


def test_a_missing_parent_is_the_sum_of_its_children_and_a_total_is_no_industry():
    done = reconcile(tree(**{"15": [NAN], "TOTAL": [150.0]}), PARENTS, ["TOTAL"], FINEST)
    assert done.totals["here"] == 150
    assert done.untold["here"] == 17


def test_a_coarser_level_can_be_kept():
    done = reconcile(tree(), PARENTS, [], ["15", "20"])
    assert (done.totals["here"], done.untold["here"]) == (133, 0)


@given(st.lists(st.integers(1, 900), min_size=3, max_size=6), st.integers(0, 5), st.randoms())
@settings(max_examples=40, deadline=None)
def test_neither_hidden_children_nor_order_change_the_total(levels, hidden, random):
    children = [f"1{place}" for place in range(len(levels))]
    row = dict(zip(children, map(float, levels), strict=True)) | {"1": float(sum(levels)), "2": 7.0}
    row[children[hidden % len(levels)]] = NAN
    names = list(row)
    random.shuffle(names)
    table = pd.DataFrame([row])[names]
    parents = parents_by_prefix(table.columns)
    done = reconcile(table, parents, [], [*children, "2"])
    assert done.totals.iloc[0] == sum(levels) + 7
    assert done.untold.iloc[0] == levels[hidden % len(levels)]


def test_a_total_that_nobody_declared_is_found():
    table = pd.DataFrame({"A": [51.0, 11], "B": [62.0, 22], "C": [73.0, 0], "X": [186.0, 50]})
    assert hidden_sums(table, {}) == {"X": ["A", "B", "C"]}  # in the second region one is suppressed
    assert hidden_sums(table.drop(columns="X"), {}) == {}
    assert hidden_sums(table.rename(columns={"X": "Insgesamt"}), {}) == {"Insgesamt": ["A", "B", "C"]}
    assert hidden_sums(table.assign(X=[186.0, 20.0]), {}) == {}  # less than the others in one region


def test_a_parent_that_nobody_declared_is_found():
    assert hidden_sums(tree(), {}) == {"15": ["151", "152"]}
    assert hidden_sums(tree(), PARENTS) == {}


def test_two_industries_of_one_size_are_no_total_of_each_other():
    assert hidden_sums(pd.DataFrame({"A": [5.0], "B": [5.0]}), {}) == {}
