from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.few_clusters import bias_reduced_errors
from tasks.methods.impact import Model, fit


def people(seed: int, sizes: list[int], treated: int) -> pd.DataFrame:
    """Return people of clusters of these sizes, the first `treated` clusters in the programme."""
    chance = np.random.default_rng(seed)
    place = np.repeat(np.arange(len(sizes)), sizes)
    common = chance.normal(size=len(sizes))[place]
    return pd.DataFrame(
        {
            "respondent": np.arange(len(place)),
            "wave": "only",
            "place": place,
            "region": place % 3,
            "age": chance.normal(40, 10, len(place)),
            "income": chance.normal(100, 10, len(place)) + 5 * common,
            "share": chance.uniform(0.5, 2, len(place)),
            "arm": np.where(place < treated, "programme", "comparison"),
        }
    )


@given(st.integers(0, 10**6), st.lists(st.integers(1, 9), min_size=3, max_size=12))
@settings(max_examples=30)
def test_a_mean_as_the_closed_formula_has_it(seed: int, sizes: list[int]) -> None:
    """For a mean of clusters of unequal size, error and degrees of freedom have a closed form."""
    frame = people(seed, sizes, 1)
    outcome = frame["income"].to_numpy()
    n = np.array(sizes, dtype=float)
    total = n.sum()
    means = frame.groupby("place")["income"].mean().to_numpy()
    variance = (n**2 * (means - outcome.mean()) ** 2 / (1 - n / total)).sum() / total**2
    freedom = total**2 / (
        total**2 * (n**2 / (total - n) ** 2).sum()
        - 2 * total * (n**3 / (total - n) ** 2).sum()
        + (n**2 / (total - n)).sum() ** 2
    )
    constant = np.ones((len(frame), 1))
    coefficient, error, degrees = bias_reduced_errors(constant, outcome, frame["place"].to_numpy())
    assert coefficient[0] == pytest.approx(outcome.mean())
    assert error[0] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert degrees[0] == pytest.approx(freedom, rel=1e-9)


@pytest.mark.parametrize(("treated", "others", "published"), [(3, 27, 2.5)])
def test_degrees_of_freedom_of_imbens_and_kolesar(treated: int, others: int, published: float) -> None:
    both = np.column_stack([np.ones(treated + others), np.arange(treated + others) < treated])
    alone = np.arange(treated + others)
    freedom = bias_reduced_errors(both, np.sin(alone), alone)[2][1]
    n, m = treated, others
    exact = (n + m) ** 2 * (n - 1) * (m - 1) / (n**2 * (n - 1) + m**2 * (m - 1))
    assert freedom == pytest.approx(exact)
    assert round(freedom, 1) == published


def test_equal_clusters_are_the_means_of_welch() -> None:
    """Arms by cluster, clusters of equal size: the error is that of Welch's test on the clusters' means."""
    frame = people(11, [8] * 15, 6)
    row = fit(frame, Model("difference", "income", cluster="place", error_type="cr2")).iloc[0]
    means = frame.groupby("place")["income"].mean()
    welch: Any = stats.ttest_ind(means[:6], means[6:], equal_var=False)
    assert row["estimate"] / row["standard_error"] == pytest.approx(welch.statistic, rel=1e-9)
    n, m = 6, 9
    exact = (n + m) ** 2 * (n - 1) * (m - 1) / (n**2 * (n - 1) + m**2 * (m - 1))
    assert row["degrees_of_freedom"] == pytest.approx(exact, rel=1e-9)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(welch.statistic), exact), rel=1e-9)


def test_each_alone_is_the_variance_of_welch_in_unequal_arms() -> None:
    frame = people(5, [1] * 40, 12)
    row = fit(frame, Model("difference", "income", error_type="cr2")).iloc[0]
    arms = [frame.loc[frame["arm"] == arm, "income"] for arm in ("programme", "comparison")]
    welch: Any = stats.ttest_ind(*arms, equal_var=False)
    assert row["estimate"] / row["standard_error"] == pytest.approx(welch.statistic, rel=1e-9)


@pytest.mark.parametrize("weight", [None, "share"])
def test_effects_within_clusters_may_be_taken_out(weight: str | None) -> None:
    """Theorem 2 of Pustejovsky and Tipton: dummies of the respondents, or their means taken out."""
    chance = np.random.default_rng(2)
    first = people(2, [3, 5, 4, 6, 3, 5, 4, 4, 7, 3, 4, 5, 6, 3], 7)
    later = first.assign(wave="later", income=first["income"] + chance.normal(3, 4, len(first)))
    both = pd.concat([first.assign(wave="first"), later], ignore_index=True)
    both["reached"] = ((both["arm"] == "programme") & (both["wave"] == "later")).astype(float)
    both["share"] = both.groupby("respondent")["share"].transform("first")
    effects = ("respondent", "wave")
    model = Model(
        "fixed_effects", "income", ("reached",), effects, weight=weight, cluster="place", error_type="cr2"
    )
    row = fit(both, model).iloc[0]
    dummies = [pd.get_dummies(both[name]).to_numpy(float) for name in effects]
    matrix = np.column_stack([both["reached"], *dummies])
    coefficient, error, freedom = bias_reduced_errors(
        matrix,
        both["income"].to_numpy(),
        both["place"].to_numpy(),
        weights=both["share"].to_numpy() if weight else None,
        columns=[0],
    )
    assert row["estimate"] == pytest.approx(coefficient[0], rel=1e-8)
    assert row["standard_error"] == pytest.approx(error[0], rel=1e-8)
    assert row["degrees_of_freedom"] == pytest.approx(freedom[0], rel=1e-6)


@pytest.mark.parametrize("effects", [(), ("region",)])
def test_the_scale_of_weights_and_outcome_changes_nothing_else(effects: tuple[str, ...]) -> None:
    frame = people(8, [3, 9, 4, 6, 3, 5, 4, 4, 7, 3, 4, 5], 6)
    frame["arm"] = np.where(frame["place"] % 2, "programme", "comparison")
    model = Model(
        "difference", "income", (), effects, ("age",), weight="share", cluster="place", error_type="cr2"
    )
    one = fit(frame, model).iloc[0]
    other = fit(frame.assign(share=frame["share"] * 7, income=frame["income"] * 1000), model).iloc[0]
    assert other["standard_error"] == pytest.approx(1000 * one["standard_error"], rel=1e-8)
    assert other["p_value"] == pytest.approx(one["p_value"], rel=1e-8)


def test_it_covers_where_cluster_errors_do_not() -> None:
    """Seven treated clusters of fourteen, no effect: 5 % tests reject about 5 % of samples by CR2."""
    rejected: dict[str, list[bool]] = {"cluster": [], "cr2": []}
    sizes = [2, 3, 4, 30, 3, 2, 5, 4, 3, 40, 2, 3, 5, 4]
    for seed in range(300):
        frame = people(seed, sizes, 7)
        for kind, found in rejected.items():
            row = fit(frame, Model("difference", "income", cluster="place", error_type=kind)).iloc[0]
            found.append(bool(row["p_value"] < 0.05))
    assert np.mean(rejected["cr2"]) <= 0.08
    assert np.mean(rejected["cluster"]) > np.mean(rejected["cr2"]) + 0.04


def test_what_cannot_be_estimated() -> None:
    both = np.column_stack([np.ones(6), np.ones(6), np.arange(6)])
    found = bias_reduced_errors(both, np.arange(6.0) ** 2, np.arange(6) // 2)
    assert np.isnan(found[0][:2]).all()
    assert not np.isnan(found[0][2])
    with pytest.raises(ValueError, match="at least 2 clusters"):
        bias_reduced_errors(both, np.arange(6.0), np.zeros(6))
    with pytest.raises(ValueError, match="same number of rows"):
        bias_reduced_errors(both, np.arange(5.0), np.arange(6))


def test_too_many_effects_across_clusters_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr("tasks.methods._least_squares.MOST_CROSSING_EFFECTS", 2)
    frame = people(1, [5] * 14, 7)
    frame["arm"] = np.where(frame["respondent"] % 2, "programme", "comparison")
    model = Model("difference", "income", (), ("region",), cluster="place", error_type="cr2")
    with pytest.raises(ValueError, match="take error_type = 'cluster'"):
        fit(frame, model)
