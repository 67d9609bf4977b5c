"""The first page of a portfolio: its clusters in a list that shows each rank with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from schemas.portfolio import PortfolioPlan
from tasks.portfolio import Comparison, ordered
from tasks.publish import wording
from tasks.publish.cells import NOTHING, Cell
from tasks.publish.grids import Grid
from tasks.publish.portfolio_parts import (
    MISSING,
    Entry,
    Head,
    Scale,
    Table,
    axis,
    cluster,
    own_language,
    page,
    rank_entry,
    ranks,
    records,
    span,
    table,
)

Row = dict[str, Any]
MOST_NAMED = 12
"""So many clusters are named in a cell; of more only the number is told."""


def index_page(
    plan: PortfolioPlan, compared: Comparison, left_out: Sequence[str], about: Mapping[str, Any]
) -> str:
    """Return the page. The list is sorted by rank, clusters that are tied by their names."""
    known = {row["assessment"]: row for row in records(compared.clusters)}
    rows = [{**known[row["assessment"]], **row} for row in ordered(compared.priorities)]
    ranked = [row for row in rows if row["rank"] is not None]
    apart = compared.pairs[compared.pairs["told_apart"].astype(bool)]
    unscored = sum(not row["scored"] for row in rows)
    return page(
        "index.html.j2",
        plan,
        about,
        "index",
        count=wording.counted(len(rows), "cluster"),
        draws=wording.whole(plan.draws),
        told=_told(len(apart), len(compared.pairs)),
        ranking=_ranking(rows, len(ranked)),
        unscored=wording.counted(unscored, "cluster is", "clusters are") if unscored else "",
        apart=_apart(ranked, apart),
        left_out=left_out,
        tables=about["tables"],
    )


def rank_words(row: Mapping[str, Any]) -> str:
    """Return a rank and what it rests on: 'rank 2–4, 6 of 20 scored'."""
    if row["rank_first"] is None:
        return _unranked(row)
    return f"rank {ranks(row)}, {row['scored']} of {row['scored'] + row['unscored']} scored"


def _unranked(row: Mapping[str, Any]) -> str:
    return "not ranked" if row["scored"] else "not scored"


def _drawn(value: float) -> str:
    """Return a rank of the draws; a shared one has a half."""
    return wording.rounded(value, 0 if float(value).is_integer() else 1)


def _told(told: int, pairs: int) -> str:
    """Return in a sentence how much the list tells."""
    if not pairs:
        return "Fewer than two clusters have a score of Table 2: none is ranked."
    if not told:
        return (
            f"No cluster can be told apart from any other ({wording.counted(pairs, 'pair')} compared). "
            "All are tied."
        )
    rest = "" if told == pairs else " The clusters of any other pair are tied."
    return f"{wording.whole(told)} of {wording.counted(pairs, 'pair')} of clusters can be told apart.{rest}"


def _ranking(rows: Sequence[Row], last: int) -> Table:
    last = max(last, 1)
    scale = Scale(1, last)
    heads = [
        Head("Cluster"),
        Head("Country"),
        Head("Rank", numeric=True, by_number=True, sorted="ascending"),
        Head("Rank in the draws, 90 %", by_number=True, picture=axis(scale, "1", wording.whole(last))),
        Head("Scored", numeric=True, by_number=True),
        Head("Composite, 90 % interval", numeric=True, by_number=True),
        Head("Poverty of the actors", by_number=True),
        Head("Report of"),
        Head("Status"),
    ]
    body = [
        (
            cluster(row, note=row["sector"], note_language=own_language(row)),
            Entry(row["country"], language=own_language(row)),
            *_standing(row, scale),
            _nodes(row),
            Entry(wording.date(row["data_date"]), row["data_date"]),
            Entry(row["status"]),
        )
        for row in rows
    ]
    return table("ranking", "Ranks under weights and open scores that nobody knows", heads, body)


def _standing(row: Row, scale: Scale) -> tuple[Entry, ...]:
    """Return rank, rank in the draws, number of scores and composite."""
    scored = Entry(f"{row['scored']} of {row['scored'] + row['unscored']}", row["scored"], numeric=True)
    if row["rank_first"] is None:
        return rank_entry(row, _unranked(row)), MISSING, scored, MISSING
    low, middle, high = row["rank_low"], row["rank"], row["rank_high"]
    composite, *ends = (
        wording.rounded(row[f"score_{which}"], 1) for which in ("middle", "low_90", "high_90")
    )
    return (
        rank_entry(row),
        Entry(
            f"{_drawn(middle)} ({wording.span(_drawn(low), _drawn(high))})",
            middle,
            picture=span(scale, low, middle, high),
        ),
        scored,
        Entry(f"{composite} ({wording.span(*ends)})", row["score_middle"], numeric=True),
    )


def _nodes(row: Row) -> Entry:
    """Return how many actors of the map are poor; ordered by those that are likely or vulnerable to be."""
    if not row["nodes"]:
        return MISSING
    parts = [
        f"{wording.whole(row[column])} {words}"
        for column, words in (
            ("nodes_likely", "likely poor"),
            ("nodes_vulnerable", "vulnerable"),
            ("nodes_unknown", "not known"),
        )
        if row[column]
    ]
    return Entry(
        wording.listing(parts) or "none classed as poor",
        row["nodes_likely"] + row["nodes_vulnerable"],
        note=f"of {wording.counted(row['nodes'], 'actor')} mapped",
    )


def _apart(ranked: Sequence[Row], told: pd.DataFrame) -> Grid:
    """Return for each cluster those from which it is told apart; the others are not told apart from it."""
    names = {row["assessment"]: row["cluster"] for row in ranked}
    lower, higher = ({name: [] for name in names} for _ in range(2))
    for above, below in zip(told["above"], told["below"], strict=True):
        lower[above].append(names[below])
        higher[below].append(names[above])
    rows = []
    for row in ranked:
        below, above = lower[row["assessment"]], higher[row["assessment"]]
        rest = len(ranked) - 1 - len(below) - len(above)
        if below or above:
            rows.append((Cell(row["cluster"]), _names(below), _names(above), Cell(str(rest), numeric=True)))
    headings = {
        "Cluster": False,
        "Stands above": False,
        "Stands below": False,
        "Not told apart from": True,
    }
    labelled = tuple(
        tuple(Cell(**{**cell.__dict__, "label": label}) for cell, label in zip(row, headings, strict=True))
        for row in rows
    )
    return Grid("apart", "Clusters that are told apart", tuple(headings.items()), labelled)


def _names(clusters: Sequence[str]) -> Cell:
    if len(clusters) > MOST_NAMED:
        return Cell(wording.counted(len(clusters), "cluster"))
    return Cell(wording.listing(sorted(clusters))) if clusters else NOTHING
