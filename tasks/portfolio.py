"""A portfolio of assessments: what each has released of Table 2, and how the clusters compare."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from schemas.base import column_types, empty
from schemas.faults import Fault, Refused
from schemas.manifest import Manifest
from schemas.portfolio import PortfolioClusters, PortfolioPairs, PortfolioPlan, PortfolioPriorities
from tasks import catalogue
from tasks.methods.priority import HIGHEST, LOWEST, draw_composites, intervals, pairs
from tasks.methods.rank_ranges import rank_range
from tasks.portfolio_indicators import Record, by_rank, comparable, indicators_of
from tasks.released import Released, read_released
from tasks.warehouse import kept

_NO_RANK = (None, None)
_FEWEST = 2
"""So few clusters can be ranked."""


@dataclass(frozen=True)
class Member:
    """What one assessment has released: what it is, scores by characteristic, nodes, and its indicators.

    folder: its name in the folder of the portfolio. indicators: as `indicators_of` returns them.
    other_languages: codes of those in which the report stands beside report.html, by commas.
    """

    assessment: str
    cluster: str
    title: str
    country: str
    sector: str
    language: str
    status: str
    data_date: str
    latitude: float | None
    longitude: float | None
    folder: str
    content_hash: str
    scores: dict[str, float]
    nodes: int
    nodes_vulnerable: int
    nodes_likely: int
    nodes_unknown: int
    indicators: tuple[Record, ...] = ()
    other_languages: str | None = None


@dataclass(frozen=True)
class Comparison:
    """What a portfolio publishes, each table as its contract says."""

    clusters: pd.DataFrame
    priorities: pd.DataFrame
    pairs: pd.DataFrame
    indicators: pd.DataFrame


def read_members(folders: Sequence[Path]) -> tuple[list[Member], list[Fault]]:
    """Return what each assessment has released, sorted by name, and a fault for each that cannot be read.

    Only results/current is read, each file compared with the hash that its manifest has. One that has not
    been run, or of which a file was changed, is left out; the others are compared. Raises Refused where two
    bear one name, and where fewer than two have a score and no two an indicator in common.
    """
    members: list[Member] = []
    left_out: list[Fault] = []
    for folder in folders:
        try:
            members.append(_member(read_released(folder)))
        except Refused as refused:
            left_out += refused.faults
    members.sort(key=lambda member: member.assessment)
    faults = _twice([(member.assessment, member.folder) for member in members])
    if not faults and sum(bool(member.scores) for member in members) < _FEWEST and not _share(members):
        rule = (
            "fewer than two assessments have a score of Table 2, and no two have an indicator in common: "
            "there is nothing to compare"
        )
        faults.append(Fault("mapping/characteristics", rule=rule, remedy="Score them, and run them again"))
    if faults:
        raise Refused([*left_out, *faults])
    return members, left_out


def same_ids(folders: Sequence[Path]) -> list[Fault]:
    """Return a fault for each id that two of the folders bear; a plan that cannot be read bears none."""
    found = []
    for folder in folders:
        with suppress(OSError, ValueError, KeyError, TypeError):
            plan = tomllib.loads((folder / "assessment.toml").read_text(encoding="utf-8"))
            found.append((str(plan["assessment"]["id"]), folder.name))
    return _twice(found)


def _twice(borne: Sequence[tuple[str, str]]) -> list[Fault]:
    """Return a fault for each id that two folders bear, which it names; borne: pairs of id and folder."""
    return [
        Fault(
            "assessment.toml",
            column="assessment.id",
            rule=f"two assessments bear the id '{one}': {folder} and {other}",
            remedy="Rename one",
        )
        for (one, folder), (again, other) in pairwise(sorted(borne))
        if one == again
    ]


def _share(members: Sequence[Member]) -> bool:
    found = [row["indicator"] for member in members for row in member.indicators]
    return len(set(found)) < len(found)


def _member(released: Released) -> Member:
    about = released.manifest
    nodes = [row["likelihood"] for row in released.rows("poverty_nodes", ("likelihood",))]
    return Member(
        assessment=about.assessment,
        cluster=about.cluster,
        title=about.title,
        country=about.country,
        sector=about.sector,
        language=about.language,
        other_languages=_other_languages(about),
        status="released" if released.is_release else "draft",
        data_date=about.data_date.isoformat(),
        latitude=about.position.latitude if about.position else None,
        longitude=about.position.longitude if about.position else None,
        folder=released.folder.name,
        content_hash=about.content_hash,
        scores=_scores(released),
        nodes=len(nodes),
        nodes_vulnerable=nodes.count("vulnerable"),
        nodes_likely=nodes.count("likely"),
        nodes_unknown=nodes.count("unknown"),
        indicators=tuple(indicators_of(released)),
    )


def _other_languages(about: Manifest) -> str | None:
    """Return the codes of the languages in which the report stands beside report.html, by commas."""
    found = (re.fullmatch(r"report\.([\w-]+)\.html", one.file) for one in about.files)
    return ",".join(sorted(one[1] for one in found if one)) or None


def _scores(released: Released) -> dict[str, float]:
    name = "characteristic_scores"
    scores = {}
    for row in released.rows(name, ("characteristic", "score")):
        score = released.number(name, row, "score")
        if score is not None and not LOWEST <= score <= HIGHEST:
            raise released.refused(f"tables/{name}.csv", f"has a score outside {LOWEST} to {HIGHEST}")
        if score is not None:
            scores[row["characteristic"]] = score
    return scores


def compared(members: Sequence[Member], plan: PortfolioPlan) -> Comparison:
    """Return the clusters, their ranks and pairs by Table 2, and their indicators."""
    priorities, apart = compare(members, plan)
    indicators = comparable([row for member in members for row in member.indicators])
    return Comparison(_clusters(members), priorities, apart, indicators)


def _clusters(members: Sequence[Member]) -> pd.DataFrame:
    names = [name for name in column_types(PortfolioClusters) if name != "report"]
    table = pd.DataFrame([{name: getattr(member, name) for name in names} for member in members])
    table["report"] = [f"{member.folder}/results/current/report.html" for member in members]
    return kept(table, PortfolioClusters)


def compare(members: Sequence[Member], plan: PortfolioPlan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the clusters' priorities and their pairs, as their contracts say.

    A cluster without any score has no rank and no pair, and takes no rank from others. A single cluster with
    scores has none either.
    """
    names = [row["id"] for row in catalogue.read("table_2")["characteristic"]]
    scores = pd.DataFrame(
        [[member.scores.get(name, float("nan")) for name in names] for member in members if member.scores],
        index=[member.assessment for member in members if member.scores],
        columns=names,
    )
    compared, ranks = empty(PortfolioPairs), pd.DataFrame(index=scores.index)
    if len(scores) >= _FEWEST:
        drawn = draw_composites(scores, draws=plan.draws, seed=plan.seed)
        compared, ranks = pairs(drawn), intervals(drawn)
    told = compared[compared["told_apart"].astype(bool)]
    above, below = (told[column].value_counts().to_dict() for column in ("above", "below"))
    ranked = list(scores.index) if len(scores) >= _FEWEST else []
    left = {name: rank_range(below.get(name, 0), above.get(name, 0), len(ranked)) for name in ranked}
    own = pd.DataFrame(
        {
            "assessment": [member.assessment for member in members],
            "cluster": [member.cluster for member in members],
            "rank_first": [left.get(member.assessment, _NO_RANK)[0] for member in members],
            "rank_last": [left.get(member.assessment, _NO_RANK)[1] for member in members],
            "told_above": [int(above.get(member.assessment, 0)) for member in members],
            "told_below": [int(below.get(member.assessment, 0)) for member in members],
            "score": [_mean(member.scores) for member in members],
            "scored": [len(member.scores) for member in members],
            "unscored": [len(names) - len(member.scores) for member in members],
            "nodes": [member.nodes for member in members],
            "nodes_vulnerable": [member.nodes_vulnerable for member in members],
            "nodes_likely": [member.nodes_likely for member in members],
            "nodes_unknown": [member.nodes_unknown for member in members],
        }
    )
    priorities = own.join(ranks, on="assessment")
    return kept(priorities, PortfolioPriorities), kept(compared, PortfolioPairs)


def ordered(priorities: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the priorities as rows, None where a cell is empty: by rank, ties by name, unscored last."""
    plain: Any = priorities.astype(object).where(priorities.notna(), None).to_dict("records")
    return sorted(plain, key=by_rank)


def _mean(scores: dict[str, float]) -> float:
    return sum(scores.values()) / len(scores) if scores else float("nan")
