"""Columns that may be personal: found by name, label and values; ordinary ones left alone; no value told."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from tasks.suspects import suspects, told_by_name
from tests.folders import two_waves
from tests.tasks.test_intake import refused, taken


def column(values: list[str], name: str = "q1") -> list[str]:
    frame = pd.DataFrame({name: pd.array(values, dtype="string")})
    return [one.why for one in suspects(frame, {})]


PEOPLE = [f"{first} {last}" for first in ("Asha", "José", "Amélie", "आशा", "Ravi") for last in "ABCDEFGH"]
FIRST = [a + b for a in ("as", "mi", "us", "gi", "si", "la") for b in ("ha", "ra", "ta", "na", "vi")]


def borne(words: int, people: int) -> list[str]:
    """Return a word of letters for each person: the second half as often as the first, the third a third."""
    shares = 1 / np.arange(1, words + 1)
    drawn = np.random.default_rng(5).choice(words, people, p=shares / shares.sum())
    return ["Z" + "".join(chr(97 + int(digit)) for digit in f"{one:03}") for one in drawn]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("name", "a name"),
        ("respondentName", "a name"),
        ("hh_head_name2", "a name"),
        ("Nombre y apellidos", "a name"),
        ("prénom", "a name"),
        ("उत्तरदाता का नाम", "a name"),
        ("What is your full name?", "a name"),
        ("phone_1", "a telephone number"),
        ("Número de teléfono", "a telephone number"),
        ("मोबाइल नंबर", "a telephone number"),
        ("फ़ोन", "a telephone number"),
        ("E-mail", "an address"),
        ("Dirección", "an address"),
        ("पता", "an address"),
        ("gps", "a position"),
        ("start_latitude", "a position"),
        ("coordonnées", "a position"),
        ("Aadhaar", "a number of identity"),
        ("Cédula", "a number of identity"),
        ("date_of_birth", "a date of birth"),
        ("date de naissance", "a date of birth"),
        ("photo", "a picture or recording"),
        ("filename", ""),
        ("income_month", ""),
        ("platform", ""),
        ("telling", ""),
        ("nominal_wage", ""),
        ("longest_job", ""),
        ("birth_year", ""),
        ("has_mobile", ""),
    ],
)
def test_a_name_is_matched_by_whole_words_of_four_languages(name, kind):
    assert told_by_name(name) == kind


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["+91 98290 12345", "+91 98290 54321", "none"], "telephone"),
        (["9829012345", "98290-54321"], "telephone"),
        (["06 12 34 56 78", "0712345679"], "telephone"),
        (["likes it", "write to asha@example.org"], "e-mail"),
        (["26.9124, 75.7873"], "position"),
        (["26.91240 75.78730 431.0 4.9", "26.91250 75.78740 431.0 4.9"], "position"),
        ([f"{2345 + i} 6789 {1000 + i}" for i in range(30)], "identity"),
        ([f"ABCDE{1000 + i}F" for i in range(30)], "identity"),
        (PEOPLE, "nearly everybody"),
        ([f"We sell {i} sheets because traders pay late" for i in range(30)], "nearly everybody"),
        (FIRST, "half the people"),
        ([one.title() for one in FIRST] * 2, "half the people"),
        ([*FIRST[:24], "none of these", "x1"] + ["refused"] * 10, "half the people"),
        (borne(1000, 2000), "one person alone"),
        (["आशा", "मीरा", "उषा", "रवि", "गीता", "सीता", "लता", "किरण", "रेखा", "नीता"] * 2, "half the people"),
    ],
)
def test_values_alone_are_enough(values, why):
    told = column(values)
    assert len(told) == 1
    assert why in told[0]


@pytest.mark.parametrize(
    "values",
    [
        [str(100_000_000 + 1000 * i) for i in range(40)],  # dinars
        [str(6_000_000_000 + 100 * i) for i in range(40)],  # round amounts as long as a telephone
        [f"2025-03-{1 + i % 28:02}" for i in range(40)],
        [f"2025-03-01T10:{i:02}:00.000+05:30" for i in range(40)],
        [f"HH-{i:04}" for i in range(40)],
        [f"{0.1 * i:.5f}" for i in range(40)],
        ["Own account", "Wage labour in a workshop"] * 20,
        [f"uuid:{i:08x}-aaaa-bbbb" for i in range(40)],
        [f"place-{i:02}" for i in range(40)],
        ["Asha Devi", "Ravi Kumar"],  # too few to say
        FIRST[:19],
        FIRST[:7] * 4,  # a village
        [f"{one}pur" for one in borne(150, 150)] * 6,  # villages of six
        borne(60, 2000),  # homes of migrants: some villages are common
        borne(30, 400),  # trades in the words of the people
        ["weaver", "printer", "dyer", "block-maker", "cloth trader", "none"] * 5,
        [f"W{i}" for i in range(40)],
    ],
)
def test_ordinary_columns_are_left_alone(values):
    assert column(values) == []


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["{'name': 'Zelphine Devi', 'phone': '9829012345'}"], "within its brackets it speaks of a name"),
        (['{"q": {"phone": 1}}', '[{"phone": 2}]'], "within its brackets it speaks of a telephone"),
        (["{name=Zelphine Devi}"], "speaks of a name"),
        (["{'a': '9829012345', 'b': 3}", "{'a': 3, 'b': '98290-54321'}"], "brackets it looks like telephone"),
        (["['w', '+91 98290 12345']", "[]"], "telephone"),
        (["[('x', '06 12 34 56 78')]"], "telephone"),
        (["{'a': 'asha@example.org'}"], "e-mail"),
        (["[75.78730, 26.91240]", "[75.78741, 26.91250]"], "position"),
        ([f"{{'a': '{one}', 'b': {i}, 'c': 'yes'}}" for i, one in enumerate(PEOPLE)], "nearly everybody"),
        ([f"['{one}', 'x']" for one in PEOPLE], "nearly everybody"),
    ],
)
def test_what_stands_within_brackets_is_looked_at_piece_by_piece(values, why):
    told = column(values)
    assert len(told) == 1
    assert why in told[0]


@pytest.mark.parametrize(
    "values",
    [
        ["['Own house', 'Own land']", "['Own house']", "['A radio', 'Own land']"] * 20,
        ['{"steps": 3, "minutes": 12}', '{"steps": 4, "minutes": 9}'] * 20,
        [f"[{i}, {i + 7}]" for i in range(40)],
        [f"[{6_000_000_000 + 100 * i}]" for i in range(40)],
        ["(no answer)", "(refused)"] * 20,
        ["[phone, radio]", "[radio]"] * 20,
        ["[]", "{}"],
    ],
)
def test_ordinary_lists_and_records_are_left_alone(values):
    assert column(values) == []


def test_long_text_within_brackets_costs_little():
    start = time.perf_counter()
    assert column(["{" + "a" * 1_000_000 + "}", "{" + "'a' " * 200_000 + "}"]) == []
    assert time.perf_counter() - start < 2


def test_a_column_named_so_whose_answers_are_codes_or_empty_is_left_alone():
    assert column(["yes", "no", "Yes"], "phone") == []
    assert column(["1", "2", "99"], "name") == []
    assert suspects(pd.DataFrame({"name": pd.array([pd.NA, pd.NA], dtype="string")}), {}) == []
    assert len(column(["Asha"], "name")) == 1


def test_two_neighbouring_columns_of_one_area_are_a_position():
    chance = np.random.default_rng(3)
    here = {"a": 26.9 + chance.random(50) / 10, "b": 75.8 + chance.random(50) / 10}
    away = {"c": chance.normal(8, 1, 50), "d": chance.random(50)}
    found = suspects(pd.DataFrame({**here, **away}), {})
    assert [one.column for one in found] == ["a", "b"]
    assert suspects(pd.DataFrame(away), {}) == []


def test_the_label_of_a_form_is_looked_at_and_its_text_questions_tell_apart_by_one_word():
    labelled = pd.DataFrame({"q7": ["x1y", "z2"]}, dtype="string")
    assert suspects(labelled, {}) == []
    assert [one.column for one in suspects(labelled, {"q7": ["Quel est votre nom ?"]})] == ["q7"]
    single = pd.DataFrame({"q8": [f"Word{i}" for i in range(26)]}, dtype="string")
    assert suspects(single, {}) == []
    assert [one.column for one in suspects(single, {}, texts=["q8"])] == ["q8"]


def test_the_order_of_rows_is_no_matter_and_a_large_wave_costs_little():
    chance = np.random.default_rng(1)
    many = 100_000
    frame = pd.DataFrame(
        {f"v{i}": pd.array([f"u{x:x}" for x in chance.integers(0, 10**7, many)], "string") for i in range(6)}
    )
    frame["q"] = pd.array(
        [f"Person {chr(97 + i % 26)}{i:x}".replace("0", "o") for i in range(many)], "string"
    )
    start = time.perf_counter()
    found = suspects(frame, {})
    assert time.perf_counter() - start < 2
    assert suspects(frame.sample(frac=1, random_state=7), {}) == found


def with_column(folder, name: str, values, rest: str = ""):
    two_waves(folder, rest)
    for wave in ("baseline", "followup"):
        path = folder / "waves" / wave / "interviews.csv"
        head, *rows = path.read_text().splitlines()
        told = [f"{head},{name}", *(f"{row},{values(i)}" for i, row in enumerate(rows))]
        path.write_text("\n".join(told) + "\n")
    return folder


def test_a_suspect_is_refused_with_the_two_lines_and_without_a_value(tmp_path):
    folder = with_column(tmp_path, "contact", lambda i: f"+91 98290 {10000 + i}")
    told = refused(folder)
    line = '"waves/baseline/interviews" = ["contact"]'
    assert "waves/baseline/interviews.csv, row 1, column contact: may be personal" in told
    assert f"under [personal] {line}, or under [not_personal] {line}" in told
    assert "98290" not in told


@pytest.mark.parametrize("part", ["personal", "not_personal"])
def test_a_decided_column_is_let_pass(tmp_path, part):
    rest = f'\n[{part}]\n"waves/*/interviews" = ["Contact"]\n'
    folder = with_column(tmp_path, "contact", lambda i: f"+91 98290 {10000 + i}", rest)
    assert taken(folder)


def test_a_column_cannot_be_both(tmp_path):
    both = "".join(
        f'\n[{part}]\n"waves/*/interviews" = ["contact"]\n' for part in ("personal", "not_personal")
    )
    told = refused(with_column(tmp_path, "contact", str, both))
    assert "contact stands under [personal] and [not_personal]: keep one" in told
