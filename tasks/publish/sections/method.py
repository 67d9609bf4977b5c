"""Method and lineage: the inputs and the libraries that the report was made with."""

from __future__ import annotations

from collections.abc import Iterable

from tasks import expressions
from tasks.publish import grids
from tasks.publish.grids import Grid
from tasks.publish.report import Report
from tasks.tongue import _, pgettext


def definitions(report: Report) -> Grid:
    """Return how each indicator is defined; what is asked where the questions of one of them are known."""
    questions = [name for (name,) in report.different("instruments", ["question"])]
    asked = any(_asks(row["value"], questions) for row in report.rows("indicators"))
    columns = {
        "label": _("Indicator"),
        "unit": _("Unit"),
        "better": _("Better is"),
        **({"value": _("What is asked")} if asked else {}),
        "any_smallest_change": _("Smallest change that counts"),
        "table_1": _("Row of Table 1"),
        "stakeholder": pgettext("a stakeholder", "About"),
        "kind": _("Kind"),
    }
    return grids.grid(report, "indicators", _("How each indicator is defined"), columns)


def _asks(value: str | None, questions: Iterable[str]) -> bool:
    try:
        return not set(expressions.columns(value or "")).isdisjoint(questions)
    except expressions.ExpressionError:
        return False


def inputs(report: Report, hashes: Iterable[tuple[str, str]]) -> Grid:
    """Return the input files with their hashes."""
    return grids.named(report, _("Input files, with their SHA-256"), (_("File"), "SHA-256"), hashes)


def libraries(report: Report, versions: Iterable[tuple[str, str]]) -> Grid:
    """Return the libraries with their versions."""
    return grids.named(report, _("Libraries"), (_("Library"), _("Version")), versions)
