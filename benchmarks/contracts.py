"""A contract of 25 columns on 1 and 10 million rows, against SQL written by hand: see README.md.

    python benchmarks/contracts.py FOLDER [--rows 1000000,10000000] [--rounds 5]

Writes a Parquet file into FOLDER, measures in turns from the file to the verdict, and deletes it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SEED = 20041204
MEMORY = 2 * 10**9
THREADS = 2
WORDS = ("never", "sometimes", "often", "always")


def generate(path: Path, rows: int) -> None:
    """Write 25 columns: an id, a day, 8 of words, 8 of whole numbers, 7 of decimals; one cell in 20 empty."""
    import duckdb

    def chance(stream: int) -> str:
        return f"((1 + hash(i * 32 + {stream} + {SEED}::UBIGINT * 1000000007) % 1000000) / 1000001.0)"

    columns = ["'R' || lpad(i::VARCHAR, 9, '0') AS respondent"]
    columns.append(f"strftime(DATE '2025-01-01' + floor({chance(30)} * 300)::INT, '%Y-%m-%d') AS held_on")
    words = ", ".join(f"'{word}'" for word in WORDS)
    for place in range(23):
        drawn = [
            f"[{words}][1 + floor({chance(place)} * {len(WORDS)})::INT]",
            f"floor({chance(place)} * 60)::BIGINT",
            f"round({chance(place)} * 10000, 2)::DOUBLE",
        ][place % 3]
        columns.append(f"CASE WHEN {chance(place + 64)} > 0.05 THEN {drawn} END AS q{place:02}")
    connection = duckdb.connect(config={"memory_limit": f"{MEMORY}B", "preserve_insertion_order": "false"})
    connection.execute(
        f"COPY (SELECT {', '.join(columns)} FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)"
    )


def contract() -> Any:
    """Return the contract of the file."""
    from schemas.base import Contract, Number, Text, Whole, choice, day, number, table, text

    kinds: dict[str, Any] = {"respondent": Text, "held_on": Text}
    fields: dict[str, Any] = {"respondent": text(), "held_on": day()}
    for place in range(23):
        kinds[f"q{place:02}"] = (Text, Whole, Number)[place % 3]
        fields[f"q{place:02}"] = (
            choice(WORDS, missing=True)
            if place % 3 == 0
            else number(missing=True, ge=0, le=(60, 1e6)[place % 3 - 1])
        )
    model = type("Answers", (Contract,), {"__annotations__": kinds, **fields})
    return table("mart.answers", grain="one row an interview", key=("respondent",))(model)


def by_hand(path: Path) -> list[int]:
    """What an analyst would write for the same rules, rule by rule."""
    import duckdb

    told = ["count(*) FILTER (WHERE respondent IS NULL)", "count(*) FILTER (WHERE held_on IS NULL)"]
    told.append(r"count(*) FILTER (WHERE NOT regexp_matches(held_on, '^\d{4}-\d{2}-\d{2}$'))")
    words = ", ".join(f"'{word}'" for word in WORDS)
    for place in range(23):
        name = f"q{place:02}"
        if place % 3 == 0:
            told.append(f"count(*) FILTER (WHERE {name} NOT IN ({words}))")
        else:
            told.append(f"count(*) FILTER (WHERE {name} < 0)")
            told.append(f"count(*) FILTER (WHERE {name} > {(60, 1e6)[place % 3 - 1]})")
        if place % 3 == 2:
            told.append(f"count(*) FILTER (WHERE isinf({name}))")
    connection = duckdb.connect(config={"memory_limit": f"{MEMORY}B", "threads": THREADS})
    (row,) = connection.execute(f"SELECT {', '.join(told)} FROM '{path}'").fetchall()
    twice = f"SELECT respondent FROM '{path}' GROUP BY respondent HAVING count(*) > 1"
    return [*row, len(connection.execute(twice).fetchall())]


def in_sql(path: Path) -> list[int]:
    """The contract as it compiles to SQL, on the file where it lies."""
    from tasks.warehouse import FileScan

    with FileScan(path, aside=path.parent / "aside", memory=MEMORY) as file:
        return list(file.broken(contract()).values())


def in_pandera(path: Path) -> list[int]:
    """The contract as a frame in memory is held to it, read from the file."""
    import pandas as pd

    from schemas.base import check, conform

    frame = conform(pd.read_parquet(path, dtype_backend="pyarrow"), contract())
    return [1 for _ in check(frame, contract())]


WAYS = {"by hand": by_hand, "contract in SQL": in_sql, "contract in pandera": in_pandera}


def measured(what: str, path: Path) -> dict[str, float]:
    """Run one way in a process of its own, whose imports and first contract are not counted."""
    command = [sys.executable, __file__, "--one", what, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return json.loads(done.stdout)


def main() -> None:
    """Generate, measure in turns, and print medians and ratios as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pandera-up-to", type=int, default=1_000_000)
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    generate(told.folder / "warm.parquet", 100)
    print("| rows | way | seconds | CPU | ratio | ratio of CPU | peak |")
    print("|---|---|---|---|---|---|---|")
    for rows in map(int, told.rows.split(",")):
        path = told.folder / "answers.parquet"
        generate(path, rows)
        ways = [one for one in WAYS if one != "contract in pandera" or rows <= told.pandera_up_to]
        rounds = [{way: measured(way, path) for way in ways} for _ in range(told.rounds)]
        for way in ways:
            seconds, cpu = (statistics.median(one[way][key] for one in rounds) for key in ("seconds", "cpu"))
            ratios = [
                statistics.median(one[way][key] / one["by hand"][key] for one in rounds)
                for key in ("seconds", "cpu")
            ]
            peak = max(one[way]["peak_gb"] for one in rounds)
            print(
                f"| {rows:,} | {way} | {seconds:.2f} s | {cpu:.2f} s | {ratios[0]:.2f} | {ratios[1]:.2f} "
                f"| {peak:.2f} GB |"
            )
        path.unlink()


def one(what: str, path: Path) -> dict[str, float]:
    """Measure one way from the file to the verdict, which has to be that nothing is broken."""
    WAYS[what](path.parent / "warm.parquet")
    start, spent = time.perf_counter(), time.process_time()
    if any(WAYS[what](path)):
        raise SystemExit("rules are said to be broken that are kept")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - spent, "peak_gb": peak}


if __name__ == "__main__":
    if "--one" in sys.argv:
        _, _, what, place = sys.argv
        print(json.dumps(one(what, Path(place))))
    else:
        main()
