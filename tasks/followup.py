"""Phase seven: change since the baseline, by poverty group and arm."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Sampling
from schemas.base import empty
from schemas.design import DrawRecord, Sample
from schemas.fieldwork import HouseholdWeights, Responses
from schemas.followup import WaveChanges
from schemas.plan import Waves
from schemas.poverty import PovertyLines
from schemas.vocabulary import ALL
from tasks.analysis import (
    NOT_MEASURED,
    corrected,
    estimator_options,
    limited_waves,
    of_study,
    present_splits,
    settled_each,
    smallest_change,
    study_waves,
    with_keys,
    without_errors,
)
from tasks.levels import Units, units_of
from tasks.methods import claims, estimation
from tasks.prices import price_ratios
from tasks.publish.wording import is_money
from tasks.steps import step

SPLITS = (("poverty_group", "arm"), ("arm",), ("poverty_group",), ())


@step(
    "follow-up",
    reads=[Responses, Indicators, Waves, HouseholdWeights, DrawRecord, Sample, PovertyLines],
    writes=[WaveChanges],
    plan=["sampling"],
    named=True,
)
def change_since_baseline(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    household_weights: pd.DataFrame,
    record: pd.DataFrame,
    sample: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    sampling: Sampling,
) -> pd.DataFrame:
    """Estimate the change of each indicator from the first wave to each later one.

    Changes of money are in money of the day: where the plan knows that prices moved, none is called better
    for that alone.
    """
    order = [wave for wave in study_waves(waves) if (responses["wave"] == wave).any()]
    known = indicators.set_index("indicator")
    limited = limited_waves(waves)
    parts = []
    for units in units_of(indicators, of_study(responses, waves), household_weights):
        for later in order[1:]:
            pair = units.taken(units.frame["wave"].isin([order[0], later]))
            in_both = pair.answers.notna().groupby(pair.frame["wave"]).any().all()
            pair = pair.answered(in_both)
            if pair.values:
                pair = corrected(pair, record, sample, sampling)
                told = _changes(pair, known, (order[0], later), sampling, limited=later in limited)
                parts.append(_at_moving_prices(told, known, price_ratios(lines, order[0], later)))
    return pd.concat(parts, ignore_index=True) if parts else empty(WaveChanges)


def _changes(
    units: Units, indicators: pd.DataFrame, pair: tuple[str, str], sampling: Sampling, *, limited: bool
) -> pd.DataFrame:
    """Return the changes between two waves; without errors where few of their data can be compared."""
    from_wave, to_wave = pair
    changes = estimation.changes_by_splits(
        units.table,
        units.values,
        wave="wave",
        from_wave=from_wave,
        to_wave=to_wave,
        unit=units.unit,
        splits=present_splits(units.frame, SPLITS),
        **estimator_options(units.frame, sampling),
    )
    changes = with_keys(units.named(settled_each(changes, units.answers)), ("poverty_group", "arm"))
    if limited or sampling.design == "purposive":
        changes = without_errors(changes, "limited follow-up" if limited else "purposive sample")
    rows = cast("list[dict[str, Any]]", changes.to_dict("records"))
    directions = [_direction(row, indicators) for row in rows]
    return changes.drop(columns=["estimate_from", "category"]).assign(
        from_wave=from_wave,
        to_wave=to_wave,
        direction=pd.array(directions, dtype="string"),
        follow_up="limited" if limited else "repeat",
        claim="recall" if limited else "descriptive",
    )


def _at_moving_prices(changes: pd.DataFrame, known: pd.DataFrame, ratios: list[float]) -> pd.DataFrame:
    money = changes["indicator"].map(known["unit"]).map(is_money).astype(bool)
    told = changes[money & changes["direction"].notna() & changes["change"].notna()]
    verdicts = [
        claims.direction_of_money(row["direction"], row["change"], ratios) for row in told.to_dict("records")
    ]
    out = changes.copy()
    out.loc[told.index, "direction"] = pd.array(verdicts, dtype="string")
    return out


def of_the_programme(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the changes of poverty groups: of the programme arm where there are arms, else of everybody."""
    of_groups = changes[(changes["poverty_group"] != ALL) & changes["change"].notna()]
    arm = "programme" if (of_groups["arm"] == "programme").any() else ALL
    return of_groups[of_groups["arm"] == arm]


def _direction(change: dict[str, Any], indicators: pd.DataFrame) -> str | None:
    if change["no_interval"] in NOT_MEASURED:
        return "uncertain"  # a sample by chance whose error nobody knows: no change is no finding either
    indicator = cast("pd.Series", indicators.loc[change["indicator"]])
    return claims.direction(
        change["change"],
        change["ci_low"],
        change["ci_high"],
        smallest_change(indicator, float(change["estimate_from"])),
        indicator["better"],
    )
