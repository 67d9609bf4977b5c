"""Families of tests, effects by group and earlier trends: through whole assessment folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tasks.methods.multiple_testing import adjust
from tests.assessed import tables_of
from tests.folders import ACTORS, GROUPS, plan, two_waves, write

pytestmark = pytest.mark.slow

IMPACT, DIFFERENCES, TRENDS = "mart.impact_estimates", "mart.impact_differences", "mart.pre_trends"
BOUNDS = "mart.attrition_bounds"
MORE = """
[[specification]]
name = "days"
indicators = ["workdays_month"]
estimator = "difference_in_differences"
from_wave = "baseline"
to_wave = "followup"
family = "{family}"
"""


def of_many_places(folder: Path, rest: str = "") -> Path:
    """Return the assessment of two waves with each respondent in a place of their own.

    Enough places of the programme in each group for a p-value.
    """
    two_waves(folder, rest)
    for wave in ("baseline", "followup"):
        file = folder / "waves" / wave / "interviews.csv"
        table = pd.read_csv(file, dtype=str)
        table.assign(cluster="place-" + table["respondent"]).to_csv(file, index=False)
    return folder


@pytest.mark.parametrize("method", ["holm", "benjamini_hochberg"])
def test_a_family_of_one_name_is_adjusted_together(tmp_path, method):
    rest = MORE.format(family="programme") + f'[multiple_testing]\nmethod = "{method}"\n'
    estimates, released = tables_of(of_many_places(tmp_path, rest), IMPACT, "released.impact_estimates")
    assert len(estimates) == 4  # income of all and of two groups, days of all
    assert set(estimates["family"]) == {"programme"}
    assert set(estimates["tests"]) == {4}
    for name in ("holm", "benjamini_hochberg"):
        assert estimates[f"p_{name}"].tolist() == pytest.approx(adjust(estimates["p_value"].tolist(), name))
    assert (estimates["p_adjusted"] == estimates[f"p_{method}"]).all()
    assert released["p_adjusted"].notna().all()


def test_without_a_name_each_specification_is_a_family_of_its_own(tmp_path):
    (estimates,) = tables_of(of_many_places(tmp_path, MORE.format(family="")), IMPACT)
    told = estimates[["specification", "family", "tests"]].drop_duplicates()
    assert sorted(told.itertuples(index=False, name=None)) == [
        ("days", "days", 1),
        ("programme", "programme", 3),
    ]
    days = estimates[estimates["specification"] == "days"]
    assert days["p_adjusted"].tolist() == days["p_value"].tolist()


def test_effects_of_two_groups_are_compared_once_and_differ_by_what_each_has(tmp_path):
    estimates, differences, released = tables_of(
        of_many_places(tmp_path), IMPACT, DIFFERENCES, "released.impact_differences"
    )
    (row,) = differences.to_dict("records")
    alone = estimates.set_index("poverty_group")["estimate"]
    assert row["poverty_group"] == "weaver-women"
    assert row["estimate"] == pytest.approx(alone["weaver-women"] - alone["workshop-men"])
    assert row["interaction"] == "programme x after x weaver-women"
    assert (row["respondents"], row["others"], row["smallest_cell"]) == (30, 30, 15)
    assert row["verdict"] == "differ"
    assert row["claim"] == "associational"
    assert released["verdict"].tolist() == ["differ"]


def test_each_of_three_groups_is_compared_with_the_others(tmp_path):
    folder = of_many_places(tmp_path)
    third = (
        '[[poverty_group]]\nid = "old"\nlabel = "Old people"\nnode = "weavers"\nbox4_group = "home_worker"\n'
    )
    toml = folder / "assessment.toml"
    toml.write_text(toml.read_text() + third)
    for wave in ("baseline", "followup"):
        file = folder / "waves" / wave / "interviews.csv"
        table = pd.read_csv(file, dtype=str)
        table.loc[table.index < 16, "poverty_group"] = "old"
        table.to_csv(file, index=False)
    differences, released = tables_of(folder, DIFFERENCES, "released.impact_differences")
    assert differences["poverty_group"].tolist() == ["old", "weaver-women", "workshop-men"]
    assert set(differences["tests"]) == {3}
    assert (differences["respondents"] + differences["others"] == 60).all()
    few = released[released["poverty_group"] == "old"]  # 8 in each arm
    assert few["withheld_by"].tolist() == ["threshold"]
    assert few[["estimate", "p_value", "p_adjusted", "p_holm", "verdict", "others"]].isna().all(axis=None)


def test_few_programme_places_on_one_side_leave_the_difference_untested(tmp_path):
    (differences,) = tables_of(two_waves(tmp_path), DIFFERENCES)
    (row,) = differences.to_dict("records")  # the groups have five places of the programme each
    assert row["standard_error"] > 0
    assert pd.isna(row["p_value"])
    assert (row["verdict"], row["tests"]) == ("not tested", 0)


def test_a_purposive_sample_has_no_test_of_any_kind(tmp_path):
    (differences,) = tables_of(of_many_places(tmp_path, '[sampling]\ndesign = "purposive"\n'), DIFFERENCES)
    (row,) = differences.to_dict("records")
    assert np.isfinite(row["estimate"])
    assert pd.isna(row["standard_error"])
    assert (row["verdict"], row["tests"], row["claim"]) == ("not tested", 0, "descriptive")


def test_a_difference_that_cannot_be_estimated_says_why(tmp_path):
    folder = of_many_places(tmp_path)
    for wave in ("baseline", "followup"):
        file = folder / "waves" / wave / "interviews.csv"
        table = pd.read_csv(file, dtype=str)
        kept = (table["poverty_group"] == "workshop-men") | (table["arm"] == "programme")
        table[kept].to_csv(file, index=False)
    differences, estimates = tables_of(folder, DIFFERENCES, "mart.impact_estimates")
    (row,) = differences.to_dict("records")
    assert pd.isna(row["estimate"])
    assert pd.isna(row["verdict"])
    assert "has no coefficient of its own" in row["problem"]
    (reason,) = estimates.loc[estimates["estimate"].isna(), "claim_reason"]
    assert "has no coefficient of its own. Amounts are in money of the day" in reason


EARLIER = """
[comparison]
covariates = ["income_month"]
[[wave]]
name = "before-that"
role = "baseline"
[[wave]]
name = "baseline"
role = "baseline"
[[wave]]
name = "followup"
role = "follow-up"
"""


def with_an_earlier_wave(folder: Path, drift: float) -> Path:
    """Write an assessment of three waves; before the programme its arm gains `drift` more than the other."""
    chance = np.random.default_rng(4)
    people = 120
    programme = np.arange(people) % 2 == 1
    income = chance.normal(1000, 80, people // 2).repeat(2)  # the arms are alike
    files = {}
    for position, wave in enumerate(("before-that", "baseline", "followup")):
        gain = position * 10 + drift * programme * (position > 0) + 50 * programme * (position == 2)
        table = pd.DataFrame(
            {
                "respondent": [f"R{n:03}" for n in range(people)],
                "arm": np.where(programme, "programme", "comparison"),
                "poverty_group": np.where(np.arange(people) // 2 % 2, "weaver-women", "workshop-men"),
                "cluster": [f"place-{n % 40:02}" for n in range(people)],
                "income_month": (income + gain + chance.normal(0, 12, people)).round(2),
            }
        )
        files[f"waves/{wave}/interviews.csv"] = table.to_csv(index=False)
    specification = (
        '[[specification]]\nname = "main"\nindicators = ["income_month"]\nby_poverty_group = true\n'
        'estimator = "difference_in_differences"\nto_wave = "followup"\n'
    )
    toml = plan(GROUPS + EARLIER + specification, top='indicators = ["income_month"]')
    return write(folder, {"assessment.toml": toml, "mapping/actors.csv": ACTORS, **files})


def test_arms_that_changed_alike_before_stay_causal_and_the_report_says_what_it_is_worth(tmp_path):
    trends, estimates = tables_of(with_an_earlier_wave(tmp_path, 0), TRENDS, IMPACT)
    assert trends["poverty_group"].tolist() == ["all", "weaver-women", "workshop-men"]
    assert set(zip(trends["from_wave"], trends["to_wave"], strict=True)) == {("before-that", "baseline")}
    assert set(trends["verdict"]) == {"not told apart"}
    assert set(estimates["from_wave"]) == {"baseline"}  # the last wave before the programme
    assert set(estimates["claim"]) == {"causal"}
    assert "does not prove it" in estimates["claim_reason"].iloc[0]


def test_arms_that_drifted_apart_before_are_refused_the_word_causal(tmp_path):
    trends, estimates = tables_of(with_an_earlier_wave(tmp_path, 60), TRENDS, IMPACT)
    assert set(trends["verdict"]) == {"differed"}
    assert trends["estimate"].iloc[0] == pytest.approx(60, abs=8)
    assert set(estimates["claim"]) == {"associational"}
    assert "changed differently already" in estimates["claim_reason"].iloc[0]


def test_earlier_trends_are_told_before_the_programme_has_ended(tmp_path):
    folder = with_an_earlier_wave(tmp_path, 60)
    (folder / "waves" / "followup" / "interviews.csv").unlink()
    trends, estimates = tables_of(folder, TRENDS, IMPACT)
    assert set(trends["verdict"]) == {"differed"}
    assert not len(estimates)


def test_waves_after_the_programme_began_are_no_test_of_earlier_trends(tmp_path):
    folder = with_an_earlier_wave(tmp_path, 60)
    toml = folder / "assessment.toml"
    toml.write_text(
        toml.read_text().replace(
            'name = "baseline"\nrole = "baseline"', 'name = "baseline"\nrole = "follow-up"'
        )
    )
    trends, estimates = tables_of(folder, TRENDS, IMPACT)
    assert not len(trends)
    assert set(estimates["from_wave"]) == {"before-that"}


def of_randomised_arms(folder: Path, lost: dict[str, int], rest: str = "") -> Path:
    """Write two waves of randomised arms, of which so many people each are lost who earn least."""
    of_many_places(folder, '\n[comparison]\nassignment = "randomised"\n' + rest)
    file = folder / "waves" / "followup" / "interviews.csv"
    table = pd.read_csv(file, dtype=str)
    for arm, people in lost.items():
        poorest = table[table["arm"] == arm].sort_values("income_month").index[:people]
        table = table.drop(poorest)
    table.sample(frac=1, random_state=2).to_csv(file, index=False)
    return folder


def test_bounds_of_randomised_arms_leave_out_what_one_arm_kept_too_many(tmp_path):
    (bounds, released) = tables_of(
        of_randomised_arms(tmp_path, {"comparison": 12}), BOUNDS, "released.attrition_bounds"
    )
    (row,) = bounds[bounds["poverty_group"] == "all"].to_dict("records")
    assert (row["respondents"], row["lost"], row["smallest_cell"]) == (48, 12, 18)
    assert row["measures"] == "change"
    assert row["trimmed_arm"] == "programme"
    assert row["programme_found"] == 1
    assert row["trimmed_share"] == pytest.approx(1 - row["comparison_found"])
    assert row["ci_low"] < row["lower"] < row["upper"] < row["ci_high"]
    told = released.set_index("poverty_group")
    assert told.loc["all", "withheld_by"] == ""
    small = bounds["trimmed"] < 10
    assert released.loc[small, ["lower", "upper", "ci_low", "trimmed_share", "verdict"]].isna().all(axis=None)


def test_bounds_equal_the_estimate_where_nobody_was_lost(tmp_path):
    estimates, bounds = tables_of(of_randomised_arms(tmp_path, {}), IMPACT, BOUNDS)
    both = estimates.merge(bounds, on=["specification", "indicator", "poverty_group"])
    assert len(both) == 3
    assert both["lower"].tolist() == pytest.approx(both["estimate"].tolist())
    assert both["upper"].tolist() == pytest.approx(both["estimate"].tolist())
    assert set(both["trimmed_arm"]) == {"none"}


def test_arms_that_were_not_randomised_have_no_bounds(tmp_path):
    (bounds,) = tables_of(of_many_places(tmp_path), BOUNDS)
    assert not len(bounds)
