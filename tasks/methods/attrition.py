"""Who of the first wave was interviewed again, and whether those who were not differ from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import complete_codes, numbers, require_columns
from tasks.methods.cluster_counts import FEWEST_CLUSTERS
from tasks.methods.impact import PROGRAMME

JOINT = "joint"
BETWEEN_ARMS = "joint, between the arms"
FEWEST_DEGREES_OF_FREEDOM = 10


def attrition(
    baseline: pd.DataFrame,
    later: pd.DataFrame,
    by: Sequence[str] = (),
    *,
    unit: str = "respondent",
) -> pd.DataFrame:
    """Count who of the baseline is in the later wave, and who was lost, by group.

    Both frames have the unit column; the groups are those of the baseline, so that nobody moves
    between them by dropping out. Returns one row for each combination of the group columns,
    sorted by them (one row where there is none): the group columns, interviewed (units of the
    baseline that are in the later wave), lost (those that are not) and rate (the share lost, from
    0 to 1; NaN for an empty baseline without groups). A unit that stands several times in a group
    counts once there; rows without an entry in a group column are in no group; newcomers of the
    later wave do not count.

    Raises ValueError where a column is absent or a unit is missing.

    Source: Fitzgerald, Gottschalk and Moffitt (1998), J. Human Resources 33, 251-299.

    >>> first = pd.DataFrame({"respondent": list("abcd"), "arm": ["x", "x", "x", "y"]})
    >>> second = pd.DataFrame({"respondent": list("abde")})
    >>> attrition(first, second, ["arm"])[["interviewed", "lost", "rate"]].round(4).values.tolist()
    [[2.0, 1.0, 0.3333], [1.0, 0.0, 0.0]]
    """
    require_columns(baseline, [unit, *by])
    require_columns(later, [unit])
    if baseline[unit].isna().any() or later[unit].isna().any():
        raise ValueError(f"The column '{unit}' has rows without an entry")
    names = [f"group{place}" for place in range(len(by))]
    followed = baseline[[*by, unit]].set_axis([*names, "unit"], axis=1).drop_duplicates(ignore_index=True)
    found = followed["unit"].isin(later[unit])
    if names:
        counted = found.groupby([followed[name] for name in names], sort=True, observed=True)
        interviewed, followed_up = counted.sum(), counted.size()
        groups = interviewed.index.to_frame(index=False).set_axis(list(by), axis=1)
    else:
        interviewed, followed_up = pd.Series([found.sum()]), pd.Series([len(found)])
        groups = pd.DataFrame(index=range(1))
    again, of = interviewed.to_numpy("int64"), followed_up.to_numpy("int64")
    with np.errstate(invalid="ignore"):
        return groups.assign(interviewed=again, lost=of - again, rate=(of - again) / of)


def attrition_tests(
    baseline: pd.DataFrame,
    factors: Sequence[str],
    predictors: Sequence[str],
    *,
    lost: str = "lost",
    arm: str = "arm",
    psu: str | None = None,
) -> pd.DataFrame:
    """Test whether those who were lost differ from those who were interviewed again.

    baseline: one row a respondent of the first wave; `lost` is 1 for one who was not interviewed again, else
    0. Returns one row a test: test, statistic (an F), numerator_df, denominator_df, p_value, respondents,
    lost (of these) and why_not (why there is no statistic; missing where there is one).

    One test a factor (of two values or more): is the share lost the same in all its values? Pearson's
    chi-squared with the second-order correction of Rao and Scott for psus, as an F.
    "joint": do the predictors together say who was lost? A linear probability model of being lost on all of
    them (text as one indicator a value), and "joint, between the arms": the same with each predictor times
    the arm; do these products together matter, that is, were other people lost in the programme than in the
    comparison arm? Both are Wald tests whose covariance is that of clusters (psus, else respondents), with
    d = clusters - 1 adjusted to F = W (d - q + 1) / (q d) on q and d - q + 1 degrees of freedom.
    Respondents are not weighted: the question is about those who were interviewed. Strata are left out of
    account, which is on the safe side. Rows without an entry in a column of a test are not in that test.
    There is no statistic where nobody or everybody was lost; where the joint tests would have fewer than 10
    degrees of freedom, or a value (in an arm) is found in one cluster alone; and, where the arm is tested
    with psus, with fewer than six psus of the programme.

    Raises ValueError where a column is absent, `lost` is not 0 or 1, or psu has gaps.

    Sources: Fitzgerald, Gottschalk and Moffitt (1998), J. Human Resources 33, 251-299; Becketti, Gould,
    Lillard and Welch (1988), J. Labor Economics 6, 472-492 (the joint tests); Rao and Scott (1984), Annals of
    Statistics 12, 46-60, computed by svy; Korn and Graubard (1990), American Statistician 44, 270-276
    (adjusted Wald test). The regression is pyfixest's.

    Example: 10 of 20 lost in one arm and 2 of 20 in the other; Pearson's chi-squared is 7.619, F = 7.619 x
    39 / 40 = 7.4286 on 1 and 39 degrees of freedom.

    >>> first = pd.DataFrame({"arm": ["programme"] * 20 + ["comparison"] * 20,
    ...                       "lost": [1] * 10 + [0] * 10 + [1] * 2 + [0] * 18})
    >>> table = attrition_tests(first, ["arm"], [])
    >>> table[["test", "statistic", "denominator_df", "respondents", "lost"]].round(4).values.tolist()
    [['arm', 7.4286, 39.0, 40, 12]]
    """
    require_columns(baseline, [*factors, *predictors, lost, psu])
    if not np.isin(numbers(baseline, lost), (0, 1)).all():
        raise ValueError(f"The column '{lost}' must say 1 (lost) or 0 (interviewed again) in each row")
    first = pd.DataFrame(index=range(len(baseline)))
    first["gone"] = numbers(baseline, lost)
    first["cluster"] = complete_codes(baseline, psu) if psu else first.index
    used = {name: baseline[name].reset_index(drop=True) for name in dict.fromkeys([*factors, *predictors])}
    records = []
    for factor in factors:
        if used[factor].nunique() > 1:
            kept = first[used[factor].notna()].assign(value=used[factor].astype("string"))
            few = _few_of_the_programme(kept, kept["value"] if factor == arm and psu else None)
            records.append(_tested(factor, kept, few, _rao_scott))
    telling = [name for name in predictors if used[name].nunique() > 1]
    complete = first[
        pd.DataFrame({name: used[name].notna() for name in telling}, index=first.index).all(axis=1)
    ]
    columns = {name: used[name].loc[complete.index] for name in telling}
    columns = {name: values for name, values in columns.items() if values.nunique() > 1}
    if len(columns) > 1:
        few = _few_of_the_programme(complete, columns[arm] if arm in columns and psu else None)
        main = [part for values in columns.values() for part in _parts(values)]

        def of_all(rows: pd.DataFrame) -> list[float]:
            _refuse_single_clusters(columns, None, rows["cluster"])
            return _wald(rows, [], main)

        records.append(_tested(JOINT, complete, few, of_all))
    if len(columns) > 1 and arm in columns:
        others = {name: values for name, values in columns.items() if name != arm}
        programme = (columns[arm] == PROGRAMME).to_numpy(float)
        products = [part * programme for values in others.values() for part in _parts(values)]

        def of_products(rows: pd.DataFrame) -> list[float]:
            _refuse_single_clusters(others, columns[arm], rows["cluster"])
            return _wald(rows, main, products)

        records.append(_tested(BETWEEN_ARMS, complete, few, of_products))
    return pd.DataFrame(records, columns=_COLUMNS)


_FIGURES = ["statistic", "numerator_df", "denominator_df", "p_value"]
_COLUMNS = ["test", *_FIGURES, "respondents", "lost", "why_not"]


class _NotTestable(Exception):
    """A test that would have no meaning; the message says why."""


def _tested(name: str, rows: pd.DataFrame, few: str, test: Any) -> dict[str, Any]:
    """Return the record of a test, with its figures or with why there are none."""
    record = {"test": name, "respondents": len(rows), "lost": int(rows["gone"].sum()), "why_not": None}
    try:
        if rows["gone"].nunique() < 2:
            raise _NotTestable("Nobody was lost" if not record["lost"] else "Everybody was lost")
        if few:
            raise _NotTestable(few)
        figures = test(rows)
    except _NotTestable as why:
        record["why_not"] = str(why)
        figures = [np.nan] * len(_FIGURES)
    return {**record, **dict(zip(_FIGURES, figures, strict=True))}


def _few_of_the_programme(rows: pd.DataFrame, arm: pd.Series | None) -> str:
    """Return why the arms cannot be compared, or nothing. arm: None where they are not, or without psus."""
    if arm is None:
        return ""
    psus = rows.loc[(arm == PROGRAMME).to_numpy(bool), "cluster"].nunique()
    return "" if psus >= FEWEST_CLUSTERS else f"The programme arm has only {psus} PSUs"


def _rao_scott(rows: pd.DataFrame) -> list[float]:
    """Return F, its degrees of freedom and p of the table of values and who was lost."""
    import polars as pl
    import svy

    ordered = rows.sort_values(["value", "gone", "cluster"])
    if ordered["cluster"].nunique() < 2:
        raise _NotTestable("There is only one PSU")
    table = pl.DataFrame(
        {
            "value": ordered["value"].to_list(),
            "gone": ordered["gone"].astype(int).astype(str).to_list(),
            "psu": ordered["cluster"].to_numpy(),
        }
    )
    design = svy.Design(psu="psu")
    found: Any = svy.Sample(table, design).categorical.tabulate("value", "gone")
    test = found.stats.f
    if not min(test.df_num, test.df_den) > 0:  # as where every cluster has the same counts
        raise _NotTestable("From cluster to cluster nothing varies")
    return [float(one) for one in (test.value, test.df_num, test.df_den, test.p_value)]


def _parts(values: pd.Series) -> list[np.ndarray]:
    """Return a number as it is, centred and of standard deviation 1, and text as one indicator a value."""
    if pd.api.types.is_numeric_dtype(values):
        known = values.astype("float64").to_numpy()
        ordered = np.sort(known)
        return [(known - ordered.mean()) / ordered.std()]
    words = values.astype("string")
    return [(words == one).to_numpy(float) for one in sorted(words.unique())[1:]]


def _wald(rows: pd.DataFrame, others: list[np.ndarray], tested: list[np.ndarray]) -> list[float]:
    """Return F, its degrees of freedom and p of the test that the tested columns have no coefficient."""
    from scipy import stats

    clusters = rows["cluster"].nunique()
    freedom = clusters - 1
    fitted = _regression(rows, [*others, *tested])
    places = [
        place
        for place, name in enumerate(fitted._coefnames)
        if name.startswith("x") and int(name[1:]) >= len(others)
    ]
    count = len(places)
    if not count:
        raise _NotTestable("The columns follow from one another")
    if freedom - count + 1 < FEWEST_DEGREES_OF_FREEDOM:
        raise _NotTestable(f"There are too few clusters ({clusters}) to test {count} things at once")
    estimates = np.asarray(fitted._beta_hat, dtype=float).ravel()[places]
    covariance = np.asarray(fitted._vcov)[np.ix_(places, places)]
    if np.linalg.cond(covariance) > _ILL_CONDITIONED:
        raise _NotTestable("Too few were lost to tell the columns apart")
    distance = float(estimates @ np.linalg.solve(covariance, estimates))
    rest = freedom - count + 1
    statistic = distance * rest / (count * freedom)
    return [statistic, float(count), float(rest), float(stats.f.sf(statistic, count, rest))]


_ILL_CONDITIONED = 1e10


def _refuse_single_clusters(
    columns: dict[str, pd.Series], arm: pd.Series | None, clusters: pd.Series
) -> None:
    """Raise _NotTestable where a value (in an arm) is found in one cluster: its variance would be none."""
    for name, values in columns.items():
        if pd.api.types.is_numeric_dtype(values) and values.nunique() > 2:
            continue
        parts = [values] if arm is None else [values, arm]
        if (clusters.groupby(parts, observed=True).nunique() < 2).any():
            raise _NotTestable(f"A value of '{name}' is found in one cluster alone")


def _regression(rows: pd.DataFrame, columns: list[np.ndarray]) -> Any:
    """Return pyfixest's linear probability model with errors by cluster, times G / (G - 1)."""
    import warnings
    from importlib import import_module

    pyfixest: Any = import_module("pyfixest")  # its names are made on first use
    names = [f"x{place}" for place, _ in enumerate(columns)]
    table = pd.DataFrame(dict(zip(names, columns, strict=True)), index=rows.index)
    table = table.assign(gone=rows["gone"], cluster=rows["cluster"])
    table = table.sort_values(["gone", *names, "cluster"], ignore_index=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # columns that follow from others are dropped
        try:
            return pyfixest.feols(
                f"gone ~ {' + '.join(names)}",
                table,
                vcov={"CRV1": "cluster"},
                ssc=pyfixest.ssc(k_adj=False, G_adj=True),
            )
        except (ValueError, ZeroDivisionError, np.linalg.LinAlgError):
            raise _NotTestable("There are too few respondents for the model") from None
