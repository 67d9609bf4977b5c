"""What a contract is: a pandera model that also carries its table's name, grain, key and release rule.

`check` turns what pandera finds into our own faults; pandera's exceptions hold the data itself and never
leave this module.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc
from pandas.api.types import pandas_dtype
from pandera.api.dataframe.model_components import FieldInfo
from pandera.errors import SchemaErrors
from pandera.typing import Series

from schemas.faults import Fault
from schemas.vocabulary import ALL

Text = Series[pd.StringDtype]
Whole = Series[pd.Int64Dtype]
Number = Series[float]
Flag = Series[pd.BooleanDtype]

TEXT = "string[pyarrow]"
_KINDS: dict[Any, str] = {Text: TEXT, Whole: "Int64", Number: "float64", Flag: "boolean"}
_KINDS |= {"Text": TEXT, "Whole": "Int64", "Number": "float64", "Flag": "boolean"}
"""The pandas type by a column's annotation, which is text where a module leaves annotations unread."""
PANDAS_TYPES = {"text": "string", "integer": "Int64", "number": "float64", "yes_no": "float64"}
"""The pandas type of a survey column by the type its codebook names."""

MOST_FAULTS_PER_TABLE = 100

DAY = (
    r"\A(?:[1-9][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)\Z"
)
"""A date from the year 1000 that the calendar has, in digits of ASCII and nothing behind.

A pattern, as pandera and SQL hold all cells of a column to it at once: `as_sql` says what it may be made of.
"""


@dataclass(frozen=True)
class Cells:
    """Counts of a table that add up over some of its key columns, where `all` stands for the whole.

    count: the column, one of the rule's `count` or `people`. what: what is counted, in a word; tables that
    count the same people bear the same word.
    within: what sets one such count apart from another -> the key column that says it, such as the wave.
    margins: the key columns over which the counts add up.
    """

    count: str
    what: str
    within: Mapping[str, str]
    margins: tuple[str, ...]


@dataclass(frozen=True)
class Means:
    """Means of a table over the people of a count: times the count they add up as the count does.

    figure, count: the columns. what, within, margins: as in `Cells`. only: a key column and its words, where
    other rows of the table have figures that are no means.
    """

    figure: str
    count: str
    what: str
    within: Mapping[str, str]
    margins: tuple[str, ...]
    only: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Release:
    """How a table passes from mart to released.

    count: the columns with the numbers of respondents behind a row: the smallest decides.
    hide: the columns that are withheld where the count is too small (the counts are withheld with them).
    totals: columns of plain counts, each withheld alone where it is itself below its minimum.
    rests: column of `totals` -> the one that it is a part of: withheld where the rest is below the minimum.
    joint: columns of plain counts that are withheld together where one of them is below its minimum.
    together: the same of counts that add up, where 0 is told: each of them is the whole less the others.
    beside: further columns that are withheld with those of `joint`.
    parts: column -> the word under which the whole stands. Where one part of a whole is withheld by `count`
    or `joint`, all its parts are: the whole less the others would be the one. The rest of the key is one.
    partition: column of counts -> the key columns that name the whole, of which the rows are the parts. The
    whole is told elsewhere: no withheld part may be the whole less the others.
    apart: column -> its words of rows that are no such parts; the first is the whole's, where it has one.
    rounded: column -> decimals that are published: an exact quotient would give back what is withheld.
    cells: counts that add up: none that is withheld may follow from the others.
    means: figures that add up with their counts: none that is withheld may follow from the others.
    people: further columns of counts of people, rounded with those of `count` and withheld with the row; else
    each alone, where it is below 10 (0 is told) or where others would give it away. The row is told without.
    nearest: columns of counts of people in a table without `cells`, rounded as those are.
    sums: column -> the columns that it is the sum of, also when these are rounded.
    rests_on: the column that names the row behind this one: withheld there, `count` and `hide` are here too.
    borrowed: column of a direction -> the column that names the row from which it is taken: where that is
    withheld, the direction is the word "withheld", and the rest of the row stays.
    inner: columns that the rules need and that are never released.
    """

    count: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    rests: Mapping[str, str] = field(default_factory=dict)
    joint: Mapping[str, int] = field(default_factory=dict)
    together: Mapping[str, int] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    partition: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apart: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rounded: Mapping[str, int] = field(default_factory=dict)
    cells: tuple[Cells, ...] = ()
    means: tuple[Means, ...] = ()
    people: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rests_on: str = ""
    borrowed: Mapping[str, str] = field(default_factory=dict)
    inner: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What a contract knows of its table beside the columns.

    name: layer and table, as in the warehouse. grain: one row per what, in words. key: the columns that are
    unique together and never missing. refers: column -> table.column in which its values must stand.
    source: the input table of the assessment folder that it is read from. personal_ids: columns that hold
    the id of a person or household -> the kind of id; the warehouse keeps a pseudonym. release: how the
    table is published; without one it never is.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    refers: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    personal_ids: Mapping[str, str] = field(default_factory=dict)
    release: Release | None = None


@dataclass(frozen=True)
class Column:
    """What a contract declares of a column.

    kind: its pandas type. missing: whether cells may be empty. note: what it means. checks: pandera's checks
    of its rules beside the type.
    """

    kind: str
    missing: bool
    note: str
    checks: tuple[pa.Check, ...]


class Contract(pa.DataFrameModel):
    """A table's contract: its columns here, its name, grain and key in `about()`."""

    _about = Table("", "", ())

    class Config:
        strict = True
        coerce = False

    @classmethod
    def about(cls) -> Table:
        """Return the table's name, grain, key and rules."""
        return cls._about


TABLES: dict[str, type[Contract]] = {}
"""Every contract by the name of its table, in the order of the phases."""

C = TypeVar("C", bound=type[Contract])


def table(name: str, *, grain: str, key: Sequence[str], **more: Any) -> Callable[[C], C]:
    """Declare a contract; the arguments are those of `Table`."""

    def declare(model: C) -> C:
        model._about = Table(name, grain, tuple(key), **more)
        TABLES[name] = model
        return model

    return declare


def text(note: str = "", *, missing: bool = False, **more: Any) -> Any:
    """A text column. `missing` allows empty cells."""
    return pa.Field(nullable=missing, description=note, **more)


def own_name(note: str = "", *, missing: bool = False) -> Any:
    """A text column of names that the user gives and that divide tables: none may be the word for all."""
    return pa.Field(nullable=missing, notin=[ALL, ALL.title(), ALL.upper()], description=note)


def choice(options: Sequence[str], note: str = "", *, missing: bool = False) -> Any:
    """A text column that holds one of a closed list of words."""
    return pa.Field(nullable=missing, isin=list(options), description=note)


def day(note: str = "", *, missing: bool = False) -> Any:
    """A text column that holds a date of the calendar written YYYY-MM-DD."""
    return pa.Field(nullable=missing, str_matches=DAY, description=note)


def number(note: str = "", *, missing: bool = False, **more: Any) -> Any:
    """A column of finite numbers; the unit stands in the name or in the note."""
    return pa.Field(nullable=missing, description=note, **more)


@cache
def _schema(contract: type[Contract]) -> Any:
    """Return the contract's pandera schema, built once: building costs more than checking a small table."""
    _start_pandera()
    return contract.to_schema()


@cache
def _start_pandera() -> None:
    """Let pandera look once for what it can work with, while what we never give it is not to be found.

    It imports dask and hypothesis where they are installed, for frames and examples that nobody asks for:
    more than a second before the first table is checked.
    """

    class Sample(Contract):
        number: Number = pa.Field()

    away = {name: None for name in ("dask", "hypothesis") if name not in sys.modules}
    sys.modules |= away  # type: ignore[arg-type]
    try:
        Sample.to_schema().validate(pd.DataFrame({"number": [0.0]}))
    finally:
        for name in away:
            del sys.modules[name]


@cache
def _schema_of_values(contract: type[Contract]) -> Any:
    """Return the schema for a frame whose types are known to be right: pandera's own look at them is slow."""
    schema = _schema(contract)
    return schema.update_columns({name: {"dtype": None} for name in schema.columns})


@cache
def declared(contract: type[Contract]) -> Mapping[str, Column]:
    """Return column -> what a contract declares of it, in the contract's order.

    Read from the class: pandera's schema says the same, but takes longer to build than a small table to
    check, and most tables of a run have no row.
    """
    found: dict[str, Column] = {}
    for base in reversed(contract.__mro__):
        for name, kind in vars(base).get("__annotations__", {}).items():
            field = vars(base).get(name)
            if isinstance(field, FieldInfo):
                note = field.description or ""
                found[field.name] = Column(_KINDS[kind], field.nullable, note, tuple(field.checks))
    return MappingProxyType(found)


@cache
def column_types(contract: type[Contract]) -> Mapping[str, str]:
    """Return column -> pandas type of a contract, in the contract's order."""
    return MappingProxyType({name: column.kind for name, column in declared(contract).items()})


def required_columns(contract: type[Contract]) -> list[str]:
    """Return the columns that may not have an empty cell."""
    return [name for name, column in declared(contract).items() if not column.missing]


def notes(contract: type[Contract]) -> dict[str, str]:
    """Return column -> what it means, as the contract says."""
    return {name: column.note for name, column in declared(contract).items()}


def extend(contract: type[Contract], types: Mapping[str, str]) -> type[Contract]:
    """Return the contract with further columns, all of which may be empty.

    types: column -> text, integer, number or yes_no. The wave's own columns are added in this way.
    """
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {"__annotations__": annotations}
    series = {"text": Text, "integer": Whole, "number": Number, "yes_no": Number}
    for position, (column, kind) in enumerate(types.items()):
        annotations[f"own_{position}"] = series[kind]
        fields[f"own_{position}"] = pa.Field(nullable=True, alias=column)
    extended = type(f"{contract.__name__}Extended", (contract,), fields)
    extended._about = contract.about()  # type: ignore[attr-defined]
    return extended  # type: ignore[return-value]


def as_received(name: str, types: Mapping[str, str]) -> type[Contract]:
    """Return the contract of a raw table: any columns, all of which may be empty, and `_row` as its key.

    types: column -> text or number. The warehouse keeps the row of the file under `_row`, and where a table
    came in several files their names under `_file`, which is of the key then.
    """
    key = ("_file", "_row") if "_file" in types else ("_row",)
    base = type("Raw", (Contract,), {})
    base._about = Table(name, "one row a record as received", key)  # type: ignore[attr-defined]
    return extend(base, {"_row": "integer", **types})  # type: ignore[arg-type]


def empty(contract: type[Contract]) -> pd.DataFrame:
    """Return a frame with the contract's columns and types and no row."""
    return _empty(contract).copy(deep=False)


@cache
def _empty(contract: type[Contract]) -> pd.DataFrame:
    kinds = column_types(contract)
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


@cache
def _dtypes(contract: type[Contract]) -> dict[str, Any]:
    return {name: pandas_dtype(kind) for name, kind in column_types(contract).items()}


def conform(frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
    """Return the frame with the contract's column order and types, columns that may be empty added.

    Raises ValueError if a value cannot be held in its column's type: our own code made it.
    """
    if not len(frame) and not len(frame.columns.difference(list(column_types(contract)))):
        return empty(contract)
    kinds, dtypes = column_types(contract), _dtypes(contract)
    if list(frame.dtypes.items()) == list(dtypes.items()):
        return frame.copy(deep=False)
    out = {}
    allowed_empty = set(kinds) - set(required_columns(contract))
    for column, kind in kinds.items():
        dtype = dtypes[column]
        if column in frame:
            out[column] = frame[column].astype(dtype)
        elif column in allowed_empty:
            out[column] = (
                pd.Series(pd.NA, index=frame.index)
                .astype(dtype if kind != "float64" else pd.Float64Dtype())
                .astype(dtype)
            )
        else:
            raise ValueError(f"{contract.about().name} lacks its column {column}")
    unknown = [column for column in frame.columns if column not in out]
    if unknown:
        raise ValueError(f"{contract.about().name} has no column {', '.join(map(str, unknown))}")
    return pd.DataFrame(out, index=frame.index)


_RULES = {
    "isin": "is not one of the words allowed here",
    "notin": f"'{ALL}' stands in the tables for all together, and cannot be the name of a part",
    "not_nullable": "is empty and must not be",
    "greater_than_or_equal_to": "is below the smallest value allowed",
    "greater_than": "is below the smallest value allowed",
    "less_than_or_equal_to": "is above the largest value allowed",
    "less_than": "is above the largest value allowed",
    "str_matches": "is no date of the calendar written YYYY-MM-DD",
    "dtype": "has the wrong type",
}


def check(
    frame: pd.DataFrame,
    contract: type[Contract],
    *,
    file: str = "",
    sheet: str = "",
    rows: pd.Series | None = None,
) -> list[Fault]:
    """Return every fault of a frame against a contract: columns, types, values, keys.

    rows: the row number in the file of each record of the frame (else 2, 3, …). Faults beyond
    MOST_FAULTS_PER_TABLE of one rule and column are counted in the last of them.
    """
    file = file or contract.about().name
    if rows is None:
        rows = pd.Series(range(2, len(frame) + 2), index=frame.index)
    faults = _contract_faults(frame, contract, file, sheet, rows)
    keyed = [column for column in contract.about().key if column in frame]
    if keyed and len(frame):
        faults += _key_faults(frame, keyed, file, sheet, rows)
    return faults


def _contract_faults(
    frame: pd.DataFrame, contract: type[Contract], file: str, sheet: str, rows: pd.Series
) -> list[Fault]:
    types = {column: str(dtype) for column, dtype in frame.dtypes.items()}
    as_typed = types == _plain_types(column_types(contract))
    if as_typed and not len(frame):
        return []
    positions = frame.reset_index(drop=True)
    cases = _not_finite(positions, contract)
    if as_typed and cases.empty and _is_filled_without_rules(positions, contract):
        return []
    schema = _schema_of_values(contract) if as_typed else _schema(contract)
    try:
        schema.validate(positions, lazy=True)
    except SchemaErrors as errors:
        cases = pd.concat([cases, errors.failure_cases]) if len(cases) else errors.failure_cases
    if cases.empty:
        return []
    row_numbers = rows.reset_index(drop=True)
    faults = []
    for (column, found), group in cases.groupby(["column", "check"], sort=True, dropna=False):
        faults += _told(group, str(column), str(found), contract, file, sheet, row_numbers)
    return faults


def _is_filled_without_rules(frame: pd.DataFrame, contract: type[Contract]) -> bool:
    """Return whether pandera would find nothing: the contract has no rule but types, which are right."""
    if any(column.checks for column in declared(contract).values()):
        return False
    return not frame[required_columns(contract)].isna().any(axis=None)


def _plain_types(kinds: Mapping[str, str]) -> dict[str, str]:
    return {column: kind.removesuffix("[pyarrow]") for column, kind in kinds.items()}


def _not_finite(frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
    cases = []
    for column, kind in column_types(contract).items():
        if kind == "float64" and column in frame and frame[column].dtype == "float64":
            infinite = frame.index[np.isinf(frame[column].to_numpy())]
            cases += [{"column": column, "check": "finite", "index": index} for index in infinite]
    return pd.DataFrame(cases, columns=["column", "check", "index"])


def _told(
    group: pd.DataFrame,
    column: str,
    found: str,
    contract: type[Contract],
    file: str,
    sheet: str,
    rows: pd.Series,
) -> list[Fault]:
    name = found.split("(")[0]
    if name == "column_in_schema":
        return [
            Fault(file, sheet, 1, str(case), "is not a column of this table", _known_columns(contract))
            for case in group["failure_case"]
        ]
    if name == "column_in_dataframe":
        return [
            Fault(file, sheet, 1, str(case), "is missing from this table", "Add the column")
            for case in group["failure_case"]
        ]
    rule = _RULES.get(name, "is not a finite number" if name == "finite" else f"fails {name}")
    remedy = _remedy(contract, column, name)
    indices = [index for index in group["index"] if pd.notna(index)]
    if not indices:
        return [Fault(file, sheet, 0, column, rule, remedy)]
    faults = [
        Fault(file, sheet, int(rows[int(index)]), column, rule, remedy)
        for index in sorted(indices)[:MOST_FAULTS_PER_TABLE]
    ]
    beyond = len(indices) - len(faults)
    if beyond:
        faults.append(Fault(file, sheet, 0, column, f"{rule}, in {beyond} more rows", remedy))
    return faults


def _remedy(contract: type[Contract], column: str, name: str) -> str:
    schema = _schema(contract)
    if column not in schema.columns:
        return ""
    for one in schema.columns[column].checks:
        if name == "isin" and one.name == "isin":
            return "Use one of: " + ", ".join(map(str, one.statistics["allowed_values"]))
        if one.name == name and name in _RULES and name.startswith(("greater", "less")):
            limit = one.statistics.get("min_value", one.statistics.get("max_value"))
            return f"The limit is {limit}"
        if name == "notin":
            return "Take another word, or leave the cell empty where nothing is told apart"
        if name == "str_matches":
            return "Write the date as YYYY-MM-DD, such as 2024-02-29, in the digits 0 to 9"
    return "Fill in the cell" if name == "not_nullable" else ""


def _known_columns(contract: type[Contract]) -> str:
    return "The columns are: " + ", ".join(column_types(contract))


def in_order(frame: pd.DataFrame, key: Sequence[str]) -> bool:
    """Return whether each row's key is greater than that of the row before: sorted, and none twice.

    Many times quicker than to sort, or to look for keys that stand twice; so it is asked first.
    """
    rising = same = None
    for column in key:
        cells = pyarrow.array(frame[column])
        if cells.null_count:
            return False
        more, equal = (pc.call_function(test, [cells[:-1], cells[1:]]) for test in ("less", "equal"))
        if rising is not None:
            more, equal = (pc.call_function("and", [same, one]) for one in (more, equal))
            more = pc.call_function("or", [rising, more])
        rising, same = more, equal
    return pc.call_function("all", [rising], pc.ScalarAggregateOptions(min_count=0)).as_py()


def _key_faults(frame: pd.DataFrame, key: list[str], file: str, sheet: str, rows: pd.Series) -> list[Fault]:
    if in_order(frame, key):
        return []
    twice = frame.duplicated(key, keep=False) & frame[key].notna().all(axis=1)
    faults = []
    for _, group in frame[twice].groupby(key, sort=False):
        numbers = sorted(int(rows[index]) for index in group.index)
        faults.append(
            Fault(
                file,
                sheet,
                numbers[1],
                " + ".join(key),
                f"the same {' and '.join(key)} stands already in row {numbers[0]}",
                "Keep one of the rows, or correct the one that is wrong",
            )
        )
    return faults[:MOST_FAULTS_PER_TABLE]


@cache
def extend_released(contract: type[Contract], name: str) -> type[Contract]:
    """Return the contract under a released name: all but the key may be missing, `withheld_by` is added."""
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {"__annotations__": annotations}
    series = {"Int64": Whole, "float64": Number, "boolean": Flag}
    keyed = set(contract.about().key)
    rule = contract.about().release or Release()
    told = {column: kind for column, kind in column_types(contract).items() if column not in rule.inner}
    for position, (column, kind) in enumerate(told.items()):
        annotations[f"column_{position}"] = series.get(kind, Text)
        fields[f"column_{position}"] = pa.Field(alias=column, nullable=column not in keyed)
    annotations["withheld_by"] = Text
    fields["withheld_by"] = pa.Field(nullable=False)
    released = type(f"Released{contract.__name__}", (Contract,), fields)
    released._about = replace(contract.about(), name=name, source="", refers={}, release=None)  # type: ignore[attr-defined]
    return released  # type: ignore[return-value]
