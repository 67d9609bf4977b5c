"""The least squares behind a model of the impact, by pyfixest, and the factors of its errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._regressions import CLUSTERED, Model, term_columns
from tasks.methods.few_clusters import bias_reduced_errors

SMALLEST_SHARE_OF_ITS_OWN = 1e-9
"""Below this share of its variation left over by the rest of the model a term counts as collinear."""
DUST = 1e-15
"""A variance of no more, of outcome and terms with standard deviation 1, is zero: the model leaves no rest
but the last digits of taking out fixed effects, whose root would look like an error."""
LEFT_BY_EFFECTS = 1e-10
"""An estimate without a rest of no more standard deviations is what taking out fixed effects leaves."""
MOST_CROSSING_EFFECTS = 500
"""Fixed effects across clusters that CR2 takes as columns of their own: beyond, it would take too long."""


@dataclass(frozen=True)
class Fitted:
    """The coefficients of the terms, in their order, with what is needed for their tests.

    residual: rows less all parameters, fixed effects among them, whatever kind the errors are of.
    """

    estimate: np.ndarray
    error: np.ndarray
    freedom: np.ndarray
    residual: int
    """Observations less all parameters, fixed effects among them, however the errors are made."""


def least_squares(table: pd.DataFrame, names: Sequence[str], model: Model) -> Fitted:
    """Run the regression; ValueError where a term or the errors cannot be estimated."""
    effects = _named(table, "effect")
    terms = term_columns(names)
    _require_variation(table, names)
    if model.error_type in CLUSTERED and table["cluster"].nunique() < 2:
        raise ValueError("Clustered errors need at least 2 clusters")
    # Terms stand last, so that what is collinear with them is kept and they are dropped.
    regressors = [*_named(table, "control"), *_named(table, "covariate"), *terms]
    scaled, scale = _standardized(table, ["outcome", *regressors])
    kept = [name for name in regressors if scale[name] > 0]
    try:
        fitted = _run(scaled, kept, effects, model)
    except ValueError as error:
        if "collinear" in str(error):
            raise ValueError(_collinear(names[0])) from None
        raise ValueError("The fixed effects could not be removed from the outcome") from error
    except (ZeroDivisionError, np.linalg.LinAlgError):
        raise ValueError(_too_few(len(table), len(kept) + 1)) from None
    found = list(fitted._coefnames)
    own = 1 / np.diag(np.linalg.pinv(np.atleast_2d(fitted._tZX)))
    for name, column in zip(names, terms, strict=True):
        if column not in found or own[found.index(column)] < _least_of_its_own(scaled, column):
            raise ValueError(_collinear(name))
    counted = len(found) + _counted_effects(table, effects, model)
    rows = len(table)
    if rows <= counted:
        raise ValueError(_too_few(rows, counted))
    residual = max(rows - len(found) - _counted_effects(table, effects, replace(model, error_type="iid")), 0)
    order = [found.index(column) for column in terms]
    back = scale["outcome"] / np.array([scale[column] for column in terms])
    estimates = np.asarray(fitted._beta_hat, dtype=float).ravel()[order]
    if model.error_type == "cr2":
        errors, freedom = _bias_reduced(scaled, found, effects, terms, model)
        variances = errors**2
    else:
        covariance = np.asarray(fitted._vcov) * _small_sample_factor(rows, counted, model)
        variances = np.diag(covariance)[order]
        left = table["cluster"].nunique() - 1 if model.error_type == "cluster" else rows - counted
        freedom = np.full(len(terms), float(left))
    exact = variances <= DUST
    errors = np.sqrt(np.where(exact, 0.0, variances))
    estimates = np.where(exact & (np.abs(estimates) <= LEFT_BY_EFFECTS), 0.0, estimates)
    return Fitted(estimates * back, errors * back, freedom, residual)


def _bias_reduced(
    scaled: pd.DataFrame, regressors: list[str], effects: list[str], terms: list[str], model: Model
) -> tuple[np.ndarray, np.ndarray]:
    """Return CR2 errors and degrees of freedom of the terms.

    The largest of the fixed effects that lie within clusters is taken out beforehand, which changes nothing;
    the others, those across clusters among them, are columns of the model.
    """
    within = [name for name in effects if _nested(scaled, name)]
    taken_out = max(within, key=lambda name: scaled[name].nunique(), default=None)
    columns = [scaled[name].to_numpy("float64") for name in regressors if name != "Intercept"]
    places = [[name for name in regressors if name != "Intercept"].index(term) for term in terms]
    crossing = [
        (scaled[name] == level).to_numpy(float)
        for name in effects
        if name != taken_out
        for level in sorted(scaled[name].unique())
    ]
    if len(crossing) > MOST_CROSSING_EFFECTS:
        raise ValueError(
            f"Errors by CR2 take fixed effects across clusters as columns, at most {MOST_CROSSING_EFFECTS}"
            f" of them; here are {len(crossing)}: take error_type = 'cluster'"
        )
    matrix = np.column_stack([*columns, *crossing, *([] if effects else [np.ones(len(scaled))])])
    outcome, weights = (scaled[name].to_numpy("float64") for name in ("outcome", "weight"))
    if taken_out:
        group = scaled[taken_out].to_numpy()
        matrix = matrix - _group_means(matrix, group, weights)
        outcome = outcome - _group_means(outcome[:, None], group, weights)[:, 0]
    clusters = scaled["cluster"].to_numpy()
    _, errors, freedom = bias_reduced_errors(matrix, outcome, clusters, weights=weights, columns=places)
    return errors, freedom


def _group_means(matrix: np.ndarray, group: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted mean of each column in a row's group, for each row."""
    _, place = np.unique(group, return_inverse=True)
    totals = np.zeros((place.max() + 1, matrix.shape[1]))
    np.add.at(totals, place, matrix * weights[:, None])
    return (totals / np.bincount(place, weights)[:, None])[place]


def _standardized(table: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the table with centred columns of standard deviation 1, and what they were divided by.

    The limit at which the fixed effects count as removed is absolute, and collinearity is judged
    more safely on one scale. A column that does not vary has the scale 0 and is left alone.
    """
    scaled, scale = table.copy(), {}
    for name in columns:
        values = table[name].to_numpy("float64")
        spread = 0.0 if values.min() == values.max() else float(values.std())
        scale[name] = spread
        if spread > 0:
            scaled[name] = (values - values.mean()) / spread
    if scale["outcome"] == 0:
        scaled["outcome"] = 0.0
    return scaled, scale


def _named(table: pd.DataFrame, start: str) -> list[str]:
    return [str(name) for name in table if str(name).startswith(start)]


def _require_variation(table: pd.DataFrame, names: Sequence[str]) -> None:
    for name, column in zip(names, term_columns(names), strict=True):
        if table[column].nunique() < 2:
            raise ValueError(f"The term '{name}' is the same in all rows that the model can use")


def _collinear(name: str) -> str:
    return (
        f"The term '{name}' follows from the rest of the model (other terms, covariates or fixed"
        " effects), so that it has no coefficient of its own"
    )


def _too_few(rows: int, counted: int) -> str:
    return f"The model has {counted} parameters, but only {rows} rows have all that it uses"


def _least_of_its_own(table: pd.DataFrame, column: str) -> float:
    """Return the weighted squares that the rest of the model must leave of a term."""
    weight, values = table["weight"].to_numpy("float64"), table[column].to_numpy("float64")
    squares = (weight * (values - np.average(values, weights=weight)) ** 2).sum()
    return SMALLEST_SHARE_OF_ITS_OWN * float(squares)


def _run(table: pd.DataFrame, regressors: list[str], effects: list[str], model: Model) -> Any:
    """Run pyfixest without any small-sample factor but G / (G - 1)."""
    import warnings
    from importlib import import_module

    pyfixest: Any = import_module("pyfixest")  # its names are made on first use
    formula = f"outcome ~ {' + '.join(regressors)}"
    if effects:
        formula += f" | {' + '.join(effects)}"
    kinds: dict[str, Any] = {"robust": "HC1", "iid": "iid"}
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")  # collinear covariates, which are dropped as in Stata
        return pyfixest.feols(
            formula,
            table,
            vcov={"CRV1": "cluster"} if model.error_type in CLUSTERED else kinds[model.error_type],
            weights="weight" if model.weight else None,
            ssc=pyfixest.ssc(k_adj=False, G_adj=True),
            fixef_rm="none",
            # The default limit of 1e-6 would show in the printed digits.
            demeaner=pyfixest.MapDemeaner(fixef_tol=1e-11, fixef_maxiter=100_000),
        )


def _counted_effects(table: pd.DataFrame, effects: list[str], model: Model) -> int:
    """Return how many parameters the fixed effects count for (see `fit`)."""
    if not effects:
        return 0
    free = (
        [name for name in effects if not _nested(table, name)] if model.error_type in CLUSTERED else effects
    )
    if len(free) == len(effects):
        return _levels(table, effects)
    return max(1, sum(table[name].nunique() - 1 for name in free))


def _levels(table: pd.DataFrame, effects: list[str]) -> int:
    """Return how many parameters fixed effects are: of all but the first one level says nothing new."""
    return sum(table[name].nunique() - 1 for name in effects) + (1 if effects else 0)


def _nested(table: pd.DataFrame, effect: str) -> bool:
    return bool((table.groupby(effect)["cluster"].nunique() == 1).all())


def _small_sample_factor(rows: int, counted: int, model: Model) -> float:
    """Return what pyfixest's covariance, made without K, has to be multiplied by."""
    above = rows if model.error_type == "robust" else rows - 1
    return above / (rows - counted)
