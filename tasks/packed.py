"""Packed files from strangers, opened with a limit: a small archive can hold more than a machine."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

from tasks.reading import Problem, Unreadable

LARGEST = 512 * 1024 * 1024
"""The most bytes that a packed file may unfold to."""


def is_zip(content: bytes) -> bool:
    """Return whether the content begins as a zip archive does."""
    return content[:4] == b"PK\x03\x04"


def members(content: bytes) -> list[str]:
    """Return the names of an archive's files. Raises Unreadable where it is no archive."""
    return [one.filename for one in _opened(content).infolist() if not one.is_dir()]


def member(content: bytes, name: str) -> bytes:
    """Return one file of an archive. Raises Unreadable where it is too large or damaged."""
    archive = _opened(content)
    return _bounded(lambda: archive.open(name).read(LARGEST + 1))


def refuse_large(content: bytes) -> None:
    """Raise Unreadable where an archive, such as a workbook, unfolds to more than the limit."""
    if sum(one.file_size for one in _opened(content).infolist()) > LARGEST:
        raise _too_large()


def gunzipped(content: bytes) -> bytes:
    """Return the content unpacked where it is gzip's, else as it is. Raises Unreadable if too large."""
    if content[:2] != b"\x1f\x8b":
        return content
    return _bounded(lambda: zlib.decompressobj(31).decompress(content, LARGEST + 1))


def only_member(content: bytes, wanted: Callable[[str], bool], what: str) -> tuple[bytes, str]:
    """Return the one file of an archive that is wanted, and its name; the content itself if it is no archive.

    what: the words for it. Raises Unreadable where there is none, or more than one.
    """
    if not is_zip(content):
        return content, ""
    names = members(content)
    found = [name for name in names if wanted(name.rpartition("/")[2])]
    if len(found) != 1:
        rule = f"holds {'no' if not found else 'more than one'} {what}"
        shown = ", ".join((found or names)[:10]) or "nothing"
        raise Unreadable(Problem(rule, f"It holds: {shown}. Unpack the right file and name it in the plan"))
    return member(content, found[0]), found[0]


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise Unreadable(Problem("cannot be opened as a zip archive", "Download it again")) from None


def _bounded(read: Callable[[], bytes]) -> bytes:
    try:
        data = read()
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise Unreadable(Problem("cannot be unpacked", "Download it again, or unpack it yourself")) from None
    if len(data) > LARGEST:
        raise _too_large()
    return data


def _too_large() -> Unreadable:
    rule = f"unfolds to more than {LARGEST // 1024**2} MB"
    return Unreadable(Problem(rule, "Cut out what is needed, and name that file in the plan"))
