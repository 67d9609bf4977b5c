from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import svy
from hypothesis import given, settings
from hypothesis import strategies as st
from svy import datasets

from tasks.methods.weighting import (
    METHODS,
    calibrate_linear,
    margins_reached,
    nonresponse_factors,
    post_stratify,
    rake,
    weight_summary,
)

VARIABLES = ["geo1", "urbrur", "electricity"]


@pytest.fixture(scope="module")
def households() -> pd.DataFrame:
    """Return svy's bundled household sample: 825 households of the World Bank's synthetic survey."""
    bundled: Any = datasets.load("hld_sample_wb_2023", source="bundled")
    return bundled.to_pandas().rename(columns={"hhweight": "weight"})


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    """Return how many households the census that is bundled with it has in each category."""
    census: Any = datasets.load("hld_pop_wb_2023", source="bundled")
    parts = [
        census.to_pandas().groupby(name).size().rename("total").rename_axis("category").reset_index()
        for name in VARIABLES
    ]
    return pd.concat([part.assign(variable=name) for name, part in zip(VARIABLES, parts, strict=True)])


def controls(known: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {
        str(name): dict(zip(part["category"], part["total"].astype(float), strict=True))
        for name, part in known.groupby("variable")
    }


def svy_weights(frame: pd.DataFrame, known: pd.DataFrame, method: str) -> np.ndarray:
    """Return what svy itself makes of its data, by its own words and at its own settings."""
    sample: Any = svy.Sample(pl.DataFrame(frame[[*VARIABLES, "weight"]]), svy.Design(wgt="weight"))
    margins: dict[Any, Any] = controls(known)
    if method == "raking":
        return sample.weighting.rake(controls=margins, tol=1e-9).data["rk_wgt"].to_numpy()
    if method == "linear":
        terms = {svy.Cat(name): totals for name, totals in margins.items()}
        return sample.weighting.calibrate(controls=terms).data["calib_wgt"].to_numpy()
    ((name, totals),) = margins.items()
    return sample.weighting.poststratify(totals, cells=name).data["ps_wgt"].to_numpy()


def gaps(frame: pd.DataFrame, known: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    table = margins_reached(frame.assign(before=1.0, after=weights), known)
    return (table["after"] / table["target"] - 1).abs().to_numpy()


@pytest.mark.parametrize("method", METHODS)
def test_on_the_data_of_svy_margins_are_met_and_weights_are_those_of_svy(
    households: pd.DataFrame, known: pd.DataFrame, method: str
) -> None:
    margins = known[known["variable"] == "geo1"] if method == "post_stratification" else known
    weights = METHODS[method](households, margins)
    assert gaps(households, margins, weights).max() <= 1e-9
    np.testing.assert_allclose(weights, svy_weights(households, margins, method), rtol=1e-6)
    assert (weights > 0).all()


def test_raking_by_the_textbook(households: pd.DataFrame, known: pd.DataFrame) -> None:
    """Deming and Stephan: scale to one variable after the other."""
    weights = households["weight"].to_numpy().copy()
    for _ in range(200):
        for name, totals in controls(known).items():
            sums = households[name].map(pd.Series(weights).groupby(households[name]).sum())
            weights *= (households[name].map(totals) / sums).to_numpy()
    np.testing.assert_allclose(rake(households, known), weights, rtol=1e-9)


def test_linear_calibration_by_its_formula(households: pd.DataFrame, known: pd.DataFrame) -> None:
    """Deville and Sarndal, equation 2.3: w = d (1 + x' inverse(sum d x x') (t - sum d x))."""
    d = households["weight"].to_numpy()
    columns, totals = [], []
    for place, (name, of_name) in enumerate(controls(known).items()):
        for category, total in list(of_name.items())[1 if place else 0 :]:
            columns.append((households[name] == category).to_numpy(float))
            totals.append(total)
    x = np.column_stack(columns)
    inverse = np.linalg.inv(x.T @ (d[:, None] * x))
    expected = d * (1 + x @ inverse @ (np.array(totals) - x.T @ d))
    np.testing.assert_allclose(calibrate_linear(households, known), expected, rtol=1e-9)


def test_nonresponse_factors_are_those_of_the_producer_of_a_panel() -> None:
    """The panel that svy bundles has longitudinal weights: by stratum and age, over two and three waves."""
    bundled: Any = datasets.load("panel_syn_2026", source="bundled")
    panel = bundled.to_pandas().rename(columns={"w1": "weight"})
    first = panel[panel["wave"] == 1]
    for wave, told in ((2, "lw_12"), (3, "lw_123")):
        again = first[first[told] > 0]
        assert set(again["case_id"]) <= set(panel.loc[(panel["wave"] == wave), "case_id"])
        table = nonresponse_factors(first, again, ["stratum", "age_grp"], fewest=1)
        factor = again.merge(table, on=["stratum", "age_grp"], validate="many_to_one")["factor"]
        np.testing.assert_allclose(again["weight"].to_numpy() * factor, again[told], rtol=1e-12)


def test_small_classes_are_joined_with_the_one_of_the_nearest_response_rate() -> None:
    drawn = pd.DataFrame({"stratum": ["a"] * 20 + ["b"] * 8 + ["c"] * 20, "weight": 1.0})
    reached = pd.concat([drawn.iloc[:10], drawn.iloc[20:24], drawn.iloc[28:46]])
    table = nonresponse_factors(drawn, reached, ["stratum"])
    assert table["interviewed"].tolist() == [10, 4, 18]
    assert table["response_rate"].tolist() == [0.5, 0.5, 0.9]
    assert table["joined"].tolist() == [1, 1, 2]
    assert table["factor"].tolist() == pytest.approx([2, 2, 20 / 18])


def test_a_class_in_which_nobody_was_reached_is_joined() -> None:
    drawn = pd.DataFrame({"stratum": ["a"] * 20 + ["b"] * 5, "weight": 2.0})
    table = nonresponse_factors(drawn, drawn.head(12), ["stratum"])
    assert table["factor"].tolist() == pytest.approx([25 / 12] * 2)
    with pytest.raises(ValueError, match="Only 3 people were interviewed"):
        nonresponse_factors(drawn, drawn.head(3), ["stratum"])


@given(seed=st.integers(0, 10_000), fewest=st.integers(1, 15))
@settings(max_examples=40, deadline=None)
def test_factors_keep_the_sum_of_weights_whatever_the_order(seed: int, fewest: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = pd.DataFrame(
        {
            "stratum": rng.choice(list("abcd"), 80),
            "gender": rng.choice(["women", "men"], 80),
            "weight": rng.uniform(0.5, 9, 80),
        }
    )
    reached = drawn[rng.random(80) < 0.6]
    classes = ["stratum", "gender"]
    table = nonresponse_factors(drawn, reached, classes, fewest=fewest)
    factor = reached.merge(table, on=classes, validate="many_to_one")["factor"].to_numpy()
    assert (reached["weight"] * factor).sum() == pytest.approx(drawn["weight"].sum())
    joined = table.groupby("joined")["interviewed"].sum()
    assert (joined >= fewest).all()
    mixed = nonresponse_factors(
        drawn.sample(frac=1, random_state=seed),
        reached.sample(frac=1, random_state=seed),
        classes,
        fewest=fewest,
    )
    pd.testing.assert_frame_equal(mixed, table)


def people(seed: int, size: int = 120) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return respondents and margins that some weights above 0 meet."""
    rng = np.random.default_rng(seed)
    arm = rng.choice(["programme", "comparison"], size)
    frame = pd.DataFrame(
        {
            "arm": arm,
            "stratum": [f"{one}-{rng.integers(2)}" for one in arm],
            "gender": rng.choice(["women", "men"], size),
            "weight": rng.uniform(1, 3, size),
        }
    )
    true = frame["weight"] * rng.uniform(0.9, 1.2, size)
    parts = []
    for name in ("arm", "stratum", "gender"):
        sums = true.groupby(frame[name]).sum().rename("total").rename_axis("category").reset_index()
        parts.append(sums.assign(variable=name))
    return frame, pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("method", [rake, calibrate_linear])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_margins_are_met_even_where_one_variable_follows_from_another(method: Any, seed: int) -> None:
    frame, margins = people(seed)
    weights = method(frame, margins)
    assert gaps(frame, margins, weights).max() <= 1e-9
    assert (weights > 0).all()
    order = np.random.default_rng(seed).permutation(len(frame))
    mixed = method(frame.iloc[order].reset_index(drop=True), margins.sample(frac=1, random_state=seed))
    assert np.array_equal(mixed, weights[order])


def test_weights_that_meet_the_margins_stay() -> None:
    frame, margins = people(3)
    there = margins.assign(
        total=[
            frame.loc[frame[row["variable"]] == row["category"], "weight"].sum()
            for row in margins.to_dict("records")
        ]
    )
    for method in (rake, calibrate_linear):
        np.testing.assert_allclose(method(frame, there), frame["weight"], rtol=1e-12)


def two(category: str = "men", total: float = 40.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "variable": ["gender", "gender", "arm", "arm"],
            "category": ["women", category, "programme", "comparison"],
            "total": [60.0, total, 50.0, 50.0],
        }
    )


def four() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gender": ["women", "women", "men", "men"],
            "arm": ["programme", "comparison"] * 2,
            "weight": 1.0,
        }
    )


@pytest.mark.parametrize(
    ("frame", "margins", "told"),
    [
        (four(), two(total=41.0), "'arm' sum up to 100, those of 'gender' to 101"),
        (four(), two("mixed"), "No respondent has 'mixed' as gender"),
        (four().assign(gender=["women", "women", "men", "mixed"]), two(), "lack a category .* as gender"),
        (
            four().assign(gender=pd.Series(["women", None, "men", "men"])),
            two(),
            "'gender' has rows without an entry",
        ),
        (four().assign(weight=[1, 1, 1, 0]), two(), "'weight' needs a number above 0"),
        (four(), two(total=0.0), "'total' needs a number above 0"),
        (four(), pd.concat([two(), two().tail(1)]), "category of 'arm' stands twice"),
        (four(), two().head(0), "no margin"),
        (four().drop(columns="arm"), two(), "no column 'arm'"),
        (
            four().assign(arm=["programme"] * 2 + ["comparison"] * 2),
            two(),
            "No weights above 0 meet all margins",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_words(frame: Any, margins: Any, told: str) -> None:
    for method in (rake, calibrate_linear):
        with pytest.raises(ValueError, match=told):
            method(frame, margins)


def test_a_weight_below_zero_is_refused_and_raking_finds_one_above() -> None:
    frame = four()
    margins = two().assign(total=[92.5, 7.5, 5.0, 95.0])
    with pytest.raises(ValueError, match="give 1 respondents a weight of 0 or less; raking does not"):
        calibrate_linear(frame, margins)
    weights = rake(frame, margins)
    assert (weights > 0).all()
    assert gaps(frame, margins, weights).max() <= 1e-9


def test_post_stratification_takes_one_variable() -> None:
    with pytest.raises(ValueError, match="takes one variable"):
        post_stratify(four(), two())


def test_the_summary_by_kish() -> None:
    weights = pd.Series([1.0, 2.0, 3.0, 6.0])
    told = weight_summary(weights, weights / 2)
    squares = float((weights**2).sum())
    assert told["design_effect"] == pytest.approx(4 * squares / 12**2)
    assert told["effective_respondents"] == pytest.approx(12**2 / squares)
    assert told["coefficient_of_variation"] == pytest.approx(told["adjustment_variation"])
    assert told["design_effect"] == pytest.approx(1 + told["coefficient_of_variation"] ** 2)
    assert not [name for name in told if "smallest" in name or "largest" in name]
    with pytest.raises(ValueError, match="no respondent"):
        weight_summary(weights.head(0), weights.head(0))


@pytest.mark.parametrize(
    ("classes", "change", "told"),
    [
        ([], {}, "at least one column"),
        (["village"], {}, "no column 'village'"),
        (["gender"], {"gender": None}, "'gender' has rows without an entry"),
        (["gender"], {"weight": 0.0}, "'weight' needs a number above 0"),
        (["gender"], {"gender": "mixed"}, "Nobody was to be interviewed in the class gender = 'mixed'"),
    ],
)
def test_classes_that_do_not_fit_are_refused_in_words(classes: list[str], change: Any, told: str) -> None:
    drawn = pd.concat([four()] * 5, ignore_index=True)
    with pytest.raises(ValueError, match=told):
        nonresponse_factors(drawn, drawn.assign(**change), classes)
