"""Who people were when a comparison begins: their arm and poverty group, and who changed them later."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tasks.disclosure import about_people

KEPT = ("arm", "poverty_group", "gender")
"""What is taken from the wave in which a comparison begins."""
CHANGED = {"arm": "changed arm", "poverty_group": "changed poverty group"}
"""Column -> the column that says of a row whether its respondent has another entry than at the beginning."""
_WORDS = {"arm": "arm of the comparison", "poverty_group": "poverty group"}


def as_before(rows: pd.DataFrame, responses: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Return the rows with each respondent's arm, group and gender as they were when the comparison begins.

    order: the waves, the one in which it begins first; who has no entry there has that of the first wave
    behind it that knows one. A wave in which nobody, or everybody, is in the programme tells no arms, and
    comes last. Respondents of one row alone stay as they are.
    """
    if not responses["respondent"].duplicated().any():
        return rows
    found = {}
    for column in KEPT:
        known = responses.loc[responses["wave"].isin(order), ["respondent", "wave", column]].dropna()
        waves = list(order)
        if column == "arm":
            arms = known.groupby("wave")["arm"].nunique()
            waves.sort(key=lambda wave: arms.get(wave, 0) < 2)
        place = {wave: number for number, wave in enumerate(waves)}
        known = known.assign(place=known["wave"].map(place)).sort_values(["respondent", "place"])
        first = known.drop_duplicates("respondent").set_index("respondent")[column]
        found[column] = rows["respondent"].map(first).astype("string")
    changed = {
        name: (rows[column].notna() & (rows[column] != found[column])).fillna(False).astype(bool)
        for column, name in CHANGED.items()
    }
    return rows.assign(**found, **changed)


def told_changes(rows: pd.DataFrame) -> list[str]:
    """Return a sentence on those who changed the arm, and on those who changed the group, later.

    Counts of fewer people than may be published are not told as figures; others are rounded.
    """
    told = []
    for column, name in CHANGED.items():
        people = rows.loc[rows[name], "respondent"].nunique() if name in rows else 0
        if not people:
            continue
        told.append(
            f"{about_people(people)} were in another {_WORDS[column]} in another wave, and are counted where"
            " they were when the comparison begins."
        )
    return told
