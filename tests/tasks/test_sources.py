from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.base import TABLES
from tasks import sources
from tasks.run import Run  # noqa: F401 -- declares every table
from tasks.scaffold import new_source
from tasks.start import BadName

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("source", sources.found(), ids=lambda source: source.name)
def test_a_source_says_what_it_is(source):
    assert all(source.describe().values())
    assert set(source.targets) <= set(TABLES)
    assert (ROOT / "tasks" / "sources" / f"{source.name}.py").is_file()


def test_sources_are_found_by_being_there_and_documented():
    names = {source.name for source in sources.found()}
    readers = {"delimited_text", "excel", "parquet", "stata", "spss", "sdmx", "wdi", "ilostat"}
    assert {"statistics", *readers} <= names
    assert readers <= set(sources.readers()) <= names - {"statistics"}
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in readers)


def test_listing_the_sources_imports_nothing_heavy():
    code = (
        "import sys; from tasks.sources import found; found(); "
        "heavy = ('sdmx', 'pyreadstat', 'python_calamine', 'pyarrow.parquet', 'duckdb'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


@pytest.fixture(name="checkout")
def checkout_fixture(tmp_path) -> Path:
    (tmp_path / "tasks" / "sources").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    return tmp_path


def scaffolded(checkout: Path, name: str, change=lambda text: text):
    """Return the test function of a scaffolded source, run against its module."""
    module, test = new_source(name, checkout)
    module.write_text(change(module.read_text(encoding="utf-8")), encoding="utf-8")
    space: dict = {"__name__": f"tasks.sources.{name}"}
    exec(compile(module.read_text(encoding="utf-8"), str(module), "exec"), space)  # noqa: S102
    source = type("Module", (), {key: value for key, value in space.items() if key.isupper()})
    source.read = staticmethod(space["read"])  # type: ignore[attr-defined]
    text = test.read_text(encoding="utf-8").replace(f"from tasks.sources import {name} as source\n", "")
    checks: dict = {"source": source}
    exec(compile(text, str(test), "exec"), checks)  # noqa: S102
    return checks[f"test_{name}_reads_its_own_layout"]


def test_a_scaffolded_source_passes_its_own_test_at_once(checkout):
    scaffolded(checkout, "my_census")()


@pytest.mark.parametrize(("old", "new"), [('"Figure"', '"Figures"'), ('("n/a",)', "()"), ('("Sex",)', "()")])
def test_the_scaffolded_test_can_fail(checkout, old, new):
    check = scaffolded(checkout, "my_census", lambda text: text.replace(old, new))
    with pytest.raises(AssertionError):
        check()


@pytest.mark.parametrize("name", ["", "New", "a-b", "1a", "class", "../x", "a b"])
def test_a_bad_name_is_refused(checkout, name):
    with pytest.raises(BadName):
        new_source(name, checkout)
    assert not list((checkout / "tasks" / "sources").iterdir())


def test_a_taken_name_changes_nothing(checkout):
    (checkout / "tests" / "sources").mkdir()
    (checkout / "tests" / "sources" / "test_mine.py").write_text("mine")
    with pytest.raises(FileExistsError):
        new_source("mine", checkout)
    assert not list((checkout / "tasks" / "sources").iterdir())
