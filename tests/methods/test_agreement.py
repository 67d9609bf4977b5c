from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.agreement import LEVELS, krippendorff_alpha

# Krippendorff (2011), Computing Krippendorff's alpha-reliability: four observers, twelve units, with gaps.
OBSERVERS = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
KNOWN = {"nominal": 0.7434211, "ordinal": 0.8153875, "interval": 0.8491071, "ratio": 0.7974028}


def long(table: np.ndarray) -> pd.DataFrame:
    """Return a table with a row a rater and a column a unit as rows of ratings."""
    raters, units = np.indices(table.shape)
    return pd.DataFrame({"unit": units.ravel(), "rater": raters.ravel(), "value": table.ravel()})


def example() -> np.ndarray:
    return np.array(
        [[np.nan if cell == "." else float(cell) for cell in row.split()] for row in OBSERVERS.values()]
    )


@pytest.mark.parametrize(("level", "alpha"), KNOWN.items())
def test_the_example_of_krippendorff(level, alpha):
    assert krippendorff_alpha(long(example()), level) == pytest.approx(alpha, abs=5e-8)


@st.composite
def tables(draw) -> np.ndarray:
    raters, units = draw(st.integers(2, 5)), draw(st.integers(1, 8))
    cells = draw(
        st.lists(
            st.one_of(st.integers(1, 5), st.just(None)), min_size=raters * units, max_size=raters * units
        )
    )
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=float).reshape(raters, units)


def varies(table: np.ndarray) -> bool:
    """Return whether the units with two ratings hold more than one value."""
    paired = table[:, (~np.isnan(table)).sum(axis=0) > 1]
    return len(np.unique(paired[~np.isnan(paired)])) > 1


@given(tables(), st.sampled_from(LEVELS))
def test_the_same_as_the_package_of_castro(table, level):
    ours = krippendorff_alpha(long(table), level)
    if not varies(table):
        assert np.isnan(ours)
        return
    paired = table[:, (~np.isnan(table)).sum(axis=0) > 1]
    theirs = krippendorff.alpha(reliability_data=paired, level_of_measurement=level)
    assert ours == pytest.approx(theirs, abs=1e-9)
    assert ours <= 1 + 1e-12


@given(tables(), st.sampled_from(LEVELS), st.randoms(use_true_random=False))
def test_no_order_of_raters_units_or_rows_matters(table, level, random):
    raters, units = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(raters)
    random.shuffle(units)
    rows = long(table[raters][:, units]).sample(frac=1, random_state=random.randrange(1000))
    same = krippendorff_alpha(long(table), level)
    assert krippendorff_alpha(rows, level) == pytest.approx(same, nan_ok=True)


@given(st.lists(st.integers(1, 5), min_size=2, max_size=8), st.integers(2, 4), st.sampled_from(LEVELS))
def test_perfect_agreement_is_one_where_there_is_variation(scores, raters, level):
    alpha = krippendorff_alpha(long(np.array([scores] * raters, dtype=float)), level)
    assert np.isnan(alpha) if len(set(scores)) == 1 else alpha == 1


@given(tables(), st.sampled_from(LEVELS))
def test_a_unit_with_one_rating_tells_nothing(table, level):
    alone = np.full((table.shape[0], 1), np.nan)
    alone[0] = 5
    with_it = krippendorff_alpha(long(np.hstack([table, alone])), level)
    assert with_it == pytest.approx(krippendorff_alpha(long(table), level), nan_ok=True)


def test_what_cannot_be_said_is_no_number():
    assert np.isnan(krippendorff_alpha(pd.DataFrame({"unit": [], "rater": [], "value": []}), "ordinal"))
    assert np.isnan(krippendorff_alpha(long(np.array([[1.0, 2, 3]])), "ordinal"))


@pytest.mark.parametrize(
    ("rows", "level", "words"),
    [
        ({"unit": [1], "rater": [1], "value": [1]}, "rank", "is no level"),
        ({"unit": [1], "value": [1]}, "ordinal", "no column 'rater'"),
        ({"unit": [1, 1], "rater": [1, 1], "value": [1, 2]}, "ordinal", "more than once"),
        ({"unit": [1, None], "rater": [1, 1], "value": [1, 2]}, "ordinal", "without an entry"),
        ({"unit": [1], "rater": [1], "value": ["high"]}, "ordinal", "must hold numbers"),
        ({"unit": [1, 1], "rater": [1, 2], "value": [-1, 2]}, "ratio", "below 0"),
    ],
)
def test_wrong_ratings_are_refused(rows, level, words):
    with pytest.raises(ValueError, match=words):
        krippendorff_alpha(pd.DataFrame(rows), level)
