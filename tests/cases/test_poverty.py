"""Published measures of poverty, through assessment folders alone: no code for a case."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cases.test_published import HEAD, tables_of
from tests.folders import write

KEY = ["specification", "measure", "dimension", "gender"]


def measured(folder: Path) -> pd.DataFrame:
    """Run the assessment and return mart.poverty_measures, by specification, measure, dimension, gender."""
    (table,) = tables_of(folder, "mart.poverty_measures")
    return table.set_index(KEY).sort_index()


def figures(table: pd.DataFrame, *key: str) -> tuple[float, float]:
    (row,) = table.loc[[key]].to_dict("records")
    return row["estimate"], row["standard_error"]


EUSILC = """
[sampling]
design = "representative"
[[wave]]
name = "survey"
interviews = "waves/people.csv"
types = {{ "{income}" = "number" }}
recode = {{ gender = {{ female = "women", male = "men" }} }}
[wave.columns]
respondent = "{person}"
weight = "rb050"
stratum = "{region}"
household = "db030"
gender = "{sex}"
[[poverty]]
name = "fixed"
label = "Income below 10,000"
value = '"{income}"'
unit = "euros a year"
line = 10000
[[poverty]]
name = "households"
label = "Income below 10,000, households as clusters"
value = '"{income}"'
unit = "euros a year"
line = 10000
cluster = "household"
[[poverty]]
name = "relative"
label = "Income below 60 % of the median"
value = '"{income}"'
unit = "euros a year"
line = {{ share = 0.6, of = "median" }}
gini = "rank"
"""
SAME = {"person": "rb030", "region": "db040", "sex": "rb090", "income": "eqIncome"}
OTHER = {"person": "no", "region": "la région", "sex": "Geschlecht", "income": "equivalised income"}


@pytest.mark.parametrize("names", [SAME, OTHER], ids=["as published", "renamed and shuffled"])
def test_eusilc(cases, tmp_path, names):
    people = pd.read_csv(cases / "eusilc" / "eusilc.csv")
    if names is OTHER:
        people = people.sample(frac=1, random_state=11)
    people = people.rename(columns={SAME[key]: names[key] for key in SAME})
    toml = HEAD.format(name="eusilc", study_design="one-off") + EUSILC.format(**names)
    write(tmp_path, {"assessment.toml": toml, "waves/people.csv": people.to_csv(index=False)})
    found = measured(tmp_path)
    assert set(found["respondents"].xs("all", level="gender")) == {14827}

    fixed = {
        "headcount": (0.1144401292, 0.00267679),
        "poverty_gap": (0.0320854180, 0.00105019),
        "squared_poverty_gap": (0.0161893530, 0.00073542),
    }
    for measure, (estimate, error) in fixed.items():
        got = figures(found, "fixed", measure, "all", "all")
        assert (round(got[0], 10), round(got[1], 8)) == (estimate, error)
    for gender, estimate in (("women", 0.1338927478), ("men", 0.0938970760)):
        assert round(figures(found, "fixed", "headcount", "all", gender)[0], 10) == estimate

    clustered = figures(found, "households", "headcount", "all", "all")
    assert (round(clustered[0], 10), round(clustered[1], 8)) == (0.1144401292, 0.00450211)

    relative = {
        name: figures(found, "relative", name, "all", "all")
        for name in ("line", "headcount", "median_gap", "quintile_ratio", "gini")
    }
    assert round(relative["line"][0], 3) == 10859.236
    assert round(100 * relative["headcount"][0], 8) == 14.44421817
    assert round(relative["headcount"][1], 8) == 0.00275677
    assert round(100 * relative["median_gap"][0], 5) == 18.92860
    assert round(relative["quintile_ratio"][0], 6) == 3.970004
    assert round(100 * relative["gini"][0], 5) == 26.49652
    assert round(100 * figures(found, "fixed", "gini", "all", "all")[0], 5) == 26.48962


NLSW88 = """
[sampling]
design = "representative"
[[wave]]
name = "survey"
interviews = "waves/women.dta"
columns = { respondent = "idcode" }
"""
DIMENSIONS = {
    "wage": "Earns less than 4 dollars an hour|wage < 4|Income",
    "degree": "Has no college degree|collgrad = 0|Skill and training",
    "hours": "Works fewer than 26 hours a week|hours < 26|Decent and secure work",
}
COUNTED = {
    "equal-third": ("equal", '"1/3"', (), ("0.36991", "0.0053"), "0.8082070", "0.4576895"),
    "equal-0.4": ("equal", "0.4", (), ("0.18659", "0.0068"), "0.2582516", "0.7225101"),
    "equal-0.7": ("equal", "0.7", (), ("0.043265", "0.0043"), "0.04326494", "1"),
    "uneven-0.5": ("given", "0.5", (0.5, 0.25, 0.25), ("0.19135", "0.0069"), "0.2689563", "0.7114428"),
    "uneven-0.75": ("given", "0.75", (0.5, 0.25, 0.25), ("0.14897", "0.0067"), "0.1842105", "0.8087167"),
}
"""Name -> weights, k, the weights given, then as printed: M0 with its error, H, A."""


def printed(value: float, like: str) -> str:
    """Return a figure with as many decimals as the printed one."""
    return f"{value:.{len(like.partition('.')[2])}f}"


def test_nlsw88(cases, tmp_path):
    toml = HEAD.format(name="nlsw88", study_design="one-off") + NLSW88
    for name, (weights, k, shares, *_) in COUNTED.items():
        toml += f'[[capability]]\nname = "{name}"\nlabel = "{name}"\nk = {k}\nweights = "{weights}"\n'
        for place, (dimension, told) in enumerate(DIMENSIONS.items()):
            label, deprived, box_1 = told.split("|")
            toml += f'[[capability.dimension]]\nname = "{dimension}"\nlabel = "{label}"\nbox_1 = "{box_1}"\n'
            toml += f'deprived = "{deprived}"\n' + (f"weight = {shares[place]}\n" if shares else "")
    write(tmp_path, {"assessment.toml": toml, "waves/.keep": ""})
    (tmp_path / "waves" / "women.dta").write_bytes((cases / "nlsw88" / "nlsw88.dta").read_bytes())
    found = measured(tmp_path)
    for name, (*_, m0, h, a) in COUNTED.items():
        got = figures(found, name, "adjusted_headcount", "all", "all")
        assert tuple(printed(*pair) for pair in zip(got, m0, strict=True)) == m0, name
        assert printed(figures(found, name, "headcount", "all", "all")[0], h) == h, name
        assert printed(figures(found, name, "intensity", "all", "all")[0], a) == a, name
        (row,) = found.loc[[(name, "headcount", "all", "all")]].to_dict("records")
        assert (row["respondents"], row["left_out"]) == (2242, 4)
