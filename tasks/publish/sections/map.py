"""The map: the actors in their lanes, scores of the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from schemas.vocabulary import STAGES
from tasks.publish import grids, wording
from tasks.publish.cells import NOTHING, cell_of
from tasks.publish.report import Report


def printed_checks(report: Report) -> dict[str, Any]:
    """Return how many printed index figures follow from their levels, and a table of those that do not."""
    rows = report.rows("printed_checks")
    return {
        "all": wording.whole(len(rows)),
        "agreeing": wording.whole(sum(bool(row["agrees"]) for row in rows)),
        "disagreements": grids.grid(
            report,
            "printed_checks",
            "Printed index figures that do not follow from the printed levels",
            {
                "series": "Series",
                "comparison": "Comparison",
                "period": "Period",
                "printed": "Printed",
                "recomputed": "Recomputed",
            },
            rows=report.rows("printed_checks", {"agrees": False}),
        ),
    }


@dataclass(frozen=True)
class Card:
    """An actor of the value chain in its lane."""

    label: str
    likelihood: str
    likelihood_words: str
    facts: tuple[str, ...]
    served_by: tuple[str, ...]
    scope: str


def lanes(report: Report) -> list[tuple[str, list[Card]]]:
    """Return the actors by stage of the chain, shaded by their likelihood of poverty."""
    likelihoods = {row["actor"]: row["likelihood"] for row in report.rows("poverty_nodes")}
    scoped = {node.node: wording.SCOPES[node.covered] for node in report.plan.scope.node}
    served: dict[str, list[str]] = {}
    for row in report.rows("institution_links"):
        served.setdefault(row["actor"], []).append(report.label("letter", row["institution"]))
    made = []
    for stage in STAGES:
        cards = []
        for row in report.rows("actors", {"stage": stage}):
            likelihood = likelihoods.get(row["actor"], "unknown")
            facts = []
            for column, one, many in (
                ("firms", "firm", "firms"),
                ("workers", "worker", "workers"),
                ("women", "woman", "women"),
                ("minorities", "from a minority", "from minorities"),
            ):
                cell = cell_of(report, "actors", row, column)
                if cell is not NOTHING:
                    facts.append(
                        f"{cell.text} {one if cell.text == '1' else many}"
                        if cell.numeric
                        else f"{many}: {cell.text}"
                    )
            cards.append(
                Card(
                    row["label"],
                    likelihood,
                    wording.LIKELIHOODS[likelihood],
                    tuple(facts),
                    tuple(sorted(set(served.get(row["actor"], [])))),
                    scoped.get(row["actor"], ""),
                )
            )
        if cards:
            made.append((wording.capital(stage), cards))
    return made


def priority(report: Report) -> list[str]:
    """Return the mean score of the cluster in a sentence."""
    return [
        f"The mean of the {wording.counted(row['scored'], 'scored characteristic')} is "
        f"{wording.mean(row['score'])}. {wording.whole(row['unscored'])} "
        f"{'has' if row['unscored'] == 1 else 'have'} no score: with all scored, the mean would lie between "
        f"{wording.mean(row['score_low'])} and {wording.mean(row['score_high'])}."
        for row in report.rows("cluster_priorities", {"assessment": report.plan.assessment.id})
        if row["score"] is not None
    ]
