"""The examples in the docstrings hold, every public function has one, and imports stay light."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

from tasks import methods

NAMES = sorted(f"tasks.methods.{module.name}" for module in pkgutil.iter_modules(methods.__path__))
MODULES = [name for name in NAMES if not name.split(".")[-1].startswith("_")]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_says_what_it_does(name: str) -> None:
    module = importlib.import_module(name)
    functions = [
        one
        for label, one in inspect.getmembers(module, inspect.isfunction)
        if not label.startswith("_") and one.__module__ == name
    ]
    assert functions
    for one in functions:
        text = inspect.getdoc(one) or ""
        assert ">>> " in text, one.__name__
        assert "Source" in text, one.__name__
        assert "ValueError" in text, one.__name__


def test_nothing_heavy_or_forbidden_is_imported_before_it_is_needed() -> None:
    code = (
        f"import sys; [__import__(name) for name in {MODULES!r}]; "
        "heavy = {'svy', 'polars', 'pyfixest', 'scipy', 'prefect', 'duckdb', 'jinja2'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
