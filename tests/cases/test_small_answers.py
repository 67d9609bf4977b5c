"""Small published answers, through assessment folders: written as by an officer, read from the warehouse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.assessed import HEAD, indicators, tables_of
from tests.cases.test_identification import LAENDER, NAMES, SOURCES
from tests.folders import ACTORS, GROUPS, plan, write
from tests.methods.test_agreement import KNOWN, OBSERVERS
from tests.methods.test_multiple_testing import FIFTEEN

GOLDEN = Path(__file__).parents[1] / "methods" / "golden"


def test_friedman_of_rounding_times(tmp_path: Path) -> None:
    """R's RoundingTimes (Hollander and Wolfe 1973, p. 140): three ways to round first base as indicators.

    The 22 players sit in focus groups of at most eight; a shorter time is a higher score.
    """
    times = pd.read_csv(GOLDEN / "rounding_times.csv")
    ways = ["income_month", "workdays_month", "safe_workplace"]
    rows = ["focus_group,poverty_group,person,indicator,score"]
    for player, *seconds in times.sample(frac=1, random_state=2).itertuples(index=False):
        for way, time in zip(ways, seconds, strict=True):
            rows.append(f"F{int(player) % 3},weaver-women,P{int(player):02},{way},{10 - time:.2f}")
    write(
        tmp_path,
        {
            "assessment.toml": plan(GROUPS, top=f"indicators = {ways}"),
            "mapping/actors.csv": ACTORS,
            "design/rankings.csv": "\n".join(rows) + "\n",
        },
    )
    (selection,) = tables_of(tmp_path, "mart.indicator_selection")
    voted = selection[selection["poverty_group"] == "weaver-women"]
    assert voted["agreement"].astype(float).round(7).unique().tolist() == [0.2532468]
    assert round(22 * 2 * float(voted["agreement"].iloc[0]), 6) == 11.142857  # chi2 = voters (items - 1) W


@pytest.mark.parametrize(("people", "low", "high"), [(100, 0.398135, 0.398145), (393, 0.2, 0.2002)])
def test_what_a_sample_can_show(tmp_path: Path, people: int, low: float, high: float) -> None:
    """100 in each arm find 0.39814 standard deviations; 393.4057 would find 0.2, so that 393 just miss it."""
    assert low < mde(tmp_path, people) < high


def test_one_more_person_in_each_arm_is_enough(tmp_path: Path) -> None:
    assert 0.1998 < mde(tmp_path, 394) < 0.2


def mde(folder: Path, people: int) -> float:
    size = f"""
[sample_size]
power = 0.8
level = 0.05
estimator = "difference"
programme = {people}
comparison = {people}
[[sample_size.indicator]]
indicator = "income_month"
mean = 10
standard_deviation = 1
"""
    write(folder, {"assessment.toml": plan(size, top='indicators = ["income_month"]')})
    power = tables_of(folder, "mart.power")[0]
    return float(power["mde"].item())


def test_chances_of_a_draw_by_size(tmp_path: Path) -> None:
    """Two of three firms with 10, 20 and 100 workers: 1/3, 2/3 and 1, in each of twelve strata.

    Whoever is drawn bears its own chance; twelve draws, so that each of the three is drawn in some.
    """
    strata = [f"s{number:02}" for number in range(12)]
    toml = '[seeds]\nsampling = 1\n[sampling]\ndesign = "representative"\nmethod = "pps"\n[sampling.sizes]\n'
    toml += "".join(f"{stratum} = 2\n" for stratum in strata)
    rows = ["unit,node,stratum,size"]
    rows += [f"{stratum}-{size},workshops,{stratum},{size}" for stratum in strata for size in (10, 20, 100)]
    write(
        tmp_path,
        {
            "assessment.toml": plan(toml),
            "mapping/actors.csv": ACTORS,
            "design/frame.csv": "\n".join(rows) + "\n",
        },
    )
    (sample,) = tables_of(tmp_path, "mart.sample")
    drawn = sample.dropna(subset=["inclusion_probability"])
    chance = drawn["inclusion_probability"].astype(float)
    assert drawn["stratum"].value_counts().to_dict() == dict.fromkeys(strata, 2)
    assert set(chance.round(9)) == {round(1 / 3, 9), round(2 / 3, 9), 1.0}
    assert chance.groupby(drawn["stratum"]).max().tolist() == pytest.approx([1] * 12)
    assert (drawn["weight"].astype(float) * chance).tolist() == pytest.approx([1] * 24)


def test_location_quotient(tmp_path: Path) -> None:
    """(1714 / 79006) / (879213 / 15593224): one region of the country, one industry of all."""
    jobs = [
        *(("here", "industry", 1714), ("here", "others", 79006 - 1714)),
        *(("elsewhere", "industry", 879213 - 1714),),
        *(("elsewhere", "others", 15593224 - 79006 - 879213 + 1714),),
    ]
    rows = pd.DataFrame([(*one, 100, 1_000_000, 500) for one in jobs], columns=[*NAMES])
    write(
        tmp_path,
        {
            "assessment.toml": plan(LAENDER.format(file="jobs.csv", **{name: name for name in NAMES})),
            "secondary/sources.csv": SOURCES,
            "secondary/jobs.csv": rows.to_csv(index=False),
        },
    )
    (quotients,) = tables_of(tmp_path, "mart.location_quotients")
    of_jobs = quotients[quotients["basis"] == "employment"].set_index(["region", "industry"])
    assert round(float(of_jobs.loc[("here", "industry"), "location_quotient"]), 7) == 0.3847623  # pyright: ignore[reportArgumentType]


def test_fifteen_p_values_of_benjamini_and_hochberg(tmp_path: Path) -> None:
    """Ten people in each arm, one above and below the arm's mean by turns: classical errors, 18 degrees.

    The programme's mean lies as far off as Student's t with that p-value says.
    """
    names = [f"measure_{number:02}" for number in range(15)]
    error = np.sqrt(20 / 18 * (1 / 10 + 1 / 10))
    people = pd.DataFrame({"respondent": [f"R{one:02}" for one in range(20)]})
    people["arm"] = ["programme", "comparison"] * 10
    around = np.repeat([1.0, -1.0] * 5, 2)
    for name, p_value in zip(names, np.random.default_rng(3).permutation(FIFTEEN), strict=True):
        effect = error * stats.t.isf(p_value / 2, 18)
        people[f"{name}_answer"] = 50 + around + effect * (people["arm"] == "programme")
    types = "\n".join(f'{name}_answer = "number"' for name in names)
    toml = HEAD.format(name="fifteen", study_design="one-off")
    toml += f'[[wave]]\nname = "now"\nrole = "only"\n[wave.types]\n{types}\n'
    for name in names:
        toml += f'[[specification]]\nname = "{name}"\nindicators = ["{name}"]\nestimator = "difference"\n'
        toml += 'error_type = "iid"\nfamily = "fifteen"\n'
    write(
        tmp_path,
        {
            "assessment.toml": toml,
            "design/indicators.toml": indicators({name: f"{name}_answer" for name in names}),
            "waves/now/interviews.csv": people.to_csv(index=False),
        },
    )
    (found,) = tables_of(tmp_path, "mart.impact_estimates")
    p_values = found["p_value"].astype(float)
    assert sorted(p_values.round(9)) == FIFTEEN
    assert int((p_values * 15 <= 0.05).sum()) == 3  # Bonferroni
    assert int((found["p_holm"].astype(float) <= 0.05).sum()) == 3
    assert int((found["p_benjamini_hochberg"].astype(float) <= 0.05).sum()) == 4


def test_ordinal_alpha_of_krippendorff(tmp_path: Path) -> None:
    """His four observers as assessors who score twelve characteristics of Table 2, with his gaps.

    Nominal, interval and ratio are the function's test (tests/methods/test_agreement.py): no table holds
    alpha at the last two, and that of coded text asks of each code whether it was set, not which of
    five it is.
    """
    units = [
        *("location", "geographical_spread", "type_of_firms", "type_of_sector", "cluster_organization"),
        *("type_of_good", "nature_of_market", "employment", "labour_skills", "linkages_to_other_sectors"),
        *("gender_and_difference", "joint_action"),
    ]
    rows = ["characteristic,score,basis,evidence,assessor"]
    for observer, scores in OBSERVERS.items():
        for unit, score in zip(units, scores.split(), strict=True):
            if score != ".":
                rows.append(f"{unit},{score},assessor,as published,{observer}")
    write(
        tmp_path,
        {
            "assessment.toml": plan(),
            "mapping/actors.csv": ACTORS,
            "mapping/characteristics.csv": "\n".join(rows) + "\n",
        },
    )
    (agreement,) = tables_of(tmp_path, "mart.score_agreement")
    assert round(float(agreement["alpha"].item()), 7) == KNOWN["ordinal"]
    assert agreement["assessors"].item() == 4
