"""Looking after an assessment: its results made anew, made thrice and compared, and what is wrong with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.exits import DONE, FAILED
from tasks import state

Say = Callable[[str], None]
COMMAND = "from flows.cli import main; main()"
WAYS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kolkata", "LC_ALL": "C", "OMP_NUM_THREADS": "2"},
    {"PYTHONHASHSEED": "90210", "TZ": "America/Monterrey", "LC_ALL": "POSIX", "OMP_NUM_THREADS": "4"},
)
"""What must not change a byte: how Python orders sets, the time zone, the locale, the number of threads."""
PLACES = ("a", "another place", "données")
"""Names of the folders in which the three runs work: the directory must not change a byte either."""

BESIDE = (state.SIGNATURES, "vault/recipient.txt")
"""What a run reads and no result rests on: who signed the releases, and the public half of the vault.

Without the first no release is as it was signed, without the other no sealed file can be read.
"""


def rebuild(folder: Path, *, engine: str, say: Say) -> int:
    """Delete the warehouse and run again; say whether the exports are the same as before. Exit status.

    Nothing is deleted before plan and data were read and accepted.
    """
    from flows.runner import execute

    before = listed(folder / "results" / "current")
    code = execute(folder, engine=engine, select="", seal=False, say=say, anew=True)
    if code or not before:
        return code
    after = listed(folder / "results" / "current")
    different = differing(before, after)
    if not different:
        say(f"The warehouse was made anew. All {len(after)} files of the results are the same as before.")
        return DONE
    say(f"The warehouse was made anew. Not as before: {told(different)}.")
    return DONE


def verify(folder: Path, *, say: Say) -> int:
    """Run the assessment thrice from its inputs alone, elsewhere and otherwise, and compare every byte.

    Returns 0 where the three trees are the same, 1 where the data is refused, 3 where they differ or a run
    failed. The copies lie under results/ while it lasts, since they may hold personal columns.
    """
    (folder / "results").mkdir(exist_ok=True)
    trees: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory(prefix=".verify-", dir=folder / "results") as aside:
        for number, (way, place) in enumerate(zip(WAYS, PLACES, strict=True), start=1):
            copy = Path(aside).resolve() / place / folder.resolve().name  # the child works elsewhere
            _copy_inputs(folder, copy)
            done = subprocess.run(  # noqa: S603 -- this program
                [sys.executable, "-c", COMMAND, "run", str(copy), "--engine", "process"],
                env={**os.environ, "PYTHONPATH": str(state.ROOT), **way},
                cwd=state.ROOT,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                sys.stderr.write(done.stderr.replace(str(copy), str(folder)))
                return done.returncode
            trees.append(listed(copy / "results" / "current"))
            say(f"Run {number} of {len(WAYS)}: {len(trees[-1])} files.")
    different = sorted({name for tree in trees[1:] for name in differing(trees[0], tree)})
    if different:
        say(f"Not the same in every run: {told(different)}.")
        return FAILED
    say(
        f"The same bytes in all {len(trees[0])} files, whatever the hash seed, time zone, locale, number of "
        "threads and directory."
    )
    own = listed(folder / "results" / "current")
    if own and state.unchanged(folder) and (stale := differing(own, trees[0])):
        say(f"But results/current is not what this program makes: {told(stale)}. Run 'psia rebuild'.")
        return FAILED
    return DONE


def _copy_inputs(folder: Path, copy: Path) -> None:
    """Copy what is not made here, and what a run reads beside: see BESIDE."""
    for name in (*state.inputs(folder), *(one for one in BESIDE if (folder / one).is_file())):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, copy / name)


def listed(tree: Path) -> dict[str, str]:
    """Return file -> SHA-256 of a tree of results as its files are, {} where there is none."""
    if not (tree / "manifest.json").is_file():
        return {}
    files = (path for path in sorted(tree.resolve().rglob("*")) if path.is_file())
    return {path.relative_to(tree.resolve()).as_posix(): state.digest(path) for path in files}


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Return the files that two trees do not have alike."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def told(names: list[str], most: int = 10) -> str:
    """Return some names in words."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


Verdict = dict[str, str]
OK, NOTE, WRONG = "ok", "note", "wrong"
LEAST_FREE = 200 * 1024**2
TIMES_THE_INPUTS = 5
"""A run stores the answers three times over, and the report twice."""


def doctor(folder: Path) -> list[Verdict]:
    """Return what was looked at: check, verdict (ok, note or wrong), what was found, and what to do.

    Changes nothing, and tells no value of any table.
    """
    return [
        *_plan(folder),
        *_disk(folder),
        *_lock(folder),
        *_vault(folder),
        *_received(folder),
        *_warehouse(folder),
        *_current(folder),
        *_leftovers(folder),
        *_formats(),
    ]


def _verdict(check: str, verdict: str, found: str, remedy: str = "") -> Verdict:
    return {"check": check, "verdict": verdict, "found": found, "remedy": remedy}


def _plan(folder: Path) -> Iterator[Verdict]:
    from schemas.assessment import read_plan
    from schemas.faults import Refused

    try:
        read_plan(folder / "assessment.toml")
    except Refused as refused:
        yield _verdict("plan", WRONG, f"{len(refused.faults)} faults", "'psia check' tells them")
    else:
        yield _verdict("plan", OK, "assessment.toml is read")


def _disk(folder: Path) -> Iterator[Verdict]:
    given = sum((folder / name).stat().st_size for name in state.inputs(folder))
    free, wanted = shutil.disk_usage(folder).free, max(LEAST_FREE, TIMES_THE_INPUTS * given)
    found = f"{free / 1024**2:,.0f} MB are free; a run of these {given / 1024**2:,.0f} MB may need "
    found += f"{wanted / 1024**2:,.0f} MB"
    yield _verdict("disk", OK if free >= wanted else WRONG, found, "" if free >= wanted else "Make room")
    results = folder / "results"
    try:
        results.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=results, prefix=".doctor-") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        why = error.strerror or type(error).__name__
        yield _verdict("results", WRONG, f"results/ cannot be written: {why}", "Give yourself the right to")
    else:
        yield _verdict("results", OK, "results/ can be written")


def _lock(folder: Path) -> Iterator[Verdict]:
    from flows.lock import alone

    try:
        with alone(folder) as other:
            if other:
                yield _verdict("runs", NOTE, f"process {other} is running this assessment", "Wait for it")
            else:
                yield _verdict("runs", OK, "no other run holds the folder")
    except OSError:
        return


def _vault(folder: Path) -> Iterator[Verdict]:
    if not (folder / "vault" / "recipient.txt").is_file():
        yield _verdict("vault", OK, "no personal column was met yet: there is no vault")
        return
    from schemas.assessment import read_plan
    from schemas.faults import Refused
    from tasks.vault import Vault

    try:
        kept = Vault(folder, read_plan(folder / "assessment.toml").assessment.id).people()
    except Refused as refused:
        fault = refused.faults[0]
        yield _verdict("vault", WRONG, fault.rule, fault.remedy)
    except Exception as error:  # without its text: it is about what the vault holds
        yield _verdict("vault", WRONG, f"cannot be read ({type(error).__name__})", "Run again: it is renewed")
    else:
        yield _verdict("vault", OK, f"opens with the key of this machine ({len(kept)} cells)")


def _received(folder: Path) -> Iterator[Verdict]:
    from tasks.files import SEALED

    kept = folder / "received"
    names = sorted(path.name for path in kept.iterdir() if path.is_file()) if kept.is_dir() else []
    whole = [name for name in names if not name.startswith(".")]
    damaged = [
        name
        for name in whole
        if not name.endswith(SEALED) and state.digest(kept / name) != name.partition(".")[0]
    ]
    if damaged:
        remedy = "Delete them: the next run copies the originals again. Restore originals that are gone"
        yield _verdict("received", WRONG, f"{told(damaged)} are not what their names say", remedy)
    else:
        yield _verdict("received", OK, f"{len(whole)} files as received, unchanged")


def _warehouse(folder: Path) -> Iterator[Verdict]:
    path = folder / "results" / "warehouse.duckdb"
    if not path.is_file():
        yield _verdict("warehouse", NOTE, "there is none", "'psia run' makes it")
        return
    from tasks.warehouse import Busy, Damaged, Warehouse

    remedy = "'psia rebuild' makes it anew, with the same exports"
    try:
        with Warehouse(path, read_only=True) as warehouse:
            wrong = warehouse.damaged()
            count = len(warehouse.digests())
    except Busy as busy:
        yield _verdict("warehouse", NOTE, f"is in use by {busy}", "Wait for it")
    except Damaged:
        yield _verdict("warehouse", WRONG, "cannot be opened", remedy)
    else:
        if wrong:
            yield _verdict("warehouse", WRONG, f"not as it was written: {told(wrong)}", remedy)
        else:
            yield _verdict("warehouse", OK, f"{count} tables are as they were written")


def _current(folder: Path) -> Iterator[Verdict]:
    current = folder / "results" / "current"
    if not (current / "manifest.json").is_file():
        yield _verdict("report", NOTE, "there is none", "'psia run' makes it")
    elif not state.is_whole(current):
        yield _verdict("report", WRONG, "results/current is damaged", "'psia run' makes it again")
    else:
        count = len(json.loads((current / "manifest.json").read_bytes())["files"])
        yield _verdict("report", OK, f"{count} files, each as its manifest says")


def _leftovers(folder: Path) -> Iterator[Verdict]:
    places = [folder / "results" / "builds", folder / "results", folder / "received", folder / "vault"]
    found = sorted(
        path.relative_to(folder).as_posix()
        for place in places
        if place.is_dir()
        for path in place.iterdir()
        if path.name.endswith(".new") or path.name.startswith(".verify-")
    )
    if found:
        remedy = "They are of runs that were cut off, and can be deleted"
        yield _verdict("leftovers", NOTE, told(found), remedy)


def _formats() -> Iterator[Verdict]:
    from importlib.util import find_spec

    for module, what, extra in (
        ("docx", "Word documents", "word"),
        ("weasyprint", "PDF", "pdf"),
        ("pyodk", "ODK Central", "odk"),
        ("prefect", "Prefect", ""),
    ):
        if find_spec(module):
            yield _verdict("program", OK, f"{what}: available")
        else:
            remedy = f"Install the extra '{extra}'" if extra else "Install psia again"
            yield _verdict("program", NOTE, f"{what}: not installed", remedy)
