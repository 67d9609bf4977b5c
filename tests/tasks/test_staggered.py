"""Staggered starts through whole assessment folders: three waves, two starts, and what is refused."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from schemas.faults import Refused
from tasks.methods.staggered import staggered_effects
from tasks.run import Run
from tests.assessed import tables_of
from tests.folders import ACTORS, GROUPS, plan, write

IMPACT, RELEASED = "mart.impact_estimates", "released.impact_estimates"
WAVES = ("baseline", "midline", "endline")
PLAN = """
[[wave]]
name = "baseline"
role = "baseline"
[[wave]]
name = "midline"
role = "follow-up"
[[wave]]
name = "endline"
role = "follow-up"
"""
SPECIFICATION = """
[[specification]]
name = "main"
indicators = ["income_month"]
estimator = "staggered"
start = "began"
"""
BALANCE = '[comparison]\ncovariates = ["income_month"]\n'
BEFORE = "programme, 1 wave before its start"


def answers(drift: float = 0.0, people: int = 240) -> pd.DataFrame:
    """Return three waves of `people` in 24 places; a third each began at midline, at endline and never.

    Those who began at endline gain `drift` more than the others from baseline to midline.
    """
    chance = np.random.default_rng(11)
    place = np.arange(people) % 24
    began = np.array(["midline", "endline", "never"])[place % 3]
    level = chance.normal(1000, 80, people // 3).repeat(3)  # those of each start are alike
    parts = []
    for position, wave in enumerate(WAVES):
        since = position - np.where(began == "never", 9, np.where(began == "midline", 1, 2))
        gain = position * 10 + 60.0 * (since >= 0) + 30.0 * (since >= 1)
        gain += drift * (began == "endline") * (position > 0)
        parts.append(
            pd.DataFrame(
                {
                    "wave": wave,
                    "respondent": [f"R{n:03}" for n in range(people)],
                    "arm": np.where(began == "never", "comparison", "programme"),
                    "poverty_group": np.where(np.arange(people) // 24 % 2, "weaver-women", "workshop-men"),
                    "cluster": [f"place-{n:02}" for n in place],
                    "began": began,
                    "income_month": (level + gain + chance.normal(0, 12, people)).round(2),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def folder_of(
    folder: Path, table: pd.DataFrame, specification: str = SPECIFICATION, waves: str = PLAN
) -> Path:
    files = {
        f"waves/{wave}/interviews.csv": rows.drop(columns="wave").to_csv(index=False)
        for wave, rows in table.groupby("wave")
        if f'"{wave}"' in waves
    }
    toml = plan(GROUPS + waves + specification, top='indicators = ["income_month"]')
    return write(folder, {"assessment.toml": toml, "mapping/actors.csv": ACTORS, **files})


def test_the_estimates_are_those_of_the_function(tmp_path):
    table = answers()
    estimates, released = tables_of(folder_of(tmp_path, table), IMPACT, RELEASED)
    expected = staggered_effects(table, "income_month", "began", WAVES, cluster="cluster").set_index("term")
    told = estimates.set_index("term").loc[expected.index]
    assert len(estimates) == len(expected) == 4
    for column in ("estimate", "standard_error", "ci_low", "ci_high", "degrees_of_freedom", "p_value"):
        assert told[column].astype(float).to_numpy() == pytest.approx(expected[column].to_numpy())
    for column in ("respondents", "smallest_cell", "clusters"):
        assert told[column].tolist() == expected[column].tolist()
    assert set(zip(estimates["from_wave"], estimates["to_wave"], strict=True)) == {("baseline", "endline")}
    assert told.loc["programme", "direction"] == "better"
    assert told.loc["programme", "estimate"] == pytest.approx((75 + 60) / 2, abs=8)
    assert released["estimate"].notna().all()


def test_alike_before_their_start_the_effects_are_causal_and_the_placebo_is_none(tmp_path):
    (estimates,) = tables_of(folder_of(tmp_path, answers(), SPECIFICATION + BALANCE), IMPACT)
    told = estimates.set_index("term")
    placebo = told.loc[BEFORE].to_dict()
    assert placebo["p_value"] > 0.05
    assert placebo["claim"] == "associational"
    assert "can have had no effect" in placebo["claim_reason"]
    assert pd.isna(placebo["direction"])
    effects = told.drop(index=BEFORE)
    assert set(effects["claim"]) == {"causal"}
    assert effects["claim_reason"].str.contains("does not prove it").all()


def test_starts_that_drifted_apart_before_are_refused_the_word_causal(tmp_path):
    (estimates,) = tables_of(folder_of(tmp_path, answers(drift=60), SPECIFICATION + BALANCE), IMPACT)
    told = estimates.set_index("term")
    assert told["p_value"].to_dict()[BEFORE] < 0.05
    assert set(told["claim"]) == {"associational"}
    assert told.drop(index=BEFORE)["claim_reason"].str.contains("changed differently already").all()


def test_a_lot_that_formed_the_arms_says_nothing_of_who_started_when(tmp_path):
    drawn = SPECIFICATION + BALANCE + 'assignment = "randomised"\n'
    (estimates,) = tables_of(folder_of(tmp_path, answers(drift=60), drawn), IMPACT)
    assert set(estimates["claim"]) == {"associational"}


def test_by_group_a_start_of_few_people_is_withheld(tmp_path):
    table = answers()
    few = (table["poverty_group"] == "weaver-women") & (table["began"] == "midline")
    kept = table["respondent"].isin(table.loc[few, "respondent"].unique()[:9])
    grouped = SPECIFICATION + "by_poverty_group = true\n"
    table = table[~few | kept]
    estimates, released = tables_of(folder_of(tmp_path, table, grouped), IMPACT, RELEASED)
    cells = estimates.set_index(["poverty_group", "term"])["smallest_cell"]
    assert cells["weaver-women", "programme"] == 9
    hidden = released.set_index(["poverty_group", "term"])["estimate"].isna()
    assert hidden["weaver-women", "programme"]
    assert not hidden["weaver-women", BEFORE]  # those of midline are no comparison there
    assert not hidden["all", "programme"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.assign(began=t["began"].replace("midline", "middle")), "'middle' .* is no wave"),
        (
            lambda t: t.assign(began=t["began"].mask(t["wave"] == "endline", "never")),
            "one 'began' in one wave and another in another",
        ),
        (lambda t: t.assign(began="midline"), "nobody is left to compare with"),
    ],
)
def test_what_cannot_be_compared_has_no_figure_and_says_why(tmp_path, change, words):
    (estimates,) = tables_of(folder_of(tmp_path, change(answers())), IMPACT)
    (row,) = estimates.to_dict("records")
    assert row["term"] == "programme"
    assert np.isnan(row["estimate"])
    assert pd.Series([row["claim_reason"]]).str.contains(words).all()


def refusals(folder: Path) -> str:
    with pytest.raises(Refused) as refused:
        Run(folder).prepare()
    return " ".join(f"{fault.column}: {fault.rule}. {fault.remedy}" for fault in refused.value.faults)


def test_two_waves_are_too_few(tmp_path):
    two = PLAN.replace('[[wave]]\nname = "midline"\nrole = "follow-up"\n', "")
    told = refusals(folder_of(tmp_path, answers(), waves=two))
    assert "specification.1.estimator: staggered starts need three waves or more, and the plan has 2" in told
    assert "difference_in_differences" in told


def test_a_column_of_starts_that_is_not_there_is_a_fault(tmp_path):
    named = SPECIFICATION.replace('"began"', '"begun"')
    told = refusals(folder_of(tmp_path, answers(), named))
    assert "specification.1.start: 'begun' is not a column of the interviews. Did you mean 'began'?" in told


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "csdid" else found(name, *more)
    )
    assert "psia[staggered]" in refusals(folder_of(tmp_path, answers()))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('terms = ["grant"]', "leave out terms"),
        ('covariates = ["age"]', "leave out covariates"),
        ('error_type = "cr2"', "leave out error_type = 'cr2'"),
        ('comparison = "matched"', "leave out comparison = 'matched'"),
    ],
)
def test_what_the_estimator_does_not_use_is_refused(tmp_path, more, words):
    assert words in refusals(folder_of(tmp_path, answers(), SPECIFICATION + more + "\n"))


def test_starts_are_for_this_estimator_alone_and_it_needs_them(tmp_path):
    other = SPECIFICATION.replace('"staggered"', '"difference"')
    assert "estimator = 'staggered'" in refusals(folder_of(tmp_path, answers(), other))
    without = SPECIFICATION.replace('start = "began"\n', "")
    assert "needs 'start'" in refusals(folder_of(tmp_path, answers(), without))
