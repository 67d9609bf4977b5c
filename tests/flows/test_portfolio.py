"""A portfolio: what is compared, what is refused, and the same bytes whatever the order of folders."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.runner import execute
from tests.folders import ACTORS, plan, write

DEMOS = Path(__file__).parents[2] / "data" / "demo"
HEADER = "characteristic,score,basis,evidence,assessor\n"
SCORED = {
    "baskets": {"employment": 5, "location": 5, "upgrading": 5},
    "engines": {"employment": 1, "location": 1, "upgrading": 1},
    "shoes": {"employment": 3, "location": None, "upgrading": 4},
    "nothing": {},
}


def assessment(folder: Path, name: str, scores: dict[str, int | None]) -> Path:
    cells = {one: "" if score is None else score for one, score in scores.items()}
    rows = [f"{one},{cell},assessor,seen,researcher\n" for one, cell in cells.items()]
    return write(
        folder / name,
        {
            "assessment.toml": plan()
            .replace('id = "tiny"', f'id = "{name}"')
            .replace('cluster = "Baskets"', f'cluster = "The {name}"'),
            "mapping/actors.csv": ACTORS.replace(",women", ",minorities"),
            "mapping/characteristics.csv": HEADER + "".join(rows),
        },
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    """Return a folder of four assessments that have been run."""
    folder = tmp_path_factory.mktemp("portfolio")
    for name, scores in SCORED.items():
        one = assessment(folder, name, scores)
        assert execute(one, engine="process", select="", seal=False, say=lambda _: None) == 0
    return folder


@pytest.fixture(name="folder")
def folder_fixture(ran, tmp_path) -> Path:
    """Return a copy of it that a test may spoil."""
    shutil.copytree(ran, tmp_path / "portfolio", symlinks=True)
    return tmp_path / "portfolio"


def psia(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def published(folder: Path) -> dict[str, bytes]:
    current = folder / "results" / "portfolio"
    return {
        path.relative_to(current).as_posix(): path.read_bytes()
        for path in sorted(current.rglob("*"))
        if path.is_file()
    }


def test_the_clusters_are_ranked_with_intervals(folder):
    done = psia("portfolio", folder)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    table = pd.read_csv(folder / "results/portfolio/tables/cluster_priorities.csv").set_index("assessment")
    assert table["scored"].to_dict() == {"baskets": 3, "engines": 3, "nothing": 0, "shoes": 2}
    assert table.loc["baskets", "rank"] == 1
    assert table.loc["engines", "rank"] == 3
    known = table.dropna(subset="rank")
    assert (known["rank_low"] <= known["rank"]).all()
    assert (known["rank"] <= known["rank_high"]).all()
    assert known["rank_high"].max() == 3
    assert list(table.index[table["rank"].isna()]) == ["nothing"]
    assert table["nodes"].tolist() == [3] * 4
    pairs = pd.read_csv(folder / "results/portfolio/tables/cluster_pairs.csv")
    assert len(pairs) == 3
    told = pairs[pairs["told_apart"]]
    for name, row in table.iterrows():
        assert row["told_above"] == (told["above"] == name).sum()
        assert row["told_below"] == (told["below"] == name).sum()
    page = (folder / "results/portfolio/index.html").read_text()
    assert "must be used cautiously" in page
    assert page.index("The engines</a>") < page.index("The nothing</a>") < page.index("not scored</span>")
    for link in re.findall('href="([^"#]+)"', page):
        assert (folder / "results/portfolio" / link).is_file(), link


def test_json_has_one_record_a_cluster_and_nothing_else(folder):
    done = psia("portfolio", folder, "--json")
    records = json.loads(done.stdout)
    assert [one["assessment"] for one in records][::3] == ["baskets", "nothing"]
    assert {"rank", "rank_low", "rank_high", "score", "scored", "unscored"} <= set(records[0])
    assert records[-1]["rank"] is None


def test_names_and_order_of_folders_change_links_and_nothing_else(folder):
    assert psia("portfolio", folder).exit_code == 0
    first = published(folder)
    (folder / "baskets").rename(folder / "zz-last")
    (folder / "shoes").rename(folder / "0-first")
    assert psia("portfolio", folder).exit_code == 0
    again = published(folder)
    assert set(first) == {
        "index.html",
        "manifest.json",
        "tables/cluster_pairs.csv",
        "tables/cluster_priorities.csv",
        "tables/clusters.csv",
        "tables/indicators.csv",
    }
    renamed = {b"zz-last/results": b"baskets/results", b"0-first/results": b"shoes/results"}
    for name in ("index.html", "tables/clusters.csv"):
        for new, old in renamed.items():
            assert again[name].count(new) == first[name].count(old) == 1
            again[name] = again[name].replace(new, old)
        hashed = re.compile(rb"content [0-9a-f]{16}")
        again[name], first[name] = (hashed.sub(b"", one[name]) for one in (again, first))
    del again["manifest.json"], first["manifest.json"]
    assert again == first


def test_a_cluster_more_leaves_the_composites_of_the_others(folder):
    def composites() -> dict:
        table = pd.read_csv(folder / "results/portfolio/tables/cluster_priorities.csv")
        return table.dropna(subset="rank").set_index("assessment")["score_middle"].to_dict()

    assert psia("portfolio", folder).exit_code == 0
    before = composites()
    shutil.rmtree(folder / "shoes")
    assert psia("portfolio", folder).exit_code == 0
    del before["shoes"]
    assert composites() == before


def test_what_has_not_been_run_is_left_out_and_run_if_asked(folder):
    assessment(folder, "pots", {"employment": 2})
    done = psia("portfolio", folder)
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines()[0].startswith(
        f"psia: {folder}/pots: has not been run. Run it first: 'psia run"
    )
    assert b"<li>pots: has not been run</li>" in published(folder)["index.html"]
    assert b"pots" not in published(folder)["tables/cluster_priorities.csv"]
    done = psia("portfolio", folder, "--run", "--engine", "process")
    assert done.exit_code == 0, done.output
    assert b"pots" in published(folder)["tables/cluster_priorities.csv"]
    assert b"Left out" not in published(folder)["index.html"]


def test_what_has_changed_since_its_run_is_told(folder):
    (folder / "shoes/mapping/characteristics.csv").write_text(HEADER)
    done = psia("portfolio", folder)
    assert done.exit_code == 0
    assert f"{folder}/shoes has changed since its last run" in done.stderr


def test_a_refused_assessment_is_left_out_of_the_portfolio_and_its_exit_status_kept(folder):
    write(folder, {"shoes/mapping/characteristics.csv": HEADER + "nothing,3,data,e,a\n"})
    done = psia("portfolio", folder, "--run", "--engine", "process", "--json")
    assert done.exit_code == 1
    assert {one["assessment"] for one in json.loads(done.stdout)} == {"baskets", "engines", "nothing"}
    told = f"psia: {folder}/shoes: was refused. 'psia run {folder}/shoes' says why. It was left out\n"
    assert told in done.stderr
    assert b"<li>shoes: was refused</li>" in published(folder)["index.html"]
    table = pd.read_csv(folder / "results/portfolio/tables/clusters.csv")
    assert table["assessment"].tolist() == ["baskets", "engines", "nothing"]


def test_two_of_one_name_and_too_few_scored_are_refused(folder):
    shutil.copytree(folder / "shoes", folder / "copy", symlinks=True)
    done = psia("portfolio", folder)
    assert (done.exit_code, "two assessments bear the id 'shoes'" in done.stderr) == (1, True)
    for name in ("copy", "baskets", "engines"):
        shutil.rmtree(folder / name)
    done = psia("portfolio", folder)
    assert (done.exit_code, "fewer than two assessments have a score" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("draw = 5000", "portfolio.toml, key draw: is not a key of the portfolio. The keys are: title, seed"),
        ("draws = 10", "portfolio.toml, key draws: has to be 1000 or more. Correct the value"),
        ("draws = ", "portfolio.toml: is not valid TOML"),
    ],
)
def test_a_wrong_portfolio_file_is_refused(folder, toml, words):
    write(folder, {"portfolio.toml": toml})
    done = psia("portfolio", folder)
    assert done.exit_code == 1
    assert words in done.stderr


def test_the_file_names_title_seed_and_draws(folder):
    write(folder, {"portfolio.toml": 'title = "Three <b>trades</b>"\nseed = 7\ndraws = 2000\n'})
    assert psia("portfolio", folder).exit_code == 0
    page = published(folder)["index.html"].decode()
    assert "<h1>Three &lt;b&gt;trades&lt;/b&gt;</h1>" in page
    assert "(seed 7)" in page
    assert json.loads(published(folder)["manifest.json"])["draws"] == 2000


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        (
            "tables/characteristic_scores.csv",
            "characteristic,score\n",
            "has been changed since it was released",
        ),
        ("tables/poverty_nodes.csv", None, "is gone, though manifest.json lists it"),
        ("manifest.json", "{}", "is damaged, or another version of psia made it (assessment)"),
        (
            "manifest.json",
            lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "language"}),
            "lacks language: an earlier version of psia made it",
        ),
        ("manifest.json", "not", "is damaged, or another version of psia made it (no JSON)"),
    ],
)
def test_results_that_were_changed_are_refused_and_the_others_go_on(folder, file, content, words):
    path = folder / "shoes/results/current" / file
    if content is None:
        path.unlink()
    else:
        path.write_text(content(path.read_text()) if callable(content) else content)
    done = psia("portfolio", folder)
    assert done.exit_code == 0, done.output
    assert f"psia: {folder}/shoes: results/current/{file} {words}. Run it " in done.stderr
    assert f"<li>shoes: results/current/{file} {words}</li>".encode() in published(folder)["index.html"]
    table = pd.read_csv(folder / "results/portfolio/tables/clusters.csv")
    assert table["assessment"].tolist() == ["baskets", "engines", "nothing"]


def test_no_warehouse_is_opened(folder):
    (folder / "shoes/results/warehouse.duckdb").write_bytes(b"not a warehouse")
    (folder / "engines/results/warehouse.duckdb").unlink()
    assert psia("portfolio", folder).exit_code == 0
    assert len(pd.read_csv(folder / "results/portfolio/tables/clusters.csv")) == 4


def test_slips_on_the_command_line(folder):
    assert psia("portfolio", folder / "shoes").exit_code == 2
    assert psia("portfolio", folder / "nowhere").exit_code == 2
    assert psia("portfolio", folder, "--engine", "steam").exit_code == 2


def test_its_results_are_no_assessment(folder):
    assert psia("portfolio", folder).exit_code == 0
    done = psia("status", folder, "--json")
    assert [(one["assessment"], one["current"]) for one in json.loads(done.stdout)] == [
        (name, True) for name in sorted(SCORED)
    ]


@pytest.mark.slow
def test_the_published_evidence_is_a_ranked_portfolio(tmp_path):
    folder = tmp_path / "evidence"
    shutil.copytree(DEMOS / "evidence", folder, ignore=shutil.ignore_patterns("results", "received", "vault"))
    assert psia("portfolio", folder, "--run", "--engine", "process").exit_code == 0
    table = pd.read_csv(folder / "results/portfolio/tables/cluster_priorities.csv")
    assert len(table) == 18
    assert (table["rank_low"] < table["rank_high"]).all()
    assert table["rank"].between(table["rank_low"], table["rank_high"]).all()
    pairs = pd.read_csv(folder / "results/portfolio/tables/cluster_pairs.csv")
    assert len(pairs) == 18 * 17 / 2
    assert pairs["told_apart"].equals(pairs["share_above"] >= 0.95)
