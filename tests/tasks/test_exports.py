"""What a server gives out is read as one and the same wave, or refused in words that say what to do."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from schemas.assessment import Wave
from schemas.faults import Refused
from tasks import forms
from tasks.exports import Export, read_export
from tasks.files import read_table
from tasks.run import Run
from tests import exports
from tests.folders import plan, write

SURVEY = [
    {"type": "start", "name": "start"},
    {"type": "end", "name": "end"},
    {"type": "username", "name": "username"},
    {"type": "select_one yes_no", "name": "consent", "label": "Do you agree?"},
    {"type": "text", "name": "respondent", "label": "Number of the respondent"},
    {"type": "begin_group", "name": "earnings", "label": "Work and money"},
    {"type": "decimal", "name": "income_month", "label": "Income (last month)"},
    {"type": "select_multiple goods", "name": "goods", "label": "What is there?"},
    {"type": "begin_group", "name": "place", "label": "Place"},
    {"type": "select_one walls", "name": "walls", "label": "Walls"},
    {"type": "geopoint", "name": "position", "label": "Where is it?"},
    {"type": "end_group"},
    {"type": "end_group"},
    {"type": "note", "name": "thanks", "label": "Thank you"},
    {"type": "begin_repeat", "name": "members", "label": "Members of the household"},
    {"type": "integer", "name": "member_age", "label": "How old?"},
    {"type": "select_one yes_no", "name": "member_attends_school", "label": "At school?"},
    {"type": "end_repeat"},
]
CHOICES = [
    {"list_name": "yes_no", "name": "yes", "label": "Yes"},
    {"list_name": "yes_no", "name": "no", "label": "No"},
    {"list_name": "goods", "name": "radio", "label": "Radio"},
    {"list_name": "goods", "name": "radio_clock", "label": "Radio with clock"},
    {"list_name": "goods", "name": "clock", "label": "Clock"},
    {"list_name": "walls", "name": "brick", "label": "Burnt brick"},
    {"list_name": "walls", "name": "mud", "label": "Mud"},
]
FORM = exports.workbook({"survey": SURVEY, "choices": CHOICES, "settings": [{"form_title": "A form"}]})
NODES = exports.nodes(FORM)
ANSWERS = ["respondent", "consent", "income_month", "goods", "walls"]
INTERVIEWER = "Amina Interviewer"
PLACE = "12.971512 77.594612 900 5"


def interview(number: int, **answers) -> dict:
    """Return the interview of respondent R1, R2, …, with as many members as its number."""
    return {
        "_": {"uuid": f"0000-{number}", "user": INTERVIEWER, "notes": "asks for " + INTERVIEWER},
        "start": "2026-11-01T09:30:00.000+05:30",
        "end": "2026-11-01T10:00:00.000+05:30",
        "username": INTERVIEWER,
        "consent": "yes",
        "respondent": f"R{number}",
        "income_month": 1000 + number,
        "goods": ["radio", "radio_clock clock", None][number % 3],
        "walls": ["brick", "mud"][number % 2],
        "position": PLACE,
        "members": [
            {"member_age": 30 + number + each, "member_attends_school": "no"} for each in range(number)
        ],
        **answers,
    }


INTERVIEWS = [interview(1), interview(2), interview(3)]


def kobo(**how) -> dict[str, bytes]:
    return {"interviews.xlsx": exports.kobo(NODES, INTERVIEWS, **how)}


def extracted() -> dict[str, bytes]:
    tables = exports.odk_tables(NODES, INTERVIEWS, name="interviews")
    return {name: text.encode() for name, text in tables.items()}


LAYOUTS = {
    "KoboToolbox, XML values": kobo(),
    "KoboToolbox, XML values, groups in the headers": kobo(groups=True),
    "KoboToolbox, labels, read through waves/only/form.xlsx": kobo(labels=True),
    "ODK Central, groups in the headers": {"interviews.zip": exports.odk(NODES, INTERVIEWS)},
    "ODK Central": {"interviews.zip": exports.odk(NODES, INTERVIEWS, groups=False)},
    "ODK Central, groups in the headers ": extracted(),
    "SurveyCTO, wide": {"interviews.csv": exports.surveycto(NODES, INTERVIEWS).encode()},
}
NEEDS_FORM = ("KoboToolbox, labels", "SurveyCTO")
"""Only a form tells what a label stands for, and which columns of a wide table are a repeat's."""


def lay(folder: Path, files: dict[str, bytes], *, form: bytes | None = None) -> Path:
    for name, content in {**files, **({"form.xlsx": form} if form else {})}.items():
        path = folder / "waves" / "only" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def read(folder: Path, wave: Wave | None = None) -> Export:
    received = read_table(folder, "waves/only/interviews", bytes, is_wave=True)
    assert received is not None
    given = forms.form_of_wave(folder, "only", bytes)
    return read_export(received, wave or Wave(name="only"), folder, bytes, given[0] if given else None)


def refused(folder: Path, wave: Wave | None = None) -> str:
    with pytest.raises(Refused) as found:
        read(folder, wave)
    return str(found.value)


def answered(export: Export) -> list[list[str | None]]:
    frame = export.received.frame[ANSWERS].astype(object).where(lambda f: f.notna(), None)
    return frame.to_numpy().tolist()


EXPECTED = [
    ["R1", "yes", "1001", "radio_clock clock", "mud"],
    ["R2", "yes", "1002", None, "brick"],
    ["R3", "yes", "1003", "radio", "mud"],
]


WAYS = [(layout, True) for layout in LAYOUTS]
WAYS += [(layout, False) for layout in LAYOUTS if not layout.startswith(NEEDS_FORM)]


@pytest.mark.parametrize(("layout", "with_form"), WAYS)
def test_every_layout_gives_one_and_the_same_wave(tmp_path, layout, with_form):
    export = read(lay(tmp_path, LAYOUTS[layout], form=FORM if with_form else None))
    assert export.layout == layout.strip()
    assert answered(export) == EXPECTED
    members = export.repeats["members"]
    assert members.parents.tolist() == [0, 1, 1, 2, 2, 2]
    assert members.numbers.tolist() == [1, 1, 2, 1, 2, 3]
    assert members.frame["member_age"].tolist() == ["31", "32", "33", "33", "34", "35"]
    assert members.frame["member_attends_school"].tolist() == ["no"] * 6
    told = set(export.received.frame) - {*export.private, *export.system}
    assert told - {"thanks", "devicephonenum"} == set(ANSWERS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sealed_files_are_read_as_those_in_clear(tmp_path, layout):
    files = {f"{name}.age": content[::-1] for name, content in {**LAYOUTS[layout], "form.xlsx": FORM}.items()}
    folder = lay(tmp_path, files)

    def unseal(content: bytes) -> bytes:
        return content[::-1]

    received = read_table(folder, "waves/only/interviews", unseal, is_wave=True)
    given = forms.form_of_wave(folder, "only", unseal)
    assert received
    assert given
    export = read_export(received, Wave(name="only"), folder, unseal, given[0])
    assert answered(export) == EXPECTED
    assert len(export.repeats["members"].frame) == 6


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_interviewer_telephone_or_place_is_kept(tmp_path, layout):
    export = read(lay(tmp_path, LAYOUTS[layout], form=FORM))
    for one in (export, *export.repeats.values()):
        frame = one.received.frame if isinstance(one, Export) else one.frame
        kept = frame.drop(columns=list(one.private)).to_csv()
        assert all(word not in kept for word in ("Interviewer", "5550100", "12.97", "8Hk2"))


def test_an_export_of_kobo_as_csv_has_semicolons_and_is_read(tmp_path):
    lines = exports.as_csv(
        [{"respondent": "R1", "_id": 1, "_uuid": "0000-1", "_submission_time": "2026-11-01", "_index": 1}]
    )
    export = read(lay(tmp_path, {"interviews.csv": lines.replace(",", ";").encode()}))
    assert (export.layout, export.received.frame["respondent"].tolist()) == (
        "KoboToolbox, XML values",
        ["R1"],
    )


def test_a_table_without_marks_is_plain_and_keeps_every_column(tmp_path):
    text = "respondent,start,a/b,KEY,username\nR1,1,2,3,x\n"
    export = read(lay(tmp_path, {"interviews.csv": text.encode()}))
    assert export.is_plain
    assert (export.private, export.system) == ((), ())
    assert list(export.received.frame) == ["respondent", "start", "a/b", "KEY", "username"]


def test_choices_that_came_as_columns_alone_are_put_together_by_the_form(tmp_path):
    rows = [
        {
            "respondent": f"R{n}",
            "earnings/goods/radio": one,
            "earnings/goods/clock": two,
            "_uuid": n,
            "_index": n,
        }
        for n, (one, two) in enumerate([(1, 1), (0, 1), (0, 0), (None, None)], start=1)
    ]
    export = read(lay(tmp_path, {"interviews.xlsx": exports.workbook({"A": rows})}, form=FORM))
    assert export.received.frame["goods"].tolist()[:2] == ["radio clock", "clock"]
    assert export.received.frame["goods"].isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("review", "how"),
    [("validation_status_not_approved", "kobo"), ("Not approved", "kobo"), ("rejected", "odk")],
)
def test_an_interview_that_a_reviewer_rejected_is_left_out_with_its_members(tmp_path, review, how):
    bad = interview(2)
    bad["_"] = {**bad["_"], "review": review}
    made = getattr(exports, how)(NODES, [interview(1), bad, interview(3)])
    export = read(lay(tmp_path, {"interviews.xlsx" if how == "kobo" else "interviews.zip": made}))
    assert export.received.frame["respondent"].tolist() == ["R1", "R3"]
    assert export.rejected == 1
    assert export.repeats["members"].parents.tolist() == [0, 2, 2, 2]


def test_two_questions_of_one_name_are_told_with_both_headers_and_the_plan_may_choose(tmp_path):
    rows = [{"respondent": "R1", "now/income": 1, "before/income": 2, "_uuid": "0", "_index": 1}]
    folder = lay(tmp_path, {"interviews.xlsx": exports.workbook({"A": rows})})
    assert "two questions bear the name 'income': 'now/income' and 'before/income'" in refused(folder)
    chosen = Wave(name="only", questions={"income_month": "now/income"})
    export = read(folder, chosen)
    assert export.received.frame[["now/income", "income"]].to_numpy().tolist() == [["1", "2"]]


def test_the_plan_may_use_a_column_that_else_is_set_aside(tmp_path):
    wave = Wave.model_validate({"name": "only", "columns": {"enumerator": "username", "respondent": "_id"}})
    export = read(lay(tmp_path, kobo()), wave)
    assert not {"username", "_id"} & {*export.private, *export.system}


def broken(edit) -> bytes:
    """Return KoboToolbox's workbook with its rows edited: edit(sheets), sheet -> rows."""
    frames = pd.read_excel(
        io.BytesIO(exports.kobo(NODES, INTERVIEWS)), sheet_name=None, dtype=object, engine="calamine"
    )
    sheets = {
        str(name): [{str(k): v for k, v in row.items() if pd.notna(v)} for row in frame.to_dict("records")]
        for name, frame in frames.items()
    }
    header = {str(name): dict.fromkeys(map(str, frame.columns)) for name, frame in frames.items()}
    edit(sheets)
    return exports.workbook(
        {name: [{**header.get(name, {}), **row} for row in rows] for name, rows in sheets.items()}
    )


def zipped(**tables: str) -> bytes:
    return exports.archive({f"{name}.csv": text for name, text in tables.items()})


def without_parent(sheets):
    sheets["members"][1]["_submission__uuid"] = "9999"


def without_key(sheets):
    del sheets["A form"][2]["_uuid"]


def pasted(sheets):
    sheets["A form"].append({column: column for column in sheets["A form"][0]})


def twice(sheets):
    sheets["A form"].append(dict(sheets["A form"][0]))


def second_form(sheets):
    sheets["Another form"] = [{"_uuid": "1", "_index": 1, "question": 3}]


def two_ids(sheets):
    for number, row in enumerate(sheets["A form"]):
        row["_xform_id_string"] = "firms" if number == 2 else "homes"


def swapped(sheets):
    main = sheets.pop("A form")
    sheets["A form"] = main


HEAD = "SubmissionDate,respondent,KEY,Status\n"
ROW = "2026-11-01,R1,uuid:1,\n"
FAULTS = {
    "a repeat without parent": (
        {"interviews.xlsx": broken(without_parent)},
        "sheet members, row 3, column _submission__uuid: belongs to no interview of the file",
    ),
    "a file cut off": (
        {"interviews.xlsx": broken(without_key)},
        "sheet A form, row 4, column _uuid: has no _uuid: the file was cut off",
    ),
    "an archive cut off": (
        {"interviews.zip": exports.odk(NODES, INTERVIEWS)[:-40]},
        "interviews.zip: cannot be opened as a zip archive. Download it again",
    ),
    "a CSV cut off": (
        {"interviews.csv": (HEAD + ROW + "2026-11-01,R2").encode()},
        "interviews.csv: row 3 has 2 of 4 cells: the file may have been cut off",
    ),
    "two exports in one sheet": (
        {"interviews.xlsx": broken(pasted)},
        "row 5, column _uuid: is a second row of headers",
    ),
    "a submission twice": (
        {"interviews.xlsx": broken(twice)},
        "row 5, column _uuid: the same submission stands twice",
    ),
    "two forms in a workbook": (
        {"interviews.xlsx": broken(second_form)},
        "sheet Another form: holds the interviews of a second form",
    ),
    "two forms in a sheet": (
        {"interviews.xlsx": broken(two_ids)},
        "row 4, column _xform_id_string: answers of two forms stand in one file",
    ),
    "the sheet of a repeat": (
        {"interviews.xlsx": broken(swapped)},
        "sheet members, row 1, column _parent_table_name: is the table of a repeat",
    ),
    "labels": (
        kobo(labels=True),
        "the headers are labels of questions and not their names. In KoboToolbox: Data > Downloads > "
        "Value and header format: 'XML values and headers'",
    ),
    "two forms in an archive": (
        {"interviews.zip": zipped(homes=HEAD + ROW, firms=HEAD + ROW)},
        "interviews.zip: holds the interviews of more than one form: firms.csv, homes.csv",
    ),
    "an archive without a table": (
        {"interviews.zip": exports.archive({"media/photo.jpg": "x"})},
        "interviews.zip: holds no table of interviews. Export again in ODK Central",
    ),
    "a repeat of the archive without parent": (
        {
            "interviews.zip": zipped(
                **{
                    "homes": HEAD + ROW,
                    "homes-members": "member_age,PARENT_KEY,KEY\n3,uuid:2,uuid:2/members[1]\n",
                }
            )
        },
        "sheet homes-members.csv, row 2, column PARENT_KEY: belongs to no interview of the file",
    ),
    "an encrypted submission": (
        {"interviews.zip": zipped(homes=HEAD + ROW + "2026-11-01,,uuid:2,not decrypted\n")},
        "sheet homes.csv, row 3, column KEY: the submission is encrypted",
    ),
    "a name that leads out of the archive": (
        {"interviews.zip": exports.archive({"../homes.csv": HEAD + ROW})},
        "holds a file whose name leads out of the archive",
    ),
    "a table that unfolds without end": (
        {"interviews.zip": exports.archive({"homes.csv": HEAD + ROW + "," * 3_000_000})},
        "holds a table that unfolds to far more than answers do",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_is_wrong_with_an_export_is_told_with_its_place(tmp_path, what):
    files, told = FAULTS[what]
    assert told in refused(lay(tmp_path, files))


def test_labels_of_any_language_of_the_form_are_mapped_back(tmp_path):
    def both(rows):
        return [
            {key: one for key, one in row.items() if key != "label"}
            | (
                {"label::English": row["label"], "label::Deutsch": f"{row['label']} (de)"}
                if "label" in row
                else {}
            )
            for row in rows
        ]

    form = exports.workbook({"survey": both(SURVEY), "choices": both(CHOICES)})
    made = exports.kobo(exports.nodes(form, "Deutsch"), INTERVIEWS, labels=True)
    export = read(lay(tmp_path, {"interviews.xlsx": made}, form=form))
    assert export.layout == "KoboToolbox, labels (Deutsch), read through waves/only/form.xlsx"
    assert answered(export) == EXPECTED
    assert export.repeats["members"].frame["member_attends_school"].tolist() == ["no"] * 6


def test_labels_that_the_plan_maps_by_hand_need_no_form(tmp_path):
    wave = Wave.model_validate(
        {
            "name": "only",
            "columns": {"respondent": "Number of the respondent"},
            "questions": {"income_month": "Income (last month)"},
        }
    )
    export = read(lay(tmp_path, kobo(labels=True)), wave)
    assert export.layout == "KoboToolbox, labels, mapped by the plan"
    assert export.received.frame["Number of the respondent"].tolist() == ["R1", "R2", "R3"]
    assert not {"username", "Where is it?", "_uuid"} - {*export.private, *export.system}


def test_a_form_knows_other_answers_and_groups_within_repeats():
    survey = [
        {"type": "begin repeat", "name": "plots", "label": "Plots"},
        {"type": "begin_group", "name": "soil", "label": "Soil"},
        {"type": "select_one walls or_other", "name": "fence", "label": "Fence"},
        {"type": "select_one_from_file shops.csv", "name": "shop", "label": "Shop"},
        {"type": "end group"},
        {"type": "end repeat"},
        {"type": "integer", "name": "age", "label": "Age"},
    ]
    form = forms.read_form(exports.workbook({"survey": survey, "choices": CHOICES}), "form.xlsx")
    assert [(item.name, item.repeat, item.inside) for item in form.items] == [
        ("fence_other", "plots", ("soil", "fence_other")),
        ("fence", "plots", ("soil", "fence")),
        ("shop", "plots", ("soil", "shop")),
        ("age", "", ("age",)),
    ]
    fence, shop = form.items[1:3]
    assert list(fence.choices or ()) == ["brick", "mud", "other"]
    assert shop.choices is None
    assert set(form.headers("plots", "-")) == {
        f"{group}{name}"
        for name in ("fence_other", "fence", "shop")
        for group in ("plots-soil-", "soil-", "")
    }
    assert form.repeat_named("Plots") == "plots"


def test_labels_that_are_not_the_forms_are_told(tmp_path):
    other = [row | {"label": "Another"} if row.get("name") == "walls" else row for row in SURVEY]
    form = exports.workbook({"survey": other, "choices": CHOICES})
    told = refused(lay(tmp_path, kobo(labels=True), form=form))
    assert "column Walls: is not the label of a question of the form. In KoboToolbox" in told
    assert "Where is it" not in told


def test_two_questions_of_one_label_are_told_apart_by_names_alone(tmp_path):
    same = [row | {"label": "Walls"} if row.get("name") == "respondent" else row for row in SURVEY]
    form = exports.workbook({"survey": same, "choices": CHOICES})
    made = exports.workbook({"A form": [{"Walls": "mud", "Walls ": "R1", "_uuid": 1, "_index": 1}]})
    told = refused(lay(tmp_path, {"interviews.xlsx": made}, form=form))
    assert "column Walls: two questions bear this label. In KoboToolbox" in told


def test_a_form_that_is_none_is_told(tmp_path):
    with pytest.raises(Refused, match="sheet survey: is not an XLSForm"):
        read(lay(tmp_path, kobo(), form=exports.workbook({"A": [{"x": 1}]})))


def test_the_log_and_the_media_of_an_archive_are_left_alone(tmp_path):
    made = {"homes.csv": HEAD + ROW, "homes - audit.csv": "event\nstart\n", "media/list.csv": "a\n1\n"}
    export = read(lay(tmp_path, {"interviews.zip": exports.archive(made)}))
    assert export.received.frame["respondent"].tolist() == ["R1"]


# ---- whole assessments


ONE_WAVE = """
[[wave]]
name = "only"

[personal]
"waves/*/members" = ["member_age"]
"""


def assessment(folder: Path, files: dict[str, bytes], rest: str = ONE_WAVE) -> Path:
    write(folder, {"assessment.toml": plan(rest)})
    return lay(folder, files, form=FORM)


def taken(folder: Path) -> Run:
    run = Run(folder)
    run.prepare()
    return run


def test_members_stand_under_pseudonyms_without_what_is_personal(tmp_path):
    people = [interview(1), interview(2, consent="no", respondent=None), interview(3)]
    run = taken(assessment(tmp_path, {"interviews.zip": exports.odk(NODES, people)}))
    tables = run.intake.tables
    members, responses = tables["staged.household_members"], tables["staged.responses"]
    assert list(members) == ["respondent", "wave", "member", "member_attends_school"]
    assert members["member"].tolist() == [1, 1, 2, 3]
    assert set(members["respondent"]) == set(responses["respondent"])
    assert not set(responses["respondent"]) & {"R1", "R3"}
    assert "member_age" not in run.intake.raw["raw.waves/only/members"]
    assert {"KEY", "SubmissionDate", "FormVersion"} <= set(run.intake.raw["raw.waves/only/interviews"])
    assert not {"KEY", "username", "start"} & set(responses)
    files = tables["staged.wave_files"].to_dict("records")
    assert files == [
        {
            "wave": "only",
            "file": "waves/only/interviews.zip",
            "layout": "ODK Central, groups in the headers",
            "form_version": "v1",
            "interviews": 3,
            "rejected": 0,
            "members": 4,
        }
    ]
    assert run.intake.found == [
        "only: waves/only/interviews.zip: ODK Central, groups in the headers, form version v1, 3 interviews, "
        "repeat 'members' with 6 rows"
    ]
    losses = {one["reason"]: one["interviews"] for one in run.intake.losses}
    assert losses == {"received": 3, "rejected": 0, "removed": 0, "filtered": 0, "refused": 1, "used": 2}


def test_an_answer_outside_the_choices_is_refused_until_it_is_corrected(tmp_path):
    people = [interview(1, walls="glass"), interview(2)]
    folder = assessment(tmp_path, {"interviews.xlsx": exports.kobo(NODES, people)})
    with pytest.raises(Refused) as found:
        taken(folder)
    told = str(found.value)
    assert "sheet A form, row 2, column walls: is none of the choices of the form: brick, mud" in told
    assert "glass" not in told
    write(
        folder,
        {
            "waves/only/corrections.csv": "key,variable,old,new,reason,who,when\n"
            "R1,walls,glass,mud,slip,coordinator,2026-11-03\n"
        },
    )
    assert taken(folder).intake.tables["staged.responses"]["walls"].tolist() == ["mud", "brick"]


REVISED = """
[[wave]]
name = "only"
[wave.revisions]
"waves/only/{0}" = 1
"waves/only/{1}" = 2
"""


def test_a_later_export_with_edits_rejections_and_other_members(tmp_path):
    """What the server adds differs from export to export, and says nothing."""
    first = [interview(number) for number in (1, 2, 3, 4)]
    members = [{"member_age": 70, "member_attends_school": "no"}]
    reviewed = {**first[3], "_": {**first[3]["_"], "review": "Not approved"}}
    second = [
        interview(5),
        {**first[0], "_": {**first[0]["_"], "notes": "seen twice"}},
        interview(2, walls="mud"),
        interview(3, members=members),
        reviewed,
    ]
    files = {
        "interviews.xlsx": exports.kobo(NODES, first),
        "interviews_march.xlsx": exports.kobo(NODES, second, groups=True),
    }
    folder = assessment(tmp_path, files, '[[wave]]\nname = "only"\n')
    with pytest.raises(Refused) as found:
        taken(folder)
    told = sorted(str(found.value).splitlines())
    assert len(told) == 3
    for column in ("walls", "the repeat 'members'", "the review on the server"):
        assert any(f"column {column}: disagrees with waves/only/interviews.xlsx" in line for line in told), (
            told
        )
    write(folder, {"assessment.toml": plan(REVISED.format(*files))})
    run = taken(folder)
    tables = run.intake.tables
    losses = {one["reason"]: one["interviews"] for one in run.intake.losses}
    assert (losses["received"], losses["rejected"], losses["used"]) == (9, 1, 4)
    assert (losses["repeated"], losses["superseded"]) == (1, 3)
    responses = tables["staged.responses"].sort_values("income_month")
    assert responses["income_month"].tolist() == [1001, 1002, 1003, 1005]
    assert responses["walls"].tolist() == ["mud", "mud", "mud", "mud"]
    listed = tables["staged.household_members"].groupby("respondent")["member"].size()
    assert listed.loc[responses["respondent"]].tolist() == [1, 2, 1, 5]
    changes = tables["mart.wave_revisions"].set_index("variable")
    assert sorted(changes.index) == ["the repeat 'members'", "the review on the server", "walls"]
    assert changes["new"].isna()["the repeat 'members'"]
    assert (changes["old"]["walls"], changes["new"]["walls"]) == ("brick", "mud")
    assert len(tables["staged.wave_files"]) == 2


def test_unpacked_exports_beside_each_other_keep_their_own_repeats(tmp_path):
    files = {
        name: text.encode()
        for stem, people in (("interviews", [1, 2]), ("interviews_2026-03", [2, 3]))
        for name, text in exports.odk_tables(NODES, [interview(one) for one in people], name=stem).items()
    }
    assert len(files) == 4
    tables = taken(assessment(tmp_path, files)).intake.tables
    assert len(tables["staged.responses"]) == 3
    assert len(tables["staged.household_members"]) == 6
    assert tables["staged.wave_files"]["file"].tolist() == [
        "waves/only/interviews.csv",
        "waves/only/interviews_2026-03.csv",
    ]


def test_an_interview_that_was_rejected_and_held_again_counts_once_in_two_exports(tmp_path):
    again = {**interview(1, walls="brick"), "_": {"uuid": "0000-9", "review": "Not approved"}}
    files = {
        "interviews.xlsx": exports.kobo(NODES, [again, interview(1), interview(2)]),
        "interviews_2.xlsx": exports.kobo(NODES, [interview(2), again, interview(1)]),
    }
    run = taken(assessment(tmp_path, files))
    assert run.intake.tables["staged.responses"]["walls"].tolist() == ["mud", "brick"]


def test_a_members_answer_outside_the_choices_is_refused(tmp_path):
    person = interview(1, members=[{"member_age": "old", "member_attends_school": "often"}])
    folder = assessment(
        tmp_path, {"interviews.xlsx": exports.kobo(NODES, [person])}, '[[wave]]\nname = "only"\n'
    )
    with pytest.raises(Refused) as found:
        taken(folder)
    assert "sheet members, row 2, column member_age: is not a whole number" in str(found.value)
    assert "sheet members, row 2, column member_attends_school: is none of the choices" in str(found.value)


def test_a_repeat_that_the_plan_names_and_the_file_lacks_is_told(tmp_path):
    rest = '[[wave]]\nname = "only"\nmembers = "people"\n'
    folder = assessment(tmp_path, {"interviews.xlsx": exports.kobo(NODES, INTERVIEWS)}, rest)
    with pytest.raises(Refused, match=r"has no repeat 'people'. It has: members"):
        taken(folder)


def test_a_wave_without_a_key_is_refused(tmp_path):
    survey = [row for row in SURVEY if row.get("name") != "respondent"]
    form = exports.workbook({"survey": survey, "choices": CHOICES})
    made = exports.kobo(exports.nodes(form), INTERVIEWS)
    folder = write(tmp_path, {"assessment.toml": plan(ONE_WAVE)})
    lay(folder, {"interviews.xlsx": made}, form=form)
    with pytest.raises(Refused, match="no column says who the respondent is"):
        taken(folder)
    assert not (folder / "results" / "warehouse.duckdb").exists()


def test_the_three_layouts_of_real_workbooks_give_one_and_the_same_wave(tmp_path, cases):
    samples = cases.parent / "samples" / "kobo"
    if not samples.is_dir():
        pytest.skip("the sample workbooks are not here")
    rest = '[[wave]]\nname = "baseline"\nmembers = "member"\n[wave.columns]\nrespondent = "unit_id"\n'
    rest += 'node = "node"\n'
    found = []
    for name in ("kobo_xml", "kobo_xml_groups", "kobo_labels"):
        folder = write(tmp_path / name, {"assessment.toml": plan(rest)})
        (folder / "waves/baseline").mkdir(parents=True)
        shutil.copy(samples / f"{name}.xlsx", folder / "waves/baseline/interviews.xlsx")
        shutil.copy(samples / "form.xlsx", folder / "waves/baseline/form.xlsx")
        actors = ["small_producer", "subcontractor", "homeworker"]
        rows = "".join(f"{one},{one},production\n" for one in actors)
        write(folder, {"mapping/actors.csv": "actor,label,stage\n" + rows})
        tables = taken(folder).intake.tables
        one = {name: tables[f"staged.{name}"] for name in ("responses", "household_members")}
        found.append({key: frame.drop(columns="respondent") for key, frame in one.items()})
    assert found[0]["responses"]["benefits"].tolist()[:2] == ["pension health", "none"]
    assert found[0]["household_members"]["member"].tolist() == [1, 1, 2, 1, 2, 3]
    for other in found[1:]:
        for name, frame in found[0].items():
            pd.testing.assert_frame_equal(frame, other[name])


def test_an_archive_is_one_that_python_itself_can_open(tmp_path):
    with zipfile.ZipFile(io.BytesIO(exports.odk(NODES, INTERVIEWS))) as packed:
        assert packed.namelist() == ["a_form.csv", "a_form-members.csv"]
