"""Files damaged in one place: refused with place and rule, or read into rows that break none; no traceback.

PSIA_MUTANTS says how many of each format.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan, read_plan
from schemas.base import check, conform
from schemas.faults import Fault, Refused
from schemas.secondary import Statistics
from tasks import sourcing
from tasks.files import read_cells
from tasks.intake import Intake, take_in
from tasks.vault import Vault
from tests.hostile import mutants
from tests.hostile.mutants import Mutant, folder_without_interviews
from tests.sourced import how_of

MANY = int(os.environ.get("PSIA_MUTANTS", "30"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return folder_without_interviews(tmp_path_factory.mktemp("mutants") / "tiny")


@pytest.fixture(scope="module")
def plan(folder) -> AssessmentPlan:
    return read_plan(folder / "assessment.toml")


def named(faults: list[Fault]) -> bool:
    """Return whether each fault names a place and a rule, in words without a piece of a traceback."""
    return all(
        one.file and one.rule and "Traceback" not in str(one) and "Error" not in one.rule for one in faults
    )


def tried(folder: Path, plan: AssessmentPlan, file: str, mutant: Mutant) -> Intake:
    """Take the folder in with a mutant in place of a file, and take it out again."""
    path = folder / file
    path.write_bytes(mutant.content)
    try:
        return take_in(folder, plan, Vault(folder, "tiny"))
    finally:
        path.unlink()


def broken_rules(responses: pd.DataFrame) -> list[str]:
    """Return the rules that accepted interviews break, told without the contracts."""
    ids = responses["respondent"].tolist()
    found = ["no id"] if any(pd.isna(one) or not str(one).strip() for one in ids) else []
    found += ["twice"] if len(set(ids)) < len(ids) else []
    for name in ("weight", "income_month", "workdays_month"):
        given = responses[name].dropna().tolist() if name in responses else []
        found += [f"{name} is no figure" for one in given if isinstance(one, str) or not math.isfinite(one)]
    found += [f"weight {one}" for one in responses["weight"].tolist() if pd.isna(one) or one <= 0]
    groups, arms = {"weaver-women", "workshop-men"}, {"programme", "comparison"}
    found += [f"group {one}" for one in responses["poverty_group"].dropna() if one not in groups]
    found += [f"arm {one}" for one in responses["arm"].dropna() if one not in arms]
    return found


def chances(kind: str) -> list[random.Random]:
    return [random.Random(f"{kind} {number}") for number in range(MANY)]  # noqa: S311 -- for the same mutants again


@pytest.mark.parametrize("kind", mutants.ENCODERS)
def test_mutants_of_interviews_are_refused_in_place_or_break_no_rule(folder, plan, kind):
    file = f"waves/baseline/interviews.{kind}"
    whole = Mutant("as it was", mutants.ENCODERS[kind]([list(mutants.HEADER), *map(list, mutants.ROWS)]))
    assert tried(folder, plan, file, whole).faults == []
    accepted: list[tuple[str, list[str]]] = []
    for chance in chances(kind):
        mutant = mutants.of_table(kind, chance)
        taken = tried(folder, plan, file, mutant)
        assert named(taken.faults), (mutant.how, taken.faults)
        if not taken.faults:
            assert not mutant.refused, mutant.how
            accepted.append((mutant.how, broken_rules(taken.tables["staged.responses"])))
        elif mutant.row and mutant.column:
            places = {(one.row, one.column) for one in taken.faults}
            assert (mutant.row, mutant.column) in places, (mutant.how, taken.faults)
    assert [one for one in accepted if one[1]] == []
    assert 0 < len(accepted) < MANY


def test_mutants_of_parquet_are_read_as_a_table_or_refused_by_name():
    """The child process reads or refuses; what follows with the cells is the same as of the others."""
    whole = read_cells(mutants.as_parquet([list(mutants.HEADER), *map(list, mutants.ROWS)]), ".parquet", "f")
    assert whole["income_month"].tolist() == [1000.0 + 17 * person for person in range(mutants.PEOPLE)]
    accepted = 0
    for chance in chances("parquet"):
        mutant = mutants.of_table("parquet", chance)
        cells, faults = None, []
        try:
            cells = read_cells(mutant.content, ".parquet", "f")
        except Refused as refused:
            faults = refused.faults
        assert named(faults), (mutant.how, faults)
        accepted += cells is not None
        assert cells is None or {*map(str, cells.dtypes)} <= {"float64", "string"}, mutant.how
    assert 0 < accepted < MANY


def test_mutants_of_coded_projects(folder, plan):
    (folder / "waves/baseline/coded_sources.csv").write_text(mutants.SOURCES)
    (folder / "design").mkdir(exist_ok=True)
    (folder / "design/codes.csv").write_text(mutants.CODES)
    interviews = folder / "waves/baseline/interviews.csv"
    interviews.write_bytes(mutants.as_csv([list(mutants.HEADER), *map(list, mutants.ROWS)]))
    file = "waves/baseline/coded.qdpx"
    try:
        whole = tried(folder, plan, file, Mutant("as it was", mutants.valid_project()))
        assert whole.faults == []
        assert len(whole.tables["staged.codings"]) == 2
        accepted = 0
        for chance in chances("qdpx"):
            mutant = mutants.of_project(chance)
            taken = tried(folder, plan, file, mutant)
            assert named(taken.faults), (mutant.how, taken.faults)
            accepted += not taken.faults
            if not taken.faults:
                assert not mutant.refused, mutant.how
                codings = taken.tables["staged.codings"]
                assert set(codings["code"]) <= {"Earns less", "Earns more"}, mutant.how
        assert 0 < accepted < MANY
    finally:
        for one in (interviews, folder / "waves/baseline/coded_sources.csv", folder / "design/codes.csv"):
            one.unlink()


def _csv() -> bytes:
    return mutants.SDMX_CSV


def _ml() -> bytes:
    return mutants.SDMX_ML


@pytest.mark.parametrize("valid", [_csv, _ml])
@pytest.mark.filterwarnings("ignore")  # sdmx1's own remarks on what is damaged
def test_mutants_of_statistics(folder, valid: Callable[[], bytes]):
    columns = {"area": "geo", "statistic": "na_item", "unit": "unit"}
    how = how_of("sdmx", columns=columns, without=("period",)).model_copy(update={"file": "secondary/f"})
    vault = Vault(folder, "tiny")
    (folder / "secondary").mkdir(exist_ok=True)

    def read(mutant: Mutant) -> sourcing.Sourced:
        (folder / "secondary/f").write_bytes(mutant.content)
        found = sourcing.read_source(folder, 1, how, vault.unseal, {"census"}, lambda _: [])
        if not found.faults:
            found.faults += check(
                conform(found.frame, Statistics), Statistics, file="secondary/f", rows=found.rows
            )
        return found

    assert read(Mutant("as it was", valid())).faults == []
    accepted = 0
    for chance in chances(valid.__name__):
        mutant = mutants.of_statistics(valid(), chance)
        found = read(mutant)
        assert named(found.faults), (mutant.how, found.faults)
        accepted += not found.faults
        if not found.faults:
            assert not mutant.refused, (mutant.how, mutant.content, found.frame)
            assert all(math.isfinite(one) for one in found.frame["value"]), mutant.how
    assert 0 < accepted < MANY
