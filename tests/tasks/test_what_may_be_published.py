"""What may be published: the rules of docs/disclosure.md, one test a rule, each with figures by hand.

This file is to be read. A rule that is taken away fails the test that bears its name; what else has to
hold of a rule, for all numbers and tables, stands in test_disclosure.py, test_earlier.py and tests/hostile/.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from schemas.assessment import RulesOff
from schemas.base import TABLES, conform
from tasks import disclosure, earlier
from tasks.publish.cells import cell_of
from tasks.publish.report import Report
from tasks.run import Run  # noqa: F401 -- declares every table
from tests.publish.conftest import invented_plan

MEANS = "mart.indicator_estimates"
SHARE, MONEY, SCORE = "share of respondents", "currency per month", "score 1 to 5"
THRESHOLD, SENSITIVE, DOMINANCE = "threshold", "sensitive", "dominance"
EFFECTS = "mart.impact_estimates"
GIVEN_AWAY, MODEL, RESTS = "given away by others", "few degrees of freedom", "rests on a withheld figure"


def table(name: str, *rows: dict[str, Any], **alike: Any) -> pd.DataFrame:
    """Return a table of mart, filled with `x` where a text has to be something."""
    contract = TABLES[name]
    columns = contract.to_schema().columns
    texts = [str(one) for one, column in columns.items() if str(column.dtype).startswith("string")]
    needed = {one: "x" for one in texts if not columns[one].nullable}
    made = pd.DataFrame([{**needed, **alike, **row} for row in rows])
    return conform(made[[one for one in columns if one in made]], contract)


def means(*rows: dict[str, Any], unit: str = SCORE, subject: str | None = None) -> dict[str, pd.DataFrame]:
    """Return means of an indicator, of everybody where nothing else is said, and the indicator."""
    everybody = dict.fromkeys(("category", "poverty_group", "gender", "difference", "arm"), "all")
    made = table(MEANS, *rows, indicator="i", wave="once", design="census", **{"estimate": 2.5, **everybody})
    about = {"indicator": "i", "unit": unit, "better": "higher", "sensitive": subject}
    return {MEANS: made, "staged.indicators": table("staged.indicators", about)}


def told(tables: dict[str, pd.DataFrame], name: str = MEANS, **rules: Any) -> pd.DataFrame:
    """Return a table as it is released beside the others."""
    return disclosure.release_all(tables, disclosure.Rules(**rules))[name]


def why(tables: dict[str, pd.DataFrame], name: str = MEANS, **rules: Any) -> list[str]:
    """Return by which rule each row is withheld, nothing where it is told."""
    return told(tables, name, **rules)["withheld_by"].tolist()


def groups(column: str = "respondents", **people: int) -> list[dict[str, Any]]:
    """Return one row a poverty group, and the whole of them under `all`."""
    return [{"poverty_group": name, column: count} for name, count in people.items()]


# ------------------------------------------------------------------ how many have to stand behind a figure


def test_a_figure_is_told_of_ten_people_or_more():
    assert why(means({"respondents": 10})) == [""]
    assert why(means({"respondents": 9})) == [THRESHOLD]
    assert told(means({"respondents": 9}))[["estimate", "respondents"]].isna().all(axis=None)


def test_an_effect_is_told_where_its_smallest_arm_has_ten_people():
    effect = {
        "respondents": 200,
        "claim": "descriptive",
        "comparison": "all",
        "tests": 1,
    }
    effects = table(
        "mart.impact_estimates",
        {"term": "a", "smallest_cell": 10},
        {"term": "b", "smallest_cell": 9},
        estimate=2.0,
        programme_term=True,
        residual_degrees=100,
        **effect,
    )
    assert why({"mart.impact_estimates": effects}, "mart.impact_estimates") == ["", THRESHOLD]


def test_child_work_caste_religion_and_bondage_need_twenty():
    assert why(means({"respondents": 20}, subject="child work")) == [""]
    assert why(means({"respondents": 19}, subject="child work")) == [SENSITIVE]
    assert why(means({"respondents": 19, "difference": "dalit"})) == [SENSITIVE]
    assert why(means({"respondents": 19, "difference": "migrant"}), harmless=frozenset({"migrant"})) == [""]


def test_two_sensitive_subjects_are_never_crossed_however_many_people_there_are():
    assert why(means({"respondents": 5000, "difference": "dalit"}, subject="bondage")) == [SENSITIVE]


def effects(*rows: dict[str, Any], subject: str | None = None) -> dict[str, pd.DataFrame]:
    """Return effects on an indicator that two waves found of everybody, and the indicator."""
    fixed = {
        "claim": "descriptive",
        "comparison": "all",
        "tests": 1,
        "poverty_group": "all",
        "to_wave": "two",
    }
    fixed |= {"indicator": "i", "from_wave": "one", "smallest_cell": 40, "estimate": 2.0}
    fixed |= {"programme_term": True, "residual_degrees": 100}
    named = [{"specification": f"s{number}", **row} for number, row in enumerate(rows)]
    return {EFFECTS: table(EFFECTS, *named, **fixed)} | {
        name: frame for name, frame in means({"respondents": 99}, subject=subject).items() if name != MEANS
    }


def test_a_filter_may_choose_by_a_sensitive_subject_and_so_is_not_crossed_with_one():
    whole, part = {"respondents": 200}, {"respondents": 90, "filter": "caste = 3"}
    assert why(effects(whole, part), EFFECTS) == ["", ""]
    assert why(effects(whole, part, subject="child work"), EFFECTS) == ["", SENSITIVE]


def test_a_filter_that_leaves_out_one_person_would_tell_the_answer_of_that_person():
    whole, part = {"respondents": 160}, {"respondents": 159, "filter": "income_month < 4000"}
    assert why(effects(whole, part), EFFECTS) == ["", GIVEN_AWAY]
    assert why(effects(whole, {**part, "respondents": 150}), EFFECTS) == ["", ""]
    again = {"respondents": 151, "filter": "income_month < 3900"}
    assert why(effects(whole, {**part, "respondents": 150}, again), EFFECTS) == ["", *[GIVEN_AWAY] * 2]


def test_a_model_of_nearly_the_same_people_falls_where_its_form_is_the_same():
    """A covariate that few lack makes another form of the model without it, and both are told."""
    whole, part = {"respondents": 160, "covariates": "age"}, {"respondents": 152, "covariates": "age"}
    assert why(effects(whole, part), EFFECTS) == ["", GIVEN_AWAY]
    assert why(effects(whole, {**part, "respondents": 150}), EFFECTS) == ["", ""]
    assert why(effects({**whole, "covariates": None}, part), EFFECTS) == ["", ""]
    assert why(effects(whole, {**whole, "filter": "x", "residual_degrees": 97}), EFFECTS) == ["", GIVEN_AWAY]
    same = {"specification": "same"}
    group = {**part, **same, "poverty_group": "g"}
    assert why(effects({**whole, **same}, group), EFFECTS) == ["", GIVEN_AWAY]
    assert why(effects({**whole, **same}, {**group, "respondents": 150}), EFFECTS) == ["", ""]


def test_firms_are_told_from_three_and_households_as_the_people_asked_for_them():
    actors = table("staged.actors", {"actor": "a", "firms": 3}, {"actor": "b", "firms": 2}, workers=500)
    assert told({"staged.actors": actors}, "staged.actors")["firms"].isna().tolist() == [False, True]
    assert why(means({"respondents": 9, "level": "household"})) == [THRESHOLD]


# ------------------------------------------------------------------ what a figure may tell by itself


def test_money_of_which_two_people_have_ninety_percent_is_not_told():
    amounts = {"respondents": 30, "amounts": 1000.0, "largest": 500.0}
    assert why(means({**amounts, "second_largest": 399.0}, unit=MONEY)) == [""]
    assert why(means({**amounts, "second_largest": 400.0}, unit=MONEY)) == [DOMINANCE]


def test_money_is_not_told_where_the_second_would_learn_the_largest_amount_to_within_ten_percent():
    """The second knows 1,000 less 20: what is left is 980, 920 to within 7 %. 90 % say so too."""
    amounts = {"respondents": 30, "amounts": 1000.0, "largest": 920.0, "second_largest": 20.0}
    assert 1000 - 20 < 1.1 * 920
    assert why(means(amounts, unit=MONEY)) == [DOMINANCE]


def test_no_smallest_and_no_largest_answer_is_ever_told():
    """What tells an end of a scale of experts, of a design or of an interval is no answer of a person."""
    ends = re.compile(r"(^|_)(min|max|minimum|maximum|smallest|largest|lowest|highest|range)(_|$)")
    of_no_person = {"smallest_cell", "smallest_change", "smallest_change_pct"}
    of_assessors = {("mart.characteristic_scores", "lowest"), ("mart.characteristic_scores", "highest")}
    for contract in disclosure.releasable():
        name, rule = contract.about().name, contract.about().release
        columns = set(contract.to_schema().columns) - {*(rule.inner if rule else ()), *of_no_person}
        found = {(name, one) for one in columns if ends.search(one)}
        assert found <= of_assessors, found


def test_a_share_of_nearly_nobody_or_nearly_everybody_is_not_told_and_its_count_is():
    for share, rule in ((0.04, "nearly all alike"), (0.05, ""), (0.95, ""), (0.96, "nearly all alike")):
        out = told(means({"respondents": 500, "estimate": share}, unit=SHARE))
        assert out["withheld_by"].tolist() == [rule]
        assert out["respondents"].tolist() == [500]


def test_a_model_is_told_with_ten_residual_degrees_of_freedom():
    model = {"respondents": 30, "smallest_cell": 15, "claim": "descriptive", "comparison": "all", "tests": 1}
    effects = table(
        "mart.impact_estimates",
        {"term": "a", "residual_degrees": 10},
        {"term": "b", "residual_degrees": 9},
        estimate=2.0,
        programme_term=True,
        **model,
    )
    assert why({"mart.impact_estimates": effects}, "mart.impact_estimates") == ["", MODEL]


# ------------------------------------------------------------------ rounding, after what is withheld


def test_what_has_to_be_is_withheld_first_and_the_rest_is_rounded():
    """Nine people are not ten because 9 rounds to 10; twelve are told as ten."""
    out = told(means({"respondents": 9}, {"respondents": 12, "wave": "later"}))
    assert out["respondents"].isna().tolist() == [True, False]
    assert out["respondents"].tolist()[1] == 10


def test_counts_go_to_five_and_shares_to_whole_percent():
    row = {
        "respondents": 203,
        "estimate": 0.4249,
        "standard_error": 0.03471,
        "ci_low": 0.355,
        "ci_high": 0.4949,
    }
    (out,) = told(means(row, unit=SHARE)).to_dict("records")
    assert (out["respondents"], out["estimate"], out["standard_error"]) == (205, 0.42, 0.035)
    assert (out["ci_low"], out["ci_high"]) == (0.36, 0.49)


def test_a_total_is_the_sum_of_what_is_rounded():
    """Three times 22 are 66: told as 60, and never as 65."""
    people = table(
        "mart.interviews", *groups("interviewed", all=66, a=22, b=22, c=22), wave="once", arm="all"
    )
    out = told({"mart.interviews": people}, "mart.interviews")
    assert out["interviewed"].tolist() == [60, 20, 20, 20]


# ------------------------------------------------------------------ what others give away


def test_nothing_in_a_table_is_the_whole_less_what_is_told():
    """40 less 20 and 15 would be the 5: the 15 is withheld with it."""
    assert why(means(*groups(all=40, a=20, b=15, c=5))) == ["", "", GIVEN_AWAY, THRESHOLD]


def test_nothing_is_had_from_another_table_of_the_same_people():
    """Nobody answers who was not interviewed: of 24 answers b has 15 at most, which leaves the 9 of a."""
    answered = means(*groups(all=24, a=9, b=15))
    asked = table("mart.interviews", *groups("interviewed", all=30, a=15, b=15), wave="once", arm="all")
    assert why(answered) == ["", THRESHOLD, GIVEN_AWAY]
    assert why({**answered, "mart.interviews": asked}) == [GIVEN_AWAY, THRESHOLD, GIVEN_AWAY]


def test_nothing_is_had_by_solving_rows_and_columns_at_once():
    """Two by two: 5 falls, and with it one of its row, one of its column, and the cell that ties these."""
    cells = {("a", "p"): 5, ("a", "c"): 30, ("b", "p"): 40, ("b", "c"): 50}
    whole = {("a", "all"): 35, ("b", "all"): 90, ("all", "p"): 45, ("all", "c"): 80, ("all", "all"): 125}
    arms = {"p": "programme", "c": "comparison", "all": "all"}
    rows = [
        {"poverty_group": group, "arm": arms[arm], "respondents": people}
        for (group, arm), people in {**cells, **whole}.items()
    ]
    assert why(means(*rows)) == [THRESHOLD, GIVEN_AWAY, GIVEN_AWAY, GIVEN_AWAY, "", "", "", "", ""]


def test_no_part_of_what_another_table_tells_as_a_whole_is_the_rest():
    """Received less used are 30: those of 24 and 6 who left for two reasons; the one would give the other."""
    reasons = {"received": 330, "refused": 24, "withdrawn": 6, "used": 300}
    rows = [{"reason": reason, "interviews": count} for reason, count in reasons.items()]
    name = "mart.wave_losses"
    assert why({name: table(name, *rows, wave="once")}, name) == ["", GIVEN_AWAY, THRESHOLD, ""]
    alone = [row for row in rows if row["reason"] != "refused"]
    assert why({name: table(name, *alone, wave="once")}, name) == [GIVEN_AWAY, THRESHOLD, ""]
    name = "mart.response_classes"
    classes = {"a": (90, 20), "b": (60, 15), "c": (40, 4)}
    rows = [
        {"weighting_class": one, "interviewed": here, "not_interviewed": lost, "expected": here + lost}
        for one, (here, lost) in classes.items()
    ]
    made = table(name, *rows, wave="once", among="those drawn", factor=1.2, response_rate=0.8, joined=1)
    assert why({name: made}, name) == ["", GIVEN_AWAY, THRESHOLD]
    name = "mart.calibration_margins"
    rows = [{"category": one, "respondents": people} for one, people in {"a": 90, "b": 60, "c": 4}.items()]
    margins = table(name, *rows, wave="once", variable="x", target=500.0, before=1.0, after=1.0)
    assert why({name: margins}, name) == ["", GIVEN_AWAY, THRESHOLD]


def test_the_names_of_the_rules_give_no_count_away():
    """11 less somebody, who are fewer than ten, and less ten or more: that would be 1 and 10."""
    assert why(means(*groups(all=11, a=10, b=1))) == [GIVEN_AWAY, GIVEN_AWAY, THRESHOLD]


def test_no_withheld_mean_is_had_from_the_told_ones():
    """800 of whom 1 % are poor, 100 of 50 % and 100 of 90 % are 14.8 % of 1,000: two told give the third."""
    people = groups(all=1000, a=800, b=100, c=100)
    shares = {"all": 0.148, "a": 0.01, "b": 0.5, "c": 0.9}
    rows = [{**row, "estimate": shares[row["poverty_group"]]} for row in people]
    assert why(means(*rows, unit=SHARE)) == ["", "nearly all alike", GIVEN_AWAY, ""]


def test_a_sentence_falls_with_the_figure_that_it_is_made_of():
    figure = "indicator_estimates/i/all/all/all/all/all/once"
    finding = {"figure": figure, "respondents": 30, "smallest_cell": 30, "position": 1, "public": False}
    findings = table("mart.findings", finding, claim="descriptive", statement="They earn 2.5")
    out = told({**means({"respondents": 9}), "mart.findings": findings}, "mart.findings")
    assert out["withheld_by"].tolist() == [RESTS]
    assert out["statement"].isna().all()


def test_what_an_earlier_release_told_is_known():
    """Once b was told as 25: with fewer than ten others since, it is 14 at least, and c 6 at most."""
    now = means(*groups(all=40, a=20, b=14, c=6))
    assert why(now) == ["", "", GIVEN_AWAY, THRESHOLD]
    before = told(means(*groups(all=40, a=15, b=25)))
    before["withheld_by"] = pd.array([pd.NA] * 3, dtype="string")
    assert why(now, before=[{MEANS: before}]) == ["", GIVEN_AWAY, GIVEN_AWAY, THRESHOLD]


@pytest.mark.parametrize(("changed", "is_held"), [(9, True), (10, False)])
def test_a_published_row_stays_until_the_answers_of_ten_people_have_changed(changed, is_held):
    people = pd.DataFrame({"respondent": [f"p{n}" for n in range(200)], "wage": 5.0})
    people = people.assign(**dict.fromkeys(earlier.KINDS, "all"))
    people = pd.concat([people.assign(wave=wave) for wave in ("once", "one", "two")])
    later = people.assign(wage=people["wage"].where(people.index >= changed, 6.0))
    first, second = (earlier.people_of(rows, b"a key") for rows in (people, later))
    for name, of in ((MEANS, means), (EFFECTS, effects)):
        was = told(of({"respondents": 200, "estimate": 2.5}), name)
        now = told(of({"respondents": 200, "estimate": 3.5}), name)
        was["withheld_by"] = pd.array([pd.NA], dtype="string")
        kept = earlier.hold({name: now}, [earlier.Earlier("2024-06-28", {name: was}, first)], second)[name]
        assert kept["estimate"].tolist() == [2.5 if is_held else 3.5]


@pytest.mark.parametrize(("estimator", "is_held"), [("first_differences", True), ("difference", False)])
def test_an_effect_of_those_who_stayed_is_held_until_ten_of_them_have_changed(estimator, is_held):
    """Fifteen who are in the first wave alone were corrected, and one who is in both."""
    people = pd.DataFrame({"respondent": [f"p{n}" for n in range(200)], "wage": 5.0})
    people = people.assign(**dict.fromkeys(earlier.KINDS, "all"))
    people = pd.concat([people.assign(wave="one"), people[15:].assign(wave="two")])
    later = people.assign(wage=people["wage"].where(people.index > 15, 6.0))
    first, second = (earlier.people_of(rows, b"a key") for rows in (people, later))
    was, now = (
        told(effects({"respondents": 185, "estimate": figure, "estimator": estimator}), EFFECTS)
        for figure in (2.5, 3.5)
    )
    was["withheld_by"] = pd.array([pd.NA], dtype="string")
    before = earlier.Earlier("2024-06-28", {EFFECTS: was}, first)
    kept = earlier.hold({EFFECTS: now}, [before], second)[EFFECTS]
    assert kept["estimate"].tolist() == [2.5 if is_held else 3.5]


# ------------------------------------------------------------------ what people said


def test_focus_groups_speak_over_two_groups_and_ten_people_else_the_direction_alone_is_told():
    said = table(
        "mart.focus_group_verdicts",
        {"wave": "w1", "focus_groups": 2, "participants": 10},
        {"wave": "w2", "focus_groups": 1, "participants": 12},
        {"wave": "w3", "focus_groups": 2, "participants": 9},
        direction="better",
    )
    out = told({"mart.focus_group_verdicts": said}, "mart.focus_group_verdicts")
    assert out["participants"].isna().tolist() == out["focus_groups"].isna().tolist() == [False, True, True]
    assert out["direction"].tolist() == ["better"] * 3


def test_a_quote_is_told_under_a_label_that_ten_people_share():
    """One without consent is not even staged: tests/tasks/test_voices.py."""
    quotes = table("mart.quotes", {"quote": "q1", "label_people": 10}, {"quote": "q2", "label_people": 9})
    out = told({"mart.quotes": quotes}, "mart.quotes")
    assert out["words"].notna().tolist() == out["label"].notna().tolist() == [True, False]


# ------------------------------------------------------------------ what is printed


@pytest.mark.parametrize(
    ("people", "printed"), [(10, "*"), (22, "*"), (25, "(2.5)"), (47, "(2.5)"), (50, "2.5"), (200, "2.5")]
)
def test_few_cases_are_a_star_or_stand_in_brackets(people, printed):
    out = told(means({"respondents": people}))
    report = Report(invented_plan(), {"indicator_estimates": out})
    (row,) = report.rows("indicator_estimates")
    assert cell_of(report, "indicator_estimates", row, "estimate").text == printed


def test_charts_and_all_that_is_published_are_drawn_from_released_tables_alone():
    """What publishes knows no table but what it is given, and is given released ones.

    Forms are made before anybody has answered; the lake copies released tables.
    """
    publish = Path(disclosure.__file__).parent / "publish"
    written = {path for path in publish.rglob("*.py") if path.name not in ("forms.py", "lake.py")}
    assert len(written) > 40
    for path in sorted(written):
        names = {
            name.name if isinstance(node, ast.Import) else f"{node.module}.{name.name}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        read = {one for one in names if re.match(r"(duckdb|tasks\.(warehouse|run|intake|vault)\b)", one)}
        assert not read, path.name
    run = (publish.parent / "run.py").read_text()
    body = run[run.index("    def publish(self)") : run.index("    def end(self")]
    assert re.findall(r"self\.read\(\s*([\w.]+)", body) == ["disclosure.released_name"]


# ------------------------------------------------------------------ when the rules do not hold


def test_figures_that_were_public_already_pass():
    out = told(means({"respondents": 3, "estimate": 0.123456}, unit=SHARE), public=True)
    assert out[["estimate", "respondents", "withheld_by"]].to_numpy().tolist() == [[0.123456, 3, ""]]


def test_the_rules_are_switched_off_by_somebody_with_a_reason_and_until_a_day():
    whole = {"by": "head of evaluation", "reason": "Internal draft.", "until": "2024-07-31"}
    assert RulesOff.model_validate(whole)
    for one in whole:
        for without in ({**whole, one: ""}, {key: value for key, value in whole.items() if key != one}):
            with pytest.raises(ValidationError, match=one):
                RulesOff.model_validate(without)
