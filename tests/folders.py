"""Small assessment folders for tests, written as a user would write them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PLAN = """
{top}
[assessment]
id = "tiny"
title = "A tiny assessment"
cluster = "Baskets"
country = "Nowhere"
sector = "Basketry"
approach = "improving"
study_design = "repeat"
aims = ["To see who gains"]
report_date = 2026-03-31

[agreement]
commissioner = "A donor"
agreed_by = "programme officer"
agreed_on = 2025-01-15

[scope]
statement = "From reeds to the market"

[time_frame]
start = 2025-01-01
end = 2026-12-31
{rest}
"""


def plan(rest: str = "", top: str = "") -> str:
    """Return an assessment.toml with all that is required, and `rest` behind it."""
    return PLAN.format(rest=rest, top=top)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files into the folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


ACTORS = """actor,label,stage,firms,workers,women
weavers,Weavers at home,own-account and household work,400,600,500
workshops,Workshops,production,40,300,90
traders,Traders,trade,12,30,2
"""

GROUPS = """
[[poverty_group]]
id = "weaver-women"
label = "Women who weave at home"
node = "weavers"
box4_group = "home_worker"
gender = "women"

[[poverty_group]]
id = "workshop-men"
label = "Men in workshops"
node = "workshops"
box4_group = "wage_labour"
gender = "men"
"""

WAVES = """
[[wave]]
name = "baseline"
role = "baseline"

[[wave]]
name = "followup"
role = "follow-up"
"""


def interviews(wave: int, people: int = 60) -> str:
    """Return interviews of `people` respondents, half in each arm and each poverty group, without chance."""
    lines = ["respondent,arm,poverty_group,cluster,weight,income_month,workdays_month"]
    for person in range(people):
        arm = "programme" if person % 2 else "comparison"
        group = "weaver-women" if (person // 2) % 2 else "workshop-men"
        base = 1000 + 17 * (person % 7) + 5 * (person % 11)
        gain = wave * (40 + (90 if arm == "programme" and group == "workshop-men" else 0))
        noise = wave * ((person * 37) % 13 - 6)
        days = 20 + person % 4 + wave * (person % 3 - 1)
        place = f"place-{person % 20:02}"
        lines.append(f"R{person:03},{arm},{group},{place},{1 + person % 3},{base + gain + noise},{days}")
    return "\n".join(lines) + "\n"


SPECIFICATION = """
[[specification]]
name = "programme"
indicators = ["income_month"]
estimator = "difference_in_differences"
from_wave = "baseline"
to_wave = "followup"
weight = "weight"
cluster = "cluster"
by_poverty_group = true
"""


def two_waves(folder: Path, rest: str = "") -> Path:
    """Return a whole assessment with a map, two poverty groups, two waves and one specification."""
    return write(
        folder,
        {
            "assessment.toml": plan(
                GROUPS + WAVES + SPECIFICATION + rest, top='indicators = ["income_month", "workdays_month"]'
            ),
            "mapping/actors.csv": ACTORS,
            "waves/baseline/interviews.csv": interviews(0),
            "waves/followup/interviews.csv": interviews(1),
        },
    )
