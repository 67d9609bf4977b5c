from __future__ import annotations

import pandas as pd
import pytest

from schemas.analysis import Indicators
from schemas.assessment import Sampling
from schemas.base import conform, empty, extend
from schemas.design import DrawRecord, Sample
from schemas.fieldwork import HouseholdWeights, Responses
from schemas.poverty import PovertyLines
from tasks.followup import change_since_baseline
from tasks.prices import have_moved, price_ratios


def lines(**prices: float | None) -> pd.DataFrame:
    rows = [
        {"specification": "p", "area": "all", "wave": wave, "price_index": price}
        for wave, price in prices.items()
    ]
    return conform(pd.DataFrame(rows), PovertyLines)


def test_prices_are_those_then_over_those_before():
    assert price_ratios(lines(a=100, b=111), "a", "b") == pytest.approx([1.11])
    assert price_ratios(lines(a=None, b=111), "a", "b") == pytest.approx([1.11])
    assert have_moved(lines(a=100, b=111), "a", "b")


@pytest.mark.parametrize("told", [lines(all=150), lines(a=100, b=100), empty(PovertyLines)])
def test_what_holds_for_every_wave_does_not_move(told):
    assert not have_moved(told, "a", "b")


@pytest.mark.parametrize(("index", "told"), [(111, "uncertain"), (None, "better")])
def test_a_gain_of_money_over_time_is_none_where_prices_may_have_eaten_it(index, told):
    """Everybody earns 300 more and has a room more; the index is of money, and not of rooms."""
    people = [f"p{number}" for number in range(40)]
    responses = conform(
        pd.DataFrame(
            [
                {"respondent": person, "wave": wave, "weight": 1.0, "arm": "programme", "poverty_group": "g"}
                | {"income": 3000.0 + 300 * late + number, "rooms": 2.0 + late + number / 100}
                for late, wave in enumerate(("a", "b"))
                for number, person in enumerate(people)
            ]
        ),
        extend(Responses, {"income": "number", "rooms": "number"}),
    )
    about = {"kind": "quantitative", "better": "higher", "heading": "h", "stakeholder": "worker"}
    indicators = conform(
        pd.DataFrame(
            [
                {**about, "indicator": name, "label": name, "directness": "direct", "value": name}
                | {"unit": unit, "smallest_change": 0.1}
                for name, unit in (("income", "currency per month"), ("rooms", "rooms"))
            ]
        ),
        Indicators,
    )
    changes = change_since_baseline(
        responses,
        indicators,
        pd.DataFrame(
            {"wave": ["a", "b"], "role": ["baseline", "follow-up"], "position": [1, 2], "follow_up": None}
        ),
        empty(HouseholdWeights),
        empty(DrawRecord),
        empty(Sample),
        lines(a=100, b=index),
        sampling=Sampling.model_validate({"design": "representative"}),
    )
    verdicts = changes[changes["poverty_group"] == "g"].set_index("indicator")["direction"].to_dict()
    assert verdicts == {"income": told, "rooms": "better"}
