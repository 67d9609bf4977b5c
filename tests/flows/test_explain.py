"""psia explain: the way back from a finding or a printed number to the files, and what stays withheld."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.runner import execute
from tasks import show
from tests.folders import interviews, two_waves


def ask(folder: Path, *arguments: str, code: int = 0) -> str:
    ended = CliRunner().invoke(app, ["explain", *arguments, "--in", str(folder)])
    assert ended.exit_code == code, ended.output
    return ended.output


def one(folder: Path, asked: str) -> dict:
    (record,) = json.loads(ask(folder, asked, "--json"))
    return record


def table(folder: Path, name: str) -> pd.DataFrame:
    columns, records = show.rows(folder, name, reveal=False)
    return pd.DataFrame(records, columns=columns)


@pytest.fixture(scope="module", autouse=True)
def keys_of_the_module(tmp_path_factory):
    """Keep the vaults' keys of folders that several tests share out of the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSIA_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = two_waves(tmp_path_factory.mktemp("explain") / "tiny")
    assert execute(made, engine="process", select="", seal=False, say=lambda _: None) == 0
    return made


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Return a folder in which each arm of a group has seven or eight respondents."""
    made = two_waves(tmp_path_factory.mktemp("explain") / "small")
    for wave, number in (("baseline", 0), ("followup", 1)):
        (made / f"waves/{wave}/interviews.csv").write_text(interviews(number, people=30))
    assert execute(made, engine="process", select="", seal=False, say=lambda _: None) == 0
    return made


def test_without_a_name_the_findings_are_listed_in_the_order_of_the_report(folder):
    findings = table(folder, "released.findings").sort_values("position")
    told = ask(folder).splitlines()
    assert told == [f"{row.finding}: {row.statement}" for row in findings.itertuples()]


def test_a_finding_leads_to_its_estimate_its_steps_its_rows_and_its_files(folder):
    record = one(folder, "income_month/workshop-men")
    estimates = table(folder, "released.impact_estimates")
    (row,) = estimates[estimates["poverty_group"] == "workshop-men"].to_dict("records")
    (behind,) = record["behind"]
    assert behind["values"]["estimate"] == row["estimate"]
    assert [step["step"] for step in record["steps"]][:3] == [
        "release tables",
        "state_findings",
        "estimate_impact",
    ]
    responses = table(folder, "staged.responses")
    counted = {rows["table"]: rows for rows in record["input_rows"]}["staged.responses"]
    assert counted["rows"] == (responses["poverty_group"] == "workshop-men").sum()
    assert counted["of"] == len(responses)
    files = {file["file"]: file for file in record["files"]}
    for wave in ("baseline", "followup"):
        file = files[f"waves/{wave}/interviews.csv"]
        content = (folder / file["file"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert (file["first_row"], file["last_row"]) == (2, content.count(b"\n"))
    assert record["changed"] == []


def test_the_fingerprints_are_those_of_the_ledger(folder):
    ledger = table(folder, "meta.steps").set_index("step")["fingerprint"]
    for step in one(folder, "income_month/all")["steps"]:
        assert step["fingerprint"] == ledger[step["step"]]


def test_no_id_of_a_person_is_told(folder):
    told = ask(folder, "income_month/all") + ask(folder, "income_month/all", "--json")
    for person in table(folder, "staged.responses")["respondent"]:
        assert person not in told
    assert "R001" not in told


def test_a_printed_number_leads_to_its_row(folder):
    estimates = table(folder, "released.impact_estimates")
    (row,) = estimates[estimates["poverty_group"] == "workshop-men"].to_dict("records")
    printed = f"{row['estimate']:.4f}"
    for asked in (printed, f"+{printed}", printed.replace(".", ",")):
        record = one(folder, asked)
        assert record["column"] == "estimate"
        assert record["row"] == "impact_estimates/programme/programme x after/income_month/workshop-men" + (
            "/baseline/followup"
        )
    assert (
        "no released figure reads"
        in CliRunner().invoke(app, ["explain", f"-{printed}", "--in", str(folder)]).output
    )


def test_a_number_that_several_figures_read_as_is_listed_with_rows_that_can_be_asked_for(folder):
    records = json.loads(ask(folder, "60", "--json"))
    assert len(records) > 1
    assert f"{len(records)} released figures read 60" in ask(folder, "60")
    assert one(folder, records[0]["row"])["row"] == records[0]["row"]


def test_what_is_not_known_is_told_with_the_nearest_and_ends_as_a_slip(folder):
    assert "income_month/workshop-men" in ask(folder, "income_month/workshop-man", code=2)
    told = ask(folder, "123456.789", code=2)
    assert "no released figure reads 123456.789. The nearest:" in told
    assert "Traceback" not in told


def test_a_withheld_finding_is_told_as_withheld_and_nothing_of_it(small):
    exact = table(small, "mart.impact_estimates").set_index("poverty_group")
    told = ask(small, "income_month/workshop-men") + ask(small, "income_month/workshop-men", "--json")
    assert "withheld (fewer than 10)" in told
    assert f"{exact.loc['workshop-men', 'estimate']:.4f}"[:6] not in told
    record = one(small, "income_month/workshop-men")
    assert record["input_rows"] == []
    assert {"statement", "direction", "respondents", "smallest_cell"}.isdisjoint(record["values"])
    assert {"estimate", "p_value", "respondents"}.isdisjoint(record["behind"][0]["values"])


def test_a_withheld_number_is_not_found(small):
    exact = table(small, "mart.impact_estimates").set_index("poverty_group")
    ask(small, f"{exact['estimate'].abs()['workshop-men']:.4f}", code=2)


def test_what_changed_since_the_run_is_told(tmp_path):
    made = two_waves(tmp_path / "tiny")
    assert execute(made, engine="process", select="", seal=False, say=lambda _: None) == 0
    (made / "waves/followup/interviews.csv").write_text(interviews(1, people=58))
    assert one(made, "income_month/all")["changed"] == ["waves/followup/interviews.csv has changed"]


def test_without_a_run_it_says_what_to_do(tmp_path):
    assert "Run it first" in ask(two_waves(tmp_path / "tiny"), code=1)
