"""The assessments that ship run, and block-printing finds what its generator put there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.demo import make_block_printing as demo
from flows.cli import _demos
from tests.tasks.test_designs import tables

DEMOS = demo.ROOT / "data" / "demo"


def copy(name: str, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(DEMOS / name, folder, ignore=shutil.ignore_patterns("results", "received", "vault"))
    return folder


def test_every_demo_that_ships_is_offered():
    assert set(_demos()) == {path.name for path in DEMOS.iterdir() if path.is_dir() and path.name[0] != "_"}


def test_block_printing_finds_the_effects_that_are_there(tmp_path):
    impact, nodes, triangulation, attrition = tables(
        copy("block-printing", tmp_path),
        "mart.impact_estimates",
        "mart.poverty_nodes",
        "mart.triangulation",
        "mart.attrition",
    )
    truth = demo.truth().set_index(["poverty_group", "indicator"])["effect"].to_dict()
    matched = impact[impact["comparison"] == "matched"]
    impact = impact[impact["comparison"] == "all"]
    assert len(impact) == len(truth) == 60
    assert len(matched) == 2
    for row in matched.to_dict("records"):
        assert row["ci_low"] <= truth[row["poverty_group"], row["indicator"]] <= row["ci_high"]
    held = [
        row["ci_low"] <= truth[row["poverty_group"], row["indicator"]] <= row["ci_high"]
        for row in impact.to_dict("records")
    ]
    assert sum(held) >= 54
    said = impact.set_index(["poverty_group", "indicator"])["direction"].to_dict()
    for indicator in ("income_month", "workdays_month"):
        assert said["home-worker-women", indicator] == "worse"
        assert said["wage-men", indicator] == "better"
        assert said["own-account", indicator] in ("unchanged", "uncertain")
    assert set(impact["claim"]) == {"causal"}
    assert {"none", "vulnerable", "likely"} <= set(nodes["likelihood"])
    assert set(triangulation["verdict"]) == {"agree", "contradict", "single source", "silent"}
    coded = triangulation.set_index(["poverty_group", "indicator"])["qualitative"].to_dict()
    assert coded["home-worker-women", "income_month"] == "worse"
    assert coded["wage-women", "safe_workplace"] == "worse"
    assert coded["own-account", "workdays_month"] == "uncertain"
    assert (attrition["lost"] > 0).all()


@pytest.mark.parametrize("cluster", ["torreon", "agra"])
def test_a_cluster_of_the_evidence_is_scored_where_the_study_supports_it(tmp_path, cluster):
    scores, priorities = tables(
        copy(f"evidence/{cluster}", tmp_path), "mart.characteristic_scores", "mart.cluster_priorities"
    )
    (row,) = priorities.to_dict("records")
    assert row["scored"] == scores["score"].notna().sum() > 0
    assert row["unscored"] == scores["score"].isna().sum() > 0
    assert row["score_low"] < row["score"] < row["score_high"]
