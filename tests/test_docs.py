"""Every command, option, input table and word is documented, and the documentation is true."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import tomllib
from pathlib import Path

import typer.main

from flows.cli import app
from schemas.assessment import Capability, CapabilityDimension, Poverty, Sampling, SourceFile
from schemas.vocabulary import CAPABILITY_WEIGHTS, MISSING_RULES, POVERTY_MEASURES
from tasks.sources import readers
from tests.conftest import WHOLE_RUNS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands():
    return typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_make_has_every_folder_of_whole_runs_tested():
    named = re.search(
        r"^WHOLE_RUNS := \$\(addprefix tests/,([\w ]+)\)$", (ROOT / "Makefile").read_text(), re.M
    )
    assert named
    assert tuple(named[1].split()) == WHOLE_RUNS
    assert all((ROOT / "tests" / one).is_dir() for one in WHOLE_RUNS)


def test_every_command_stands_in_the_readme():
    for name in commands():
        assert f"`psia {name}" in README, name


def test_every_command_of_the_readme_exists():
    named = set(re.findall(r"psia ([a-z]+)", README))
    assert named <= {*commands(), "is", "follows"}


def test_every_command_and_option_says_what_it_does():
    for name, command in commands().items():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", ""), (name, parameter.name)


def test_the_page_of_input_tables_is_that_of_the_contracts():
    path = ROOT / "docs" / "make_tables.py"
    spec = importlib.util.spec_from_file_location("make_tables", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page()


def test_links_of_the_documentation_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), (page.name, link)


def test_no_other_installed_distribution_has_our_package_names():
    ours = {"flows", "tasks", "schemas", "reports"}
    owners = importlib.metadata.packages_distributions()
    for name in ours:
        assert set(owners.get(name, [])) <= {"psia"}, name


def test_no_module_of_flows_bears_the_name_of_a_package_or_a_standard_module():
    """Prefect puts that folder at the head of the path when it loads a flow."""
    import sys

    taken = set(sys.stdlib_module_names) | set(importlib.metadata.packages_distributions())
    for path in (ROOT / "flows").glob("*.py"):
        assert path.stem == "__init__" or path.stem not in taken, path.name


def test_every_source_of_the_docs_fits_the_plan():
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(\[\[source\]\].*?)```", page, re.DOTALL)
    parts = [SourceFile.model_validate(tomllib.loads(block)["source"][0]) for block in blocks]
    assert {part.reader for part in parts} <= set(readers())
    assert len(parts) >= 6


def test_the_page_of_the_sample_has_every_key_and_a_plan_that_is_accepted():
    page = (ROOT / "docs" / "sampling.md").read_text(encoding="utf-8")
    keys = (ROOT / "docs" / "plan.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert block
    assert Sampling.model_validate(tomllib.loads(block[1])["sampling"]).size == 400
    for key in Sampling.model_fields:
        assert re.search(rf"\b{key}\b", page), key
        assert re.search(rf"\b{key}\b", keys), key


def test_the_page_of_poverty_has_every_key_measure_and_parts_that_are_accepted():
    page = (ROOT / "docs" / "poverty.md").read_text(encoding="utf-8")
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    parts = {key: part for block in blocks for key, (part,) in block.items()}
    assert set(Poverty.model_validate(parts["poverty"]).model_fields_set) == set(Poverty.model_fields)
    assert len(Capability.model_validate(parts["capability"]).dimension) == 2
    fields = {*Capability.model_fields, *CapabilityDimension.model_fields}
    for word in (*fields, *POVERTY_MEASURES, *CAPABILITY_WEIGHTS, *MISSING_RULES):
        assert re.search(rf"\b{word}\b", page), word
