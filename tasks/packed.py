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


MOST_FILES = 100_000
"""Files of an archive: an export may hold a photograph or a recording an interview."""
MOST_TIMES = 200
"""How many times larger than packed a file may be: a table of answers packs 10 to 30 times."""


def listing(content: bytes) -> list[str]:
    """Return the names of an archive's files, its directory checked before anything is unpacked.

    Raises Unreadable where it is no archive, or one that nobody exports: too many files, names that lead
    out of it or stand twice, files under a password, or that unfold to more than they can.
    """
    files = [one for one in _opened(content).infolist() if not one.is_dir()]
    names = [one.filename for one in files]
    strange = [n for n in names if n.startswith("/") or "\\" in n or ".." in n.split("/") or ":" in n]
    again = "Download the export again"
    if len(files) > MOST_FILES:
        raise Unreadable(Problem(f"holds more than {MOST_FILES} files", "Export without the media files"))
    if strange:
        raise Unreadable(Problem("holds a file whose name leads out of the archive", again))
    if len(set(names)) < len(names):
        raise Unreadable(Problem("holds two files of one name", again))
    if any(one.flag_bits & 1 for one in files):
        raise Unreadable(Problem("is locked with a password", "Put it here without one"))
    tables = [one for one in files if one.filename.endswith(".csv")]
    if any(one.file_size > max(MOST_TIMES * one.compress_size, 1 << 20) for one in tables):
        raise Unreadable(Problem("holds a table that unfolds to far more than answers do", again))
    if sum(one.file_size for one in tables) > LARGEST:
        raise _too_large(LARGEST)
    return names


def member(content: bytes, name: str, most: int | None = None) -> bytes:
    """Return one file of an archive.

    Raises Unreadable where it is larger than `most` bytes (LARGEST, where none is named) or damaged.
    """
    archive = _opened(content)
    limit = LARGEST if most is None else most
    return _bounded(lambda: archive.open(name).read(limit + 1), limit)


def refuse_large(content: bytes) -> None:
    """Raise Unreadable where an archive, such as a workbook, unfolds to more than the limit."""
    if sum(one.file_size for one in _opened(content).infolist()) > LARGEST:
        raise _too_large(LARGEST)


def gunzipped(content: bytes) -> bytes:
    """Return the content unpacked where it is gzip's, else as it is. Raises Unreadable if too large."""
    if content[:2] != b"\x1f\x8b":
        return content
    return _bounded(lambda: zlib.decompressobj(31).decompress(content, LARGEST + 1), LARGEST)


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


def _bounded(read: Callable[[], bytes], most: int) -> bytes:
    try:
        data = read()
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise Unreadable(Problem("cannot be unpacked", "Download it again, or unpack it yourself")) from None
    if len(data) > most:
        raise _too_large(most)
    return data


def _too_large(most: int) -> Unreadable:
    rule = f"unfolds to more than {most // 1024**2} MB"
    return Unreadable(Problem(rule, "Cut out what is needed, and name that file in the plan"))
