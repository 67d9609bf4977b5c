"""What a draw means for the interviews that follow: weights, replacements, households, checks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import Sampling
from schemas.base import conform, empty
from schemas.design import HouseholdSubsample, Quotas, Replacements, Sample
from schemas.faults import Refused
from schemas.fieldwork import HouseholdWeights
from tasks import drawing, show
from tasks.households import household_findings, weigh_households
from tasks.replaced import OUT_OF_ORDER, TOO_MANY, replacement_findings
from tasks.run import Run
from tests.assessed import tables_of
from tests.folders import two_waves, write

DRAW = """
[sampling]
design = "representative"
replacements = 3
unit = "household"
[sampling.sizes]
weaver-women = 12
workshop-men = 14
"""


def folder_of(path: Path, rest: str = DRAW) -> Path:
    """Return a folder whose frame holds all 60 people; nobody is interviewed yet but those of the waves."""
    two_waves(path, rest)
    for wave in ("baseline", "followup"):
        file = path / f"waves/{wave}/interviews.csv"
        people = pd.read_csv(file, dtype=str)
        people.drop(columns="weight").assign(eligible_members="2").to_csv(file, index=False)
    nodes = {"weaver-women": "weavers", "workshop-men": "workshops"}
    frame = people[["arm", "poverty_group", "cluster"]].assign(
        unit=people["respondent"],
        node=people["poverty_group"].map(nodes),
        stratum=people["poverty_group"],
        household=[f"H{number // 2}" for number in range(len(people))],
    )
    return write(path, {"design/frame.csv": frame.to_csv(index=False)})


def interview(folder: Path, keep: set[str]) -> None:
    """Leave only these people in the files of both waves."""
    for wave in ("baseline", "followup"):
        file = folder / f"waves/{wave}/interviews.csv"
        people = pd.read_csv(file, dtype=str)
        people[people["respondent"].isin(keep)].to_csv(file, index=False)


def drawn_ids(folder: Path, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the sample and up to so many replacements under the ids of the frame."""
    run = Run(folder)
    run.prepare()
    intake = run.intake
    frame, plan = intake.tables["staged.frame"], intake.plan
    people = pd.concat(intake.people).drop_duplicates("pseudonym").set_index("pseudonym")["value"]
    asked = plan.sampling.model_copy(update={"replacements": most})
    sample = drawing.draw(frame, empty(Quotas), plan.sampling, plan.seeds)
    spare = drawing.replacements(frame, empty(Quotas), sample, asked, plan.seeds)
    return sample.assign(unit=sample["unit"].map(people)), spare.assign(unit=spare["unit"].map(people))


def test_a_replacement_is_no_stranger_and_weighs_what_its_stratum_does(tmp_path, monkeypatch):
    monkeypatch.setenv("PSIA_KEYS", str(tmp_path / "keys"))
    folder = folder_of(tmp_path / "a", DRAW.replace("replacements = 3", "replacements = 60"))
    sample, spare = drawn_ids(folder, 60)
    first, fourth = (
        spare[(spare["stratum"] == "weaver-women") & (spare["drawn_order"] == place)]["unit"].iloc[0]
        for place in (1, 4)
    )
    weavers = sample[sample["stratum"] == "weaver-women"]["unit"].tolist()
    folder = folder_of(tmp_path / "a")
    interview(folder, {*sample["unit"], first} - {weavers[0]})
    responses, weights, checks = tables_of(
        folder, "staged.responses", "mart.household_weights", "mart.field_checks"
    )
    of = responses.groupby("stratum")["weight"]
    assert of.size().to_dict() == {"weaver-women": 24, "workshop-men": 28}
    for found in (of.min(), of.max()):
        assert found.to_dict() == pytest.approx({"weaver-women": 30 / 12, "workshop-men": 30 / 14})
    assert not checks["check"].isin([TOO_MANY, OUT_OF_ORDER]).any()
    assert weights["weight"].sum() == pytest.approx(responses["weight"].sum() / 2)
    columns, rows = show.rows(folder, "mart.replacements", reveal=True)
    told = pd.DataFrame(rows, columns=columns)
    expected = spare[spare["drawn_order"] <= 3]["unit"].tolist()
    assert told.sort_values(["stratum", "drawn_order"])["unit"].tolist() == expected
    interview(folder_of(tmp_path / "a"), {*sample["unit"], fourth})
    with pytest.raises(Refused, match="was not drawn and is no replacement"):
        Run(folder).prepare()


@pytest.mark.parametrize(
    ("method", "strata", "weights"),
    [
        ('method = "simple"\nsize = 60', {"all"}, {1.0}),
        ('method = "pps"\nsize = 60', {"weaver-women", "workshop-men"}, {1.0}),
        (
            'method = "two_stage"\nclusters_in = { weaver-women = 10, workshop-men = 10 }\nper_cluster = 9',
            {"weaver-women", "workshop-men"},
            {1.0},
        ),
    ],
)
def test_the_draw_says_of_which_stratum_and_cluster_a_respondent_is(
    tmp_path, monkeypatch, method, strata, weights
):
    monkeypatch.setenv("PSIA_KEYS", str(tmp_path / "keys"))
    folder = folder_of(tmp_path / "a", f'\n[sampling]\ndesign = "representative"\n{method}\n')
    file = folder / "design/frame.csv"
    frame = pd.read_csv(file, dtype=str)
    frame.assign(size=[str(1 + number % 5) for number in range(60)]).to_csv(file, index=False)
    run = Run(folder)
    run.prepare()
    responses = run.intake.tables["staged.responses"]
    assert set(responses["stratum"]) == strata
    assert responses["cluster"].nunique() == frame["cluster"].nunique()
    assert set(responses["weight"]) == weights


def test_a_quota_that_fits_nobody_is_refused_at_its_row(tmp_path, monkeypatch):
    monkeypatch.setenv("PSIA_KEYS", str(tmp_path / "keys"))
    folder = folder_of(tmp_path / "a", '\n[sampling]\ndesign = "purposive"\n')
    asked = "node,gender,wanted\nweavers,,5\nworkshops,women,4\n"
    write(folder, {"design/quotas.csv": asked})
    with pytest.raises(Refused) as refused:
        Run(folder).prepare()
    assert "design/quotas.csv, row 3" in str(refused.value)
    assert "no unit of the frame fits the quota 'workshops, women'" in str(refused.value)
    write(folder, {"design/quotas.csv": "node,gender,wanted\nweavers,,5\nweavers,,4\n"})
    with pytest.raises(Refused, match="stands already in row 2"):
        Run(folder).prepare()


def units(names: str, stratum: str = "s", cluster: str = "c", **more: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": list(names),
            "node": "n",
            "stratum": stratum,
            "cluster": cluster,
            "drawn_order": range(1, len(names) + 1),
            **more,
        }
    )


def test_replacements_beside_the_drawn_or_out_of_order_are_told():
    sample = conform(units("abc", design="representative"), Sample)
    spare = conform(units("xyz"), Replacements)

    def found(people: str, two_stage: bool = False) -> list[tuple[str, str, str]]:
        responses = pd.DataFrame({"respondent": list(people), "wave": "w"})
        told = replacement_findings(responses, sample, spare, two_stage=two_stage)
        return [(check, key, severity) for _, check, key, severity, _ in told]

    assert found("abc") == found("abx") == found("axy") == []
    assert found("abcx") == [(TOO_MANY, "s", "warning")]
    assert found("aby") == [(OUT_OF_ORDER, "s", "note")]
    assert found("aby", two_stage=True) == [(OUT_OF_ORDER, "s, c", "note")]
    responses = pd.DataFrame({"respondent": list("abcx"), "wave": "w"})
    assert not list(replacement_findings(responses, sample, empty(Replacements), two_stage=False))


PEOPLE = pd.DataFrame(
    {
        "respondent": list("abcd"),
        "wave": "w",
        "household": ["h1", "h1", "h2", "h3"],
        "weight": [6.0, 3.0, 4.0, 5.0],
        "eligible_members": pd.array([3, 3, 0, pd.NA], dtype="Int64"),
    }
)
HOUSEHOLDS = Sampling(design="representative", unit="household")


def test_households_are_weighted_by_weight_share_and_what_cannot_be_is_told():
    weights = weigh_households(PEOPLE, empty(HouseholdSubsample), sampling=HOUSEHOLDS)
    assert weights.set_index("household")["weight"].dropna().to_dict() == {"h1": 3.0}
    found = {key: message for _, _, key, _, message in household_findings(PEOPLE, weights, HOUSEHOLDS)}
    assert "fewer people could have been chosen" in found["h2"]
    assert "nobody said" in found["h3"]


def test_a_sub_sample_divides_by_its_chance_and_leaves_the_others_out():
    drawn = pd.DataFrame(
        {"household": ["h1"], "unit": ["a"], "drawn_order": [1], "subsample_probability": [0.25]}
    )
    chosen = conform(drawn, HouseholdSubsample)
    plan = Sampling(design="representative", households=1)
    weights = weigh_households(PEOPLE, chosen, sampling=plan)
    assert weights[["household", "weight"]].values.tolist() == [["h1", 12.0]]


def test_no_household_is_weighted_where_nobody_was_asked_or_nothing_drawn():
    bare = PEOPLE.drop(columns="eligible_members")
    assert weigh_households(bare, empty(HouseholdSubsample), sampling=HOUSEHOLDS).empty
    told = [check for _, check, *_ in household_findings(bare, empty(HouseholdWeights), HOUSEHOLDS)]
    assert told == ["eligible members not asked"]
    purposive = Sampling(design="purposive", unit="household")
    assert weigh_households(PEOPLE, empty(HouseholdSubsample), sampling=purposive).empty
    assert not list(household_findings(bare, empty(HouseholdWeights), purposive))
