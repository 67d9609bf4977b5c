"""`psia diff`: what changed between two trees, and why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tasks.diff import NoTree, diff
from tasks.publish.tree import publish

PACKAGE = {"resources": [{"name": "growth", "schema": {"primaryKey": ["sector", "period"]}}]}
ABOUT = {"inputs": [], "libraries": {"duckdb": "1"}, "plan": "p", "code": "c", "psia": "0.1.0"}
WORDS = {"file": "design/languages/fr.toml", "sha256": "1"}
HEAD = "sector,period,growth_pct,withheld_by\n"


def made(folder: Path, rows: str, about: dict[str, object] | None = None) -> Path:
    files = {
        "tables/growth.csv": (HEAD + rows).encode(),
        "datapackage.json": json.dumps(PACKAGE).encode(),
        "report.html": rows.encode(),
    }
    publish(folder / "results", files, {**ABOUT, **(about or {})})
    return folder


def inputs(**digests: str) -> list[dict[str, str]]:
    return [{"file": name.replace("__", "/"), "sha256": digest} for name, digest in digests.items()]


def test_a_tree_does_not_differ_from_itself(tmp_path):
    one = made(tmp_path / "one", "shoes,1,2.5,\n")
    assert diff(one, one / "results" / "current") == (["Nothing differs."], [])


def test_a_copy_that_was_kept_under_another_name_can_be_compared(tmp_path):
    one = made(tmp_path / "one", "shoes,1,2.5,\n")
    kept = Path(shutil.copytree(one / "results" / "current", tmp_path / "kept"))
    assert diff(kept, one)[1] == []


def test_rows_and_figures_are_told_by_key_with_the_old_and_the_new_value(tmp_path):
    one = made(tmp_path / "one", "shoes,1,2.5,\nhats,1,3,\n")
    other = made(tmp_path / "other", "shoes,1,,threshold\nbags,1,4,\n")
    lines, records = diff(one, other)
    about = {"kind": "figure", "table": "growth", "key": {"sector": "shoes", "period": "1"}}
    assert [record for record in records if record["kind"] == "figure"] == [
        {**about, "column": "growth_pct", "old": "2.5", "new": ""},
        {**about, "column": "withheld_by", "old": "", "new": "threshold"},
    ]
    rows = {record["key"]["sector"]: record["change"] for record in records if record["kind"] == "row"}
    assert rows == {"bags": "new", "hats": "gone"}
    assert "    shoes, 1: growth_pct: 2.5 → nothing" in lines
    assert "  growth: figures or words that differ: 2; rows new: 1; rows gone: 1" in lines


def test_each_cause_is_told_apart(tmp_path):
    old = inputs(waves__a__interviews="1", waves__a__corrections="1", kept="1")
    new = [*inputs(waves__a__interviews="2", waves__a__corrections="2", kept="1", more="1"), WORDS]
    one = made(tmp_path / "one", "", {"inputs": old})
    changed = {"plan": "q", "code": "d", "psia": "0.2.0", "libraries": {"duckdb": "2"}, "inputs": new}
    lines, records = diff(one, made(tmp_path / "other", "", changed))
    causes = [(record["cause"], record["name"]) for record in records if record["kind"] == "why"]
    assert causes == [
        ("definitions", "design/languages/fr.toml"),
        ("input", "more"),
        ("correction", "waves/a/corrections"),
        ("input", "waves/a/interviews"),
        ("plan", ""),
        ("code", ""),
        ("psia", ""),
        ("library", "duckdb"),
    ]
    assert "  the version of psia: changed (0.1.0 → 0.2.0)" in lines
    assert "  file of data more: new" in lines
    assert "  file of definitions or words design/languages/fr.toml: new" in lines


def test_what_is_no_tree_or_damaged_is_refused_with_what_to_do(tmp_path):
    one = made(tmp_path / "one", "shoes,1,2.5,\n")
    with pytest.raises(NoTree, match="psia run"):
        diff(one, tmp_path / "nothing")
    (one / "results" / "current" / "tables" / "growth.csv").write_text(HEAD)
    with pytest.raises(NoTree, match="damaged"):
        diff(one, one)
