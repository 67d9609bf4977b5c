"""The field checks of an evening, on waves of 60 columns: see README.md.

    python benchmarks/field_checks.py FOLDER [--sizes 1000,10000] [--rounds 5]

Writes an assessment for each size into FOLDER and measures the CPU that reading, checks and page take.
The work is of one thread; what else the machine does is not counted.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20041204
COLUMNS = 48
PLAN = """
[assessment]
id = "bench"
title = "Bench"
cluster = "Bench"
country = "Nowhere"
sector = "None"
approach = "improving"
study_design = "repeat"
aims = ["To measure"]
report_date = 2026-03-31
[agreement]
commissioner = "Nobody"
agreed_by = "nobody"
agreed_on = 2026-01-01
[scope]
statement = "None"
[time_frame]
start = 2026-01-01
end = 2026-12-31
[[wave]]
name = "now"
dont_know = ["-99"]
[wave.types]
{types}
"""


def generate(folder: Path, people: int) -> None:
    """Write an assessment with one wave of 60 columns: amounts, counts, yes and no, choices, times."""
    chance = np.random.default_rng(SEED)
    number = np.arange(people)
    start = pd.Timestamp("2026-01-12 08:00") + pd.to_timedelta(
        number // 40 * 24 * 60 + number % 40 * 15, unit="min"
    )
    frame = pd.DataFrame(
        {
            "respondent": [f"R{one:06}" for one in number],
            "enumerator": [f"E{one % 40:02}" for one in number],
            "household": [f"H{one:06}" for one in number],
            "gender": np.where(number % 2, "women", "men"),
            "cluster": [f"C{one % 50:02}" for one in number],
            "start": start.strftime("%Y-%m-%dT%H:%M:%S"),
            "end": (start + pd.to_timedelta(chance.integers(20, 60, people), unit="min")).strftime(
                "%Y-%m-%dT%H:%M:%S"
            ),
            "age": chance.integers(15, 80, people),
            "income_month": np.exp(chance.normal(8.5, 0.6, people)).round(),
            "workdays_month": chance.integers(0, 31, people),
            "written_contract": chance.choice(["yes", "no"], people),
            "rooms": chance.integers(1, 8, people),
        }
    )
    types = {"age": "integer"}
    for column in range(COLUMNS):
        kind = column % 4
        name = f"q{column:02}"
        if kind == 0:
            values = np.exp(chance.normal(6, 1, people)).round()
        elif kind == 1:
            values = chance.integers(0, 40, people).astype(float)
        elif kind == 2:
            values = chance.choice(["a", "b", "c", "other"], people)
        else:
            values = chance.choice(["1", "0"], people)
        types[name] = ("number", "integer", "text", "yes_no")[kind]
        frame[name] = (
            pd.Series(values)
            .where(chance.random(people) > 0.03)
            .map(lambda one: f"{one:g}" if isinstance(one, float) else one, na_action="ignore")
        )
    (folder / "waves/now").mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / "waves/now/interviews.csv", index=False)
    told = "\n".join(f'{name} = "{kind}"' for name, kind in types.items())
    top = 'indicators = ["income_month", "workdays_month"]\n'
    (folder / "assessment.toml").write_text(top + PLAN.format(types=told), encoding="utf-8")


def measured(folder: Path) -> dict[str, float]:
    """Return the seconds of CPU of reading, of the checks and of the page, and the findings."""
    from tasks import evening
    from tasks.run import Run

    run = Run(folder)
    begun = time.process_time()
    run.prepare()
    read = time.process_time()
    tables = evening.checked(run.plan, run.intake)
    checked = time.process_time()
    evening.write_page(folder, run.plan, run.plan.wave[0], tables)
    done = time.process_time()
    return {
        "reading": read - begun,
        "checks": checked - read,
        "page": done - checked,
        "findings": len(tables["mart.field_checks"]),
    }


def main() -> None:
    """Generate, measure in turns, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    for size in sizes:
        generate(given.folder / str(size), size)
    rounds: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for _ in range(given.rounds):
        for size in sizes:
            rounds[size].append(measured(given.folder / str(size)))
    print("| interviews | reading | checks | page | findings |\n|---|---|---|---|---|")
    for size, found in rounds.items():
        middle = {key: statistics.median(one[key] for one in found) for key in found[0]}
        seconds = " | ".join(f"{middle[key]:.2f} s" for key in ("reading", "checks", "page"))
        print(f"| {size:,} | {seconds} | {middle['findings']:.0f} |")


if __name__ == "__main__":
    main()
