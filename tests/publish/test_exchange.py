"""Exchange formats: valid, complete, without what is withheld, the same again."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from schemas.assessment import AssessmentPlan, Iati, IatiTarget, read_plan
from schemas.base import empty
from schemas.faults import Refused
from tasks.publish.exchanged import estimates, number
from tasks.publish.files import report_files
from tasks.publish.iati import iati
from tasks.publish.report import RELEASED, Report
from tasks.publish.rocrate import crate
from tasks.publish.sdmx import ATTRIBUTES, DIMENSIONS, STRUCTURE_ID, sdmx_csv
from tests.folders import two_waves

IATI = {
    "reporting_org": "XM-EXAMPLE-1",
    "reporting_org_name": "Programme office",
    "reporting_org_type": 10,
    "activity": "XM-EXAMPLE-1-MARENHA",
    "starts_on": "2022-04-01",
}


@pytest.fixture(scope="module")
def standards() -> Path:
    """Return the folder of public standards; skip where it is absent, fail where it was said to be there."""
    given = os.environ.get("PSIA_STANDARDS")
    cases = os.environ.get("PSIA_CASES")
    beside = Path(cases).parent if cases else Path(__file__).parents[3] / "shared"
    folder = Path(given) if given else beside / "standards"
    if folder.is_dir():
        return folder
    if given:
        pytest.fail("PSIA_STANDARDS names a folder that is not there")
    pytest.skip("the schemas of IATI are not here: set PSIA_STANDARDS to the folder that holds iati-2.03/")


def changed(plan: AssessmentPlan, **parts: object) -> AssessmentPlan:
    return AssessmentPlan.model_validate({**plan.model_dump(by_alias=True), **parts})


@pytest.fixture(scope="module")
def told(plan) -> AssessmentPlan:
    """Return the plan with an activity and targets for the first indicator."""
    ident, share = "income_month", "written_contract"
    target = [
        {"indicator": name, "wave": "year_three", "value": value, "poverty_group": group}
        for name, value, group in ((ident, 120.5, "all"), (share, 0.4, "all"))
    ]
    return AssessmentPlan.model_validate(
        {**plan.model_dump(by_alias=True), "iati": {**IATI, "target": target}}
    )


@pytest.fixture(scope="module")
def written(told, all_tables):
    import lxml.etree as etree

    return etree.fromstring(iati(told, Report(told, all_tables)))


def test_iati_is_valid_against_the_published_schema(written, standards):
    import lxml.etree as etree

    schema = etree.XMLSchema(etree.parse(standards / "iati-2.03" / "iati-activities-schema.xsd"))
    assert schema.validate(written), schema.error_log


def values(place) -> set[tuple[tuple[str, ...], str]]:
    return {
        (tuple(one.get("value") for one in found.iter("dimension")), found.get("value")) for found in place
    }


def test_iati_has_each_released_figure_with_its_split_and_no_other(written, told, all_tables):
    report = Report(told, all_tables)
    units = {row["indicator"]: report.unit(row["indicator"]) for row in report.rows("indicators")}
    for kind, wave in (("baseline", "baseline"), ("actual", "year_three")):
        expected = []
        for row in estimates(report):
            if row["wave"] == wave and row["estimate"] is not None:
                factor = 100 if units.get(row["indicator"], "").startswith("share") else 1
                split = tuple(row[name] for name in ("poverty_group", "gender", "arm") if row[name] != "all")
                expected.append((split, number(factor * row["estimate"])))
        assert expected
        assert values(written.iter(kind)) == set(expected)
        assert len(list(written.iter(kind))) == len(expected)


def test_iati_tells_what_is_withheld_and_why(told, all_tables):
    frame = all_tables["indicator_estimates"].copy()
    first = frame.index[(frame["category"] == "all") & (frame["difference"] == "all")][0]
    frame.loc[first, "estimate"] = 777.125
    there = {**all_tables, "indicator_estimates": frame.copy()}
    assert 'value="777.125"' in iati(told, Report(told, there)).decode()
    frame.loc[first, ["estimate", "standard_error", "ci_low", "ci_high", "respondents"]] = pd.NA
    frame.loc[first, "withheld_by"] = "threshold"
    text = iati(told, Report(told, {**all_tables, "indicator_estimates": frame})).decode()
    assert "withheld (fewer than 10)" in text
    assert "777.125" not in text


def test_targets_stand_beside_what_was_reached(written, told):
    found = [one.get("value") for one in written.iter("target")]
    assert len(found) == len(told.iati.target)
    assert "120.5" in found
    assert {one.getparent().tag for one in written.iter("target")} == {"period"}


def test_the_plan_says_whose_activity_it_is_or_iati_is_left_out_with_how(plan, all_tables):
    asked = changed(plan, report={"formats": ["iati"]})
    files, about = report_files(asked, all_tables, [], {})
    assert "exchange/iati.xml" not in files
    assert [one["format"] for one in about["left_out"]] == ["iati"]
    assert "write [iati]" in about["left_out"][0]["because"]
    assert report_files(plan, {}, [], {})[1]["left_out"] == []


def test_what_is_wrong_in_the_plan_is_told(tmp_path):
    part = '\n[iati]\nreporting_org = "XM-EXAMPLE-1"\nreporting_org_name = "Office"\n'
    part += "reporting_org_type = 10\nstarts_on = 2022-04-01\n"
    folder = two_waves(tmp_path / "one", part + 'activity = "OTHER-7"\n')
    with pytest.raises(Refused, match="XM-EXAMPLE-1-"):
        read_plan(folder / "assessment.toml")
    target = '\n[[iati.target]]\nindicator = "income_month"\nwave = "baseline"\nvalue = 3\n'
    folder = two_waves(tmp_path / "two", f'{part}activity = "XM-EXAMPLE-1-7"\n{target}')
    with pytest.raises(Refused, match="not a wave after the baseline"):
        read_plan(folder / "assessment.toml")


def test_sdmx_csv_is_read_back_with_every_row(plan, all_tables):
    import sdmx
    from sdmx.model import v30

    report = Report(plan, all_tables)
    content = sdmx_csv(report)
    structure = v30.DataStructureDefinition(id="INDICATOR_ESTIMATES", version="1.0")
    for name in DIMENSIONS:
        structure.dimensions.append(v30.Dimension(id=name.upper()))
    structure.measures.append(v30.Measure(id="OBS_VALUE"))
    for name in ATTRIBUTES:
        structure.attributes.append(v30.DataAttribute(id=name))
    message: Any = sdmx.read_sdmx(io.BytesIO(content), format="csv", structure=structure)
    seen = {
        tuple(str(observation.dimension[name.upper()].value) for name in DIMENSIONS): observation.value
        for observation in message.data[0].obs
    }
    rows = report.rows("indicator_estimates")
    assert len(seen) == len(rows)
    for row in rows:
        value = row["estimate"]
        assert seen[tuple(row[name] for name in DIMENSIONS)] == ("" if value is None else number(value))


def test_sdmx_says_why_a_value_is_missing(plan, all_tables):
    rows = list(csv.DictReader(io.StringIO(sdmx_csv(Report(plan, all_tables)).decode())))
    assert {row["STRUCTURE_ID"] for row in rows} == {STRUCTURE_ID}
    hidden = [row for row in rows if row["OBS_STATUS"] == "Q"]
    assert hidden
    for row in hidden:
        assert row["OBS_VALUE"] == row["STANDARD_ERROR"] == row["RESPONDENTS"] == ""
        assert row["COMMENT_OBS"].startswith("withheld")
    assert all(row["OBS_VALUE"] for row in rows if row["OBS_STATUS"] == "A")


def test_an_assessment_without_estimates_has_no_file_of_them(plan):
    nothing = {"indicator_estimates": empty(RELEASED["indicator_estimates"])}
    assert not [name for name in report_files(plan, nothing, [], {})[0] if name.startswith("exchange/")]


def test_the_crate_lists_each_file_and_the_run_that_made_them(plan):
    pytest.importorskip("rocrate")
    inputs = [("waves/baseline/interviews.csv", "ab" * 32)]
    files = {"report.html": b"<html>", "tables/findings.csv": b"finding\n"}
    content = crate(plan, files, inputs, "0.1.0", "cd" * 32)
    assert crate(plan, dict(reversed(files.items())), inputs, "0.1.0", "cd" * 32) == content
    graph = {one["@id"]: one for one in json.loads(content)["@graph"]}
    assert {one["@id"] for one in graph["./"]["hasPart"]} == set(files)
    assert {one["@id"] for one in graph["#run"]["result"]} == set(files)
    assert graph["#run"]["object"] == [{"@id": f"#sha256-{'ab' * 32}"}]
    assert graph["./"]["datePublished"] == "2026-03-02"
    assert graph["tables/findings.csv"]["contentSize"] == "8"
    assert not [
        one for one in graph if one.startswith("#") and not one.startswith(("#sha256", "#run", "#psia"))
    ]


def test_the_page_of_the_formats_has_every_key_and_a_part_that_is_accepted():
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    block = next(one for one in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[iati]" in one)
    part = Iati.model_validate(tomllib.loads(block)["iati"])
    assert part.model_fields_set == set(Iati.model_fields)
    assert part.target[0].model_fields_set == set(IatiTarget.model_fields)
