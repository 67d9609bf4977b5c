"""What is read of an assessment's released indicators, and which of them are compared with each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.assessment import read_plan
from schemas.faults import Refused
from tasks import releases
from tasks.portfolio_indicators import comparable, indicators_of
from tasks.publish import tree
from tasks.released import Released, read_released
from tests.folders import GROUPS, WAVES, plan

INDICATORS = "indicator,label,unit,level,better,value\n"
ESTIMATES = (
    "indicator,category,poverty_group,gender,difference,arm,wave,"
    "estimate,ci_low,ci_high,respondents,withheld_by\n"
)
IMPACT = (
    "specification,term,indicator,poverty_group,from_wave,to_wave,estimator,money,estimate,ci_low,ci_high,"
    "p_adjusted,respondents,withheld_by\n"
)
FINDINGS = "indicator,poverty_group,direction,claim,figure,limits,withheld_by\n"
INCOME = INDICATORS + "income,Income,currency per month,,higher,income_month\n"
EVERYONE = "income,all,all,all,all,all,"
CHANGE = "main,programme,income,{},before,after,difference_in_differences,at base prices,"
FINDING = (
    "income,{0},better,causal,impact_estimates/main/programme/income/{0}/before/after,Parallel trends.,\n"
)


def released(folder: Path, *, currency: str = "INR", name: str = "a", **tables: str) -> Released:
    about = {
        "assessment": name,
        "title": "Report",
        "cluster": "Baskets",
        "country": "Peru",
        "sector": "Basketry",
        "language": "en",
        "currency": currency,
        "study_design": "repeat",
        "waves": [{"wave": "before", "label": "Before"}, {"wave": "after", "label": "Two years on"}],
        "position": None,
        "content_hash": "0" * 64,
        "data_date": "2026-03-31",
        "psia": "1",
        "rules": {"author": "lead"},
    }
    files = {f"tables/{table}.csv": text.encode() for table, text in tables.items()}
    tree.publish(folder / name / "results", files, about)
    return read_released(folder / name)


def test_the_newest_mean_and_the_finding_on_everyone_are_read(tmp_path):
    (row,) = indicators_of(
        released(
            tmp_path,
            indicators=INCOME,
            indicator_estimates=ESTIMATES
            + EVERYONE
            + "after,120,110,130,200,\n"
            + EVERYONE
            + "before,100,90,110,210,\n"
            + "income,all,women,all,all,all,after,80,70,90,100,\n",
            impact_estimates=IMPACT
            + CHANGE.format("all")
            + "15,5,25,0.06,190,\n"
            + CHANGE.format("women")
            + "9,1,17,0.01,90,\n",
            findings=FINDINGS + FINDING.format("women") + FINDING.format("all"),
        )
    )
    assert row == {
        "indicator": "income",
        "assessment": "a",
        "label": "Income",
        "unit": "INR per month",
        "is_money": True,
        "level": None,
        "better": "higher",
        "value": "income_month",
        "alone": False,
        "wave": "Two years on",
        "mean": 120,
        "mean_low": 110,
        "mean_high": 130,
        "mean_respondents": 200,
        "mean_withheld_by": None,
        "from_wave": "Before",
        "to_wave": "Two years on",
        "change": 15,
        "change_low": 5,
        "change_high": 25,
        "change_respondents": 190,
        "change_withheld_by": None,
        "estimator": "difference_in_differences",
        "change_money": "at base prices",
        "direction": "better",
        "claim": "causal",
        "limits": "Parallel trends.",
        "by_chance": True,
    }


@pytest.mark.parametrize(
    ("figures", "mean", "rule"),
    [
        ("120,110,130,24,", None, "few"),
        ("120,110,130,25,", 120, None),
        (",,,,threshold", None, "threshold"),
    ],
)
def test_what_the_report_does_not_print_is_not_read(tmp_path, figures, mean, rule):
    estimates = ESTIMATES + EVERYONE + f"after,{figures}\n"
    (row,) = indicators_of(released(tmp_path, indicators=INCOME, indicator_estimates=estimates))
    assert (row["mean"], row["mean_low"] is None) == (mean, mean is None)
    assert row["mean_withheld_by"] == rule
    assert "change" not in row


def test_a_finding_of_few_says_no_direction(tmp_path):
    (row,) = indicators_of(
        released(
            tmp_path,
            indicators=INCOME,
            impact_estimates=IMPACT + CHANGE.format("all") + "15,5,25,0.01,20,\n",
            findings=FINDINGS + FINDING.format("all"),
        )
    )
    assert (row["change"], row["direction"], row["change_withheld_by"]) == (None, None, "few")


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"indicators": INCOME.replace("income,", "../income,")}, "has an indicator whose id is none"),
        ({"indicators": "indicator,label\n"}, "lacks the column better"),
        (
            {"indicators": INCOME, "indicator_estimates": ESTIMATES + EVERYONE + "after,inf,1,1,90,\n"},
            "has something else than a number as estimate",
        ),
        (
            {"indicators": INCOME, "findings": FINDINGS + FINDING.format("all")},
            "names a figure that is not there: impact_estimates/main",
        ),
    ],
)
def test_tables_that_are_not_as_psia_writes_them_are_refused(tmp_path, tables, words):
    with pytest.raises(Refused, match=words):
        indicators_of(released(tmp_path, **tables))


def test_a_text_has_no_apostrophe_of_a_spreadsheet(tmp_path):
    estimates = ESTIMATES + EVERYONE + "after,1,1,1,90,\n"
    tables = {"indicators": INCOME.replace("Income,", "'=Income,"), "indicator_estimates": estimates}
    assert indicators_of(released(tmp_path, **tables))[0]["label"] == "=Income"


def test_a_change_at_base_prices_is_not_compared_with_one_in_money_of_the_day(tmp_path):
    def rows(name: str, prices: str) -> list[dict]:
        change = CHANGE.format("all").replace("at base prices", prices)
        tables = {"impact_estimates": IMPACT + change + "15,5,25,0.01,190,\n"} if prices else {}
        findings = {"findings": FINDINGS + FINDING.format("all")} if prices else {}
        means = ESTIMATES + EVERYONE + "after,120,110,130,200,\n"
        return indicators_of(
            released(tmp_path, name=name, indicators=INCOME, indicator_estimates=means, **tables, **findings)
        )

    table = comparable(
        [
            *rows("agra", "at base prices"),
            *rows("bari", "in money of the day"),
            *rows("cuzco", ""),
            *rows("delhi", "at base prices"),
            *rows("erode", "at the prices of the interview"),
        ]
    )
    measures = table.set_index("assessment")["measure"]
    assert measures["agra"] == measures["delhi"]
    assert measures["bari"] == measures["cuzco"]
    assert measures.nunique() == 3


def test_only_the_same_measure_in_the_same_currency_is_compared(tmp_path):
    def rows(name: str, currency: str, value: str = "income_month") -> list[dict]:
        tables = {
            "indicators": INCOME.replace("income_month", value),
            "indicator_estimates": ESTIMATES + EVERYONE + "after,120,110,130,200,\n",
        }
        return indicators_of(released(tmp_path, name=name, currency=currency, **tables))

    table = comparable(
        [
            *rows("other", "INR", "income_week * 4"),
            *rows("peru", "PEN"),
            *rows("agra", "INR"),
            *rows("tiruppur", "INR"),
            *rows("unnamed", ""),
            *rows("unknown", ""),
        ]
    )
    measures = table.set_index("assessment")["measure"].to_dict()
    assert measures["agra"] == measures["tiruppur"] == 1
    assert sorted(measures[one] for one in ("other", "peru", "unknown", "unnamed")) == [2, 3, 4, 5]


def test_without_an_indicator_the_table_is_empty():
    assert len(comparable([])) == 0


def test_a_report_is_released_once_it_is_kept_as_it_was_signed(tmp_path):
    one = released(tmp_path, indicators=INCOME)
    assert not one.is_release
    newest, plan_file = one.folder / "results/current", tmp_path / "assessment.toml"
    plan_file.write_text(plan(GROUPS + WAVES + '[disclosure]\nauthor = "lead"\n'))
    (one.folder / "results" / "respondents.csv").write_text("wave,respondent\n")
    for role in ("head", "office"):
        releases.sign(one.folder, read_plan(plan_file), newest, role, "2026-04-01")
    kept = releases.publish(one.folder, read_plan(plan_file), newest)
    assert kept
    assert read_released(one.folder).is_release
    for name in ("manifest.json", "tables/indicators.csv", "published.json", "../signatures.csv"):
        content = (kept / name).read_bytes()
        (kept / name).write_bytes(content[:-2] + b"9\n")
        assert not read_released(one.folder).is_release, name
        (kept / name).unlink()
        assert not read_released(one.folder).is_release, name
        (kept / name).write_bytes(content)
    assert read_released(one.folder).is_release
    tree.publish(one.folder / "results", {}, json.loads((newest / "manifest.json").read_bytes()))
    assert not read_released(one.folder).is_release
