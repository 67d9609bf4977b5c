"""How alike two arms were before the programme: covariate by covariate, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tasks.methods._columns import codes, numbers, require_columns

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
    and 2, and where nothing varies and the arms are the same (the difference is 0); "unbalanced"
    otherwise, also where neither arm varies but their means differ (the difference is then infinite and
    stays NaN) or only the comparison arm does not vary;
    "not measurable" where an arm has fewer than two values.

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
    return _compared(frame, covariates, arm, weight, limit)[list(_EMPTY)].astype(_EMPTY)


def adjusted_differences(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    adjusted_weight: str,
    arm: str = "arm",
    weight: str | None = None,
    *,
    limit: float = LIMIT,
) -> pd.DataFrame:
    """Compare the covariates of the arms once more with the weights of a matching.

    Returns one row for each row of `standardized_differences` of the same frame, in its order. Columns:
    covariate; adjusted_comparison_mean (unit of the covariate); adjusted_standardized_difference;
    adjusted_variance_ratio; adjusted_verdict. Rows without an adjusted weight are not matched and left out.

    The difference of the adjusted means is divided by the standard deviation from before the matching, so
    that a matching that merely makes the sample more uniform does not look like an imbalance, nor one that
    spreads it like a balance. Verdicts as in `standardized_differences`.

    Raises ValueError as `standardized_differences` does.

    Sources: Stuart (2010), Statistical Science 25, 1-21, section 4.1 (same standard deviation before and
    after); Austin and Stuart (2015), Statistics in Medicine 34, 3661-3679.

    Example, by hand: means 4 and 2 with variances 2; matched to the 3 alone they are 4 and 3.

    >>> people = pd.DataFrame({"arm": ["programme"] * 2 + ["comparison"] * 2, "age": [3, 5, 1, 3],
    ...     "matched": [1, 1, float("nan"), 2]})
    >>> table = adjusted_differences(people, ["age"], "matched")
    >>> round(float(table["adjusted_standardized_difference"].iloc[0]), 7)
    0.7071068
    """
    require_columns(frame, [adjusted_weight])
    before = _compared(frame, covariates, arm, weight, limit)
    after = _compared(
        frame, covariates, arm, adjusted_weight, limit, among=numbers(frame, adjusted_weight) > 0
    )
    difference = after["programme_mean"] - after["comparison_mean"]
    deviation = before["deviation"].where(before["deviation"] > 0)
    standardized = (difference / deviation).mask((difference == 0) & (before["deviation"] == 0), 0.0)
    # what no longer varies in either arm, and is the same in both, is as balanced as can be
    same = (difference == 0) & after["variance_ratio"].isna()
    balanced = (standardized.abs() <= limit) & (after["variance_ratio"].between(*VARIANCE_RATIOS) | same)
    unknown = (after[["programme_n", "comparison_n"]].min(axis=1) < 2) | (
        before["verdict"] == "not measurable"
    )
    verdict = pd.Series(np.where(balanced, "balanced", "unbalanced"), index=after.index)
    return pd.DataFrame(
        {
            "covariate": before["covariate"],
            "adjusted_comparison_mean": after["comparison_mean"],
            "adjusted_standardized_difference": standardized,
            "adjusted_variance_ratio": after["variance_ratio"],
            "adjusted_verdict": verdict.mask(unknown, "not measurable").astype("object"),
        }
    )


@dataclass(frozen=True)
class JointTest:
    """Whether the covariates together tell the arms apart: F, its two degrees of freedom, the p-value."""

    statistic: float
    numerator: int
    denominator: int
    p_value: float


def joint_test(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    arm: str = "arm",
    weight: str | None = None,
    cluster: str | None = None,
) -> JointTest:
    """Test whether the covariates together tell the arms apart, beyond what chance does.

    Each cluster (`cluster`; each row without one) adds up its products of arm and covariate, both centred
    and weighted; where the covariates have nothing to do with the arm these sums scatter around 0. With T^2
    Hotelling's statistic of the sums of q covariates in G clusters, F = T^2 (G - q) / (q (G - 1)) has q and
    G - q degrees of freedom. A Wald test of the arm regressed on the covariates would reject five times too
    often with twenty clusters. Rows that lack something are left out; collinear covariates count once.

    Raises ValueError where a column is absent, an arm is empty, no covariate varies, or there are not more
    clusters than covariates.

    Sources: Hansen and Bowers (2008), Statistical Science 23, 219-236 (all covariates at once, clusters as
    the units); Hotelling (1931), Annals of Mathematical Statistics 2, 360-378.

    Example, by hand: the products are -1/4 six times and 1/4 twice, so T^2 = 1 / (8/7 * 0.375) = 2.333333.

    >>> people = pd.DataFrame({"arm": ["programme"] * 4 + ["comparison"] * 4,
    ...     "land": [0, 0, 0, 1, 0, 1, 1, 1]})
    >>> found = joint_test(people, ["land"])
    >>> round(found.statistic, 6), found.numerator, found.denominator
    (2.333333, 1, 7)
    """
    from scipy import stats

    from tasks.methods.matching import measured

    require_columns(frame, [arm, weight, cluster])
    words = frame[arm].astype("string")
    design = measured(frame, covariates)
    rows = frame[list(covariates)].notna().all(axis=1) & words.isin(["programme", "comparison"])
    if cluster:
        rows &= frame[cluster].notna()
    if weight:
        rows &= numbers(frame, weight) > 0
    programme = (words[rows] == "programme").to_numpy(float)
    if not programme.any() or programme.all():
        raise ValueError("Both arms need people of whom every covariate is known")
    design = design[rows].loc[:, design[rows].nunique() > 1]
    if not len(design.columns):
        raise ValueError("Nobody differs in any of the covariates")
    weights = numbers(frame[rows], weight) if weight else np.ones(len(design))
    groups = codes(frame.loc[rows, cluster]) if cluster else np.arange(len(design))
    sums = _products(design.to_numpy("float64"), programme, weights, groups)
    count, found = sums.shape
    if count <= found:
        raise ValueError(f"A joint test of {found} covariates needs more than {found} clusters")
    scatter = np.cov(sums, rowvar=False).reshape(found, found)
    mean = sums.mean(axis=0)
    squared = count * float(mean @ np.linalg.pinv(scatter, hermitian=True) @ mean)
    statistic = squared * (count - found) / (found * (count - 1))
    return JointTest(statistic, found, count - found, float(stats.f.sf(statistic, found, count - found)))


def _products(
    design: np.ndarray, programme: np.ndarray, weights: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """Return for each cluster the sums of weighted products of arm and covariates, both centred.

    The covariates are turned into as many uncorrelated ones as they amount to: a joint test is the same.
    """
    total = weights.sum()
    centred = design - weights @ design / total
    centred = centred / np.sqrt(weights @ centred**2 / total)
    values, vectors = np.linalg.eigh(centred.T @ (centred * weights[:, None]) / total)
    apart = centred @ vectors[:, values > 1e-8 * values.max()]
    products = apart * (weights * (programme - weights @ programme / total))[:, None]
    sums = np.zeros((int(groups.max()) + 1, products.shape[1]))
    np.add.at(sums, groups, products)
    return sums


def effective_sample_size(weights: pd.Series) -> float:
    """Return how many equally weighted people tell as much as these: (sum w)^2 / sum w^2.

    Missing weights are left out; 0 where there is none. Raises ValueError where a weight is negative.

    Source: Kish (1965), Survey Sampling, section 11.7.

    >>> effective_sample_size(pd.Series([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    known = weights.dropna().to_numpy("float64")
    if (known < 0).any():
        raise ValueError("A weight cannot be negative")
    squares = float((known**2).sum())
    return float(known.sum()) ** 2 / squares if squares else 0.0


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


def _compared(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    arm: str,
    weight: str | None,
    limit: float,
    *,
    among: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return `standardized_differences` of some of the rows, with the deviation divided by beside them."""
    if limit < 0:
        raise ValueError("The limit of a standardized difference cannot be negative")
    require_columns(frame, [*covariates, arm, weight])
    words = frame[arm].astype("string")
    if not words.dropna().isin(["programme", "comparison"]).all():
        raise ValueError(f"The column '{arm}' may only hold 'programme' and 'comparison'")
    arms = [(words == name).fillna(False).to_numpy(bool) for name in ("programme", "comparison")]
    if among is not None:
        arms = [of & among for of in arms]
    weights = numbers(frame, weight) if weight else np.ones(len(frame))
    rows = []
    for covariate in covariates:
        for label, values in _measured(frame, covariate):
            known = ~np.isnan(values)
            if weight and not (weights[known & (arms[0] | arms[1])] > 0).all():
                raise ValueError(f"The column '{weight}' needs a weight above 0 for each row")
            rows.append(_compare(label, values, weights, [known & of for of in arms], limit))
    return pd.DataFrame(rows, columns=[*_EMPTY, "deviation"])


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
    constant = pooled == 0 and mean_1 == mean_0
    if constant:
        difference = 0.0
    ratio = variance_1 / variance_0 if variance_0 > 0 else np.nan
    counts = [int(of.sum()) for of in rows]
    if min(counts) < 2:
        verdict = "not measurable"
    else:
        low, high = VARIANCE_RATIOS
        balanced = constant or (abs(difference) <= limit and low <= ratio <= high)
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
        "deviation": pooled,
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
