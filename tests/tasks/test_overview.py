"""What is told of a run outside its folder: counts, never a row or a value."""

from __future__ import annotations

import pytest

from tasks import overview
from tests.folders import write


def test_released_tables_are_counted_and_empty_ones_left_out(tmp_path):
    tables = {
        "tables/a.csv": "key,value,withheld_by\nx,1,\ny,,threshold\n",
        "tables/b.csv": "key\nx\n",
        "tables/c.csv": "key,withheld_by\n",
    }
    assert overview.released_tables(write(tmp_path, tables)) == [
        {"table": "a", "rows": 2, "withheld": 1},
        {"table": "b", "rows": 1, "withheld": 0},
    ]


def test_field_checks_that_are_withheld_have_no_count(tmp_path):
    rows = "wave,check,severity,found,withheld_by\none,outlier,warning,40,\none,refusals,note,,threshold\n"
    assert [
        one["found"]
        for one in overview.field_checks(write(tmp_path, {f"tables/{overview.CHECKS}.csv": rows}))
    ] == [
        "40",
        "withheld",
    ]
    assert overview.field_checks(tmp_path / "none") == []


def test_faults_are_counted_by_rule_without_values(tmp_path):
    rows = (
        "file,sheet,row,column,rule,remedy\n"
        "waves/x.csv,,2,arm,'Asha' is not an arm,\n"
        "waves/x.csv,,3,arm,'Devi' is not an arm,\n"
        "mapping/actors.csv,,2,firms,-400 is below 0,\n"
    )
    found = overview.faults(write(tmp_path, {"quarantine.csv": rows}) / "quarantine.csv", {"arm", "firms"})
    assert found == [
        {"file": "waves/x.csv", "column": "arm", "rule": "… is not an arm", "faults": 2},
        {"file": "mapping/actors.csv", "column": "firms", "rule": "… is below …", "faults": 1},
    ]
    assert overview.refusal(found) == (
        "Refused, nothing was changed: 3 faults in mapping/actors.csv (1), waves/x.csv (2). "
        "'psia check' says which."
    )


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("'O'Neil' is no node of the map", "… is no node of the map"),
        ("the group 'O' Brien Zelphine' is not in the plan", "the group … is not in the plan"),
        ("the plan maps 'O' Brien' to 'Zelphine', which is no column", "the plan maps …, which is no column"),
        ("'Zelphine\nDevi' is no arm", "… is no arm"),
        ("reads 'Zelphine Devi", "reads …"),
        ("the wave's rows are missing", "the wave's rows are missing"),
        ("2026-01-05 is after 3,5", "… is after …"),
    ],
)
def test_a_kind_of_rule_names_no_value(rule, kind):
    assert overview.kind(rule) == kind


def test_of_columns_those_are_told_that_contract_catalogue_or_plan_know(tmp_path):
    plan = {"assessment.toml": '[[wave]]\nname = "first"\n[wave.columns]\nrespondent = "kennung"\n'}
    known = overview.known_names(write(tmp_path, plan) / "assessment.toml")
    columns = ("arm", "kennung", "workdays_month", "wave + respondent", "Zelphine", "'+91 9800000000")
    rows = "".join(f"w.csv,,1,{one},is odd,\n" for one in columns)
    keys = "".join(f"assessment.toml,,0,{one},is odd,\n" for one in ("wave.1.name", "wave.1.Zelphine"))
    path = write(tmp_path, {"q.csv": "file,sheet,row,column,rule,remedy\n" + rows + keys}) / "q.csv"
    told = {one["column"]: one["faults"] for one in overview.faults(path, known)}
    assert told == {
        **dict.fromkeys(("arm", "kennung", "workdays_month", "wave + respondent", "wave.1.name"), 1),
        "another column": 2,
        "another key": 1,
    }


def test_a_plan_that_cannot_be_read_has_no_names(tmp_path):
    assert "Zelphine" not in overview.known_names(write(tmp_path, {"a.toml": "Zelphine = ["}) / "a.toml")
    assert "respondent" in overview.known_names(tmp_path / "none.toml")
