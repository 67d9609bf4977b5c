"""Phase five: findings, a sentence each, from the rows of the impact."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from schemas.analysis import (
    Findings,
    ImpactEstimates,
    IndicatorEstimates,
    Indicators,
)
from schemas.assessment import (
    AssessmentPart,
    Instruments,
    PovertyGroup,
    Specification,
    Wave,
)
from schemas.base import empty
from schemas.vocabulary import ALL
from tasks import wording
from tasks.impacts import leading_estimates
from tasks.references import reference_of
from tasks.steps import step


@step(
    "analysis",
    reads=[ImpactEstimates, IndicatorEstimates, Indicators],
    writes=[Findings],
    plan=["specification", "assessment", "poverty_group", "wave", "instruments"],
)
def state_findings(
    estimates: pd.DataFrame,
    means: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    specification: Sequence[Specification],
    assessment: AssessmentPart,
    poverty_group: Sequence[PovertyGroup],
    wave: Sequence[Wave],
    instruments: Instruments,
) -> pd.DataFrame:
    """Write one sentence for each leading estimate: losses first, then gains, then what is open."""
    leading = leading_estimates(estimates, specification)
    if not len(leading):
        return empty(Findings)
    told = wording.told_by(poverty_group, wave, instruments.currency)
    known = indicators.set_index("indicator")
    records = [
        {
            "finding": f"{row['indicator']}/{row['poverty_group']}",
            "indicator": row["indicator"],
            "poverty_group": row["poverty_group"],
            "direction": row["direction"],
            "claim": row["claim"],
            "statement": wording.statement(row, known.loc[row["indicator"]], told),
            "evidence": f"impact_estimates: {row['specification']}, {row['term']}",
            "figure": reference_of(ImpactEstimates, row),
            "limits": row["claim_reason"],
            "respondents": row["respondents"],
            "smallest_cell": row["smallest_cell"],
            "public": assessment.public,
        }
        for row in leading.to_dict("records")
    ]
    table = pd.DataFrame(records)
    groups = [ALL, *(one.id for one in poverty_group)]
    first = {word: place for place, word in enumerate(("worse", "better", "uncertain", "unchanged"))}
    table["by_direction"] = table["direction"].map(first).fillna(len(first))
    table["by_group"] = table["poverty_group"].map({name: i for i, name in enumerate(groups)})
    table["by_indicator"] = table["indicator"].map({name: i for i, name in enumerate(known.index)})
    table = table.sort_values(["by_direction", "by_group", "by_indicator"]).reset_index(drop=True)
    table["position"] = range(1, len(table) + 1)
    return table.drop(columns=["by_direction", "by_group", "by_indicator"])
