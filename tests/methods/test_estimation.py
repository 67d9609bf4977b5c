from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.estimation import domain_means, wave_changes


def survey(seed: int = 4, rows: int = 240) -> pd.DataFrame:
    """Strata with several psus and one lonely, weights, gaps in the values, two domain columns."""
    rng = np.random.default_rng(seed)
    stratum = rng.choice(["north", "south", "west"], rows)
    frame = pd.DataFrame(
        {
            "id": range(rows),
            "stratum": stratum,
            "village": [f"v{number}" for number in rng.integers(0, 6, rows)],
            "weight": rng.uniform(0.5, 4, rows),
            "income": rng.lognormal(3, 1, rows),
            "group": rng.choice(["home workers", "traders", "weavers"], rows),
            "gender": rng.choice(["women", "men"], rows),
        }
    )
    frame.loc[frame["stratum"] == "west", "village"] = "only"
    frame.loc[rng.random(rows) < 0.15, "income"] = np.nan
    return frame


DESIGN: dict[str, Any] = {"weight": "weight", "stratum": "stratum", "psu": "village"}


def linearised_error(frame: pd.DataFrame, inside: pd.Series) -> float:
    """The textbook formula, written down a second time and row by row."""
    kept = inside & frame["income"].notna()
    weight = frame["weight"].where(kept, 0.0)
    mean = (weight * frame["income"].fillna(0)).sum() / weight.sum()
    pull = (weight * (frame["income"].fillna(0) - mean)) / weight.sum()
    variance = 0.0
    for _, part in pull.groupby(frame["stratum"]):
        totals = part.groupby(frame["village"]).sum()
        if len(totals) == 1:  # centred at the overall mean, which is 0
            variance += float(totals.iloc[0]) ** 2
        else:
            variance += len(totals) / (len(totals) - 1) * ((totals - totals.mean()) ** 2).sum()
    return float(np.sqrt(variance))


def test_the_formula_with_gaps_domains_and_a_lonely_psu() -> None:
    frame = survey()
    table = domain_means(frame, "income", domains=["group", "gender"], **DESIGN)
    assert len(table) == 6
    assert table[["group", "gender"]].equals(table[["group", "gender"]].sort_values(["group", "gender"]))
    rows: Any = table.itertuples()
    for row in rows:
        inside = (frame["group"] == row.group) & (frame["gender"] == row.gender)
        assert row.standard_error == pytest.approx(linearised_error(frame, inside), rel=1e-12)
        assert row.respondents == (inside & frame["income"].notna()).sum()
        psus = frame[["stratum", "village"]].drop_duplicates()
        assert row.degrees_of_freedom == len(psus) - 3
        reach = stats.t.ppf(0.975, row.degrees_of_freedom) * row.standard_error
        assert row.ci_high - row.estimate == pytest.approx(reach, rel=1e-12)


def test_strata_without_a_respondent_of_the_domain_take_no_degrees_of_freedom() -> None:
    frame = survey()
    frame["group"] = np.where(frame["stratum"] == "north", "up", "elsewhere")
    table = domain_means(frame, "income", domains=["group"], **DESIGN).set_index("group")
    north = frame.loc[frame["stratum"] == "north", "village"].nunique()
    assert table.loc["up", "degrees_of_freedom"] == north - 1


def test_rows_without_a_domain_are_outside_but_stay_in_the_design() -> None:
    frame = survey()
    gone = frame["group"] == "traders"
    table = domain_means(frame.assign(group=frame["group"].mask(gone)), "income", domains=["group"], **DESIGN)
    whole = domain_means(frame, "income", domains=["group"], **DESIGN)
    expected = whole[whole["group"] != "traders"].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)


def test_design_effect_is_one_for_a_simple_sample_and_errors_are_the_textbook_s() -> None:
    frame = survey().dropna()
    row = domain_means(frame, "income").iloc[0]
    assert row["design_effect"] == pytest.approx(1, rel=1e-12)
    assert row["standard_error"] == pytest.approx(stats.sem(frame["income"]), rel=1e-12)
    assert row["degrees_of_freedom"] == len(frame) - 1


def test_an_interval_has_the_level_asked_for() -> None:
    row = domain_means(survey(), "income", level=0.9).iloc[0]
    reach = stats.t.ppf(0.95, row["degrees_of_freedom"]) * row["standard_error"]
    assert row["estimate"] - row["ci_low"] == pytest.approx(reach, rel=1e-12)


def test_where_there_is_too_little_there_is_no_error() -> None:
    frame = pd.DataFrame(
        {"income": [1.0, 2.0, 5.0, np.nan], "group": ["one", "two", "two", "none"], "village": "v"}
    )
    table: Any = domain_means(frame, "income", domains=["group"]).set_index("group")
    hidden = ["standard_error", "ci_low", "ci_high", "design_effect"]
    assert table.loc["one", hidden].isna().all()
    assert table.loc["one", "estimate"] == 1
    assert table.loc["two", hidden].notna().all()
    assert np.isnan(table.loc["none", "estimate"])
    assert table.loc["none", "respondents"] == 0
    single = domain_means(frame, "income", psu="village").iloc[0]
    assert single["degrees_of_freedom"] == 0
    assert single[hidden].isna().all()


def test_a_purposive_sample_has_no_errors_and_the_same_estimate() -> None:
    frame = survey()
    with_errors = domain_means(frame, "income", domains=["group"], **DESIGN)
    without = domain_means(frame, "income", domains=["group"], with_errors=False, **DESIGN)
    hidden = ["standard_error", "ci_low", "ci_high", "degrees_of_freedom", "design_effect"]
    assert without[hidden].isna().all(axis=None)
    kept = ["group", "estimate", "respondents"]
    pd.testing.assert_frame_equal(without[kept], with_errors[kept], check_exact=True)


def test_an_empty_frame_has_one_empty_estimate_without_domains_and_none_with() -> None:
    empty = survey().head(0)
    table = domain_means(empty, "income", **DESIGN)
    assert table["respondents"].tolist() == [0]
    assert np.isnan(table["estimate"].iloc[0])
    assert len(domain_means(empty, "income", domains=["group"], **DESIGN)) == 0


@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 1000))
@settings(max_examples=20, deadline=None)
def test_neither_the_order_of_rows_nor_the_scale_of_weights_matters(seed: int, factor: float) -> None:
    frame = survey()
    table = domain_means(frame, "income", domains=["group"], **DESIGN)
    shuffled = frame.sample(frac=1, random_state=seed)
    again = domain_means(shuffled, "income", domains=["group"], **DESIGN)
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    scaled = domain_means(
        frame.assign(weight=frame["weight"] * factor), "income", domains=["group"], **DESIGN
    )
    pd.testing.assert_frame_equal(scaled, table, rtol=1e-10)


def test_names_of_columns_and_codes_do_not_matter() -> None:
    frame = survey()
    names = {"income": 'what "you" earn', "weight": "w ~ 1", "village": "y", "stratum": "domain"}
    renamed = frame.rename(columns={**names, "group": "grüppe"})
    table = domain_means(frame, "income", domains=["group"], **DESIGN)
    again = domain_means(
        renamed,
        'what "you" earn',
        weight="w ~ 1",
        stratum="domain",
        psu="y",
        domains=["grüppe"],
    )
    pd.testing.assert_frame_equal(again.rename(columns={"grüppe": "group"}), table, check_exact=True)


def test_nullable_columns_and_yes_no_are_read_as_numbers() -> None:
    frame = pd.DataFrame(
        {
            "works": pd.array([True, False, None, True], dtype="boolean"),
            "children": pd.array([1, 2, None, 4], dtype="Int64"),
        }
    )
    assert domain_means(frame, "works")["estimate"].iloc[0] == pytest.approx(2 / 3)
    assert domain_means(frame, "children")["estimate"].iloc[0] == pytest.approx(7 / 3)


@pytest.mark.parametrize(
    ("change", "call", "said"),
    [
        ({}, {"value": "wages"}, "no column 'wages'"),
        ({"income": "much"}, {}, "must hold numbers"),
        ({"income": np.inf}, {}, "infinite"),
        ({"weight": 0.0}, {"weight": "weight"}, "weight above 0"),
        ({"weight": np.nan}, {"weight": "weight"}, "weight above 0"),
        ({"stratum": None}, {"stratum": "stratum"}, "without an entry"),
        ({}, {"level": 95}, "confidence level"),
        ({"respondents": "x"}, {"domains": ["respondents"]}, "may bear that name"),
        ({}, {"domains": ["group", "group"]}, "named twice"),
    ],
)
def test_bad_input_is_refused_in_words(change: dict[str, Any], call: dict[str, Any], said: str) -> None:
    frame = survey().dropna().assign(**change)
    with pytest.raises(ValueError, match=said):
        domain_means(frame, **{"value": "income", **call})


def test_eusilc(case: Any, answers: dict[str, Any]) -> None:
    known = answers["eusilc"]
    people = pd.read_csv(case("eusilc/eusilc.csv"))
    gap = (known["line"] - people["eqIncome"]) / known["line"]
    design: dict[str, Any] = {"weight": "rb050", "stratum": "db040"}
    for measure in known["measures"]:
        people["poor"] = np.where(gap > 0, gap ** measure["power"], 0.0)
        row = domain_means(people, "poor", **design).iloc[0]
        assert round(row["estimate"], 10) == measure["estimate"]
        assert round(row["standard_error"], 8) == measure["standard_error"]
    people["poor"] = (gap > 0) * 1.0
    clustered = domain_means(people, "poor", psu="db030", **design).iloc[0]
    assert round(clustered["standard_error"], 8) == known["households_as_clusters"]
    genders: Any = domain_means(people, "poor", domains=["rb090"], **design).set_index("rb090")
    for gender in ("female", "male"):
        assert round(genders.loc[gender, "estimate"], 10) == known[gender]


def test_tal_afar(case: Any, answers: dict[str, Any]) -> None:
    known = answers["tal_afar"]
    path = case("tal-afar-2021/clean.csv")
    homes = pd.read_csv(path, usecols=["hhh_r", "num_hh_member"], encoding="utf-8-sig")
    homes["no"] = (homes["hhh_r"] == "no") * 1.0
    for value, expected in (("no", "hhh_r_no"), ("num_hh_member", "num_hh_member")):
        row = domain_means(homes, value).iloc[0]
        found = [round(row[name], 6) for name in ("estimate", "ci_low", "ci_high")]
        assert found == known[expected]
        assert row["degrees_of_freedom"] == known["degrees_of_freedom"]


def test_tal_afar_intervals_of_a_question_that_few_were_asked(case: Any, answers: dict[str, Any]) -> None:
    """R's survey counts the degrees of freedom of a subset by its respondents."""
    known = answers["tal_afar"]["num_hh_hosting"]
    homes = pd.read_csv(case("tal-afar-2021/clean.csv"), usecols=["num_hh_hosting"], encoding="utf-8-sig")
    row = domain_means(homes, "num_hh_hosting", degrees_of_freedom="respondents").iloc[0]
    assert [round(row[name], 6) for name in ("estimate", "ci_low", "ci_high")] == known
    assert row["degrees_of_freedom"] == 20


def test_degrees_of_freedom_by_the_respondents_alone() -> None:
    """Units with a respondent of the domain, less the strata that hold one."""
    frame = survey()
    table = domain_means(frame, "income", domains=["group"], degrees_of_freedom="respondents", **DESIGN)
    usual = domain_means(frame, "income", domains=["group"], **DESIGN)
    for group, freedom in zip(table["group"], table["degrees_of_freedom"], strict=True):
        here = frame[(frame["group"] == group) & frame["income"].notna()]
        units = here[["stratum", "village"]].drop_duplicates()
        assert freedom == len(units) - units["stratum"].nunique()
    assert (table["degrees_of_freedom"] <= usual["degrees_of_freedom"]).all()
    pd.testing.assert_series_equal(table["standard_error"], usual["standard_error"])
    simple = domain_means(frame, "income", domains=["group"], degrees_of_freedom="respondents")
    assert (simple["degrees_of_freedom"] == simple["respondents"] - 1).all()


def test_degrees_of_freedom_of_a_change_by_its_respondents_alone() -> None:
    frame = panel(drop=0.2)
    few = frame.assign(group=np.where(frame["village"].isin(["v0", "v1", "v2"]), "x", "y"))
    table = wave_changes(
        few, "wage", domains=["group"], degrees_of_freedom="respondents", psu="village", **WAVES
    )
    assert table["degrees_of_freedom"].tolist() == [2, 8]


def panel(seed: int = 1, people: int = 60, *, drop: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    level = rng.normal(50, 10, people)
    waves = []
    for number, wave in enumerate(("base", "end")):
        waves.append(
            pd.DataFrame(
                {
                    "person": [f"p{i:03d}" for i in range(people)],
                    "wave": wave,
                    "wage": level + 3 * number + rng.normal(0, 4, people),
                    "weight": rng.uniform(1, 3, people),
                    "stratum": ["a" if i % 2 else "b" for i in range(people)],
                    "village": [f"v{i % 12}" for i in range(people)],
                    "group": ["x" if i % 3 else "y" for i in range(people)],
                }
            )
        )
    frame = pd.concat(waves, ignore_index=True)
    return frame[rng.random(len(frame)) >= drop].reset_index(drop=True)


WAVES: dict[str, Any] = {"wave": "wave", "from_wave": "base", "to_wave": "end", "unit": "person"}


def test_a_balanced_panel_gives_the_paired_t_test() -> None:
    frame = panel()
    row = wave_changes(frame, "wage", **WAVES).iloc[0]
    wide = frame.pivot(index="person", columns="wave", values="wage")
    paired = stats.ttest_rel(wide["end"], wide["base"])
    assert row["change"] == pytest.approx((wide["end"] - wide["base"]).mean(), rel=1e-12)
    assert row["change"] / row["standard_error"] == pytest.approx(paired.statistic, rel=1e-12)
    assert row["degrees_of_freedom"] == paired.df
    interval = paired.confidence_interval()
    assert row["ci_low"] == pytest.approx(interval.low, rel=1e-12)
    assert row["estimate_from"] == pytest.approx(wide["base"].mean(), rel=1e-12)
    assert row[["respondents_from", "respondents_to", "respondents_both"]].tolist() == [60, 60, 60]


def test_two_samples_without_common_units_give_the_formula_for_independent_ones() -> None:
    frame = panel(people=80)
    number = frame["person"].str[1:].astype(int)
    frame = frame[(number < 30) == (frame["wave"] == "base")]
    row = wave_changes(frame, "wage", **WAVES).iloc[0]
    first, second = (frame.loc[frame["wave"] == wave, "wage"] for wave in ("base", "end"))
    n1, n2 = len(first), len(second)
    both = n1 + n2
    variance = (n1 - 1) / n1 * first.var() / n1 + (n2 - 1) / n2 * second.var() / n2
    assert row["standard_error"] == pytest.approx(np.sqrt(both / (both - 1) * variance), rel=1e-12)
    textbook = np.sqrt(first.var() / n1 + second.var() / n2)
    assert row["standard_error"] == pytest.approx(textbook, rel=0.03)
    assert row["respondents_both"] == 0
    assert row["degrees_of_freedom"] == both - 1


@pytest.mark.parametrize("psu", [None, "village"])
@pytest.mark.parametrize("lonely", [False, True])
def test_the_error_is_svy_s_for_the_total_of_the_linearised_values(psu: str | None, lonely: bool) -> None:
    import polars
    import svy

    frame = panel(drop=0.2)
    if lonely:  # one stratum holds a single village, or person, and more of it than the rest do
        frame.loc[frame["village"] == "v3", ["stratum", "village"]] = ["c", "v3"]
        frame.loc[frame["village"] == "v3", "wage"] += 40 * (frame["wave"] == "end")
        frame.loc[frame["person"] == "p001", "stratum"] = "d"
    frame.loc[frame.index[::9], "wage"] = np.nan
    found = wave_changes(
        frame, "wage", weight="weight", stratum="stratum", psu=psu, domains=["group"], **WAVES
    )
    for row in found.itertuples():
        inside = (frame["group"] == row.group) & frame["wage"].notna()
        pull = pd.Series(0.0, index=frame.index)
        for wave, sign in (("base", -1), ("end", 1)):
            rows = inside & (frame["wave"] == wave)
            share = frame.loc[rows, "weight"] / frame.loc[rows, "weight"].sum()
            mean = (share * frame.loc[rows, "wage"]).sum()
            pull[rows] = sign * share * (frame.loc[rows, "wage"] - mean)
        data = polars.DataFrame(
            {
                "pull": pull.tolist(),
                "one": [1.0] * len(frame),
                "stratum": frame["stratum"].tolist(),
                "psu": frame[psu or "person"].tolist(),
            }
        )
        sample: Any = svy.Sample(
            data, svy.Design(wgt="one", stratum="stratum", psu="psu", singleton="center")
        )
        expected = sample.estimation.total("pull").to_polars()["se"][0]
        assert row.standard_error == pytest.approx(expected, rel=1e-10)


@given(constant=st.floats(-1e4, 1e4), seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_a_constant_added_to_both_waves_changes_nothing(constant: float, seed: int) -> None:
    frame = panel(seed, drop=0.2)
    moved = frame.assign(wage=frame["wage"] + constant)
    kept = ["change", "standard_error", "ci_low", "ci_high", "degrees_of_freedom"]
    options: dict[str, Any] = {"weight": "weight", "domains": ["group"], **WAVES}
    pd.testing.assert_frame_equal(
        wave_changes(moved, "wage", **options)[kept],
        wave_changes(frame, "wage", **options)[kept],
        rtol=1e-8,
        atol=1e-8,
    )


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_does_not_matter_to_changes(seed: int) -> None:
    frame = panel(drop=0.2)
    options: dict[str, Any] = {"weight": "weight", "psu": "village", "domains": ["group"], **WAVES}
    pd.testing.assert_frame_equal(
        wave_changes(frame.sample(frac=1, random_state=seed), "wage", **options),
        wave_changes(frame, "wage", **options),
        check_exact=True,
    )


def test_turning_the_waves_round_turns_the_sign() -> None:
    frame = panel(drop=0.2)
    there = wave_changes(frame, "wage", **WAVES).iloc[0]
    back = wave_changes(frame, "wage", **{**WAVES, "from_wave": "end", "to_wave": "base"}).iloc[0]
    assert back["change"] == pytest.approx(-there["change"], rel=1e-12)
    assert back["standard_error"] == pytest.approx(there["standard_error"], rel=1e-12)


def test_a_domain_that_is_missing_in_a_wave_has_no_change() -> None:
    frame = panel()
    frame = frame[(frame["group"] == "x") | (frame["wave"] == "end")]
    table: Any = wave_changes(frame, "wage", domains=["group"], **WAVES).set_index("group")
    assert table.loc["y", ["change", "standard_error", "ci_low", "degrees_of_freedom"]].isna().all()
    assert table.loc["y", ["respondents_from", "respondents_both"]].tolist() == [0, 0]
    assert table.loc["x", "standard_error"] > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"to_wave": "base"}, "two different waves"),
        ({"to_wave": "later"}, "no row of the wave 'later'"),
        ({"unit": "village"}, "more than once in a wave"),
        ({"unit": "nobody"}, "no column 'nobody'"),
    ],
)
def test_bad_waves_are_refused_in_words(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wave_changes(panel(), "wage", **{**WAVES, **options})
