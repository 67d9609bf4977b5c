"""Who of the first wave was interviewed again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tasks.methods._columns import require_columns


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
