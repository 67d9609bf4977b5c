"""Table 2 in words: the composite with what is not known of it, the assessors, the rules on data."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.publish import wording
from tasks.publish.report import Report, Row

_VERDICTS = {
    "reliable": "enough to rely on",
    "tentative": "enough for tentative conclusions only",
    "unreliable": "too little to rely on the scores",
}


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
    yield (
        f"The mean of the {wording.counted(row['scored'], 'scored characteristic')} is "
        f"{wording.mean(row['score'])}. {wording.whole(row['unscored'])} "
        f"{'has' if row['unscored'] == 1 else 'have'} no score: with all scored, the mean would lie between "
        f"{wording.mean(row['score_low'])} and {wording.mean(row['score_high'])}."
    )
    if row["score_middle"] is None:
        return
    low, middle, high = (
        wording.rounded(row[column], 1) for column in ("score_low_90", "score_middle", "score_high_90")
    )
    yield (
        "How much each characteristic weighs nobody knows, and a mean takes them all as equal. With weights "
        f"drawn at random, and each open characteristic drawn from 1 to 5, the composite is {middle} in the "
        f"middle and lies between {low} and {high} in 90 % of {wording.whole(row['draws'])} draws "
        f"(seed {row['seed']}). Clusters of a portfolio are compared by such intervals, not by the mean."
    )


def _agreement(report: Report, row: Row) -> Iterator[str]:
    if not row["assessors"]:
        return
    voices = report.rows("characteristic_scores")
    roles = sorted({role for one in voices for role in (one["scored_by"] or "").split("; ") if role})
    who = f"{wording.counted(row['assessors'], 'assessor')} scored it ({wording.listing(roles)})."
    if row["alpha"] is None:
        yield f"{who} Whether assessors agree cannot be said: {row['reason']}."
        return
    yield (
        f"{who} Their agreement on the {wording.counted(row['compared'], 'characteristic')} that two or more "
        f"of them scored (Krippendorff's alpha, ordinal) is {wording.rounded(row['alpha'], 2)}: "
        f"{_VERDICTS[row['verdict']]}, by Krippendorff's limits of 0.667 and 0.8."
    )


def _rules(report: Report) -> Iterator[str]:
    ruled = [row for row in report.rows("characteristic_scores") if row["rule_score"] is not None]
    if not ruled:
        return
    other = [row["label"].lower() for row in ruled if row["scored_with"] == "assessors"]
    but = f", but for {wording.listing(other)}, where the plan puts the assessors first" if other else ""
    yield (
        f"{wording.counted(len(ruled), 'characteristic')} could be scored by a rule on the figures of the "
        f"map. The rule's score counts and the assessors' median stands beside it{but}. The study prints no "
        "cut points for these rules: they are a convention of psia, and stand in the plan."
    )
