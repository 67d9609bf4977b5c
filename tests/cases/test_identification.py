"""German Länder and Göttingen: folders alone put the published quotients and indices into the warehouse."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tasks.run import Run
from tests.folders import plan, write

SOURCES = "source,citation\nstatistics,Statistical offices of the Länder\n"

LAENDER = """
[[register]]
source = "statistics"
file = "secondary/{file}"
grain = "cells"
year = "2015"
[register.columns]
region = "{region_code}"
industry = "{ind_code}"
employment = "{emp_all}"
firms = "{firms}"
population = "{pop}"
area_sqkm = "{area_sqkm}"

[[identification]]
source = "statistics"
"""
NAMES = ("region_code", "ind_code", "emp_all", "firms", "pop", "area_sqkm")


def run(folder: Path, *tables: str) -> list[pd.DataFrame]:
    """Run every step of a folder and return these tables of the warehouse."""
    one = Run(folder)
    one.prepare()
    one.open()
    for task in one.tasks:
        assert one.do(task).status in ("done", "unchanged"), task.name
    found = [one.read(table) for table in tables]
    one.finish()
    one.close()
    return found


def laender(folder: Path, data: pd.DataFrame, names: dict[str, str], file: str = "laender.csv") -> Path:
    write(
        folder,
        {
            "assessment.toml": plan(LAENDER.format(file=file, **names)),
            "secondary/sources.csv": SOURCES,
        },
    )
    renamed = data.rename(columns=names)
    if file.endswith(".csv"):
        renamed.to_csv(folder / "secondary" / file, index=False)
    else:
        renamed.to_parquet(folder / "secondary" / file, index=False)
    return folder


@pytest.fixture(scope="module")
def published(cases) -> pd.DataFrame:
    return pd.read_csv(cases / "german-laender" / "expected_lq_and_cluster_index.csv")


def assert_published(quotients: pd.DataFrame, published: pd.DataFrame) -> None:
    jobs = quotients[quotients["basis"] == "employment"]
    both = jobs.merge(published, left_on=["region", "industry"], right_on=["region_code", "ind_code"])
    assert len(jobs) == len(both) == 272
    for ours, theirs in (
        ("location_quotient", "LQ"),
        ("industrial_density", "ID"),
        ("industrial_stock", "IB"),
        ("plant_size", "PS"),
        ("cluster_index", "CI"),
    ):
        # nobody works in one of the cells: its plants have size 0, and the index is missing there as here
        assert both[ours].to_numpy() == pytest.approx(both[theirs].to_numpy(), rel=1e-9, nan_ok=True), ours
    top = jobs.sort_values("location_quotient").iloc[-1]
    assert (top["region"], top["industry"]) == ("BE", "WZ08-R")
    assert round(top["location_quotient"], 6) == 2.555951
    assert round(top["cluster_index"], 4) == 104.7357
    assert top["cluster_index"] == jobs["cluster_index"].max()


@pytest.fixture(scope="module")
def as_it_came(cases, tmp_path_factory) -> list[pd.DataFrame]:
    data = pd.read_csv(cases / "german-laender" / "regions_industries.csv")
    folder = laender(tmp_path_factory.mktemp("laender"), data, {name: name for name in NAMES})
    original = (cases / "german-laender" / "regions_industries.csv").read_bytes()
    (folder / "secondary" / "laender.csv").write_bytes(original)
    return run(folder, "mart.location_quotients", "mart.region_indices", "mart.identification_notes")


def test_german_laender_from_their_file_as_it_came(as_it_came, published):
    quotients, indices, notes = as_it_came
    assert_published(quotients, published)
    assert len(indices) == 16 * 2 * 2
    assert not len(notes)


def test_german_laender_with_other_names_rows_and_form(cases, tmp_path, published, as_it_came):
    data = pd.read_csv(cases / "german-laender" / "regions_industries.csv")
    other = {name: f"{name} 2" for name in NAMES}
    shuffled = data.sample(frac=1, random_state=3)
    folder = laender(tmp_path / "another [x] name", shuffled, other, "cells.parquet")
    (quotients,) = run(folder, "mart.location_quotients")
    assert_published(quotients, published)
    pd.testing.assert_frame_equal(quotients, as_it_came[0])


GOETTINGEN = """
[[identification]]
source = "statistics"
reference = "{reference}"
totals = ["A-R"]
"""


def goettingen(folder: Path, cases: Path) -> Path:
    reference = "Germany"
    table = pd.read_csv(cases / "german-laender" / "goettingen_2017.csv")
    rows = []
    for region, column in (("Göttingen", "Goettingen2017"), (reference, "BRD2017")):
        part = table[["WZ2008_Code", column]].set_axis(["industry", "employment"], axis=1)
        rows.append(
            part.assign(source="statistics", year="2017", region=region, size="all", status="measured")
        )
    write(
        folder,
        {"assessment.toml": plan(GOETTINGEN.format(reference=reference)), "secondary/sources.csv": SOURCES},
    )
    pd.concat(rows).sample(frac=1, random_state=2).to_csv(
        folder / "secondary" / "regional_industries.csv", index=False
    )
    return folder


def test_goettingen_against_germany(cases, tmp_path):
    tables = ("mart.region_indices", "mart.location_quotients", "mart.identification_notes")
    indices, quotients, notes = run(goettingen(tmp_path, cases), *tables)
    by_index = indices.set_index("index").to_dict("index")
    assert round(by_index["krugman"]["value"], 7) == 0.4508469
    assert set(indices["region"]) == {"Göttingen"}
    # 2,120 of 69,403 are in none of the industries: the printed total is used, and that is told
    assert by_index["krugman"]["untold_pct"] == 3
    assert len(quotients) == 15
    paper = quotients.set_index("industry").loc["P", "location_quotient"]
    assert paper == pytest.approx((7488 / 69403) / (1249260 / 32164973), rel=1e-12)
    told = notes.set_index("rule")
    assert told.loc["total left out", "industry"] == "A-R"
    assert told.loc["not told apart", "share_pct"] == 3


def test_goettingen_with_its_total_undeclared_is_refused(cases, tmp_path):
    from schemas.faults import Refused

    folder = goettingen(tmp_path, cases)
    toml = folder / "assessment.toml"
    toml.write_text(toml.read_text().replace('totals = ["A-R"]', ""))
    with pytest.raises(Refused, match=r"'A-R' .* is the total of the others.* totals = \[\"A-R\"\]"):
        Run(folder).prepare()
