from __future__ import annotations

import re

import pytest

from schemas.assessment import read_plan
from schemas.faults import Refused
from tests.folders import plan, write


def refusal(tmp_path, text: str) -> str:
    write(tmp_path, {"assessment.toml": text})
    with pytest.raises(Refused) as refused:
        read_plan(tmp_path / "assessment.toml")
    return str(refused.value)


def test_a_whole_plan_is_read(tmp_path):
    write(tmp_path, {"assessment.toml": plan()})
    read = read_plan(tmp_path / "assessment.toml")
    assert read.assessment.id == "tiny"
    assert read.thresholds.poverty_nodes.likely == 4


GROUP = (
    "[[poverty_group]]\nid = '{id}'\nlabel = 'x'\nnode = 'n'\nbox4_group = 'home_worker'\n"
    "difference = '{difference}'"
)
COMPARED = (
    "[[wave]]\nname = 'first'\nrole = 'baseline'\n[[wave]]\nname = 'later'\nrole = 'follow-up'\n"
    "[[specification]]\nname = 's'\nindicators = ['a']\nestimator = 'difference_in_differences'\n"
)
POVERTY = "[[poverty]]\nname = 'p'\nlabel = 'x'\nvalue = 'a'\nunit = 'y'\nline = {line}"
CAPABILITY = "[[capability]]\nname = 'c'\nlabel = 'x'\nk = {k}\n[[capability.dimension]]\nindicator = 'a'"
DRAWN = "[sampling]\ndesign = 'representative'\n"


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("[sampling]\ndesing = 'census'", "key sampling.desing: .*nearest known key is 'design'"),
        ("[[wave]]\nname = 'w'\n[wave.columns]\nrespondant = 'x'", "nearest known key is 'respondent'"),
        ("[sampling]\ndesign = 'random'", "key sampling.design: .*representative"),
        ("[sampling]\nsize = 3\n[sampling.sizes]\na = 1", "not both"),
        ("[sampling]\nsize = '3'", "key sampling.size: is not a whole number"),
        ("[sampling.sizes]\na = 0", "key sampling.sizes.a: .*has to be 1 or more. Correct the value"),
        (
            "[report]\nlanguages = ['English']",
            "is no code of a language. Write a code such as en, fr or pt-BR",
        ),
        (
            "[report]\nlanguages = 'fr'",
            r"key report.languages: has to be a list. Write it in brackets: \[\"fr\"\]",
        ),
        ("[[wave]]\nname = 'The First'", "key wave.1.name: is no name: it has small letters"),
        ("[[wave]]\nname = 'w'\ninterviews = 3", "key wave.1.interviews: has to be a list. Write it in"),
        ("[[poverty_group]]\nid = 'g'\nlabel = 3", "key poverty_group.1.label: has to be text. Write it in"),
        ("[sampling]\nsize = 2.5", "key sampling.size: is not a whole number"),
        ("[wave]\nname = 'w'", r"key wave: has to be a list. Write its heading in double brackets"),
        ("[sampling.sizes]\na = 'many'", "key sampling.sizes.a: is not a whole number"),
        ("[sampling]\nmethod = 'pps'", "'method' goes with a draw by chance"),
        (DRAWN + "method = 'two_stage'\nper_cluster = 3", "needs 'clusters'"),
        (DRAWN + "method = 'two_stage'\nper_cluster = 3\nclusters = 2\nsize = 9", "the size follows"),
        (DRAWN + "per_cluster = 3", "'per_cluster' goes with method = 'two_stage'"),
        (DRAWN + "method = 'simple'\n[sampling.sizes]\na = 1", "knows no strata"),
        (DRAWN + "allocation = 'equal'", "give 'size'"),
        (DRAWN + "size = 9\nallocation = 'neyman'", "go together"),
        (DRAWN + "size = 9\ndeviations = { a = 1 }", "go together"),
        (DRAWN + "clusters = 2\n[sampling.clusters_in]\na = 1", "not both"),
        ("[sampling]\ndesign = 'census'\nreplacements = 3", "nobody is left over"),
        (DRAWN + "unit = 'group'\nhouseholds = 3", "sub-sample of people's households"),
        ("[[wave]]\nname = 'w'\n[[wave]]\nname = 'w'", "given more than once"),
        (
            "[[wave]]\nname = 'w'\nstarts_on = 2025-03-01\nends_on = 2025-02-01",
            "key wave.1.ends_on: 2025-02-01 is before starts_on, 2025-03-01. Correct one of the two days",
        ),
        (
            "[[wave]]\nname = 'first'\nstarts_on = 2025-02-01\n[[wave]]\nname = 'undated'\n"
            "[[wave]]\nname = 'later'\nstarts_on = 2024-02-01",
            "key wave.3.starts_on: the wave 'later' starts on 2024-02-01, before 'first' above it, which "
            "starts on 2025-02-01. Waves stand in the plan as they follow in time",
        ),
        ("[[wave]]\nname = 'W 1'", "key wave.1.name"),
        ("[[wave]]\nname = 'none'", "key wave.1.name: 'none' has a meaning of its own"),
        (
            GROUP.format(id="all", difference="caste"),
            "key poverty_group.1.id: 'all' has a meaning",
        ),
        (GROUP.format(id="a", difference="All"), "key poverty_group.1.difference: 'All' has a meaning"),
        (COMPARED + "from_wave = 'later'\nto_wave = 'first'", "backward in time, from 'later' to 'first'"),
        (COMPARED + "from_wave = 'first'\nto_wave = 'first'", "the wave 'first' with itself"),
        (
            COMPARED + "to_wave = 'first'",
            "specification.1.to_wave: compares the wave 'first' with itself",
        ),
        (COMPARED.replace("['a']", "['a', 'a']"), "key specification.1.indicators: 'a' stands there twice"),
        (CAPABILITY.format(k="true"), "key capability.1.k: .*no numbers|key capability.1.k: .*share"),
        (CAPABILITY.format(k="inf"), "key capability.1.k: .*share of the weights"),
        (POVERTY.format(line="inf"), "key poverty.1.line: .*a line is a number above 0"),
        (POVERTY.format(line="nan"), "key poverty.1.line: .*a line is a number above 0"),
        (POVERTY.format(line="true"), "key poverty.1.line: a line is a number"),
        ("[thresholds]\nlargest_standardized_difference = true", "true and false are no numbers"),
        ("[thresholds]\nlargest_standardized_difference = inf", "key thresholds.*finite number"),
        ("[thresholds.table_2]\nlocation = [true]", "true and false are no numbers"),
        ("[thresholds.poverty_nodes]\nvulnerable = 4\nlikely = 3", "must be larger"),
        ("[comparison]\narm_from = 'w9'", "the wave 'w9' is not in the plan"),
        ("[comparison.matching]\nmethod = 'nearest'", "key comparison.matching.method: .*'propensity'"),
        ("[comparison.matching]\nmethod = 'propensity'", "key comparison: a matching needs 'covariates'"),
        (
            "[comparison]\ncovariates = ['a']\n[comparison.matching]\nmethod = 'propensity'\ncalliper = 1",
            "nearest known key is 'caliper'",
        ),
        (
            "[comparison]\ncovariates = ['a']\n[comparison.matching]\nmethod = 'entropy_balancing'\n"
            "exact = ['b']",
            "makes no pairs: leave out 'exact'",
        ),
        (
            "[[specification]]\nname='s'\nindicators=['i']\nestimator='ancova'\ncomparison='matched'",
            r"\[\[specification\]\] s has comparison = 'matched', and there is no",
        ),
        (
            "[[specification]]\nname='s'\nindicators=['i']\nestimator='ancova'\nsuccessive=true",
            r"'successive' compares each wave with the one before",
        ),
        (
            "[[specification]]\nname='s'\nindicators=['i']\nestimator='recall'\ncomparison='matched'",
            "a recall compares nobody",
        ),
        (
            "[[specification]]\nname='s'\nindicators=['i']\nestimator='ancova'\ncomparison='matched'\n"
            "weight='weight'",
            "hold those of the survey: leave out 'weight'",
        ),
        (
            "[[specification]]\nname='s'\nindicators=['i']\nestimator='recall'\nto_wave='later'",
            "key specification.1.to_wave: the wave 'later' is not in the plan",
        ),
    ],
)
def test_a_slip_is_told_with_its_key_and_remedy(tmp_path, rest, told):
    assert re.search(told, refusal(tmp_path, plan(rest)))


def test_a_pilot_has_no_place_among_the_waves_in_time(tmp_path):
    text = "[[wave]]\nname = 'w'\nstarts_on = 2025-02-01\n[[wave]]\nname = 'trial'\nrole = 'pilot'\n"
    path = write(tmp_path, {"assessment.toml": plan(text + "starts_on = 2025-01-01")}) / "assessment.toml"
    assert [wave.name for wave in read_plan(path).wave] == ["w", "trial"]


def test_what_is_missing_and_what_is_not_toml(tmp_path):
    told = refusal(tmp_path, plan().replace('title = "A tiny assessment"\n', ""))
    assert "key assessment.title: is missing" in told
    assert "is not valid TOML" in refusal(tmp_path, plan("[["))
    assert "is not a date" in refusal(tmp_path, plan().replace("2026-03-31", '"soon"'))


def test_no_plan_says_what_to_do(tmp_path):
    with pytest.raises(Refused, match="psia init"):
        read_plan(tmp_path / "assessment.toml")
