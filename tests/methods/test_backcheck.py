from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.backcheck import differs, error_rates, reliability


def words(*values):
    return pd.Series(values, dtype="string")


def test_an_answer_given_once_only_differs_and_none_is_not_compared():
    assert differs(words("a", "a", None, None), words("a", None, "a", None)).tolist() == [
        False,
        True,
        True,
        pd.NA,
    ]


def test_capitals_and_blanks_are_no_difference():
    assert differs(words(" Home work ", ""), words("home  WORK", None)).tolist() == [False, pd.NA]


@pytest.mark.parametrize(
    ("tolerance", "relative", "expected"),
    [
        (0, False, [False, True, True]),
        (1, False, [False, False, True]),
        (0.1, True, [False, False, False]),
        (0.05, True, [False, True, False]),
    ],
)
def test_numbers_within_the_tolerance_are_the_same(tolerance, relative, expected):
    first, again = pd.Series([10.0, 10, 1000]), pd.Series([10.0, 11, 1002])
    assert differs(first, again, tolerance=tolerance, relative=relative).tolist() == expected


def test_a_tolerance_in_tenths_is_not_missed_by_a_rounding():
    assert differs(pd.Series([1.0]), pd.Series([1.1]), tolerance=0.1).tolist() == [False]


def test_rates_count_what_was_compared():
    pairs = pd.DataFrame(
        {
            "variable": ["age", "age", "age", "rooms", "roof"],
            "enumerator": ["e1", "e1", "e2", "e1", "e1"],
            "differs": pd.array([True, False, True, None, False], "boolean"),
        }
    )
    assert error_rates(pairs, ["variable"]).to_numpy().tolist() == [
        ["age", 3, 2, 2 / 3],
        ["roof", 1, 0, 0.0],
    ]
    assert error_rates(pairs, ["enumerator"])["differ"].tolist() == [1, 1]
    assert not len(error_rates(pairs.head(0), ["variable"]))


def test_a_measure_that_agrees_is_reliable_and_noise_is_not():
    chance = np.random.default_rng(20041204)
    truth = pd.Series(chance.normal(size=20000))
    assert reliability(truth, truth) == 1
    noisy = [truth + chance.normal(size=20000) for _ in range(2)]
    assert reliability(*noisy) == pytest.approx(0.5, abs=0.02)
    assert np.isnan(reliability(truth.head(9), truth.head(9)))
    assert np.isnan(reliability(truth * 0, truth * 0))


def test_faults_of_the_caller():
    with pytest.raises(ValueError, match="below 0"):
        differs(pd.Series([1.0]), pd.Series([1.0]), tolerance=-1)
    with pytest.raises(ValueError, match="same rows"):
        differs(pd.Series([1.0]), pd.Series([1.0, 2]))
    with pytest.raises(ValueError, match="same rows"):
        reliability(pd.Series([1.0]), pd.Series([1.0, 2]))
    with pytest.raises(ValueError, match="'differs'"):
        error_rates(pd.DataFrame({"variable": ["a"]}), ["variable"])


@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 9)), st.one_of(st.none(), st.integers(0, 9)))),
    st.integers(0, 9),
)
def test_a_difference_has_no_direction_and_a_wider_tolerance_finds_no_more(pairs, tolerance):
    first, again = (pd.Series([pair[at] for pair in pairs], dtype="float64") for at in (0, 1))
    found = differs(first, again, tolerance=tolerance)
    assert found.equals(differs(again, first, tolerance=tolerance))
    assert (differs(first, again, tolerance=tolerance + 1).fillna(False) <= found.fillna(False)).all()
