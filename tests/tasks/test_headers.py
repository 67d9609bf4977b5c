"""A file without its header names nobody in what is told of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import read_plan
from schemas.faults import Fault
from tasks import headers
from tasks.files import Received
from tasks.intake import take_in
from tasks.vault import Vault
from tests.command import psia
from tests.folders import two_waves

PEOPLE = [f"Canary Zelphine {one}" for one in range(30)]
PHONES = [f"+91 98000000{one:02}" for one in range(30)]


def received(names: list[str], *rows: list[str]) -> Received:
    frame = pd.DataFrame(rows, dtype="string", columns=range(len(names))).set_axis(names, axis=1)
    return Received("t", "t.csv", "", frame, pd.Series(range(2, len(rows) + 2)), "", b"")


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (["respondent", "+91 9800000000"], [2]),
        (["respondent", "2026-01-02"], [2]),
        (["respondent", "34"], [2]),
        (["respondent", "Asha Devi"], [2]),
        (["respondent", "Full name"], []),
        (["respondent", "same"], [2]),
        (["respondent", "income_month"], []),
        (["Asha Devi", "income"], []),
        (["R0", "income"], [1]),
        (["r0", "R"], []),
    ],
)
def test_a_name_that_looks_like_a_value_is_told_by_its_place(names, places):
    table = received(names, ["R1", "Mira Lal"], ["R2", "Usha Rai"], ["R3", "same"])
    assert list(headers.places_of_values(table.frame, {"respondent"}).values()) == places


def test_a_table_without_any_known_column_lacks_its_header():
    table = received(["Zelphine", "x"], ["Asha", "y"])
    fault = headers.lacks_header(table, ["respondent", "when"], {"respondent", "when", "note"})
    assert str(fault) == (
        "t.csv, row 1: the first row is no header: none of the columns of this table is in it (it needs: "
        "respondent, when). Put the names of the columns in the first row"
    )
    assert headers.lacks_header(table, ["respondent"], {"x"}) is None
    longer = received(["trade", "income"], *([one, "none"] for one in ("weaver", "printer", "weaver")))
    assert headers.lacks_header(longer, [], {"respondent"}) is None


@pytest.mark.parametrize("people", [["Zelphine"], ["Zelphine", "Asha"], ["R001-a", "R002-b", "R003-c"]])
def test_a_few_rows_of_which_no_column_is_known_lack_their_header(people):
    table = received([people[0]], *([one] for one in people[1:]))
    fault = headers.lacks_header(table, [], {"respondent"})
    assert fault
    assert fault.rule == headers.NO_HEADER
    assert headers.lacks_header(table, [], {people[0]}) is None


def test_faults_name_places_instead_and_of_a_headless_file_one_is_left():
    table = received(["respondent", "Asha Devi"], ["R1", "Mira Lal"], ["R2", "Usha Rai"])
    fault = Fault("t.csv", "", 1, "Asha Devi", "'Asha Devi' is odd", 'write ["Asha Devi"]')
    (told,) = headers.without_values([fault], [table], {"respondent"})
    assert str(told) == 't.csv, row 1, column 2: column 2 is odd. write ["column 2"]'
    headless = Fault("t.csv", "", 1, rule=headers.NO_HEADER)
    assert headers.without_values([fault, headless], [], ()) == [headless]


@pytest.mark.parametrize("case", [str.title, str.lower])
@pytest.mark.parametrize("columns", [1, 2])
def test_a_wave_of_single_words_without_header_is_refused_and_names_nobody(tmp_path, case, columns):
    folder = two_waves(tmp_path / "tiny")
    plan = folder / "assessment.toml"
    row = 'role = "baseline"\ncolumns = { respondent = "_row" }'
    plan.write_text(plan.read_text().replace('role = "baseline"', row))
    names = [case(f"zelphine{chr(97 + one)}") for one in range(26)]
    rows = [",".join(pair[:columns]) for pair in zip(names, reversed(names), strict=True)]
    (folder / "waves/baseline/interviews.csv").write_text("\n".join(rows) + "\n")
    ended = psia("check", folder)
    assert ended.returncode == 1
    assert f"waves/baseline/interviews.csv, row 1: {headers.NO_HEADER}" in ended.stderr
    assert "zelphine" not in ended.stderr.casefold()


def test_a_wave_of_ids_and_single_words_without_header_is_refused_and_names_nobody(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    path = folder / "waves/baseline/interviews.csv"
    path.write_text("".join(f"R{one:03},zelphine{chr(97 + one)}\n" for one in range(26)))
    ended = psia("check", folder)
    assert f"waves/baseline/interviews.csv, row 1: {headers.NO_HEADER}" in ended.stderr
    assert "zelphine" not in ended.stderr


def test_a_column_of_single_names_goes_into_no_warehouse_before_the_plan_decides(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    path = folder / "waves/baseline/interviews.csv"
    head, *rows = path.read_text().splitlines()
    told = [f"{row},zelphine{chr(97 + one % 26)}{chr(97 + one // 26)}" for one, row in enumerate(rows)]
    path.write_text("\n".join([f"{head},q7", *told]) + "\n")
    ended = psia("run", folder, "--engine", "process")
    assert ended.returncode == 1
    assert "column q7: may be personal" in ended.stderr
    assert "zelphine" not in ended.stderr
    assert not (folder / "results/warehouse.duckdb").exists()


@pytest.mark.parametrize("name", ["waves/baseline/interviews.csv", "waves/followup/withdrawals.csv"])
def test_a_file_of_a_wave_without_header_is_refused_with_one_fault_that_names_nobody(tmp_path, name):
    folder = two_waves(tmp_path / "tiny")
    path: Path = folder / name
    if path.exists():
        rows = path.read_text().splitlines()[1:31]
        needs = "respondent"
    else:
        rows, needs = ["2026-02-01"] * 30, "respondent, "
    path.write_text("".join(f"{a},{b},{row}\n" for a, b, row in zip(PEOPLE, PHONES, rows, strict=True)))
    faults = take_in(folder, read_plan(folder / "assessment.toml"), Vault(folder, "tiny")).faults
    told = "\n".join(map(str, faults))
    assert "Zelphine" not in told
    assert "98000" not in told
    (fault,) = [one for one in faults if one.file == name]
    assert fault.rule.startswith(f"{headers.NO_HEADER} (it needs: {needs}")
