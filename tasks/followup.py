"""Phase seven: change since the baseline, by poverty group and arm."""

from __future__ import annotations

from typing import cast

import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Sampling
from schemas.base import empty
from schemas.fieldwork import Responses
from schemas.followup import WaveChanges
from schemas.plan import Waves
from schemas.vocabulary import ALL
from tasks.analysis import (
    design_columns,
    settled,
    smallest_change,
    study_waves,
    values,
    without_errors,
)
from tasks.methods import claims, estimation
from tasks.steps import step

SPLITS = (("poverty_group", "arm"), ("arm",), ("poverty_group",), ())


@step("follow-up", reads=[Responses, Indicators, Waves], writes=[WaveChanges], plan=["sampling"])
def change_since_baseline(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    sampling: Sampling,
) -> pd.DataFrame:
    """Estimate the change of each indicator from the first wave to each later one."""
    order = [wave for wave in study_waves(waves) if (responses["wave"] == wave).any()]
    known = indicators.set_index("indicator")
    parts = []
    for later in order[1:]:
        pair = responses[responses["wave"].isin([order[0], later])]
        for indicator, value in values(indicators, pair).items():
            frame = pair.assign(value=value)
            about = cast("pd.Series", known.loc[indicator])
            parts += _changes(frame, about, indicator, order[0], later, sampling)
    return pd.concat(parts, ignore_index=True) if parts else empty(WaveChanges)


def _changes(
    frame: pd.DataFrame,
    indicator: pd.Series,
    name: str,
    from_wave: str,
    to_wave: str,
    sampling: Sampling,
) -> list[pd.DataFrame]:
    present = frame[frame["value"].notna()]
    if present["wave"].nunique() < 2:
        return []
    parts, seen = [], set()
    for split in SPLITS:
        domains = tuple(column for column in split if frame[column].notna().any())
        if domains in seen:
            continue
        seen.add(domains)
        changes = estimation.wave_changes(
            frame,
            "value",
            wave="wave",
            from_wave=from_wave,
            to_wave=to_wave,
            unit="respondent",
            domains=domains,
            degrees_of_freedom=sampling.degrees_of_freedom,
            **design_columns(frame),
        )
        changes = settled(changes, frame["value"])
        if sampling.design == "purposive":
            changes = without_errors(changes)
        for column in ("poverty_group", "arm"):
            if column not in domains:
                changes[column] = ALL
        changes["direction"] = [
            claims.direction(
                row["change"],
                row["ci_low"],
                row["ci_high"],
                smallest_change(indicator, float(row["estimate_from"])),
                indicator["better"],
            )
            for row in changes.to_dict("records")
        ]
        parts.append(
            changes.drop(columns=["estimate_from"]).assign(
                indicator=name, from_wave=from_wave, to_wave=to_wave
            )
        )
    return parts
