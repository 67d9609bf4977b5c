"""Phase four: weights of households from the weights of the people through whom they were reached."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from schemas.assessment import Sampling
from schemas.base import conform, empty
from schemas.design import HouseholdSubsample
from schemas.fieldwork import HouseholdWeights, Responses
from tasks.methods.weight_share import household_weights
from tasks.steps import step

ELIGIBLE = "eligible_members"
NOT_ASKED = "eligible members not asked"
TOO_FEW = "eligible members"
Finding = tuple[str, str, str, str, str]
"""Wave, check, key, severity, message."""


@step(
    "fieldwork",
    reads=[Responses, HouseholdSubsample],
    writes=[HouseholdWeights],
    plan=["sampling"],
    named=True,
)
def weigh_households(responses: pd.DataFrame, subsample: pd.DataFrame, *, sampling: Sampling) -> pd.DataFrame:
    """Weigh each household by its respondents' weights over its eligible members (weight share).

    Nothing is weighted where it was not asked how many members are eligible, nor in a purposive sample. With
    a sub-sample of households only these are weighted, each divided by its chance in it.
    """
    if sampling.design == "purposive" or ELIGIBLE not in responses or not len(responses):
        return empty(HouseholdWeights)
    people = responses
    if len(subsample):
        people = responses[responses["household"].isin(subsample["household"])]
    if not people["household"].notna().any():
        return empty(HouseholdWeights)
    shared = household_weights(people, household="household", weight="weight", eligible=ELIGIBLE, by="wave")
    chances = subsample.set_index("household")["subsample_probability"]
    shared["subsample_probability"] = shared["household"].map(chances).fillna(1.0).astype("float64")
    shared["weight"] /= shared["subsample_probability"]
    return conform(shared, HouseholdWeights)


def household_findings(
    responses: pd.DataFrame, weights: pd.DataFrame, sampling: Sampling
) -> Iterator[Finding]:
    """Yield the waves and households whose weight cannot be computed, and why."""
    for row in weights[weights["weight"].isna()].to_dict("records"):
        if pd.isna(row["eligible_members"]):
            message = "nobody said how many people of the household could have been chosen: it has no weight"
        else:
            message = "fewer people could have been chosen than were interviewed: it has no weight"
        yield row["wave"], TOO_FEW, row["household"], "warning", message
    if sampling.weighs_households and sampling.design != "purposive" and ELIGIBLE not in responses:
        for wave in sorted(responses["wave"].unique()):
            message = "households are to be weighted, and no answers to this question are there"
            yield wave, NOT_ASKED, ELIGIBLE, "warning", message
