# ruff: noqa: S608 -- the statements are the attack
"""A hundred hostile column names and expressions: the canary table and the canary file stay as they were."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from schemas.assessment import read_plan
from tasks import expressions
from tasks.intake import take_in
from tasks.run import Run
from tasks.vault import Vault
from tests.folders import two_waves

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": pd.array(["x", "y"], dtype="string")})
TABLE = "mart.canary"


def expressions_on(file: str) -> list[str]:
    """Return fifty-odd expressions that read, write, load, call or leave the one expression."""
    reading = ("read_csv", "read_text", "read_blob", "read_parquet", "read_json", "glob", "sniff_csv")
    return [
        *(f"{function}('{file}')" for function in reading),
        *(f"(SELECT count(*) FROM {function}('{file}'))" for function in reading),
        *(f"a; {one}" for one in statements(file)),
        *(f"a) FROM x; {one} --" for one in statements(file)),
        *("getenv('HOME')", "current_setting('temp_directory')", "pg_sleep(9)", "nextval('s')", "query('x')"),
        *(
            "query_table('mart.canary')",
            "a IN (SELECT 1)",
            "EXISTS (SELECT 1)",
            "(VALUES (1))",
            "mart.canary.a",
        ),
        *("*", "COLUMNS('.*')", "a[1]", "{'x': a}", "[a]", "a -> 'x'", "x -> x + 1", "$1", "?", ":a"),
        *("CAST(a AS BLOB)", "a::BLOB", "a COLLATE nocase", "a OVER ()", "sum(a)", "row_number() OVER ()"),
        *("'x' || b", "__import__('os')", "b.__class__", "eval('1')", "lambda: 1", "a if 1 else 2", "/* */"),
    ]


def statements(file: str) -> tuple[str, ...]:
    return (
        f"DROP TABLE {TABLE}",
        f"DELETE FROM {TABLE}",
        f"UPDATE {TABLE} SET a = 0",
        f"COPY {TABLE} TO '{file}'",
        f"ATTACH '{file}' AS x",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA enable_external_access",
        "SET enable_external_access = true",
        "RESET lock_configuration",
    )


def names_on(file: str) -> list[str]:
    """Return fifty-odd names of columns that would leave their quotation marks, or mean something else."""
    ends = ('"', '""', "'", "''", "`", "]", ")", '";', "';", "--")
    return [
        *(f"x{end} ; DROP TABLE {TABLE}; --{number}" for number, end in enumerate(ends)),
        *(f'q"; {one}; --' for one in statements(file)),
        *(f"r') ; {one}; --" for one in statements(file)),
        *("select", "from", "*", "a.b", "mart.canary", "rowid", "index"),
        *(
            "%s",
            "{0}",
            "{{ 7*7 }}",
            "$1",
            "?",
            "\\",
            "\\'",
            "a\tb",
            "a\u202eb",
            "__class__",
            "x" * 5000,
            "é\u0301",
        ),
        *(file, "../../etc/passwd", "=1+1", "<script>"),
    ]


@pytest.fixture
def canary(tmp_path) -> Path:
    path = tmp_path / "canary.csv"
    path.write_text("a\n4711\n")
    return path


def test_there_are_a_hundred():
    assert len({*expressions_on("f"), *names_on("f")}) >= 100


def test_no_expression_is_allowed_that_is_more_than_one(canary):
    for hostile in expressions_on(str(canary)):
        with pytest.raises(expressions.ExpressionError):
            expressions.compute(hostile, FRAME)


def test_hostile_names_are_stored_as_names_or_refused_and_nothing_else_happens(tmp_path, canary):
    folder = two_waves(tmp_path / "tiny")
    names = names_on(str(canary))
    for wave in ("baseline", "followup"):
        path = folder / f"waves/{wave}/interviews.csv"
        frame = pd.read_csv(path, dtype=str)
        more = pd.DataFrame(dict.fromkeys(names, "1"), index=frame.index)
        pd.concat([frame, more], axis=1).to_csv(path, index=False)
    before = canary.read_bytes()
    run = Run(folder)
    run.prepare()
    run.open()
    with run.warehouse._connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} AS SELECT 4711 AS a")
    for task in run.tasks:
        if task.phase in ("plan", "mapping", "design", "fieldwork"):
            assert run.do(task).status == "done", task.name
    columns = set(run.read("staged.responses"))
    with run.warehouse._connection.cursor() as cursor:
        assert cursor.execute(f"SELECT a FROM {TABLE}").fetchall() == [(4711,)]
        for statement in (
            f"SELECT * FROM '{canary}'",
            f"COPY {TABLE} TO '{canary}'",
            f"ATTACH '{canary}' AS x",
        ):
            with pytest.raises(duckdb.Error):
                cursor.execute(statement)
        for setting in ("enable_external_access", "autoload_known_extensions", "python_enable_replacements"):
            with pytest.raises(duckdb.Error):
                cursor.execute(f"SET {setting} = true")
    run.close()
    assert canary.read_bytes() == before
    assert len(columns & set(names)) > 0.9 * len(names)


def test_an_indicator_of_the_folder_is_held_to_the_same_list(tmp_path, canary):
    folder = two_waves(tmp_path / "tiny")
    (folder / "design").mkdir()
    for hostile in expressions_on(str(canary))[::8]:
        told = hostile.replace("\\", "\\\\").replace('"', '\\"')
        (folder / "design/indicators.toml").write_text(
            f'[[indicator]]\nid = "x"\nlabel = "X"\nunit = "days"\nbetter = "higher"\nvalue = "{told}"\n'
            "smallest_change = 1\n"
        )
        faults = take_in(folder, read_plan(folder / "assessment.toml"), Vault(folder, "tiny")).faults
        assert any(one.file == "design/indicators.toml" for one in faults), hostile
