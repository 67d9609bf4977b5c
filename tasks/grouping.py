"""Phase three: the poverty groups of the frame."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tasks import tellable


def assign_groups(frame: pd.DataFrame, groups: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Return the frame with each row's poverty group, and the index of rows that fit two.

    A row that names its group keeps it. Else it belongs to the group whose node is its own and whose gender
    and difference, where the group has one, are its own too; to none where no group fits.
    """
    frame = frame.copy()
    fits = pd.Series(0, index=frame.index)
    found = pd.Series(pd.NA, index=frame.index, dtype="string")
    for group in groups.itertuples():
        belongs = (frame["node"] == group.node).fillna(False).astype(bool)
        for column in ("gender", "difference"):
            wanted = getattr(group, column)
            if pd.notna(wanted) and wanted != "mixed":
                belongs &= (frame[column] == wanted).fillna(False).astype(bool)
        fits += belongs
        found = found.where(~belongs, group.poverty_group)
    open_ones = frame["poverty_group"].isna()
    frame["poverty_group"] = frame["poverty_group"].where(~open_ones, found)
    return frame, list(frame.index[open_ones & (fits > 1)])


def contradictions(frame: pd.DataFrame, groups: pd.DataFrame) -> Iterator[tuple[int, str, str]]:
    """Yield the index, column and rule of rows that name a group of another node, gender or difference.

    frame: as it came, with the groups that its rows name. A cell that is empty contradicts nothing.
    """
    for group in groups.itertuples():
        named = (frame["poverty_group"] == group.poverty_group).fillna(False).astype(bool)
        for column in ("node", "gender", "difference"):
            wanted = getattr(group, column)
            if pd.isna(wanted) or wanted == "mixed":
                continue
            other = named & frame[column].notna() & (frame[column] != wanted).fillna(False).astype(bool)
            for index in frame.index[other]:
                rule = (
                    f"the row is of the poverty group '{group.poverty_group}', whose {column} is '{wanted}',"
                    f" and says {tellable.value(frame.at[index, column])}"
                )
                yield index, column, rule
