"""The figures of a foreign file: missing codes taken out, signs declared or decided once for the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from schemas.assessment import SourceFile
from tasks import numerals
from tasks.files import as_text
from tasks.reading import DECLARED, RULE, SNIFFED, Note, Problem, Reading

MOST = 100


@dataclass(frozen=True)
class Cells:
    """The cells that hold one figure of a contract: text, or number where the file itself holds one.

    name: the column of the file, of each cell by itself where the file is wide.
    """

    text: pd.Series
    number: pd.Series
    name: str | pd.Series

    def place(self, position: int) -> str:
        """Return the column of the file in which a cell stands."""
        return self.name if isinstance(self.name, str) else str(self.name.iloc[position])


@dataclass
class Figures:
    """Figures by contract column, float64, with what was decided and what is wrong."""

    figures: dict[str, pd.Series] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def cells_of(
    reading: Reading, columns: Mapping[str, str], wide: Sequence[str], value: str, index: pd.Index
) -> dict[str, Cells]:
    """Return the cells of each figure.

    columns: contract column -> column of the file. index: the row of the frame behind each record.
    """
    found = {column: _column(reading, name, index) for column, name in columns.items()}
    if wide:
        rows = index[:: len(wide)]
        parts = [_column(reading, name, rows) for name in wide]
        order = [row + len(rows) * place for row in range(len(rows)) for place in range(len(wide))]
        texts = pd.concat([part.text for part in parts], ignore_index=True).iloc[order]
        numbers = pd.concat([part.number for part in parts], ignore_index=True).iloc[order]
        names = pd.Series(list(wide) * len(rows), dtype="string")
        found[value] = Cells(texts.reset_index(drop=True), numbers.reset_index(drop=True), names)
    return found


def _column(reading: Reading, name: str, index: pd.Index) -> Cells:
    values = reading.frame.loc[index, name].reset_index(drop=True)
    if values.dtype == "float64":
        return Cells(pd.Series(pd.NA, index=values.index, dtype="string"), values, name)
    if name not in reading.numbers:
        number = pd.Series(float("nan"), index=values.index, dtype="float64")
    else:
        number = reading.numbers[name].loc[index].reset_index(drop=True)
    text = values.astype("string").str.strip().replace({"": pd.NA})
    return Cells(text.where(number.isna()), number, name)


def read_figures(cells: Mapping[str, Cells], reading: Reading, how: SourceFile, rows: pd.Series) -> Figures:
    """Return the figures in the cells. rows: the file's row of each record.

    The problems name a cell that is no figure, or the two readings that nothing decides between.
    """
    out = Figures()
    given = {column: _recoded(one, how.recode.get(column, {})) for column, one in cells.items()}
    given = {column: _without_missing(one, reading, how, out) for column, one in given.items()}
    written = pd.concat([one.text.dropna() for one in given.values()]) if given else pd.Series(dtype="string")
    decimal = how.decimal or reading.decimal
    thousands = how.thousands or (reading.thousands if reading.decimal and not how.decimal else "")
    signs, by = numerals.decide(dict.fromkeys(written), decimal, thousands)
    if isinstance(signs, numerals.Undecided):
        out.problems.append(_undecided(signs, given, rows))
        return out
    out.notes += _told_signs(signs, by, written, given, rows, how)
    for column, one in given.items():
        out.figures[column] = _read(one, signs, rows, column, out)
    return out


def _recoded(cells: Cells, words: Mapping[str, str]) -> Cells:
    """Return the cells with those rewritten that the plan rewrites: a cell such as '12.5 p', say."""
    if not words:
        return cells
    shown = cells.text.fillna(as_text(cells.number))
    hit = shown.isin(list(words))
    new = shown.map({old: (one if one else pd.NA) for old, one in words.items()}).astype("string")
    return Cells(cells.text.where(~hit, new), cells.number.where(~hit), cells.name)


def _without_missing(cells: Cells, reading: Reading, how: SourceFile, out: Figures) -> Cells:
    """Return the cells without missing codes, which are counted."""
    shown = cells.text.fillna(as_text(cells.number))
    for codes, known in ((how.missing, DECLARED), (reading.missing, RULE)):
        for code in codes:
            hits = int((shown == code).sum())
            if hits or known == DECLARED:
                where = cells.name if isinstance(cells.name, str) else "the columns made rows"
                out.notes.append(Note(f"missing code '{code}' in {where}", f"cells: {hits}", known))
    gone = shown.isin([*how.missing, *reading.missing])
    return Cells(cells.text.where(~gone), cells.number.where(~gone), cells.name)


def _undecided(signs: numerals.Undecided, cells: Mapping[str, Cells], rows: pd.Series) -> Problem:
    row, column = _where(signs.first, cells, rows)
    if signs.second:
        other, there = _where(signs.second, cells, rows)
        rule = (
            f"'{signs.first}' can only have a decimal point, and '{signs.second}' (row {other}, column "
            f"{there}) only a decimal comma"
        )
        remedy = 'Declare decimal = "." or "," for this [[source]], and put the other cells right'
        return Problem(rule, remedy, row, column)
    with_point, with_comma = numerals.both_readings(signs.first)
    rule = (
        f"'{signs.first}' is {with_point} with a decimal point and {with_comma} with a decimal comma, and no "
        "cell of the file decides which"
    )
    return Problem(rule, 'Declare decimal = "." or decimal = "," for this [[source]]', row, column)


def _where(cell: str, cells: Mapping[str, Cells], rows: pd.Series) -> tuple[int, str]:
    for one in cells.values():
        hits = one.text.index[(one.text == cell).fillna(False)]
        if len(hits):
            return int(rows.iloc[hits[0]]), one.place(int(hits[0]))
    return 0, ""


def _told_signs(
    signs: numerals.Signs,
    by: str,
    written: pd.Series,
    cells: Mapping[str, Cells],
    rows: pd.Series,
    how: SourceFile,
) -> list[Note]:
    if how.decimal or how.thousands:
        declared = [("decimal sign", how.decimal), ("thousands sign", how.thousands)]
        notes = [Note(item, numerals.sign_name(sign), DECLARED) for item, sign in declared if sign]
        if how.decimal or not by:
            return notes
    else:
        notes = []
    name = numerals.sign_name(signs.decimal)
    if by:
        row, column = _where(by, cells, rows)
        return [*notes, Note("decimal sign", f"{name}: '{by}' decides (column {column}, row {row})", SNIFFED)]
    signed = written.str.contains(r"[.,]", regex=True).fillna(False).any() if len(written) else False
    return [*notes, Note("decimal sign", name, RULE)] if signed else notes


def _read(cells: Cells, signs: numerals.Signs, rows: pd.Series, column: str, out: Figures) -> pd.Series:
    known = {text: numerals.read(text, signs) for text in cells.text.dropna().unique()}
    figures = cells.text.map(known, na_action="ignore").astype("Float64").astype("float64")
    bad = cells.text.notna() & figures.isna()
    for position in [int(place) for place in bad.index[bad]][:MOST]:
        rule = f"'{cells.text[position]}' is not a number"
        if numerals.read(cells.text[position], _other(signs)) is not None:
            rule += f" with a decimal {numerals.sign_name(signs.decimal)}"
        remedy = f"Correct it, declare it under missing, or give its figure under [source.recode.{column}]"
        out.problems.append(Problem(rule, remedy, int(rows.iloc[position]), cells.place(position)))
    infinite = cells.number.abs() == float("inf")
    for position in [int(place) for place in infinite.index[infinite]][:MOST]:
        rule = "is not a finite number"
        out.problems.append(Problem(rule, "Correct it", int(rows.iloc[position]), cells.place(position)))
    return figures.fillna(cells.number)


def _other(signs: numerals.Signs) -> numerals.Signs:
    other = "," if signs.decimal == "." else "."
    return numerals.Signs(other, tuple({*signs.thousands, signs.decimal} - {other}), "")
