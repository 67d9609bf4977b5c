"""Effects of staggered starts: their order in the table, and a picture by the waves since the start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from schemas.vocabulary import ALL
from tasks.publish import charts, wording
from tasks.publish.cells import side_by_side
from tasks.publish.report import Report, Row
from tasks.tongue import _, told
from tasks.translations import N_

HOW_AVERAGED = N_(
    "The row overall averages, for those of each start, all waves from it on, and then the starts by their"
    " number of people. Rows before the start test whether those of different starts changed alike until"
    " then: nothing should be found there. Where something is (p under 0.05), the claim is lowered."
)
_SINCE = re.compile(r"(\d+) waves? (before|after) its start$")


def compared_with(report: Report, name: str) -> str:
    """Return with whom a specification of the plan compares those of each start."""
    one = next(one for one in report.plan.specification if one.name == name)
    return wording.STARTS_COMPARED_WITH[one.compared_with]


def in_order(report: Report, rows: Iterable[Row]) -> list[Row]:
    """Return the rows by indicator and group: the overall effect, then by the waves since the start."""
    order = ("indicator", "poverty_group")
    return sorted(
        rows, key=lambda row: (report.ranked(order, (row[order[0]], row[order[1]])), _event(row["term"]))
    )


def _event(term: str) -> tuple[bool, int]:
    """Return the place of a term: whether it is by waves since the start, and by how many."""
    if found := _SINCE.search(term):
        return True, int(found[1]) * (-1 if found[2] == "before" else 1)
    return term.endswith("at its start"), 0


def pictures(report: Report, ident: str, rows: Sequence[Row]) -> tuple[tuple[str, Markup], ...]:
    """Return for each indicator a finding and its picture for everyone, where there are intervals to draw."""
    made = []
    for number, indicator in enumerate(dict.fromkeys(row["indicator"] for row in rows), start=1):
        shown = [
            row
            for row in rows
            if (row["indicator"], row["poverty_group"]) == (indicator, ALL)
            and row["ci_low"] is not None
            and not report.hidden("impact_estimates", row, "estimate")
        ]
        by_event = [row for row in shown if _event(row["term"])[0]]
        overall = next((row for row in shown if not _event(row["term"])[0]), None)
        if overall and by_event:
            made.append(_picture(report, f"{ident}-{number}", indicator, overall, by_event))
    return tuple(made)


def _picture(
    report: Report, ident: str, indicator: str, overall: Row, rows: Sequence[Row]
) -> tuple[str, Markup]:
    unit = report.unit(indicator)
    spans = []
    for row in rows:
        words = _words(row, unit)
        label = wording.capital(told(row["term"].partition(", ")[2]))
        spans.append(charts.Span(label, row["ci_low"], row["estimate"], row["ci_high"], words))
    values = [0.0, *(end for span in spans for end in (span.low, span.high))]
    scale = charts.scale(values, lambda value: wording.change(value, unit))
    finding = _("{indicator}, from the start on: {figure}").format(
        indicator=report.label("indicator", indicator), figure=_words(overall, unit)
    )
    each = wording.in_a_row(*(wording.headed(span.label, span.words) for span in spans))
    drawn = charts.span_rows(ident, finding, f"{finding}. {each}.", scale, spans)
    return finding, Markup(drawn)  # noqa: S704


def _words(row: Row, unit: str) -> str:
    beside = side_by_side(row)
    interval = wording.span(*(wording.change(row[end], unit, beside) for end in ("ci_low", "ci_high")))
    return _("{figure}, 95 % interval {interval}").format(
        figure=wording.change(row["estimate"], unit, beside), interval=interval
    )
