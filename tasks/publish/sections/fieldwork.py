"""The fieldwork: its waves, whether those who were lost differ, and the weights."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, recorded
from tasks.translations import N_


def waves(report: Report) -> Grid:
    """Return the waves of the plan with their dates, and whether their interviews are here."""
    here = {wave for (wave,) in report.different("wave_losses", ["wave"])}
    rows = [
        (
            recorded(wave.label or wave.name),
            wording.WAVE_ROLES[wave.role],
            wording.period(wave.starts_on, wave.ends_on),
            _("received") if wave.name in here else _("still to come"),
        )
        for wave in report.plan.wave
    ]
    headings = (_("Wave"), _("Role"), _("Days"), _("Interviews"))
    return grids.named(report, _("Waves of fieldwork"), headings, rows)


def differ_by(report: Report) -> str:
    """Return one sentence that says which tests of attrition found a difference; nothing without tests."""
    rows = [row for row in report.rows("attrition_tests") if row["verdict"] in ("differ", _NOT_FOUND)]
    found = dict.fromkeys(wording.lost_by(row["test"]) for row in rows if row["verdict"] == "differ")
    if found:
        return _("Those who were lost differ from those found again: {between}. Read results so.").format(
            between=wording.listing(found)
        )
    if rows:
        return _(
            "No test found that those who were lost differ from those found again. Where few were lost, a"
            " difference can go unseen."
        )
    return ""


def attrition_tests(report: Report) -> Grid:
    """Return the tests of each later wave: of one thing first, then of all together."""
    order = {test: place for place, test in enumerate(wording.LOST_BY)}
    rows = sorted(
        report.rows("attrition_tests"),
        key=lambda row: (report.rank("wave", row["wave"]), order.get(row["test"], len(order))),
    )
    columns = {
        "test": _("Compared"),
        "says": _("What was found"),
        "f_with_freedom": _("F"),
        "p_value": _("p-value"),
        "respondents": _("Respondents"),
        "lost": _("Of these lost"),
    }
    caption = _("Whether those who were lost differ from those found again")
    return grids.grid(report, "attrition_tests", caption, columns, rows=rows, parted_by="wave", as_given=True)


_NOT_FOUND = "no difference found"


@dataclass(frozen=True)
class WeightsTold:
    """What is said of the weights: how they were made and a sentence a wave, and a table of them."""

    sentences: tuple[str, ...]
    summary: Grid | None


def weights(report: Report) -> WeightsTold:
    """Return what is said of the weights; nothing where all of them are alike and the plan adjusts none."""
    asked = report.plan.weights
    how = []
    if asked.nonresponse:
        how.append(
            _(
                "Respondents stand also for those drawn who were not interviewed, within classes by"
                " {classes}."
            ).format(classes=_named(asked.nonresponse))
        )
    if asked.attrition:
        how.append(
            _(
                "Respondents stand also for those of the first wave who were not interviewed again, within"
                " classes by {classes}."
            ).format(classes=_named(asked.attrition))
        )
    if asked.calibration:
        how.append(
            _("Weights were fitted to numbers of people known from elsewhere, by {method}.").format(
                method=_FITTED[asked.calibration]
            )
        )
    rows = [
        row
        for row in report.rows("weight_summary", {"arm": ALL})
        if not report.hidden("weight_summary", row, "design_effect")
    ]
    uneven = how or any(row["coefficient_of_variation"] > _ALIKE for row in rows)
    uneven_ones = tuple(_uneven(report, row) for row in rows)
    if not uneven:
        return WeightsTold((), None)
    columns = {"arm": _("Arm"), "respondents": _("Respondents")}
    columns |= {"coefficient_of_variation": _("Spread of the weights, in means")}
    if how:
        columns |= {"adjustment_variation": _("Spread of the adjustment, in means")}
    columns |= {"design_effect": _("Variance times"), "effective_respondents": _("Worth of equal weight")}
    caption = _("The weights of each wave")
    return WeightsTold(
        (*how, *uneven_ones), grids.grid(report, "weight_summary", caption, columns, parted_by="wave")
    )


def _uneven(report: Report, row: Row) -> str:
    return _(
        "{wave}: the standard deviation of the weights is {spread} of their mean. That they are uneven raises"
        " the variance by a factor of {cost}: {people} respondents tell as much as {worth} of equal weight"
        " would."
    ).format(
        wave=report.label("wave", row["wave"]),
        spread=wording.rounded(row["coefficient_of_variation"], 2),
        cost=wording.rounded(row["design_effect"], 2),
        people=wording.whole(row["respondents"]),
        worth=wording.whole(row["effective_respondents"]),
    )


_ALIKE = 1e-9
_FITTED = Words(
    {
        "raking": N_("raking"),
        "post_stratification": N_("post-stratification"),
        "linear": N_("linear calibration"),
    }
)


def _named(classes: list[str]) -> str:
    return wording.listing(wording.column(one) for one in classes)
