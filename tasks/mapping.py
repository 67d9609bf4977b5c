"""Phase two, second half: poverty nodes by a stated rule, poverty groups, and the scores of Table 2."""

from __future__ import annotations

import pandas as pd

from schemas.assessment import Thresholds
from schemas.base import empty
from schemas.mapping import (
    Actors,
    Characteristics,
    CharacteristicScores,
    ClusterPriorities,
    Evidence,
    PovertyGroups,
    PovertyNodes,
)
from schemas.plan import Plan, PlannedGroups
from schemas.vocabulary import EVIDENCE_KINDS
from tasks import catalogue
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


@step("mapping", reads=[Characteristics], writes=[CharacteristicScores])
def score_characteristics(characteristics: pd.DataFrame) -> pd.DataFrame:
    """Return Table 2: the median of the assessors' scores; what nobody scored stays without a score."""
    records = []
    scored = characteristics[characteristics["score"].notna()]
    for position, row in enumerate(catalogue.read("table_2")["characteristic"], start=1):
        own = scored[scored["characteristic"] == row["id"]].sort_values("assessor")
        evidence = "; ".join(own["evidence"].dropna().unique())
        records.append(
            {
                "characteristic": row["id"],
                "position": position,
                "section": row["section"],
                "label": row["label"],
                "score": float(own["score"].median()) if len(own) else None,
                "assessors": len(own),
                "basis": own["basis"].dropna().iloc[0] if own["basis"].notna().any() else None,
                "evidence": evidence or None,
            }
        )
    return pd.DataFrame(records)


@step("mapping", reads=[Plan, CharacteristicScores], writes=[ClusterPriorities])
def prioritize(plan: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the mean score of the cluster, and how far the open characteristics could move it."""
    known, open_ones = scores["score"].dropna(), int(scores["score"].isna().sum())
    return pd.DataFrame(
        {
            "assessment": plan["assessment"],
            "cluster": plan["cluster"],
            "score": float(known.mean()) if len(known) else float("nan"),
            "scored": len(known),
            "unscored": open_ones,
            "score_low": (known.sum() + 1 * open_ones) / len(scores),
            "score_high": (known.sum() + 5 * open_ones) / len(scores),
        }
    )
