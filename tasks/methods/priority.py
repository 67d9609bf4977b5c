"""How clusters compare under Table 2 when nobody knows the weights and some characteristics are open."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

LOWEST, HIGHEST = 1, 5
TAIL = 0.05
"""The share of draws beyond either end of an interval: 90 % lie between the ends."""
TOLD_APART = 0.95
"""The share of draws in which one cluster has to stand above another to be told apart from it."""
_DIGITS = 10
_BLOCK = 255
"""The largest count that a byte holds."""


def draw_composites(scores: pd.DataFrame, *, draws: int, seed: int) -> pd.DataFrame:
    """Return the composite score of each cluster in each draw: one row a draw, one column a cluster, 1 to 5.

    `scores` has one row a cluster (the index has its name) and one column a characteristic, 1 to 5, NaN where
    unscored. In a draw the weights of the characteristics are the same for all clusters, at or above 0, sum
    to 1 and any such weights are as likely as any other (flat Dirichlet); each unscored characteristic of
    each cluster is one of the whole numbers 1 to 5, all as likely. The composite is the weighted sum.

    A cluster's open characteristics are drawn from a stream of its own, named by seed and cluster, so that
    no order of clusters or characteristics and nothing else in the portfolio changes a figure. Composites are
    rounded to ten decimals: equal ones are equal on any machine.

    Raises ValueError where a cluster is named twice, there is no characteristic, a score lies outside 1 to 5
    or draws is below 1.

    Source: Lahdelma, Hokkanen and Salminen (1998), European Journal of Operational Research 106, 137-143
    (weights without preference information); Saisana, Saltelli and Tarantola (2005), Journal of the Royal
    Statistical Society A 168, 307-323 (uncertainty of composite indicators).

    >>> table = pd.DataFrame({"x": [4, 2], "y": [4, 2]}, index=["high", "low"])
    >>> draw_composites(table, draws=3, seed=1)["high"].tolist()
    [4.0, 4.0, 4.0]
    """
    given = scores[sorted(scores.columns)].to_numpy("float64", na_value=np.nan)
    if scores.index.has_duplicates:
        raise ValueError("A cluster is named twice")
    if not given.shape[1] or draws < 1:
        raise ValueError("There has to be a characteristic and a draw")
    if ((given < LOWEST) | (given > HIGHEST)).any():
        raise ValueError(f"A score lies outside {LOWEST} to {HIGHEST}")
    weights = np.random.default_rng([seed]).standard_exponential((draws, given.shape[1]))
    weights /= weights.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            name: _composite(row, weights, np.random.default_rng([seed, *_words(str(name))]))
            for name, row in zip(scores.index, given, strict=True)
        }
    )


def intervals(composites: pd.DataFrame) -> pd.DataFrame:
    """Return the middle and the 90 % interval of each cluster's composite and rank.

    `composites` is what `draw_composites` returns. One row a cluster, indexed by its name: score_middle,
    score_low_90, score_high_90 (1 to 5), rank, rank_low, rank_high. Rank 1 is the highest composite; clusters
    that tie in a draw share the average of their ranks. Middle is the median, low and high the 5th and 95th
    percentile; each is a value that was drawn (the smallest that as large a share of draws does not exceed).
    Raises ValueError where there is no draw.

    Source: Lahdelma and Salminen (2001), Operations Research 49, 444-454 (rank acceptability); Hyndman and
    Fan (1996), American Statistician 50, 361-365, definition 1 (percentiles).

    >>> intervals(pd.DataFrame({"a": [3.0, 4.0], "b": [2.0, 4.0]}))["rank_low"].tolist()
    [1.0, 1.5]
    """
    if not len(composites):
        raise ValueError("There is no draw")
    drawn = composites.to_numpy()
    out = {}
    for prefix, values in (("score", drawn), ("rank", _ranks(drawn))):
        low, middle, high = np.quantile(values, [TAIL, 0.5, 1 - TAIL], axis=0, method="inverted_cdf")
        middle_name, end = (f"{prefix}_middle", "_90") if prefix == "score" else (prefix, "")
        out |= {middle_name: middle, f"{prefix}_low{end}": low, f"{prefix}_high{end}": high}
    return pd.DataFrame(out, index=composites.columns)


def pairs(composites: pd.DataFrame) -> pd.DataFrame:
    """Return how often one cluster stands above another: one row a pair, sorted by both names.

    `composites` is what `draw_composites` returns. Columns above, below, share_above (the share of draws in
    which `above` has the larger composite, an equal one counted half; at least 0.5, and where it is 0.5 the
    pair stands in the order of names) and told_apart (whether that share is at least 0.95).
    Raises ValueError where there is no draw.

    Source: Lahdelma and Salminen (2001), Operations Research 49, 444-454 (acceptability of an order); the
    limit of 0.95 is a convention of psia.

    >>> pairs(pd.DataFrame({"a": [3.0, 4.0], "b": [4.0, 5.0]})).to_dict("records")
    [{'above': 'b', 'below': 'a', 'share_above': 1.0, 'told_apart': True}]
    """
    if not len(composites):
        raise ValueError("There is no draw")
    names = np.array(sorted(composites.columns), dtype=object)
    larger = _larger(_ranks(composites[list(names)].to_numpy()))
    first, second = np.triu_indices(len(names), 1)
    draws = len(composites)
    halves = larger[first, second] + draws - larger[second, first]
    stands = halves >= draws
    above, below = np.where(stands, first, second), np.where(stands, second, first)
    shares = np.maximum(halves, 2 * draws - halves) / (2 * draws)
    order = np.lexsort((below, above))
    return pd.DataFrame(
        {
            "above": names[above[order]],
            "below": names[below[order]],
            "share_above": shares[order],
            "told_apart": shares[order] >= TOLD_APART,
        }
    )


def _composite(scores: np.ndarray, weights: np.ndarray, random: np.random.Generator) -> np.ndarray:
    filled = np.broadcast_to(scores, weights.shape).copy()
    still_open = np.isnan(scores)
    filled[:, still_open] = random.integers(LOWEST, HIGHEST + 1, (len(weights), int(still_open.sum())))
    return (weights * filled).sum(axis=1).round(_DIGITS)


def _ranks(drawn: np.ndarray) -> np.ndarray:
    """Return each cluster's rank in each draw, 1 the highest, ties the average of their ranks."""
    from scipy import stats

    return stats.rankdata(-drawn, method="average", axis=1)


def _larger(ranks: np.ndarray) -> np.ndarray:
    """Return in how many draws the cluster of a row stands above that of a column.

    Ranks are doubled to be whole and small, and counts of a block of draws are kept in a byte: all pairs of
    1,000 clusters are compared in each draw, which is slow in larger numbers.
    """
    draws, clusters = ranks.shape
    whole = (2 * ranks).astype(np.min_scalar_type(2 * clusters))
    counted = np.zeros((clusters, clusters), dtype=np.int64)
    for start in range(0, draws, _BLOCK):
        block = np.zeros((clusters, clusters), dtype=np.uint8)
        for row in whole[start : start + _BLOCK]:
            block += (row[:, None] < row[None, :]).view(np.uint8)
        counted += block
    return counted


def _words(name: str) -> list[int]:
    """Return a name as numbers that seed a generator."""
    digest = hashlib.sha256(name.encode()).digest()
    return [int.from_bytes(digest[start : start + 4], "big") for start in range(0, 16, 4)]
