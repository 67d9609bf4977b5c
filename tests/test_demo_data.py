"""The demo data say what the UNIDO study prints (Nadvi and Barrientos 2004), and keep the contracts."""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import read_plan
from schemas.base import Contract, check, column_types, conform
from schemas.mapping import (
    Actors,
    Characteristics,
    Evidence,
    InstitutionLinks,
    Institutions,
    Linkages,
    MappingAnswers,
)
from schemas.secondary import Sources, Statistics
from tasks import state
from tasks.files import read_table, typed

DATA = Path(__file__).parent.parent / "data"
ITALY = DATA / "demo" / "italy-1991-1996"
EVIDENCE = sorted(path.parent for path in (DATA / "demo" / "evidence").glob("*/assessment.toml"))
FOLDERS = [ITALY, *EVIDENCE]
CLUSTERS = {
    "agra", "gamarra", "guadalajara", "indonesia-cottage-industry", "jaipur-block-printing",
    "java-roof-tiles", "jepara", "kenya-vehicle-repair", "kumasi", "lake-victoria", "ludhiana",
    "nairobi-garments", "palar-valley", "sialkot-sports", "sialkot-surgical", "sinos-valley",
    "tiruppur", "torreon",
}  # fmt: skip
CONTRACTS: list[type[Contract]] = [
    Sources, Statistics, Actors, Linkages, Institutions, InstitutionLinks, Evidence, Characteristics,
    MappingAnswers,
]  # fmt: skip
BY_SOURCE = {contract.about().source: contract for contract in CONTRACTS}
BY_TABLE = {contract.about().name: contract for contract in CONTRACTS}
KINDS = {"Int64": "integer", "float64": "number", "boolean": "flag"}

by_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
by_cluster = pytest.mark.parametrize("folder", EVIDENCE, ids=lambda folder: folder.name)


@cache
def read(folder: Path, contract: type[Contract]) -> pd.DataFrame | None:
    received = read_table(folder, contract.about().source, lambda content: content)
    if received is None:
        return None
    columns = {}
    kinds = column_types(contract)
    assert set(received.frame) <= set(kinds), f"{received.file} has columns that the contract does not know"
    for column in received.frame:
        columns[column], bad = typed(received.frame[column], KINDS.get(kinds[str(column)], "text"))
        assert not bad.any(), f"{received.file}, column {column}: {list(received.frame[column][bad])}"
    return conform(pd.DataFrame(columns), contract)


def statistics(folder: Path) -> pd.DataFrame:
    frame = read(folder, Statistics)
    assert frame is not None
    return frame


def dimensions(text: str) -> dict[str, str]:
    return {} if text == "total" else dict(part.split("=") for part in text.split("; "))


def test_every_cluster_of_the_study_is_here():
    assert {folder.name for folder in EVIDENCE} == CLUSTERS


@by_folder
def test_the_plan_is_accepted(folder: Path):
    plan = read_plan(folder / "assessment.toml")
    assert plan.assessment.id == folder.name
    assert plan.assessment.public
    assert not plan.wave


@by_folder
def test_only_input_tables_stand_in_the_folder(folder: Path):
    found = set(state.inputs(folder))
    assert found <= {"assessment.toml", *(f"{source}.csv" for source in BY_SOURCE)}
    assert "secondary/sources.csv" in found


@by_folder
def test_tables_keep_their_contracts(folder: Path):
    for contract in CONTRACTS:
        frame = read(folder, contract)
        if frame is not None:
            assert len(frame), f"{contract.about().source} is empty: leave it out"
            assert check(frame, contract) == []


@by_folder
def test_what_is_named_exists(folder: Path):
    for contract in CONTRACTS:
        frame = read(folder, contract)
        if frame is None:
            continue
        for column, target in contract.about().refers.items():
            table, _, key = target.rpartition(".")
            known = read(folder, BY_TABLE[table])
            assert known is not None, target
            assert set(frame[column].dropna()) <= set(known[key]), f"{contract.about().source}, {column}"


@by_folder
def test_dimensions_are_sorted_by_name(folder: Path):
    frame = read(folder, Statistics)
    if frame is None:
        return
    for text in frame["dimensions"]:
        assert list(dimensions(text)) == sorted(dimensions(text)), text


@by_folder
def test_files_are_plain(folder: Path):
    for path in folder.rglob("*.csv"):
        content = path.read_bytes().decode("utf-8")
        assert "\r" not in content
        assert not content.startswith("\ufeff")
        assert content.endswith("\n")


@by_cluster
def test_every_figure_names_its_place_in_the_study(folder: Path):
    frame = read(folder, Statistics)
    if frame is not None:
        assert frame["page"].str.match(r"section [1-6], .+").all()


@by_cluster
def test_evidence_names_its_place_in_the_study(folder: Path):
    frame = read(folder, Evidence)
    assert frame is not None
    assert frame["citation"].str.contains(r"Nadvi and Barrientos \(2004\), section [1-6], .+").all()


@by_cluster
def test_scores_stand_at_a_printed_level_with_evidence(folder: Path):
    catalogue = tomllib.loads((DATA / "catalogue" / "table_2.toml").read_text(encoding="utf-8"))
    printed = {
        row["id"]: {level for level in range(1, 6) if f"level_{level}" in row}
        for row in catalogue["characteristic"]
    }
    frame = read(folder, Characteristics)
    assert frame is not None
    for row in frame.itertuples():
        assert row.score in printed[row.characteristic], row.characteristic
        assert "(section " in str(row.evidence)
        assert row.assessor == "reader of the study"


# ------------------------------------------------------------------------------------------ Annex I


def levels(statistic: str) -> pd.DataFrame:
    frame = statistics(ITALY)
    frame = frame[frame["statistic"] == statistic].reset_index(drop=True)
    parts = pd.DataFrame([dimensions(text) for text in frame["dimensions"]])
    return pd.concat([frame[["period", "value", "unit"]], parts], axis=1)


def test_table_a1_is_whole_and_adds_up_to_its_printed_totals():
    sectors, totals = levels("employment"), levels("employment, printed total")
    assert len(sectors) == 14 * 2 * 2
    assert sectors["sector"].nunique() == 14
    sums = sectors.groupby(["setting", "period"])["value"].sum()
    printed = totals.set_index(["setting", "period"])["value"]
    assert sums.to_dict() == printed.to_dict()
    assert printed.to_dict() == {
        ("inside", "1991"): 2_221_233,
        ("inside", "1996"): 2_172_491,
        ("outside", "1991"): 2_989_254,
        ("outside", "1996"): 2_683_286,
    }


def test_the_thirty_printed_growth_rates_follow_from_the_levels():
    both = pd.concat([levels("employment"), levels("employment, printed total")])
    wide = both.pivot(index=["sector", "setting"], columns="period", values="value")
    printed = levels("employment growth, printed").set_index(["sector", "setting"])["value"]
    assert len(printed) == 30
    for key, rate in printed.items():
        before, after = (Decimal(str(wide[year].to_dict()[key])) for year in ("1991", "1996"))
        growth = Decimal(100) * (after / before - 1)
        assert growth.quantize(Decimal("0.1"), ROUND_HALF_UP) == Decimal(str(rate)), key


def test_total_growth_is_that_of_the_method_notes():
    totals = levels("employment, printed total").pivot(index="setting", columns="period", values="value")
    growth = 100 * (totals["1996"] / totals["1991"] - 1)
    assert growth["outside"] == pytest.approx(-10.2356, abs=5e-5)
    assert growth["inside"] == pytest.approx(-2.1944, abs=5e-5)


def test_table_a2_is_whole_and_its_indices_disagree_where_they_do_in_print():
    keys = ["labour", "sector", "setting", "period"]
    pay, index = levels("annual pay"), levels("pay index, printed")
    assert len(pay) == len(index) == 4 * 2 * 3 * 3
    assert set(pay["unit"]) == {"thousand euro a year"}
    assert set(index["unit"]) == {"1994 = 100"}
    value, printed = pay.set_index(keys)["value"], index.set_index(keys)["value"]
    wrong = {}
    for (labour, sector, setting, year), figure in printed.to_dict().items():  # type: ignore[misc]
        base, level = (Decimal(str(value[labour, sector, setting, y])) for y in ("1994", year))
        recomputed = 100 * level / base
        if recomputed.quantize(Decimal("0.1"), ROUND_HALF_UP) != Decimal(str(figure)):
            wrong[labour, sector, setting, year] = abs(recomputed - Decimal(str(figure)))
    assert len(wrong) == 26
    worst = max(wrong, key=lambda key: wrong[key])
    assert worst == ("white collar", "Leather, shoes, textiles, garment", "outside", "1998")
    assert printed[worst] == 109.9


def test_the_comparisons_of_the_plan_find_their_statistics():
    for one in read_plan(ITALY / "assessment.toml").growth:
        rows = levels(one.statistic)
        for name, value in one.where.items():
            rows = rows[rows[name] == value]
        found = set(zip(rows[one.setting], rows["period"], strict=True))
        wanted = {(s, p) for s in (one.inside, one.outside) for p in (one.from_period, one.to_period)}
        assert wanted <= found, one.name
        if one.printed_index:
            assert len(levels(one.printed_index))


def test_italy_has_no_scores():
    assert read(ITALY, Characteristics) is None


# ------------------------------------------------------------------------------------------ section 4

# The paragraph that begins with "Take employment growth"
EMPLOYMENT_GROWTH = "section 4, employment growth"
# "Data on income growth for workers and small entrepreneurs"
INCOME_GROWTH = "section 4, income growth"
# "There are numerous examples of clusters at early stages of industrialization"
INFORMAL = "section 4, urban informal clusters"
# "Thus, in Mexico, Rabellotti (1999) found that trade liberalization"
MATURE = "section 4, joint action in mature clusters"
# "As with the evidence on joint action, there is a clear distinction"
UPGRADING = "section 4, upgrading"
# "In Tiruppur, we see further evidence"
LABOUR = "section 4, labour"
MEMBERS = "members of the local footwear trade association"
NOT_DATED = {"agra": "1999", "guadalajara": "1999", "kumasi": "1992", "torreon": "2001"}


@pytest.mark.parametrize(
    ("cluster", "period", "statistic", "dims", "value", "place"),
    [
        ("torreon", "1993", "employment", "total", 12_000, EMPLOYMENT_GROWTH),
        ("torreon", "2000", "employment", "total", 75_000, EMPLOYMENT_GROWTH),
        ("torreon", "1990s", "employment growth", "total", 300, EMPLOYMENT_GROWTH),
        ("torreon", "1998", "weekly minimum wage", "total", 182, INCOME_GROWTH),
        ("torreon", "2000", "weekly minimum wage", "total", 650, INCOME_GROWTH),
        ("torreon", "", "share of women in the workforce", "total", 50, INCOME_GROWTH),
        ("torreon", "", "firms", "total", 360, UPGRADING),
        ("torreon", "", "share of the ten largest firms in production", "total", 40, UPGRADING),
        ("torreon", "1993-2000", "unit price of garment assembly, factor of growth", "total", 3, UPGRADING),
        ("sinos-valley", "1991", "employment", "total", 153_000, EMPLOYMENT_GROWTH),
        ("sinos-valley", "1996", "employment", "total", 170_000, EMPLOYMENT_GROWTH),
        ("jepara", "1989", "employment", "total", 8_000, EMPLOYMENT_GROWTH),
        ("jepara", "1998", "employment", "total", 44_000, EMPLOYMENT_GROWTH),
        ("guadalajara", "", "employment", "total", 25_000, MATURE),
        ("guadalajara", "", "firms", "total", 1_000, MATURE),
        ("guadalajara", "", "share of Mexican shoe production", "total", 27, MATURE),
        ("guadalajara", "before the fall", MEMBERS, "total", 500, MATURE),
        ("guadalajara", "after the fall", MEMBERS, "total", 315, MATURE),
        ("kumasi", "", "firms", "total", 5_000, INFORMAL),
        ("kumasi", "", "employment", "total", 40_000, INFORMAL),
        ("agra", "", "firms", "total", 5_000, INFORMAL),
        ("agra", "", "employment", "total", 60_000, INFORMAL),
        ("tiruppur", "start of the 1980s", "employment", "total", 20_000, EMPLOYMENT_GROWTH),
        ("tiruppur", "end of the 1980s", "employment", "total", 40_000, EMPLOYMENT_GROWTH),
        ("tiruppur", "1980s", "employment growth", "total", 100, EMPLOYMENT_GROWTH),
        ("tiruppur", "2003", "employment", "total", 200_000, EMPLOYMENT_GROWTH),
        ("tiruppur", "2003", "daily wage", "gender=men", 85, INCOME_GROWTH),
        ("tiruppur", "2003", "daily wage", "bound=lowest; gender=women", 40, INCOME_GROWTH),
        ("tiruppur", "2003", "daily wage", "bound=highest; gender=women", 50, INCOME_GROWTH),
        ("tiruppur", "2003", "share of women in the workforce", "total", 65, LABOUR),
        ("tiruppur", "2003", "share of the workforce in trade unions", "total", 10, LABOUR),
    ],
)
def test_a_figure_is_the_one_in_print(
    cluster: str, period: str, statistic: str, dims: str, value: float, place: str
):
    frame = statistics(DATA / "demo" / "evidence" / cluster)
    chosen = frame[
        (frame["period"] == (period or NOT_DATED[cluster]))
        & (frame["statistic"] == statistic)
        & (frame["dimensions"] == dims)
    ]
    assert chosen["value"].tolist() == [value]
    assert chosen["page"].tolist() == [place]


def test_the_disagreement_of_torreon_is_told_beside_each_figure():
    frame = statistics(DATA / "demo" / "evidence" / "torreon")
    chosen = frame[frame["statistic"].str.startswith("employment")]
    assert len(chosen) == 3
    assert chosen["note"].str.contains("525", regex=False).all()
    assert chosen["note"].str.contains("300", regex=False).all()


def test_qualified_figures_are_estimated():
    """'Some', 'over', 'almost', 'around', 'nearly': the study does not claim such a figure exactly."""
    for folder in EVIDENCE:
        frame = read(folder, Statistics)
        if frame is None:
            continue
        words = frame["note"].fillna("").str.match(r"'?(some|over|almost|around|nearly|just over)\b")
        assert (frame.loc[words, "status"] == "estimated").all(), folder.name
        assert set(frame["status"]) <= {"estimated", "printed"}
