"""All estimates of 100,000 respondents, against the same estimates written by hand in SQL: see README.md.

    python benchmarks/estimates.py FOLDER [--respondents 100000] [--rounds 5]

Two waves, 30 indicators, 12 poverty groups, strata and clusters, as a warehouse in FOLDER. Both read the same
table in that file, with one thread; both give means with their errors by the splits of tasks.analysis, and
changes between the waves by those of tasks.followup. The results are compared before a time is told.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.analysis import Indicators
from schemas.assessment import Sampling
from schemas.base import conform, empty
from schemas.design import DrawRecord, Sample
from schemas.fieldwork import HouseholdWeights
from schemas.poverty import PovertyLines
from tasks import analysis, followup
from tasks.warehouse import Warehouse

SEED = 20041204
INDICATORS = 30
DESIGN = ["wave", "stratum", "cluster"]
TABLE = "staged.responses"


def generate(folder: Path, respondents: int) -> Path:
    """Write the warehouse with the responses of both waves; 90 % of the first are in the second."""
    random = np.random.default_rng(SEED)
    clusters = respondents // 50
    place = random.integers(0, clusters, respondents)
    of_cluster = random.normal(0, 0.3, (clusters, INDICATORS))
    group = random.integers(0, 12, respondents)
    waves = []
    for number, wave in enumerate(("baseline", "followup")):
        columns: dict[str, Any] = {
            "respondent": [f"R{one:07}" for one in range(respondents)],
            "wave": wave,
            "arm": np.where(place % 2, "programme", "comparison"),
            "node": "workshops",
            "poverty_group": [f"group-{one:02}" for one in group],
            "gender": random.choice(["women", "men"], respondents),
            "difference": random.choice(["local", "migrant"], respondents),
            "weight": 1 + (place % 7) / 2,
            "stratum": [f"stratum {one % 40:02}" for one in place],
            "cluster": [f"village {one:04}" for one in place],
            "household": [f"H{one:07}" for one in range(respondents)],
            "enumerator": None,
        }
        for one in range(INDICATORS):
            level = of_cluster[place, one] + random.normal(0, 1, respondents) + 0.1 * number
            answer = np.exp(level) * 1000 if one % 2 else np.floor(5 + 2 * level).clip(0, 20)
            columns[f"q{one:02}"] = np.where(random.random(respondents) < 0.03, np.nan, answer.round(2))
        there = np.ones(respondents, dtype=bool) if not number else random.random(respondents) < 0.9
        waves.append(pd.DataFrame(columns)[there])
    table = pd.concat(waves, ignore_index=True)
    texts = {name: "string" for name in table if not name.startswith("q") and name != "weight"}
    table = table.astype(texts).sort_values(["respondent", "wave"], ignore_index=True)
    path = folder / "estimates.duckdb"
    path.unlink(missing_ok=True)
    Warehouse(path).close()
    with duckdb.connect(str(path)) as file:
        file.register("incoming", pa.Table.from_pandas(table, preserve_index=False))
        file.execute(f"CREATE TABLE {TABLE} AS SELECT * FROM incoming")
    return path


def expression(number: int) -> str:
    """Return an indicator's expression: an amount, a share of people, an amount of several questions."""
    own, next_one = f"q{number:02}", f"q{(number + 2) % INDICATORS:02}"
    return [own, f"CASE WHEN {own} > 5 THEN 1 ELSE 0 END", f"({own} + {next_one}) / 2"][number % 3]


def by_hand(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return means and changes as an analyst writes them: sums by cluster and domain, then errors of them."""
    with duckdb.connect(str(path), read_only=True, config={"threads": "1"}) as file:
        own = ", ".join(f"({expression(one)})::DOUBLE AS y{one}" for one in range(INDICATORS))
        file.execute(
            f"CREATE TEMP TABLE valued AS SELECT wave, stratum, cluster, poverty_group, arm, gender, difference, weight, {own} "  # noqa: E501
            f"FROM {TABLE}"
        )
        file.execute(
            "CREATE TEMP TABLE units AS SELECT wave, stratum, count(DISTINCT cluster) AS n "
            "FROM valued GROUP BY ALL"
        )
        file.execute(
            "CREATE TEMP TABLE units_of_both AS SELECT stratum, count(DISTINCT cluster) AS n "
            "FROM valued GROUP BY ALL"
        )
        means, changes = [], []
        for split in analysis.SPLITS:
            found, change = _of_split(file, split)
            means.append(found)
            if split in followup.SPLITS:
                changes.append(change)
    return pd.concat(means), pd.concat(changes)


def _each(text: str) -> str:
    return ", ".join(text.format(i=one) for one in range(INDICATORS))


def _of_split(file: duckdb.DuckDBPyConnection, split: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    domain = ", ".join(split) if split else "'all' AS everyone"
    names = ", ".join(split) if split else "everyone"
    sums = _each(
        "sum(weight * y{i}) AS t{i}, sum(weight) FILTER (y{i} IS NOT NULL) AS w{i}, "
        "sum(weight * y{i} * y{i}) AS s{i}, count(y{i}) AS n{i}"
    )
    file.execute(
        f"CREATE OR REPLACE TEMP TABLE sums AS SELECT wave, stratum, cluster, {domain}, {sums} "
        "FROM valued GROUP BY ALL"
    )
    whole = _each(
        "sum(t{i}) / sum(w{i}) AS m{i}, sum(w{i}) AS w{i}, sum(n{i}) AS n{i}, "
        "(sum(s{i}) / sum(w{i}) - (sum(t{i}) / sum(w{i}))^2) / (sum(n{i}) - 1) AS v{i}"
    )
    file.execute(
        f"CREATE OR REPLACE TEMP TABLE whole AS SELECT wave, {names}, {whole} FROM sums GROUP BY ALL"
    )
    pulls = _each("(t{i} - m{i} * sums.w{i}) / whole.w{i} AS z{i}")
    squares = _each("sum(z{i} * z{i}) AS q{i}, sum(z{i}) AS z{i}")
    variance = _each("sqrt(sum(n / (n - 1) * (q{i} - z{i} * z{i} / n))) AS e{i}")
    file.execute(
        f"CREATE OR REPLACE TEMP TABLE pulls AS SELECT wave, stratum, cluster, {names}, {pulls} "
        f"FROM sums JOIN whole USING (wave, {names})"
    )
    errors = (
        f"SELECT wave, {names}, sum(n - 1) AS df, {variance} FROM (SELECT wave, stratum, {names}, {squares} "
        "FROM pulls GROUP BY ALL) JOIN units USING (wave, stratum) GROUP BY ALL"
    )
    told = _each("m{i}, n{i}, e{i}, e{i}^2 / v{i} AS d{i}")
    means = file.execute(
        f"SELECT wave, {names}, df, {told} FROM whole JOIN ({errors}) USING (wave, {names})"
    ).df()
    signed = _each("sum(CASE WHEN wave = 'followup' THEN z{i} ELSE -z{i} END) AS z{i}")
    change = _each("later.m{i} - earlier.m{i} AS c{i}, e{i}")
    changes = file.execute(
        f"SELECT {names}, df, {change} FROM (SELECT * FROM whole WHERE wave = 'baseline') AS earlier "
        f"JOIN (SELECT * FROM whole WHERE wave = 'followup') AS later USING ({names}) "
        f"JOIN (SELECT {names}, sum(n - 1) AS df, {variance} FROM (SELECT stratum, {names}, {squares} FROM "
        f"(SELECT stratum, cluster, {names}, {signed} FROM pulls GROUP BY ALL) GROUP BY ALL) "
        f"JOIN units_of_both USING (stratum) GROUP BY ALL) USING ({names})"
    ).df()
    return means, changes


def ours(path: Path, indicators: pd.DataFrame, waves: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the two steps give, on the table as a run reads it."""
    sampling = Sampling()
    with Warehouse(path, read_only=True) as warehouse:
        responses = warehouse.read(TABLE)
    read = (responses, indicators, waves, empty(HouseholdWeights), empty(DrawRecord), empty(Sample))
    means = analysis.estimate_indicators(*read, sampling=sampling)
    return means, followup.change_since_baseline(*read, empty(PovertyLines), sampling=sampling)


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indicators and waves as the steps read them."""
    indicators = pd.DataFrame(
        [
            {
                "indicator": f"i{one}",
                "label": f"Indicator {one}",
                "heading": "None",
                "stakeholder": "worker",
                "kind": "quantitative",
                "directness": "direct",
                "unit": "number",
                "better": "higher",
                "value": expression(one),
                "smallest_change_pct": 5.0,
            }
            for one in range(INDICATORS)
        ]
    )
    waves = pd.DataFrame(
        {"wave": ["baseline", "followup"], "position": [1, 2], "role": ["baseline", "follow-up"]}
    ).assign(follow_up=["", "repeat"])
    return conform(indicators, Indicators), waves


def compare(hand: tuple[pd.DataFrame, pd.DataFrame], own: tuple[pd.DataFrame, pd.DataFrame]) -> int:
    """Return how many figures were compared; stop where one differs by more than rounding explains."""
    compared = 0
    keys = ["wave", "poverty_group", "arm", "gender", "difference"]
    for rows, table, figures, places in (
        (hand[0], own[0], {"m": "estimate", "e": "standard_error", "d": "design_effect"}, keys),
        (hand[1], own[1], {"c": "change", "e": "standard_error"}, keys[1:3]),
    ):
        rows = rows.drop(columns="everyone")
        rows[places] = rows[places].fillna("all").astype("string")
        for one in range(INDICATORS):
            part = table[table["indicator"] == f"i{one}"]
            joined = part.merge(rows, on=places, validate="one_to_one")
            if len(joined) != len(rows):
                raise SystemExit(f"i{one}: {len(joined)} rows of {len(rows)}")
            for short, name in {**figures, "df": "degrees_of_freedom"}.items():
                theirs = joined["df"] if short == "df" else joined[f"{short}{one}"]
                np.testing.assert_allclose(joined[name], theirs.astype(float), rtol=1e-7, atol=1e-9)
                compared += len(joined)
    return compared


def main() -> None:
    """Generate, compare, measure in turns, and print medians as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--respondents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    path = generate(told.folder, told.respondents)
    indicators, waves = tables()
    compared = compare(by_hand(path), ours(path, indicators, waves))
    rounds = []
    for _ in range(told.rounds):
        begun = time.perf_counter(), time.process_time()
        by_hand(path)
        between = time.perf_counter(), time.process_time()
        ours(path, indicators, waves)
        done = time.perf_counter(), time.process_time()
        rounds.append(
            [between[0] - begun[0], done[0] - between[0], between[1] - begun[1], done[1] - between[1]]
        )
        print(" ".join(f"{one:.2f}" for one in rounds[-1]), file=sys.stderr)
    hand, own, hand_cpu, own_cpu = (statistics.median(one) for one in zip(*rounds, strict=True))
    print(f"{compared:,} figures are the same.\n")
    print("| respondents | by hand | ours | ratio | ratio of CPU |\n|---|---|---|---|---|")
    print(
        f"| {told.respondents:,} | {hand:.2f} s | {own:.2f} s | {own / hand:.2f} | {own_cpu / hand_cpu:.2f} |"
    )


if __name__ == "__main__":
    main()
