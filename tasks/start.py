"""A new assessment folder, with a plan to fill in."""

from __future__ import annotations

import re
from pathlib import Path

FOLDERS = ("secondary", "mapping", "design", "waves", "feedback", "releases")
PLAN = Path(__file__).parent.parent / "data" / "catalogue" / "assessment-to-fill-in.toml"


class BadName(ValueError):
    """A name that cannot be an assessment's."""


def start(folder: Path) -> Path:
    """Make the folder with its plan and return it. Raises BadName, or FileExistsError if it is there."""
    name = folder.name
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,59}", name):
        raise BadName(f"'{name}' cannot be a name. Use lower-case letters, digits, - _ and .")
    folder.mkdir(parents=True)
    for one in FOLDERS:
        (folder / one).mkdir()
    plan = PLAN.read_text(encoding="utf-8").replace("NAME-OF-THE-ASSESSMENT", name)
    (folder / "assessment.toml").write_text(plan, encoding="utf-8")
    return folder
