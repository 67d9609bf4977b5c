"""How many clusters stand on either side of a comparison, and what is withheld where they are too few."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tasks.methods._columns import require_columns
from tasks.methods._regressions import term_columns

FEWEST_CLUSTERS = 6
SIDES = ("programme_clusters", "comparison_clusters")


def withhold_p_value_for_few_clusters(
    results: pd.DataFrame,
    fewest: int = FEWEST_CLUSTERS,
    sides: tuple[str, str] = ("the programme arm", "the comparison arm"),
) -> pd.DataFrame:
    """Return the results without p-value and interval where too few clusters are on a side.

    Same rows and columns as given, and untested: the reason, in which the two sides are called as `sides`
    says. Where programme_clusters or comparison_clusters is below `fewest`, p_value, ci_low and ci_high
    become NaN, while estimate and standard_error stay. With a handful of clusters on either side errors are
    far too small, so that a test would reject much too often: nothing is known of how the clusters of that
    side differ. Raises ValueError where a column is absent.

    Source: MacKinnon and Webb (2017), J. Applied Econometrics 32, 233-254; the number six, and that it holds
    of either side, is the project's rule.

    >>> row = {"p_value": 0.01, "ci_low": 1.0, "ci_high": 3.0}
    >>> row |= {"programme_clusters": 9, "comparison_clusters": 5}
    >>> withhold_p_value_for_few_clusters(pd.DataFrame([row]))["p_value"].isna().tolist()
    [True]
    """
    hidden = ["p_value", "ci_low", "ci_high"]
    require_columns(results, [*hidden, *SIDES])
    results = results.copy()
    few = {side: (results[side] < fewest).fillna(False).astype(bool) for side in SIDES}
    results.loc[few[SIDES[0]] | few[SIDES[1]], hidden] = np.nan
    results["untested"] = pd.array(
        [
            _too_few([side for side, is_few in zip(sides, row, strict=True) if is_few])
            for row in zip(*few.values(), strict=True)
        ],
        dtype="string",
    )
    return results


def _too_few(sides: Sequence[str]) -> str | None:
    """Return why there is no test, by the sides that have too few clusters; None where there is one."""
    if not sides:
        return None
    if len(sides) == 1:
        return (
            f"There is no p-value and no interval: fewer than six clusters of {sides[0]} (localities, or"
            " people where nothing was given by locality) are too few to tell how they differ."
        )
    return (
        f"There is no p-value and no interval: fewer than six clusters of {sides[0]} and of {sides[1]}"
        " (localities, or people where nothing was given by locality) are too few to tell how they differ."
    )


def clusters_of_sides(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return programme_clusters and comparison_clusters of each term: what its test has on either side.

    Returns one row each of the names. table: rows as `complete_rows` gives them, with programme (1, 0 or
    NaN), respondent, cluster (where errors are clustered), place (the clusters in which arms may have been
    given) and the terms.

    Counted are the clusters that hold a row of the side: of the errors, and also of the places where arms
    were given by place (`given_by_place`); the fewer count. Errors that know of no clusters count people.
    The sides are the arms; where no row says its arm, those of the larger and of the smaller of a term's two
    sizes; of a term of more sizes, those where it is not zero, on both sides. Raises ValueError where a
    column is absent.

    Source: MacKinnon and Webb (2018), Econometrics J. 21, 114-135: what counts are the clusters in which
    treatment was assigned.

    Example: four people of two places, each with one arm: one place a side, though errors count people.

    >>> rows = pd.DataFrame({"programme": [1.0, 1, 0, 0], "respondent": range(4), "place": [0.0, 0, 1, 1]})
    >>> clusters_of_sides(rows.assign(term0=rows["programme"]), ["programme"]).values.tolist()
    [[1, 1]]
    """
    require_columns(table, ["programme", "respondent", *term_columns(names)])
    units = ["cluster" if "cluster" in table else "respondent"]
    if "place" in table and given_by_place(table["place"], table["programme"]):
        units.append("place")
    counts = []
    for column in term_columns(names):
        sides = _sides(table, column)
        counts.append([min(int(table.loc[side, unit].nunique()) for unit in units) for side in sides])
    return pd.DataFrame(counts, columns=list(SIDES), dtype="Int64")


def _sides(table: pd.DataFrame, term: str) -> list[pd.Series]:
    """Return which rows are on the programme's side, and which on the other."""
    if table["programme"].notna().any():
        return [table["programme"] == 1, table["programme"] == 0]
    sizes = table[term].abs()
    low, high = sizes.min(), sizes.max()
    if sizes.isin([low, high]).all():
        return [sizes == high, sizes == low]
    return [table[term] != 0] * 2


def given_by_place(places: pd.Series, given: pd.Series) -> bool:
    """Return whether something was given by place: at least half of the places hold one entry alone.

    places and given: one row each respondent and wave; rows that lack either are left out. A few people who
    moved do not change how arms were given; where a lot was drawn within places, most of them hold both.
    Of places of one person each either answer says the same. Raises ValueError where the two are of
    different length.

    Source: the project's design, section 7.

    >>> given_by_place(pd.Series([1, 1, 2, 2]), pd.Series(["a", "a", "b", "b"]))
    True
    >>> given_by_place(pd.Series([1, 1, 2, 2]), pd.Series(["a", "b", "b", "a"]))
    False
    """
    if len(places) != len(given):
        raise ValueError("Each row has a place and what was given there")
    known = places.notna().to_numpy() & given.notna().to_numpy()
    entries = pd.DataFrame({"place": places.to_numpy()[known], "given": given.to_numpy()[known]})
    different = entries.groupby("place")["given"].nunique()
    return bool(len(different)) and bool((different == 1).mean() >= 0.5)
