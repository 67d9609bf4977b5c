"""A comparison group made alike: propensity scores, nearest neighbours, entropy balancing.

All of it looks at who people were before the programme and never at an outcome. What is estimated with the
weights is the effect on those in the programme who have somebody like them to be compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from tasks.methods._columns import codes, joint_codes, numbers, require_columns

CALIPER = 0.2
"""Usual width of the caliper, in standard deviations of the score's log odds (Austin 2011)."""
TIE = 1e-5
"""With replacement, people whose squared distances differ by no more than this are equally near."""
BALANCED_TO = 1e-8
"""How far a mean may be from its target after entropy balancing, in standard deviations."""


def measured(frame: pd.DataFrame, covariates: Sequence[str]) -> pd.DataFrame:
    """Return the covariates as numbers, one in words as an indicator for each entry but the first by name.

    Same index; a column bears the covariate's name, or "school = none". NaN where the covariate is missing.
    Raises ValueError where a column is absent or holds an infinite number.

    Source: Stuart (2010), Statistical Science 25, 1-21, section 2 (which covariates, and how they enter).

    >>> measured(pd.DataFrame({"age": [30, 41], "school": ["none", "primary"]}), ["age", "school"])
        age  school = primary
    0  30.0               0.0
    1  41.0               1.0
    """
    require_columns(frame, covariates)
    columns: dict[str, np.ndarray] = {}
    for name in covariates:
        series = frame[name]
        if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series):
            columns[name] = numbers(frame, name)
            continue
        words = series.astype("string")
        known = words.notna().to_numpy(bool)
        for entry in sorted(words.dropna().unique())[1:]:
            equal = (words == entry).fillna(False).to_numpy(float)
            columns[f"{name} = {entry}"] = np.where(known, equal, np.nan)
    return pd.DataFrame(columns, index=frame.index)


def propensity_scores(frame: pd.DataFrame, covariates: Sequence[str], arm: str = "arm") -> pd.DataFrame:
    """Return each row's chance of being in the programme arm, given the covariates, by a logit.

    Same index. Columns: score (0 to 1); log_odds; position: the log odds in standard deviations, the root of
    the mean of the arms' variances. NaN where the arm or a covariate is missing: such rows are left out of
    the logit too. No weights: the score says how this sample came about. Rows in another order give the
    same scores to within rounding.

    Raises ValueError where a column is absent, an arm has no row, no covariate varies, or a covariate (alone
    or with others) tells some of the people's arm without fail, so that the logit has no answer.

    Sources: Rosenbaum and Rubin (1983), Biometrika 70, 41-55; Austin (2011), Pharmaceutical Statistics 10,
    150-161 (scale of the log odds); Konis (2007), thesis, University of Oxford, ch. 4 (separation found by
    linear programming).

    Example, by hand: of the three who own land one is in the programme, of the three who do not two are.

    >>> people = pd.DataFrame({"land": [1, 1, 1, 0, 0, 0],
    ...     "arm": ["programme", "comparison", "comparison", "programme", "programme", "comparison"]})
    >>> propensity_scores(people, ["land"])["score"].round(6).tolist()
    [0.333333, 0.333333, 0.333333, 0.666667, 0.666667, 0.666667]
    """
    design, programme, rows = _complete(frame, covariates, arm)
    standard = _standardized(design)
    log_odds = _logit(standard, programme)
    spread = np.sqrt((_variance(log_odds[programme]) + _variance(log_odds[~programme])) / 2)
    out = pd.DataFrame(np.nan, index=frame.index, columns=["score", "log_odds", "position"])
    out.loc[rows, "score"] = 1 / (1 + np.exp(-log_odds))
    out.loc[rows, "log_odds"] = log_odds
    out.loc[rows, "position"] = log_odds / spread if spread > 0 else 0.0
    return out


def mahalanobis_positions(frame: pd.DataFrame, covariates: Sequence[str], arm: str = "arm") -> pd.DataFrame:
    """Return positions whose Euclidean distance is the Mahalanobis distance of the covariates.

    Same index; columns place0, place1, …, one for each direction in which the covariates vary. The
    covariance is the one within the arms, pooled. NaN where the arm or a covariate is missing.

    Raises ValueError where a column is absent, an arm has no row or no covariate varies.

    Source: Rubin (1980), Biometrics 36, 293-298 (bias reduction using Mahalanobis-metric matching).

    Example: one covariate with the variance 2 in each arm; 2 apart is 2 / sqrt(2) = 1.414214.

    >>> people = pd.DataFrame({"age": [3, 5, 1, 3], "arm": ["programme"] * 2 + ["comparison"] * 2})
    >>> place = mahalanobis_positions(people, ["age"])["place0"]
    >>> round(float(abs(place[0] - place[1])), 6)
    1.414214
    """
    design, programme, rows = _complete(frame, covariates, arm)
    standard = _standardized(design)
    apart = standard.to_numpy()
    within = np.vstack([apart[of] - apart[of].mean(axis=0) for of in (programme, ~programme)])
    covariance = within.T @ within / max(len(within) - 2, 1)
    values, vectors = np.linalg.eigh(covariance)
    varying = values > 1e-10 * values.max()
    if not varying.any():
        raise ValueError(f"Within the arms nobody differs in {_listed(covariates)}: nothing to be near in")
    # eigh leaves the sign of a direction open; distances do not depend on it
    places = apart @ (vectors[:, varying] / np.sqrt(values[varying]))
    out = pd.DataFrame(np.nan, index=frame.index, columns=[f"place{i}" for i in range(places.shape[1])])
    out.loc[rows] = places
    return out


def nearest_neighbours(
    frame: pd.DataFrame,
    places: Sequence[str],
    *,
    unit: str = "respondent",
    arm: str = "arm",
    within: Mapping[str, float] | None = None,
    exact: Sequence[str] = (),
    neighbours: int = 1,
    replacement: bool = False,
) -> pd.DataFrame:
    """Find for each person of the programme the nearest people of the comparison arm.

    Returns one row for each pair, sorted: programme, comparison (units); distance (Euclidean, in the unit
    of the places); share (of the programme person's whole match, 1 in sum); matched_set (the programme unit,
    without replacement; missing with it). Who has nobody near enough is in no row.

    places: columns that give the position. within: column -> how far apart a pair may be in it (the
    caliper). exact: columns in which a pair is the same. neighbours: how many are looked for; fewer are
    taken where there are no more. Rows in which a place, a column of `within` or of `exact` is missing are
    left out.

    Without replacement nobody of the comparison arm is taken twice: in rounds, one neighbour a round, those
    of the programme whose nearest neighbour is farthest away choose first, ties by the name of the unit; of
    equally near ones the first by name is taken. With replacement everyone may be taken again, and all who
    are as near as the last one taken (`TIE`, on squared distances) share the match equally, so that no order
    decides.

    Raises ValueError where a column is absent, a unit stands there twice, neighbours is below 1, a caliper
    is not above 0, or an arm is empty.

    Sources: Stuart (2010), Statistical Science 25, 1-21, section 3.1; Rosenbaum and Rubin (1985), American
    Statistician 39, 33-38 (caliper); Abadie and Imbens (2006), Econometrica 74, 235-267, section 2 (with
    replacement, ties); Sekhon (2011), J. Statistical Software 42(7) (tolerance of ties).

    Example: a and b both have x at a distance of 1; a chooses first, by name, and b takes y, as near.

    >>> people = pd.DataFrame({"respondent": list("abxyz"), "score": [0.0, 2.0, 1.0, 3.0, 9.0],
    ...     "arm": ["programme"] * 2 + ["comparison"] * 3})
    >>> nearest_neighbours(people, ["score"])[["programme", "comparison", "distance"]].values.tolist()
    [['a', 'x', 1.0], ['b', 'y', 1.0]]
    """
    within = dict(within or {})
    if neighbours < 1:
        raise ValueError("At least one neighbour has to be looked for")
    if not all(width > 0 for width in within.values()):
        raise ValueError("A caliper has to be above 0")
    require_columns(frame, [unit, arm, *places, *within, *exact])
    if frame[unit].duplicated().any():
        raise ValueError(f"A unit stands in the column '{unit}' twice")
    cell = joint_codes([codes(frame[name]) for name in exact]) if exact else np.zeros(len(frame), dtype=int)
    usable = frame[[*places, *within]].notna().all(axis=1).to_numpy() & (cell >= 0)
    kept = frame.assign(_cell=cell)[usable].sort_values(unit, kind="stable")
    one, other = (kept[(kept[arm] == name).fillna(False)] for name in ("programme", "comparison"))
    if not len(one) or not len(other):
        raise ValueError("Both arms need people of whom everything is known that they are matched on")
    search = _Search(one, other, list(places), within)
    pairs = (
        list(_with_replacement(search, neighbours))
        if replacement
        else list(_without_replacement(search, neighbours))
    )
    return _pair_table(pairs, one[unit].to_numpy(), other[unit].to_numpy(), replacement)


def matched_weights(
    frame: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    unit: str = "respondent",
    arm: str = "arm",
    weight: str | None = None,
) -> pd.Series:
    """Return the weight with which each row stands in a matched comparison; NaN for who is in no pair.

    A person of the programme keeps the own weight (1 without one) and hands it on, in the shares of the
    pairs, to those who stand for them in the comparison arm. So both arms have the same sum, and the weighted
    difference of the arms is the effect on the people of the programme who were matched.

    Raises ValueError where a column is absent or a weight in a pair is missing or not above 0.

    Sources: Abadie and Imbens (2006), Econometrica 74, 235-267, equation 3 (weights of the matches);
    DuGoff, Schuler and Stuart (2014), Health Services Research 49, 284-303 (survey weights).

    Example: x stands for a whole and for half of b.

    >>> people = pd.DataFrame({"respondent": list("abxy"), "arm": ["programme"] * 2 + ["comparison"] * 2})
    >>> pairs = pd.DataFrame({"programme": list("abb"), "comparison": list("xxy"), "share": [1, 0.5, 0.5]})
    >>> matched_weights(people, pairs).tolist()
    [1.0, 1.0, 1.5, 0.5]
    """
    require_columns(frame, [unit, arm, weight])
    own = pd.Series(numbers(frame, weight) if weight else np.ones(len(frame)), index=frame[unit])
    given = pairs["programme"].map(own)
    if not (given > 0).all():
        raise ValueError(f"The column '{weight}' needs a weight above 0 for each matched row")
    received = (given * pairs["share"]).groupby(pairs["comparison"]).sum()
    is_programme = (frame[arm] == "programme").fillna(False).to_numpy(bool)
    matched = frame[unit].isin(set(pairs["programme"])).to_numpy() & is_programme
    out = np.where(matched, own.to_numpy(), frame[unit].map(received).to_numpy("float64"))
    return pd.Series(out, index=frame.index, dtype="float64")


def entropy_balance(
    frame: pd.DataFrame, covariates: Sequence[str], arm: str = "arm", weight: str | None = None
) -> pd.Series:
    """Weigh the comparison arm so that its means of the covariates are those of the programme arm.

    Returns the weight of each row: the own weight (1 without one) in the programme arm; in the comparison
    arm the weights nearest to the own ones (in relative entropy) of all that meet the means, with the sum
    of the programme arm. NaN where the arm or a covariate is missing. The means agree to 1e-8 standard
    deviations of the comparison arm.

    Raises ValueError where a column is absent, an arm has no row, a weight is missing or not above 0, or
    no weights meet the means: it says which covariate cannot be balanced.

    Source: Hainmueller (2012), Political Analysis 20, 25-46, equations 7 to 9 (the dual problem).

    Example, by hand: to move the mean of 0 and 1 to 0.75, three quarters of the weight go to the second.

    >>> people = pd.DataFrame({"arm": ["programme"] + ["comparison"] * 2, "land": [0.75, 0, 1]})
    >>> entropy_balance(people, ["land"]).round(6).tolist()
    [1.0, 0.25, 0.75]
    """
    require_columns(frame, [weight])
    design, programme, rows = _complete(frame, covariates, arm)
    base = numbers(frame, weight)[rows.to_numpy()] if weight else np.ones(len(design))
    if not (base > 0).all():
        raise ValueError(f"The column '{weight}' needs a weight above 0 for each row")
    targets = np.average(design[programme].to_numpy(), axis=0, weights=base[programme])
    away = design[~programme] - targets
    scale = design[~programme].std(ddof=0).to_numpy()
    _require_within_reach(away, scale)
    away, scale = away.loc[:, scale > 0], scale[scale > 0]
    shares = _entropy_shares(away.to_numpy() / scale, base[~programme], list(away.columns))
    out = pd.Series(np.nan, index=frame.index, dtype="float64")
    weights = base.astype("float64")
    weights[~programme] = shares * base[programme].sum()
    out.loc[rows] = weights
    return out


def _complete(
    frame: pd.DataFrame, covariates: Sequence[str], arm: str
) -> tuple[pd.DataFrame, np.ndarray, pd.Series]:
    """Return the covariates of the rows that have all of them, who is in the programme, and which rows."""
    require_columns(frame, [arm])
    if not covariates:
        raise ValueError("Nobody can be compared without a covariate")
    design = measured(frame, covariates)
    words = frame[arm].astype("string")
    rows = frame[list(covariates)].notna().all(axis=1) & words.isin(["programme", "comparison"])
    programme = (words[rows] == "programme").to_numpy(bool)
    if not programme.any() or programme.all():
        raise ValueError("Both arms need people of whom every covariate is known")
    if not (design[rows].nunique() > 1).any():
        raise ValueError(f"Nobody differs in {_listed(covariates)}")
    return design[rows], programme, rows


def _standardized(design: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that vary, centred and divided by their standard deviation."""
    varying = design.loc[:, design.nunique() > 1]
    return (varying - varying.mean()) / varying.std(ddof=0)


def _variance(values: np.ndarray) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _logit(standard: pd.DataFrame, programme: np.ndarray) -> np.ndarray:
    """Return the fitted log odds; ValueError where they run away to infinity."""
    import warnings
    from importlib import import_module

    pyfixest = import_module("pyfixest")  # its names are made on first use
    names = [f"x{place}" for place in range(len(standard.columns))]
    table = standard.set_axis(names, axis=1).reset_index(drop=True).assign(programme=programme.astype(float))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # collinear covariates, which are dropped
        try:
            fitted = pyfixest.feglm(
                f"programme ~ {' + '.join(names)}",
                table,
                family="logit",
                vcov="iid",
                iwls_tol=1e-12,
                iwls_maxiter=100,
            )
            coefficients = fitted.coef().reindex(["Intercept", *names]).fillna(0.0).to_numpy("float64")
        except Exception:  # whatever stops it: a separation is looked for, and told in words
            coefficients = np.full(len(names) + 1, np.nan)
    log_odds = coefficients[0] + table[names].to_numpy() @ coefficients[1:]
    if not np.isfinite(log_odds).all() or np.abs(log_odds).max() > 12:
        separating = _separating(standard, programme)
        if separating:
            raise ValueError(_told_apart(separating, alone=_tells_apart(standard[separating[:1]], programme)))
    if not np.isfinite(log_odds).all():
        raise ValueError("The propensity score could not be estimated from these covariates")
    return log_odds


def _separating(standard: pd.DataFrame, programme: np.ndarray) -> list[str]:
    """Return covariates that tell an arm without fail; none where the logit has an answer.

    All that do so alone; where none does, some that do so together and of which none can be spared.
    """
    if not _tells_apart(standard, programme):
        return []
    alone = [name for name in standard if _tells_apart(standard[[name]], programme)]
    if alone:
        return [str(name) for name in alone]
    needed = list(standard)
    for name in standard:
        rest = [one for one in needed if one != name]
        if _tells_apart(standard[rest], programme):
            needed = rest
    return [str(name) for name in needed]


def _tells_apart(standard: pd.DataFrame, programme: np.ndarray) -> bool:
    """Return whether a weighted sum of the covariates tells some people's arm and mistakes nobody's."""
    from scipy.optimize import linprog

    signed = np.column_stack([np.ones(len(standard)), standard.to_numpy()])
    signed = np.where(programme[:, None], signed, -signed)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    return found.x is not None and bool(-found.fun > 1e-6 * len(signed))


def _told_apart(names: list[str], *, alone: bool) -> str:
    if len(names) == 1:
        return (
            f"'{names[0]}' tells the arm of some people without fail, so that they have nobody like them in"
            " the other arm. Leave it out, or name it under 'exact'"
        )
    if alone:
        return (
            f"{_listed(names)} each tell the arm of some people without fail, so that they have nobody like"
            " them in the other arm. Leave them out, or name them under 'exact'"
        )
    return (
        f"{_listed(names)} together tell the arm of some people without fail, so that they have nobody like"
        " them in the other arm. Leave one of them out, or name it under 'exact'"
    )


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


class _Search:
    """Distances from one person of the programme to all of the comparison arm who may be paired with them."""

    def __init__(
        self, one: pd.DataFrame, other: pd.DataFrame, places: list[str], within: Mapping[str, float]
    ) -> None:
        self.size = len(one)
        self.available = np.ones(len(other), dtype=bool)
        self._one, self._other = (part[places].to_numpy("float64") for part in (one, other))
        self._cells = one["_cell"].to_numpy(), other["_cell"].to_numpy()
        self._calipers = [
            (one[name].to_numpy("float64"), other[name].to_numpy("float64"), width)
            for name, width in within.items()
        ]

    def squared(self, person: int) -> np.ndarray:
        """Return the squared distances, infinite to those who are taken or may not be paired."""
        apart = ((self._other - self._one[person]) ** 2).sum(axis=1)
        allowed = self.available & (self._cells[1] == self._cells[0][person])
        for own, others, width in self._calipers:
            allowed &= np.abs(others - own[person]) <= width
        return np.where(allowed, apart, np.inf)


Pair = tuple[int, int, float, float]


def _with_replacement(search: _Search, neighbours: int) -> Iterator[Pair]:
    for person in range(search.size):
        squared = search.squared(person)
        allowed = np.isfinite(squared)
        if not allowed.any():
            continue
        last = np.sort(squared[allowed])[min(neighbours, int(allowed.sum())) - 1]
        taken = np.flatnonzero(squared <= last + TIE)
        for other in taken:
            yield person, int(other), float(np.sqrt(squared[other])), 1 / len(taken)


def _without_replacement(search: _Search, neighbours: int) -> Iterator[Pair]:
    nearest = np.array([search.squared(person).min() for person in range(search.size)])
    order = [int(person) for person in np.argsort(-nearest, kind="stable") if np.isfinite(nearest[person])]
    found: list[tuple[int, int, float]] = []
    for _ in range(neighbours):
        for person in order:
            squared = search.squared(person)
            other = int(squared.argmin())
            if np.isfinite(squared[other]):
                search.available[other] = False
                found.append((person, other, float(np.sqrt(squared[other]))))
    sizes = pd.Series([person for person, _, _ in found], dtype="int64").value_counts()
    for person, other, distance in sorted(found):
        yield person, other, distance, 1 / int(sizes[person])


def _pair_table(pairs: list[Pair], one: np.ndarray, other: np.ndarray, replacement: bool) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "programme": pd.array([str(one[person]) for person, *_ in pairs], dtype="string"),
            "comparison": pd.array([str(other[place]) for _, place, *_ in pairs], dtype="string"),
            "distance": np.array([distance for *_, distance, _ in pairs], dtype="float64"),
            "share": np.array([share for *_, share in pairs], dtype="float64"),
        }
    )
    table["matched_set"] = pd.Series(pd.NA, index=table.index, dtype="string")
    if not replacement:
        table["matched_set"] = table["programme"]
    return table.sort_values(["programme", "comparison"]).reset_index(drop=True)


def _require_within_reach(away: pd.DataFrame, scale: np.ndarray) -> None:
    """Raise ValueError where a target lies outside of everything that the comparison arm has."""
    slack = BALANCED_TO * np.where(scale > 0, scale, 1.0)
    for name, allowed in zip(away.columns, slack, strict=True):
        if away[name].min() > allowed or away[name].max() < -allowed:
            raise ValueError(
                f"'{name}' cannot be balanced: the mean of the programme arm lies outside of what anybody"
                " in the comparison arm has"
            )


def _entropy_shares(away: np.ndarray, base: np.ndarray, names: list[str]) -> np.ndarray:
    """Return shares (1 in sum) under which each column of `away` has the mean 0."""
    from scipy.optimize import minimize
    from scipy.special import softmax

    start = np.log(base / base.sum())

    def shares_of(tilt: np.ndarray) -> np.ndarray:
        return softmax(start + away @ tilt)

    def dual(tilt: np.ndarray) -> tuple[float, np.ndarray]:
        logs = start + away @ tilt
        top = logs.max()
        return float(top + np.log(np.exp(logs - top).sum())), away.T @ shares_of(tilt)

    def curvature(tilt: np.ndarray) -> np.ndarray:
        shares = shares_of(tilt)
        mean = away.T @ shares
        return (away * shares[:, None]).T @ away - np.outer(mean, mean)

    tilt = np.zeros(away.shape[1])
    if len(tilt):
        tilt = minimize(
            dual,
            tilt,
            jac=True,
            hess=curvature,
            method="trust-exact",
            options={"gtol": 1e-13, "maxiter": 500},
        ).x
        for _ in range(5):  # the last digits: the trust region stops where the value no longer falls
            tilt = tilt - np.linalg.pinv(curvature(tilt)) @ (away.T @ shares_of(tilt))
    shares = shares_of(tilt)
    rest = np.abs(away.T @ shares)
    if len(rest) and not rest.max() <= BALANCED_TO:
        worst = names[int(np.nanargmax(np.where(np.isnan(rest), np.inf, rest)))]
        raise ValueError(
            f"'{worst}' cannot be balanced together with the other covariates: no weights of the comparison"
            " arm meet all the means of the programme arm"
        )
    return shares
