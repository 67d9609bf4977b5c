"""P-values of the tests of one family, adjusted for how many there are; the plan names the families."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from schemas.assessment import MultipleTesting, Specification
from tasks.methods.multiple_testing import ADJUSTMENTS, adjust

LEVEL = 0.05


def with_adjusted(
    table: pd.DataFrame, specification: Sequence[Specification], plan: MultipleTesting
) -> pd.DataFrame:
    """Return estimates with their family, how many tests it has, and the adjusted p-values.

    A family is all that the specifications of its name test, whatever the indicator, group or term; a
    specification that names none is a family of its own.
    """
    families = {one.name: one.family or one.name for one in specification}
    out = table.assign(family=table["specification"].map(families))
    p_values = out["p_value"].astype("float64").groupby(out["family"])
    for method in ADJUSTMENTS:
        out[f"p_{method}"] = p_values.transform(lambda values, method=method: adjust(values.tolist(), method))
    return out.assign(tests=p_values.transform("count"), p_adjusted=out[f"p_{plan.method}"])


def after_adjustment(p_adjusted: pd.Series) -> pd.Series:
    """Return whether each figure is told from zero once its family is counted; missing without a test."""
    told = p_adjusted.astype("float64")
    words = (told < LEVEL).map({True: "holds", False: "does not hold"}).astype("string")
    return words.mask(told.isna())
