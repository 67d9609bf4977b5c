"""The World Bank's and the ILO's layouts, with invented figures."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from tasks.reading import Unreadable
from tests.sourced import arranged, notes, reconciles, told

WDI = (
    '\ufeff"Data Source","World Development Indicators",\n\n"Last Updated Date","2026-10-01",\n\n'
    '"Country Name","Country Code","Indicator Name","Indicator Code","1960","2020","2021",\n'
    '"India","IND","Unemployment, total (%)","SL.UEM.TOTL.ZS","","7.859","..",\n'
    '"Italy","ITA","Unemployment, total (%)","SL.UEM.TOTL.ZS","","9.1","9.5",\n'
).encode()
BULK = b"""Country Name,Country Code,Indicator Name,Indicator Code,2020,2021
India,IND,"Unemployment, total (%)",SL.UEM.TOTL.ZS,7.859,
India,IND,"Population, total",SP.POP.TOTL,1396387127,1414203896
"""
OF_THE_BANK = {"without": ("area", "period", "statistic")}


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name + ".csv", content)
    return stream.getvalue()


DOWNLOAD = zipped(API_SL_DS2_en_csv_v2_7=WDI, Metadata_Country_API_SL=b"x", Metadata_Indicator_API_SL=b"x")


@pytest.mark.parametrize("content", [WDI, DOWNLOAD])
def test_a_download_of_the_world_bank(content):
    result = arranged("wdi", content, **OF_THE_BANK)
    assert result.frame[["area", "period", "statistic", "value"]].values.tolist() == [
        ["India", "2020", "Unemployment, total (%)", 7.859],
        ["Italy", "2020", "Unemployment, total (%)", 9.1],
        ["Italy", "2021", "Unemployment, total (%)", 9.5],
    ]
    assert result.rows.tolist() == [6, 7, 7]
    assert notes(result)["last updated by the World Bank"] == "2026-10-01"
    assert reconciles(result)


def test_the_bulk_file_with_a_filter_and_codes():
    result = arranged(
        "wdi",
        zipped(WDICSV=BULK, WDICountry=b"x"),
        filter="\"Indicator Code\" = 'SP.POP.TOTL'",
        columns={"area": "Country Code", "unit": "Indicator Code"},
        recode={"unit": {"SP.POP.TOTL": "people"}},
        without=("period", "statistic"),
    )
    assert result.frame[["area", "period", "unit", "value"]].values.tolist() == [
        ["IND", "2020", "people", 1396387127],
        ["IND", "2021", "people", 1414203896],
    ]
    assert reconciles(result)


def test_another_archive_or_layout_says_so():
    with pytest.raises(Unreadable, match="holds no data file of the World Bank"):
        arranged("wdi", zipped(other=WDI))
    with pytest.raises(Unreadable, match="has no row with Country Name"):
        arranged("wdi", b"a,b\n1,2\n")


ILO = b"""ref_area,source,indicator,sex,classif1,classif2,time,obs_value,obs_status,note_source
IND,BA:1,EMP_TEMP_SEX_AGE_NB,SEX_M,AGE_YTHADULT_YGE15,,2019,12.219,,R1
IND,BA:1,EMP_TEMP_SEX_AGE_NB,SEX_F,AGE_YTHADULT_YGE15,,2019,11.5,B,R1
IND,BA:1,EMP_TEMP_SEX_AGE_NB,SEX_T,AGE_YTHADULT_YGE15,,2019,,U,R1
"""
OF_THE_ILO = {"without": ("area", "period", "statistic", "status")}


@pytest.mark.parametrize("content", [ILO, gzip.compress(ILO)])
def test_the_bulk_file_of_ilostat(content):
    result = arranged("ilostat", content, **OF_THE_ILO)
    assert result.frame["value"].tolist() == [12.219, 11.5]
    assert result.frame["dimensions"].tolist() == [
        f"classif1=AGE_YTHADULT_YGE15; sex={sex}; source=BA:1" for sex in ("SEX_M", "SEX_F")
    ]
    assert result.frame["note"].fillna("").tolist() == ["", "break in the series"]
    assert set(result.frame["status"]) == {"measured"}
    assert reconciles(result)


def test_a_flag_of_the_ilo_that_is_not_known_is_asked_for():
    result = arranged("ilostat", ILO.replace(b",B,", b",Z9,"), **OF_THE_ILO)
    assert "3 obs_status: the observation flag 'Z9' has no known status" in told(result)


def test_a_file_that_is_not_ilostats_says_so():
    with pytest.raises(Unreadable, match="has no column ref_area, indicator"):
        arranged("ilostat", b"area,time,obs_value\nx,1,2\n")
