"""A person taken out of an assessment folder: `psia forget`, and the refusal of whoever comes back.

Nothing is changed before it is known that every file that holds the person can be rewritten faithfully.
"""

from __future__ import annotations

import base64
import csv
import io
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.base import TABLES
from schemas.faults import Fault, Refused
from tasks import packed, releases, state, workbook
from tasks.files import SEALED, Received, as_text
from tasks.reading import Unreadable
from tasks.rewriting import NotFaithful, parts, without_records, without_rows
from tasks.signatures import signatures
from tasks.vault import Vault

LOG = "forgotten.csv"
COLUMNS = ("pseudonym", "date", "who", "why")
CAME_BACK = "is of a person who was forgotten"
SHORTEST = 4
"""Characters from which an id, name or number found in a file is hardly there by chance."""
KEYS = ("_uuid", "KEY", "instanceID", "meta/instanceID", "meta-instanceID")
"""Columns by which servers name one interview, in its repeats as well."""


@dataclass
class Plan:
    """What is to be done: the new content of each file, the words that must not stand anywhere then.

    by_hand: file -> why something of the person could stand there that cannot be found by the id.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    needles: set[str] = field(default_factory=set)
    rows: int = 0
    by_hand: dict[str, str] = field(default_factory=dict)


def forgotten(folder: Path) -> set[str]:
    """Return the pseudonyms of the people who were forgotten. Raises Refused where the log is damaged."""
    path = folder / LOG
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            remedy = f"The columns are: {', '.join(COLUMNS)}. Only 'psia forget' writes this file"
            raise Refused([Fault(LOG, rule="is not the log of who was forgotten", remedy=remedy)])
        return {row["pseudonym"] for row in rows}


def came_back(received: Received, column: str, gone: set[str], vault: Vault) -> Iterator[Fault]:
    """Yield a fault for each row of a person who was forgotten before."""
    if not gone or column not in received.frame:
        return
    again = vault.pseudonyms(as_text(received.frame[column]), "person").isin(gone)
    for row in received.rows[again.fillna(False).astype(bool)]:
        remedy = f"Take the row out, or use 'psia forget' again: see {LOG}"
        yield Fault(received.file, received.sheet, int(row), "", CAME_BACK, remedy)


def plan_of(
    folder: Path, plan: AssessmentPlan, received: Iterable[Received], vault: Vault, person: str
) -> Plan:
    """Return what has to be done for a person to be forgotten. Changes nothing.

    Raises Refused where nobody of that id is there, where a file cannot be rewritten faithfully, where the
    signatures of the releases cannot be read, and where something of the person would be left in a file
    elsewhere than in a row of their own.
    """
    signatures(folder)  # without them the record of a release could not be written again
    received = list(received)
    read = {one.file for one in received}
    out, faults, keys = Plan(), [], set[str]()
    if len(person) >= SHORTEST:
        out.needles.add(person)
    drop: dict[tuple[str, str], set[int]] = {}
    for one in received:
        for column in id_columns(one, plan):
            hit = (as_text(one.frame[column]) == person).fillna(False).astype(bool)
            if hit.any():
                drop.setdefault((one.file, one.sheet), set()).update(int(row) for row in one.rows[hit])
                known = [key for key in KEYS if key in one.frame]
                keys |= {cell for key in known for cell in as_text(one.frame.loc[hit, key]).dropna()}
    out.needles |= keys
    pseudonym = pseudonym_of(vault, person)
    people = vault.people()
    own = people["pseudonym"] == pseudonym
    if not drop and not own.any():
        raise Refused([Fault(str(folder), rule="holds nobody of this id", remedy="Give it as received")])
    shared = set(people.loc[~own, "value"])
    out.needles |= {cell for cell in people.loc[own, "value"] if len(cell) >= SHORTEST and cell not in shared}
    for (file, sheet), rows in sorted(drop.items()):
        out.rows += len(rows)
        content = out.contents.get(file) or _clear(folder / file, vault)
        suffix = Path(file.removesuffix(SEALED)).suffix
        try:
            out.contents[file] = without_rows(content, suffix, _position(content, suffix, sheet), rows, keys)
        except (NotFaithful, Unreadable):
            told = ", ".join(map(str, sorted(rows)))
            remedy = f"Take row {told} out by hand, or save the table as CSV, and forget again"
            rule = "holds the person and cannot be rewritten without a change to the rest"
            faults.append(Fault(file, sheet, rule=rule, remedy=remedy))
    named = {file for file, _ in drop} - set(out.contents)
    for file in sorted(set(state.inputs(folder)) - named):
        content = out.contents.get(file) or _clear(folder / file, vault)
        if keys and file.removesuffix(SEALED).endswith(".csv") and holds(content, keys):
            content = out.contents[file] = without_records(content, (), keys)  # the table of a repeat
        if holds(content, out.needles):
            rule = "names the person elsewhere than in a row of their own"
            faults.append(Fault(file, rule=rule, remedy="Take it out by hand, and forget again"))
        elif file not in out.contents and (why := _not_seen(file, content, is_read=file in read)):
            out.by_hand[file] = why
    if faults:
        raise Refused(faults)
    return out


def carry_out(
    folder: Path, todo: Plan, vault: Vault, person: str, *, date: str, who: str, why: str
) -> list[str]:
    """Rewrite the files, the vault and the log, delete what was made of them; return what was done."""
    pseudonym = pseudonym_of(vault, person)
    if pseudonym not in forgotten(folder):
        _append(folder / LOG, (pseudonym, date, who, why))
    lists = releases.forget(folder, pseudonym)
    for file, content in todo.contents.items():
        _put(folder / file, vault.seal(content) if file.endswith(SEALED) else content)
    deleted = 0
    for path in sorted((folder / "received").glob("*")):
        if path.is_file() and holds(_clear(path, vault), todo.needles | {person}):
            path.unlink()
            deleted += 1
    people = vault.people()
    if len(people):
        vault.keep(people[people["pseudonym"] != pseudonym].reset_index(drop=True))
    if (folder / "results").is_dir():
        shutil.rmtree(folder / "results")
    return [
        f"{todo.rows} rows were taken out of {len(todo.contents)} files, and the person out of the vault.",
        f"{lists} lists of who stands behind a release in releases/ were rewritten.",
        f"{deleted} copies in received/ and all of results/ were deleted: 'psia run' makes them anew.",
        f"{LOG} has a pseudonym, the date, who and why. What was printed or handed on before is not reached.",
    ]


CODED = "a talk with the person would bear another name than the id: open it in the program that made it"
UNREADABLE = "it is neither text nor a table nor an archive, and was not looked into"
NOT_READ = "psia reads no table in it: a row of the person would not be known by the id"


def _not_seen(file: str, content: bytes, *, is_read: bool) -> str:
    """Return why a file, in which no word of the person was found, could speak of the person; '' if not."""
    name = file.removesuffix(SEALED)
    if name.endswith(".qdpx"):
        return CODED
    if is_read or packed.is_zip(content):
        tells = not is_read and name.startswith("waves/") and Path(name).stem != "form"
        return NOT_READ if tells else ""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return UNREADABLE
    return NOT_READ if name.startswith("waves/") and name.endswith(".csv") else ""


def pseudonym_of(vault: Vault, person: str) -> str:
    """Return the pseudonym of one person's id."""
    return str(vault.pseudonyms(pd.Series([person], dtype="string"), "person").iloc[0])


def id_columns(received: Received, plan: AssessmentPlan) -> list[str]:
    """Return the columns of a table in which the id of a person stands."""
    found: list[str] = []
    for wave in plan.wave:
        if received.table in (f"waves/{wave.name}/interviews", f"waves/{wave.name}/back_check"):
            found.append(wave.columns.respondent or "respondent")
    for contract in TABLES.values():
        source = contract.about().source
        if source and Path(received.table).match(source):
            found += [column for column, kind in contract.about().personal_ids.items() if kind == "person"]
    return [column for column in dict.fromkeys(found) if column in received.frame]


def holds(content: bytes, needles: Iterable[str]) -> bool:
    """Return whether a content has any of the words: as it is, in base64, in parts of an archive."""
    patterns = [
        pattern
        for needle in needles
        for pattern in (
            rb"(?<!\w)" + re.escape(needle.encode()) + rb"(?!\w)",
            re.escape(base64.b64encode(needle.encode()).rstrip(b"=")[: len(needle.encode()) // 3 * 4]),
        )
        if len(needle.encode()) >= 9 or pattern.startswith(rb"(?<")
    ]
    return any(re.search(pattern, part) for part in parts(content) for pattern in patterns)


def _position(content: bytes, suffix: str, sheet: str) -> int:
    """Return which of a workbook's sheets bears the name; the first where none is named."""
    return workbook.sheet_names(content).index(sheet) if suffix == ".xlsx" and sheet else 0


def _clear(path: Path, vault: Vault) -> bytes:
    content = path.read_bytes()
    return vault.unseal(content) if path.suffix == SEALED else content


def _put(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(content)
    aside.replace(path)


def _append(path: Path, row: tuple[str, ...]) -> None:
    """Add a row to the log, whole or not at all."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ",".join(COLUMNS) + "\n"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    _put(path, (before + out.getvalue()).encode())
