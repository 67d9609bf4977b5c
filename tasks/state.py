"""Whether anything has changed since the last finished run, told without importing anything heavy."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
MADE_HERE = {"results", "received", "vault"}
CODE = ("flows", "tasks", "schemas", "reports", "data/catalogue")
LIBRARIES = ("duckdb", "pandas", "pandera", "svy", "pyfixest", "altair", "vl-convert-python", "jinja2")


def inputs(folder: Path) -> dict[str, str]:
    """Return relative path -> SHA-256 of every file of the assessment folder that is not made here."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and relative.parts[0] not in MADE_HERE and not _is_hidden(relative):
            found[relative.as_posix()] = _digest(path)
    return found


@cache
def code() -> str:
    """Return a digest of the program: its modules, templates, contracts and catalogue."""
    hasher = hashlib.sha256()
    for part in CODE:
        for path in sorted((ROOT / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                hasher.update(f"{path.relative_to(ROOT).as_posix()}\0{_digest(path)}\0".encode())
    return hasher.hexdigest()


@cache
def libraries() -> dict[str, str]:
    """Return the versions of the libraries that could change a figure or a byte."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def present(folder: Path) -> dict[str, object]:
    """Return what a run of this folder would depend on, as it is now."""
    return {"inputs": inputs(folder), "code": code(), "libraries": libraries()}


def read(folder: Path) -> dict[str, object]:
    """Return the state that the last finished run left; {} where there is none."""
    try:
        return json.loads((folder / "results" / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write(folder: Path, state: dict[str, object]) -> None:
    """Leave the state of a finished run."""
    path = folder / "results" / "state.json"
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(state, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    aside.replace(path)


def unchanged(folder: Path) -> bool:
    """Return whether the newest results are those of the folder, program and libraries as they are."""
    results = folder / "results"
    if not (results / "current" / "manifest.json").is_file():
        return False
    if not (results / "warehouse.duckdb").is_file():
        return False
    return read(folder) == present(folder)


def changes(folder: Path) -> list[str]:
    """Return what has changed since the last finished run, one line each; [] if nothing."""
    if not (folder / "results" / "current" / "manifest.json").is_file():
        return ["there is no finished run yet"]
    before, now = read(folder), present(folder)
    lines = []
    if not (folder / "results" / "warehouse.duckdb").is_file():
        lines.append("the warehouse is gone: it will be made again")
    old, new = dict(before.get("inputs") or {}), dict(now["inputs"])  # type: ignore[call-overload]
    lines += [f"{name} is new" for name in sorted(set(new) - set(old))]
    lines += [f"{name} is gone" for name in sorted(set(old) - set(new))]
    lines += [f"{name} has changed" for name in sorted(set(old) & set(new)) if old[name] != new[name]]
    if before.get("code") != now["code"]:
        lines.append("the program has changed")
    if before.get("libraries") != now["libraries"]:
        lines.append("a library has another version")
    return lines


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_hidden(relative: Path) -> bool:
    """Return whether a file is an editor's or a spreadsheet program's own, such as ~$waves.xlsx."""
    return any(part.startswith((".", "~$")) for part in relative.parts)
