"""Change since the baseline: each chosen indicator at the first and at the last wave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from schemas.vocabulary import ALL
from tasks.prices import have_moved
from tasks.publish import charts, grids, wording
from tasks.publish.cells import side_by_side
from tasks.publish.claims import in_common
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.publish.sections.figures import Figure, better, chosen, plain_estimates
from tasks.tongue import _, ngettext, pgettext
from tasks.translations import NN_

_BECAME = (
    ("held", NN_("{n} held", "{n} held")),
    ("reversed", NN_("{n} turned into the opposite", "{n} turned into the opposite")),
    ("not seen any more", NN_("{n} cannot be seen any more", "{n} cannot be seen any more")),
    (
        "appeared since",
        NN_("{n} spoke of no change, and there is one now", "{n} spoke of no change, and there is one now"),
    ),
    (
        "not asked any more",
        NN_(
            "{n} cannot be told, for it is not asked any more",
            "{n} cannot be told, for it is not asked any more",
        ),
    ),
)


def before_and_after(report: Report) -> list[Figure]:
    """Return a picture of each chosen indicator at the first and at the last wave."""
    return [
        figure
        for number, indicator in enumerate(chosen(report), start=1)
        if (figure := _before_and_after(report, f"since-{number}", indicator))
    ]


def follow_up(report: Report) -> dict[str, Any]:
    """Return how the later waves were held, what their forms ask otherwise, what became of findings."""
    return {
        "held": _held(report),
        "earlier": _earlier(report),
        "earlier_claim": in_common(report.rows("earlier_findings")),
        "became": _became(report),
        "forms": _forms(report),
        "same_forms": _same_forms(report),
    }


def _held(report: Report) -> list[str]:
    """Return one sentence for each later wave: a repeat study, or a limited follow-up."""
    kinds = dict.fromkeys((row["to_wave"], row["follow_up"]) for row in report.rows("wave_changes"))
    sentences = []
    for wave, kind in sorted(kinds, key=lambda one: report.rank("wave", one[0])):
        told = [
            _("{wave}: {follow_up}.").format(
                wave=report.label("wave", wave), follow_up=wording.FOLLOW_UPS[kind]
            )
        ]
        if kind == "limited":
            told.append(
                _(
                    "No error is given for its changes, and nothing that follows from it is claimed to be"
                    " more than what people remember."
                )
            )
        if _prices_moved(report, wave):
            told.append(
                _(
                    "Prices moved in the meantime. Changes of money are in money of the day, and a gain that"
                    " prices may have eaten is told as uncertain."
                )
            )
        sentences.append(" ".join(told))
    return sentences


def _prices_moved(report: Report, wave: str) -> bool:
    """Return whether money is among what changed until a wave, and prices are known to have moved."""
    columns = ["specification", "area", "wave", "price_index"]
    lines = pd.DataFrame(report.rows("poverty_lines"), columns=columns)
    money = {row["indicator"] for row in report.rows("indicators") if wording.is_money(row["unit"])}
    return any(
        row["indicator"] in money and have_moved(lines, row["from_wave"], wave)
        for row in report.rows("wave_changes", {"to_wave": wave})
    )


def _earlier(report: Report) -> Grid:
    shared = in_common(report.rows("earlier_findings"))
    columns = {
        "finding": _("Finding"),
        "report": _("Told by"),
        "was": _("It said"),
        **({} if shared else {"claim": _("Claim")}),
        "now": _("Now"),
        "verdict": _("What became of it"),
    }
    return grids.grid(report, "earlier_findings", _("Earlier findings beside the newest"), columns)


def _became(report: Report) -> str:
    """Return how many earlier findings held, and how many did not, in one sentence."""
    name = "earlier_findings"
    rows = [row for row in report.rows(name) if not report.hidden(name, row, "verdict")]
    if not rows:
        return ""
    verdicts = Counter(row["verdict"] for row in rows)
    parts = [
        ngettext(*forms, verdicts[verdict]).format(n=wording.whole(verdicts[verdict]))
        for verdict, forms in _BECAME
        if verdicts[verdict]
    ]
    findings = wording.counted(len(rows), "earlier finding", "earlier findings")
    return _("Of {findings}, {parts}.").format(findings=findings, parts=wording.listing(parts))


def _forms(report: Report) -> Grid:
    columns = {
        "question": _("Question"),
        "difference": _("Change"),
        "was": _("Before"),
        "now": _("Now"),
        "indicators": _("For the indicator"),
        "from_wave": pgettext("wave", "From"),
        "to_wave": pgettext("wave", "To"),
    }
    return grids.grid(report, "form_changes", _("What a wave asks otherwise than the one before"), columns)


def _same_forms(report: Report) -> str:
    """Return a sentence where two waves ask the same by the plan; nothing where it maps other questions."""
    if any(wave.questions for wave in report.plan.wave):
        return ""
    asked = [wave for (wave,) in report.different("instruments", ["wave"])]
    if report.has("form_changes") or len(asked) < 2:
        return ""
    return _("By the plan, the waves ask the same questions in the same words.")


def other_changes(report: Report) -> Grid:
    """Return the changes of the indicators that have no picture of their own."""
    drawn = set(chosen(report))
    rows = [row for row in report.rows("wave_changes") if row["indicator"] not in drawn]
    return _changes_grid(report, _("Changes of the other indicators"), rows)


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
        for row in plain_estimates(report, indicator)
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
    moves = any(None not in (one.before, one.after) for row in rows for one in row.pairs)
    label = report.label("indicator", indicator)
    told = wording.in_a_row(
        *(wording.headed(row.label, ", ".join(one.words for one in row.pairs)) for row in rows)
    )
    first, last = (report.short(wave) for wave in pair)
    title = _("{indicator}, {first} to {last}").format(indicator=label, first=first, last=last)
    caption = _("{indicator}: change. Unit: {unit}").format(indicator=label, unit=wording.unit(unit))
    return Figure(
        ident=ident,
        title=label,
        unit=wording.unit(unit),
        better=better(report, indicator),
        low=first,
        high=last,
        from_zero=scale.low <= 0 <= scale.high,
        both_arms=any(len(row.pairs) > 1 for row in rows),
        intervals=False,
        panels=(Markup(charts.pair_rows(ident, title, f"{told}.", scale, rows)),) if moves else (),  # noqa: S704
        grid=_changes_grid(report, caption, changes),
    )


def _reversed(rank: tuple[Any, ...]) -> int:
    return -rank[1]


def _pair(report: Report, indicator: str, row: Row, ends: list[float | None], *, alone: bool) -> charts.Pair:
    hidden = report.hidden("wave_changes", row, "change")
    said = wording.VOICES.get(row["direction"] or "") if not hidden else None
    unit = report.unit(indicator)
    change = "" if row["change"] is None else wording.change(row["change"], unit, side_by_side(row))
    words = hidden or (f"{said.symbol} {said.words} {change}" if said else change)
    words = words if alone else wording.headed(report.label("arm", row["arm"]), words)
    before, after = (None, None) if hidden else ends
    return charts.Pair(words, said.style if said else "", before, after, row["arm"] == "comparison")


def _changes_grid(report: Report, caption: str, rows: Sequence[Row]) -> Grid:
    """Return changes between waves, one column an arm."""
    several = len({row["indicator"] for row in rows}) > 1
    columns = {
        **({"indicator": _("Indicator")} if several else {}),
        "poverty_group": _("Poverty group"),
        "from_wave": pgettext("wave", "From"),
        "to_wave": pgettext("wave", "To"),
    }
    return grids.pivot(
        report,
        "wave_changes",
        caption,
        columns,
        ("arm",),
        "change_with_verdict",
        rows,
        parted_by="indicator" if several else "",
    )
