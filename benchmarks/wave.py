"""A wave of 100,000 interviews taken in, checked and stored, against the reader alone: see README.md.

    python benchmarks/wave.py FOLDER [--interviews 100000] [--rounds 5] [--kinds csv,xlsx]

Writes an assessment with one wave of 60 columns into FOLDER, measures in turns, and leaves the folder there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

SEED = 20041204
PLAN = """
[assessment]
id = "wave"
title = "A large wave (made by a benchmark)"
cluster = "Nowhere"
country = "Nowhere"
sector = "Basketry"
approach = "proving"
study_design = "repeat"
aims = ["To measure the time that a wave takes"]
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

[personal]
"waves/*/interviews" = ["name", "phone"]

[[wave]]
name = "baseline"
role = "baseline"
types = {types}
"""


def generate(folder: Path, interviews: int, kinds: Mapping[str, str]) -> None:
    """Write a folder for each name of `kinds`, which says the kind of file.

    60 columns of words, whole numbers, decimals and yes or no.
    """
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(SEED)

    def drawn(words: list[str]) -> np.ndarray:
        return random.choice(words, interviews)

    number = np.arange(interviews)
    columns: dict[str, object] = {
        "respondent": [f"R{one:06}" for one in number],
        "name": [f"Person {one:06}" for one in number],
        "phone": [f"000-{one:07}" for one in number],
        "arm": drawn(["programme", "comparison"]),
        "gender": drawn(["women", "men"]),
        "stratum": drawn([f"s{one}" for one in range(20)]),
        "cluster": drawn([f"village {one}" for one in range(400)]),
        "weight": random.uniform(1, 5, interviews).round(4),
        "enumerator": drawn([f"E{one:02}" for one in range(40)]),
    }
    types = {}
    for place in range(60 - len(columns)):
        name = f"q{place:02}"
        types[name], columns[name] = [
            ("integer", random.integers(0, 60, interviews)),
            ("number", random.lognormal(8, 0.6, interviews).round(2)),
            ("yes_no", drawn(["yes", "no"])),
            ("text", drawn(["never", "sometimes", "often", "always"])),
        ][place % 4]
    table = pd.DataFrame(columns)
    plan = PLAN.replace("{types}", "{ " + ", ".join(f'{k} = "{v}"' for k, v in types.items()) + " }")
    for name, kind in kinds.items():
        here = folder / name
        shutil.rmtree(here, ignore_errors=True)
        (here / "waves/baseline").mkdir(parents=True)
        (here / "assessment.toml").write_text(plan)
        path = here / f"waves/baseline/interviews.{kind}"
        if kind == "csv":
            table.to_csv(path, index=False)
        else:
            table.to_excel(path, index=False, engine="xlsxwriter")


def bare(folder: Path) -> dict[str, float]:
    """The reader alone: DuckDB on the CSV as text, calamine on the workbook."""
    path = next((folder / "waves/baseline").glob("interviews.*"))
    start = time.perf_counter()
    if path.suffix == ".csv":
        import duckdb

        duckdb.connect().execute("SELECT 1")
        start = time.perf_counter()
        rows = (
            duckdb.connect()
            .execute(f"SELECT * FROM read_csv('{path}', all_varchar = true)")
            .to_arrow_table()
            .num_rows
        )
    else:
        from python_calamine import CalamineWorkbook

        start = time.perf_counter()
        rows = len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()) - 1
    return {"seconds": time.perf_counter() - start, "rows": rows}


def ours(folder: Path) -> dict[str, float]:
    """Everything up to the end of the fieldwork: read, checked, parted from names, stored, counted.

    A wave of ten interviews goes before it, as `SELECT 1` goes before the reader: what is imported, and the
    contracts that are built from their classes, do not grow with a wave.
    """
    from flows.cli import collect_seldom

    collect_seldom()  # as the command does
    fieldwork_of(folder.parent / "warm-up")
    return fieldwork_of(folder)


def fieldwork_of(folder: Path) -> dict[str, float]:
    """Run an assessment up to the end of its fieldwork, from nothing."""
    from tasks.run import Run
    from tasks.steps import PHASES

    for made in ("results", "received", "vault"):
        shutil.rmtree(folder / made, ignore_errors=True)
    upto = PHASES[: PHASES.index("fieldwork") + 1]
    start = time.perf_counter()
    run = Run(folder)
    run.prepare()
    taken_in = time.perf_counter() - start
    run.open()
    for task in run.tasks:
        if task.phase in upto:
            ended = run.do(task)
            if ended.status != "done":
                raise SystemExit(f"{task.name}: {ended}")
    whole = time.perf_counter() - start
    rows = len(run.read("staged.responses"))
    run.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"seconds": whole, "taken_in": taken_in, "rows": rows, "peak_gb": peak}


def measured(what: str, folder: Path) -> dict[str, float]:
    """Run one measurement in a process of its own, whose start is not counted."""
    command = [sys.executable, __file__, "--one", what, str(folder)]
    keys = {**os.environ, "PSIA_KEYS": str(folder.parent / "keys")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=keys)  # noqa: S603
    return json.loads(done.stdout)


def main() -> None:
    """Generate, measure in turns, and print medians and ratios as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--interviews", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kinds", default="csv,xlsx")
    told = parser.parse_args()
    kinds = told.kinds.split(",")
    told.folder.mkdir(parents=True, exist_ok=True)
    generate(told.folder, told.interviews, {kind: kind for kind in kinds})
    generate(told.folder, 10, {"warm-up": "csv"})
    print("| file | reader alone | ours | ratio | of this, taken in | peak |")
    print("|---|---|---|---|---|---|")
    for kind in kinds:
        rounds = [
            (measured("bare", told.folder / kind), measured("ours", told.folder / kind))
            for _ in range(told.rounds)
        ]
        base = statistics.median(one["seconds"] for one, _ in rounds)
        whole = statistics.median(one["seconds"] for _, one in rounds)
        taken = statistics.median(one["taken_in"] for _, one in rounds)
        peak = max(one["peak_gb"] for _, one in rounds)
        print(
            f"| {kind} | {base:.2f} s | {whole:.2f} s | {whole / base:.2f} | {taken:.2f} s | {peak:.2f} GB |"
        )
        for one, other in rounds:
            print(f"    {kind}: bare {one['seconds']:.2f}, ours {json.dumps(other)}", file=sys.stderr)


if __name__ == "__main__":
    if "--one" in sys.argv:
        _, _, what, place = sys.argv
        print(json.dumps({"bare": bare, "ours": ours}[what](Path(place))))
    else:
        main()
