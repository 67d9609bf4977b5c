"""The catalogue says what the UNIDO study prints, and its expressions can be computed.

Expressions are parsed with sqlglot as DuckDB SQL. What they do with answers, and with missing
ones, is tried in SQLite, which comes with Python and treats NULL here as DuckDB does.
"""

import re
import sqlite3
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

CATALOGUE = Path(__file__).parent.parent / "data" / "catalogue"


def load(name: str, table: str) -> list[dict]:
    document = tomllib.loads((CATALOGUE / f"{name}.toml").read_text(encoding="utf-8"))
    assert list(document) == [table], f"{name}.toml holds [[{table}]] and nothing else"
    return document[table]


INDICATORS = load("indicators", "indicator")
QUESTIONS = load("questions", "question")
ITEMS = load("boxes", "item")
TABLE_1 = load("table_1", "row")
TABLE_2 = load("table_2", "characteristic")
BOX_3 = load("box_3", "unit")
BOX_4 = load("box_4", "group")
BOX_A2 = load("box_a2", "question")

BY_ID = {indicator["id"]: indicator for indicator in INDICATORS}
BY_NAME = {question["name"]: question for question in QUESTIONS}

STAKEHOLDERS = {"entrepreneur", "worker", "household", "community"}
KINDS = {"quantitative", "qualitative", "participatory"}
BOX_6_HEADINGS = {
    "Minimum standard of living: Income",
    "Minimum standard of living: Housing",
    "Minimum standard of living: Consumables",
    "Healthy and non-hazardous work",
    "Sustainable enterprise/security of work",
    "No discrimination",
    "Empowerment",
}
BOX_1_ASSETS = {
    "Contractual rights",
    "Information and business networks",
    "Access to markets and credit",
    "Employment rights",
    "Access to work",
    "Promotion in work",
    "Social capital",
    "Social provisioning",
    "Clean environment",
}
BOX_5_AREAS = {
    "Standard of living",
    "Training and skill",
    "Conditions of work",
    "Governance",
    "Debt burdens",
    "Distribution within household",
    "Migration",
}
SOURCES = {
    "accounts",
    "wage slips",
    "receipts",
    "documentation",
    "health and safety records",
    "questionnaire",
    "structured questionnaire",
    "semi-structured interview",
    "key informants",
    "focus group discussion",
    "participant observation",
    "ranking",
    "mapping",
    "role play",
    "time lines",
}
REQUIRED = {
    "id", "label", "heading", "boxes", "table_1", "stakeholder", "kind", "directness", "unit",
    "better", "value", "positive", "negative", "information_source", "prompts",
}  # fmt: skip
OPTIONAL = {"deprived", "smallest_change", "smallest_change_pct", "level", "sensitive"}
# What an expression may hold; exp.Column is a question, exp.If a branch of CASE.
ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Neg,
    exp.Add, exp.Sub, exp.Mul, exp.Div,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.And, exp.Or, exp.Not, exp.Is, exp.Case, exp.If,
    exp.Coalesce, exp.Least, exp.Greatest, exp.Abs, exp.Round, exp.Ln,
)  # fmt: skip


def expressions(indicator: dict) -> list[str]:
    return [indicator[key] for key in ("value", "deprived") if key in indicator]


def parse(expression: str) -> sqlglot.Expr:
    return sqlglot.parse_one(expression, dialect="duckdb")


def columns(expression: str) -> set[str]:
    return {column.sql() for column in parse(expression).find_all(exp.Column)}


def evaluate(expression: str, answers: dict):
    """The expression over one respondent; an answer that is not given is missing."""
    names = sorted(columns(expression))
    numbers = {name: float(value) if isinstance(value, int) else value for name, value in answers.items()}
    columns_sql = ", ".join(f":{name} AS {name}" for name in names)
    with sqlite3.connect(":memory:") as connection:
        query = f"SELECT {expression} FROM (SELECT {columns_sql})"  # noqa: S608
        return connection.execute(query, {name: numbers.get(name) for name in names}).fetchone()[0]


def value(indicator_id: str, **answers):
    return evaluate(BY_ID[indicator_id]["value"], answers)


def deprived(indicator_id: str, **answers):
    return evaluate(BY_ID[indicator_id]["deprived"], answers)


def possible_answers(question: dict) -> list:
    if question["type"] == "yes_no":
        return [0, 1]
    if question["type"] == "choice":
        return [choice["name"] for choice in question["choices"]]
    low = question["minimum"]
    return [low, low + 1, question.get("maximum", low + 100)]


indicators = pytest.mark.parametrize("indicator", INDICATORS, ids=list(BY_ID))


# ---- Form


@pytest.mark.parametrize(
    ("records", "key"),
    [
        (INDICATORS, "id"),
        (QUESTIONS, "name"),
        (TABLE_1, "id"),
        (TABLE_2, "id"),
        (BOX_4, "id"),
        (BOX_A2, "id"),
    ],
    ids=["indicators", "questions", "table_1", "table_2", "box_4", "box_a2"],
)
def test_ids_are_unique(records, key):
    assert [name for name, times in Counter(record[key] for record in records).items() if times > 1] == []


def test_labels_are_unique():
    labels = Counter(indicator["label"] for indicator in INDICATORS)
    assert [label for label, times in labels.items() if times > 1] == []
    asked = Counter(question["label"] for question in QUESTIONS)
    assert [label for label, times in asked.items() if times > 1] == []


@indicators
def test_indicator_has_the_fields_it_needs(indicator):
    assert REQUIRED <= set(indicator) <= REQUIRED | OPTIONAL
    assert re.fullmatch(r"[a-z][a-z0-9_]*", indicator["id"])
    assert re.fullmatch(r"[A-Z].*[^.]", indicator["label"])
    for key in ("unit", "positive", "negative"):
        assert indicator[key].strip()
    assert indicator["positive"] != indicator["negative"]


@indicators
def test_indicator_keeps_to_the_closed_lists(indicator):
    assert indicator["heading"] in BOX_6_HEADINGS | BOX_1_ASSETS | BOX_5_AREAS
    assert indicator["stakeholder"] in STAKEHOLDERS
    assert indicator["kind"] in KINDS
    assert indicator["directness"] in {"direct", "proxy"}
    assert indicator["better"] in {"higher", "lower"}
    assert indicator["table_1"] in {row["id"] for row in TABLE_1} | {"unintended"}
    assert indicator["information_source"]
    assert set(indicator["information_source"]) <= SOURCES


def test_every_heading_is_used():
    assert {indicator["heading"] for indicator in INDICATORS} == BOX_6_HEADINGS | BOX_1_ASSETS | BOX_5_AREAS


def test_every_row_of_table_1_is_followed():
    assert {row["id"] for row in TABLE_1} <= {indicator["table_1"] for indicator in INDICATORS}


@indicators
def test_indicator_has_exactly_one_smallest_change(indicator):
    sizes = [indicator[key] for key in ("smallest_change", "smallest_change_pct") if key in indicator]
    assert len(sizes) == 1
    assert sizes[0] > 0
    if indicator["unit"].startswith("currency"):
        assert "smallest_change_pct" in indicator
    if indicator["unit"].startswith(("share", "score")):
        assert indicator["smallest_change"] < 1


@indicators
def test_indicator_has_four_prompts(indicator):
    assert set(indicator["prompts"]) == {"importance", "change", "reasons", "future"}
    for prompt in indicator["prompts"].values():
        assert re.fullmatch(r"[^?]+\?", prompt), "one question each"


def test_no_two_prompts_are_the_same():
    prompts = Counter(prompt for indicator in INDICATORS for prompt in indicator["prompts"].values())
    assert [prompt for prompt, times in prompts.items() if times > 1] == []


# ---- Questions


@pytest.mark.parametrize("question", QUESTIONS, ids=list(BY_NAME))
def test_question_is_well_formed(question):
    required = {"name", "label", "type", "asked_of", "sensitive"}
    assert required <= set(question) <= required | {"choices", "unit", "minimum", "maximum"}
    assert question["type"] in {"integer", "number", "yes_no", "choice", "text"}
    assert question["asked_of"]
    assert set(question["asked_of"]) <= STAKEHOLDERS
    assert isinstance(question["sensitive"], bool)
    assert ("choices" in question) == (question["type"] == "choice")
    if question["type"] == "choice":
        assert all(set(choice) == {"name", "label"} for choice in question["choices"])
        assert len({choice["name"] for choice in question["choices"]}) == len(question["choices"]) > 1
    if question["type"] in {"integer", "number"}:
        assert question["unit"]
        assert question["minimum"] >= 0
        assert question["minimum"] < question.get("maximum", float("inf"))
    if question.get("unit") == "score":
        assert (question["minimum"], question["maximum"]) == (1, 5)
        assert re.search(r"\(1 = .+, 5 = .+\)$", question["label"])


def test_every_question_is_used():
    used = {name for indicator in INDICATORS for text in expressions(indicator) for name in columns(text)}
    assert set(BY_NAME) - used == set()


def test_what_is_delicate_is_marked_sensitive():
    delicate = {
        "debt_total",
        "child_works",
        "workers_minority",
        "kept_from_work",
        "kept_from_markets",
        "free_to_join",
    }
    assert [name for name in sorted(delicate) if not BY_NAME[name]["sensitive"]] == []


# ---- Expressions


@indicators
def test_expressions_hold_only_what_is_allowed(indicator):
    for expression in expressions(indicator):
        strange = [node for node in parse(expression).walk() if not isinstance(node, ALLOWED)]
        assert strange == [], expression


@indicators
def test_expressions_use_only_questions_that_are_asked_of_the_stakeholder(indicator):
    for expression in expressions(indicator):
        assert columns(expression), "an expression over no question"
        for name in columns(expression):
            assert name in BY_NAME
            assert indicator["stakeholder"] in BY_NAME[name]["asked_of"], name


@indicators
def test_expressions_compare_only_with_choices_that_exist(indicator):
    for expression in expressions(indicator):
        for comparison in parse(expression).find_all(exp.EQ, exp.NEQ):
            column, literal = comparison.this, comparison.expression
            if isinstance(column, exp.Column) and isinstance(literal, exp.Literal) and literal.is_string:
                assert literal.this in {choice["name"] for choice in BY_NAME[column.sql()]["choices"]}


@indicators
def test_deprived_uses_no_question_that_value_does_not(indicator):
    if "deprived" in indicator:
        assert columns(indicator["deprived"]) <= columns(indicator["value"])


@indicators
def test_a_missing_answer_stays_missing(indicator):
    """Whatever the others are, one missing answer leaves value and deprived missing."""
    for expression in expressions(indicator):
        names = sorted(columns(expression))
        assert evaluate(expression, {}) is None
        for missing in names:
            for step in range(3):
                answers = {}
                for name in names:
                    choices = possible_answers(BY_NAME[name])
                    answers[name] = choices[step % len(choices)]
                assert evaluate(expression, answers | {missing: None}) is None, (
                    expression,
                    missing,
                )


@indicators
def test_every_answer_gives_a_value_or_a_stated_gap(indicator):
    """Complete answers give a number, save where the ratio or the group does not exist."""
    gaps = {"debt_burden", "women_workforce_share", "minority_workforce_share", "direct_hiring"}
    names = sorted(columns(indicator["value"]))
    for step in range(5):
        answers = {
            name: possible_answers(BY_NAME[name])[step % len(possible_answers(BY_NAME[name]))]
            for name in names
        }
        result = evaluate(indicator["value"], answers)
        if indicator["id"] not in gaps:
            assert isinstance(result, int | float)
        if result is not None and indicator["unit"].startswith("share"):
            assert 0 <= result <= 1
        if result is not None and indicator["unit"].startswith("score 1 to "):
            assert 1 <= result <= int(indicator["unit"].removeprefix("score 1 to "))


def test_known_answers():
    assert value("safe_workplace", guard_on_machine=1, mask_or_gloves=1, fire_exit=0) == pytest.approx(2 / 3)
    assert deprived("safe_workplace", guard_on_machine=1, mask_or_gloves=0, fire_exit=0) == 1
    assert value("housing_rooms_per_person", rooms=2, household_members=5) == pytest.approx(0.4)
    assert deprived("housing_rooms_per_person", rooms=1, household_members=3) == 0
    assert deprived("housing_rooms_per_person", rooms=1, household_members=4) == 1
    assert value("excess_hours_week", hours_week=48) == 0
    assert value("excess_hours_week", hours_week=60) == 12
    assert value("nourishment_level", food_enough="often_not_enough") == 1
    assert value("unpaid_work_gap", unpaid_hours_women=1, unpaid_hours_men=4) == 3
    assert value("housing_durable_walls", wall_material="mud") == 0
    assert deprived("housing_durable_walls", wall_material="mud") == 1
    assert value("direct_hiring", hired_through="contractor") == 0
    assert value("direct_hiring", hired_through="family") is None


def test_debt_without_income_is_no_ratio_yet_counts_as_deprived():
    assert value("debt_burden", debt_total=300, income_month=100) == 3
    assert deprived("debt_burden", debt_total=300, income_month=100) == 0
    assert value("debt_burden", debt_total=300, income_month=0) is None
    assert deprived("debt_burden", debt_total=300, income_month=0) == 1
    assert deprived("debt_burden", debt_total=0, income_month=0) == 0


def test_shares_without_workers_are_missing():
    assert value("women_workforce_share", workers_total=0, workers_women=0) is None
    assert value("women_workforce_share", workers_total=8, workers_women=2) == 0.25


# ---- What the print holds


def count(**wanted) -> int:
    return sum(all(item.get(key) == text for key, text in wanted.items()) for item in ITEMS)


def test_box_1_is_complete():
    for stakeholder in ("entrepreneur", "worker"):
        for part in ("well-being", "assets and entitlements"):
            assert count(box="Box 1", stakeholder=stakeholder, part=part) == 7
    assert count(box="Box 1", part="poverty relevance") == 13
    assert count(box="Box 1") == 41
    repeated = [item["table_1"] for item in ITEMS if item.get("part") == "poverty relevance"]
    left_out = {row["id"] for row in TABLE_1} - set(repeated)
    assert len(repeated) == len(set(repeated))
    assert left_out == {"enterprise_development.formalization_of_skill_supply"}


@pytest.mark.parametrize(
    ("stakeholder", "printed"),
    [("entrepreneur", 9), ("worker", 10), ("household", 5), ("community", 3)],
)
def test_box_5_is_complete_on_both_sides(stakeholder, printed):
    assert count(box="Box 5", stakeholder=stakeholder, side="positive") == printed
    assert count(box="Box 5", stakeholder=stakeholder, side="negative") == printed


@pytest.mark.parametrize(
    ("heading", "quantitative", "qualitative", "participatory"),
    [
        ("Minimum standard of living: Income", 2, 2, 5),
        ("Minimum standard of living: Housing", 6, 2, 4),
        ("Minimum standard of living: Consumables", 2, 2, 4),
        ("Healthy and non-hazardous work", 5, 3, 4),
        ("Sustainable enterprise/security of work", 3, 2, 4),
        ("No discrimination", 1, 1, 5),
        ("Empowerment", 3, 3, 7),
    ],
)
def test_box_6_is_complete(heading, quantitative, qualitative, participatory):
    assert count(box="Box 6", heading=heading, kind="quantitative") == quantitative
    assert count(box="Box 6", heading=heading, kind="qualitative") == qualitative
    assert count(box="Box 6", heading=heading, kind="participatory") == participatory


def test_items_stand_once_and_in_the_three_boxes():
    assert Counter(item["box"] for item in ITEMS) == {"Box 1": 41, "Box 5": 54, "Box 6": 70}
    keys = ("box", "part", "side", "heading", "kind", "stakeholder", "text")
    assert len({tuple(item.get(key) for key in keys) for item in ITEMS}) == len(ITEMS)
    for item in ITEMS:
        assert item["stakeholder"] in STAKEHOLDERS | {"all"}
        assert set(item) - {"part", "table_1", "side", "heading", "kind"} == {
            "box",
            "stakeholder",
            "text",
            "indicators",
        }


def test_every_item_names_indicators_that_exist():
    for item in ITEMS:
        assert item["indicators"], item["text"]
        assert set(item["indicators"]) <= set(BY_ID), item["text"]


def test_the_boxes_of_an_indicator_are_those_of_its_items():
    for indicator in INDICATORS:
        covered = {item["box"] for item in ITEMS if indicator["id"] in item["indicators"]}
        assert indicator["boxes"] == sorted(covered), indicator["id"]
        assert indicator["boxes"], indicator["id"]


def test_every_item_of_box_5_can_be_shown_in_its_own_words():
    """Positive and negative alike, so that an assessment can find either."""
    for item in ITEMS:
        if item["box"] != "Box 5":
            continue
        covering = [BY_ID[name] for name in item["indicators"]]
        assert any(item["stakeholder"] == indicator["stakeholder"] for indicator in covering), item["text"]
        assert any(item["text"] in indicator[item["side"]] for indicator in covering), item["text"]


def test_every_item_of_box_6_has_a_measure_of_its_heading_and_kind():
    for item in ITEMS:
        if item["box"] == "Box 6":
            covering = {(BY_ID[name]["heading"], BY_ID[name]["kind"]) for name in item["indicators"]}
            assert (item["heading"], item["kind"]) in covering, item["text"]
    measured = {(indicator["heading"], indicator["kind"]) for indicator in INDICATORS}
    assert {(heading, kind) for heading in BOX_6_HEADINGS for kind in KINDS} <= measured


def test_table_1():
    areas = Counter(row["area_of_intervention"] for row in TABLE_1)
    assert areas == {"Enterprise development": 7, "Business linkages": 3, "Local governance": 4}
    for row in TABLE_1:
        assert set(row) == {
            "id", "area_of_intervention", "expected_effects", "relevance_for_poverty",
            "negative_effects", "negative_source",
        }  # fmt: skip
        assert row["id"].startswith(row["area_of_intervention"].lower().replace(" ", "_") + ".")
        assert len(row["negative_effects"]) == len(row["negative_source"]) >= 1
        assert all(source.startswith(("section ", "note under Table 1")) for source in row["negative_source"])
    noted = [source for row in TABLE_1 for source in row["negative_source"] if source == "note under Table 1"]
    assert len(noted) == 2


def test_table_2():
    assert len(TABLE_2) == 20
    assert [row["id"] for row in TABLE_2 if row["reversed"]] == [
        "agglomeration_economies",
        "joint_action",
    ]
    assert Counter(row["section"] for row in TABLE_2) == {
        "cluster features": 10,
        "social parameters": 4,
        "cluster processes": 3,
        "cluster dynamics": 3,
    }
    for row in TABLE_2:
        levels = {key for key in row if key.startswith("level_")}
        assert levels <= {f"level_{step}" for step in range(1, 6)}
        assert all(row[key].strip() for key in levels)
        assert row["reading"]
    assert [row["id"] for row in TABLE_2 if not any(key.startswith("level_") for key in row)] == [
        "promotability"
    ]


def test_table_2_runs_as_printed():
    """Weak institutions stand at 5; the two reversed rows have strong at 5."""
    rows = {row["id"]: row for row in TABLE_2}
    for name in ("social_capital", "social_provisioning", "public_sector_support"):
        assert (rows[name]["level_1"], rows[name]["level_5"]) == (
            "extremely strong",
            "extremely weak",
        )
    for name in ("agglomeration_economies", "joint_action"):
        assert (rows[name]["level_1"], rows[name]["level_5"]) == (
            "extremely weak",
            "extremely strong",
        )


def test_box_3():
    """As many advantages and disadvantages of each unit as the study prints."""
    assert {unit["id"]: (len(unit["advantages"]), len(unit["limits"])) for unit in BOX_3} == {
        "individual": (6, 3),
        "household": (4, 2),
        "group": (4, 3),
    }


def test_box_4():
    assert {group["id"]: group["side"] for group in BOX_4} == {
        "small_firm": "producer",
        "micro_entrepreneur": "producer",
        "own_account_worker": "producer",
        "small_subcontractor": "producer",
        "wage_labour": "worker",
        "home_worker": "worker",
        "contract_labour": "worker",
        "family_labour": "worker",
    }


def test_box_a2():
    assert Counter(question["part"] for question in BOX_A2) == {
        "cluster": 7,
        "institutions": 3,
        "poverty": 9,
    }
    assert [question["evidence_kind"] for question in BOX_A2 if question["part"] == "poverty"] == [
        "profits_and_revenues",
        "income_retained",
        "wages",
        "women_and_minorities",
        "security_of_work",
        "personal_wellbeing",
        "basic_needs",
        "networks",
        "social_protection",
    ]
    assert all("evidence_kind" not in question for question in BOX_A2 if question["part"] != "poverty")


# ---- What a demonstration relies on


@pytest.mark.parametrize(
    ("name", "stakeholder", "unit", "better", "questions"),
    [
        ("income_month", "worker", "currency per month", "higher", {"income_month"}),
        ("workdays_month", "worker", "days per month", "higher", {"workdays_month"}),
        ("written_contract", "worker", "share of respondents", "higher", {"written_contract"}),
        ("safe_workplace", "worker", "share of the three safety items present", "higher",
         {"guard_on_machine", "mask_or_gloves", "fire_exit"}),
        ("training_days_year", "worker", "days per year", "higher", {"training_days_year"}),
        ("housing_rooms_per_person", "household", "rooms per person", "higher",
         {"rooms", "household_members"}),
        ("debt_burden", "household", "months of income", "lower", {"debt_total", "income_month"}),
        ("association_member", "worker", "share of respondents", "higher", {"association_member"}),
        ("say_over_income", "worker", "score 1 to 5", "higher", {"say_over_income"}),
        ("credit_access", "entrepreneur", "share of respondents", "higher", {"credit_access"}),
        ("revenue_month", "entrepreneur", "currency per month", "higher", {"revenue_month"}),
        ("buyers_count", "entrepreneur", "number of buyers", "higher", {"buyers_count"}),
    ],
)  # fmt: skip
def test_the_indicators_of_the_demonstration(name, stakeholder, unit, better, questions):
    indicator = BY_ID[name]
    assert (indicator["stakeholder"], indicator["unit"], indicator["better"]) == (
        stakeholder,
        unit,
        better,
    )
    assert columns(indicator["value"]) == questions
