"""What pydantic finds wrong with a value, in words for whoever wrote the file."""

from __future__ import annotations

from typing import Any

NAME = r"^[a-z0-9][a-z0-9_.-]*$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
INSTRUMENT = r"^[0-9a-f]{10}$"
PERCENT = r"^[0-9]+(\.[0-9]+)? ?%$"
SERVER = r"^(https://|http://(localhost|127\.0\.0\.1)(:|/|$))[^@]*$"

_PATTERNS = {
    NAME: (
        "is no name: it has small letters (a-z), digits, _ . and -, and begins with a letter or digit",
        "Write it as wage-workers",
    ),
    LANGUAGE: ("is no code of a language", "Write a code such as en, fr or pt-BR"),
    INSTRUMENT: (
        "is no version of a questionnaire",
        "Copy it from the questionnaire: ten signs of 0-9 and a-f",
    ),
    PERCENT: ("is neither a number nor a percentage", 'Write it as 5 or "5 %"'),
    SERVER: ("is no address of a server", "Write it as https://odk.example.org, without a user's name"),
}
_TYPES = {
    "bool_type": ("is neither true nor false", "Write true or false, without quotation marks"),
    "bool_parsing": ("is neither true nor false", "Write true or false, without quotation marks"),
    "dict_type": ("has to be a table", "Write its keys below a heading in brackets"),
    "finite_number": ("is not a finite number", "Write it as 0.5, without quotation marks"),
    "float_parsing": ("is not a number", "Write it as 0.5, without quotation marks"),
    "float_type": ("is not a number", "Write it as 0.5, without quotation marks"),
    "int_from_float": ("is not a whole number", "Write it as 12, without quotation marks"),
    "int_parsing": ("is not a whole number", "Write it as 12, without quotation marks"),
    "int_type": ("is not a whole number", "Write it as 12, without quotation marks"),
    "model_type": ("has to be a table", "Write its keys below a heading in brackets"),
    "string_too_short": ("is empty", "Fill it in"),
    "string_type": ("has to be text", "Write it in quotation marks"),
    "too_short": ("is empty", "Fill it in"),
}
_LIMITS = {
    "greater_than": ("gt", "has to be more than {}"),
    "greater_than_equal": ("ge", "has to be {} or more"),
    "less_than": ("lt", "has to be less than {}"),
    "less_than_equal": ("le", "has to be {} at most"),
    "string_too_long": ("max_length", "has more than {} characters"),
    "too_long": ("max_length", "has more than {} entries"),
}


def in_words(error: Any) -> tuple[str, str]:
    """Return what is wrong and what to do, of one of the errors of a pydantic ValidationError.

    What a validator of psia's own says is kept as it stands.
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _LIMITS:
        key, words = _LIMITS[kind]
        limit = context[key]
        return words.format(int(limit) if limit == int(limit) else limit), "Correct the value"
    if kind.startswith("date_"):
        return "is not a date", "Write it as 2026-01-31, without quotation marks"
    if kind == "literal_error":
        named = context["expected"].removeprefix("'', ").removeprefix("'' or ")
        empty = named != context["expected"]  # an empty text stands for a key that is left out
        return (
            f"has to be {named}",
            "Correct the value, or leave the key out" if empty else "Correct the value",
        )
    if kind == "list_type":
        given = error["input"]
        if isinstance(given, dict):
            return "has to be a list", "Write its heading in double brackets, as [[wave]]"
        alone = isinstance(given, str) and '"' not in given
        return "has to be a list", f'Write it in brackets: ["{given}"]' if alone else "Write it in brackets"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], ("is not written as it has to be", "Correct the value"))
    message = error["msg"].removeprefix("Value error, ")
    return message[0].lower() + message[1:], "Correct the value"
