"""Whether anything has changed since the last finished run, told without importing anything heavy."""

from __future__ import annotations

import errno
import hashlib
import importlib.metadata
import json
import os
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
MADE_HERE = {"results", "received", "vault"}
SIGNATURES = "releases/signatures.csv"
"""Signatures are of results, and change none."""
RESPONDENTS = "respondents.csv"
PUBLISHED = "published.json"
RELEASE_ADDS = (RESPONDENTS, PUBLISHED)
"""What a release has beside the tree that was signed."""
CODE = ("flows", "tasks", "schemas", "reports", "data/catalogue")
UNREADABLE = (OSError, ValueError, KeyError, TypeError, RecursionError)
"""What a file that should be JSON of ours can end in: gone, no JSON, another shape, nested without end."""
NAME_HEX = 16
"""Length of a built tree's name: the first digits of its manifest's SHA-256."""
LIBRARIES = (
    *("duckdb", "pandas", "pandera", "svy", "pyfixest", "altair", "vl-convert-python", "jinja2"),
    *("python-calamine", "pyreadstat", "sdmx1", "babel"),
)


def inputs(folder: Path) -> dict[str, str]:
    """Return relative path -> SHA-256 of every file of the assessment folder that is not made here."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(_files(folder))}
    return {name: digest(path) for name, path in files.items() if name != SIGNATURES}


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files to hash, also below linked folders; a link to a folder around itself is left out."""
    for here, folders, files in os.walk(folder, followlinks=True):
        base = Path(here)
        real = Path(os.path.realpath(base))
        around = {str(one) for one in (real, *real.parents)} | {os.path.realpath(one) for one in base.parents}
        folders[:] = [
            one
            for one in folders
            if not (base == folder and one in MADE_HERE)
            and not _is_hidden(one)
            and not ((base / one).is_symlink() and os.path.realpath(base / one) in around)
        ]
        yield from (base / one for one in files if not _is_hidden(one) and (base / one).is_file())


@cache
def code() -> str:
    """Return a digest of the program: its modules, templates, contracts and catalogue."""
    hasher = hashlib.sha256()
    for part in CODE:
        for path in sorted((ROOT / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                hasher.update(f"{path.relative_to(ROOT).as_posix()}\0{digest(path)}\0".encode())
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
        found = json.loads((folder / "results" / "state.json").read_text(encoding="utf-8"))
    except UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def write(folder: Path, state: dict[str, object]) -> None:
    """Leave the state of a finished run."""
    path = folder / "results" / "state.json"
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(state, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    aside.replace(path)


def forget(folder: Path) -> None:
    """Take away the state of the last finished run, so that only a run that ends well leaves one."""
    (folder / "results" / "state.json").unlink(missing_ok=True)


def is_whole(tree: Path) -> bool:
    """Return whether a built tree bears the name of its manifest, and every file is as listed there."""
    path = tree / "manifest.json"
    try:
        return digest(path)[:NAME_HEX] == tree.resolve().name and is_as_listed(tree)
    except OSError:
        return False


def is_as_listed(tree: Path, beside: Collection[str] = ()) -> bool:
    """Return whether a tree holds the files of its manifest, each as listed there, and no other.

    beside: files at its top that may be there too. What the folder is called does not matter.
    """
    try:
        listed = _listed(tree)
        found = _found(tree)
        return found - {"manifest.json", *beside} == set(listed) and all(
            digest(tree / one) == sha256 for one, sha256 in listed.items()
        )
    except UNREADABLE:
        return False


def unlisted(tree: Path, beside: Collection[str] = ()) -> list[str]:
    """Return the files of a tree that its manifest does not list; hidden ones too, as all are handed on.

    beside: files at its top that may be there too. Raises one of UNREADABLE where the manifest
    cannot be read.
    """
    return sorted(_found(tree) - {*_listed(tree), "manifest.json", *beside})


def _found(tree: Path) -> set[str]:
    """Return the names of all files in a tree, hidden ones and links to folders too."""
    found = set()
    for here, folders, files in os.walk(tree):
        links = [one for one in folders if (Path(here) / one).is_symlink()]
        found |= {(Path(here) / one).relative_to(tree).as_posix() for one in (*files, *links)}
    return found


def _listed(tree: Path) -> dict[str, str]:
    path = tree / "manifest.json"
    digest(path)  # raises where it never ends
    manifest = json.loads(path.read_bytes())
    return {one["file"]: one["sha256"] for one in manifest["files"]}


def unchanged(folder: Path) -> bool:
    """Return whether the newest results are whole, and those of folder, program and libraries as they are."""
    return not changes(folder)


def changes(folder: Path) -> list[str]:
    """Return what has changed since the last finished run, one line each; [] if nothing."""
    if not (folder / "results" / "current" / "manifest.json").is_file():
        return ["there is no finished run yet"]
    before, now = read(folder), present(folder)
    if not before:
        return ["the last run did not end with a report"]
    lines = []
    if not is_whole(folder / "results" / "current"):
        lines.append("results/current is damaged: it will be made again")
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
    if not lines and before != now:
        lines.append("the state of the last run cannot be read")
    return lines


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece.

    Raises OSError where it is none that ends, such as a pipe or a device.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "is no file", str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_hidden(name: str) -> bool:
    """Return whether a file is an editor's or a spreadsheet program's own, such as ~$waves.xlsx."""
    return name.startswith((".", "~$"))
