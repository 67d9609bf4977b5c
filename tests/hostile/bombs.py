"""Files that ask for more than a machine has, or lead out of their folder. Made when wanted: none is kept."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from tests.qdpx import packed, project

Bomb = tuple[str, Callable[[], bytes]]
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(10))
OUTSIDE = '<!ENTITY out SYSTEM "file:///etc/passwd">'
FAR = '<!ENTITY % far SYSTEM "http://127.0.0.1:9/x.dtd"> %far;'


def archive(files: Mapping[str, bytes | str], attributes: int = 0) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            one = zipfile.ZipInfo(name)
            one.compress_type, one.external_attr = zipfile.ZIP_DEFLATED, attributes
            made.writestr(one, content)
    return target.getvalue()


def swollen(name: str, megabytes: int) -> bytes:
    """Return an archive of one file that unfolds to so much, all of one sign."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
        made.open(name, "w") as file,
    ):
        for _ in range(megabytes):
            file.write(b"0" * (1 << 20))
    return target.getvalue()


def lying(content: bytes, name: str, said: int) -> bytes:
    """Return an archive whose directory says of a file another size than it unfolds to."""
    data = bytearray(content)
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(name.encode()))
    data[place + 24 : place + 28] = struct.pack("<I", said)
    first = data.find(b"PK\x03\x04", max(0, data.find(name.encode()) - 30))
    data[first + 22 : first + 26] = struct.pack("<I", said)
    return bytes(data)


def overlapping(name: str, many: int) -> bytes:
    """Return an archive whose directory leads to one and the same file many times."""
    body = archive({name: b"0" * (1 << 20)})
    begin, end = body.find(b"PK\x01\x02"), body.find(b"PK\x05\x06")
    entry, entries = body[begin:end], []
    for number in range(many):
        other = f"{number:04}{name[4:]}".encode()
        entries.append(entry.replace(name.encode(), other))
    directory = b"".join(entries)
    count = struct.pack("<HHII", many, many, len(directory), begin)
    return body[:begin] + directory + b"PK\x05\x06" + bytes(4) + count + bytes(2)


def directory_of(many: int) -> bytes:
    """Return an archive of so many empty files, by its directory alone."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0)
    directory = b"".join(entry + b"%07d" % number for number in range(many))
    first = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 7, 0) + b"0000000"
    ends = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, len(directory), len(first), 0)
    return first + directory + ends


def workbook(parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a workbook of one sheet, with some of its parts put in place of what Excel writes."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet("a").write_row(0, 0, ["respondent", "income_month"])
    with zipfile.ZipFile(io.BytesIO(target.getvalue())) as made:
        files: dict[str, bytes | str] = {name: made.read(name) for name in made.namelist()}
    return archive({**files, **(parts or {})})


def sheet(rows: str, head: str = "", dimension: str = "A1") -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<worksheet xmlns="{space}">'
        f'<dimension ref="{dimension}"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def number(place: str) -> str:
    return f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{place}"><v>1</v></c></row>'


def doctype(inside: str, root: str) -> str:
    return f"<!DOCTYPE {root} [{inside}]>"


def shared_strings(many: int, length: int) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<sst xmlns="{space}">' + f"<si><t>{'x' * length}</t></si>" * many + "</sst>"


def stata(rows: int, variables: int) -> bytes:
    """Return a Stata file whose header says that it has so many rows and variables."""
    target = io.BytesIO()
    pd.DataFrame({"respondent": ["a", "b"], "income_month": np.array([1.0, 2.0])}).to_stata(
        target, write_index=False, version=118
    )
    content = target.getvalue()
    said = b"<K>" + struct.pack("<H", variables) + b"</K><N>" + struct.pack("<Q", rows) + b"</N>"
    begin, end = content.find(b"<K>"), content.find(b"</N>") + 4
    return content[:begin] + said + content[end:]


def sdmx(inside: str, head: str = "") -> bytes:
    space = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
    root = "m:StructureSpecificData"
    return f'<?xml version="1.0"?>{head}<{root} xmlns:m="{space}">{inside}</{root}>'.encode()


HEADER = "respondent,income_month\n"
DEEP_TOML = "x = " + "[" * 100_000
INTERVIEWS = "waves/baseline/interviews"
QDPX = "waves/baseline/coded.qdpx"
SECONDARY = "secondary/f"

BOMBS: dict[str, Bomb] = {
    "zip: one table of 600 MB": (f"{INTERVIEWS}.zip", lambda: swollen("a.csv", 600)),
    "zip: a table packed 1,000 times": (f"{INTERVIEWS}.zip", lambda: swollen("a.csv", 40)),
    "zip: a table larger than it says": (
        f"{INTERVIEWS}.zip",
        lambda: lying(swollen("a.csv", 600), "a.csv", 1000),
    ),
    "zip: archives within archives": (f"{INTERVIEWS}.zip", lambda: archive({"a.zip": swollen("b.csv", 50)})),
    "zip: files that lie in one another": (f"{INTERVIEWS}.zip", lambda: overlapping("0000.csv", 5000)),
    "zip: a million files": (f"{INTERVIEWS}.zip", lambda: directory_of(1_000_000)),
    "zip: ../": (f"{INTERVIEWS}.zip", lambda: archive({"../../escaped.csv": HEADER})),
    "zip: an absolute name": (f"{INTERVIEWS}.zip", lambda: archive({"/tmp/escaped.csv": HEADER})),  # noqa: S108
    "zip: a drive": (f"{INTERVIEWS}.zip", lambda: archive({"C:\\escaped.csv": HEADER})),
    "zip: a link": (f"{INTERVIEWS}.zip", lambda: archive({"a.csv": "/etc/passwd"}, 0o120777 << 16)),
    "qdpx: project.qde of 200 MB": (QDPX, lambda: swollen("project.qde", 200)),
    "qdpx: ../": (QDPX, lambda: archive({"project.qde": project(""), "../escaped.txt": "x"})),
    "qdpx: billion laughs": (QDPX, lambda: packed(doctype(LAUGHS, "Project") + "<Project>&l9;</Project>")),
    "qdpx: a file outside": (QDPX, lambda: packed(doctype(OUTSIDE, "Project") + "<Project>&out;</Project>")),
    "qdpx: elements 100,000 deep": (QDPX, lambda: packed(project("<Codes>" * 100_000))),
    "xlsx: a cell in the last row and column": (
        f"{INTERVIEWS}.xlsx",
        lambda: workbook({SHEET: sheet(number("A1") + number("XFD1048576"))}),
    ),
    "xlsx: a cell in the last row of few columns": (
        f"{INTERVIEWS}.xlsx",
        lambda: workbook({SHEET: sheet(number("A1") + number("CV1048576"))}),
    ),
    "xlsx: a sheet of 600 MB": (f"{INTERVIEWS}.xlsx", lambda: swollen(SHEET, 600)),
    "xlsx: a sheet larger than it says": (
        f"{INTERVIEWS}.xlsx",
        lambda: lying(workbook({SHEET: sheet("<row><c><v>1</v></c></row>" * 4_000_000)}), SHEET, 5000),
    ),
    "xlsx: billion laughs": (
        f"{INTERVIEWS}.xlsx",
        lambda: workbook(
            {SHEET: sheet('<row r="1"><c t="str"><v>&l9;</v></c></row>', doctype(LAUGHS, "worksheet"))}
        ),
    ),
    "xlsx: a file outside": (
        f"{INTERVIEWS}.xlsx",
        lambda: workbook(
            {SHEET: sheet('<row r="1"><c t="str"><v>&out;</v></c></row>', doctype(OUTSIDE, "worksheet"))}
        ),
    ),
    "xlsx: shared strings of 400 MB": (
        f"{INTERVIEWS}.xlsx",
        lambda: workbook({"xl/sharedStrings.xml": shared_strings(400, 1 << 20)}),
    ),
    "xlsx: elements 1,000,000 deep": (
        f"{INTERVIEWS}.xlsx",
        lambda: workbook({SHEET: sheet("<row>" * 1_000_000)}),
    ),
    "sdmx: billion laughs": (SECONDARY, lambda: sdmx("&l9;", doctype(LAUGHS, "x"))),
    "sdmx: a file outside": (SECONDARY, lambda: sdmx("&out;", doctype(OUTSIDE, "x"))),
    "sdmx: a definition from the network": (SECONDARY, lambda: sdmx("", doctype(FAR, "x"))),
    "sdmx: elements 100,000 deep": (SECONDARY, lambda: sdmx("<a>" * 100_000)),
    "sdmx: packed 1,000 times": (SECONDARY, lambda: swollen("data.xml", 600)),
    "dta: 10^12 rows": (f"{INTERVIEWS}.dta", lambda: stata(10**12, 2)),
    "dta: 10^12 rows of 60,000 variables": (f"{INTERVIEWS}.dta", lambda: stata(10**12, 60_000)),
    "csv: a line of 30 MB": (f"{INTERVIEWS}.csv", lambda: (HEADER + "R1," + "9" * 30_000_000).encode()),
    "csv: a quotation mark that is not closed": (
        f"{INTERVIEWS}.csv",
        lambda: (HEADER + 'R1,"' + "x,1\n" * 5_000_000).encode(),
    ),
    "csv: a header of a million columns": (f"{INTERVIEWS}.csv", lambda: b"a," * 1_000_000 + b"b\n1\n"),
    "toml: 100,000 deep": ("design/indicators.toml", lambda: DEEP_TOML.encode()),
    "toml: 100,000 deep, a language": ("design/languages/xx.toml", lambda: DEEP_TOML.encode()),
    "toml: 100,000 deep, the plan": ("assessment.toml", lambda: DEEP_TOML.encode()),
    "toml: keys 100,000 deep": ("assessment.toml", lambda: (".".join("a" * 100_000) + " = 1").encode()),
}
