"""A portfolio of 1,000 assessments: how long its site takes, and how large its pages are.

    psia demo block-printing --into build/block-printing
    python benchmarks/portfolio.py build/block-printing build/portfolio

The released tables of one assessment are copied under 1,000 ids, with other names, scores, figures and
positions from an explicit seed, and manifests that list them as they are then. Nothing is run: what is timed
is reading, checking hashes, ranking, and making and writing the site. Seconds of CPU, and of the clock.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd

from schemas.portfolio import PortfolioPlan
from tasks import portfolio, state
from tasks.publish import tree
from tasks.publish.portfolio import portfolio_files

TABLES = (
    *("characteristic_scores", "poverty_nodes", "indicators"),
    *("indicator_estimates", "impact_estimates", "findings"),
)
PLACES = (
    ("India", 22, 78),
    ("Mexico", 22, -102),
    ("Kenya", 0, 37),
    ("Indonesia", -7, 110),
    ("Peru", -11, -76),
)
TRADES = ("shoes", "knitwear", "furniture", "pottery", "vehicle repair", "leather")


def make(source: Path, folder: Path, count: int, seed: int) -> None:
    """Write so many assessments that are like the one at source."""
    current = source / "results" / "current"
    about = json.loads((current / "manifest.json").read_bytes())
    tables = {name: pd.read_csv(current / "tables" / f"{name}.csv") for name in TABLES}
    random = np.random.default_rng(seed)
    for number in range(count):
        ident = f"cluster-{number:04}"
        country, latitude, longitude = PLACES[random.integers(len(PLACES))]
        trade = TRADES[random.integers(len(TRADES))]
        files = {f"tables/{name}.csv": _changed(table, random) for name, table in tables.items()}
        files["report.html"] = f"<!doctype html><title>{ident}</title><h1>{ident}</h1>".encode()
        described = {
            **about,
            "assessment": ident,
            "title": f"Report {number} on {trade}",
            "cluster": f"Cluster of {trade} {number} (invented)",
            "country": country,
            "sector": trade,
            "position": {
                "latitude": round(latitude + random.normal(0, 3), 1),
                "longitude": round(longitude + random.normal(0, 3), 1),
            },
            "content_hash": hashlib.sha256(ident.encode()).hexdigest(),
        }
        del described["files"]
        target = folder / ident / "results" / "current"
        for name, content in {**files, "manifest.json": tree.manifest(files, described)}.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / ident / "assessment.toml").write_text(f'[assessment]\nid = "{ident}"\n')


def _changed(table: pd.DataFrame, random: np.random.Generator) -> bytes:
    """Return a table as CSV with other figures: scores drawn anew, some left open, others moved."""
    out = table.copy()
    if "score" in out:
        drawn = random.integers(1, 6, len(out)).astype(float)
        out["score"] = np.where(random.random(len(out)) < 0.3, np.nan, drawn)
    if "estimate" in out:
        moved = 1 + random.normal(0, 0.15)
        for column in ("estimate", "ci_low", "ci_high"):
            out[column] = out[column] * moved
    return out.to_csv(index=False, float_format="%.10g").encode()


def site(folder: Path) -> dict[str, tuple[float, float]]:
    """Return seconds of CPU and of the clock of each part of the site of a folder, and make it."""
    plan, seconds = PortfolioPlan(), {}
    began = first = (time.process_time(), time.perf_counter())

    def done(part: str) -> None:
        nonlocal began
        now = time.process_time(), time.perf_counter()
        seconds[part] = now[0] - began[0], now[1] - began[1]
        began = now

    found = sorted(path.parent for path in folder.glob("*/assessment.toml"))
    members, left_out = portfolio.read_members(found)
    if left_out:
        raise SystemExit("\n".join(map(str, left_out)))
    done("reading")
    compared = portfolio.compared(members, plan)
    done("comparing")
    files, about = portfolio_files(plan, compared, [], state.libraries())
    done("pages")
    tree.publish_in_place(folder / "results" / "portfolio", files, about)
    done("writing")
    return {**seconds, "whole": (began[0] - first[0], began[1] - first[1])}


def main() -> None:
    """Make the folder, time its site in rounds, and print medians and sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    make(asked.source, asked.folder, asked.count, seed=20041204)
    rounds = []
    for _ in range(asked.rounds):
        shutil.rmtree(asked.folder / "results", ignore_errors=True)
        rounds.append(site(asked.folder))
    print(f"Medians of {len(rounds)}\n\n| part | CPU | clock |\n|---|---|---|")
    for part in rounds[0]:
        cpu, clock = (statistics.median(one[part][which] for one in rounds) for which in (0, 1))
        print(f"| {part} | {cpu:.1f} s | {clock:.1f} s |")
    for path in sorted((asked.folder / "results" / "portfolio").rglob("*")):
        if path.is_file() and path.stat().st_size > 500_000:
            print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
