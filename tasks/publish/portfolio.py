"""The page of a portfolio: its clusters in a list that shows each rank with its interval, and the tables."""

from __future__ import annotations

import hashlib
import importlib.metadata
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from schemas.portfolio import PortfolioPlan
from tasks.portfolio import Member, ordered
from tasks.publish import charts, wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.html import environment
from tasks.publish.tables import as_csv

Row = dict[str, Any]
_MOST_IN_A_PANEL = 9


def portfolio_files(
    plan: PortfolioPlan,
    members: Sequence[Member],
    priorities: pd.DataFrame,
    pairs: pd.DataFrame,
    libraries: dict[str, str],
) -> tuple[dict[str, bytes], dict[str, object]]:
    """Return relative path -> content of every file of the portfolio, and what the manifest says of them."""
    texts = {
        "tables/cluster_pairs.csv": as_csv(pairs),
        "tables/cluster_priorities.csv": as_csv(priorities),
    }
    hasher = hashlib.sha256(plan.model_dump_json().encode())
    for name, text in texts.items():
        hasher.update(f"{name}\0{text}\0".encode())
    version = importlib.metadata.version("psia")
    about: dict[str, object] = {
        "portfolio": plan.title,
        "content_hash": hasher.hexdigest(),
        "data_date": max(member.data_date for member in members),
        "draws": plan.draws,
        "seed": plan.seed,
        "assessments": [
            {"assessment": one.assessment, "content_hash": one.content_hash, "data_date": one.data_date}
            for one in members
        ],
        "libraries": libraries,
        "psia": version,
    }
    texts["portfolio.html"] = render(plan, members, priorities, pairs, about)
    return {name: text.encode() for name, text in texts.items()}, about


def render(
    plan: PortfolioPlan,
    members: Sequence[Member],
    priorities: pd.DataFrame,
    pairs: pd.DataFrame,
    about: Mapping[str, Any],
) -> str:
    """Return the page. The list is sorted by rank and its interval, which stands beside it in every row."""
    rows = ordered(priorities)
    ranked = [row for row in rows if row["rank"] is not None]
    told = [
        (str(above), str(below))
        for above, below, apart in zip(pairs["above"], pairs["below"], pairs["told_apart"], strict=True)
        if apart
    ]
    return (
        environment()
        .get_template("portfolio.html.j2")
        .render(
            plan=plan,
            about=about,
            words=wording,
            pictures=_pictures(ranked),
            ranking=_ranking(ranked),
            apart=_apart(ranked, told),
            told=_told(len(told), len(pairs)),
            clusters=wording.counted(len(ranked), "cluster"),
            draws=wording.whole(plan.draws),
            not_scored=sorted(row["cluster"] for row in rows if row["rank"] is None),
            reports=_reports(members),
        )
    )


def rank(value: float) -> str:
    """Return a rank; a shared one has a half."""
    return wording.rounded(value, 0 if float(value).is_integer() else 1)


def rank_words(row: Mapping[str, Any]) -> str:
    """Return a rank with its interval and what it rests on: 'rank 4 (1 to 9), 6 of 20 scored'."""
    if row["rank"] is None:
        return "not scored"
    ends = f"{rank(row['rank_low'])} to {rank(row['rank_high'])}"
    return f"rank {rank(row['rank'])} ({ends}), {row['scored']} of {row['scored'] + row['unscored']} scored"


def _told(told: int, pairs: int) -> str:
    """Return in a sentence how much the list tells."""
    if not told:
        return (
            f"No cluster can be told apart from any other ({wording.counted(pairs, 'pair')} compared). "
            "The order of this list says nothing."
        )
    rest = "" if told == pairs else " For the others, the order of this list says nothing."
    return f"{wording.whole(told)} of {wording.counted(pairs, 'pair')} of clusters can be told apart.{rest}"


def _pictures(ranked: Sequence[Row]) -> list[Markup]:
    """Return the intervals of the ranks in panels of a few clusters, all on one scale."""
    last = len(ranked)
    ticks = sorted({1, *range(5, last - 1, 5), last})
    scale = charts.Scale(1, last, tuple((float(tick), wording.whole(tick)) for tick in ticks))
    panels = math.ceil(last / _MOST_IN_A_PANEL)
    size = math.ceil(last / panels)
    return [_picture(f"ranks-{start}", scale, ranked[start : start + size]) for start in range(0, last, size)]


def _picture(ident: str, scale: charts.Scale, ranked: Sequence[Row]) -> Markup:
    spans = [
        charts.Span(row["cluster"], row["rank_low"], row["rank"], row["rank_high"], rank_words(row))
        for row in ranked
    ]
    described = "; ".join(f"{row['cluster']}: {rank_words(row)}" for row in ranked)
    return Markup(charts.span_rows(ident, "Ranks and their 90 % intervals", described, scale, spans))  # noqa: S704


def _ranking(ranked: Sequence[Row]) -> Grid:
    headings = {
        "Cluster": False,
        "Rank": True,
        "90 % interval of the rank": False,
        "Characteristics scored": True,
        "Mean of those scored": True,
        "Composite, 90 % interval": False,
        "Poverty of the actors": False,
    }
    rows = [
        (
            Cell(row["cluster"]),
            Cell(rank(row["rank"]), numeric=True),
            Cell(wording.span(rank(row["rank_low"]), rank(row["rank_high"])), "span"),
            Cell(f"{row['scored']} of {row['scored'] + row['unscored']}", numeric=True),
            Cell(wording.mean(row["score"]), numeric=True),
            Cell(
                f"{wording.rounded(row['score_middle'], 1)} "
                f"({wording.rounded(row['score_low_90'], 1)} to {wording.rounded(row['score_high_90'], 1)})",
                "span",
            ),
            _nodes(row),
        )
        for row in ranked
    ]
    return _grid("ranking", "Ranks under weights and open scores that nobody knows", headings, rows)


def _nodes(row: Row) -> Cell:
    if not row["nodes"]:
        return NOTHING
    parts = [
        f"{wording.whole(row[column])} {words}"
        for column, words in (
            ("nodes_likely", "likely poor"),
            ("nodes_vulnerable", "vulnerable"),
            ("nodes_unknown", "not known"),
        )
        if row[column]
    ]
    return Cell(
        wording.listing(parts) or "none classed as poor",
        note=f"of {wording.counted(row['nodes'], 'actor')} mapped",
    )


def _apart(ranked: Sequence[Row], told: Sequence[tuple[str, str]]) -> Grid:
    """Return for each cluster those from which it is told apart; the others are not told apart from it."""
    names = {row["assessment"]: row["cluster"] for row in ranked}
    rows = []
    for row in ranked:
        own = row["assessment"]
        lower = [names[below] for above, below in told if above == own]
        higher = [names[above] for above, below in told if below == own]
        rest = len(ranked) - 1 - len(lower) - len(higher)
        if lower or higher:
            rows.append((Cell(row["cluster"]), _names(lower), _names(higher), Cell(str(rest), numeric=True)))
    headings = {
        "Cluster": False,
        "Stands above": False,
        "Stands below": False,
        "Not told apart from": True,
    }
    return _grid("apart", "Clusters that are told apart", headings, rows)


def _names(clusters: Sequence[str]) -> Cell:
    return Cell(wording.listing(sorted(clusters))) if clusters else NOTHING


def _reports(members: Sequence[Member]) -> Grid:
    rows = [
        (
            Cell(one.cluster),
            Cell(one.assessment),
            Cell(wording.date(one.data_date)),
            Cell(one.content_hash[:16]),
        )
        for one in members
    ]
    headings = {"Cluster": False, "Assessment": False, "Date of its report": False, "Hash of it": False}
    return _grid("reports", "What was compared", headings, rows)


def _grid(ident: str, caption: str, headings: Mapping[str, bool], rows: Sequence[tuple[Cell, ...]]) -> Grid:
    labelled = tuple(
        tuple(Cell(**{**cell.__dict__, "label": label}) for cell, label in zip(row, headings, strict=True))
        for row in rows
    )
    return Grid(ident, caption, tuple(headings.items()), labelled)
