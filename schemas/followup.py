"""Phase seven: change since the baseline."""

from __future__ import annotations

from schemas.base import Cells, Contract, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import DIRECTIONS, LEVELS


@table(
    "mart.wave_changes",
    grain="one row an indicator, poverty group, arm and pair of waves",
    key=("indicator", "poverty_group", "arm", "from_wave", "to_wave"),
    release=Release(
        count=("respondents_from", "respondents_to"),
        hide=(
            "change",
            "standard_error",
            "ci_low",
            "ci_high",
            "degrees_of_freedom",
            "respondents_both",
            "direction",
        ),
        cells=tuple(
            Cells(
                f"respondents_{end}",
                "indicator",
                {"indicator": "indicator", "wave": f"{end}_wave"},
                ("poverty_group", "arm"),
            )
            for end in ("from", "to")
        ),
        people=("respondents_both",),
    ),
)
class WaveChanges(Contract):
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group, or all")
    arm: Text = text("arm, or all")
    from_wave: Text = text("earlier wave")
    to_wave: Text = text("later wave")
    change: Number = number("later minus earlier mean, in the indicator's unit", missing=True)
    standard_error: Number = number("with the covariance of the two waves", missing=True, ge=0)
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    degrees_of_freedom: Number = number("of the interval", missing=True)
    level: Text = choice(LEVELS, "what the means are over; empty: person", missing=True)
    respondents_from: Whole = number("units of that level in the earlier wave", ge=0)
    respondents_to: Whole = number("units of that level in the later wave", ge=0)
    respondents_both: Whole = number("units of both", ge=0)
    direction: Text = choice(DIRECTIONS, "better, worse, unchanged or uncertain", missing=True)
