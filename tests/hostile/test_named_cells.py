"""A name that stands where a code belongs is in no fault: the row and the column tell where it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.command import psia

DEMO = Path(__file__).parents[2] / "data" / "demo" / "block-printing"
GROUP = ("poverty_group", "indicator")
WRONG = {
    "words": {
        "design/pilot.csv": ("item",),
        "design/rankings.csv": ("indicator", "poverty_group", "focus_group"),
        "design/codes.csv": ("code", "indicator"),
        "design/methods.csv": ("role_in_box",),
        "design/frame.csv": ("node", "poverty_group", "arm"),
        "design/indicator_decisions.csv": GROUP,
        "feedback/workshops.csv": ("finding", "workshop"),
        "feedback/recommendations.csv": ("workshop", "finding", "action"),
        "feedback/attendance.csv": ("workshop", "wave", "focus_group"),
        "feedback/actions.csv": ("action", "finding"),
        "waves/followup/diagrams.csv": ("diagram", "session", "kind", "from", "to"),
        "waves/followup/focus_groups.csv": GROUP,
        "waves/followup/presence.csv": ("session", "poverty_group", "role"),
        "waves/followup/quotes.csv": GROUP,
        "waves/followup/timelines.csv": GROUP,
    },
    "names of what they speak of": {
        "waves/followup/diagrams.csv": ("session",),
        "waves/followup/photographs.csv": ("session",),
        "waves/followup/quotes.csv": ("session",),
        "waves/followup/timelines.csv": ("session",),
        "waves/followup/tool_scores.csv": ("session",),
        "feedback/recommendations.csv": ("action",),
        "feedback/attendance.csv": ("focus_group",),
    },
}


@pytest.mark.parametrize("name", ["Zelphine Quandle", "Zelphine-Quandle", "Zelphine"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_name_in_the_place_of_a_code_is_in_no_fault(tmp_path, wrong, name):
    folder = shutil.copytree(DEMO, tmp_path / "demo")
    for file, columns in WRONG[wrong].items():
        cells = pd.read_csv(folder / file, dtype=str, keep_default_na=False)
        for place, column in enumerate(columns):
            cells.loc[place % len(cells), column] = name
        cells.to_csv(folder / file, index=False)
    ended = psia("check", folder, "--json")
    assert ended.returncode == 1
    assert "elphine" not in ended.stdout + ended.stderr
    told = {one["file"].replace("*", "followup").removesuffix(".csv") for one in json.loads(ended.stdout)}
    assert told >= {file.removesuffix(".csv") for file in WRONG[wrong]}
