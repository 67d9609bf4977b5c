"""What manifest.json says of the assessment itself: a portfolio needs neither its plan nor its warehouse."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.assessment import AssessmentPlan, Name, Position, Words

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Known(BaseModel):
    """What is read from a manifest: these keys, and beside them any that others read."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)


class ListedWave(_Known):
    """A wave: its name in the tables, and its label."""

    wave: Name
    label: Words


class ListedFile(_Known):
    """A file of the tree and its hash."""

    file: Words
    sha256: Sha256


class Described(_Known):
    """What the manifest says of an assessment. waves: in the order of the plan, without a pilot.

    language: the first of the plan's, in which the folder is written. currency: of its amounts of money, ""
    where the plan names none. position: None where the plan has none.
    """

    assessment: Name
    title: Words
    cluster: Words
    country: Words
    sector: Words
    language: Words
    currency: str
    study_design: Words
    waves: tuple[ListedWave, ...]
    position: Position | None

    @classmethod
    def of(cls, plan: AssessmentPlan) -> Described:
        """Return what is told of the assessment of a plan."""
        part = plan.assessment
        return cls(
            assessment=part.id,
            title=part.title,
            cluster=part.cluster,
            country=part.country,
            sector=part.sector,
            language=plan.report.languages[0],
            currency=plan.instruments.currency,
            study_design=part.study_design,
            waves=tuple(
                ListedWave(wave=one.name, label=one.label or one.name)
                for one in plan.wave
                if one.role != "pilot"
            ),
            position=plan.position,
        )


class Manifest(Described):
    """The keys of manifest.json that a portfolio reads."""

    content_hash: Sha256
    data_date: date
    files: tuple[ListedFile, ...]
