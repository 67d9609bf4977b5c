from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.assessment import Thresholds
from schemas.base import TABLES, conform
from tasks import mapping


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
    (row,) = mapping.find_poverty_nodes(actors, evidence, thresholds=Thresholds()).itertuples()
    assert (row.kinds_poor, row.kinds_unclear, row.kinds_open) == (2, 1, 6)
    assert row.likelihood == "vulnerable"
    assert row.evidence == "basic_needs, networks"
