"""Many assessments at once: who fails stops no other, who is killed is done again, all tables read as one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import psutil
import pytest

from flows import batch
from flows.batch import Job
from flows.exits import DONE, FAILED, REFUSED
from schemas.faults import Refused
from tasks import state
from tasks.publish import lake
from tests import dying
from tests.flows.test_portfolio import HEADER, assessment, psia
from tests.folders import plan, write

MANIFEST = '{"assessment": "tiny", "content_hash": "1", "code": "1"}'


CLUSTERS = ("Baskets", "Engines")


def silent(_: str) -> None:
    """Say nothing."""


def read_as_one(place: Path, table: str, query: str) -> list[tuple]:
    pattern = f"{place}/{table}/*/*.parquet"
    source = f"read_parquet('{pattern}', hive_partitioning = true, union_by_name = true)"
    with duckdb.connect() as connection:
        return connection.execute(query.replace("TABLE", source)).fetchall()


@pytest.mark.slow
def test_a_refused_one_is_named_and_the_others_are_run_and_published(tmp_path):
    folder, place = tmp_path / "many", tmp_path / "lake"
    for name, score in (("baskets", 5), ("engines", 1), ("shoes", 3)):
        assessment(folder, name, {"employment": score})
    write(folder, {"shoes/mapping/characteristics.csv": HEADER + "nothing,3,data,e,a\n"})
    command = ("portfolio", folder, "--run", "--engine", "process", "--publish", place)
    done = psia(*command)
    assert done.exit_code == REFUSED
    assert f"1 did not end well, and the others are not touched by that: {folder}/shoes (refused)" in (
        done.output
    )
    assert "<li>shoes: was refused</li>" in (folder / "results/portfolio/index.html").read_text()
    scores = "SELECT assessment, score FROM TABLE WHERE score IS NOT NULL ORDER BY 1"
    assert read_as_one(place, "characteristic_scores", scores) == [("baskets", 5), ("engines", 1)]

    write(folder, {"shoes/mapping/characteristics.csv": HEADER + "employment,3,assessor,e,a\n"})
    done = psia(*command)
    assert done.exit_code == 0, done.output
    assert done.output.count("nothing has changed, nothing was computed.") == 2
    assert done.output.count("stand in") == 2
    assert [row[0] for row in read_as_one(place, "characteristic_scores", scores)] == [
        *("baskets", "engines", "shoes")
    ]
    read_as_one(place, "cluster_priorities", "SELECT assessment, score FROM TABLE")


@pytest.mark.parametrize(("trap", "code"), [("once", DONE), ("always", FAILED)])
def test_a_killed_process_is_retried_and_the_others_go_on(tmp_path, monkeypatch, trap, code):
    monkeypatch.setattr(batch, "run_batch", dying.run_batch)
    monkeypatch.setattr(batch, "_cores", lambda: 2)
    write(tmp_path, {"dies.trap": trap})
    ended = batch.run_many([Job(tmp_path / name) for name in ("a", "dies", "z")], say=silent)
    assert [one.code for one in ended] == [DONE, code, DONE]
    said: list[str] = []
    assert batch.worst(ended, said.append) == code
    assert bool(said) == (code == FAILED)
    if code:
        assert "process killed each time" in ended[1].errors
        assert f"{tmp_path}/dies (failed)" in said[0]


def test_batches_hold_every_job_once_and_none_is_large():
    for many in (1, 2, 31, 33, 200, 10_000):
        jobs = [Job(Path(str(number))) for number in range(many)]
        batches = batch._batches(jobs)
        assert [job for one in batches for job in one] == jobs
        assert max(map(len, batches)) <= batch.LARGEST


def test_published_tables_are_replaced_whole_also_in_an_object_store():
    place = "memory://lake-of-a-test"
    assert lake.published(place, "a") == {}
    assert lake.write(place, "a", {"one": b"1", "two": b"2"}, {"content_hash": "first"}) == 2
    assert lake.published(place, "a") == {"content_hash": "first"}
    assert lake.write(place, "a", {"one": b"3", "two": b""}, {"content_hash": "second"}) == 1
    store, root = lake.store_of(place)
    assert store.cat_file(f"{root}/one/assessment=a/one.parquet") == b"3"
    assert not store.exists(f"{root}/two/assessment=a/two.parquet")
    assert lake.published(place, "b") == {}


def test_two_assessments_of_one_id_are_refused_before_they_overwrite_each_other(tmp_path):
    for folder in ("baskets", "copy"):
        write(tmp_path / folder, {"assessment.toml": plan()})
    done = psia("portfolio", tmp_path, "--run", "--publish", tmp_path / "lake")
    assert (done.exit_code, "two assessments bear the id 'tiny'" in done.stderr) == (REFUSED, True), (
        done.output
    )
    assert not list(tmp_path.glob("*/results")) + list(tmp_path.glob("lake"))


def test_the_tables_of_another_cluster_are_not_overwritten(tmp_path, monkeypatch):
    place = "memory://lake-of-clusters"
    write(tmp_path, {"assessment.toml": plan(), "results/current/manifest.json": MANIFEST})
    lake.write(
        place, "tiny", {"one": b"1"}, {"content_hash": "1", "code": "1", "cluster": "Engines, Nowhere"}
    )
    with pytest.raises(Refused) as refused:
        lake.publish(tmp_path, place)
    assert "'tiny' is the id of another cluster in memory://lake-of-clusters: Engines, Nowhere" in str(
        refused.value.faults[0]
    )
    lake.write(
        place, "tiny", {"one": b"1"}, {"content_hash": "1", "code": "1", "cluster": "Baskets, Nowhere"}
    )
    assert lake.publish(tmp_path, place) == f"The released tables stand in {place} already."
    lake.write(
        place, "tiny", {"one": b"1"}, {"content_hash": "1", "code": "1", "cluster": "Engines, Nowhere"}
    )
    monkeypatch.setattr(batch.state, "unchanged", lambda _: True)
    (ended,) = batch.run_batch([Job(tmp_path, publish=place)])
    assert (ended.code, "is the id of another cluster" in ended.errors) == (REFUSED, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dask", "tcp://127.0.0.1:1"], "go with --run"),
        (["--run", "--dask", "tcp://127.0.0.1:1", "--engine", "process"], "leave out --engine process"),
        (["--run", "--publish", "nosuch://x"], "neither a path nor an address"),
    ],
)
def test_slips_are_told(tmp_path, arguments, words):
    assessment(tmp_path, "baskets", {"employment": 5})
    done = psia("portfolio", tmp_path, *arguments)
    assert (done.exit_code, words in done.stderr) == (2, True), done.output


@pytest.mark.slow
def test_prefect_does_the_batches_in_processes_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("PREFECT_HOME", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    program = (
        "from pathlib import Path\n"
        "from flows import batch\n"
        "from tests import dying\n"
        "if __name__ == '__main__':\n"
        "    batch.run_batch = dying.run_batch\n"
        "    del batch._by_pool\n"  # so that none but Prefect can do them
        "    jobs = [batch.Job(Path(name)) for name in 'ab']\n"
        "    ended = batch.run_many(jobs, engine='prefect', say=lambda _: None)\n"
        "    print([(str(one.folder), one.code) for one in ended])\n"
    )
    write(tmp_path, {"program.py": program})
    done = subprocess.run(  # noqa: S603 -- this program
        [sys.executable, tmp_path / "program.py"], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["[('a', 0), ('b', 0)]"], done.stderr[-2000:]


@pytest.mark.slow
def test_a_dask_cluster_whose_worker_is_killed_midway_runs_all(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setenv("PSIA_KEYS", str(tmp_path / "keys"))
    (tmp_path / "prefect").mkdir()
    names = ["a", "b", "c", "d"]
    folders = [assessment(tmp_path / "many", name, {"employment": 3}) for name in names]
    write(folders[1], {"mapping/characteristics.csv": HEADER + "nothing,3,data,e,a\n"})
    killed: list[int] = []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def kill_who_runs() -> None:
            """Kill the worker that holds the lock of the third folder, once it holds it."""
            lock = folders[2] / "results/.lock"
            until = time.monotonic() + 120
            while time.monotonic() < until:
                pid = lock.read_text() if lock.is_file() else ""
                if pid and not (folders[2] / "results/state.json").exists():
                    killed.append(int(pid))
                    os.kill(int(pid), signal.SIGKILL)
                    return
                time.sleep(0.01)

        workers = {one["pid"] for one in _alive(cluster)}
        watcher = threading.Thread(target=kill_who_runs)
        watcher.start()
        place = str(tmp_path / "lake")
        ended = batch.run_many(
            [Job(one, publish=place) for one in folders], dask=cluster.scheduler_address, say=silent
        )
        watcher.join()
    assert len(killed) == 1
    assert killed[0] in workers
    assert not psutil.pid_exists(killed[0])
    assert [one.code for one in ended] == [DONE, REFUSED, DONE, DONE], ended
    assert "'nothing'" in ended[1].errors
    for folder in (folders[0], *folders[2:]):
        assert state.unchanged(folder)
    query = "SELECT assessment, count(*) FROM TABLE GROUP BY 1 ORDER BY 1"
    assert read_as_one(tmp_path / "lake", "poverty_nodes", query) == [("a", 3), ("c", 3), ("d", 3)]
    shutil.rmtree(tmp_path / "many")


def _alive(cluster) -> list[dict[str, int]]:
    return [{"pid": nanny.process.process.pid} for nanny in cluster.workers.values()]
