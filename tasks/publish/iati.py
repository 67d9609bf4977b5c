"""The released estimates as results of an activity in IATI 2.03: baseline, target, actual of each indicator.

The plan's [iati] names who reports and which activity; figures that are withheld are left out and told of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.assessment import AssessmentPlan, Iati, IatiTarget, Wave
from schemas.vocabulary import ALL
from tasks.publish import wording
from tasks.publish.exchanged import SPLITS, estimates, number, reason
from tasks.publish.report import Report, Row

GET = (
    "The plan does not say whose activity this is: write [iati] with reporting_org, reporting_org_name, "
    "reporting_org_type, activity and starts_on into assessment.toml (docs/formats.md, IATI)"
)
UNIT, PERCENTAGE = "1", "2"
"""Codes of IATI's list IndicatorMeasure."""
RESULT_TYPES = {"output": "1", "outcome": "2", "impact": "3", "other": "9"}
START, END = ("1", "2"), ("3", "4")
"""Codes of IATI's list ActivityDateType, planned and actual."""
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class NoActivity(Exception):
    """The plan does not say whose activity is assessed."""


def iati(plan: AssessmentPlan, report: Report) -> bytes:
    """Return exchange/iati.xml: one activity with a result an indicator.

    An indicator without a figure in any wave is left out. The first wave with the role baseline is the
    baseline; each other wave is a period. Raises NoActivity where the plan has no [iati].
    """
    import lxml.etree as etree

    if plan.iati is None:
        raise NoActivity
    root = etree.Element("iati-activities", version="2.03")
    activity = etree.SubElement(
        root,
        "iati-activity",
        {LANGUAGE: "en", "last-updated-datetime": f"{plan.assessment.report_date.isoformat()}T00:00:00Z"},
    )
    _activity(activity, plan, plan.iati)
    waves = [wave for wave in plan.wave if wave.role != "pilot"]
    by_indicator: dict[str, list[Row]] = {}
    for row in estimates(report):
        by_indicator.setdefault(row["indicator"], []).append(row)
    for rows in by_indicator.values():
        if any(row["estimate"] is not None for row in rows):
            _result(activity, report, plan.iati, waves, rows)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _activity(activity: Any, plan: AssessmentPlan, part: Iati) -> None:
    _add(activity, "iati-identifier").text = part.activity
    who = _add(activity, "reporting-org", ref=part.reporting_org, type=str(part.reporting_org_type))
    _say(who, part.reporting_org_name)
    _say(_add(activity, "title"), plan.assessment.programme or plan.assessment.title)
    _say(_add(activity, "description", type="1"), plan.assessment.title)
    role = _add(
        activity, "participating-org", role="2", ref=part.reporting_org, type=str(part.reporting_org_type)
    )
    _say(role, part.reporting_org_name)
    _add(activity, "activity-status", code=str(part.activity_status))
    for kinds, day in ((START, part.starts_on), (END, part.ends_on)):
        if day is None:
            continue
        kind = kinds[day <= plan.assessment.report_date]
        _add(activity, "activity-date", {"iso-date": day.isoformat()}, type=kind)


def _result(activity: Any, report: Report, part: Iati, waves: list[Wave], rows: list[Row]) -> None:
    ident = rows[0]["indicator"]
    told = next(iter(report.rows("indicators", {"indicator": ident})), None)
    unit, better = (report.unit(ident), told["better"]) if told else ("", None)
    share = wording.is_share(unit)
    label = report.label("indicator", ident)
    attributes = {"type": RESULT_TYPES[part.result_type], "aggregation-status": "false"}
    result = _add(activity, "result", attributes)
    _say(_add(result, "title"), label)
    indicator = _add(result, "indicator", measure=PERCENTAGE if share else UNIT)
    if better:
        indicator.set("ascending", "true" if better == "higher" else "false")
    indicator.set("aggregation-status", "false")
    _say(_add(indicator, "title"), label)
    hidden = _withheld(report, rows)
    meant = f"Unit: percent ({unit})." if share else f"Unit: {unit}." if unit else ""
    if words := " ".join(filter(None, [meant, hidden])):
        _say(_add(indicator, "description"), words)
    first = next((wave for wave in waves if wave.role == "baseline"), None)
    if first and (day := first.ends_on or first.starts_on):
        for row in _shown(rows, first.name):
            value = _value(row["estimate"], share)
            dated = {"year": str(day.year), "iso-date": day.isoformat(), "value": value}
            _dimensions(_add(indicator, "baseline", dated), row)
    for wave in waves:
        if wave is not first and (day := wave.ends_on or wave.starts_on):
            targets = [one for one in part.target if (one.indicator, one.wave) == (ident, wave.name)]
            seen = _shown(rows, wave.name)
            if not (seen or targets):
                continue
            period = _add(indicator, "period")
            _add(period, "period-start", {"iso-date": (wave.starts_on or day).isoformat()})
            _add(period, "period-end", {"iso-date": day.isoformat()})
            for target in targets:
                _dimensions(_add(period, "target", value=_value(target.value, share)), _split(target))
            for row in seen:
                _dimensions(_add(period, "actual", value=_value(row["estimate"], share)), row)


def _shown(rows: Iterable[Row], wave: str) -> list[Row]:
    return [row for row in rows if row["wave"] == wave and row["estimate"] is not None]


def _withheld(report: Report, rows: Iterable[Row]) -> str:
    """Return in words which figures are not here, and why."""
    told = [
        ", ".join([report.label("wave", row["wave"]), *(row[name] for name in SPLITS if row[name] != ALL)])
        + f": {reason(row)}"
        for row in rows
        if row["estimate"] is None
    ]
    return f"Not given: {'; '.join(told)}." if told else ""


def _split(target: IatiTarget) -> Row:
    return {name: getattr(target, name) for name in SPLITS}


def _dimensions(element: Any, row: Row) -> None:
    for name in SPLITS:
        if row[name] != ALL:
            _add(element, "dimension", name=name, value=row[name])


def _value(value: float, share: bool) -> str:
    return number(100 * value if share else value)


def _add(parent: Any, tag: str, given: dict[str, str] | None = None, /, **attributes: str) -> Any:
    import lxml.etree as etree

    return etree.SubElement(parent, tag, {**(given or {}), **attributes})


def _say(parent: Any, words: str) -> None:
    _add(parent, "narrative").text = wording.clean(words)
