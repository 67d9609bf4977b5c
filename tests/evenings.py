"""A wave of interviews as it is in the evening: clean, so that a test plants what is to be found."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasks.instrument import Instrument, Section
from tests.exports import workbook
from tests.folders import ACTORS, GROUPS, plan, write

Row = dict[str, Any]

FORM = [
    {"type": "start", "name": "start"},
    {"type": "end", "name": "end"},
    {"type": "select_one yes_no", "name": "consent", "label": "Do you agree?"},
    {"type": "begin_group", "name": "all", "label": "All", "relevant": "${consent} = 'yes'"},
    {"type": "integer", "name": "age", "label": "Age", "constraint": ". >= 15"},
    {"type": "integer", "name": "income_month", "label": "Income", "required": "yes"},
    {"type": "integer", "name": "workdays_month", "label": "Days"},
    {"type": "integer", "name": "days_off", "label": "Days off", "constraint": ". + ${workdays_month} <= 31"},
    {"type": "select_one yes_no", "name": "own_loom", "label": "A loom?"},
    {"type": "integer", "name": "loom_years", "label": "Years", "relevant": "${own_loom} = 'yes'"},
    {"type": "select_one sold or_other", "name": "sold_to", "label": "Sold to"},
    {"type": "date", "name": "begun", "label": "Begun on", "constraint": ". <= today()"},
    {"type": "end_group"},
]
CHOICES = [
    *({"list_name": "yes_no", "name": one, "label": one} for one in ("yes", "no")),
    *({"list_name": "sold", "name": one, "label": one} for one in ("trader", "market")),
]
WAVE = """
[[wave]]
name = "now"
starts_on = 2026-01-12
ends_on = 2026-01-30
types = { age = "integer", days_off = "integer", loom_years = "integer" }
dont_know = ["-99"]
refused_answer = ["-88"]
"""
BACK_CHECK = """
[wave.back_check]
type_1 = ["age", "own_loom"]
type_2 = ["income_month"]
tolerance = { age = 1, income_month = "10%" }
"""
PERSONAL = """
[personal]
"waves/*/interviews" = ["phone"]
"""


def interviews(people: int = 180) -> list[Row]:
    """Return interviews without a fault: six interviewers, both groups, ten a day each."""
    chance = np.random.default_rng(20041204)
    rows = []
    for person in range(people):
        interviewer, turn = person % 6, person // 6
        day, slot = 12 + turn // 10, turn % 10
        loom = bool(chance.integers(2))
        worked = int(chance.integers(8, 26))
        rows.append(
            {
                "respondent": f"R{person:03}",
                "phone": f"07{90000000 + 7919 * person}",
                "enumerator": f"E{interviewer}",
                "poverty_group": ("weaver-women", "workshop-men")[turn % 2],
                "household": f"H{person:03}",
                "start": f"2026-01-{day:02}T{8 + slot:02}:05:00.000+05:30",
                "end": f"2026-01-{day:02}T{8 + slot:02}:{35 + int(chance.integers(0, 20)):02}:00.000+05:30",
                "__version__": "v1",
                "consent": "yes",
                "age": int(chance.integers(18, 70)),
                "income_month": int(np.exp(chance.normal(8.5, 0.4))),
                "workdays_month": worked,
                "days_off": int(chance.integers(0, 6)),
                "own_loom": "yes" if loom else "no",
                "loom_years": int(chance.integers(1, 30)) if loom else "",
                "sold_to": ("trader", "market")[int(chance.integers(2))],
                "sold_to_other": "",
                "begun": "2019-05-01",
            }
        )
    return rows


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a CSV."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(dict.fromkeys(column for row in rows for column in row)))
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def again(rows: Sequence[Row]) -> list[Row]:
    """Return the back-check of interviews: the same answers to some of the questions."""
    kept = ("respondent", "age", "own_loom", "income_month", "sold_to")
    return [{**{column: row[column] for column in kept}, "enumerator": "B1"} for row in rows]


def folder(
    path: Path, rows: Sequence[Row], *, back_check: Sequence[Row] = (), rest: str = "", wave: str = WAVE
) -> Path:
    """Write an assessment with one wave and the form that it was held with."""
    head = 'indicators = ["income_month", "workdays_month"]'
    told = GROUPS + PERSONAL + wave + (BACK_CHECK if back_check else "") + rest
    files = {
        "assessment.toml": plan(told, top=head),
        "mapping/actors.csv": ACTORS,
        "waves/now/interviews.csv": as_csv(rows),
    }
    write(path, files)
    (path / "waves/now/form.xlsx").write_bytes(workbook({"survey": FORM, "choices": CHOICES}))
    if back_check:
        write(path, {"waves/now/back_check.csv": as_csv(back_check)})
    return path


def no_instrument() -> Instrument:
    """Return an instrument that asks nothing."""
    nothing = Section("opening", {}, ())
    return Instrument("tiny", "", "now", "", {}, {}, {}, {}, nothing, (), {}, {})
