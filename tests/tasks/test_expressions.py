from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import expressions

FRAME = pd.DataFrame(
    {
        "a": [1.0, 2.0, None],
        "b": pd.Series(["x", "y", None], dtype="string"),
        "c": [0.0, 4.0, 1.0],
    }
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + 1", [2, 3, None]),
        ("a / c", [None, 0.5, None]),
        ("CASE WHEN b = 'x' THEN 1 WHEN b IS NULL THEN NULL ELSE 0 END", [1, 0, None]),
        ("a IN (1, 2)", [1, 1, None]),
        ("c BETWEEN 1 AND 4 AND NOT a IS NULL", [0, 1, 0]),
        ("coalesce(a, 9)", [1, 2, 9]),
        ("greatest(a, c)", [1, 4, None]),
        ("ln(c)", [None, 1.3862943611198906, 0]),
        ("-a", [-1, -2, None]),
        ("a = 1 OR c = 1", [1, 0, 1]),
    ],
)
def test_computes_as_sql_does_with_missing_values(expression, expected):
    values = expressions.compute_number(expression, FRAME)
    assert [None if pd.isna(v) else v for v in values] == expected


@pytest.mark.parametrize(
    "hostile",
    [
        "read_csv('/etc/passwd')",
        "a; DROP TABLE x",
        "(SELECT 1)",
        "t.a",
        "pg_sleep(1)",
        "*",
        "CAST(a AS INT)",
        "a IN (SELECT 2)",
        "getenv('HOME')",
        "a[1]",
        "'x' || b",
        "",
        "1 +",
        "a" + " + a" * 2000,
    ],
)
def test_refuses_what_is_not_on_the_list(hostile):
    with pytest.raises(expressions.ExpressionError):
        expressions.compute(hostile, FRAME)


def test_names_the_column_that_is_not_there_and_the_text_that_is_computed_with():
    with pytest.raises(expressions.ExpressionError, match="'wages'"):
        expressions.compute("wages * 2", FRAME)
    with pytest.raises(expressions.ExpressionError, match="is text"):
        expressions.compute("b * 2", FRAME)
    with pytest.raises(expressions.ExpressionError, match="compares text with a number"):
        expressions.compute("b = 2", FRAME)


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
def test_a_missing_answer_stays_missing(values):
    frame = pd.DataFrame({"a": pd.Series(values, dtype="float64")})
    result = expressions.compute_number("(a + 1) * 2", frame)
    assert (result.isna() == frame["a"].isna()).all()


@given(
    st.lists(st.integers(-9, 9).map(lambda one: one / 2) | st.floats(-1e15, 1e15), min_size=1, max_size=40)
)
def test_a_half_is_rounded_away_from_zero_as_sql_does(numbers):
    frame = pd.DataFrame({"a": numbers})
    with duckdb.connect() as connection:
        [(rounded,)] = connection.execute(
            "SELECT list_transform(?::DOUBLE[], x -> round(x))", [numbers]
        ).fetchall()
    assert expressions.compute_number("round(a)", frame).tolist() == rounded


def test_halves_and_their_neighbours():
    frame = pd.DataFrame({"a": [0.5, 1.5, 2.5, -0.5, -2.5, 0.49999999999999994, 2.4999999999999996, None]})
    rounded = expressions.compute("round(a)", frame)
    assert rounded[:7].tolist() == [1, 2, 3, -1, -3, 0, 2]
    assert pd.isna(rounded[7])
