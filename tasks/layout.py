"""The records of a foreign file made into rows of a contract, as a [[source]] of the plan declares.

Pure functions. Every row read is kept, or left out for a reason that is counted; no figure is guessed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from schemas.assessment import SourceFile
from schemas.base import Contract, column_types, required_columns
from schemas.vocabulary import FIRM_SIZES, STATISTIC_STATUSES
from tasks import expressions, figures, flags
from tasks.files import as_text
from tasks.reading import DECLARED, RULE, SNIFFED, Note, Problem, Reading

MADE_HERE = "source"
"""The column that every row gets from the plan's `source`."""
NO_CODES = {"period", "year", "status", "topic", "page", "note", "label", "dimensions"}
"""Text columns whose cells may well be dates, or are no codes."""
FIGURE_IS_NEEDED = {"staged.statistics", "staged.regional_industries"}
"""Targets in which a row without any figure says nothing, unless its status is suppressed."""
MOST = 100
TOTAL_WORDS = frozenset(
    (
        *("total", "totals", "totale", "totali", "totales", "totaal", "toplam", "jumlah", "всего", "итого"),
        *("ensemble", "insgesamt", "gesamt", "zusammen", "summe", "sum", "razem", "ogółem", "celkem"),
        *("összesen", "合計", "总计"),
    )
)
"""Words that make the label of a row read like a sum of others: at its beginning, or behind one that adds."""
_ADDING = frozenset(
    ("grand", "sub", "all", "overall", "general", "generale", "tous", "toutes", "tutti", "todos", "alle")
)
_DATE = re.compile(
    r"\d{1,2}-[A-Za-zäéû]{3,4}\.?|[A-Za-zäéû]{3,4}\.?-\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{4}"
)


@dataclass
class Arranged:
    """Rows of a contract: frame in the contract's types, the file's row of each, notes and problems."""

    frame: pd.DataFrame
    rows: pd.Series
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Use:
    """Which column of the file fills what. columns: contract column -> column; dimensions likewise."""

    columns: dict[str, str]
    dimensions: dict[str, str]
    wide: list[str]
    into: str
    value: str
    flags: str

    def taken(self) -> list[str]:
        """Return the file's columns that are used, each once."""
        named = [*self.columns.values(), *self.dimensions.values(), *self.wide]
        return list(dict.fromkeys([*named, *([self.flags] if self.flags else [])]))


def arrange(reading: Reading, how: SourceFile, contract: type[Contract]) -> Arranged:
    """Return the records of a reading as rows of the contract. Its problems say what is wrong."""
    out = Arranged(pd.DataFrame(), pd.Series(dtype="int64"), list(reading.notes))
    out.problems += _unknown_names(how, contract)
    use = _use(reading, how, contract)
    out.problems += _columns_missing(reading, how, use)
    out.problems += _nothing_said(how, use, contract)
    if out.problems:
        return out
    out.notes += _told_columns(reading, how, use)
    kept = _kept(reading, how, out)
    if out.problems:
        return out
    rows = set(reading.rows[kept])
    out.problems += [
        problem
        for problem in reading.problems
        if problem.column in ("", *use.taken()) and problem.row in rows
    ][:MOST]
    records = _records(reading, use, kept)
    _fill(records, reading, how, use, contract, out)
    if not out.problems:
        _leave_out_without_figure(how, contract, out)
    if out.problems:  # nothing of a file that is refused goes on
        out.frame, out.rows = out.frame.iloc[:0], out.rows.iloc[:0]
    out.notes = _merged(out.notes)
    return out


def _unknown_names(how: SourceFile, contract: type[Contract]) -> Iterator[Problem]:
    """Problems of contract columns and recoded columns that do not exist."""
    known = [column for column in column_types(contract) if column != MADE_HERE]
    for part in ("columns", "values"):
        for column in getattr(how, part):
            if column not in known:
                yield Problem(
                    f"'{column}' is not a column of {contract.about().name}",
                    f"{_hint(column, known)}The columns are: {', '.join(known)}",
                    key=f"{part}.{column}",
                )
    for column in sorted(set(how.columns) & set(how.values)):
        yield Problem(f"'{column}' stands under columns and under values", "Keep one", key=f"values.{column}")
    if how.dimensions and "dimensions" not in known:
        rule = f"{contract.about().name} has no dimensions"
        yield Problem(rule, "Take [source.dimensions] out", key="dimensions")
    for name in how.dimensions:
        if set("=;") & set(name):
            yield Problem(
                "the name of a dimension holds = or ;", "Choose another name", key=f"dimensions.{name}"
            )
    names = [*known, *how.dimensions, *([how.unpivot.into] if how.unpivot else [])]
    for column in how.recode:
        if column not in names:
            rule = (
                f"'{column}' is recoded, and is neither a column of {contract.about().name} nor a dimension"
            )
            yield Problem(rule, f"{_hint(column, names)}Correct the plan", key=f"recode.{column}")
    if how.unpivot and how.unpivot.value not in _number_columns(contract):
        numeric = ", ".join(_number_columns(contract))
        rule = (
            f"the cells of unpivot go to '{how.unpivot.value}', which is no figure of {contract.about().name}"
        )
        yield Problem(rule, f"The figures are: {numeric}", key="unpivot.value")


def _use(reading: Reading, how: SourceFile, contract: type[Contract]) -> _Use:
    """Return which column fills what: as the plan says, else as the format does, else by the same name."""
    present = list(reading.frame.columns)
    known = [column for column in column_types(contract) if column != MADE_HERE]
    wide, into, value = [], "", ""
    if how.unpivot:
        wide = _wide(present, how.unpivot.columns, how.unpivot.pattern)
        into, value = how.unpivot.into, how.unpivot.value
    elif reading.wide[0] and "value" not in {*how.columns, *how.values}:
        wide, into, value = _wide(present, [], reading.wide[0]), reading.wide[1], "value"
    columns = {column: name for column, name in reading.columns.items() if column in known}
    columns |= how.columns
    for column in known:
        if column not in columns and column in present and column not in how.dimensions.values():
            columns[column] = column
    columns = {column: name for column, name in columns.items() if column not in {*how.values, into, value}}
    flagged = reading.flags if reading.flags in present else ""
    if "status" not in known or "status" in {*how.columns, *how.values}:
        flagged = ""
    if flagged:
        columns.pop("status", None)
    dimensions = dict(how.dimensions)
    if not dimensions and "dimensions" in known and "dimensions" not in {*columns, *how.values}:
        given = present if reading.dimensions is None else reading.dimensions
        spoken_for = {*columns.values(), *wide, flagged, reading.flags}
        dimensions = {name: name for name in given if name in present and name not in spoken_for}
    return _Use(columns, dimensions, wide, into, value, flagged)


def _wide(present: list[str], named: list[str], pattern: str) -> list[str]:
    return list(named) if named else [name for name in present if re.fullmatch(pattern, name)]


def _columns_missing(reading: Reading, how: SourceFile, use: _Use) -> Iterator[Problem]:
    """Problems of columns that the plan names and the file has not, or has twice."""
    present = list(map(str, reading.frame.columns))
    asked = {f"columns.{column}": name for column, name in how.columns.items()}
    asked |= {f"dimensions.{name}": column for name, column in how.dimensions.items()}
    asked |= {f"fill_down.{place}": column for place, column in enumerate(how.fill_down, start=1)}
    asked |= {f"totals.{how.totals.column}": how.totals.column} if how.totals else {}
    if how.unpivot:
        asked |= {f"unpivot.columns.{place}": name for place, name in enumerate(how.unpivot.columns, 1)}
        if not use.wide:
            rule = f"no column of the file fits the pattern '{how.unpivot.pattern}'"
            yield Problem(rule, _elsewhere(reading, present), key="unpivot.pattern")
    for key, column in asked.items():
        if column not in present:
            rule = f"'{column}' is not a column of the file"
            yield Problem(rule, _elsewhere(reading, present, column), key=key)
    for column, name in use.columns.items():
        if name not in present and column not in how.columns:
            rule = f"has no column '{name}', which the reader takes for the {column}"
            yield Problem(rule, f"Name another under [source.columns]. {_elsewhere(reading, present, name)}")
    for column in use.taken():
        if present.count(column) > 1:
            rule = "two columns bear this name"
            yield Problem(rule, "Rename one in a copy, or read more header rows (header_rows)", 0, column)


def _elsewhere(reading: Reading, present: list[str], column: str = "") -> str:
    """Return where a column may be: the row of a header that has it, else the nearest name."""
    for row, cells in reading.near.items():
        if column and column in cells:
            return f"Row {row} has it: declare header_row = {row}"
    hint = _hint(column, present) if column else ""
    return f"{hint}The columns are: {_some(present)}"


def _nothing_said(how: SourceFile, use: _Use, contract: type[Contract]) -> Iterator[Problem]:
    """Problems of columns that the contract needs and nothing fills."""
    filled = {*use.columns, *how.values, use.into, use.value, MADE_HERE, *(["status"] if use.flags else [])}
    needed = [column for column in required_columns(contract) if column != "dimensions"]
    figure_columns = _number_columns(contract)
    words = {"status": STATISTIC_STATUSES, "size": FIRM_SIZES}
    for column in needed:
        if column not in filled:
            one_of = f" (one of {', '.join(words[column])})" if column in words else ""
            remedy = f"Name its column under [source.columns], or write it once under [source.values]{one_of}"
            yield Problem(f"nothing says what the {column} is", remedy, key="columns")
    if contract.about().name in FIGURE_IS_NEEDED and not filled & set(figure_columns):
        remedy = f"Name the column of {' or '.join(figure_columns)} under [source.columns], or use unpivot"
        yield Problem("nothing says where the figures are", remedy, key="columns")


def _told_columns(reading: Reading, how: SourceFile, use: _Use) -> Iterator[Note]:
    for column, name in use.columns.items():
        if column not in how.columns:
            yield Note(f"column {column}", name, RULE)
    if not how.dimensions and use.dimensions:
        yield Note("dimensions", ", ".join(use.dimensions), RULE)
    if use.flags:
        yield Note("column status", f"{use.flags}, by its flags", RULE)
    left = [str(column) for column in reading.frame.columns if column not in use.taken()]
    if left:
        yield Note("columns not used", _some(left), RULE)


def _kept(reading: Reading, how: SourceFile, out: Arranged) -> pd.Series:
    """Return which rows are kept; the others are counted by reason."""
    frame = reading.frame
    for column in how.fill_down:
        out.notes.append(Note("cells filled down", f"{column}: {int(frame[column].isna().sum())}", DECLARED))
        frame[column] = frame[column].ffill()
    kept = pd.Series(True, index=frame.index)
    left_out = {reason: (count, RULE) for reason, count in reading.left_out.items()}
    if how.filter:
        try:
            fits = expressions.compute_condition(how.filter, _for_filter(frame, reading)).astype(bool)
        except expressions.ExpressionError as error:
            remedy = "Names of columns stand in double quotation marks, words in single ones"
            out.problems.append(Problem(f"the filter {error}", remedy, key="filter"))
            return kept
        left_out["does not fit the filter"] = (int((~fits).sum()), DECLARED)
        kept &= fits
    if how.totals:
        label = as_text(frame[how.totals.column]).str.casefold().fillna("")
        for word in how.totals.words:
            marked = kept & (label == word.casefold())
            left_out[f"total ('{word}')"] = (int(marked.sum()), DECLARED)
            kept &= ~marked
    out.notes.append(Note("rows read", str(reading.read), RULE))
    out.notes += [Note(f"rows left out: {why}", str(n), known) for why, (n, known) in left_out.items()]
    out.notes.append(Note("rows kept", str(int(kept.sum())), RULE))
    if not kept.any():
        rule = "no row of the file is left"
        out.problems.append(Problem(rule, "Check header_row, first_row, last_row, filter and totals"))
    return kept


def _for_filter(frame: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Return the file's columns as a filter sees them: text, the labels of codes, and numbers."""
    unique = frame.loc[:, ~frame.columns.duplicated()]
    return unique.assign(**{column: _words(reading, column, unique.index) for column in reading.labels})


@dataclass
class _Records:
    """The rows kept, one a record: their row, and for a wide file the header of their cell."""

    index: pd.Index
    rows: pd.Series
    wide: pd.Series | None


def _records(reading: Reading, use: _Use, kept: pd.Series) -> _Records:
    """Return one record a kept row, or one a wide column of each."""
    index = reading.frame.index[kept]
    if not use.wide:
        return _Records(index, reading.rows.loc[index].reset_index(drop=True), None)
    repeated = index.repeat(len(use.wide))
    headers = pd.Series(use.wide * len(index), dtype="string")
    return _Records(repeated, reading.rows.loc[repeated].reset_index(drop=True), headers)


def _fill(
    records: _Records,
    reading: Reading,
    how: SourceFile,
    use: _Use,
    contract: type[Contract],
    out: Arranged,
) -> None:
    """Fill every column of the contract: texts as they stand, recoded; figures by their signs."""
    kinds = column_types(contract)
    numeric = _number_columns(contract)
    texts: dict[str, pd.Series] = {}
    named = {column: name for column, name in use.columns.items() if column not in numeric}
    for column, name in {**named, **use.dimensions}.items():
        words = _words(reading, name, records.index).reset_index(drop=True)
        if column in use.dimensions or column not in NO_CODES:
            _tell_dates(column, name, words, records, reading, how, out)
        texts[column] = _recoded(words, how.recode.get(column, {}))
        if column in {"area", "region", "industry", *use.dimensions}:
            out.notes += _looks_like_totals(name, texts[column], records.rows)
    if records.wide is not None:
        texts[use.into] = _recoded(_header_words(records.wide, how, reading), how.recode.get(use.into, {}))
        cells = len(records.rows)
        out.notes.append(Note("columns made rows", str(len(use.wide)), DECLARED if how.unpivot else RULE))
        out.notes.append(Note("cells of these columns", str(cells), RULE))
    numbered = {column: name for column, name in use.columns.items() if column in numeric}
    cells = figures.cells_of(reading, numbered, use.wide, use.value, records.index)
    read = figures.read_figures(cells, reading, how, records.rows)
    out.notes += read.notes
    out.problems += read.problems
    if use.flags:
        there = pd.DataFrame(read.figures, index=records.rows.index).notna().any(axis=1)
        _by_flags(texts, use.flags, there, records, reading, how, out)
    frame = {column: texts[column] for column in kinds if column in texts}
    constants = {column: value for column, value in how.values.items() if column not in numeric}
    frame |= {
        column: pd.Series(str(value), index=records.rows.index, dtype="string")
        for column, value in constants.items()
    }
    if "dimensions" in kinds and "dimensions" not in frame:
        extra = [use.into] if use.into and use.into not in kinds else []
        frame["dimensions"] = _dimensions(
            {name: texts[name] for name in [*use.dimensions, *extra]}, records, out
        )
    frame |= read.figures
    for column, value in how.values.items():
        if column in numeric and not _is_number(value):
            out.problems.append(Problem("is not a number", "Write a number", key=f"values.{column}"))
        elif column in numeric:
            frame[column] = pd.Series(float(value), index=records.rows.index)
    for column in numeric:
        if column in frame and kinds[column] == "Int64":
            frame[column] = _whole(frame[column], column, records.rows, out)
    frame[MADE_HERE] = pd.Series(how.source, index=records.rows.index, dtype="string")
    out.frame = pd.DataFrame({column: frame[column] for column in kinds if column in frame})
    out.rows = records.rows


def _words(reading: Reading, column: str, index: pd.Index) -> pd.Series:
    """Return a column as text, codes by their labels where the file has labels."""
    words = as_text(reading.frame.loc[index, column])
    labels = reading.labels.get(column)
    return (
        words.map(lambda code: labels.get(code, code), na_action="ignore").astype("string")
        if labels
        else words
    )


def _header_words(headers: pd.Series, how: SourceFile, reading: Reading) -> pd.Series:
    """Return what a wide column's header says: the first group of the pattern where it has one."""
    pattern = re.compile(how.unpivot.pattern if how.unpivot else reading.wide[0])
    if not pattern.groups:
        return headers
    said = {name: pattern.fullmatch(name).group(1) for name in headers.unique()}  # type: ignore[union-attr]
    return headers.map(said).astype("string")


def _recoded(values: pd.Series, words: Mapping[str, str]) -> pd.Series:
    if not words:
        return values
    table = {old: (new if new else pd.NA) for old, new in words.items()}
    return values.map(table).astype("string").where(values.isin(list(table)), values)


def _tell_dates(
    column: str,
    name: str,
    words: pd.Series,
    records: _Records,
    reading: Reading,
    how: SourceFile,
    out: Arranged,
) -> None:
    """Refuse codes that Excel has made dates; tell those of a text file that look like dates."""
    open_ones = ~words.isin(list(how.recode.get(column, {})))
    real = records.rows.isin(reading.dates.get(name, set())) & open_ones
    for row in list(dict.fromkeys(records.rows[real]))[:MOST]:
        rule = "is a date, and a code is expected: Excel makes dates of codes such as 2-3"
        shown = words[records.rows == row].iloc[0]
        remedy = f'Give the code back under [source.recode.{column}]: "{shown}" = "the code"'
        out.problems.append(Problem(rule, remedy, int(row), name))
    alike = open_ones & ~real & words.fillna("").str.fullmatch(_DATE.pattern)
    if alike.any():
        row, word = records.rows[alike].iloc[0], words[alike].iloc[0]
        shown, found = f"column {name}, row {row}: '{word}'", records.rows[alike].nunique()
        if found > 1:
            shown = f"column {name}, row {row}: '{word}' and {found - 1} more rows"
        out.notes.append(Note("looks like a date in place of a code", shown, SNIFFED))


def _looks_like_totals(name: str, words: pd.Series, rows: pd.Series) -> Iterator[Note]:
    """Tell rows whose label reads like a total and that nothing leaves out."""
    first = words.fillna("").str.casefold().str.extract(r"^\W*(\w+)\W*(\w*)")
    found = first[0].isin(TOTAL_WORDS | _ADDING | {"subtotal"})
    for word, group in rows[found].groupby(words[found], sort=True):
        shown = ", ".join(map(str, sorted(set(group))[:5])) + (" …" if group.nunique() > 5 else "")
        yield Note("looks like a total, and is kept", f"column {name}: '{word}' (row {shown})", SNIFFED)


def _by_flags(
    texts: dict[str, pd.Series],
    column: str,
    there: pd.Series,
    records: _Records,
    reading: Reading,
    how: SourceFile,
    out: Arranged,
) -> None:
    """Make the status from the file's observation flags, and a note of what they say beyond it."""
    flag = _words(reading, column, records.index).reset_index(drop=True)
    given = how.recode.get("status", {})
    status = (
        flag.map({**flags.STATUSES, **given}).astype("string").where(flag.notna(), given.get("", "measured"))
    )
    for word in sorted(set(flag[status.isna() & there].dropna())):
        remedy = (
            f'Give it one under [source.recode.status]: "{word}" = "one of {", ".join(STATISTIC_STATUSES)}"'
        )
        row = int(records.rows[flag == word].iloc[0])
        out.problems.append(
            Problem(f"the observation flag '{word}' has no known status", remedy, row, column)
        )
    texts["status"] = status
    said = flag.map(lambda word: flags.meaning(word) or pd.NA, na_action="ignore").astype("string")
    before = texts.get("note", pd.Series(pd.NA, index=flag.index, dtype="string"))
    texts["note"] = before.str.cat(said, sep="; ").where(before.notna() & said.notna(), before.fillna(said))


def _dimensions(parts: Mapping[str, pd.Series], records: _Records, out: Arranged) -> pd.Series:
    """Return 'name=value; name=value' sorted by name, 'total' where none has a value."""
    written = pd.Series([""] * len(records.rows), dtype="string")
    for name in sorted(parts):
        value = parts[name]
        if value.str.contains(";", regex=False).fillna(False).any():
            out.notes.append(Note("semicolon in a dimension, written as a comma", name, RULE))
            value = value.str.replace(";", ",", regex=False)
        part = (f"{name}=" + value).fillna("")
        joined = written.where((written == "") | (part == ""), written + "; ") + part
        written = joined.astype("string")
    return written.where(written != "", "total")


def _whole(values: pd.Series, column: str, rows: pd.Series, out: Arranged) -> pd.Series:
    bad = values.notna() & (values != values.round())
    for row in rows[bad].head(MOST):
        out.problems.append(
            Problem("is not a whole number", "Correct the cell, or the column", int(row), column)
        )
    return values.where(~bad).astype("Int64")


def _leave_out_without_figure(how: SourceFile, contract: type[Contract], out: Arranged) -> None:
    """Leave out rows none of whose figures is there, but for those that the source suppresses."""
    numeric = [column for column in _number_columns(contract) if column in out.frame]
    if contract.about().name in FIGURE_IS_NEEDED:
        nothing = out.frame[numeric].isna().all(axis=1)
        if "status" in out.frame:
            nothing &= (out.frame["status"] != "suppressed").fillna(True)
        if nothing.any():
            out.notes.append(Note("records left out: without a figure", str(int(nothing.sum())), RULE))
        out.frame, out.rows = (
            out.frame[~nothing].reset_index(drop=True),
            out.rows[~nothing].reset_index(drop=True),
        )
    out.notes.append(Note("records made", str(len(out.frame)), RULE))
    if not len(out.frame):
        out.problems.append(
            Problem("holds no figure", "Check the columns, missing and filter of the [[source]]")
        )


def _merged(notes: Iterable[Note]) -> list[Note]:
    """Return the notes, each once."""
    return list(dict.fromkeys(notes))


def _number_columns(contract: type[Contract]) -> list[str]:
    return [column for column, kind in column_types(contract).items() if kind in ("Int64", "float64")]


def _is_number(value: object) -> bool:
    try:
        return abs(float(str(value))) < float("inf")
    except ValueError:
        return False


def _hint(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"The nearest is '{close[0]}'. " if close else ""


def _some(names: list[str], most: int = 30) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
