"""30 steps over a million interviews against a plain script: cold, unchanged, one more wave; see README.md.

    python benchmarks/thirty_steps.py FOLDER [--interviews 1000000] [--rounds 5] [--engines process,prefect]

Five waves, five steps a wave and five over all of them. Both sides call the functions of this file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # pandas takes longer to import than to see that nothing has changed
    import pandas as pd

SEED = 20041204
WAVES = ("w1", "w2", "w3", "w4", "w5")
ARMS = ("programme", "comparison")
GENDERS = ("women", "men")
DISTRICTS = tuple(f"d{one:02}" for one in range(20))
AMOUNTS = ("income", "spent", "debt", "saved", "rent", "food", "school", "health")
VILLAGES = 400
LINE = 1500.0
PAGE = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>
{% for name, rows in tables %}<h2>{{ name }}</h2><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>{% endfor %}"""


def generate(folder: Path, interviews: int) -> None:
    """Write one CSV a wave."""
    import numpy as np
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    many = interviews // len(WAVES)
    for wave in WAVES:
        columns: dict[str, object] = {
            "respondent": [f"R{one:07}" for one in range(many)],
            "arm": random.choice(ARMS, many),
            "gender": random.choice(GENDERS, many),
            "district": random.choice(DISTRICTS, many),
            "village": random.integers(1, VILLAGES + 1, many),
            "weight": random.uniform(1, 5, many).round(4),
            "members": random.integers(1, 12, many),
        }
        columns |= {name: random.lognormal(8, 0.6, many).round(2) for name in AMOUNTS}
        pd.DataFrame(columns).to_csv(folder / f"{wave}.csv", index=False)


def read(path: Path) -> pd.DataFrame:
    """Return a wave as it is in the file."""
    import pandas as pd

    return pd.read_csv(path).astype({"members": "Int64", "village": "Int64"})


def validate(frame: pd.DataFrame) -> None:
    """Check a wave by hand for all that its contract says. Raises ValueError."""
    found = {
        "respondent": frame["respondent"].isna() | frame["respondent"].duplicated(keep=False),
        "arm": ~frame["arm"].isin(ARMS),
        "gender": ~frame["gender"].isin(GENDERS),
        "district": ~frame["district"].isin(DISTRICTS),
        "village": ~frame["village"].between(1, VILLAGES).fillna(value=False),
        "weight": ~(frame["weight"] > 0),
        "members": ~(frame["members"] >= 1).fillna(value=False),
    }
    found |= {name: ~frame[name].between(0, 1e12) for name in AMOUNTS}
    wrong = {name: int(rows.sum()) for name, rows in found.items() if rows.any()}
    if wrong:
        raise ValueError(wrong)


def per_head(wave: pd.DataFrame) -> pd.DataFrame:
    """Return what each respondent has a head and whether that is below the line."""
    income = wave["income"] / wave["members"].astype("float64")
    poor = (income < LINE).astype("float64")
    return wave[["respondent", "arm", "gender", "weight"]].assign(per_head=income, poor=poor)


def means(wave: pd.DataFrame) -> pd.DataFrame:
    """Return weighted means of the amounts by arm, gender and district, with errors clustered by village."""
    keys = ["arm", "gender", "district"]
    group = wave.groupby(keys).ngroup()
    found = wave.groupby(keys)["weight"].sum().reset_index()
    weights = wave["weight"].groupby(group).sum()
    for name in AMOUNTS:
        mean = (wave[name] * wave["weight"]).groupby(group).sum() / weights
        moved = (wave[name] - group.map(mean)) * wave["weight"] / group.map(weights)
        by_village = moved.groupby([group, wave["village"]]).sum().groupby(level=0)
        villages = by_village.size()
        found[name] = mean.to_numpy()
        found[f"{name}_error"] = (by_village.var() * villages).pow(0.5).to_numpy()
    return found


def poverty(heads: pd.DataFrame) -> pd.DataFrame:
    """Return headcount and people by arm and gender."""
    weighted = heads.assign(poor=heads["poor"] * heads["weight"])
    found = weighted.groupby(["arm", "gender"]).agg(
        poor=("poor", "sum"), weight=("weight", "sum"), people=("respondent", "size")
    )
    return found.assign(headcount=found["poor"] / found["weight"]).reset_index()[
        ["arm", "gender", "headcount", "people"]
    ]


def spread(wave: pd.DataFrame) -> pd.DataFrame:
    """Return quartiles of income by district."""
    found = wave.groupby("district")["income"].quantile([0.25, 0.5, 0.75]).unstack()  # pyright: ignore[reportArgumentType]
    return found.set_axis(["low", "middle", "high"], axis=1).reset_index()


def pooled(*waves: pd.DataFrame) -> pd.DataFrame:
    """Return the tables of all waves as one."""
    import pandas as pd

    return pd.concat([one.assign(wave=f"w{n}") for n, one in enumerate(waves, 1)], ignore_index=True)


def change(headcounts: pd.DataFrame) -> pd.DataFrame:
    """Return the change of the headcount from the first wave by arm and gender."""
    wide = headcounts.pivot(index=["arm", "gender"], columns="wave", values="headcount")
    long = wide.sub(wide["w1"], axis=0).stack().reset_index()
    return long.set_axis(["arm", "gender", "wave", "change"], axis=1)


def effect(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the difference of the changes between the arms by gender and wave."""
    wide = changes.pivot(index=["gender", "wave"], columns="arm", values="change")
    told = (wide["programme"] - wide["comparison"]).reset_index()
    return told.set_axis(["gender", "wave", "effect"], axis=1)


def page(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return the page and a CSV a table."""
    import jinja2

    rows = [(name, frame.round(4).to_numpy().tolist()) for name, frame in tables.items()]
    html = jinja2.Environment(autoescape=True).from_string(PAGE).render(title="Thirty steps", tables=rows)
    files = {f"tables/{name}.csv": frame.to_csv(index=False).encode() for name, frame in tables.items()}
    return {"report.html": html.encode(), **files}


SHOWN = ("pooled_means", "pooled_headcounts", "pooled_spread", "change", "effect")


def plain(folder: Path, waves: tuple[str, ...]) -> None:
    """The plain script: every wave read, validated and aggregated, the results rendered."""
    parts: dict[str, list[pd.DataFrame]] = {"means": [], "poverty": [], "spread": []}
    for wave in waves:
        frame = read(folder / f"{wave}.csv")
        validate(frame)
        parts["means"].append(means(frame))
        parts["poverty"].append(poverty(per_head(frame)))
        parts["spread"].append(spread(frame))
    tables = [pooled(*parts["means"]), pooled(*parts["poverty"]), pooled(*parts["spread"])]
    tables.append(change(tables[1]))
    tables.append(effect(tables[3]))
    for name, content in page(dict(zip(SHOWN, tables, strict=True))).items():
        path = folder / "plain" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def contracts(waves: tuple[str, ...]) -> dict[str, Any]:
    """Return the contracts of all tables, and declare the steps; STORED is left to the run."""
    from schemas.base import Contract, Number, Text, Whole, choice, number, text
    from schemas.base import table as declare
    from tasks.steps import STEPS, step

    STEPS.clear()
    split = {"arm": (Text, choice(ARMS)), "gender": (Text, choice(GENDERS))}
    where = {"district": (Text, choice(DISTRICTS))}
    told = {"wave": (Text, text())}
    known = {**split, "weight": (Number, number(gt=0))}
    amounts = {name: (Number, number(ge=0, le=1e12)) for name in AMOUNTS}

    def made(name: str, key: tuple[str, ...], columns: Mapping[str, Any]) -> Any:
        fields = {column: field for column, (_, field) in columns.items()}
        kinds = {column: kind for column, (kind, _) in columns.items()}
        model = type(name.title(), (Contract,), {"__annotations__": kinds, **fields})
        return declare(f"mart.{name}", grain="a row", key=key)(model)

    def does(name: str, function: Callable[..., Any], reads: list[Any], writes: Any, phase: str) -> None:
        def call(*frames: pd.DataFrame) -> pd.DataFrame:
            return function(*frames)

        call.__name__, call.__module__ = name, "benchmarks.thirty_steps"
        step(phase, reads=reads, writes=[writes])(call)

    counted = {"village": (Whole, number(ge=1, le=VILLAGES)), "members": (Whole, number(ge=1))}
    who = {"respondent": (Text, text())}
    found: dict[str, Any] = {}
    parts: dict[str, list[Any]] = {"means": [], "headcounts": [], "spread": []}
    figures = {f"{name}{of}": (Number, number()) for name in AMOUNTS for of in ("", "_error")}
    shape = {
        "means": (("arm", "gender", "district"), {**split, **where, "weight": (Number, number()), **figures}),
        "headcounts": (
            ("arm", "gender"),
            {**split, "headcount": (Number, number(ge=0, le=1)), "people": (Whole, number(ge=0))},
        ),
        "spread": (
            ("district",),
            {**where, **{one: (Number, number()) for one in ("low", "middle", "high")}},
        ),
    }
    for wave in waves:
        taken = made(f"wave_{wave}", ("respondent",), {**who, **known, **where, **counted, **amounts})
        heads = made(
            f"heads_{wave}",
            ("respondent",),
            {**who, **known, "per_head": (Number, number(ge=0)), "poor": (Number, number(ge=0, le=1))},
        )
        found[f"mart.wave_{wave}"] = taken
        does(f"heads_{wave}", per_head, [taken], heads, "analysis")
        for name, function, source in (
            ("means", means, taken),
            ("headcounts", poverty, heads),
            ("spread", spread, taken),
        ):
            key, columns = shape[name]
            parts[name].append(made(f"{name}_{wave}", key, columns))
            does(f"{name}_{wave}", function, [source], parts[name][-1], "analysis")
    last = {}
    for name, (key, columns) in shape.items():
        last[name] = made(f"pooled_{name}", ("wave", *key), {**columns, **told})
        does(f"pooled_{name}", pooled, parts[name], last[name], "follow-up")
    changes = made("change", ("arm", "gender", "wave"), {**split, **told, "change": (Number, number())})
    does("change", change, [last["headcounts"]], changes, "follow-up")
    effects = made(
        "effect", ("gender", "wave"), {"gender": split["gender"], **told, "effect": (Number, number())}
    )
    does("effect", effect, [changes], effects, "follow-up")
    found |= {one.about().name: one for step_ in STEPS.values() for one in step_.writes}
    return found


def ours(folder: Path, waves: tuple[str, ...], engine: str) -> None:
    """The same in our runner: each table by its contract, in the warehouse, with its entry in the ledger."""
    from tasks import state

    if state.unchanged(folder):
        return
    from flows import runner
    from schemas.base import check, conform
    from tasks import run as runs
    from tasks.publish import tree

    class Thirty(runs.Run):
        """A run of these steps in the place of an assessment's."""

        def prepare(self) -> None:
            self._present = state.present(self.folder)
            self.plan = SimpleNamespace()  # type: ignore[assignment]
            self._contracts = contracts(waves)
            tables = {}
            for wave in waves:
                contract = self._contracts[f"mart.wave_{wave}"]
                frame = conform(read(self.folder / f"{wave}.csv"), contract)
                if faults := check(frame, contract):
                    raise ValueError(faults[0])
                tables[f"mart.wave_{wave}"] = frame
            self.intake = SimpleNamespace(tables=tables, raw={}, received=[], people=[])  # type: ignore[assignment]
            self.intake.sealed_files = set()

        @property
        def tasks(self) -> list[runs.Task]:  # type: ignore[override]
            stored = [runs.Task(f"store {one}", "fieldwork", (), (one,)) for one in self.intake.tables]
            return [*stored, *(runs._as_task(one) for one in runs.STEPS.values())]

        def open(self) -> None:  # type: ignore[override]
            state.forget(self.folder)
            self.warehouse = runs.Warehouse(self.results / "warehouse.duckdb")
            self._before = self.warehouse.step_fingerprints()
            self._digests = self.warehouse.digests()
            self._column_digests = self.warehouse.column_digests()
            self._given_columns = {}
            self._read_often = {f"mart.wave_{one}" for one in waves}
            self.warehouse.begin_run(self.id, self.engine, state.libraries())
            self._running = True

    run = Thirty(folder, engine=engine)
    run.prepare()
    run.open()
    runner._by_engine(run, engine, lambda _: None)
    counts = [one.status for one in run.outcomes.values()]
    if set(counts) - {"done", "unchanged"} or len(counts) != 5 * len(waves) + 5:
        raise SystemExit(f"{counts}")
    files = page({name: run.read(f"mart.{name}") for name in SHOWN})
    tree.publish(run.results, files, {"code": run._present["code"], "assessment": "thirty"})
    run.end("finished")
    run.leave_state()
    run.close()


def by_hash(folder: Path, waves: tuple[str, ...]) -> None:
    """The plain script that looks first whether its files have the hashes that it noted."""
    now = {one: hashlib.sha256((folder / f"{one}.csv").read_bytes()).hexdigest() for one in waves}
    note = folder / "plain" / "hashes.json"
    if note.is_file() and json.loads(note.read_text()) == now:
        return
    plain(folder, waves)
    note.write_text(json.dumps(now))


def measured(
    what: str, folder: Path, waves: tuple[str, ...], environment: Mapping[str, str]
) -> tuple[float, float]:
    """Return seconds and seconds of CPU of a whole process, its start and imports counted."""
    command = [sys.executable, __file__, "--one", what, str(folder), ",".join(waves)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, env={**os.environ, **environment})  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = time.perf_counter() - start, spent
    print(
        f"    {what}, {len(waves)} waves: {found[0]:.2f} s, {found[1]:.2f} s of CPU",
        file=sys.stderr,
        flush=True,
    )
    return found


def same_figures(folder: Path) -> None:
    """Compare every figure of both sides. Raises SystemExit where they are not the same."""
    import pandas as pd

    for name in SHOWN:
        one = pd.read_csv(folder / f"plain/tables/{name}.csv")
        other = pd.read_csv(folder / f"results/current/tables/{name}.csv")
        keys = [column for column in one if one[column].dtype.kind not in "fi"]
        one, other = (frame.sort_values(keys).reset_index(drop=True)[list(one)] for frame in (one, other))
        pd.testing.assert_frame_equal(one, other, check_dtype=False)


def round_of(folder: Path, engine: str, environment: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """Measure once: plain, ours cold, ours unchanged, plain unchanged, ours with one wave added."""
    shutil.rmtree(folder / "plain", ignore_errors=True)
    shutil.rmtree(folder / "results", ignore_errors=True)
    found = {"plain": measured("plain", folder, WAVES, environment)}
    found["cold"] = measured(engine, folder, WAVES, environment)
    same_figures(folder)
    found["nothing"] = measured(engine, folder, WAVES, environment)
    measured("hash", folder, WAVES, environment)
    found["plain, by hash"] = measured("hash", folder, WAVES, environment)
    shutil.rmtree(folder / "results")
    aside = folder.parent / f"{WAVES[-1]}.aside"
    (folder / f"{WAVES[-1]}.csv").rename(aside)
    shutil.rmtree(folder / "plain")
    measured(engine, folder, WAVES[:-1], environment)
    aside.rename(folder / f"{WAVES[-1]}.csv")
    found["wave"] = measured(engine, folder, WAVES, environment)
    return found


def main() -> None:
    """Generate, measure in turns, and print medians and ratios as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--interviews", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engines", default="process,prefect")
    told = parser.parse_args()
    here = told.folder / "thirty"
    shutil.rmtree(here, ignore_errors=True)
    generate(here, told.interviews)
    print("| engine | what | plain | ours | ratio | ratio of CPU |")
    print("|---|---|---|---|---|---|")
    for engine in told.engines.split(","):
        with _server() if engine == "prefect" else nullcontext({}) as environment:
            rounds = [round_of(here, engine, environment) for _ in range(told.rounds)]
        for what in ("cold", "nothing", "wave"):
            times = [statistics.median(one[side][0] for one in rounds) for side in ("plain", what)]
            ratios = [
                statistics.median(one[what][place] / one["plain"][place] for one in rounds)
                for place in (0, 1)
            ]
            told_times = f"{times[0]:.2f} s | {times[1]:.2f} s"
            print(f"| {engine} | {what} | {told_times} | {ratios[0]:.2f} | {ratios[1]:.2f} |")


def _server() -> Any:
    """Return a context with a Prefect server that runs, and what tells a process of it."""
    from contextlib import contextmanager

    from flows import engine, prefect_server

    @contextmanager
    def running() -> Any:
        engine.choose("prefect")  # quiet, and in a folder of its own
        process = prefect_server.start(port := prefect_server.free_port(), temporary=True)
        try:
            yield {"PREFECT_API_URL": prefect_server.address(port)}
        finally:
            prefect_server.stop(process)

    return running()


if __name__ == "__main__":
    if "--one" in sys.argv:
        _, _, what, place, waves = sys.argv
        given = tuple(waves.split(","))
        if what == "plain":
            plain(Path(place), given)
        elif what == "hash":
            by_hash(Path(place), given)
        else:
            ours(Path(place), given, what)
    else:
        main()
