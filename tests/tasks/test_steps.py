from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tasks import steps

MODULES = sorted(
    path.relative_to(steps.ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    for package in steps.PACKAGES
    for path in (Path(steps.ROOT) / package).rglob("*.py")
)


def parsed(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(steps._source(module))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] in steps.PACKAGES}


@pytest.mark.parametrize("module", MODULES)
def test_a_change_of_any_imported_module_counts_as_a_change_of_code(module):
    assert parsed(module) <= set(steps._direct_imports(module))
