from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tasks.methods.concentration import cluster_index, herfindahl, krugman, location_quotient

TABLES = st.tuples(st.integers(2, 6), st.integers(2, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.integers(0, 5000).map(float))
)


def quotients(table: np.ndarray) -> np.ndarray:
    return location_quotient(table, table.sum(1)[:, None], table.sum(0)[None, :], table.sum())


def test_the_known_answer():
    """Computer services in Freiburg against Germany (Farhauer and Kröll 2014, in Wieland 2019)."""
    assert round(float(location_quotient(1714, 79006, 879213, 15593224)), 7) == 0.3847623


def test_no_quotient_where_there_is_no_figure_or_nothing_to_divide_by():
    values = location_quotient([np.nan, -1.0, 2.0, 2.0, 0.0], [10, 10, 0, 10, 10], 5, [20, 20, 20, 0, 20])
    assert np.isnan(values[:4]).all()
    assert values[4] == 0
    with pytest.raises(ValueError, match="infinite"):
        location_quotient(1, np.inf, 1, 1)


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_the_mean_of_an_industrys_quotients_weighted_by_the_regions_is_1(table):
    found, weights = quotients(table), table.sum(1)
    for industry in np.flatnonzero(table.sum(0) > 0):
        there = weights > 0
        mean = np.average(found[there, industry], weights=weights[there])
        assert mean == pytest.approx(1, rel=1e-9)


@given(TABLES, st.floats(0.01, 100))
@settings(max_examples=40, deadline=None)
def test_the_unit_and_the_order_change_nothing(table, scale):
    assert quotients(table * scale) == pytest.approx(quotients(table), rel=1e-9, nan_ok=True)
    assert quotients(table[::-1, ::-1])[::-1, ::-1] == pytest.approx(quotients(table), nan_ok=True)
    country = table.sum(0)
    assert krugman(table * scale, country) == pytest.approx(krugman(table, country), nan_ok=True)
    assert herfindahl(table[:, ::-1] * scale) == pytest.approx(herfindahl(table), nan_ok=True)


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_the_indices_stay_within_their_ends(table):
    there = table.sum(1) > 0
    far = krugman(table, table.sum(0))[there]
    concentrated = herfindahl(table)[there]
    assert ((far >= 0) & (far <= 2 + 1e-12)).all()
    assert (concentrated >= 1 / table.shape[1] - 1e-12).all()
    assert (concentrated <= 1 + 1e-12).all()
    assert np.isnan(herfindahl(table)[~there]).all()


def test_the_ends_of_the_indices():
    assert krugman([1, 0], [0, 1]) == 2
    assert krugman([2, 4], [1, 2]) == 0
    assert krugman([2, 4, np.nan], [1, 2, 50]) == 0  # what is not known of one is left out of both
    assert herfindahl([5, 5, 5, 5]) == 0.25
    assert herfindahl([5, np.nan, 0]) == 1
    with pytest.raises(ValueError, match="same industries"):
        krugman([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="not negative"):
        herfindahl([1, -2])


def test_a_cell_as_the_country_has_a_cluster_index_of_1_and_smaller_plants_a_higher_one():
    country = {"industry_employment": 100, "industry_firms": 10, "area": 1000, "population": 500}
    same = cluster_index(10, 1, region_area=100, region_population=50, **country)
    assert {name: float(one) for name, one in same.items()} == dict.fromkeys(same, 1.0)
    small = cluster_index(10, 2, region_area=100, region_population=50, **country)
    assert small["cluster_index"] == 2
    empty = cluster_index(0, 0, region_area=100, region_population=50, **country)
    assert np.isnan(empty["cluster_index"])
    with pytest.raises(ValueError, match="negative"):
        cluster_index(-1, 2, region_area=100, region_population=50, **country)
