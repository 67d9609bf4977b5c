"""Arm and poverty group of a comparison are those of when it begins."""

from __future__ import annotations

import pandas as pd

from tasks.as_before import as_before, told_changes


def answers(changers: int) -> pd.DataFrame:
    """Return two waves of 40 people; the first so many are in another arm and group later."""
    arms = ["programme", "comparison"] * 20
    first = pd.DataFrame(
        {"respondent": range(40), "wave": "first", "arm": arms, "poverty_group": "a", "gender": "women"}
    )
    later = first.assign(wave="later")
    moved = later["respondent"] < changers
    later.loc[moved, "arm"] = [{"programme": "comparison"}.get(one, "programme") for one in arms[:changers]]
    later.loc[moved, "poverty_group"] = "b"
    out = pd.concat([first, later], ignore_index=True)
    return out.astype({"arm": "string", "poverty_group": "string", "gender": "string"})


def test_who_changes_later_stays_where_the_comparison_begins() -> None:
    rows = answers(12)
    told = as_before(rows, rows, ["first", "later"])
    assert (told["arm"].iloc[:40].tolist(), set(told["poverty_group"])) == (
        told["arm"].iloc[40:].tolist(),
        {"a"},
    )
    assert told["arm"].iloc[:40].tolist() == rows["arm"].iloc[:40].tolist()
    assert [one.split(" were")[0] for one in told_changes(told)] == ["About 10 people"] * 2


def test_few_who_changed_are_told_without_a_figure_and_nobody_not_at_all() -> None:
    rows = answers(3)
    assert all(
        one.startswith("A few people") for one in told_changes(as_before(rows, rows, ["first", "later"]))
    )
    rows = answers(0)
    assert told_changes(as_before(rows, rows, ["first", "later"])) == []


def test_an_arm_that_one_wave_does_not_know_comes_from_the_other() -> None:
    rows = answers(0)
    rows.loc[rows.index[:40:3], "arm"] = pd.NA
    told = as_before(rows, rows, ["first", "later"])
    assert told["arm"].notna().all()
    assert told_changes(told) == []
    rows.loc[rows["wave"] == "first", "arm"] = "comparison"  # nobody is in the programme yet
    told = as_before(rows, rows, ["first", "later"])
    assert told["arm"].iloc[:40].tolist() == rows["arm"].iloc[40:].tolist()
