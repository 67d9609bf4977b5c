"""The steps of the comparison group, on frames as the warehouse gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.assessment import Comparison, Thresholds
from schemas.base import check, conform
from schemas.comparison import (
    ComparisonBalance,
    ComparisonMatching,
    ComparisonOverlap,
    ComparisonTests,
    ComparisonWeights,
    SpillOver,
)
from tasks import comparison
from tasks.disclosure import release

WAVES = pd.DataFrame(
    {
        "wave": ["trial", "baseline", "followup"],
        "role": ["pilot", "baseline", "follow-up"],
        "position": [1, 2, 3],
    }
)


def responses(seed: int = 1, people: int = 120) -> pd.DataFrame:
    """Return two waves and a pilot; the programme has older people with more land, and shares a locality."""
    rng = np.random.default_rng(seed)
    programme = np.arange(people) % 3 == 0
    once = pd.DataFrame(
        {
            "respondent": pd.array([f"p{number:03}" for number in range(people)], dtype="string"),
            "arm": pd.array(np.where(programme, "programme", "comparison"), dtype="string"),
            "weight": rng.uniform(0.5, 2, people),
            "cluster": pd.array(
                [f"c{number % 12 + 10 * (number % 3 == 0)}" for number in range(people)], dtype="string"
            ),
            "age": (rng.normal(35, 8, people) + 6 * programme).round(),
            "land": rng.integers(0, 5, people) + programme.astype(int),
            "school": pd.array(rng.choice(["none", "primary", "secondary"], people), dtype="string"),
            "buyer": pd.array(np.where(programme, "trader A", "trader B"), dtype="string"),
        }
    )
    return pd.concat(
        [once.assign(wave=wave) for wave in ("baseline", "followup", "trial")], ignore_index=True
    )


def plan(**matching: Any) -> Comparison:
    given: dict[str, Any] = {"covariates": ["age", "land", "school"]}
    return Comparison.model_validate({**given, **({"matching": matching} if matching else {})})


def made(frame: pd.DataFrame, asked: Comparison) -> tuple[pd.DataFrame, ...]:
    """Run the steps and hold what they return to the contracts."""
    weights, told = comparison.match_arms(frame, WAVES, comparison=asked)
    table, tests = comparison.balance_arms(
        frame, WAVES, conform(weights, ComparisonWeights), comparison=asked, thresholds=Thresholds()
    )
    spans = comparison.overlap_arms(frame, WAVES, comparison=asked)
    contracts = (ComparisonWeights, ComparisonMatching, ComparisonBalance, ComparisonTests, ComparisonOverlap)
    tables = (weights, told, table, tests, spans)
    for one, contract in zip(tables, contracts, strict=True):
        assert check(conform(one, contract), contract) == []
    return tables


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "propensity"},
        {"method": "propensity", "neighbours": 2, "replacement": True, "exact": ["school"]},
        {"method": "mahalanobis"},
        {"method": "mahalanobis", "caliper": 0.3},
        {"method": "entropy_balancing"},
    ],
)
def test_matching_is_told_and_makes_the_arms_more_alike(asked):
    weights, told, table, tests, _ = made(responses(), plan(**asked))
    before, after = (table[f"{prefix}standardized_difference"].abs().max() for prefix in ("", "adjusted_"))
    assert after < before
    assert tests["stage"].tolist() == ["before", "after"]
    counts = told.set_index("arm")
    assert counts["respondents"].to_dict() == {"programme": 40, "comparison": 80}
    for arm, one in counts.to_dict("index").items():
        of = weights[weights["arm"] == arm]
        assert one["matched"] == len(of) == one["respondents"] - one["unmatched"]
        weight = of["matched_weight"]
        assert one["effective_respondents"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    sums = weights.groupby("arm")["matched_weight"].sum()
    assert sums["programme"] == pytest.approx(sums["comparison"])
    alone = asked["method"] == "entropy_balancing" or asked.get("replacement")
    assert weights["matched_set"].isna().all() == bool(alone)


def test_only_the_first_wave_after_the_pilot_is_looked_at():
    frame = responses()
    spoilt = frame.copy()
    spoilt.loc[spoilt["wave"] != "baseline", ["age", "land"]] = 0
    asked = plan(method="propensity")
    for one, other in zip(made(frame, asked), made(spoilt, asked), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_without_a_matching_there_is_a_balance_and_an_overlap_alone():
    weights, told, table, tests, spans = made(responses(), plan())
    assert not len(weights)
    assert not len(told)
    assert len(table) == 5
    assert "adjusted_verdict" not in table
    assert tests["stage"].tolist() == ["before"]
    assert spans["respondents"].sum() == 120


def test_nobody_is_left_out_without_being_counted():
    frame = responses()
    frame.loc[frame["respondent"].isin(["p000", "p001", "p004"]), "age"] = np.nan
    _, told, *_ = made(frame, plan(method="entropy_balancing"))
    counts = told.set_index("arm")
    assert counts["covariate_missing"].to_dict() == {"programme": 1, "comparison": 2}
    assert counts["unmatched"].to_dict() == {"programme": 1, "comparison": 2}


def test_a_pair_is_the_same_even_where_few_people_are():
    frame = responses()
    number = frame["respondent"].str[1:].astype(int)
    frame["school"] = frame["school"].mask(number < 4, "village A").mask(number.between(4, 8), "village B")
    weights, *_ = made(frame, plan(method="propensity", covariates=["age"], exact=["school"]))
    schools = frame.drop_duplicates("respondent").set_index("respondent")["school"]
    pairs = weights.assign(school=weights["respondent"].map(schools)).groupby("matched_set")["school"]
    assert (pairs.nunique() == 1).all()
    assert (pairs.size() == 2).all()


def test_a_matching_that_cannot_be_made_is_told_and_stops_nothing():
    frame = responses()
    frame["land"] = np.where(frame["arm"] == "programme", 9, 1)
    weights, told, table, tests, spans = made(frame, plan(method="entropy_balancing"))
    assert not len(weights)
    assert told["problem"].str.contains("'land' cannot be balanced").all()
    assert (told["matched"] == 0).all()
    assert len(table) == 5
    assert tests["stage"].tolist() == ["before"]
    assert not len(spans)
    found = comparison.matched(weights, told)
    with pytest.raises(ValueError, match="could not be matched: 'land' cannot be balanced"):
        found.rows(frame)


def test_nearness_does_not_match_whom_a_covariate_tells_apart():
    frame = responses()
    frame["land"] = np.where(frame["arm"] == "programme", 9, 1) + frame["age"] % 2
    weights, told, *_ = made(frame, plan(method="mahalanobis"))
    assert not len(weights)
    assert told["problem"].str.startswith("'land' tells the arm of some people").all()


@pytest.mark.parametrize("method", ["propensity", "mahalanobis", "entropy_balancing"])
def test_covariates_of_which_no_entry_is_frequent_are_told_as_a_problem(method):
    frame = responses().assign(name=lambda one: "name of " + one["respondent"])
    asked = Comparison.model_validate({"covariates": ["name"], "matching": {"method": method}})
    weights, told, table, tests, spans = made(frame, asked)
    assert not len(weights)
    assert not len(spans)
    assert set(told["problem"]) == {"Nobody differs in 'name'"}
    assert table["verdict"].tolist() == ["balanced"]
    assert tests["problem"].tolist() == ["Nobody differs in any of the covariates"]


@pytest.mark.parametrize("column", ["respondent", "household", "arm", "wave"])
@pytest.mark.parametrize("key", ["covariates", "exact", "same_buyer"])
def test_an_id_is_no_characteristic_of_people(column, key):
    given: dict[str, Any] = {"covariates": ["age"], "matching": {"method": "propensity"}}
    if key == "same_buyer":
        given[key] = column
    else:
        (given if key == "covariates" else given["matching"])[key] = [column]
    with pytest.raises(ValueError, match=f"'{column}' says who somebody is"):
        Comparison.model_validate(given)


def test_a_caliper_that_nobody_meets_is_told():
    _, told, *_ = made(responses(), plan(method="propensity", caliper=1e-9, exact=["buyer"]))
    assert set(told["problem"]) == {"No two people of the arms are as alike as is asked for"}


def test_before_the_first_wave_there_is_nothing_to_say():
    nothing = responses().head(0)[["respondent", "wave", "arm", "weight", "cluster"]]
    asked = plan(method="propensity", exact=["school"]).model_copy(update={"same_buyer": "buyer"})
    assert all(not len(one) for one in made(nothing, asked))
    assert not len(comparison.look_for_spill_over(nothing, WAVES, comparison=asked))


def test_one_arm_alone_gives_nothing():
    frame = responses().query("arm == 'programme'")
    assert all(not len(one) for one in made(frame, plan(method="propensity")))
    assert not len(comparison.look_for_spill_over(frame, WAVES, comparison=plan()))


def test_estimates_use_the_weights_of_the_first_wave_in_every_wave():
    frame = responses()
    weights, told, *_ = made(frame, plan(method="propensity"))
    rows = comparison.matched(weights, told).rows(frame)
    assert len(rows) == 3 * len(weights)
    assert rows.groupby("respondent")[comparison.WEIGHT].nunique().eq(1).all()
    assert not comparison.sets_cluster_errors(rows)
    assert comparison.sets_cluster_errors(rows.assign(cluster=None))
    with pytest.raises(ValueError, match="nobody is among these respondents"):
        comparison.matched(weights, told).rows(frame.assign(respondent="a stranger"))


def test_who_shares_a_locality_or_a_buyer_is_counted():
    frame = responses()
    asked = Comparison.model_validate({"same_buyer": "buyer"})
    table = comparison.look_for_spill_over(frame, WAVES, comparison=asked)
    assert check(conform(table, SpillOver), SpillOver) == []
    one = frame[frame["wave"] == "baseline"]
    places = set(one.loc[one["arm"] == "programme", "cluster"])
    other = one[one["arm"] == "comparison"]
    counts = table.set_index("channel")
    assert counts.loc["locality", "exposed"] == other["cluster"].isin(places).sum() > 0
    assert counts.loc["locality", "share"] == pytest.approx(counts.loc["locality", "exposed"] / 80)
    assert counts.loc["buyer", ["comparison_respondents", "exposed"]].tolist() == [80, 0]


def test_rare_entries_of_words_stand_for_nobody():
    words = pd.Series(["a"] * 30 + ["b"] * 12 + ["c"] * 4 + ["d"] * 3 + [None], dtype="string")
    pooled = comparison.pool_rare(words)
    assert pooled.value_counts().to_dict() == {"a": 30, "another": 19}
    assert pooled.isna().sum() == 1
    kept = pd.Series(["a"] * 30 + ["b"] * 12, dtype="string")
    assert comparison.pool_rare(kept).equals(kept)


@given(
    scores=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200),
)
@settings(max_examples=60)
def test_no_span_of_the_overlap_tells_of_a_handful(scores):
    table = pd.DataFrame(scores, columns=["score", "programme"])
    arms = table["programme"].map({True: "programme", False: "comparison"})
    spans = comparison.overlap(table["score"], arms)
    assert spans.groupby("arm")["respondents"].sum().to_dict() == {
        arm: int((arms == arm).sum()) for arm in ("programme", "comparison")
    }
    ends = spans.drop_duplicates("position")
    assert ends["low"].tolist() == [0.0, *ends["high"].tolist()[:-1]]
    assert ends["high"].iloc[-1] == 1
    small = spans["respondents"].between(1, 9)
    assert not bool(small.any()) or spans.loc[spans["respondents"] > 0, "position"].nunique() == 1
    released = release(conform(spans, ComparisonOverlap), ComparisonOverlap, public=False)
    assert released["respondents"].isna().tolist() == small.tolist()


def test_a_handful_without_a_match_is_not_told():
    _, told, *_ = made(responses(), plan(method="entropy_balancing"))
    told = told.assign(unmatched=[3, 0], matched=[37, 80])
    released: Any = release(conform(told, ComparisonMatching), ComparisonMatching, public=False)
    released = released.set_index("arm")
    assert released.loc["programme", ["matched", "unmatched", "effective_respondents"]].isna().all()
    assert released.loc["programme", "respondents"] == 40
    assert released.loc["comparison", ["matched", "unmatched"]].tolist() == [80, 0]


def test_a_joint_test_of_fewer_than_ten_degrees_of_freedom_is_not_published():
    _, _, _, tests, _ = made(responses(), plan())
    released = release(conform(tests.assign(denominator=[9]), ComparisonTests), ComparisonTests, public=False)
    assert released[["statistic", "p_value", "denominator"]].isna().all(axis=None)


def test_the_exposed_are_told_from_ten_on():
    table = conform(
        pd.DataFrame(
            {
                "channel": ["locality", "buyer"],
                "comparison_respondents": [80, 80],
                "exposed": [4, 0],
                "share": [0.05, 0.0],
            }
        ),
        SpillOver,
    )
    released = release(table, SpillOver, public=False)
    assert released["exposed"].isna().tolist() == [True, False]
    assert released["share"].isna().tolist() == [True, False]
