"""Respondents from wave to wave: who is new, who is lost, and whose gender or birth year has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from schemas.assessment import Wave
from schemas.base import empty
from schemas.fieldwork import RespondentLinks, Responses, RevisionSummary, WaveLosses, WaveRevisions
from schemas.plan import Waves
from tasks.interviews import ROW_NUMBER, own_name
from tasks.steps import step

NEW, LOST = "new respondent", "lost respondent"
COUNTED_HERE = (NEW, LOST)
"""Checks that respondent_links counts: told by their number too, they would give back what it withholds."""
LEFT_OUT = ("repeated", "superseded")
"""Losses of interviews of which another row of the same person stands."""


@step("fieldwork", reads=[WaveRevisions], writes=[RevisionSummary])
def summarize_revisions(revisions: pd.DataFrame) -> pd.DataFrame:
    """Count the answers that a later file of a wave changed, by wave and variable."""
    if not len(revisions):
        return empty(RevisionSummary)
    return revisions.groupby(["wave", "variable"], as_index=False).agg(changes=("respondent", "size"))


@step("fieldwork", reads=[Responses, Waves, WaveLosses], writes=[RespondentLinks], plan=["wave"], named=True)
def link_respondents(
    responses: pd.DataFrame, waves: pd.DataFrame, losses: pd.DataFrame, *, wave: Sequence[Wave]
) -> pd.DataFrame:
    """Count how the respondents of each wave stand to those of the waves before.

    Nothing is counted where a wave's respondents have no ids: they cannot be linked.
    """
    if any(one.columns.respondent == ROW_NUMBER for one in wave):
        return empty(RespondentLinks)
    born = birth_years(responses, wave)
    left_out = losses[losses["reason"].isin(LEFT_OUT)].groupby("wave")["interviews"].sum()
    records: list[dict[str, object]] = []
    before: set[str] = set()
    earlier: set[str] = set()
    for name in waves_in_order(responses, waves):
        here = set(responses.loc[responses["wave"] == name, "respondent"])
        records.append(
            {
                "wave": name,
                "respondents": len(here),
                "followed": len(here & before),
                "returned": len(here & (earlier - before)),
                "new": len(here - earlier),
                "lost": len(before - here),
                "duplicated": int(left_out.get(name, 0)),
                "changed_gender": len(changed(responses, responses["gender"], waves, name)),
                "changed_birth_year": (
                    len(changed(responses, born, waves, name)) if born.notna().any() else None
                ),
            }
        )
        before, earlier = here, earlier | here
    return pd.DataFrame(records) if records else empty(RespondentLinks)


def waves_in_order(responses: pd.DataFrame, waves: pd.DataFrame) -> list[str]:
    """Return the waves that have interviews, in the plan's order, less a pilot."""
    order = waves[waves["role"] != "pilot"].sort_values("position")["wave"]
    return [name for name in order if (responses["wave"] == name).any()]


def birth_years(responses: pd.DataFrame, wave: Sequence[Wave]) -> pd.Series:
    """Return each row's year of birth, from the column that the plan of its wave names; else missing."""
    years = pd.Series(pd.NA, index=responses.index, dtype="Float64")
    for one in wave:
        column = own_name(one.columns.birth_year)
        if one.columns.birth_year and column in responses:
            rows = responses["wave"] == one.name
            numbers = pd.to_numeric(responses.loc[rows, column], errors="coerce")
            years[rows] = numbers.astype("Float64")
    return years


def changed(responses: pd.DataFrame, values: pd.Series, waves: pd.DataFrame, name: str) -> list[str]:
    """Return the respondents of a wave whose value is another than it was when it was last known."""
    order = waves_in_order(responses, waves)
    known = responses[["respondent", "wave"]].assign(value=values)[values.notna()]
    now = known[known["wave"] == name].drop_duplicates("respondent").set_index("respondent")["value"]
    past = known[known["wave"].isin(order[: order.index(name)])]
    past = past.assign(place=past["wave"].map(order.index)).sort_values("place", kind="stable")
    last = past.drop_duplicates("respondent", keep="last").set_index("respondent")["value"]
    both = now.index.intersection(last.index)
    return sorted(both[(now[both] != last[both]).to_numpy(bool)])


def remarks(
    responses: pd.DataFrame, waves: pd.DataFrame, wave: Sequence[Wave]
) -> Iterator[tuple[str, str, str, str, str | None, str]]:
    """Yield wave, check, respondent, severity, variable and message for each person to look at."""
    if any(one.columns.respondent == ROW_NUMBER for one in wave):
        return
    born = birth_years(responses, wave)
    order = waves_in_order(responses, waves)
    seen: set[str] = set()
    before: set[str] = set()
    for place, name in enumerate(order):
        here = set(responses.loc[responses["wave"] == name, "respondent"])
        for person in changed(responses, born, waves, name):
            message = "the birth year is another than in a wave before"
            yield name, "changed birth year", person, "error", None, message
        if place and here & before:  # where nobody is followed, everybody is new in every wave
            for person in sorted(here - seen):
                yield name, NEW, person, "note", None, "was interviewed in no wave before"
            for person in sorted(before - here):
                message = f"was interviewed in '{order[place - 1]}', and is not in this wave"
                yield name, LOST, person, "note", None, message
        before, seen = here, seen | here
