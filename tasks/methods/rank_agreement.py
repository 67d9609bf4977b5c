"""How far voters agree on the order of indicators: within a focus group, and between poverty groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns
from tasks.methods.ranking import friedman_chi2, kendall_w

_VOTER = ["focus_group", "person"]


def agreement_by(rankings: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Say how far the voters of each focus group, or of each poverty group, rank alike.

    `rankings` is long: poverty_group, focus_group, person, indicator and rank; a missing rank is no
    vote. by: the columns that make a group. Returns one row a group, sorted: voters (who gave any
    rank), complete_voters (who ranked each indicator that the group ranked at all), indicators,
    agreement (Kendall's W of the complete voters), chi2 (Friedman), degrees_of_freedom (indicators
    less one) and p_value: how often voters who order at random would agree as far. The p-value is
    that of the chi-squared distribution, which for few voters is too large rather than too small.
    The last four are missing with fewer than two complete voters or two indicators, or where each
    voter ties all. Raises ValueError where a column is absent or a rank is not numeric.

    Sources: Friedman (1937), J. American Statistical Association 32, 675-701; Kendall and Smith
    (1939), Annals of Mathematical Statistics 10, 275-287.

    >>> votes = pd.DataFrame({
    ...     "poverty_group": "p", "focus_group": "f", "person": list("aaabbbccc"),
    ...     "indicator": list("xyz") * 3, "rank": [1, 2, 3, 1, 2, 3, 1, 3, 2],
    ... })
    >>> agreement_by(votes, ["focus_group"]).round(4).to_dict("records")[0]["chi2"]
    4.6667
    """
    require_columns(rankings, [*by, *_VOTER, "indicator"])
    given = rankings.assign(rank=numbers(rankings, "rank")).dropna(subset=["rank"])
    columns = [
        *("voters", "complete_voters", "indicators", "agreement", "chi2", "degrees_of_freedom", "p_value")
    ]
    groups = rankings[[*by]].drop_duplicates().sort_values([*by]).reset_index(drop=True)
    found = {key: _agreement(part) for key, part in given.groupby([*by], sort=True)}
    nothing = (0, 0, 0, np.nan, np.nan, pd.NA, np.nan)
    rows = [found.get(tuple(key), nothing) for key in groups.itertuples(index=False)]
    table = pd.DataFrame(rows, columns=columns, index=groups.index)
    counts = ["voters", "complete_voters", "indicators", "degrees_of_freedom"]
    return pd.concat([groups, table.astype(dict.fromkeys(counts, "Int64"))], axis=1)


def _agreement(given: pd.DataFrame) -> tuple[object, ...]:
    from scipy.stats import chi2 as chi_squared

    matrix = given.pivot(index=_VOTER, columns="indicator", values="rank")
    whole = matrix.dropna().to_numpy(float)
    voters, (complete, items) = len(matrix), whole.shape
    w = kendall_w(whole) if complete else float("nan")
    if np.isnan(w):
        return voters, complete, items, np.nan, np.nan, pd.NA, np.nan
    statistic = friedman_chi2(whole)
    return voters, complete, items, w, statistic, items - 1, float(chi_squared.sf(statistic, items - 1))


def compare_groups(selection: pd.DataFrame) -> pd.DataFrame:
    """Say of each two poverty groups how alike they rank, and how far their short lists are the same.

    `selection` has poverty_group, indicator, mean_rank (missing where no one ranked it) and selected.
    Returns one row a pair, sorted: poverty_group, other_group, indicators (ranked by both), tau_b
    (Kendall's rank correlation of their mean ranks over those: 1 the same order, 0 no likeness, -1
    the reverse; ties as in tau-b; missing with fewer than two indicators or where a group ties them
    all), on_both (indicators on both lists) and on_either. Raises ValueError where a column is
    absent or a rank is not numeric.

    Source: Kendall (1945), Biometrika 33, 239-251 (tau-b).

    >>> compare_groups(pd.DataFrame({
    ...     "poverty_group": list("pppqqq"), "indicator": list("xyzxyz"),
    ...     "mean_rank": [1.0, 2.0, 3.0, 1.0, 3.0, 2.0],
    ...     "selected": [True, True, False, True, False, True],
    ... })).round(4).values.tolist()
    [['p', 'q', 3, 0.3333, 1, 3]]
    """
    ranks = _mean_ranks(selection)
    lists = _short_lists(selection)
    rows = []
    for one, other in combinations(sorted(lists), 2):
        both = ranks.reindex([one, other]).dropna(axis=1).to_numpy()
        rows.append(
            (
                *(one, other, both.shape[1], _tau_b(*both)),
                *(len(lists[one] & lists[other]), len(lists[one] | lists[other])),
            )
        )
    columns = ["poverty_group", "other_group", "indicators", "tau_b", "on_both", "on_either"]
    return pd.DataFrame(rows, columns=columns)


def _tau_b(first: np.ndarray, second: np.ndarray) -> float:
    from scipy.stats import kendalltau

    kendall: Any = kendalltau
    if len(first) < 2 or len(set(first)) < 2 or len(set(second)) < 2:
        return float("nan")
    return float(kendall(first, second).statistic)


def agreement_of_groups(selection: pd.DataFrame) -> tuple[int, float]:
    """Return how many indicators all poverty groups ranked, and Kendall's W of their mean ranks over those.

    `selection` as in `compare_groups`; each poverty group is one voter. W is NaN with fewer than two
    groups that ranked or two indicators that all of these ranked. Raises ValueError as there.

    Source: Kendall and Smith (1939), Annals of Mathematical Statistics 10, 275-287.

    >>> agreement_of_groups(pd.DataFrame({
    ...     "poverty_group": list("ppqq"), "indicator": list("xyxy"),
    ...     "mean_rank": [1.0, 2.0, 2.0, 1.0], "selected": True,
    ... }))
    (2, 0.0)
    """
    ranks = _mean_ranks(selection).dropna(how="all")
    whole = ranks.dropna(axis=1).to_numpy()
    return whole.shape[1], kendall_w(whole)


def _mean_ranks(selection: pd.DataFrame) -> pd.DataFrame:
    """Return the mean ranks, a row a poverty group and a column an indicator."""
    require_columns(selection, ["poverty_group", "indicator", "selected"])
    # Means that are equal may differ in their last bits, which must not break a tie.
    ranks = selection.assign(mean_rank=numbers(selection, "mean_rank").round(12))
    return ranks.pivot(index="poverty_group", columns="indicator", values="mean_rank").astype(float)


def _short_lists(selection: pd.DataFrame) -> dict[str, set[str]]:
    kept = selection[selection["selected"].astype(bool)]
    return {
        str(group): set(kept.loc[kept["poverty_group"] == group, "indicator"])
        for group in selection["poverty_group"].unique()
    }
