"""The comparison group: how it is made, how alike the arms are before and after, and who may be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from schemas.vocabulary import ARMS
from tasks.comparison import caliper
from tasks.publish import charts, wording
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, ngettext, told
from tasks.translations import N_, NN_

_BALANCED = Words(
    {
        True: N_(
            "The comparison group is weighed so that it has the same means as the programme group in {named}"
            " (entropy balancing). The weights stay as near as they can to those of the survey."
        ),
        False: N_(
            "The comparison group will be weighed so that it has the same means as the programme group in"
            " {named} (entropy balancing). The weights stay as near as they can to those of the survey."
        ),
    }
)
_PAIRED = {
    ("propensity", True): NN_(
        "Each person of the programme is paired with the one of the comparison group whose chance of being in"
        " the programme, given {named}, is nearest (propensity score).",
        "Each person of the programme is paired with the {number} of the comparison group whose chance of"
        " being in the programme, given {named}, is nearest (propensity score).",
    ),
    ("propensity", False): NN_(
        "Each person of the programme will be paired with the one of the comparison group whose chance of"
        " being in the programme, given {named}, is nearest (propensity score).",
        "Each person of the programme will be paired with the {number} of the comparison group whose chance"
        " of being in the programme, given {named}, is nearest (propensity score).",
    ),
    ("mahalanobis", True): NN_(
        "Each person of the programme is paired with the one of the comparison group nearest in {named}, all"
        " taken together (Mahalanobis distance).",
        "Each person of the programme is paired with the {number} of the comparison group nearest in {named},"
        " all taken together (Mahalanobis distance).",
    ),
    ("mahalanobis", False): NN_(
        "Each person of the programme will be paired with the one of the comparison group nearest in {named},"
        " all taken together (Mahalanobis distance).",
        "Each person of the programme will be paired with the {number} of the comparison group nearest in"
        " {named}, all taken together (Mahalanobis distance).",
    ),
}
_CALIPER = Words(
    {
        True: N_(
            "A pair is no further apart than {width} standard deviations of the score (the caliper); who has"
            " nobody so near is left out, and nothing is said of them."
        ),
        False: N_(
            "A pair is no further apart than {width} standard deviations of the score (the caliper); who has"
            " nobody so near will be left out, and nothing is said of them."
        ),
    }
)
"""How the arms are made alike, by whether it is done."""
_SHARED = {
    "locality": Words(
        {
            "withheld": N_(
                "How many of the comparison group share a locality with somebody of the programme group is"
                " withheld: fewer than 10."
            ),
            "nobody": N_(
                "Nobody of the comparison group shares a locality with somebody of the programme group."
            ),
            "some": N_(
                "{exposed} of {everyone} people of the comparison group ({share} %) share a locality with"
                " somebody of the programme group."
            ),
        }
    ),
    "buyer": Words(
        {
            "withheld": N_(
                "How many of the comparison group share a buyer with somebody of the programme group is"
                " withheld: fewer than 10."
            ),
            "nobody": N_(
                "Nobody of the comparison group shares a buyer with somebody of the programme group."
            ),
            "some": N_(
                "{exposed} of {everyone} people of the comparison group ({share} %) share a buyer with"
                " somebody of the programme group."
            ),
        }
    ),
}
"""Way by which the programme may reach the comparison group -> what is said of who is exposed to it."""
_JOINT_TESTS = {
    "before": Words(
        {
            "none": N_("Before the programme no joint test can be made."),
            True: N_(
                "Before the programme all characteristics together tell the groups apart more than chance"
                " would (F = {statistic} with {numerator} and {denominator} degrees of freedom, {p_value})."
            ),
            False: N_(
                "Before the programme all characteristics together do not tell the groups apart more than"
                " chance would (F = {statistic} with {numerator} and {denominator} degrees of freedom,"
                " {p_value})."
            ),
        }
    ),
    "after": Words(
        {
            "none": N_("After matching no joint test can be made."),
            True: N_(
                "After matching all characteristics together tell the groups apart more than chance would"
                " (F = {statistic} with {numerator} and {denominator} degrees of freedom, {p_value})."
            ),
            False: N_(
                "After matching all characteristics together do not tell the groups apart more than chance"
                " would (F = {statistic} with {numerator} and {denominator} degrees of freedom, {p_value})."
            ),
        }
    ),
}
"""Stage -> whether the groups are told apart -> what the joint test of the characteristics says."""


@dataclass(frozen=True)
class ComparisonGroup:
    """What the part shows: how the arms are made alike, verdict, tests, pictures, and who may be reached."""

    method: tuple[str, ...]
    problem: str
    verdict: str
    tests: tuple[str, ...]
    pictures: tuple[Markup, ...]
    is_matched: bool
    reached: tuple[str, ...]
    spill_over: tuple[str, ...]


def comparison_group(report: Report) -> ComparisonGroup:
    """Return what both reports say of the comparison group, beside its tables."""
    problems = [row["problem"] for row in report.rows("comparison_matching") if row["problem"]]
    pictures = (_differences(report), _overlap(report))
    return ComparisonGroup(
        method=tuple(_method(report)),
        problem=_("Nobody could be matched. {why}.").format(why=told(problems[0])) if problems else "",
        verdict=_verdict(report),
        tests=tuple(_tests(report)),
        pictures=tuple(Markup(one) for one in pictures if one),  # noqa: S704
        is_matched=any(row["adjusted_verdict"] for row in report.rows("comparison_balance")),
        reached=tuple(_reached(report)),
        spill_over=tuple(told(one) for one in report.plan.comparison.spill_over),
    )


def _method(report: Report) -> list[str]:
    """Return how the plan makes the arms alike, in the present or the future as answers are there or not."""
    plan = report.plan.comparison
    if not plan.matching:
        return []
    named = wording.listing(_name(report, one) for one in plan.matched_on)
    done = report.has("comparison_matching")
    if plan.matching.method == "entropy_balancing":
        return [_BALANCED[done].format(named=named)]
    many = plan.matching.neighbours
    paired = ngettext(*_PAIRED[plan.matching.method, done], many)
    said = [paired.format(number=wording.whole(many), named=named)]
    width = caliper(plan.matching)
    if width is not None:
        said.append(_CALIPER[done].format(width=_number(width)))
    if plan.matching.exact:
        exact = wording.listing(_name(report, one) for one in plan.matching.exact)
        said.append(
            _("Both people of a pair are the same in {characteristics}.").format(characteristics=exact)
        )
    said.append(
        _("The same person may be taken several times.")
        if plan.matching.replacement
        else _("Nobody is taken twice.")
    )
    return said


def _number(value: float) -> str:
    """Return a figure with at most six digits: ends of spans are shares of whole numbers."""
    return wording.exact(float(f"{value:g}"))


def _name(report: Report, column: str) -> str:
    """Return the words of a covariate in the middle of a sentence."""
    label = report.label("indicator", column)
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _largest(report: Report, prefix: str) -> tuple[float, str] | None:
    """Return the largest difference and the covariate in which it is; None where none can be told.

    It is infinite where a covariate does not vary in either arm and the arms differ.
    """
    sizes = []
    for row in report.rows("comparison_balance"):
        size = row[f"{prefix}standardized_difference"]
        if size is not None:
            sizes.append((abs(size), row["covariate"]))
        elif row[f"{prefix}verdict"] == "unbalanced" and not row["withheld_by"]:
            sizes.append((float("inf"), row["covariate"]))
    return max(sizes, default=None)


def _verdict(report: Report) -> str:
    before, after = _largest(report, ""), _largest(report, "adjusted_")
    if before is None:
        return ""
    limit = report.plan.thresholds.largest_standardized_difference
    apart = [_apart_before(report, *before), *([_apart_after(report, *after)] if after else [])]
    judged = _judged(report, (after or before)[0], limit, matched=after is not None)
    return f"{wording.in_a_row(*apart)}. {judged}"


def _judged(report: Report, largest: float, limit: float, *, matched: bool) -> str:
    """Return what the differences of the arms make of what is found between them."""
    if report.plan.comparison.assignment == "randomised":
        return _("The groups were formed by lot, so that this is chance.")
    unknown = [
        row["covariate"]
        for row in report.rows("comparison_balance")
        if "not measurable" in (row["verdict"], row["adjusted_verdict"])
    ]
    if unknown:
        return _(
            "In {characteristics} it cannot be measured, and what is found between them is not put down to"
            " the programme."
        ).format(characteristics=wording.listing(_name(report, one) for one in unknown))
    if largest == float("inf"):
        return (
            _(
                "So the matched groups are not alike, and what is found between them is not put down to the"
                " programme."
            )
            if matched
            else _("So they are not alike, and what is found between them is not put down to the programme.")
        )
    if largest <= limit:
        said = (
            _("With {limit} or less the matched groups count as alike.")
            if matched
            else _("With {limit} or less they count as alike.")
        )
    else:
        said = (
            _(
                "That is more than {limit}: the matched groups are not alike, and what is found between them"
                " is not put down to the programme."
            )
            if matched
            else _(
                "That is more than {limit}: they are not alike, and what is found between them is not put"
                " down to the programme."
            )
        )
    return said.format(limit=wording.exact(limit))


_NEGLIGIBLE = 0.005
"""Differences below it are told as such: to two decimals they are nought."""


def _apart_before(report: Report, size: float, covariate: str) -> str:
    """Return how far the groups are apart at first, in the characteristic in which they are most so."""
    if size == float("inf"):
        said = _(
            "Before the programme the two groups differ wholly in {characteristic}, in which nobody differs"
            " within a group"
        )
    elif not wording.half_up(size, 2):
        said = _(
            "Before the programme the two groups differ by less than {size} standard deviations in every"
            " characteristic that was compared"
        )
    else:
        said = _(
            "Before the programme the two groups differ by up to {size} standard deviations, in"
            " {characteristic}"
        )
    return said.format(size=_told_size(size), characteristic=_name(report, covariate))


def _apart_after(report: Report, size: float, covariate: str) -> str:
    """Return how far the groups are apart once matched: the second half of a sentence."""
    if size == float("inf"):
        said = _(
            "after matching they differ wholly in {characteristic}, in which nobody differs within a group"
        )
    elif not wording.half_up(size, 2):
        said = _(
            "after matching they differ by less than {size} standard deviations in every characteristic that"
            " was compared"
        )
    else:
        said = _("after matching they differ by up to {size} standard deviations, in {characteristic}")
    return said.format(size=_told_size(size), characteristic=_name(report, covariate))


def _told_size(size: float) -> str:
    if size == float("inf"):
        return ""
    return wording.rounded(size, 2) if wording.half_up(size, 2) else wording.rounded(_NEGLIGIBLE, 3)


def _tests(report: Report) -> list[str]:
    said = []
    for row in sorted(report.rows("comparison_tests"), key=lambda row: row["stage"], reverse=True):
        words = _JOINT_TESTS[row["stage"]]
        if row["problem"]:
            said.append(f"{words['none']} {told(row['problem'])}.")
        elif row["p_value"] is not None:
            said.append(
                words[row["p_value"] < wording.LEVEL].format(
                    statistic=wording.rounded(row["statistic"], 2),
                    numerator=wording.whole(row["numerator"]),
                    denominator=wording.whole(row["denominator"]),
                    p_value=_p(row["p_value"]),
                )
            )
    return said


def _p(p_value: float) -> str:
    number = wording.probability(p_value)
    return (_("p {number}") if p_value < 0.001 else _("p = {number}")).format(number=number)


def _differences(report: Report) -> str:
    """Return the picture of the standardized differences before and after matching."""
    rows = [
        row
        for row in report.rows("comparison_balance")
        if row["standardized_difference"] is not None and row["adjusted_standardized_difference"] is not None
    ]
    if not rows:
        return ""
    limit = report.plan.thresholds.largest_standardized_difference
    sizes = {row["covariate"]: _sizes(row) for row in rows}
    most = max(max(pair) for pair in sizes.values())
    ticks = [
        (0.0, "0"),
        (limit, _number(limit)),
        *((float(tick), str(tick)) for tick in range(1, 9) if tick <= most),
    ]
    scale = charts.Scale(0.0, max(most, 2 * limit), tuple(ticks))
    drawn = [
        charts.Row(
            wording.capital(_name(report, covariate)),
            (
                charts.Pair(
                    f"{wording.rounded(before, 2)} → {wording.rounded(after, 2)}",
                    "loss" if after > limit else "",
                    before,
                    after,
                ),
            ),
        )
        for covariate, (before, after) in sizes.items()
    ]
    alike = sum(after <= limit for _before, after in sizes.values())
    counted = ngettext(
        "After matching {alike} of {number} characteristic are at most {limit} standard deviations apart.",
        "After matching {alike} of {number} characteristics are at most {limit} standard deviations apart.",
        len(rows),
    ).format(alike=wording.whole(alike), number=wording.whole(len(rows)), limit=_number(limit))
    return charts.pair_rows(
        "balance",
        _("Standardized differences"),
        f"{_verdict(report)} {counted}",
        scale,
        drawn,
    )


def _sizes(row: Row) -> tuple[float, float]:
    return abs(row["standardized_difference"]), abs(row["adjusted_standardized_difference"])


def _overlap(report: Report) -> str:
    """Return the picture of the propensity scores of both arms, and who of them have no counterpart."""
    spans: dict[int, dict[str, Row]] = {}
    for row in report.rows("comparison_overlap"):
        spans.setdefault(row["position"], {})[row["arm"]] = row
    counts = {arm: [span[arm]["respondents"] for span in spans.values() if arm in span] for arm in ARMS}
    if not spans or any(None in here or not sum(here) for here in counts.values()):
        return ""
    bars = [
        charts.Bar(
            span["programme"]["low"],
            span["programme"]["high"],
            *(span[arm]["respondents"] / sum(counts[arm]) / _width(span[arm]) for arm in ARMS),
        )
        for _position, span in sorted(spans.items())
    ]
    alone = sum(
        span["programme"]["respondents"] for span in spans.values() if not span["comparison"]["respondents"]
    )
    by_span = wording.in_a_row(
        *(
            wording.headed(
                wording.span(_number(span["programme"]["low"]), _number(span["programme"]["high"])),
                wording.listing(wording.whole(span[arm]["respondents"]) for arm in ARMS),
            )
            for _position, span in sorted(spans.items())
        )
    )
    told_by_span = _(
        "People of the programme and of the comparison group by their propensity score: {by_span}."
    ).format(by_span=by_span)
    return charts.mirrored(
        "overlap",
        _("Chance of being in the programme"),
        f"{_alone(alone, sum(counts['programme']))} {told_by_span}",
        charts.Scale(0.0, 1.0, tuple((tick / 4, _number(tick / 4)) for tick in range(5))),
        (_("programme group"), _("comparison group")),
        bars,
    )


def _width(row: Row) -> float:
    return float(row["high"] - row["low"])


def _alone(alone: int, everyone: int) -> str:
    if not alone:
        return _(
            "Wherever there are people of the programme there are people of the comparison group as well."
        )
    return ngettext(
        "{number} person of the programme ({share} %) have a score that nobody of the comparison group has.",
        "{number} people of the programme ({share} %) have a score that nobody of the comparison group has.",
        alone,
    ).format(number=wording.whole(alone), share=wording.rounded(wording.percent(alone / everyone)))


def _reached(report: Report) -> list[str]:
    """Return who of the comparison group shares a locality or a buyer with the programme group."""
    rows = report.rows("spill_over")
    said = [_shared(row) for row in rows]
    if any(row["exposed"] != 0 for row in rows) and not report.plan.comparison.spill_over:
        said.append(
            _(
                "This is a risk and no proof that the programme reached them. If it did, it has to be"
                " declared as spill-over in the plan: then no difference is put down to the programme."
            )
        )
    return said


def _shared(row: Row) -> str:
    words = _SHARED[row["channel"]]
    if row["exposed"] is None:
        return words["withheld"]
    if not row["exposed"]:
        return words["nobody"]
    return words["some"].format(
        exposed=wording.whole(row["exposed"]),
        everyone=wording.whole(row["comparison_respondents"]),
        share=wording.rounded(wording.percent(row["share"])),
    )


def unlike(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the balance that are out of balance: after matching, where there is one."""
    return [row for row in rows if (row["adjusted_verdict"] or row["verdict"]) == "unbalanced"]
