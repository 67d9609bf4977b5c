from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from schemas.assessment import Seeds, Table2Rules, Thresholds, read_plan
from schemas.base import TABLES, conform
from schemas.faults import Refused
from tasks import catalogue, disclosure, table_2
from tasks.run import Run
from tests.folders import plan, two_waves, write

SCORES = TABLES["mart.characteristic_scores"]
PLAN = pd.DataFrame({"assessment": ["a"], "cluster": ["c"]})


def actors(**columns) -> pd.DataFrame:
    number = len(next(iter(columns.values()), []))
    base = {"actor": [f"a{i}" for i in range(number)], "label": "A", "stage": "trade"}
    return conform(pd.DataFrame({**base, **columns}), TABLES["staged.actors"])


def given(values: dict[str, list[int | None]]) -> pd.DataFrame:
    rows = [
        {"characteristic": name, "score": score, "basis": "assessor", "evidence": "e", "assessor": f"r{i}"}
        for name, scores in values.items()
        for i, score in enumerate(scores)
    ]
    return conform(pd.DataFrame(rows), TABLES["staged.characteristics"])


def scores(values: dict[str, list[int | None]], map_of=None, **rules) -> Any:
    """Return Table 2, a frame by characteristic, with the plan's rules changed as named."""
    thresholds = Thresholds(table_2=Table2Rules(**rules))
    frame = table_2.score_characteristics(
        given(values), map_of if map_of is not None else actors(), thresholds=thresholds
    )
    return conform(frame, SCORES).set_index("characteristic")


def test_unscored_stays_unscored_and_moves_the_bounds():
    table = scores({"location": [3, 5, 4], "joint_action": [2], "upgrading": [None, None]})
    assert len(table) == 20
    assert table["score"].dropna().to_dict() == {"location": 4.0, "joint_action": 2.0}
    assert set(table["scored_with"].dropna()) == {"assessors"}
    (row,) = table_2.prioritize(PLAN, table.reset_index(), seeds=Seeds()).itertuples()
    assert (row.score, row.scored, row.unscored) == (3.0, 2, 18)
    assert row.score_low == pytest.approx((6 + 18) / 20)
    assert row.score_high == pytest.approx((6 + 90) / 20)
    assert row.score_low < row.score_low_90 < row.score_middle < row.score_high_90 < row.score_high


def test_a_cluster_without_a_score_has_no_composite():
    (row,) = table_2.prioritize(PLAN, scores({}).reset_index(), seeds=Seeds()).itertuples()
    assert (row.scored, row.unscored) == (0, 20)
    assert pd.isna([row.score, row.score_middle, row.score_low_90, row.score_high_90]).all()


def test_median_spread_and_who_scored():
    row = scores({"location": [3, 5, None, 4]}).loc["location"]
    assert (row["assessors"], row["lowest"], row["highest"]) == (3, 3, 5)
    assert (row["assessors_median"], row["scored_by"]) == (4.0, "r0; r1; r3")


def test_a_share_becomes_a_score_by_cut_points():
    """Of 400 workers 100 + 220 are informal, 80 %; the third actor's are not known."""
    people = actors(workers=[100, 300, 50], informal=[100, 220, None])
    row = scores({"employment": [2, 3]}, people).loc["employment"]
    assert (row["rule_score"], row["score"], row["scored_with"], row["basis"]) == (5, 5.0, "rule", "data")
    assert (row["figure"], row["figure_n"], row["assessors_median"]) == (80, 400, 2.5)
    assert row["figure_of"] == "workers have no contract or registration"
    assert scores({}, people, employment=[10, 50, 70, 90]).loc["employment"]["score"] == 4
    assert pd.isna(scores({}, people, employment=[]).loc["employment"]["score"])


def test_a_figure_of_too_small_a_part_of_the_map_gives_no_score():
    people = actors(workers=[100, 300], informal=[100, None])
    assert pd.isna(scores({}, people).loc["employment"]["rule_score"])
    assert scores({}, people, covered=25).loc["employment"]["rule_score"] == 5
    assert pd.isna(scores({}, actors(workers=[0], informal=[0])).loc["employment"]["rule_score"])


def test_the_plan_says_who_comes_first():
    people = actors(workers=[400], women=[120], informal=[400])
    usual = scores({"gender_and_difference": [4, 5], "employment": [1]}, people)
    assert usual["score"].dropna().to_dict() == {"employment": 5.0, "gender_and_difference": 4.5}
    assert usual.loc["gender_and_difference"]["rule_score"] == 2
    assert scores({}, people).loc["gender_and_difference"]["score"] == 2
    other = scores(
        {"gender_and_difference": [4, 5], "employment": [1]}, people, assessors_first=["employment"]
    )
    assert other["score"].dropna().to_dict() == {"employment": 1.0, "gender_and_difference": 2.0}


@pytest.mark.parametrize(
    ("own", "small", "score", "figure", "words"),
    [
        (60, 30, 5, 60, "own-account"),
        (30, 40, 3, 70, "small or own-account"),
        (10, 20, 1, 70, "medium sized or larger"),
    ],
)
def test_most_firms_give_their_type(own, small, score, figure, words):
    """The second row counts the firms of the first again, and says nothing of their type."""
    firms = actors(firms=[100, 100], own_account=[own, None], small_firms=[small, None])
    row = scores({}, firms).loc["type_of_firms"]
    assert (row["score"], row["figure"], row["figure_n"]) == (score, figure, 100)
    assert row["figure_of"] == f"firms are {words}"


def test_most_workers_give_the_location():
    people = actors(workers=[10, 40, 50], location=["urban formal", "peri-urban", "rural off-farm"])
    row = scores({}, people).loc["location"]
    assert (row["score"], row["figure"]) == (5, 50)
    people["workers"] = people["workers"] + pd.array([0, 1, 0], dtype="Int64")
    row = scores({}, people).loc["location"]
    assert (row["score"], row["figure"]) == (2, 90)
    assert row["figure_of"] == "workers are in places called peri-urban or rural off-farm"


def test_the_order_of_actors_and_assessors_changes_nothing():
    people = actors(workers=[100, 300], women=[7, 80], informal=[4, 150], location=["peri-urban"] * 2)
    values: dict[str, list[int | None]] = {"location": [2, 4], "employment": [3, None], "upgrading": [1]}
    usual = table_2.score_characteristics(given(values), people, thresholds=Thresholds())
    turned = table_2.score_characteristics(given(values)[::-1], people[::-1], thresholds=Thresholds())
    assert turned.equals(usual)


def test_a_figure_that_would_give_away_a_small_count_is_withheld():
    """3 informal of 40 is 8 percent: the share tells the count, as it does beside another that is known."""
    few = scores({}, actors(workers=[40], informal=[3])).reset_index()
    out = disclosure.release(few, SCORES, public=False).set_index("characteristic").loc["employment"]
    assert pd.isna([out["figure"], out["figure_n"], out["figure_least"]]).all()
    assert (out["withheld_by"], out["score"]) == ("threshold", 1)
    many = scores({}, actors(workers=[360, 40], informal=[100, 3])).reset_index()
    out = disclosure.release(many, SCORES, public=False).set_index("characteristic").loc["employment"]
    assert pd.isna([out["figure"], out["figure_n"]]).all()
    told = scores({}, actors(workers=[360, 40], informal=[90, 13])).reset_index()
    out = disclosure.release(told, SCORES, public=False).set_index("characteristic").loc["employment"]
    assert (out["figure"], out["figure_n"], out["withheld_by"]) == (26, 400, "")


def test_agreement_of_assessors():
    table = given({"location": [1, 1], "upgrading": [3, 3], "joint_action": [5, 4], "employment": [2, None]})
    (row,) = table_2.measure_agreement(PLAN, table).itertuples()
    assert (row.assessors, row.compared, row.verdict) == (2, 3, "reliable")
    # By hand: coincidences 1-1 and 3-3 twice, 4-5 and 5-4 once; ranks 1, 3, 4.5, 5.5 of 6 values.
    ranks = {1: 1, 3: 3, 4: 4.5, 5: 5.5}
    count = {1: 2, 3: 2, 4: 1, 5: 1}
    chance = sum(count[a] * count[b] * (ranks[a] - ranks[b]) ** 2 for a in ranks for b in ranks)
    assert row.alpha == pytest.approx(1 - 5 * 2 / chance)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "fewer than two assessors"),
        ({"location": [3], "upgrading": [2]}, "fewer than two assessors"),
        ({"location": [3, 4], "upgrading": [2]}, "fewer than two characteristics"),
        ({"location": [3, 3], "upgrading": [3, 3]}, "are the same"),
    ],
)
def test_agreement_that_cannot_be_said(values, reason):
    (row,) = table_2.measure_agreement(PLAN, given(values) if values else given({}).head(0)).itertuples()
    assert pd.isna(row.alpha)
    assert row.verdict == "cannot be said"
    assert reason in row.reason


def test_every_rule_of_the_catalogue_has_its_cut_points_in_the_plan():
    rules = {rule["characteristic"]: rule for rule in catalogue.read("table_2_rules")["rule"]}
    assert set(rules) == set(Table2Rules.model_fields) - {"covered", "assessors_first"}
    levels = {row["id"]: row for row in catalogue.read("table_2")["characteristic"]}
    for name, rule in rules.items():
        parts = [*rule.get("part", []), *filter(None, [rule.get("rest")])]
        assert all(f"level_{part['level']}" in levels[name] for part in parts), name


@pytest.mark.parametrize(
    "wrong",
    [
        "employment = [20, 40]",
        "employment = [20, 20, 60, 80]",
        "location = [0]",
        'assessors_first = ["upgrading"]',
        "covered = 120",
        "jobs = [20]",
    ],
)
def test_wrong_cut_points_are_refused_by_their_key(tmp_path, wrong):
    write(tmp_path, {"assessment.toml": plan(f"\n[thresholds.table_2]\n{wrong}\n")})
    with pytest.raises(Refused) as refused:
        read_plan(tmp_path / "assessment.toml")
    assert "key thresholds.table_2" in str(refused.value)


def test_cut_points_stand_in_the_plan(tmp_path):
    write(tmp_path, {"assessment.toml": plan("\n[thresholds.table_2]\nlocation = []\ncovered = 80\n")})
    rules = read_plan(tmp_path / "assessment.toml").thresholds.table_2
    assert (rules.location, rules.covered, rules.employment) == ([], 80, [20, 40, 60, 80])


def test_parts_larger_than_their_whole_are_refused_by_row(tmp_path):
    folder = two_waves(tmp_path)
    rows = "weavers,W,trade,10,20,30,,6,7\nworkshops,S,trade,,,,5,,\ntraders,T,trade,5,5,5,,,\n"
    columns = "actor,label,stage,firms,workers,women,informal,own_account,small_firms\n"
    write(folder, {"mapping/actors.csv": columns + rows})
    with pytest.raises(Refused) as refused:
        Run(folder).prepare()
    told = str(refused.value).splitlines()
    assert [line for line in told if "actors" in line] == [
        "mapping/actors.csv, row 2, column own_account: and small_firms together are larger than firms. "
        "Correct one of the figures",
        "mapping/actors.csv, row 2, column women: is larger than workers. Correct one of the figures",
    ]
