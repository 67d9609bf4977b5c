"""Phase four: whether replacements were used as the draw lists them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

TOO_MANY = "more interviews than drawn"
OUT_OF_ORDER = "replacement out of order"
Finding = tuple[str, str, str, str, str]
"""Wave, check, key, severity, message."""


def replacement_findings(
    responses: pd.DataFrame, sample: pd.DataFrame, listed: pd.DataFrame, *, two_stage: bool
) -> Iterator[Finding]:
    """Yield where more people were interviewed than drawn, or a replacement before one above it on the list.

    Looked at in each wave and stratum; of a two-stage draw, in each cluster of a stratum. Nothing is yielded
    where no replacements are listed.
    """
    if not len(listed) or not len(responses):
        return
    keys = ["stratum", "cluster"] if two_stage else ["stratum"]
    drawn = sample.assign(cell=sample[keys].agg(", ".join, axis=1))
    spare = listed.assign(cell=listed[keys].agg(", ".join, axis=1))
    cells = pd.concat([drawn, spare]).set_index("unit")["cell"]
    sizes = {str(cell): int(count) for cell, count in drawn.groupby("cell").size().items()}
    for wave, part in responses.groupby("wave", sort=True):
        interviewed = part["respondent"].map(cells).value_counts().sort_index()
        for cell, count in interviewed.items():
            if count > sizes[str(cell)]:
                message = (
                    f"{count} people were interviewed, and {sizes[str(cell)]} drawn: a replacement is asked "
                    "only in place of somebody"
                )
                yield str(wave), TOO_MANY, str(cell), "warning", message
        used = spare[spare["unit"].isin(part["respondent"])]
        for cell, orders in used.groupby("cell", sort=True)["drawn_order"]:
            skipped = int(orders.max()) - len(orders)
            if skipped:
                message = f"{skipped} above a replacement that was used were not interviewed: asked in order?"
                yield str(wave), OUT_OF_ORDER, str(cell), "note", message
