from __future__ import annotations

import json

from tasks import state
from tasks.publish import tree

FILES = {"report.html": b"<p>one</p>", "tables/a.csv": b"x\n1\n"}


def test_a_tree_is_whole_and_named_by_its_content(tmp_path):
    current = tree.publish(tmp_path, FILES, {"assessment": "a"})
    assert (current / "report.html").read_bytes() == b"<p>one</p>"
    listed = json.loads((current / "manifest.json").read_text())
    assert [one["file"] for one in listed["files"]] == ["report.html", "tables/a.csv"]
    first = current.resolve()
    assert tree.publish(tmp_path, FILES, {"assessment": "a"}).resolve() == first


def test_current_points_to_the_newest_and_the_one_before_is_kept(tmp_path):
    seen = []
    for number in range(4):
        current = tree.publish(tmp_path, {"report.html": str(number).encode()}, {})
        assert (current / "report.html").read_bytes() == str(number).encode()
        seen.append(current.resolve())
    left = sorted(path.name for path in (tmp_path / "builds").iterdir())
    assert len(left) == tree.KEPT
    assert seen[-1].name in left


def test_a_damaged_tree_is_written_again(tmp_path):
    for damage in ("report.html", "manifest.json", "tables/a.csv"):
        current = tree.publish(tmp_path, FILES, {})
        before = current.resolve()
        (current / damage).write_bytes(b"")
        current = tree.publish(tmp_path, FILES, {})
        assert current.resolve() == before
        assert state.is_whole(current)
    (current / "report.html").unlink()
    assert (tree.publish(tmp_path, FILES, {}) / "report.html").read_bytes() == b"<p>one</p>"


def test_a_copy_that_followed_the_link_is_replaced(tmp_path):
    tree.publish(tmp_path, FILES, {})
    (tmp_path / "current").unlink()
    (tmp_path / "current").mkdir()
    assert state.is_whole(tree.publish(tmp_path, FILES, {}))


def test_a_tree_in_place_is_no_link_and_is_replaced_as_a_whole(tmp_path):
    target = tree.publish_in_place(tmp_path / "site", FILES, {"portfolio": "a"})
    assert not target.is_symlink()
    assert state.is_as_listed(target)
    written = (target / "report.html").stat().st_ino
    tree.publish_in_place(target, FILES, {"portfolio": "a"})
    assert (target / "report.html").stat().st_ino == written
    (target / "tables/a.csv").write_bytes(b"")
    tree.publish_in_place(target, FILES, {"portfolio": "a"})
    assert state.is_as_listed(target)
    tree.publish_in_place(target, {"index.html": b"new"}, {})
    assert sorted(path.name for path in target.iterdir()) == ["index.html", "manifest.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_a_kill_left_beside_a_tree_in_place_is_taken_back(tmp_path):
    target = tree.publish_in_place(tmp_path / "site", FILES, {})
    written = (target / "report.html").stat().st_ino
    target.rename(tmp_path / ".site.old")
    (tmp_path / ".site.new").mkdir()
    tree.publish_in_place(target, FILES, {})
    assert (target / "report.html").stat().st_ino == written
    tree.publish_in_place(target, {"index.html": b"new"}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
