"""What the sample can show: a sentence and a curve an indicator, and what is assumed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from schemas.vocabulary import ALL
from tasks.publish import charts, wording
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, ngettext
from tasks.translations import N_

_ESTIMATORS = Words(
    {
        "difference": N_("the arms are compared in the last wave alone"),
        "ancova": N_("the arms are compared in the last wave, given the answers before the programme"),
        "difference_in_differences": N_("the change in one arm is compared with the change in the other"),
    }
)


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
        _("a chance of {power} to find the effect if it is there, at a level of {level} (two-sided)").format(
            power=_percent(plan.power), level=_percent(plan.level)
        ),
        _ESTIMATORS[plan.estimator],
        _("people of one locality resemble each other with an intra-cluster correlation of {icc}").format(
            icc=wording.exact(plan.icc)
        ),
        _("a person’s answers in two waves correlate with {correlation}").format(
            correlation=wording.exact(plan.baseline_correlation)
        ),
    ]
    refuse = _("{programme} of the programme arm and {comparison} of the comparison arm refuse")
    lost = _(
        "{programme} of the programme arm and {comparison} of the comparison arm are lost before the last "
        "wave"
    )
    for words, share in ((refuse, plan.refusal), (lost, plan.attrition)):
        told.append(words.format(programme=_percent(share.programme), comparison=_percent(share.comparison)))
    return [wording.sentence(one) for one in told]


def _percent(share: float) -> str:
    return f"{wording.exact(float(wording.half_up(wording.percent(share), 1)))} %".replace(".0 %", " %")


def _sentence(report: Report, row: Row) -> str:
    """Return for one indicator what can be seen, and whether that is small enough."""
    label, unit = report.label("indicator", row["indicator"]), report.unit(row["indicator"])
    if row["mde"] is None:
        return _("{indicator}: no effect that this sample would find can be named.").format(indicator=label)
    smallest = row["smallest_change"]
    return _SEEN.get(row["verdict"], _SEEN[""]).format(
        indicator=label,
        effect=wording.effect(row["mde"], unit),
        smallest="" if smallest is None else wording.effect(smallest, unit),
    )


_SEEN = Words(
    {
        "can be seen": N_(
            "{indicator}: an effect of {effect} or more would be found, and smaller ones count as no change "
            "(below {smallest})."
        ),
        "too small to be seen": N_(
            "{indicator}: an effect of {effect} or more would be found. A change counts from {smallest} "
            "on: one between the two would probably be missed, and the report would call it uncertain."
        ),
        "too few clusters": N_(
            "{indicator}: an effect of {effect} or more would be found if there were clusters enough: with "
            "fewer than six no p-value is given."
        ),
        "": N_(
            "{indicator}: an effect of {effect} or more would be found. What counts as a change is not "
            "known in this unit."
        ),
    }
)
"""Verdict on the size of the sample -> what it says of an indicator; "" of any other."""


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
    across = charts.scale(values, lambda value: wording.points(wording.effect(value, unit)), least=0)
    along = charts.scale([0, *(point["people"] for point in points)], wording.whole, least=0)
    marked = [(point, point["planned"]) for point in points if point["planned"] or point["affordable"]]
    label = report.label("indicator", row["indicator"])
    words = wording.in_a_row(
        *(
            wording.headed(
                wording.counted(point["people"], "person", "people"), wording.effect(point["mde"], unit)
            )
            for point in points
        )
    )
    in_unit = ngettext(*wording.POINTS, 2) if wording.is_share(unit) else wording.unit(unit)
    svg = charts.curve(
        ident,
        label,
        _("{sentence} By people drawn: {effects}.").format(sentence=_sentence(report, row), effects=words),
        charts.Curve(
            points=tuple((point["people"], point["mde"]) for point in points),
            marks=tuple(((point["people"], point["mde"]), planned) for point, planned in marked),
            limit=limit if inside else None,
            along=along,
            across=across,
            verdict=""
            if row["mde"] is None
            else _("This sample: {effect}").format(effect=wording.effect(row["mde"], unit)),
            detail=_("{unit}, by people drawn").format(unit=in_unit),
        ),
    )
    return Markup(svg)  # noqa: S704


def _affordable(report: Report) -> str:
    """Return what the budget allows, or nothing where the plan does not say what an interview costs."""
    for point in report.rows("power_curve"):
        if point["affordable"]:
            cost = wording.exact(report.plan.sample_size.cost_per_interview or 0)
            currency = report.plan.resources.currency
            return _(
                "At {cost} an interview the whole budget pays for {people}, each asked once a wave."
            ).format(
                cost=f"{cost} {currency}".strip(), people=wording.counted(point["people"], "person", "people")
            )
    return ""
