"""Means of survey answers by group, and their change between waves, with design-based errors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import (
    check_level,
    complete_codes,
    require_columns,
    share_interval,
    student_interval,
)
from tasks.methods._survey import (
    ALIKE,
    FEW,
    NOT_BY_CHANCE,
    Cells,
    DegreesOfFreedom,
    Design,
    LonelyPsu,
    Sample,
    linearised,
    summed,
    told_reasons,
    without_error,
)


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
    drawn_share: str | None = None,
    lonely_psu: LonelyPsu = "center",
) -> pd.DataFrame:
    """Estimate the weighted mean of a column in each domain, with its design-based standard error.

    Returns one row for each combination of the domain columns that occurs in the frame, sorted
    by them (one row where there is no domain column): the domain columns, then
    estimate, standard_error, ci_low, ci_high (unit of `value`), degrees_of_freedom,
    design_effect (a ratio), respondents (rows of the domain with a value) and no_interval.

    Method. The estimate is Hajek's ratio, sum(w y) / sum(w). Its variance is linearised (Taylor)
    over the whole frame: a domain is a domain, never a sample of its own, and a row without a
    value, or without an entry in a domain column, is outside every domain but stays in the
    design. No weight = 1 for every row; no psu = each row is a unit; no stratum = one stratum;
    the same psu code in two strata is two units.
    Without `drawn_share` the draw is taken as one with replacement. `drawn_share` names a column with the
    share of the row's stratum that was drawn, f, from 0 to 1: the variance of the stratum is multiplied by
    1 - f, the correction of the first stage alone. A stratum that was taken whole adds nothing.
    A stratum with a single psu is centred at the overall mean of the linearised values (which is
    zero) where `lonely_psu` is "center", as R's `survey.lonely.psu = "adjust"` and Stata's
    `singleunit(centered)` do; with "certainty" it adds nothing; with "refuse" a domain that reaches such
    a stratum has no error.
    Degrees of freedom: units minus strata, counted over the strata that hold at least one
    respondent of the domain. `degrees_of_freedom="strata"` counts all units of these strata
    (Stata's rule for subpopulations), "respondents" only the units that hold a respondent of the
    domain themselves (the rule of R's `survey` for a subset; the more careful one, which gives
    n - 1 without strata and psus). The interval is Student's t.
    The design effect is the variance over that of a simple random sample with replacement of as
    many respondents, S^2 / n with S^2 = n / (n - 1) * sum(w (y - mean)^2) / sum(w).
    With fewer than two respondents or less than one degree of freedom there is no error and no
    interval (NaN). The same holds where no stratum has two units with a respondent of the domain:
    linearised values sum up to zero in a domain, so that a domain within one unit has a variance
    of zero whatever its people answered. Only strata that were taken whole need no second unit.
    `with_errors=False` (a purposive sample) leaves all of them NaN, the degrees
    of freedom and the design effect too. `no_interval` says why there is none.
    Rows are sorted before anything is summed.

    Raises ValueError where a column is absent, is not numeric, has gaps (stratum, psu), a share drawn
    is not from 0 to 1 or not the same in a stratum, or a weight of a row with a value is missing or
    not above 0.

    Sources: Wolter (2007), Introduction to Variance Estimation, ch. 6 (linearisation); Hajek
    (1971); Kish (1965), Survey Sampling, p. 258 (design effect); Stata, Survey Data Reference
    Manual, "Subpopulation estimation", and Lumley (2010), Complex Surveys, section 2.2 (degrees of
    freedom); Cochran (1977), Sampling Techniques, theorem 2.2 (finite population).

    Example, by hand: the mean of 1, 2, 3, 4 is 2.5 with the error sqrt((5/3) / 4) = 0.6454972.

    >>> table = domain_means(pd.DataFrame({"wage": [1.0, 2.0, 3.0, 4.0]}), "wage")
    >>> table[["estimate", "standard_error", "degrees_of_freedom"]].iloc[0].round(7).tolist()
    [2.5, 0.6454972, 3.0]
    """
    table = means_by_splits(
        frame,
        [value],
        splits=[domains],
        weight=weight,
        stratum=stratum,
        psu=psu,
        drawn_share=drawn_share,
        lonely_psu=lonely_psu,
        with_errors=with_errors,
        degrees_of_freedom=degrees_of_freedom,
        level=level,
    )
    return table.drop(columns=VALUE)


def means_by_splits(
    frame: pd.DataFrame,
    values: Sequence[str],
    *,
    splits: Sequence[Sequence[str]] = ((),),
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    drawn_share: str | None = None,
    lonely_psu: LonelyPsu = "center",
    order: str | None = None,
    shares: Collection[str] = (),
    with_errors: bool = True,
    degrees_of_freedom: DegreesOfFreedom = "strata",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the means of many columns, each by several divisions of the rows, as `domain_means` does.

    Returns the rows of `domain_means` for each split and column, in this order: a column `value` with the
    column's name, the domain columns of all splits (missing where a split does not divide by one), and the
    results of `domain_means`. order: a column whose values are unique and decide in which order rows are
    summed; without it the values themselves do. shares: columns of values from 0 to 1 whose intervals are
    made on the scale of log odds and never leave 0 to 1; a share of 0 or 1 has none (Korn and Graubard 1999,
    Analysis of Health Surveys, section 2.7; R's `svyciprop(method = "logit")`). A column with other values
    keeps Student's interval.

    The design is read once and the rows are sorted once; of each split the rows are summed by unit and
    domain, all columns together.

    Raises ValueError as `domain_means` does.

    Source: as `domain_means`.

    >>> two = pd.DataFrame({"wage": [1.0, 2.0, 3.0, 4.0], "days": [5.0, 5.0, 6.0, 8.0]})
    >>> table = means_by_splits(two, ["wage", "days"])
    >>> table[["value", "estimate", "standard_error"]].round(7).values.tolist()
    [['wage', 2.5, 0.6454972], ['days', 6.0, 0.7071068]]
    """
    _refuse_names_of_results(splits)
    sample = Sample.read(
        frame, values, splits, weight, stratum, psu, drawn_share, lonely_psu, order, needed=with_errors
    )
    check_level(level)
    parts = []
    for labels, domain in sample.splits:
        found = [
            _means(
                sample,
                sample.y[:, block],
                domain,
                len(labels),
                np.isin(np.asarray(values[block]), list(shares)),
                with_errors,
                degrees_of_freedom,
                level,
            )
            for block in sample.blocks()
        ]
        parts.append(_told(labels, values, _side_by_side(found)))
    return pd.concat(parts, ignore_index=True)


def _means(
    sample: Sample,
    y: np.ndarray,
    domain: np.ndarray,
    size: int,
    shares: np.ndarray,
    with_errors: bool,
    degrees_of_freedom: DegreesOfFreedom,
    level: float,
) -> dict[str, np.ndarray]:
    """Return the results of `domain_means`, each as a matrix: a row a domain, a column a column of y."""
    rows = np.flatnonzero(domain >= 0)
    y, domain, design = y[rows], domain[rows], sample.design.taken(rows)
    pull, estimate, spread, respondents = linearised(y, design.weight, domain, size)
    freedom = np.full(estimate.shape, np.nan)
    error = np.full(estimate.shape, np.nan)
    why = np.full(estimate.shape, FEW if with_errors else NOT_BY_CHANCE, dtype=object)
    if with_errors and len(rows):
        cells = Cells(sample.design, design, domain, size)
        units = cells.reached(~np.isnan(y))
        freedom = cells.degrees_of_freedom(units, degrees_of_freedom)
        variance = cells.variance(pull)
        why = without_error(respondents, freedom, cells.is_measurable(units), variance)
        error = np.where(why == "", np.sqrt(variance), np.nan)
        freedom = np.where(respondents >= 1, freedom, np.nan)
    low, high = student_interval(estimate, error, freedom, level)
    shares = shares & ~((y < 0) | (y > 1)).any(axis=0)
    low[:, shares], high[:, shares] = share_interval(
        estimate[:, shares], error[:, shares], freedom[:, shares], level
    )
    why = np.where((why == "") & np.isnan(low), ALIKE, why)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.where(spread > 0, error**2 / (spread / respondents), np.nan)
    return {
        "estimate": estimate,
        "standard_error": error,
        "ci_low": low,
        "ci_high": high,
        "degrees_of_freedom": freedom,
        "design_effect": effect,
        "respondents": respondents,
        "no_interval": why,
    }


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
    drawn_share: str | None = None,
    lonely_psu: LonelyPsu = "center",
) -> pd.DataFrame:
    """Estimate the change of a weighted mean from one wave to another, in each domain.

    Returns one row for each combination of the domain columns that occurs in the two waves,
    sorted by them: the domain columns, then estimate_from (the mean of the earlier wave), change
    (later minus earlier), standard_error, ci_low, ci_high (all in the unit of `value`),
    degrees_of_freedom, respondents_from, respondents_to (rows with a value), respondents_both
    (units with a value in both waves and in the same domain) and no_interval.

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
    With fewer than two respondents in a wave, less than one degree of freedom, or a wave in which
    no stratum has two units with a respondent of the domain, error and interval are NaN, and
    no_interval says why; with none in a wave the change is NaN too.

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
    table = changes_by_splits(
        frame,
        [value],
        wave=wave,
        from_wave=from_wave,
        to_wave=to_wave,
        unit=unit,
        splits=[domains],
        weight=weight,
        stratum=stratum,
        psu=psu,
        drawn_share=drawn_share,
        lonely_psu=lonely_psu,
        degrees_of_freedom=degrees_of_freedom,
        level=level,
    )
    return table.drop(columns=VALUE)


def changes_by_splits(
    frame: pd.DataFrame,
    values: Sequence[str],
    *,
    wave: str,
    from_wave: object,
    to_wave: object,
    unit: str,
    splits: Sequence[Sequence[str]] = ((),),
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    drawn_share: str | None = None,
    lonely_psu: LonelyPsu = "center",
    degrees_of_freedom: DegreesOfFreedom = "strata",
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the changes of many columns, each by several divisions of the rows, as `wave_changes` does.

    Returns the rows of `wave_changes` for each split and column, as `means_by_splits` lays them out.

    Raises ValueError as `wave_changes` does.

    Source: as `wave_changes`.

    >>> people = pd.DataFrame({
    ...     "person": ["a", "b", "c"] * 2, "year": [1, 1, 1, 2, 2, 2],
    ...     "wage": [5.0, 9.0, 7.0, 6.0, 11.0, 10.0], "days": [2.0, 4.0, 4.0, 3.0, 4.0, 5.0],
    ... })
    >>> table = changes_by_splits(
    ...     people, ["wage", "days"], wave="year", from_wave=1, to_wave=2, unit="person"
    ... )
    >>> table[["value", "change", "standard_error"]].round(7).values.tolist()
    [['wage', 2.0, 0.5773503], ['days', 0.6666667, 0.3333333]]
    """
    require_columns(frame, [*values, wave, unit])
    frame = _rows_of_two_waves(frame, wave, from_wave, to_wave, unit)
    _refuse_names_of_results(splits)
    sample = Sample.read(frame, values, splits, weight, stratum, psu or unit, drawn_share, lonely_psu, unit)
    check_level(level)
    units = complete_codes(frame, unit)[sample.order]
    later = np.asarray(frame[wave] == to_wave, dtype=bool)[sample.order]
    parts = []
    for labels, domain in sample.splits:
        found = [
            _changes(sample, sample.y[:, block], domain, len(labels), later, units, degrees_of_freedom, level)
            for block in sample.blocks()
        ]
        parts.append(_told(labels, values, _side_by_side(found)))
    return pd.concat(parts, ignore_index=True)


def _changes(
    sample: Sample,
    y: np.ndarray,
    domain: np.ndarray,
    size: int,
    later: np.ndarray,
    units: np.ndarray,
    degrees_of_freedom: DegreesOfFreedom,
    level: float,
) -> dict[str, np.ndarray]:
    """Return the results of `wave_changes`, each as a matrix: a row a domain, a column a column of y."""
    rows = np.flatnonzero(domain >= 0)
    y, domain, later, units = y[rows], domain[rows], later[rows], units[rows]
    design = sample.design.taken(rows)
    of_wave = domain + size * later
    pull, means, _, counts = linearised(y, design.weight, of_wave, 2 * size)
    pull[~later] *= -1
    change = means[size:] - means[:size]
    cells = Cells(sample.design, design, domain, size)
    seen = ~np.isnan(y)
    freedom = cells.degrees_of_freedom(cells.reached(seen), degrees_of_freedom)
    waves = [cells.reached(seen & one[:, None]) for one in (~later, later)]
    measurable = cells.is_measurable(waves[0]) & cells.is_measurable(waves[1])
    variance = cells.variance(pull)
    why = without_error(np.minimum(counts[:size], counts[size:]), freedom, measurable, variance)
    error = np.where(why == "", np.sqrt(variance), np.nan)
    freedom = np.where(np.isnan(change), np.nan, freedom)
    low, high = student_interval(change, error, freedom, level)
    return {
        "estimate_from": means[:size],
        "change": change,
        "standard_error": error,
        "ci_low": low,
        "ci_high": high,
        "degrees_of_freedom": freedom,
        "respondents_from": counts[:size],
        "respondents_to": counts[size:],
        "respondents_both": _units_in_both(units, domain, seen, size),
        "no_interval": why,
    }


def errors_of_totals(
    frame: pd.DataFrame,
    pulls: np.ndarray,
    inside: np.ndarray,
    *,
    stratum: str | None = None,
    psu: str | None = None,
    drawn_share: str | None = None,
    lonely_psu: LonelyPsu = "center",
    degrees_of_freedom: DegreesOfFreedom = "strata",
) -> tuple[np.ndarray, float]:
    """Estimate the design-based standard errors of sums of linearised values.

    pulls: one row a row of the frame and one column an estimate: the weighted linearised value, 0 for a row
    that does not move the estimate. inside: which rows are respondents of the domain.

    Returns the standard error of each column, in its unit, and their degrees of freedom. The rules for
    psus, strata with a single psu, finite populations and degrees of freedom are those of `domain_means`.
    With fewer than two respondents or less than one degree of freedom the errors are NaN.

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
    require_columns(frame, [stratum, psu, drawn_share])
    if pulls.ndim != 2 or len(pulls) != len(frame) or len(inside) != len(frame):
        raise ValueError("The linearised values need a row for each row of the table")
    none = np.full(pulls.shape[1], np.nan)
    if not inside.any():
        return none, np.nan
    bases = np.tile(inside[:, None], pulls.shape[1])
    errors, freedom, _ = errors_of_figures(
        frame,
        pulls,
        bases,
        stratum=stratum,
        psu=psu,
        drawn_share=drawn_share,
        lonely_psu=lonely_psu,
        degrees_of_freedom=degrees_of_freedom,
    )
    return errors, float(freedom[0])


def errors_of_figures(
    frame: pd.DataFrame,
    pulls: np.ndarray,
    bases: np.ndarray,
    parts: Sequence[np.ndarray] = (),
    *,
    stratum: str | None = None,
    psu: str | None = None,
    drawn_share: str | None = None,
    lonely_psu: LonelyPsu = "center",
    degrees_of_freedom: DegreesOfFreedom = "strata",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Estimate errors as `errors_of_totals` does, of figures that rest on different respondents.

    bases: of the shape of pulls, whether a row is one of those on whom the figure rests: of a ratio, who
    counts below the line. parts: rows within each of which linearised values sum up to zero, such as waves;
    each needs two respondents, and a variance that can be told by itself.

    Returns for each column the standard error, the degrees of freedom, and why there is no error ('').

    Raises ValueError as `errors_of_totals` does.

    Source: as `errors_of_totals`.

    Example: the mean of two who live in one village has a total of zero in it, which tells nothing.

    >>> people = pd.DataFrame({"village": ["a", "a", "b", "c"]})
    >>> pulls, base = np.array([[0.25], [-0.25], [0.0], [0.0]]), np.array([[True], [True], [False], [False]])
    >>> errors, freedom, why = errors_of_figures(people, pulls, base, psu="village")
    >>> errors.tolist(), freedom.tolist(), why.tolist()
    ([nan], [2.0], ['within one cluster'])
    """
    if pulls.shape != bases.shape or len(pulls) != len(frame):
        raise ValueError("The linearised values need a row for each row of the table")
    design = Design.read(
        frame, None, stratum, psu, drawn_share, lonely_psu, counted=np.ones(len(frame), dtype=bool)
    )
    cells = Cells(design, design, np.zeros(len(frame), dtype=np.int64), 1)
    seen = [bases & part[:, None] for part in parts] or [bases]
    freedom = cells.degrees_of_freedom(cells.reached(bases), degrees_of_freedom)[0]
    variance = cells.variance(pulls)[0]
    measurable = np.all([cells.is_measurable(cells.reached(one))[0] for one in seen], axis=0)
    why = without_error(np.min([one.sum(axis=0) for one in seen], axis=0), freedom, measurable, variance)
    return np.where(why == "", np.sqrt(variance), np.nan), freedom, why


VALUE = "value"
_RESULTS = {
    VALUE,
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
    "no_interval",
}


def _refuse_names_of_results(splits: Sequence[Sequence[str]]) -> None:
    for domains in splits:
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


def _side_by_side(blocks: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([one[name] for one in blocks], axis=1) for name in blocks[0]}


def _told(labels: pd.DataFrame, values: Sequence[str], results: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the results one below the other: value by value, the domains within each."""
    size = len(labels)
    out = labels.take(np.tile(np.arange(size), len(values))).reset_index(drop=True)
    out.insert(0, VALUE, pd.Series(np.repeat(np.asarray(values, dtype=object), size), dtype="string"))
    columns: dict[str, Any] = {name: matrix.T.ravel() for name, matrix in results.items()}
    why = told_reasons(columns.pop("no_interval"))
    return out.assign(**columns, no_interval=why)


def _units_in_both(units: np.ndarray, domain: np.ndarray, seen: np.ndarray, size: int) -> np.ndarray:
    """Return how many units have a value in both waves within the same domain, for each column of answers."""
    most = int(units.max(initial=0)) + 1
    pairs, cell = np.unique(domain * most + units, return_inverse=True)
    twice = (summed(cell, len(pairs)) @ seen.astype(float)) == 2
    both = summed(pairs // most, size) @ np.asarray(twice, dtype=float)
    return both.round().astype(np.int64)
