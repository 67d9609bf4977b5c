"""The fieldwork: its waves, whether those who were lost differ, and the weights."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.vocabulary import ALL
from tasks.publish import grids, wording
from tasks.publish.grids import Grid
from tasks.publish.report import Report, Row


def waves(report: Report) -> Grid:
    """Return the waves of the plan with their dates, and whether their interviews are here."""
    here = {wave for (wave,) in report.different("wave_losses", ["wave"])}
    rows = [
        (
            wave.label or wave.name,
            wording.WAVE_ROLES[wave.role],
            wording.period(wave.starts_on, wave.ends_on),
            "received" if wave.name in here else "still to come",
        )
        for wave in report.plan.wave
    ]
    return grids.named(report, "Waves of fieldwork", ("Wave", "Role", "Days", "Interviews"), rows)


def differ_by(report: Report) -> str:
    """Return one sentence that says which tests of attrition found a difference; nothing without tests."""
    rows = [row for row in report.rows("attrition_tests") if row["verdict"] in ("differ", _NOT_FOUND)]
    found = dict.fromkeys(wording.lost_by(row["test"]) for row in rows if row["verdict"] == "differ")
    if found:
        return (
            f"Those who were lost differ from those found again: {wording.listing(found)}. Read results so."
        )
    if rows:
        return (
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
        "test": "Compared",
        "says": "What was found",
        "f_with_freedom": "F",
        "p_value": "p-value",
        "respondents": "Respondents",
        "lost": "Of these lost",
    }
    caption = "Whether those who were lost differ from those found again"
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
        how.append(_stand_for("those drawn who were not interviewed", asked.nonresponse))
    if asked.attrition:
        how.append(_stand_for("those of the first wave who were not interviewed again", asked.attrition))
    if asked.calibration:
        how.append(
            f"Weights were fitted to numbers of people known from elsewhere, by {_FITTED[asked.calibration]}."
        )
    rows = [
        row
        for row in report.rows("weight_summary", {"arm": ALL})
        if not report.hidden("weight_summary", row, "design_effect")
    ]
    uneven = how or any(row["coefficient_of_variation"] > _ALIKE for row in rows)
    told = tuple(_uneven(report, row) for row in rows)
    if not uneven:
        return WeightsTold((), None)
    columns = {"arm": "Arm", "respondents": "Respondents"}
    columns |= {"coefficient_of_variation": "Spread of the weights, in means"}
    if how:
        columns |= {"adjustment_variation": "Spread of the adjustment, in means"}
    columns |= {"design_effect": "Variance times", "effective_respondents": "Worth of equal weight"}
    caption = "The weights of each wave"
    return WeightsTold(
        (*how, *told), grids.grid(report, "weight_summary", caption, columns, parted_by="wave")
    )


def _uneven(report: Report, row: Row) -> str:
    spread, cost = (wording.rounded(row[name], 2) for name in ("coefficient_of_variation", "design_effect"))
    people, worth = (wording.whole(row[name]) for name in ("respondents", "effective_respondents"))
    return (
        f"{report.label('wave', row['wave'])}: the standard deviation of the weights is {spread} of their"
        f" mean. That they are uneven raises the variance by a factor of {cost}: {people} respondents tell as"
        f" much as {worth} of equal weight would."
    )


_ALIKE = 1e-9
_FITTED = {
    "raking": "raking",
    "post_stratification": "post-stratification",
    "linear": "linear calibration",
}


def _stand_for(whom: str, classes: list[str]) -> str:
    named = wording.listing(wording.plain(one) for one in classes)
    return f"Respondents stand also for {whom}, within classes by {named}."
