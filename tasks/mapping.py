"""Phase two, second half: poverty nodes by a stated rule, and poverty groups."""

from __future__ import annotations

import pandas as pd

from schemas.assessment import Thresholds
from schemas.base import empty
from schemas.mapping import (
    Actors,
    Evidence,
    PovertyGroups,
    PovertyNodes,
)
from schemas.plan import PlannedGroups
from schemas.vocabulary import EVIDENCE_KINDS
from tasks.steps import step


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


@step("mapping", reads=[Actors, Evidence], writes=[PovertyNodes], plan=["thresholds"])
def find_poverty_nodes(
    actors: pd.DataFrame, evidence: pd.DataFrame, *, thresholds: Thresholds
) -> pd.DataFrame:
    """Count the evidence of each actor and name its likelihood of poverty."""
    if not len(actors):
        return empty(PovertyNodes)
    rule = thresholds.poverty_nodes
    records = []
    for actor in actors.itertuples():
        own = evidence[evidence["actor"] == actor.actor]
        kinds = {kind: judge_kind(set(part["sign"])) for kind, part in own.groupby("kind")}
        poor = [kind for kind in EVIDENCE_KINDS if kinds.get(kind) == "poor"]
        away = list(kinds.values()).count("not poor")
        records.append(
            {
                "actor": actor.actor,
                "label": actor.label,
                "likelihood": likelihood(len(poor), away, rule.vulnerable, rule.likely),
                "kinds_poor": len(poor),
                "kinds_not_poor": away,
                "kinds_unclear": list(kinds.values()).count("unclear"),
                "kinds_open": len(EVIDENCE_KINDS) - len(kinds),
                "evidence": ", ".join(poor) or None,
            }
        )
    return pd.DataFrame(records)


@step("mapping", reads=[PlannedGroups, PovertyNodes], writes=[PovertyGroups])
def place_poverty_groups(groups: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Give each poverty group of the plan its node's name and likelihood of poverty."""
    if not len(groups):
        return empty(PovertyGroups)
    known = nodes.rename(columns={"actor": "node", "label": "node_label"})
    placed = groups.merge(
        known[["node", "node_label", "likelihood"]], on="node", how="left", validate="many_to_one"
    )
    placed["likelihood"] = placed["likelihood"].fillna("unknown")
    return placed
