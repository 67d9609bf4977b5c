from __future__ import annotations

from contextlib import suppress

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.xpath import NotRead, holds, names, parse, yes_no

INDEX = pd.RangeIndex(4)
ANSWERS = {
    "work": pd.Series(["home", "shop", None, "home"], dtype="string"),
    "tools": pd.Series(["loom wheel", "wheel", None, "wheels"], dtype="string"),
    "days": pd.Series([0.0, 20, 31, None]),
    "count": pd.Series([1, 2, None, 4], dtype="Int64"),
    "member": yes_no(pd.Series([1.0, 0.0, None, 1.0])),
    ".": pd.Series([5.0, 12, 7, None]),
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("${work} = 'home'", [True, False, False, True]),
        ("${work} != 'home'", [False, True, True, False]),
        ("${work} = ''", [False, False, True, False]),
        ("${days} != ''", [True, True, True, False]),
        ("${days} > 0 and ${days} <= 30", [False, True, False, False]),
        ("${days} > 0 or ${work} = 'home'", [True, True, True, True]),
        ("not(${days} > 0)", [True, False, False, True]),
        (". >= 5 and . < 12", [True, False, True, False]),
        ("selected(${tools}, 'wheel')", [True, True, False, False]),
        ('selected( ${tools} , "loom" )', [True, False, False, False]),
        ("count-selected(${tools}) > 1", [True, False, False, False]),
        ("${member} = 'yes'", [True, False, False, True]),
        ("${member} = 1", [True, False, False, True]),
        ("${member} != 'no'", [True, False, True, True]),
        ("selected(${member}, 'no')", [False, True, False, False]),
        ("${count} * 2 + 1 = 5", [False, True, False, False]),
        ("${days} div 2 - 1 > ${count}", [False, True, False, False]),
        ("${days} mod 2 = 1", [False, False, True, False]),
        ("-${count} < -1", [False, True, False, True]),
        ("(${work} = 'home' or ${work} = 'shop') and ${days} = 20", [False, True, False, False]),
        ("${work} = 'home' or ${work} = 'shop' and ${days} = 20", [True, True, False, True]),
        ("if(${work} = 'home', 1, 2) = 2", [False, True, True, False]),
        ("string-length(${work}) = 4", [True, True, False, True]),
        ("coalesce(${work}, 'none') = 'none'", [False, False, True, False]),
        ("round(2.5) = 3 and int(2.9) = 2 and true()", [True] * 4),
        ("‘home’ = ${work}", [True, False, False, True]),
    ],
)
def test_a_condition_holds_where_the_form_says_so(condition, expected):
    assert holds(condition, ANSWERS, INDEX).tolist() == expected


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("today() > 3", "uses today()"),
        ("regex(., '[0-9]+')", "uses regex()"),
        ("${nobody} = 1", "looks at 'nobody'"),
        ("${days} >", "breaks off"),
        ("(${days} > 1", r"lacks a '\)'"),
        ("${days} = 1 1", "cannot be read from '1' on"),
        ("selected(${tools})", r"gives selected\(\) 1 arguments"),
        ("selected(${tools}, ${work})", "takes the choice"),
        ("jr:choice-name(1)", "cannot be read"),
        (". <= '2026-01-31'", "puts words or dates in order"),
        ("${work} > 3", "puts words or dates in order"),
        ("", "breaks off"),
        ("1 + " * 600 + "1", "longer than"),
    ],
)
def test_what_is_not_read_is_refused_and_named(condition, told):
    with pytest.raises(NotRead, match=told.replace("()", r"\(\)")):
        holds(condition, ANSWERS, INDEX)


def test_the_questions_that_a_condition_looks_at():
    assert names("${a} = 1 and not(selected(${b}, 'x')) or . > ${a}") == ["a", "b", "."]


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with suppress(NotRead):
        assert parse(text)


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=8), st.floats(-1e6, 1e6))
def test_below_above_and_equal_share_out_the_answers(values, limit):
    answers = {".": pd.Series(values, dtype="float64")}
    index = answers["."].index
    parts = [holds(f". {sign} {limit:f}", answers, index) for sign in ("<", "=", ">")]
    total = parts[0].astype(int) + parts[1] + parts[2]
    assert total.tolist() == answers["."].notna().astype(int).tolist()
