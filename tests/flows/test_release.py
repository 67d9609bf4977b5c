"""psia release: a draft until two beside its author have signed; then kept, listed, and held."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.runner import execute
from tasks import forgetting, releases
from tasks.vault import Vault
from tests.folders import interviews, two_waves


def ask(folder: Path, *arguments: str, code: int = 0) -> str:
    ended = CliRunner().invoke(app, ["release", str(folder), *arguments])
    assert ended.exit_code == code, ended.output
    return ended.output


def run(folder: Path) -> int:
    return execute(folder, engine="process", select="", seal=False, say=lambda _: None)


def means(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "results" / "current" / "tables" / "indicator_estimates.csv")


def test_a_report_is_signed_by_two_others_kept_and_held_and_one_changed_byte_voids_it(tmp_path):
    folder = two_waves(tmp_path / "tiny")
    plan = folder / "assessment.toml"
    assert "Run 'psia run' first" in ask(folder, code=1)
    assert run(folder) == 0
    assert "names no author" in ask(folder, code=1)
    plan.write_text(plan.read_text() + '\n[disclosure]\nauthor = "Lead researcher"\n')
    assert run(folder) == 0

    assert "draft" in ask(folder)
    assert "is the author" in ask(folder, "--sign", "lead  researcher", code=1)
    assert "1 more have to sign" in ask(folder, "--sign", "Head of evaluation")
    assert "has signed this report already" in ask(folder, "--sign", "head of evaluation", code=1)
    assert not list((folder / "releases").glob("*/"))

    answers = folder / "waves/followup/interviews.csv"
    first = answers.read_text()
    answers.write_text(interviews(1, people=58))
    assert run(folder) == 0
    assert "2 more have to sign" in ask(folder)
    answers.write_text(first)
    assert run(folder) == 0
    assert "published" in ask(folder, "--sign", "Programme office")

    (listed,) = json.loads(ask(folder, "--list", "--json"))
    assert listed["state"] == "whole"
    assert "Head of evaluation" in listed["signed"]
    assert "harmless_differences" in listed["rules"]
    release = folder / "releases" / listed["release"]
    assert not (release / "tables" / "responses.csv").exists()

    before = means(folder)
    lines = first.splitlines(keepends=True)
    answers.write_text("".join(lines[:-1]))  # one person's answers are gone
    assert run(folder) == 0
    pd.testing.assert_frame_equal(means(folder), before)

    files = [path for path in release.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert not releases.is_as_signed(release), path
        path.write_bytes(content)
    record = release / releases.PUBLISHED
    content = record.read_text()
    for old, new in (
        ("Head of evaluation", "Lead researcher"),
        ('"public": false', '"public": true'),
        ('"off": null', '"off": {"by": "head", "reason": "Internal.", "until": "2099-12-31"}'),
        ('"harmless_differences": []', '"harmless_differences": ["dalit"]'),
        ('"author": "Lead researcher"', '"author": "Somebody else"'),
        ("{", "{ "),
    ):
        assert old in content
        record.write_text(content.replace(old, new))
        assert not releases.is_as_signed(release), new
    record.write_text(content)
    assert releases.is_as_signed(release)

    vault, person = Vault(folder, "tiny"), first.splitlines()[1].split(",")[0]
    pseudonym = forgetting.pseudonym_of(vault, person)
    assert pseudonym in (release / "respondents.csv").read_text()
    forget = ["forget", str(folder), "--id", person, "--who", "steward", "--why", "asked", "--yes"]
    assert CliRunner().invoke(app, forget).exit_code == 0
    for path in (one for one in folder.rglob("*") if one.is_file() and one.name != forgetting.LOG):
        content = path.read_bytes()
        content = vault.unseal(content) if path.suffix == ".age" else content
        assert not forgetting.holds(content, {person, pseudonym}), path
    assert releases.is_as_signed(release)

    table = release / "tables" / "indicator_estimates.csv"
    table.write_bytes(table.read_bytes()[:-2] + b"9\n")
    assert "changed since it was signed" in ask(folder, "--list")
    assert run(folder) == 1


@pytest.mark.parametrize(
    ("until", "accepted"), [("2099-12-31", True), ("1999-12-31", False)], ids=["in force", "ended"]
)
def test_the_rules_are_off_for_a_time_only(tmp_path, until, accepted):
    from schemas.assessment import read_plan
    from schemas.faults import Refused

    folder = two_waves(tmp_path / "tiny")
    plan = folder / "assessment.toml"
    off = f'[disclosure.off]\nby = "head"\nreason = "A workshop."\nuntil = {until}\n'
    plan.write_text(f"{plan.read_text()}\n{off}")
    if accepted:
        assert read_plan(plan).disclosure.off
        return
    with pytest.raises(Refused) as refused:
        read_plan(plan)
    assert "has ended on 1999-12-31" in refused.value.faults[0].rule
