"""Answers that are codes for 'does not know' or 'does not want to say', set aside before all else."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from schemas.assessment import Wave
from tasks.files import as_text


def set_aside(
    frame: pd.DataFrame, wave: Wave, protected: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frame with every declared code missing, and where one stood: index, question, kind.

    protected: columns in which a code is no answer, such as ids and the arm. '-99' is -99.0 too.
    """
    found = []
    frame = frame.copy()
    for kind, codes in (("dont_know", wave.dont_know), ("refused_answer", wave.refused_answer)):
        words = {code.casefold() for code in codes}
        numbers = set(pd.to_numeric(pd.Series(codes, dtype="object"), errors="coerce").dropna())
        for column in frame.columns.difference(list(protected), sort=False) if codes else ():
            text = as_text(frame[column])
            hit = text.isin([one for one in text.dropna().unique() if one.casefold() in words])
            hit |= pd.to_numeric(text, errors="coerce").isin(numbers)
            if hit.any():
                frame[column] = frame[column].mask(hit)
                at = frame.index[hit]
                found.append(pd.DataFrame({"index": at, "question": column, "kind": kind}))
    columns = ["index", "question", "kind"]
    return frame, pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
