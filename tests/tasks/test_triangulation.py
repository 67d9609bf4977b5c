"""Like is compared with like, and what may not be told enters no verdict."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from data.demo import make_block_printing as demo
from schemas.analysis import FocusGroupVerdicts, ImpactEstimates, Triangulation
from schemas.assessment import AssessmentPlan, read_plan
from schemas.base import conform, empty
from schemas.followup import WaveChanges
from schemas.voices import CodedVoices, Quotes
from tasks import disclosure
from tasks.triangulation import triangulate

KEY = {"indicator": "income_month", "poverty_group": "wage-men"}
WAVES = {"from_wave": "baseline", "to_wave": "followup"}
VOICE = {**KEY, "wave": "followup", "direction": "better"}
GROUPS = {**VOICE, "focus_groups": 2, "participants": 13}
PROGRAMME, COMPARISON = "programme", "comparison"


@pytest.fixture(scope="module")
def plan() -> AssessmentPlan:
    return read_plan(demo.ROOT / "data" / "demo" / "block-printing" / "assessment.toml")


def change(arm: str, direction: str, people: int = 60) -> dict[str, Any]:
    counts = {"respondents_from": people, "respondents_to": people, "respondents_both": people}
    told = {"change": 1.0, "direction": direction, "follow_up": "repeat", "claim": "descriptive"}
    return {**KEY, **WAVES, **counts, **told, "arm": arm}


def effect(direction: str, smallest: int = 30) -> dict[str, Any]:
    return {
        **KEY,
        **WAVES,
        "specification": "programme",
        "term": "programme x after",
        "estimator": "difference_in_differences",
        "comparison": "all",
        "estimate": 1.0,
        "family": "programme",
        "tests": 1,
        "respondents": 100,
        "smallest_cell": smallest,
        "claim": "causal",
        "claim_reason": "A lot formed the arms.",
        "programme_term": True,
        "direction": direction,
    }


def table(rows: list[dict[str, Any]], contract: Any) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), contract) if rows else empty(contract)


def compared(
    plan: AssessmentPlan,
    changes: list[dict[str, Any]] = (),  # type: ignore[assignment]
    effects: list[dict[str, Any]] = (),  # type: ignore[assignment]
    groups: list[dict[str, Any]] = (),  # type: ignore[assignment]
    coded: list[dict[str, Any]] = (),  # type: ignore[assignment]
    *,
    public: bool = False,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    inputs = {
        ImpactEstimates: table(list(effects), ImpactEstimates),
        WaveChanges: table(list(changes), WaveChanges),
        FocusGroupVerdicts: table(list(groups), FocusGroupVerdicts),
        CodedVoices: table(list(coded), CodedVoices),
    }
    waves = pd.DataFrame(
        {"wave": ["baseline", "followup"], "role": ["baseline", "follow-up"], "position": [1, 2]}
    )
    made = triangulate(
        *inputs.values(),
        empty(Quotes),
        waves,
        specification=plan.specification,
        assessment=plan.assessment.model_copy(update={"public": public}),
    )
    return made, {contract.about().name: frame for contract, frame in {**inputs, Triangulation: made}.items()}


def test_figures_that_are_compared_with_voices_are_changes_of_those_who_speak(plan):
    """The comparison group gained more: the effect is a loss, and nobody in the programme can see it."""
    changes = [change(PROGRAMME, "better"), change(COMPARISON, "better")]
    made, _ = compared(plan, changes, [effect("worse")], [GROUPS])
    (row,) = made.to_dict("records")
    assert (row["quantitative"], row["participatory"], row["verdict"]) == ("better", "better", "agree")
    assert row["effect"] == "worse"
    assert row["figure"] == "wave_changes/income_month/wage-men/programme/baseline/followup"


def test_a_change_of_which_neither_a_specification_nor_a_voice_speaks_has_no_row(plan):
    assert len(compared(plan, [change(PROGRAMME, "better")])[0]) == 0


def test_the_comparison_arm_alone_says_nothing_of_the_programme(plan):
    made, _ = compared(plan, [change(COMPARISON, "worse"), change(PROGRAMME, "better")], [], [GROUPS])
    assert made["quantitative"].tolist() == ["better"]


def test_an_effect_without_a_change_over_time_is_a_silent_figure(plan):
    made, _ = compared(plan, [], [effect("better")], [GROUPS])
    (row,) = made.to_dict("records")
    assert (row["quantitative"], row["effect"], row["verdict"]) == ("silent", "better", "single source")


def test_what_people_recall_is_a_change_over_time(plan):
    recalled = {**effect("better"), "estimator": "recall", "term": "now minus recalled", "claim": "recall"}
    (row,) = compared(plan, [], [recalled], [GROUPS])[0].to_dict("records")
    assert (row["quantitative"], row["effect"], row["verdict"]) == ("better", "silent", "agree")


@pytest.mark.parametrize("few", [{"focus_groups": 1, "participants": 7}, {"participants": 9}])
def test_a_voice_of_few_is_withheld_and_the_figure_beside_it_is_told(plan, few):
    made, tables = compared(plan, [change(PROGRAMME, "better", 47)], [], [{**GROUPS, **few}])
    (row,) = made.to_dict("records")
    assert (row["participatory"], row["verdict"]) == ("withheld", "single source")
    assert compared(plan, [], [], [{**GROUPS, **few}], public=True)[0]["participatory"].tolist() == ["better"]
    released = disclosure.release_all(tables, disclosure.Rules())["mart.triangulation"]
    (told,) = released.to_dict("records")
    assert (told["quantitative"], told["participatory"]) == ("better", "withheld")
    assert pd.isna(told["participants"])
    assert told["withheld_by"] == disclosure.FEW_VOICES


def test_where_the_effect_is_withheld_the_change_is_still_told(plan):
    _, tables = compared(plan, [change(PROGRAMME, "better")], [effect("worse", smallest=4)], [GROUPS])
    released = disclosure.release_all(tables, disclosure.Rules())["mart.triangulation"]
    (told,) = released.to_dict("records")
    assert (told["effect"], told["quantitative"], told["verdict"]) == ("withheld", "better", "agree")


def test_where_the_change_is_withheld_so_is_the_verdict(plan):
    _, tables = compared(plan, [change(PROGRAMME, "better", 9)], [effect("worse")], [GROUPS])
    released = disclosure.release_all(tables, disclosure.Rules())["mart.triangulation"]
    (told,) = released.to_dict("records")
    assert pd.isna(told["quantitative"])
    assert pd.isna(told["verdict"])
    assert told["effect"] == "worse"
