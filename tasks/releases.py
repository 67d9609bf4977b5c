"""From the newest report to a release: signed by two people beside its author, then kept and listed.

A signature names the SHA-256 of manifest.json, which names that of every file of the report, and the rules
under which it was made: one changed byte anywhere, and nobody has signed it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from schemas import roles
from schemas.assessment import AssessmentPlan
from schemas.faults import Fault, Refused
from tasks import state
from tasks.earlier import RESPONDENTS
from tasks.rewriting import without_records
from tasks.signatures import Signature, add, signatures

PUBLISHED = state.PUBLISHED
NEEDED = 2
LATER = "Give the plan a later report_date, run, and have it signed"
PUT_BACK = (
    "Put the release back as it was signed, or move it out of releases/ and take its lines out of "
    "signatures.csv"
)
BRING_BACK = (
    "What it told would no longer be held: put its folder back. Where it was never published, or is withdrawn"
    " for good, take its lines out of the file"
)


def tree_hash(tree: Path) -> str:
    """Return the SHA-256 that is signed."""
    return state.digest(tree / "manifest.json")


def signatures_of(folder: Path, sha256: str) -> list[Signature]:
    """Return the signatures of one tree, in the order given. Raises Refused where they cannot be read."""
    return [one for one in signatures(folder) if one.sha256 == sha256]


def sign(folder: Path, plan: AssessmentPlan, tree: Path, who: str, when: str) -> None:
    """Sign a report. Raises Refused where that person cannot."""
    sha256 = tree_hash(tree)
    known = signatures_of(folder, sha256)
    who = " ".join(who.split())
    if wrong := roles.wrong_with(who):
        remedy = (
            'Say in which role you sign, each word in the letters of one script: --sign "head of evaluation"'
        )
        raise _refused("sign", wrong, remedy)
    if roles.compared(who) == roles.compared(plan.disclosure.author):
        raise _refused("sign", f"'{who}' is the author", "Two others have to sign")
    if roles.compared(who) in {roles.compared(one.who) for one in known}:
        raise _refused("sign", f"'{who}' has signed this report already", "Somebody else has to sign")
    _still_to_publish(folder, plan, sha256)
    add(folder, Signature(sha256, who, when))


def _still_to_publish(folder: Path, plan: AssessmentPlan, sha256: str) -> None:
    """Raise Refused where a signature more could publish nothing, or would void what is published."""
    for path in kept(folder):
        if (path / "manifest.json").is_file() and tree_hash(path) == sha256:
            raise _refused(
                "sign",
                f"this report is published already: releases/{path.name}",
                "It needs no signature more",
            )
    name = plan.assessment.report_date.isoformat()
    if (folder / "releases" / name).exists():
        raise _refused(f"releases/{name}", "is there already, with other content", LATER)


def _others(signed: Iterable[Signature], author: str) -> list[Signature]:
    """Return the first signature of each role but the author's: signatures.csv can be written by hand."""
    first: dict[str, Signature] = {}
    for one in signed:
        first.setdefault(roles.compared(one.who), one)
    return [one for key, one in first.items() if key not in {roles.compared(author), ""}]


def publish(folder: Path, plan: AssessmentPlan, tree: Path) -> Path | None:
    """Keep a report as a release where enough have signed; else return None.

    Raises Refused where a release of that date is there already with other content, or damaged.
    """
    sha256 = tree_hash(tree)
    signed = signatures_of(folder, sha256)
    if len(_others(signed, plan.disclosure.author)) < NEEDED:
        return None
    name = plan.assessment.report_date.isoformat()
    target = folder / "releases" / name
    if target.exists():
        if wrong := wrong_with(target):
            raise _refused(f"releases/{name}", wrong, PUT_BACK)
        if tree_hash(target) == sha256:
            return target
        raise _refused(f"releases/{name}", "is there already, with other content", LATER)
    aside = target.with_name(f".{name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(tree, aside)
    shutil.copyfile(folder / "results" / RESPONDENTS, aside / RESPONDENTS)
    (aside / PUBLISHED).write_bytes(_record(aside, signed))
    if wrong := wrong_with(aside):
        raise _refused("results/current", wrong, "Run 'psia run', and have the report signed")
    aside.rename(target)
    return target


def rules_in_force(plan: AssessmentPlan) -> dict[str, object]:
    """Return what manifest.json says of how a report may be published: its author, and the rules."""
    return {"public": plan.assessment.public, **plan.disclosure.model_dump(mode="json")}


def _record(release: Path, signed: list[Signature]) -> bytes:
    """Return published.json as it has to be: all of it follows from what was signed, and by whom."""
    manifest = json.loads((release / "manifest.json").read_bytes())
    rules = dict(manifest["rules"])
    author = rules.pop("author")
    about = {
        "sha256": tree_hash(release),
        "respondents_sha256": state.digest(release / RESPONDENTS),
        "author": author,
        "signed": [{"who": one.who, "when": one.when} for one in _others(signed, author)],
        "rules": {"psia": manifest["psia"], **rules},
    }
    return (json.dumps(about, indent=1, sort_keys=True) + "\n").encode()


def kept(folder: Path) -> list[Path]:
    """Return the folders in releases/, oldest first: each of them has to be a release."""
    found = (folder / "releases").glob("[!.]*")
    return sorted(path for path in found if path.is_dir())


def before(folder: Path, plan: AssessmentPlan) -> list[dict[str, str]]:
    """Return the releases of earlier dates than the plan's report, oldest first, each by its hash.

    They stand in the manifest, which is signed: an earlier release that is deleted with its signatures is
    missed as long as a later one stands.
    """
    date = plan.assessment.report_date.isoformat()
    return [{"release": one.name, "sha256": tree_hash(one)} for one in kept(folder) if one.name < date]


def _missed(whole: list[Path], known: set[Any]) -> dict[str, str]:
    """Return the hash of each release that a later one was made after, and that nothing else tells -> how.

    whole: the releases that are as they were signed: in the place of any other's manifest anything may stand.
    known: the hashes that something else tells.
    """
    missed = {}
    for path in whole:
        with suppress(*state.UNREADABLE):
            for one in json.loads((path / "manifest.json").read_bytes())["earlier_releases"]:
                if one["sha256"] not in known:
                    how = f"is gone with its signatures: {path.name} was made after releases/{one['release']}"
                    missed.setdefault(str(one["sha256"]), how)
    return missed


def published(folder: Path) -> list[dict[str, str]]:
    """Return what was published, oldest first: who signed it and when, and whether it is as it was then.

    Releases that are gone, also those that later ones name alone, stand last, without a name. Where
    published.json is gone or cannot be read, only the name and the state are known. Raises Refused where the
    signatures cannot be read.
    """
    signatures(folder)
    found, whole = [], []
    for path in kept(folder):
        one = {"release": path.name, "sha256": "", "signed": "", "rules": ""}
        try:
            about = _recorded(path)
            signed = [f"{one['who']} ({one['when']})" for one in about["signed"]]
            rules = json.dumps(about["rules"], sort_keys=True)
            one |= {"sha256": str(about["sha256"]), "signed": "; ".join(signed), "rules": rules}
        except state.UNREADABLE:
            pass  # wrong_with says so
        wrong = wrong_with(path)
        found.append({**one, "state": wrong or "whole"})
        whole += [] if wrong else [path]
    gone = _gone(folder)
    for sha256, signed in gone:
        one = {"release": "", "sha256": sha256, "signed": _told(signed), "rules": ""}
        found.append({**one, "state": "is gone: no folder in releases/ holds it"})
    for sha256, how in _missed(whole, {*_held(folder), *dict(gone)}).items():
        found.append({"release": "", "sha256": sha256, "signed": "", "rules": "", "state": how})
    return found


def _gone(folder: Path) -> list[tuple[str, list[Signature]]]:
    """Return the hash and the signatures of each tree that was signed by enough, and that no folder holds.

    The command refuses the author, so that whoever made the report, two roles are two others.
    """
    there = _held(folder)
    signed: dict[str, list[Signature]] = {}
    for one in signatures(folder):
        signed.setdefault(one.sha256, []).append(one)
    return [
        (sha256, whole)
        for sha256, ones in signed.items()
        if len(whole := _others(ones, "")) >= NEEDED and sha256 not in there
    ]


def _held(folder: Path) -> set[Any]:
    """Return the hashes of the trees in releases/. A damaged folder holds the tree that its record names."""
    there = set()
    for path in kept(folder):
        with suppress(*state.UNREADABLE):
            there.add(tree_hash(path))
        with suppress(*state.UNREADABLE):
            there.add(_recorded(path)["sha256"])
    return there


def _recorded(release: Path) -> Any:
    """Return what published.json says. Raises one of state.UNREADABLE."""
    path = release / PUBLISHED
    state.digest(path)  # raises where it never ends
    return json.loads(path.read_bytes())


def _told(signed: Iterable[Signature]) -> str:
    return "; ".join(f"{one.who} ({one.when})" for one in signed)


def is_as_signed(release: Path) -> bool:
    """Return whether every file of a release is what was signed, and by whom it says."""
    return not wrong_with(release)


def wrong_with(release: Path) -> str:
    """Return why a release does not stand, in words; "" where it is what was signed, by whom it says."""
    record = release / PUBLISHED
    if not record.is_file():
        return f"has no {PUBLISHED}: it is no release, or is damaged"
    try:
        about = _recorded(release)
        if not isinstance(about, dict):
            return f"is damaged: {PUBLISHED} cannot be read"
    except state.UNREADABLE:
        return f"is damaged: {PUBLISHED} cannot be read"
    try:
        if added := state.unlisted(release, beside=state.RELEASE_ADDS):
            return f"holds {added[0]}, which nobody has signed"
        signed = signatures_of(release.parent.parent, tree_hash(release))
        author = json.loads((release / "manifest.json").read_bytes())["rules"]["author"]
        if len(_others(signed, author)) < NEEDED:
            return f"has not the signatures of two others in {state.SIGNATURES}"
        if state.is_as_listed(release, beside=state.RELEASE_ADDS) and record.read_bytes() == _record(
            release, signed
        ):
            return ""
    except Refused as refused:
        return f"cannot be told from others: {refused}"
    except state.UNREADABLE:
        pass  # a file that cannot be read is not what was signed either
    return "has changed since it was signed"


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
            signed = signatures_of(folder, tree_hash(path.parent))
            _put(path.parent / PUBLISHED, _record(path.parent, signed))
        rewritten += 1
    return rewritten


def _put(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(content)
    aside.replace(path)


def changed_faults(folder: Path) -> list[Fault]:
    """Return a fault for each release that is not what was signed, or is gone: nothing may be held by it.

    Where the signatures cannot be read, no folder can be judged, and that is the fault.
    """
    try:
        signatures(folder)
    except Refused as refused:
        return refused.faults
    wrong = [(path.name, wrong_with(path)) for path in kept(folder)]
    faults = [Fault(f"releases/{name}", rule=rule, remedy=PUT_BACK) for name, rule in wrong if rule]
    for sha256, signed in _gone(folder):
        rule = f"names a release that is gone from releases/: SHA-256 {sha256}, signed by {_told(signed)}"
        faults.append(Fault(state.SIGNATURES, rule=rule, remedy=BRING_BACK))
    return faults


def status(folder: Path, tree: Path) -> dict[str, object]:
    """Return the hash of a report, who has signed it, and how many have to."""
    sha256 = tree_hash(tree)
    return {
        "sha256": sha256,
        "signed": [asdict(one) for one in signatures_of(folder, sha256)],
        "needed": NEEDED,
    }


def newest(folder: Path, plan: AssessmentPlan) -> Path:
    """Return the newest report.

    Raises Refused where it is not of today's folder, holds a file that was added, or names no author.
    """
    tree = folder / "results" / "current"
    if added := _added(tree):
        remedy = "Run 'psia run', which makes the report again without it"
        raise _refused(
            f"results/current/{added[0]}", "is no file of the report: manifest.json lacks it", remedy
        )
    if changes := state.changes(folder):
        raise _refused("results/current", f"is not of today's folder: {changes[0]}", "Run 'psia run' first")
    if not plan.disclosure.author:
        remedy = 'Write author = "the role of who made the report" under [disclosure]'
        raise _refused("assessment.toml", "names no author of the report", remedy)
    return tree


def _added(tree: Path) -> list[str]:
    try:
        return state.unlisted(tree)
    except state.UNREADABLE:
        return []  # without a manifest there is no report, and another fault says so


def _refused(place: str, rule: str, remedy: str) -> Refused:
    return Refused([Fault(place, rule=rule, remedy=remedy)])
