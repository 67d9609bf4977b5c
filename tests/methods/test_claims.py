from __future__ import annotations

from itertools import product
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks import told_figures
from tasks.methods.claims import (
    BEFORE_THE_PROGRAMME,
    LIMITED,
    PARALLEL_TRENDS,
    RANDOMISED,
    decide_claim,
    direction,
    direction_of_money,
    leaning,
)

STUDY: dict[str, Any] = {
    "study_design": "longitudinal",
    "sample_design": "representative",
    "assignment": "not randomised",
    "waves": 2,
    "largest_standardized_difference": 0.25,
    "spill_over": False,
    "estimator": "difference_in_differences",
}


def test_a_panel_with_alike_arms_is_causal_on_an_assumption_that_is_told() -> None:
    assert decide_claim(**STUDY) == ("causal", [PARALLEL_TRENDS])


@pytest.mark.parametrize(
    ("change", "claim", "said"),
    [
        ({"largest_standardized_difference": 0.2501}, "associational", "0.25 standard deviations"),
        ({"largest_standardized_difference": -0.3}, "associational", "up to 0.30 standard"),
        ({"largest_standardized_difference": float("inf")}, "associational", "wholly in a characteristic"),
        ({"unmeasured": ["land"]}, "associational", "not measured in land."),
        (
            {"largest_standardized_difference": 0.3, "unmeasured": ["land"]},
            "associational",
            "by up to 0.30 standard deviations, more than 0.25. Whether",
        ),
        ({"largest_standardized_difference": None}, "associational", "was not measured"),
        ({"largest_standardized_difference": float("nan")}, "associational", "was not measured"),
        ({"spill_over": True}, "associational", "spill-over"),
        ({"waves": 1}, "associational", "no second wave"),
        ({"study_design": "one-off"}, "associational", "no second wave"),
        ({"estimator": "difference"}, "associational", "not their changes"),
        ({"estimator": "ancova"}, "associational", "not their changes"),
        ({"sample_design": "purposive"}, "descriptive", "only of those interviewed"),
        ({"estimator": "recall"}, "recall", "what people recall"),
        ({"study_design": "repeat"}, "causal", "parallel trends"),
        ({"earlier_trends": "differed"}, "associational", "changed differently already"),
        ({"earlier_trends": "not told apart"}, "causal", "does not prove it"),
        ({"earlier_trends": "differed", "spill_over": True}, "associational", "changed differently already"),
        ({"earlier_trends": "differed", "assignment": "randomised"}, "causal", "the lot was not kept to"),
        ({"estimator": "first_differences"}, "causal", "parallel trends"),
        ({"estimator": "fixed_effects"}, "causal", "parallel trends"),
    ],
)
def test_what_the_design_forbids(change: dict[str, Any], claim: str, said: str) -> None:
    found, reasons = decide_claim(**{**STUDY, **change})
    assert found == claim
    assert said in " ".join(reasons)


def test_randomised_arms_stay_causal_though_one_covariate_differs() -> None:
    study = {**STUDY, "assignment": "randomised", "waves": 1, "estimator": "difference"}
    study["largest_standardized_difference"] = 0.30
    assert decide_claim(**study) == ("causal", [RANDOMISED])
    claim, reasons = decide_claim(**{**study, "spill_over": True})
    assert claim == "causal"
    assert "spill-over" in reasons[1]
    assert decide_claim(**{**study, "sample_design": "purposive"})[0] == "descriptive"


def test_recall_comes_before_everything_and_tells_the_sample_too() -> None:
    claim, reasons = decide_claim(
        **{**STUDY, "estimator": "recall", "sample_design": "purposive", "assignment": "randomised"}
    )
    assert claim == "recall"
    assert len(reasons) == 2


def test_every_claim_short_of_a_randomised_one_says_why() -> None:
    for design, sample, assignment, waves, difference, spill, estimator in product(
        ("one-off", "repeat", "longitudinal"),
        ("representative", "purposive", "census", "randomised", "undeclared"),
        ("randomised", "not randomised"),
        (1, 2, 3),
        (None, 0.1, 0.9),
        (False, True),
        ("difference", "difference_in_differences", "first_differences", "fixed_effects", "ancova", "recall"),
    ):
        claim, reasons = decide_claim(
            study_design=design,
            sample_design=sample,
            assignment=assignment,
            waves=waves,
            largest_standardized_difference=difference,
            spill_over=spill,
            estimator=estimator,
        )
        assert claim in ("causal", "associational", "descriptive", "recall")
        assert all(reason.endswith(".") for reason in reasons)
        assert (claim == "recall") == (estimator == "recall")
        assert sample != "purposive" or claim in ("descriptive", "recall")
        if claim == "causal" and assignment != "randomised":
            assert reasons == [PARALLEL_TRENDS]
            assert waves >= 2
            assert difference == 0.1
            assert not spill
        elif claim != "causal":
            assert reasons


@pytest.mark.parametrize(
    "change",
    [
        {"study_design": "long"},
        {"sample_design": ""},
        {"assignment": "yes"},
        {"estimator": "ols"},
        {"waves": 0},
    ],
)
def test_unknown_words_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"known|at least one wave"):
        decide_claim(**{**STUDY, **change})


NUMBER = st.floats(-100, 100)
LEAST = st.floats(0, 50)
BETTER = st.sampled_from(["higher", "lower"])


@pytest.mark.parametrize(
    ("change", "low", "high", "least", "expected"),
    [
        (5, 1, 9, 2, "better"),
        (-5, -9, -1, 2, "worse"),
        (5, -1, 11, 2, "uncertain"),
        (1, 0.5, 1.5, 2, "unchanged"),  # significant, but too small to count
        (1.9, 0.1, 3.7, 2, "uncertain"),  # small, but it may be one that counts
        (0, -2, 2, 2, "unchanged"),
        (0, -2, 2.1, 2, "uncertain"),
        (2, 0.5, 3.5, 2, "better"),
        (0.1, 0.05, 0.15, 0, "better"),
        (0, 0, 0, 0, "unchanged"),
        (2, 2, 2, 2, "better"),
        (2, 0, 4, 1, "uncertain"),  # zero at the end is not excluded
        (1, None, None, 2, "uncertain"),
        (0, None, None, 2, "uncertain"),
        (3, None, None, 2, "uncertain"),
        (3, float("nan"), float("nan"), 2, "uncertain"),
        (float("nan"), None, None, 2, "uncertain"),
        (5, 1, 9, None, "better"),  # where no smallest change is named, every one counts
        (0, -0.1, 0.1, None, "uncertain"),
        (0, 0, 0, float("nan"), "uncertain"),
    ],
)
def test_directions(change: float, low: Any, high: Any, least: Any, expected: str) -> None:
    assert direction(change, low, high, least, "higher") == expected
    turned = {"better": "worse", "worse": "better"}.get(expected, expected)
    assert direction(change, low, high, least, "lower") == turned


def test_without_an_estimate_a_smallest_change_in_percent_of_nothing_is_not_asked_for() -> None:
    nothing = float("nan")
    assert direction(nothing, nothing, nothing, nothing, "higher") == "uncertain"


@given(change=NUMBER, below=LEAST, above=LEAST, least=LEAST, better=BETTER)
def test_the_rule_of_direction(change: float, below: float, above: float, least: float, better: str) -> None:
    low, high = change - below, change + above
    found = direction(change, low, high, least, better)
    excludes = low > 0 or high < 0
    inside = -least <= low and high <= least
    clear = found in ("better", "worse")
    assert clear == (excludes and abs(change) >= least)
    if clear:
        assert (found == "better") == ((change > 0) == (better == "higher"))
    else:
        assert (found == "unchanged") == inside
    # the mirror image of the world says the opposite
    mirrored = direction(-change, -high, -low, least, better)
    assert mirrored == {"better": "worse", "worse": "better"}.get(found, found)
    # as much less wide, never more uncertain
    narrower = direction(change, change - below / 2, change + above / 2, least, better)
    assert narrower != "uncertain" or found == "uncertain"
    unnamed = direction(change, low, high, None, better)
    assert unnamed == direction(change, low, high, 0, better) or low == high == 0


@given(change=NUMBER, below=LEAST, above=LEAST, least=LEAST, better=BETTER)
def test_what_leans_is_small_and_its_sign_is_known(
    change: float, below: float, above: float, least: float, better: str
) -> None:
    low, high = change - below, change + above
    verdict = direction(change, low, high, least, better)
    leans = leaning(verdict, low, high, better)
    assert bool(leans) == (verdict == "uncertain" and (low > 0 or high < 0))
    if leans:
        assert abs(change) < least < max(abs(low), abs(high))
        assert leans == direction(change, low, high, None, better)


@given(change=st.floats(0.001, 0.3), errors=st.floats(1.7, 2.3), better=BETTER)
def test_it_leans_alike_by_the_digits_that_are_told(change: float, errors: float, better: str) -> None:
    error = change / errors
    low, high = change - 1.959964 * error, change + 1.959964 * error
    p_value = told_figures.p_value(2 * NormalDist().cdf(-errors))
    told_low, told_high = told_figures.share_of(low), told_figures.share_of(high)
    assume(told_high > 0)  # else no digit is told
    exact = leaning("uncertain", low, high, better)
    assert leaning("uncertain", told_low, told_high, better, p_value) == exact


@pytest.mark.parametrize("end", [None, float("nan")])
def test_without_an_interval_nothing_leans(end: Any) -> None:
    assert leaning("uncertain", end, end, "higher") == ""
    with pytest.raises(ValueError, match="higher"):
        leaning("uncertain", 1, 2, "more")


@given(change=NUMBER, least=LEAST, better=BETTER)
def test_without_an_interval_nothing_is_said_of_a_change(change: float, least: float, better: str) -> None:
    assert direction(change, None, None, least, better) == "uncertain"
    assert direction(change, float("nan"), 1.0, least, better) == "uncertain"


def test_matching_is_named_where_it_limits_or_carries_a_claim() -> None:
    claim, reasons = decide_claim(**STUDY, matched=True)
    assert claim == "causal"
    assert reasons == [PARALLEL_TRENDS, "It holds for those who were matched."]
    claim, reasons = decide_claim(**{**STUDY, "largest_standardized_difference": 0.3}, matched=True)
    assert claim == "associational"
    assert reasons[0].startswith("Even after matching the arms differed")


def test_matching_makes_no_cause_of_a_comparison_of_levels() -> None:
    assert decide_claim(**{**STUDY, "estimator": "difference"}, matched=True)[0] == "associational"


@pytest.mark.parametrize("assignment", ["randomised", "not randomised"])
def test_a_shared_locality_is_told_and_decides_nothing(assignment: str) -> None:
    claim, reasons = decide_claim(**{**STUDY, "assignment": assignment}, shared=["a locality"])
    assert claim == "causal"
    assert "share a locality with the programme arm" in reasons[-1]


@pytest.mark.parametrize("assignment", ["randomised", "not randomised"])
def test_what_is_compared_before_the_programme_is_no_effect(assignment: str) -> None:
    told = decide_claim(**{**STUDY, "assignment": assignment}, before_programme=True)
    assert told == ("associational", [BEFORE_THE_PROGRAMME])


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="lower end"):
        direction(1, 3, 2, 1, "higher")
    with pytest.raises(ValueError, match="smallest change"):
        direction(1, 0, 2, -1, "higher")
    with pytest.raises(ValueError, match="'higher' or 'lower'"):
        direction(1, 0, 2, 1, "more")


def test_a_limited_follow_up_is_told_as_recall_whatever_the_design_and_a_repeat_study_is_not() -> None:
    strong = {**STUDY, "sample_design": "representative", "assignment": "randomised"}
    claim, reasons = decide_claim(**strong, limited=True)
    assert claim == "recall"
    assert reasons == [LIMITED]
    assert decide_claim(**strong)[0] == "causal"
    purposive, why = decide_claim(**{**strong, "sample_design": "purposive"}, limited=True)
    assert purposive == "recall"
    assert len(why) == 2


@pytest.mark.parametrize(
    ("verdict", "change", "ratios", "expected"),
    [
        ("better", 300, [], "better"),
        ("better", 300, [1.0], "better"),
        ("better", 300, [1.11], "uncertain"),
        ("worse", 300, [1.11], "uncertain"),  # debts that grew less than prices are lighter
        ("worse", -300, [1.11], "worse"),
        ("better", -300, [1.11, 1.2], "better"),  # debts
        ("better", -300, [1.11, 0.9], "uncertain"),
        ("better", 300, [0.9], "better"),
        ("unchanged", -1, [1.11], "uncertain"),
        ("uncertain", -300, [1.11], "uncertain"),
    ],
)
def test_of_money_only_what_prices_cannot_turn_is_said(
    verdict: str, change: float, ratios: list[float], expected: str
) -> None:
    assert direction_of_money(verdict, change, ratios) == expected
    with pytest.raises(ValueError, match="above 0"):
        direction_of_money(verdict, change, [0])
