"""Phase four: who of the first wave was lost, and whether those who were lost differ from the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from schemas.assessment import Comparison, Wave
from schemas.base import empty
from schemas.fieldwork import Attrition, AttritionByEnumerator, AttritionTests, Responses
from schemas.plan import Plan, Waves
from tasks.analysis import study_waves
from tasks.fieldwork import with_totals
from tasks.interviews import ROW_NUMBER
from tasks.methods.attrition import BETWEEN_ARMS, JOINT, attrition, attrition_tests
from tasks.steps import step

FACTORS = ("arm", "poverty_group", "gender", "enumerator")
PREDICTORS = ("arm", "poverty_group", "gender")
LEVEL = 0.05
_SAYS = {
    "arm": (
        "One arm lost a larger share than the other: a comparison of the arms may show who was lost.",
        "No difference between the arms in the share lost was found.",
    ),
    "poverty_group": (
        "Some poverty groups lost a larger share than others: all together are no longer who they were.",
        "No difference between the poverty groups in the share lost was found.",
    ),
    "gender": (
        "Women and men were not lost alike: results of both together are no longer of who they were.",
        "No difference between women and men in the share lost was found.",
    ),
    "enumerator": (
        "Some interviewers of the first wave lost a larger share: ask how people were looked for.",
        "No difference between the interviewers of the first wave in the share lost was found.",
    ),
    JOINT: (
        "Those who were lost differed in the first wave from those found again: results hold for the latter.",
        "What is known of people from the first wave does not tell who was lost.",
    ),
    BETWEEN_ARMS: (
        "Other people were lost in the one arm than in the other: effects may show who was lost.",
        "That other people were lost in the one arm than in the other was not found.",
    ),
}
"""Test -> what it says where those compared differ, and where no difference was found."""


def followed_waves(
    responses: pd.DataFrame, waves: pd.DataFrame, wave: Sequence[Wave]
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Yield each later wave with the interviews of the first and its own.

    None where a wave's respondents have no ids: they cannot be followed.
    """
    if any(one.columns.respondent == ROW_NUMBER for one in wave):
        return
    present = [name for name in study_waves(waves) if (responses["wave"] == name).any()]
    for name in present[1:]:
        yield name, responses[responses["wave"] == present[0]], responses[responses["wave"] == name]


@step("fieldwork", reads=[Responses, Waves], writes=[Attrition], plan=["wave"], named=True)
def follow_respondents(responses: pd.DataFrame, waves: pd.DataFrame, *, wave: Sequence[Wave]) -> pd.DataFrame:
    """Count who of the first wave was interviewed again in each later one, by arm and poverty group."""
    parts = [
        _counted(with_totals(first), later, ["arm", "poverty_group"], name)
        for name, first, later in followed_waves(responses, waves, wave)
    ]
    return pd.concat(parts, ignore_index=True) if parts else empty(Attrition)


@step(
    "fieldwork",
    reads=[Responses, Waves, Plan],
    writes=[AttritionTests, AttritionByEnumerator],
    plan=["wave", "comparison"],
    named=True,
)
def compare_the_lost(
    responses: pd.DataFrame,
    waves: pd.DataFrame,
    plan: pd.DataFrame,
    *,
    wave: Sequence[Wave],
    comparison: Comparison,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test whether those who were lost differ, and count them by who interviewed them in the first wave.

    A purposive sample allows no test.
    """
    purposive = plan["sample_design"].iloc[0] == "purposive"
    tests, counts = [], []
    for name, first, later in followed_waves(responses, waves, wave):
        counts.append(_counted(first, later, ["enumerator"], name))
        if not purposive:
            tests.append(_tests(first, later, comparison.covariates).assign(wave=name))
    return _joined(tests, AttritionTests), _joined(counts, AttritionByEnumerator)


def _joined(parts: list[pd.DataFrame], contract: type) -> pd.DataFrame:
    kept = [part for part in parts if len(part)]
    return pd.concat(kept, ignore_index=True) if kept else empty(contract)


def _counted(first: pd.DataFrame, later: pd.DataFrame, by: list[str], wave: str) -> pd.DataFrame:
    counted = attrition(first, later[["respondent"]], by=by)
    return counted.assign(wave=wave, followed=counted["interviewed"] + counted["lost"])


def _tests(first: pd.DataFrame, later: pd.DataFrame, covariates: Sequence[str]) -> pd.DataFrame:
    found = first.assign(lost=(~first["respondent"].isin(later["respondent"])).astype("int64"))
    psu = "cluster" if first["cluster"].notna().any() else None
    predictors = [*PREDICTORS, *(one for one in covariates if one in first and one not in PREDICTORS)]
    table = attrition_tests(found, FACTORS, predictors, psu=psu)
    tested = table["why_not"].isna()
    differ = tested & (table["p_value"] < LEVEL)
    verdict = pd.Series("no difference found", index=table.index).mask(differ, "differ")
    says = [
        why if isinstance(why, str) else _SAYS[str(test)][0 if differs else 1]
        for test, why, differs in zip(table["test"], table["why_not"], differ, strict=True)
    ]
    return table.drop(columns="why_not").assign(
        interviewed=table["respondents"] - table["lost"],
        verdict=verdict.where(tested, "not tested"),
        says=[said if said.endswith(".") else f"Not tested. {said}." for said in says],
    )
