"""What of a release stands: exactly the files that two people beside the author have signed."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from schemas.assessment import AssessmentPlan, read_plan
from schemas.faults import Refused
from tasks import diff, releases, signatures, state
from tasks.publish import tree
from tests.folders import GROUPS, WAVES, plan

AUTHOR = "Lead researcher"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An assessment with a report of three files, not signed yet."""
    path = tmp_path / "agra"
    (path / "results").mkdir(parents=True)
    (path / "assessment.toml").write_text(plan(GROUPS + WAVES) + f'\n[disclosure]\nauthor = "{AUTHOR}"\n')
    about = {"psia": "1", "inputs": [], "libraries": {}, "rules": releases.rules_in_force(plan_of(path))}
    files = {
        "report.html": b"<p>one</p>",
        "tables/a.csv": b"x\n1\n",
        "datapackage.json": b'{"resources": []}',
    }
    tree.publish(path / "results", files, about)
    (path / "results" / state.RESPONDENTS).write_text("wave,respondent\n")
    return path


def plan_of(folder: Path) -> AssessmentPlan:
    return read_plan(folder / "assessment.toml")


def sign(folder: Path, *roles: str) -> None:
    for role in roles:
        releases.sign(folder, plan_of(folder), folder / "results/current", role, "2026-04-01")


def publish(folder: Path) -> Path | None:
    return releases.publish(folder, plan_of(folder), folder / "results/current")


@pytest.fixture
def release(folder: Path) -> Path:
    sign(folder, "Head of evaluation", "Programme office")
    kept = publish(folder)
    assert kept
    assert releases.wrong_with(kept) == ""
    assert not releases.changed_faults(folder)
    return kept


def listed(folder: Path) -> str:
    told = CliRunner().invoke(app, ["release", str(folder), "--list"])
    assert told.exit_code == 0, told.output
    return told.output


ADDED = [
    "groups/planted.html",
    ".planted.html",
    "tables/.b.csv",
    "tables/respondents.csv",
    "groups/published.json",
]


@pytest.mark.parametrize("name", ADDED)
def test_a_file_added_to_a_report_is_refused_by_name_when_it_is_signed(folder, name):
    planted = folder / "results/current" / name
    planted.parent.mkdir(exist_ok=True)
    planted.write_text("planted")
    assert not state.is_whole(folder / "results/current")
    with pytest.raises(Refused) as refused:
        releases.newest(folder, plan_of(folder))
    assert refused.value.faults[0].file == f"results/current/{name}"
    sign(folder, "Head of evaluation", "Programme office")
    with pytest.raises(Refused, match=name):
        publish(folder)
    assert not releases.kept(folder)


@pytest.mark.parametrize("name", ADDED)
def test_a_file_added_to_a_release_is_told_by_name(folder, release, name):
    planted = release / name
    planted.parent.mkdir(exist_ok=True)
    planted.write_text("planted")
    (fault,) = releases.changed_faults(folder)
    assert fault.file == f"releases/{release.name}"
    assert fault.rule == f"holds {name}, which nobody has signed"
    assert fault.rule in listed(folder)
    with pytest.raises(Refused, match=name):
        publish(folder)


def test_a_release_can_be_compared_with_the_newest_report(folder, release):
    assert diff.diff(release, folder)[1] == []
    (release / "planted.html").write_text("planted")
    with pytest.raises(diff.NoTree, match="is damaged"):
        diff.diff(release, folder)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
@pytest.mark.parametrize("act", [pipe, endless])
@pytest.mark.parametrize("name", ["report.html", "manifest.json", "published.json", "respondents.csv"])
def test_a_file_of_a_release_that_never_ends_is_a_fault_and_not_waited_for(folder, release, name, act):
    act(release / name)
    assert [one.file for one in releases.changed_faults(folder)] == [f"releases/{release.name}"]
    assert "whole" not in listed(folder)


def test_a_manifest_that_lists_what_lies_elsewhere_is_read_no_further(folder, release):
    manifest = release / "manifest.json"
    about = json.loads(manifest.read_text())
    about["files"].append({"file": "/dev/zero", "sha256": "0" * 64})
    manifest.write_text(json.dumps(about))
    for role in ("Head of evaluation", "Programme office"):
        signed = signatures.Signature(releases.tree_hash(release), role, "2026-04-01")
        signatures.add(folder, signed)
    assert not releases.is_as_signed(release)


def test_a_folder_linked_into_a_release_is_a_file_that_nobody_signed(release, tmp_path):
    (release / "groups").symlink_to(tmp_path, target_is_directory=True)
    assert "holds groups," in releases.wrong_with(release)


def test_a_release_without_its_record_is_a_fault(folder, release):
    (release / releases.PUBLISHED).unlink()
    (fault,) = releases.changed_faults(folder)
    assert "has no published.json" in fault.rule
    assert "has no published.json" in listed(folder)
    shutil.rmtree(release)
    release.mkdir()
    assert releases.changed_faults(folder)
    release.rmdir()
    (fault,) = releases.changed_faults(folder)
    assert fault.file == state.SIGNATURES


def test_a_release_that_is_gone_with_its_signatures_is_missed_by_a_later_one(folder, release):
    text = (folder / "assessment.toml").read_text()
    (folder / "assessment.toml").write_text(re.sub("report_date = .*", "report_date = 2099-01-01", text))
    about = {"psia": "1", "inputs": [], "libraries": {}, "rules": releases.rules_in_force(plan_of(folder))}
    about["earlier_releases"] = releases.before(folder, plan_of(folder))
    assert [one["release"] for one in about["earlier_releases"]] == [release.name]
    files = {"report.html": b"<p>two</p>", "datapackage.json": b'{"resources": []}'}
    tree.publish(folder / "results", files, about)
    sign(folder, "Head of evaluation", "Programme office")
    assert publish(folder)
    assert "gone" not in listed(folder)
    gone = releases.tree_hash(release)
    shutil.rmtree(release)
    path = folder / state.SIGNATURES
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(one for one in lines if gone not in one or "Programme office" in one))
    assert not releases.changed_faults(folder)
    how = f"is gone with its signatures: 2099-01-01 was made after releases/{release.name}"
    assert f"{gone}: {how}." in listed(folder)


@pytest.mark.parametrize("content", ["{", "", "[]", "1", "\xff", "{}", '{"signed": 1}', '{"signed": ["a"]}'])
def test_a_damaged_record_is_told_in_words(folder, release, content):
    (release / releases.PUBLISHED).write_text(content, encoding="latin-1")
    (fault,) = releases.changed_faults(folder)
    assert fault.rule in listed(folder)
    assert fault.rule.startswith(("is damaged", "has changed"))


@pytest.mark.parametrize("gone", ["../signatures.csv", "report.html", "manifest.json", state.RESPONDENTS])
def test_what_was_signed_and_by_whom_has_to_be_there(folder, release, gone):
    (release / gone).unlink()
    assert len(releases.changed_faults(folder)) == 1
    assert "whole" not in listed(folder)


SAME = [
    "lead researcher",
    " Lead   researcher ",
    "Lead\u00a0researcher",
    "Lead\u200b researcher",
    "\ufeffLead researcher\u2060",
    "Lead \u200d researcher",
    "\uff2cead researcher",
    "Lead re\u00adsearcher",
    "Lead re\u017fearcher",
    "Lead\u034f researcher",
    "Lead\ufe0f researcher\U000e0100",
    "Lead\u3164researcher\u115f",
    "Lead\u2800researcher",
    "Lead-researcher.",
    "L\u00e9ad res\u0323earcher",
    "Lead researcher\u2028",
    "\u04cf\u0435\u0430\u0501 \u0433\u0435\u0455\u0435\u0430\u0433\u0441\u04bb\u0435\u0433",  # Cyrillic
]


def test_the_figures_of_any_script_are_the_same_figures(folder):
    sign(folder, "Officer 2")
    with pytest.raises(Refused, match="has signed this report already"):
        sign(folder, "Officer \u0662")
    sign(folder, "Officer 3")
    assert publish(folder)


@pytest.mark.parametrize("who", SAME, ids=ascii)
def test_a_role_written_otherwise_is_the_same_role(folder, who):
    with pytest.raises(Refused, match="is the author"):
        sign(folder, who)
    plan = folder / "assessment.toml"
    plan.write_text(plan.read_text().replace(AUTHOR, "Somebody else"))
    sign(folder, AUTHOR)
    with pytest.raises(Refused, match="has signed this report already"):
        sign(folder, who)


MIXED = [
    "Le\u0430d researcher",
    "L\u0435ad r\u0435searcher",
    "L\U0001d41ead r\u0435searcher",
    "\u04bb\u0435\u0430\u0501 of evaluation",
    "Lead researcher \u03bf",
    "Head \u043ef evaluation",
    "Head of evaluati\u0585n",
    "\u0440\u0443\u043a\u006f\u0432\u043e\u0434",
    "Le\u200b\u0430\u200bd researcher",
    "Le\u200a\u0430\u200ad researcher",
    "Lead \u13aa",
    "IT \u4e00 \u30fc",
]


@pytest.mark.parametrize("who", MIXED, ids=ascii)
def test_a_role_in_letters_of_two_scripts_is_refused_of_signers_and_of_the_author(folder, who):
    with pytest.raises(Refused, match="mixes letters of"):
        sign(folder, who)
    assert not (folder / state.SIGNATURES).exists()
    text = (folder / "assessment.toml").read_text()
    (folder / "assessment.toml").write_text(text.replace(AUTHOR, who))
    with pytest.raises(Refused, match="mixes letters of") as refused:
        plan_of(folder)
    assert refused.value.faults[0].column == "disclosure.author"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("मुख्य मूल्यांकन अधिकारी", "कार्यक्रम कार्यालय"),
        ("Руководитель оценки", "Отдел программ"),
        ("رئيس التقييم", "مكتب البرنامج ٢"),
        ("評価責任者", "データ管理の責任者"),
        ("책임자", "평가 담당자"),
        ("Chargée d'évaluation", "Bureau n° 2 (programme)"),
        ("ผู้ประเมิน", "Επικεφαλής"),
        ("IT-специалист по кадрам", "M&E अधिकारी"),
        ("IT担当者", "IT담당자"),
    ],
    ids=ascii,
)
def test_roles_in_any_script_sign_and_in_two_that_are_told_apart(folder, one, other):
    sign(folder, one, other)
    assert publish(folder)
    assert not releases.changed_faults(folder)


def test_a_signature_in_two_scripts_written_by_hand_is_a_fault_of_its_row(folder, release):
    with (folder / state.SIGNATURES).open("a") as file:
        file.write(f"{releases.tree_hash(release)},{MIXED[0]},2026-04-01\n")
    (fault,) = releases.changed_faults(folder)
    assert (fault.file, fault.row) == (state.SIGNATURES, 4)
    assert "Cyrillic and Latin" in fault.rule


@pytest.mark.parametrize("who", [" ", "\u200b", "\u200b \ufeff", ".", "\u3164", "\u0301"], ids=ascii)
def test_a_role_that_nobody_sees_is_none(folder, who):
    with pytest.raises(Refused, match="names no role"):
        sign(folder, who)


def test_a_role_with_signs_that_are_not_printed_is_refused(folder):
    with pytest.raises(Refused, match="not printed"):
        sign(folder, "Head\x07of evaluation")


def test_signatures_written_by_hand_count_once_a_role_and_never_the_author(folder):
    sign(folder, "Head of evaluation")
    sha256 = releases.tree_hash(folder / "results/current")
    with (folder / state.SIGNATURES).open("a") as file:
        file.write(f"{sha256},Lead\u200b researcher,2026-04-01\n{sha256},HEAD of evaluation,2026-04-01\n")
    assert publish(folder) is None
    sign(folder, "Programme office")
    assert publish(folder)
