"""Poverty of capabilities, counted in several dimensions after Alkire and Foster."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns
from tasks.methods.estimation import DegreesOfFreedom, LonelyPsu
from tasks.methods.linearised import Figure, Rows, ShareIntervals, domain_figures, figure_changes, ratio

Missing = Literal["drop", "reweight"]
CLOSE = 1e-9
"""A score that reaches the cut-off but for the last binary digits reaches it: 1/3 is 1/3."""


def deprivation_scores(
    deprived: np.ndarray, weights: np.ndarray, missing: Missing = "drop"
) -> tuple[np.ndarray, np.ndarray]:
    """Return each person's score of deprivation, 0 to 1, and the weights of the dimensions behind it.

    deprived: people x dimensions: 1 deprived, 0 not, NaN no answer. weights: people x dimensions, 0 or more;
    they are scaled to sum to 1 for each person. A dimension of weight 0 needs no answer. The score is the
    weighted share of the dimensions in which the person is deprived. Where an answer is missing, `drop` gives
    no score (NaN); `reweight` spreads the weight over the dimensions that were answered, and gives no score
    where none was. The second result has the shape of `weights`.

    Raises ValueError where the shapes differ, a weight is negative or missing, or an entry is not 0, 1, NaN.

    Source: Alkire and Foster (2011), Journal of Public Economics 95, 476-487, section 2; Alkire and others
    (2015), Multidimensional Poverty Measurement and Analysis, section 7.3 (missing answers).

    >>> scores, _ = deprivation_scores(np.array([[1.0, 0.0], [1.0, np.nan]]), np.ones((2, 2)), "reweight")
    >>> scores.tolist()
    [0.5, 1.0]
    """
    if deprived.shape != weights.shape or deprived.ndim != 2:
        raise ValueError("Deprivations and weights need the same people and dimensions")
    if not (weights >= 0).all():
        raise ValueError("The weight of a dimension is 0 or more")
    answered = ~np.isnan(deprived)
    if not np.isin(deprived[answered], (0.0, 1.0)).all():
        raise ValueError("Somebody is deprived (1), not deprived (0) or has not answered (missing)")
    with np.errstate(divide="ignore", invalid="ignore"):
        if missing == "reweight":
            weights = np.where(answered, weights, 0.0)
        shares = weights / weights.sum(axis=1, keepdims=True)
    known = answered | (weights == 0)
    scored = known.all(axis=1) & ~np.isnan(shares).any(axis=1)
    score = np.where(answered, shares * np.where(answered, deprived, 0.0), 0.0).sum(axis=1)
    return np.where(scored, score, np.nan), np.where(scored[:, None], shares, np.nan)


def capability_measures(
    frame: pd.DataFrame,
    deprived: Sequence[str],
    weights: Sequence[str],
    cutoff: float,
    *,
    missing: Missing = "drop",
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    with_errors: bool = True,
    degrees_of_freedom: DegreesOfFreedom = "strata",
    lonely_psu: LonelyPsu = "center",
    share_intervals: ShareIntervals = "linear",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate multidimensional poverty in each domain of one wave.

    deprived: one column a dimension (1 deprived, 0 not, missing); its name is the dimension's. weights:
    columns of the same order that hold the weight of each dimension for each row. cutoff: the share of the
    weights from which somebody who is deprived in it counts as poor, above 0 and at most 1.

    Returns the table of `domain_figures` with the measures, all shares, of the dimension `all`:
    headcount (H, who is poor), intensity (A, the mean score of the poor), adjusted_headcount (M0 = H x A);
    and of each dimension: uncensored_headcount (who is deprived), censored_headcount (who is poor and
    deprived) and contribution (the dimension's part of M0; over the dimensions they sum to 1).

    Method. Scores are those of `deprivation_scores`; who has none does not count. A and the contributions are
    ratios, linearised as such. Under `reweight` the headcounts of a dimension are over those who answered it.
    For smallest_cell, H and uncensored headcounts rest on the respondents, all else on the poor.

    Raises ValueError where a column is absent or not numeric, the cut-off is not above 0 and at most 1, the
    numbers of dimensions and weights differ, or as `deprivation_scores` and `domain_figures` do.

    Sources: Alkire and Foster (2011), Journal of Public Economics 95, 476-487; Alkire and others (2015),
    Multidimensional Poverty Measurement and Analysis, ch. 5 (measures and contributions) and 8 (errors).

    Example, by hand: of four people one is deprived in both dimensions, one in the first alone.

    >>> people = pd.DataFrame({"work": [1, 1, 0, 0], "home": [1, 0, 0, 0], "one": 1})
    >>> table = capability_measures(people, ["work", "home"], ["one", "one"], 0.5)
    >>> table.set_index(["measure", "dimension"])["estimate"].round(7).head(3).tolist()
    [0.5, 0.75, 0.375]
    """
    frame, columns, counted = _prepared(frame, deprived, weights, cutoff, missing)
    return domain_figures(
        frame,
        partial(_figures, dimensions=tuple(deprived), cutoff=cutoff),
        columns,
        counted,
        weight=weight,
        stratum=stratum,
        psu=psu,
        domains=domains,
        with_errors=with_errors,
        degrees_of_freedom=degrees_of_freedom,
        lonely_psu=lonely_psu,
        share_intervals=share_intervals,
        level=level,
    )


def capability_changes(
    frame: pd.DataFrame,
    deprived: Sequence[str],
    weights: Sequence[str],
    cutoff: float,
    *,
    wave: str,
    from_wave: object,
    to_wave: object,
    unit: str,
    missing: Missing = "drop",
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    with_errors: bool = True,
    degrees_of_freedom: DegreesOfFreedom = "strata",
    lonely_psu: LonelyPsu = "center",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate how multidimensional poverty changes from one wave to another, in each domain.

    Returns the table of `figure_changes` with the measures of `capability_measures`.

    Raises ValueError as `capability_measures` and `figure_changes` do.

    Source: Alkire and others (2015), Multidimensional Poverty Measurement and Analysis, ch. 9; the covariance
    of shared psus as in `figure_changes`.

    >>> people = pd.DataFrame({"who": ["a", "b", "c", "d"] * 2, "year": [1] * 4 + [2] * 4,
    ...     "work": [1, 1, 0, 0, 1, 0, 0, 0], "one": 1})
    >>> table = capability_changes(people, ["work"], ["one"], 1, wave="year", from_wave=1, to_wave=2,
    ...     unit="who")
    >>> table.loc[0, ["change", "standard_error"]].tolist()
    [-0.25, 0.25]
    """
    frame, columns, counted = _prepared(frame, deprived, weights, cutoff, missing)
    return figure_changes(
        frame,
        partial(_figures, dimensions=tuple(deprived), cutoff=cutoff),
        columns,
        counted,
        wave=wave,
        from_wave=from_wave,
        to_wave=to_wave,
        unit=unit,
        weight=weight,
        stratum=stratum,
        psu=psu,
        domains=domains,
        with_errors=with_errors,
        degrees_of_freedom=degrees_of_freedom,
        lonely_psu=lonely_psu,
        level=level,
    )


_SCORE = "_score"


def _share(dimension: str) -> str:
    return f"_weight of {dimension}"


def _prepared(
    frame: pd.DataFrame, deprived: Sequence[str], weights: Sequence[str], cutoff: float, missing: Missing
) -> tuple[pd.DataFrame, list[str], np.ndarray]:
    """Return the frame with scores and each person's weights, the columns to read, and who has a score."""
    require_columns(frame, [*deprived, *weights])
    if not 0 < cutoff <= 1:
        raise ValueError("The cut-off is a share of the weights: above 0 and at most 1")
    if not deprived or len(deprived) != len(weights) or len(set(deprived)) < len(deprived):
        raise ValueError("Each dimension needs a name of its own and a weight")
    answers = np.column_stack([numbers(frame, name) for name in deprived])
    given = np.column_stack([numbers(frame, name) for name in weights])
    given = np.where(np.isnan(given).any(axis=1, keepdims=True), 0.0, given)
    score, shares = deprivation_scores(answers, given, missing)
    own = {_share(name): shares[:, place] for place, name in enumerate(deprived)}
    return frame.assign(**{_SCORE: score}, **own), [_SCORE, *deprived, *own], ~np.isnan(score)


def _figures(rows: Rows, *, dimensions: tuple[str, ...], cutoff: float) -> dict[tuple[str, str], Figure]:
    score = rows.values[_SCORE]
    everyone = np.ones(len(score))
    poor = np.where(np.isnan(score), np.nan, (score >= cutoff - CLOSE).astype(float))
    censored = poor * score
    people, poor_people = int(rows.inside.sum()), int((rows.inside & (poor == 1)).sum())

    def share(above: np.ndarray, below: np.ndarray, respondents: int, cell: int) -> Figure:
        base = rows.inside & (np.nan_to_num(below) != 0)
        return Figure(*ratio(rows, above, below), respondents, cell, base, is_share=True)

    made = {("headcount", "all"): share(poor, everyone, people, people)}
    made["intensity", "all"] = share(censored, poor, people, poor_people)
    made["adjusted_headcount", "all"] = share(censored, everyone, people, poor_people)
    for name in dimensions:
        answer, weight = rows.values[name], rows.values[_share(name)]
        told = int((rows.inside & ~np.isnan(answer)).sum())
        answered = np.where(np.isnan(answer), np.nan, everyone)
        made["uncensored_headcount", name] = share(answer, answered, told, told)
        made["censored_headcount", name] = share(answer * poor, answered, told, poor_people)
        part = np.where(weight == 0, 0.0, weight * answer) * poor
        made["contribution", name] = share(part, censored, people, poor_people)
    return made
