from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest

import schemas
from schemas.base import (
    TABLES,
    as_received,
    check,
    column_types,
    conform,
    declared,
    empty,
    extend,
    extend_released,
    in_order,
    notes,
    required_columns,
)
from schemas.faults import Fault

for _module in pkgutil.iter_modules(schemas.__path__):
    importlib.import_module(f"schemas.{_module.name}")


@pytest.mark.parametrize("name", TABLES)
def test_a_contract_is_whole(name):
    contract = TABLES[name]
    about, columns = contract.about(), column_types(contract)
    assert about.grain
    assert about.key
    assert set(about.key) <= set(columns)
    assert set(about.refers) <= set(columns)
    assert set(about.personal_ids) <= set(columns)
    for target in about.refers.values():
        table, _, column = target.rpartition(".")
        assert column in column_types(TABLES[table])
    if about.release:
        told = {*about.release.count, *about.release.hide, *about.release.totals}
        assert told <= set(columns)
    assert not check(empty(contract), contract)
    missing = [column for column, note in notes(contract).items() if not note]
    assert len(missing) <= len(columns) // 2


def test_a_table_that_names_people_is_never_released():
    named = [name for name, contract in TABLES.items() if contract.about().personal_ids]
    assert named
    assert all(TABLES[name].about().release is None for name in named)


def actors(**columns) -> pd.DataFrame:
    base = {"actor": ["a", "b"], "label": ["A", "B"], "stage": ["trade", "trade"]}
    return conform(pd.DataFrame({**base, **columns}), TABLES["staged.actors"])


def told(frame: pd.DataFrame) -> list[str]:
    return [str(fault) for fault in check(frame, TABLES["staged.actors"], file="actors.csv")]


def test_faults_name_row_column_rule_and_remedy():
    assert told(actors()) == []
    assert told(actors(firms=[3, -1])) == [
        "actors.csv, row 3, column firms: is below the smallest value allowed. The limit is 0"
    ]
    (stage,) = told(actors(stage=["trade", "trading"]))
    assert stage.startswith("actors.csv, row 3, column stage: is not one of the words")
    assert "Use one of: inputs" in stage
    (twice,) = told(actors(actor=["a", "a"]))
    assert "row 3, column actor: the same actor stands already in row 2" in twice
    (empty_cell,) = told(actors(label=["A", None]))
    assert "row 3, column label: is empty" in empty_cell


def test_an_infinite_number_is_refused_beside_other_faults():
    contract = extend(TABLES["staged.actors"], {"pay": "number"})
    frame = conform(actors(firms=[1, -1]).assign(pay=[float("inf"), 1.0]), contract)
    faults = [str(fault) for fault in check(frame, contract, file="f")]
    assert any("column pay: is not a finite number" in fault for fault in faults)
    assert any("column firms: is below" in fault for fault in faults)


def plain_contracts():
    released = [contract for contract in TABLES.values() if contract.about().release]
    yield from (extend_released(one, "released." + one.about().name.partition(".")[2]) for one in released)
    yield as_received("raw.some/table", {"a": "text", "b": "number"})


WITH_OWN = extend(
    TABLES["staged.responses"], {"pay": "number", "age": "integer", "told": "yes_no", "a": "text"}
)


@pytest.mark.parametrize(
    "contract", [*TABLES.values(), WITH_OWN, *plain_contracts()], ids=lambda one: one.about().name
)
def test_what_a_contract_declares_is_what_pandera_makes_of_it(contract):
    schema = contract.to_schema()
    assert list(column_types(contract).items()) == [
        (name, str(one.dtype)) for name, one in schema.columns.items()
    ]
    assert required_columns(contract) == [name for name, one in schema.columns.items() if not one.nullable]
    assert notes(contract) == {name: one.description or "" for name, one in schema.columns.items()}
    ruled = {name for name, column in declared(contract).items() if column.checks}
    assert ruled == {name for name, one in schema.columns.items() if one.checks}


@pytest.mark.parametrize("contract", list(plain_contracts()), ids=lambda one: one.about().name)
def test_raw_and_released_tables_have_no_rule_but_types(contract):
    assert not any(column.checks for column in declared(contract).values())


def test_an_empty_cell_of_a_released_key_is_told():
    contract = extend_released(TABLES["staged.actors"], "released.actors")
    frame = conform(actors(), TABLES["staged.actors"]).assign(withheld_by=pd.array(["", ""], dtype="string"))
    assert check(frame, contract) == []
    (fault,) = check(frame.assign(actor=pd.array(["a", None], dtype="string")), contract)
    assert (fault.row, fault.column) == (3, "actor")
    (fault,) = check(frame.assign(withheld_by=pd.array(["", None], dtype="string")), contract)
    assert (fault.row, fault.column) == (3, "withheld_by")


def test_faults_of_one_kind_are_counted_beyond_a_hundred():
    frame = conform(
        pd.DataFrame(
            {
                "actor": [f"a{i}" for i in range(500)],
                "label": "x",
                "stage": "nowhere",
            }
        ),
        TABLES["staged.actors"],
    )
    faults = check(frame, TABLES["staged.actors"])
    assert len(faults) == 101
    assert "in 400 more rows" in faults[-1].rule


def test_a_fault_of_a_plan_speaks_of_keys():
    assert str(Fault("assessment.toml", column="wave.1.name", rule="is empty")) == (
        "assessment.toml, key wave.1.name: is empty"
    )


@pytest.mark.parametrize("word", ["all", "All"])
def test_a_difference_that_bears_the_word_for_all_is_refused_with_its_place(word):
    base = {"unit": ["u1", "u2"], "node": ["a", "a"], "difference": ["hills", word]}
    frame = conform(pd.DataFrame(base), TABLES["staged.frame"])
    (fault,) = check(frame, TABLES["staged.frame"], file="frame.csv")
    assert (fault.file, fault.row, fault.column) == ("frame.csv", 3, "difference")
    assert "'all' stands in the tables for all together" in str(fault)
    assert "Take another word" in str(fault)
    assert not check(frame.assign(difference="every"), TABLES["staged.frame"])


@pytest.mark.parametrize("seed", range(20))
def test_rows_are_in_order_where_sorting_changes_nothing_and_no_key_stands_twice(seed):
    random = np.random.default_rng(seed)
    words = pd.Series(random.choice(["a", "B", "é", "ab", "z"], 6), dtype="string")
    frame = pd.DataFrame({"word": words, "whole": pd.Series(random.integers(0, 9, 6), dtype="Int64")})
    frame = frame.assign(number=random.random(6), flag=pd.Series(random.random(6) < 0.5, dtype="boolean"))
    for key in (
        ["word"],
        ["whole", "word"],
        ["word", "whole"],
        ["flag", "number"],
        ["word", "flag", "whole"],
    ):
        ready = frame.sort_values(key, kind="stable").reset_index(drop=True)
        for one in (
            frame,
            ready,
            ready.drop_duplicates(key),
            pd.concat([frame[:3], frame[3:]]),
            frame[:1],
            frame[:0],
        ):
            sorted_already = one.sort_values(key, kind="stable").index.equals(one.index)
            assert in_order(one, key) == (sorted_already and not one.duplicated(key).any())
    assert not in_order(frame.assign(word=words.mask(words.index == 3)).sort_values("whole"), ["word"])
