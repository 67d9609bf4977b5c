"""Clustered errors that hold with few clusters: bias-reduced ones (CR2) and their degrees of freedom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def bias_reduced_errors(
    regressors: np.ndarray,
    outcome: np.ndarray,
    clusters: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    columns: Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coefficients, CR2 standard errors and degrees of freedom, one of each a regressor.

    regressors: one row an observation, one column a coefficient, the constant included where there is one;
    clusters: the cluster of each row; weights: analytic, None for equal ones; columns: the places of the
    regressors that are wanted, all unless named. Coefficients are in the outcome's unit.

    The working model is that of the least squares: independent errors, of variance 1 / weight. Residuals of
    a cluster are multiplied by (I - H)^(-1/2) of its block of the hat matrix, so that the variance is
    unbiased under the working model; where a cluster determines a coefficient, by the generalized inverse.
    Degrees of freedom are Satterthwaite's. A column that follows from the others is NaN in all three. Fixed
    effects within clusters may be taken out of regressors and outcome beforehand: it changes nothing.

    Raises ValueError where there are fewer than 2 clusters, or numbers of rows differ.

    Sources: Bell and McCaffrey (2002), Survey Methodology 28, 169-181; Imbens and Kolesar (2016), Review of
    Economics and Statistics 98, 701-712; Pustejovsky and Tipton (2018), J. Business and Economic Statistics
    36, 672-683 (generalized inverse; theorem 2 on fixed effects).

    Example: 3 people of 30 are treated, each a cluster. Degrees of freedom 2.5 for the difference of means
    (Imbens and Kolesar, table 1, whose design this is).

    >>> treated = np.arange(30) < 3
    >>> both = np.column_stack([np.ones(30), treated])
    >>> bias_reduced_errors(both, np.arange(30) % 7 * 1.0, np.arange(30))[2].round(1).tolist()
    [26.0, 2.5]
    """
    if not len(regressors) == len(outcome) == len(clusters):
        raise ValueError("Regressors, outcome and clusters need the same number of rows")
    order = np.argsort(clusters, kind="stable")
    starts = np.unique(np.asarray(clusters)[order], return_index=True)[1]
    if len(starts) < 2:
        raise ValueError("Clustered errors need at least 2 clusters")
    root = np.sqrt(np.ones(len(outcome)) if weights is None else np.asarray(weights, dtype=float))[order]
    rows = np.asarray(regressors, dtype=float)[order] * root[:, None]
    target = np.asarray(outcome, dtype=float)[order] * root
    basis = _orthonormal(rows)
    residuals = target - basis @ (basis.T @ target)
    blocks = np.split(basis, starts[1:])
    corrections = [_inverse_root(np.eye(basis.shape[1]) - block.T @ block) for block in blocks]
    parts = np.split(residuals, starts[1:])
    found = []
    for column in range(rows.shape[1]) if columns is None else columns:
        reader = _reader(rows, column)
        if reader is None:
            found.append((np.nan, np.nan, np.nan))
            continue
        along = basis.T @ reader
        adjusted = [block @ (root_of @ along) for block, root_of in zip(blocks, corrections, strict=True)]
        squares = np.array([(mine @ rest) ** 2 for mine, rest in zip(adjusted, parts, strict=True)])
        shadows = np.array([block.T @ mine for block, mine in zip(blocks, adjusted, strict=True)])
        between = np.diag([mine @ mine for mine in adjusted]) - shadows @ shadows.T
        total = (between**2).sum()
        freedom = np.trace(between) ** 2 / total if total > 0 else np.nan
        found.append((reader @ target, np.sqrt(squares.sum()), freedom))
    coefficients, errors, degrees = np.array(found).T
    return coefficients, errors, degrees


def _orthonormal(rows: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of what the columns span."""
    scale = np.sqrt((rows**2).sum(axis=0))
    left, values, _ = np.linalg.svd(rows / np.where(scale > 0, scale, 1), full_matrices=False)
    return left[:, values > values.max() * 1e-10]


def _reader(rows: np.ndarray, column: int) -> np.ndarray | None:
    """Return the vector whose product with the outcome is the coefficient (Frisch and Waugh), or None."""
    own = rows[:, column]
    others = _orthonormal(np.delete(rows, column, axis=1)) if rows.shape[1] > 1 else np.empty((len(rows), 0))
    rest = own - others @ (others.T @ own)
    squares = rest @ rest
    return None if squares <= 1e-9 * (own @ own) else rest / squares


def _inverse_root(matrix: np.ndarray) -> np.ndarray:
    """Return the symmetric inverse square root; 0 along what the cluster alone determines."""
    values, vectors = np.linalg.eigh(matrix)
    roots = np.where(values > 1e-10, 1 / np.sqrt(np.maximum(values, 1e-10)), 0.0)
    return (vectors * roots) @ vectors.T
