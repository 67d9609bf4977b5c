"""Phase seven: change since the baseline, by poverty group and arm."""

from __future__ import annotations

from typing import Any, cast

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
    present_splits,
    settled_each,
    smallest_change,
    study_waves,
    values,
    with_names,
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
    answers = values(indicators, responses)
    known = indicators.set_index("indicator")
    parts = []
    for later in order[1:]:
        rows = responses["wave"].isin([order[0], later])
        changes = _changes(responses[rows], answers[rows], order[0], later, sampling)
        if len(changes):
            directions = [_direction(row, known) for row in _records(changes)]
            parts.append(changes.assign(direction=pd.array(directions, dtype="string")))
    if not parts:
        return empty(WaveChanges)
    return pd.concat(parts, ignore_index=True).drop(columns="estimate_from")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", table.to_dict("records"))


def _changes(
    frame: pd.DataFrame, answers: pd.DataFrame, from_wave: str, to_wave: str, sampling: Sampling
) -> pd.DataFrame:
    in_both = (answers.notna().groupby(frame["wave"]).any()).all()
    answers = answers.loc[:, in_both]
    if not len(answers.columns):
        return pd.DataFrame()
    changes = estimation.changes_by_splits(
        pd.concat([frame, answers], axis=1),
        [str(one) for one in answers],
        wave="wave",
        from_wave=from_wave,
        to_wave=to_wave,
        unit="respondent",
        splits=present_splits(frame, SPLITS),
        degrees_of_freedom=sampling.degrees_of_freedom,
        **design_columns(frame),
    )
    changes = with_names(settled_each(changes, answers))
    if sampling.design == "purposive":
        changes = without_errors(changes)
    for column in ("poverty_group", "arm"):
        told = changes[column] if column in changes else pd.Series(pd.NA, index=changes.index)
        changes[column] = told.astype("string").fillna(ALL)
    return changes.assign(from_wave=from_wave, to_wave=to_wave)


def _direction(change: dict[str, Any], indicators: pd.DataFrame) -> str | None:
    indicator = cast("pd.Series", indicators.loc[change["indicator"]])
    return claims.direction(
        change["change"],
        change["ci_low"],
        change["ci_high"],
        smallest_change(indicator, float(change["estimate_from"])),
        indicator["better"],
    )
