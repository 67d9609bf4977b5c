"""What a fault may tell of a user's file: codes and names of columns, and never a person."""

from __future__ import annotations

import pytest

from tasks import tellable
from tasks.languages import own_words
from tests.folders import write


@pytest.mark.parametrize("cell", ["weaver-women", "place_1", "w9", "2025b", "R003", "cluster.firms", 7])
def test_a_code_is_quoted(cell):
    assert tellable.value(cell) == f"'{cell}'"


@pytest.mark.parametrize(
    "cell",
    [
        "O' Brien Zelphine",
        "Zelphine Devi",
        "Zelphine",
        "आशा",
        "王芳",
        "+91 9800000000",
        "9800000000",
        "98000-00000",
        "2001-02-03",
        "z@example.org",
        "A.Devi",
        "a" * 41,
        "",
        "a\nb",
    ],
)
def test_what_may_be_a_person_is_not(cell):
    assert tellable.value(cell) == tellable.UNTOLD


def test_what_was_said_is_told_by_its_place_in_a_file_of_words(tmp_path):
    words = '[said]\n"owner" = 1\n"Zelphine Devi" = 2\n'
    _, faults = own_words(write(tmp_path, {"design/languages/fr.toml": words}), "fr")
    assert [one.column for one in faults] == ["said.owner", "said.2"]
