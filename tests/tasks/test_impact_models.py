"""What a specification makes of the interviews, on frames: names of columns, domains, starts, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from schemas.analysis import Indicators
from schemas.assessment import Comparison, Poverty, Specification, Wave
from schemas.base import conform, empty
from schemas.comparison import ComparisonMatching, ComparisonWeights
from schemas.poverty import PovertyLines
from tasks.analysis import design_columns
from tasks.bounds import bound_attrition
from tasks.catalogue import standard_indicators
from tasks.impact_models import Study, study_of
from tasks.impacts import balance_of_starts, estimate_one, leading_estimates
from tasks.intake import explained_by_itself
from tasks.methods.impact import recall_change
from tasks.prices import Prices, prices_of

WAVES = ("first", "second", "third")


def answers(waves: Sequence[str] = WAVES[:2], people: int = 48) -> pd.DataFrame:
    """Return interviews of 12 places, half of them of the programme, whose people gain 30 by it."""
    parts = []
    for late, wave in enumerate(waves):
        person = np.arange(people)
        place, programme = person % 12, person % 2
        part = pd.DataFrame({"respondent": [f"p{one}" for one in person], "wave": wave})
        part["weight"] = 1.0 + place % 3
        part["arm"] = np.where(programme, "programme", "comparison")
        part["poverty_group"] = np.where(place < 6, "weavers", "dyers")
        part["cluster"] = [f"place-{one:02}" for one in place]
        part["income"] = 100.0 + person % 7 + late * (10 + 30 * programme + (person * 5) % 11)
        parts.append(part)
    return pd.concat(parts, ignore_index=True).assign(stratum=None, gender="women", difference=None)


def tables(
    responses: pd.DataFrame,
    indicators: dict[str, str] | None = None,
    waves: Sequence[str] = WAVES[:2],
    unit: str = "points",
) -> list[pd.DataFrame]:
    """Return the tables of the warehouse that the steps of the impact read first, in their order."""
    about = {"kind": "quantitative", "better": "higher", "heading": "h", "stakeholder": "worker"}
    about |= {"directness": "direct", "unit": unit}
    known = [
        {**about, "indicator": name, "label": name, "value": value, "smallest_change": 1.0}
        for name, value in (indicators or {"income": "income"}).items()
    ]
    roles = ["baseline", *["follow-up"] * (len(waves) - 1)]
    return [
        responses,
        conform(pd.DataFrame(known), Indicators),
        pd.DataFrame({"wave": waves, "role": roles, "position": range(len(waves)), "follow_up": "repeat"}),
        pd.DataFrame({"sample_design": ["representative"]}),
        empty(ComparisonWeights),
        empty(ComparisonMatching),
    ]


def study(
    responses: pd.DataFrame,
    indicators: dict[str, str] | None = None,
    waves: Sequence[str] = WAVES[:2],
    *,
    unit: str = "points",
    prices: Prices | None = None,
) -> Study:
    return study_of(*tables(responses, indicators, waves, unit), prices=prices)


def specification(estimator: str, **more: object) -> Specification:
    return Specification.model_validate(
        {"name": "one", "indicators": ["income"], "estimator": estimator, **more}
    )


def estimated(made: Study, one: Specification, indicator: str = "income") -> list[dict[str, Any]]:
    pair = made.pair(one)
    return estimate_one(made, one, indicator, made.rows(one, pair), pair)


def test_a_column_of_the_users_named_value_stays_what_it_is():
    """It is a covariate, and not the indicator, which it would explain wholly."""
    age = 20.0 + np.tile(np.arange(48) * 7 % 30, 2)
    told = {
        name: estimated(
            study(answers().assign(**{name: age})), specification("difference", covariates=[name])
        )
        for name in ("age", "value")
    }
    assert told["value"] == told["age"]
    assert told["age"][0]["estimate"] == pytest.approx(30, abs=8)


def test_a_column_named_programme_is_no_arm_and_an_indicator_of_that_name_is_an_indicator():
    one = specification("difference", terms=["programme"])
    arm = study(answers())
    column = study(answers().assign(programme=np.tile(np.arange(48) % 5, 2).astype(float)))
    about = {"specification": "one", "indicator": "income", "poverty_group": "all", "estimator": "difference"}
    for made, is_arm in ((arm, True), (column, False)):
        (row,) = estimated(made, one)
        table = pd.DataFrame([{**about, **row, "programme_term": made.is_programme_term(one, "programme")}])
        assert table["programme_term"].tolist() == [is_arm]
        assert len(leading_estimates(table, [one])) == is_arm
    one = specification("difference")
    named = study(answers(), {"programme": "income"})
    assert estimated(named, one, "programme") == estimated(arm, one)


def test_the_gap_of_the_arms_before_leads_no_finding_in_a_model_that_has_the_change_beside_it():
    """A difference in differences by hand: the arms were 50 apart, and the programme did nothing."""
    rows = answers()
    rows["income"] = 100.0 + rows.groupby("wave").cumcount() % 7 + 50 * (rows["arm"] == "programme")
    one = specification("fixed_effects", terms=["programme", "programme x after"], fixed_effects=["wave"])
    made = study(rows)
    found = estimated(made, one)
    about = {
        "specification": "one",
        "indicator": "income",
        "poverty_group": "all",
        "estimator": "fixed_effects",
    }
    table = pd.DataFrame(
        [{**about, **row, "programme_term": made.is_programme_term(one, row["term"])} for row in found]
    )
    (gap,) = [row for row in found if row["term"] == "programme"]
    assert gap["estimate"] == pytest.approx(50, abs=3)
    assert "direction" not in gap
    (lead,) = leading_estimates(table, [one]).to_dict("records")
    assert lead["term"] == "programme x after"
    assert lead["estimate"] == pytest.approx(0, abs=1e-9)


def test_of_what_is_recalled_a_change_in_percent_is_of_what_was_before():
    """10 more than 100: a tenth of what was counts, a tenth of what is would be 11."""
    now = answers(WAVES[1:2])
    now["income"], now["income_before"] = 110.0 + np.arange(len(now)) % 3 - 1, 100.0
    made = study(now, waves=WAVES[1:2])
    in_percent = made.known.assign(smallest_change=float("nan"), smallest_change_pct=9.5)
    (row,) = estimated(replace(made, known=in_percent), specification("recall"))
    assert row["direction"] == "better"


def test_what_a_group_recalls_is_a_part_of_the_whole_sample():
    """Its errors know the places of everybody: 12 of them, of which the group has people in 6."""
    now = answers(WAVES[1:2]).assign(stratum="one")
    now["income_before"] = now["income"] - 5 - np.arange(len(now)) % 4
    made, one = study(now, waves=WAVES[1:2]), specification("recall")
    weavers = now[now["poverty_group"] == "weavers"]
    (row,) = estimate_one(made, one, "income", weavers, made.pair(one))
    whole = recall_change(now, "income", "income_before", domains=["poverty_group"], **design_columns(now))
    told = ["change", "standard_error", "degrees_of_freedom"]
    expected = whole.loc[whole["poverty_group"] == "weavers", told].iloc[0].astype(float).tolist()
    assert [row[name] for name in ("estimate", *told[1:])] == pytest.approx(expected)
    alone = recall_change(weavers, "income", "income_before", **design_columns(now)).iloc[0]
    assert (row["degrees_of_freedom"], alone["degrees_of_freedom"]) == (11, 5)


@pytest.mark.parametrize(("places", "why"), [(12, None), (8, "few clusters")])
def test_where_there_is_no_interval_the_row_says_why(places, why):
    rows = answers()
    rows["cluster"] = "place-" + (rows["respondent"].str[1:].astype(int) % places).astype(str)
    (row,) = estimated(study(rows), specification("difference"))
    assert pd.isna(row["no_interval"]) if why is None else row["no_interval"] == why
    assert pd.isna(row["ci_low"]) == (why is not None)
    now = rows[rows["wave"] == "second"].assign(cluster="one", income_before=90.0)
    (recalled,) = estimated(study(now, waves=WAVES[1:2]), specification("recall"))
    assert recalled["no_interval"] == "within one cluster"


def starting(second: int, third: int, older: float = 0.0) -> pd.DataFrame:
    """Return interviews in three waves; those who start in the third are `older`."""
    table = answers(WAVES)
    person = table["respondent"].str[1:].astype(int)
    table["began"] = np.select([person < second, person < second + third], ["second", "third"], "never")
    return table.assign(age=30.0 + person % 9 + older * (table["began"] == "third"))


def test_the_balance_of_starts_compares_each_start_with_those_not_yet_reached():
    """The third start are older by 6 years: the second are compared with them and the never reached."""
    rows = starting(16, 16, older=6.0)
    one, comparison = specification("staggered", start="began"), Comparison(covariates=["age"])
    found = balance_of_starts(study(rows, waves=WAVES), one, "all", comparison)
    first = rows[rows["wave"] == "first"]
    age, began = first["age"], first["began"]
    expected = [
        np.average(age[own], weights=first["weight"][own])
        - np.average(age[rest], weights=first["weight"][rest])
        for own, rest in ((began == "second", began != "second"), (began == "third", began == "never"))
    ]
    assert found["covariate"].tolist() == ["age", "age"]
    assert np.sign(found["standardized_difference"]).tolist() == np.sign(expected).tolist() == [-1, 1]
    assert (found["verdict"] == "unbalanced").all()


@pytest.mark.parametrize(("second", "third"), [(9, 16), (16, 23)])
def test_of_a_start_of_few_or_few_to_compare_with_no_balance_is_measured(second, third):
    """Nine people of the second start; nine never reached, with whom the third is compared."""
    made = study(starting(second, third), waves=WAVES)
    one = specification("staggered", start="began")
    assert not len(balance_of_starts(made, one, "all", Comparison(covariates=["age"])))


def test_a_covariate_that_is_the_indicator_itself_is_refused_but_for_first_differences():
    indicators = standard_indicators()
    known = indicators["income_month"]
    for estimator, refused in (("ancova", True), ("first_differences", False)):
        one = Specification.model_validate(
            {
                "name": "one",
                "indicators": [known.id],
                "estimator": estimator,
                "covariates": [known.value.strip(), "age"],
            }
        )
        faults = list(explained_by_itself("specification.1", one, indicators))
        assert [fault.column for fault in faults] == ["specification.1.covariates"] * refused
        assert all("is the indicator 'income_month' itself" in fault.rule for fault in faults)


def priced(rows: pd.DataFrame, area: str = "", **index: float | None) -> Prices:
    """Return what is known of prices where `second` costs more than `first`, by area where one is named."""
    lines = [
        {"specification": "line", "area": place, "wave": wave, "price_index": level}
        for place, level in (index or {"all": 120.0}).items()
        for wave, level in (("first", 100.0), ("second", level))
    ]
    poverty = Poverty(name="line", label="Line", value="income", unit="rupees", line=9.0, area=area)
    return prices_of([poverty], conform(pd.DataFrame(lines), PovertyLines), rows)


def apart() -> pd.DataFrame:
    """Return people of whom those of the programme have twice as much, and nothing changes but prices."""
    rows = answers()
    real = np.where(rows["arm"] == "programme", 200.0, 100.0) + rows.groupby("wave").cumcount() % 7
    return rows.assign(income=real * np.where(rows["wave"] == "second", 1.2, 1.0))


def test_prices_that_rise_alike_are_no_effect_where_the_plan_knows_them():
    rows = apart()
    one = specification("difference_in_differences")
    (day,) = estimated(study(rows, unit="currency per month"), one)
    assert day["estimate"] == pytest.approx(20, abs=1)
    assert day["direction"] == "better"  # by prices alone: the limits say so
    at_base = study(rows, unit="currency per month", prices=priced(rows))
    (real,) = estimated(at_base, one)
    assert real["estimate"] == pytest.approx(0, abs=1e-9)
    assert at_base.money(one, "income") == "at base prices"
    for kept in (specification("difference_in_differences", prices="none"), one):
        unpriced = kept.prices == "none"
        made = at_base if unpriced else study(rows, prices=priced(rows))  # points are no money
        assert estimated(made, kept)[0]["estimate"] == pytest.approx(day["estimate"])
        assert made.money(kept, "income") == ("in money of the day" if unpriced else None)


def test_prices_by_area_hold_for_who_lives_there_and_those_without_one_are_told():
    rows = apart().assign(town=np.tile(np.arange(48) // 24, 2))
    rows["town"] = rows["town"].map({0: "hills", 1: "plains"}).astype("string")
    rows.loc[rows["respondent"].isin([f"p{one}" for one in range(12)]), "town"] = pd.NA
    prices = priced(rows, area="town", hills=120.0, plains=150.0)
    one = specification("difference_in_differences")
    level = prices.levels["line"]
    assert level.groupby([rows["wave"], rows["town"]]).unique().explode().tolist() == [1.0, 1.0, 1.2, 1.5]
    assert level.isna().sum() == 24
    index, left_out = prices.limits(one, rows, over_time=True)
    assert index == "Amounts are at base prices, by the price index of 'line'."
    assert left_out == "About 10 people without an area, whose prices are not known, are left out."
    (row,) = estimated(study(rows, unit="currency", prices=prices), one)
    assert row["respondents"] == 36


@pytest.mark.parametrize(
    ("more", "index", "change", "direction", "money"),
    [
        ({}, None, 20, "better", "in money of the day"),
        ({}, 120.0, 20, "uncertain", "in money of the day"),
        ({"prices_before": 80}, 120.0, -5, "worse", "at the prices of the interview"),
        ({"prices_before": 100}, 120.0, 20, "better", "at the prices of the interview"),
    ],
)
def test_what_is_recalled_of_money_is_held_against_prices(more, index, change, direction, money):
    """100 then and 120 now: a fourth more was to be had for the same at prices of 80 %."""
    now = answers(WAVES[1:2])
    now["income"] = 120.0 + np.arange(len(now)) % 5 - 2
    now["income_before"] = 100.0
    prices = priced(now, all=index) if index else Prices()
    made = study(now, waves=WAVES[1:2], unit="currency per month", prices=prices)
    one = specification("recall", **more)
    (row,) = estimated(made, one)
    assert row["estimate"] == pytest.approx(change, abs=0.5)
    assert (row["direction"], made.money(one, "income")) == (direction, money)
    (told,) = made.prices.limits(one, now, over_time=False)
    assert ("80 % of them" in told) == (more.get("prices_before") == 80)
    assert ("is not known" in told) == (not more)


def test_prices_are_refused_where_nothing_can_be_done_with_them():
    with pytest.raises(ValueError, match="is for what people recall"):
        specification("difference", prices_before=80)
    with pytest.raises(ValueError, match="write 'prices_before' instead"):
        specification("recall", prices="line")


@pytest.mark.parametrize(("without", "told"), [(0, None), (3, "A few people"), (12, "About 10 people")])
def test_bounds_say_how_many_had_no_arm_though_a_later_wave_knows_it(without, told):
    rows = answers(people=96)
    nameless = rows["respondent"].isin([f"p{one}" for one in range(without)]) & (rows["wave"] == "first")
    rows.loc[nameless, "arm"] = None
    lost = rows["respondent"].isin([f"p{one}" for one in range(80, 96, 2)]) & (rows["wave"] == "second")
    bounds = bound_attrition(
        *tables(rows[~lost].reset_index(drop=True)),
        empty(PovertyLines),
        specification=[specification("difference_in_differences")],
        comparison=Comparison(assignment="randomised"),
        wave=[Wave.model_validate({"name": name}) for name in WAVES[:2]],
        poverty=[],
    )
    (row,) = bounds.to_dict("records")
    assert (row["respondents"], row["lost"]) == (88 - without, 8)
    assert row["left_out"] == (f"{told} had no arm in the earlier wave." if told else None)
