"""The plan and the released tables of one assessment: rows in order, labels for ids, what is withheld."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from schemas import (
    analysis,
    checks,
    comparison,
    design,
    fieldwork,
    followup,
    impact,
    instruments,
    mapping,
    poverty,
    reporting,
    secondary,
    size,
    voices,
    weights,
    winners,
)
from schemas.assessment import AssessmentPlan
from schemas.base import TABLES, Contract, column_types, required_columns
from schemas.vocabulary import ALL, ARMS, LOSSES, POVERTY_MEASURES, STAGES
from tasks.disclosure import ALIKE, FEW_VOICES
from tasks.publish import wording
from tasks.tongue import _, recorded, told
from tasks.translations import N_

_PHASES = (
    secondary,
    mapping,
    design,
    size,
    comparison,
    instruments,
    fieldwork,
    weights,
    voices,
    checks,
    analysis,
    poverty,
    impact,
    reporting,
    followup,
    winners,
)
RELEASED: dict[str, type[Contract]] = {
    name.split(".")[1]: contract
    for name, contract in TABLES.items()
    if contract.about().release is not None and contract.__module__ in {one.__name__ for one in _PHASES}
}
"""The contract of every table that is ever released, by its name without the layer."""

FEW = "few"
"""The mark of a row whose figures are not printed, though they stand in the tables: too few respondents."""

Row = dict[str, Any]


_OF_PSIA = ("arm", "letter", "measure", "index")
"""Kinds of labels that are words of psia; the others are the folder's own."""


class Report:
    """The released tables of one assessment, as rows in order, with labels in place of ids."""

    def __init__(self, plan: AssessmentPlan, tables: Mapping[str, pd.DataFrame]):
        """Take the tables; one without rows is as one that is not there.

        A name that is never released is a KeyError of the caller.
        """
        self.plan = plan
        self._tables = {name: table for name, table in tables.items() if len(table)}
        self._rows: dict[str, list[Row]] = {}
        self._placed = 0
        self._regions: dict[tuple[Any, ...], str] | None = None
        self._questions: dict[str, str] | None = None
        self._labels = self._all_labels()
        self._ranks = self._all_ranks()

    def rows(self, name: str, where: Mapping[str, Any] | None = None) -> list[Row]:
        """Return a table's rows in the order of the report: None where a cell is empty."""
        if name not in self._rows:
            key = RELEASED[name].about().key
            self._rows[name] = sorted(self._raw(name), key=lambda row: self.ranked(key, at(row, key)))
        rows = self._rows[name]
        return [row for row in rows if all(row[key] == wanted for key, wanted in (where or {}).items())]

    def different(
        self, name: str, columns: Sequence[str], where: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Return the different values of some columns, sorted, without making rows of a large table."""
        frame = self._where(name, where or {})
        return [] if frame is None else sorted(set(zip(*(frame[one] for one in columns), strict=True)))

    def top(
        self, name: str, column: str, most: int, where: Mapping[str, Any], above: float = float("-inf")
    ) -> tuple[list[Row], int]:
        """Return the rows with the largest figures of a column, largest first, and how many there are.

        Rows at or below `above` and without a figure do not count. Of a large table only these rows are made.
        """
        frame = self._where(name, where)
        if frame is None:
            return [], 0
        frame = frame[(frame[column] > above).fillna(False).astype(bool)]
        by = [column, *RELEASED[name].about().key]
        largest = frame.nlargest(most, column, keep="all")
        first = largest.sort_values(by, ascending=[False, *[True] * (len(by) - 1)])
        return _records(first.head(most), RELEASED[name]), len(frame)

    def released(self, name: str, where: Mapping[str, Any]) -> list[Row]:
        """Return a table's rows as they are released: with the figures of few, which no page prints."""
        frame = self._where(name, where)
        if frame is None:
            return []
        return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]

    def _where(self, name: str, where: Mapping[str, Any]) -> pd.DataFrame | None:
        frame = self._tables.get(name)
        if frame is None:
            return None
        for column, value in where.items():
            frame = frame[frame[column] == value]
        return frame

    def has(self, name: str) -> bool:
        """Return whether the assessment has any row of a table."""
        return name in self._tables

    def lacks(self, nouns: Mapping[str, str]) -> str:
        """Return one sentence that names what of a section is not there.

        nouns: table -> its words, in the language that is spoken.
        """
        missing = [words for name, words in nouns.items() if not self.has(name)]
        if not missing:
            return ""
        what = missing[0]
        for other in missing[1:-1]:
            what = _("{some}, no {other}").format(some=what, other=other)
        if len(missing) > 1:
            what = _("{some} and no {other}").format(some=what, other=missing[-1])
        return _("This assessment has no {what}.").format(what=what)

    def label(self, kind: str, ident: str | None) -> str:
        """Return the label of a group, indicator, actor, wave or arm; the id where it has none."""
        known = self._labels.get(kind, {})
        ident = ident or ""
        if ident not in known:
            return wording.column(ident) if kind == "indicator" else wording.plain(ident)
        return told(known[ident]) if kind in _OF_PSIA or ident == ALL else recorded(known[ident])

    def is_labelled(self, kind: str, ident: str) -> bool:
        """Return whether a group, indicator, actor, wave or arm has a label of its own."""
        return ident in self._labels.get(kind, {})

    def wording_of(self, question: str) -> str:
        """Return a question in the words in which it is asked; nothing of a column that is no question."""
        if self._questions is None:
            self._questions = {row["question"]: row["wording"] for row in self.rows("instruments")}
        return told(self._questions.get(question, ""))

    def short(self, wave: str) -> str:
        """Return a wave's label up to its first comma, where that still tells the waves apart."""
        labels = self._labels["wave"]
        cut = {label.partition(",")[0] for label in labels.values()}
        label = self.label("wave", wave)
        return label.partition(",")[0] if len(cut) == len(labels) else label

    def rank(self, kind: str, value: Any) -> tuple[Any, ...]:
        """Return where a value stands in the order of the report."""
        known = self._ranks.get(kind, {})
        missing = value is None
        number = value if isinstance(value, int | float) and not missing else 0
        return (missing, known.get(value, len(known)), number, str(value))

    def ranked(self, kinds: Sequence[str], key: Sequence[Any]) -> tuple[Any, ...]:
        """Return where a key stands in the order of the report; kinds: what each of its parts is."""
        return tuple(self.rank(kind, value) for kind, value in zip(kinds, key, strict=True))

    def region(self, source: str, year: str, region: str) -> str:
        """Return the label of a region of a source and year, or nothing."""
        if self._regions is None:
            keys = ("source", "year", "region")
            self._regions = {at(row, keys): row["label"] or "" for row in self._raw("regions")}
        return recorded(self._regions.get((source, year, region), ""))

    def unit(self, indicator: str) -> str:
        """Return the unit of an indicator, in the plan's currency where it is one of money."""
        return self.in_currency(self._labels["unit"].get(indicator, ""))

    def is_money(self, indicator: str) -> bool:
        """Return whether an indicator is one of money."""
        return wording.is_money(self._labels["unit"].get(indicator, ""))

    def in_currency(self, unit: str) -> str:
        """Return a unit with the plan's currency in place of the word."""
        return wording.in_currency(unit, self.plan.instruments.currency)

    def hidden(self, name: str, row: Row, column: str) -> str:
        """Return what stands in place of a cell that is withheld, or nothing."""
        rule, release = row["withheld_by"], RELEASED[name].about().release
        if not rule or release is None:
            return ""
        if rule in (ALIKE, FEW) and column not in release.hide:
            return ""
        if rule == FEW_VOICES and column not in (*release.joint, *release.beside):
            return ""
        counted = column in (*release.hide, *release.count) or (
            row[column] is None and column in release.beside
        )
        recorded = column in release.totals and any(one[column] is not None for one in self.rows(name))
        required = recorded or column in required_columns(RELEASED[name])
        if not (counted or (row[column] is None and required)):
            return ""
        return wording.withheld(rule, release.totals.get(column, wording.FEWEST_RESPONDENTS))

    def next_table(self) -> str:
        """Return the id of the table that the report places next."""
        self._placed += 1
        return f"table-{self._placed}"

    def _all_labels(self) -> dict[str, Mapping[str, str]]:
        groups = {group.id: group.label for group in self.plan.poverty_group}
        groups |= {row["poverty_group"]: row["label"] for row in self._raw("poverty_groups")}
        indicators = {row["indicator"]: row["label"] for row in self._raw("indicator_selection")}
        indicators |= {row["indicator"]: row["label"] for row in self._raw("indicators")}
        actors = {row["actor"]: row["label"] for row in self._raw("poverty_nodes")}
        actors |= {row["actor"]: row["label"] for row in self._raw("actors")}
        waves = {wave.name: wave.label or wave.name for wave in self.plan.wave}
        return {
            "poverty_group": {**groups, ALL: N_("All groups together")},
            "indicator": indicators,
            "unit": {row["indicator"]: row["unit"] for row in self._raw("indicators")},
            "actor": actors,
            "wave": waves,
            "arm": wording.ARMS,
            "institution": {row["institution"]: row["label"] for row in self._raw("institutions")},
            "letter": {
                row["institution"]: wording.letter(position)
                for position, row in enumerate(self._raw("institutions"))
            },
            "measure": wording.POVERTY_MEASURES,
            "index": wording.REGION_INDICES,
            "comparison": {one.name: one.label for one in self.plan.growth},
        }

    def _all_ranks(self) -> dict[str, dict[Any, int]]:
        stages = {stage: position for position, stage in enumerate(STAGES)}
        by_stage = sorted(self._raw("actors"), key=lambda row: stages.get(row["stage"] or "", 99))
        actors = _positions(row["actor"] for row in by_stage)
        waves = _positions(self._labels["wave"])
        return {
            "poverty_group": _positions(self._labels["poverty_group"]),
            "indicator": _positions(dict.fromkeys((*self.plan.indicators, *self._labels["indicator"]))),
            "wave": waves,
            "from_wave": waves,
            "to_wave": waves,
            "arm": _positions((*ARMS, ALL)),
            "actor": actors,
            "from": actors,
            "to": actors,
            "specification": _positions(
                one.name for one in (*self.plan.specification, *self.plan.poverty, *self.plan.capability)
            ),
            "measure": _positions(POVERTY_MEASURES),
            "dimension": _positions(
                dimension.dimension for one in self.plan.capability for dimension in one.dimension
            ),
            "reason": _positions(LOSSES),
            "kind": _positions(mapping.EVIDENCE_KINDS),
            "sector": {"TOTAL": 99},
            "gender": _positions((ALL, "women", "men", "mixed")),
        }

    def _raw(self, name: str) -> list[Row]:
        """Return a table's rows in the order of its key, whatever order they came in."""
        rows = _records(self._tables.get(name), RELEASED[name])
        return sorted(rows, key=lambda row: tuple(map(str, at(row, RELEASED[name].about().key))))


def at(row: Row, columns: Iterable[str]) -> tuple[Any, ...]:
    """Return what a row has in these columns."""
    return tuple(row[column] for column in columns)


def _records(frame: pd.DataFrame | None, contract: type[Contract]) -> list[Row]:
    """Return the rows as plain values, with every column of the contract."""
    if frame is None:
        return []
    columns = {}
    for column, kind in column_types(contract).items():
        if column not in frame:
            columns[column] = [None] * len(frame)
            continue
        python = {"Int64": int, "float64": float, "boolean": bool}.get(
            kind, lambda text: wording.clean(str(text))
        )
        columns[column] = [None if pd.isna(value) else python(value) for value in frame[column]]
    rules = frame["withheld_by"] if "withheld_by" in frame else [""] * len(frame)
    columns["withheld_by"] = ["" if pd.isna(rule) else str(rule) for rule in rules]
    records = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    rule = contract.about().release
    for row in records if rule and rule.cells else ():
        if not row["withheld_by"] and cases(row, contract) < wording.FEWEST_TO_PRINT:
            row |= dict.fromkeys(rule.hide if rule else ()) | {"withheld_by": FEW}
    return records


def cases(row: Row, contract: type[Contract]) -> float:
    """Return how many respondents a figure rests on: of two waves, the fewer; infinite where nothing says."""
    release = contract.about().release
    counted = [column for column in release.count if column != "smallest_cell"] if release else []
    told = [row[column] for column in counted if row[column] is not None]
    return min(told, default=float("inf"))


def _positions(values: Iterable[Any]) -> dict[Any, int]:
    return {value: position for position, value in enumerate(values)}
