"""A new source module and its test, written into the checkout to be filled in."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from tasks.start import BadName

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "data" / "scaffold"


def new_source(name: str, root: Path = ROOT) -> list[Path]:
    """Write tasks/sources/NAME.py and tests/sources/test_NAME.py, and return their paths.

    Raises BadName where the name cannot be a module's, FileExistsError where one of the two is there.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or keyword.iskeyword(name):
        raise BadName(f"'{name}' cannot be the name of a source. Use lower-case letters, digits and _")
    written = {
        root / "tasks" / "sources" / f"{name}.py": "source.py.txt",
        root / "tests" / "sources" / f"test_{name}.py": "test_source.py.txt",
    }
    for path in written:
        if path.exists():
            raise FileExistsError(path.relative_to(root).as_posix())
    for path, template in written.items():
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("NAME_OF_SOURCE", name), encoding="utf-8")
    return list(written)
