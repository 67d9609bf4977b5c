"""The tree of the newest report: written aside, synced, then pointed to, so that it is always whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tasks import state

KEPT = 2
"""How many built trees stay: the current one and the one before."""
SYNCED_AT_ONCE = 16
"""The disk takes as long for many files at once as for one: a tree of 90 took 0.45 s, and takes 0.05 s."""


def manifest(files: Mapping[str, bytes], about: Mapping[str, object]) -> bytes:
    """Return manifest.json: every file with its SHA-256 and size, and what the tree was made from."""
    listed = [
        {"file": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(files.items())
    ]
    return (json.dumps({**about, "files": listed}, indent=1, sort_keys=True) + "\n").encode()


def publish(results: Path, files: Mapping[str, bytes], about: Mapping[str, object]) -> Path:
    """Write the files as a tree of its own under results/builds and let results/current point to it.

    Returns the path results/current. The tree's name is the hash of its content; an equal tree is not
    written twice, but a damaged one is written again.
    """
    whole = {**files, "manifest.json": manifest(files, about)}
    name = hashlib.sha256(whole["manifest.json"]).hexdigest()[: state.NAME_HEX]
    builds = results / "builds"
    target = builds / name
    if not state.is_whole(target):
        aside = builds / f".{name}.new"
        shutil.rmtree(aside, ignore_errors=True)
        for file, content in whole.items():
            _write(aside / file, content)
        with ThreadPoolExecutor(SYNCED_AT_ONCE) as pool:
            list(pool.map(_sync, [aside / file for file in whole]))
        shutil.rmtree(target, ignore_errors=True)
        aside.rename(target)
    _point(results / "current", target)
    _tidy(builds, keep=target)
    return results / "current"


def publish_in_place(target: Path, files: Mapping[str, bytes], about: Mapping[str, object]) -> Path:
    """Write the files as a tree at target itself, with no symbolic link: paths out of it stay right.

    Returns target. An equal tree is not written again. What stood there is whole until the new tree is, and
    a kill between the two leaves it beside, from where the next call takes it back.
    """
    whole = {**files, "manifest.json": manifest(files, about)}
    aside, before = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    if before.is_dir() and not target.exists():
        before.rename(target)
    listed = target / "manifest.json"
    if state.is_as_listed(target) and listed.read_bytes() == whole["manifest.json"]:
        return target
    for path in (aside, before):
        shutil.rmtree(path, ignore_errors=True)
    for file, content in whole.items():
        _write(aside / file, content)
    if target.exists():
        target.rename(before)
    aside.rename(target)
    shutil.rmtree(before, ignore_errors=True)
    return target


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _point(link: Path, target: Path) -> None:
    aside = link.with_name(".current.new")
    aside.unlink(missing_ok=True)
    if link.is_dir() and not link.is_symlink():  # a copy of the folder that has followed the link
        shutil.rmtree(link)
    aside.symlink_to(Path("builds") / target.name, target_is_directory=True)
    aside.replace(link)


def _tidy(builds: Path, keep: Path) -> None:
    others = [path for path in builds.iterdir() if path != keep]
    others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in others[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
