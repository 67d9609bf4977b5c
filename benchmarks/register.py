"""A register of 60 million establishments, against the bare GROUP BY on the same file: see README.md.

    python benchmarks/register.py FOLDER [--rows 60000000] [--rounds 5] [--kinds parquet,csv]

Writes the register into FOLDER (about 0.2 GB as Parquet, 0.8 GB as CSV), measures in turns, and deletes it.
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

MEMORY = "3GB"
SEED = 20041204
REGIONS, DIVISIONS = 600, 99


def generate(folder: Path, rows: int, kinds: list[str]) -> None:
    """Write the register: 600 local systems, 297 industries, most establishments small, by a hash of SEED."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY, "preserve_insertion_order": "false"})

    def chance(stream: int) -> str:
        return f"((1 + hash(i * 8 + {stream} + {SEED}::UBIGINT * 1000000007) % 1000000) / 1000001.0)"

    connection.execute(
        f"CREATE VIEW register AS SELECT "
        f"'L' || lpad(floor({REGIONS} * pow({chance(1)}, 1.7))::INT::VARCHAR, 3, '0') AS region, "
        f"lpad(floor({DIVISIONS} * pow({chance(2)}, 1.2))::INT::VARCHAR, 2, '0') "
        f"|| floor(3 * {chance(3)})::INT::VARCHAR AS industry, "
        f"floor(pow({chance(4)}, -0.75))::BIGINT AS employment FROM range({rows}) t(i)"
    )
    for kind in kinds:
        form = "FORMAT parquet" if kind == "parquet" else "FORMAT csv, HEADER"
        connection.execute(f"COPY register TO '{folder / f'register.{kind}'}' ({form})")


def bare(path: Path) -> dict[str, float]:
    """The bare GROUP BY, with the threads and the memory of ours; DuckDB's own reader, its own types."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY})
    start, spent = time.perf_counter(), time.process_time()
    query = f"SELECT region, industry, sum(employment) FROM '{path}' GROUP BY region, industry"
    rows = connection.execute(query).to_arrow_table().num_rows
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - spent, "rows": rows}


def ours(path: Path) -> dict[str, float]:
    """The scan with its checks, the contract of the aggregate; then quotients, indices and districts."""
    from schemas.assessment import Identification, Register
    from schemas.base import check, conform, empty
    from schemas.secondary import RegionalIndustries, Regions
    from tasks import identification, registers

    columns = {"region": "region", "industry": "industry", "employment": "employment"}
    register = Register(
        source="register", file=path.name, grain="establishments", year="2026", columns=columns
    )  # type: ignore[arg-type]
    check(conform(empty(RegionalIndustries), RegionalIndustries), RegionalIndustries)  # built once a run
    start, spent = time.perf_counter(), time.process_time()
    cells, _, faults = registers.scan(path, register, aside=path.parent / "aside")
    faults += check(cells, RegionalIndustries)
    scanned, cpu = time.perf_counter() - start, time.process_time() - spent
    if faults:
        raise SystemExit(f"refused: {faults[0]}")
    made = [f"{number:02}" for number in range(10, 34)]
    plan = Identification(source="register", manufacturing=made, districts={})  # type: ignore[arg-type]
    found = identification.identify_clusters(cells, empty(Regions), identification=[plan])
    whole = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {
        "seconds": scanned,
        "cpu": cpu,
        "to_districts": whole,
        "peak_gb": peak,
        "rows": len(cells),
        "quotients": len(found[0]),
        "districts": int(found[2]["is_district"].sum()),
    }


def measured(what: str, path: Path) -> dict[str, float]:
    """Run one measurement in a process of its own, whose imports are not counted."""
    command = [sys.executable, __file__, "--one", what, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return json.loads(done.stdout)


def main() -> None:
    """Generate, measure in turns, print medians and ratios as Markdown, and delete the register."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=60_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kinds", default="parquet,csv")
    told = parser.parse_args()
    kinds = told.kinds.split(",")
    told.folder.mkdir(parents=True, exist_ok=True)
    generate(told.folder, told.rows, kinds)
    print("| file | bare | ours | ratio | ratio of CPU | to districts | ratio | peak of ours |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in kinds:
        path = told.folder / f"register.{kind}"
        rounds = [(measured("bare", path), measured("ours", path)) for _ in range(told.rounds)]
        base = statistics.median(one["seconds"] for one, _ in rounds)
        scan = statistics.median(one["seconds"] for _, one in rounds)
        whole = statistics.median(one["to_districts"] for _, one in rounds)
        cpu, base_cpu = (statistics.median(pair[place]["cpu"] for pair in rounds) for place in (1, 0))
        peak = max(one["peak_gb"] for _, one in rounds)
        size = path.stat().st_size / 1e9
        print(
            f"| {kind}, {size:.2f} GB | {base:.2f} s | {scan:.2f} s | {scan / base:.2f} "
            f"| {cpu / base_cpu:.2f} | {whole:.2f} s | {whole / base:.2f} | {peak:.2f} GB |"
        )
        for one, other in rounds:
            print(f"    {kind}: bare {one['seconds']:.2f}, ours {json.dumps(other)}", file=sys.stderr)
        path.unlink()


if __name__ == "__main__":
    if "--one" in sys.argv:
        _, _, what, place = sys.argv
        print(json.dumps({"bare": bare, "ours": ours}[what](Path(place))))
    else:
        main()
