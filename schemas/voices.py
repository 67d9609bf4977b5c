"""Phase four: what people said, drew, ranked and wrote: coded text, quotes, participatory tools (Box A.3)."""

from __future__ import annotations

from schemas.base import Contract, Flag, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import (
    AGREEMENT_VERDICTS,
    ARMS,
    CODED_SOURCES,
    DIAGRAM_ELEMENTS,
    DIAGRAMS,
    PASSAGES,
    PRESENT_ROLES,
    SCORING_TOOLS,
    TOOLS,
    VOICED_DIRECTIONS,
)

_GROUPS = {"poverty_group": "staged.poverty_groups.poverty_group"}
_POOLED = {"participants": 10, "sessions": 2}


@table("staged.code_map", grain="one row a code of the coders", key=("code",), source="design/codes")
class CodeMap(Contract):
    code: Text = text("the code's name, or its path: Income > Earns less. Codes are published: name nobody")
    indicator: Text = text("indicator that it speaks of; empty where it speaks of none", missing=True)
    direction: Text = choice(
        VOICED_DIRECTIONS, "what it says has happened; empty where it does not say", missing=True
    )


@table(
    "staged.coded_sources",
    grain="one row a wave and source of the coded project",
    key=("wave", "source"),
    source="waves/*/coded_sources",
    refers=_GROUPS,
    personal_ids={"source": "coded source"},
)
class CodedSources(Contract):
    wave: Text = text("wave in which it was recorded")
    source: Text = text("name (or GUID) of the source or case in the project")
    poverty_group: Text = text("poverty group for which it speaks")
    arm: Text = choice(ARMS, missing=True)
    participants: Whole = number("people who speak in it", ge=1)
    kind: Text = choice(CODED_SOURCES, "what it is", missing=True)
    session: Text = text(
        "focus group or session that it records, where there are several of it", missing=True
    )


@table(
    "staged.codings",
    grain="one row a wave and coding",
    key=("wave", "coding"),
    personal_ids={"source": "coded source", "coder": "coder"},
)
class Codings(Contract):
    wave: Text = text("wave of the project")
    coding: Text = text("number of the coding in the project")
    source: Text = text("pseudonym of the source or case")
    coder: Text = text("pseudonym of who coded", missing=True)
    code: Text = text("code of the map; empty where the map has it not", missing=True)
    passage: Text = choice(PASSAGES, "what the code was set on")
    start: Whole = number("first sign of the passage in its text, from 0", missing=True, ge=0)
    end: Whole = number("sign behind the passage", missing=True, ge=0)
    indicator: Text = text("indicator of the code", missing=True)
    direction: Text = choice(VOICED_DIRECTIONS, "what the code says has happened", missing=True)
    poverty_group: Text = text("poverty group for which the source speaks", missing=True)
    arm: Text = choice(ARMS, missing=True)
    participants: Whole = number("people who speak in the source", missing=True, ge=1)
    kind: Text = choice(CODED_SOURCES, "what the source is", missing=True)
    session: Text = text("focus group or session that the source records", missing=True)


@table(
    "mart.coded_voices",
    grain="one row a wave, poverty group and indicator",
    key=("wave", "poverty_group", "indicator"),
    release=Release(
        joint={"participants": 10, "sources": 2},
        beside=("direction", "codings", "coders", "agreement"),
        rounded={"agreement": 2},
    ),
)
class CodedVoices(Contract):
    wave: Text = text("wave in which the sources were recorded")
    poverty_group: Text = text("poverty group")
    indicator: Text = text("id of the indicator")
    direction: Text = choice(VOICED_DIRECTIONS, "what at least two thirds of the sources say, else uncertain")
    sources: Whole = number("sources that speak of it; those of one session are one", ge=1)
    participants: Whole = number("people who speak in them", ge=1)
    codings: Whole = number("codings with a direction", ge=1)
    coders: Whole = number("coders who said who they are", ge=0)
    agreement: Number = number("Krippendorff's alpha over the indicator's codes", missing=True, le=1)


@table(
    "mart.coder_agreement",
    grain="one row a wave and code of the map, and one for all codes together",
    key=("wave", "code"),
    release=Release(rounded={"alpha": 2}),
)
class CoderAgreement(Contract):
    wave: Text = text("wave of the project")
    code: Text = text("code of the map, or all")
    alpha: Number = number("Krippendorff's alpha, nominal: code set in a source or not", missing=True, le=1)
    sources: Whole = number("sources on which two or more coders worked", ge=0)
    coders: Whole = number("coders of these sources", ge=0)
    verdict: Text = choice(AGREEMENT_VERDICTS, "what the alpha allows")


@table(
    "staged.quotes",
    grain="one row a wave and quote",
    key=("wave", "quote"),
    source="waves/*/quotes",
    refers=_GROUPS,
)
class StagedQuotes(Contract):
    wave: Text = text("wave in which it was said")
    quote: Text = text("number of the quote, such as q1; it is published")
    poverty_group: Text = text("poverty group of who said it")
    indicator: Text = text("indicator of which it speaks", missing=True)
    session: Text = text("focus group or session in which it was said", missing=True)
    label: Text = text("who says it, as printed: a woman who prints at home")
    label_people: Whole = number("people of the cluster whom the label fits", ge=1)
    words: Text = text("what was said, without names and places of one person")
    consent: Flag = number("whether who said it agreed to be quoted; without it the row is left out")
    language: Text = text("language in which it was said", missing=True)


@table(
    "mart.quotes",
    grain="one row a wave and quote",
    key=("wave", "quote"),
    release=Release(count=("label_people",), hide=("label", "words")),
)
class Quotes(Contract):
    wave: Text = text("wave in which it was said")
    quote: Text = text("number of the quote")
    poverty_group: Text = text("poverty group of who said it")
    indicator: Text = text("indicator of which it speaks", missing=True)
    label: Text = text("who says it")
    label_people: Whole = number("people of the cluster whom the label fits", ge=1)
    words: Text = text("what was said")
    language: Text = text("language in which it was said", missing=True)


@table(
    "staged.presence",
    grain="one row a wave, session and role",
    key=("wave", "session", "role"),
    source="waves/*/presence",
    refers=_GROUPS,
)
class Presence(Contract):
    wave: Text = text("wave in which the session was held")
    session: Text = text("short name of the session; of a focus group, the same name")
    poverty_group: Text = text("poverty group that the session stands for")
    role: Text = choice(PRESENT_ROLES, "as what they were present")
    women: Whole = number("women present in this role", ge=0)
    men: Whole = number("men present in this role", ge=0)


@table(
    "staged.tool_scores",
    grain="one row a wave, session, tool, criterion, item and person",
    key=("wave", "session", "tool", "criterion", "item", "person"),
    source="waves/*/tool_scores",
    personal_ids={"person": "person"},
)
class ToolScores(Contract):
    wave: Text = text("wave in which the session was held")
    session: Text = text("session of the table presence")
    tool: Text = choice(SCORING_TOOLS)
    criterion: Text = text("by what the items were compared; 'all' where by one thing only")
    item: Text = text("what was scored or ranked: a service, a problem, an outcome")
    person: Text = text("id of the participant, or 'group' for a common score")
    score: Number = number("score given, higher = more", missing=True)
    rank: Number = number("rank given, 1 = first", missing=True, ge=1)


@table(
    "staged.diagrams",
    grain="one row a wave, diagram, element and name",
    key=("wave", "diagram", "element", "name"),
    source="waves/*/diagrams",
)
class Diagrams(Contract):
    wave: Text = text("wave in which it was drawn")
    diagram: Text = text("short name of the drawing")
    session: Text = text("session of the table presence in which it was drawn")
    kind: Text = choice(DIAGRAMS)
    element: Text = choice(DIAGRAM_ELEMENTS, "a thing, or a line between two things")
    name: Text = text("short name of the node or edge within the drawing")
    label: Text = text("what stands at it, naming no person; the same words in every drawing", missing=True)
    from_: Text = text("of an edge: name of the node where it begins", alias="from", missing=True)
    to: Text = text("of an edge: name of the node where it ends", missing=True)
    strength: Number = number("size of the node or strength of the edge, as counted", missing=True, ge=0)
    change: Text = choice(VOICED_DIRECTIONS, "what has happened to it", missing=True)


@table(
    "staged.timelines",
    grain="one row a wave, timeline and position",
    key=("wave", "timeline", "position"),
    source="waves/*/timelines",
    refers=_GROUPS,
    personal_ids={"timeline": "person"},
)
class Timelines(Contract):
    wave: Text = text("wave in which it was collected")
    timeline: Text = text("id of the person or group that keeps the diary or draws the timeline")
    position: Whole = number("place in the order of time", ge=1)
    poverty_group: Text = text("poverty group of the person or group")
    session: Text = text("session of the table presence; empty for a person's diary", missing=True)
    period: Text = text("when, as the person says it")
    event: Text = text("what happened, in a sentence that names nobody")
    indicator: Text = text("indicator that it touches", missing=True)
    direction: Text = choice(VOICED_DIRECTIONS, "what it changed", missing=True)


@table(
    "staged.photographs",
    grain="one row a wave and photograph",
    key=("wave", "photograph"),
    source="waves/*/photographs",
    refers=_GROUPS,
)
class Photographs(Contract):
    wave: Text = text("wave in which it was taken")
    photograph: Text = text("short name of the photograph")
    file: Text = text("name of the picture's file; the picture itself is not read")
    session: Text = text("session of the table presence", missing=True)
    poverty_group: Text = text("poverty group that took it or chose it")
    taken_by: Text = text("role of who took it, never a name")
    caption: Text = text("what it shows, in a sentence that names nobody")
    consent: Flag = number("whether all who can be seen agreed; without it the row is left out")
    indicator: Text = text("indicator that it shows", missing=True)


@table(
    "mart.attendance",
    grain="one row a wave and role",
    key=("wave", "role"),
    release=Release(totals={"women": 10, "men": 10}),
)
class Attendance(Contract):
    wave: Text = text("wave in which the sessions were held")
    role: Text = choice(PRESENT_ROLES)
    sessions: Whole = number("sessions with somebody in this role", ge=1)
    women: Whole = number("women present, all sessions together", ge=0)
    men: Whole = number("men present, all sessions together", ge=0)


@table(
    "mart.tools_used",
    grain="one row a wave, tool of Box A.3 and poverty group",
    key=("wave", "tool", "poverty_group"),
    release=Release(joint=_POOLED),
)
class ToolsUsed(Contract):
    wave: Text = text("wave in which it was used")
    tool: Text = choice(TOOLS)
    poverty_group: Text = text("poverty group that used it")
    sessions: Whole = number("sessions; a diary of one person is one", ge=1)
    participants: Whole = number("participants of these sessions", ge=0)


@table(
    "mart.tool_ranks",
    grain="one row a wave, tool, poverty group, criterion and item that two or more sessions scored",
    key=("wave", "tool", "poverty_group", "criterion", "item"),
    release=Release(
        joint=_POOLED, beside=("mean_rank", "agreement"), rounded={"mean_rank": 1, "agreement": 2}
    ),
)
class ToolRanks(Contract):
    wave: Text = text("wave in which the sessions were held")
    tool: Text = choice(SCORING_TOOLS)
    poverty_group: Text = text("poverty group")
    criterion: Text = text("by what the items were compared")
    item: Text = text("what was scored or ranked")
    mean_rank: Number = number(
        "mean rank, 1 = first; scores are ranked within each person or group", missing=True
    )
    agreement: Number = number("Kendall's W of those who ranked all items", missing=True, ge=0, le=1)
    sessions: Whole = number("sessions that scored the item", ge=1)
    participants: Whole = number("participants of these sessions", ge=0)


@table(
    "mart.diagram_links",
    grain="one row a wave, kind of drawing, poverty group, and line that two or more sessions drew",
    key=("wave", "kind", "poverty_group", "from", "to"),
    release=Release(joint=_POOLED, beside=("drawings", "strength"), rounded={"strength": 1}),
)
class DiagramLinks(Contract):
    wave: Text = text("wave in which it was drawn")
    kind: Text = choice(DIAGRAMS)
    poverty_group: Text = text("poverty group that drew it")
    from_: Text = text("label of the thing where the line begins", alias="from")
    to: Text = text("label of the thing where it ends")
    drawings: Whole = number("drawings that have the line", ge=1)
    strength: Number = number("mean strength of the line, where it was counted", missing=True, ge=0)
    sessions: Whole = number("sessions in which these were drawn", ge=1)
    participants: Whole = number("participants of these sessions", ge=0)
