"""Weights through whole folders: each estimate uses the final weight, and what does not fit is refused."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import Sampling, Seeds
from schemas.base import conform, empty
from schemas.design import Frame, Quotas
from tasks import drawing
from tasks.weights import summarize_weights
from tests.assessed import tables_of
from tests.folders import interviews, two_waves, write
from tests.tasks.test_intake import change, plan, refused, taken

NODES = {"weaver-women": "weavers", "workshop-men": "workshops"}
RAKING = '\n[weights]\ncalibration = "raking"\n'
MARGINS = """wave,variable,category,total
all,arm,programme,700
all,arm,comparison,300
all,poverty_group,weaver-women,450
all,poverty_group,workshop-men,550
"""


def calibrated(folder: Path, margins: str = MARGINS, weights: str = RAKING) -> Path:
    return write(two_waves(folder, weights), {"design/margins.csv": margins})


def drawn(folder: Path, weights: str, reached: dict[str, int], gaps: dict[str, str] | None = None) -> Path:
    """Return a folder with a frame of 240 people, 30 drawn in each of two strata, and the first to answer.

    reached: stratum -> how many of those drawn answer in the first wave; three fewer do in the second.
    """
    people = pd.read_csv(io.StringIO(interviews(0, 240)), dtype=str)
    frame = pd.DataFrame(
        {
            "unit": people["respondent"],
            "node": people["poverty_group"].map(NODES),
            "poverty_group": people["poverty_group"],
            "stratum": ["near", "far", "far"] * 80,
            "arm": people["arm"],
            "cluster": people["cluster"],
        }
    ).assign(**gaps or {})
    sampling = {"design": "representative", "sizes": {"near": 30, "far": 30}}
    toml = '\n[sampling]\ndesign = "representative"\nsizes = { near = 30, far = 30 }\n'
    two_waves(folder, toml + weights)
    plan(folder, 'cluster = "cluster"\n', "")
    in_order = conform(frame.assign(draw_order=range(1, 241)), Frame)
    sample = drawing.draw(in_order, empty(Quotas), Sampling.model_validate(sampling), Seeds())
    for wave, fewer in (("baseline", 0), ("followup", 3)):
        some = [
            unit
            for stratum, part in sample.groupby("stratum")
            for unit in part["unit"].head(reached[str(stratum)] - fewer)
        ]
        answers = people.loc[
            people["respondent"].isin(some), ["respondent", "income_month", "workdays_month"]
        ]
        write(folder, {f"waves/{wave}/interviews.csv": answers.to_csv(index=False)})
    return write(folder, {"design/frame.csv": frame.to_csv(index=False)})


def weighed(folder: Path, *names: str) -> list[pd.DataFrame]:
    """Take a folder in and return some of its tables; mart.weight_summary is made of them."""
    found = taken(folder).intake.tables
    weights, responses, about = (found[name] for name in ("mart.weights", "staged.responses", "staged.plan"))
    summary = {"mart.weight_summary": summarize_weights(weights, responses, about)}
    return [{**found, **summary}[name] for name in names]


def test_those_interviewed_stand_for_those_drawn_who_were_not(tmp_path):
    folder = drawn(tmp_path, '\n[weights]\nnonresponse = ["stratum"]\n', {"near": 20, "far": 24})
    weights, classes, responses = weighed(folder, "mart.weights", "mart.response_classes", "staged.responses")
    table = classes.set_index("weighting_class")
    assert table["factor"].to_dict() == pytest.approx({"near": 30 / 20, "far": 30 / 24})
    assert table["expected"].to_dict() == {"near": 30, "far": 30}
    assert table["not_interviewed"].to_dict() == {"near": 10, "far": 6}
    assert set(classes["among"]) == {"those drawn"}
    first = responses[responses["wave"] == "baseline"]
    assert first.groupby("stratum")["weight"].sum().to_dict() == pytest.approx({"near": 80, "far": 160})
    # The factor stays with the person in the second wave, in which three more of each stratum are missing.
    by_person = weights.pivot_table(index="respondent", columns="wave", values="nonresponse_factor")
    assert (by_person["followup"].dropna() == by_person.loc[by_person["followup"].notna(), "baseline"]).all()


def test_a_replacement_answers_for_its_class_as_one_drawn_does(tmp_path):
    folder = drawn(tmp_path, '\n[weights]\nnonresponse = ["stratum"]\n', {"near": 20, "far": 24})
    plan(folder, "far = 30 }\n", "far = 30 }\nreplacements = 3\n")
    frame = conform(taken(folder).intake.tables["staged.frame"], Frame)
    sampling = Sampling.model_validate(
        {"design": "representative", "sizes": {"near": 30, "far": 30}, "replacements": 3}
    )
    sample = drawing.draw(frame, empty(Quotas), sampling, Seeds())
    listed = drawing.replacements(frame, empty(Quotas), sample, sampling, Seeds())
    vault = taken(folder).vault
    people = pd.read_csv(folder / "design/frame.csv", dtype=str)["unit"]
    ids = dict(zip(vault.pseudonyms(people.astype("string"), "person"), people, strict=True))
    near = [ids[one] for one in listed.loc[listed["stratum"] == "near", "unit"]]
    path = folder / "waves/baseline/interviews.csv"
    path.write_text(path.read_text() + "".join(f"{one},4000,20\n" for one in near))
    classes, responses = weighed(folder, "mart.response_classes", "staged.responses")
    assert classes.set_index("weighting_class")["factor"].to_dict() == pytest.approx(
        {"near": 30 / 23, "far": 30 / 24}
    )
    first = responses[responses["wave"] == "baseline"]
    assert first.groupby("stratum")["weight"].sum().to_dict() == pytest.approx({"near": 80, "far": 160})


def test_both_steps_and_calibration_multiply(tmp_path):
    asked = '\n[weights]\nnonresponse = ["stratum"]\nattrition = ["stratum"]\ncalibration = "linear"\n'
    folder = drawn(tmp_path, asked, {"near": 20, "far": 24})
    write(
        folder,
        {"design/margins.csv": "wave,variable,category,total\nall,stratum,near,100\nall,stratum,far,200\n"},
    )
    weights, classes, summary = weighed(
        folder, "mart.weights", "mart.response_classes", "mart.weight_summary"
    )
    later = weights[weights["wave"] == "followup"]
    assert set(later["nonresponse_factor"].round(9)) == {round(30 / 17, 9), round(30 / 21, 9)}
    parts = ["design_weight", "nonresponse_factor", "calibration_factor"]
    assert weights[parts].prod(axis=1).to_list() == pytest.approx(weights["weight"].to_list())
    assert len(classes) == 4
    assert summary.loc[summary["arm"] == "all", "total"].tolist() == pytest.approx([300, 300])


@pytest.mark.parametrize(
    ("reached", "gaps", "told"),
    [
        ({"near": 5, "far": 4}, {}, "key weights: of those drawn: Only 9 people were interviewed"),
        ({"near": 20, "far": 20}, {"cluster": None}, "of those drawn: The column 'cluster' has rows without"),
    ],
)
def test_classes_that_cannot_be_weighed_are_told(tmp_path, reached, gaps, told):
    folder = drawn(tmp_path, '\n[weights]\nnonresponse = ["cluster"]\n', reached, gaps)
    assert told in refused(folder)


def test_weights_of_the_file_are_not_adjusted_for_the_draw(tmp_path):
    folder = drawn(tmp_path, '\n[weights]\nnonresponse = ["stratum"]\n', {"near": 20, "far": 24})
    change(folder, "followup", lambda frame: frame.assign(weight="2.5"))
    assert "weights.nonresponse: the interviews bring weights that are not those of the draw" in refused(
        folder
    )


def test_estimates_use_the_calibrated_weight_once(tmp_path):
    estimates, changes, weights, margins, summary, responses = tables_of(
        calibrated(tmp_path),
        "mart.indicator_estimates",
        "mart.wave_changes",
        "mart.weights",
        "mart.calibration_margins",
        "mart.weight_summary",
        "staged.responses",
    )
    assert (margins["after"] / margins["target"] - 1).abs().max() <= 1e-9
    assert set(margins["wave"]) == {"baseline", "followup"}
    answers = {
        wave: pd.read_csv(tmp_path / f"waves/{wave}/interviews.csv") for wave in ("baseline", "followup")
    }
    # By hand: scale the file's weights to one variable after the other.
    means = {}
    for wave, frame in answers.items():
        weight = frame["weight"].astype(float)
        for _ in range(200):
            for name, totals in (
                ("arm", {"programme": 700, "comparison": 300}),
                ("poverty_group", {"weaver-women": 450, "workshop-men": 550}),
            ):
                weight *= frame[name].map(totals) / weight.groupby(frame[name]).transform("sum")
        means[wave] = (weight * frame["income_month"]).sum() / 1000
    whole = (
        (estimates["poverty_group"] == "all") & (estimates["arm"] == "all") & (estimates["gender"] == "all")
    )
    income = estimates[whole & (estimates["indicator"] == "income_month")].set_index("wave")["estimate"]
    assert income.to_dict() == pytest.approx(means)
    change = changes[(changes["indicator"] == "income_month") & (changes["poverty_group"] == "all")]
    change = change.set_index("arm")["change"]
    assert change["all"] == pytest.approx(means["followup"] - means["baseline"])
    final = weights.merge(responses[["respondent", "wave", "weight"]], on=["respondent", "wave"])
    assert (final["weight_x"] == final["weight_y"]).all()
    assert (weights["nonresponse_factor"] == 1).all()
    product = weights["design_weight"] * weights["calibration_factor"]
    assert product.to_list() == pytest.approx(weights["weight"].to_list())
    whole = summary[(summary["arm"] == "all") & (summary["wave"] == "baseline")].iloc[0]
    of_wave = weights[weights["wave"] == "baseline"]["weight"]
    assert whole["total"] == pytest.approx(1000)
    assert whole["design_effect"] == pytest.approx(60 * (of_wave**2).sum() / of_wave.sum() ** 2)


def test_an_impact_is_that_of_the_final_weights_in_the_file(tmp_path):
    """The same assessment, with the final weights written into the file, gives the same effects."""
    names = ("mart.impact_estimates", "mart.comparison_balance", "mart.weights", "staged.responses")
    impact, _, weights, responses = tables_of(calibrated(tmp_path / "a"), *names)
    other = two_waves(tmp_path / "b")
    key = ["respondent", "wave"]
    known = responses.merge(weights, on=key, suffixes=("", "_final"))
    for wave in ("baseline", "followup"):
        # The weight is the same for all of a cell of arm, group and design weight.
        cell = ["arm", "poverty_group", "design_weight"]
        final = known[known["wave"] == wave].groupby(cell)["weight"].first().to_dict()
        change(
            other,
            wave,
            lambda frame, final=final: frame.assign(
                weight=[
                    repr(final[arm, group, float(old)])
                    for arm, group, old in zip(
                        frame["arm"], frame["poverty_group"], frame["weight"], strict=True
                    )
                ]
            ),
        )
    (again,) = tables_of(other, "mart.impact_estimates")
    pd.testing.assert_frame_equal(impact, again, rtol=1e-9)
    (plain,) = tables_of(two_waves(tmp_path / "c"), "mart.impact_estimates")
    assert (impact["estimate"] - plain["estimate"]).abs().max() > 0.1


def test_margins_of_two_columns_at_once_are_post_strata(tmp_path):
    margins = "wave,variable,category,total\n" + "".join(
        f"baseline,poverty_group x arm,{group} x {arm},{total}\n"
        for group, arm, total in (
            ("weaver-women", "programme", 100),
            ("weaver-women", "comparison", 200),
            ("workshop-men", "programme", 300),
            ("workshop-men", "comparison", 50),
        )
    )
    folder = calibrated(tmp_path, margins, RAKING.replace("raking", "post_stratification"))
    weights, reached, responses = weighed(
        folder, "mart.weights", "mart.calibration_margins", "staged.responses"
    )
    assert set(reached["wave"]) == {"baseline"}
    sums = responses.groupby(["wave", "poverty_group", "arm"])["weight"].sum()
    assert sums["baseline", "workshop-men", "programme"] == pytest.approx(300)
    later = weights[weights["wave"] == "followup"]
    assert (later["weight"] == later["design_weight"]).all()


def test_a_pilot_is_not_weighed_and_meets_no_margin(tmp_path):
    folder = calibrated(tmp_path)
    plan(
        folder,
        '[[wave]]\nname = "baseline"',
        '[[wave]]\nname = "tryout"\nrole = "pilot"\n\n[[wave]]\nname = "baseline"',
    )
    pilot = interviews(0, 12).replace("programme", "comparison")
    write(folder, {"waves/tryout/interviews.csv": pilot})
    weights, summary, responses = weighed(folder, "mart.weights", "mart.weight_summary", "staged.responses")
    assert set(weights["wave"]) == set(summary["wave"]) == {"baseline", "followup"}
    assert set(responses.loc[responses["wave"] == "tryout", "weight"]) == {1, 2, 3}


def test_those_found_again_stand_for_those_who_were_lost(tmp_path):
    folder = two_waves(tmp_path, '\n[weights]\nattrition = ["poverty_group"]\n')
    lost = [f"R{number:03}" for number in (0, 4, 8, 12, 16, 20)]  # of comparison, workshop-men
    change(folder, "followup", lambda frame: frame[~frame["respondent"].isin(lost)])
    classes, weights, responses = weighed(folder, "mart.response_classes", "mart.weights", "staged.responses")
    first = pd.read_csv(folder / "waves/baseline/interviews.csv")
    men = first[first["poverty_group"] == "workshop-men"]
    there = men[~men["respondent"].isin(lost)]
    factor = men["weight"].sum() / there["weight"].sum()
    table = classes.set_index("weighting_class")
    assert table["factor"].to_dict() == pytest.approx({"weaver-women": 1, "workshop-men": factor})
    assert table["not_interviewed"].to_dict() == {"weaver-women": 0, "workshop-men": 6}
    assert set(classes["among"]) == {"those of the first wave"}
    sums = responses.groupby(["wave", "poverty_group"])["weight"].sum()
    assert sums["followup"].to_dict() == pytest.approx(sums["baseline"].to_dict())
    assert (weights.loc[weights["wave"] == "baseline", "nonresponse_factor"] == 1).all()


def test_a_person_belongs_to_the_class_of_the_first_wave(tmp_path):
    folder = two_waves(tmp_path, '\n[weights]\nattrition = ["arm", "home"]\n')
    change(folder, "baseline", lambda frame: frame.assign(home=["own", "own", "rent", "rent"] * 15))
    change(folder, "followup", lambda frame: frame.assign(home=["rent"] * 60)[:48])
    classes, weights, responses = weighed(folder, "mart.response_classes", "mart.weights", "staged.responses")
    assert len(classes) == 4
    first = responses[responses["wave"] == "baseline"].set_index("respondent")
    later = weights[weights["wave"] == "followup"].set_index("respondent")["weight"]
    sums = later.groupby([first["arm"].reindex(later.index), first["home"].reindex(later.index)]).sum()
    expected = first.groupby(["arm", "home"])["weight"].sum()
    assert sums.to_dict() == pytest.approx(expected.to_dict())


@pytest.mark.parametrize("columns", ['["poverty_group"]', '["poverty_group", "arm"]'])
def test_a_replacement_of_a_later_wave_shares_in_the_weight_of_its_class(tmp_path, columns):
    folder = two_waves(tmp_path, f"\n[weights]\nattrition = {columns}\n")
    change(
        folder, "followup", lambda frame: frame.assign(respondent=frame["respondent"].replace("R005", "NEW"))
    )
    (responses,) = weighed(folder, "staged.responses")
    sums = responses.groupby(["wave", "poverty_group"])["weight"].sum()
    assert sums["followup"].to_dict() == pytest.approx(sums["baseline"].to_dict())


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ('nonresponse = ["stratum"]', "weights.nonresponse: no draw gives weights"),
        ('nonresponse = ["income_month"]', "weights.nonresponse.1: 'income_month' is not known of everybody"),
        ('attrition = ["poverty_grup"]', "weights.attrition.1: .*Did you mean 'poverty_group'"),
        ('attrition = ["respondent"]', "'respondent' is not a column of the interviews, so"),
        ('calibration = "raking"', "weights.calibration: there are no known numbers"),
        ('calibration = "rakeing"', "weights.calibration: has to be 'raking'"),
    ],
)
def test_a_plan_that_asks_for_what_is_not_there_is_told(tmp_path, weights, told):
    folder = two_waves(tmp_path, f"\n[weights]\n{weights}\n")
    assert re.search(told, refused(folder)), refused(folder)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("all,arm,programme,700", "all,arm,programme,710", "contradict one another: the totals of 'arm'"),
        (
            "all,arm,programme",
            "all,arm,program",
            "margins.csv, row 2, column category: no respondent of the wave 'baseline' has 'program' as arm. "
            "Did you mean 'programme'? The answers are: comparison, programme",
        ),
        (
            "all,arm,programme,700\n",
            "",
            "interviews.csv, row 3, column arm: has a value that the margins do not",
        ),
        ("all,arm", "all,arms", "margins.csv, row 2, column variable: 'arms' is not a column"),
        ("all,arm,p", "base,arm,p", "margins.csv, row 2, column wave: the wave 'base' is not one"),
        ("all,arm,p", "baseline,arm,p", "column wave: 'arm' has margins for all waves as well"),
        (",700", ",-1", "margins.csv, row 2, column total: is below the smallest"),
        ("all,arm,comparison", "all,arm,programme", "row 3, column wave + variable + category: the same"),
        ("all,arm", "all,enumerator", "'enumerator' is not a column of the interviews that margins can"),
    ],
)
def test_margins_that_do_not_fit_are_told_with_their_row(tmp_path, old, new, told):
    text = MARGINS.replace(old, new, 1)
    found = refused(calibrated(tmp_path, text))
    assert told in found, found


@pytest.mark.parametrize("name", ["Zelphine Quandle", "Zelphine"])
@pytest.mark.parametrize("old", ["all,arm,programme", "all,arm", "all"])
def test_a_name_in_the_margins_is_in_no_fault(tmp_path, old, name):
    found = refused(
        calibrated(tmp_path, MARGINS.replace(old, f"{old.rpartition(',')[0]},{name}".strip(","), 1))
    )
    assert "design/margins.csv, row 2, column" in found
    assert "Zelphine" not in found


def test_answers_that_may_be_names_are_counted_and_not_listed(tmp_path):
    folder = calibrated(tmp_path, MARGINS.replace(",arm,", ",leader,"))
    for wave in ("baseline", "followup"):
        path = folder / f"waves/{wave}/interviews.csv"
        head, *rows = path.read_text().splitlines()
        told = [f"{row},{'Zelphine' if place % 2 else 'Quandle'}" for place, row in enumerate(rows)]
        path.write_text("\n".join([f"{head},leader", *told]) + "\n")
    found = refused(folder)
    assert "Write one of the 2 answers of the interviews" in found
    assert "Zelphine" not in found
    assert "Quandle" not in found


def test_several_variables_take_raking_and_margins_take_a_method(tmp_path):
    several = calibrated(tmp_path / "a", weights=RAKING.replace("raking", "post_stratification"))
    assert "post-stratification takes one variable" in refused(several)
    assert "design/margins.csv: has margins, and the plan does not say" in refused(
        calibrated(tmp_path / "b", weights="")
    )


def test_an_empty_answer_of_a_margin_is_told_with_its_row(tmp_path):
    folder = calibrated(tmp_path, "wave,variable,category,total\nall,home,own,10\nall,home,rent,20\n")
    for wave in ("baseline", "followup"):
        change(folder, wave, lambda frame: frame.assign(home=["own", "rent"] * 30))
    change(folder, "baseline", lambda frame: frame.assign(home=[None, *frame["home"][1:]]))
    assert "waves/baseline/interviews.csv, row 2, column home: is empty" in refused(folder)


def test_yes_and_no_are_written_as_words(tmp_path):
    margins = "wave,variable,category,total\nall,owner,yes,10\nall,owner,no,20\n"
    folder = calibrated(tmp_path, margins)
    for wave in ("baseline", "followup"):
        change(folder, wave, lambda frame: frame.assign(owner=["1", "0"] * 30))
    plan(folder, 'role = "baseline"\n', 'role = "baseline"\ntypes = { owner = "yes_no" }\n')
    plan(folder, 'role = "follow-up"\n', 'role = "follow-up"\ntypes = { owner = "yes_no" }\n')
    (reached,) = weighed(folder, "mart.calibration_margins")
    assert reached.loc[reached["category"] == "yes", "after"].tolist() == pytest.approx([10, 10])


def test_who_cannot_be_followed_cannot_be_weighed_for_attrition(tmp_path):
    folder = two_waves(tmp_path, '\n[weights]\nattrition = ["arm"]\n')
    change(folder, "followup", lambda frame: frame.assign(respondent="x" + frame["respondent"]))
    assert "nobody of the first wave is known to be in the wave 'followup'" in refused(folder)


def test_a_purposive_sample_is_not_weighed(tmp_path):
    weights = '\n[sampling]\ndesign = "purposive"\n[weights]\nattrition = ["arm"]\n'
    assert "key weights: the sample is purposive" in refused(two_waves(tmp_path, weights))


def test_without_weights_in_the_plan_all_factors_are_one(tmp_path):
    weights, summary = weighed(two_waves(tmp_path), "mart.weights", "mart.weight_summary")
    assert len(weights) == 120
    assert (weights[["nonresponse_factor", "calibration_factor"]] == 1).all(axis=None)
    assert (weights["weight"] == weights["design_weight"]).all()
    assert set(summary["arm"]) == {"all", "programme", "comparison"}
