"""Phase seven: change since the baseline, of the forms, and what earlier findings became."""

from __future__ import annotations

from schemas.base import Cells, Contract, Number, Release, Text, Whole, choice, day, number, table, text
from schemas.vocabulary import (
    CLAIMS,
    DIRECTIONS,
    FOLLOW_UPS,
    FORM_CHANGES,
    HELD_VERDICTS,
    LEVELS,
    NO_INTERVAL,
)


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
            "no_interval",
            "direction",
        ),
        cells=(
            *(
                Cells(
                    f"respondents_{end}",
                    "indicator",
                    {"indicator": "indicator", "wave": f"{end}_wave"},
                    ("poverty_group", "arm"),
                )
                for end in ("from", "to")
            ),
            Cells(
                "respondents_both",
                "asked twice",
                {one: one for one in ("indicator", "from_wave", "to_wave")},
                ("poverty_group", "arm"),
            ),
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
    no_interval: Text = choice(NO_INTERVAL, "why there is no interval", missing=True)
    level: Text = choice(LEVELS, "what the means are over; empty: person", missing=True)
    respondents_from: Whole = number("units of that level in the earlier wave", ge=0)
    respondents_to: Whole = number("units of that level in the later wave", ge=0)
    respondents_both: Whole = number("units of both", ge=0)
    direction: Text = choice(DIRECTIONS, "better, worse, unchanged or uncertain", missing=True)
    follow_up: Text = choice(FOLLOW_UPS, "how the later wave was held")
    claim: Text = choice(CLAIMS, "descriptive, or recall where the follow-up was limited")


@table(
    "mart.form_changes",
    grain="one row a pair of waves, question and difference",
    key=("from_wave", "to_wave", "question", "difference"),
    release=Release(),
)
class FormChanges(Contract):
    """What two waves that follow each other ask otherwise; it holds nothing that was answered."""

    from_wave: Text = text("earlier wave")
    to_wave: Text = text("next wave")
    question: Text = text("name of the question, which the answers bear")
    difference: Text = choice(FORM_CHANGES)
    was: Text = text("as it was in the earlier wave", missing=True)
    now: Text = text("as it is in the later wave", missing=True)
    indicators: Text = text("ids of the indicators that use the answer", missing=True)


@table(
    "staged.earlier_findings",
    grain="one row a report and finding",
    key=("report", "finding"),
    source="feedback/earlier_findings",
)
class StagedEarlierFindings(Contract):
    """Findings that were published before: the columns are those of tables/findings.csv of that report."""

    report: Text = text("short name of the earlier report")
    reported_on: Text = day("date of the earlier report")
    finding: Text = text("id of the finding: indicator/poverty group")
    direction: Text = choice(DIRECTIONS, "what it said; empty: it was withheld", missing=True)
    claim: Text = choice(CLAIMS, "what its design allowed to be said")
    statement: Text = text("its sentence", missing=True)
    respondents: Whole = number("respondents behind the figure", missing=True, ge=0)


@table(
    "mart.earlier_findings",
    grain="one row an earlier report or wave, and finding",
    key=("report", "finding"),
    release=Release(count=("respondents",), hide=("was", "now", "verdict", "statement")),
)
class EarlierFindings(Contract):
    report: Text = text("earlier report, or the wave of this study with which the estimate ended")
    reported_on: Text = day("date of the earlier report; empty: a wave of this study", missing=True)
    finding: Text = text("id of the finding: indicator/poverty group")
    indicator: Text = text("id of the indicator")
    label: Text = text("name of the indicator; its id where neither the plan nor the catalogue knows it")
    poverty_group: Text = text("poverty group, or all")
    was: Text = choice(DIRECTIONS, "what it said", missing=True)
    claim: Text = choice(CLAIMS, "what the design of the earlier one allowed to be said")
    statement: Text = text("its sentence", missing=True)
    now: Text = choice(DIRECTIONS, "what the newest finding says; empty: none is there", missing=True)
    verdict: Text = choice(HELD_VERDICTS, "what became of it", missing=True)
    respondents: Whole = number("the fewest respondents behind either figure", ge=0)
