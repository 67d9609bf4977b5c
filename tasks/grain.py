"""What a step is given of its tables, and the parts that its fingerprint is made of.

A step that declares `named` gets, of the answers, the mapped columns and those that its plan, its other
tables or its code name; of the indicators, where it estimates what specifications name, those named. It
cannot read what it was not given, so a change of the rest leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
from pydantic import BaseModel

from schemas.analysis import Indicators
from schemas.assessment import recall_name
from schemas.base import TABLES, column_types
from schemas.fieldwork import Responses
from tasks import catalogue
from tasks.plain_values import texts
from tasks.steps import Step, code_digest, fingerprint, sources

RESPONSES = Responses.about().name
INDICATORS = Indicators.about().name
_MAPPED = frozenset(column_types(Responses))
_OF_PEOPLE = {"respondent", "household", "unit"}

Parts = dict[str, str]
"""What a fingerprint is made of -> its digest: 'plan.sampling', 'staged.responses.income', 'code'."""


def dumped(value: object) -> object:
    """Return a part of the plan as plain values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [dumped(one) for one in value]
    return value


def telling(step: Step) -> list[str]:
    """Return the tables whose cells may name columns of answers: all that have no row a person."""
    return [
        name
        for name in step.reads
        if name in TABLES and name != RESPONSES and not _OF_PEOPLE & set(TABLES[name].about().key)
    ]


def named_columns(
    step: Step, columns: Sequence[str], plan: Mapping[str, object], said: Iterable[str]
) -> list[str]:
    """Return the columns of answers that a step is given, in their order.

    said: what its tables say, as `words` has it of each.
    A name counts wherever it stands, also within another word: one too many costs a needless rerun, one too
    few would be a wrong result. What people recall of a question is named with the question.
    """
    planned = "\n".join(text for part in plan.values() for text in texts(dumped(part)))
    sought_in = [_as_sought(planned), *said]
    code = sources(step.function.__module__).casefold()
    named = {
        one
        for one in columns
        if any(one.casefold() in text for text in sought_in) or f'"{one.casefold()}"' in code
    }
    named |= {recall_name(one) for one in named}
    return [one for one in columns if one in _MAPPED or one in named]


def words(table: pd.DataFrame) -> str:
    """Return all that stands in a table but numbers, as names of columns are sought in it."""
    cells: list[str] = []
    for column, dtype in table.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype):
            cells += map(str, table[column].dropna().unique())
    return _as_sought("\n".join(cells))


def _as_sought(text: str) -> str:
    return "\n".join((text, text.replace('""', '"'))).casefold()


def named_indicators(indicators: pd.DataFrame, plan: Mapping[str, object]) -> pd.DataFrame:
    """Return the indicators that the specifications of a plan name; all where it is given none."""
    if "specification" not in plan:
        return indicators
    said = set(texts(dumped(plan["specification"])))
    return indicators[indicators["indicator"].isin(said)].reset_index(drop=True)


def shared_parts(step: Step, plan: Mapping[str, object], libraries: Mapping[str, str]) -> Parts:
    """Return the parts of a step's fingerprint that are no tables: plan, catalogue, code, libraries."""
    return {
        **{f"plan.{key}": fingerprint(dumped(value)) for key, value in plan.items()},
        **{f"catalogue.{one}": catalogue.digest(one) for one in step.catalogue},
        "code": code_digest(step.function.__module__),
        "libraries": fingerprint(dict(libraries)),
    }


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return what of a fingerprint is not as it was, in words.

    >>> differences({"code": "1", "plan.seeds": "2"}, {"code": "3", "plan.seeds": "2", "staged.plan": "4"})
    ['its code has changed', 'staged.plan is read now']
    """
    words = {"code": "its code", "libraries": "a library"}
    found = []
    for part in sorted({*before, *now}):
        told = words.get(part, part)
        if part not in now:
            found.append(f"{told} is no longer read")
        elif part not in before:
            found.append(f"{told} is read now")
        elif before[part] != now[part]:
            found.append(f"{told} has changed")
    return found
