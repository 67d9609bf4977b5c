"""Each word of a closed list that a released table may print is marked, so that a language can say it."""

import ast
from pathlib import Path

import pytest

from tasks import catalogue, households, links, poverty_inputs, replaced
from tasks.publish import cells, vocabulary, wording
from tasks.publish.report import RELEASED
from tasks.publish.sections import identification

TASKS = Path(vocabulary.__file__).parent.parent
IN_WORDS_OF_THEIR_OWN = {
    "decided": wording.DECIDED_BY,
    "index": wording.REGION_INDICES,
    "measure": wording.POVERTY_MEASURES,
    "tension": {"none": "", **cells._TENSIONS},
    "topic": wording.TOPICS,
    ("identification_notes", "rule"): identification.RULES,
    ("score_agreement", "verdict"): wording.ALPHAS,
}
"""Columns whose words no cell says as they stand: where they come from."""


def closed_lists():
    return [
        (name, column, one.statistics["allowed_values"])
        for name, contract in RELEASED.items()
        for column, field in contract.to_schema().columns.items()
        for one in field.checks
        if one.name == "isin" and not {(name, column), ("", column)} & set(cells._FORMS)
    ]


@pytest.mark.parametrize(("name", "column", "allowed"), closed_lists())
def test_each_word_of_a_closed_list_is_marked_or_has_words_of_its_own(name, column, allowed):
    own = IN_WORDS_OF_THEIR_OWN.get((name, column), IN_WORDS_OF_THEIR_OWN.get(column, {}))
    unmarked = {word for word in allowed if word.replace("_", " ") not in vocabulary.WORDS}
    assert unmarked <= set(own)


def test_each_item_of_box_1_and_each_share_of_the_catalogue_is_marked():
    units = {one.unit for one in catalogue.standard_indicators().values() if wording.is_share(one.unit)}
    assert set(poverty_inputs.box_1()) == set(vocabulary.BOX_1)
    assert units <= set(vocabulary.UNITS)


def test_each_check_of_the_interviews_is_marked():
    found = {households.NOT_ASKED, households.TOO_FEW, replaced.TOO_MANY, replaced.OUT_OF_ORDER}
    for path in sorted((TASKS / "checks").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in ("of_rows", "of_wave"):
                kind = node.args[2 if name == "of_rows" else 1]
                found |= {kind.value} if isinstance(kind, ast.Constant) else set()
    assert "outlier" in found
    assert found - {links.NEW, links.LOST} <= {*vocabulary.CHECKS, *vocabulary.WORDS}
