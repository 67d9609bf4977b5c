"""A register in an assessment folder: taken in, kept by its hash, not scanned twice, refused."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from schemas.faults import Refused
from tasks.run import Run
from tests.folders import plan, write

REGISTER = """
[[register]]
source = "reg"
file = "secondary/firms.csv"
grain = "establishments"
year = "2026"
[register.columns]
region = "place"
industry = "branch"
employment = "jobs"

[[identification]]
source = "reg"
manufacturing = ["1"]
[identification.districts]
"""
FIRMS = "place,branch,jobs\n" + "".join(
    f"{place},{branch},{jobs}\n"
    for place, branch, sizes in (
        ("hill", "15", [4, 7, 3, 60]),
        ("hill", "50", [2, 2, 2]),
        ("town", "15", [900]),
        ("town", "27", [3, 3]),
        ("town", "50", [700, 5, 9]),
    )
    for jobs in sizes
)


def folder(path: Path) -> Path:
    files = {"assessment.toml": plan(REGISTER), "secondary/firms.csv": FIRMS}
    return write(path, {**files, "secondary/sources.csv": "source,citation\nreg,The register\n"})


def whole(path: Path) -> Run:
    run = Run(path)
    run.prepare()
    run.open()
    for task in run.tasks:
        assert run.do(task).status in ("done", "unchanged"), task.name
    run.finish()
    return run


def test_a_register_is_summed_kept_published_and_not_scanned_again(tmp_path):
    path = folder(tmp_path)
    run = whole(path)
    cells = run.read("staged.regional_industries")
    quotients = run.read("mart.location_quotients")
    released = run.read("released.location_quotients")
    districts = run.read("mart.districts")
    run.close()
    assert cells["firms"][cells["size"] == "all"].sum() == 13
    assert set(cells["size"]) == {"all", "small", "medium", "large"}
    assert len(quotients) == 5 * 2
    # two firms can be told from each other: their figures are withheld, and so is the single one's
    hidden = released[released["withheld_by"] != ""]
    assert set(zip(hidden["region"], hidden["industry"], strict=True)) == {("town", "27"), ("town", "15")}
    figures = ["value", "location_quotient", "firms"]
    assert hidden[figures].isna().all(axis=None)
    assert released[released["withheld_by"] == ""][figures].notna().all(axis=None)
    assert districts.set_index("local_system")["is_manufacturing"].to_dict() == {"hill": True, "town": False}
    kept = path / "received" / (hashlib.sha256(FIRMS.encode()).hexdigest() + ".csv")
    assert kept.read_text() == FIRMS
    page = (path / "results" / "current" / "report.html").read_text(encoding="utf-8")
    assert "Where industries are concentrated" in page

    again = Run(path)
    again.prepare()
    assert [one.scanned for one in again.intake.register_readings] == [False]
    again.open()
    assert {again.do(task).status for task in again.tasks} == {"unchanged"}
    again.close()

    (path / "secondary" / "firms.csv").write_text(FIRMS + "hill,15,5\n")
    third = Run(path)
    third.prepare()
    assert [one.scanned for one in third.intake.register_readings] == [True]


def test_checking_a_register_changes_nothing(tmp_path):
    path = folder(tmp_path)
    Run(path).prepare()
    assert sorted(one.name for one in path.iterdir()) == ["assessment.toml", "secondary"]


def sealed(path: Path) -> None:
    (path / "secondary" / "firms.csv").rename(path / "secondary" / "firms.csv.age")


def missing(path: Path) -> None:
    (path / "secondary" / "firms.csv").unlink()


def negative(path: Path) -> None:
    (path / "secondary" / "firms.csv").write_text(FIRMS.replace("town,15,900", "town,15,-900"))


def changed(old: str, new: str):
    def change(path: Path) -> None:
        toml = path / "assessment.toml"
        assert old in toml.read_text()
        toml.write_text(toml.read_text().replace(old, new))

    return change


def twice(path: Path) -> None:
    write(
        path,
        {
            "secondary/regional_industries.csv": "source,year,region,industry,size,employment,status\n"
            "reg,2025,hill,15,all,3,measured\n"
        },
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (sealed, "firms.csv: a sealed register cannot be read where it lies. Take out the columns"),
        (missing, "secondary/firms.csv: is not here"),
        (negative, "secondary/firms.csv, row 9, column jobs: is negative"),
        (changed('"secondary/firms.csv"', '"../firms.csv"'), "does not lie under secondary/"),
        (changed('"secondary/firms.csv"', '"secondary/firms.xlsx"'), "a register is .csv or .parquet"),
        (changed('"secondary/firms.csv"', '"secondary/regions.csv"'), "the name of another input table"),
        (changed('"branch"', '"branche"'), "'branche' is not a column of .*Did you mean 'branch'"),
        (
            changed('source = "reg"\nfile', 'source = "ger"\nfile'),
            "the source 'ger' is not in secondary/sources",
        ),
        (
            changed("[[identification]]", '[personal]\n"secondary/*" = ["place"]\n[[identification]]'),
            "is kept as",
        ),
        (changed('year = "2026"', ""), "give the year once"),
        (changed("grain =", 'delimitter = ";"\ngrain ='), "nearest known key is 'delimiter'"),
        (twice, "the source 'reg' stands in secondary/regional_industries as well"),
        (changed('manufacturing = ["1"]', 'manufacturing = ["9"]'), "begins with one of these codes"),
    ],
)
def test_a_slip_is_refused_with_its_remedy(tmp_path, change, told):
    path = folder(tmp_path)
    change(path)
    with pytest.raises(Refused) as refused:
        Run(path).prepare()
    assert re.search(told, str(refused.value)), str(refused.value)


def test_a_register_that_changes_while_it_is_read_is_refused(tmp_path):
    path = folder(tmp_path)
    run = Run(path)
    run.prepare()
    (path / "secondary" / "firms.csv").write_text(FIRMS.replace("hill", "hell"))
    with pytest.raises(Refused, match="has changed while it was read"):
        run.open()
    run.close()
    assert hashlib.sha256(FIRMS.encode()).hexdigest() + ".csv" not in {
        one.name for one in (path / "received").iterdir()
    }
    assert not (path / "results" / "registers").exists()
