"""Phase three: the questions that the forms of each wave ask."""

from __future__ import annotations

from schemas.base import Contract, Flag, Release, Text, Whole, number, table, text


@table(
    "mart.instruments",
    grain="one row a wave and question",
    key=("wave", "question"),
    release=Release(),
)
class Instruments(Contract):
    """It holds what is asked and nothing that was answered."""

    wave: Text = text("wave of the plan")
    question: Text = text("name of the question, which the answers bear")
    position: Whole = number("place in the form, from 1", ge=1)
    section: Text = text("heading under which it is asked")
    wording: Text = text("the question as it is put, in English")
    answers: Text = text("what may be answered")
    unit: Text = text("unit of the answer", missing=True)
    poverty_groups: Text = text("ids of the poverty groups of which it is asked, or all")
    indicators: Text = text("ids of the indicators that use the answer", missing=True)
    sensitive: Flag = number("whether it is asked in private")
    recalls: Text = text("the question whose earlier answer it asks for", missing=True)
    version: Text = text("version of the wave's form")
