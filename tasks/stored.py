"""Sentences that tasks write into tables in English, so that a report in another language can say them.

`tongue.told` knows them by their words; {places} hold what differs. A test holds each against the source of
the task that writes it.
"""

from __future__ import annotations

SENTENCES: tuple[str, ...] = ()
