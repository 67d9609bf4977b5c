"""Phase two: what the mapping visit found out and what it left open (Box A.2), and who was asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from schemas.base import empty
from schemas.mapping import (
    Actors,
    Evidence,
    Informants,
    InformantTree,
    Institutions,
    Linkages,
    MappingAnswers,
    MappingChecklist,
    PovertyNodes,
)
from tasks import catalogue
from tasks.mapping import judge_kind
from tasks.steps import step

MOST_NAMED = 6
"""How many actors a line of the checklist names before it only counts them."""


@dataclass(frozen=True)
class Unit:
    """An actor or institution that a question is about: whether it is known, and from where."""

    label: str
    known: bool
    citations: tuple[str, ...]


@step(
    "mapping",
    reads=[Actors, Linkages, Institutions, Evidence, MappingAnswers],
    writes=[MappingChecklist],
    catalogue=["box_a2"],
)
def tick_off_questions(
    actors: pd.DataFrame,
    linkages: pd.DataFrame,
    institutions: pd.DataFrame,
    evidence: pd.DataFrame,
    answers: pd.DataFrame,
) -> pd.DataFrame:
    """Return each question of Box A.2 with what the folder holds of it: answered, partly, or open.

    A question is answered where every actor or institution that it is about is known, partly where some are.
    An answer in words counts too, as far as it says that it is complete.
    """
    if not (len(actors) or len(institutions) or len(answers)):
        return empty(MappingChecklist)
    told = {row["question"]: row for row in answers.to_dict("records")}
    records = []
    for position, question in enumerate(catalogue.read("box_a2")["question"], start=1):
        units = _units(question, actors, linkages, institutions, evidence)
        status, found = _counted(units, question["units"], question.get("at_least", 1))
        sources = {citation for unit in units if unit.known for citation in unit.citations}
        if answer := told.get(question["id"]):
            status = "answered" if answer["complete"] else "partly"
            found = (
                answer["answer"] if not any(unit.known for unit in units) else f"{answer['answer']} ({found})"
            )
            sources.add(answer["citation"])
        records.append(
            {
                "question": question["id"],
                "position": position,
                "part": question["part"],
                "text": question["text"],
                "status": status,
                "found": found,
                "sources": "; ".join(sorted(sources)) or None,
            }
        )
    return pd.DataFrame(records)


def _units(
    question: Mapping[str, Any],
    actors: pd.DataFrame,
    linkages: pd.DataFrame,
    institutions: pd.DataFrame,
    evidence: pd.DataFrame,
) -> list[Unit]:
    """Return what a question is about, as far as the map has it, in the order of names."""
    if "kinds" in question:
        rows = institutions[institutions["kind"].isin(question["kinds"])].sort_values("institution")
        return [_filled(row, question["known_by"]) for row in rows.to_dict("records")]
    rows = actors[actors["stage"].isin(question["stages"])].sort_values("actor").to_dict("records")
    if "evidence_kind" in question:
        told = evidence[evidence["kind"] == question["evidence_kind"]]
        return [_judged(row, told[told["actor"] == row["actor"]], question.get("known_by")) for row in rows]
    if question["known_by"] == ["linkages"]:
        return [_linked(row, linkages) for row in rows]
    return [_filled(row, question["known_by"]) for row in rows]


def _filled(row: Mapping[Any, Any], columns: list[str]) -> Unit:
    citation = row.get("citation")
    return Unit(
        row["label"],
        all(pd.notna(row[column]) for column in columns),
        (citation,) if pd.notna(citation) else (),
    )


def _judged(row: Mapping[Any, Any], evidence: pd.DataFrame, columns: list[str] | None) -> Unit:
    """Return whether the evidence of one kind on an actor is clear, or the actor's own columns say it."""
    clear = len(evidence) > 0 and judge_kind(set(evidence["sign"])) != "unclear"
    told = evidence.loc[evidence["sign"] != "unclear", "citation"] if clear else evidence["citation"][:0]
    if columns is None:
        return Unit(row["label"], clear, tuple(told))
    filled = _filled(row, columns)
    return Unit(row["label"], clear or filled.known, (*told, *(filled.citations if filled.known else ())))


def _linked(row: Mapping[Any, Any], linkages: pd.DataFrame) -> Unit:
    own = linkages[(linkages["from"] == row["actor"]) | (linkages["to"] == row["actor"])]
    return Unit(row["label"], len(own) > 0, tuple(own["citation"].dropna()))


def _counted(units: list[Unit], noun: str, at_least: int) -> tuple[str, str]:
    """Return a question's status and a line that says of how many something is known."""
    known = [unit for unit in units if unit.known]
    if not units:
        return "open", f"The map has no {noun}"
    line = f"Known of {len(known)} of {len(units)} {noun}"
    unknown = [unit.label for unit in units if not unit.known]
    if known and unknown:
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        line += f"; not of: {', '.join(unknown[:MOST_NAMED])}{more}"
    if not known:
        return "open", line
    return ("answered" if not unknown and len(known) >= at_least else "partly"), line


def steps_from_first(named_by: dict[str, str | None]) -> dict[str, int]:
    """Return informant -> how many steps from a first contact, who is 1; who hangs in a circle is left out.

    named_by: informant -> the informant who named this one, or None for a first contact.
    """
    named: dict[str, list[str]] = {}
    for informant, by in named_by.items():
        if by is not None:
            named.setdefault(by, []).append(informant)
    steps = {informant: 1 for informant, by in named_by.items() if by is None}
    waiting = deque(sorted(steps))
    while waiting:
        by = waiting.popleft()
        for informant in sorted(named.get(by, [])):
            if informant not in steps:
                steps[informant] = steps[by] + 1
                waiting.append(informant)
    return steps


def tree_faults(informants: pd.DataFrame) -> Iterator[tuple[Any, str, str]]:
    """Yield index, rule and remedy of each informant who was named by nobody known, or in a circle."""
    named_by = _named_by(informants)
    reached = steps_from_first(named_by)
    for index, row in informants.iterrows():
        by = named_by[row["informant"]]
        if by is not None and by not in named_by:
            yield index, "this informant is not in the list", "Add the row, or leave the cell empty"
        elif row["informant"] not in reached and _in_circle(row["informant"], named_by):
            rule = "the informants named each other in a circle, so that none of them was met first"
            yield index, rule, "Leave the cell of the one who was met first empty"


def _in_circle(informant: str, named_by: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    at: str | None = informant
    while at is not None and at in named_by and at not in seen:
        seen.add(at)
        at = named_by[at]
    return at == informant


def _named_by(informants: pd.DataFrame) -> dict[str, str | None]:
    return {
        row["informant"]: (row["named_by"] if pd.notna(row["named_by"]) else None)
        for row in informants.to_dict("records")
    }


@step("mapping", reads=[Informants, Actors, Institutions, PovertyNodes], writes=[InformantTree])
def trace_informants(
    informants: pd.DataFrame, actors: pd.DataFrame, institutions: pd.DataFrame, nodes: pd.DataFrame
) -> pd.DataFrame:
    """Return the informant tree by where informants belong: who is heard, how far from the first contact.

    The tree should replicate the map, above all its poverty nodes (Annex II, phase two, method 4): an actor
    of whom nobody was asked is told too. People stand here only as a number.
    """
    if not len(informants):
        return empty(InformantTree)
    steps = steps_from_first(_named_by(informants))
    likelihood = dict(zip(nodes["actor"], nodes["likelihood"], strict=True))
    places = {("actor", row["actor"]): row["label"] for row in actors.to_dict("records")}
    places |= {("institution", row["institution"]): row["label"] for row in institutions.to_dict("records")}
    places |= {("other", "other"): "Other informants"}
    people = informants.to_dict("records")
    belongs = {row["informant"]: _place(row) for row in people}
    records = []
    for place, label in places.items():
        own = [row for row in people if belongs[row["informant"]] == place]
        if place[0] == "other" and not own:
            continue
        leaders = {places[belongs[row["named_by"]]] for row in own if pd.notna(row["named_by"])}
        records.append(
            {
                "side": place[0],
                "name": place[1],
                "label": label,
                "likelihood": likelihood.get(place[1]) if place[0] == "actor" else None,
                "heard": bool(own),
                "informants": len(own),
                "steps": min((steps[row["informant"]] for row in own), default=None),
                "led_by": "; ".join(sorted(leaders)) or None,
            }
        )
    return pd.DataFrame(records)


def _place(row: Mapping[Any, Any]) -> tuple[str, str]:
    for side in ("actor", "institution"):
        if pd.notna(row[side]):
            return side, row[side]
    return "other", "other"
