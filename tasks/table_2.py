"""Phase two, Table 2: scores by a rule on data and by assessors, their agreement, the cluster's composite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from schemas.assessment import Seeds, Table2Rules, Thresholds
from schemas.mapping import (
    Actors,
    Characteristics,
    CharacteristicScores,
    ClusterPriorities,
    ScoreAgreement,
)
from schemas.plan import Plan
from tasks import catalogue
from tasks.methods.agreement import alpha_verdict, krippendorff_alpha
from tasks.methods.priority import draw_composites, intervals
from tasks.methods.scoring import level_of_majority, level_of_share, whole_percent
from tasks.steps import step

DRAWS = 10_000
LIMITS = {
    3: "1 below {0:g} percent, 2 from {0:g}, 3 from {1:g}, 4 from {2:g}",
    4: "1 below {0:g} percent, 2 from {0:g}, 3 from {1:g}, 4 from {2:g}, 5 from {3:g}",
}
"""Number of a rule's cut points -> how it makes a score of a share."""


@step(
    "mapping",
    reads=[Characteristics, Actors],
    writes=[CharacteristicScores],
    plan=["thresholds"],
    catalogue=["table_2", "table_2_rules"],
)
def score_characteristics(
    characteristics: pd.DataFrame, actors: pd.DataFrame, *, thresholds: Thresholds
) -> pd.DataFrame:
    """Return Table 2: the rule's score and the assessors' median, and the one of them that counts.

    The rule's score counts where there is one, unless the plan puts the assessors first. What neither scores
    stays without a score.
    """
    rules = {rule["characteristic"]: rule for rule in catalogue.read("table_2_rules")["rule"]}
    scored = characteristics[characteristics["score"].notna()]
    records = []
    for position, row in enumerate(catalogue.read("table_2")["characteristic"], start=1):
        name = row["id"]
        own = scored[scored["characteristic"] == name].sort_values("assessor")
        ruled = score_by_rule(actors, rules[name], thresholds.table_2) if name in rules else {}
        by_rule = bool(ruled) and not (len(own) and name in thresholds.table_2.assessors_first)
        median = float(own["score"].median()) if len(own) else None
        records.append(
            {
                "characteristic": name,
                "position": position,
                "section": row["section"],
                "label": row["label"],
                "score": float(ruled["rule_score"]) if by_rule else median,
                "scored_with": "rule" if by_rule else "assessors" if len(own) else None,
                "basis": "data" if by_rule else _basis(own),
                "assessors": len(own),
                "assessors_median": median,
                "lowest": int(own["score"].min()) if len(own) else None,
                "highest": int(own["score"].max()) if len(own) else None,
                "scored_by": "; ".join(own["assessor"]) or None,
                "evidence": "; ".join(own["evidence"].dropna().unique()) or None,
                **ruled,
            }
        )
    return pd.DataFrame(records)


def _basis(own: pd.DataFrame) -> str | None:
    """Return what the first assessor that says so names as the basis of the score."""
    return own["basis"].dropna().iloc[0] if own["basis"].notna().any() else None


def score_by_rule(actors: pd.DataFrame, rule: Mapping[str, Any], rules: Table2Rules) -> dict[str, Any]:
    """Return the score that a rule of the catalogue gives, and the figure behind it; {} where it gives none.

    None is given where the rule is switched off, nobody is counted, or the actors that have the figure hold
    less than the plan's `covered` percent of all that the map counts.
    """
    cuts = getattr(rules, rule["characteristic"])
    parts = _parts(actors, rule)
    filled = actors[rule["of"]].notna() & parts.notna().any(axis=1)
    whole, known = int(actors.loc[filled, rule["of"]].sum()), int(actors[rule["of"]].sum())
    if not cuts or not whole or 100 * whole < rules.covered * known:
        return {}
    counts = parts[filled].fillna(0).sum().astype(int)
    if rule["kind"] == "share":
        count, words = int(counts.iloc[0]), rule["told"]
        level = level_of_share(count, whole, cuts)
        how = LIMITS[len(cuts)].format(*cuts)
    else:
        level, count, words = _majority(counts.to_dict(), whole, rule, cuts[0])
        how = f"the highest level that at least {cuts[0]:g} percent reach"
    return {
        "rule_score": level,
        "figure": whole_percent(count, whole),
        "figure_of": words,
        "figure_n": _to_tens(whole),
        "figure_least": _least(actors.loc[filled, rule["of"]], parts[filled]),
        "rule": how,
    }


def _parts(actors: pd.DataFrame, rule: Mapping[str, Any]) -> pd.DataFrame:
    """Return how many each actor counts of what a rule asks for: one column a share or level."""
    if rule["kind"] == "share":
        return actors[[rule["count"]]]
    if all("column" in part for part in rule["part"]):
        return pd.DataFrame({part["level"]: actors[part["column"]] for part in rule["part"]})
    placed = {part["level"]: actors["location"].eq(part["word"]).fillna(False) for part in rule["part"]}
    return pd.DataFrame({level: actors[rule["of"]].where(here) for level, here in placed.items()})


def _majority(
    counts: dict[int, int], whole: int, rule: Mapping[str, Any], percent: float
) -> tuple[int, int, str]:
    """Return the level that most reach, how many do (of the lowest: how many stand there), and words."""
    labels = {part["level"]: part["label"] for part in rule["part"]}
    if rest := rule.get("rest"):
        counts = {**counts, rest["level"]: whole - sum(counts.values())}
        labels[rest["level"]] = rest["label"]
    level = level_of_majority(counts, percent)
    told = [level] if level == min(labels) else sorted(one for one in labels if one >= level)
    words = " or ".join(labels[one] for one in told if counts[one])
    return level, sum(counts[one] for one in told), f"{rule['told']} {words}"


def _to_tens(count: int) -> int:
    return (count + 5) // 10 * 10


def _least(wholes: pd.Series, parts: pd.DataFrame) -> int:
    """Return the smallest count behind a figure, or that its whole leaves beside it.

    However large the whole, a reader who knows the other counts could work out the only one withheld:
    the score says on which side of a cut point the rounded percent lies.
    """
    rests = (wholes - parts[column].fillna(0) for column in parts)
    counts = pd.concat([wholes, *(parts[column] for column in parts), *rests]).dropna()
    return int(counts[counts > 0].min())


@step("mapping", reads=[Plan, Characteristics], writes=[ScoreAgreement])
def measure_agreement(plan: pd.DataFrame, characteristics: pd.DataFrame) -> pd.DataFrame:
    """Return how far the assessors agree: Krippendorff's alpha of their scores, at the ordinal level.

    Nothing can be said with fewer than two characteristics that two assessors scored, or where all of those
    scores are the same.
    """
    scored = characteristics[characteristics["score"].notna()]
    ratings = scored.rename(columns={"characteristic": "unit", "assessor": "rater", "score": "value"})
    compared = int((scored.groupby("characteristic").size() >= 2).sum())
    assessors = scored["assessor"].nunique()
    alpha = krippendorff_alpha(ratings, "ordinal") if compared >= 2 else float("nan")
    reason = None
    if assessors < 2:
        reason = "fewer than two assessors"
    elif compared < 2:
        reason = "fewer than two characteristics were scored by two assessors"
    elif pd.isna(alpha):
        reason = "all scores that can be compared are the same"
    return pd.DataFrame(
        {
            "assessment": plan["assessment"],
            "alpha": alpha,
            "assessors": assessors,
            "compared": compared,
            "verdict": "cannot be said" if reason else alpha_verdict(alpha),
            "reason": reason,
        }
    )


@step("mapping", reads=[Plan, CharacteristicScores], writes=[ClusterPriorities], plan=["seeds"])
def prioritize(plan: pd.DataFrame, scores: pd.DataFrame, *, seeds: Seeds) -> pd.DataFrame:
    """Return the mean score of the cluster, and how far weights and open characteristics could move it.

    score_low and score_high: the mean with each open one at 1, at 5. score_middle, score_low_90 and
    score_high_90: the weighted mean under weights and open scores that are drawn; missing where nothing is
    scored.
    """
    known, open_ones = scores["score"].dropna(), int(scores["score"].isna().sum())
    (name,) = plan["assessment"]
    drawn = draw_composites(
        scores.set_index("characteristic")[["score"]].T.set_axis([name]), draws=DRAWS, seed=seeds.priorities
    )
    ends = intervals(drawn)[["score_middle", "score_low_90", "score_high_90"]].iloc[0].to_dict()
    return pd.DataFrame(
        {
            "assessment": plan["assessment"],
            "cluster": plan["cluster"],
            "score": float(known.mean()) if len(known) else float("nan"),
            "scored": len(known),
            "unscored": open_ones,
            "score_low": (known.sum() + 1 * open_ones) / len(scores),
            "score_high": (known.sum() + 5 * open_ones) / len(scores),
            **(ends if len(known) else dict.fromkeys(ends, float("nan"))),
            "draws": DRAWS,
            "seed": seeds.priorities,
        }
    )
