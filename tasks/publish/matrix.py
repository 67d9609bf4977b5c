"""A picture of signs: a row a label, a column a group, so that gains and losses are seen at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.publish import svg
from tasks.publish.charts import GAIN, GRID, INK, LOSS, MUTED
from tasks.publish.textsize import wrapped

LABEL_WIDTH, COLUMN_WIDTH, LABEL_LINE, HEAD_LINE = 200, 76, 12, 13
COLOURS = {"gain": GAIN, "loss": LOSS, "same": INK, "unsure": MUTED}


@dataclass(frozen=True)
class Sign:
    """What stands in a cell: a sign, its tone (gain, loss, same, unsure) and a small mark behind it."""

    sign: str
    tone: str
    mark: str = ""


def matrix(
    ident: str,
    title: str,
    description: str,
    heads: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Sign | None]]],
) -> str:
    """Return one SVG: the heads above, and for each row its label and a sign in each column that has one."""
    lines_of = [wrapped(head, 11, COLUMN_WIDTH - 4, lines=4) for head in heads]
    top = HEAD_LINE * max(map(len, lines_of), default=1) + 8
    labels = [wrapped(label, 11, LABEL_WIDTH - 10, lines=3) for label, _ in rows]
    row_height = LABEL_LINE * max(2, *map(len, labels)) + 6 if labels else 0
    width, height = LABEL_WIDTH + COLUMN_WIDTH * len(heads), row_height * len(rows)
    plot = svg.Plot(width, height, (0, width), (height, 0))
    padding: dict[str, float] = {"left": 4, "right": 4, "top": top, "bottom": 4}
    data = svg.nothing()

    def words(x: float, y: float, text: str, colour: str, size: int) -> dict[str, object]:
        return {"x": x, "y": y, "text": text, "colour": colour, "size": size}

    middles = [LABEL_WIDTH + COLUMN_WIDTH * (place + 0.5) for place in range(len(heads))]
    for middle, lines in zip(middles, lines_of, strict=True):
        for number, line in enumerate(lines):
            at = -8 - HEAD_LINE * (len(lines) - 1 - number)
            data["middle"].append(words(middle, at, line, MUTED, 11))
    for number, (lines, (_, signs)) in enumerate(zip(labels, rows, strict=True)):
        y = row_height * (number + 0.5)
        data["rules"].append(
            {
                "x": 0,
                "x2": width,
                "y": y - row_height / 2,
                "y2": y - row_height / 2,
                "colour": GRID,
                "width": 1,
            }
        )
        for line, text in enumerate(lines):
            shift = LABEL_LINE * (line - (len(lines) - 1) / 2)
            data["start"].append(words(0, y + shift, text, INK, 11))
        for middle, sign in zip(middles, signs, strict=True):
            if sign:
                data["middle"].append(words(middle, y, sign.sign, COLOURS[sign.tone], 15))
            if sign and sign.mark:
                data["middle"].append(words(middle + 12, y - 3, sign.mark, INK, 11))
    return svg.draw(ident, title, description, plot, padding, data)
