"""Phase five: the mean of each indicator by group, gender, difference, arm and wave; what steps share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

import pandas as pd

from schemas.analysis import IndicatorEstimates, Indicators
from schemas.assessment import Sampling
from schemas.base import empty
from schemas.design import DrawRecord, Sample
from schemas.fieldwork import HouseholdWeights, Responses
from schemas.plan import Waves
from schemas.vocabulary import ALL
from tasks.finite_population import SHARE_DRAWN, with_share_drawn
from tasks.levels import HOUSEHOLD, VALUE_OF, Units, units_of
from tasks.methods import distribution, estimation, suppression
from tasks.methods.estimation import DegreesOfFreedom, LonelyPsu
from tasks.publish.wording import is_money, is_share
from tasks.steps import step

SPLITS = (
    ("poverty_group", "arm"),
    ("arm",),
    ("poverty_group",),
    ("gender", "arm"),
    ("poverty_group", "gender", "arm"),
    ("difference", "arm"),
    ("poverty_group", "difference", "arm"),
    (),
)
"""The tables of estimates: by which columns respondents are divided."""
WITHIN_GROUPS = ("gender", "difference")
"""What a poverty group is divided by where it holds people of several kinds."""
KEYS = ("poverty_group", "gender", "difference", "arm")
HALF_A_POINT = 0.005
NOT_MEASURED = {"fewer than two respondents", "within one cluster", "single cluster in a stratum"}
"""Why a change has no interval though the design would give one."""


def settled(table: pd.DataFrame, scale: pd.Series) -> pd.DataFrame:
    """Return estimates with what is zero but for the last binary digits set to zero.

    scale: the values estimated from. Sums of them differ in their last digits with the order of rows; where
    nothing varies, those digits would be all that an error consists of, and the p-value of such an error is
    no p-value.
    """
    return _without_dust(table, 1e-12 * float(scale.abs().max()))


def _without_dust(table: pd.DataFrame, dust: float | pd.Series) -> pd.DataFrame:
    out = table.copy()
    for column in ("estimate", "change", "standard_error", "ci_low", "ci_high"):
        if column in out:
            out[column] = out[column].mask(out[column].abs() <= dust, 0.0)
    if "p_value" in out:
        out["p_value"] = out["p_value"].mask(out["standard_error"] == 0)
    if "design_effect" in out:
        out["design_effect"] = out["design_effect"].mask(out["standard_error"] == 0, 0.0)
    return out


def settled_each(table: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of many columns, each `settled` by the values of its own column."""
    largest = answers[table["value"].unique()].abs().max()
    return _without_dust(table, 1e-12 * table["value"].map(largest).astype("float64"))


class DesignColumns(TypedDict):
    """Which columns carry the survey design, as the estimators take them."""

    weight: str
    stratum: str | None
    psu: str | None


def without_errors(table: pd.DataFrame, why: str = "purposive sample") -> pd.DataFrame:
    """Return estimates without error, interval and p-value, and why there are none."""
    hidden = ["standard_error", "ci_low", "ci_high", "degrees_of_freedom", "p_value"]
    out = table.assign(**{column: float("nan") for column in hidden if column in table})
    return out.assign(no_interval=pd.array([why] * len(out), dtype="string")) if "no_interval" in out else out


def design_columns(responses: pd.DataFrame) -> DesignColumns:
    """Return which columns carry the survey design: weight, stratum and psu, None where there is none."""
    return {
        "weight": "weight",
        "stratum": "stratum" if responses["stratum"].notna().any() else None,
        "psu": "cluster" if responses["cluster"].notna().any() else None,
    }


def study_waves(waves: pd.DataFrame) -> list[str]:
    """Return the waves whose answers enter estimates, in order: the pilot's never do."""
    return waves[waves["role"] != "pilot"].sort_values("position")["wave"].tolist()


def limited_waves(waves: pd.DataFrame) -> set[str]:
    """Return the waves that are a limited follow-up: few of their data can be compared with others."""
    return set(waves.loc[waves["follow_up"] == "limited", "wave"])


class EstimatorOptions(DesignColumns):
    """What the estimators of means and changes are told of the design."""

    drawn_share: str | None
    lonely_psu: LonelyPsu
    degrees_of_freedom: DegreesOfFreedom


def estimator_options(frame: pd.DataFrame, sampling: Sampling) -> EstimatorOptions:
    """Return the columns of the design, and the plan's rules for errors."""
    return {
        **design_columns(frame),
        "drawn_share": SHARE_DRAWN if SHARE_DRAWN in frame else None,
        "lonely_psu": sampling.lonely_psu,
        "degrees_of_freedom": sampling.degrees_of_freedom,
    }


def corrected(units: Units, record: pd.DataFrame, sample: pd.DataFrame, sampling: Sampling) -> Units:
    """Return the units with the share of their strata that was drawn, if the plan asks for it.

    Of households it is not known.
    """
    if not sampling.finite_population or units.unit == HOUSEHOLD:
        return units
    frame = with_share_drawn(units.frame, record, sample, sampling)
    return Units(frame, units.answers, units.unit, units.level)


@step(
    "analysis",
    reads=[Responses, Indicators, Waves, HouseholdWeights, DrawRecord, Sample],
    writes=[IndicatorEstimates],
    plan=["sampling"],
    named=True,
)
def estimate_indicators(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    household_weights: pd.DataFrame,
    record: pd.DataFrame,
    sample: pd.DataFrame,
    *,
    sampling: Sampling,
) -> pd.DataFrame:
    """Estimate each indicator's mean by poverty group, gender, difference, arm and wave."""
    shares = set(indicators.loc[indicators["unit"].map(is_share), "indicator"])
    money = set(indicators.loc[indicators["unit"].map(is_money).astype(bool), "indicator"])
    parts = []
    for units in units_of(indicators, of_study(responses, waves), household_weights):
        for wave in study_waves(waves):
            of_wave = units.taken(units.frame["wave"] == wave)
            of_wave = of_wave.answered(of_wave.answers.notna().any())
            if of_wave.values:
                of_wave = corrected(of_wave, record, sample, sampling)
                parts.append(_means(of_wave, sampling, money, shares).assign(wave=wave))
    return pd.concat(parts, ignore_index=True) if parts else empty(IndicatorEstimates)


def of_study(responses: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    """Return the responses without those of pilots."""
    return responses[responses["wave"].isin(study_waves(waves))]


def _means(units: Units, sampling: Sampling, money: set[str], shares: set[str]) -> pd.DataFrame:
    bounded = shares if sampling.share_intervals == "logit" else set()
    purposive = sampling.design == "purposive"
    table, splits = units.table, present_splits(units.frame, SPLITS)
    estimates = estimation.means_by_splits(
        table,
        units.values,
        splits=splits,
        order=units.unit,
        shares=[one for one in units.values if one.removeprefix(VALUE_OF) in bounded],
        with_errors=not purposive,
        **estimator_options(units.frame, sampling),
    )
    estimates = settled_each(estimates, units.answers)
    if purposive:
        spread = distribution.quartiles_by_splits(table, units.values, splits)
        keys = [one for one in ("value", *KEYS) if one in spread]
        estimates = estimates.merge(spread, on=keys, how="left", validate="one_to_one")
    amounts = [one for one in units.values if one.removeprefix(VALUE_OF) in money]
    if amounts:
        most = suppression.largest_by_splits(table, amounts, splits)
        keys = [one for one in ("value", *KEYS) if one in most]
        estimates = estimates.merge(most, on=keys, how="left", validate="one_to_one")
    estimates = with_keys(units.named(estimates))
    return _of_divided_groups(estimates, units.frame).assign(design=sampling.design)


def with_keys(estimates: pd.DataFrame, keys: Iterable[str] = KEYS) -> pd.DataFrame:
    """Return the estimates with `all` where they are not divided by a column."""
    told = {one: estimates[one] if one in estimates else pd.Series(pd.NA, estimates.index) for one in keys}
    return estimates.assign(**{one: column.astype("string").fillna(ALL) for one, column in told.items()})


def _of_divided_groups(estimates: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates without those that divide a poverty group by what all its people share."""
    kept = pd.Series(True, index=estimates.index)
    for column in WITHIN_GROUPS:
        kinds = frame.groupby("poverty_group")[column].nunique()
        divided = (estimates["poverty_group"] != ALL) & (estimates[column] != ALL)
        kept &= ~(divided & estimates["poverty_group"].isin(kinds.index[kinds < 2])).astype(bool)
    return estimates[kept]


def present_splits(frame: pd.DataFrame, splits: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the splits without the columns in which nobody has an entry, each once."""
    told = {column for split in splits for column in split if frame[column].notna().any()}
    return list(dict.fromkeys(tuple(column for column in split if column in told) for split in splits))


def smallest_change(indicator: pd.Series, earlier_mean: float) -> float | None:
    """Return what counts as a change at all, in the indicator's unit; None where that cannot be said."""
    if pd.notna(indicator["smallest_change"]):
        named = float(indicator["smallest_change"])
    elif pd.notna(indicator["smallest_change_pct"]) and pd.notna(earlier_mean):
        named = abs(earlier_mean) * float(indicator["smallest_change_pct"]) / 100
    else:
        return None
    return max(named, HALF_A_POINT) if is_share(str(indicator["unit"])) else named
