"""Poverty in money and in capabilities: a part a specification, with its rules in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from schemas.vocabulary import ALL
from tasks.publish import charts, grids, wording
from tasks.publish.cells import cell_of
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, ngettext, recorded, told
from tasks.translations import N_

HEADLINE = {"poverty": "headcount", "capability": "adjusted_headcount"}
"""The measure by which groups are told apart."""
_WEIGHTS = Words(
    {
        "equal": N_("All dimensions weigh the same."),
        "given": N_("The weights of the dimensions are those of the plan."),
        "nested": N_("The states of Box 1 weigh the same, and within each its dimensions do."),
        "ranking": N_(
            "Each group’s own ranking gives the weights of its people: what they find most important."
        ),
    }
)
_MISSING = Words(
    {
        "drop": N_("Who has not answered on every dimension is left out, and never counted as not poor"),
        "reweight": N_(
            "Who has not answered on a dimension is scored by the others; without any answer, left out"
        ),
        "": N_("Who has not answered is left out"),
    }
)
_GINI = Words(
    {
        "trapezoid": N_("The Gini index is the one by trapezoids under the Lorenz curve."),
        "rank": N_("The Gini index is the one by ranks."),
    }
)


@dataclass(frozen=True)
class Measured:
    """One specification: its rules, its figures for everyone, by group and by dimension, and their change."""

    title: str
    rules: tuple[str, ...]
    lines: Grid | None
    dimensions: Grid | None
    weights: Grid | None
    everyone: Grid | None
    groups: Grid | None
    by_dimension: Grid | None
    finding: str
    picture: Markup
    with_error: bool
    changes: Grid | None


def poverty(report: Report) -> list[Measured]:
    """Return each specification of poverty, in the order of the plan, once a wave is there."""
    return [
        _measured(report, f"contributions-{number}", one)
        for number, one in enumerate(report.rows("poverty_specifications"), start=1)
        if report.rows("poverty_measures", {"specification": one["specification"]})
    ]


def _measured(report: Report, ident: str, one: Row) -> Measured:
    name, title = one["specification"], recorded(one["label"])
    every = report.rows("poverty_measures", {"specification": name})
    rows = [row for row in every if row["no_figure"] is None]
    whole = [row for row in rows if row["dimension"] == ALL and _undivided(row)]
    headline = HEADLINE[one["kind"]]
    finding, picture = _picture(report, ident, one, rows)
    heading = wording.POVERTY_MEASURES[headline]
    divided = [row for row in rows if row["measure"] == headline and not _undivided(row)]
    changes = [
        row
        for row in report.rows("poverty_changes", {"specification": name, "measure": headline})
        if row["gender"] == ALL
    ]
    return Measured(
        title=title,
        rules=tuple(wording.sentence(rule) for rule in _rules(report, one, every)),
        lines=_lines(report, one),
        dimensions=_dimensions(report, one),
        weights=_weights(report, one),
        everyone=_by_wave(
            report,
            _("{measured}: all measures, for everyone").format(measured=title),
            {"measure": _("Measure")},
            whole,
        )
        if whole
        else None,
        groups=_by_wave(
            report,
            _("{measured}: {measure}, by group").format(measured=title, measure=heading),
            {"poverty_group": _("Poverty group"), "gender": ""},
            divided,
        )
        if divided
        else None,
        by_dimension=_by_dimension(report, one, rows),
        finding=finding,
        picture=picture,
        with_error=any(row["standard_error"] is not None for row in rows),
        changes=grids.pivot(
            report,
            "poverty_changes",
            _("{measured}: {measure}, change").format(measured=title, measure=heading),
            {"poverty_group": _("Poverty group"), "from_wave": _("From"), "to_wave": _("To")},
            ("arm",),
            "change_with_interval",
            changes,
        )
        if changes
        else None,
    )


def _undivided(row: Row) -> bool:
    return row["poverty_group"] == ALL and row["gender"] == ALL


def _by_wave(report: Report, caption: str, columns: dict[str, str], rows: list[Row]) -> Grid:
    return grids.pivot(
        report, "poverty_measures", caption, columns, ("wave", "arm"), "estimate_with_interval", rows
    )


def _rules(report: Report, one: Row, rows: list[Row]) -> Iterator[str]:
    """Yield what a reader has to know of how it was measured, a sentence each."""
    unit = told(one["unit"] or "")
    if one["kind"] == "poverty":
        yield _("Measured is {value}; unit: {unit}").format(value=_in_words(report, one["value"]), unit=unit)
        if one["line"] == "as in the table of lines":
            yield _("Somebody is poor who has less than the line of their area and wave, listed below")
        elif "%" in one["line"]:
            yield _("Somebody is poor who has less than {line}").format(line=told(one["line"]))
        else:
            yield _("Somebody is poor who has less than {line} {unit}").format(
                line=told(one["line"]), unit=unit
            )
        yield from _prices(report, one)
        yield _GINI.get(one["gini"], "")
    else:
        yield _("Somebody is poor who is deprived in dimensions with {share} of the weights or more").format(
            share=wording.quantity(one["k"], "share")
        )
        yield _WEIGHTS.get(one["weights"], "")
    if one["people"]:
        yield _(
            "A respondent stands for as many people as {number} says, so that the figures are of people"
        ).format(number=_in_words(report, one["people"]))
    else:
        yield _("The figures are of people like the respondents, by their weights")
    yield _left_out(report, one, rows)
    for row in rows:
        if row["no_figure"] is not None:
            yield _("There is no figure of {wave}. {reason}").format(
                wave=report.short(row["wave"]), reason=told(row["no_figure"])
            )
    measured = [row for row in rows if row["no_figure"] is None]
    if measured and all(row["standard_error"] is None for row in measured):
        yield _("No error can be given for these figures")


def _in_words(report: Report, expression: str) -> str:
    """Return what an expression measures: its indicator, or the column's name; tables/ has expressions."""
    for row in report.rows("indicators"):
        if expression in (row["indicator"], row["value"]):
            return _("“{indicator}”").format(indicator=recorded(row["label"]))
    if expression.isidentifier():
        return wording.column(expression)
    return _("what the plan computes from several answers (the expression stands in the annex)")


def _prices(report: Report, one: Row) -> Iterator[str]:
    rows = report.rows("poverty_lines", {"specification": one["specification"]})
    if any(row["price_index"] is not None for row in rows):
        yield _("Values are put at base prices by the price indices below")
    elif len(report.plan.wave) > 1:
        yield _("Values are taken as they were told, without a correction for prices")
    if any(row["ppp"] is not None for row in rows):
        yield _("They are put into the line’s money by the purchasing power parities below")


def _left_out(report: Report, one: Row, rows: list[Row]) -> str:
    """Return the rule for missing answers, and how many it left out in each wave."""
    by_wave = [
        ngettext("{number} respondent ({wave})", "{number} respondents ({wave})", row["left_out"]).format(
            number=wording.whole(row["left_out"]), wave=report.short(row["wave"])
        )
        for row in rows
        if row["measure"] == "headcount" and _undivided(row) and row["arm"] == ALL and row["left_out"]
    ]
    rule = _MISSING.get(one["missing"] or "", _MISSING[""])
    return wording.headed(rule, wording.listing(by_wave))


def _lines(report: Report, one: Row) -> Grid | None:
    rows = report.rows("poverty_lines", {"specification": one["specification"]})
    if not rows:
        return None
    columns = {
        "area": _("Area"),
        "wave": _("Wave"),
        "line": _("Line, {unit}").format(unit=told(one["unit"] or "")),
        "price_index": _("Price index"),
        "ppp": _("Purchasing power parity"),
    }
    caption = _("{measured}: lines and prices").format(measured=recorded(one["label"]))
    return grids.grid(report, "poverty_lines", caption, columns, rows=rows)


def _dimensions(report: Report, one: Row) -> Grid | None:
    rows = report.rows("capability_dimensions", {"specification": one["specification"]})
    if not rows:
        return None
    columns = {
        "label": _("Deprived, by dimension"),
        "indicator": _("Indicator"),
        "box_1": _("State of well-being (Box 1)"),
    }
    rows = sorted(rows, key=lambda row: row["position"])
    caption = _("{measured}: dimensions").format(measured=recorded(one["label"]))
    return grids.grid(report, "capability_dimensions", caption, columns, rows=rows, as_given=True)


def _weights(report: Report, one: Row) -> Grid | None:
    rows = report.rows("capability_weights", {"specification": one["specification"]})
    if not rows or one["weights"] == "equal":
        return None
    caption = _("{measured}: weights of the dimensions").format(measured=recorded(one["label"]))
    columns = {"dimension": _("Dimension")}
    return grids.pivot(report, "capability_weights", caption, columns, ("poverty_group",), "weight", rows)


def _last(report: Report, rows: list[Row]) -> list[Row]:
    """Return the rows of a dimension for everyone in the last wave."""
    whole = [row for row in rows if row["dimension"] != ALL and _undivided(row) and row["arm"] == ALL]
    if not whole:
        return []
    wave = max((row["wave"] for row in whole), key=lambda wave: report.rank("wave", wave))
    return [row for row in whole if row["wave"] == wave]


def _by_dimension(report: Report, one: Row, rows: list[Row]) -> Grid | None:
    last = _last(report, rows)
    if not last:
        return None
    caption = _("{measured}: by dimension, everyone, {wave}").format(
        measured=recorded(one["label"]), wave=report.short(last[0]["wave"])
    )
    return grids.pivot(
        report,
        "poverty_measures",
        caption,
        {"dimension": _("Dimension")},
        ("measure",),
        "estimate_with_interval",
        last,
    )


def _picture(report: Report, ident: str, one: Row, rows: list[Row]) -> tuple[str, Markup]:
    """Return a finding, and what each dimension adds to the adjusted headcount, largest first."""
    parts = [
        row
        for row in _last(report, rows)
        if row["measure"] == "contribution"
        and row["estimate"] is not None
        and not report.hidden("poverty_measures", row, "estimate")
    ]
    if not parts:
        return "", Markup()
    parts.sort(key=lambda row: (-row["estimate"], report.rank("dimension", row["dimension"])))
    spans = []
    for row in parts:
        share = wording.quantity(row["estimate"], "share")
        ends = [row["estimate"] if row[end] is None else row[end] for end in ("ci_low", "ci_high")]
        interval = wording.span(*(wording.quantity(end, "share") for end in ends))
        words = share
        if row["ci_low"] is not None:
            words = _("{figure}, 95 % interval {interval}").format(figure=share, interval=interval)
        label = cell_of(report, "poverty_measures", row, "dimension").text
        spans.append(charts.Span(label, ends[0], row["estimate"], ends[1], words))
    values = [0.0, *(end for span in spans for end in (span.low, span.high))]
    scale = charts.scale(values, lambda value: wording.quantity(value, "share"), least=min(values))
    most, wave = wording.quantity(spans[0].middle, "share"), report.short(parts[0]["wave"])
    title = _("{dimension} adds most: {share} of the adjusted headcount ({wave})").format(
        dimension=spans[0].label, share=most, wave=wave
    )
    each = wording.in_a_row(*(wording.headed(span.label, span.words) for span in spans))
    told_of = _("What each dimension adds, {measured}, everyone.").format(measured=recorded(one["label"]))
    described = f"{title}. {told_of} {each}."
    return title, Markup(charts.span_rows(ident, title, described, scale, spans))  # noqa: S704
