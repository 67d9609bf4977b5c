"""Phase four: what the waves' files are, and the tables of their repeats."""

from __future__ import annotations

from schemas.base import Contract, Text, Whole, number, table, text


@table(
    "staged.wave_files",
    grain="one row a wave and file",
    key=("wave", "file"),
    refers={"wave": "staged.waves.wave"},
)
class WaveFiles(Contract):
    wave: Text = text("wave of the plan")
    file: Text = text("file of its interviews")
    layout: Text = text("what the file is: a plain table, or whose export and how laid out")
    form_version: Text = text("version of the form, or versions, with a comma between them", missing=True)
    interviews: Whole = number("interviews of the file that no reviewer rejected", ge=0)
    rejected: Whole = number("interviews that a reviewer rejected: they are left out", ge=0)
    members: Whole = number("household members listed in the interviews that are used", missing=True, ge=0)


@table(
    "staged.household_members",
    grain="one row a respondent, wave and member of the household",
    key=("respondent", "wave", "member"),
    refers={"wave": "staged.waves.wave"},
    personal_ids={"respondent": "person"},
)
class HouseholdMembers(Contract):
    """The members whom an interview lists; what is asked of them is added as the form types it."""

    respondent: Text = text("pseudonym of the person interviewed")
    wave: Text = text("wave of the plan")
    member: Whole = number("number of the member within the interview, from 1", ge=1)
