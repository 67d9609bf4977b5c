"""Every interview of a wave with what became of it, and when and how long it was held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from schemas.assessment import Wave
from tasks.exports.layouts import SURVEYCTO
from tasks.files import Received, as_text

_KNOWN = {
    "day": ("today", "interview_date"),
    "start": ("start", "starttime"),
    "end": ("end", "endtime"),
    "submitted": ("_submission_time", "SubmissionDate", "submissiondate"),
    "form_version": ("__version__", "_version_", "_version", "FormVersion", "formdef_version"),
}
"""What columns with times are called by the servers, by SurveyCTO and in tables made by hand."""
_SURVEYCTO_TIME = "%b %d, %Y %I:%M:%S %p"
_ISO = r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?)?"
_TELEPHONE = ("phone", "telephone", "tel", "mobile", "cell", "whatsapp")
FEWEST_DIGITS = 6


def records(
    received: Received,
    layout: str,
    wave: Wave,
    ids: pd.Series,
    enumerators: pd.Series | None,
    outcome: pd.Series,
    personal: Sequence[str],
) -> pd.DataFrame:
    """Return one row for each interview that has an outcome, with ids as received and the index of the file.

    received: the file with every column, those of the server too. outcome: index of the row -> OUTCOMES.
    personal: columns that the plan declares personal; telephone numbers among them are taken along as digits.
    """
    frame = received.frame.loc[outcome.index]
    column = {
        key: given or next((name for name in _KNOWN.get(key, ()) if name in frame), "")
        for key, given in wave.times.model_dump().items()
    }
    times = {key: clock(frame[column[key]]) for key in ("start", "end", "submitted") if column[key] in frame}
    nothing = pd.Series(pd.NaT, index=frame.index)
    start, end, submitted = (times.get(key, nothing) for key in ("start", "end", "submitted"))
    days = [clock(frame[column["day"]])] if column["day"] in frame else []
    return pd.DataFrame(
        {
            "file": received.file,
            "row": received.rows.loc[frame.index],
            "respondent": ids.loc[frame.index],
            "enumerator": enumerators.loc[frame.index] if enumerators is not None else pd.NA,
            "outcome": outcome,
            "day": _first([*days, start, end, submitted]).dt.strftime("%Y-%m-%d"),
            "started": start.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "ended": end.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "submitted": submitted.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "minutes": _minutes(frame, column["minutes"], layout, start, end),
            "form_version": _text(frame, column["form_version"]),
            "telephone": _telephone(frame, personal),
        },
        index=frame.index,
    )


def missing_times(received: Received, wave: Wave) -> list[str]:
    """Return the columns that [wave.times] names and the file does not have."""
    return [name for name in wave.times.model_dump().values() if name and name not in received.frame]


def clock(values: pd.Series) -> pd.Series:
    """Return times as they were written on the spot, without their zone; missing where they cannot be read.

    An interview that began at seven in the evening did so wherever the server is.
    """
    text = as_text(values)
    parts = text.str.extract(_ISO)
    written = parts[0] + " " + parts[1].fillna("00:00") + parts[2].fillna(":00")
    found = pd.to_datetime(written, format="%Y-%m-%d %H:%M:%S", errors="coerce")
    other = pd.to_datetime(text.where(found.isna()), format=_SURVEYCTO_TIME, errors="coerce")
    return found.fillna(other)


def _first(columns: Iterable[pd.Series]) -> pd.Series:
    first, *others = columns
    for one in others:
        first = first.fillna(one)
    return first


def _minutes(frame: pd.DataFrame, column: str, layout: str, start: pd.Series, end: pd.Series) -> pd.Series:
    if column in frame:
        return pd.to_numeric(as_text(frame[column]), errors="coerce").astype("float64")
    seconds = (end - start).dt.total_seconds()
    told = "duration" if layout.startswith(SURVEYCTO.title) else "_duration"
    if told in frame:
        given = pd.to_numeric(as_text(frame[told]), errors="coerce").astype("float64")
        seconds = seconds.fillna(given)
    return (seconds / 60).astype("float64")


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
    return as_text(frame[column]) if column in frame else pd.Series(pd.NA, index=frame.index, dtype="string")


def _telephone(frame: pd.DataFrame, personal: Sequence[str]) -> pd.Series:
    """Return the digits of each row's first telephone number; one that is plainly made up is none."""
    found = pd.Series(pd.NA, index=frame.index, dtype="string")
    for name in personal:
        if name in frame and any(word in name.casefold().replace("_", " ").split() for word in _TELEPHONE):
            digits = as_text(frame[name]).str.replace(r"\D", "", regex=True).str.lstrip("0")
            alike = digits.str.fullmatch(r"(\d)\1*").fillna(True).astype(bool)
            found = found.fillna(digits.mask(alike | (digits.str.len() < FEWEST_DIGITS)))
    return found
