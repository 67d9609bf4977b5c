"""Pictures as SVG text: small panels that a page lays out side by side, drawn from released figures alone.

The same input gives the same bytes. Text stays text. A picture is PANEL_WIDTH pixels wide, so that it can be
read on a telephone; arms differ by line style and marker, and the colour repeats what the words say.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tasks.publish import svg
from tasks.tongue import decimal_sign, told

INK = "#1f2328"
MUTED = "#57606a"
GRID = "#d8dee4"
PAPER = "#ffffff"
GAIN = "#0a5c99"
LOSS = "#a63a00"
PALETTE = (INK, MUTED, GRID, PAPER, GAIN, LOSS)
"""Every colour of a picture. reports/style.css names for each what replaces it on a dark screen."""

COLOURS = {"gain": GAIN, "loss": LOSS}
PANEL_WIDTH = 276
_TITLE, _TEXT, _SMALL = 13, 12, 11
_LINE = 16
_PLOT_HEIGHT = 124
_DODGE = 0.035
_SPAN_HEIGHT = 58
_ROW_SIGNS = 34
"""Letters of a row's bold label on one line; a longer one takes two or three."""


@dataclass(frozen=True)
class Scale:
    """The one scale that all panels of a figure share: its ends, and ticks with their labels."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Point:
    """An estimate of one arm at one wave (0, 1, …), with its interval where there is one."""

    wave: int
    arm: str
    value: float
    low: float | None
    high: float | None
    words: str


@dataclass(frozen=True)
class Panel:
    """One poverty group: heading, the change in words, two lines below it, and the points."""

    heading: str
    verdict: str
    style: str
    details: tuple[str, ...]
    points: tuple[Point, ...]
    description: str


@dataclass(frozen=True)
class Pair:
    """Two values joined by a line: hollow marker at the first, filled at the second."""

    words: str
    style: str
    before: float | None
    after: float | None
    second_arm: bool = False


@dataclass(frozen=True)
class Row:
    """A label with one or more pairs below it."""

    label: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Span:
    """A label, an interval with its middle, and the words beside it."""

    label: str
    low: float
    middle: float
    high: float
    words: str


@dataclass(frozen=True)
class Curve:
    """A line over numbers of people, sizes marked on it (filled or hollow), a limit, two lines of words."""

    points: tuple[tuple[float, float], ...]
    marks: tuple[tuple[tuple[float, float], bool], ...]
    limit: float | None
    along: Scale
    across: Scale
    verdict: str
    detail: str


@dataclass(frozen=True)
class Bar:
    """A span of a scale with the height of the bar above the middle line and of the one below it."""

    low: float
    high: float
    above: float
    below: float


def scale(
    values: Iterable[float], label: Callable[[float], str], *, least: float | None = None, tight: bool = False
) -> Scale:
    """Return a scale with round ticks that holds all values.

    least: no end of the scale lies below it. tight: the scale ends at the outermost values, not at ticks.
    """
    values = list(values)
    low, high = min(values), max(values)
    if low == high:
        low, high = low - (abs(low) or 1) * 0.1, high + (abs(high) or 1) * 0.1
    step = _round_step((high - low) / (3 if tight else 4))
    outward, inward = math.floor(low / step), math.ceil(low / step)
    first, last = (inward, math.floor(high / step)) if tight else (outward, math.ceil(high / step))
    if least is not None:
        first = max(first, math.floor(least / step))
    places = [number * step for number in range(first, last + 1)]
    ticks = tuple(zip(places, _apart(places, step, label), strict=True))
    ends = (low, high) if tight else (ticks[0][0], ticks[-1][0])
    return Scale(*ends, ticks)


def _apart(places: Sequence[float], step: float, label: Callable[[float], str]) -> list[str]:
    """Return the labels of ticks; with as many decimals as tell them apart, where their own do not."""
    labels = [label(place) for place in places]
    if len(set(labels)) == len(labels):
        return labels
    sign = " %" if labels[0].endswith("%") else ""
    size = 100 if sign else 1
    decimals = max(0, -math.floor(math.log10(step * size)))
    numbers = [f"{place * size:.{decimals}f}".replace("-", "−") for place in places]
    return [number.replace(".", decimal_sign()) + sign for number in numbers]


def wave_panels(ident: str, waves: Sequence[str], scale: Scale, panels: Sequence[Panel]) -> list[str]:
    """Return one SVG a panel: estimates by wave, one line an arm. Without a point only its words stand there.

    ident: begins every id inside, so that several figures fit in one page.
    """
    lines = max((len(_wrapped(panel.heading)) for panel in panels), default=1)
    top = _LINE * (lines + 3) + 8
    left = 14 + max(_width(label, _SMALL) for _, label in scale.ticks)
    ends = [_end_words(point) for panel in panels for point in panel.points]
    right = 10 + max((_width(words, _SMALL) for words in ends), default=0)
    width = PANEL_WIDTH - left - right
    drawn = []
    for number, panel in enumerate(panels, start=1):
        height, bottom = (_PLOT_HEIGHT, 34) if panel.points else (1, 0)
        plot = svg.Plot(width, height, (-0.5, len(waves) - 0.5), (scale.low, scale.high))
        padding = {"left": left, "right": right, "top": top, "bottom": bottom}
        data = _panel_data(panel, waves, scale, plot, left, lines)
        drawn.append(svg.draw(f"{ident}-{number}", panel.heading, panel.description, plot, padding, data))
    return drawn


def pair_rows(ident: str, title: str, description: str, scale: Scale, rows: Sequence[Row]) -> str:
    """Return one SVG with a row a label: where it stood first, where it stands now, and the change."""
    height = sum(_row_height(row) for row in rows)
    alone = [_width(row.pairs[0].words, _TEXT) for row in rows if len(row.pairs) == 1]
    right = 24 + max(alone, default=0)
    plot = svg.Plot(PANEL_WIDTH - 20 - right, height, (scale.low, scale.high), (height, 0))
    padding = {"left": 20, "right": right, "top": 22, "bottom": 4}
    return svg.draw(ident, title, description, plot, padding, _rows_data(rows, scale, plot))


def curve(ident: str, title: str, description: str, drawing: Curve) -> str:
    """Return one SVG: a line that falls with the number of people, its marked sizes, and a dashed limit."""
    left = 14 + max(_width(label, _SMALL) for _, label in drawing.across.ticks)
    heading = _wrapped(title)
    plot = svg.Plot(
        PANEL_WIDTH - left - 20,
        _PLOT_HEIGHT,
        (drawing.along.low, drawing.along.high),
        (drawing.across.low, drawing.across.high),
    )
    top = _LINE * (len(heading) + 2) + 8
    padding: dict[str, float] = {"left": left, "right": 20, "top": top, "bottom": 34}
    data = svg.nothing()
    for number, words in enumerate(heading):
        data["bold"].append(
            _words(plot.x_at(-left), plot.y_at(-top + 12 + _LINE * number), words, INK, _TITLE)
        )
    for number, words in enumerate((drawing.verdict, drawing.detail)):
        at = plot.y_at(-top + 12 + _LINE * (len(heading) + number))
        data["bold" if not number else "start"].append(
            _words(plot.x_at(-left), at, words, MUTED if number else INK, _SMALL if number else _TEXT)
        )
    for value, label in drawing.across.ticks:
        data["rules"].append(_rule(plot.x[0], value, plot.x[1], value, GRID, 1))
        data["end"].append(_words(plot.x_at(-6), value, label, MUTED, _SMALL))
    for value, label in drawing.along.ticks:
        data["middle"].append(_words(value, plot.y_at(plot.height + 16), label, MUTED, _SMALL))
    for people, effect in drawing.points:
        data["lines"].append({"x": people, "y": effect, "arm": "curve", **_stroke(INK, False)})
    if drawing.limit is not None:
        for x in plot.x:
            data["lines"].append({"x": x, "y": drawing.limit, "arm": "limit", **_stroke(MUTED, True)})
    for (people, effect), filled in drawing.marks:
        data["markers"].append(_marker(people, effect, INK, filled=filled, square=not filled))
    return svg.draw(ident, title, description, plot, padding, data)


def span_rows(ident: str, title: str, description: str, scale: Scale, spans: Sequence[Span]) -> str:
    """Return one SVG with a row a label: its words, and below them the interval with its middle marked."""
    labels = [_wrapped(span.label, characters=_ROW_SIGNS, lines=3) for span in spans]
    height = sum(_SPAN_HEIGHT + _LINE * (len(lines) - 1) for lines in labels)
    plot = svg.Plot(PANEL_WIDTH - 30, height, (scale.low, scale.high), (height, 0))
    padding: dict[str, float] = {"left": 15, "right": 15, "top": 22, "bottom": 4}
    data = svg.nothing()
    for value, label in scale.ticks:
        data["middle"].append(_words(value, plot.y_at(-10), label, MUTED, _SMALL))
    top = 0
    for span, lines in zip(spans, labels, strict=True):
        for line in lines:
            data["bold"].append(_words(plot.x_at(-10), top + 12, line, INK, _TITLE))
            top += _LINE
        data["start"].append(_words(plot.x_at(-10), top + 11, span.words, MUTED, _SMALL))
        y = top + 26
        data["rules"] += [_rule(tick, y - 6, tick, y + 6, GRID, 1) for tick, _ in scale.ticks]
        data["rules"].append(_rule(span.low, y, span.high, y, INK, 2.25))
        data["markers"].append(_marker(span.middle, y, INK, filled=True, square=False))
        top += _SPAN_HEIGHT - _LINE
    return svg.draw(ident, title, description, plot, padding, data)


def mirrored(
    ident: str, title: str, description: str, along: Scale, words: tuple[str, str], bars: Sequence[Bar]
) -> str:
    """Return one SVG: bars above a middle line for one group of people, below it for another.

    words: what stands above and below, each in the colour of its bars; those below are hollow.
    """
    heading = _wrapped(title)
    top = _LINE * (len(heading) + 1) + 6
    highest = max((max(bar.above, bar.below) for bar in bars), default=0.0) or 1.0
    plot = svg.Plot(PANEL_WIDTH - 32, _PLOT_HEIGHT, (along.low, along.high), (-highest, highest))
    padding: dict[str, float] = {"left": 16, "right": 16, "top": top, "bottom": 2 * _LINE + 8}
    data = svg.nothing()
    for number, line in enumerate(heading):
        at = plot.y_at(-top + 12 + _LINE * number)
        data["bold"].append(_words(plot.x_at(-12), at, line, INK, _TITLE))
    data["bold"].append(_words(plot.x_at(-12), plot.y_at(-10), words[0], GAIN, _TEXT))
    data["bold"].append(_words(plot.x_at(-12), plot.y_at(plot.height + 10), words[1], MUTED, _TEXT))
    for value, label in along.ticks:
        data["middle"].append(_words(value, plot.y_at(plot.height + 10 + _LINE), label, MUTED, _SMALL))
    pixel = (along.high - along.low) / plot.width
    for bar in bars:
        middle, wide = (bar.low + bar.high) / 2, (bar.high - bar.low) / pixel - 2
        if bar.above:
            data["rules"].append(_rule(middle, 0, middle, bar.above, GAIN, wide))
        if bar.below:
            for x in (bar.low + 2 * pixel, bar.high - 2 * pixel):
                data["rules"].append(_rule(x, 0, x, -bar.below, MUTED, 2))
            data["rules"].append(_rule(bar.low + pixel, -bar.below, bar.high - pixel, -bar.below, MUTED, 2))
    data["rules"].append(_rule(along.low, 0, along.high, 0, INK, 1.5))
    return svg.draw(ident, title, description, plot, padding, data)


def _panel_data(
    panel: Panel, waves: Sequence[str], scale: Scale, plot: svg.Plot, left: float, lines: int
) -> svg.Data:
    data = svg.nothing()
    arms = sorted({point.arm for point in panel.points}, key=lambda arm: (arm == "comparison", arm))
    for position, arm in enumerate(arms):
        offset = (position - (len(arms) - 1) / 2) * 2 * _DODGE * max(len(waves), 2)
        _add_arm(data, panel, arm, offset)
    for value, label in scale.ticks if arms else ():
        data["rules"].append(_rule(plot.x[0], value, plot.x[1], value, GRID, 1))
        data["end"].append(_words(plot.x_at(-6), value, label, MUTED, _SMALL))
    for number, wave in enumerate(waves if arms else ()):
        at = plot.y_at(plot.height + 16)
        short = "\n".join(_wrapped(wave, characters=max(9, int(plot.width / len(waves) / 6))))
        data["middle"].append(_words(number, at, short, MUTED, _SMALL))
    _add_heading(data, panel, plot, left, lines)
    _add_line_ends(data, panel, arms, plot)
    return data


def _add_arm(data: svg.Data, panel: Panel, arm: str, offset: float) -> None:
    second = arm == "comparison"
    colour = MUTED if second else COLOURS.get(panel.style, INK)
    for point in sorted((one for one in panel.points if one.arm == arm), key=lambda one: one.wave):
        x = point.wave + offset
        if point.low is not None and point.high is not None:
            data["rules"].append(_rule(x, point.low, x, point.high, colour, 1.5))
        data["lines"].append({"x": x, "y": point.value, "arm": arm, **_stroke(colour, second)})
        data["markers"].append(_marker(x, point.value, colour, filled=not second, square=second))


def _add_heading(data: svg.Data, panel: Panel, plot: svg.Plot, left: float, lines: int) -> None:
    x = plot.x_at(-left)
    wrapped = _wrapped(panel.heading)
    for number, words in enumerate(wrapped, start=lines - len(wrapped)):
        at = plot.y_at(-_LINE * (lines + 3 - number) + 4)
        data["bold"].append(_words(x, at, words, INK, _TITLE))
    colour = COLOURS.get(panel.style, INK)
    data["bold"].append(_words(x, plot.y_at(-_LINE * 3 + 4), panel.verdict, colour, _TEXT))
    for number, words in enumerate(panel.details[:2]):
        data["start"].append(_words(x, plot.y_at(-_LINE * (2 - number) + 3 - number), words, MUTED, _SMALL))


def _add_line_ends(data: svg.Data, panel: Panel, arms: list[str], plot: svg.Plot) -> None:
    """Write each arm's name and last value at the end of its line, pushed apart where they would touch."""
    ends = []
    for arm in arms:
        last = max((one for one in panel.points if one.arm == arm), key=lambda one: one.wave)
        ends.append([plot.pixel_of(last.value), _end_words(last), arm])
    ends.sort(key=lambda end: (end[0], end[2]))
    for above, below in pairwise(ends):
        short = _LINE - 2 - (below[0] - above[0])
        if short > 0:
            above[0] -= short / 2
            below[0] += short / 2
    for pixel, words, arm in ends:
        colour = MUTED if arm == "comparison" else COLOURS.get(panel.style, INK)
        pixel = min(max(pixel, 4), plot.height - 2)
        data["start"].append(_words(plot.x_at(plot.width + 4), plot.y_at(pixel), words, colour, _SMALL))


def _end_words(point: Point) -> str:
    return point.words if point.arm == "all" else f"{told(point.arm)} {point.words}"


def _row_height(row: Row) -> int:
    more = _LINE * (len(_wrapped(row.label, characters=_ROW_SIGNS, lines=3)) - 1)
    return more + (40 if len(row.pairs) == 1 else 24 + 29 * len(row.pairs))


def _rows_data(rows: Sequence[Row], scale: Scale, plot: svg.Plot) -> svg.Data:
    data = svg.nothing()
    for value, label in scale.ticks:
        data["middle"].append(_words(value, plot.y_at(-10), label, MUTED, _SMALL))
    top = 0.0
    for row in rows:
        _add_row(data, row, scale, plot, top)
        top += _row_height(row)
    return data


def _add_row(data: svg.Data, row: Row, scale: Scale, plot: svg.Plot, top: float) -> None:
    left, right = plot.x_at(-16), plot.x_at(PANEL_WIDTH - 22)
    alone = len(row.pairs) == 1
    lines = _wrapped(row.label, characters=_ROW_SIGNS, lines=3)
    for line in lines:
        data["bold"].append(_words(left, top + 12, line, INK, _TITLE))
        top += _LINE
    top -= _LINE
    at = top + (12 if alone else 28)
    for pair in row.pairs:
        colour = MUTED if pair.second_arm else COLOURS.get(pair.style, INK)
        side, x, y = ("end", right, at + 15) if alone else ("start", left, at)
        data[side].append(_words(x, y, pair.words, colour, _TEXT))
        if pair.before is not None and pair.after is not None:
            y = at + 15
            data["rules"] += [_rule(tick, y - 6, tick, y + 6, GRID, 1) for tick, _ in scale.ticks]
            line = {"arm": f"{row.label}/{at}", **_stroke(colour, pair.second_arm)}
            data["lines"] += [{"x": pair.before, "y": y, **line}, {"x": pair.after, "y": y, **line}]
            square = pair.second_arm
            data["markers"].append(_marker(pair.before, y, colour, filled=False, square=square))
            data["markers"].append(_marker(pair.after, y, colour, filled=True, square=square))
        at += 29


def _rule(x: float, y: float, x2: float, y2: float, colour: str, width: float) -> dict[str, Any]:
    return {"x": x, "y": y, "x2": x2, "y2": y2, "colour": colour, "width": width}


def _words(x: float, y: float, text: str, colour: str, size: int) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "colour": colour, "size": size}


def _stroke(colour: str, dashed: bool) -> dict[str, Any]:
    return {"colour": colour, "dash": [5, 3] if dashed else [1, 0]}


def _marker(x: float, y: float, colour: str, *, filled: bool, square: bool) -> dict[str, Any]:
    shape = "square" if square else "circle"
    return {"x": x, "y": y, "colour": colour, "fill": colour if filled else PAPER, "shape": shape}


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * (1 - 1e-9))


def _width(text: str, size: int) -> float:
    """Return about how many pixels a text takes."""
    return len(text) * size * 0.55


def _wrapped(text: str, *, characters: int = 35, lines: int = 2) -> list[str]:
    wrapped = textwrap.wrap(text, characters, max_lines=lines, placeholder=" …") or [""]
    return [line.strip() for line in wrapped]
