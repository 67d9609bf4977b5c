"""Table 2 in words: the composite with what is not known of it, the assessors, the rules on data."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.publish import wording
from tasks.publish.report import Report, Row
from tasks.tongue import Words, _, ngettext, told
from tasks.translations import N_

_VERDICTS = Words(
    {
        "reliable": N_("enough to rely on"),
        "tentative": N_("enough for tentative conclusions only"),
        "unreliable": N_("too little to rely on the scores"),
    }
)

FIGURES = (
    N_("workers have no contract or registration"),
    N_("workers are women"),
    N_("firms are medium sized or larger"),
    N_("firms are small"),
    N_("firms are own-account"),
    N_("firms are small or own-account"),
    N_("workers are in places called urban formal"),
    N_("workers are in places called peri-urban"),
    N_("workers are in places called urban informal"),
    N_("workers are in places called rural off-farm"),
    N_("workers are in places called peri-urban or urban informal"),
    N_("workers are in places called peri-urban or rural off-farm"),
    N_("workers are in places called urban informal or rural off-farm"),
    N_("workers are in places called peri-urban or urban informal or rural off-farm"),
)
"""What the rules say that a share of the workers or firms are (data/catalogue/table_2_rules.toml)."""


def scored_at_all(report: Report) -> bool:
    """Return whether any characteristic of Table 2 has a score."""
    return any(row["score"] is not None for row in report.rows("characteristic_scores"))


def table_2(report: Report) -> list[str]:
    """Return what is said above Table 2, a paragraph each."""
    own = {"assessment": report.plan.assessment.id}
    lines: list[str] = []
    for row in report.rows("cluster_priorities", own):
        lines += _composite(row)
    for row in report.rows("score_agreement", own):
        lines += _agreement(report, row)
    return [*lines, *_rules(report)]


def _composite(row: Row) -> Iterator[str]:
    if row["score"] is None:
        return
    mean = ngettext(
        "The mean of the {n} scored characteristic is {mean}.",
        "The mean of the {n} scored characteristics is {mean}.",
        row["scored"],
    ).format(n=wording.whole(row["scored"]), mean=wording.mean(row["score"]))
    open_ones = ngettext(
        "Were the {n} without a score scored too, the mean would lie between {low} and {high}.",
        "Were the {n} without a score scored too, the mean would lie between {low} and {high}.",
        row["unscored"],
    ).format(
        n=wording.whole(row["unscored"]),
        low=wording.mean(row["score_low"]),
        high=wording.mean(row["score_high"]),
    )
    yield f"{mean} {open_ones}" if row["unscored"] else mean
    if row["score_middle"] is None:
        return
    low, middle, high = (
        wording.rounded(row[column], 1) for column in ("score_low_90", "score_middle", "score_high_90")
    )
    yield _(
        "How much each characteristic weighs nobody knows, and a mean takes them all as equal. With weights "
        "drawn at random, and each open characteristic drawn from 1 to 5, the composite is {middle} in the "
        "middle and lies between {low} and {high} in 90 % of {draws} draws (seed {seed}). Clusters of a "
        "portfolio are compared by such intervals, not by the mean."
    ).format(middle=middle, low=low, high=high, draws=wording.whole(row["draws"]), seed=row["seed"])


def _agreement(report: Report, row: Row) -> Iterator[str]:
    if not row["assessors"]:
        return
    voices = report.rows("characteristic_scores")
    roles = sorted({role for one in voices for role in (one["scored_by"] or "").split("; ") if role})
    who = ngettext(
        "{n} assessor scored it ({roles}).", "{n} assessors scored it ({roles}).", row["assessors"]
    ).format(n=wording.whole(row["assessors"]), roles=wording.listing(map(told, roles)))
    if row["alpha"] is None:
        why = _("Whether assessors agree cannot be said: {reason}.").format(reason=told(row["reason"]))
    else:
        why = ngettext(
            "Their agreement on the {n} characteristic that two or more of them scored (Krippendorff's "
            "alpha, ordinal) is {alpha}: {verdict}, by Krippendorff's limits of 0.667 and 0.8.",
            "Their agreement on the {n} characteristics that two or more of them scored (Krippendorff's "
            "alpha, ordinal) is {alpha}: {verdict}, by Krippendorff's limits of 0.667 and 0.8.",
            row["compared"],
        ).format(
            n=wording.whole(row["compared"]),
            alpha=wording.rounded(row["alpha"], 2),
            verdict=_VERDICTS[row["verdict"]],
        )
    yield f"{who} {why}"


def _rules(report: Report) -> Iterator[str]:
    ruled = [row for row in report.rows("characteristic_scores") if row["rule_score"] is not None]
    if not ruled:
        return
    other = [wording.uncapital(told(row["label"])) for row in ruled if row["scored_with"] == "assessors"]
    scored = ngettext(
        "{n} characteristic could be scored by a rule on the figures of the map.",
        "{n} characteristics could be scored by a rule on the figures of the map.",
        len(ruled),
    ).format(n=wording.whole(len(ruled)))
    counts = (
        _(
            "The rule's score counts and the assessors' median stands beside it, but for {characteristics}, "
            "where the plan puts the assessors first."
        ).format(characteristics=wording.listing(other))
        if other
        else _("The rule's score counts and the assessors' median stands beside it.")
    )
    where = _(
        "The study prints no cut points for these rules: they are a convention of psia, and stand in the "
        "plan."
    )
    yield f"{scored} {counts} {where}"
