"""Phase five: who gained and who lost."""

from __future__ import annotations

from schemas.arms import OF_ARMS, people_of_arm
from schemas.base import Cells, Contract, Number, Release, Text, Whole, choice, number, table, text
from schemas.vocabulary import BASES, CLAIMS, DIRECTIONS, MONEY_TOLD, NO_INTERVAL

_P_VALUES = ("p_value", "p_adjusted", "p_holm", "p_benjamini_hochberg")


@table(
    "mart.winners_losers",
    grain="one row an indicator, poverty group and gender within it",
    key=("indicator", "poverty_group", "gender"),
    release=Release(
        count=("respondents", "smallest_cell"),
        hide=("estimate", "ci_low", "ci_high", "no_interval", *_P_VALUES, "after_adjustment", "direction"),
        cells=(
            Cells(
                "respondents",
                "winners",
                {"indicator": "indicator", "poverty_group": "poverty_group"},
                ("gender",),
            ),
        ),
        rests_on="figure",
        inner=OF_ARMS,
    ),
)
class WinnersLosers(Contract):
    indicator: Text = text("id of the indicator")
    poverty_group: Text = text("poverty group")
    gender: Text = text("gender within the group, or all")
    basis: Text = choice(BASES, "against a comparison, by levels, as remembered, or over time alone")
    specification: Text = text("name in the plan; none where it is a change", missing=True)
    from_wave: Text = text("earlier wave, or none")
    to_wave: Text = text("later wave")
    estimate: Number = number("in the indicator's unit", missing=True)
    money: Text = choice(
        MONEY_TOLD, "at which prices money of an estimate is; a change is of the day", missing=True
    )
    ci_low: Number = number("lower end of the 95 % interval", missing=True)
    ci_high: Number = number("upper end of the 95 % interval", missing=True)
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    p_value: Number = number("two-sided; none of a change or of recall", missing=True, ge=0, le=1)
    family: Text = text(
        "of a whole group that of its estimate; the genders have one of their own", missing=True
    )
    tests: Whole = number("tests with a p-value in the family", ge=0)
    p_holm: Number = number("adjusted by Holm", missing=True, ge=0, le=1)
    p_benjamini_hochberg: Number = number("adjusted by Benjamini and Hochberg", missing=True, ge=0, le=1)
    p_adjusted: Number = number("the one that the plan names", missing=True, ge=0, le=1)
    after_adjustment: Text = choice(
        ("holds", "does not hold"), "whether it is told from zero once its family is counted", missing=True
    )
    direction: Text = choice(DIRECTIONS, "better, worse, unchanged or uncertain", missing=True)
    claim: Text = choice(CLAIMS, "what the design allows to be said")
    respondents: Whole = number("respondents behind the figure", ge=0)
    figure: Text = text("row behind the figure of a whole group, as psia explain takes it", missing=True)
    smallest_cell: Whole = number("the fewest respondents of an arm in a wave", missing=True, ge=0)
    programme_from: Whole = people_of_arm("programme", "earlier")
    programme_to: Whole = people_of_arm("programme", "later")
    comparison_from: Whole = people_of_arm("comparison", "earlier")
    comparison_to: Whole = people_of_arm("comparison", "later")
