"""How alike two arms were before the programme: standardized differences of covariates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns

LIMIT = 0.25
VARIANCE_RATIOS = (0.5, 2.0)


def standardized_differences(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    arm: str = "arm",
    weight: str | None = None,
    *,
    limit: float = LIMIT,
) -> pd.DataFrame:
    """Compare the covariates of the programme and the comparison arm.

    Returns one row for each covariate, in the order given; a covariate in words has one for each
    of its entries ("school = none"), by name. Columns: covariate; programme_mean,
    comparison_mean (unit of the covariate; a share for words); standardized_difference (programme
    minus comparison, in standard deviations); variance_ratio (programme over comparison);
    programme_n, comparison_n (rows with a value); verdict.

    The difference is divided by sqrt((s1^2 + s0^2) / 2), with the variances s^2 of the two arms.
    Weighted variances are sum(w) / (sum(w)^2 - sum(w^2)) * sum(w (x - mean)^2), which without
    weights is the sample variance and does not depend on the weights' scale.
    verdict: "balanced" where |difference| <= limit (0.25) and the variance ratio lies within 0.5
    and 2; "unbalanced" otherwise, also where neither arm varies but their means differ (the
    difference is then infinite and stays NaN) or only the comparison arm does not vary;
    "not measurable" where an arm has fewer than two values or nothing varies at all.

    Raises ValueError where a column is absent, the arm holds other words than "programme" and
    "comparison", a weight of a row with a value is missing or not above 0, or limit is negative.

    Sources: Imbens and Rubin (2015), Causal Inference, ch. 14; Austin (2009), Statistics in
    Medicine 28, 3083-3107; Austin and Stuart (2015), Statistics in Medicine 34, 3661-3679
    (weighted variance); Rubin (2001) for the limits of the variance ratio.

    Example, by hand: means 4 and 2, both variances 2, so 2 / sqrt(2) = 1.4142136.

    >>> people = pd.DataFrame({"arm": ["programme"] * 2 + ["comparison"] * 2, "age": [3, 5, 1, 3]})
    >>> table = standardized_differences(people, ["age"])
    >>> round(float(table["standardized_difference"].iloc[0]), 7), table["verdict"].iloc[0]
    (1.4142136, 'unbalanced')
    """
    if limit < 0:
        raise ValueError("The limit of a standardized difference cannot be negative")
    require_columns(frame, [*covariates, arm, weight])
    words = frame[arm].astype("string")
    if not words.dropna().isin(["programme", "comparison"]).all():
        raise ValueError(f"The column '{arm}' may only hold 'programme' and 'comparison'")
    arms = [(words == name).fillna(False).to_numpy(bool) for name in ("programme", "comparison")]
    weights = numbers(frame, weight) if weight else np.ones(len(frame))
    rows = []
    for covariate in covariates:
        for label, values in _measured(frame, covariate):
            known = ~np.isnan(values)
            if weight and not (weights[known & (arms[0] | arms[1])] > 0).all():
                raise ValueError(f"The column '{weight}' needs a weight above 0 for each row")
            rows.append(_compare(label, values, weights, [known & of for of in arms], limit))
    return pd.DataFrame(rows, columns=list(_EMPTY)).astype(_EMPTY)


_EMPTY = {
    "covariate": "object",
    "programme_mean": "float64",
    "comparison_mean": "float64",
    "standardized_difference": "float64",
    "variance_ratio": "float64",
    "programme_n": "int64",
    "comparison_n": "int64",
    "verdict": "object",
}


def _measured(frame: pd.DataFrame, covariate: str) -> list[tuple[str, np.ndarray]]:
    """Return the covariate as numbers; one in words as an indicator for each of its entries."""
    series = frame[covariate]
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
        return [(covariate, numbers(frame, covariate))]
    entries = series.astype("string")
    known = entries.notna().to_numpy(bool)
    return [
        (
            f"{covariate} = {entry}",
            np.where(known, (entries == entry).fillna(False).to_numpy(float), np.nan),
        )
        for entry in sorted(entries.dropna().unique())
    ]


def _compare(
    label: str, values: np.ndarray, weights: np.ndarray, rows: list[np.ndarray], limit: float
) -> dict[str, object]:
    moments = [_moments(values[of], weights[of]) for of in rows]
    (mean_1, variance_1), (mean_0, variance_0) = moments
    pooled = np.sqrt((variance_1 + variance_0) / 2)
    difference = (mean_1 - mean_0) / pooled if pooled > 0 else np.nan
    ratio = variance_1 / variance_0 if variance_0 > 0 else np.nan
    counts = [int(of.sum()) for of in rows]
    if min(counts) < 2 or (pooled == 0 and mean_1 == mean_0):
        verdict = "not measurable"
    else:
        low, high = VARIANCE_RATIOS
        balanced = abs(difference) <= limit and low <= ratio <= high
        verdict = "balanced" if balanced else "unbalanced"
    return {
        "covariate": label,
        "programme_mean": mean_1,
        "comparison_mean": mean_0,
        "standardized_difference": difference,
        "variance_ratio": ratio,
        "programme_n": counts[0],
        "comparison_n": counts[1],
        "verdict": verdict,
    }


def _moments(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return weighted mean and variance; NaN where there is too little for them."""
    if not len(values):
        return np.nan, np.nan
    order = np.lexsort((weights, values))
    values, weights = values[order], weights[order]
    if values[0] == values[-1]:  # said outright, so that rounding leaves no variance behind
        return float(values[0]), 0.0 if len(values) > 1 else np.nan
    total = weights.sum()
    mean = values[0] + (weights * (values - values[0])).sum() / total
    spread = (weights * (values - mean) ** 2).sum()
    return float(mean), float(total / (total**2 - (weights**2).sum()) * spread)
