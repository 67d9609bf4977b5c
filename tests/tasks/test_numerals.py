from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.numerals import Signs, Undecided, both_readings, decide, read

POINT = Signs(".", (",", " ", "'"), "declared")
COMMA = Signs(",", (".", " ", "'"), "declared")


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("12,219", 12219, 12.219),
        ("1.234", 1.234, 1234),
        ("1.234,5", None, 1234.5),
        ("12,219.5", 12219.5, None),
        ("1,234,567", 1234567, None),
        ("12,34,567", 1234567, None),
        ("1,00,000.5", 100000.5, None),
        ("0.123", 0.123, None),
        ("12,21", None, 12.21),
        ("1 234", 1234, 1234),
        ("1'234.5", 1234.5, None),
        ("-5", -5, -5),
        ("\u22125.5", -5.5, None),
        (".5", 0.5, None),
        ("1.2E+05", 120000, None),
        ("007", 7, 7),
        ("5.", None, None),
        ("1,2,3", None, None),
        ("12%", None, None),
        ("NA", None, None),
        ("١٢", None, None),
        ("inf", None, None),
        ("1e999", None, None),
        ("", None, None),
    ],
)
def test_a_cell_is_read_by_its_signs_or_not_at_all(cell, point, comma):
    assert read(cell, POINT) == point
    assert read(cell, COMMA) == comma


@pytest.mark.parametrize(
    ("cells", "decimal", "by"),
    [
        (["12,219", "0.5"], ".", "0.5"),
        (["12,219", "1.234,5"], ",", "1.234,5"),
        (["1.234", "12,34,567"], ".", "12,34,567"),
        (["12", "7", "NA"], ".", ""),
    ],
)
def test_the_cell_that_decides_is_told(cells, decimal, by):
    signs, told = decide(cells)
    assert isinstance(signs, Signs)
    assert (signs.decimal, told) == (decimal, by)
    assert signs.how == ("sniffed" if by else "rule")


def test_what_no_cell_decides_is_not_read():
    assert decide(["12,219", "7"]) == (Undecided("12,219", ""), "")
    assert decide(["1.5", "1,5"]) == (Undecided("1.5", "1,5"), "")
    assert both_readings("12,219") == ("12219", "12.219")


@pytest.mark.parametrize(
    ("decimal", "thousands", "cell", "figure"),
    [
        (".", "", "12,219", 12219),
        (",", "", "12,219", 12.219),
        ("", ",", "12,219", 12219),
        ("", ".", "12,219", 12.219),
        ("", "none", "12,219", 12.219),
        ("", " ", "12,219", 12.219),
        (".", "none", "12,219", None),
        (",", " ", "1.234", None),
        (",", " ", "1\u202f234,5", 1234.5),
    ],
)
def test_what_is_declared_decides(decimal, thousands, cell, figure):
    signs, _ = decide([cell], decimal, thousands)
    assert isinstance(signs, Signs)
    assert read(cell, signs) == figure


@given(
    st.integers(min_value=-(10**12), max_value=10**12),
    st.integers(min_value=0, max_value=999),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", "none")]),
)
def test_a_figure_written_is_the_figure_read(whole, thousandths, signs):
    decimal, thousands = signs
    parting = "" if thousands == "none" else thousands
    text = f"{whole:,}".replace(",", parting) + f"{decimal}{thousandths:03}"
    decided, _ = decide([text], decimal, thousands)
    assert isinstance(decided, Signs)
    assert read(text, decided) == float(f"{whole}.{thousandths:03}")
    found, _ = decide([text])
    if isinstance(found, Signs):  # what is sniffed is never another figure
        assert read(text, found) == float(f"{whole}.{thousandths:03}")
