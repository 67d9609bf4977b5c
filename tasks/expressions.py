"""Expressions of the catalogue and the plan: parsed, allowed only what is listed here, computed on columns.

Syntax is that of SQL scalars. Missing is missing: an operation on a missing value gives a missing value,
AND and OR follow Kleene's logic, and CASE takes a missing condition for false, as SQL does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce

import numpy as np
import pandas as pd
import sqlglot
from sqlglot import Expr, exp
from sqlglot.errors import SqlglotError

LONGEST = 2000


class ExpressionError(ValueError):
    """An expression that cannot be read or uses what is not allowed; the message says what."""


_ARITHMETIC: dict[type[Expr], Callable[[pd.Series, pd.Series], pd.Series]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: lambda a, b: a / b.where(b != 0),
}
_COMPARISON: dict[type[Expr], Callable[[pd.Series, pd.Series], pd.Series]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
}
_ONE_ARGUMENT: dict[type[Expr], Callable[[pd.Series], pd.Series]] = {
    exp.Abs: lambda a: a.abs(),
    exp.Ln: lambda a: _log(a),
    exp.Round: lambda a: _rounded(a, _half_up),
    exp.Floor: lambda a: _rounded(a, np.floor),
    exp.Ceil: lambda a: _rounded(a, np.ceil),
}
_MANY_ARGUMENTS: dict[type[Expr], str] = {
    exp.Coalesce: "coalesce",
    exp.Least: "least",
    exp.Greatest: "greatest",
}
_STRUCTURE = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.Paren,
    exp.Neg,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Is,
    exp.In,
    exp.Between,
    exp.Case,
    exp.If,
)
ALLOWED = (
    *_STRUCTURE,
    *_ARITHMETIC,
    *_COMPARISON,
    *_ONE_ARGUMENT,
    *_MANY_ARGUMENTS,
)


@cache
def parse(expression: str) -> Expr:
    """Return the expression as a tree of allowed parts.

    Raises ExpressionError where it cannot be read, is too long, or uses anything but columns, literals,
    arithmetic, comparison, AND/OR/NOT, IN, BETWEEN, IS NULL, CASE and the functions abs, ln, round, floor,
    ceil, coalesce, least, greatest.
    """
    if len(expression) > LONGEST:
        raise ExpressionError(f"is longer than {LONGEST} characters")
    try:
        trees = sqlglot.parse(expression, dialect="duckdb")
    except (SqlglotError, RecursionError):
        raise ExpressionError("cannot be read as an expression") from None
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError("must be one expression")
    for node in trees[0].walk():
        if type(node) not in ALLOWED:
            raise ExpressionError(f"uses {type(node).__name__.lower()}, which is not allowed here")
        if isinstance(node, exp.Column) and len(node.parts) != 1:
            raise ExpressionError("names a table; only columns are allowed here")
        if isinstance(node, exp.Is) and not isinstance(node.expression, exp.Null):
            raise ExpressionError("uses IS with something other than NULL")
        if isinstance(node, exp.Round) and node.args.get("decimals"):
            raise ExpressionError("uses round with decimals, which is not allowed here")
        if isinstance(node, exp.In) and (node.args.get("query") or node.args.get("unnest")):
            raise ExpressionError("uses IN with something other than a list")
    return trees[0]


def columns(expression: str) -> list[str]:
    """Return the columns that an expression reads, each once, in order of appearance."""
    return list(dict.fromkeys(node.name for node in parse(expression).find_all(exp.Column)))


def compute(expression: str, frame: pd.DataFrame) -> pd.Series:
    """Return the value of the expression for each row: Float64, boolean or string, missing where missing.

    Raises ExpressionError for a column that is not there, or for arithmetic on text.
    """
    return _value(parse(expression), frame)


def compute_number(expression: str, frame: pd.DataFrame) -> pd.Series:
    """Return the expression as float64 (true 1, false 0). Raises ExpressionError if it gives text."""
    values = compute(expression, frame)
    if values.dtype == "string":
        raise ExpressionError("gives text where a number is needed")
    return values.astype("Float64").astype("float64")


def compute_condition(expression: str, frame: pd.DataFrame) -> pd.Series:
    """Return where the expression holds; missing counts as not. Raises ExpressionError if it gives text."""
    values = compute(expression, frame)
    if values.dtype == "string":
        raise ExpressionError("gives text where a condition is needed")
    return values.fillna(0).astype("Float64") != 0


def _value(node: Expr, frame: pd.DataFrame) -> pd.Series:
    kind = type(node)
    if kind is exp.Paren:
        return _value(node.this, frame)
    if kind is exp.Column:
        return _column(node.name, frame)
    if kind in (exp.Literal, exp.Null, exp.Boolean):
        return _constant(node, frame)
    if kind is exp.Neg:
        return -_number(node.this, frame)
    if kind in _ARITHMETIC:
        left, right = _number(node.this, frame), _number(node.expression, frame)
        return _ARITHMETIC[kind](left, right)
    if kind in _COMPARISON:
        return _compared(node, frame)
    if kind in _ONE_ARGUMENT:
        return _ONE_ARGUMENT[kind](_number(node.this, frame))
    if kind in _MANY_ARGUMENTS:
        return _of_many(node, frame)
    return _logic(node, frame)


def _column(name: str, frame: pd.DataFrame) -> pd.Series:
    if name not in frame.columns:
        raise ExpressionError(f"names the column '{name}', which is not in the data")
    values = frame[name]
    if values.dtype == "string":
        return values
    if values.dtype == "boolean":
        return values
    return values.astype("Float64")


def _constant(node: Expr, frame: pd.DataFrame) -> pd.Series:
    if isinstance(node, exp.Null):
        return pd.Series(pd.NA, index=frame.index, dtype="Float64")
    if isinstance(node, exp.Boolean):
        return pd.Series(bool(node.this), index=frame.index, dtype="boolean")
    if node.is_string:
        return pd.Series(node.this, index=frame.index, dtype="string")
    return pd.Series(float(node.this), index=frame.index, dtype="Float64")


def _number(node: Expr, frame: pd.DataFrame) -> pd.Series:
    values = _value(node, frame)
    if values.dtype == "string":
        raise ExpressionError(
            f"computes with {node.sql(dialect='duckdb')}, which is text: give its type in the plan"
        )
    return values.astype("Float64")


def _compared(node: Expr, frame: pd.DataFrame) -> pd.Series:
    left, right = _alike(_value(node.this, frame), _value(node.expression, frame), node)
    return _COMPARISON[type(node)](left, right).astype("boolean")


def _alike(left: pd.Series, right: pd.Series, node: Expr) -> tuple[pd.Series, pd.Series]:
    if (left.dtype == "string") != (right.dtype == "string"):
        if left.isna().all() or right.isna().all():
            return left.astype("string"), right.astype("string")
        raise ExpressionError(f"compares text with a number: {node.sql(dialect='duckdb')}")
    if left.dtype == "string":
        return left, right
    return left.astype("Float64"), right.astype("Float64")


def _of_many(node: Expr, frame: pd.DataFrame) -> pd.Series:
    parts = [_value(part, frame) for part in (node.this, *node.expressions) if part is not None]
    if len({part.dtype == "string" for part in parts}) > 1:
        raise ExpressionError(f"mixes text and numbers: {node.sql(dialect='duckdb')}")
    if isinstance(node, exp.Coalesce):
        return reduce(lambda left, right: left.where(left.notna(), right), parts)
    numbers = pd.concat([part.astype("Float64") for part in parts], axis=1)
    whole = numbers.notna().all(axis=1)
    chosen = numbers.min(axis=1) if isinstance(node, exp.Least) else numbers.max(axis=1)
    return chosen.where(whole)


def _logic(node: Expr, frame: pd.DataFrame) -> pd.Series:
    if isinstance(node, exp.And):
        return _truth(node.this, frame) & _truth(node.expression, frame)
    if isinstance(node, exp.Or):
        return _truth(node.this, frame) | _truth(node.expression, frame)
    if isinstance(node, exp.Not):
        return ~_truth(node.this, frame)
    if isinstance(node, exp.Is):
        return _value(node.this, frame).isna().astype("boolean")
    if isinstance(node, exp.In):
        options = [exp.EQ(this=node.this.copy(), expression=one.copy()) for one in node.expressions]
        return reduce(lambda a, b: a | b, (_compared(option, frame) for option in options))
    if isinstance(node, exp.Between):
        low = exp.GTE(this=node.this.copy(), expression=node.args["low"].copy())
        high = exp.LTE(this=node.this.copy(), expression=node.args["high"].copy())
        return _compared(low, frame) & _compared(high, frame)
    return _case(node, frame)


def _truth(node: Expr, frame: pd.DataFrame) -> pd.Series:
    values = _value(node, frame)
    if values.dtype == "string":
        raise ExpressionError(f"takes text for true or false: {node.sql(dialect='duckdb')}")
    return values if values.dtype == "boolean" else (values != 0).astype("boolean")


def _case(node: Expr, frame: pd.DataFrame) -> pd.Series:
    default = node.args.get("default")
    result = _constant(exp.Null(), frame) if default is None else _value(default, frame)
    for branch in reversed(node.args["ifs"]):
        condition = branch.this
        if node.this is not None:
            condition = exp.EQ(this=node.this.copy(), expression=condition.copy())
        holds = _truth(condition, frame).fillna(False).astype(bool)
        value = _value(branch.args["true"], frame)
        if "string" in (str(value.dtype), str(result.dtype)):
            value, result = _alike(value, result, node)
        else:
            value, result = value.astype("Float64"), result.astype("Float64")
        result = value.where(holds, result)
    return result


def _log(values: pd.Series) -> pd.Series:
    positive = values.where(values > 0)
    return pd.Series(np.log(positive.astype("float64").to_numpy()), index=values.index).astype("Float64")


def _half_up(values: np.ndarray) -> np.ndarray:
    """Return whole numbers, a half away from zero, as SQL rounds: numpy rounds it to the even number."""
    whole = np.trunc(values)
    return whole + np.sign(values) * (np.abs(values - whole) >= 0.5)


def _rounded(values: pd.Series, how: Callable[[np.ndarray], np.ndarray]) -> pd.Series:
    return pd.Series(how(values.astype("float64").to_numpy()), index=values.index).astype("Float64")
