"""The pictures of the indicators that matter most, one panel a poverty group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from schemas.vocabulary import ALL
from tasks.publish import charts, grids, wording
from tasks.publish.cells import NOTHING, cell_of, side_by_side
from tasks.publish.grids import Grid
from tasks.publish.report import RELEASED, Report, Row, at
from tasks.publish.sections.findings import side_of
from tasks.references import reference_of
from tasks.tongue import _, ngettext
from tasks.translations import NN_

MOST_FIGURES = 4


@dataclass(frozen=True)
class Figure:
    """A picture: its panels as SVG, what a reader must know to read them, and the same as a table.

    No panels, and only the table, where nothing has moved yet: one point a line is no picture. number: among
    those with panels.
    """

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
    is_ranked: bool = False
    """Whether the panels stand in the order of the changes that they tell."""
    number: int = 0


@dataclass(frozen=True)
class _Change:
    """The change of a group that a panel tells: the row behind it, and against what it is measured."""

    table: str
    row: Row
    value: str
    against: str


def figures(report: Report) -> list[Figure]:
    """Return a picture for each of the few indicators that matter most, or the table that stands for it."""
    made: list[Figure] = []
    for indicator in _set_apart(report):
        number = 1 + sum(bool(one.panels) for one in made)
        made.append(_figure(report, number, f"figure-{len(made) + 1}", indicator))
    return made


def chosen(report: Report) -> list[str]:
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


def _set_apart(report: Report) -> list[str]:
    """Return the chosen indicators with a place of their own: what moved, or what a table of lines tells."""
    return [
        one
        for one in chosen(report)
        if (shown := _shown(report, one)) and (_moves(shown) or _has_lines(report, one))
    ]


def other_estimates(report: Report) -> Grid:
    """Return the estimates of whole groups in the indicators that have no place of their own."""
    apart = set(_set_apart(report))
    rows = [
        row
        for row in report.rows("indicator_estimates", {"gender": ALL, "difference": ALL})
        if row["indicator"] not in apart
    ]
    columns = {"indicator": _("Indicator"), "poverty_group": _("Poverty group"), "category": ""}
    caption = _("Estimates of the other indicators") if apart else _("Estimates of the indicators")
    return grids.pivot(
        report,
        "indicator_estimates",
        caption,
        columns,
        ("wave", "arm"),
        "estimate_with_interval",
        rows,
        parted_by="indicator",
    )


def plain_estimates(report: Report, indicator: str) -> list[Row]:
    """Return the estimates of an indicator that no category, gender or difference divides."""
    undivided = {"indicator": indicator, "category": ALL, "gender": ALL, "difference": ALL}
    return report.rows("indicator_estimates", undivided)


def better(report: Report, indicator: str) -> str:
    """Return which direction of an indicator is better, if that is known."""
    row = next(iter(report.rows("indicators", {"indicator": indicator})), None)
    return row["better"] if row else ""


def _of_panels(report: Report, indicator: str) -> list[Row]:
    """Return the estimates of the groups that have a panel: everyone where a finding tells of all groups."""
    rows = plain_estimates(report, indicator)
    told = {row["poverty_group"] for row in report.rows("findings", {"indicator": indicator})}
    groups = {row["poverty_group"] for row in rows}
    kept = groups if ALL in told or len(groups) == 1 else groups - {ALL}
    return [row for row in rows if row["poverty_group"] in kept]


def _shown(report: Report, indicator: str) -> list[Row]:
    return [
        row
        for row in _of_panels(report, indicator)
        if row["estimate"] is not None and not report.hidden("indicator_estimates", row, "estimate")
    ]


def _moves(shown: Sequence[Row]) -> bool:
    """Return whether any line of a picture has two points: a group and arm at more than one wave."""
    lines = Counter((row["poverty_group"], row["arm"]) for row in shown)
    return max(lines.values(), default=0) > 1


def _figure(report: Report, number: int, ident: str, indicator: str) -> Figure:
    rows, shown = _of_panels(report, indicator), _shown(report, indicator)
    groups = list(dict.fromkeys(row["poverty_group"] for row in rows))
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
    tally = _tally(report, indicator, groups)
    return Figure(
        ident=ident,
        title=wording.headed(report.label("indicator", indicator), tally),
        unit=wording.unit(unit),
        better=better(report, indicator),
        low=scale.ticks[0][1],
        high=scale.ticks[-1][1],
        from_zero=scale.low <= 0 <= scale.high,
        both_arms={"programme", "comparison"} <= {row["arm"] for row in shown},
        intervals=any(row["ci_low"] is not None for row in shown),
        panels=tuple(Markup(svg) for svg in drawn) if _moves(shown) else (),  # noqa: S704
        grid=_estimates_grid(report, indicator),
        is_ranked=any(changes.values()),
        number=number,
    )


def _tally(report: Report, indicator: str, groups: Sequence[str]) -> str:
    """Return the finding of a picture in words: how many groups gained and lost; "" of everyone alone."""
    told = Counter(
        side_of(report, row)
        for row in report.rows("findings", {"indicator": indicator})
        if row["poverty_group"] in groups
    )
    sides = [side for side in _TALLY if told[side]]
    if not sides and len(groups) < 2:
        return ""
    if not sides:
        compared = ngettext("{n} group compared", "{n} groups compared", len(groups))
        return compared.format(n=wording.whole(len(groups)))
    forms = [_TALLY_FIRST[sides[0]], *(_TALLY[side] for side in sides[1:])]
    return wording.listing(
        ngettext(*form, told[side]).format(n=wording.whole(told[side]))
        for side, form in zip(sides, forms, strict=True)
    )


_TALLY = {
    "worse": NN_("{n} lost", "{n} lost"),
    "better": NN_("{n} gained", "{n} gained"),
    "unchanged": NN_("{n} unchanged", "{n} unchanged"),
    "uncertain": NN_("{n} uncertain", "{n} uncertain"),
    "withheld": NN_("{n} withheld", "{n} withheld"),
}
_TALLY_FIRST = {
    "worse": NN_("{n} group lost", "{n} groups lost"),
    "better": NN_("{n} group gained", "{n} groups gained"),
    "unchanged": NN_("{n} group unchanged", "{n} groups unchanged"),
    "uncertain": NN_("{n} group uncertain", "{n} groups uncertain"),
    "withheld": NN_("{n} group withheld", "{n} groups withheld"),
}
"""How many groups stand on a side, as the first of a row says it; the others leave the word out."""


def _change(report: Report, indicator: str, group: str) -> _Change | None:
    """Return what the panel of a group tells: the estimate of its finding, else how it changed over time."""
    key = {"indicator": indicator, "poverty_group": group}
    unit = report.unit(indicator)
    found = {one["figure"] for one in report.rows("findings", key)}
    for row in report.rows("impact_estimates", key):
        if reference_of(RELEASED["impact_estimates"], row) not in found:
            continue  # another term of the model, or another model
        value = "" if row["estimate"] is None else wording.change(row["estimate"], unit, side_by_side(row))
        against = wording.AGAINST.get(row["estimator"]) or _("against the comparison group")
        return _Change("impact_estimates", row, value, against)
    changes = report.rows("wave_changes", key)
    for arm in ("programme", ALL):
        for row in [one for one in changes if one["arm"] == arm][-1:]:
            value = "" if row["change"] is None else wording.change(row["change"], unit, side_by_side(row))
            since = _("since {wave}").format(wave=report.short(row["from_wave"]))
            return _Change("wave_changes", row, value, since)
    return None


def _found(report: Report, indicator: str, group: str, change: _Change | None) -> tuple[str | None, bool]:
    """Return the direction of a group and whether the finding is contested."""
    for row in report.rows("findings", {"indicator": indicator, "poverty_group": group}):
        verdicts = {one["verdict"] for one in report.rows("feedback", {"finding": row["finding"]})}
        direction = None if report.hidden("findings", row, "direction") else row["direction"]
        return direction, "contested" in verdicts
    return (change.row["direction"] if change else None), False


def _from_loss_to_gain(report: Report, indicator: str, change: _Change | None, group: str) -> tuple[Any, ...]:
    direction = _found(report, indicator, group, change)[0]
    order = ("worse", "uncertain", "unchanged", "better")
    size = 0.0
    if change:
        value = change.row["estimate" if change.table == "impact_estimates" else "change"] or 0.0
        size = -value if better(report, indicator) == "lower" else value
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
        verdict = wording.headed(verdict, change.value)
        interval = cell_of(report, change.table, change.row, "interval")
        ends = _("95 % interval {interval}").format(interval=interval.text)
        details = (change.against, "" if interval is NOTHING else ends)
    points = tuple(
        charts.Point(
            waves.index(row["wave"]),
            row["arm"],
            row["estimate"],
            row["ci_low"],
            row["ci_high"],
            wording.quantity(row["estimate"], unit, side_by_side(row)),
        )
        for row in rows
    )
    return charts.Panel(
        heading=report.label("poverty_group", group),
        verdict=_("{verdict} (contested)").format(verdict=verdict) if contested else verdict,
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
            _("{figure} at {wave}").format(
                figure=wording.quantity(row["estimate"], unit, side_by_side(row)),
                wave=report.short(row["wave"]),
            )
            for row in rows
            if row["arm"] == arm
        ]
        parts.append(wording.headed(report.label("arm", arm), ", ".join(told)))
    return ". ".join(wording.sentence(part).rstrip(".") for part in parts if part) + "."


_DIVISIONS = ("gender", "difference", "category")


def _divided(report: Report, indicator: str) -> list[Row]:
    """Return the estimates that at most one of gender, difference and category divides."""
    return [
        row
        for row in report.rows("indicator_estimates", {"indicator": indicator})
        if sum(row[column] != ALL for column in _DIVISIONS) <= 1
    ]


def _has_lines(report: Report, indicator: str) -> bool:
    """Return whether the table of an indicator has more lines than one."""
    return len({at(row, ("poverty_group", *_DIVISIONS)) for row in _divided(report, indicator)}) > 1


def _estimates_grid(report: Report, indicator: str) -> Grid:
    rows = _divided(report, indicator)
    caption = _("{indicator}. Unit: {unit}").format(
        indicator=report.label("indicator", indicator), unit=wording.unit(report.unit(indicator))
    )
    columns = {"poverty_group": _("Poverty group"), **dict.fromkeys(_DIVISIONS, "")}
    return grids.pivot(
        report, "indicator_estimates", caption, columns, ("wave", "arm"), "estimate_with_interval", rows
    )
