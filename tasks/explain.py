"""The way back from a finding or a figure of the report: row, steps, code, input rows, files.

Only released rows are told. What is withheld in them stays withheld here, and so do the counts behind it.
"""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from schemas.base import Contract, column_types, notes
from schemas.vocabulary import ALL
from tasks import run, state
from tasks.disclosure import SMALLEST_CELL, released_contract, released_name
from tasks.printed import Figure, Printed, figure_as_printed, read_number, reads_as
from tasks.publish import wording
from tasks.publish.report import RELEASED
from tasks.references import reference_of
from tasks.steps import STEPS, code_digest
from tasks.warehouse import Warehouse

Row = dict[str, Any]

BEHIND = ("figure", "effect_figure", "interviews", "scores", "quote")
"""Columns that name the row of another table on which a row rests."""
RELEASING = "release tables"
PLAN_FILE = "assessment.toml"
FIRST = ("findings", "impact_estimates", "indicator_estimates", "wave_changes", "triangulation")
"""Tables in which a number is looked for first: the report tells most of its figures from them."""
NEAREST = 5
SHORT = 12
"""Digits of a hash that are told where the whole is told elsewhere."""
INTERVIEWS = "waves/*/interviews"
NOT_NAMED = {
    "staged.responses": INTERVIEWS,
    "staged.interview_records": INTERVIEWS,
    "staged.unanswered": INTERVIEWS,
    "staged.back_checks": INTERVIEWS,
    "staged.household_members": "waves/*/members",
    "staged.codings": "waves/*/coded",
    "staged.indicators": "design/indicators",
    "staged.source_readings": "secondary/*",
}
"""Table that is stored as it came -> the input tables it is made of, where its contract names none."""
FROM_PLAN = ("staged.plan", "staged.scope", "staged.waves", "staged.poverty_groups", "staged.indicators")


class NotFound(Exception):
    """Nothing of this name or number is in the released tables; the message names the nearest."""


@dataclass(frozen=True)
class Found:
    """One row of a released table, and the column of it that was asked for ('' for the whole row)."""

    table: str
    row: Row
    column: str = ""

    @property
    def name(self) -> str:
        """Return the name by which `psia explain` finds the row again."""
        return reference_of(RELEASED[self.table], self.row)

    @property
    def told(self) -> Row:
        """Return the row's cells that are not empty; a withheld figure is none of them."""
        return {
            name: value
            for name, value in self.row.items()
            if value is not None and not _is_nan(value) and name != "withheld_by"
        }

    @property
    def withheld(self) -> str:
        """Return the rule that withholds figures of the row, in words; '' where nothing is withheld."""
        return wording.withheld(self.row["withheld_by"]) if self.row["withheld_by"] else ""


@dataclass(frozen=True)
class StepTold:
    """A step on the way: what it made of what, by which code, with which fingerprint."""

    step: str
    phase: str
    module: str
    code: str
    fingerprint: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True)
class FileTold:
    """A received file: its rows (first and last as the file numbers them), and its SHA-256."""

    file: str
    sheet: str
    sha256: str
    personal: bool
    rows: int | None = None
    first_row: int | None = None
    last_row: int | None = None


@dataclass(frozen=True)
class Counted:
    """How many rows of an input table bear the row's own group, wave or indicator; None where few."""

    table: str
    rows: int | None
    of: int
    where: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Way:
    """The whole way back of one row."""

    found: Found
    behind: tuple[Found, ...]
    steps: tuple[StepTold, ...]
    counted: tuple[Counted, ...]
    files: tuple[FileTold, ...]
    psia: str
    run: str
    finished_at: str
    changed: tuple[str, ...] = field(default=())


class Explainer:
    """What the warehouse of one assessment folder knows of where its figures come from."""

    def __init__(self, warehouse: Warehouse, folder: Path):
        self._warehouse = warehouse
        self._folder = folder
        self._tables = set(warehouse.tables())

    def findings(self) -> list[Found]:
        """Return the findings in the order of the report."""
        return sorted(self._found("findings"), key=lambda one: one.row["position"])

    def look_up(self, asked: str) -> list[Found]:
        """Return what a finding's id, the name of a row or a number of the report stands for.

        Raises NotFound where it stands for nothing.
        """
        by_id = [one for one in self._found("findings") if one.row["finding"] == asked]
        if by_id:
            return by_id
        table = asked.partition("/")[0]
        if table in RELEASED and (named := [one for one in self._found(table) if one.name == asked]):
            return named
        if number := read_number(asked.strip("()")):  # the report puts few people's figures in brackets
            return self._numbers(asked, number)
        raise NotFound(self._unknown(asked, table))

    def _unknown(self, asked: str, table: str) -> str:
        known = [one.row["finding"] for one in self._found("findings")]
        names = [one.name for one in self._found(table)] if table in RELEASED else []
        begins = [one for one in known if one.startswith(f"{asked}/") or one.endswith(f"/{asked}")]
        near = begins or difflib.get_close_matches(asked, [*known, *names], n=NEAREST, cutoff=0.3)
        hint = f"The nearest: {', '.join(near[:NEAREST])}" if near else "'psia explain' lists the findings"
        return f"'{asked}' is no finding, no row of a released table and no number. {hint}"

    def _numbers(self, asked: str, number: Printed) -> list[Found]:
        figures = list(self._figures())
        fits = [one for one, figure in figures if reads_as(figure, number)]
        if fits:
            return fits
        nearest = sorted(
            (one for one in figures if number.may_be(one[1].kind)),
            key=lambda one: number.distance(one[1].value),
        )[:NEAREST]
        told = "; ".join(
            f"{wording.mean(figure.value)} ({one.name}, {one.column})" for one, figure in nearest
        )
        raise NotFound(f"no released figure reads {asked}." + (f" The nearest: {told}" if told else ""))

    def _figures(self) -> Iterator[tuple[Found, Figure]]:
        """Yield every figure that is released, as it is printed."""
        units = {one.row["indicator"]: one.row["unit"] for one in self._found("indicators")}
        for table in sorted(RELEASED, key=lambda name: (name not in FIRST, _place(name), name)):
            kinds = kinds_of_figures(RELEASED[table])
            for one in self._found(table):
                if table == "winners_losers" and one.row["gender"] == ALL:
                    continue  # tells again what stands in the estimates of the impact or in the changes
                unit = one.row.get("unit") or units.get(one.row.get("indicator", ""), "")
                for column, kind in kinds.items():
                    value = one.row[column]
                    if value is None or isinstance(value, bool) or _is_nan(value):
                        continue
                    if kind == IN_UNIT:
                        kind = _in_unit(RELEASED[table], column, unit, value)
                    yield Found(table, one.row, column), figure_as_printed(float(value), kind)

    def _found(self, table: str) -> list[Found]:
        return [Found(table, row) for row in self._rows(released_name(f"mart.{table}"))]

    def _rows(self, table: str) -> list[Row]:
        if table not in self._tables:
            return []
        columns, records = self._warehouse.records(table)
        return [dict(zip(columns, record, strict=True)) for record in records]

    def way(self, found: Found) -> Way:
        """Return the way back of one row."""
        behind = tuple(self._behind(found))
        steps = self._steps_behind(RELEASED[found.table].about().name)
        ends = sorted(self._ends(steps, RELEASED[found.table].about().name))
        last = self._rows("meta.runs")[-1]
        return Way(
            found,
            behind,
            tuple(self._releasing(found.table) + [self._step(name) for name in steps]),
            tuple(self._counted(found, behind, ends)),
            tuple(self._files(ends)),
            version("psia"),
            last["run"],
            str(last["finished_at"]),
            tuple(state.changes(self._folder)),
        )

    def _behind(self, found: Found) -> Iterator[Found]:
        """Yield the released rows that a finding or a comparison of sources names behind it."""
        for column in BEHIND:
            name = str(found.row.get(column) or "")
            table = name.partition("/")[0]
            if table in RELEASED:
                yield from (one for one in self._found(table) if one.name == name)

    @cached_property
    def _made_by(self) -> dict[str, Row]:
        """Return mart or staged table -> the ledger entry of the step that wrote it."""
        return {
            table: row
            for row in self._rows("meta.steps")
            if row["step"] != RELEASING
            for table in row["written"]
        }

    def _steps_behind(self, table: str) -> list[str]:
        """Return the computing steps behind a table, nearest first."""
        found: list[str] = []
        waiting = [table]
        while waiting:
            row = self._made_by.get(waiting.pop(0))
            if row is None or row["step"] in found or row["step"] not in STEPS:
                continue
            found.append(row["step"])
            waiting += row["read"]
        return found

    def _ends(self, steps: Sequence[str], table: str) -> set[str]:
        """Return the tables that the steps read and that were stored as they came."""
        reads = {table, *(one for step in steps for one in STEPS[step].reads)}
        return {one for one in reads if one in self._made_by and self._made_by[one]["step"] not in STEPS}

    def _step(self, name: str) -> StepTold:
        step = STEPS[name]
        module = step.function.__module__
        writes = tuple(one.about().name for one in step.writes)
        print_of = self._made_by[writes[0]]["fingerprint"]
        return StepTold(name, step.phase, module, code_digest(module), print_of, step.reads, writes)

    def _releasing(self, table: str) -> list[StepTold]:
        origin = RELEASED[table].about().name
        released = released_name(origin)
        return [
            StepTold(
                row["step"],
                row["phase"],
                "tasks.disclosure",
                code_digest("tasks.disclosure"),
                row["fingerprint"],
                (origin,),
                (released,),
            )
            for row in self._rows("meta.steps")
            if row["step"] == RELEASING
        ]

    def _counted(self, found: Found, behind: Sequence[Found], ends: Sequence[str]) -> Iterator[Counted]:
        """Yield how many rows of each input table bear what the row is about; nothing of a withheld one."""
        if found.withheld or any(one.withheld for one in behind):
            return
        about = _about([found, *behind])
        columns = self._warehouse.columns()
        for table in ends:
            where = {column: words for column, words in about.items() if column in columns[table]}
            if not where or table in FROM_PLAN:
                continue
            rows = self._warehouse.count(table, where)
            of = self._warehouse.count(table, {})
            yield Counted(table, rows if rows == 0 or rows >= SMALLEST_CELL else None, of, where)

    def _files(self, ends: Sequence[str]) -> Iterator[FileTold]:
        received = self._rows("meta.inputs")
        files: dict[tuple[str, str], FileTold] = {}
        if any(one in FROM_PLAN for one in ends):
            path = self._folder / PLAN_FILE
            files[PLAN_FILE, ""] = FileTold(PLAN_FILE, "", state.digest(path), personal=False)
        patterns = [pattern for table in ends for pattern in _sources(table)]
        of_waves = {row["file"]: f"waves/{row['wave']}/interviews" for row in self._rows("staged.wave_files")}
        for row in received:
            place = str(Path(row["file"]).with_suffix(""))
            sheet = str(Path(row["file"]).parent / row["sheet"]) if row["sheet"] else place
            names = {place, sheet, of_waves.get(row["file"], sheet)}
            if row["sheet"] and Path(row["file"]).parent == Path():
                names.add(row["sheet"])
            if any(fnmatch.fnmatch(name, pattern) for name in names for pattern in patterns):
                files[row["file"], row["sheet"]] = self._file(row, sorted(names))
        yield from (files[key] for key in sorted(files))

    def _file(self, row: Row, names: Sequence[str]) -> FileTold:
        told = (row["file"], row["sheet"], row["sha256"], bool(row["personal"]))
        for name in names:
            if f"raw.{name}" in self._tables:
                return FileTold(*told, *self._warehouse.span_of_rows(f"raw.{name}", row["file"]))
        return FileTold(*told)


PLACES = ("position",)
"""Columns of numbers that are no figures: where a row stands."""
IN_UNIT = "in the unit of the row"
OF_THE_SAME = ("standard_error", "ci_low", "ci_high", "median", "upper_quartile")
"""Columns in the unit of the figure before them, of which their notes do not speak."""


def _in_unit(contract: type[Contract], column: str, unit: str, value: float) -> str:
    """Return the kind of a figure in its row's unit: what tells of two waves or two arms is a change."""
    if not wording.is_share(unit) or abs(value) > 1:
        return "other"  # secondary statistics that are called shares may be given in percent already
    changes = column == "standard_error" or "from_wave" in column_types(contract)
    return "change of a share" if changes else "share"


def kinds_of_figures(contract: type[Contract]) -> dict[str, str]:
    """Return column -> the kind of figure that it holds, by the type and the note of the contract."""
    told = notes(contract)
    found = {}
    for column, dtype in column_types(released_contract(contract)).items():
        note = told.get(column, "")
        if dtype not in ("float64", "Int64") or column in PLACES:
            continue
        if "unit" in note.replace(",", " ").split() or column in OF_THE_SAME:
            found[column] = IN_UNIT
        elif dtype == "Int64":
            found[column] = "count"
        elif wording.is_share(note):
            found[column] = "share"
        elif "percentage points" in note or column.endswith("_points"):
            found[column] = "points"
        else:
            found[column] = "percent" if "percent" in note else "other"
    return found


def _about(rows: Sequence[Found]) -> dict[str, list[str]]:
    """Return column -> the words that choose the input rows: the waves, and a group that is not all."""
    about: dict[str, set[str]] = {}
    for one in rows:
        for column, into in _CHOOSING.items():
            word = one.row.get(column)
            if isinstance(word, str) and word not in ("", ALL, "none"):
                about.setdefault(into, set()).add(word)
    return {column: sorted(words) for column, words in about.items()}


_CHOOSING = {
    "poverty_group": "poverty_group",
    "from_wave": "wave",
    "to_wave": "wave",
    "wave": "wave",
    "arm": "arm",
    "gender": "gender",
    "indicator": "indicator",
    "finding": "finding",
    "actor": "actor",
    "region": "region",
    "year": "year",
}
"""Column of a released row -> column of the input tables in which its word stands."""


def _sources(table: str) -> list[str]:
    contract = run.TABLES.get(table)
    named = contract.about().source if contract else ""
    extra = [NOT_NAMED[table]] if table in NOT_NAMED else []
    corrected = ["waves/*/corrections"] if table == "staged.responses" else []
    return [one for one in (named, *extra, *corrected) if one]


def _place(table: str) -> int:
    return FIRST.index(table) if table in FIRST else len(FIRST)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value
