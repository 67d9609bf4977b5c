"""Tables as they are placed: rows and columns of finished cells, from released tables or from plain texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from schemas.vocabulary import ALL, HELD_VERDICTS
from tasks.publish import wording
from tasks.publish.cells import NOTHING, Cell, cell_of, is_told
from tasks.publish.report import RELEASED, Report, Row, at
from tasks.tongue import _


@dataclass(frozen=True)
class Grid:
    """A table as it is placed: an id, a caption, headings (label, numeric) and rows of cells.

    alike: a sentence on the columns that would say the same in every row, and are left out.
    """

    ident: str
    caption: str
    headings: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    alike: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether it has so many columns that its letters are smaller."""
        return len(self.headings) > MANY_COLUMNS


MANY_COLUMNS = 8
"""Columns beyond which a table is hard to read on paper."""
FEWEST_ALIKE = 4
"""Rows, and columns, that a table has at least from which on what they share is said once, below it."""


def grid(
    report: Report,
    name: str,
    caption: str,
    columns: Mapping[str, str],
    *,
    rows: Sequence[Row] | None = None,
    parted_by: str = "",
    as_given: bool = False,
) -> Grid:
    """Return a table with these columns (name -> heading); a column without any entry is left out.

    rows: those of the table, unless only some of them are to be told; they stand in the order of the
    columns that make the key, or `as_given`. parted_by: a column that becomes a line above the rows that
    share it.
    """
    key = RELEASED[name].about().key
    order = [column for column in (parted_by, *columns) if column in key]
    order += [column for column in key if column not in order]
    rows = report.rows(name) if rows is None else rows
    if not as_given:
        rows = sorted(rows, key=lambda row: report.ranked(order, at(row, order)))
        rows = sorted(rows, key=_ORDERS.get(name, lambda _: 0))
    body, part = [], None
    for row in rows:
        if parted_by and row[parted_by] != part:
            part = row[parted_by]
            body.append([replace(cell_of(report, name, row, parted_by), span=len(columns))])
        body.append([cell_of(report, name, row, column) for column in columns])
    return placed(report, caption, list(columns.values()), body)


def pivot(
    report: Report,
    name: str,
    caption: str,
    columns: Mapping[str, str],
    across: Sequence[str],
    value: str,
    rows: Sequence[Row] | None = None,
    *,
    parted_by: str = "",
    as_given: bool = False,
) -> Grid:
    """Return a table with a column for each word of `across` (or pair of words) in which `value` stands.

    A column without a heading keeps rows apart and is not shown; one that says the same in all rows is
    left out, but for the first. rows: those of the table, unless only some of them are to be told.
    parted_by: one of the columns, which becomes a line above the rows that share it where several do.
    as_given: the lines stand in the order of the rows, not in that of the report.
    """
    rows = report.rows(name) if rows is None else rows
    if "arm" in across:
        rows = _by_arm(rows, columns)
    parted_by = parted_by if _are_several(rows, parted_by, columns) else ""
    first = next(column for column in columns if column != parted_by)
    columns = {
        column: heading
        for column, heading in columns.items()
        if column in (first, parted_by) or len({row[column] for row in rows}) > 1
    }
    headings = [heading for column, heading in columns.items() if heading and column != parted_by]
    across = [one for one in across if len({row[one] for row in rows}) > 1] or list(across[:1])
    heads = sorted({at(row, across) for row in rows}, key=lambda head: report.ranked(across, head))
    lines: dict[tuple[Any, ...], dict[Any, Row]] = {}
    for row in rows:
        lines.setdefault(at(row, columns), {})[at(row, across)] = row
    body, part = [], None
    order = lines if as_given else sorted(lines, key=lambda line: report.ranked(tuple(columns), line))
    for line in order:
        some = next(iter(lines[line].values()))
        if parted_by and some[parted_by] != part:
            part = some[parted_by]
            body.append([replace(cell_of(report, name, some, parted_by), span=len(headings) + len(heads))])
        cells = [
            cell_of(report, name, some, column)
            for column, heading in columns.items()
            if heading and column != parted_by
        ]
        cells += [
            cell_of(report, name, lines[line][head], value) if head in lines[line] else NOTHING
            for head in heads
        ]
        body.append(cells)
    labels = [_heading(report, across, head) for head in heads]
    return placed(report, caption, [*headings, *labels], body)


def _are_several(rows: Sequence[Row], parted_by: str, columns: Iterable[str]) -> bool:
    """Return whether a table has more lines than different words in the column that may part it."""
    if not parted_by:
        return False
    return len({at(row, columns) for row in rows}) > len({row[parted_by] for row in rows})


def named(report: Report, caption: str, labels: Sequence[str], rows: Iterable[Sequence[str]]) -> Grid:
    """Return a table of plain texts."""
    return placed(
        report, caption, labels, [[Cell(text) if text else NOTHING for text in row] for row in rows]
    )


def placed(report: Report, caption: str, labels: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Grid:
    """Return the grid: columns without a figure left out, neighbouring withheld cells made one.

    A row of a single cell is the line above a part of the table.
    """
    full = [row for row in rows if len(row) == len(labels)]
    kept = [column for column, _ in enumerate(labels) if column == 0 or _tells([row[column] for row in full])]
    alike = [column for column in kept[1:] if _is_said_once([row[column] for row in full], len(kept))]
    kept = [column for column in kept if column not in alike]
    figures = {column for column in kept if column and _is_of_figures([row[column] for row in full])}
    headings = tuple((labels[column], column in figures) for column in kept)
    body = []
    for row in rows:
        if len(row) < len(labels):
            body.append((replace(row[0], span=len(kept)),))
        else:
            cells = [
                replace(row[column], label=labels[column], numeric=_at_right(row[column], column in figures))
                for column in kept
            ]
            body.append(tuple(_merged(cells)))
    said = wording.in_a_row(*(wording.headed(labels[column], _words(full[0][column])) for column in alike))
    shared = _("In every row – {columns}.").format(columns=said) if said else ""
    return Grid(report.next_table(), caption, headings, tuple(body), shared)


def _is_said_once(cells: Sequence[Cell], columns: int) -> bool:
    """Return whether a column says one thing in all rows of a table that is hard to read without need.

    columns: how many the table has. Figures stay where they are, but in a table of many columns.
    """
    if columns <= FEWEST_ALIKE or len(cells) < FEWEST_ALIKE or any(cell != cells[0] for cell in cells):
        return False
    plain = is_told(cells[0]) and not (cells[0].style or cells[0].symbol or cells[0].items)
    return plain and (columns > MANY_COLUMNS or not cells[0].numeric)


def _words(cell: Cell) -> str:
    return f"{cell.text} ({cell.note})" if cell.note else cell.text


def _heading(report: Report, kinds: Sequence[str], values: Sequence[Any]) -> str:
    words = (
        report.short(value) if kind == "wave" else report.label(kind, value)
        for kind, value in zip(kinds, values, strict=True)
    )
    return wording.capital(wording.headed(*words))


def _by_arm(rows: Sequence[Row], columns: Iterable[str]) -> list[Row]:
    """Return the rows without those of both arms together, where the arms stand apart as well."""
    columns = tuple(columns)
    apart = {at(row, columns) for row in rows if row["arm"] != ALL}
    return [row for row in rows if row["arm"] != ALL or at(row, columns) not in apart]


def _is_of_figures(cells: Sequence[Cell]) -> bool:
    """Return whether a column is one of figures, by its entries; by what is not told where it has none."""
    return any(cell.numeric for cell in [cell for cell in cells if is_told(cell)] or cells)


def _at_right(cell: Cell, among_figures: bool) -> bool:
    """Return whether a cell stands at the right: a figure, and what stands in place of one."""
    return among_figures if not is_told(cell) else cell.numeric


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
            merged[-1] = replace(last, span=last.span + 1, label=label, numeric=False)
        else:
            merged.append(cell)
    return merged


_ORDERS: dict[str, Callable[[Row], Any]] = {
    "triangulation": lambda row: ("contradict", "agree", "single source", "silent", None).index(
        row["verdict"]
    ),
    "coder_agreement": lambda row: row["code"] != ALL,
    "diagram_links": lambda row: -(row["drawings"] or 0),
    "feedback": lambda row: ("contested", "comment", "confirmed").index(row["verdict"]),
    "earlier_findings": lambda row: (*HELD_VERDICTS, None).index(row["verdict"]),
    "form_changes": lambda row: row["indicators"] is None,
    "characteristic_scores": lambda row: row["position"],
    "printed_checks": lambda row: bool(row["agrees"]),
    "poverty_nodes": lambda row: -(row["kinds_poor"] or 0),
    "poverty_groups": lambda row: not row["planned"],
    "informant_tree": lambda row: ("actor", "institution", "other").index(row["side"]),
    "mapping_checklist": lambda row: row["position"],
    "instruments": lambda row: row["position"],
}
"""Table -> what its rows are ordered by first; within that the order of the report."""
