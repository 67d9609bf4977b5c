"""Phase two, second half: poverty nodes by a stated rule, and poverty groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from schemas.assessment import Thresholds
from schemas.base import empty
from schemas.mapping import (
    Actors,
    Evidence,
    MappedGroups,
    NodeJudgements,
    PovertyGroups,
    PovertyNodes,
)
from schemas.plan import PlannedGroups
from schemas.vocabulary import EVIDENCE_KINDS
from tasks.steps import step

POVERTY_NODE = ("vulnerable", "likely")


def likelihood(kinds_poor: int, kinds_not_poor: int, vulnerable: int, likely: int) -> str:
    """Return how likely a node is poor: none, vulnerable, likely; unknown where too little is known.

    The rule on the nine kinds of evidence of Box A.2 (Nadvi and Barrientos 2004): at least `likely` kinds
    point to poverty: likely; at least `vulnerable` do: vulnerable; else none, if more kinds point away from
    poverty than to it, and unknown if not. Three kinds with the usual thresholds 2 and 4: vulnerable.
    """
    if kinds_poor >= likely:
        return "likely"
    if kinds_poor >= vulnerable:
        return "vulnerable"
    return "none" if kinds_not_poor > kinds_poor else "unknown"


def judge_kind(signs: set[str]) -> str:
    """Return what the sources of one kind say together: one sign, or unclear where they disagree."""
    clear = signs - {"unclear"}
    return clear.pop() if len(clear) == 1 else "unclear"


@step("mapping", reads=[Actors, Evidence, NodeJudgements], writes=[PovertyNodes], plan=["thresholds"])
def find_poverty_nodes(
    actors: pd.DataFrame, evidence: pd.DataFrame, judgements: pd.DataFrame, *, thresholds: Thresholds
) -> pd.DataFrame:
    """Count the evidence of each actor and name its likelihood of poverty.

    An assessor's judgement stands in place of the rule's, and what the rule says is kept beside it.
    """
    if not len(actors):
        return empty(PovertyNodes)
    rule = thresholds.poverty_nodes
    judged = {row["actor"]: row for row in judgements.to_dict("records")}
    records = []
    for actor in actors.itertuples():
        own = evidence[evidence["actor"] == actor.actor]
        kinds = {kind: judge_kind(set(part["sign"])) for kind, part in own.groupby("kind")}
        poor = [kind for kind in EVIDENCE_KINDS if kinds.get(kind) == "poor"]
        away = list(kinds.values()).count("not poor")
        by_rule = likelihood(len(poor), away, rule.vulnerable, rule.likely)
        judgement = judged.get(actor.actor, {})
        records.append(
            {
                "actor": actor.actor,
                "label": actor.label,
                "likelihood": judgement.get("likelihood", by_rule),
                "rule_likelihood": by_rule,
                "overruled_by": judgement.get("assessor"),
                "reason": judgement.get("reason"),
                "kinds_poor": len(poor),
                "kinds_not_poor": away,
                "kinds_unclear": list(kinds.values()).count("unclear"),
                "kinds_open": len(EVIDENCE_KINDS) - len(kinds),
                "evidence": ", ".join(poor) or None,
            }
        )
    return pd.DataFrame(records)


@step("mapping", reads=[PlannedGroups, PovertyNodes, MappedGroups], writes=[PovertyGroups])
def place_poverty_groups(groups: pd.DataFrame, nodes: pd.DataFrame, mapped: pd.DataFrame) -> pd.DataFrame:
    """Return the poverty groups of the plan, and those that the map finds at a poverty node beside them.

    A poverty group is a node, a group of Box 4, a gender and a difference (Nadvi and Barrientos 2004,
    section 5). A group that the map finds at a vulnerable or likely poor node and the plan leaves out is
    told too, with `planned` false.
    """
    planned = [{**row, "planned": True, **_found(row, mapped)} for row in groups.to_dict("records")]
    known = nodes.set_index("actor")
    covered = {found for row in groups.to_dict("records") for found in _matching(row, mapped)["mapped_group"]}
    left_out = [
        {
            "poverty_group": row["mapped_group"],
            "node": row["actor"],
            **{key: row[key] for key in ("label", "box4_group", "gender", "difference", "people")},
            "planned": False,
            "mapped": True,
        }
        for row in mapped.to_dict("records")
        if row["mapped_group"] not in covered and known["likelihood"].get(row["actor"]) in POVERTY_NODE
    ]
    if not planned + left_out:
        return empty(PovertyGroups)
    return pd.DataFrame(
        {
            **row,
            "node_label": known["label"].get(row["node"]),
            "likelihood": known["likelihood"].get(row["node"], "unknown"),
        }
        for row in planned + left_out
    )


def _found(group: Mapping[Any, Any], mapped: pd.DataFrame) -> dict[str, Any]:
    """Return whether the map finds a group of the plan, and how many people: nothing where it has no list."""
    if not len(mapped):
        return {"mapped": None, "people": None}
    people = _matching(group, mapped)["people"]
    return {
        "mapped": len(people) > 0,
        "people": None if people.isna().any() or people.empty else people.sum(),
    }


def _matching(group: Mapping[Any, Any], mapped: pd.DataFrame) -> pd.DataFrame:
    """Return the groups of the map that a group of the plan takes in: it may be the wider of the two."""
    fits = (mapped["actor"] == group["node"]) & (mapped["box4_group"] == group["box4_group"])
    for column in ("gender", "difference"):
        if pd.notna(group[column]):
            fits &= (mapped[column] == group[column]).fillna(False)
    return mapped[fits.astype(bool)]
