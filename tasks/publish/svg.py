"""A drawing as SVG text, drawn by Vega: rules, lines, markers and texts, at places given in numbers."""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

_FONT = "sans-serif"

TEXTS: dict[str, dict[str, Any]] = {
    "start": {"align": "left"},
    "middle": {"align": "center", "lineBreak": "\n"},
    "end": {"align": "right"},
    "bold": {"align": "left", "fontWeight": "bold"},
}
"""Ways to set a text -> how Vega is told."""

Data = dict[str, list[dict[str, Any]]]
"""What is drawn: rules, lines, markers, and texts by the way they are set."""


@dataclass(frozen=True)
class Plot:
    """The size of the drawing area in pixels and what its edges stand for."""

    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def x_at(self, pixel: float) -> float:
        """Return the x value at so many pixels from the left edge."""
        return self.x[0] + (self.x[1] - self.x[0]) * pixel / self.width

    def y_at(self, pixel: float) -> float:
        """Return the y value at so many pixels from the top edge."""
        return self.y[1] + (self.y[0] - self.y[1]) * pixel / self.height

    def pixel_of(self, y: float) -> float:
        """Return how many pixels below the top edge a y value lies."""
        return (self.y[1] - y) / (self.y[1] - self.y[0]) * self.height


def nothing() -> Data:
    """Return the data of a drawing in which nothing is drawn yet."""
    return {name: [] for name in ("rules", "lines", "markers", *TEXTS)}


@cache
def _empty_drawing() -> dict[str, Any]:
    """Return the Vega specification of an empty drawing: rules, lines, markers and texts."""
    import altair as alt
    import vl_convert

    scale = alt.Scale(domain=[0, 1], nice=False, zero=False)
    where: dict[str, Any] = {
        "x": alt.X("x:Q", axis=None, scale=scale),
        "y": alt.Y("y:Q", axis=None, scale=scale),
    }
    as_is: dict[str, Any] = {"scale": None}
    colour = alt.Color("colour:N", **as_is)
    chart = alt.layer(
        alt.Chart(alt.NamedData("rules"))
        .mark_rule()
        .encode(**where, x2="x2:Q", y2="y2:Q", color=colour, size=alt.Size("width:Q", **as_is)),
        alt.Chart(alt.NamedData("lines"))
        .mark_line(strokeWidth=2.25)
        .encode(**where, detail="arm:N", color=colour, strokeDash=alt.StrokeDash("dash:N", **as_is)),
        alt.Chart(alt.NamedData("markers"))
        .mark_point(size=52, opacity=1, strokeWidth=2)
        .encode(
            **where,
            shape=alt.Shape("shape:N", **as_is),
            fill=alt.Fill("fill:N", **as_is),
            stroke=alt.Stroke("colour:N", **as_is),
        ),
        *(
            alt.Chart(alt.NamedData(name))
            .mark_text(baseline="middle", **style)
            .encode(**where, text="text:N", color=colour, size=alt.Size("size:Q", **as_is))
            for name, style in TEXTS.items()
        ),
    ).properties(width=1, height=1, autosize=alt.AutoSizeParams(type="none"))
    chart = chart.configure(aria=False, font=_FONT).configure_view(stroke=None)
    return vl_convert.vegalite_to_vega({**chart.to_dict(), "datasets": nothing()})


def draw(ident: str, title: str, description: str, plot: Plot, padding: dict[str, float], data: Data) -> str:
    """Return the drawing as SVG text, with a title and a description; ident: begins the ids inside."""
    import vl_convert

    empty = _empty_drawing()
    ends = {"x": list(plot.x), "y": list(plot.y)}
    vega = {
        **empty,
        "width": plot.width,
        "height": plot.height,
        "padding": padding,
        "scales": [{**scale, "domain": ends[scale["name"]]} for scale in empty["scales"]],
        "data": [
            {**one, "values": data[one["name"]]} if one["name"] in data else one for one in empty["data"]
        ],
    }
    return _finished(vl_convert.vega_to_svg(vega), ident, title, description)


_TAG = re.compile(r"<[^>]*>")
_NOISE = re.compile(r' (?:role|class|aria-[a-z]+|pointer-events|xmlns:xlink|version)="[^"]*"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_EMPTY = re.compile(r'<path (?:class="background"|class="foreground")[^>]*/>')


def _finished(svg: str, ident: str, title: str, description: str) -> str:
    """Return the SVG with a title and a description for those who do not see it, and without Vega's marks."""
    inner = _EMPTY.sub("", svg.split(">", 1)[1])
    inner = re.sub(r"^<rect [^>]*/>", "", inner)
    inner = _TAG.sub(lambda tag: _LONG_NUMBER.sub(_short, _NOISE.sub("", tag.group())), inner)
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    width, height = (math.ceil(float(side)) for side in (size.groups() if size else (0, 0)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="{ident}-title {ident}-desc">'
        f'<title id="{ident}-title">{html.escape(title)}</title>'
        f'<desc id="{ident}-desc">{html.escape(description)}</desc>{inner}'
    )


def _short(number: re.Match[str]) -> str:
    return f"{float(number.group()):.2f}".rstrip("0").rstrip(".")
