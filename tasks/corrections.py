"""Corrections: logs in psia's layout or another, read into staged.corrections and replayed on the interviews.

Pure functions: files and vault are the intake's. Faults name a row and a column, never a person or a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from schemas.assessment import CorrectionLog, RowsThat
from schemas.faults import Fault
from tasks.files import Received, as_text

INTERVIEW = "interview"
"""The variable of a correction that takes a whole interview out."""
REMOVE = "remove"
MOST_TOLD = 100


@dataclass
class LogReading:
    """A foreign log as corrections (key, variable, old, new, reason, who, when), and what was left out.

    unstated: the corrections whose old value the log does not state, so that none is looked for.
    """

    frame: pd.DataFrame
    rows: pd.Series
    unstated: pd.Series
    skipped: int = 0
    repeated: int = 0
    faults: list[Fault] = field(default_factory=list)

    def told(self, file: str) -> str:
        """Return what was found in the log, in one line."""
        removals = int((self.frame["variable"] == INTERVIEW).sum())
        parts = [f"{file}: {len(self.frame) - removals} corrections", f"{removals} interviews removed"]
        if self.skipped:
            parts.append(f"{self.skipped} rows that change nothing")
        if self.repeated:
            parts.append(f"{self.repeated} rows that say the same again")
        return ", ".join(parts)


def read_log(received: Received, log: CorrectionLog) -> LogReading:
    """Return the corrections of a foreign log, by the plan's mapping; faults where it does not fit the log.

    Rows that say the same of the same answer are one: of two that differ in who, when or why the first by
    date stands, whatever their order in the file.
    """
    faults = list(_unknown_columns(received, log))
    if faults:
        return LogReading(pd.DataFrame(), received.rows[:0], pd.Series(dtype=bool), faults=faults)
    cells = received.frame.apply(as_text)
    skipped, removed = _rows_that(cells, log.skip), _rows_that(cells, log.remove)
    frame = pd.DataFrame({name: _cell(cells, log, name) for name in _NAMES})
    frame["when"], strange = _dates(frame["when"], log.date_format)
    unstated = frame["old"].isna() & (log.check_old == "as stated")
    frame.loc[removed, ["variable", "old", "new"]] = [INTERVIEW, pd.NA, REMOVE]
    used, rows = frame[~skipped], received.rows[~skipped]
    said = ["key", "variable", "_old", "_new"]
    alike = used.assign(row=rows, _old=_as_said(used["old"]), _new=_as_said(used["new"]))
    ordered = alike.sort_values([*_NAMES, "row"], kind="stable", na_position="last")
    ordered = ordered.sort_values([*said, "when", "reason", "who"], kind="stable", na_position="last")
    first = ordered.drop_duplicates(said).index.sort_values()
    for row in rows[strange.loc[used.index]].head(MOST_TOLD):
        rule = f"is not a date of the form {log.date_format}"
        remedy = "Correct the cell, or date_format under [[wave.corrections]]"
        faults.append(Fault(received.file, received.sheet, int(row), log.columns.when, rule, remedy))
    return LogReading(
        used.loc[first].reset_index(drop=True),
        rows.loc[first].reset_index(drop=True),
        unstated.loc[first].reset_index(drop=True),
        int(skipped.sum()),
        len(used) - len(first),
        faults,
    )


_NAMES = ["key", "variable", "old", "new", "reason", "who", "when"]


def _as_said(cells: pd.Series) -> pd.Series:
    """Return cells with numbers written in one way: 999 and 999.0 say the same."""
    numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
    return cells.mask(numbers.notna(), numbers.map("{:.17g}".format).astype("string"))


def _unknown_columns(received: Received, log: CorrectionLog) -> Iterator[Fault]:
    named = {f"columns.{name}": column for name, column in log.columns.model_dump().items() if column}
    named |= {
        f"{key}.column": rows.column for key, rows in (("remove", log.remove), ("skip", log.skip)) if rows
    }
    for key, column in named.items():
        if column not in received.frame:
            rule = f"the plan names '{column}' as {key} of this log, and it is not a column of the file"
            remedy = f"Correct the plan. The columns are: {', '.join(map(str, received.frame.columns))}"
            yield Fault(received.file, received.sheet, 1, column, rule, remedy)


def _rows_that(cells: pd.DataFrame, rows: RowsThat | None) -> pd.Series:
    if rows is None:
        return pd.Series(False, index=cells.index)
    return cells[rows.column].isin(rows.values).astype(bool)


def _cell(cells: pd.DataFrame, log: CorrectionLog, name: str) -> pd.Series:
    """Return one of the log's columns, its empty cells filled with what the plan says of all."""
    column = getattr(log.columns, name)
    found = cells[column] if column else pd.Series(pd.NA, index=cells.index, dtype="string")
    usual = getattr(log.values, name, "")
    if not usual:
        return found
    return found.fillna(usual.strftime(log.date_format) if isinstance(usual, date) else usual)


def _dates(words: pd.Series, form: str) -> tuple[pd.Series, pd.Series]:
    """Return dates as YYYY-MM-DD, and which of the cells are none."""
    dates = pd.to_datetime(words, format=form, errors="coerce")
    return dates.dt.strftime("%Y-%m-%d").astype("string"), words.notna() & dates.isna()


def replay(
    frame: pd.DataFrame, ids: pd.Series, corrections: pd.DataFrame, protected: set[str]
) -> tuple[pd.DataFrame, pd.Series, list[Fault]]:
    """Return the interviews with every correction made, which of them are not removed, and the faults.

    ids: each row's respondent, missing for rows of another wave. corrections: key, variable, old, new, file,
    sheet, row, and unstated where no old value is looked for. protected: columns of ids and of personal
    cells; the log is stored in the warehouse, so they are not corrected there. A correction whose old value
    does not stand in the file is a fault.
    """
    kept = pd.Series(True, index=frame.index)
    frame = frame.copy()
    faults = []
    named = ids[ids.isin(corrections["key"])]
    places = named.groupby(named).groups
    for one in corrections.to_dict("records"):
        found = places.get(one["key"], [])
        variable = one["variable"]
        wrong = _wrong(one, len(found), variable, frame, protected)
        if wrong:
            faults.append(Fault(one["file"], one["sheet"], one["row"], *wrong))
            continue
        if variable == INTERVIEW:
            kept[found[0]] = False
            continue
        if frame[variable].dtype != "string":
            frame[variable] = as_text(frame[variable])
        stands = as_text(frame.loc[[found[0]], variable]).iloc[0]
        if one.get("unstated") or _same(stands, one["old"]):
            frame.loc[found[0], variable] = one["new"]
            continue
        rule = "the old value is not the value that stands in the interviews"
        remedy = "The file was mended since, or the correction is wrong: drop or renew it"
        faults.append(Fault(one["file"], one["sheet"], one["row"], "old", rule, remedy))
    return frame, kept, faults


def _wrong(
    one: Mapping[Any, Any], found: int, variable: str, frame: pd.DataFrame, protected: set[str]
) -> tuple[str, str, str] | None:
    """Return column, rule and remedy of a correction that cannot be made, whatever the old value is."""
    if found != 1:
        rule = "the key is there twice" if found else "the key is not a respondent of this wave"
        return "key", rule, "Correct the key"
    if variable == INTERVIEW:
        if one["new"] != REMOVE:
            return "new", "the variable 'interview' can only be removed", "Write 'remove'"
        return None
    if variable in protected:
        remedy = "A wrong respondent id is recoded under [wave.recode.respondent] in the plan"
        return "variable", "an id or a personal cell is not corrected in this log", remedy
    if variable not in frame:
        return "variable", "is not a column of the interviews", "Correct the variable"
    return None


_TRUTH = {"true": 1.0, "false": 0.0}


def _same(left: Any, right: Any) -> bool:
    """Return whether two cells say the same: the same text, number, or truth (True is 1)."""
    if pd.isna(left) or pd.isna(right):
        return bool(pd.isna(left) and pd.isna(right))
    return left == right or _number(left) == _number(right)


def _number(cell: Any) -> float:
    word = str(cell).strip().casefold()
    try:
        return _TRUTH.get(word, float(word) if word not in _TRUTH else 0.0)
    except ValueError:
        return float("nan")
