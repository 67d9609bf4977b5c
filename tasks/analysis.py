"""Phase five: the mean of each indicator by poverty group, gender, arm and wave; what other steps share."""

from __future__ import annotations

from collections.abc import Iterable
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


def values(indicators: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return the value of each indicator for each respondent and wave, by the catalogue's expression.

    One column an indicator: no name of a column of the interviews is that of an indicator's value.
    """
    if responses.empty:  # before the first wave there are no columns that an expression could name
        names = [VALUE_OF + str(one) for one in indicators["indicator"]]
        return pd.DataFrame(index=responses.index, columns=names, dtype=float)
    return pd.DataFrame(
        {
            VALUE_OF + str(row["indicator"]): expressions.compute_number(row["value"], responses)
            for row in indicators.to_dict("records")
        },
        index=responses.index,
    )


def with_names(table: pd.DataFrame) -> pd.DataFrame:
    """Return estimates with the indicator's id in place of the column that held its values."""
    return table.assign(indicator=table["value"].str.removeprefix(VALUE_OF)).drop(columns="value")


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


VALUE_OF = "value of "


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
    answers = values(indicators, responses)
    parts = [
        _means(responses[rows], answers[rows], sampling).assign(wave=wave)
        for wave in study_waves(waves)
        if (rows := responses["wave"] == wave).any() and answers[rows].notna().any(axis=None)
    ]
    return pd.concat(parts, ignore_index=True) if parts else empty(IndicatorEstimates)


def _means(frame: pd.DataFrame, answers: pd.DataFrame, sampling: Sampling) -> pd.DataFrame:
    answers = answers.loc[:, answers.notna().any()]
    estimates = estimation.means_by_splits(
        pd.concat([frame, answers], axis=1),
        [str(one) for one in answers],
        splits=present_splits(frame, SPLITS),
        order="respondent",
        with_errors=sampling.design != "purposive",
        degrees_of_freedom=sampling.degrees_of_freedom,
        **design_columns(frame),
    )
    estimates = with_names(settled_each(estimates, answers))
    whole = ["category", "poverty_group", "gender", "difference", "arm"]
    estimates = estimates.reindex(columns=[*estimates, *(one for one in whole if one not in estimates)])
    estimates[whole] = estimates[whole].astype("string").fillna(ALL)
    return estimates.assign(design=sampling.design)


def present_splits(frame: pd.DataFrame, splits: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the splits without the columns in which nobody has an entry, each once."""
    told = {column for split in splits for column in split if frame[column].notna().any()}
    return list(dict.fromkeys(tuple(column for column in split if column in told) for split in splits))


def smallest_change(indicator: pd.Series, earlier_mean: float) -> float:
    """Return what counts as a change at all, in the indicator's unit."""
    if pd.notna(indicator["smallest_change"]):
        return float(indicator["smallest_change"])
    return abs(earlier_mean) * float(indicator["smallest_change_pct"]) / 100
