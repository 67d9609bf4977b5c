"""releases/ as others may leave it: whatever stands there, the commands that read it tell it as a fault."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.runner import execute
from tasks import releases, signatures
from tests.command import psia
from tests.folders import two_waves

AUTHOR = '\n[disclosure]\nauthor = "Lead researcher"\n'
SIGNED = ("Head of evaluation", "Programme office")
NAME = "releases/signatures.csv"


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> tuple[Path, Path]:
    """An assessment with a release, run again since, and the folder of its key. Copy it."""
    keys, folder = tmp_path_factory.mktemp("keys"), tmp_path_factory.mktemp("published") / "tiny"
    two_waves(folder)
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text() + AUTHOR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSIA_KEYS", str(keys))
        assert execute(folder, engine="process", select="", seal=False, say=lambda _: None) == 0
        for role in SIGNED:
            assert psia("release", folder, "--sign", role).returncode == 0
        assert releases.kept(folder)
        assert execute(folder, engine="process", select="", seal=False, say=lambda _: None) == 0
    return folder, keys


@pytest.fixture
def folder(published, tmp_path, own_keys) -> Path:
    made, keys = published
    shutil.copytree(keys, os.environ["PSIA_KEYS"], dirs_exist_ok=True)
    return Path(shutil.copytree(made, tmp_path / "tiny", symlinks=True))


def told(code: int, *arguments: object) -> str:
    """Return what a command says; it has to end so, and never as a fault of psia."""
    ended = psia(*arguments)
    said = ended.stdout + ended.stderr
    assert ended.returncode == code, said
    assert "fault of psia" not in said
    assert "Traceback" not in said
    return said


def rewrite(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def done(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return done


def in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.csv")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def second(line: bytes) -> Callable[[Path], None]:
    """Put a line in the place of the first signature."""
    return rewrite(lambda content: b"\n".join([content.split(b"\n")[0], line, *content.split(b"\n")[2:]]))


SHA = b"0" * 64
DAMAGED = {
    "not UTF-8": (rewrite(lambda content: content.replace(b"Head", b"H\xe9ad")), ", row 2"),
    "UTF-16": (rewrite(lambda content: content.decode().encode("utf-16")), ""),
    "another column": (rewrite(lambda content: content.replace(b"sha256,who", b"hash,who")), ", row 1"),
    "a column more": (rewrite(lambda content: content.replace(b"when\n", b"when,why\n")), ", row 1"),
    "without its header": (rewrite(lambda content: content.split(b"\n", 1)[1]), ", row 1"),
    "by semicolon": (rewrite(lambda content: content.replace(b",", b";")), ", row 1"),
    "a quote left open": (rewrite(lambda content: content.replace(b",Head", b',"Head')), ", row 2"),
    "words behind a quote": (second(SHA + b',"Head" of,2026-04-01'), ", row 2"),
    "a line break in a role": (second(SHA + b',"Head\n of",2026-04-01'), ", row 2"),
    "zero bytes": (second(SHA + b",Head\0,2026-04-01"), ", row 2"),
    "a cell more": (second(SHA + b",Head,2026-04-01,so"), ", row 2"),
    "a cell less": (second(SHA + b",Head"), ", row 2"),
    "half a hash": (second(b"abc,Head,2026-04-01"), ", row 2"),
    "no role": (second(SHA + b", ,2026-04-01"), ", row 2"),
    "no date": (second(SHA + b",Head,yesterday"), ", row 2"),
    "a date that is none": (second(SHA + b",Head,2026-02-31"), ", row 2"),
    "a cell without end": (second(SHA + b"," + b"H" * 200_000 + b",2026-04-01"), ", row 2"),
    "empty": (rewrite(lambda _: b""), ""),
    "blank": (rewrite(lambda _: b"\n\n"), ""),
    "a folder": (in_its_place, ""),
    "a link to nothing": (link_to_nothing, ""),
    "a pipe": (pipe, ""),
}


@pytest.mark.parametrize("how", DAMAGED)
def test_damaged_signatures_are_told_by_their_row(folder, how):
    damage, row = DAMAGED[how]
    damage(folder / NAME)
    assert f"{NAME}{row}" in told(1, "release", folder, "--list")


@pytest.mark.parametrize("how", ["not UTF-8", "another column", "a quote left open", "empty", "a folder"])
def test_damaged_signatures_are_a_fault_of_every_command_that_reads_them(folder, how):
    damage, row = DAMAGED[how]
    damage(folder / NAME)
    for asked in (
        ("release", folder),
        ("release", folder, "--sign", "Ministry"),
        ("run", folder),
        ("check", folder),
        ("forget", folder, "--id", "R001", "--who", "steward", "--why", "asked", "--yes"),
    ):
        assert f"{NAME}{row}" in told(1, *asked), asked
    assert "R001" in (folder / "waves/baseline/interviews.csv").read_text()
    assert f"{NAME}{row}" in told(1, "portfolio", folder.parent)


def test_what_a_spreadsheet_program_leaves_of_signatures_is_read_and_written_on(folder):
    path = folder / NAME
    lines = path.read_text().replace("\n", "\r\n").rstrip()
    path.write_bytes(b"\xef\xbb\xbf" + lines.encode())
    assert "whole" in told(0, "release", folder, "--list")
    signatures.add(folder, signatures.Signature("0" * 64, "Ministry", "2026-04-02"))
    assert [one.who for one in signatures.signatures(folder)] == [*SIGNED, "Ministry"]
    assert "whole" in told(0, "release", folder, "--list")


def test_a_third_signature_does_not_void_what_is_published(folder):
    before = (folder / NAME).read_bytes()
    assert "is published already" in told(1, "release", folder, "--sign", "Ministry")
    assert (folder / NAME).read_bytes() == before
    assert "published" in told(0, "release", folder)


def test_a_release_that_was_published_and_is_gone_is_a_fault_until_its_folder_is_back(folder):
    (release,) = releases.kept(folder)
    sha256 = releases.tree_hash(release)
    release.rename(folder.parent / "aside")
    assert f"{NAME}: names a release that is gone" in told(1, "run", folder)
    assert "signed by Head of evaluation (20" in told(1, "check", folder)
    assert f"{sha256}: is gone" in told(0, "release", folder, "--list")
    (listed,) = json.loads(told(0, "release", folder, "--list", "--json"))
    assert (listed["release"], listed["sha256"]) == ("", sha256)
    (folder.parent / "aside").rename(release)
    assert "whole" in told(0, "release", folder, "--list")
    told(0, "run", folder)
    release.rename(release.with_name(".hidden"))
    assert "is gone" in told(1, "run", folder)
    release.with_name(".hidden").rename(release.with_name("2026-04-30"))
    told(0, "run", folder)


def test_a_release_that_was_withdrawn_leaves_with_its_signatures(folder):
    shutil.rmtree(releases.kept(folder)[0])
    path = folder / NAME
    head, one, _ = path.read_text().splitlines(keepends=True)
    path.write_text(head + one)
    told(0, "run", folder)


def test_a_report_whose_date_is_taken_is_refused_before_it_is_signed(folder):
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text().replace("A tiny assessment", "A small assessment"))
    told(0, "run", folder)
    before = (folder / NAME).read_bytes()
    assert "Give the plan a later report_date" in told(1, "release", folder, "--sign", "Ministry")
    assert (folder / NAME).read_bytes() == before


RECORDS = ["", "{", "[" * 100_000, "\ufeff{}", "\udcff", '{"signed": [' + "1" * 5_000 + "]}", "NaN"]


@pytest.mark.parametrize(
    ("name", "content"),
    [*(("published.json", one) for one in RECORDS), ("manifest.json", RECORDS[2])],
    ids=range(len(RECORDS) + 1),
)
def test_a_damaged_record_of_a_release_is_a_fault_of_every_command_that_reads_it(folder, name, content):
    (release,) = releases.kept(folder)
    (release / name).write_bytes(content.encode(errors="surrogateescape"))
    place = f"releases/{release.name}"
    assert place in told(1, "run", folder)
    assert place in told(1, "check", folder)
    assert release.name in told(0, "release", folder, "--list")
    assert "Run 'psia run' first" in told(1, "release", folder)
    told(1, "portfolio", folder.parent)


def test_a_file_in_the_place_of_the_releases_is_a_fault(folder):
    shutil.rmtree(folder / "releases")
    (folder / "releases").write_text("")
    for asked in (("release", folder), ("release", folder, "--list"), ("run", folder)):
        told(1, *asked)
