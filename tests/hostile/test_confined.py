"""Stata and SPSS files are read in a child process: what ends their reader refuses the file, and no more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from schemas.faults import Refused
from tasks.files import read_cells
from tasks.reading import Unreadable
from tasks.sources import spss, stata

TABLE = pd.DataFrame({"respondent": ["a", "b"], "income": [1.5, 2.0]})


def dies(*_: Any, **__: Any) -> None:
    os._exit(70)


def takes_all(*_: Any, **__: Any) -> None:
    """Take 64 GB of which none is used: more than a long-lived process could have given back before."""
    held = [np.empty(1 << 27) for _ in range(64)]
    assert len(held) == 64


def written(kind: str, folder: Path) -> bytes:
    path = folder / f"file.{kind}"
    write = pyreadstat.write_sav if kind == "sav" else pyreadstat.write_dta
    write(cast("Any", TABLE), str(path))
    return path.read_bytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("act", [dies, takes_all])
@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_a_reader_that_ends_or_takes_all_memory_refuses_the_file(kind, act, tmp_path, monkeypatch):
    content = written(kind, tmp_path)
    whole = read_cells(content, f".{kind}", "file", path=tmp_path / f"file.{kind}")
    assert whole["income"].tolist() == [1.5, 2.0]
    monkeypatch.setattr(pyreadstat, f"read_{kind}", act)
    monkeypatch.setattr(pd, "read_stata", act)
    with pytest.raises(Refused, match="takes more memory or time"):
        read_cells(content, f".{kind}", "file", path=tmp_path / f"file.{kind}")
    source: Any = spss if kind == "sav" else stata
    with pytest.raises(Unreadable):
        source.read(content, cast("Any", None))
