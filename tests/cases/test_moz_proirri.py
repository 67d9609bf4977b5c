"""Business advice to farmer associations in Mozambique: all 32 published pairs, through folders."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pandas as pd
import pytest

from tests.assessed import HEAD, estimated, indicators
from tests.folders import write

COLUMNS = ("hhid", "associd", "treatment", "prov", "pweight", "data_endline")
AS_PUBLISHED = {name: name for name in COLUMNS}
RENAMED = {
    "hhid": "Ménage n°",
    "associd": 'assoc "x"',
    "treatment": "traité",
    "prov": "la province",
    "pweight": "poids",
    "data_endline": "fin",
}


@pytest.fixture(scope="module")
def survey(cases) -> pd.DataFrame:
    return pd.read_stata(cases / "moz-proirri" / "survey.dta", convert_categoricals=False)


@pytest.fixture(scope="module")
def published(cases) -> pd.DataFrame:
    table = pd.read_csv(cases / "moz-proirri" / "published.csv", keep_default_na=False)
    assert len(table) == 32
    return table


def specifications(published: pd.DataFrame, names: dict[str, str]) -> str:
    """Return one specification for each way in which outcomes were estimated, with all its outcomes."""
    ways = published.groupby(["rows", "weight", "fixed_effects"], sort=True)["outcome"].agg(list)
    said = ""
    for position, (way, outcomes) in enumerate(ways.items()):
        rows, weight, effects = cast("tuple[str, str, str]", way)
        where = (
            "" if rows == "all" else rows.replace("==", "=").replace("data_endline", names["data_endline"])
        )
        said += (
            f'[[specification]]\nname = "{effects}-{position}"\nindicators = {outcomes}\n'
            f'estimator = "difference"\nto_wave = "endline"\nfilter = "{where}"\n'
            f"weight = '{'' if weight == 'none' else names[weight]}'\ncluster = '{names['associd']}'\n"
            f"fixed_effects = {[] if effects == 'none' else [names[effects]]}\n"
        )
    return said


def folder_of(folder: Path, published: pd.DataFrame, names: dict[str, str], file: str) -> Path:
    toml = (
        HEAD.format(name="moz-proirri", study_design="one-off")
        + '[sampling]\ndesign = "randomised"\n[comparison]\nassignment = "randomised"\n'
        + f'[[wave]]\nname = "endline"\ninterviews = "{file}"\n'
        + f"[wave.columns]\nrespondent = '{names['hhid']}'\narm = '{names['treatment']}'\n"
        + '[wave.recode.arm]\n"1" = "programme"\n"0" = "comparison"\n'
        + specifications(published, names)
    )
    outcomes = {name: name for name in published["outcome"].unique()}
    content = {
        "assessment.toml": toml,
        "design/indicators.toml": indicators(outcomes),
        "waves/.keep": "",
    }
    return write(folder, content)


def assert_published(estimates: pd.DataFrame, published: pd.DataFrame) -> None:
    assert len(estimates) == 32
    own = estimates.assign(effects=estimates["specification"].str.split("-").str[0])
    own = own.set_index(["indicator", "effects"])
    for row in published.to_dict("records"):
        got = cast("pd.Series", own.loc[(row["outcome"], row["fixed_effects"])])
        for figure in ("estimate", "standard_error"):
            assert round(got[figure], row["printed_decimals"]) == pytest.approx(row[figure], abs=1e-9), row


def test_all_pairs_from_the_stata_file(cases, tmp_path, published):
    folder_of(tmp_path, published, AS_PUBLISHED, "waves/survey.dta")
    (tmp_path / "waves" / "survey.dta").write_bytes((cases / "moz-proirri" / "survey.dta").read_bytes())
    estimates = estimated(tmp_path, whole=True)
    assert_published(estimates, published)
    assert set(estimates["claim"]) == {"causal"}


def test_all_pairs_with_other_names_and_another_order_of_rows(survey, tmp_path, published):
    one = folder_of(tmp_path / "one", published, AS_PUBLISHED, "waves/survey.parquet")
    other = folder_of(tmp_path / "quite another name", published, RENAMED, "waves/survey.parquet")
    survey.to_parquet(one / "waves" / "survey.parquet")
    shuffled = survey.rename(columns=RENAMED).sample(frac=1, random_state=7).reset_index(drop=True)
    shuffled.to_parquet(other / "waves" / "survey.parquet")
    first, second = estimated(one), estimated(other)
    assert_published(second, published)
    columns = [
        "specification",
        "indicator",
        "estimate",
        "standard_error",
        "p_value",
        "respondents",
        "clusters",
    ]
    pd.testing.assert_frame_equal(first[columns], second[columns], rtol=1e-10)
