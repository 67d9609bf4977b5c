"""What is wrong with a value, in words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from schemas.slips import in_words


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (Annotated[float, Field(le=90)], 91, ("has to be 90 at most", "Correct the value")),
        (Annotated[float, Field(gt=0.5)], 0.5, ("has to be more than 0.5", "Correct the value")),
        (Annotated[int, Field(lt=2)], 2, ("has to be less than 2", "Correct the value")),
        (Annotated[str, Field(max_length=2)], "abc", ("has more than 2 characters", "Correct the value")),
        (Literal["a", "b"], "c", ("has to be 'a' or 'b'", "Correct the value")),
        (Literal["", "a"], "c", ("has to be 'a'", "Correct the value, or leave the key out")),
        (list[str], "fr", ("has to be a list", 'Write it in brackets: ["fr"]')),
        (list[str], 'the "best"', ("has to be a list", "Write it in brackets")),
        (float, "x", ("is not a number", "Write it as 0.5, without quotation marks")),
        (bool, "x", ("is neither true nor false", "Write true or false, without quotation marks")),
        (date, "soon", ("is not a date", "Write it as 2026-01-31, without quotation marks")),
        (Annotated[str, Field(pattern="^x$")], "y", ("is not written as it has to be", "Correct the value")),
    ],
)
def test_a_slip_is_told_without_types_and_patterns(kind: Any, value: object, told: tuple[str, str]):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    (error,) = refused.value.errors()
    assert in_words(error) == told
