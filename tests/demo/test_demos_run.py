"""The assessments that ship run, and block-printing finds what its generator put there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from data.demo import make_block_printing as demo
from flows.cli import _demos
from tasks.publish.sheets import hand_out
from tests.tasks.test_designs import tables

DEMOS = demo.ROOT / "data" / "demo"


def copy(name: str, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(DEMOS / name, folder, ignore=shutil.ignore_patterns("results", "received", "vault"))
    return folder


def test_every_demo_that_ships_is_offered():
    assert set(_demos()) == {path.name for path in DEMOS.iterdir() if path.is_dir() and path.name[0] != "_"}


TABLES = (
    "impact_estimates",
    "poverty_nodes",
    "triangulation",
    "attrition",
    "feedback",
    "focus_group_delegates",
    "committee",
    "actions",
    "earlier_findings",
)


@pytest.fixture(scope="module", name="block_printing")
def block_printing_fixture(tmp_path_factory):
    """Return the folder of the demo, run, and some of its tables."""
    folder = copy("block-printing", tmp_path_factory.mktemp("demo"))
    found = tables(folder, *(f"mart.{name}" for name in TABLES))
    return folder, dict(zip(TABLES, found, strict=True))


def test_block_printing_finds_the_effects_that_are_there(block_printing):
    impact, nodes, triangulation, attrition = (block_printing[1][name] for name in TABLES[:4])
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


def test_block_printing_shows_what_phases_six_and_seven_can_tell(block_printing):
    feedback, delegates, committee, actions, earlier = (block_printing[1][name] for name in TABLES[4:])
    contested = feedback[feedback["verdict"] == "contested"]
    assert set(contested["kind"]) == {"participants", "stakeholders"}
    assert set(contested["of_earlier"]) == {True, False}
    away = delegates[~delegates["sent"].astype(bool) & (delegates["wave"] == "followup")]
    assert set(away["focus_group"]) == {"FG-32", "FG-52"}
    groups = committee[committee["poverty_group"].notna()].set_index("poverty_group")
    assert groups["role"].isna()["wage-women"]
    assert not groups["kept"]["own-account"]
    assert actions.loc[actions["overdue"], "action"].tolist() == ["gloves-for-washers"]
    assert actions.loc[actions["carried"], "action"].tolist() == ["gloves-for-washers"]
    became = earlier.set_index("finding")["verdict"].to_dict()
    assert became["debt_burden/small-subcontractors"] == "reversed"
    assert became["income_month/home-worker-women"] == "held"
    assert became["weeks_without_work_year/wage-men"] == "not asked any more"
    assert became["income_month/own-account"] == "not seen any more"


def test_the_sheets_of_the_workshops_are_those_of_the_run(block_printing):
    written = hand_out(block_printing[0], None)
    pages = [path for path in written if path.suffix == ".html"]
    assert len(pages) == 6
    assert sum(path.read_text(encoding="utf-8").count("<article>") for path in pages) == 60


@pytest.mark.parametrize("cluster", ["torreon", "agra"])
def test_a_cluster_of_the_evidence_is_scored_where_the_study_supports_it(tmp_path, cluster):
    scores, priorities = tables(
        copy(f"evidence/{cluster}", tmp_path), "mart.characteristic_scores", "mart.cluster_priorities"
    )
    (row,) = priorities.to_dict("records")
    assert row["scored"] == scores["score"].notna().sum() > 0
    assert row["unscored"] == scores["score"].isna().sum() > 0
    assert row["score_low"] < row["score"] < row["score_high"]
