"""How respondents are chosen: the unit of assessment, the method in words, and the record of the draw."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.assessment import Sampling
from tasks import catalogue
from tasks.publish import wording
from tasks.publish.report import Report
from tasks.tongue import _, told


@dataclass(frozen=True)
class Sample:
    """What the part says: the unit with what speaks for and against it, the draw, its seed and its hash."""

    unit: str
    advantages: tuple[str, ...]
    limits: tuple[str, ...]
    sentences: tuple[str, ...]
    seed: str
    frame_sha256: str


def sample(report: Report) -> Sample:
    """Return what the design report says of the unit of assessment and the draw."""
    plan = report.plan.sampling
    box_3 = {row["id"]: row for row in catalogue.read("box_3")["unit"]}[plan.unit]
    record = next(iter(report.rows("draw_record")), None)
    return Sample(
        unit=told(box_3["label"]),
        advantages=tuple(map(told, box_3["advantages"])),
        limits=tuple(map(told, box_3["limits"])),
        sentences=tuple(_sentences(plan)),
        seed="" if record is None or record["seed"] is None else str(record["seed"]),
        frame_sha256=record["frame_sha256"] if record else "",
    )


def _sentences(plan: Sampling) -> list[str]:
    words = []
    if plan.by_chance:
        words.append(wording.SAMPLE_METHODS[plan.method])
        if plan.method == "two_stage":
            words.append(wording.CLUSTER_DRAWS[plan.draw_clusters].format(number=plan.per_cluster))
        elif plan.size and plan.method != "simple":
            words.append(wording.ALLOCATIONS[plan.allocation].format(number=wording.whole(plan.size)))
    if plan.design == "purposive":
        words.append(_("Each quota is filled in the order in which the list states its units."))
    if plan.replacements:
        place = wording.REPLACED_WITHIN[
            "quota" if plan.design == "purposive" else "cluster" if plan.method == "two_stage" else "stratum"
        ]
        words.append(
            _(
                "Up to {number} replacements are listed for each {place}, in the order in which they are "
                "asked. They stand in only for somebody of the same {place} who cannot be interviewed. "
                "That fills a place; it does not tell what the person who was not reached would have said."
            ).format(number=wording.whole(plan.replacements), place=place)
        )
    if plan.households:
        words.append(
            _("Of the drawn people’s households {number} are drawn by chance and visited as well.").format(
                number=wording.whole(plan.households)
            )
        )
    if plan.weighs_households:
        words.append(
            _(
                "A household has more chances the more of its members could be chosen. So each interview "
                "asks how many could be, and the weights of its members are shared by that number."
            )
        )
    return words
