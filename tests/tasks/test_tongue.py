"""What tasks wrote down in English is told in another language, and nothing that they do not write."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tasks import stored
from tasks.publish.wording import each_told
from tasks.tongue import speaking, told
from tests.catalogues import spoken

TASKS = Path(stored.__file__).parent
SAID = {
    "The arms differed before the programme by up to {size} standard deviations, more than {limit}.": (
        "Les bras différaient avant le programme de {size} écarts types au plus, soit plus de {limit}."
    ),
    "The programme may have reached the comparison arm (spill-over).": (
        "Le programme a pu atteindre le bras de comparaison (débordement)."
    ),
    "Some of the comparison arm share {what} with the programme arm: it may have reached them.": (
        "Une partie du bras de comparaison partage {what} avec le bras du programme : il a pu l’atteindre."
    ),
    "a locality": "une localité",
    "Amounts are at base prices, by the price index of '{name}'.": (
        "Les montants sont aux prix de base, selon l’indice des prix « {name} »."
    ),
    "{people} had no arm in the earlier wave.": "Sans bras lors de la vague précédente : {people}.",
    "About {number} people": "environ {number} personnes",
    "The arms could not be matched: {why}": "Les bras n’ont pas pu être appariés : {why}",
    "Nobody differs in {columns}": "Personne ne diffère quant à {columns}",
    "There is only one PSU": "There is only one PSU",
    "{columns} each tell the arm of some people without fail, so that they have nobody like them in the other"
    " arm. Leave them out, or name them under 'exact'": (
        "{columns} révèlent chacun le bras. À exclure, ou à nommer sous « exact »"
    ),
}


@pytest.fixture
def french(tmp_path):
    """Speak French by a small catalogue."""
    with spoken(tmp_path, SAID, {"Early 2022": "Début 2022", "wells. Deep": "puits. Profonds"}):
        yield


@cache
def strings_of_tasks() -> tuple[str, ...]:
    """Return the strings of each source of tasks, one below the other; of f-strings what is not filled in."""
    found = []
    for path in sorted(TASKS.rglob("*.py")):
        if path.relative_to(TASKS).parts[0] in ("publish", "stored.py"):
            continue
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        docstrings = {id(one.value) for one in nodes if isinstance(one, ast.Expr)}
        strings = [one.value for one in nodes if isinstance(one, ast.Constant) and id(one) not in docstrings]
        found.append("\0".join(one for one in strings if isinstance(one, str)))
    return tuple(found)


def is_written(message: str) -> bool:
    """Return whether all that stands around the places of a message stands in the strings of one source."""
    parts = re.split(r"\{\w+\}", message)
    return any(all(part in strings for part in parts) for strings in strings_of_tasks())


@pytest.mark.parametrize("message", stored.SENTENCES)
def test_each_stored_sentence_stands_in_the_source_of_a_task(message):
    assert is_written(message), "No task writes this sentence any more: change it in stored.py too"


@pytest.mark.parametrize(
    "message",
    [
        "No one has ranked it.",
        "The arms differed before the programme by up to {size} standard errors, more than {limit}.",
        "Nobody was lost. Amounts are at base prices, by the price index of '{name}'.",
    ],
)
def test_a_sentence_that_no_task_writes_is_found_out(message):
    assert not is_written(message)


def test_no_sentence_is_stored_twice():
    assert len(stored.SENTENCES) == len(set(stored.SENTENCES))


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "The arms differed before the programme by up to 0.27 standard deviations, more than 0.25.",
            "Les bras différaient avant le programme de 0,27 écarts types au plus, soit plus de 0,25.",
        ),
        (
            "The arms differed before the programme by up to 1.20 standard deviations, more than 0.2. The"
            " programme may have reached the comparison arm (spill-over). Amounts are at base prices, by the"
            " price index of 'earnings'.",
            "Les bras différaient avant le programme de 1,20 écarts types au plus, soit plus de 0,2. Le"
            " programme a pu atteindre le bras de comparaison (débordement). Les montants sont aux prix de"
            " base, selon l’indice des prix « earnings ».",
        ),
        (
            "Some of the comparison arm share a locality with the programme arm: it may have reached them.",
            "Une partie du bras de comparaison partage une localité avec le bras du programme : il a pu"
            " l’atteindre.",
        ),
        (
            "About 30 people had no arm in the earlier wave.",
            "Sans bras lors de la vague précédente : environ 30 personnes.",
        ),
        (
            "The arms could not be matched: Nobody differs in 'age', 'land' and 'years of school'",
            "Les bras n’ont pas pu être appariés : Personne ne diffère quant à 'age', 'land' et 'years of"
            " school'",
        ),
        (
            "'age' and 'land' each tell the arm of some people without fail, so that they have nobody like"
            " them in the other arm. Leave them out, or name them under 'exact'",
            "'age' et 'land' révèlent chacun le bras. À exclure, ou à nommer sous « exact »",
        ),
        (
            "The arms could not be matched: 'age' and 'land' each tell the arm of some people without fail,"
            " so that they have nobody like them in the other arm. Leave them out, or name them under"
            " 'exact'",
            "Les bras n’ont pas pu être appariés : 'age' et 'land' révèlent chacun le bras. À exclure, ou à"
            " nommer sous « exact »",
        ),
        ("Early 2022", "Début 2022"),
        ("wells. Deep", "puits. Profonds"),
        ("0.5", "0,5"),
    ],
)
def test_what_is_stored_is_told_sentence_by_sentence(text, said):
    assert told(text) == said


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "There is only one PSU",
        "The women say: we have no time. 2.5 hours are lost; nobody differs.",
        "It holds for those who were matched.",
        "12.5 kg",
    ],
)
def test_what_is_not_known_stays(text):
    assert told(text) == text


@pytest.mark.usefixtures("french")
def test_what_is_known_is_told_beside_what_is_not():
    known = "The programme may have reached the comparison arm (spill-over)."
    assert told(f"We saw it. {known} Twice!") == f"We saw it. {SAID[known]} Twice!"


@pytest.mark.usefixtures("french")
def test_what_is_known_is_told_at_the_end_of_a_long_text():
    """Each run of its sentences would take a quarter of an hour to look up."""
    known = "The programme may have reached the comparison arm (spill-over)."
    told_before = "We fetched water from the wells of others. " * 1000
    assert told(told_before + known) == told_before + SAID[known]


def test_english_stays_as_it_was_written():
    text = "The arms differed before the programme by up to 0.27 standard deviations, more than 0.25."
    assert told(text) == text
    with speaking("en", {text: "They differed."}):
        assert told(text) == "They differed."


@pytest.mark.usefixtures("french")
def test_of_texts_that_a_task_has_joined_each_is_told_where_one_is_the_folders_own():
    assert each_told("a locality; Early 2022; wells") == "une localité; Début 2022; wells"
