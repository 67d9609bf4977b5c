"""Who gained and who lost: by poverty group, and by gender within it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from schemas.assessment import Comparison, MultipleTesting, Specification
from tasks.winners import basis_of, claim_within, in_families
from tests.assessed import tables_of
from tests.folders import SPECIFICATION, two_waves

WINNERS = "mart.winners_losers"


def with_genders(folder):
    """Return a folder whose home weavers are women and men: every fifth person is a man."""
    two_waves(folder)
    plan = folder / "assessment.toml"
    both = 'box4_group = "home_worker"'
    plan.write_text(plan.read_text().replace(f'{both}\ngender = "women"', both))
    for wave in ("baseline", "followup"):
        path = folder / "waves" / wave / "interviews.csv"
        head, *rows = path.read_text().splitlines()
        genders = [
            "men" if "workshop" in row or number % 5 == 0 else "women" for number, row in enumerate(rows)
        ]
        lines = [f"{head},gender", *(f"{row},{gender}" for row, gender in zip(rows, genders, strict=True))]
        path.write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Return who gained and lost, the impact and the changes of one run of the folder of two waves."""
    folder = two_waves(tmp_path_factory.mktemp("winners"))
    return tables_of(folder, WINNERS, "mart.impact_estimates", "mart.wave_changes")


def test_each_group_has_what_its_leading_estimate_says(ran):
    winners, impact, _ = ran
    leading = impact[impact["poverty_group"] != "all"].set_index("poverty_group")
    by_impact = winners[winners["basis"] == "impact"].set_index("poverty_group")
    assert set(by_impact.index) == set(leading.index)
    assert set(by_impact["gender"]) == {"all"}
    columns = ["estimate", "ci_low", "ci_high", "direction", "respondents", "claim"]
    columns += ["p_value", "p_adjusted", "family", "tests"]
    pd.testing.assert_frame_equal(by_impact[columns], leading[columns])


def test_what_no_model_tells_is_told_as_a_change_of_the_programme_arm(ran):
    winners, _, changes = ran
    told = winners[winners["indicator"] == "workdays_month"].set_index("poverty_group")
    assert set(told["basis"]) == {"change"}
    assert set(told["claim"]) == {"descriptive"}
    own = changes[(changes["indicator"] == "workdays_month") & (changes["arm"] == "programme")]
    own = own[own["poverty_group"] != "all"].set_index("poverty_group")
    assert told["estimate"].to_dict() == pytest.approx(own["change"].to_dict())


def test_women_and_men_of_a_group_are_told_apart_and_withheld_together(tmp_path):
    mart, released = tables_of(with_genders(tmp_path), WINNERS, "released.winners_losers")
    parts = mart[(mart["poverty_group"] == "weaver-women") & (mart["basis"] == "impact")].set_index("gender")
    assert set(parts.index) == {"all", "men", "women"}
    people: dict[Any, int] = parts["respondents"].to_dict()
    assert people["all"] == people["men"] + people["women"]
    assert people["men"] < 10
    shown = released[(released["poverty_group"] == "weaver-women") & (released["basis"] == "impact")]
    shown = shown.set_index("gender")
    assert shown["withheld_by"].to_dict() == {
        "all": "",
        "men": "threshold",
        "women": "given away by others",
    }
    assert shown.loc[["men", "women"], ["estimate", "direction", "respondents"]].isna().all(axis=None)
    of_genders = mart[mart["gender"] != "all"]
    assert set(of_genders["family"]) == {"programme, by gender"}
    assert set(of_genders["tests"]) == {of_genders["p_value"].notna().sum()}
    workshop = mart[mart["poverty_group"] == "workshop-men"]
    assert set(workshop["gender"]) == {"all"}


def test_women_and_men_are_a_family_of_their_own_under_each_name_of_the_plan():
    """Holm by hand: of three tests the least p-value counts three times, the next twice, the last once."""
    specifications = [
        Specification(name=name, indicators=["income_month"], estimator="difference", family=family)
        for name, family in (("one", "pay"), ("two", "pay"), ("three", ""))
    ]
    told = zip(["one", "one", "two", "three", "three"], [0.01, 0.04, 0.03, 0.04, None], strict=True)
    rows = [{"specification": name, "gender": "women", "p_value": p_value} for name, p_value in told]
    for method, adjusted in (
        ("holm", [0.03, 0.06, 0.06, 0.04]),
        ("benjamini_hochberg", [0.03, 0.04, 0.04, 0.04]),
    ):
        found = in_families(rows, specifications, MultipleTesting.model_validate({"method": method}))
        assert [row["family"] for row in found] == ["pay, by gender"] * 3 + ["three, by gender"] * 2
        assert [row["tests"] for row in found] == [3, 3, 3, 1, 1]
        assert [row["p_adjusted"] for row in found[:4]] == pytest.approx(adjusted)
        assert pd.isna(found[4]["p_adjusted"])
        assert found[1]["after_adjustment"] == ("holds" if adjusted[1] < 0.05 else "does not hold")


def test_within_a_gender_nothing_is_causal_but_by_lot():
    """The arms of a group may be alike, and those of its women not: that is not measured."""
    assert claim_within("causal", Comparison(assignment="randomised")) == "causal"
    assert claim_within("causal", Comparison()) == "associational"
    assert claim_within("recall", Comparison()) == "recall"


def test_how_arms_stand_apart_is_no_impact_but_by_lot():
    gap = {"estimator": "difference"}
    assert basis_of(gap, Comparison()) == "levels"
    assert basis_of(gap, Comparison(assignment="randomised")) == "impact"
    assert basis_of({"estimator": "difference_in_differences"}, Comparison()) == "impact"


def test_without_a_model_nothing_is_called_an_impact(tmp_path):
    folder = two_waves(tmp_path)
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text().replace(SPECIFICATION, ""))
    (winners,) = tables_of(folder, WINNERS)
    assert len(winners)
    assert set(winners["basis"]) == {"change"}
