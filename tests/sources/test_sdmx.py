from __future__ import annotations

import io
import zipfile
from typing import Any

import pandas as pd
import pytest

from tasks.reading import Unreadable
from tests.sourced import arranged, notes, reconciles, told


@pytest.fixture(scope="session")
def samples(cases):
    return cases.parent / "samples" / "sdmx"


EUROSTAT = {
    "columns": {"area": "geo", "statistic": "na_item", "unit": "unit"},
    "without": ("period",),
}
OECD = {
    "columns": {"area": "LOCATION", "statistic": "IND"},
    "recode": {"status": {"x": "estimated", "w": "estimated", "y": "provisional"}},
    "without": ("status",),
}


def test_sdmx_ml(samples):
    content = (samples / "NAMA_10_GDP-ss.xml").read_bytes()
    result = arranged("sdmx", content, **EUROSTAT)
    assert result.frame[["area", "period", "statistic", "dimensions", "value", "unit"]].values.tolist() == [
        ["LU", year, "B1GQ", "freq=A", value, "CP_MEUR"]
        for year, value in (("2012", 46526.2), ("2013", 49094.5), ("2014", 51791.3), ("2015", 54142.3))
    ]
    assert notes(result)["sender"] == "ESTAT"
    assert notes(result)["data structure"] == "NAMA_10_GDP"
    assert reconciles(result)


def test_sdmx_json_and_its_flags(samples):
    content = (samples / "data-PART2-all-all.json").read_bytes()
    result = arranged("sdmx", content, **OECD)
    first, second = result.frame.iloc[0], result.frame.iloc[1]
    assert (first["area"], first["value"], first["status"]) == ("AUS", 11.963615756565, "measured")
    assert (second["value"], second["status"]) == (-2.13889095389401, "estimated")
    assert first["dimensions"] == "FLD=MAT; GRD=FOG; MSR=MN; PER=INI"
    assert len(result.frame) == 7
    without = {key: value for key, value in OECD.items() if key != "recode"}
    assert "the observation flag 'x' has no known status" in told(arranged("sdmx", content, **without))


@pytest.mark.filterwarnings("ignore:Constructing a DataFrame")  # sdmx1's own
def test_sdmx_csv_as_sdmx1_writes_it_gives_the_figures_of_the_json(samples):
    import sdmx
    from sdmx.model import v30

    path = samples / "data-PART2-all-all.json"
    message: Any = sdmx.read_sdmx(path)
    data = message.data[0]
    flow = v30.Dataflow(id="PART2", maintainer=v30.Agency(id="OECD"), version="1.0")
    flow.structure = data.structured_by or message.structure
    data.described_by = flow
    table: Any = sdmx.to_csv(data, rtype=pd.DataFrame, attributes="o")
    written = table.to_csv(index=False)
    columns = ["area", "statistic", "dimensions", "value"]
    result = arranged("sdmx", written.encode(), **OECD)
    expected = arranged("sdmx", path.read_bytes(), **OECD)
    assert result.frame[columns].values.tolist() == expected.frame[columns].values.tolist()


@pytest.mark.parametrize(
    "header",
    ["DATAFLOW,FREQ,REF_AREA,IND,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT",
     "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,IND,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT"],
)  # fmt: skip
def test_sdmx_csv_with_flags_and_multipliers(header):
    start = "ESTAT:X(1.0)," if header.startswith("DATAFLOW") else "dataflow,ESTAT:X(1.0),I,"
    rows = [
        "A,IT,EMP,2019,12.219,,3",
        "A,IT,EMP,2020,12.5,P,3",
        "A,IT,EMP,2021,7,U,0",
        "A,IT,EMP,2022,NaN,M,3",
        "A,IT,EMP,2023,,Q,3",
    ]
    content = "\n".join([header, *(start + row for row in rows)]).encode()
    declared = {"columns": {"area": "REF_AREA", "statistic": "IND"}, "without": ("status", "period")}
    result = arranged("sdmx", content, **declared)
    assert result.problems == []
    assert result.frame["value"].tolist()[:3] == [12219, 12500, 7]
    assert result.frame["status"].tolist() == ["measured", "provisional", "measured", "suppressed"]
    assert result.frame["note"].fillna("").tolist() == ["", "", "low reliability", ""]
    assert result.frame["period"].tolist() == ["2019", "2020", "2021", "2023"]
    assert set(result.frame["dimensions"]) == {"FREQ=A"}
    assert notes(result)["multiplied as UNIT_MULT says"] == "by 10^3; cells: 3"
    assert reconciles(result)


def test_sdmx_csv_as_eurostat_gives_it():
    content = (
        b"DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
        b"ESTAT:NAMA(1.0),14/11/26 23:00:00,A,CP_MEUR,LU,2014,51791.3,p\n"
        b"ESTAT:NAMA(1.0),14/11/26 23:00:00,A,CP_MEUR,LU,2015,54142.3,\n"
    )
    declared = {"columns": {"area": "geo", "unit": "unit"}, "without": ("status", "period")}
    result = arranged("sdmx", content, **declared)
    assert result.frame[["period", "dimensions", "value", "status"]].values.tolist() == [
        ["2014", "freq=A", 51791.3, "provisional"],
        ["2015", "freq=A", 54142.3, "measured"],
    ]


def test_a_message_may_be_packed(samples):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.write(samples / "NAMA_10_GDP-ss.xml", "data.xml")
    assert len(arranged("sdmx", stream.getvalue(), **EUROSTAT).frame) == 4


def test_a_structure_without_data_says_so(samples):
    with pytest.raises(Unreadable, match="holds the structure of data, and no data"):
        arranged("sdmx", (samples / "GOV_10Q_GGNFA.xml").read_bytes())


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_type_is_refused_before_it_is_parsed(xml, encoding):
    with pytest.raises(Unreadable, match="declares a document type"):
        arranged("sdmx", f'<?xml version="1.0" encoding="{encoding[:6].rstrip("-")}"?>{xml}'.encode(encoding))


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"<a/>", b"<a", b"{}", b"{"])
def test_what_is_no_message_says_so(content):
    with pytest.raises(Unreadable, match=r"cannot be read as an SDMX message|is empty"):
        arranged("sdmx", content)
