"""What the manifest says of an assessment: from the plan, no closer than it may be, and strict when read."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from schemas.assessment import AssessmentPlan, read_plan
from schemas.faults import Refused
from schemas.manifest import Described, Manifest
from tests.folders import WAVES, plan, write

POSITION = "[position]\nlatitude = {}\nlongitude = {}\n"


def read(folder, rest: str) -> AssessmentPlan:
    return read_plan(write(folder, {"assessment.toml": plan(rest)}) / "assessment.toml")


def test_a_manifest_says_what_the_plan_says_and_is_read_back(tmp_path):
    pilot = '[[wave]]\nname = "trial"\nrole = "pilot"\n'
    told = Described.of(read(tmp_path, POSITION.format(-27.17671, 77.95) + pilot + WAVES))
    assert told.model_dump(mode="json") == {
        "assessment": "tiny",
        "title": "A tiny assessment",
        "cluster": "Baskets",
        "country": "Nowhere",
        "sector": "Basketry",
        "language": "en",
        "currency": "",
        "study_design": "repeat",
        "waves": [{"wave": "baseline", "label": "baseline"}, {"wave": "followup", "label": "followup"}],
        "position": {"latitude": -27.2, "longitude": 78.0},
    }
    rest = {"content_hash": "0" * 64, "data_date": "2026-03-31", "files": [], "libraries": {}}
    again = Manifest.model_validate_json(json.dumps(told.model_dump(mode="json") | rest))
    assert again.position == told.position
    with pytest.raises(ValidationError):
        Manifest.model_validate_json(
            json.dumps(told.model_dump(mode="json") | rest | {"assessment": "../elsewhere"})
        )


@pytest.mark.parametrize(("latitude", "longitude"), [(90.1, 0), (0, -180.5), ("true", 0), ("nan", 0)])
def test_a_position_that_is_none_is_refused(tmp_path, latitude, longitude):
    with pytest.raises(Refused, match="position"):
        read(tmp_path, POSITION.format(latitude, longitude))


def test_half_a_position_is_refused(tmp_path):
    with pytest.raises(Refused, match="longitude"):
        read(tmp_path, "[position]\nlatitude = 1\n")
