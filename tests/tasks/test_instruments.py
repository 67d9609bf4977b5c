"""What is asked of whom: from plan, catalogue, short lists and pilot to the questions of a wave."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.assessment import AssessmentPlan
from schemas.base import check
from schemas.instruments import Instruments
from tasks import catalogue, expressions
from tasks.instrument import Instrument, table
from tasks.instruments import instrument, known_questions
from tasks.languages import languages

GROUPS = [
    {"id": "weavers", "label": "Women who weave", "node": "homes", "box4_group": "home_worker"},
    {"id": "owners", "label": "Owners", "node": "workshops", "box4_group": "micro_entrepreneur"},
]
NOTHING = pd.DataFrame({"poverty_group": [], "indicator": [], "selected": []})
NO_PILOT = pd.DataFrame({"item": [], "kind": [], "decision": [], "reason": []})


def plan(**parts) -> AssessmentPlan:
    """Return a plan with two groups and a wave, and these parts in the place of the usual ones."""
    assessment = {
        "id": "tiny",
        "title": "A tiny assessment",
        "cluster": "Baskets",
        "country": "Nowhere",
        "sector": "Basketry",
        "approach": "improving",
        "study_design": "repeat",
        "aims": ["To see who gains"],
        "report_date": "2026-03-31",
    } | parts.pop("assessment", {})
    usual = {
        "agreement": {"commissioner": "A donor", "agreed_by": "officer", "agreed_on": "2025-01-15"},
        "scope": {"statement": "From reeds to the market"},
        "time_frame": {"start": "2025-01-01", "end": "2026-12-31"},
        "poverty_group": GROUPS,
        "wave": [{"name": "baseline", "role": "baseline"}],
        "indicators": ["income_month"],
    }
    return AssessmentPlan.model_validate({"assessment": assessment, **usual, **parts})


def asked(one: AssessmentPlan, chosen=NOTHING, pilot=NO_PILOT, own=None, own_indicators=None) -> Instrument:
    """Return the instrument of the plan's first wave, in English and French."""
    indicators = {**catalogue.standard_indicators(), **(own_indicators or {})}
    return instrument(
        one, one.wave[0], indicators, own or {}, chosen, pilot, languages(Path("/nowhere"), None)
    )


def short_list(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"poverty_group": group, "indicator": name, "selected": True} for group, name in pairs]
    )


def names(one: Instrument) -> dict[str, tuple[str, ...]]:
    return {item.name: item.groups for _, item in one.questions}


def test_a_group_is_asked_the_plan_s_indicators_and_its_own_short_list():
    one = asked(plan(), short_list(("weavers", "workdays_month"), ("weavers", "income_month")))
    assert names(one) == {"income_month": (), "workdays_month": ("weavers",)}
    assert one.indicators == {"weavers": ("income_month", "workdays_month"), "owners": ("income_month",)}


def test_a_short_list_alone_is_enough_and_what_is_not_selected_is_not_asked():
    chosen = short_list(("weavers", "workdays_month"), ("owners", "income_month"))
    chosen["selected"] = [True, False]
    assert names(asked(plan(indicators=[]), chosen)) == {"workdays_month": ("weavers",)}


def test_what_is_asked_of_entrepreneurs_is_not_asked_of_workers_who_did_not_rank_it():
    one = plan(indicators=["revenue_month"])
    assert names(asked(one)) == {"revenue_month": ("owners",)}
    assert names(asked(one, short_list(("weavers", "revenue_month")))) == {"revenue_month": ()}
    workers = asked(plan(indicators=["revenue_month"], poverty_group=GROUPS[:1]))
    assert names(workers) == {}
    assert "asked of nobody" in workers.left_out[0].reason


def test_a_question_that_two_indicators_use_is_asked_once():
    one = asked(plan(indicators=["debt_burden", "income_month"]))
    assert list(names(one)) == ["income_month", "debt_total"]
    income = next(item for _, item in one.questions if item.name == "income_month")
    assert income.indicators == ("income_month", "debt_burden")


def test_sensitive_questions_come_last_after_a_note():
    one = asked(plan(indicators=["debt_burden", "income_month"]))
    assert one.sections[-1].name == "sensitive"
    assert [item.name for item in one.sections[-1].items] == ["sensitive_note", "debt_total"]
    assert not any(item.sensitive for part in one.sections[:-1] for item in part.items)


def test_headings_stand_in_the_order_of_the_catalogue_whatever_the_order_of_the_plan():
    wanted = ["association_member", "written_contract", "housing_durable_walls", "income_month"]
    one, other = asked(plan(indicators=wanted)), asked(plan(indicators=wanted[::-1]))
    assert one == other
    assert [part.name for part in one.sections] == [
        "income",
        "housing",
        "security_of_work_and_trade",
        "sensitive",
    ]


def test_the_pilot_takes_indicators_groups_and_questions_off_but_not_off_its_own_form():
    pilot = pd.DataFrame(
        [
            {"item": "workdays_month", "kind": "indicator", "decision": "drop", "reason": "nobody counts"},
            {"item": "owners", "kind": "group", "decision": "drop", "reason": "too few"},
            {"item": "fire_exit", "kind": "question", "decision": "drop", "reason": "no walls"},
            {"item": "income_month", "kind": "indicator", "decision": "change", "reason": "in steps"},
        ]
    )
    wanted = ["income_month", "workdays_month", "safe_workplace"]
    one = asked(plan(indicators=wanted), pilot=pilot)
    assert list(names(one)) == ["income_month", "guard_on_machine", "mask_or_gloves"]
    assert list(one.groups) == ["weavers"]
    assert {left.item: left.reason for left in one.left_out} == {
        "owners": "dropped after the pilot: too few",
        "workdays_month": "dropped after the pilot: nobody counts",
        "fire_exit": "dropped after the pilot: no walls",
    }
    tried = asked(plan(indicators=wanted, wave=[{"name": "pilot", "role": "pilot"}]), pilot=pilot)
    assert set(names(tried)) > {"workdays_month", "fire_exit"}
    assert tried.left_out == ()


def test_a_one_off_study_asks_what_was_before_right_after_each_quantitative_question():
    one = asked(
        plan(
            assessment={"study_design": "one-off"},
            indicators=["income_month", "income_in_kind"],
            instruments={"programme_began": "2022-03-01"},
        )
    )
    assert list(names(one)) == ["income_month", "income_month_before", "in_kind_help"]
    now, before, _ = (item for _, item in one.questions)
    assert (before.recalls, before.kind, before.minimum) == ("income_month", "number", now.minimum)
    assert "before the programme began, in March 2022" in before.label["en"]
    assert before.label["en"].endswith(now.label["en"])
    assert "mars 2022" in before.label["fr"]


def test_a_recall_specification_names_the_question_about_before():
    recall = {"name": "r", "indicators": ["income_month"], "estimator": "recall"}
    named = plan(specification=[{**recall, "before": {"income_month": "income_then"}}])
    assert list(names(asked(named))) == ["income_month", "income_then"]
    assert list(names(asked(plan(specification=[recall])))) == ["income_month", "income_month_before"]
    assert list(names(asked(plan()))) == ["income_month"]
    own = {"income_then": catalogue.Question(name="income_then", label="And then?", type="number")}
    worded = asked(named, own=own)
    assert [item.label["en"] for _, item in worded.questions][1] == "And then?"
    assert known_questions(named, {})["income_then"].type == "number"
    assert known_questions(plan(), {})["workdays_month_before"].type == "integer"


def test_an_own_question_is_asked_and_a_question_without_words_is_told():
    own = catalogue.Indicator.model_validate(
        {
            "id": "dye",
            "label": "Rash",
            "unit": "share of respondents",
            "better": "lower",
            "value": "dye",
            "smallest_change": 0.1,
        }
    )
    one = plan(indicators=["dye"])
    assert "no question is written" in asked(one, own_indicators={"dye": own}).left_out[0].reason
    question = catalogue.Question(name="dye", label="Do you have a rash?", type="yes_no")
    there = asked(one, own_indicators={"dye": own}, own={"dye": question})
    assert list(names(there)) == ["dye"]
    assert "question.dye" in there.untranslated["fr"]
    assert next(item for _, item in there.questions).label["fr"] == "Do you have a rash?"


def test_a_question_worded_anew_does_not_keep_the_translation_of_the_old_words(tmp_path):
    own = {"rooms": catalogue.Question(name="rooms", label="How many huts?", type="integer")}
    one = plan(indicators=["housing_rooms_per_person"])

    def said(folder: Path) -> dict[str, str]:
        indicators = catalogue.standard_indicators()
        spoken = languages(folder, None)
        made = instrument(one, one.wave[0], indicators, own, NOTHING, NO_PILOT, spoken)
        return {item.name: item.label["fr"] for _, item in made.questions}

    assert said(tmp_path)["rooms"] == "How many huts?"
    assert said(tmp_path)["household_members"].startswith("Combien de personnes")
    (tmp_path / "design" / "languages").mkdir(parents=True)
    file = tmp_path / "design" / "languages" / "fr.toml"
    file.write_text('[question]\nrooms = "Combien de cases ?"\n', encoding="utf-8")
    assert said(tmp_path)["rooms"] == "Combien de cases ?"


def test_members_and_eligible_members_are_asked_where_the_plan_wants_them():
    bare, full = asked(plan()), asked(plan(instruments={"members": True, "eligible_members": True}))
    assert not any(part.repeat for part in bare.sections)
    assert full.sections[0].repeat
    assert [item.name for item in full.sections[0].items[1:]] == list(catalogue.roster())
    assert "eligible_members" in [item.name for item in full.opening.items]
    assert "eligible_members" not in [item.name for item in bare.opening.items]
    for sampling in ({"unit": "household"}, {"design": "representative", "households": 9}):
        weighed = asked(plan(sampling=sampling))
        assert "eligible_members" in [item.name for item in weighed.opening.items]


def test_the_version_follows_from_what_is_asked_and_from_nothing_else():
    one = asked(plan())
    assert one.version == asked(plan(resources={"budget": 5})).version
    assert len({one.version, asked(plan(indicators=["income_month", "workdays_month"])).version}) == 2
    assert one.version != asked(plan(instruments={"carried_out_by": "A university"})).version
    assert (
        "carried out by A university"
        in asked(plan(instruments={"carried_out_by": "A university"})).consent["en"]
    )


def test_the_consent_says_what_is_asked_in_each_language():
    one = asked(plan(indicators=["income_month", "written_contract"], instruments={"contact": "0123"}))
    assert "Income; Security of work and trade" in one.consent["en"]
    assert "Revenus; Sécurité du travail et des ventes" in one.consent["fr"]
    assert "stop at any time" in one.consent["en"]
    assert "0123" in one.consent["en"]


def test_french_is_whole_for_everything_that_the_catalogue_asks():
    every = list(catalogue.standard_indicators())
    one = asked(plan(indicators=every, instruments={"members": True, "eligible_members": True}))
    assert set(one.untranslated["fr"]) == {"group.weavers", "group.owners"}
    used = {name for one in every for name in expressions.columns(catalogue.standard_indicators()[one].value)}
    assert used <= set(names(one))


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_every_indicator_that_is_asked_can_be_computed_for_those_who_are_asked(data):
    every = sorted(catalogue.standard_indicators())
    wanted = data.draw(st.lists(st.sampled_from(every), unique=True, max_size=6))
    pairs = st.tuples(st.sampled_from(["weavers", "owners"]), st.sampled_from(every))
    chosen = data.draw(st.lists(pairs, unique=True, max_size=6))
    design = data.draw(st.sampled_from(["one-off", "repeat"]))
    one = asked(
        plan(indicators=wanted, assessment={"study_design": design}),
        short_list(*chosen) if chosen else NOTHING,
    )
    spread = names(one)
    assert len({name.casefold() for name in spread}) == len(spread)
    for group, indicators in one.indicators.items():
        for name in indicators:
            for column in expressions.columns(catalogue.standard_indicators()[name].value):
                assert not spread[column] or group in spread[column]
    sections = [part.name for part in one.sections]
    assert len(set(sections)) == len(sections)
    assert not set(sections) & set(spread)


def test_the_table_lists_every_question_of_every_wave():
    one = asked(plan(indicators=["income_month", "debt_burden"]), short_list(("weavers", "wall_material")))
    rows = table([one, dataclasses.replace(one, wave="later")])
    assert check(rows, Instruments) == []
    assert rows[["wave", "question"]].values.tolist() == [
        [wave, name] for wave in ("baseline", "later") for name in ("income_month", "debt_total")
    ]
    assert rows["answers"].tolist()[:2] == ["number, 0 or more"] * 2
    assert set(rows["version"]) == {one.version}


@pytest.mark.parametrize(
    ("content", "column"),
    [
        ('[text]\nconsent_topics = "Sur vous."', "text.consent_topics"),
        ('[text]\nconsnt = "x"', "text.consnt"),
        ('[wordings]\na = "b"', "wordings"),
        ("[question]\nincome_month = 5", "question.income_month"),
        ('[choice]\ngender = "F"', "choice.gender"),
        ('[text]\nversion = "{version"', "text.version"),
        ("text = 5", "text"),
        ('[group]\na = " "', "group.a"),
        ("[text", ""),
    ],
)
def test_a_language_file_that_is_wrong_is_refused_with_its_place(tmp_path, content, column):
    from schemas.faults import Refused

    (tmp_path / "design" / "languages").mkdir(parents=True)
    (tmp_path / "design" / "languages" / "fr.toml").write_text(content, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        languages(tmp_path, None)
    assert [(one.file, one.column) for one in refused.value.faults] == [("design/languages/fr.toml", column)]


def test_an_assessment_adds_a_language_and_words_one_anew(tmp_path):
    from schemas.faults import Refused

    folder = tmp_path / "design" / "languages"
    folder.mkdir(parents=True)
    (folder / "fr.toml").write_text('[text]\nyes = "Ouais"\n', encoding="utf-8")
    (folder / "sw.toml").write_text('name = "Kiswahili"\n[text]\nyes = "Ndiyo"\n', encoding="utf-8")
    found = {one.code: one for one in languages(tmp_path, None)}
    assert list(found) == ["en", "fr", "sw"]
    assert found["fr"].get("text", "yes") == "Ouais"
    assert found["fr"].get("text", "no") == "Non"
    assert found["sw"].name == "Kiswahili"
    assert [one.code for one in languages(tmp_path, ["sw"])] == ["en", "sw"]
    assert [one.code for one in languages(tmp_path, [])] == ["en"]
    with pytest.raises(Refused, match="no file of the language 'hi'"):
        languages(tmp_path, ["hi"])
