"""Whether the intervals of the demo hold the effects that its generator put there."""

from __future__ import annotations

import pandas as pd
import pytest

from data.demo import make_block_printing as demo
from schemas.analysis import Indicators
from schemas.assessment import read_plan
from schemas.base import conform
from tasks import analysis, catalogue

SEEDS = range(41_000, 41_200)
"""Fixed before the first run of this test, and as they come: none was left out."""


@pytest.mark.slow
def test_true_effects_lie_in_the_intervals_as_often_as_they_should():
    """200 regenerations: 92 to 98 % of the 95 % intervals of indicator-group pairs hold the truth."""
    folder = demo.ROOT / "data" / "demo" / "block-printing"
    plan = read_plan(folder / "assessment.toml")
    known = {**catalogue.standard_indicators(), **catalogue.own_indicators(folder / "design/indicators.toml")}
    indicators = indicator_rows(known, plan.indicators)
    (specification,) = plan.specification
    truth = demo.truth().set_index(["poverty_group", "indicator"])["effect"].to_dict()
    hits = []
    for seed in SEEDS:
        responses = demo.make_responses(seed)
        for group, rows in responses.groupby("poverty_group"):
            for name, indicator in indicators.iterrows():
                (found,) = analysis.estimate_one(specification, indicator, rows, "baseline", "followup")
                effect = truth[(group, name)]
                hits.append((group, name, found["ci_low"] <= effect <= found["ci_high"]))
    table = pd.DataFrame(hits, columns=["poverty_group", "indicator", "held"])
    share = table.groupby(["poverty_group", "indicator"])["held"].mean()
    print(share.unstack().round(3).to_string())
    print(f"held: {table['held'].mean():.4f} of {len(table)} intervals")
    assert len(table) == len(SEEDS) * len(share)
    assert 0.92 <= table["held"].mean() <= 0.98
    # One pair's share has a standard error of 1.5 points over 200 regenerations: four of them below 95 %.
    assert share.min() >= 0.95 - 4 * 0.0154


def indicator_rows(known: dict[str, catalogue.Indicator], names: list[str]) -> pd.DataFrame:
    """Return the indicators as the step that estimates them reads them."""
    records = []
    for name in names:
        told = known[name].model_dump()
        told["indicator"] = told.pop("id")
        kept = Indicators.to_schema().columns
        records.append({key: (told[key] if told[key] != "" else None) for key in kept})
    return conform(pd.DataFrame(records), Indicators).set_index("indicator")
