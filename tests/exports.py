"""Exports as KoboToolbox, ODK Central and SurveyCTO write them, of a form that pyxform has converted.

Made for tests, after formpack (KoboToolbox), lib/data/briefcase.js of central-backend (ODK Central) and the
help pages of SurveyCTO. An interview is a dict: question -> answer (several with a blank between them), a
repeat's name -> its rows, and `_` -> what the server adds (uuid, review, user, version).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from pyxform.builder import create_survey_element_from_dict
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

Interview = Mapping[str, Any]
Path = tuple[str, ...]
SELECT_MANY = "select all that apply"


@dataclass(frozen=True)
class Node:
    """A question of the converted form, in the groups above it, from the repeat on where it stands in one.

    relevant: the conditions on which it is asked, its own and those of all that it stands in.
    """

    name: str
    type: str
    groups: tuple[str, ...]
    repeat: str
    label: str
    choices: Mapping[str, str]
    relevant: tuple[str, ...]


def nodes(form: bytes, language: str = "English (en)") -> list[Node]:
    """Return the questions of an XLSForm in order, as pyxform understands it."""
    read = get_xlsform(io.BytesIO(form))
    survey: Any = create_survey_element_from_dict(workbook_to_json(read, form_name="data", warnings=[]))
    survey.to_xml(validate=False)
    return list(_walk(survey, survey, (), "", language, ()))


def _walk(
    survey: Any, parent: Any, groups: Path, repeat: str, language: str, relevant: Path
) -> Iterator[Node]:
    for child in parent.children or ():
        own = (child.bind or {}).get("relevant")
        asked = (*relevant, own) if own else relevant
        if child.type in ("group", "repeat"):
            inside = child.name if child.type == "repeat" else repeat
            path = (child.name,) if child.type == "repeat" else (*groups, child.name)
            yield from _walk(survey, child, path, inside, language, asked)
        else:
            choices = {}
            if child.type in ("select one", SELECT_MANY):
                listed = survey.choices[child.itemset].options
                choices = {option.name: _label(option, language) for option in listed}
            yield Node(child.name, child.type, groups, repeat, _label(child, language), choices, asked)


def _label(element: Any, language: str) -> str:
    label = element.label
    return (label.get(language) if isinstance(label, dict) else label) or element.name


def repeats(form: Sequence[Node]) -> list[str]:
    return list(dict.fromkeys(node.repeat for node in form if node.repeat))


def _cells(node: Node, answers: Interview, header: str, labels: bool) -> dict[str, Any]:
    """Return a question's columns in KoboToolbox's layout, with the columns a choice and of a place."""
    answer = answers.get(node.name)
    chosen = str(answer).split() if node.type == SELECT_MANY and answer is not None else []
    cells: dict[str, Any] = {header: answer}
    if labels and answer is not None and node.choices:
        words = chosen if node.type == SELECT_MANY else [str(answer)]
        cells[header] = " ".join(node.choices[word] for word in words)
    if node.type == SELECT_MANY:
        for value, label in node.choices.items():
            column = f"{header}/{label if labels else value}"
            cells[column] = None if answer is None else int(value in chosen)
    if node.type == "geopoint":
        group, _, last = header.rpartition("/")
        parts = str(answer).split() if answer is not None else [None] * 4
        for part, value in zip(("latitude", "longitude", "altitude", "precision"), parts, strict=True):
            cells["/".join([*([group] if group else []), f"_{last}_{part}"])] = value
    return cells


def kobo(
    form: Sequence[Node], interviews: Sequence[Interview], *, groups: bool = False, labels: bool = False
) -> bytes:
    """Return KoboToolbox's workbook: the interviews on the first sheet, a sheet a repeat."""
    sheets: dict[str, list[dict[str, Any]]] = {"A form": []} | {name: [] for name in repeats(form)}
    for index, one in enumerate(interviews, start=1):
        of_server = one["_"]
        row: dict[str, Any] = {}
        for node in form:
            if not node.repeat and node.name != "instanceID":
                row |= _cells(node, one, _header(node, "/", groups, labels), labels)
        sheets["A form"].append(
            row
            | {
                "_id": 100 + index,
                "_uuid": of_server["uuid"],
                "_submission_time": f"2026-11-01T10:{index % 60:02}:00",
                "_validation_status": of_server.get("review"),
                "_notes": of_server.get("notes"),
                "_status": "submitted_via_web",
                "_submitted_by": of_server.get("user"),
                "__version__": of_server.get("version", "v1"),
                "_tags": None,
                "_index": index,
            }
        )
        for repeat in repeats(form):
            for part in one.get(repeat, ()):
                row = {}
                for node in form:
                    if node.repeat == repeat:
                        header = _header(node, "/", groups, labels)
                        row |= _cells(node, part, f"{repeat}/{header}" if groups else header, labels)
                sheets[repeat].append(
                    row
                    | {
                        "_index": len(sheets[repeat]) + 1,
                        "_parent_table_name": "A form",
                        "_parent_index": index,
                        "_submission__id": 100 + index,
                        "_submission__uuid": of_server["uuid"],
                        "_submission__submitted_by": of_server.get("user"),
                    }
                )
    return workbook(sheets)


def _header(node: Node, separator: str, groups: bool, labels: bool) -> str:
    if labels:
        return node.label
    path = node.groups[1:] if node.repeat else node.groups
    return separator.join([*path, node.name]) if groups else node.name


def workbook(sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Return a workbook; a sheet's header is that of all its rows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            header = list(dict.fromkeys(column for row in rows for column in row))
            sheet.write_row(0, 0, header)
            for line, row in enumerate(rows, start=1):
                for position, column in enumerate(header):
                    if row.get(column) is not None:
                        sheet.write(line, position, row[column])
    return target.getvalue()


def odk(
    form: Sequence[Node], interviews: Sequence[Interview], *, groups: bool = True, name: str = "a_form"
) -> bytes:
    """Return ODK Central's archive."""
    return archive(odk_tables(form, interviews, groups=groups, name=name))


def archive(tables: Mapping[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for file, text in tables.items():
            packed.writestr(file, text)
    return target.getvalue()


def odk_tables(
    form: Sequence[Node], interviews: Sequence[Interview], *, groups: bool = True, name: str = "a_form"
) -> dict[str, str]:
    """Return the tables of ODK Central's archive by name: the interviews, and each repeat's."""
    rows: dict[str, list[dict[str, Any]]] = {f"{name}.csv": []}
    rows |= {f"{name}-{repeat}.csv": [] for repeat in repeats(form)}
    for index, one in enumerate(interviews, start=1):
        of_server = one["_"]
        key = f"uuid:{of_server['uuid']}"
        main: dict[str, Any] = {"SubmissionDate": f"2026-11-01T10:{index % 60:02}:00.000Z"}
        for node in form:
            if not node.repeat:
                answer = key if node.name == "instanceID" else one.get(node.name)
                main |= _odk_cells(node, answer, groups)
        rows[f"{name}.csv"].append(
            main
            | {
                "KEY": key,
                "SubmitterID": 12,
                "SubmitterName": of_server.get("user"),
                "AttachmentsPresent": 0,
                "AttachmentsExpected": 0,
                "Status": of_server.get("status"),
                "ReviewState": of_server.get("review"),
                "DeviceID": "collect:8Hk2",
                "Edits": 0,
                "FormVersion": of_server.get("version", "v1"),
            }
        )
        for repeat in repeats(form):
            for number, part in enumerate(one.get(repeat, ()), start=1):
                row: dict[str, Any] = {}
                for node in form:
                    if node.repeat == repeat:
                        row |= _odk_cells(node, part.get(node.name), groups)
                row |= {"PARENT_KEY": key, "KEY": f"{key}/{repeat}[{number}]"}
                rows[f"{name}-{repeat}.csv"].append(row)
    headers = {
        f"{name}-{repeat}.csv": [
            *(header for node in form if node.repeat == repeat for header in _odk_cells(node, None, groups)),
            *("PARENT_KEY", "KEY"),
        ]
        for repeat in repeats(form)
    }
    return {file: as_csv(table, headers.get(file, ())) for file, table in rows.items()}


def _odk_cells(node: Node, answer: Any, groups: bool) -> dict[str, Any]:
    path = node.groups[1:] if node.repeat else node.groups
    header = "-".join([*path, node.name]) if groups else node.name
    if node.type != "geopoint":
        return {header: answer}
    parts = str(answer).split() if answer is not None else [None] * 4
    ends = ("Latitude", "Longitude", "Altitude", "Accuracy")
    return {f"{header}-{end}": part for end, part in zip(ends, parts, strict=True)}


_OF_SURVEYCTO = {"instanceID", "start", "end"}


def surveycto(form: Sequence[Node], interviews: Sequence[Interview]) -> str:
    """Return SurveyCTO's wide CSV: a column a row of a repeat, with its number behind the name."""
    most = {name: max(len(one.get(name, ())) for one in interviews) for name in repeats(form)}
    rows = []
    for one in interviews:
        of_server = one["_"]
        row: dict[str, Any] = {
            "SubmissionDate": "Nov 1, 2026 10:00:00 AM",
            "starttime": "Nov 1, 2026 9:30:00 AM",
            "endtime": "Nov 1, 2026 10:00:00 AM",
            "devicephonenum": "5550100",
        }
        for node in form:
            if (
                not node.repeat
                and node.type != "geopoint"
                and node.name not in ("instanceID", "start", "end")
            ):
                row[node.name] = one.get(node.name)
        for repeat, most_rows in most.items():
            parts = one.get(repeat, ())
            row[f"{repeat}_count"] = len(parts)
            for number in range(most_rows):
                for node in form:
                    if node.repeat == repeat:
                        part = parts[number] if number < len(parts) else {}
                        row[f"{node.name}_{number + 1}"] = part.get(node.name)
        key = f"uuid:{of_server['uuid']}"
        review = of_server.get("review")
        rows.append(
            row | {"instanceID": key, "formdef_version": "2611240917", "review_status": review, "KEY": key}
        )
    return as_csv(rows)


def as_csv(rows: Sequence[Mapping[str, Any]], header: Sequence[str] = ()) -> str:
    """Return rows as CSV; header: the columns, where there may be no row to tell them."""
    target = io.StringIO()
    columns = list(dict.fromkeys((*header, *(column for row in rows for column in row))))
    writer = csv.DictWriter(target, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()
