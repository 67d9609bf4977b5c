"""The comparison group: how it is made, how alike the arms are before and after, and who may be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from schemas.vocabulary import ARMS
from tasks.comparison import caliper
from tasks.publish import charts, wording
from tasks.publish.report import Report, Row

SHARED = {"locality": "a locality", "buyer": "a buyer"}
"""Way by which the programme may reach the comparison group -> what people of both groups share."""


@dataclass(frozen=True)
class ComparisonGroup:
    """What the part shows: how the arms are made alike, verdict, tests, pictures, who may be reached."""

    method: tuple[str, ...]
    problem: str
    verdict: str
    tests: tuple[str, ...]
    pictures: tuple[Markup, ...]
    is_matched: bool
    reached: tuple[str, ...]


def comparison_group(report: Report) -> ComparisonGroup:
    """Return what both reports say of the comparison group, beside its tables."""
    problems = [row["problem"] for row in report.rows("comparison_matching") if row["problem"]]
    pictures = (_differences(report), _overlap(report))
    return ComparisonGroup(
        method=tuple(_method(report)),
        problem=f"Nobody could be matched. {problems[0]}." if problems else "",
        verdict=_verdict(report),
        tests=tuple(_tests(report)),
        pictures=tuple(Markup(one) for one in pictures if one),  # noqa: S704
        is_matched=any(row["adjusted_verdict"] for row in report.rows("comparison_balance")),
        reached=tuple(_reached(report)),
    )


def _method(report: Report) -> list[str]:
    """Return how the plan makes the arms alike, in the present or the future as answers are there or not."""
    plan = report.plan.comparison
    if not plan.matching:
        return []
    named = wording.listing(_name(report, one) for one in plan.matched_on)
    done = report.has("comparison_matching")
    if plan.matching.method == "entropy_balancing":
        verb = "is" if done else "will be"
        return [
            f"The comparison group {verb} weighed so that it has the same means as the programme group in"
            f" {named} (entropy balancing). The weights stay as near as they can to those of the survey."
        ]
    many = plan.matching.neighbours
    who = "the one" if many == 1 else f"the {wording.whole(many)}"
    near = (
        f"whose chance of being in the programme, given {named}, is nearest (propensity score)"
        if plan.matching.method == "propensity"
        else f"nearest in {named}, all taken together (Mahalanobis distance)"
    )
    verb = "is" if done else "will be"
    told = [f"Each person of the programme {verb} paired with {who} of the comparison group {near}."]
    width = caliper(plan.matching)
    if width is not None:
        told.append(
            f"A pair is no further apart than {width:g} standard deviations of the score (the caliper); who"
            f" has nobody so near {verb} left out, and nothing is said of them."
        )
    if plan.matching.exact:
        exact = wording.listing(_name(report, one) for one in plan.matching.exact)
        told.append(f"Both people of a pair are the same in {exact}.")
    told.append(
        "The same person may be taken several times."
        if plan.matching.replacement
        else "Nobody is taken twice."
    )
    return told


def _name(report: Report, column: str) -> str:
    """Return the words of a covariate in the middle of a sentence."""
    label = report.label("indicator", column)
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _largest(report: Report, prefix: str) -> tuple[float, str] | None:
    """Return the largest difference and the covariate in which it is; None where none can be told.

    It is infinite where a covariate does not vary in either arm and the arms differ.
    """
    told = []
    for row in report.rows("comparison_balance"):
        size = row[f"{prefix}standardized_difference"]
        if size is not None:
            told.append((abs(size), row["covariate"]))
        elif row[f"{prefix}verdict"] == "unbalanced" and not row["withheld_by"]:
            told.append((float("inf"), row["covariate"]))
    return max(told, default=None)


def _verdict(report: Report) -> str:
    before, after = _largest(report, ""), _largest(report, "adjusted_")
    if before is None:
        return ""
    limit = report.plan.thresholds.largest_standardized_difference
    told = f"Before the programme the two groups differ {_apart(report, *before)}"
    if after is not None:
        told += f"; after matching they differ {_apart(report, *after)}"
    if report.plan.comparison.assignment == "randomised":
        return f"{told}. The groups were formed by lot, so that this is chance."
    unknown = [
        row["covariate"]
        for row in report.rows("comparison_balance")
        if "not measurable" in (row["verdict"], row["adjusted_verdict"])
    ]
    if unknown:
        return (
            f"{told}. In {wording.listing(_name(report, one) for one in unknown)} it cannot be measured, and"
            " what is found between them is not put down to the programme."
        )
    matched = "the matched groups" if after is not None else "they"
    largest = (after or before)[0]
    if largest == float("inf"):
        return (
            f"{told}. So {matched} are not alike, and what is found between them is not put down to the"
            " programme."
        )
    if largest <= limit:
        return f"{told}. With {wording.exact(limit)} or less {matched} count as alike."
    return (
        f"{told}. That is more than {wording.exact(limit)}: {matched} are not alike, and what is found"
        " between them is not put down to the programme."
    )


def _apart(report: Report, size: float, covariate: str) -> str:
    """Return in words how far the groups are apart in the characteristic in which they are most so."""
    if size == float("inf"):
        return f"wholly in {_name(report, covariate)}, in which nobody differs within a group"
    if wording.rounded(size, 2) == "0.00":
        return "by less than 0.005 standard deviations in every characteristic that was compared"
    return f"by up to {wording.rounded(size, 2)} standard deviations, in {_name(report, covariate)}"


def _tests(report: Report) -> list[str]:
    told = []
    for row in sorted(report.rows("comparison_tests"), key=lambda row: row["stage"], reverse=True):
        stage = "After matching" if row["stage"] == "after" else "Before the programme"
        if row["problem"]:
            told.append(f"{stage} no joint test can be made. {row['problem']}.")
        elif row["p_value"] is not None:
            apart = (
                "tell the groups apart more than chance would"
                if row["p_value"] < 0.05
                else "do not tell the groups apart more than chance would"
            )
            statistic, *freedom = (
                wording.rounded(row["statistic"], 2),
                wording.whole(row["numerator"]),
                wording.whole(row["denominator"]),
            )
            told.append(
                f"{stage} all characteristics together {apart} (F = {statistic} with"
                f" {' and '.join(freedom)} degrees of freedom, p {_equals(row['p_value'])})."
            )
    return told


def _equals(p_value: float) -> str:
    told = wording.probability(p_value)
    return told if told.startswith("under") else f"= {told}"


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
        (limit, f"{limit:g}"),
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
    alike = sum(after <= limit for _, after in sizes.values())
    return charts.pair_rows(
        "balance",
        "Standardized differences",
        f"{_verdict(report)} After matching {alike} of {wording.counted(len(rows), 'characteristic')} are at"
        f" most {limit:g} standard deviations apart.",
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
    if not spans or any(None in told or not sum(told) for told in counts.values()):
        return ""
    bars = [
        charts.Bar(
            span["programme"]["low"],
            span["programme"]["high"],
            *(span[arm]["respondents"] / sum(counts[arm]) / _width(span[arm]) for arm in ARMS),
        )
        for _, span in sorted(spans.items())
    ]
    alone = sum(
        span["programme"]["respondents"] for span in spans.values() if not span["comparison"]["respondents"]
    )
    by_span = "; ".join(
        f"{span['programme']['low']:g} to {span['programme']['high']:g}: "
        + " and ".join(wording.whole(span[arm]["respondents"]) for arm in ARMS)
        for _, span in sorted(spans.items())
    )
    return charts.mirrored(
        "overlap",
        "Chance of being in the programme",
        f"{_alone(alone, sum(counts['programme']))} People of the programme and of the comparison group by"
        f" their propensity score: {by_span}.",
        charts.Scale(0.0, 1.0, tuple((tick / 4, f"{tick / 4:g}") for tick in range(5))),
        ("programme group", "comparison group"),
        bars,
    )


def _width(row: Row) -> float:
    return float(row["high"] - row["low"])


def _alone(alone: int, everyone: int) -> str:
    if not alone:
        return "Wherever there are people of the programme there are people of the comparison group as well."
    share = wording.rounded(wording.percent(alone / everyone))
    return (
        f"{wording.counted(alone, 'person', 'people')} of the programme ({share} %) have a score that nobody"
        " of the comparison group has."
    )


def _reached(report: Report) -> list[str]:
    """Return who of the comparison group shares a locality or a buyer with the programme group."""
    rows = report.rows("spill_over")
    told = [_shared(report, row) for row in rows]
    if any(row["exposed"] != 0 for row in rows) and not report.plan.comparison.spill_over:
        told.append(
            "This is a risk and no proof that the programme reached them. If it did, it has to be declared as"
            " spill-over in the plan: then no difference is put down to the programme."
        )
    return told


def _shared(report: Report, row: Row) -> str:
    common = f"{SHARED[row['channel']]} with somebody of the programme group"
    if row["exposed"] is None:
        return f"How many of the comparison group share {common} is withheld: fewer than 10."
    if not row["exposed"]:
        return f"Nobody of the comparison group shares {common}."
    share = wording.rounded(wording.percent(row["share"]))
    return (
        f"{wording.whole(row['exposed'])} of {wording.whole(row['comparison_respondents'])} people of the"
        f" comparison group ({share} %) share {common}."
    )


def unlike(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the balance that are out of balance: after matching, where there is one."""
    return [row for row in rows if (row["adjusted_verdict"] or row["verdict"]) == "unbalanced"]
