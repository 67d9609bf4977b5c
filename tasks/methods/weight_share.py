"""Weights of households that are reached through their members."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tasks.methods._columns import numbers, require_columns


def household_weights(
    frame: pd.DataFrame, *, household: str, weight: str, eligible: str, by: str | None = None
) -> pd.DataFrame:
    """Give each household the sum of its respondents' weights over its eligible members (weight share).

    A household is reached through any of its members, so that one with many people on the list has more
    chances; sharing their weights gives unbiased totals of households. `eligible` is the number of
    members who could have been chosen, as told in the interview; where members of a household tell
    different numbers, the largest counts. Returns one row for each household (and value of `by`,
    such as a wave), sorted: by, household, respondents (people), eligible_members (people) and weight
    (households that it stands for). Rows without a household are left out. The weight is missing where
    the number is not known, or is smaller than the household's respondents.

    Raises ValueError where a column is absent, a weight is missing or not above 0, or an eligible
    number is below 0.

    Source: Lavallée (2007), Indirect Sampling, ch. 2 (generalised weight share method); Ernst (1989).

    By hand: two of three eligible members with the weights 6 and 3 give 9 / 3 = 3.

    >>> people = pd.DataFrame({"home": ["h", "h"], "weight": [6.0, 3.0], "eligible": [3, 3]})
    >>> household_weights(people, household="home", weight="weight", eligible="eligible")["weight"].tolist()
    [3.0]
    """
    keys = [one for one in (by, household) if one is not None]
    require_columns(frame, [*keys, weight, eligible])
    known = frame[frame[household].notna()]
    weights, members = numbers(known, weight), numbers(known, eligible)
    if not (weights > 0).all():
        raise ValueError(f"Every row needs a number above 0 in the column '{weight}'")
    if (members < 0).any():
        raise ValueError(f"The column '{eligible}' holds a number below 0")
    listed = known[keys].assign(_weight=weights, _eligible=members)
    shared = (
        listed.sort_values([*keys, "_weight"])
        .groupby(keys, as_index=False, sort=True)
        .agg(
            respondents=("_weight", "size"), eligible_members=("_eligible", "max"), weight=("_weight", "sum")
        )
    )
    enough = shared["eligible_members"] >= shared["respondents"]
    shared["weight"] = np.where(
        enough, shared["weight"] / shared["eligible_members"].where(enough, 1), np.nan
    )
    return shared
