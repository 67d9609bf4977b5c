"""The cluster report as one HTML file: released tables become records here, and reports/ places them.

Nothing is computed in a template: `Report` gives it tables of finished cells (`grid`, `pivot`), and the
functions below it the records of the pictures, the findings and the summary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from schemas import analysis, design, fieldwork, followup, mapping, reporting, secondary
from schemas.assessment import AssessmentPlan
from schemas.base import TABLES, Contract, column_types, required_columns
from schemas.vocabulary import ALL, ARMS, STAGES
from tasks.catalogue import read as catalogue
from tasks.publish import charts, wording

TEMPLATES = Path(__file__).parent.parent.parent / "reports"
MOST_FIGURES = 4
MOST_LIMITS_OF_FINDINGS = 3

_PHASES = (secondary, mapping, design, fieldwork, analysis, reporting, followup)
RELEASED: dict[str, type[Contract]] = {
    name.split(".")[1]: contract
    for name, contract in TABLES.items()
    if contract.about().release is not None and contract.__module__ in {one.__name__ for one in _PHASES}
}
"""The contract of every table that is ever released, by its name without the layer."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Provenance:
    """Where the report comes from: version, hash of what was published, inputs and libraries."""

    version: str
    content_hash: str
    inputs: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, str], ...]
    data_date: str


@dataclass(frozen=True)
class Cell:
    """What stands in one cell of a table, or beside a finding."""

    text: str
    style: str = ""
    symbol: str = ""
    note: str = ""
    numeric: bool = False
    label: str = ""
    span: int = 1
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table as it is placed: an id, a caption, headings (label, numeric) and rows of cells."""

    ident: str
    caption: str
    headings: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """One section of the report, made from one template."""

    ident: str
    number: str
    title: str
    body: Markup


@dataclass(frozen=True)
class Figure:
    """A picture: its panels as SVG, what a reader must know to read them, and the same as a table."""

    ident: str
    title: str
    unit: str
    better: str
    low: str
    high: str
    from_zero: bool
    both_arms: bool
    intervals: bool
    panels: tuple[Markup, ...]
    grid: Grid


NOTHING = Cell("–", "none")


def render(plan: AssessmentPlan, tables: dict[str, pd.DataFrame], provenance: Provenance) -> str:
    """Return the report as one HTML page.

    tables: released tables by name without the layer, each with a column `withheld_by`. A table that is
    empty or not there is told of in its section.
    """
    environment = _environment()
    report = Report(plan, tables)
    context = {
        "plan": plan,
        "provenance": provenance,
        "words": wording,
        "report": report,
        "grid": report.grid,
        "pivot": report.pivot,
        "findings": findings(report),
        "summary": summary(report),
        "figures": figures(report),
        "before_after": before_and_after(report),
        "lanes": lanes(report),
        "growth": growth(report),
        "rankings": rankings(report),
        "models": models(report),
        "context": context_figures(report),
        "scope": scope(report),
        "resources": resources(report),
        "priority": priority(report),
        "printed": printed_checks(report),
        "waves": waves(report),
        "other_changes": other_changes(report),
        "inputs": report.named("Input files, with their SHA-256", ("File", "SHA-256"), provenance.inputs),
        "libraries": report.named("Libraries", ("Library", "Version"), provenance.libraries),
        "fewest_firms": mapping.FEWEST_FIRMS,
        "box_7": wording.BOX_7[plan.assessment.study_design],
    }
    sections = []
    for name in sorted(environment.list_templates(filter_func=lambda name: name[:1].isdigit())):
        module: Any = environment.get_template(name).make_module(context)
        ident = name.split(".")[0].partition("_")[2]
        sections.append(Section(ident, module.number, module.title, Markup(str(module).strip())))  # noqa: S704
    return environment.get_template("report.html.j2").render(context, sections=sections)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


class Report:
    """The released tables of one assessment, as rows in order, with labels in place of ids."""

    def __init__(self, plan: AssessmentPlan, tables: Mapping[str, pd.DataFrame]):
        """Take the tables; a name that is never released is a KeyError of the caller."""
        self.plan = plan
        self._tables = tables
        self._rows: dict[str, list[Row]] = {}
        self._grids = 0
        self._labels = self._all_labels()
        self._ranks = self._all_ranks()

    def rows(self, name: str, where: Mapping[str, Any] | None = None) -> list[Row]:
        """Return a table's rows in the order of the report: None where a cell is empty."""
        if name not in self._rows:
            key = RELEASED[name].about().key
            self._rows[name] = sorted(self._raw(name), key=lambda row: self._ranked(key, _at(row, key)))
        rows = self._rows[name]
        return [row for row in rows if all(row[key] == wanted for key, wanted in (where or {}).items())]

    def has(self, name: str) -> bool:
        """Return whether the assessment has any row of a table."""
        return bool(len(frame) if (frame := self._tables.get(name)) is not None else 0)

    def lacks(self, nouns: Mapping[str, str]) -> str:
        """Return one sentence that names what of a section is not there. nouns: table -> its words."""
        missing = [words for name, words in nouns.items() if not self.has(name)]
        return (
            f"This assessment has no {', no '.join(missing[:-1])} and no {missing[-1]}."
            if (len(missing) > 1)
            else f"This assessment has no {missing[0]}."
            if missing
            else ""
        )

    def label(self, kind: str, ident: str | None) -> str:
        """Return the label of a group, indicator, actor, wave or arm; the id where it has none."""
        return self._labels.get(kind, {}).get(ident or "", wording.plain(ident or ""))

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

    def unit(self, indicator: str) -> str:
        """Return the unit of an indicator."""
        return self._labels["unit"].get(indicator, "")

    def hidden(self, name: str, row: Row, column: str) -> str:
        """Return what stands in place of a cell that is withheld, or nothing."""
        rule, release = row["withheld_by"], RELEASED[name].about().release
        if not rule or release is None:
            return ""
        counted = column in (*release.hide, *release.count)
        recorded = column in release.totals and any(one[column] is not None for one in self.rows(name))
        required = recorded or column in required_columns(RELEASED[name])
        if not (counted or (row[column] is None and required)):
            return ""
        return wording.withheld(rule, release.totals.get(column, wording.FEWEST_RESPONDENTS))

    def cell(self, name: str, row: Row, column: str) -> Cell:
        """Return one cell as it is printed."""
        source = _SOURCES.get(column, column)
        if hidden := self.hidden(name, row, source):
            return Cell(hidden, "withheld")
        if row[source] is None:
            return NOTHING
        form = _FORMS.get((name, column)) or _FORMS.get(("", column))
        if form:
            return form(self, row)
        value = row[column]
        if isinstance(value, bool):
            return Cell("yes" if value else "no")
        if isinstance(value, int):
            return Cell(wording.whole(value), numeric=True)
        return Cell(wording.mean(value), numeric=True) if isinstance(value, float) else Cell(value)

    def grid(
        self,
        name: str,
        caption: str,
        columns: Mapping[str, str],
        *,
        rows: Sequence[Row] | None = None,
        parted_by: str = "",
    ) -> Grid:
        """Return a table with these columns (name -> heading); a column without any entry is left out.

        rows: those of the table, unless only some of them are to be told; they stand in the order of the
        columns that make the key. parted_by: a column that becomes a line above the rows that share it.
        """
        key = RELEASED[name].about().key
        order = [column for column in (parted_by, *columns) if column in key]
        order += [column for column in key if column not in order]
        rows = self.rows(name) if rows is None else rows
        rows = sorted(rows, key=lambda row: self._ranked(order, _at(row, order)))
        rows = sorted(rows, key=_ORDERS.get(name, lambda _: 0))
        body, part = [], None
        for row in rows:
            if parted_by and row[parted_by] != part:
                part = row[parted_by]
                body.append([replace(self.cell(name, row, parted_by), span=len(columns))])
            body.append([self.cell(name, row, column) for column in columns])
        return self.placed(caption, list(columns.values()), body)

    def pivot(
        self,
        name: str,
        caption: str,
        columns: Mapping[str, str],
        across: Sequence[str],
        value: str,
        rows: Sequence[Row] | None = None,
    ) -> Grid:
        """Return a table with a column for each word of `across` (or pair of words) in which `value` stands.

        A column without a heading keeps rows apart and is not shown; one that says the same in all rows is
        left out, but for the first. rows: those of the table, unless only some of them are to be told.
        """
        rows = self.rows(name) if rows is None else rows
        if "arm" in across:
            rows = _by_arm(rows, columns)
        first = next(iter(columns))
        columns = {
            column: heading
            for column, heading in columns.items()
            if column == first or len({row[column] for row in rows}) > 1
        }
        across = [one for one in across if len({row[one] for row in rows}) > 1] or list(across[:1])
        heads = sorted({_at(row, across) for row in rows}, key=lambda head: self._ranked(across, head))
        lines: dict[tuple[Any, ...], dict[Any, Row]] = {}
        for row in rows:
            lines.setdefault(_at(row, columns), {})[_at(row, across)] = row
        body = []
        for line in sorted(lines, key=lambda line: self._ranked(tuple(columns), line)):
            some = next(iter(lines[line].values()))
            cells = [self.cell(name, some, column) for column, heading in columns.items() if heading]
            cells += [
                self.cell(name, lines[line][head], value) if head in lines[line] else NOTHING
                for head in heads
            ]
            body.append(cells)
        labels = [self._heading(across, head) for head in heads]
        return self.placed(caption, [*filter(None, columns.values()), *labels], body)

    def named(self, caption: str, labels: Sequence[str], rows: Iterable[Sequence[str]]) -> Grid:
        """Return a table of plain texts."""
        return self.placed(
            caption, labels, [[Cell(text) if text else NOTHING for text in row] for row in rows]
        )

    def placed(self, caption: str, labels: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Grid:
        """Return the grid: columns without a figure left out, neighbouring withheld cells made one.

        A row of a single cell is the line above a part of the table.
        """
        full = [row for row in rows if len(row) == len(labels)]
        kept = [
            column for column, _ in enumerate(labels) if column == 0 or _tells([row[column] for row in full])
        ]
        headings = tuple(
            (labels[column], any(row[column].numeric for row in full) and column > 0) for column in kept
        )
        body = []
        for row in rows:
            if len(row) < len(labels):
                body.append((replace(row[0], span=len(kept)),))
            else:
                body.append(tuple(_merged([replace(row[column], label=labels[column]) for column in kept])))
        self._grids += 1
        return Grid(f"table-{self._grids}", caption, headings, tuple(body))

    def _heading(self, kinds: Sequence[str], values: Sequence[Any]) -> str:
        words = [
            self.short(value) if kind == "wave" else self.label(kind, value)
            for kind, value in zip(kinds, values, strict=True)
        ]
        return wording.capital(": ".join(words))

    def _ranked(self, kinds: Sequence[str], key: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(self.rank(kind, value) for kind, value in zip(kinds, key, strict=True))

    def _all_labels(self) -> dict[str, dict[str, str]]:
        groups = {group.id: group.label for group in self.plan.poverty_group}
        groups |= {row["poverty_group"]: row["label"] for row in self._raw("poverty_groups")}
        indicators = {row["indicator"]: row["label"] for row in self._raw("indicator_selection")}
        indicators |= {row["indicator"]: row["label"] for row in self._raw("indicators")}
        actors = {row["actor"]: row["label"] for row in self._raw("poverty_nodes")}
        actors |= {row["actor"]: row["label"] for row in self._raw("actors")}
        waves = {wave.name: wave.label or wave.name for wave in self.plan.wave}
        return {
            "poverty_group": {**groups, ALL: "All groups together"},
            "indicator": indicators,
            "unit": {row["indicator"]: row["unit"] for row in self._raw("indicators")},
            "actor": actors,
            "wave": waves,
            "arm": wording.ARMS,
            "institution": {row["institution"]: row["label"] for row in self._raw("institutions")},
            "letter": {
                row["institution"]: _letter(position)
                for position, row in enumerate(self._raw("institutions"))
            },
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
            "specification": _positions(one.name for one in self.plan.specification),
            "reason": _positions(("received", "filtered", "refused", "removed", "used")),
            "kind": _positions(mapping.EVIDENCE_KINDS),
            "sector": {"TOTAL": 99},
            "gender": _positions((ALL, "women", "men", "mixed")),
        }

    def _raw(self, name: str) -> list[Row]:
        """Return a table's rows in the order of its key, whatever order they came in."""
        rows = _records(self._tables.get(name), RELEASED[name])
        return sorted(rows, key=lambda row: tuple(map(str, _at(row, RELEASED[name].about().key))))


def _records(frame: pd.DataFrame | None, contract: type[Contract]) -> list[Row]:
    """Return the rows as plain values, with every column of the contract."""
    if frame is None or frame.empty:
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
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _letter(position: int) -> str:
    """Return A, B, …, Z, A1, B1, …"""
    return chr(ord("A") + position % 26) + (str(position // 26) if position >= 26 else "")


def _at(row: Row, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)


def _by_arm(rows: Sequence[Row], columns: Iterable[str]) -> list[Row]:
    """Return the rows without those of both arms together, where the arms stand apart as well."""
    columns = tuple(columns)
    apart = {_at(row, columns) for row in rows if row["arm"] != ALL}
    return [row for row in rows if row["arm"] != ALL or _at(row, columns) not in apart]


def _positions(values: Iterable[Any]) -> dict[Any, int]:
    return {value: position for position, value in enumerate(values)}


def _tells(cells: Sequence[Cell]) -> bool:
    """Return whether a column has anything to tell: a figure, or that all its figures are withheld."""
    return any(cell is not NOTHING and cell.style != "withheld" for cell in cells) or all(
        cell.style == "withheld" for cell in cells
    )


def _merged(cells: list[Cell]) -> list[Cell]:
    """Return the cells with neighbours that say the same of being withheld made one."""
    merged: list[Cell] = []
    for cell in cells:
        last = merged[-1] if merged else NOTHING
        if cell.style == last.style == "withheld" and cell.text == last.text:
            label = f"{last.label}, {cell.label}" if last.span == 1 else ""
            merged[-1] = replace(last, span=last.span + 1, label=label)
        else:
            merged.append(cell)
    return merged


# ---- how a column is printed, where its type alone does not say it

Form = Callable[[Report, Row], Cell]


def _labelled(kind: str, column: str) -> Form:
    return lambda report, row: Cell(report.label(kind, row[column]))


def _worded(words: Mapping[str, str], column: str) -> Form:
    return lambda _, row: Cell(words.get(row[column], row[column]))


def _divided_by(column: str) -> Form:
    return lambda _, row: NOTHING if row[column] == ALL else Cell(row[column])


def _verdict(verdicts: Mapping[str, wording.Verdict], column: str) -> Form:
    return lambda _, row: _said(verdicts[row[column]])


def _said(verdict: wording.Verdict, note: str = "") -> Cell:
    return Cell(verdict.words, verdict.style, verdict.symbol, note)


def _as_date(column: str) -> Form:
    return lambda _, row: Cell(wording.date(row[column]))


def _places(column: str, places: int) -> Form:
    return lambda _, row: Cell(wording.rounded(row[column], places), numeric=True)


def _signed(column: str, places: int) -> Form:
    return lambda _, row: Cell(wording.signed(wording.rounded(row[column], places)), numeric=True)


def _sector(name: str) -> str:
    return "All sectors" if name == "TOTAL" else name


def _in_unit(column: str, form: Callable[[float, str], str]) -> Form:
    return lambda report, row: Cell(form(row[column], report.unit(row["indicator"])), numeric=True)


def _interval(report: Report, row: Row) -> Cell:
    if row["ci_high"] is None:
        return NOTHING
    ends = [wording.change(row[end], report.unit(row["indicator"])) for end in ("ci_low", "ci_high")]
    return Cell(wording.span(*ends), "span")


def _estimate_with_interval(report: Report, row: Row) -> Cell:
    """Return an estimate with its interval and the number of respondents below it."""
    unit = report.unit(row["indicator"])
    low, high = row["ci_low"], row["ci_high"]
    ends = (
        ""
        if low is None or high is None
        else wording.span(*(wording.quantity(end, unit) for end in (low, high)))
    )
    people = wording.counted(row["respondents"] or 0, "person", "people")
    note = f"{ends}; {people}" if ends else people
    return Cell(wording.quantity(row["estimate"], unit), note=note, numeric=True)


def _group_or_part(report: Report, row: Row) -> Cell:
    """Return a group, or the part of it that a gender, difference or category makes."""
    parts = [row[column] for column in ("gender", "difference", "category") if row[column] != ALL]
    return Cell(": ".join([report.label("poverty_group", row["poverty_group"]), *parts]))


def _change_with_verdict(report: Report, row: Row) -> Cell:
    """Return a change with its verdict, and its interval and respondents below it."""
    change = wording.change(row["change"], report.unit(row["indicator"]))
    interval = _interval(report, row)
    people = f"{wording.whole(row['respondents_both'] or 0)} asked in both"
    note = people if interval is NOTHING else f"{interval.text}; {people}"
    said = wording.VOICES.get(row["direction"] or "")
    return Cell(f"{said.words}: {change}", said.style, said.symbol, note) if said else Cell(change, note=note)


def _lost_share(_: Report, row: Row) -> Cell:
    note = f"{wording.whole(row['lost'])} of {wording.whole(row['followed'])}"
    return Cell(wording.quantity(row["rate"], "share"), note=note, numeric=True)


def _verdict_with_people(report: Report, row: Row) -> Cell:
    """Return what focus groups say, with their number; the direction stands where the number is withheld."""
    told = []
    for column, one, many in (("focus_groups", "group", "groups"), ("participants", "person", "people")):
        if hidden := report.hidden("focus_group_verdicts", row, column):
            return _said(wording.VOICES[row["direction"]], f"{many} {hidden}")
        told.append(wording.counted(row[column] or 0, one, many))
    return _said(wording.VOICES[row["direction"]], ", ".join(told))


def _growth_with_levels(_: Report, row: Row) -> Cell:
    levels = [wording.exact(row[end]) for end in ("value_from", "value_to") if row[end] is not None]
    growth = f"{wording.signed(wording.rounded(row['growth_pct'], 1))}{wording.THIN_SPACE}%"
    return Cell(growth, note=" to ".join(levels), numeric=True)


def _rank_with_weight(_: Report, row: Row) -> Cell:
    share = "" if row["weight"] is None else f"{wording.quantity(row['weight'], 'share')} of importance"
    symbol = "●" if row["selected"] else ""
    said = ", on the short list" if row["selected"] else ""
    return Cell(wording.rounded(row["mean_rank"], 1), "chosen" if said else "", symbol, share + said)


def _statistic(_: Report, row: Row) -> Cell:
    unit = row["unit"]
    share = wording.is_share(unit) and abs(row["value"]) <= 1
    return Cell(wording.quantity(row["value"], unit) if share else wording.exact(row["value"]), numeric=True)


def _source(report: Report, row: Row) -> Cell:
    source = next(iter(report.rows("sources", {"source": row["source"]})), None)
    year = f" ({source['year']})" if source and source["year"] else ""
    page = row["page"] or ""
    return Cell(f"{row['source']}{year}", note=f"page {page}" if page.isdigit() else page)


def _statistic_divided(_: Report, row: Row) -> Cell:
    words = row["dimensions"].replace("=", ": ")
    return Cell(row["statistic"], note="" if words == "total" else words)


def _finding(report: Report, row: Row) -> Cell:
    known = next(iter(report.rows("findings", {"finding": row["finding"]})), None)
    indicator, _, group = row["finding"].partition("/")
    indicator, group = (known["indicator"], known["poverty_group"]) if known else (indicator, group)
    return Cell(report.label("indicator", indicator), note=report.label("poverty_group", group))


def _smallest_change(report: Report, row: Row) -> Cell:
    if row["smallest_change"] is not None:
        return Cell(wording.change(row["smallest_change"], row["unit"]).removeprefix("+"), numeric=True)
    pct = row["smallest_change_pct"]
    return NOTHING if pct is None else Cell(f"{wording.mean(pct)}{wording.THIN_SPACE}% of the earlier mean")


def _table_1(_: Report, row: Row) -> Cell:
    rows = {one["id"]: one["relevance_for_poverty"] for one in catalogue("table_1")["row"]}
    return Cell(
        rows.get(
            row["table_1"], "not expected by Table 1" if row["table_1"] == "unintended" else row["table_1"]
        )
    )


def _score(_: Report, row: Row) -> Cell:
    full = round(row["score"])
    return Cell(wording.mean(row["score"]), symbol="●" * full + "○" * (5 - full), style="score")


def _levels(_: Report, row: Row) -> Cell:
    levels = {one["id"]: one for one in catalogue("table_2")["characteristic"]}.get(row["characteristic"], {})
    ends = [f"{level} = {levels[f'level_{level}']}" for level in (1, 5) if f"level_{level}" in levels]
    return Cell("; ".join(ends)) if ends else NOTHING


def _kinds(_: Report, row: Row) -> Cell:
    return Cell(wording.listing(wording.plain(kind) for kind in row["evidence"].split(", ")))


_BOX_4 = {group["id"]: group["label"] for group in catalogue("box_4")["group"]}

_SOURCES = {
    "interval": "ci_low",
    "estimate_with_interval": "estimate",
    "levels": "characteristic",
    "letter": "institution",
    "any_smallest_change": "indicator",
    "change_with_verdict": "change",
    "lost_share": "rate",
    "verdict_with_people": "direction",
    "growth_with_levels": "growth_pct",
    "rank_with_weight": "mean_rank",
}
"""Columns that are made here -> the column of the table that decides whether they are withheld."""

_FORMS: dict[tuple[str, str], Form] = {
    ("", "poverty_group"): _labelled("poverty_group", "poverty_group"),
    ("", "indicator"): _labelled("indicator", "indicator"),
    ("", "wave"): _labelled("wave", "wave"),
    ("", "from_wave"): _labelled("wave", "from_wave"),
    ("", "to_wave"): _labelled("wave", "to_wave"),
    ("", "arm"): _labelled("arm", "arm"),
    ("", "actor"): _labelled("actor", "actor"),
    ("", "from"): _labelled("actor", "from"),
    ("", "to"): _labelled("actor", "to"),
    ("", "node"): _labelled("actor", "node"),
    ("", "box4_group"): _worded(_BOX_4, "box4_group"),
    ("", "likelihood"): lambda _, row: Cell(
        wording.LIKELIHOODS[row["likelihood"]], f"likelihood {row['likelihood']}"
    ),
    ("", "gender"): _divided_by("gender"),
    ("", "difference"): _divided_by("difference"),
    ("", "category"): _divided_by("category"),
    ("", "interval"): _interval,
    ("", "direction"): _verdict(wording.GAINS, "direction"),
    ("", "quantitative"): _verdict(wording.VOICES, "quantitative"),
    ("", "qualitative"): _verdict(wording.VOICES, "qualitative"),
    ("", "participatory"): _verdict(wording.VOICES, "participatory"),
    ("impact_estimates", "estimate"): _in_unit("estimate", wording.change),
    ("impact_estimates", "standard_error"): _in_unit("standard_error", wording.error),
    ("impact_estimates", "p_value"): lambda _, row: Cell(wording.probability(row["p_value"]), numeric=True),
    ("indicator_estimates", "poverty_group"): _group_or_part,
    ("indicator_estimates", "estimate_with_interval"): _estimate_with_interval,
    ("triangulation", "verdict"): lambda _, row: Cell(
        wording.TRIANGULATION[row["verdict"]], "contradict" if row["verdict"] == "contradict" else ""
    ),
    ("wave_changes", "change_with_verdict"): _change_with_verdict,
    ("attrition", "lost_share"): _lost_share,
    ("focus_group_verdicts", "verdict_with_people"): _verdict_with_people,
    ("sector_growth", "growth_with_levels"): _growth_with_levels,
    ("sector_growth", "sector"): lambda _, row: Cell(_sector(row["sector"])),
    ("indicator_selection", "rank_with_weight"): _rank_with_weight,
    ("impact_estimates", "indicator"): lambda report, row: Cell(
        report.label("indicator", row["indicator"]), note=report.unit(row["indicator"])
    ),
    ("statistics", "value"): _statistic,
    ("statistics", "source"): _source,
    ("statistics", "statistic"): _statistic_divided,
    ("sources", "year"): lambda _, row: Cell(str(row["year"])),
    ("sector_growth", "difference_points"): _signed("difference_points", 1),
    ("printed_checks", "printed"): _places("printed", 1),
    ("printed_checks", "recomputed"): _places("recomputed", 1),
    ("printed_checks", "comparison"): _labelled("comparison", "comparison"),
    ("linkages", "kind"): lambda _, row: Cell(row["kind"]),
    ("evidence", "kind"): lambda _, row: Cell(wording.plain(row["kind"])),
    ("poverty_nodes", "evidence"): _kinds,
    ("characteristic_scores", "score"): _score,
    ("characteristic_scores", "levels"): _levels,
    ("institutions", "letter"): lambda report, row: Cell(report.label("letter", row["institution"])),
    ("institution_links", "institution"): _labelled("institution", "institution"),
    ("comparison_balance", "covariate"): _labelled("indicator", "covariate"),
    ("comparison_balance", "standardized_difference"): _signed("standardized_difference", 2),
    ("comparison_balance", "variance_ratio"): _places("variance_ratio", 2),
    ("comparison_balance", "verdict"): lambda _, row: Cell(
        wording.BALANCE[row["verdict"]], "contradict" if row["verdict"] == "unbalanced" else ""
    ),
    ("correction_summary", "variable"): _labelled("indicator", "variable"),
    ("feedback", "finding"): _finding,
    ("feedback", "held_on"): _as_date("held_on"),
    ("feedback", "workshop"): lambda _, row: Cell(
        wording.plain(row["workshop"]).replace("-", " "), note=f"of {row['kind']}"
    ),
    ("feedback", "verdict"): lambda _, row: Cell(
        wording.FEEDBACK[row["verdict"]], "contradict" if row["verdict"] == "contested" else ""
    ),
    ("actions", "finding"): _finding,
    ("actions", "due"): _as_date("due"),
    ("indicators", "any_smallest_change"): _smallest_change,
    ("indicators", "table_1"): _table_1,
}
"""(table, or '' for any; column) -> its cell."""

_ORDERS: dict[str, Callable[[Row], Any]] = {
    "triangulation": lambda row: ("contradict", "agree", "single source", "silent", None).index(
        row["verdict"]
    ),
    "feedback": lambda row: ("contested", "comment", "confirmed").index(row["verdict"]),
    "characteristic_scores": lambda row: row["position"],
    "printed_checks": lambda row: bool(row["agrees"]),
    "poverty_nodes": lambda row: -(row["kinds_poor"] or 0),
}
"""Table -> what its rows are ordered by first; within that the order of the report."""


# ---- findings and summary


@dataclass(frozen=True)
class Claim:
    """What a finding may be taken to say, and what limits it; `letter` is how findings refer to it."""

    letter: str
    kind: str
    words: str
    limits: str


@dataclass(frozen=True)
class Finding:
    """One finding with its claim and what the workshops said of it."""

    ident: str
    group: str
    indicator: str
    verdict: Cell
    statement: str
    claim: Claim
    evidence: str
    contested: bool
    feedback: str


@dataclass(frozen=True)
class Findings:
    """The findings under one heading for each direction, and the claims that they refer to."""

    claims: tuple[Claim, ...]
    parts: tuple[tuple[str, tuple[Finding, ...]], ...]


def findings(report: Report) -> Findings:
    """Return the findings in the order of the report, losses first."""
    rows = sorted(report.rows("findings"), key=lambda row: row["position"])
    claims = {}
    for row in rows:
        key = (row["claim"], row["limits"])
        if key not in claims:
            letter = _letter(len(claims))
            words = wording.sentence(wording.CLAIMS[row["claim"]])
            claims[key] = Claim(letter, row["claim"], words, wording.sentence(row["limits"]))
    parts: dict[str, list[Finding]] = {}
    for row in rows:
        told = Counter(one["verdict"] for one in report.rows("feedback", {"finding": row["finding"]}))
        finding = Finding(
            ident=row["finding"],
            group=report.label("poverty_group", row["poverty_group"]),
            indicator=report.label("indicator", row["indicator"]),
            verdict=report.cell("findings", row, "direction"),
            statement="" if report.hidden("findings", row, "statement") else row["statement"] or "",
            claim=claims[row["claim"], row["limits"]],
            evidence=row["evidence"],
            contested="contested" in told,
            feedback=wording.listing(
                f"{words} in {wording.counted(told[verdict], 'workshop')}"
                for verdict, words in wording.FEEDBACK.items()
                if told[verdict]
            ),
        )
        parts.setdefault(_side(report, row), []).append(finding)
    return Findings(
        tuple(claims.values()),
        tuple((wording.SIDES[side], tuple(parts[side])) for side in wording.SIDES if side in parts),
    )


def summary(report: Report) -> dict[str, Any]:
    """Return the outcome in one sentence, the table of who gained and lost, and the strongest limits."""
    rows = sorted(report.rows("findings"), key=lambda row: row["position"])
    return {
        "outcome": _outcome(report, rows),
        "ledger": _ledger(report, rows) if rows else None,
        "limits": [*_limits_of_design(report), *_limits_of_data(report, rows)],
        "claims": [
            wording.CLAIMS[claim] for claim in wording.CLAIMS if claim in {row["claim"] for row in rows}
        ],
    }


def _outcome(report: Report, rows: list[Row]) -> str:
    told = Counter(_side(report, row) for row in rows)
    parts = [
        f"{wording.whole(told[side])} {words if told[side] == 1 else many}"
        for side, words, many in (
            ("better", "is a gain", "are gains"),
            ("worse", "is a loss", "are losses"),
            ("unchanged", "is unchanged", "are unchanged"),
            ("uncertain", "is uncertain", "are uncertain"),
            ("withheld", "is withheld", "are withheld"),
        )
        if told[side]
    ]
    return f"Of {wording.counted(len(rows), 'finding')}, {wording.listing(parts)}." if rows else ""


def _side(report: Report, row: Row) -> str:
    """Return the column of the summary in which a finding stands."""
    if report.hidden("findings", row, "direction"):
        return "withheld"
    return "uncertain" if row["direction"] in (None, "silent") else row["direction"]


def _ledger(report: Report, rows: list[Row]) -> Grid:
    contested = {row["finding"] for row in report.rows("feedback", {"verdict": "contested"})}
    sides: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        note = " (contested)" if row["finding"] in contested else ""
        label = report.label("indicator", row["indicator"])
        sides.setdefault(row["poverty_group"], {}).setdefault(_side(report, row), []).append(label + note)
    order = sorted(
        sides,
        key=lambda group: (
            group == ALL,
            -len(sides[group].get("worse", [])),
            -len(sides[group].get("better", [])),
            report.rank("poverty_group", group),
        ),
    )
    body = []
    for group in order:
        here = sides[group]
        cells = [Cell(report.label("poverty_group", group))]
        for side in ("better", "worse"):
            style = wording.GAINS[side].style
            cells.append(Cell("", style, items=tuple(here[side])) if here.get(side) else NOTHING)
        for side in ("unchanged", "uncertain"):
            count = len(here.get(side, []))
            cells.append(Cell(wording.whole(count), numeric=True) if count else NOTHING)
        cells.append(Cell(wording.withheld("threshold"), "withheld") if here.get("withheld") else NOTHING)
        body.append(cells)
    labels = [
        "Poverty group",
        *(
            f"{wording.GAINS[side].symbol}\u00a0{words}"
            for side, words in (
                ("better", "Gained"),
                ("worse", "Lost"),
                ("unchanged", "Unchanged"),
                ("uncertain", "Uncertain"),
            )
        ),
        "Withheld",
    ]
    return report.placed("Who gained and who lost, by poverty group", labels, body)


def _limits_of_design(report: Report) -> list[str]:
    plan = report.plan
    limits = []
    if plan.assessment.study_design == "one-off":
        limits.append("The cluster was visited once: what has changed is what people remember.")
    asked = report.has("interviews") or report.has("indicator_estimates")
    if asked and plan.sampling.design in wording.WITHOUT_ERROR:
        limits.append(wording.SAMPLE_DESIGNS[plan.sampling.design])
    claims = {row["claim"] for row in report.rows("findings")}
    if claims and "causal" not in claims:
        limits.append("No finding may be put down to the programme alone: the design does not allow it.")
    unbalanced = report.rows("comparison_balance", {"verdict": "unbalanced"})
    if unbalanced:
        every = report.rows("comparison_balance")
        limits.append(
            f"The programme group and the comparison group differ in {wording.whole(len(unbalanced))} of "
            f"{wording.counted(len(every), 'characteristic')} that were compared: "
            f"{wording.listing(wording.plain(row['covariate']) for row in unbalanced)}."
        )
    if plan.comparison.spill_over:
        limits.append(
            f"The programme may have reached the comparison group: {'; '.join(plan.comparison.spill_over)}."
        )
    return limits


def _limits_of_data(report: Report, rows: list[Row]) -> list[str]:
    limits = []
    contradictions = len(report.rows("triangulation", {"verdict": "contradict"}))
    if contradictions:
        limits.append(
            f"In {wording.counted(contradictions, 'case')} the figures, the interviews and the focus groups "
            "contradict each other; neither side is taken to be wrong."
        )
    contested = {row["finding"] for row in report.rows("feedback", {"verdict": "contested"})}
    if contested:
        were = "finding was" if len(contested) == 1 else "findings were"
        limits.append(f"{wording.whole(len(contested))} {were} contested in a workshop.")
    common = Counter(row["limits"] for row in rows).most_common(MOST_LIMITS_OF_FINDINGS)
    limits += [f"{wording.sentence(words)} ({wording.counted(count, 'finding')})" for words, count in common]
    return limits


# ---- pictures


@dataclass(frozen=True)
class _Change:
    """The change of a group that a panel tells: the row behind it, and against what it is measured."""

    table: str
    row: Row
    value: str
    against: str


def figures(report: Report) -> list[Figure]:
    """Return a picture for each of the few indicators that matter most."""
    return [
        figure
        for number, indicator in enumerate(_chosen(report), start=1)
        if (figure := _figure(report, f"figure-{number}", indicator))
    ]


def _chosen(report: Report) -> list[str]:
    """Return the indicators with a picture: those with a model, then by how many groups gain or lose."""
    modelled = {name for one in report.plan.specification for name in one.indicators}
    moved = Counter(
        row["indicator"]
        for table in ("findings", "wave_changes")
        for row in report.rows(table)
        if row["direction"] in ("better", "worse")
    )
    picked = Counter(row["indicator"] for row in report.rows("indicator_selection") if row["selected"])
    drawn = {row["indicator"] for row in report.rows("indicator_estimates") if row["estimate"] is not None}
    order = sorted(
        drawn,
        key=lambda name: (
            name not in modelled,
            -moved[name],
            -picked[name],
            report.rank("indicator", name),
        ),
    )
    return order[:MOST_FIGURES]


def _plain_estimates(report: Report, indicator: str) -> list[Row]:
    undivided = {"indicator": indicator, "category": ALL, "gender": ALL, "difference": ALL}
    return report.rows("indicator_estimates", undivided)


def _figure(report: Report, ident: str, indicator: str) -> Figure | None:
    rows = _plain_estimates(report, indicator)
    told = {row["poverty_group"] for row in report.rows("findings", {"indicator": indicator})}
    groups = list(dict.fromkeys(row["poverty_group"] for row in rows))
    groups = [group for group in groups if group != ALL or ALL in told or len(groups) == 1]
    rows = [row for row in rows if row["poverty_group"] in groups]
    shown = [
        row
        for row in rows
        if row["estimate"] is not None and not report.hidden("indicator_estimates", row, "estimate")
    ]
    if not shown:
        return None
    unit = report.unit(indicator)
    waves = list(
        dict.fromkeys(row["wave"] for row in sorted(rows, key=lambda row: report.rank("wave", row["wave"])))
    )
    values = [row[end] for row in shown for end in ("estimate", "ci_low", "ci_high") if row[end] is not None]
    scale = charts.scale(
        values, lambda value: wording.quantity(value, unit), least=0 if min(values) >= 0 else None
    )
    changes = {group: _change(report, indicator, group) for group in groups}
    panels = {
        group: _panel(
            report,
            indicator,
            group,
            changes[group],
            [row for row in shown if row["poverty_group"] == group],
            waves,
        )
        for group in groups
    }
    order = sorted(groups, key=lambda group: _from_loss_to_gain(report, indicator, changes[group], group))
    drawn = charts.wave_panels(
        ident,
        [report.short(wave) for wave in waves],
        scale,
        [panels[group] for group in order],
    )
    return Figure(
        ident=ident,
        title=f"{report.label('indicator', indicator)}: {_tally(report, indicator, groups)}",
        unit=wording.unit(unit),
        better=_better(report, indicator),
        low=scale.ticks[0][1],
        high=scale.ticks[-1][1],
        from_zero=scale.low <= 0 <= scale.high,
        both_arms={"programme", "comparison"} <= {row["arm"] for row in shown},
        intervals=any(row["ci_low"] is not None for row in shown),
        panels=tuple(Markup(svg) for svg in drawn),  # noqa: S704
        grid=_estimates_grid(report, indicator),
    )


def _better(report: Report, indicator: str) -> str:
    row = next(iter(report.rows("indicators", {"indicator": indicator})), None)
    return row["better"] if row else ""


def _tally(report: Report, indicator: str, groups: Sequence[str]) -> str:
    """Return the finding of a picture in words: how many groups gained and lost."""
    told = Counter(
        _side(report, row)
        for row in report.rows("findings", {"indicator": indicator})
        if row["poverty_group"] in groups
    )
    words = {
        "worse": "lost",
        "better": "gained",
        "unchanged": "unchanged",
        "uncertain": "uncertain",
        "withheld": "withheld",
    }
    parts = [(wording.whole(told[side]), said) for side, said in words.items() if told[side]]
    if not parts:
        return f"{wording.counted(len(groups), 'group')} compared"
    first = f"{wording.counted(told[next(side for side in words if told[side])], 'group')} {parts[0][1]}"
    return wording.listing([first, *(f"{number} {said}" for number, said in parts[1:])])


def _change(report: Report, indicator: str, group: str) -> _Change | None:
    """Return what the panel of a group tells: the model's estimate, else the change between the waves."""
    key = {"indicator": indicator, "poverty_group": group}
    unit = report.unit(indicator)
    for row in report.rows("impact_estimates", key):
        value = "" if row["estimate"] is None else wording.change(row["estimate"], unit)
        against = "as people remember it" if row["estimator"] == "recall" else "against the comparison group"
        return _Change("impact_estimates", row, value, against)
    changes = report.rows("wave_changes", key)
    for arm in ("programme", ALL):
        for row in [one for one in changes if one["arm"] == arm][-1:]:
            value = "" if row["change"] is None else wording.change(row["change"], unit)
            return _Change("wave_changes", row, value, f"since {report.short(row['from_wave'])}")
    return None


def _found(report: Report, indicator: str, group: str, change: _Change | None) -> tuple[str | None, bool]:
    """Return the direction of a group and whether the finding is contested."""
    for row in report.rows("findings", {"indicator": indicator, "poverty_group": group}):
        verdicts = {one["verdict"] for one in report.rows("feedback", {"finding": row["finding"]})}
        direction = None if report.hidden("findings", row, "direction") else row["direction"]
        return direction, "contested" in verdicts
    return (change.row["direction"] if change else None), False


def _from_loss_to_gain(report: Report, indicator: str, change: _Change | None, group: str) -> tuple[Any, ...]:
    direction, _ = _found(report, indicator, group, change)
    order = ("worse", "uncertain", "unchanged", "better")
    size = 0.0
    if change:
        value = change.row["estimate" if change.table == "impact_estimates" else "change"] or 0.0
        size = -value if _better(report, indicator) == "lower" else value
    place = order.index(direction) if direction in order else len(order)
    return (group == ALL, place, size, report.rank("poverty_group", group))


def _panel(
    report: Report, indicator: str, group: str, change: _Change | None, rows: list[Row], waves: list[str]
) -> charts.Panel:
    unit = report.unit(indicator)
    arms = {row["arm"] for row in rows}
    rows = [row for row in rows if row["arm"] != ALL or arms == {ALL}]
    direction, contested = _found(report, indicator, group, change)
    said = wording.GAINS.get(direction or "")
    verdict = f"{said.symbol} {said.words}" if said else "" if rows else wording.withheld("threshold")
    details: tuple[str, ...] = ()
    if change and not report.hidden(change.table, change.row, "direction"):
        verdict = f"{verdict}: {change.value}".removeprefix(": ") if change.value else verdict
        interval = report.cell(change.table, change.row, "interval")
        details = (change.against, "" if interval is NOTHING else f"95 % interval {interval.text}")
    points = tuple(
        charts.Point(
            waves.index(row["wave"]),
            row["arm"],
            row["estimate"],
            row["ci_low"],
            row["ci_high"],
            wording.quantity(row["estimate"], unit),
        )
        for row in rows
    )
    return charts.Panel(
        heading=report.label("poverty_group", group),
        verdict=f"{verdict} (contested)" if contested else verdict,
        style=said.style if said else "",
        details=details,
        points=points,
        description=_described(report, " ".join((verdict, *details)).strip(), rows, unit),
    )


def _described(report: Report, verdict: str, rows: list[Row], unit: str) -> str:
    """Return a panel in words, for those who do not see it."""
    parts = [verdict]
    for arm in dict.fromkeys(row["arm"] for row in rows):
        told = [
            f"{wording.quantity(row['estimate'], unit)} at {report.short(row['wave'])}"
            for row in rows
            if row["arm"] == arm
        ]
        parts.append(f"{report.label('arm', arm)}: {', '.join(told)}")
    return ". ".join(wording.sentence(part).rstrip(".") for part in parts if part) + "."


def _estimates_grid(report: Report, indicator: str) -> Grid:
    """Return the estimates by wave, divided by at most one of gender, difference and category."""
    divisions = ("gender", "difference", "category")
    rows = [
        row
        for row in report.rows("indicator_estimates", {"indicator": indicator})
        if sum(row[column] != ALL for column in divisions) <= 1
    ]
    caption = f"{report.label('indicator', indicator)}, in {wording.unit(report.unit(indicator))}, by wave"
    columns = {"poverty_group": "Poverty group", **dict.fromkeys(divisions, "")}
    return report.pivot(
        "indicator_estimates", caption, columns, ("wave", "arm"), "estimate_with_interval", rows
    )


def before_and_after(report: Report) -> list[Figure]:
    """Return a picture of each chosen indicator at the first and at the last wave."""
    return [
        figure
        for number, indicator in enumerate(_chosen(report), start=1)
        if (figure := _before_and_after(report, f"since-{number}", indicator))
    ]


def _before_and_after(report: Report, ident: str, indicator: str) -> Figure | None:
    changes = report.rows("wave_changes", {"indicator": indicator})
    if not changes:
        return None
    pair = max(
        ((row["from_wave"], row["to_wave"]) for row in changes),
        key=lambda pair: (report.rank("wave", pair[1]), _reversed(report.rank("wave", pair[0]))),
    )
    last = [row for row in changes if (row["from_wave"], row["to_wave"]) == pair]
    estimates = {
        (row["poverty_group"], row["arm"], row["wave"]): row["estimate"]
        for row in _plain_estimates(report, indicator)
        if not report.hidden("indicator_estimates", row, "estimate")
    }
    rows, values = [], []
    for group in dict.fromkeys(row["poverty_group"] for row in last):
        here = [row for row in last if row["poverty_group"] == group]
        arms = {row["arm"] for row in here}
        pairs = []
        for row in [one for one in here if one["arm"] != ALL or arms == {ALL}]:
            ends = [estimates.get((group, row["arm"], wave)) for wave in pair]
            values += [value for value in ends if value is not None]
            pairs.append(_pair(report, indicator, row, ends, alone=len(arms) == 1))
        rows.append(charts.Row(report.label("poverty_group", group), tuple(pairs)))
    if not values:
        return None
    unit = report.unit(indicator)
    scale = charts.scale(
        values, lambda value: wording.quantity(value, unit), least=0 if min(values) >= 0 else None, tight=True
    )
    label = report.label("indicator", indicator)
    told = "; ".join(f"{row.label}: {', '.join(one.words for one in row.pairs)}" for row in rows)
    first, last = (report.short(wave) for wave in pair)
    return Figure(
        ident=ident,
        title=label,
        unit=wording.unit(unit),
        better=_better(report, indicator),
        low=first,
        high=last,
        from_zero=scale.low <= 0 <= scale.high,
        both_arms=any(len(row.pairs) > 1 for row in rows),
        intervals=False,
        panels=(Markup(charts.pair_rows(ident, f"{label}, {first} to {last}", f"{told}.", scale, rows)),),  # noqa: S704
        grid=_changes_grid(report, f"{label}, change in {wording.unit(unit)}", changes),
    )


def _changes_grid(report: Report, caption: str, rows: Sequence[Row]) -> Grid:
    """Return changes between waves, one column an arm."""
    several = len({row["indicator"] for row in rows}) > 1
    columns = {
        **({"indicator": "Indicator"} if several else {}),
        "poverty_group": "Poverty group",
        "from_wave": "From",
        "to_wave": "To",
    }
    return report.pivot("wave_changes", caption, columns, ("arm",), "change_with_verdict", rows)


def other_changes(report: Report) -> Grid:
    """Return the changes of the indicators that have no picture of their own."""
    drawn = set(_chosen(report))
    rows = [row for row in report.rows("wave_changes") if row["indicator"] not in drawn]
    return _changes_grid(report, "Changes of the other indicators", rows)


def _reversed(rank: tuple[Any, ...]) -> int:
    return -rank[1]


def _pair(report: Report, indicator: str, row: Row, ends: list[float | None], *, alone: bool) -> charts.Pair:
    hidden = report.hidden("wave_changes", row, "change")
    said = wording.VOICES.get(row["direction"] or "") if not hidden else None
    change = "" if row["change"] is None else wording.change(row["change"], report.unit(indicator))
    words = hidden or (f"{said.symbol} {said.words} {change}" if said else change)
    arm = "" if alone else f"{report.label('arm', row['arm'])}: "
    before, after = (None, None) if hidden else ends
    return charts.Pair(arm + words, said.style if said else "", before, after, row["arm"] == "comparison")


# ---- the map, growth, rankings, models


def context_figures(report: Report) -> Grid:
    """Return the official statistics but for those whose growth is told by itself."""
    compared = {row["comparison"] for row in report.rows("sector_growth")}
    told = {
        statistic
        for one in report.plan.growth
        if one.name in compared
        for statistic in (one.statistic, one.printed_index)
    }
    kept = [row for row in report.rows("statistics") if row["statistic"] not in told]
    return report.grid(
        "statistics",
        "Official statistics",
        {
            "statistic": "Statistic",
            "area": "Place",
            "period": "Period",
            "value": "Value",
            "unit": "Unit",
            "status": "Status",
            "source": "Source (year)",
            "note": "Note",
        },
        rows=kept,
    )


def _scoped(covered: bool) -> str:
    return "in scope" if covered else "out of scope"


def scope(report: Report) -> Grid:
    """Return the actors that the assessment covers and those that it does not, with the reason."""
    rows = [
        (report.label("actor", node.node), _scoped(node.covered), node.reason)
        for node in sorted(report.plan.scope.node, key=lambda node: not node.covered)
    ]
    return report.named("Actors inside and outside the scope", ("Actor", "Scope", "Reason"), rows)


def resources(report: Report) -> list[tuple[str, str]]:
    """Return what there is to do the assessment with."""
    given = report.plan.resources
    made = []
    if given.budget:
        made.append(("Budget", f"{wording.exact(given.budget)} {given.currency}".strip()))
    if given.staff_days:
        made.append(("Staff days", wording.exact(given.staff_days)))
    if given.team:
        made.append(("Team", wording.listing(given.team)))
    return made


def waves(report: Report) -> Grid:
    """Return the waves of the plan with their dates."""
    rows = [
        (wave.label or wave.name, wording.WAVE_ROLES[wave.role], wording.period(wave.starts_on, wave.ends_on))
        for wave in report.plan.wave
    ]
    return report.named("Waves of fieldwork", ("Wave", "Role", "Days"), rows)


def priority(report: Report) -> list[str]:
    """Return the mean score of the cluster in a sentence."""
    return [
        f"The mean of the {wording.counted(row['scored'], 'scored characteristic')} is "
        f"{wording.mean(row['score'])}. {wording.whole(row['unscored'])} "
        f"{'has' if row['unscored'] == 1 else 'have'} no score: with all scored, the mean would lie between "
        f"{wording.mean(row['score_low'])} and {wording.mean(row['score_high'])}."
        for row in report.rows("cluster_priorities", {"assessment": report.plan.assessment.id})
        if row["score"] is not None
    ]


def printed_checks(report: Report) -> dict[str, Any]:
    """Return how many printed index figures follow from their levels, and a table of those that do not."""
    rows = report.rows("printed_checks")
    return {
        "all": wording.whole(len(rows)),
        "agreeing": wording.whole(sum(bool(row["agrees"]) for row in rows)),
        "disagreements": report.grid(
            "printed_checks",
            "Printed index figures that do not follow from the printed levels",
            {
                "series": "Series",
                "comparison": "Comparison",
                "period": "Period",
                "printed": "Printed",
                "recomputed": "Recomputed",
            },
            rows=report.rows("printed_checks", {"agrees": False}),
        ),
    }


@dataclass(frozen=True)
class Card:
    """An actor of the value chain in its lane."""

    label: str
    likelihood: str
    likelihood_words: str
    facts: tuple[str, ...]
    served_by: tuple[str, ...]
    scope: str


def lanes(report: Report) -> list[tuple[str, list[Card]]]:
    """Return the actors by stage of the chain, shaded by their likelihood of poverty."""
    likelihoods = {row["actor"]: row["likelihood"] for row in report.rows("poverty_nodes")}
    scoped = {node.node: _scoped(node.covered) for node in report.plan.scope.node}
    served: dict[str, list[str]] = {}
    for row in report.rows("institution_links"):
        served.setdefault(row["actor"], []).append(report.label("letter", row["institution"]))
    made = []
    for stage in STAGES:
        cards = []
        for row in report.rows("actors", {"stage": stage}):
            likelihood = likelihoods.get(row["actor"], "unknown")
            facts = []
            for column, one, many in (
                ("firms", "firm", "firms"),
                ("workers", "worker", "workers"),
                ("women", "woman", "women"),
                ("minorities", "from a minority", "from minorities"),
            ):
                cell = report.cell("actors", row, column)
                if cell is not NOTHING:
                    facts.append(
                        f"{cell.text} {one if cell.text == '1' else many}"
                        if cell.numeric
                        else f"{many}: {cell.text}"
                    )
            cards.append(
                Card(
                    row["label"],
                    likelihood,
                    wording.LIKELIHOODS[likelihood],
                    tuple(facts),
                    tuple(sorted(set(served.get(row["actor"], [])))),
                    scoped.get(row["actor"], ""),
                )
            )
        if cards:
            made.append((wording.capital(stage), cards))
    return made


@dataclass(frozen=True)
class Growth:
    """Growth inside and outside clusters: a picture, its table, and what it is made of."""

    title: str
    finding: str
    picture: Markup
    grid: Grid


def growth(report: Report) -> list[Growth]:
    """Return the comparisons of growth inside and outside, each with its picture."""
    rows = report.rows("sector_growth")
    made = []
    for number, (comparison, span) in enumerate(
        dict.fromkeys((row["comparison"], row["period"]) for row in rows), start=1
    ):
        here = [row for row in rows if (row["comparison"], row["period"]) == (comparison, span)]
        title = f"{report.label('comparison', comparison)}, {span}"
        sectors = {row["sector"]: row for row in here if row["difference_points"] is not None}
        finding = _growth_finding(report, comparison, span, sectors)
        made.append(
            Growth(
                title,
                finding,
                _growth_picture(f"growth-{number}", title, finding, sectors),
                report.pivot(
                    "sector_growth",
                    f"Growth. {title}",
                    {"sector": "Sector", "difference_points": "Inside minus outside, points"},
                    ("setting",),
                    "growth_with_levels",
                    here,
                ),
            )
        )
    return made


def _growth_finding(report: Report, comparison: str, span: str, sectors: Mapping[str, Row]) -> str:
    ahead = sum(row["difference_points"] > 0 for name, row in sectors.items() if name != "TOTAL")
    parts = [
        f"Growth inside was higher than outside in {wording.whole(ahead)} of "
        f"{wording.counted(sum(name != 'TOTAL' for name in sectors), 'sector')}."
    ]
    for row in report.rows("shift_share", {"comparison": comparison, "period": span}):
        points = {
            key: wording.signed(wording.rounded(row[key], 1))
            for key in ("difference_points", "mix_points", "within_points")
        }
        parts.append(
            f"In all sectors together the difference is {points['difference_points']} percentage points: "
            f"{points['mix_points']} from the mix of sectors and {points['within_points']} from within the "
            "sectors. Had each sector grown as outside, the level inside would be "
            f"{wording.whole(row['expected_inside'])} and not {wording.whole(row['actual_inside'])}."
        )
    return " ".join(parts)


def _growth_picture(ident: str, title: str, finding: str, sectors: Mapping[str, Row]) -> Markup:
    rows = [
        charts.Row(
            _sector(name),
            (
                charts.Pair(
                    f"{wording.signed(wording.rounded(row['difference_points'], 1))} points",
                    "",
                    row["outside"],
                    row["inside"],
                ),
            ),
        )
        for name, row in sorted(
            sectors.items(), key=lambda one: (one[0] == "TOTAL", -one[1]["difference_points"])
        )
    ]
    values = [
        value for row in sectors.values() for value in (row["outside"], row["inside"]) if value is not None
    ]
    if not values:
        return Markup("")
    scale = charts.scale(
        [0.0, *values], lambda value: f"{wording.mean(value)}{wording.THIN_SPACE}%", tight=True
    )
    return Markup(charts.pair_rows(ident, title, finding, scale, rows))  # noqa: S704


def rankings(report: Report) -> Grid:
    """Return how each poverty group ranked the indicators, with who voted and how far they agree."""
    rows = report.rows("indicator_selection")
    ranks = report.pivot(
        "indicator_selection",
        "Mean rank of each indicator by poverty group, 1 is most important",
        {"indicator": "Indicator"},
        ("poverty_group",),
        "rank_with_weight",
    )
    groups = list(dict.fromkeys(row["poverty_group"] for row in rows))
    groups.sort(key=lambda group: report.rank("poverty_group", group))
    totals = []
    for column, words in (("voters", "People who ranked"), ("agreement", "Agreement (Kendall’s W)")):
        cells = [Cell(words)]
        for group in groups:
            here = [row for row in rows if row["poverty_group"] == group]
            most = max(here, key=lambda row: row[column] or 0)
            cell = report.cell("indicator_selection", most, column)
            cells.append(replace(cell, numeric=False, label=report.label("poverty_group", group)))
        totals.append(tuple(cells))
    return replace(ranks, rows=(*ranks.rows, *totals) if groups else ())


@dataclass(frozen=True)
class Model:
    """One specification of the impact: how it was estimated, its table, and what its claims rest on."""

    title: str
    facts: tuple[str, ...]
    with_error: bool
    reasons: tuple[tuple[str, str], ...]
    grid: Grid


def models(report: Report) -> list[Model]:
    """Return the impact estimates, one table a specification and term."""
    rows = report.rows("impact_estimates")
    made = []
    for name, term in dict.fromkeys((row["specification"], row["term"]) for row in rows):
        here = [row for row in rows if (row["specification"], row["term"]) == (name, term)]
        first = here[0]
        facts = [f"term: {term}"]
        facts += [
            f"{words}: {first[column]}"
            for column, words in (
                ("fixed_effects", "fixed effects"),
                ("covariates", "covariates"),
                ("filter", "rows"),
                ("weight", "weight"),
            )
            if first[column]
        ]
        if first["error_type"]:
            facts.append(f"standard errors: {wording.ERROR_TYPES[first['error_type']]}")
        title = wording.plain(f"{name}: {wording.ESTIMATORS[first['estimator']]}")
        title = wording.capital(title)
        made.append(
            Model(
                title,
                tuple(facts),
                any(row["standard_error"] is not None for row in here),
                tuple(dict.fromkeys((wording.CLAIMS[row["claim"]], row["claim_reason"]) for row in here)),
                report.grid(
                    "impact_estimates",
                    f"Estimates. {title}",
                    {
                        "poverty_group": "Poverty group",
                        "direction": "Verdict",
                        "estimate": "Estimate",
                        "standard_error": "Standard error",
                        "interval": "95 % interval",
                        "p_value": "p",
                        "respondents": "People",
                        "clusters": "Clusters",
                        **({"claim": "Claim"} if len({row["claim"] for row in here}) > 1 else {}),
                    },
                    rows=here,
                    parted_by="indicator",
                ),
            )
        )
    return made
