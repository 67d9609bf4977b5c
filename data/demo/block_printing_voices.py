"""What people say in the block-printing demonstration: a coded project, quotes, participatory tools.

Called by make_block_printing.py. Everything is invented. The project is written as a program of qualitative
analysis would export it; it is packed without compression and with a fixed date, so that the same seed gives
the same bytes on every machine.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from html import escape

import numpy as np

CODERS = ("Demo Coder A", "Demo Coder B")
MISSED = 0.1
"""How often the second coder does not set a code that the first one set."""

CODES = {
    "Income": (
        "income_month",
        {"better": "Earns more", "worse": "Earns less", "unchanged": "Earns the same"},
    ),
    "Work": ("workdays_month", {"better": "More days", "worse": "Fewer days", "unchanged": "As many days"}),
    "Safety": ("safe_workplace", {"better": "Safer", "worse": "Less safe", "unchanged": "As safe as before"}),
    "Debt": ("debt_burden", {"better": "Owes less", "worse": "Owes more", "unchanged": "Owes the same"}),
    "Contract": ("written_contract", {"better": "Has a paper", "unchanged": "No paper"}),
}
"""Code -> its indicator, and the code below it for each direction."""
NOT_MAPPED = "Weather"
"""A code that the coders set and the map does not have."""

# Poverty group, code, and what the group interview and the three single interviews say.
SAID = """
home-worker-women | Income | worse | worse | worse | better
home-worker-women | Work | worse | worse | unchanged | worse
home-worker-women | Safety | unchanged | unchanged | unchanged | unchanged
home-worker-women | Debt | worse | worse | worse | unchanged
wage-men | Income | better | better | better | better
wage-men | Work | better | unchanged | better | better
wage-men | Contract | better | better | better | unchanged
wage-women | Income | better | better | worse | better
wage-women | Safety | worse | worse | worse | better
wage-women | Contract | unchanged | better | unchanged | better
own-account | Income | worse | worse | worse | worse
own-account | Work | worse | better | unchanged | worse
small-subcontractors | Income | better | worse | better | better
small-subcontractors | Debt | worse | worse | worse | worse
"""
SENTENCES = {
    "better": "It has become better than before the centre came.",
    "worse": "It has become worse than before the centre came.",
    "unchanged": "It is what it was before the centre came.",
}
TALKS = (("group interview", 9), ("interview", 1), ("interview", 1), ("interview", 1))
"""The talks with each poverty group: what they are, and how many people speak."""

TABLES = {
    "waves/followup/quotes": (
        "quote,poverty_group,indicator,session,label,label_people,words,consent,language",
        """
q1 | home-worker-women | income_month | FG-11 | a woman who prints at home | 900
    | The borders are printed at the centre now. I hear the press from my door and wait for a bundle. | yes
    | Hindi
q2 | home-worker-women | debt_burden | FG-12 | a woman who prints at home | 900
    | We borrow for rice what we used to borrow for cloth. | yes | Hindi
q3 | wage-men | workdays_month | FG-21 | a man who prints in a workshop | 700
    | With the steamer we work through the rains. | yes | Hindi
q4 | wage-women | safe_workplace | FG-31 | a woman who works in a workshop | 500
    | There are gloves, and there is no air. | yes | Hindi
q5 | own-account | income_month | FG-41 | an own-account printer | 250
    | The cloth goes up each season and the sari does not. | yes | Hindi
q6 | small-subcontractors | debt_burden | FG-51 | the first subcontractor who bought a steamer | 1
    | I signed before I knew what it burns in a day. | yes | Hindi
q7 | wage-women | say_over_income | FG-32 | a woman who works in a workshop | 500
    | This one asked not to be quoted. | no | Hindi
""",
    ),
    "waves/followup/diagrams": (
        "diagram,session,kind,element,name,label,from,to,strength,change",
        """
V-11 | FG-11 | venn | node | us | Women of the lane | | | |
V-11 | FG-11 | venn | node | trader | Trader | | | 3 | worse
V-11 | FG-11 | venn | node | centre | Facility centre | | | 4 | unchanged
V-11 | FG-11 | venn | edge | e1 | orders | trader | us | 3 | worse
V-11 | FG-11 | venn | edge | e2 | no way in | centre | us | 0 | unchanged
V-12 | FG-12 | venn | node | we | Women of the lane | | | |
V-12 | FG-12 | venn | node | trader | Trader | | | 3 | worse
V-12 | FG-12 | venn | node | savings | Savings group | | | 2 | better
V-12 | FG-12 | venn | edge | e1 | orders | trader | we | 2 | worse
V-12 | FG-12 | venn | edge | e2 | small loans | savings | we | 2 | better
F-21 | FG-21 | flow | node | steamer | Steamer | | | |
F-21 | FG-21 | flow | node | rains | Work in the rains | | | |
F-21 | FG-21 | flow | edge | e1 | lets us print | steamer | rains | | better
F-22 | FG-22 | flow | node | a | Steamer | | | |
F-22 | FG-22 | flow | node | b | Work in the rains | | | |
F-22 | FG-22 | flow | edge | e1 | lets us print | a | b | | better
""",
    ),
    "waves/followup/timelines": (
        "timeline,position,poverty_group,session,period,event,indicator,direction",
        """
TD-1 | 1 | home-worker-women | | winter 2022 | Four bundles a week | workdays_month | unchanged
TD-1 | 2 | home-worker-women | | rains 2023 | The trader sends the borders to the centre | workdays_month
    | worse
TD-1 | 3 | home-worker-women | | winter 2024 | One bundle a week, and a loan for food | debt_burden | worse
TD-2 | 1 | own-account | | spring 2022 | Cloth on credit | debt_burden | unchanged
TD-2 | 2 | own-account | | autumn 2023 | Cloth dearer by a fifth | income_month | worse
""",
    ),
    "waves/followup/photographs": (
        "photograph,file,session,poverty_group,taken_by,caption,indicator,consent",
        """
PH-1 | DEMO_0001.jpg | FG-31 | wage-women | participant | The vats in the closed room, with nobody near them
    | safe_workplace | yes
PH-2 | DEMO_0002.jpg | FG-21 | wage-men | participant | The steamer in the yard | workdays_month | yes
PH-3 | DEMO_0003.jpg | FG-31 | wage-women | participant | The washing line, with people at it
    | safe_workplace | no
""",
    ),
}
SCORED = ("A share of the centre's work", "Lower interest", "A school near by", "Safe rooms")
"""What the groups of women scored with seeds, by what would help most."""
SEEDS = {"FG-11": (14, 9, 3, 4), "FG-12": (9, 10, 4, 2), "FG-31": (6, 5, 7, 12), "FG-32": (8, 4, 9, 19)}


def code_map() -> Iterator[tuple[str, str, str]]:
    """Return the rows of design/codes: code, indicator, direction."""
    for above, (indicator, below) in CODES.items():
        for direction, name in below.items():
            yield f"{above} > {name}", indicator, direction


def _said() -> Iterator[tuple[str, str, list[str]]]:
    for line in SAID.strip().splitlines():
        group, code, *directions = (cell.strip() for cell in line.split("|"))
        yield group, code, directions


def _names(group: str) -> list[str]:
    return [f"Demo talk {group} {number}" for number in range(1, len(TALKS) + 1)]


def coded_sources() -> Iterator[tuple[object, ...]]:
    """Return the rows of coded_sources: source, poverty_group, arm, participants, kind."""
    for group in dict.fromkeys(group for group, _, _ in _said()):
        for name, (kind, people) in zip(_names(group), TALKS, strict=True):
            yield name, group, "programme", people, kind


def presence(rows: Iterable[tuple[object, ...]], women: dict[str, float]) -> list[tuple[object, ...]]:
    """Return the rows of presence for the focus groups of a wave: who took part, and who else was there.

    rows: focus_group, poverty_group, arm, indicator, participants, …; women: their share in a poverty group.
    """
    groups = {str(row[0]): (str(row[1]), int(str(row[4]))) for row in rows}
    there: list[tuple[object, ...]] = []
    for session, (group, people) in sorted(groups.items()):
        of_them = int(women[group] * people + 0.5)
        there.append((session, group, "participant", of_them, people - of_them))
        there.append((session, group, "facilitator", 1, 0))
        there.append((session, group, "note taker", 0, 1))
        if session == "FG-32":
            there.append((session, group, "employer", 0, 1))
    return there


def tool_scores() -> Iterator[tuple[object, ...]]:
    """Return the rows of tool_scores: seeds that focus groups of women laid on what would help most."""
    for session, seeds in SEEDS.items():
        for item, score in zip(SCORED, seeds, strict=True):
            yield session, "matrix scoring", "what would help most", item, "group", score


def coded_project(rng: np.random.Generator) -> bytes:
    """Return the coded project of the follow-up as the bytes of a .qdpx file."""
    codes = {(above, way): f"C-{above}-{way}" for above, (_, below) in CODES.items() for way in below}
    book = "".join(
        f'<Code guid="C-{above}" name="{above}" isCodable="false">'
        + "".join(
            f'<Code guid="{codes[above, way]}" name="{name}" isCodable="true"/>'
            for way, name in below.items()
        )
        + "</Code>"
        for above, (_, below) in CODES.items()
    )
    book += f'<Code guid="C-{NOT_MAPPED}" name="{NOT_MAPPED}" isCodable="true"/>'
    users = "".join(f'<User guid="U-{number}" name="{name}"/>' for number, name in enumerate(CODERS))
    talks: dict[str, list[tuple[str, str]]] = {}
    for group, code, directions in _said():
        for name, direction in zip(_names(group), directions, strict=True):
            talks.setdefault(name, []).append((f"{code}: {SENTENCES[direction]} ", codes[code, direction]))
    sources = "".join(_source(number, name, said, rng) for number, (name, said) in enumerate(talks.items()))
    xml = (
        '<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="urn:QDA-XML:project:1.0" name="Demo" '
        f'origin="make_block_printing.py"><Users>{users}</Users><CodeBook><Codes>{book}</Codes></CodeBook>'
        f"<Sources>{sources}</Sources></Project>\n"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("project.qde", (2024, 2, 20, 0, 0, 0)), xml)
    return stream.getvalue()


def _source(number: int, name: str, said: list[tuple[str, str]], rng: np.random.Generator) -> str:
    """Return a talk with its text, each sentence coded by the first coder and most by the second."""
    text, passages = (
        "The rains were late that year. ",
        [("The rains were late that year. ", f"C-{NOT_MAPPED}", 0)],
    )
    for sentence, code in said:
        passages.append((sentence, code, len(text)))
        text += sentence
    told = ""
    for place, (sentence, code, start) in enumerate(passages):
        coders = [0, 1] if rng.random() >= MISSED else [0]
        codings = "".join(
            f'<Coding guid="K-{number}-{place}-{coder}" creatingUser="U-{coder}">'
            f'<CodeRef targetGUID="{code}"/></Coding>'
            for coder in coders
        )
        told += (
            f'<PlainTextSelection guid="P-{number}-{place}" startPosition="{start}" '
            f'endPosition="{start + len(sentence)}">{codings}</PlainTextSelection>'
        )
    content = f"<PlainTextContent>{escape(text)}</PlainTextContent>"
    return f'<TextSource guid="S-{number}" name="{name}">{content}{told}</TextSource>'
