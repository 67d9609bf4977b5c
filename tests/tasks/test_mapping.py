from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.assessment import Thresholds
from schemas.base import TABLES, conform, empty
from tasks import mapping

JUDGEMENTS = empty(TABLES["staged.node_judgements"])


def table(name: str, columns: dict[str, object]) -> pd.DataFrame:
    return conform(pd.DataFrame(columns), TABLES[name])


@pytest.mark.parametrize(
    ("poor", "away", "expected"),
    [(0, 0, "unknown"), (1, 0, "unknown"), (1, 2, "none"), (2, 7, "vulnerable"), (4, 0, "likely")],
)
def test_the_rule_for_poverty_nodes(poor, away, expected):
    assert mapping.likelihood(poor, away, vulnerable=2, likely=4) == expected


@given(st.integers(0, 8), st.integers(0, 9))
def test_more_evidence_of_poverty_never_lowers_the_likelihood(poor, away):
    order = ["unknown", "none", "vulnerable", "likely"]
    before = mapping.likelihood(poor, away, 2, 4)
    after = mapping.likelihood(poor + 1, away, 2, 4)
    assert order.index(after) >= order.index(before) or (before, after) == ("none", "unknown")


def test_sources_that_disagree_on_a_kind_make_it_unclear():
    actors = conform(
        pd.DataFrame({"actor": ["a"], "label": ["A"], "stage": ["trade"]}), TABLES["staged.actors"]
    )
    evidence = conform(
        pd.DataFrame(
            {
                "actor": "a",
                "kind": ["wages", "wages", "networks", "basic_needs", "basic_needs"],
                "sign": ["poor", "not poor", "poor", "poor", "unclear"],
                "detail": "x",
                "citation": ["s1", "s2", "s1", "s1", "s2"],
            }
        ),
        TABLES["staged.evidence"],
    )
    (row,) = mapping.find_poverty_nodes(actors, evidence, JUDGEMENTS, thresholds=Thresholds()).itertuples()
    assert (row.kinds_poor, row.kinds_unclear, row.kinds_open) == (2, 1, 6)
    assert row.likelihood == "vulnerable"
    assert row.evidence == "basic_needs, networks"


def test_an_assessor_overrules_the_rule_and_both_stand():
    judged = table(
        "staged.node_judgements",
        {"actor": ["a"], "likelihood": ["likely"], "assessor": ["lead researcher"], "reason": ["Seen there"]},
    )
    actors = table("staged.actors", {"actor": ["a", "b"], "label": ["A", "B"], "stage": "trade"})
    nodes = mapping.find_poverty_nodes(
        actors, empty(TABLES["staged.evidence"]), judged, thresholds=Thresholds()
    ).set_index("actor")
    assert nodes["likelihood"].to_dict() == {"a": "likely", "b": "unknown"}
    assert nodes["rule_likelihood"].to_dict() == {"a": "unknown", "b": "unknown"}
    assert nodes.loc["a", ["overruled_by", "reason"]].tolist() == ["lead researcher", "Seen there"]
    assert pd.isna(nodes.loc["b", "overruled_by"])


PLANNED = {
    "poverty_group": ["home-women", "workers"],
    "label": ["Women at home", "Workers"],
    "node": ["homes", "workshops"],
    "box4_group": ["home_worker", "wage_labour"],
    "gender": ["women", None],
}
MAPPED = {
    "mapped_group": ["w-low", "w-high", "home-men", "wage-women", "wage-men", "owners", "family"],
    "label": ["W1", "W2", "M", "WW", "WM", "O", "F"],
    "actor": ["homes", "homes", "homes", "workshops", "workshops", "traders", "homes"],
    "box4_group": ["home_worker"] * 3 + ["wage_labour"] * 2 + ["small_firm", "family_labour"],
    "gender": ["women", "women", "men", "women", "men", "men", None],
    "difference": ["low caste", "high caste", None, None, None, None, None],
    "people": [30, 70, 5, 40, None, 9, 12],
    "citation": "walk",
}
NODES = {
    "actor": ["homes", "workshops", "traders"],
    "label": ["Homes", "Workshops", "Traders"],
    "likelihood": ["likely", "vulnerable", "none"],
    "rule_likelihood": ["likely", "vulnerable", "none"],
    "kinds_poor": 0,
    "kinds_not_poor": 0,
    "kinds_unclear": 0,
    "kinds_open": 9,
}


def test_groups_of_the_map_at_poverty_nodes_stand_beside_those_of_the_plan():
    groups = mapping.place_poverty_groups(
        table("staged.poverty_groups", PLANNED),
        table("mart.poverty_nodes", NODES),
        table("staged.mapped_groups", MAPPED),
    ).set_index("poverty_group")
    assert set(groups.index[groups["planned"].astype(bool)]) == {"home-women", "workers"}
    assert set(groups.index[~groups["planned"].astype(bool)]) == {
        "home-men",
        "family",
    }
    assert groups.loc["home-women", "people"] == 100
    assert pd.isna(groups.loc["workers", "people"])  # one of its parts was not counted
    assert groups["mapped"].astype(bool).all()


def test_without_a_list_of_groups_nothing_is_said_of_what_the_map_finds():
    groups = mapping.place_poverty_groups(
        table("staged.poverty_groups", PLANNED),
        table("mart.poverty_nodes", NODES),
        empty(TABLES["staged.mapped_groups"]),
    )
    assert groups["planned"].all()
    assert groups["mapped"].isna().all()
    assert groups["people"].isna().all()
