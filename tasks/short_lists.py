"""Phase three: from the votes of focus groups to the short list of each poverty group.

The ranking decides, the team may overrule it with a reason, and what the pilot dropped leaves the list. After
Nadvi and Barrientos (2004), Annex II, phase three.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from schemas.analysis import Indicators
from schemas.assessment import Thresholds
from schemas.base import conform, empty
from schemas.design import (
    IndicatorDecisions,
    IndicatorSelection,
    Pilot,
    RankingAgreement,
    RankingGroups,
    Rankings,
    RankingSummary,
)
from schemas.faults import RowFault, nearest
from schemas.vocabulary import ALL
from tasks import catalogue, tellable
from tasks.methods import rank_agreement, ranking
from tasks.steps import step

FEWEST, MOST = 5, 8
"""People in a focus group (Annex II, phase three)."""
IN_COMMON = "group"
"""What stands as the person of a vote that a focus group gives in common."""
FRIEDMAN = ["agreement", "chi2", "degrees_of_freedom", "p_value"]


def voters(people: pd.Series) -> pd.Series:
    """Return who voted, with a vote in common as `IN_COMMON` however it is capitalised."""
    in_common = people.str.strip().str.casefold() == IN_COMMON
    return people.mask(in_common.fillna(False).astype(bool), IN_COMMON)


def chosen_lists(
    rankings: pd.DataFrame, decisions: pd.DataFrame, labels: Mapping[str, str], keep: int
) -> pd.DataFrame:
    """Return mart.indicator_selection as it stands before the pilot: by the votes, and by the team.

    The `keep` indicators with the most weight are on a group's list; then each row of `decisions` puts one on
    it or takes one off. labels: indicator -> its name.
    """
    chosen = _ranked(rankings, keep) if len(rankings) else empty(IndicatorSelection)
    if len(decisions):
        chosen = _overruled(chosen, decisions)
    if not len(chosen):
        return empty(IndicatorSelection)
    chosen["label"] = [labels.get(str(one), str(one)) for one in chosen["indicator"]]
    chosen["list_weight"] = ranking.list_weights(chosen)
    order = chosen.sort_values(["poverty_group", "indicator"]).reset_index(drop=True)
    return conform(order, IndicatorSelection)


def after_pilot(chosen: pd.DataFrame, pilot: pd.DataFrame) -> pd.DataFrame:
    """Return the lists without what the pilot dropped; nothing moves up into its place."""
    dropped = pilot[(pilot["kind"] == "indicator") & (pilot["decision"] == "drop")]
    reasons = dict(zip(dropped["item"], dropped["reason"], strict=True))
    gone = chosen["indicator"].isin(list(reasons))
    out = chosen.copy()
    out["selected"] = out["selected"] & ~gone
    out["decided"] = out["decided"].mask(gone, "pilot")
    out["decided_by"] = out["decided_by"].mask(gone)
    out["reason"] = out["reason"].where(~gone, out["indicator"].map(reasons))
    out["list_weight"] = ranking.list_weights(out)
    return conform(out, IndicatorSelection)


def _votes(rankings: pd.DataFrame) -> pd.DataFrame:
    """Return the votes with each voter's ranks, and how many people stand behind the voter."""
    votes = ranking.ranks_within_voters(rankings)
    present = votes.groupby("focus_group")["participants"].transform("max")
    return votes.assign(people=present.where(votes["person"] == IN_COMMON).fillna(1).astype("Int64"))


def _people(votes: pd.DataFrame, by: list[str]) -> pd.Series:
    """Return how many people gave a vote, by some columns."""
    voters = votes.dropna(subset=["rank"]).drop_duplicates([*by, "focus_group", "person"])
    return voters.groupby(by)["people"].sum()


def _complete(votes: pd.DataFrame) -> pd.DataFrame:
    """Return the votes of those who left out no indicator that their poverty group ranked at all."""
    given = votes.dropna(subset=["rank"])
    wanted = given.groupby("poverty_group")["indicator"].transform("nunique")
    ranked = given.groupby(["poverty_group", "focus_group", "person"])["indicator"].transform("nunique")
    return given[ranked == wanted]


def _ranked(rankings: pd.DataFrame, keep: int) -> pd.DataFrame:
    votes = _votes(rankings)
    chosen = ranking.select(ranking.rank_indicators(votes), keep)
    key = ["poverty_group", "indicator"]
    people = _people(votes, key).rename("participants").reset_index()
    chosen = chosen.merge(people, on=key, how="left", validate="one_to_one")
    chosen["participants"] = chosen["participants"].fillna(0)
    whole = _people(_complete(votes), ["poverty_group"])
    chosen["ranked_all"] = chosen["poverty_group"].map(whole).fillna(0).astype("Int64")
    return chosen.assign(decided="ranking", decided_by=None)


def _overruled(chosen: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Return the lists with what the team decided; an indicator that the group did not rank comes in."""
    key = ["poverty_group", "indicator"]
    given = decisions.rename(columns={"reason": "why", "decided_by": "who"})
    out = chosen.drop(columns="label", errors="ignore").merge(
        given, on=key, how="outer", validate="one_to_one"
    )
    decided = out["decision"].notna()
    out["selected"] = out["selected"].astype("boolean").mask(decided, out["decision"] == "keep")
    out["decided"] = out["decided"].astype("string").mask(decided, "team")
    out["decided_by"] = out["decided_by"].astype("string").mask(decided, out["who"])
    out["reason"] = out["reason"].astype("string").mask(decided, out["why"])
    for column in ("voters", "participants", "focus_groups"):
        out[column] = out[column].astype("Int64").fillna(0)
    for column in ("ranked_all", "agreement"):
        of_group = chosen.drop_duplicates("poverty_group").set_index("poverty_group")[column]
        out[column] = out["poverty_group"].map(of_group)
    out["ranked_all"] = out["ranked_all"].astype("Int64").fillna(0)
    return out.drop(columns=["decision", "why", "who"])


@step(
    "design",
    reads=[Rankings, IndicatorDecisions, Pilot, Indicators],
    writes=[IndicatorSelection],
    plan=["thresholds"],
    catalogue=["labels"],
)
def select_indicators(
    rankings: pd.DataFrame,
    decisions: pd.DataFrame,
    pilot: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Mark each poverty group's short list, with what decided on each indicator and why."""
    labels = catalogue.labels()
    labels |= dict(zip(indicators["indicator"], indicators["label"], strict=True))
    return after_pilot(chosen_lists(rankings, decisions, labels, thresholds.indicators_per_group), pilot)


@step(
    "design", reads=[Rankings, IndicatorSelection], writes=[RankingGroups, RankingSummary, RankingAgreement]
)
def describe_rankings(
    rankings: pd.DataFrame, selection: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Say how far the people of a focus group agree, those of a poverty group, and the poverty groups."""
    if not len(rankings):
        return empty(RankingGroups), empty(RankingSummary), empty(RankingAgreement)
    votes = _votes(rankings)
    groups = focus_groups(rankings)
    return groups, _summary(votes, groups), _agreement(votes, selection)


def focus_groups(rankings: pd.DataFrame) -> pd.DataFrame:
    """Return mart.ranking_groups: each focus group with its size and how far its people agree."""
    votes = _votes(rankings)
    found = rank_agreement.agreement_by(votes, ["focus_group"]).set_index("focus_group")
    by_group = votes.groupby("focus_group", sort=True)
    found["poverty_group"] = by_group["poverty_group"].first()
    common = by_group["person"].agg(lambda people: bool((people == IN_COMMON).any()))
    found["vote"] = common.map({True: "in common", False: "by person"})
    told = by_group["participants"].max()
    found["participants"] = told.fillna(found["voters"].where((found["voters"] > 0) & ~common))
    found["size"] = _sizes(found["participants"])
    return conform(found.reset_index(), RankingGroups)


def _sizes(people: pd.Series) -> pd.Series:
    sizes = pd.Series("as planned", index=people.index, dtype="string")
    sizes = sizes.mask((people < FEWEST).fillna(False), "fewer than 5")
    return sizes.mask((people > MOST).fillna(False), "more than 8").mask(people.isna(), "not told")


def _summary(votes: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    found = rank_agreement.agreement_by(votes, ["poverty_group"]).set_index("poverty_group")
    by_group = groups.groupby("poverty_group")
    found["focus_groups"] = by_group["voters"].agg(lambda voters: int((voters > 0).sum()))
    found["mean_agreement"] = by_group["agreement"].mean()
    for column, size in (
        ("too_small", "fewer than 5"),
        ("too_large", "more than 8"),
        ("size_not_told", "not told"),
    ):
        found[column] = by_group["size"].agg(lambda sizes, size=size: int((sizes == size).sum()))
    for column, part in (("participants", votes), ("ranked_all", _complete(votes))):
        found[column] = _people(part, ["poverty_group"]).reindex(found.index).fillna(0)
    return conform(found.drop(columns=["voters", "complete_voters"]).reset_index(), RankingSummary)


def _agreement(votes: pd.DataFrame, selection: pd.DataFrame) -> pd.DataFrame:
    """Return mart.ranking_agreement, of the groups that ranked."""
    people = _people(votes, ["poverty_group"])
    given = votes.dropna(subset=["rank"])
    met = given.groupby("poverty_group")["focus_group"].nunique()
    ranked = selection[selection["poverty_group"].isin(list(met.index))]
    if len(met) < 2:
        return empty(RankingAgreement)
    pairs = rank_agreement.compare_groups(ranked)
    for column, counts in (("participants", people), ("focus_groups", met)):
        pairs[column] = pd.concat(
            [pairs[key].map(counts) for key in ("poverty_group", "other_group")], axis=1
        ).min(axis=1)
    shared, w = rank_agreement.agreement_of_groups(ranked)
    chosen = ranked[ranked["selected"]].groupby("indicator").size()
    whole = {
        "poverty_group": ALL,
        "other_group": ALL,
        "indicators": shared,
        "tau_b": float("nan"),
        "agreement": w,
        "on_both": int((chosen == len(met)).sum()),
        "on_either": len(chosen),
        "participants": int(people.min()),
        "focus_groups": int(met.min()),
    }
    table = pd.concat([pd.DataFrame([whole]), pairs.assign(agreement=float("nan"))], ignore_index=True)
    return conform(table, RankingAgreement)


def vote_faults(rankings: pd.DataFrame, indicators: Collection[str]) -> Iterator[RowFault]:
    """Faults of votes that cannot be counted, row by row."""

    def fault(index: int, column: str, rule: str, remedy: str) -> RowFault:
        return RowFault(Rankings.about().name, index, column, rule, remedy)

    for index in rankings.index[~rankings["indicator"].isin(list(indicators))]:
        yield _unknown(Rankings.about().name, index, str(rankings["indicator"][index]), indicators)
    for _, part in rankings.groupby("focus_group", sort=True):
        first = part.index[0]
        groups = part["poverty_group"]
        for index in part.index[groups != groups[first]][:1]:
            rule = f"the focus group stands for {tellable.value(groups[first])} in another row"
            yield fault(index, "poverty_group", rule, "Give it one poverty group, or two ids")
        told = part["participants"].dropna()
        for index in told.index[told != told.iloc[0]][:1] if len(told) else ():
            rule = "the focus group has another number of participants in another row"
            yield fault(
                index, "participants", rule, "Write the people who were present, the same in each row"
            )
        common = part["person"] == IN_COMMON
        if common.any() and not common.all():
            rule = "the focus group voted in common and by person, and would be counted twice"
            yield fault(part.index[common][0], "person", rule, "Keep one of the two")
        voters = part.dropna(subset=["person"])["person"].nunique()
        if len(told) and told.min() < voters:
            rule = f"{voters} people of the focus group vote, more than were present"
            yield fault(told.index[0], "participants", rule, "Correct one of the two")
    for index in rankings.index[rankings["rank"].notna() & rankings["score"].notna()]:
        rule = "the row gives a rank and a score: which order counts is not known"
        yield fault(index, "score", rule, "Keep one of the two and leave the other empty")
    for _, part in rankings.groupby(["focus_group", "person"], sort=True):
        only_scored = part["rank"].isna() & part["score"].notna()
        if part["rank"].notna().any() and only_scored.any():
            rule = "the person gives a score here and ranks elsewhere: which order counts is not known"
            remedy = "Give each person either ranks or scores; leave both empty where the person did not vote"
            yield fault(part.index[only_scored][0], "rank", rule, remedy)


def decision_faults(
    decisions: pd.DataFrame, chosen: pd.DataFrame, pilot: pd.DataFrame, indicators: Collection[str]
) -> Iterator[RowFault]:
    """Faults of decisions of the team that decide nothing.

    chosen: the lists by the votes alone.
    """
    table = IndicatorDecisions.about().name
    dropped = set(pilot.loc[(pilot["kind"] == "indicator") & (pilot["decision"] == "drop"), "item"])
    listed = set(
        chosen.loc[chosen["selected"], ["poverty_group", "indicator"]].itertuples(index=False, name=None)
    )
    for index, row in enumerate(decisions.to_dict("records")):
        one, group, keep = row["indicator"], row["poverty_group"], row["decision"] == "keep"
        if one not in indicators:
            yield _unknown(table, index, one, indicators)
        elif keep and one in dropped:
            rule = f"the pilot dropped {tellable.value(one)} (design/pilot)"
            yield RowFault(table, index, "decision", rule, "Change the one decision or the other")
        elif keep == ((group, one) in listed):
            where = f"{'on' if keep else 'not on'} the short list of {tellable.value(group)}"
            rule = f"{tellable.value(one)} is {where} by its votes"
            yield RowFault(table, index, "decision", rule, "Nothing is overruled: take the row out")


def _unknown(table: str, index: int, one: str, indicators: Collection[str]) -> RowFault:
    remedy = f"{nearest(one, indicators)}See 'psia indicators', or add it to design/indicators.toml"
    return RowFault(table, index, "indicator", f"{tellable.value(one)} is not an indicator", remedy)


def size_notes(rankings: pd.DataFrame) -> list[str]:
    """Return a line for each focus group that is smaller or larger than planned, or of unknown size."""
    if not len(rankings):
        return []
    lines = []
    for row in focus_groups(rankings).to_dict("records"):
        here = f"design/rankings, focus group {row['focus_group']}"
        if row["size"] == "not told":
            lines.append(f"{here}: how many were present is not told; add the column participants")
        elif row["size"] != "as planned":
            people = f"{row['participants']} {'person' if row['participants'] == 1 else 'people'}"
            lines.append(f"{here}: {people}, {row['size']}; a focus group is of {FEWEST} to {MOST}")
    return lines
