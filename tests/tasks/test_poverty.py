"""Poverty in money and in capabilities, through whole assessment folders, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from schemas.assessment import read_plan
from schemas.base import check, conform, empty
from schemas.design import IndicatorSelection
from schemas.faults import Refused
from schemas.poverty import PovertyLines, PovertyMeasures
from tasks import disclosure
from tasks.poverty import describe_poverty, measure_poverty, weigh_capabilities
from tasks.poverty_inputs import box_1, dimensions, line_in_force
from tasks.publish.report import Report
from tasks.publish.sections.poverty import poverty
from tasks.run import Run
from tests.assessed import tables_of
from tests.folders import GROUPS, WAVES, interviews, plan, two_waves, write

MONEY = """
[[poverty]]
name = "income"
label = "Poverty by income"
value = "income_month"
unit = "rupees a month"
line = {line}
{rest}
"""
LACKING = """
[[capability]]
name = "lacking"
label = "What people lack"
k = 0.5
weights = "{weights}"
missing = "{missing}"
[[capability.dimension]]
name = "pay"
label = "Low pay"
deprived = "income_month < 1060"
box_1 = "Income"
{first}
[[capability.dimension]]
indicator = "workdays_month"
deprived = "workdays_month < 22"
box_1 = "Decent and secure work"
{second}
[[capability.dimension]]
name = "days"
label = "Idle days"
deprived = "workdays_month < 21"
box_1 = "Decent and secure work"
{third}
"""


def lacking(weights: str = "equal", missing: str = "drop", each: tuple[str, str, str] = ("", "", "")) -> str:
    return LACKING.format(weights=weights, missing=missing, first=each[0], second=each[1], third=each[2])


def money(line: str = "1050", rest: str = "") -> str:
    return MONEY.format(line=line, rest=rest)


def answers(wave: int) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(interviews(wave)))


def measured(folder: Path, name: str = "mart.poverty_measures") -> Any:
    """Return a table by measure, dimension, poverty group, gender, arm and wave (or the pair of waves)."""
    (table,) = tables_of(folder, name)
    waves = ["wave"] if "wave" in table else ["from_wave", "to_wave"]
    return table.set_index(["measure", "dimension", "poverty_group", "gender", "arm", *waves]).sort_index()


def refused(folder: Path, rest: str, files: dict[str, str] | None = None) -> str:
    """Return what is said of a plan with `rest`, in one text."""
    two_waves(folder, rest)
    write(folder, files or {})
    run = Run(folder)
    with pytest.raises(Refused) as told:
        run.prepare()
    return "\n".join(str(fault) for fault in told.value.faults)


WHOLE = ("all", "all", "all", "baseline")


def test_every_split_of_every_wave_and_the_change(tmp_path):
    two_waves(tmp_path, money())
    found = measured(tmp_path)
    of_wave = answers(0)
    poor = of_wave["income_month"] < 1050
    expected = np.average(poor, weights=of_wave["weight"])
    assert found.loc[("headcount", "all", *WHOLE), "estimate"] == pytest.approx(expected)
    groups, arms = ({"all", *of_wave[column]} for column in ("poverty_group", "arm"))
    headcounts = found.loc["headcount"].reset_index()
    assert set(zip(headcounts["poverty_group"], headcounts["arm"], strict=True)) == {
        (group, arm) for group in groups for arm in arms
    }
    assert set(headcounts["wave"]) == {"baseline", "followup"}
    changes = measured(tmp_path, "mart.poverty_changes")
    later = np.average(answers(1)["income_month"] < 1050, weights=answers(1)["weight"])
    row = changes.loc[("headcount", "all", "all", "all", "all", "baseline", "followup")]
    assert row["change"] == pytest.approx(later - expected)
    assert row["respondents_both"] == 60
    assert row["degrees_of_freedom"] == 19  # places are shared: the covariance is theirs


def test_lines_by_area_and_prices_by_wave(tmp_path):
    rest = money('"table"', 'area = "cluster"')
    lines = [
        "specification,area,wave,line,price_index,ppp",
        "income,all,all,525,,2",
        "income,all,followup,525,110,2",
    ]
    lines.append("income,place-00,followup,300,110,2")
    two_waves(tmp_path, rest)
    write(tmp_path, {"design/poverty_lines.csv": "\n".join(lines) + "\n"})
    found = measured(tmp_path)["estimate"]
    for number, wave, index in ((0, "baseline", 1.0), (1, "followup", 1.1)):
        of_wave = answers(number)
        line = np.where((of_wave["cluster"] == "place-00") & number, 300, 525)
        poor = of_wave["income_month"] / index / 2 < line
        expected = np.average(poor, weights=of_wave["weight"])
        assert found[("headcount", "all", "all", "all", "all", wave)] == pytest.approx(expected)
    (specification,) = tables_of(tmp_path, "mart.poverty_specifications")
    assert specification["line"].tolist() == ["as in the table of lines"]


def test_where_nobody_has_answered_a_row_and_the_report_say_why_there_is_no_figure(tmp_path):
    two_waves(tmp_path, money() + lacking())
    asked = read_plan(tmp_path / "assessment.toml")
    first, later = answers(0), answers(1)
    first[["income_month", "workdays_month"]] = float("nan")
    later["workdays_month"] = float("nan")
    rows = pd.concat([first.assign(wave="baseline"), later.assign(wave="followup")], ignore_index=True)
    rows = rows.assign(stratum=None, gender=None, difference=None)
    waves = pd.DataFrame(
        {"wave": ["baseline", "followup"], "position": [1, 2], "role": ["baseline", "follow-up"]}
    ).assign(follow_up="repeat")
    about = pd.DataFrame(dimensions(asked.capability, {}))
    mart, changes = measure_poverty(
        rows,
        waves,
        empty(PovertyLines),
        about,
        weigh_capabilities(about, empty(IndicatorSelection), capability=asked.capability),
        poverty=asked.poverty,
        capability=asked.capability,
        sampling=asked.sampling,
    )
    nobody = mart[mart["no_figure"].notna()].set_index(["specification", "wave"])
    assert nobody["no_figure"].to_dict() == {
        ("income", "baseline"): "Nobody has answered what is measured",
        ("lacking", "baseline"): "Nobody has answered on any dimension",
        ("lacking", "followup"): "Nobody has answered on workdays month and days",
    }
    assert nobody["estimate"].isna().all()
    assert nobody[["respondents", "left_out"]].to_numpy().tolist() == [[0, 60]] * 3
    assert set(mart.loc[mart["estimate"].notna(), "wave"]) == {"followup"}
    assert not len(changes)
    shown = {
        "poverty_measures": disclosure.release(mart, PovertyMeasures, public=False),
        "poverty_specifications": describe_poverty(poverty=asked.poverty, capability=asked.capability),
    }
    income, lacks = poverty(Report(asked, shown))
    assert "There is no figure of baseline. Nobody has answered what is measured." in income.rules
    assert income.everyone
    assert "There is no figure of followup. Nobody has answered on workdays month and days." in lacks.rules
    assert (lacks.everyone, lacks.groups, lacks.changes) == (None, None, None)


def test_the_row_that_fits_best_is_in_force():
    lines = pd.DataFrame(
        {
            "area": ["all", "hills", "all", "hills"],
            "wave": ["all", "all", "two", "two"],
            "line": [1.0, 2.0, 3.0, 4.0],
            "price_index": [100.0] * 4,
            "ppp": [1.0] * 4,
        }
    )
    area = pd.Series(["hills", "town", None], dtype="string", index=[5, 7, 9])
    assert line_in_force(lines, area, "one")["line"].tolist() == [2.0, 1.0, 1.0]
    assert line_in_force(lines, area, "two")["line"].tolist() == [4.0, 3.0, 3.0]
    assert line_in_force(lines.iloc[:0], area, "two")["line"].isna().all()


def test_a_relative_line_is_told_with_its_error_and_only_for_everybody(tmp_path):
    two_waves(tmp_path, money('{ share = 0.95, of = "median" }'))
    lines = measured(tmp_path).loc["line"].reset_index()
    assert len(lines) == 2
    assert set(lines["poverty_group"]) | set(lines["arm"]) == {"all"}
    assert (lines["standard_error"] > 0).all()
    assert set(lines["unit"]) == {"rupees a month"}


def test_people_for_whom_a_respondent_stands(tmp_path):
    two_waves(tmp_path, money(rest='people = "workdays_month - 19"'))
    of_wave = answers(1)
    people = of_wave["workdays_month"] - 19
    left = people <= 0
    assert left.any()
    poor = (of_wave["income_month"] < 1050)[~left]
    expected = np.average(poor, weights=(of_wave["weight"] * people)[~left])
    row = measured(tmp_path).loc[("headcount", "all", "all", "all", "all", "followup")]
    assert row["estimate"] == pytest.approx(expected)
    assert (row["respondents"], row["left_out"]) == ((~left).sum(), left.sum())


def test_a_purposive_sample_has_no_errors(tmp_path):
    two_waves(tmp_path, '[sampling]\ndesign = "purposive"\n' + money() + lacking())
    for name in ("mart.poverty_measures", "mart.poverty_changes"):
        (table,) = tables_of(tmp_path, name)
        assert len(table)
        assert table[["standard_error", "ci_low", "ci_high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("weights", "each", "shares"),
    [
        ("equal", ("", "", ""), (1 / 3, 1 / 3, 1 / 3)),
        ("given", ("weight = 2", "weight = 1", "weight = 1"), (0.5, 0.25, 0.25)),
        ("nested", ("", "", ""), (0.5, 0.25, 0.25)),
    ],
)
def test_capabilities_with_weights_of_the_plan(tmp_path, weights, each, shares):
    two_waves(tmp_path, lacking(weights, each=each))
    (told,) = tables_of(tmp_path, "mart.capability_weights")
    by_name = told.set_index("dimension")["weight"]
    assert by_name[["pay", "workdays_month", "days"]].tolist() == pytest.approx(list(shares))
    of_wave = answers(0)
    score = (
        shares[0] * (of_wave["income_month"] < 1060)
        + shares[1] * (of_wave["workdays_month"] < 22)
        + shares[2] * (of_wave["workdays_month"] < 21)
    )
    poor = score >= 0.5 - 1e-9
    found = measured(tmp_path)["estimate"]
    assert found[("headcount", "all", *WHOLE)] == pytest.approx(np.average(poor, weights=of_wave["weight"]))
    expected = np.average(score.where(poor, 0), weights=of_wave["weight"])
    assert found[("adjusted_headcount", "all", *WHOLE)] == pytest.approx(expected)


RANKED = """
[[capability]]
name = "lacking"
label = "What people lack"
k = 0.6
weights = "ranking"
[[capability.dimension]]
indicator = "income_month"
deprived = "income_month < 1060"
[[capability.dimension]]
indicator = "workdays_month"
deprived = "workdays_month < 23"
"""


def rankings(women: int, men: int) -> str:
    """Return votes: women put days of work first, men their income; so many focus groups of each."""
    lines = ["focus_group,poverty_group,person,indicator,rank"]
    for group, count, first in (
        ("weaver-women", women, "workdays_month"),
        ("workshop-men", men, "income_month"),
    ):
        for number in range(count):
            for person in range(6):
                for one in ("income_month", "workdays_month"):
                    lines.append(
                        f"{group}-{number},{group},p{number}{person},{one},{1 if one == first else 2}"
                    )
    return "\n".join(lines) + "\n"


def test_weights_of_each_group_s_own_ranking(tmp_path):
    two_waves(tmp_path, RANKED)
    write(tmp_path, {"design/rankings.csv": rankings(2, 1)})
    weights, released = tables_of(tmp_path, "mart.capability_weights", "released.capability_weights")
    by_key = weights.set_index(["poverty_group", "dimension"])["weight"].to_dict()
    assert by_key["weaver-women", "workdays_month"] > 0.6 > by_key["weaver-women", "income_month"]
    assert by_key["workshop-men", "income_month"] > 0.6
    of_wave = answers(0)
    women = of_wave["poverty_group"] == "weaver-women"
    poor = (of_wave["workdays_month"] < 23).where(women, of_wave["income_month"] < 1060)
    found = measured(tmp_path)
    expected = np.average(poor, weights=of_wave["weight"])
    assert found.loc[("headcount", "all", *WHOLE), "estimate"] == pytest.approx(expected)
    # One focus group of men voted: neither its weights nor what they could be reckoned from is told.
    told = released.groupby("poverty_group")["weight"].count().to_dict()
    assert told == {"weaver-women": 2, "workshop-men": 0}
    for measure in ("contribution", "censored_headcount"):
        largest = found.loc[measure].groupby("poverty_group")["smallest_cell"].max()
        assert largest.to_dict() == {"all": 0, "weaver-women": 12, "workshop-men": 0}


def test_who_has_not_answered_is_counted_as_left_out(tmp_path):
    missing = answers(0).astype({"workdays_month": object})
    missing.loc[:6, "workdays_month"] = ""
    for rule, respondents, left_out in (("drop", 53, 7), ("reweight", 60, 0)):
        folder = two_waves(tmp_path / rule, lacking(missing=rule))
        write(folder, {"waves/baseline/interviews.csv": missing.to_csv(index=False)})
        row = measured(folder).loc[("headcount", "all", *WHOLE)]
        assert (row["respondents"], row["left_out"]) == (respondents, left_out)


def test_too_few_people_or_poor_are_withheld():
    row = {
        **dict.fromkeys(("poverty_group", "gender", "arm", "dimension"), "all"),
        "specification": "a",
        "wave": "w",
        "unit": "share of people",
        "design": "census",
        "estimate": 0.2,
    }
    rows = [
        {**row, "measure": "headcount", "respondents": 40, "smallest_cell": 40, "left_out": 12},
        {**row, "measure": "poverty_gap", "respondents": 40, "smallest_cell": 9, "left_out": 12},
        {**row, "measure": "gini", "respondents": 9, "smallest_cell": 9, "left_out": 12},
    ]
    table = conform(pd.DataFrame(rows), PovertyMeasures)
    assert check(table, PovertyMeasures) == []
    released = disclosure.release(table, PovertyMeasures, public=False).set_index("measure")
    assert released["estimate"].notna().to_dict() == {"headcount": True, "poverty_gap": False, "gini": False}
    assert released["left_out"].isna().to_dict() == {"headcount": False, "poverty_gap": True, "gini": True}


def test_neither_the_order_of_rows_nor_other_names_change_a_figure(tmp_path):
    rest = money('{ share = 0.95, of = "median" }') + lacking()
    first = measured(two_waves(tmp_path / "one", rest))
    folder = two_waves(tmp_path / "two", rest.replace("workdays_month <", "days_worked <"))
    toml = (folder / "assessment.toml").read_text()
    mapped = '\n[wave.types]\ndays_worked = "number"\n'
    toml = toml.replace('role = "baseline"\n', f'role = "baseline"{mapped}')
    toml = toml.replace('role = "follow-up"\n', f'role = "follow-up"{mapped}')
    toml = toml.replace('indicators = ["income_month", "workdays_month"]', 'indicators = ["income_month"]')
    write(folder, {"assessment.toml": toml})
    for number, wave in enumerate(("baseline", "followup")):
        rows = (
            answers(number).rename(columns={"workdays_month": "days_worked"}).sample(frac=1, random_state=2)
        )
        write(folder, {f"waves/{wave}/interviews.csv": rows.to_csv(index=False)})
    pd.testing.assert_frame_equal(first, measured(folder), check_exact=True)


def test_an_assessment_that_asks_for_none_has_none(tmp_path):
    two_waves(tmp_path)
    for name in ("poverty_measures", "poverty_changes", "poverty_specifications", "capability_weights"):
        (table,) = tables_of(tmp_path, f"mart.{name}")
        assert not len(table)


def test_before_the_first_wave_nothing_is_measured(tmp_path):
    write(tmp_path, {"assessment.toml": plan(GROUPS + WAVES + money() + lacking())})
    specifications, found = tables_of(tmp_path, "mart.poverty_specifications", "mart.poverty_measures")
    assert specifications["specification"].tolist() == ["income", "lacking"]
    assert not len(found)


def test_a_wave_to_come_is_no_fault(tmp_path):
    rest = GROUPS + WAVES + money('"table"') + lacking()
    lines = "specification,area,wave,line\nincome,all,baseline,1050\n"
    write(tmp_path, {"assessment.toml": plan(rest), "design/poverty_lines.csv": lines})
    write(tmp_path, {"waves/baseline/interviews.csv": interviews(0)})
    (table,) = tables_of(tmp_path, "mart.poverty_measures")
    assert set(table["wave"]) == {"baseline"}


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("1050", True),
        ('"table"', True),
        ("{ share = 0.6 }", True),
        ("0", False),
        ("true", False),
        ('"tables"', False),
        ('{ share = 0.6, off = "median" }', False),
        ("{ share = 0 }", False),
        ("[1]", False),
    ],
)
def test_a_line_is_one_of_three_things(tmp_path, line, good):
    write(tmp_path, {"assessment.toml": plan(money(line))})
    if good:
        assert read_plan(tmp_path / "assessment.toml").poverty[0].name == "income"
        return
    with pytest.raises(Refused) as told:
        read_plan(tmp_path / "assessment.toml")
    (fault,) = told.value.faults
    assert fault.column.startswith("poverty.1.line")
    assert "design/poverty_lines" in str(fault)


@pytest.mark.parametrize(
    ("k", "share"), [("0.4", 0.4), ('"1/3"', 1 / 3), ("1", 1.0), ("0", 0), ('"a"', 0), ("2", 0)]
)
def test_a_cutoff_is_a_share_or_a_fraction(tmp_path, k, share):
    write(tmp_path, {"assessment.toml": plan(lacking().replace("k = 0.5", f"k = {k}"))})
    if share:
        assert read_plan(tmp_path / "assessment.toml").capability[0].k == share
        return
    with pytest.raises(Refused, match="above 0 and at most 1"):
        read_plan(tmp_path / "assessment.toml")


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (money() + money(), "is given more than once"),
        (lacking("given"), "needs a 'weight' for each dimension"),
        (lacking(each=("weight = 1", "", "")), "write weights = 'given'"),
        (lacking("ranking"), "needs an 'indicator' in each dimension"),
        (lacking().replace('name = "days"', 'name = "pay"'), "'pay' stands there twice"),
        (lacking().replace('label = "Idle days"\n', ""), "give 'indicator', or 'name', 'label'"),
        (money(rest='prices = "x"'), "is not a key of the plan"),
        (lacking().replace("[[capability.dimension]]", "[[capability.dimensions]]", 1), "is not a key"),
    ],
)
def test_a_plan_that_says_too_little_or_too_much_is_refused(tmp_path, rest, said):
    write(tmp_path, {"assessment.toml": plan(rest)})
    with pytest.raises(Refused) as told:
        read_plan(tmp_path / "assessment.toml")
    assert said in "\n".join(str(fault) for fault in told.value.faults)


AREA = 'area = "cluster"'
UNKNOWN = lacking().replace('"workdays_month"\n', '"workday_month"\n')
WITHOUT = lacking().replace('deprived = "workdays_month < 22"\n', "")
HEADER = "specification,area,wave,line,price_index\n"


@pytest.mark.parametrize(
    ("rest", "lines", "said"),
    [
        (money().replace('"income_month"', '"incom_month"'), "", "Did you mean 'income_month'?"),
        (money().replace('"income_month"', '"income_month +"'), "", "cannot be read"),
        (money().replace('"income_month"', '"arm"'), "", "gives text where a number is needed"),
        (money(rest='people = "members"'), "", "'members', which no wave has"),
        (money(rest='cluster = "plase"'), "", "'plase' is not a column of the interviews"),
        (money(rest='area = "areas"'), "", "'areas' is not a column of the interviews"),
        (money("{ share = 0.6 }").replace('"income_month"', '"0 - income_month"'), "", "median of the wave"),
        (money('"table"'), "", "there is no line for 'income'"),
        (money('"table"'), "income,all,baseline,900,\n", "no row for 'income' in the wave 'followup'"),
        (money('"table"'), "income,all,all,,100\n", "has no line"),
        (money(), "income,all,all,900,100\n", "has a line, and the plan gives another"),
        (money(), "incomes,all,all,,100\n", "Did you mean 'income'?"),
        (money(), "income,all,endline,,100\n", "the wave 'endline' is not one of the study"),
        (money(), "income,hills,all,,100\n", "does not say which column holds the areas"),
        (
            money(rest='area = "cluster"'),
            "income,place-77,all,,100\n",
            "no respondent has 'place-77' as cluster",
        ),
        (
            money(rest='area = "cluster"'),
            "income,place-01,all,,100\n",
            "in the wave 'baseline', area 'place-00'",
        ),
        (
            lacking().replace('"workdays_month"\n', '"workday_month"\n'),
            "",
            "'workday_month' is not an indicator",
        ),
        (
            lacking().replace('deprived = "workdays_month < 22"\n', ""),
            "",
            "does not say when somebody is deprived",
        ),
        (lacking().replace("income_month < 1060", "pay < 1060"), "", "'pay', which no wave has"),
        (lacking().replace('box_1 = "Income"', 'box_1 = "Incomes"'), "", "Did you mean 'Income'?"),
        (RANKED, "", "the group 'weaver-women' has ranked none of the indicators"),
    ],
)
def test_what_does_not_fit_the_data_is_refused_in_words(tmp_path, rest, lines, said):
    told = refused(tmp_path, rest, {"design/poverty_lines.csv": HEADER + lines} if lines else {})
    assert said in told
    assert not (tmp_path / "results").exists()


def test_units_need_every_respondent(tmp_path):
    gaps = answers(0).assign(house=["a"] * 59 + [""]).to_csv(index=False)
    told = refused(tmp_path, money(rest='cluster = "house"'), {"waves/baseline/interviews.csv": gaps})
    assert "each has to belong to a unit" in told


def test_box_1_has_the_words_of_the_study():
    assert {"Minimum standard of living", "Empowerment", "Clean environment", "Income"} <= set(box_1())
    assert "Income generation" not in box_1()
