"""Means of survey answers by group, and their change between waves, with design-based errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tasks.methods._columns import (
    check_level,
    codes,
    complete_codes,
    joint_codes,
    numbers,
    require_columns,
    student_interval,
)

DegreesOfFreedom = Literal["strata", "respondents"]


@dataclass(frozen=True)
class _Design:
    """The survey design row by row: weight, stratum and primary sampling unit (psu) as codes.

    A psu's code is its own in the whole frame, not only within its stratum; None: each row is one.
    """

    weight: np.ndarray
    stratum: np.ndarray
    psu: np.ndarray | None

    def sort(self, *keys: np.ndarray) -> tuple[np.ndarray, _Design]:
        """Return an order of the rows, by stratum, psu and then the keys, and the design in it."""
        first = (self.stratum,) if self.psu is None else (self.psu, self.stratum)
        order = np.lexsort((*reversed(keys), *first))
        psu = None if self.psu is None else self.psu[order]
        return order, _Design(self.weight[order], self.stratum[order], psu)

    def stratum_of_units(self) -> np.ndarray:
        """Return the stratum of each unit, in the order of the units' codes."""
        if self.psu is None:
            return self.stratum
        found = np.zeros(int(self.psu.max(initial=-1)) + 1, dtype=np.int64)
        found[self.psu] = self.stratum
        return found


def domain_means(
    frame: pd.DataFrame,
    value: str,
    *,
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    with_errors: bool = True,
    degrees_of_freedom: DegreesOfFreedom = "strata",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the weighted mean of a column in each domain, with its design-based standard error.

    Returns one row for each combination of the domain columns that occurs in the frame, sorted
    by them (one row where there is no domain column): the domain columns, then
    estimate, standard_error, ci_low, ci_high (unit of `value`), degrees_of_freedom,
    design_effect (a ratio) and respondents (rows of the domain with a value).

    Method. The estimate is Hajek's ratio, sum(w y) / sum(w). Its variance is linearised (Taylor)
    over the whole frame: a domain is a domain, never a sample of its own, and a row without a
    value, or without an entry in a domain column, is outside every domain but stays in the
    design. No weight = 1 for every row; no psu = each row is a unit; no stratum = one stratum;
    the same psu code in two strata is two units. The draw is taken as one with replacement: no
    finite population correction.
    A stratum with a single psu is centred at the overall mean of the linearised values (which is
    zero), as R's `survey.lonely.psu = "adjust"` and Stata's `singleunit(centered)` do.
    Degrees of freedom: units minus strata, counted over the strata that hold at least one
    respondent of the domain. `degrees_of_freedom="strata"` counts all units of these strata
    (Stata's rule for subpopulations), "respondents" only the units that hold a respondent of the
    domain themselves (the rule of R's `survey` for a subset; the more careful one, which gives
    n - 1 without strata and psus). The interval is Student's t.
    The design effect is the variance over that of a simple random sample with replacement of as
    many respondents, S^2 / n with S^2 = n / (n - 1) * sum(w (y - mean)^2) / sum(w).
    With fewer than two respondents or less than one degree of freedom there is no error and no
    interval (NaN). `with_errors=False` (a purposive sample) leaves all of them NaN, the degrees
    of freedom and the design effect too. Rows are sorted before anything is summed.

    Raises ValueError where a column is absent, is not numeric, has gaps (stratum, psu), or a
    weight of a row with a value is missing or not above 0.

    Sources: Wolter (2007), Introduction to Variance Estimation, ch. 6 (linearisation); Hajek
    (1971); Kish (1965), Survey Sampling, p. 258 (design effect); Stata, Survey Data Reference
    Manual, "Subpopulation estimation", and Lumley (2010), Complex Surveys, section 2.2 (degrees of
    freedom). The errors are computed by svy.

    Example, by hand: the mean of 1, 2, 3, 4 is 2.5 with the error sqrt((5/3) / 4) = 0.6454972.

    >>> table = domain_means(pd.DataFrame({"wage": [1.0, 2.0, 3.0, 4.0]}), "wage")
    >>> table[["estimate", "standard_error", "degrees_of_freedom"]].iloc[0].round(7).tolist()
    [2.5, 0.6454972, 3.0]
    """
    check_level(level)
    require_columns(frame, [value, weight, stratum, psu, *domains])
    _refuse_names_of_results(domains)
    y = numbers(frame, value)
    labels, domain = _domains(frame, domains)
    domain = np.where(np.isnan(y), -1, domain)
    design = _design(frame, weight, stratum, psu, counted=domain >= 0, needed=with_errors)
    order, design = design.sort(domain, design.weight, y)
    y, domain = y[order], domain[order]
    inside = domain >= 0
    estimate, spread, respondents = _moments(y[inside], design.weight[inside], domain[inside], labels)
    error = np.full(len(labels), np.nan)
    freedom = np.full(len(labels), np.nan)
    if with_errors and inside.any():
        freedom = _degrees_of_freedom(domain, design, len(labels), degrees_of_freedom)
        possible = (respondents >= 2) & (freedom >= 1)
        error = np.where(possible, _errors(y, domain, design, len(labels)), np.nan)
        freedom = np.where(respondents >= 1, freedom, np.nan)
    low, high = student_interval(estimate, error, freedom, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.where(spread > 0, error**2 / (spread / respondents), np.nan)
    return labels.assign(
        estimate=estimate,
        standard_error=error,
        ci_low=low,
        ci_high=high,
        degrees_of_freedom=freedom,
        design_effect=effect,
        respondents=respondents,
    )


def wave_changes(
    frame: pd.DataFrame,
    value: str,
    *,
    wave: str,
    from_wave: object,
    to_wave: object,
    unit: str,
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    domains: Sequence[str] = (),
    degrees_of_freedom: DegreesOfFreedom = "strata",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the change of a weighted mean from one wave to another, in each domain.

    Returns one row for each combination of the domain columns that occurs in the two waves,
    sorted by them: the domain columns, then estimate_from (the mean of the earlier wave), change
    (later minus earlier), standard_error, ci_low, ci_high (all in the unit of `value`),
    degrees_of_freedom, respondents_from, respondents_to (rows with a value) and respondents_both
    (units with a value in both waves and in the same domain).

    Method. The two means are not independent where the same people, or the same clusters, are in
    both waves. Each row's linearised value is w (y - mean) / sum(w) of its wave and domain, with
    a minus in the earlier wave; they are summed over both waves within each psu (no psu: within
    each unit), and the variance of the total is taken between the psus of a stratum,
    n / (n - 1) * sum (t - mean t)^2. So the covariance of the waves is in it. Rows without a
    value stay in the design, as in `domain_means`, and so do its rules for single psus, degrees
    of freedom (strata with a respondent of the domain in either wave) and Student's interval. A
    unit belongs to the stratum and the domain that its row says; one whose stratum differs
    between the waves counts as two units.
    For a balanced panel without weights the error is exactly that of the paired t-test. Where no
    unit is in both waves, n1 in one and n2 in the other, it is
    sqrt(N / (N - 1) * ((n1 - 1) / n1 * s1^2 / n1 + (n2 - 1) / n2 * s2^2 / n2)), N = n1 + n2: the
    formula for two independent samples up to these factors, which are nearly 1.
    With fewer than two respondents in a wave, or less than one degree of freedom, error and
    interval are NaN; with none in a wave the change is NaN too.

    Raises ValueError where a column is absent, not numeric or has gaps (unit, stratum, psu), the
    waves are the same or one has no row, a unit stands twice in a wave, or a weight of a row
    with a value is missing or not above 0.

    Sources: Deville (1999), Survey Methodology 25, 193-203 (linearised values); Kish (1965),
    Survey Sampling, section 12.4 (change between overlapping samples).

    Example, by hand: three people rise by 1, 2 and 3; mean 2, error 1 / sqrt(3) = 0.5773503.

    >>> people = pd.DataFrame({
    ...     "person": ["a", "b", "c"] * 2, "year": [1, 1, 1, 2, 2, 2],
    ...     "wage": [5.0, 9.0, 7.0, 6.0, 11.0, 10.0],
    ... })
    >>> table = wave_changes(people, "wage", wave="year", from_wave=1, to_wave=2, unit="person")
    >>> table[["change", "standard_error", "degrees_of_freedom"]].iloc[0].round(7).tolist()
    [2.0, 0.5773503, 2.0]
    """
    check_level(level)
    require_columns(frame, [value, wave, unit, weight, stratum, psu, *domains])
    _refuse_names_of_results(domains)
    frame = _rows_of_two_waves(frame, wave, from_wave, to_wave, unit)
    y = numbers(frame, value)
    labels, domain = _domains(frame, domains)
    domain = np.where(np.isnan(y), -1, domain)
    design = _design(frame, weight, stratum, psu or unit, counted=domain >= 0, needed=True)
    units = complete_codes(frame, unit)
    later = np.asarray(frame[wave] == to_wave, dtype=bool)
    order, design = design.sort(units, later)
    y, domain, units, later = y[order], domain[order], units[order], later[order]
    means: dict[bool, np.ndarray] = {}
    counts: dict[bool, np.ndarray] = {}
    for of_later in (False, True):
        here = (domain >= 0) & (later == of_later)
        means[of_later], _, counts[of_later] = _moments(y[here], design.weight[here], domain[here], labels)
    change = means[True] - means[False]
    freedom = _degrees_of_freedom(domain, design, len(labels), degrees_of_freedom)
    possible = (counts[False] >= 2) & (counts[True] >= 2) & (freedom >= 1)
    error = np.full(len(labels), np.nan)
    for place in np.flatnonzero(possible):
        pull = _pull(y, domain == place, later, design.weight)
        error[place] = np.sqrt(_variance_of_total(pull, design))
    freedom = np.where(np.isnan(change), np.nan, freedom)
    low, high = student_interval(change, error, freedom, level)
    return labels.assign(
        estimate_from=means[False],
        change=change,
        standard_error=error,
        ci_low=low,
        ci_high=high,
        degrees_of_freedom=freedom,
        respondents_from=counts[False],
        respondents_to=counts[True],
        respondents_both=_units_in_both(units, domain, len(labels)),
    )


def errors_of_totals(
    frame: pd.DataFrame,
    pulls: np.ndarray,
    inside: np.ndarray,
    *,
    stratum: str | None = None,
    psu: str | None = None,
    degrees_of_freedom: DegreesOfFreedom = "strata",
) -> tuple[np.ndarray, float]:
    """Estimate the design-based standard errors of sums of linearised values.

    pulls: one row a row of the frame and one column an estimate: the weighted linearised value, 0 for a row
    that does not move the estimate. inside: which rows are respondents of the domain.

    Returns the standard error of each column, in its unit, and their degrees of freedom. The rules for
    psus, strata with a single psu and degrees of freedom are those of `domain_means`. With fewer than two
    respondents or less than one degree of freedom the errors are NaN.

    Raises ValueError where a column is absent or has gaps, or an array has not a row for each of the frame.

    Source: Deville (1999), Survey Methodology 25, 193-203; Wolter (2007), Introduction to Variance
    Estimation, ch. 6.

    Example, by hand: the linearised values of the mean of 1, 2, 3, 4 are (y - 2.5) / 4.

    >>> people = pd.DataFrame({"wage": [1.0, 2.0, 3.0, 4.0]})
    >>> pulls = (people[["wage"]].to_numpy() - 2.5) / 4
    >>> errors, freedom = errors_of_totals(people, pulls, np.ones(4, dtype=bool))
    >>> errors.round(7).tolist(), freedom
    ([0.6454972], 3.0)
    """
    require_columns(frame, [stratum, psu])
    if pulls.ndim != 2 or len(pulls) != len(frame) or len(inside) != len(frame):
        raise ValueError("The linearised values need a row for each row of the table")
    if not inside.any():
        return np.full(pulls.shape[1], np.nan), np.nan
    design = _design(frame, None, stratum, psu, counted=inside, needed=True)
    freedom = float(_degrees_of_freedom(np.where(inside, 0, -1), design, 1, degrees_of_freedom)[0])
    if inside.sum() < 2 or freedom < 1:
        return np.full(pulls.shape[1], np.nan), freedom
    return np.sqrt([_variance_of_total(pull, design) for pull in pulls.T]), freedom


_RESULTS = {
    "estimate",
    "estimate_from",
    "change",
    "standard_error",
    "ci_low",
    "ci_high",
    "degrees_of_freedom",
    "design_effect",
    "respondents",
    "respondents_from",
    "respondents_to",
    "respondents_both",
}


def _refuse_names_of_results(domains: Sequence[str]) -> None:
    for name in domains:
        if name in _RESULTS:
            raise ValueError(f"The results have a column '{name}', so no domain may bear that name")
    if len(set(domains)) < len(domains):
        raise ValueError("A domain column is named twice")


def _rows_of_two_waves(
    frame: pd.DataFrame, wave: str, from_wave: object, to_wave: object, unit: str
) -> pd.DataFrame:
    if from_wave == to_wave:
        raise ValueError("A change needs two different waves")
    frame = frame[frame[wave].isin([from_wave, to_wave])]
    for name in (from_wave, to_wave):
        if not (frame[wave] == name).any():
            raise ValueError(f"The table has no row of the wave '{name}'")
    if frame.duplicated([unit, wave]).any():
        raise ValueError(f"A unit of the column '{unit}' stands more than once in a wave")
    return frame


def _domains(frame: pd.DataFrame, domains: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the domains, one a row, and each row's place among them (-1 for none)."""
    if not domains:
        return pd.DataFrame(index=range(1)), np.zeros(len(frame), dtype=np.int64)
    code = joint_codes([codes(frame[name]) for name in domains])
    # Combinations that only rows outside make must not leave gaps in the numbering.
    kept, first = np.unique(code, return_index=True)
    first = first[kept >= 0]
    code = np.where(code < 0, -1, np.searchsorted(kept[kept >= 0], code))
    return frame[list(domains)].iloc[first].reset_index(drop=True), code


def _design(
    frame: pd.DataFrame,
    weight: str | None,
    stratum: str | None,
    psu: str | None,
    *,
    counted: np.ndarray,
    needed: bool,
) -> _Design:
    """Return the design; strata and psus are read only where they are needed for errors."""
    rows = len(frame)
    nothing = np.zeros(rows, dtype=np.int64)
    strata = complete_codes(frame, stratum) if stratum and needed else nothing
    units = joint_codes([strata, complete_codes(frame, psu)]) if psu and needed else None
    return _Design(_weights(frame, weight, counted), strata, units)


def _weights(frame: pd.DataFrame, weight: str | None, counted: np.ndarray) -> np.ndarray:
    if weight is None:
        return np.ones(len(frame))
    weights = numbers(frame, weight)
    if not (weights[counted] > 0).all():
        raise ValueError(f"The column '{weight}' needs a weight above 0 for each row with a value")
    # Rows without a value weigh nothing in any mean, whatever stands there.
    return np.where(counted, weights, 1.0)


def _moments(
    y: np.ndarray, weight: np.ndarray, domain: np.ndarray, labels: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return weighted mean, element variance and number of rows for each domain."""
    size = len(labels)
    count = np.bincount(domain, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.bincount(domain, weight, size)
        # Summed about a rough centre, so that large figures lose no digits.
        centre = np.bincount(domain, y, size) / count
        mean = centre + np.bincount(domain, weight * (y - centre[domain]), size) / total
        squares = np.bincount(domain, weight * (y - mean[domain]) ** 2, size)
        spread = squares / total * count / (count - 1)
    return mean, spread, count


def _degrees_of_freedom(
    domain: np.ndarray, design: _Design, size: int, counted: DegreesOfFreedom
) -> np.ndarray:
    """Return units minus strata for each domain, over the strata that hold one of its rows."""
    strata = int(design.stratum.max(initial=0)) + 1
    inside = domain >= 0
    held = np.unique(domain[inside] * strata + design.stratum[inside])
    if counted == "respondents":
        unit = np.arange(len(domain)) if design.psu is None else design.psu
        units = int(unit.max(initial=0)) + 1
        reached = np.unique(domain[inside] * units + unit[inside]) // units
        return (np.bincount(reached, minlength=size) - np.bincount(held // strata, minlength=size)).astype(
            float
        )
    spare = np.bincount(design.stratum_of_units(), minlength=strata) - 1
    return np.bincount(held // strata, spare[held % strata].astype(float), size)


def _errors(y: np.ndarray, domain: np.ndarray, design: _Design, size: int) -> np.ndarray:
    """Return svy's linearised standard error of the mean of each domain (NaN where it has none)."""
    import polars as pl
    import svy

    columns = {"y": np.where(domain < 0, 0.0, y), "weight": design.weight, "domain": domain}
    layout: dict[str, str] = {"wgt": "weight"}
    if design.stratum.any():
        columns["stratum"] = design.stratum
        layout |= {"stratum": "stratum", "singleton": "center"}
    if design.psu is not None:
        columns["psu"] = design.psu
        layout["psu"] = "psu"
    sample = svy.Sample(pl.DataFrame(columns), svy.Design(**layout))  # type: ignore[arg-type]
    table = sample.estimation.mean("y", by="domain").to_polars()  # type: ignore[union-attr]
    error = np.full(size, np.nan)
    for place, standard_error in table.select("domain", "se").iter_rows():
        if place >= 0:
            error[place] = standard_error
    return error


def _pull(y: np.ndarray, inside: np.ndarray, later: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return each row's linearised value for the change of one domain's mean; 0 outside."""
    pull = np.zeros(len(y))
    for of_later, sign in ((False, -1.0), (True, 1.0)):
        rows = inside & (later == of_later)
        share = weight[rows] / weight[rows].sum()
        rough = y[rows].mean()
        mean = rough + (share * (y[rows] - rough)).sum()
        pull[rows] = sign * share * (y[rows] - mean)
    return pull


def _variance_of_total(pull: np.ndarray, design: _Design) -> float:
    """Return the variance of the sum of linearised values between the psus of each stratum."""
    stratum = design.stratum_of_units()
    totals = pull if design.psu is None else np.bincount(design.psu, pull, len(stratum))
    units = np.bincount(stratum)
    with np.errstate(invalid="ignore"):
        centre = np.bincount(stratum, totals) / units
    # A stratum with a single psu is centred at the overall mean instead of its own.
    centre = np.where(units == 1, totals.mean(), centre)
    factor = np.where(units == 1, 1.0, units / np.maximum(units - 1, 1))
    return float((factor[stratum] * (totals - centre[stratum]) ** 2).sum())


def _units_in_both(units: np.ndarray, domain: np.ndarray, size: int) -> np.ndarray:
    """Return how many units have a value in both waves within the same domain."""
    inside = domain >= 0
    most = int(units.max(initial=0)) + 1
    pairs, seen = np.unique(domain[inside] * most + units[inside], return_counts=True)
    return np.bincount(pairs[seen == 2] // most, minlength=size)
