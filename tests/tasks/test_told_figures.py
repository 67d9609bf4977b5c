"""Figures rounded to the digits that are printed say the same as before, and are rounded once only."""

from __future__ import annotations

import math
from statistics import NormalDist

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import t as student

from tasks import wording
from tasks.publish.spoken import Spoken
from tasks.told_figures import as_told, range_told

UNITS = {"share": "share", "days": "days a month"}
FIGURES = ["estimate", "ci_low", "ci_high"]


def told(rows: list[list[float]], indicator: str) -> list[list[float]]:
    frame = pd.DataFrame(rows, columns=FIGURES, dtype="float64").assign(indicator=indicator)
    return as_told(frame, frame, UNITS)[FIGURES].to_numpy().tolist()


@pytest.mark.parametrize("indicator", UNITS)
@given(estimate=st.floats(-2, 2), half=st.floats(0, 2), size=st.integers(-2, 6))
def test_an_interval_holds_its_estimate_and_is_worded_as_before(indicator, estimate, half, size):
    scale = 1.0 if indicator == "share" else 10.0**size
    exact = [scale * estimate, scale * (estimate - half), scale * (estimate + half)]
    (rounded,) = told([exact], indicator)
    middle, low, high = rounded
    assert low <= middle <= high
    assert all(one * other >= 0 for one, other in zip(exact, rounded, strict=True))
    assert told([rounded], indicator) == [rounded]
    before = wording.change(exact[0], exact[1], exact[2], UNITS[indicator])
    assert wording.change(middle, low, high, UNITS[indicator]) == before


@pytest.mark.parametrize("indicator", UNITS)
def test_a_nought_has_no_sign(indicator):
    (rounded,) = told([[-0.001, -9.0, 9.0]], indicator)
    assert math.copysign(1, rounded[0]) == 1
    assert Spoken("en").change(-0.001, UNITS["share"]) == "0 in 100"


@pytest.mark.parametrize("estimator", ["difference", "difference_in_differences", "recall"])
@pytest.mark.parametrize("respondents", [15, 60])
@given(
    estimate=st.floats(-0.3, 0.3),
    half=st.floats(0.001, 0.3),
    p_adjusted=st.floats(0, 1),
    direction=st.sampled_from(["better", "worse", "unchanged", "uncertain"]),
)
def test_a_finding_reads_the_same_by_the_figures_that_are_told(
    estimator, respondents, estimate, half, p_adjusted, direction
):
    row = {
        "indicator": "share",
        "estimator": estimator,
        "term": "programme",
        "poverty_group": "stitchers",
        "from_wave": "first",
        "to_wave": "second",
        "respondents": respondents,
        "estimate": estimate,
        "ci_low": estimate - half,
        "ci_high": estimate + half,
        "p_value": 2 * NormalDist().cdf(-1.959964 * abs(estimate) / half),
        "p_adjusted": p_adjusted,
        "tests": 3,
        "direction": direction,
        "money": None,
    }
    ends = [row[one] * 100 for one in FIGURES]
    assume(all(abs(one % 1 - 0.5) > 1e-9 for one in ends))  # the noise of binary fractions parts a tie
    exact = pd.DataFrame([row])
    released = as_told(exact, exact, UNITS).to_dict("records")[0]
    assume(released["ci_low"] or released["ci_high"])  # else no digit tells on which side of 0 it lies
    about = {"unit": "share", "label": "Owns a machine"}
    plan = wording.Told({}, {}, "PKR")
    assert wording.statement(released, about, plan) == wording.statement(row, about, plan)


@given(
    estimate=st.floats(-5, 5).filter(lambda one: abs(one) > 1e-3),
    error=st.floats(0.01, 3),
    freedom=st.integers(2, 200),
)
def test_what_a_row_tells_of_its_estimate_is_never_that_it_is_another(estimate, error, freedom):
    """Also where the table does not tell the degrees of freedom, and few clusters make them few."""
    half = student.isf(0.025, freedom) * error
    p_value = 2 * student.sf(abs(estimate) / error, freedom)
    row = {"estimate": estimate, "ci_low": estimate - half, "ci_high": estimate + half, "p_value": p_value}
    low, high = range_told(row, "estimate", share=False)
    assert low - 1e-9 <= estimate <= high + 1e-9
    known = range_told({**row, "degrees_of_freedom": freedom}, "estimate", share=False)
    assert known[0] - 1e-6 <= low, "who knows the degrees of freedom knows no more than is reckoned with"
    assert high <= known[1] + 1e-6
    other = range_told({**row, "p_value": p_value / 2}, "estimate", share=False)  # not of this interval
    assert other[0] <= estimate <= other[1]
