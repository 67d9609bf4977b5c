"""Many small assessments on two processes against a loop: see README.md.

    python benchmarks/many.py FOLDER [--assessments 200] [--rounds 5]

Writes the assessments into FOLDER, runs them in turns from nothing, and leaves the folder there.
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
from pathlib import Path

PLAN = """
[assessment]
id = "{name}"
title = "A small assessment (made by a benchmark)"
cluster = "Cluster {name}"
country = "Nowhere"
sector = "Basketry"
approach = "improving"
study_design = "repeat"
aims = ["To measure the time that many assessments take"]
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
"""
ACTORS = """actor,label,stage,firms,workers
weavers,Weavers at home,own-account and household work,400,600
workshops,Workshops,production,40,300
traders,Traders,trade,12,30
"""
SCORES = "characteristic,score,basis,evidence,assessor\nemployment,{score},assessor,seen,researcher\n"


def generate(folder: Path, assessments: int) -> list[Path]:
    """Write so many assessments of a plan, three actors and a score, and return their folders."""
    shutil.rmtree(folder, ignore_errors=True)
    made = []
    for number in range(assessments):
        here = folder / f"a{number:03}"
        (here / "mapping").mkdir(parents=True)
        (here / "assessment.toml").write_text(PLAN.format(name=here.name))
        (here / "mapping/actors.csv").write_text(ACTORS)
        (here / "mapping/characteristics.csv").write_text(SCORES.format(score=1 + number % 5))
        made.append(here)
    return made


def in_a_loop(folders: list[Path]) -> list[int]:
    """One after the other in this process."""
    from flows.batch import Job, run_batch

    return [one.code for one in run_batch([Job(folder) for folder in folders])]


def by_processes(folders: list[Path]) -> list[int]:
    """The pool of `psia portfolio --run`: a process a core, batches."""
    from flows.batch import Job, run_many

    return [one.code for one in run_many([Job(folder) for folder in folders], say=lambda _: None)]


WAYS = {"loop": in_a_loop, "processes": by_processes}


def measured(what: str, folder: Path) -> dict[str, float]:
    """Run all from nothing in a process of its own, whose start is counted."""
    for made in ("results", "received", "vault"):
        for here in folder.glob(f"*/{made}"):
            shutil.rmtree(here)
    command = [sys.executable, __file__, "--one", what, str(folder)]
    keys = {**os.environ, "PSIA_KEYS": str(folder.parent / "keys")}
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=keys)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - start, "cpu": cpu}


def main() -> None:
    """Generate, measure in turns, and print medians and ratios as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--assessments", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args()
    folder = told.folder / "many"
    generate(folder, told.assessments)
    rounds = [{way: measured(way, folder) for way in WAYS} for _ in range(told.rounds)]
    loop, pool = ({key: [one[way][key] for one in rounds] for key in ("seconds", "cpu")} for way in WAYS)
    times = statistics.median(
        one / other for one, other in zip(loop["seconds"], pool["seconds"], strict=True)
    )
    work = statistics.median(one / other for one, other in zip(loop["cpu"], pool["cpu"], strict=True))
    print("| assessments | loop | processes | times as fast | CPU of loop | of processes | ratio of CPU |")
    print("|---|---|---|---|---|---|---|")
    medians = [statistics.median(one) for one in (*loop.values(), *pool.values())]
    print(
        f"| {told.assessments} | {medians[0]:.1f} s | {medians[2]:.1f} s | {times:.2f} "
        f"| {medians[1]:.1f} s | {medians[3]:.1f} s | {work:.2f} |"
    )
    for one in rounds:
        print(f"    {json.dumps(one)}", file=sys.stderr)


if __name__ == "__main__":
    if "--one" in sys.argv:
        _, _, what, place = sys.argv
        if set(WAYS[what](sorted(Path(place).iterdir()))) != {0}:
            raise SystemExit("not all ended well")
    else:
        main()
