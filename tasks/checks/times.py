"""When the interviews were held, how long they took, and on which version of the form."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tasks.checks.wave_data import WaveData, number, of_rows, of_wave
from tasks.methods import outliers

EARLIEST_HOUR, LATEST_HOUR = 5, 22


def findings(data: WaveData) -> Iterator[pd.DataFrame]:
    """Yield interviews of an unlikely length, hour or day, and versions of the form side by side."""
    used = data.used.set_index("respondent").reindex(data.responses["respondent"])
    used.index = data.responses.index
    start, end = (pd.to_datetime(used[column], format="%Y-%m-%d %H:%M:%S") for column in ("started", "ended"))
    yield from _lengths(data, used["minutes"])
    backwards = (end < start) | (used["minutes"] < 0)
    yield of_rows(data, backwards, "ends before it starts", "warning", "the interview ends before it starts")
    message = "the interview began on one day and ended on another: it was left open, or resumed"
    yield of_rows(data, (end.dt.normalize() > start.dt.normalize()), "overnight", "note", message)
    night = (start.dt.hour < EARLIEST_HOUR) | (start.dt.hour >= LATEST_HOUR)
    yield of_rows(
        data, night, "at night", "note", "the interview began between 22 and 5 o'clock", "", used["started"]
    )
    yield from _days(data, used["day"])
    message = "it began before the interviewer's former interview had ended"
    yield of_rows(data, _overlapping(data, start, end), "overlap", "warning", message, "", used["started"])
    yield from _versions(data, used)


def _lengths(data: WaveData, minutes: pd.Series) -> Iterator[pd.DataFrame]:
    shortest = data.wave.shortest_minutes
    told = minutes.map(lambda one: f"{number(round(one, 1))} minutes", na_action="ignore").astype("string")
    below = (minutes < shortest) if shortest else pd.Series(False, index=minutes.index)
    if shortest:
        message = f"shorter than {number(shortest)} minutes, the shortest that the plan allows"
        yield of_rows(data, below, "too short", "warning", message, "", told)
    possible = minutes.where(minutes > 0)
    distance = outliers.modified_z(pd.Series(np.log(possible), index=minutes.index))
    if not shortest:
        message = "far shorter than the other interviews of the wave"
        yield of_rows(data, distance < -outliers.FAR, "too short", "warning", message, "", told)
    message = "far longer than the other interviews of the wave"
    yield of_rows(data, distance > outliers.FAR, "very long", "note", message, "", told)


def _days(data: WaveData, days: pd.Series) -> Iterator[pd.DataFrame]:
    first, last = data.wave.starts_on, data.wave.ends_on
    outside = pd.Series(False, index=days.index)
    if first:
        outside |= (days < first.isoformat()).fillna(False).astype(bool)
    if last:
        outside |= (days > last.isoformat()).fillna(False).astype(bool)
    message = "the day of the interview is not within those that the plan has for the wave"
    yield of_rows(data, outside, "outside the wave", "warning", message, "", days)


def _overlapping(data: WaveData, start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the interviews that began before the former one of the interviewer had ended, that day."""
    frame = pd.DataFrame({"who": data.responses["enumerator"], "start": start, "end": end})
    # one that was left open overnight says nothing of those after it
    frame = frame[(end >= start) & (end.dt.normalize() == start.dt.normalize())].dropna()
    frame = frame.sort_values(["who", "start", "end"], kind="stable")
    former = frame.groupby("who")["end"].cummax().groupby(frame["who"]).shift()
    return (frame["start"] < former).reindex(data.responses.index, fill_value=False)


def _versions(data: WaveData, used: pd.DataFrame) -> Iterator[pd.DataFrame]:
    known = used.dropna(subset=["form_version"])
    counts = known["form_version"].value_counts().sort_index()
    if len(counts) < 2:
        return
    listed = ", ".join(f"{version} ({count})" for version, count in counts.items())
    message = f"interviews were held on {len(counts)} versions of the form: {listed}"
    yield of_wave(data.wave.name, "form versions", "note", message)
    begun = known.dropna(subset=["day"]).groupby("form_version")["day"].min().sort_values(kind="stable")
    if len(begun) < 2 or begun.iloc[-1] == begun.iloc[-2]:
        return
    newest, since = begun.index[-1], begun.iloc[-1]
    late = (used["form_version"] != newest) & used["form_version"].notna() & (used["day"] > since)
    message = f"held on an old version of the form after version {newest} had come into use"
    yield of_rows(data, late, "old form", "warning", message, "", used["form_version"])
