"""Packed files from strangers, opened with a limit: a small archive can hold more than a machine."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from itertools import pairwise

from tasks.reading import Problem, Unreadable

LARGEST = 512 * 1024 * 1024
"""The most bytes that a packed file may unfold to."""


def is_zip(content: bytes) -> bool:
    """Return whether the content begins as a zip archive does."""
    return content[:4] == b"PK\x03\x04"


MOST_FILES = 100_000
"""Files of an archive: an export may hold a photograph or a recording an interview."""
MOST_TIMES = 200
"""How many times larger than packed a file may be: a table of answers packs 10 to 30 times."""
SMALL = 1 << 20
"""Bytes to which a file may unfold however small it was packed."""


def members(content: bytes) -> list[str]:
    """Return the names of an archive's files. Raises Unreadable where it is no archive that is opened."""
    return [one.filename for one in _checked(content)]


def listing(content: bytes) -> list[str]:
    """Return the names of an archive's files, its directory checked before anything is unpacked.

    What is no table and no text, such as photographs, is never unpacked, and may be as large as it is.
    Raises Unreadable where it is no archive, or one that nobody exports: too many files, names that lead
    out of it or stand twice, files under a password or within one another, or that unfold to more than they
    can.
    """
    files = _checked(content)
    _refuse_swollen([one for one in files if one.filename.endswith(".csv")], "table")
    return [one.filename for one in files]


def refuse_large(content: bytes) -> int:
    """Return the bytes to which an archive such as a workbook unfolds, by its directory.

    Raises Unreadable where it is no archive that is opened, or unfolds to more than the limit.
    """
    files = _checked(content)
    _refuse_swollen(files, "part")
    return sum(one.file_size for one in files)


def _refuse_swollen(files: list[zipfile.ZipInfo], what: str) -> None:
    if any(one.file_size > max(MOST_TIMES * one.compress_size, SMALL) for one in files):
        rule = f"holds a {what} that unfolds to far more than answers do"
        raise Unreadable(Problem(rule, AGAIN))
    if sum(one.file_size for one in files) > LARGEST:
        raise _too_large(LARGEST)


AGAIN = "Download or export it again"


def _checked(content: bytes) -> list[zipfile.ZipInfo]:
    """Return an archive's files, its directory checked; Unreadable where it is one that nobody exports."""
    files = [one for one in _opened(content).infolist() if not one.is_dir()]
    names = [one.filename for one in files]
    strange = [n for n in names if n.startswith("/") or "\\" in n or ".." in n.split("/") or ":" in n]
    if strange:
        raise Unreadable(Problem("holds a file whose name leads out of the archive", AGAIN))
    if any(stat.S_ISLNK(one.external_attr >> 16) for one in files):
        raise Unreadable(Problem("holds a link to another file", AGAIN))
    if len(set(names)) < len(names):
        raise Unreadable(Problem("holds two files of one name", AGAIN))
    if any(one.flag_bits & 1 for one in files):
        raise Unreadable(Problem("is locked with a password", "Put it here without one"))
    places = sorted((one.header_offset, one.compress_size) for one in files)
    if any(start < 0 for start, _ in places):
        raise Unreadable(Problem("cannot be unpacked", AGAIN))
    if any(start + size > after for (start, size), (after, _) in pairwise(places)):
        raise Unreadable(Problem("holds files that lie within one another", AGAIN))
    return files


def member(content: bytes, name: str, most: int | None = None) -> bytes:
    """Return one file of an archive.

    Raises Unreadable where it is larger than `most` bytes (LARGEST, where none is named) or damaged.
    """
    archive = _opened(content)
    limit = LARGEST if most is None else most

    def unpacked() -> bytes:
        one = archive.getinfo(name)
        if one.file_size > limit:
            raise _too_large(limit)
        _refuse_swollen([one], "file")
        return archive.open(name).read(one.file_size + 1)  # what is larger than it says fails its checksum

    return _bounded(unpacked, limit)


def gunzipped(content: bytes) -> bytes:
    """Return the content unpacked where it is gzip's, else as it is. Raises Unreadable if too large."""
    if content[:2] != b"\x1f\x8b":
        return content
    most = min(LARGEST, max(SMALL, MOST_TIMES * len(content)))
    return _bounded(lambda: zlib.decompressobj(31).decompress(content, most + 1), most)


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
    if _directory_entries(content) > MOST_FILES:
        raise Unreadable(Problem(f"holds more than {MOST_FILES} files", "Export without the media files"))
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGED:
        raise Unreadable(Problem("cannot be opened as a zip archive", "Download it again")) from None


def _directory_entries(content: bytes) -> int:
    """Return how many entries an archive's directory has, counted and not as it says; none is kept."""
    begin, count = content.find(ENTRY), 0
    while begin >= 0 and count <= MOST_FILES:
        count += 1
        begin = content.find(ENTRY, begin + len(ENTRY))
    return count


ENTRY = b"PK\x01\x02"
"""How an entry of an archive's directory begins."""


_DAMAGED = (
    *(KeyError, ValueError, OverflowError, EOFError, RuntimeError, NotImplementedError, OSError),
    *(zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError),
)
"""What the standard library raises of a damaged archive, where it does not say that it is one."""


def _bounded(read: Callable[[], bytes], most: int) -> bytes:
    try:
        data = read()
    except _DAMAGED:
        raise Unreadable(Problem("cannot be unpacked", "Download it again, or unpack it yourself")) from None
    if len(data) > most:
        raise _too_large(most)
    return data


def _too_large(most: int) -> Unreadable:
    rule = f"unfolds to more than {max(1, most // 1024**2)} MB"
    return Unreadable(Problem(rule, "Cut out what is needed, and name that file in the plan"))
