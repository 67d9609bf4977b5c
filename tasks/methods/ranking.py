"""Which indicators matter to a poverty group: mean ranks, Borda weights, agreement, short list."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns

_VOTER = ["focus_group", "person"]


def ranks_from_scores(votes: pd.DataFrame) -> pd.DataFrame:
    """Derive each person's ranks from the scores that the person gave, 1 = the highest score.

    `votes` is long: poverty_group, focus_group, person, indicator and score (higher = more
    important). Returns the same rows and columns with `rank` set (added or replaced): tied scores
    share the average of their ranks; a missing score has a missing rank. Raises ValueError where
    a column is absent, a score is not numeric or a person scores an indicator twice.

    Source: Kendall (1945), Biometrika 33, 239-251 (average ranks for ties).

    >>> votes = pd.DataFrame({
    ...     "poverty_group": "p", "focus_group": "f", "person": "a",
    ...     "indicator": list("xyz"), "score": [5, 9, 5],
    ... })
    >>> ranks_from_scores(votes)["rank"].tolist()
    [2.5, 1.0, 2.5]
    """
    _check(votes, "score")
    scores = votes[["poverty_group", *_VOTER]].assign(score=numbers(votes, "score"))
    ranks = scores.groupby(["poverty_group", *_VOTER])["score"].rank(ascending=False)
    return votes.assign(rank=ranks.to_numpy())


def ranks_within_voters(votes: pd.DataFrame) -> pd.DataFrame:
    """Return the votes with each voter's ranks set, by the order in which the voter put the indicators.

    `votes` is long: poverty_group, focus_group, person, indicator, rank (1 = most important) and
    score (higher = more important). Returns the same rows and columns. Of a voter who gives ranks
    the ranks count, of one who gives scores alone the scores. Only the order counts, in both: ties
    share the average of the places that they take (1, 1, 2 counts as 1.5, 1.5, 3), and what a voter
    left open has a missing rank. Raises ValueError as `ranks_from_scores` does.

    Source: Kendall (1945), Biometrika 33, 239-251 (average ranks for ties).

    >>> votes = pd.DataFrame({
    ...     "poverty_group": "p", "focus_group": "f", "person": list("aaabbb"), "indicator": list("xyzxyz"),
    ...     "rank": [1, 1, 2, None, None, None], "score": [None, None, None, 5, 9, None],
    ... })
    >>> ranks_within_voters(votes)["rank"].tolist()
    [1.5, 1.5, 3.0, 2.0, 1.0, nan]
    """
    _check(votes, "rank")
    voter = ["poverty_group", *_VOTER]
    given = votes[voter].assign(rank=numbers(votes, "rank"))
    ranked = given.groupby(voter)["rank"].rank()
    gives_ranks = given["rank"].notna().groupby([given[column] for column in voter]).transform("any")
    scored = ranks_from_scores(votes)["rank"]
    return votes.assign(rank=ranked.where(gives_ranks, scored).to_numpy(float))


def rank_indicators(rankings: pd.DataFrame) -> pd.DataFrame:
    """Summarise the votes of each poverty group on each indicator.

    `rankings` is long: poverty_group, focus_group, person, indicator and rank (1 = most
    important). A voter is a person of a focus group; a missing rank is no vote. Returns one row
    for each poverty group and indicator, sorted by both: mean_rank (NaN without votes), voters,
    focus_groups (those with a vote on it), weight (a share) and agreement (the same for all rows
    of a poverty group).

    weight is the Borda count, normalised: with m indicators ranked by the poverty group at all, a
    vote of rank r gives max(m + 1 - r, 0) points and an indicator left unranked gets none;
    weight = the indicator's points / all points of the group, so the weights of a group sum to 1
    (0 for an indicator without votes; NaN where no one has voted or no vote gives points).
    Counting points rather than averaging ranks keeps an indicator that one person put first from
    overtaking one that everybody put second.
    agreement is Kendall's W (`kendall_w`) over the voters who ranked all m indicators; NaN with
    fewer than two of them or fewer than two indicators.

    Raises ValueError where a column is absent, a rank is not numeric or below 1, or a person
    ranks an indicator twice.

    Sources: Borda (1781), Memoire sur les elections au scrutin; Kendall and Smith (1939), Annals
    of Mathematical Statistics 10, 275-287.

    Example: two people rank x before y; 2 * 2 of 6 points.

    >>> votes = pd.DataFrame({
    ...     "poverty_group": "p", "focus_group": "f", "person": list("aabb"),
    ...     "indicator": list("xyxy"), "rank": [1, 2, 1, 2],
    ... })
    >>> table = rank_indicators(votes)
    >>> table[["mean_rank", "voters", "weight", "agreement"]].round(4).values.tolist()
    [[1.0, 2.0, 0.6667, 1.0], [2.0, 2.0, 0.3333, 1.0]]
    """
    _check(rankings, "rank")
    votes = rankings[["poverty_group", *_VOTER, "indicator"]].assign(rank=numbers(rankings, "rank"))
    if (votes["rank"] < 1).any():
        raise ValueError("The column 'rank' holds a rank below 1")
    votes = votes.sort_values(["poverty_group", "indicator", *_VOTER])
    parts = [
        _of_group(part).assign(poverty_group=group)
        for group, part in votes.groupby("poverty_group", sort=True)
    ]
    columns = ["poverty_group", "indicator", "mean_rank", "voters", "focus_groups", "weight", "agreement"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]


def select(ranked: pd.DataFrame, keep: int) -> pd.DataFrame:
    """Mark the short list of each poverty group: the `keep` indicators with the most weight.

    Returns the rows of `rank_indicators` with two more columns: selected (bool) and reason (a
    sentence without the place by weight: that is a figure, and withheld where the weight is). The
    order is: more weight; then, where weights are equal, the lower mean rank, more voters and the
    indicator's id by alphabet, so that a tie at the cut is always decided the same way. An indicator
    without votes is never selected.

    Raises ValueError where a column is absent or keep is below 1.

    Source: the rule is the project's, for the short list of Nadvi and Barrientos (2004), Annex II,
    phase three.

    >>> ranked = pd.DataFrame({
    ...     "poverty_group": "p", "indicator": list("xyz"), "mean_rank": [1.5, 1.5, 3.0],
    ...     "voters": 2, "weight": [5 / 12, 5 / 12, 2 / 12], "agreement": 0.75,
    ... })
    >>> select(ranked, 1)["selected"].tolist()
    [True, False, False]
    """
    require_columns(ranked, ["poverty_group", "indicator", "mean_rank", "voters", "weight"])
    if keep < 1:
        raise ValueError("At least one indicator has to be kept")
    # Equal shares may differ in their last bits, which must not decide a tie.
    ranked = ranked.reset_index(drop=True)
    order = ranked.assign(weight=ranked["weight"].astype(float).round(12)).sort_values(
        ["poverty_group", "weight", "mean_rank", "voters", "indicator"],
        ascending=[True, False, True, False, True],
    )
    place = order.groupby("poverty_group").cumcount().reindex(ranked.index) + 1
    voted = ranked["voters"] > 0
    selected = voted & (place <= keep)
    reason = [
        "No one ranked it."
        if not has_votes
        else f"Among the first {keep} by weight, which are kept."
        if chosen
        else f"Not among the first {keep} by weight, which are kept."
        for has_votes, chosen in zip(voted, selected, strict=True)
    ]
    return ranked.assign(selected=selected.astype(bool), reason=reason)


def list_weights(selection: pd.DataFrame) -> pd.Series:
    """Return the weight of each indicator within the short list of its poverty group.

    `selection` has poverty_group, weight and selected. The weights of a list sum to 1; NaN for an
    indicator that is not on it, and for a list without any weight. An indicator on the list that no
    one ranked weighs 0. Raises ValueError where a column is absent or a weight is not numeric.

    Source: the rule is the project's; the weights are those of `rank_indicators`.

    >>> list_weights(pd.DataFrame({
    ...     "poverty_group": "p", "weight": [0.5, 0.25, 0.25], "selected": [True, True, False],
    ... })).round(4).tolist()
    [0.6667, 0.3333, nan]
    """
    require_columns(selection, ["poverty_group", "selected"])
    weights = pd.Series(numbers(selection, "weight"), index=selection.index).fillna(0.0)
    kept = weights.where(selection["selected"].astype(bool))
    whole = kept.groupby(selection["poverty_group"]).transform("sum")
    return kept / whole.where(whole > 0)


def kendall_w(matrix: np.ndarray) -> float:
    """Return Kendall's coefficient of concordance, from 0 (none) to 1 (all rank alike).

    `matrix` has one row for each voter and one column for each item; within a row only the order
    counts, and ties share the average rank. W = 12 S / (k^2 (n^3 - n) - k T), with k voters, n
    items, S the squared deviations of the items' rank sums from their mean, and T the sum of
    t^3 - t over all groups of t tied ranks. NaN with fewer than two voters or items, or where
    each voter ties all items. Raises ValueError where the matrix is not of two dimensions or has
    gaps.

    Sources: Kendall and Smith (1939), Annals of Mathematical Statistics 10, 275-287; Kendall
    (1945), Biometrika 33, 239-251 (ties).

    Example: W of R's RoundingTimes is 0.2532468 (Hollander and Wolfe, 1973, p. 140).

    >>> round(kendall_w(np.array([[1, 2, 3], [1, 2, 3], [1, 3, 2]])), 7)
    0.7777778
    """
    from scipy.stats import rankdata

    matrix = np.asarray(matrix, dtype=float)
    if matrix.ndim != 2:
        raise ValueError("Kendall's W needs a table of voters by items")
    if np.isnan(matrix).any():
        raise ValueError("Kendall's W needs a rank of each voter for each item")
    voters, items = matrix.shape
    if voters < 2 or items < 2:
        return float("nan")
    ranks = rankdata(matrix, axis=1)
    sums = ranks.sum(axis=0)
    squares = float(((sums - voters * (items + 1) / 2) ** 2).sum())
    ties = 0
    for row in ranks:
        _, size = np.unique(row, return_counts=True)
        ties += int((size**3 - size).sum())
    below = voters**2 * (items**3 - items) - voters * ties
    return 12 * squares / below if below else float("nan")


def friedman_chi2(matrix: np.ndarray) -> float:
    """Return Friedman's chi-squared statistic, with the correction for ties: k (n - 1) W.

    `matrix` as in `kendall_w`, with k rows and n columns; the statistic has n - 1 degrees of
    freedom. NaN and ValueError as in `kendall_w`.

    Sources: Friedman (1937), J. American Statistical Association 32, 675-701; Hollander and Wolfe
    (1973), Nonparametric Statistical Methods, pp. 139-146.

    Example: 11.142857 for R's RoundingTimes.

    >>> round(friedman_chi2(np.array([[1, 2, 3], [1, 2, 3], [1, 3, 2]])), 7)
    4.6666667
    """
    voters, items = np.asarray(matrix).shape
    return voters * (items - 1) * kendall_w(matrix)


def _check(votes: pd.DataFrame, measure: str) -> None:
    keys = ["poverty_group", *_VOTER, "indicator"]
    require_columns(votes, [*keys, measure])
    if votes[keys].isna().any(axis=None):
        raise ValueError(f"The columns {', '.join(keys)} need an entry in each row")
    if votes.duplicated(keys).any():
        raise ValueError("A person has more than one vote on an indicator")


def _of_group(votes: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators of one poverty group with mean rank, voters, weight and agreement."""
    given = votes.dropna(subset=["rank"])
    items = given["indicator"].nunique()
    points = (items + 1 - given["rank"]).clip(lower=0)
    indicators = pd.Index(sorted(votes["indicator"].unique()), name="indicator")
    found = given.groupby("indicator")["rank"].agg(["mean", "size"]).reindex(indicators)
    met = given.groupby("indicator")["focus_group"].nunique().reindex(indicators, fill_value=0)
    borda = points.groupby(given["indicator"]).sum().reindex(indicators, fill_value=0.0)
    total = float(borda.sum())
    return pd.DataFrame(
        {
            "indicator": indicators,
            "mean_rank": found["mean"].to_numpy(float),
            "voters": found["size"].fillna(0).to_numpy("int64"),
            "focus_groups": met.to_numpy("int64"),
            "weight": borda.to_numpy(float) / total if total else np.nan,
            "agreement": _agreement(given, items),
        }
    )


def _agreement(given: pd.DataFrame, items: int) -> float:
    if given.empty:
        return float("nan")
    matrix = given.pivot(index=_VOTER, columns="indicator", values="rank").dropna()
    return kendall_w(matrix.to_numpy(float)) if matrix.shape[1] == items else float("nan")
