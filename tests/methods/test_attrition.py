from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.attrition import BETWEEN_ARMS, JOINT, attrition, attrition_tests


def baseline() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "respondent": list("abcdefgh"),
            "arm": ["programme"] * 5 + ["comparison"] * 3,
            "poverty_group": ["weavers", "weavers", "traders", "traders", None] + ["weavers"] * 3,
        }
    )


def test_counts_by_group() -> None:
    later = pd.DataFrame({"respondent": list("abcfz")})
    table = attrition(baseline(), later, ["arm", "poverty_group"])
    expected = [
        ["comparison", "weavers", 1, 2, pytest.approx(2 / 3)],
        ["programme", "traders", 1, 1, 0.5],
        ["programme", "weavers", 2, 0, 0.0],
    ]
    assert table.values.tolist() == expected
    whole = attrition(baseline(), later)
    assert whole.values.tolist() == [[4, 4, 0.5]]


def test_nobody_counts_twice_in_a_group_and_totals_may_be_stacked_below() -> None:
    first = baseline()
    stacked = pd.concat([first, first.assign(arm="all", poverty_group="all"), first])
    later = first[["respondent"]].head(4)
    table: Any = attrition(stacked, later, ["arm", "poverty_group"]).set_index("arm")
    assert table.loc["all", ["interviewed", "lost"]].tolist() == [4, 4]
    assert table.loc["comparison", ["interviewed", "lost"]].tolist() == [0, 3]


@given(kept=st.sets(st.sampled_from("abcdefgh")), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_who_is_not_lost_was_interviewed(kept: set[str], seed: int) -> None:
    first = baseline().sample(frac=1, random_state=seed)
    table = attrition(first, pd.DataFrame({"respondent": sorted(kept)}), ["arm"])
    assert (table["interviewed"] + table["lost"]).tolist() == [3, 5]
    assert table["interviewed"].sum() == len(kept)
    assert table["rate"].between(0, 1).all()


def test_names_of_columns_do_not_matter() -> None:
    first = baseline().rename(columns={"arm": "size", "respondent": "unit"})
    table = attrition(first, first[["unit"]], ["size"], unit="unit")
    assert table["size"].tolist() == ["comparison", "programme"]
    assert table["lost"].tolist() == [0, 0]


def test_an_empty_baseline_has_no_rate() -> None:
    table = attrition(baseline().head(0), baseline())
    assert table[["interviewed", "lost"]].values.tolist() == [[0, 0]]
    assert np.isnan(table["rate"].iloc[0])
    assert attrition(baseline().head(0), baseline(), ["arm"]).empty


def test_bad_tables_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no column 'village'"):
        attrition(baseline(), baseline(), ["village"])
    with pytest.raises(ValueError, match="without an entry"):
        attrition(baseline(), baseline().assign(respondent=None))


def lost_people(seed: int = 0, clusters: int = 30, each: int = 12) -> pd.DataFrame:
    """Return a first wave in localities, each of one arm, in which chance decides who is lost."""
    rng = np.random.default_rng(seed)
    size = clusters * each
    cluster = np.repeat(np.arange(clusters), each)
    return pd.DataFrame(
        {
            "arm": np.where(cluster % 2 == 0, "programme", "comparison"),
            "poverty_group": rng.choice(["home", "shop", "trade"], size),
            "gender": rng.choice(["women", "men"], size),
            "income": rng.normal(100, 20, size),
            "village": [f"v{one:02}" for one in cluster],
            "lost": (rng.random(size) < 0.2).astype(int),
        }
    )


PREDICTORS = ["arm", "poverty_group", "gender", "income"]


def test_without_psus_it_is_the_chi_squared_of_pearson() -> None:
    """R's svychisq of a simple sample: Pearson's statistic over its degrees of freedom, times (n - 1) / n."""
    frame = lost_people()
    row: Any = attrition_tests(frame, ["poverty_group"], []).iloc[0]
    pearson: Any = stats.chi2_contingency(
        pd.crosstab(frame["poverty_group"], frame["lost"]), correction=False
    )
    n = len(frame)
    assert row["statistic"] == pytest.approx(pearson.statistic / 2 * (n - 1) / n)
    assert (row["numerator_df"], row["denominator_df"]) == pytest.approx((2, 2 * (n - 1)))
    assert row["p_value"] == pytest.approx(stats.f.sf(row["statistic"], 2, 2 * (n - 1)))
    assert (row["respondents"], row["lost"]) == (n, frame["lost"].sum())


def test_two_arms_of_villages_by_hand() -> None:
    """Of two values by two the correction is that of the one contrast: Pearson over its design effect."""
    frame = lost_people()
    row: Any = attrition_tests(frame, ["arm"], [], psu="village").iloc[0]
    n, villages = len(frame), frame["village"].nunique()
    pearson: Any = stats.chi2_contingency(pd.crosstab(frame["arm"], frame["lost"]), correction=False)
    share = frame.groupby(["arm", "lost"])["village"].transform("size") / n
    # The one contrast of a table of two by two is its log odds ratio: +-1 / share of the cell.
    pull = np.where((frame["arm"] == "programme") == (frame["lost"] == 1), 1, -1) / share / n
    totals = (pull - pull.mean()).groupby(frame["village"]).sum()
    variance = villages / (villages - 1) * (totals**2).sum()
    effect = variance / (1 / share.groupby([frame["arm"], frame["lost"]]).first()).sum() * n
    assert row["statistic"] == pytest.approx(pearson.statistic / effect)
    assert (row["numerator_df"], row["denominator_df"]) == pytest.approx((1, villages - 1))


def sandwich(frame: pd.DataFrame, x: np.ndarray, tested: list[int], cluster: str) -> tuple[float, int, int]:
    """Return the adjusted Wald test of columns of a regression by matrices."""
    y = frame["lost"].to_numpy(float)
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = pd.DataFrame(x * (y - x @ beta)[:, None]).groupby(frame[cluster].to_numpy()).sum().to_numpy()
    groups = len(scores)
    covariance = groups / (groups - 1) * inverse @ (scores.T @ scores) @ inverse
    some = np.ix_(tested, tested)
    wald = beta[tested] @ np.linalg.inv(covariance[some]) @ beta[tested]
    freedom, count = groups - 1, len(tested)
    rest = freedom - count + 1
    return wald * rest / (count * freedom), count, rest


def test_the_joint_tests_by_matrices() -> None:
    frame = lost_people(1)
    table: Any = attrition_tests(frame, [], PREDICTORS, psu="village").set_index("test")
    programme = (frame["arm"] == "programme").to_numpy(float)
    main = np.column_stack(
        [
            programme,
            frame["poverty_group"] == "shop",
            frame["poverty_group"] == "trade",
            frame["gender"] == "women",
            frame["income"] / 10,
        ]
    ).astype(float)
    one = np.ones((len(frame), 1))
    for name, x, tested in (
        (JOINT, np.hstack([one, main]), [1, 2, 3, 4, 5]),
        (BETWEEN_ARMS, np.hstack([one, main, main[:, 1:] * programme[:, None]]), [6, 7, 8, 9]),
    ):
        statistic, count, rest = sandwich(frame, x, tested, "village")
        row = table.loc[name]
        assert row["statistic"] == pytest.approx(statistic, rel=1e-8)
        assert (row["numerator_df"], row["denominator_df"]) == (count, rest)
        assert row["p_value"] == pytest.approx(stats.f.sf(statistic, count, rest), rel=1e-8)


def test_a_difference_that_is_there_is_found() -> None:
    frame = lost_people(2)
    treated, women = frame["arm"] == "programme", frame["gender"] == "women"
    frame["lost"] = np.where(treated & women, 1 - (frame["income"] > 115), frame["lost"]).astype(int)
    table: Any = attrition_tests(frame, ["arm", "gender"], PREDICTORS, psu="village").set_index("test")
    assert (table["p_value"] < 0.001).all()
    assert table["why_not"].isna().all()


@pytest.mark.slow
@pytest.mark.parametrize("psu", [None, "village"])
def test_where_chance_decides_one_test_in_twenty_is_below_a_twentieth(psu: str | None) -> None:
    found = [
        attrition_tests(lost_people(seed), ["arm", "poverty_group"], PREDICTORS, psu=psu)["p_value"]
        for seed in range(100, 160)
    ]
    share = (pd.concat(found) < 0.05).groupby(level=0).mean()
    # 60 draws: a share of 0.05 has a standard error of 0.028.
    assert (share <= 0.05 + 3.6 * 0.028).all()


@given(seed=st.integers(0, 500))
@settings(max_examples=8, deadline=None)
def test_rows_in_another_order_and_other_units_change_nothing(seed: int) -> None:
    frame = lost_people(3)
    design: Any = {"psu": "village"}
    table = attrition_tests(frame, ["arm", "gender"], PREDICTORS, **design)
    mixed = frame.sample(frac=1, random_state=seed).assign(income=lambda rows: rows["income"] * 7 + 3)
    again = attrition_tests(mixed, ["arm", "gender"], PREDICTORS, **design)
    pd.testing.assert_frame_equal(again, table, rtol=1e-8)


def test_rows_without_an_entry_are_in_no_test_that_asks_for_it() -> None:
    frame = lost_people(4)
    frame.loc[:9, "gender"] = None
    table: Any = attrition_tests(frame, ["arm", "gender"], PREDICTORS, psu="village").set_index("test")
    n = len(frame)
    assert table["respondents"].to_dict() == {"arm": n, "gender": n - 10, JOINT: n - 10, BETWEEN_ARMS: n - 10}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lost": 0}, "Nobody was lost"),
        ({"lost": 1}, "Everybody was lost"),
        (
            {"village": [f"v{one % 2}" for one in range(360)], "arm": ["programme", "comparison"] * 180},
            "only 1 PSUs",
        ),
    ],
)
def test_why_there_is_no_statistic(change: Any, told: str) -> None:
    table = attrition_tests(lost_people().assign(**change), ["arm"], PREDICTORS, psu="village")
    assert table["test"].tolist() == ["arm", JOINT, BETWEEN_ARMS]
    assert table["why_not"].str.contains(told).all()
    assert table[["statistic", "p_value"]].isna().all(axis=None)


def test_a_joint_test_that_its_clusters_do_not_bear_is_not_made() -> None:
    few = lost_people(5, clusters=14, each=20)
    table: Any = attrition_tests(few, ["arm"], PREDICTORS, psu="village").set_index("test")
    assert table["why_not"].isna().tolist() == [True, False, True]
    assert table.loc[JOINT, "why_not"] == "There are too few clusters (14) to test 5 things at once"
    alone = lost_people()
    alone.loc[alone["village"] == "v03", "poverty_group"] = "alone"
    table = attrition_tests(alone, ["arm"], PREDICTORS, psu="village").set_index("test")
    assert "'poverty_group' is found in one cluster alone" in table.loc[JOINT, "why_not"]


def test_what_has_one_value_is_not_tested() -> None:
    frame = lost_people().assign(arm="programme", gender="women")
    table = attrition_tests(frame, ["arm", "gender"], ["arm", "gender", "income"], psu="village")
    assert table.empty


def test_bad_first_waves_are_refused_in_words() -> None:
    frame = lost_people()
    with pytest.raises(ValueError, match="no column 'school'"):
        attrition_tests(frame, ["school"], [])
    with pytest.raises(ValueError, match="must say 1"):
        attrition_tests(frame.assign(lost=2), ["arm"], [])
    with pytest.raises(ValueError, match="'village' has rows without an entry"):
        attrition_tests(frame.assign(village=None), ["arm"], [], psu="village")


def test_where_every_cluster_has_the_same_counts_there_is_no_test() -> None:
    village = pd.DataFrame({"group": list("aabb"), "lost": [1, 0, 1, 0]})
    first = pd.concat([village.assign(psu=number) for number in range(8)], ignore_index=True)
    table = attrition_tests(first, ["group"], [], psu="psu")
    assert table["why_not"].tolist() == ["From cluster to cluster nothing varies"]
    assert table["statistic"].isna().all()
