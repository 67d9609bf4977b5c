"""Phase seven: forms that changed, and what became of earlier findings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from schemas.analysis import Findings, ImpactEstimates, Indicators
from schemas.assessment import Instruments as InstrumentsPart
from schemas.assessment import Specification, Wave
from schemas.base import check, conform, empty
from schemas.checks import FormQuestions
from schemas.followup import EarlierFindings, FormChanges, StagedEarlierFindings
from schemas.instruments import Instruments
from schemas.plan import Waves
from tasks import published_before
from tasks.earlier_findings import change_of_forms, follow_findings, what_became
from tasks.impact_models import AFTER, PROGRAMME

WAVES = conform(
    pd.DataFrame(
        [
            {"wave": "first", "position": 1, "label": "First", "role": "baseline"},
            {"wave": "second", "position": 2, "label": "Second", "role": "follow-up"},
            {"wave": "third", "position": 3, "label": "Third", "role": "follow-up"},
        ]
    ),
    Waves,
)
ASKED = {
    "position": 1,
    "section": "Work",
    "wording": "What did you earn?",
    "answers": "whole number",
    "unit": "currency",
    "poverty_groups": "all",
    "indicators": "pay",
    "sensitive": False,
    "version": "1",
}
RECEIVED = {"name": "q", "position": 1, "source": "form", "kind": "number", "required": False}


def forms(*rows: dict, received: tuple[dict, ...] = ()) -> list[tuple]:
    asked = conform(pd.DataFrame([{**ASKED, **row} for row in rows]), Instruments)
    came = [{**RECEIVED, **row} for row in received]
    frame = conform(pd.DataFrame(came), FormQuestions) if came else empty(FormQuestions)
    table = change_of_forms(asked, frame, WAVES)
    assert check(conform(table, FormChanges), FormChanges) == []
    columns = ["from_wave", "to_wave", "question", "difference", "was", "now"]
    table = conform(table, FormChanges)
    return [
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in table[columns].itertuples(index=False)
    ]


def test_the_same_forms_have_not_changed():
    assert (
        forms({"wave": "first", "question": "q"}, {"wave": "second", "question": "q", "version": "2"}) == []
    )


@pytest.mark.parametrize(
    ("column", "was", "now", "change"),
    [
        ("wording", "What did you earn?", "What are you paid?", "worded otherwise"),
        ("answers", "whole number", "whole number, 0 or more", "answered otherwise"),
        ("poverty_groups", "all", "women", "asked of others"),
    ],
)
def test_what_is_put_otherwise_is_told_with_both(column, was, now, change):
    (row,) = forms({"wave": "first", "question": "q"}, {"wave": "second", "question": "q", column: now})
    assert row[:4] == ("first", "second", "q", change)
    assert row[4].startswith(was)
    assert row[5].startswith(now)


def test_questions_that_come_and_go_are_told_and_a_recall_is_not_new():
    rows = forms(
        {"wave": "first", "question": "old"},
        {"wave": "second", "question": "new", "wording": "New?"},
        {"wave": "second", "question": "before", "recalls": "new"},
    )
    assert rows == [
        ("first", "second", "old", "not asked any more", "What did you earn?", None),
        ("first", "second", "new", "asked anew", None, "New?"),
    ]


def test_the_forms_that_came_decide_on_limits_and_a_form_of_one_wave_alone_on_nothing():
    waves = ({"wave": "first", "question": "q"}, {"wave": "second", "question": "q"})
    limits = ({**waves[0], "maximum": 9.0}, {**waves[1], "maximum": 99.0})
    (row,) = forms(*waves, received=limits)
    assert row[3:] == ("answered otherwise", "number, maximum 9", "number, maximum 99")
    assert forms(*waves, received=limits[:1]) == []


@pytest.mark.parametrize(
    ("was", "now", "verdict"),
    [
        ("better", "better", "held"),
        ("worse", "better", "reversed"),
        ("better", "uncertain", "not seen any more"),
        ("better", "unchanged", "not seen any more"),
        ("unchanged", "unchanged", "held"),
        ("unchanged", "worse", "appeared since"),
        ("unchanged", "uncertain", "not seen any more"),
        ("worse", None, "not asked any more"),
    ],
)
def test_what_became_of_an_earlier_finding(was, now, verdict):
    assert what_became(was, now) == verdict


SPECIFICATION = [
    Specification.model_validate({"name": name, "indicators": ["pay"], "estimator": estimator})
    for name, estimator in (
        ("main", "difference_in_differences"),
        ("then", "recall"),
        ("levels", "difference"),
    )
]
INDICATORS = conform(
    pd.DataFrame(
        [
            {
                "indicator": "pay",
                "label": "Pay",
                "heading": "Income",
                "stakeholder": "worker",
                "kind": "quantitative",
                "directness": "direct",
                "unit": "currency per month",
                "better": "higher",
                "value": "pay",
                "smallest_change": 100.0,
            }
        ]
    ),
    Indicators,
)


def estimate(name: str, to_wave: str, direction: str, estimator: str, term: str) -> dict:
    return {
        "specification": name,
        "term": term,
        "indicator": "pay",
        "poverty_group": "all",
        "from_wave": "first" if estimator == "difference_in_differences" else "none",
        "to_wave": to_wave,
        "estimator": estimator,
        "comparison": "all",
        "estimate": 500.0,
        "ci_low": 200.0,
        "ci_high": 800.0,
        "family": name,
        "tests": 1,
        "respondents": 90,
        "smallest_cell": 30,
        "claim": "recall" if estimator == "recall" else "associational",
        "claim_reason": "It was so.",
        "programme_term": True,
        "direction": direction,
    }


def findings(direction: str = "worse", respondents: int = 80) -> pd.DataFrame:
    row = {
        "finding": "pay/all",
        "position": 1,
        "indicator": "pay",
        "poverty_group": "all",
        "direction": direction,
        "claim": "associational",
        "statement": "Pay fell.",
        "evidence": "impact_estimates",
        "figure": "impact_estimates/main",
        "limits": "It was so.",
        "respondents": respondents,
        "smallest_cell": respondents,
        "public": False,
    }
    return conform(pd.DataFrame([row]), Findings)


def reported(**changed: object) -> pd.DataFrame:
    row = {
        "report": "visit",
        "reported_on": "2023-03-20",
        "finding": "pay/all",
        "direction": "better",
        "claim": "recall",
        "statement": "Pay rose.",
        "respondents": 40,
        **changed,
    }
    return conform(pd.DataFrame([row]), StagedEarlierFindings)


def became(earlier: pd.DataFrame, estimates: list[dict], newest: pd.DataFrame) -> list[dict]:
    frame = conform(pd.DataFrame(estimates), ImpactEstimates) if estimates else empty(ImpactEstimates)
    waves = [Wave(name=one) for one in WAVES["wave"]]
    table = follow_findings(
        earlier,
        frame,
        newest,
        INDICATORS,
        WAVES,
        specification=SPECIFICATION,
        poverty_group=[],
        wave=waves,
        instruments=InstrumentsPart(),
    )
    assert check(conform(table, EarlierFindings), EarlierFindings) == []
    return table.to_dict("records")


def test_a_finding_of_an_earlier_report_is_held_against_the_newest():
    (row,) = became(reported(), [], findings("worse"))
    assert (row["was"], row["now"], row["verdict"]) == ("better", "worse", "reversed")
    assert row["label"] == "Pay"
    assert row["respondents"] == 40


def test_the_fewest_respondents_of_either_figure_decide_whether_it_is_published():
    (row,) = became(reported(), [], findings("worse", 7))
    assert row["respondents"] == 7


def test_what_is_not_asked_any_more_is_told_and_what_was_uncertain_or_withheld_is_not():
    (row,) = became(reported(finding="weeks_without_work_year/all"), [], findings())
    assert row["verdict"] == "not asked any more"
    assert row["label"] != "weeks_without_work_year"
    assert became(reported(direction="uncertain"), [], findings()) == []
    assert became(reported(direction=None), [], findings()) == []


def test_an_estimate_that_ends_with_an_earlier_wave_is_an_earlier_finding_and_levels_are_no_change():
    newest = estimate("main", "third", "worse", "difference_in_differences", AFTER)
    then = estimate("then", "second", "better", "recall", "now minus recalled")
    levels = estimate("levels", "first", "better", "difference", PROGRAMME)
    rows = became(empty(StagedEarlierFindings), [newest, then, levels], findings("worse"))
    assert [(row["report"], row["claim"], row["verdict"]) for row in rows] == [
        ("second", "recall", "reversed")
    ]
    assert rows[0]["statement"]
    assert rows[0]["respondents"] == 30


def release(folder: Path, name: str, text: str = "") -> None:
    path = folder / "releases" / name / "tables" / "findings.csv"
    path.parent.mkdir(parents=True)
    path.write_text(
        text
        or "finding,indicator,direction,claim,statement,respondents,withheld_by\n"
        "pay/all,pay,better,recall,Pay rose.,40,\npay/men,pay,,recall,,,threshold\n"
    )


def test_findings_of_releases_before_the_newest_wave_are_read_as_they_were_published(tmp_path):
    for name in ("2023-03-20", "2024-06-28", "draft", "visit-2023-05-01"):
        release(tmp_path, name)
    found, faults = published_before.findings(tmp_path, ["visit-2023-05-01"], "2024-01-08")
    assert faults == []
    assert found["report"].tolist() == ["2023-03-20"] * 2
    assert found["reported_on"].tolist() == ["2023-03-20"] * 2
    assert found["direction"].isna().tolist() == [False, True]
    assert len(published_before.findings(tmp_path, [], "")[0]) == 0
    (row,) = became(found, [], findings("worse"))
    assert row["verdict"] == "reversed"


@pytest.mark.parametrize(
    "text",
    [
        "finding,direction\npay/all,better\n",
        "\n",
        "a,b\n1,2,3,4\n",
        "finding,direction,claim,statement,respondents\npay/all,up,recall,Pay rose.,40\n",
    ],
)
def test_a_release_that_is_not_as_it_was_published_is_a_fault(tmp_path, text):
    release(tmp_path, "2023-03-20", text)
    found, (fault,) = published_before.findings(tmp_path, [], "2024-01-08")
    assert len(found) == 0
    assert fault.file == "releases/2023-03-20/tables/findings.csv"
