"""The pilot: its answers enter no estimate, what it decided is recorded, and it freezes the forms."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan
from schemas.base import check, conform
from schemas.design import Training, TrainingHeld
from schemas.faults import Refused
from schemas.vocabulary import INDICATOR_KINDS, METHOD_STAGES
from tasks.pilot import began_early, freeze_warnings, record_training, used_warnings
from tasks.research_methods import design_notes, method_notes, roles
from tasks.run import Run
from tests.folders import WAVES, plan, two_waves, write

FIXED_EFFECTS = """
[[specification]]
name = "within"
indicators = ["income_month"]
estimator = "fixed_effects"
terms = ["workdays_month"]
fixed_effects = ["respondent", "wave"]
cluster = "cluster"

[comparison]
covariates = ["workdays_month"]
"""
# The name comes first by alphabet, so that the pilot is not last in any order.
PILOT = '\n[[wave]]\nname = "attempt"\nrole = "pilot"\n'


RANKINGS = "focus_group,poverty_group,person,indicator,rank\n" + "".join(
    f"F1,weaver-women,P{person},{indicator},{rank}\n"
    for person in range(6)
    for rank, indicator in enumerate(("written_contract", "workdays_month"), start=1)
)


VERSIONS = 'versions = {{ {} = "0123456789" }}\n'


def with_pilot(folder: Path, answers: pd.DataFrame) -> Path:
    """Put a pilot before the waves of the plan, with these answers."""
    text = (folder / "assessment.toml").read_text()
    assert WAVES in text
    return write(
        folder,
        {
            "assessment.toml": text.replace(WAVES, PILOT + WAVES),
            "waves/attempt/interviews.csv": answers.to_csv(index=False),
        },
    )


def released(folder: Path) -> dict[str, pd.DataFrame]:
    """Run the folder and return all that may be published, without the rows about the pilot itself."""
    run = Run(folder)
    run.prepare()
    run.open()
    try:
        for task in run.tasks:
            outcome = run.do(task)
            assert outcome.status == "done", (task.name, outcome.why)
        names = {name for task in run.tasks for name in task.writes if name.startswith("released.")}
        tables = {name: run.read(name) for name in sorted(names)}
    finally:
        run.close()
    return {
        name: frame[frame["wave"] != "attempt"].reset_index(drop=True) if "wave" in frame else frame
        for name, frame in tables.items()
    }


def test_what_is_published_is_the_same_with_a_pilot_and_without(tmp_path):
    """The same people with other answers, arms and groups, strangers, a question of the pilot's own."""
    plain, tried = (
        write(two_waves(tmp_path / name, FIXED_EFFECTS), {"design/rankings.csv": RANKINGS})
        for name in ("plain", "tried")
    )
    people = pd.read_csv(tried / "waves/baseline/interviews.csv", dtype=str)
    answers = people.assign(
        income_month="999999",
        workdays_month=[str(row % 31) for row in range(len(people))],
        poverty_group="weaver-women",
        only_tried="yes",
        gender="men",
        written_contract="yes",
    ).drop(columns=["arm", "weight"])
    strangers = answers.assign(respondent="X" + answers["respondent"])
    with_pilot(tried, pd.concat([answers, strangers]))
    one, other = released(plain), released(tried)
    assert set(one) == set(other)
    assert {"released.impact_estimates", "released.indicator_estimates", "released.attrition"} <= set(one)
    assert set(one["released.impact_estimates"]["specification"]) == {"programme", "within"}
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name], obj=name)


def test_an_indicator_of_a_short_list_is_estimated_where_a_wave_has_asked_it(tmp_path):
    folder = write(two_waves(tmp_path), {"design/rankings.csv": RANKINGS})
    for wave in ("baseline", "followup"):
        path = folder / f"waves/{wave}/interviews.csv"
        pd.read_csv(path, dtype=str).assign(written_contract="yes").to_csv(path, index=False)

    def used() -> list[str]:
        run = Run(folder)
        run.prepare()
        return run.intake.tables["staged.indicators"]["indicator"].tolist()

    assert used() == ["income_month", "workdays_month", "written_contract"]
    write(folder, {"design/pilot.csv": "item,kind,decision,reason\nwritten_contract,indicator,drop,none\n"})
    assert used() == ["income_month", "workdays_month"]


def test_a_pilot_may_be_held_with_people_who_are_not_in_the_frame(tmp_path):
    folder = two_waves(tmp_path, '\n[sampling]\ndesign = "representative"\nsize = 60\n')
    people = pd.read_csv(folder / "waves/baseline/interviews.csv", dtype=str)
    nodes = people["poverty_group"].map({"weaver-women": "weavers", "workshop-men": "workshops"})
    frame = people[["respondent", "poverty_group", "arm", "cluster"]].assign(node=nodes, stratum="all")
    frame = frame.rename(columns={"respondent": "unit"})
    write(folder, {"design/frame.csv": frame.to_csv(index=False)})
    with_pilot(folder, people.assign(respondent="X" + people["respondent"]).drop(columns="weight"))
    run = Run(folder)
    run.prepare()
    assert (run.intake.tables["staged.responses"]["wave"] == "attempt").sum() == 60
    strange = people.assign(respondent="X" + people["respondent"]).to_csv(index=False)
    write(folder, {"waves/baseline/interviews.csv": strange})
    with pytest.raises(Refused, match="not in the frame"):
        Run(folder).prepare()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('from_wave = "baseline"', 'from_wave = "attempt"', "specification.1.from_wave: the wave"),
        ('to_wave = "followup"', 'to_wave = "attempt"', "specification.1.to_wave: the wave"),
        ("[comparison]\n", '[comparison]\narm_from = "attempt"\n', "comparison.arm_from: the wave"),
        ("2025-03-01\n", f"2025-03-01\n{VERSIONS.format('attempt')}", "the wave 'attempt' is the pilot"),
        ("2025-03-01\n", f"2025-03-01\n{VERSIONS.format('other')}", "the wave 'other' is not in the plan"),
        ('role = "pilot"\n', 'role = "pilot"\nends_on = 2025-03-02\n', "is before the pilot 'attempt' ended"),
    ],
)
def test_a_plan_that_would_estimate_or_freeze_a_pilot_is_refused(tmp_path, old, new, told):
    folder = two_waves(tmp_path, FIXED_EFFECTS + "\n[pilot]\nfrozen_on = 2025-03-01\n")
    with_pilot(folder, pd.read_csv(folder / "waves/baseline/interviews.csv", dtype=str))
    text = (folder / "assessment.toml").read_text()
    assert old in text
    (folder / "assessment.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(Refused) as refused:
        Run(folder).prepare()
    assert told in str(refused.value)


def planned(**pilot: object) -> AssessmentPlan:
    toml = tomllib.loads(plan('[[wave]]\nname = "trial"\nrole = "pilot"\n' + WAVES))
    for wave in toml["wave"]:
        wave["starts_on"] = date(2025, 3, 3)
    return AssessmentPlan.model_validate({**toml, "pilot": {"frozen_on": date(2025, 2, 1), **pilot}})


def test_interviews_on_another_version_than_the_frozen_one_are_told():
    files = pd.DataFrame(
        {
            "wave": ["baseline", "followup", "trial"],
            "form_version": ["0123456789, 9876543210", pd.NA, "aaaaaaaaaa"],
        }
    )
    frozen = planned(versions={"baseline": "0123456789", "followup": "0123456789"})
    (line,) = used_warnings(frozen, files)
    assert line.startswith("baseline: interviews were held with version 9876543210 of the form")
    assert used_warnings(frozen.model_copy(update={"pilot": None}), files) == []
    assert freeze_warnings(frozen.model_copy(update={"pilot": None}), {"baseline": "0"}) == []


def test_fieldwork_before_the_freeze_is_told_but_not_of_the_pilot():
    assert began_early(planned()) == []
    late = began_early(planned(frozen_on=date(2025, 3, 10)))
    assert [line.partition(":")[0] for line in late] == ["baseline", "followup"]


def test_training_is_recorded_by_role_and_its_notes_stay_inside():
    training = conform(
        pd.DataFrame(
            {
                "role": ["enumerators", "facilitators"],
                "topic": ["form", "ranking"],
                "held_on": ["2025-01-20", "2025-01-13"],
                "days": [2.5, 1.0],
                "trained": [8, 2],
                "note": ["said by somebody", None],
            }
        ),
        Training,
    )
    held = record_training(training)
    assert check(held, TrainingHeld) == []
    assert held[["role", "person_days"]].values.tolist() == [["facilitators", 2.0], ["enumerators", 20.0]]
    assert "note" not in held
    assert Training.about().release is None


@pytest.mark.parametrize(
    ("design", "waves", "told"),
    [
        ("repeat", 1, ["the study is repeat, and the plan has one wave"]),
        ("one-off", 2, ["the study is one-off, and the plan has 2 waves"]),
        ("one-off", 1, []),
        ("longitudinal", 2, []),
        ("repeat", 0, []),
    ],
)
def test_waves_that_do_not_make_the_study_design_are_told(design, waves, told):
    one = planned()
    assessment = one.assessment.model_copy(update={"study_design": design})
    one = one.model_copy(update={"assessment": assessment, "wave": one.wave[: waves + 1]})
    lines = design_notes(one)
    assert len(lines) == len(told)
    assert all(line.startswith(start) for line, start in zip(lines, told, strict=True))


def test_a_plan_of_methods_without_a_kind_of_method_is_told():
    methods = pd.DataFrame({"kind": ["quantitative", "participatory"]})
    assert method_notes(planned(), methods) == [
        "design/methods has no qualitative method; the study wants all three kinds (Box A.1)"
    ]
    assert method_notes(planned().model_copy(update={"wave": []}), methods.head(0)) == []


def test_box_a1_is_complete():
    cells = [(role["stage"], role["kind"]) for role in roles().values()]
    assert set(cells) == {(stage, kind) for stage in METHOD_STAGES for kind in INDICATOR_KINDS}
    assert len(cells) == 10
