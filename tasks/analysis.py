"""Phase five: the mean of each indicator by poverty group, gender, arm and wave; what other steps share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

import pandas as pd

from schemas.analysis import (
    IndicatorEstimates,
    Indicators,
)
from schemas.assessment import (
    Sampling,
)
from schemas.base import empty
from schemas.fieldwork import Responses
from schemas.plan import Waves
from schemas.vocabulary import ALL
from tasks import expressions
from tasks.methods import estimation
from tasks.steps import step

SPLITS = (
    ("poverty_group", "arm"),
    ("arm",),
    ("poverty_group",),
    ("gender", "arm"),
    (),
)
"""The tables of estimates: by which columns respondents are divided."""


def values(indicators: pd.DataFrame, responses: pd.DataFrame) -> dict[str, pd.Series]:
    """Return indicator -> its value for each respondent and wave, by the catalogue's expression."""
    return {
        str(row["indicator"]): expressions.compute_number(row["value"], responses)
        for row in indicators.to_dict("records")
    }


def settled(table: pd.DataFrame, scale: pd.Series) -> pd.DataFrame:
    """Return estimates with what is zero but for the last binary digits set to zero.

    scale: the values estimated from. Sums of them differ in their last digits with the order of rows; where
    nothing varies, those digits would be all that an error consists of, and the p-value of such an error is
    no p-value.
    """
    dust = 1e-12 * float(scale.abs().max())
    out = table.copy()
    for column in ("estimate", "change", "standard_error", "ci_low", "ci_high"):
        if column in out:
            out[column] = out[column].mask(out[column].abs() <= dust, 0.0)
    if "p_value" in out:
        out["p_value"] = out["p_value"].mask(out["standard_error"] == 0)
    return out


class DesignColumns(TypedDict):
    """Which columns carry the survey design, as the estimators take them."""

    weight: str
    stratum: str | None
    psu: str | None


def without_errors(table: pd.DataFrame) -> pd.DataFrame:
    """Return estimates of a purposive sample: no error, interval or p-value can be given for them."""
    hidden = ["standard_error", "ci_low", "ci_high", "degrees_of_freedom", "p_value"]
    return table.assign(**{column: float("nan") for column in hidden if column in table})


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


@step("analysis", reads=[Responses, Indicators, Waves], writes=[IndicatorEstimates], plan=["sampling"])
def estimate_indicators(
    responses: pd.DataFrame,
    indicators: pd.DataFrame,
    waves: pd.DataFrame,
    *,
    sampling: Sampling,
) -> pd.DataFrame:
    """Estimate each indicator's mean by poverty group, gender, arm and wave."""
    parts = []
    for wave in study_waves(waves):
        of_wave = responses[responses["wave"] == wave]
        if not len(of_wave):
            continue
        for indicator, value in values(indicators, of_wave).items():
            parts += list(_means(of_wave.assign(value=value), sampling, indicator, wave))
    return pd.concat(parts, ignore_index=True) if parts else empty(IndicatorEstimates)


def _means(frame: pd.DataFrame, sampling: Sampling, indicator: str, wave: str) -> Iterator[pd.DataFrame]:
    if not frame["value"].notna().any():
        return
    seen: set[tuple[str, ...]] = set()
    for split in SPLITS:
        domains = tuple(column for column in split if frame[column].notna().any())
        if domains in seen:
            continue
        seen.add(domains)
        estimates = estimation.domain_means(
            frame,
            "value",
            domains=domains,
            with_errors=sampling.design != "purposive",
            degrees_of_freedom=sampling.degrees_of_freedom,
            **design_columns(frame),
        )
        estimates = settled(estimates, frame["value"])
        for column in ("category", "poverty_group", "gender", "difference", "arm"):
            if column not in domains:
                estimates[column] = ALL
        yield estimates.assign(indicator=indicator, wave=wave, design=sampling.design)


def smallest_change(indicator: pd.Series, earlier_mean: float) -> float:
    """Return what counts as a change at all, in the indicator's unit."""
    if pd.notna(indicator["smallest_change"]):
        return float(indicator["smallest_change"])
    return abs(earlier_mean) * float(indicator["smallest_change_pct"]) / 100
