"""What the sample can show: a sentence and a curve an indicator, and what is assumed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from schemas.vocabulary import ALL
from tasks.publish import charts, wording
from tasks.publish.report import Report, Row

_ESTIMATORS = {
    "difference": "the arms are compared in the last wave alone",
    "ancova": "the arms are compared in the last wave, given the answers before the programme",
    "difference_in_differences": "the change in one arm is compared with the change in the other",
}


@dataclass(frozen=True)
class Size:
    """What the part shows: what is assumed, a sentence an indicator, pictures, what the budget allows."""

    assumptions: tuple[str, ...]
    sentences: tuple[str, ...]
    pictures: tuple[Markup, ...]
    affordable: str
    few_clusters: bool


def size(report: Report) -> Size:
    """Return what the design report says of the size of the sample."""
    whole = report.rows("power", {"poverty_group": ALL})
    told = [row for row in whole if not report.hidden("power", row, "mde")]
    return Size(
        assumptions=tuple(_assumptions(report)) if whole else (),
        sentences=tuple(_sentence(report, row) for row in told),
        pictures=tuple(
            drawn for number, row in enumerate(told, 1) if (drawn := _picture(report, f"size-{number}", row))
        ),
        affordable=_affordable(report),
        few_clusters=any(row["verdict"] == "too few clusters" for row in report.rows("power")),
    )


def _assumptions(report: Report) -> list[str]:
    plan = report.plan.sample_size
    told = [
        f"a chance of {_percent(plan.power)} to find the effect if it is there, at a level of"
        f" {_percent(plan.level)} (two-sided)",
        _ESTIMATORS[plan.estimator],
        f"people of one locality resemble each other with an intra-cluster correlation of {plan.icc:g}",
        f"a person’s answers in two waves correlate with {plan.baseline_correlation:g}",
    ]
    for words, share in (("refuse", plan.refusal), ("are lost before the last wave", plan.attrition)):
        told.append(
            f"{_percent(share.programme)} of the programme arm and {_percent(share.comparison)} of the"
            f" comparison arm {words}"
        )
    return [wording.sentence(one) for one in told]


def _percent(share: float) -> str:
    return f"{wording.exact(float(wording.rounded(wording.percent(share), 1)))} %".replace(".0 %", " %")


def _sentence(report: Report, row: Row) -> str:
    """Return for one indicator what can be seen, and whether that is small enough."""
    label, unit = report.label("indicator", row["indicator"]), report.unit(row["indicator"])
    if row["mde"] is None:
        return f"{label}: no effect that this sample would find can be named."
    told = f"{label}: an effect of {wording.effect(row['mde'], unit)} or more would be found"
    smallest = row["smallest_change"]
    if row["verdict"] == "can be seen":
        return f"{told}, and smaller ones count as no change (below {wording.effect(smallest, unit)})."
    if row["verdict"] == "too small to be seen":
        return (
            f"{told}. A change counts from {wording.effect(smallest, unit)} on: one between the two would"
            " probably be missed, and the report would call it uncertain."
        )
    if row["verdict"] == "too few clusters":
        return f"{told} if there were clusters enough: with fewer than six no p-value is given."
    return f"{told}. What counts as a change is not known in this unit."


def _picture(report: Report, ident: str, row: Row) -> Markup | None:
    points = sorted(
        report.rows("power_curve", {"indicator": row["indicator"]}), key=lambda point: point["people"]
    )
    if len(points) < 2:
        return None
    unit = report.unit(row["indicator"])
    effects = [point["mde"] for point in points]
    limit = row["smallest_change"]
    inside = limit is not None and limit <= 1.25 * max(effects)
    values = [*effects, limit] if inside else effects
    across = charts.scale(values, lambda value: wording.effect(value, unit).removesuffix(" points"), least=0)
    along = charts.scale([0, *(point["people"] for point in points)], wording.whole, least=0)
    marked = [(point, point["planned"]) for point in points if point["planned"] or point["affordable"]]
    label = report.label("indicator", row["indicator"])
    words = "; ".join(
        f"{wording.whole(point['people'])} people: {wording.effect(point['mde'], unit)}" for point in points
    )
    svg = charts.curve(
        ident,
        label,
        f"{_sentence(report, row)} By people drawn: {words}.",
        charts.Curve(
            points=tuple((point["people"], point["mde"]) for point in points),
            marks=tuple(((point["people"], point["mde"]), planned) for point, planned in marked),
            limit=limit if inside else None,
            along=along,
            across=across,
            verdict=f"This sample: {wording.effect(row['mde'], unit)}" if row["mde"] is not None else "",
            detail=f"in {'points' if wording.is_share(unit) else wording.unit(unit)}, by people drawn",
        ),
    )
    return Markup(svg)  # noqa: S704


def _affordable(report: Report) -> str:
    """Return what the budget allows, or nothing where the plan does not say what an interview costs."""
    for point in report.rows("power_curve"):
        if point["affordable"]:
            cost = wording.exact(report.plan.sample_size.cost_per_interview or 0)
            currency = report.plan.resources.currency
            return (
                f"At {cost} {currency} an interview the whole budget pays for"
                f" {wording.whole(point['people'])} people, each asked once a wave."
            ).replace("  ", " ")
    return ""
