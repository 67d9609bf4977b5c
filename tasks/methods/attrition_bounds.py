"""Between which values an effect lies where other people were lost in the one arm than in the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.methods._columns import check_level


@dataclass(frozen=True)
class Bounds:
    """The bounds of an effect, in the unit of the outcome.

    ci_low, ci_high: the interval that holds the effect, not each bound, at the level asked for; NaN where
    errors cannot be given. trimmed_arm: "programme", "comparison" or "none"; trimmed_share: of those of it
    who were found again; trimmed: how many people that is, about. The two shares are of those who were to be
    found again.
    """

    lower: float
    upper: float
    lower_error: float
    upper_error: float
    ci_low: float
    ci_high: float
    trimmed_arm: str
    trimmed_share: float
    trimmed: float
    programme_found: float
    comparison_found: float


def lee_bounds(
    outcome: np.ndarray,
    programme: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    clusters: np.ndarray | None = None,
    level: float = 0.95,
) -> Bounds:
    """Return the bounds of the programme's effect on those who would be found again in either arm.

    outcome: one entry for everybody who was randomised, NaN for who was lost; programme: 1 or 0. Where one
    arm found a larger share again, the share of its people that is too many is taken out: its largest
    outcomes for the one bound, its smallest for the other. The person on the border counts in part, so that
    exactly that share is taken out.

    It assumes that the arms were randomised, and monotonicity: whoever would be lost in the arm that keeps
    more would be lost in the other too (the programme makes nobody stay and somebody else leave).

    Errors are linearised: they know that the shares and the border are estimated, and that people of a
    cluster go together (each alone without clusters). The interval is that of Imbens and Manski (2004).
    Weights are those of the survey.

    Raises ValueError where numbers of rows differ, programme holds another number, or nobody of an arm was
    found again.

    Source: Lee (2009), Review of Economic Studies 76, 1071-1102, propositions 1a and 3; Imbens and Manski
    (2004), Econometrica 72, 1845-1857, equations 6-7.

    Example, by hand: all ten of the programme are found again, with 1 to 10; of ten in the comparison arm
    eight, all with 5. A fifth of the programme is too many: without 9 and 10 the mean is 4.5, without 1 and
    2 it is 6.5.

    >>> values = np.array([*range(1, 11), *[5.0] * 8, np.nan, np.nan])
    >>> bounds = lee_bounds(values, np.repeat([1, 0], 10))
    >>> round(bounds.lower, 7), round(bounds.upper, 7), bounds.trimmed_arm, round(bounds.trimmed_share, 7)
    (-0.5, 1.5, 'programme', 0.2)
    """
    check_level(level)
    value, arm = np.asarray(outcome, dtype=float), np.asarray(programme, dtype=float)
    weight = np.ones(len(value)) if weights is None else np.asarray(weights, dtype=float)
    group = np.arange(len(value)) if clusters is None else np.asarray(clusters)
    if not len(value) == len(arm) == len(weight) == len(group):
        raise ValueError("Outcome, programme, weights and clusters need the same number of rows")
    if not np.isin(arm, (0, 1)).all():
        raise ValueError("The programme is 1 or 0 for everybody who was randomised")
    found = ~np.isnan(value)
    if not all((found & (arm == side)).any() for side in (0, 1)):
        raise ValueError("Of one of the arms nobody was found again")
    shares = [float(np.average(found[arm == side], weights=weight[arm == side])) for side in (0, 1)]
    swapped = shares[0] > shares[1]
    kept_more = arm == (0 if swapped else 1)
    excess = 1 - min(shares) / max(shares)
    ends = [_bound(value, found, kept_more, weight, excess, largest=largest) for largest in (True, False)]
    if swapped:  # the comparison arm is trimmed: without its smallest the effect is at its lowest
        ends = [(-difference, -influence) for difference, influence in reversed(ends)]
    (lower, first), (upper, second) = ends
    lower_error, upper_error = _error(first, group), _error(second, group)
    low, high = _interval(lower, upper, lower_error, upper_error, level=level)
    return Bounds(
        lower,
        upper,
        lower_error,
        upper_error,
        low,
        high,
        "none" if excess == 0 else "comparison" if swapped else "programme",
        excess,
        excess * int((found & kept_more).sum()),
        shares[1],
        shares[0],
    )


def _bound(
    value: np.ndarray,
    found: np.ndarray,
    kept_more: np.ndarray,
    weight: np.ndarray,
    excess: float,
    *,
    largest: bool,
) -> tuple[float, np.ndarray]:
    """Return the trimmed arm's mean less that of the other arm, and the influence of each person on it.

    The arm that kept more is trimmed of its largest outcomes, or of its smallest. Influences sum up to 0.
    """
    sign = -1.0 if largest else 1.0
    signed = sign * np.where(found, value, 0.0)
    here, other = found & kept_more, found & ~kept_more
    kept, border = _kept(signed, np.where(here, weight, 0.0), excess)
    in_all = np.where(here, weight, 0.0)
    stay = in_all * kept
    mean = float((stay * signed).sum() / stay.sum())
    share_here, share_other = (
        float((weight * found * side).sum() / (weight * side).sum()) for side in (kept_more, ~kept_more)
    )
    of_here = weight * kept_more * (found - share_here) / (weight * kept_more).sum()
    of_other = weight * ~kept_more * (found - share_other) / (weight * ~kept_more).sum()
    of_excess = -(of_other / share_here - share_other * of_here / share_here**2)
    at_border = in_all * ((1 - kept) - excess) - in_all.sum() * of_excess
    of_mean = (stay * (signed - mean) + (border - mean) * at_border) / stay.sum()
    beside = float((weight * other * signed).sum() / (weight * other).sum())
    of_beside = weight * other * (signed - beside) / (weight * other).sum()
    return sign * (mean - beside), sign * (of_mean - of_beside)


def _kept(values: np.ndarray, weight: np.ndarray, excess: float) -> tuple[np.ndarray, float]:
    """Return which part of each person stays when the smallest are taken out, and the value at the border."""
    order = np.lexsort((weight, values))
    order = order[weight[order] > 0]
    before = np.concatenate([[0.0], np.cumsum(weight[order])])
    out = excess * before[-1]
    gone = np.clip((out - before[:-1]) / weight[order], 0, 1)
    # people with the same value share what is taken out of them, whatever their order
    border = float(values[order][min(int(np.searchsorted(before[1:], out, side="left")), len(order) - 1)])
    same = values[order] == border
    gone[same] = np.average(gone[same], weights=weight[order][same])
    kept = np.zeros(len(values))
    kept[order] = 1 - gone
    return kept, border


def _error(influence: np.ndarray, clusters: np.ndarray) -> float:
    """Return the standard error from the influence of each person, added up within clusters."""
    _, place = np.unique(clusters, return_inverse=True)
    sums = np.bincount(place, influence)
    if len(sums) < 2:
        return float("nan")
    return float(np.sqrt(len(sums) / (len(sums) - 1) * (sums**2).sum()))


def _interval(
    lower: float, upper: float, lower_error: float, upper_error: float, *, level: float
) -> tuple[float, float]:
    """Return the interval that holds an effect between the bounds with the chance `level`."""
    from scipy import optimize, stats

    largest = max(lower_error, upper_error)
    if not largest > 0:
        return float("nan"), float("nan")
    apart = (upper - lower) / largest
    reach: Any = optimize.brentq(lambda c: stats.norm.cdf(c + apart) - stats.norm.cdf(-c) - level, 0, 10)
    return lower - reach * lower_error, upper + reach * upper_error
