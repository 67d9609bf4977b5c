"""Which models are withheld because another model of nearly the same people is told beside them.

A coefficient beside covariates, fixed effects of places, the earlier answer or other terms weighs each
answer by what nobody is told: beside a mean, or a model of another form, it tells no sum of few answers. Two
models of the same form weigh nearly all answers alike: they differ by the few of whom only one of them is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.vocabulary import ALL

FORM = ("estimator", "term", "fixed_effects", "covariates")
"""What two models have to share, so that what they differ by is of those who are in one of them alone."""


def alike_but_for_few(frame: pd.DataFrame, fewest: int) -> pd.Series:
    """Return the rows of models that are of fewer people than so many more or fewer than another row.

    frame: rows of models; those of one indicator, poverty group and pair of waves are held against each
    other. Where their filters differ, those with a filter are found; where their form is the same, the one of
    fewer people, or of as many people with fewer answers.
    """
    found = pd.Series(False, index=frame.index)
    if "filter" not in frame:
        return found
    forms = frame.reindex(columns=list(FORM)).astype("string").fillna("").agg("\n".join, axis=1)
    for _, rows in frame.groupby(["indicator", "poverty_group", "from_wave", "to_wave"], dropna=False):
        form, chosen = forms[rows.index].to_numpy(str), rows["filter"].fillna("").to_numpy(str)
        people, left = (rows[one].fillna(0).to_numpy(int) for one in ("respondents", "residual_degrees"))
        fewer = people[None, :] - people[:, None]
        answers_fewer = np.where(fewer == 0, left[None, :] - left[:, None], 0)
        same_form = form[:, None] == form[None, :]
        by_filter = _few(abs(fewer), fewest) & (chosen[:, None] != chosen[None, :])
        by_form = same_form & (_few(fewer, fewest) | _few(answers_fewer, fewest))
        found[rows.index] = (by_filter.any(axis=1) & (chosen != "")) | by_form.any(axis=1)
    return found


def nearly_the_whole(frame: pd.DataFrame, fewest: int) -> pd.Series:
    """Return the rows of a poverty group, or of a gender within it, that leave out fewer than so many of all.

    frame: rows of models. Those who are left out are of no other row, as who did not say.
    """
    found = pd.Series(False, index=frame.index)
    for part in [one for one in ("poverty_group", "gender") if one in frame]:
        model = [one for one in _MODEL if one in frame and one != part]
        whole = frame.loc[frame[part] == ALL, [*model, "respondents"]]
        if not len(whole):
            continue
        beside = frame[model].merge(whole, on=model, how="left", validate="many_to_one")
        out = (beside["respondents"] - frame["respondents"].array).fillna(0).to_numpy(int)
        found |= _few(out, fewest) & (frame[part] != ALL).to_numpy(bool)
    return found


_MODEL = ("specification", "term", "indicator", "poverty_group", "gender", "from_wave", "to_wave")


def _few(people: np.ndarray, fewest: int) -> np.ndarray:
    return (people > 0) & (people < fewest)
