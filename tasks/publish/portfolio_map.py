"""The map of a portfolio: its clusters on the land of the earth, drawn without any network.

The land is that of Natural Earth at 1:110 million, which is in the public domain, with its points to half a
degree (reports/portfolio/land.svg). It has no borders. Coordinates are half degrees, to the east and south.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from markupsafe import Markup

from schemas.portfolio import PortfolioPlan
from tasks.portfolio import Comparison
from tasks.publish import wording
from tasks.publish.html import TEMPLATES
from tasks.publish.portfolio_index import rank_words
from tasks.publish.portfolio_parts import (
    Entry,
    Head,
    cluster,
    own_language,
    page,
    rank_entry,
    records,
    table,
    to_report,
)

_UNITS = 2
"""Units of the drawing to a degree."""
_LEAST_WIDE, _EDGE = 40.0, 6.0
"""Degrees that the map shows at least from west to east, and around the outermost clusters."""
_LEAST_HIGH = 0.45
"""How high the map is at least, as a share of its width."""
_NORTH = 84.0
"""There is no land beyond."""
_MOST_NAMED = 30
_MOST_LETTERS = 30
_ACROSS, _MOST_LARGE = 170, 100
"""So many radii of a marker go into the width of the map, and so many markers have that size."""

Row = dict[str, Any]
Box = tuple[float, float, float, float]
"""Two corners: x and y of one, x and y of the other."""


@dataclass(frozen=True)
class Frame:
    """What the map shows, in units of the drawing."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Dot:
    """A cluster on the map. name: what stands beside it, "" where there is no room; anchor: on which side."""

    x: float
    y: float
    title: str
    link: str
    style: str
    name: str = ""
    name_x: float = 0
    name_y: float = 0
    anchor: str = "start"


def map_page(plan: PortfolioPlan, compared: Comparison, about: Mapping[str, Any]) -> str:
    """Return the page, or "" where no assessment names a position."""
    ranks = {row["assessment"]: row for row in records(compared.priorities)}
    rows = [{**row, **ranks[row["assessment"]]} for row in records(compared.clusters)]
    placed = [row for row in rows if row["latitude"] is not None and row["longitude"] is not None]
    if not placed:
        return ""
    frame = frame_of([(row["longitude"], row["latitude"]) for row in placed])
    rest = len(rows) - len(placed)
    return page(
        "map.html.j2",
        plan,
        about,
        "map",
        count=wording.counted(len(placed), "cluster"),
        rest=f"{wording.counted(rest, 'cluster has', 'clusters have')} no position" if rest else "",
        frame=frame,
        land=_land(),
        lines=_graticule(frame),
        dots=_dots(placed, frame),
        size=frame.width / (_ACROSS if len(placed) <= _MOST_LARGE else 2 * _ACROSS),
        clusters_on_it=_list(placed),
    )


def frame_of(positions: Iterable[tuple[float, float]]) -> Frame:
    """Return a frame around positions (longitude, latitude), never wider than the earth and never very small.

    >>> frame_of([(80.0, 20.0), (78.0, 11.0)])
    Frame(left=118.0, top=-52.0, width=80.0, height=42.0)
    """
    east, north = zip(*positions, strict=True)
    left, right = _ends(min(east), max(east), _LEAST_WIDE, 180)
    low, high = _ends(min(north), max(north), _LEAST_HIGH * (right - left), _NORTH)
    return Frame(*(round(one * _UNITS, 1) for one in (left, -high, right - left, high - low)))


def _ends(low: float, high: float, least: float, limit: float) -> tuple[float, float]:
    more = max(_EDGE, (least - (high - low)) / 2)
    return max(low - more, -limit), min(high + more, limit)


@cache
def _land() -> Markup:
    return Markup((TEMPLATES / "portfolio" / "land.svg").read_text(encoding="utf-8"))  # noqa: S704


def _graticule(frame: Frame) -> list[Box]:
    """Return the lines of the whole degrees, about five across: x1, y1, x2, y2."""
    step = next(one for one in (5, 10, 15, 30, 45) if one * _UNITS * 6 >= frame.width or one == 45) * _UNITS
    right, bottom = frame.left + frame.width, frame.top + frame.height

    def between(low: float, high: float) -> list[int]:
        return [step * one for one in range(math.ceil(low / step), math.floor(high / step) + 1)]

    lines: list[Box] = [(x, frame.top, x, bottom) for x in between(frame.left, right)]
    lines += [(frame.left, y, right, y) for y in between(frame.top, bottom)]
    return lines


def _dots(rows: Sequence[Row], frame: Frame) -> list[Dot]:
    """Return the clusters, those that were released above the drafts; names where they cover nothing."""
    letter = frame.width / _ACROSS * 1.35
    taken: list[Box] = []
    places = [(row["longitude"] * _UNITS, -row["latitude"] * _UNITS) for row in rows]
    if len(rows) <= _MOST_NAMED:
        taken = [(x - letter, y - letter, x + letter, y + letter) for x, y in places]
    dots = []
    for row, (x, y) in zip(rows, places, strict=True):
        title = f"{row['cluster']}, {row['country']}: {rank_words(row)}"
        dot = Dot(round(x, 1), round(y, 1), title, to_report(row["report"]), row["status"])
        dots.append(_named(dot, row["cluster"], letter, taken, frame) if len(rows) <= _MOST_NAMED else dot)
    return sorted(dots, key=lambda dot: dot.style == "released")


def _named(dot: Dot, name: str, letter: float, taken: list[Box], frame: Frame) -> Dot:
    """Return the dot with its name where there is room: to the right or left, level, above or below.

    Where the whole name has no room, its first words may have.
    """
    sides = (("start", 1), ("end", -1))
    lines = (0.0, -2.2 * letter, 2.2 * letter)
    for shown, (anchor, sign), lower in product(dict.fromkeys((name, _shortened(name))), sides, lines):
        near = dot.x + sign * 1.6 * letter
        far = near + sign * len(shown) * letter * 1.15
        box = (min(near, far), dot.y + lower - letter, max(near, far), dot.y + lower + letter)
        inside = box[0] >= frame.left and box[2] <= frame.left + frame.width
        if inside and not any(_overlap(box, one) for one in taken):
            taken.append(box)
            at = round(near, 1), round(dot.y + lower + 0.7 * letter, 1)
            return Dot(dot.x, dot.y, dot.title, dot.link, dot.style, shown, *at, anchor)
    return dot


def _shortened(name: str) -> str:
    """Return the first words of a long name.

    >>> _shortened("Sialkot surgical instrument cluster")
    'Sialkot surgical instrument …'
    """
    return name if len(name) <= _MOST_LETTERS else f"{name[:_MOST_LETTERS].rpartition(' ')[0]} …"


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _list(rows: Sequence[Row]) -> Any:
    heads = [
        Head("Cluster", sorted="ascending"),
        Head("Country"),
        Head("Sector"),
        Head("Latitude", numeric=True, by_number=True),
        Head("Longitude", numeric=True, by_number=True),
        Head("Rank", by_number=True),
        Head("Status"),
    ]
    body = [
        (
            cluster(row),
            Entry(row["country"], language=own_language(row)),
            Entry(row["sector"], language=own_language(row)),
            Entry(degrees(row["latitude"], "N", "S"), row["latitude"], numeric=True),
            Entry(degrees(row["longitude"], "E", "W"), row["longitude"], numeric=True),
            Entry(rank_words(row).removeprefix("rank "), rank_entry(row).value),
            Entry(row["status"]),
        )
        for row in sorted(rows, key=lambda row: (row["cluster"].casefold(), row["assessment"]))
    ]
    return table("positions", "Clusters and where they lie", heads, body)


def degrees(value: float, above: str, below: str) -> str:
    """Return degrees as they are written: 27.2° N.

    >>> degrees(-7.0, "N", "S"), degrees(0.0, "N", "S")
    ('7.0° S', '0.0°')
    """
    side = f" {above if value > 0 else below}" if value else ""
    return f"{wording.rounded(abs(value), 1)}°{side}"
