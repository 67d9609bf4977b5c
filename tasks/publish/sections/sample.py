"""How respondents are chosen: the unit of assessment, the method in words, and the record of the draw."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.assessment import Sampling
from tasks import catalogue
from tasks.publish import wording
from tasks.publish.report import Report


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
        unit=box_3["label"],
        advantages=tuple(box_3["advantages"]),
        limits=tuple(box_3["limits"]),
        sentences=tuple(_sentences(plan)),
        seed="" if record is None or record["seed"] is None else str(record["seed"]),
        frame_sha256=record["frame_sha256"] if record else "",
    )


def _sentences(plan: Sampling) -> list[str]:
    told = []
    if plan.by_chance:
        told.append(wording.SAMPLE_METHODS[plan.method])
        if plan.method == "two_stage":
            told.append(wording.CLUSTER_DRAWS[plan.draw_clusters].format(number=plan.per_cluster))
        elif plan.size and plan.method != "simple":
            told.append(wording.ALLOCATIONS[plan.allocation].format(number=wording.whole(plan.size)))
    if plan.design == "purposive":
        told.append("Each quota is filled in the order in which the list states its units.")
    if plan.replacements:
        place = wording.REPLACED_WITHIN[
            "quota" if plan.design == "purposive" else "cluster" if plan.method == "two_stage" else "stratum"
        ]
        told.append(
            f"Up to {wording.whole(plan.replacements)} replacements are listed for each {place}, in the "
            f"order in which they are asked. They stand in only for somebody of the same {place} who cannot "
            "be interviewed. That fills a place; it does not tell what the person who was not reached would "
            "have said."
        )
    if plan.households:
        told.append(
            f"Of the drawn people’s households {wording.whole(plan.households)} are drawn by chance and "
            "visited as well."
        )
    if plan.weighs_households:
        told.append(
            "A household has more chances the more of its members could be chosen. So each interview asks "
            "how many could be, and the weights of its members are shared by that number."
        )
    return told
