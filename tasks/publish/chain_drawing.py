"""The picture of the value chain as SVG text: its boxes, lines, labels and legend.

The same map gives the same bytes. Every text is escaped, nothing refers to anything outside, and nothing is
told by colour alone: shades differ by darkness, hatching and words, links by line style and a label.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.vocabulary import LINKAGE_KINDS
from tasks.publish import chain_layout, wording
from tasks.publish.chain_layout import Box, Label, Layout, Line, Tie
from tasks.publish.textsize import width, wrapped
from tasks.tongue import Words, _
from tasks.translations import N_

if TYPE_CHECKING:
    from tasks.publish.chain import Actor, Institution, Map

INK, MUTED, RULE, PAPER, LANE = "#1f2328", "#57606a", "#8a9099", "#ffffff", "#eef1f4"
LIKELY, LIKELY_INK = "#8a1c0d", "#fffffe"
VULNERABLE, HATCH = "#fdebc8", "#8a5a00"
KINDS = {
    "goods": ("#0a5c99", ""),
    "services": ("#00706b", "8 3"),
    "payment": ("#5f5a00", "2 3"),
    "subcontract": ("#6f3fa0", "10 3 2 3"),
    "credit": ("#a3195b", "5 3"),
    "labour": ("#3b4148", "14 4"),
}
"""Kind of link -> colour and dashes of its line."""
SEVERAL = ("#57606a", "")
PALETTE = (
    INK,
    MUTED,
    RULE,
    PAPER,
    LANE,
    LIKELY,
    LIKELY_INK,
    VULNERABLE,
    HATCH,
    *(colour for colour, _dashes in KINDS.values()),
)
"""Every colour of the picture. reports/style.css names for each what replaces it on a dark screen."""

LINKS = Words(
    {
        "goods": N_("goods"),
        "services": N_("services"),
        "payment": N_("payment"),
        "subcontract": N_("subcontract"),
        "credit": N_("credit"),
        "labour": N_("labour"),
    }
)
"""Kind of link -> its word."""
CODES = Words(
    {
        "goods": N_("Go"),
        "services": N_("Se"),
        "payment": N_("Pa"),
        "subcontract": N_("Su"),
        "credit": N_("Cr"),
        "labour": N_("La"),
    }
)
"""Kind of link -> two letters that stand for it on a line where there is no room for the word."""

FONT = "Arial, Helvetica, 'Liberation Sans', Roboto, 'Noto Sans', sans-serif"
NAME, TEXT, SMALL = 13.0, 12.0, 11.0
"""Font sizes in pixels: names, words, and the smallest text."""
WIDEST = 1230.0
"""Pixels that the wide drawing should not pass: on A4 laid across, its smallest text then has 7 points."""
NARROWEST = 352.0
"""Pixels that a telephone of 390 pixels leaves for the narrow drawing."""
PAGE_ACROSS, PAGE_UPRIGHT = (1046.0, 650.0), (687.0, 870.0)
"""Pixels that a page of A4 leaves for the picture."""
SMALLEST_POINTS = 7.0
"""What the smallest text should have at least in print."""
_BAND = 8.0
_PAD = 6.0
_INSET = 3.0
_CODE = 18.0
_MARGIN = 2.0


@dataclass(frozen=True)
class _Text:
    """A line of text in a box: how far below the one above it stands, and how it is set."""

    words: str
    size: float
    bold: bool = False
    colour: str = INK
    tall: float = 15.0


def wide(mapped: Map, description: str) -> tuple[str, bool]:
    """Return the drawing with lanes as columns, and whether it has to be printed on a page laid across."""
    layout, words, lane_width = _wide(mapped)
    pen = _Pen()
    top = _draw_lanes(pen, mapped, layout)
    moved = _moved(layout, top)
    _draw_branches(pen, moved)
    _draw_lines(pen, mapped, moved, words=words)
    for actor in mapped.actors:
        _draw_actor(pen, actor, moved.actors[actor.key], _plate(actor, lane_width - 2 * _INSET))
    _draw_institutions(pen, mapped, moved)
    bottom = _legend(pen, mapped, moved.width, moved.height + 22, words=words, dotted=True)
    svg = pen.finished("chain-wide", mapped.title, description, moved.width, bottom)
    upright = _scale(PAGE_UPRIGHT, moved.width, bottom)
    across = upright * SMALL * 0.75 < SMALLEST_POINTS and _scale(PAGE_ACROSS, moved.width, bottom) > upright
    return svg, across


def narrow(mapped: Map, description: str) -> str:
    """Return the drawing with lanes below each other."""
    layout, card = _narrow(mapped)
    pen = _Pen()
    for (stage, _actors), (y, tall) in zip(mapped.lanes(), layout.lanes, strict=True):
        pen.rect(Box(0, y + 4, card, tall - 9), fill=LANE)
        for number, line in enumerate(wrapped(stage, NAME, card - 12, bold=True)):
            pen.text(6, y + 19 + 15 * number, line, NAME, bold=True)
    _draw_lines(pen, mapped, layout, words=True)
    for actor in mapped.actors:
        _draw_actor(pen, actor, layout.actors[actor.key], _plate(actor, card))
    size = max(layout.width, NARROWEST)
    bottom = _listed_institutions(pen, mapped, size, layout.height + 14)
    bottom = _legend(pen, mapped, size, bottom + 14, words=True, dotted=False)
    return pen.finished("chain-narrow", mapped.title, description, size, bottom)


def alone(svg: str) -> str:
    """Return a drawing as a file: on white paper, so that it can be put into a document."""
    paper = f'<rect x="-{_n(_MARGIN)}" y="-{_n(_MARGIN)}" width="100%" height="100%" fill="{PAPER}"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg.replace("</desc>", f"</desc>{paper}", 1)}\n'


def layouts(mapped: Map) -> tuple[Layout, Layout]:
    """Return where everything stands in the wide and in the narrow drawing."""
    return _wide(mapped)[0], _narrow(mapped)[0]


def _scale(page: tuple[float, float], across: float, down: float) -> float:
    return min(1.0, page[0] / across, page[1] / down)


# Sizes


def _wide(mapped: Map) -> tuple[Layout, bool, float]:
    """Return the layout in columns, whether words or codes stand at the lines, and how wide a lane is.

    Words are taken where the picture with them is not too wide.
    """
    lane, words = 116.0, True
    layout = _columns(mapped, words, lane)
    if layout.width > WIDEST:
        words = False
        layout = _columns(mapped, words, lane)
    spare = (WIDEST - layout.width) / len(layout.lanes)
    if spare > 4:
        lane += min(spare, 56.0)
        layout = _columns(mapped, words, float(int(lane)))
    return layout, words, float(int(lane))


def _columns(mapped: Map, words: bool, lane: float) -> Layout:
    lanes = [[actor.key for actor in actors] for _stage, actors in mapped.lanes()]
    lane_of = {key: number for number, keys in enumerate(lanes) for key in keys}
    ties = _ties(mapped, words)
    served: dict[str, list[str]] = {}
    for institution in mapped.institutions:
        for key in institution.serves:
            served.setdefault(key, []).append(institution.key)
    served = {key: served[key] for key in lane_of if key in served}
    heights = {
        actor.key: max(
            _height(_plate(actor, lane - 2 * _INSET)),
            chain_layout.ports_height(ties, actor.key in served, actor.key, lane_of),
        )
        for actor in mapped.actors
    }
    groups = [
        [
            (one.key, _height(_institution_plate(one)) - 3)
            for one in mapped.institutions
            if one.inside == inside
        ]
        for inside in (True, False)
    ]
    return chain_layout.columns(
        lanes,
        heights,
        ties,
        served,
        groups,
        lane_width=lane,
        inset=_INSET,
        institution_width=_INSTITUTION,
        heading=20.0,
    )


def _narrow(mapped: Map) -> tuple[Layout, float]:
    """Return the layout in one column, with cards as wide as the lines leave room for, and their width."""
    card = 190.0
    layout = _column(mapped, card)
    card = min(220.0, max(150.0, card + NARROWEST - layout.width))
    return _column(mapped, card), card


def _column(mapped: Map, card: float) -> Layout:
    lanes = [[actor.key for actor in actors] for _stage, actors in mapped.lanes()]
    together = {key: 0 for lane in lanes for key in lane}
    ties = _ties(mapped, words=True)
    heights = {
        actor.key: max(
            _height(_plate(actor, card)), chain_layout.ports_height(ties, False, actor.key, together)
        )
        for actor in mapped.actors
    }
    headings = [
        15 * len(wrapped(stage, NAME, card - 12, bold=True)) + 18.0 for stage, _actors in mapped.lanes()
    ]
    return chain_layout.column(lanes, heights, ties, card_width=card, heading=headings)


def _ties(mapped: Map, words: bool) -> list[Tie]:
    return [
        Tie(
            link.first,
            link.second,
            _label_size(link.to_first, words),
            _label_size(link.to_second, words),
        )
        for link in mapped.links
    ]


def _label_size(kinds: Sequence[str], words: bool) -> tuple[float, float] | None:
    if not kinds:
        return None
    if words:
        return round(max(width(LINKS[kind], SMALL) for kind in kinds) + 4, 1), 13.0 * len(kinds)
    return (_CODE + 1) * len(kinds) - 1, 15.0


def _tag(likelihood: str) -> str:
    """Return the words for a likelihood of poverty in a box; the legend has them in full."""
    return _("vulnerable") if likelihood == "vulnerable" else wording.LIKELIHOODS[likelihood]


def _plate(actor: Actor, across: float) -> list[_Text]:
    """Return what stands in an actor's box: name, likelihood, figures, institutions."""
    room = across - 2 * _PAD - _band(actor)
    colour = LIKELY_INK if actor.likelihood == "likely" else INK
    quiet = LIKELY_INK if actor.likelihood == "likely" else MUTED
    lines = [_Text(one, NAME, True, colour) for one in wrapped(actor.label, NAME, room, bold=True, lines=9)]
    if actor.likelihood != "none" or actor.overruled:
        tag = _tag(actor.likelihood) + (" *" if actor.overruled else "")
        bold = actor.likelihood == "likely"
        lines += [_Text(one, TEXT, bold, colour) for one in wrapped(tag, TEXT, room, bold=bold)]
    facts = _filled(actor.facts, room)
    if actor.served_by:
        facts += wrapped(_("served by {letters}").format(letters=" ".join(actor.served_by)), TEXT, room)
    lines += [_Text(one, TEXT, False, quiet) for one in facts]
    first = len(lines) - len(facts)
    if facts:
        lines[first] = replace(lines[first], tall=lines[first].tall + 3)
    return lines


def _band(actor: Actor) -> float:
    """Return how wide the hatched or dotted band at the left of an actor's box is."""
    return _BAND if actor.likelihood in ("vulnerable", "unknown") else 0.0


def _filled(facts: Sequence[str], room: float) -> list[str]:
    """Return facts in lines, two of them together where they fit."""
    lines: list[str] = []
    for fact in facts:
        longer = f"{lines[-1]} · {fact}" if lines else ""
        if lines and width(longer, TEXT) <= room:
            lines[-1] = longer
        else:
            lines += [fact] if width(fact, TEXT) <= room else wrapped(fact.replace("\u00a0", " "), TEXT, room)
    return lines


_INSTITUTION = 146.0
_BESIDE_LETTER = 26.0


def _institution_plate(institution: Institution) -> list[_Text]:
    """Return what stands in an institution's box: its kind beside the letter, its name below."""
    name = wrapped(institution.label, TEXT, _INSTITUTION - 2 * _PAD, lines=4)
    kind = " ".join(wrapped(institution.kind, TEXT, _INSTITUTION - _BESIDE_LETTER - _PAD, lines=1))
    return [_Text(kind, TEXT, False, MUTED, 17), *(_Text(one, TEXT, tall=14) for one in name)]


def _height(lines: Sequence[_Text]) -> float:
    return sum(line.tall for line in lines) + 2 * _PAD - 1


# Drawing


class _Pen:
    """Collects shapes as text."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def rect(
        self, box: Box, *, fill: str, stroke: str = "", line: float = 1, dash: str = "", round_by: float = 0
    ) -> None:
        self._parts.append(
            f'<rect x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'
            f"{_attribute('rx', _n(round_by) if round_by else '')}"
            f'{_stroke(stroke, line, dash)} fill="{fill}"/>'
        )

    def path(self, way: str, *, stroke: str, line: float = 1, dash: str = "") -> None:
        self._parts.append(f'<path d="{way}" fill="none"{_stroke(stroke, line, dash)}/>')

    def shape(self, way: str, *, fill: str) -> None:
        self._parts.append(f'<path d="{way}" fill="{fill}"/>')

    def dot(self, x: float, y: float, radius: float, *, fill: str, stroke: str = "") -> None:
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"{_stroke(stroke, 1, "")} fill="{fill}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        middle: bool = False,
    ) -> None:
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"'
            f"{_attribute('font-weight', 'bold' if bold else '')}"
            f"{_attribute('text-anchor', 'middle' if middle else '')}"
            f' fill="{colour}">{_escaped(words)}</text>'
        )

    def finished(self, ident: str, title: str, description: str, across: float, down: float) -> str:
        """Return the SVG, with a title and a description for those who do not see it."""
        across, down = across + 2 * _MARGIN, down + 2 * _MARGIN
        told = (
            f'role="img" aria-labelledby="{ident}-title {ident}-desc">'
            f'<title id="{ident}-title">{_escaped(title)}</title>'
            f'<desc id="{ident}-desc">{_escaped(description)}</desc>'
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chain" width="{_n(across)}" height="{_n(down)}" '
            f'viewBox="{_n(-_MARGIN)} {_n(-_MARGIN)} {_n(across)} {_n(down)}" font-family="{FONT}" '
            f"{told}{''.join(self._parts)}</svg>"
        )


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _escaped(words: str) -> str:
    return html.escape(_NO_XML.sub("", words))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _attribute(name: str, value: str) -> str:
    return f' {name}="{value}"' if value else ""


def _stroke(colour: str, line: float, dash: str) -> str:
    if not colour:
        return ""
    return f' stroke="{colour}" stroke-width="{_n(line)}"{_attribute("stroke-dasharray", dash)}'


def _draw_lanes(pen: _Pen, mapped: Map, layout: Layout) -> float:
    """Draw the lanes with their headings; return how far below the top the actors begin."""
    headed = [wrapped(stage, NAME, layout.lanes[0][1] - 8, bold=True) for stage, _actors in mapped.lanes()]
    top = 15.0 * max(map(len, headed)) + 20
    for (x, across), lines in zip(layout.lanes, headed, strict=True):
        pen.rect(Box(x, 0, across, top + layout.height + 8), fill=LANE, round_by=3)
        for number, line in enumerate(lines):
            pen.text(x + across / 2, 17 + 15 * number, line, NAME, bold=True, middle=True)
    if mapped.institutions:
        x = layout.width - _INSTITUTION
        pen.text(x, 17, _("Institutions"), NAME, bold=True)
    return top


def _moved(layout: Layout, down: float) -> Layout:
    """Return the layout so many pixels lower."""

    def box(one: Box) -> Box:
        return replace(one, y=one.y + down)

    def points(some: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        return tuple((x, y + down) for x, y in some)

    return replace(
        layout,
        actors={key: box(one) for key, one in layout.actors.items()},
        institutions={key: box(one) for key, one in layout.institutions.items()},
        headings={key: y + down for key, y in layout.headings.items()},
        lines=tuple(replace(one, points=points(one.points)) for one in layout.lines),
        labels=tuple(replace(one, box=box(one.box), tip=points([one.tip])[0]) for one in layout.labels),
        branches=tuple(
            replace(one, pieces=tuple(map(points, one.pieces)), dots=points(one.dots))
            for one in layout.branches
        ),
        height=layout.height + down,
    )


def _draw_branches(pen: _Pen, layout: Layout) -> None:
    for branch in layout.branches:
        for piece in branch.pieces:
            pen.path(_way(piece), stroke=RULE, dash="1.5 2.5")
        for x, y in branch.dots:
            pen.dot(x, y, 2, fill=RULE)


def _draw_lines(pen: _Pen, mapped: Map, layout: Layout, *, words: bool) -> None:
    for line in layout.lines:
        colour, dash = _style(mapped, line)
        pen.path(_way(line.points), stroke=colour, line=2 if colour == SEVERAL[0] else 1.5, dash=dash)
    for label in layout.labels:
        link = mapped.links[label.tie]
        _draw_label(pen, label, link.to_second if label.at_end else link.to_first, words=words)


def _style(mapped: Map, line: Line) -> tuple[str, str]:
    link = mapped.links[line.tie]
    kinds = {*link.to_first, *link.to_second}
    return KINDS[kinds.pop()] if len(kinds) == 1 else SEVERAL


def _draw_label(pen: _Pen, label: Label, kinds: Sequence[str], *, words: bool) -> None:
    x, y = label.tip
    way = 1 if label.leftward else -1
    colour = KINDS[kinds[0]][0] if len(kinds) == 1 else SEVERAL[0]
    pen.shape(f"M{_n(x)} {_n(y)}l{_n(7 * way)} -4v8z", fill=colour)
    box = label.box
    if words:
        pen.rect(box, fill=PAPER)
        for number, kind in enumerate(kinds):
            at = box.y + 10.5 + 13 * number
            pen.text(box.x + box.width / 2, at, LINKS[kind], SMALL, colour=KINDS[kind][0], middle=True)
        return
    for number, kind in enumerate(kinds):
        _draw_code(pen, box.x + (_CODE + 1) * number, box.y, kind)


def _draw_code(pen: _Pen, x: float, y: float, kind: str) -> None:
    pen.rect(Box(x, y, _CODE, 15), fill=KINDS[kind][0], round_by=3)
    pen.text(x + _CODE / 2, y + 11.5, CODES[kind], SMALL, bold=True, colour=PAPER, middle=True)


def _way(points: Sequence[tuple[float, float]]) -> str:
    """Return a line through the points, its corners rounded."""
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        before, after = abs(bx - ax) + abs(by - ay), abs(cx - bx) + abs(cy - by)
        by_much = min(5.0, before / 2, after / 2)
        inx, iny = bx - by_much * _sign(bx - ax), by - by_much * _sign(by - ay)
        outx, outy = bx + by_much * _sign(cx - bx), by + by_much * _sign(cy - by)
        parts.append(f"L{_n(inx)} {_n(iny)}Q{_n(bx)} {_n(by)} {_n(outx)} {_n(outy)}")
    parts.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(parts)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)


def _draw_actor(pen: _Pen, actor: Actor, box: Box, lines: Sequence[_Text]) -> None:
    _draw_shade(pen, box, actor.likelihood, out_of_scope=actor.in_scope is False)
    y = box.y + (box.height - _height(lines)) / 2 + _PAD - 3
    for line in lines:
        y += line.tall
        pen.text(box.x + _band(actor) + _PAD, y, line.words, line.size, bold=line.bold, colour=line.colour)


def _draw_shade(pen: _Pen, box: Box, likelihood: str, *, out_of_scope: bool) -> None:
    """Draw a box in the shade of its likelihood: dark, hatched, dotted or blank on its left side."""
    fill = {"likely": LIKELY, "vulnerable": VULNERABLE}.get(likelihood, PAPER)
    stroke = {"likely": LIKELY, "vulnerable": HATCH}.get(likelihood, RULE)
    line = {"likely": 2.0, "vulnerable": 2.0}.get(likelihood, 1.0)
    inner = box
    if out_of_scope:
        pen.rect(box, fill=LANE, stroke=stroke, line=line, dash="5 3", round_by=4)
        inner = Box(box.x + 3, box.y + 3, box.width - 6, box.height - 6)
        pen.rect(inner, fill=fill, round_by=2)
    else:
        pen.rect(box, fill=fill, stroke=stroke, line=line, round_by=4)
    left, top, low, across = inner.x + 1, inner.y + 2, inner.bottom - 2, _BAND - 1
    if likelihood == "vulnerable":
        strokes = []
        y = top
        while y + across <= low:
            strokes.append(f"M{_n(left)} {_n(y + across)}l{_n(across)} -{_n(across)}")
            y += 5
        pen.path("".join(strokes), stroke=HATCH, line=2)
    if likelihood == "unknown":
        y = top + 4
        while y <= low - 2:
            pen.dot(left + across / 2, y, 1.2, fill=MUTED)
            y += 7


def _draw_institutions(pen: _Pen, mapped: Map, layout: Layout) -> None:
    for institution in mapped.institutions:
        box = layout.institutions[institution.key]
        if institution.key in layout.headings:
            heading = _("In the cluster") if institution.inside else _("Outside the cluster")
            pen.text(box.x, layout.headings[institution.key] + 13, heading, TEXT, colour=MUTED)
        pen.rect(box, fill=PAPER, stroke=RULE, round_by=3)
        _draw_letter(pen, box.x + 13, box.y + 13, institution.letter)
        y = box.y
        for number, line in enumerate(_institution_plate(institution)):
            y += line.tall + (2 if number == 1 else 0)
            x = box.x + (_PAD if number else _BESIDE_LETTER)
            pen.text(x, y, line.words, line.size, colour=line.colour)


def _draw_letter(pen: _Pen, x: float, y: float, letter: str) -> None:
    pen.dot(x, y, 8.5, fill=LANE, stroke=MUTED)
    pen.text(x, y + 4, letter, TEXT if len(letter) == 1 else 9, bold=True, middle=True)


def _listed_institutions(pen: _Pen, mapped: Map, across: float, y: float) -> float:
    """Draw the institutions as a list below the chain; return where it ends."""
    for inside, heading in (
        (True, _("Institutions in the cluster")),
        (False, _("Institutions outside the cluster")),
    ):
        group = [one for one in mapped.institutions if one.inside == inside]
        if not group:
            continue
        pen.rect(Box(0, y + 4, across, 23), fill=LANE)
        pen.text(6, y + 19, heading, NAME, bold=True)
        y += 33
        for one in group:
            lines = wrapped(f"{one.label} · {one.kind}", TEXT, across - 34)
            _draw_letter(pen, 14, y + 9, one.letter)
            for number, line in enumerate(lines):
                pen.text(30, y + 13 + 14 * number, line, TEXT)
            y += max(22, 14 * len(lines) + 8)
    return y


def _legend(pen: _Pen, mapped: Map, across: float, y: float, *, words: bool, dotted: bool) -> float:
    """Draw the legend in rows as wide as the picture; return where it ends."""
    x = 0.0

    def next_place(words_: str, sign: float) -> float:
        nonlocal x, y
        need = sign + 6 + width(words_, TEXT) + 16
        if x and x + need > across + 16:
            x, y = 0.0, y + 22
        at, x = x, x + need
        return at

    used = {actor.likelihood for actor in mapped.actors}
    for likelihood in (one for one in ("likely", "vulnerable", "none", "unknown") if one in used):
        told = wording.capital(wording.LIKELIHOODS[likelihood])
        if likelihood == "unknown":
            told = _("Likelihood of poverty not known")
        at = next_place(told, 30)
        _draw_shade(pen, Box(at + 1, y, 28, 16), likelihood, out_of_scope=False)
        pen.text(at + 36, y + 12, told, TEXT)
    if any(actor.in_scope is False for actor in mapped.actors):
        told = _("Dashed: outside the scope of the assessment")
        at = next_place(told, 30)
        _draw_shade(pen, Box(at + 1, y, 28, 16), "none", out_of_scope=True)
        pen.text(at + 36, y + 12, told, TEXT)
    if any(actor.overruled for actor in mapped.actors):
        told = _("* set by the assessors against the count of the evidence")
        at = next_place(told, 0)
        pen.text(at, y + 12, told, TEXT)
    styles = _styles(mapped)
    if styles:
        told = _("Labels at arrows: what arrives")
        at = next_place(told, 0)
        pen.text(at, y + 12, told, TEXT, colour=MUTED)
        x, y = 0.0, y + 24
        for kind, told in styles.items():
            sign = 34.0 if words or kind == "several" else 54.0
            at = next_place(told, sign)
            colour, dash = KINDS.get(kind, SEVERAL)
            line = 2 if kind == "several" else 1.5
            pen.path(f"M{_n(at)} {_n(y + 8)}h34", stroke=colour, line=line, dash=dash)
            if not words and kind != "several":
                _draw_code(pen, at + 36, y + 1, kind)
            pen.text(at + sign + 6, y + 12, told, TEXT)
    if dotted and any(actor.served_by for actor in mapped.actors):
        told = _("Served or ruled by an institution")
        at = next_place(told, 34)
        pen.path(f"M{_n(at)} {_n(y + 8)}h34", stroke=RULE, dash="1.5 2.5")
        pen.text(at + 40, y + 12, told, TEXT)
    return y + 20


def _styles(mapped: Map) -> Mapping[str, str]:
    """Return the kinds that the map has, with their words; last that of a line with several."""
    used = {kind for link in mapped.links for kind in (*link.to_first, *link.to_second)}
    several = any(len({*link.to_first, *link.to_second}) > 1 for link in mapped.links)
    return {
        **{kind: wording.capital(LINKS[kind]) for kind in LINKAGE_KINDS if kind in used},
        **({"several": _("Several kinds")} if several else {}),
    }
