"""Sentences that tasks write into tables in English, so that a report in another language can say them.

`tongue.told` knows them by their words; {places} hold what differs. A test holds each against the source of
the task that writes it.
"""

from __future__ import annotations

from tasks.translations import N_

ANSWERS = (
    N_("whole number"),
    N_("whole number, {low} to {high}"),
    N_("whole number, {low} or more"),
    N_("whole number, {high} or less"),
    N_("number"),
    N_("number, {low} to {high}"),
    N_("number, {low} or more"),
    N_("number, {high} or less"),
    N_("words"),
)
"""What may be answered to a question of the forms."""

SENTENCES: tuple[str, ...] = ANSWERS
