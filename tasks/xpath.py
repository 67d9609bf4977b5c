"""Conditions of an XLSForm (relevant, constraint), read as XPath and computed on columns of answers.

What is read: `.` and `${name}`, numbers and words, = != < <= > >=, and or not(), + - * div mod, selected(),
count-selected(), string-length(), number(), int(), round(), coalesce(), if(), true(), false(). As in a form,
an answer that is missing is the empty word: equal to '', and in no order with any number. Anything else is
refused: a condition that is half understood would accuse people who did nothing wrong.

Source: https://getodk.github.io/xforms-spec/#xpath-operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

LONGEST = 2000
ITSELF = "."

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<word>'[^']*'|\"[^\"]*\"|‘[^’]*’|“[^”]*”)"
    r"|\$\{\s*(?P<name>[^\s}]+)\s*\}|(?P<function>[A-Za-z][\w-]*)\s*\((?P<open>)|(?P<sign><=|>=|!=|[=<>+*()-]|,|\.)"
    r"|(?P<operator>and|or|div|mod)(?![\w-]))"
)
_ORDER = [("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod")]
_NAMED_OPERATORS = {"and", "or", "div", "mod"}

Node = tuple[Any, ...]
Words = frozenset[str]
_TRUE, _FALSE = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})


class NotRead(ValueError):
    """A condition that is not read here; the message says what of it."""


@cache
def parse(condition: str) -> Node:
    """Return a condition as a tree. Raises NotRead where it cannot be read, or uses what is not read here."""
    if len(condition) > LONGEST:
        raise NotRead(f"is longer than {LONGEST} characters")
    tokens = _tokens(condition)
    try:
        node, at = _binary(tokens, 0, 0)
    except (IndexError, RecursionError):
        raise NotRead("cannot be read") from None
    if tokens[at][0] != "end":
        raise NotRead(f"cannot be read from '{tokens[at][1]}' on")
    return node


def names(condition: str) -> list[str]:
    """Return the questions that a condition looks at, `.` for its own, each once, in order of appearance."""
    found: list[str] = []

    def walk(node: Node) -> None:
        if node[0] == "answer":
            found.append(node[1])
        for part in node[1:]:
            for one in part if isinstance(part, list) else [part]:
                if isinstance(one, tuple):
                    walk(one)

    walk(parse(condition))
    return list(dict.fromkeys(found))


def holds(condition: str, answers: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return for each row whether a condition holds.

    answers: question (`.` for its own) -> its column, text or numbers; see `yes_no`.
    Raises NotRead where the condition cannot be read, or looks at a question that is not among the answers.
    """
    value = _value(parse(condition), answers, index)
    return _truth(value).astype(bool)


def _tokens(condition: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    text = condition.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotRead(f"cannot be read from '{text[at : at + 20]}' on")
        at = match.end()
        if match["number"]:
            tokens.append(("number", match["number"]))
        elif match["word"] is not None:
            tokens.append(("word", match["word"][1:-1]))
        elif match["name"]:
            tokens.append(("name", match["name"]))
        elif match["function"] in _NAMED_OPERATORS:
            tokens += [("sign", match["function"]), ("sign", "(")]
        elif match["function"]:
            tokens += [("function", match["function"]), ("sign", "(")]
        else:
            tokens.append(("sign", match["sign"] or match["operator"]))
    return [*tokens, ("end", "end")]


def _binary(tokens: list[tuple[str, str]], at: int, level: int) -> tuple[Node, int]:
    if level == len(_ORDER):
        return _unary(tokens, at)
    left, at = _binary(tokens, at, level + 1)
    while tokens[at][0] == "sign" and tokens[at][1] in _ORDER[level]:
        sign = tokens[at][1]
        right, at = _binary(tokens, at + 1, level + 1)
        left = (sign, left, right)
    return left, at


def _unary(tokens: list[tuple[str, str]], at: int) -> tuple[Node, int]:
    kind, text = tokens[at]
    if (kind, text) == ("sign", "-"):
        node, at = _unary(tokens, at + 1)
        return ("negative", node), at
    if (kind, text) == ("sign", "("):
        node, at = _binary(tokens, at + 1, 0)
        return node, _expected(tokens, at, ")")
    if kind == "number":
        return ("number", float(text)), at + 1
    if kind == "word":
        return ("word", text), at + 1
    if kind == "name":
        return ("answer", text), at + 1
    if (kind, text) == ("sign", "."):
        return ("answer", ITSELF), at + 1
    if kind == "function":
        return _called(tokens, at)
    raise NotRead(f"cannot be read from '{text}' on" if kind != "end" else "breaks off")


def _called(tokens: list[tuple[str, str]], at: int) -> tuple[Node, int]:
    name, at = tokens[at][1], at + 2
    if name not in _FUNCTIONS:
        raise NotRead(f"uses {name}()")
    arguments: list[Node] = []
    while tokens[at] != ("sign", ")"):
        if arguments:
            at = _expected(tokens, at, ",")
        argument, at = _binary(tokens, at, 0)
        arguments.append(argument)
    if len(arguments) not in _FUNCTIONS[name]:
        raise NotRead(f"gives {name}() {len(arguments)} arguments")
    return ("call", name, arguments), at + 1


def _expected(tokens: list[tuple[str, str]], at: int, sign: str) -> int:
    if tokens[at] != ("sign", sign):
        raise NotRead(f"lacks a '{sign}'")
    return at + 1


_FUNCTIONS: dict[str, tuple[int, ...]] = {
    "not": (1,),
    "true": (0,),
    "false": (0,),
    "selected": (2,),
    "count-selected": (1,),
    "string-length": (1,),
    "number": (1,),
    "int": (1,),
    "round": (1, 2),
    "coalesce": (2,),
    "if": (3,),
    "boolean": (1,),
}
"""Function -> how many arguments it may have."""


class _YesNo:
    """A column that holds yes as 1 and no as 0, and is compared with either way of writing them."""

    def __init__(self, numbers: pd.Series):
        self.numbers = numbers


def yes_no(numbers: pd.Series) -> Any:
    """Return a column of 1 and 0 as answers that are compared with 'yes', 'no', 1 and 0 alike."""
    return _YesNo(numbers)


def _value(node: Node, answers: Mapping[str, Any], index: pd.Index) -> Any:
    kind = node[0]
    if kind == "number":
        return pd.Series(node[1], index=index, dtype="float64")
    if kind == "word":
        return pd.Series(node[1], index=index, dtype="string")
    if kind == "answer":
        if node[1] not in answers:
            raise NotRead(f"looks at '{node[1]}', which is not among the answers")
        return answers[node[1]]
    if kind == "negative":
        return -_measured(_value(node[1], answers, index))
    if kind == "call":
        return _call(node[1], node[2], answers, index)
    left, right = (_value(one, answers, index) for one in node[1:])
    if kind == "and":
        return _truth(left) & _truth(right)
    if kind == "or":
        return _truth(left) | _truth(right)
    if kind in ("=", "!="):
        return _equal(left, right) if kind == "=" else _unequal(left, right)
    return _ARITHMETIC[kind](_measured(left), _measured(right))


_ARITHMETIC: dict[str, Callable[[pd.Series, pd.Series], pd.Series]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": lambda a, b: pd.Series(np.fmod(a, b), index=a.index),
}


def _unequal(left: Any, right: Any) -> pd.Series:
    return ~_equal(left, right)


def _equal(left: Any, right: Any) -> pd.Series:
    if isinstance(left, _YesNo) or isinstance(right, _YesNo):
        column, other = (left, right) if isinstance(left, _YesNo) else (right, left)
        words = _words(other).str.casefold()
        said = pd.Series(np.nan, index=words.index).mask(words.isin(_TRUE), 1.0).mask(words.isin(_FALSE), 0.0)
        both_empty = column.numbers.isna() & (words == "")
        return (column.numbers.eq(said) | both_empty).astype(bool)
    if left.dtype == bool or right.dtype == bool:
        return _truth(left) == _truth(right)
    if left.dtype == "float64" or right.dtype == "float64":
        one, other = _number(left), _number(right)
        # the empty word is compared as a word: ${x} = '' asks whether there is an answer
        empty = (_words(left) == "") & (_words(right) == "")
        return (one == other) | empty
    return (_words(left) == _words(right)).astype(bool)


def _call(name: str, arguments: list[Node], answers: Mapping[str, Any], index: pd.Index) -> Any:
    values = [_value(one, answers, index) for one in arguments]
    if name in ("true", "false"):
        return pd.Series(name == "true", index=index)
    if name == "not":
        return ~_truth(values[0])
    if name == "boolean":
        return _truth(values[0])
    if name == "selected":
        return _selected(values[0], arguments[1], values[1])
    if name == "count-selected":
        return _words(values[0]).str.count(r"\S+").astype("float64")
    if name == "string-length":
        return _words(values[0]).str.len().astype("float64")
    if name == "number":
        return _number(values[0])
    if name == "int":
        return pd.Series(np.trunc(_number(values[0])), index=index)
    if name == "round":
        return _rounded(_number(values[0]), arguments[1:])
    if name == "coalesce":
        return _words(values[0]).where(_words(values[0]) != "", _words(values[1]))
    if all(getattr(one, "dtype", None) == "float64" for one in values[1:]):
        return values[1].where(_truth(values[0]), values[2])
    return _words(values[1]).where(_truth(values[0]), _words(values[2]))


def _selected(column: Any, given: Node, option: Any) -> pd.Series:
    if isinstance(column, _YesNo):
        return _equal(column, option)
    if given[0] not in ("word", "number"):
        raise NotRead("takes the choice of selected() from an answer")
    wanted = _words(option).iloc[0] if len(option) else ""
    padded = " " + _words(column).str.split().str.join(" ") + " "
    return padded.str.contains(f" {wanted} ", regex=False).astype(bool)


def _rounded(numbers: pd.Series, digits: list[Node]) -> pd.Series:
    if digits and digits[0][0] != "number":
        raise NotRead("takes the digits of round() from an answer")
    places = int(digits[0][1]) if digits else 0
    # a form rounds a half up; Python and numpy round it to the even number
    return pd.Series(np.floor(numbers * 10**places + 0.5) / 10**places, index=numbers.index)


def _words(value: Any) -> pd.Series:
    if isinstance(value, _YesNo):
        return value.numbers.map({1.0: "yes", 0.0: "no"}).astype("string").fillna("")
    if value.dtype == bool:
        return value.map({True: "true", False: "false"}).astype("string")
    if value.dtype == "string":
        return value.fillna("")
    numbers = value.astype("float64")
    return numbers.map(lambda one: "" if pd.isna(one) else f"{one:.15g}").astype("string")


def _number(value: Any) -> pd.Series:
    if isinstance(value, _YesNo):
        return value.numbers.astype("float64")
    if value.dtype == "string":
        return pd.to_numeric(value.fillna("").str.strip(), errors="coerce").astype("float64")
    return value.astype("float64")


def _measured(value: Any) -> pd.Series:
    """Return numbers to be ordered or reckoned with; words among them, such as dates, are not read here."""
    numbers = _number(value)
    if (
        getattr(value, "dtype", None) == "string"
        and (numbers.isna() & (_words(value).str.strip() != "")).any()
    ):
        raise NotRead("puts words or dates in order")
    return numbers


def _truth(value: Any) -> pd.Series:
    if isinstance(value, _YesNo):
        return value.numbers.notna()
    if value.dtype == bool:
        return value
    if value.dtype == "string":
        return (value.fillna("") != "").astype(bool)
    numbers = value.astype("float64")
    return numbers.notna() & (numbers != 0)
