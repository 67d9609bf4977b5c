"""The whole way of a [[source]]: from a file of the folder to its table and the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.faults import Refused
from tasks.run import Run
from tasks.sources import readers
from tasks.vault import Vault
from tests.folders import plan, write

SOURCE = """
[[source]]
source = "census"
reader = "delimited_text"
file = "secondary/files/jobs.csv"
header_row = 3
totals = { column = "Provincia", words = ["Totale"] }
columns = { area = "Provincia", value = "Addetti" }
[source.values]
period = "2011"
statistic = "employment"
unit = "people"
status = "measured"
topic = "employment"
"""
JOBS = "Fonte: Istat\n\nProvincia;Addetti\nNA;1.234,5\nForlì;12.219\nTotale;13.453,5\n"
CITED = "source,citation,year\ncensus,Census of 2011,2013\n"


def folder_of(folder: Path, toml: str = SOURCE, **files: str) -> Path:
    given = {"assessment.toml": plan(toml), "secondary/sources.csv": CITED, "secondary/files/jobs.csv": JOBS}
    return write(
        folder, {**given, **{name.replace("__", "/") + ".csv": text for name, text in files.items()}}
    )


def taken(folder: Path) -> Run:
    run = Run(folder)
    run.prepare()
    return run


def refused(folder: Path) -> str:
    with pytest.raises(Refused) as found:
        taken(folder)
    return str(found.value)


def test_a_file_runs_through_to_the_report(tmp_path):
    folder = folder_of(tmp_path, secondary__context="source,topic,statement\ncensus,shocks,A flood in 2014\n")
    run = taken(folder)
    run.open()
    try:
        for task in run.tasks:
            assert run.do(task).status in ("done", "unchanged")
        statistics = run.read("staged.statistics")
        readings = run.read("staged.source_readings")
        page = (run.finish() / "report.html").read_text(encoding="utf-8")
    finally:
        run.close()
    assert statistics[["area", "value", "topic"]].values.tolist() == [
        ["Forlì", 12219, "employment"],
        ["NA", 1234.5, "employment"],
    ]
    told = dict(zip(readings["item"], readings["value"], strict=True))
    assert (told["rows read"], told["rows left out: total ('Totale')"], told["rows kept"]) == ("3", "1", "2")
    for words in (
        "Employment in figures",
        "12 219",
        "A flood in 2014",
        "census (2013)",
        "Delimiter: semicolon",
    ):
        assert words in page.replace("\u202f", " ")
    assert "No statement and no figure tells of: how the industry developed, production, trade" in page
    kept = [path.suffix for path in (folder / "received").iterdir()]
    assert sorted(kept) == [".csv", ".csv", ".csv"]


def test_the_order_of_rows_and_a_byte_order_mark_change_no_table(tmp_path):
    lines = JOBS.splitlines()
    turned = "\ufeff" + "\n".join([*lines[:3], *lines[:2:-1]]) + "\n"
    one = taken(folder_of(tmp_path / "a")).intake.tables["staged.statistics"]
    other = taken(folder_of(tmp_path / "b", secondary__files__jobs=turned)).intake.tables["staged.statistics"]
    columns = ["area", "value"]
    assert sorted(one[columns].values.tolist()) == sorted(other[columns].values.tolist())


def test_a_sealed_file_is_read_and_kept_sealed(tmp_path):
    folder = folder_of(tmp_path)
    vault = Vault(folder, "tiny")
    path = folder / "secondary/files/jobs.csv"
    path.with_name("jobs.csv.age").write_bytes(vault.seal(path.read_bytes()))
    path.unlink()
    run = taken(folder)
    assert len(run.intake.tables["staged.statistics"]) == 2
    run.open()
    run.close()
    names = [one.name for one in (folder / "received").iterdir()]
    assert sum(name.endswith(".csv.age") for name in names) == 1


WRONG = [
    (
        'source = "census"',
        'source = "cens"',
        "key source.1.source: the source 'cens' is not in secondary/sources. Did you mean 'census'?",
    ),
    (
        '"delimited_text"',
        '"delimitd_text"',
        "key source.1.reader: 'delimitd_text' is not a reader. Did you mean 'delimited_text'?",
    ),
    (
        '"delimited_text"',
        '"statistics"',
        "'statistics' is not a reader. It is read from its place: secondary/statistics",
    ),
    (
        'reader = "delimited_text"',
        'reader = "wdi"\ntarget = "staged.regions"',
        "the reader 'wdi' does not feed staged.regions",
    ),
    (
        '"Addetti"',
        '"Adetti"',
        "key source.1.columns.value: 'Adetti' is not a column of the file (secondary/files/jobs.csv). "
        "The nearest is 'Addetti'",
    ),
    (
        "header_row = 3",
        "header_rw = 3",
        "key source.1.header_rw: is not a key of the plan. The nearest known key is 'header_row'",
    ),
    ("header_row = 3\n", "", "Row 3 has it: declare header_row = 3"),
    ("header_row = 3", 'header_row = 3\ndecimal = ","\nthousands = ","', "cannot be the same sign"),
    ('topic = "employment"', 'topic = "jobs"', "column topic: is not one of the words allowed here"),
    ("files/jobs.csv", "files/none.csv", "secondary/files/none.csv: is not here"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_a_plan_that_does_not_fit_is_refused(tmp_path, old, new, told):
    assert old in SOURCE
    assert told in refused(folder_of(tmp_path, SOURCE.replace(old, new)))


@pytest.mark.parametrize("path", ["/etc/passwd", "../jobs.csv", "results/jobs.csv", "secondary/.jobs.csv"])
def test_the_file_lies_among_the_inputs(tmp_path, path):
    toml = SOURCE.replace("secondary/files/jobs.csv", path)
    assert "does not lie among the inputs" in refused(folder_of(tmp_path, toml))


def test_what_is_wrong_with_several_sources_is_told_together(tmp_path):
    toml = SOURCE.replace('"Addetti"', '"Adetti"') + SOURCE.replace('"Provincia"', '"Provinca"')
    told = refused(folder_of(tmp_path, toml))
    assert "source.1.columns.value" in told
    assert "source.2.columns.area" in told


def test_a_figure_that_stands_in_two_files_is_refused(tmp_path):
    long = (
        "source,area,period,statistic,dimensions,value,unit,status\n"
        "census,NA,2011,employment,total,1234,people,measured\n"
    )
    told = refused(folder_of(tmp_path, secondary__statistics=long))
    assert "secondary/files/jobs.csv, row 4" in told
    assert "stands already in secondary/statistics.csv, row 2" in told


def test_the_same_file_may_be_read_twice(tmp_path):
    toml = SOURCE + SOURCE.replace('statistic = "employment"', 'statistic = "jobs"')
    run = taken(folder_of(tmp_path, toml))
    assert len(run.intake.tables["staged.statistics"]) == 4
    assert set(run.intake.tables["staged.source_readings"]["part"]) == {1, 2}


def test_personal_columns_of_a_source_stay_out(tmp_path):
    toml = SOURCE + '\n[personal]\n"secondary/files/jobs" = ["Nome"]\n'
    content = "x\n\nProvincia;Addetti;Nome\nNA;1,5;Secret Person\n"
    folder = folder_of(tmp_path, toml, secondary__files__jobs=content)
    run = taken(folder)
    for frame in [*run.intake.tables.values(), *run.intake.raw.values()]:
        assert "Secret Person" not in frame.to_csv()
    assert "secondary/files/jobs.csv" in run.intake.sealed_files
    latin = "x\n\nProvincia;Addetti;Nome\nNA;1,5;Forlì-Rossi\n".encode("iso-8859-1")
    (folder / "secondary/files/jobs.csv").write_bytes(latin)
    assert "Forlì" not in taken(folder).intake.tables["staged.source_readings"].to_csv()
    told = refused(folder_of(tmp_path, toml.replace('area = "Provincia"', 'area = "Nome"')))
    assert "'Nome' is not a column of the file" in told
    assert "Secret" not in told


@pytest.mark.parametrize("reader", sorted(readers()))
@pytest.mark.parametrize(
    "content", ["", "\0\1\2", "PK\3\4junk", "<a>", "{}", '"', "a,b\n1", "<!DOCTYPE a><a/>"]
)
def test_junk_is_refused_in_a_line_whatever_the_reader(tmp_path, reader, content):
    toml = f'[[source]]\nsource = "census"\nreader = "{reader}"\nfile = "secondary/files/jobs.csv"\n'
    assert "secondary/files/jobs.csv" in refused(folder_of(tmp_path, toml, secondary__files__jobs=content))


def test_other_tables_are_fed(tmp_path):
    toml = """
[[source]]
source = "census"
reader = "delimited_text"
file = "secondary/files/jobs.csv"
target = "staged.regions"
columns = { region = "Code", label = "Name", population = "People" }
values = { year = "2011" }
"""
    content = "Code;Name;People\n007;Napoli;3.054.956\nNA;Nowhere;\n"
    regions = taken(folder_of(tmp_path, toml, secondary__files__jobs=content)).intake.tables["staged.regions"]
    assert regions[["region", "population"]].fillna(-1).values.tolist() == [["007", 3054956], ["NA", -1]]
