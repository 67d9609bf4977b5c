from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.multiple_testing import ADJUSTMENTS, adjust

FIFTEEN = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240),
    *(0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]
"""Benjamini and Hochberg (1995), section 3.2."""

P_VALUES = st.lists(st.floats(0, 1), max_size=25)


def test_the_fifteen_of_benjamini_and_hochberg() -> None:
    shuffled = np.random.default_rng(3).permutation(FIFTEEN).tolist()
    for p_values in (FIFTEEN, shuffled):
        by_number = np.array(p_values) * 15
        assert (by_number <= 0.05).sum() == 3  # Bonferroni
        assert (adjust(p_values, "holm") <= 0.05).sum() == 3
        assert (adjust(p_values, "benjamini_hochberg") <= 0.05).sum() == 4


def test_holm_by_hand() -> None:
    """0.01 * 4; 0.02 * 3; 0.03 * 2 = 0.06, the same; 0.04, not below the one before."""
    assert adjust([0.03, 0.01, 0.04, 0.02], "holm").round(9).tolist() == [0.06, 0.04, 0.06, 0.06]


@pytest.mark.parametrize("method", ADJUSTMENTS)
@given(p_values=P_VALUES)
def test_adjusted_are_no_smaller_and_keep_their_order(method: str, p_values: list[float]) -> None:
    adjusted = adjust(p_values, method)
    assert (adjusted >= np.array(p_values)).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= -1e-12).all()
    if len(p_values) == 1:
        assert adjusted.tolist() == p_values


@given(P_VALUES)
def test_holm_lies_between_the_false_discovery_rate_and_bonferroni(p_values: list[float]) -> None:
    holm = adjust(p_values, "holm")
    assert (holm <= np.minimum(np.array(p_values) * len(p_values), 1) + 1e-12).all()
    assert (adjust(p_values, "benjamini_hochberg") <= holm + 1e-12).all()


@pytest.mark.parametrize("method", ADJUSTMENTS)
def test_tests_without_a_p_value_are_not_counted(method: str) -> None:
    among = adjust([0.01, float("nan"), 0.04], method)
    assert np.isnan(among[1])
    assert among[[0, 2]].tolist() == adjust([0.01, 0.04], method).tolist()


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="is no adjustment"):
        adjust([0.1], "sidak")
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([1.2], "holm")
