from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import median_abs_deviation

from tasks.methods.outliers import distances, modified_z, usual_scale

VALUES = pd.Series([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])


def test_the_distance_is_that_of_scipy():
    expected = (VALUES - VALUES.median()) / median_abs_deviation(VALUES, scale=0.6745)
    np.testing.assert_allclose(modified_z(VALUES, fewest=5), expected)
    assert modified_z(VALUES, fewest=5).abs().gt(3.5).sum() == 2


def test_each_group_has_its_own_measure_and_a_small_one_has_none():
    both = pd.concat([VALUES, VALUES * 100], ignore_index=True)
    group = pd.Series(["a"] * 10 + ["b"] * 10)
    apart = modified_z(both, group, fewest=10)
    np.testing.assert_allclose(apart[:10], modified_z(VALUES, fewest=5))
    np.testing.assert_allclose(apart[10:], apart[:10])
    assert modified_z(both, group, fewest=11).isna().all()


def test_where_half_of_the_values_are_the_same_nothing_is_said():
    assert modified_z(pd.Series([0.0] * 15 + [1, 2, 3, 50, 60, 70]), fewest=5).isna().all()


def test_missing_values_stay_missing_and_are_in_no_measure():
    with_gaps = pd.concat([VALUES, pd.Series([None, None])], ignore_index=True)
    found = modified_z(with_gaps, fewest=5)
    assert found[10:].isna().all()
    np.testing.assert_allclose(found[:10], modified_z(VALUES, fewest=5))


def test_a_small_group_is_measured_by_all():
    even = pd.Series([-4.0, -3, -2, -1, 0, 1, 2, 3, 40])
    group = pd.Series(["a"] * 8 + ["b"])
    assert distances(even, group, fewest=9)[8] == modified_z(even, fewest=9)[8] > 3.5


def test_incomes_are_measured_on_the_log_and_the_rich_are_no_outliers():
    incomes = pd.Series(np.random.default_rng(20041204).lognormal(9, 0.8, 2000)).round()
    assert usual_scale(incomes) == "log"
    assert distances(incomes).abs().gt(3.5).mean() < 0.002
    assert modified_z(incomes).abs().gt(3.5).mean() > 0.03
    assert (
        distances(pd.concat([incomes, pd.Series([1.0, 9e6])], ignore_index=True)).tail(2).abs().gt(3.5).all()
    )


def test_amounts_below_zero_have_no_log():
    assert usual_scale(pd.Series([-1.0, 2, 4, 8, 16, 32, 640])) == "linear"


def test_rows_that_do_not_fit_and_infinite_values_are_refused():
    with pytest.raises(ValueError, match="not of the same rows"):
        modified_z(VALUES, pd.Series(["a"]))
    with pytest.raises(ValueError, match="infinite"):
        usual_scale(pd.Series([1.0, np.inf]))


@given(
    st.lists(st.integers(-1000, 1000), min_size=8, max_size=30),
    st.floats(0.5, 50),
    st.floats(-1000, 1000),
    st.randoms(use_true_random=False),
)
def test_unit_origin_and_order_change_no_distance(values, unit, origin, chance):
    numbers = pd.Series(values, dtype="float64")
    found = modified_z(numbers, fewest=5)
    if not np.isclose((numbers - numbers.median()).abs().median(), 0):
        np.testing.assert_allclose(modified_z(numbers * unit + origin, fewest=5), found, rtol=1e-6, atol=1e-6)
    order = list(numbers.index)
    chance.shuffle(order)
    pd.testing.assert_series_equal(modified_z(numbers[order], fewest=5).sort_index(), found)
