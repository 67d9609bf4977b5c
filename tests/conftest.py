"""What all tests share: keys of their own, and the folder of the real cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# a busy machine must not fail a property; how long tests take is told by --durations
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def own_keys(tmp_path_factory, monkeypatch):
    """Keep the vaults' keys of a test out of the user's own folder."""
    monkeypatch.setenv("PSIA_KEYS", str(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="session")
def cases() -> Path:
    """Return the folder of real cases; skip where it is absent, fail where PSIA_CASES says it is there."""
    given = os.environ.get("PSIA_CASES")
    folder = Path(given) if given else Path(__file__).parent.parent.parent / "shared" / "cases"
    if folder.is_dir():
        return folder
    if given:
        pytest.fail("PSIA_CASES names a folder that is not there")
    pytest.skip("the real cases are not here: set PSIA_CASES to their folder")
