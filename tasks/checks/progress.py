"""How far a wave is: of the people to be interviewed, who has been, who did not agree, who is left."""

from __future__ import annotations

import pandas as pd

from schemas.base import empty
from schemas.checks import FieldProgress
from schemas.vocabulary import ALL

PARTS = ("stratum", "arm", "poverty_group")


def progress(wave: str, target: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return mart.field_progress of a wave; empty where nobody is named who is to be interviewed.

    target: one row a person, with respondent, stratum, arm and poverty_group. records: the wave's interviews.
    Who did not agree first and was interviewed later is interviewed. Who took the consent back later does not
    agree, so that nobody asks again. People outside the target do not count.
    """
    if not len(target):
        return empty(FieldProgress)
    interviewed = target["respondent"].isin(records.loc[records["outcome"] == "used", "respondent"])
    against = records["outcome"].isin(("refused", "withdrawn"))
    refused = target["respondent"].isin(records.loc[against, "respondent"])
    people = target.assign(interviewed=interviewed, refused=refused & ~interviewed)
    people["left"] = ~people["interviewed"] & ~people["refused"]
    parts = []
    for by in (ALL, *PARTS):
        known = people.assign(part=ALL if by == ALL else people[by]).dropna(subset=["part"])
        if len(known):
            counted = known.groupby("part", as_index=False, sort=True).agg(
                target=("respondent", "size"),
                interviewed=("interviewed", "sum"),
                refused=("refused", "sum"),
                left=("left", "sum"),
            )
            parts.append(counted.assign(by=by, wave=wave))
    return pd.concat(parts, ignore_index=True)
