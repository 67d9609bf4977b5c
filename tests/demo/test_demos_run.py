"""The assessments that ship run, and block-printing finds what its generator put there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from data.demo import make_block_printing as demo
from flows.cli import _demos
from schemas.assessment import read_plan
from tasks.disclosure import Rules, release_all
from tasks.publish.report import Report
from tasks.publish.sections.statements import again
from tests.tasks.test_designs import tables

DEMOS = demo.ROOT / "data" / "demo"


def copy(name: str, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(DEMOS / name, folder, ignore=shutil.ignore_patterns("results", "received", "vault"))
    return folder


def test_every_demo_that_ships_is_offered():
    assert set(_demos()) == {path.name for path in DEMOS.iterdir() if path.is_dir() and path.name[0] != "_"}


BLOCK_PRINTING = (
    "mart.impact_estimates",
    "mart.poverty_nodes",
    "mart.triangulation",
    "mart.attrition",
    "mart.findings",
    "staged.indicators",
)


@pytest.fixture(scope="module")
def block_printing(tmp_path_factory) -> dict[str, pd.DataFrame]:
    folder = copy("block-printing", tmp_path_factory.mktemp("demo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSIA_KEYS", str(folder.parent / "keys"))
        return dict(zip(BLOCK_PRINTING, tables(folder, *BLOCK_PRINTING), strict=True))


def test_block_printing_finds_the_effects_that_are_there(block_printing):
    impact, nodes, triangulation, attrition, *_ = block_printing.values()
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
    claims = impact.groupby("poverty_group")["claim"].unique().map(list)
    assert claims["all"] == ["causal"]
    assert claims["own-account"] == ["associational"]  # its own arms differ in written contracts
    assert {"none", "vulnerable", "likely"} <= set(nodes["likelihood"])
    assert set(triangulation["verdict"]) == {"agree", "contradict", "single source", "silent"}
    coded = triangulation.set_index(["poverty_group", "indicator"])["qualitative"].to_dict()
    assert coded["home-worker-women", "income_month"] == "worse"
    assert coded["wage-women", "safe_workplace"] == "worse"
    assert coded["own-account", "workdays_month"] == "uncertain"
    assert (attrition["lost"] > 0).all()


NUMBER = r"[+−]?\d[\d\u202f]*(?:\.\d+)?"
TOLD = re.compile(rf"moved by ({NUMBER}).*95 % interval ({NUMBER}) to ({NUMBER})")


def test_every_number_of_a_finding_stands_in_the_row_that_it_names(block_printing):
    impact = block_printing["mart.impact_estimates"]
    key = ["specification", "term", "indicator", "poverty_group"]
    rows = impact[impact["comparison"] == "all"].set_index(key)
    findings = block_printing["mart.findings"]
    assert len(findings) == 60
    for finding in findings.to_dict("records"):
        specification, term = finding["evidence"].removeprefix("impact_estimates: ").split(", ")
        row = rows.loc[(specification, term, finding["indicator"], finding["poverty_group"])]
        found = TOLD.search(finding["statement"])
        assert found, finding["statement"]
        scale = 100 if "percentage points" in finding["statement"] else 1
        for told, column in zip(found.groups(), ("estimate", "ci_low", "ci_high"), strict=True):
            exact = row[column] * scale
            assert read(told) == pytest.approx(exact, abs=half_of_the_last_digit(told)), finding["statement"]
        assert finding["direction"] == row["direction"]
        assert finding["claim"] == row["claim"]
        assert finding["respondents"] == row["respondents"]


def read(told: str) -> float:
    return float(told.replace("\u202f", "").replace("−", "-"))


def half_of_the_last_digit(told: str) -> float:
    """Return how far a printed number may be from its own: from 1,000 on three digits are told."""
    whole, _, decimals = told.strip("+−").replace("\u202f", "").partition(".")
    return 0.5001 * 10.0 ** (max(0, len(whole) - 3) if not decimals else -len(decimals))


def test_the_report_can_make_the_sentence_of_every_finding_again(block_printing):
    """So that it can be said in another language: from the released rows alone."""
    released = release_all(block_printing, Rules())
    plan = read_plan(DEMOS / "block-printing" / "assessment.toml")
    report = Report(plan, {name.partition(".")[2]: frame for name, frame in released.items()})
    told = [one for one in report.rows("findings") if not report.hidden("findings", one, "statement")]
    assert len(told) == 60
    for finding in told:
        assert again(report, finding) == finding["statement"]


@pytest.mark.parametrize("cluster", ["torreon", "agra"])
def test_a_cluster_of_the_evidence_is_scored_where_the_study_supports_it(tmp_path, cluster):
    scores, priorities = tables(
        copy(f"evidence/{cluster}", tmp_path), "mart.characteristic_scores", "mart.cluster_priorities"
    )
    (row,) = priorities.to_dict("records")
    assert row["scored"] == scores["score"].notna().sum() > 0
    assert row["unscored"] == scores["score"].isna().sum() > 0
    assert row["score_low"] < row["score"] < row["score_high"]
