"""Phases four and five: what coded interviews say, how far coders agree, quotes, participatory tools."""

from __future__ import annotations

import pandas as pd

from schemas.base import empty
from schemas.vocabulary import ALL
from schemas.voices import (
    Attendance,
    CodedVoices,
    CoderAgreement,
    Codings,
    DiagramLinks,
    Diagrams,
    Photographs,
    Presence,
    Quotes,
    StagedQuotes,
    Timelines,
    ToolRanks,
    ToolScores,
    ToolsUsed,
)
from tasks.methods import ranking
from tasks.methods.agreement import alpha_verdict
from tasks.methods.voices import coder_agreement, prevailing_direction
from tasks.steps import step

DRAWN_WITH = {"map": "maps", "venn": "venn_diagrams", "flow": "flow_diagrams", "network": "network_diagrams"}
"""Kind of a drawing -> the tool of Box A.3."""
FEWEST_SESSIONS = 2
"""Sessions that must name a thing before its name is told."""


@step("analysis", reads=[Codings], writes=[CodedVoices, CoderAgreement])
def hear_coded_text(codings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say what the coded sources of each poverty group report of each indicator, and how far coders agree.

    Sources of the programme arm speak (all, where no arm is given); those of one session speak as one. A
    source says what at least two thirds of its codings on the indicator say, a poverty group what at least
    two thirds of its sources say; else the direction is uncertain.
    """
    agreement = _agreement(codings)
    speaking = codings.dropna(subset=["poverty_group", "participants", "indicator", "direction"])
    speaking = speaking[speaking["arm"].fillna("programme") == "programme"]
    if not len(speaking):
        return empty(CodedVoices), agreement
    speaking = speaking.assign(speaker=speaking["session"].fillna(speaking["source"]))
    records = []
    for key, part in speaking.groupby(["wave", "poverty_group", "indicator"], sort=True):
        by_speaker = part.groupby("speaker", sort=True)
        said = [prevailing_direction(list(rows["direction"])) for _, rows in by_speaker]
        of_wave = codings[codings["wave"] == key[0]]
        codes = sorted(of_wave.loc[of_wave["indicator"] == key[2], "code"].dropna().unique())
        (together,) = coder_agreement(of_wave, {ALL: codes})["alpha"]
        records.append(
            {
                **dict(zip(("wave", "poverty_group", "indicator"), key, strict=True)),
                "direction": prevailing_direction(said),
                "sources": len(said),
                "participants": int(by_speaker["participants"].max().sum()),
                "codings": len(part),
                "coders": part["coder"].nunique(),
                "agreement": together,
            }
        )
    return pd.DataFrame(records), agreement


def _agreement(codings: pd.DataFrame) -> pd.DataFrame:
    """Return the coders' agreement on each code of the map that a wave uses, and on all of them together."""
    parts = []
    for wave, part in codings.groupby("wave", sort=True):
        used = sorted(part["code"].dropna().unique())
        if used:
            table = coder_agreement(part, {**{code: [code] for code in used}, ALL: used})
            parts.append(table.assign(wave=wave, verdict=table["alpha"].map(alpha_verdict)))
    parts = [part[part["sources"] > 0] for part in parts]
    return pd.concat(parts, ignore_index=True) if parts else empty(CoderAgreement)


@step("analysis", reads=[StagedQuotes], writes=[Quotes])
def choose_quotes(quotes: pd.DataFrame) -> pd.DataFrame:
    """Return the quotes whose speakers agreed to be quoted."""
    return quotes[quotes["consent"]].drop(columns=["consent", "session"])


@step("fieldwork", reads=[Presence], writes=[Attendance])
def count_attendance(presence: pd.DataFrame) -> pd.DataFrame:
    """Count who was present in the sessions of each wave, by role."""
    there = presence[presence["women"] + presence["men"] > 0]
    if not len(there):
        return empty(Attendance)
    return there.groupby(["wave", "role"], as_index=False).agg(
        sessions=("session", "nunique"), women=("women", "sum"), men=("men", "sum")
    )


def participants(presence: pd.DataFrame) -> pd.DataFrame:
    """Return wave, session, poverty_group and participants (women and men) of each session."""
    taking_part = presence[presence["role"] == "participant"]
    return taking_part.assign(participants=taking_part["women"] + taking_part["men"])[
        ["wave", "session", "poverty_group", "participants"]
    ]


def _with_participants(frame: pd.DataFrame, presence: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a tool with the poverty group and the participants of their session."""
    return frame.merge(participants(presence), on=["wave", "session"], how="left", validate="many_to_one")


def _people(frame: pd.DataFrame) -> int:
    """Return the participants of the sessions of some rows, each session counted once."""
    return int(frame.drop_duplicates(["wave", "session"])["participants"].sum())


@step(
    "fieldwork",
    reads=[Presence, ToolScores, Diagrams, Timelines, Photographs],
    writes=[ToolsUsed],
)
def count_tools(
    presence: pd.DataFrame,
    scores: pd.DataFrame,
    diagrams: pd.DataFrame,
    timelines: pd.DataFrame,
    photographs: pd.DataFrame,
) -> pd.DataFrame:
    """Count the sessions in which each tool of Box A.3 was used, and their participants, by poverty group.

    A diary without a session is a session of one person. Photographs without one are together a session of
    one: nobody knows by how many people they are.
    """
    key = ["wave", "session"]
    nobody_knows = photographs["session"].isna()
    used = [
        _with_participants(scores[key].assign(tool="matrix_scoring"), presence),
        _with_participants(diagrams[key].assign(tool=diagrams["kind"].map(DRAWN_WITH)), presence),
        *_by_one_or_many(timelines, presence, timelines["timeline"], "diaries"),
        *_by_one_or_many(photographs, presence, nobody_knows.map({True: "by one"}), "photograph"),
    ]
    used = [part for part in used if len(part)]
    if not used:
        return empty(ToolsUsed)
    records = []
    for found, part in pd.concat(used, ignore_index=True).groupby(
        ["wave", "tool", "poverty_group"], sort=True
    ):
        records.append(
            {
                **dict(zip(("wave", "tool", "poverty_group"), found, strict=True)),
                "sessions": part["session"].nunique(),
                "participants": _people(part),
            }
        )
    return pd.DataFrame(records)


def _by_one_or_many(
    frame: pd.DataFrame, presence: pd.DataFrame, person: pd.Series, tool: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows made in a session, with its people, and those made by one person alone."""
    alone = frame["session"].isna()
    many = frame.loc[~alone, ["wave", "session"]].assign(tool=tool)
    one = frame.loc[alone, ["wave", "poverty_group"]].assign(tool=tool, session=person, participants=1)
    return _with_participants(many, presence), one


@step("analysis", reads=[ToolScores, Presence], writes=[ToolRanks])
def rank_items(scores: pd.DataFrame, presence: pd.DataFrame) -> pd.DataFrame:
    """Return the mean rank of each item that two or more sessions scored or ranked, by tool and criterion.

    What one session alone named stays in staged.tool_scores: its words would be those of a few. Scores are
    ranked within each person (or group that scored in common), so that it does not matter with how many seeds
    a session scored.
    """
    if not len(scores):
        return empty(ToolRanks)
    placed = _with_participants(scores, presence)
    records = []
    key = ["wave", "tool", "poverty_group", "criterion"]
    for found, part in placed.groupby(key, sort=True):
        votes = part.rename(columns={"session": "focus_group", "item": "indicator"})
        ranks = ranking.ranks_from_scores(votes)["rank"]
        summary = ranking.rank_indicators(votes.assign(rank=votes["rank"].fillna(ranks)))
        for row in summary.to_dict("records"):
            of_item = part[part["item"] == row["indicator"]]
            if of_item["session"].nunique() < FEWEST_SESSIONS:
                continue
            records.append(
                {
                    **dict(zip(key, found, strict=True)),
                    "item": row["indicator"],
                    "mean_rank": row["mean_rank"],
                    "agreement": row["agreement"],
                    "sessions": of_item["session"].nunique(),
                    "participants": _people(of_item),
                }
            )
    return pd.DataFrame(records) if records else empty(ToolRanks)


@step("analysis", reads=[Diagrams, Presence], writes=[DiagramLinks])
def pool_diagrams(diagrams: pd.DataFrame, presence: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that two or more sessions of a poverty group drew, with in how many drawings each is.

    What one session alone drew stays in staged.diagrams: its words would be those of a few. Things are the
    same where the same words stand at them (a thing without words goes by its name).
    """
    nodes = diagrams[diagrams["element"] == "node"]
    words = nodes["label"].fillna(nodes["name"]).str.strip()
    known = dict(zip(zip(nodes["wave"], nodes["diagram"], nodes["name"], strict=True), words, strict=True))
    edges = _with_participants(diagrams[diagrams["element"] == "edge"], presence)
    if not len(edges):
        return empty(DiagramLinks)
    for end in ("from", "to"):
        places = zip(edges["wave"], edges["diagram"], edges[end], strict=True)
        edges[end] = [known[place] for place in places]
    records = []
    key = ["wave", "kind", "poverty_group", "from", "to"]
    for found, part in edges.groupby(key, sort=True):
        if part["session"].nunique() < FEWEST_SESSIONS:
            continue
        records.append(
            {
                **dict(zip(key, found, strict=True)),
                "drawings": part["diagram"].nunique(),
                "strength": part["strength"].mean(),
                "sessions": part["session"].nunique(),
                "participants": _people(part),
            }
        )
    return pd.DataFrame(records) if records else empty(DiagramLinks)
