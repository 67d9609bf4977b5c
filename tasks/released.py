"""What one assessment has released, from results/current alone: manifest and tables, as it lists them."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from schemas.faults import Fault, Refused
from schemas.manifest import Manifest
from tasks import releases
from tasks.publish.tables import WRITTEN
from tasks.signatures import signatures

Cells = Mapping[str, str]
_ALL: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Released:
    """The newest results of one assessment. is_release: whether they were signed and kept as a release."""

    folder: Path
    manifest: Manifest
    is_release: bool

    def rows(self, table: str, columns: Sequence[str], where: Mapping[str, str] = _ALL) -> list[Cells]:
        """Return these columns of a released table as text, row by row; [] where it was not released.

        where: column -> the cell that a row has to have. Raises Refused where the file is gone, is not as the
        manifest lists it, or lacks a column.
        """
        name = f"tables/{table}.csv"
        listed = next((one.sha256 for one in self.manifest.files if one.file == name), None)
        if listed is None:
            return []
        try:
            content = (_current(self.folder) / name).read_bytes()
        except OSError:
            raise self.refused(name, "is gone, though manifest.json lists it") from None
        if hashlib.sha256(content).hexdigest() != listed:
            raise self.refused(name, "has been changed since it was released")
        lines = csv.reader(io.StringIO(content.decode(), newline=""))
        place = {column: number for number, column in enumerate(next(lines, []))}
        lacking = sorted({*columns, *where} - set(place))
        if lacking:
            raise self.refused(name, f"lacks the column {lacking[0]}: another version of psia made it")
        wanted = [(place[column], cell) for column, cell in where.items()]
        return [
            {column: _as_released(line[place[column]]) for column in columns}
            for line in lines
            if all(line[number] == cell for number, cell in wanted)
        ]

    def number(self, table: str, row: Cells, column: str) -> float | None:
        """Return a number of a row, None where the cell is empty. Raises Refused where it is none."""
        if not row[column]:
            return None
        try:
            value = float(row[column])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.refused(f"tables/{table}.csv", f"has something else than a number as {column}")
        return value

    def refused(self, name: str, rule: str) -> Refused:
        """Return the refusal of a file of these results."""
        return _refused(self.folder, f"results/current/{name} {rule}")


def read_released(folder: Path) -> Released:
    """Return what an assessment has released.

    Raises Refused where it has not been run, or its manifest is damaged or of another psia.
    """
    path = _current(folder) / "manifest.json"
    try:
        content = path.read_bytes()
    except OSError:
        raise _refused(folder, "has not been run") from None
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"]))
        if all(one["type"] == "missing" for one in error.errors()) and key != "assessment":
            rule = f"lacks {key}: an earlier version of psia made it"
            raise _refused(folder, f"results/current/manifest.json {rule}", again=True) from None
        rule = f"is damaged, or another version of psia made it ({key or 'no JSON'})"
        raise _refused(folder, f"results/current/manifest.json {rule}") from None
    return Released(folder, manifest, _was_released(folder, hashlib.sha256(content).hexdigest()))


def _current(folder: Path) -> Path:
    return folder / "results" / "current"


def _was_released(folder: Path, sha256: str) -> bool:
    """Return whether a tree stands as a release. Raises Refused where the signatures cannot be read."""
    try:
        signatures(folder)
    except Refused as refused:
        fault = refused.faults[0]
        where = f", row {fault.row}" if fault.row else ""
        raise Refused(
            [Fault(str(folder), rule=f"{fault.file}{where} {fault.rule}", remedy=fault.remedy)]
        ) from None
    return any(
        releases.tree_hash(one) == sha256 for one in releases.kept(folder) if releases.is_as_signed(one)
    )


def _refused(folder: Path, rule: str, *, again: bool = False) -> Refused:
    remedy = f"Run it {'again' if again else 'first'}: 'psia run {folder}', or add --run"
    return Refused([Fault(str(folder), rule=rule, remedy=remedy)])


def _as_released(cell: str) -> str:
    """Return a text without the apostrophe that keeps spreadsheet programs from reading a formula."""
    return re.sub(WRITTEN, "", cell) if cell.startswith("'") else cell
