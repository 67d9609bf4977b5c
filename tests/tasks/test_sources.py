from __future__ import annotations

import pytest

from schemas.base import TABLES
from tasks import sources
from tasks.run import Run  # noqa: F401 -- declares every table


@pytest.mark.parametrize("source", sources.found(), ids=lambda source: source.name)
def test_a_source_says_what_it_is(source):
    told = source.describe()
    assert all(told.values())
    assert source.target in TABLES


def test_sources_are_found_by_being_there():
    assert [source.name for source in sources.found()] == ["statistics"]
