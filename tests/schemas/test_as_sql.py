"""A contract in pandera and the same contract in SQL: the same verdict on every column and row."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from schemas import as_sql, base
from schemas.base import (
    TABLES,
    Contract,
    Flag,
    Number,
    Text,
    Whole,
    check,
    choice,
    conform,
    day,
    number,
    own_name,
    text,
)
from schemas.faults import BrokenPromise
from tasks import run as _all_contracts  # noqa: F401 -- their modules are imported
from tasks import warehouse


class Every(Contract):
    """Every kind of rule, on columns that may be empty and on those that may not."""

    _about = base.Table("mart.every", "one row a thing", ("name", "when"))
    name: Text = text()
    when: Text = day()
    then: Text = day(missing=True)
    word: Text = choice(["a", "it's"])
    other: Text = choice(["a", "b"], missing=True)
    own: Text = own_name(missing=True)
    whole: Whole = number(ge=1, le=5)
    below: Whole = number(missing=True, lt=3)
    share: Number = number(gt=0, lt=1)
    above: Number = number(missing=True, ge=-1, le=1e12)
    free: Number = number(missing=True)
    flag: Flag = number()


VALUES = {
    "string[pyarrow]": [
        "a",
        "b",
        "it's",
        "2026-01-02",
        "2026-1-2",
        "x 2026-01-02",
        "2026-01-02\n",
        "2026-02-31",
        "",
        None,
    ],
    "Int64": [-1, 0, 1, 3, 5, 6, None],
    "float64": [-2.0, -1.0, 0.0, 0.5, 1.0, 2e12, np.inf, -np.inf, np.nan],
    "boolean": [True, False, None],
}
RULES = {**base._RULES, "finite": "is not a finite number"}


def drawn(contract: type[Contract], seed: int, rows: int = 40) -> pd.DataFrame:
    """Return a frame of the contract's types that holds what keeps its rules and what breaks them."""
    random = np.random.default_rng(seed)
    frame = {}
    for name, column in base.declared(contract).items():
        values = list(VALUES[column.kind])
        for words in ("allowed_values", "forbidden_values"):
            values += [one for rule in column.checks for one in rule.statistics.get(words, [])]
        frame[name] = [values[one] for one in random.integers(0, len(values), rows)]
    return conform(pd.DataFrame(frame), contract)


@pytest.mark.parametrize("seed", range(4))
def test_both_find_the_same_rows_of_the_same_columns(seed):
    frame = drawn(Every, seed)
    told = Counter(
        (fault.column, fault.rule) for fault in check(frame, Every) if "stands already" not in fault.rule
    )
    found = warehouse.broken(frame, Every)
    repeated = found.pop(("name + when", "unique"), 0)
    by_text: Counter[tuple[str, str]] = Counter()
    for (column, rule), rows in found.items():
        by_text[column, RULES[rule]] += rows
    assert by_text == told
    assert len(by_text) >= 12
    keys = frame.dropna(subset=["name", "when"]).groupby(["name", "when"]).size()
    assert repeated == int((keys > 1).sum()) > 0


NO_DAYS = [
    "2024-13-99",
    "2024-02-31",
    "2024-04-31",
    "2023-02-29",
    "1900-02-29",
    "0000-01-01",
    "2024-01-00",
    "2024-00-01",
    "2024-01-31\n",
    "2024-01-31 ",
    "\n2024-01-31",
    "2024-01-31\n2024-01-31",
    "\u0662\u0660\u0662\u0664-\u0660\u0661-\u0663\u0661",  # Arabic
    "\uff12\uff10\uff12\uff14-\uff10\uff11-\uff13\uff11",  # full width
    "2024-1-31",
]


class Days(Contract):
    """A date alone."""

    _about = base.Table("mart.days", "one row a day", ("when",))
    when: Text = day()


@pytest.mark.parametrize("storage", ["pyarrow", "python"])
def test_both_refuse_a_date_that_the_calendar_does_not_have(storage):
    frame = pd.DataFrame({"when": pd.array(NO_DAYS, pd.StringDtype(storage))})
    faults = check(frame, Days)
    assert [fault.row for fault in faults] == list(range(2, len(NO_DAYS) + 2))
    assert "no date of the calendar" in faults[0].rule
    assert warehouse.broken(frame, Days) == {("when", "str_matches"): len(NO_DAYS)}


def test_both_pass_every_day_that_the_calendar_has_and_no_other():
    every = [
        f"{year}-{month:02}-{date:02}"
        for year in (1000, 1600, 1900, 1996, 2000, 2023, 2024, 2100, 2400, 9999)
        for month in range(14)
        for date in range(33)
    ]
    real = pd.Series([one for one in every if _is_real(one)], dtype="string")
    assert check(real.to_frame("when"), Days) == []
    assert warehouse.broken(real.to_frame("when"), Days) == {}
    unreal = pd.DataFrame({"when": pd.array(sorted({*every} - {*real}), "string")})
    assert warehouse.broken(unreal, Days) == {("when", "str_matches"): len(unreal)}


def _is_real(text: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


@pytest.mark.parametrize("pattern", [r"^a\Z", r"\Aa$", r"\A\d\Z", r"\A.\Z", "a"])
def test_a_pattern_that_the_two_could_read_differently_has_no_sql(pattern):
    with pytest.raises(ValueError, match="has no SQL"):
        as_sql._pattern(pattern)


def test_both_pass_what_breaks_no_rule():
    frame = conform(
        pd.DataFrame(
            {
                "name": ["a", "a"],
                "when": ["2026-01-02", "2026-01-03"],
                "word": ["a", "it's"],
                "whole": [1, 5],
                "share": [0.1, 0.9],
                "flag": [True, False],
            }
        ),
        Every,
    )
    assert check(frame, Every) == []
    assert warehouse.broken(frame, Every) == {}


def test_every_contract_has_sql_for_all_its_rules():
    for contract in TABLES.values():
        wanted = sum(len(column.checks) for column in base.declared(contract).values())
        kinds = [column.kind for column in base.declared(contract).values()]
        filled = len(base.required_columns(contract))
        assert len(as_sql.rules(contract)) == wanted + filled + kinds.count("float64")


@pytest.mark.parametrize("name", ["staged.actors", "mart.indicator_estimates", "staged.linkages"])
def test_a_real_contract_has_the_same_verdict_in_both(name):
    contract = TABLES[name]
    frame = drawn(contract, 7)
    faults = {(fault.column, fault.rule) for fault in check(frame, contract)}
    found = {(column, RULES[rule]) for column, rule in warehouse.broken(frame, contract) if rule != "unique"}
    assert found == {one for one in faults if one[1] in RULES.values()} != set()


def test_a_large_table_is_held_by_sql_and_told_by_pandera(monkeypatch):
    monkeypatch.setattr(warehouse, "LARGE", 1)
    contract = TABLES["staged.actors"]
    frame = pd.DataFrame({"actor": ["b", "a"], "label": ["B", "A"], "stage": ["trade", "trade"]})
    assert list(warehouse.kept(frame, contract)["actor"]) == ["a", "b"]
    with pytest.raises(BrokenPromise, match="row 3, column stage: is not one of the words"):
        warehouse.kept(frame.assign(stage=["trading", "trade"]), contract)
    with pytest.raises(BrokenPromise, match="the same actor stands already"):
        warehouse.kept(frame.assign(actor="a"), contract)


def test_a_file_is_held_to_a_contract_where_it_lies(tmp_path):
    frame = drawn(Every, 1)
    frame.to_parquet(tmp_path / "every.parquet", index=False)
    with warehouse.FileScan(tmp_path / "every.parquet", aside=tmp_path / "aside") as file:
        assert file.broken(Every) == warehouse.broken(frame, Every)
