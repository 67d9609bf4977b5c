"""A portfolio of assessments: what each has released of Table 2, and how the clusters compare."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from schemas.base import check, conform, empty
from schemas.faults import BrokenPromise, Fault, Refused
from schemas.portfolio import PortfolioPairs, PortfolioPlan, PortfolioPriorities
from tasks import catalogue
from tasks.methods.priority import draw_composites, intervals, pairs
from tasks.warehouse import Busy, Damaged, Warehouse


@dataclass(frozen=True)
class Member:
    """What one assessment has released: scores by characteristic, nodes, and the report they are of."""

    assessment: str
    cluster: str
    scores: dict[str, float]
    nodes: int
    nodes_vulnerable: int
    nodes_likely: int
    nodes_unknown: int
    content_hash: str
    data_date: str


def read_members(folders: Sequence[Path]) -> list[Member]:
    """Return what each assessment has released, sorted by the assessment's name.

    The warehouses are opened one after the other, and only to read. Raises Refused with a fault for each
    assessment that has not been run or cannot be read, for two of one name, and where fewer than two have a
    score.
    """
    members: list[Member] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            members.append(_read(folder))
        except Refused as refused:
            faults += refused.faults
    members.sort(key=lambda member: member.assessment)
    faults += _twice([member.assessment for member in members])
    if not faults and sum(bool(member.scores) for member in members) < 2:
        rule = "fewer than two assessments have a score of Table 2: there is nothing to compare"
        faults.append(Fault("mapping/characteristics", rule=rule, remedy="Score them, and run them again"))
    if faults:
        raise Refused(faults)
    return members


def same_ids(folders: Sequence[Path]) -> list[Fault]:
    """Return a fault for each id that two of the folders bear; a plan that cannot be read bears none."""
    found = []
    for folder in folders:
        with suppress(OSError, ValueError, KeyError, TypeError):
            plan = tomllib.loads((folder / "assessment.toml").read_text(encoding="utf-8"))
            found.append(str(plan["assessment"]["id"]))
    return _twice(found)


def _twice(ids: Sequence[str]) -> list[Fault]:
    rule, remedy = "two assessments bear the id '{}'", "Rename one"
    return [
        Fault("assessment.toml", column="assessment.id", rule=rule.format(one), remedy=remedy)
        for one, times in sorted(Counter(ids).items())
        if times > 1
    ]


def _read(folder: Path) -> Member:
    path = folder / "results" / "warehouse.duckdb"
    run_it = f"Run it first: 'psia run {folder}', or add --run"
    try:
        about = json.loads((folder / "results" / "current" / "manifest.json").read_bytes())
        content_hash, data_date = str(about["content_hash"]), str(about["data_date"])
    except (OSError, ValueError, KeyError):
        raise Refused([Fault(str(folder), rule="has not been run", remedy=run_it)]) from None
    if not path.is_file():
        raise Refused([Fault(str(folder), rule="has no warehouse", remedy=run_it)])
    try:
        with Warehouse(path, read_only=True) as warehouse:
            (own,) = warehouse.read("released.cluster_priorities").to_dict("records")
            scores = warehouse.read("released.characteristic_scores", ["characteristic"])
            nodes = warehouse.read("released.poverty_nodes", ["actor"])["likelihood"]
    except Busy as busy:
        rule = f"is in use by {busy}"
        raise Refused([Fault(str(path), rule=rule, remedy="Wait for it to end")]) from None
    except Damaged:
        raise Refused([Fault(str(path), rule="cannot be opened", remedy="Delete it and run again")]) from None
    except (KeyError, ValueError):
        raise Refused([Fault(str(folder), rule="has released no scores", remedy=run_it)]) from None
    known = scores.dropna(subset="score")
    return Member(
        assessment=str(own["assessment"]),
        cluster=str(own["cluster"]),
        scores=dict(zip(known["characteristic"], known["score"], strict=True)),
        nodes=len(nodes),
        nodes_vulnerable=int((nodes == "vulnerable").sum()),
        nodes_likely=int((nodes == "likely").sum()),
        nodes_unknown=int((nodes == "unknown").sum()),
        content_hash=content_hash,
        data_date=data_date,
    )


def compare(members: Sequence[Member], plan: PortfolioPlan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the clusters' priorities and their pairs, as their contracts say.

    A cluster without any score has no rank and no pair, and takes no rank from others.
    """
    names = [row["id"] for row in catalogue.read("table_2")["characteristic"]]
    scores = pd.DataFrame(
        [[member.scores.get(name, float("nan")) for name in names] for member in members if member.scores],
        index=[member.assessment for member in members if member.scores],
        columns=names,
    )
    drawn = draw_composites(scores, draws=plan.draws, seed=plan.seed)
    compared = pairs(drawn)
    told = compared[compared["told_apart"]]
    priorities = pd.DataFrame(
        {
            "assessment": [member.assessment for member in members],
            "cluster": [member.cluster for member in members],
            "told_above": [int((told["above"] == member.assessment).sum()) for member in members],
            "told_below": [int((told["below"] == member.assessment).sum()) for member in members],
            "score": [_mean(member.scores) for member in members],
            "scored": [len(member.scores) for member in members],
            "unscored": [len(names) - len(member.scores) for member in members],
            "nodes": [member.nodes for member in members],
            "nodes_vulnerable": [member.nodes_vulnerable for member in members],
            "nodes_likely": [member.nodes_likely for member in members],
            "nodes_unknown": [member.nodes_unknown for member in members],
        }
    ).merge(
        intervals(drawn).rename_axis("assessment").reset_index(),
        on="assessment",
        how="left",
        validate="one_to_one",
    )
    return _kept(priorities, PortfolioPriorities), _kept(compared, PortfolioPairs)


def ordered(priorities: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the priorities as rows, None where a cell is empty: by rank, interval and name, unscored last.

    Only to be shown with the interval beside each rank.
    """
    plain: Any = priorities.astype(object).where(priorities.notna(), None).to_dict("records")
    ends = ("rank", "rank_low", "rank_high")
    return sorted(
        plain,
        key=lambda row: (
            row["rank"] is None,
            *(row[end] or 0 for end in ends),
            row["cluster"],
            row["assessment"],
        ),
    )


def _mean(scores: dict[str, float]) -> float:
    return sum(scores.values()) / len(scores) if scores else float("nan")


def _kept(frame: pd.DataFrame, contract: type) -> pd.DataFrame:
    ready = conform(frame, contract) if len(frame) else empty(contract)
    faults = check(ready, contract)
    if faults:
        raise BrokenPromise("; ".join(str(fault) for fault in faults[:5]))
    return ready.sort_values(list(contract.about().key)).reset_index(drop=True)
