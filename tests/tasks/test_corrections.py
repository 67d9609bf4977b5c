"""Logs of corrections in other layouts, and corrections replayed: what is done, left out and refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from schemas.assessment import CorrectionLog
from tasks.corrections import read_log, replay
from tasks.files import Received
from tests.assessed import tables_of
from tests.folders import two_waves, write
from tests.tasks.test_intake import FOLLOWUP, HEADER, plan, refused, taken

LOG = {
    "file": "waves/log.csv",
    "columns": {"key": "id", "variable": "question", "old": "was", "new": "is", "when": "day", "who": "by"},
    "values": {"reason": "checked by telephone", "who": "field team"},
    "remove": {"column": "action", "values": ["drop"]},
    "skip": {"column": "action", "values": ["none"]},
    "date_format": "%d/%m/%Y",
}
ROWS = [
    ("R000", "income_month", "1000", "1100", "03/02/2026", "", "change"),
    ("R000", "income_month", "1000", "1100", "02/02/2026", "desk", "change"),
    ("R001", "", "", "", "04/02/2026", "desk", "drop"),
    ("R001", "workdays_month", "21", "", "05/02/2026", "desk", "drop"),
    ("R002", "income_month", "7", "7", "05/02/2026", "desk", "none"),
    ("R003", "workdays_month", "", "25", "05/02/2026", "desk", "change"),
]


def log(**more: object) -> CorrectionLog:
    return CorrectionLog.model_validate({**LOG, **more})


def received(rows: list[tuple[str, ...]]) -> Received:
    names = ["id", "question", "was", "is", "day", "by", "action"]
    frame = pd.DataFrame(rows, columns=names, dtype="string").replace({"": pd.NA})
    return Received(
        "waves/x/corrections", "waves/log.csv", "", frame, pd.Series(range(2, len(rows) + 2)), "", b""
    )


def test_a_foreign_log_is_read_by_the_plan():
    read = read_log(received(ROWS), log())
    assert read.faults == []
    assert (read.skipped, read.repeated) == (1, 2)
    said = read.frame[["key", "variable", "new", "who", "when"]].fillna("").to_numpy().tolist()
    assert said == [
        ["R000", "income_month", "1100", "desk", "2026-02-02"],
        ["R001", "interview", "remove", "desk", "2026-02-04"],
        ["R003", "workdays_month", "25", "desk", "2026-02-05"],
    ]
    assert set(read.frame["reason"]) == {"checked by telephone"}
    assert not read.unstated.any()
    assert read.told("log") == (
        "log: 2 corrections, 1 interviews removed, 1 rows that change nothing, 2 rows that say the same again"
    )


def test_a_number_written_in_two_ways_says_the_same():
    twice = [
        ("R000", "income_month", "999", "1100", "03/02/2026", "desk", "change"),
        ("R000", "income_month", "999.0", "1100.00", "04/02/2026", "desk", "change"),
        ("007", "income_month", "999", "1100", "04/02/2026", "desk", "change"),
        ("7", "income_month", "999", "1100", "04/02/2026", "desk", "change"),
    ]
    read = read_log(received(twice), log())
    assert read.repeated == 1
    assert read.frame[["key", "old", "new"]].to_numpy().tolist() == [
        ["R000", "999", "1100"],
        ["007", "999", "1100"],
        ["7", "999", "1100"],
    ]


def test_the_order_of_the_rows_does_not_matter():
    turned = read_log(received(ROWS[::-1]), log()).frame.sort_values("key").reset_index(drop=True)
    pd.testing.assert_frame_equal(turned, read_log(received(ROWS), log()).frame)


def test_an_old_value_that_is_not_stated_is_not_looked_for():
    assert read_log(received(ROWS), log(check_old="as stated")).unstated.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"columns": {**LOG["columns"], "old": ""}}, "check_old"),  # type: ignore[dict-item]
        ({"values": {}}, "'reason'"),
    ],
)
def test_a_log_says_who_when_why_and_what_was(more, told):
    with pytest.raises(ValidationError, match=told):
        log(**more)


def test_what_does_not_fit_the_log_is_told_without_a_value():
    (fault,) = read_log(received(ROWS), log(skip={"column": "akshun", "values": ["x"]})).faults
    assert "'akshun' as skip.column" in fault.rule
    (fault,) = read_log(received([("R000", "q", "1", "2", "2026-02-03", "", "change")]), log()).faults
    assert (fault.row, fault.column) == (2, "day")
    assert "2026-02-03" not in str(fault)


FRAME = pd.DataFrame(
    {"flag": ["True", "False"], "number": ["45.0", "7"], "word": ["a", pd.NA]}, dtype="string"
)
IDS = pd.Series(["x", "y"], dtype="string")


def correction(**more: object) -> pd.DataFrame:
    one = {"key": "x", "variable": "word", "old": "a", "new": "b", "file": "log.csv", "sheet": "", "row": 2}
    return pd.DataFrame([{**one, **more}])


@pytest.mark.parametrize(
    ("variable", "old"),
    [("flag", "1"), ("flag", "true"), ("number", "45"), ("word", "a"), ("number", "45.00")],
)
def test_an_old_value_may_be_written_otherwise(variable, old):
    frame, kept, faults = replay(FRAME, IDS, correction(variable=variable, old=old, new="9"), set())
    assert faults == []
    assert frame[variable].tolist()[0] == "9"
    assert kept.all()


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"old": "z"}, "old"),
        ({"old": pd.NA}, "old"),
        ({"variable": "flag", "old": "0"}, "old"),
        ({"key": "z"}, "key"),
        ({"variable": "werd"}, "variable"),
        ({"variable": "interview"}, "new"),
    ],
)
def test_a_correction_that_does_not_fit_changes_nothing(more, column):
    frame, kept, faults = replay(FRAME, IDS, correction(**more), set())
    pd.testing.assert_frame_equal(frame, FRAME)
    assert kept.all()
    assert [one.column for one in faults] == [column]


def test_a_foreign_log_and_psias_own_are_replayed_together(tmp_path: Path):
    folder = two_waves(tmp_path)
    answers = (folder / "waves/followup/interviews.csv").read_text().splitlines()
    cells = answers[1].split(",")
    own = f"R005,income_month,{answers[6].split(',')[5]},555,slip,coordinator,2026-02-01\n"
    write(
        folder,
        {
            "waves/log.csv": "id,question,was,is,day,by,action,remark\n"
            f"R000,income_month,{cells[5]},444,03/02/2026,desk,change,Asha told me\n"
            "R001,,,,04/02/2026,,drop,\n",
            "waves/followup/corrections.csv": HEADER + own,
        },
    )
    plan(
        folder,
        FOLLOWUP,
        FOLLOWUP
        + '[[wave.corrections]]\nfile = "waves/log.csv"\ndate_format = "%d/%m/%Y"\n'
        + 'values = { reason = "checked", who = "field team" }\n'
        + 'remove = { column = "action", values = ["drop"] }\n'
        + 'columns = { key = "id", variable = "question", old = "was", new = "is", when = "day",'
        + ' who = "by" }\n',
    )
    responses, corrections, summary = tables_of(
        folder, "staged.responses", "staged.corrections", "mart.correction_summary"
    )
    later = responses[responses["wave"] == "followup"]
    assert len(later) == 59
    assert {444, 555} <= set(later["income_month"])
    assert summary.set_index("variable")["corrections"].to_dict() == {"income_month": 2, "interview": 1}
    assert not corrections["key"].str.startswith("R0").any()
    run = taken(folder)
    raw = run.intake.raw["raw.waves/followup/corrections"]
    assert set(raw["_file"]) == {"waves/log.csv", "waves/followup/corrections.csv"}
    assert "remark" not in raw
    assert {"waves/log.csv", "waves/followup/corrections.csv"} <= run.intake.sealed_files
    write(
        folder, {"waves/followup/corrections.csv": HEADER + own.replace("R005", "R000").replace(",555", ",1")}
    )
    assert "the same wave and key and variable stands already in waves/followup/corrections.csv" in refused(
        folder
    )


def test_a_log_that_is_not_there_is_told(tmp_path: Path):
    folder = two_waves(tmp_path)
    plan(
        folder,
        FOLLOWUP,
        FOLLOWUP
        + '[[wave.corrections]]\nfile = "waves/log.csv"\ncheck_old = "as stated"\n'
        + 'values = { reason = "r", who = "w", when = 2026-02-01 }\n'
        + 'columns = { key = "id", variable = "q", new = "n" }\n',
    )
    assert "waves/log.csv: is not here" in refused(folder).replace("waves/log.csv is", "waves/log.csv: is")
