"""Canaries in every personal column and id: none stands outside the vault, whether a run passes or fails.

PSIA_CANARIES says how many people are given three each: 167 make 501.
"""

from __future__ import annotations

import base64
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from tasks.steps import STEPS
from tests.flows.test_run import go
from tests.folders import interviews, two_waves

PEOPLE = int(os.environ.get("PSIA_CANARIES", "40"))
PERSONAL = '\n[personal]\n"waves/*/interviews" = ["full_name", "phone"]\n'
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def of_person(number: int) -> tuple[str, str, str]:
    """Return a person's id, name and telephone, which nothing else looks like."""
    return f"Idcanary{number:05}", f"Namecanary{number:05} Devi", f"+91 98765 {number:05}"


def canaries() -> list[str]:
    return [word for number in range(PEOPLE) for word in of_person(number)]


@pytest.fixture
def folder(tmp_path) -> Path:
    made = two_waves(tmp_path / "tiny", PERSONAL)
    for wave, name in enumerate(("baseline", "followup")):
        head, *rows = interviews(wave, PEOPLE).splitlines()
        told = [f"{head},full_name,phone"]
        for number, row in enumerate(rows):
            person, called, phone = of_person(number)
            told.append(f"{person},{row.partition(',')[2]},{called},{phone}")
        (made / f"waves/{name}/interviews.csv").write_text("\n".join(told) + "\n")
    return made


def parts(content: bytes) -> Iterator[bytes]:
    """Yield a content, and what is packed in it: members of archives, streams of a PDF, base64."""
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from parts(archive.read(name))
    if content[:4] == b"%PDF":
        for stream in STREAM.findall(content):
            try:
                yield zlib.decompress(stream)
            except zlib.error:
                yield stream
    for packed in re.findall(rb"[A-Za-z0-9+/]{24,}={0,2}", content):
        yield base64.b64decode(packed[: len(packed) // 4 * 4])


def hits(folder: Path, outputs: str = "") -> list[tuple[str, str]]:
    """Return where a canary stands outside the originals, and in what was said."""
    needle = re.compile(rb"Idcanary\d{5}|Namecanary\d{5}|98765[ -]?\d{5}")
    files = [one for one in folder.rglob("*") if one.is_file()]
    made = [one for one in files if one.relative_to(folder).parts[0] in ("results", "received", "vault")]
    contents = {one.relative_to(folder).as_posix(): one.read_bytes() for one in made}
    found = []
    for file, content in {**contents, "what was said": outputs.encode()}.items():
        found += [(file, word.decode()) for part in parts(content) for word in needle.findall(part)]
    return found


def cell(column: str, value: str | None) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "waves/followup/interviews.csv"
        frame = pd.read_csv(path, dtype=str)
        frame[column] = frame[column].where(frame.index != 3, value)
        frame.to_csv(path, index=False)

    return change


def twice(folder: Path) -> None:
    path = folder / "waves/followup/interviews.csv"
    frame = pd.read_csv(path, dtype=str)
    changed = frame.iloc[[5]].assign(income_month="1")
    pd.concat([frame, changed]).to_csv(path, index=False)


def undeclared(folder: Path) -> None:
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text().replace(PERSONAL, ""))


def misspelt(folder: Path) -> None:
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text().replace('"full_name"', '"ful_name"'))


def correction_of_a_name(folder: Path) -> None:
    person, called, _ = of_person(7)
    log = f"key,variable,old,new,reason,who,when\n{person},full_name,{called},X,spelling,E1,2025-05-01\n"
    (folder / "waves/followup/corrections.csv").write_text(log)


def cut_off(folder: Path) -> None:
    path = folder / "waves/followup/interviews.csv"
    path.write_text(path.read_text() + f"{of_person(3)[0]},programme\n")


def names_as_weights(folder: Path) -> None:
    plan = folder / "assessment.toml"
    text = plan.read_text()
    plan.write_text(
        text.replace('name = "followup"\n', 'name = "followup"\ncolumns = { weight = "phone" }\n')
    )


FAULTS = {
    "no number": cell("income_month", "many"),
    "no group": cell("poverty_group", "nobody's"),
    "no id": cell("respondent", None),
    "a person twice": twice,
    "undeclared": undeclared,
    "misspelt": misspelt,
    "a name corrected": correction_of_a_name,
    "cut off": cut_off,
    "names as weights": names_as_weights,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refusal_tells_no_canary(folder, capfd, fault):
    FAULTS[fault](folder)
    code, lines = go(folder)
    said = capfd.readouterr()
    assert code == 1, lines
    assert hits(folder, "\n".join([*lines, said.out, said.err])) == []


def test_runs_that_pass_and_runs_that_fail_leave_no_canary(folder, capfd, monkeypatch):
    def fail(*tables, **_):
        raise ValueError(f"{canaries()} {[table.to_csv() for table in tables]}")

    code, lines = go(folder)
    assert code == 0, lines
    assert (folder / "vault/people.csv.age").is_file()
    step = STEPS["find_poverty_nodes"]
    actors = folder / "mapping/actors.csv"
    actors.write_text(actors.read_text().replace("600", "601"))
    with monkeypatch.context() as patched:
        patched.setitem(STEPS, step.name, type(step)(**{**step.__dict__, "function": fail}))
        failed, more = go(folder)
    assert failed == 3
    said = capfd.readouterr()
    assert hits(folder, "\n".join([*lines, *more, said.out, said.err])) == []


def test_the_search_finds_what_is_packed(tmp_path):
    secret = " ".join(of_person(1)).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet1.xml", secret)
    pdf = b"%PDF-1.7\nstream\n" + zlib.compress(secret) + b"\nendstream"
    (tmp_path / "results").mkdir()
    for number, content in enumerate((secret, packed.getvalue(), pdf, base64.b64encode(secret))):
        (tmp_path / "results/file").write_bytes(content)
        assert len(hits(tmp_path)) == 3, number
