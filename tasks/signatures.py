"""releases/signatures.csv: who has signed which report, in which role, and when."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import astuple, dataclass
from pathlib import Path

from schemas import roles
from schemas.faults import Fault, Refused
from tasks.state import SIGNATURES

COLUMNS = ("sha256", "who", "when")
LONGEST_ROLE = 10_000
"""In letters. How long a cell may be for the reader of CSV depends on what ran before in the process."""
REMEDY = "Put the file back as it was: 'psia release --sign' alone writes it"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Signature:
    """Who has signed which tree, and when. who: a role, never a name."""

    sha256: str
    who: str
    when: str


def signatures(folder: Path) -> list[Signature]:
    """Return all signatures of an assessment folder, in the order given.

    Raises Refused where releases/signatures.csv is not as `psia release --sign` writes it. A spreadsheet
    program's byte-order mark and ends of lines are no fault.
    """
    path = folder / SIGNATURES
    if path.parent.exists() and not path.parent.is_dir():
        raise Refused(
            [Fault("releases", rule="is no folder", remedy="Move it away: releases are kept there")]
        )
    if not path.exists() and not path.is_symlink():
        return []
    if not path.is_file():
        raise _refused("is no file")
    rows = _rows(path.read_bytes())
    if not rows:
        raise _refused("is empty")
    header, *records = rows
    if tuple(header[1]) != COLUMNS:
        raise _refused(f"has not the columns {', '.join(COLUMNS)}", header[0])
    if faults := [_fault(why, row) for row, cells in records if (why := _wrong_with(cells))]:
        raise Refused(faults)
    return [Signature(*cells) for _, cells in records]


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the row and the cells of each record that is not blank."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused("is not text in UTF-8", content[: error.start].count(b"\n") + 1) from None
    rows, begin = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            rows += [(begin, cells)] if cells else []
            begin = reader.line_num + 1
    except csv.Error:
        rule = "has quotation marks that are not closed or stand within a cell, or a cell without end"
        raise _refused(rule, begin) from None
    return rows


def _wrong_with(cells: list[str]) -> str:
    """Return why a record is no signature, '' where it is one."""
    if len(cells) != len(COLUMNS):
        return f"has {len(cells)} cells in place of {len(COLUMNS)}"
    sha256, who, when = cells
    if not _SHA256.fullmatch(sha256):
        return "has no SHA-256 of a report"
    if len(who) > LONGEST_ROLE:
        return "has a cell without end"
    if wrong := roles.wrong_with(who):
        return wrong
    return "" if _is_date(when) else "has no date such as 2026-03-31"


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and dt.date.fromisoformat(text))
    except ValueError:
        return False


def add(folder: Path, signature: Signature) -> None:
    """Write one signature more. Raises Refused where those before cannot be read."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(one) for one in [*signatures(folder), signature])
    path = folder / SIGNATURES
    path.parent.mkdir(exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(out.getvalue(), encoding="utf-8")
    aside.replace(path)


def _refused(rule: str, row: int = 0) -> Refused:
    return Refused([_fault(rule, row)])


def _fault(rule: str, row: int) -> Fault:
    return Fault(SIGNATURES, row=row, rule=rule, remedy=REMEDY)
