"""Estimates of indicators: the share that was drawn, single units, parts of groups, households."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest

from schemas.analysis import IndicatorEstimates
from schemas.assessment import AssessmentPlan, Poverty, Sampling
from schemas.base import check, conform, empty
from schemas.design import Sample
from schemas.fieldwork import HouseholdWeights
from schemas.poverty import CapabilityDimensions, CapabilityWeights, PovertyLines
from tasks import analysis, disclosure, followup, poverty
from tasks.finite_population import SHARE_DRAWN, with_share_drawn
from tasks.levels import units_of
from tasks.publish.report import Report
from tasks.publish.sections.estimates import rules_of_errors, spreads
from tests.assessed import tables_of
from tests.folders import two_waves
from tests.tasks.test_designs import purposive, refused

RECORD = pd.DataFrame({"stratum": ["hills", "town"], "in_frame": [8, 4], "clusters_in_frame": [4, 2]})
NOBODY = empty(Sample)
DRAW = {"design": "representative", "size": 8, "finite_population": True}


def people(**columns: str | list[str]) -> pd.DataFrame:
    """Return eight respondents of a wave: four in the hills, four in town, which is all of the town."""
    number = np.arange(8)
    frame = pd.DataFrame(
        {
            "respondent": [f"r{one}" for one in number],
            "household": [f"h{one // 2}" for one in number],
            "wave": "once",
            "arm": None,
            "node": "workshops",
            "poverty_group": "wage",
            "gender": None,
            "difference": None,
            "weight": 1.0,
            "stratum": ["hills"] * 4 + ["town"] * 4,
            "cluster": None,
            "wage": [1.0, 2.0, 3.0, 4.0, 9.0, 9.5, 12.0, 20.0],
        }
    )
    frame = frame.assign(**columns)
    words = [one for one in frame if one not in ("weight", "wage")]
    return frame.astype(dict.fromkeys(words, "string"))


def catalogue(value: str = "wage", level: str | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "indicator": ["wage"],
            "value": [value],
            "level": pd.array([level], dtype="string"),
            "better": ["higher"],
            "unit": ["score 1 to 5"],
            "smallest_change": [0.1],
            "smallest_change_pct": [np.nan],
        }
    )


def waves(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"wave": names, "role": "only", "follow_up": None, "position": range(len(names))})


def estimates(
    frame: pd.DataFrame,
    plan: dict,
    indicators: pd.DataFrame | None = None,
    weights: pd.DataFrame | None = None,
) -> pd.DataFrame:
    found = analysis.estimate_indicators(
        frame,
        catalogue() if indicators is None else indicators,
        waves(*frame["wave"].unique()),
        empty(HouseholdWeights) if weights is None else weights,
        RECORD,
        NOBODY,
        sampling=Sampling.model_validate(plan),
    )
    assert check(conform(found, IndicatorEstimates), IndicatorEstimates) == []
    return found


def whole(table: pd.DataFrame) -> dict:
    rows = table[(table[["poverty_group", "gender", "difference", "arm"]] == "all").all(axis=1)]
    (row,) = rows.to_dict("records")
    return row


def test_a_stratum_that_was_taken_whole_adds_no_error():
    """By hand: half of the hills (variance 5/3 of four), all of the town; a half times each mean."""
    row = whole(estimates(people(), DRAW))
    assert row["standard_error"] == pytest.approx(0.5 * np.sqrt((1 - 4 / 8) * (5 / 3) / 4))
    uncorrected = whole(estimates(people(), DRAW | {"finite_population": False}))
    assert uncorrected["standard_error"] > 2 * row["standard_error"]
    assert uncorrected["estimate"] == row["estimate"]


def test_of_two_stages_the_share_is_that_of_clusters():
    plan = {"design": "representative", "method": "two_stage", "clusters": 2, "per_cluster": 2}
    plan |= {"draw_clusters": "simple", "finite_population": True}
    rows = people(cluster=[f"c{one // 2}" for one in range(8)])
    shares = with_share_drawn(rows, RECORD, NOBODY, Sampling.model_validate(plan))
    assert shares.groupby("stratum")[SHARE_DRAWN].unique().map(list).to_dict() == {
        "hills": [0.5],
        "town": [1.0],
    }


def test_in_a_change_only_who_was_interviewed_twice_counts():
    again = people(wave="later").assign(respondent=["r0", "r1", "x", "y", "r4", "r5", "r6", "r7"])
    rows = pd.concat([people(), again], ignore_index=True)
    shares = with_share_drawn(rows, RECORD, NOBODY, Sampling.model_validate(DRAW))
    assert shares.groupby("stratum")[SHARE_DRAWN].first().to_dict() == {"hills": 0.25, "town": 1.0}
    (change,) = (
        followup.change_since_baseline(
            rows[rows["stratum"] == "town"].assign(
                wage=lambda frame: frame["wage"].where((frame["wave"] == "later").astype(bool), 0.0)
            ),
            catalogue(),
            waves("once", "later"),
            empty(HouseholdWeights),
            RECORD,
            NOBODY,
            empty(PovertyLines),
            sampling=Sampling.model_validate(DRAW),
        )
        .query("poverty_group == 'all'")
        .to_dict("records")
    )
    assert change["standard_error"] == 0
    assert change["change"] == pytest.approx(12.625)


def test_units_drawn_with_certainty_add_no_error():
    plan = Sampling.model_validate(DRAW | {"method": "pps"})
    drawn = pd.DataFrame({"unit": ["r3", "r7"], "inclusion_probability": [1.0, 1.0]})
    shares = with_share_drawn(people(), RECORD, drawn, plan).set_index("respondent")
    assert shares[SHARE_DRAWN].to_dict() == {f"r{one}": float(one in (3, 7)) for one in range(8)}
    assert shares["stratum"].nunique() == 4


@pytest.mark.parametrize(("rule", "expected"), [("center", 1), ("certainty", 0), ("refuse", None)])
def test_a_stratum_with_a_single_unit_follows_the_plan(rule, expected):
    rows = people().iloc[:5]
    row = whole(estimates(rows, {"lonely_psu": rule}))
    mean = rows["wage"].mean()
    inner = 4 / 3 * (((rows["wage"][:4] - rows["wage"][:4].mean()) / 5) ** 2).sum()
    if expected is None:
        assert np.isnan(row["standard_error"])
    else:
        assert row["standard_error"] ** 2 == pytest.approx(inner + expected * ((9.0 - mean) / 5) ** 2)


@pytest.mark.parametrize(("rule", "has_error"), [("center", True), ("refuse", False)])
def test_the_rule_for_single_units_reaches_poverty(rule, has_error):
    one = {"name": "wage", "label": "Low wage", "value": "wage", "unit": "rupees", "line": 4}
    measures, _ = poverty.measure_poverty(
        people().iloc[:5],
        waves("once"),
        empty(PovertyLines),
        empty(CapabilityDimensions),
        empty(CapabilityWeights),
        poverty=[Poverty.model_validate(one)],
        capability=[],
        sampling=Sampling.model_validate({"lonely_psu": rule}),
    )
    row = whole(measures[measures["measure"] == "headcount"].assign(difference="all"))
    assert (row["standard_error"] > 0) == has_error
    assert (row["no_interval"] == "single cluster in a stratum") != has_error
    assert row["ci_low"] > 0 or not has_error


def test_a_group_within_one_cluster_is_uncertain_whatever_it_gains():
    later = people(wave="later").assign(wage=lambda frame: frame["wage"] + 5)
    rows = pd.concat([people(), later], ignore_index=True)
    rows["cluster"] = rows["respondent"].map(lambda one: "c0" if one in ("r0", "r1") else one)
    rows["poverty_group"] = rows["cluster"].map(lambda one: "few" if one == "c0" else "many")
    rows = rows.astype({"cluster": "string", "poverty_group": "string"})
    changes = followup.change_since_baseline(
        rows,
        catalogue(),
        waves("once", "later"),
        empty(HouseholdWeights),
        RECORD,
        NOBODY,
        empty(PovertyLines),
        sampling=Sampling(),
    ).set_index("poverty_group")
    few = changes.loc["few"].to_dict()
    assert few["change"] == pytest.approx(5)
    assert np.isnan(few["standard_error"])
    assert np.isnan(few["ci_low"])
    assert (few["direction"], few["no_interval"]) == ("uncertain", "within one cluster")
    assert changes.loc["many", "direction"] == "better"


def test_a_correction_without_a_frame_is_refused(tmp_path):
    folder = two_waves(tmp_path, '\n[sampling]\ndesign = "census"\nfinite_population = true\n')
    told = refused(folder)
    assert "sampling.finite_population" in told
    assert "no frame" in told
    with pytest.raises(ValueError, match="'finite_population' goes with a draw by chance or a census"):
        Sampling(design="purposive", finite_population=True)


def test_a_purposive_sample_has_quartiles_and_no_errors():
    row = whole(estimates(people(), {"design": "purposive"}))
    assert [row[one] for one in ("lower_quartile", "median", "upper_quartile")] == [2.75, 6.5, 10.125]
    assert np.isnan(row["standard_error"])
    assert "median" not in estimates(people(), {})


def test_the_report_of_a_purposive_sample_tells_medians(tmp_path):
    (released,) = tables_of(purposive(tmp_path), "released.indicator_estimates")
    plan = AssessmentPlan.model_validate(tomllib.loads((tmp_path / "assessment.toml").read_text()))
    report = Report(plan, {"indicator_estimates": released})
    assert len(spreads(report)) == 2
    assert rules_of_errors(report) == []
    texts = [cell.text for row in spreads(report)[0].rows for cell in row]
    assert len(texts) == 15
    assert "" not in texts


def test_a_small_gender_within_a_group_hides_the_other_one():
    rows = pd.concat([people()] * 5, ignore_index=True)
    rows["respondent"] = [f"r{one}" for one in range(40)]
    rows["gender"] = pd.array(["women"] * 31 + ["men"] * 9, dtype="string")
    rows["poverty_group"] = pd.array((["wage"] * 15 + ["own"] * 16) + ["wage"] * 9, dtype="string")
    found = estimates(rows, {})
    assert set(found.loc[found["poverty_group"] == "own", "gender"]) == {"all"}
    name = "mart.indicator_estimates"
    released = disclosure.release_all({name: conform(found, IndicatorEstimates)}, disclosure.Rules())[name]
    told = released.set_index(["poverty_group", "gender"])["estimate"].notna().to_dict()
    assert told == {
        ("all", "all"): True,
        ("own", "all"): True,
        ("wage", "all"): True,
        ("all", "men"): False,
        ("all", "women"): False,
        ("wage", "men"): False,
        ("wage", "women"): False,
    }


def test_an_indicator_of_households_is_a_mean_over_households_with_their_weights():
    weights = pd.DataFrame(
        {"wave": "once", "household": ["h0", "h1", "h2"], "weight": [1.0, 2.0, 5.0]}
    ).astype({"wave": "string", "household": "string"})
    row = whole(estimates(people(), {}, catalogue(level="household"), weights))
    assert row["level"] == "household"
    assert row["respondents"] == 3
    assert row["estimate"] == pytest.approx((1.5 * 1 + 3.5 * 2 + 9.25 * 5) / 8)
    without = whole(estimates(people(), {}, catalogue(level="household")))
    assert (without["level"], without["respondents"]) == ("person", 8)
    assert whole(estimates(people(), {}, catalogue(level="firm")))["level"] == "firm"


def test_households_stand_in_a_group_if_all_of_them_do():
    weights = pd.DataFrame({"wave": "once", "household": ["h0", "h1"], "weight": [1.0, 2.0]})
    rows = people(poverty_group=["wage", "own", "wage", "wage", "own", "own", "own", "own"])
    _, homes = units_of(catalogue(level="household"), rows, weights)
    assert homes.frame["poverty_group"].fillna("none").tolist() == ["none", "wage"]
