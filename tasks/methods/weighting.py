"""Weights adjusted for who was not interviewed, and calibrated to known numbers of people.

The calibration is svy's; the checks before and after it, and what is told of the weights, stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns

SMALLEST_CLASS = 10
"""Fewer respondents than this make no class of their own."""
CLOSE_ENOUGH = 1e-9
"""How far a calibrated margin may be from its total, as a share of it."""
_MOST_SWEEPS = 10_000


def nonresponse_factors(
    expected: pd.DataFrame,
    interviewed: pd.DataFrame,
    classes: Sequence[str],
    *,
    weight: str = "weight",
    fewest: int = SMALLEST_CLASS,
) -> pd.DataFrame:
    """Return for each class by what the weights of those interviewed are multiplied.

    expected: one row a person who was to be interviewed; interviewed: one row a person who was. Both have
    the class columns and the weight. Returns one row for each combination of the class columns among those
    expected, sorted: the class columns, expected and interviewed (people), response_rate (sum of the weights
    of those interviewed over that of those expected, within the class), joined (number of the class that it
    was made part of, from 1) and factor: the sum of the weights of those expected over that of those
    interviewed, within the joined class. So the weights of those interviewed, times the factor, sum up to
    those of all who were expected. One interviewed who was not expected (a replacement) shares in that.
    A class with fewer than `fewest` interviewed is joined with the class whose response rate is nearest; the
    smallest first; of equals the first in order.

    Raises ValueError where a column is absent, a class column has a gap, a weight is not above 0, nobody was
    expected in a class of somebody interviewed, or fewer than `fewest` were interviewed in all.

    Sources: Kalton and Flores-Cervantes (2003), J. Official Statistics 19, 81-97, section 2.1 (weighting
    classes); Brick and Kalton (1996), Statistical Methods in Medical Research 5, 215-238 (joined classes).

    >>> drawn = pd.DataFrame({"stratum": ["a"] * 4 + ["b"] * 3, "weight": [2.0] * 4 + [5.0] * 3})
    >>> table = nonresponse_factors(drawn, drawn.iloc[[0, 1, 4, 5, 6]], ["stratum"], fewest=2)
    >>> table[["stratum", "expected", "interviewed", "factor"]].values.tolist()
    [['a', 4, 2, 2.0], ['b', 3, 3, 1.0]]
    """
    if not classes:
        raise ValueError("Name at least one column that makes the classes")
    for name in _RESULTS.intersection(classes):
        raise ValueError(f"The results have a column '{name}', so no class may bear that name")
    for frame in (expected, interviewed):
        require_columns(frame, [*classes, weight])
        _refuse_gaps(frame, classes)
        _positive(frame, weight)
    if len(interviewed) < fewest:
        raise ValueError(
            f"Only {len(interviewed)} people were interviewed of those who were to be; with fewer than "
            f"{fewest} weights cannot be adjusted"
        )
    names = list(classes)
    table = _sums(expected, names, weight).merge(
        _sums(interviewed, names, weight), on=names, how="outer", validate="one_to_one", suffixes=("", "_in")
    )
    strange = table[table["weight"].isna()]
    if len(strange):
        raise ValueError(f"Nobody was to be interviewed in the class {_class_words(strange, names)}")
    table = table.fillna({"people_in": 0, "weight_in": 0.0}).sort_values(names).reset_index(drop=True)
    place = _joined(table, fewest)
    totals = table.groupby(place)[["weight", "weight_in"]].sum()
    found = pd.DataFrame(
        {
            "expected": table["people"].astype("int64"),
            "interviewed": table["people_in"].astype("int64"),
            "response_rate": table["weight_in"] / table["weight"],
            "joined": place + 1,
            "factor": (totals["weight"] / totals["weight_in"]).reindex(place).to_numpy(),
        }
    )
    return pd.concat([table[names], found], axis=1)


_RESULTS = {
    "expected",
    "interviewed",
    "response_rate",
    "joined",
    "factor",
    "people",
    "people_in",
    "weight_in",
}


def post_stratify(frame: pd.DataFrame, margins: pd.DataFrame, *, weight: str = "weight") -> np.ndarray:
    """Return weights that sum up to the known number of people in each category of one variable.

    frame: one row a respondent, with the variable as text and the weight. margins: variable (one and the same
    in all rows), category, total (people). Returns one weight a row of the frame, in its order: the old
    weight times the total over the sum of old weights, within the category.

    Raises ValueError where margins and respondents do not fit (see `rake`), or several variables are named.

    Source: Holt and Smith (1979), J. Royal Statistical Society A 142, 33-46.

    >>> people = pd.DataFrame({"gender": ["women", "women", "men"], "weight": [1.0, 3.0, 2.0]})
    >>> known = pd.DataFrame({"variable": "gender", "category": ["women", "men"], "total": [80.0, 20.0]})
    >>> post_stratify(people, known).tolist()
    [20.0, 60.0, 20.0]
    """
    if margins["variable"].nunique() > 1:
        raise ValueError("Post-stratification takes one variable; several of them take raking")

    def fitted(sample: Any, totals: dict[str, dict[int, float]]) -> Any:
        ((variable, known),) = totals.items()
        return sample.weighting.poststratify(known, cells=variable, wgt_name="calibrated")

    return _calibrated(frame, margins, weight, fitted)


def rake(frame: pd.DataFrame, margins: pd.DataFrame, *, weight: str = "weight") -> np.ndarray:
    """Return weights that sum up to the known number of people in each category of each variable.

    frame: one row a respondent, with the variables as text and the weight. margins: variable, category, total
    (people); each variable's totals sum up to the same. Returns one weight a row of the frame, in its order:
    the old weight times one factor for each of the respondent's categories (multiplicative distance), found
    by fitting one variable after the other until all are met to a billionth.

    Raises ValueError where a column is absent or has a gap, a weight is not above 0, a category stands twice,
    has no respondent or is in no margin, the totals of two variables differ, or no weights meet all margins.

    Sources: Deming and Stephan (1940), Annals of Mathematical Statistics 11, 427-444; Deville, Särndal and
    Sautory (1993), JASA 88, 1013-1020. Computed by svy.

    >>> people = pd.DataFrame({"gender": list("wwmm"), "arm": list("pcpc"), "weight": 1.0})
    >>> known = pd.DataFrame({"variable": ["gender"] * 2 + ["arm"] * 2, "category": list("wmpc"),
    ...                       "total": [6.0, 2.0, 4.0, 4.0]})
    >>> rake(people, known).round(9).tolist()
    [3.0, 3.0, 1.0, 1.0]
    """

    def fitted(sample: Any, totals: dict[str, dict[int, float]]) -> Any:
        return sample.weighting.rake(
            controls=totals, tol=CLOSE_ENOUGH / 1000, max_iter=_MOST_SWEEPS, wgt_name="calibrated"
        )

    return _calibrated(frame, margins, weight, fitted)


def calibrate_linear(frame: pd.DataFrame, margins: pd.DataFrame, *, weight: str = "weight") -> np.ndarray:
    """Return weights that meet the margins and are nearest to the old ones in squares.

    As `rake`, with the linear distance: the old weight times 1 plus one number for each of the respondent's
    categories (the generalised regression estimator). Such a weight can be 0 or less, which is refused.

    Raises ValueError as `rake` does, and where a weight would not be above 0.

    Sources: Deville and Särndal (1992), JASA 87, 376-382; Lumley (2010), Complex Surveys, section 7.3.
    Computed here: where one variable follows from another, as strata and arms do, svy meets margins only to
    a ten-millionth.

    >>> people = pd.DataFrame({"gender": list("wwm"), "arm": list("pcp"), "weight": 1.0})
    >>> known = pd.DataFrame({"variable": ["gender"] * 2 + ["arm"] * 2, "category": list("wmpc"),
    ...                       "total": [3.0, 1.0, 2.5, 1.5]})
    >>> calibrate_linear(people, known).round(9).tolist()
    [1.5, 1.5, 1.0]
    """

    codes, totals, old = _coded(frame, margins, weight)
    inside = np.concatenate([np.eye(len(total))[code] for code, total in zip(codes, totals, strict=True)], 1)
    order = np.lexsort([old, *codes])
    inside, old = inside[order], old[order]
    normal, wanted = inside.T @ (old[:, None] * inside), np.concatenate(totals)
    weights = old.copy()
    for _ in range(2):  # the second time takes away what rounding left
        step, *_ = np.linalg.lstsq(normal, wanted - inside.T @ weights)
        weights += old * (inside @ step)
    weights[order] = weights.copy()
    _require_met(weights, codes, totals)
    below = int((weights <= 0).sum())
    if below:
        raise ValueError(
            f"Linear calibration would give {below} respondents a weight of 0 or less; raking does not"
        )
    return weights


METHODS: dict[str, Callable[..., np.ndarray]] = {
    "raking": rake,
    "post_stratification": post_stratify,
    "linear": calibrate_linear,
}
"""How weights can be calibrated, by the words of the plan."""


def margins_reached(
    frame: pd.DataFrame, margins: pd.DataFrame, *, before: str = "before", after: str = "after"
) -> pd.DataFrame:
    """Return what the weights sum up to in each category of the margins, before and after calibration.

    frame: one row a respondent, with the variables as text and both weights. Returns one row a row of the
    margins, in their order: variable, category, target (people), respondents, before and after (sums of
    weights).

    Raises ValueError where a column is absent or a weight is not a number.

    Source: Lumley (2010), Complex Surveys, chapter 7.

    >>> people = pd.DataFrame({"gender": list("wwm"), "before": 1.0, "after": [4.0, 4.0, 2.0]})
    >>> known = pd.DataFrame({"variable": "gender", "category": list("wm"), "total": [8.0, 2.0]})
    >>> margins_reached(people, known)[["target", "before", "after"]].values.tolist()
    [[8.0, 2.0, 8.0], [2.0, 1.0, 2.0]]
    """
    require_columns(margins, ["variable", "category", "total"])
    require_columns(frame, [*margins["variable"].unique(), before, after])
    weights = {name: numbers(frame, name) for name in (before, after)}
    records = []
    for one in margins.to_dict("records"):
        inside = (frame[one["variable"]] == one["category"]).fillna(False).to_numpy(bool)
        records.append(
            {
                "variable": one["variable"],
                "category": one["category"],
                "target": float(one["total"]),
                "respondents": int(inside.sum()),
                "before": float(np.sort(weights[before][inside]).sum()),
                "after": float(np.sort(weights[after][inside]).sum()),
            }
        )
    return pd.DataFrame(records)


def weight_summary(weights: pd.Series, factors: pd.Series) -> dict[str, float]:
    """Return how uneven weights are, and what that costs.

    weights: the final weight of each respondent; factors: the final weight over the design weight. Returns
    respondents; total (the sum of weights); coefficient_of_variation of the weights, and
    adjustment_variation of the factors; design_effect = 1 + the square of the former, by which uneven weights
    alone raise the variance of a mean that has nothing to do with them; effective_respondents = respondents /
    design_effect. No smallest and no largest: each would be one person's.

    Raises ValueError where there is no respondent, or a weight is not above 0.

    Source: Kish (1992), J. Official Statistics 8, 183-200.

    >>> told = weight_summary(pd.Series([1.0, 1.0, 4.0]), pd.Series([1.0, 1.0, 2.0]))
    >>> [round(told[name], 4) for name in ("coefficient_of_variation", "design_effect")]
    [0.7071, 1.5]
    >>> told["effective_respondents"]
    2.0
    """
    frame = pd.DataFrame({"weight": weights.to_numpy(), "factor": factors.to_numpy()})
    if not len(frame):
        raise ValueError("There is no respondent whose weight could be told of")
    for name in frame:
        _positive(frame, str(name))
    known = np.sort(frame["weight"].to_numpy("float64"))
    variation = _variation(known)
    return {
        "respondents": len(known),
        "total": float(known.sum()),
        "coefficient_of_variation": variation,
        "adjustment_variation": _variation(np.sort(frame["factor"].to_numpy("float64"))),
        "design_effect": 1 + variation**2,
        "effective_respondents": len(known) / (1 + variation**2),
    }


def _variation(values: np.ndarray) -> float:
    return float(np.sqrt(((values / values.mean() - 1) ** 2).mean()))


def _calibrated(
    frame: pd.DataFrame,
    margins: pd.DataFrame,
    weight: str,
    fitted: Callable[[Any, dict[str, dict[int, float]]], Any],
) -> np.ndarray:
    """Return svy's calibrated weights, in the order of the frame."""
    import polars as pl
    import svy
    from svy.errors import SvyError

    codes, totals, old = _coded(frame, margins, weight)
    order = np.lexsort([old, *codes])
    columns = {f"margin{place}": code[order] for place, code in enumerate(codes)}
    known = {f"margin{place}": dict(enumerate(total.tolist())) for place, total in enumerate(totals)}
    sample = svy.Sample(pl.DataFrame({**columns, "old": old[order]}), svy.Design(wgt="old"))
    try:
        data = fitted(sample, known).data
    except SvyError as error:
        raise ValueError(_NOT_MET) from error
    weights = np.empty(len(frame))
    weights[order] = data["calibrated"].to_numpy()
    _require_met(weights, codes, totals)
    return weights


def _coded(
    frame: pd.DataFrame, margins: pd.DataFrame, weight: str
) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Return each respondent's place among the categories of each variable, their totals, the old weights."""
    known = _known_totals(frame, margins, weight)
    codes = [
        frame[name].map({one: place for place, one in enumerate(totals)}).to_numpy("int64")
        for name, totals in known.items()
    ]
    return codes, [np.array(list(totals.values())) for totals in known.values()], numbers(frame, weight)


def _require_met(weights: np.ndarray, codes: list[np.ndarray], totals: list[np.ndarray]) -> None:
    for code, total in zip(codes, totals, strict=True):
        reached = np.bincount(code, weights, len(total))
        if not (np.abs(reached - total) <= CLOSE_ENOUGH * total).all():
            raise ValueError(_NOT_MET)


_NOT_MET = (
    "No weights above 0 meet all margins at once: too few respondents share some of the categories. Give "
    "fewer variables, or join categories"
)


def _known_totals(frame: pd.DataFrame, margins: pd.DataFrame, weight: str) -> dict[str, dict[str, float]]:
    """Return variable -> category -> total, sorted; ValueError where margins and respondents do not fit."""
    require_columns(margins, ["variable", "category", "total"])
    if not len(margins):
        raise ValueError("There is no margin to calibrate to")
    variables = sorted(margins["variable"].unique())
    require_columns(frame, [*variables, weight])
    _refuse_gaps(frame, variables)
    _positive(frame, weight)
    _positive(margins, "total")
    known: dict[str, dict[str, float]] = {}
    for variable in variables:
        rows = margins[margins["variable"] == variable].sort_values("category")
        if rows["category"].duplicated().any():
            raise ValueError(f"A category of '{variable}' stands twice in the margins")
        known[variable] = dict(zip(rows["category"], rows["total"].astype(float), strict=True))
        answers = set(frame[variable])
        for category in sorted(set(known[variable]) - answers):
            raise ValueError(f"No respondent has '{category}' as {variable}, and a margin asks for it")
        if answers - set(known[variable]):
            raise ValueError(f"The margins lack a category that respondents have as {variable}")
    sums = {variable: sum(known[variable].values()) for variable in variables}
    first = sums[variables[0]]
    for variable in variables[1:]:
        if abs(sums[variable] - first) > CLOSE_ENOUGH * first:
            raise ValueError(
                f"The margins contradict one another: the totals of '{variables[0]}' sum up to "
                f"{first:,.10g}, those of '{variable}' to {sums[variable]:,.10g}"
            )
    return known


def _joined(table: pd.DataFrame, fewest: int) -> pd.Series:
    """Return for each class the number, from 0, of the class that it is made part of."""
    groups = [[place] for place in range(len(table))]
    people, weight = table["people_in"].to_numpy(), table["weight"].to_numpy()
    reached = table["weight_in"].to_numpy()
    while len(groups) > 1:
        counts = [people[group].sum() for group in groups]
        small = int(np.argmin(counts))
        if counts[small] >= fewest:
            break
        rates = np.array([reached[group].sum() / weight[group].sum() for group in groups])
        apart = np.abs(rates - rates[small])
        apart[small] = np.inf
        other = int(np.argmin(apart))
        first, second = sorted((small, other))
        groups[first] = sorted(groups[first] + groups[second])
        del groups[second]
    place = pd.Series(0, index=table.index)
    for number, group in enumerate(groups):
        place.iloc[group] = number
    return place


def _sums(frame: pd.DataFrame, names: list[str], weight: str) -> pd.DataFrame:
    ordered = frame.sort_values([*names, weight])
    grouped = ordered.groupby(names, sort=True, observed=True)[weight]
    return grouped.agg(people="size", weight="sum").reset_index()


def _class_words(rows: pd.DataFrame, names: list[str]) -> str:
    return " x ".join(f"{name} = '{rows[name].iloc[0]}'" for name in names)


def _refuse_gaps(frame: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        if frame[name].isna().any():
            raise ValueError(f"The column '{name}' has rows without an entry")


def _positive(frame: pd.DataFrame, name: str) -> None:
    if not (numbers(frame, name) > 0).all():
        raise ValueError(f"The column '{name}' needs a number above 0 in each row")
