from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import TABLES, conform, empty
from tasks import checklist


def table(name: str, columns: dict[str, object]) -> pd.DataFrame:
    return conform(pd.DataFrame(columns), TABLES[name])


ACTORS = table(
    "staged.actors",
    {
        "actor": ["weavers", "workshops", "traders", "shops"],
        "label": ["Weavers", "Workshops", "Traders", "Shops"],
        "stage": ["own-account and household work", "production", "trade", "market"],
        "firms": [400, None, 12, None],
        "workers": [600, 300, None, None],
        "citation": ["walk", "list", "list", None],
    },
)
LINKS = table("staged.linkages", {"from": ["weavers"], "to": ["traders"], "kind": ["goods"]})
INSTITUTIONS = table(
    "staged.institutions",
    {
        "institution": ["office", "bank"],
        "label": ["Office", "Bank"],
        "kind": ["public", "private"],
        "inside": [True, False],
        "services": ["subsidies", "loans"],
        "importance": [3, None],
    },
)
EVIDENCE = table(
    "staged.evidence",
    {
        "actor": ["weavers", "workshops"],
        "kind": "wages",
        "sign": ["poor", "unclear"],
        "detail": "x",
        "citation": ["talks", "hearsay"],
    },
)


def ticked(answers: pd.DataFrame) -> pd.DataFrame:
    return checklist.tick_off_questions(ACTORS, LINKS, INSTITUTIONS, EVIDENCE, answers).set_index("question")


def told(rows: pd.DataFrame, question: str) -> list[object]:
    return list(rows.loc[question, ["status", "found", "sources"]])


NO_ANSWER = empty(TABLES["staged.mapping_answers"])


@pytest.mark.parametrize(
    ("question", "status", "found", "sources"),
    [
        ("cluster.firms_number", "partly", "Known of 1 of 2 producers; not of: Workshops", "walk"),
        ("cluster.firms_differentiation", "partly",
         "Known of 1 of 2 kinds of producers; not of: Workshops", "walk"),
        ("cluster.subcontractors_number", "open", "The map has no subcontractors", None),
        ("cluster.traders", "answered", "Known of 1 of 1 traders", "list"),
        ("cluster.linkages", "partly", "Known of 2 of 4 actors; not of: Shops, Workshops", None),
        ("cluster.employment", "partly", "Known of 2 of 3 actors; not of: Traders", "list; walk"),
        ("institutions.public_institutions", "answered", "Known of 1 of 1 public institutions", None),
        ("institutions.private_institutions", "open", "Known of 0 of 1 private institutions", None),
        ("institutions.associations", "open", "The map has no associations", None),
        ("poverty.wages", "partly", "Known of 1 of 3 actors; not of: Traders, Workshops", "talks"),
        ("poverty.networks", "open", "Known of 0 of 3 actors", None),
    ],
)  # fmt: skip
def test_a_question_is_answered_as_far_as_the_map_knows(question, status, found, sources):
    row = ticked(NO_ANSWER).loc[question]
    assert (row["status"], row["found"]) == (status, found)
    assert row["sources"] == sources or (sources is None and pd.isna(row["sources"]))


def test_every_question_of_box_a2_is_told_once():
    assert len(ticked(NO_ANSWER)) == 19
    assert ticked(NO_ANSWER).index.is_unique


def test_one_kind_of_producers_does_not_say_how_they_differ():
    only = ACTORS[ACTORS["actor"] == "weavers"]
    rows = checklist.tick_off_questions(only, LINKS, INSTITUTIONS, EVIDENCE, NO_ANSWER).set_index("question")
    assert rows.loc["cluster.firms_number", "status"] == "answered"
    assert rows.loc["cluster.firms_differentiation", "status"] == "partly"


def test_an_answer_in_words_stands_before_what_the_map_counts():
    answers = table(
        "staged.mapping_answers",
        {
            "question": ["institutions.associations", "cluster.firms_number"],
            "answer": ["There is none", "About a thousand"],
            "complete": [True, False],
            "citation": ["talks", "ward book"],
        },
    )
    rows = ticked(answers)
    assert told(rows, "institutions.associations") == [
        "answered", "There is none", "talks",
    ]  # fmt: skip
    assert told(rows, "cluster.firms_number") == [
        "partly", "About a thousand (Known of 1 of 2 producers; not of: Workshops)", "walk; ward book",
    ]  # fmt: skip


def test_a_folder_without_a_map_has_no_checklist():
    nothing = [empty(TABLES[f"staged.{name}"]) for name in ("actors", "linkages", "institutions", "evidence")]
    assert not len(checklist.tick_off_questions(*nothing, NO_ANSWER))


PEOPLE = table(
    "staged.informants",
    {
        "informant": ["a", "b", "c", "d"],
        "role": ["secretary", "trader", "weaver", "teacher"],
        "actor": [None, "traders", "weavers", None],
        "institution": ["office", None, None, None],
        "named_by": [None, "a", "b", "a"],
    },
)
NODES = table(
    "mart.poverty_nodes",
    {
        "actor": ACTORS["actor"],
        "label": ACTORS["label"],
        "likelihood": ["likely", "vulnerable", "none", "unknown"],
        "rule_likelihood": ["likely", "vulnerable", "none", "unknown"],
        "kinds_poor": 0,
        "kinds_not_poor": 0,
        "kinds_unclear": 0,
        "kinds_open": 9,
    },
)


def test_the_informant_tree_tells_who_is_heard_and_who_is_not():
    tree = checklist.trace_informants(PEOPLE, ACTORS, INSTITUTIONS, NODES).set_index("name")
    assert tree["heard"].to_dict() == {
        "weavers": True, "workshops": False, "traders": True, "shops": False,
        "office": True, "bank": False, "other": True,
    }  # fmt: skip
    assert tree.loc["weavers", ["steps", "led_by", "likelihood"]].tolist() == [3, "Traders", "likely"]
    assert tree.loc["office", "steps"] == 1
    assert tree["informants"].sum() == len(PEOPLE)
    assert not {"secretary", "trader", "teacher"} & set(tree.astype("string").to_numpy().ravel())


@pytest.mark.parametrize(
    ("named_by", "rows", "rule"),
    [
        ([None, "a", "b", "zz"], [3], "not in the list"),
        (["a", None, None, None], [0], "in a circle"),
        (["b", "c", "a", "a"], [0, 1, 2], "in a circle"),
        ([None, "a", "a", "c"], [], ""),
    ],
)
def test_a_tree_that_hangs_in_the_air_is_told(named_by, rows, rule):
    found = list(checklist.tree_faults(PEOPLE.assign(named_by=pd.Series(named_by, dtype="string"))))
    assert [index for index, _, _ in found] == rows
    assert all(rule in one for _, one, _ in found)


@given(st.lists(st.integers(-1, 8), min_size=1, max_size=9))
def test_steps_grow_by_one_along_the_tree(parents):
    named_by = {
        str(i): (str(parent) if 0 <= parent < len(parents) else None) for i, parent in enumerate(parents)
    }
    steps = checklist.steps_from_first(named_by)
    for informant, by in named_by.items():
        if by is None:
            assert steps[informant] == 1
        elif informant in steps:
            assert steps[informant] == steps[by] + 1
        else:
            assert by not in steps
