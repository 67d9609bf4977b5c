"""From the newest report to a release: signed by two people beside its author, then kept and listed.

A signature names the SHA-256 of manifest.json, which names that of every file of the report, and the rules
under which it was made: one changed byte anywhere, and nobody has signed it.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from schemas.assessment import AssessmentPlan
from schemas.faults import Fault, Refused
from tasks import state
from tasks.earlier import RESPONDENTS
from tasks.rewriting import without_records

SIGNATURES = "signatures.csv"
PUBLISHED = "published.json"
NEEDED = 2


@dataclass(frozen=True)
class Signature:
    """Who has signed which tree, and when. who: a role, never a name."""

    sha256: str
    who: str
    when: str


def tree_hash(tree: Path) -> str:
    """Return the SHA-256 that is signed."""
    return state.digest(tree / "manifest.json")


def signatures(folder: Path, sha256: str) -> list[Signature]:
    """Return the signatures of one tree, in the order given."""
    path = folder / "releases" / SIGNATURES
    if not path.is_file():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
    return [Signature(**row) for row in rows if row["sha256"] == sha256]


def sign(folder: Path, plan: AssessmentPlan, tree: Path, who: str, when: str) -> None:
    """Sign a report. Raises Refused where that person cannot."""
    sha256 = tree_hash(tree)
    known = signatures(folder, sha256)
    who = " ".join(who.split())
    if who.casefold() == plan.disclosure.author.casefold():
        raise _refused("sign", f"'{who}' is the author", "Two others have to sign")
    if who.casefold() in {one.who.casefold() for one in known}:
        raise _refused("sign", f"'{who}' has signed this report already", "Somebody else has to sign")
    path = folder / "releases" / SIGNATURES
    path.parent.mkdir(exist_ok=True)
    begun = path.is_file()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not begun:
            writer.writerow(Signature.__annotations__)
        writer.writerow([sha256, who, when])


def publish(folder: Path, plan: AssessmentPlan, tree: Path) -> Path | None:
    """Keep a report as a release where enough have signed; else return None.

    Raises Refused where a release of that date is there already with other content.
    """
    sha256 = tree_hash(tree)
    signed = signatures(folder, sha256)
    if len(signed) < NEEDED:
        return None
    name = plan.assessment.report_date.isoformat()
    target = folder / "releases" / name
    if target.exists():
        if tree_hash(target) == sha256:
            return target
        remedy = "Give the plan a later report_date, run, and have it signed"
        raise _refused(f"releases/{name}", "is there already, with other content", remedy)
    aside = target.with_name(f".{name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(tree, aside)
    shutil.copyfile(folder / "results" / RESPONDENTS, aside / RESPONDENTS)
    (aside / PUBLISHED).write_bytes(_record(aside, signed))
    aside.rename(target)
    return target


def rules_in_force(plan: AssessmentPlan) -> dict[str, object]:
    """Return what manifest.json says of how a report may be published: its author, and the rules."""
    return {"public": plan.assessment.public, **plan.disclosure.model_dump(mode="json")}


def _record(release: Path, signed: list[Signature]) -> bytes:
    """Return published.json as it has to be: all of it follows from what was signed, and by whom."""
    manifest = json.loads((release / "manifest.json").read_bytes())
    rules = dict(manifest["rules"])
    about = {
        "sha256": tree_hash(release),
        "respondents_sha256": state.digest(release / RESPONDENTS),
        "author": rules.pop("author"),
        "signed": [{"who": one.who, "when": one.when} for one in signed],
        "rules": {"psia": manifest["psia"], **rules},
    }
    return (json.dumps(about, indent=1, sort_keys=True) + "\n").encode()


def published(folder: Path) -> list[dict[str, str]]:
    """Return what was published, oldest first: who signed it and when, and whether it is as it was then."""
    found = []
    for path in sorted((folder / "releases").glob(f"[!.]*/{PUBLISHED}")):
        about = json.loads(path.read_text(encoding="utf-8"))
        signed = [f"{one['who']} ({one['when']})" for one in about["signed"]]
        found.append(
            {
                "release": path.parent.name,
                "sha256": about["sha256"],
                "signed": "; ".join(signed),
                "rules": json.dumps(about["rules"], sort_keys=True),
                "state": "whole" if is_as_signed(path.parent) else "changed since it was signed",
            }
        )
    return found


def is_as_signed(release: Path) -> bool:
    """Return whether every file of a release is what was signed, and by whom it says."""
    try:
        signed = signatures(release.parent.parent, tree_hash(release))
        return (
            len(signed) >= NEEDED
            and state.is_as_listed(release)
            and (release / PUBLISHED).read_bytes() == _record(release, signed)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def forget(folder: Path, pseudonym: str) -> int:
    """Take a person out of the lists of who stands behind the releases; return of how many.

    What was signed is the report; the list is internal, and stays as valid as it was before.
    """
    rewritten = 0
    for path in sorted((folder / "releases").glob(f"[!.]*/{RESPONDENTS}")):
        before = path.read_bytes()
        after = without_records(before, (), {pseudonym})
        if after == before:
            continue
        was_signed = is_as_signed(path.parent)
        _put(path, after)
        if was_signed:
            signed = signatures(folder, tree_hash(path.parent))
            _put(path.parent / PUBLISHED, _record(path.parent, signed))
        rewritten += 1
    return rewritten


def _put(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(content)
    aside.replace(path)


def changed_faults(folder: Path) -> list[Fault]:
    """Return a fault for each release that is no longer what was signed: nothing may be held by it."""
    return [
        Fault(
            f"releases/{path.parent.name}",
            rule="has changed since it was signed",
            remedy="Put the release back as it was, or move it out of releases/",
        )
        for path in sorted((folder / "releases").glob(f"[!.]*/{PUBLISHED}"))
        if not is_as_signed(path.parent)
    ]


def status(folder: Path, tree: Path) -> dict[str, object]:
    """Return the hash of a report, who has signed it, and how many have to."""
    sha256 = tree_hash(tree)
    return {"sha256": sha256, "signed": [asdict(one) for one in signatures(folder, sha256)], "needed": NEEDED}


def newest(folder: Path, plan: AssessmentPlan) -> Path:
    """Return the newest report. Raises Refused where it is not of today's folder, or names no author."""
    if changes := state.changes(folder):
        raise _refused("results/current", f"is not of today's folder: {changes[0]}", "Run 'psia run' first")
    if not plan.disclosure.author:
        remedy = 'Write author = "the role of who made the report" under [disclosure]'
        raise _refused("assessment.toml", "names no author of the report", remedy)
    return folder / "results" / "current"


def _refused(place: str, rule: str, remedy: str) -> Refused:
    return Refused([Fault(place, rule=rule, remedy=remedy)])
