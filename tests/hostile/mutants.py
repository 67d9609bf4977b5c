"""Valid files of a small assessment, and files made of them that are damaged in one place by a seed."""

from __future__ import annotations

import io
import random
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from tests import exports
from tests.folders import GROUPS, plan, write
from tests.qdpx import coded, packed, project

PEOPLE = 12
NUMBERS = ("weight", "income_month", "workdays_month")
HEADER = ("respondent", "arm", "poverty_group", "cluster", *NUMBERS, "KEY")
ROWS = [
    [
        f"R{person:03}",
        "programme" if person % 2 else "comparison",
        "weaver-women" if (person // 2) % 2 else "workshop-men",
        f"place-{person % 4:02}",
        str(1 + person % 3),
        str(1000 + 17 * person),
        str(20 + person % 4),
        f"uuid:{person:04}",
    ]
    for person in range(PEOPLE)
]
WAVE = '\n[[wave]]\nname = "baseline"\nrole = "baseline"\n'
CODES = "code,indicator,direction\nEarns less,income_month,worse\nEarns more,income_month,better\n"
SOURCES = (
    "source,poverty_group,arm,participants,kind\n"
    "Talk of Ama,weaver-women,programme,6,group interview\n"
    "Talk of Col,workshop-men,programme,6,group interview\n"
)
ACTORS = "actor,label,stage,firms,workers,women\nweavers,Weavers,production,400,600,500\n"
ACTORS += "workshops,Workshops,production,40,300,90\n"


@dataclass(frozen=True)
class Mutant:
    """A file with one damage: how, whether it must be refused, and at which row and column."""

    how: str
    content: bytes
    refused: bool = False
    row: int = 0
    column: str = ""


Cells = list[list[str]]
Damage = Callable[[bytes, random.Random], Mutant]


def folder_without_interviews(folder: Path) -> Path:
    top = 'indicators = ["income_month", "workdays_month"]'
    files = {"assessment.toml": plan(GROUPS + WAVE, top=top), "mapping/actors.csv": ACTORS}
    write(folder, {**files, "waves/baseline/note.txt": ""})
    (folder / "waves/baseline/note.txt").unlink()
    return folder


# ------------------------------------------------------------------------------------ tables of cells


def _table() -> Cells:
    return [list(HEADER), *(list(row) for row in ROWS)]


def as_csv(cells: Cells) -> bytes:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if re.search(r'[",\n\r]', cell) else cell

    return "".join(",".join(map(quoted, row)) + "\n" for row in cells).encode("utf-8", "surrogatepass")


def as_xlsx(cells: Cells) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("answers")
        for line, row in enumerate(cells):
            for place, cell in enumerate(row):
                if line and re.fullmatch(r"-?\d{1,15}(\.\d+)?", cell):
                    sheet.write_number(line, place, float(cell))
                else:
                    sheet.write_string(line, place, cell[:32_000])
    return target.getvalue()


def as_dta(cells: Cells) -> bytes:
    header, *rows = cells
    width = len(header)
    frame = pd.DataFrame([(row + [""] * width)[:width] for row in rows], columns=range(width))
    frame = frame.set_axis(
        [re.sub(r"\W|^(?=\d)", "_", name)[:32] or f"v{i}" for i, name in enumerate(header)], axis=1
    )
    frame = frame.loc[:, ~frame.columns.duplicated()]
    for name in frame:
        if len(frame) and frame[name].str.fullmatch(r"-?\d{1,15}").all():
            frame[name] = frame[name].astype("float64")
        else:
            frame[name] = frame[name].str.slice(0, 2000)
    with tempfile.TemporaryDirectory() as there:
        path = Path(there) / "f.dta"
        pyreadstat.write_dta(frame, str(path))  # pyright: ignore[reportArgumentType] -- its type is a dummy
        return path.read_bytes()


def as_odk(cells: Cells) -> bytes:
    return exports.archive({"a_form.csv": as_csv(cells).decode("utf-8", "surrogatepass")})


def as_parquet(cells: Cells) -> bytes:
    header, *rows = cells
    width = len(header)
    filled = [(row + [""] * width)[:width] for row in rows]
    columns = []
    for place in range(width):
        values = [row[place] for row in filled]
        numbers = values and all(re.fullmatch(r"\d{1,15}", one) for one in values)
        columns.append(pa.array(list(map(float, values)) if numbers else values))
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, names=header), sink)
    return sink.getvalue()


ENCODERS = {"csv": as_csv, "xlsx": as_xlsx, "dta": as_dta, "zip": as_odk}
ODD_TEXTS = (
    *(
        "",
        " ",
        "NA",
        "nan",
        "-",
        "1,5",
        "1e999",
        "-inf",
        "0x10",
        "\u0661\u0662",
        "1\u00a0000",
        "\u202e1",
        "=1+1",
    ),
    *(
        '"',
        "'",
        "\x0b",
        "a\nb",
        "9" * 400,
        "x" * 40_000,
        "😀" * 50,
        "{{ 7*7 }}",
        "<script>",
        "R000",
        "\ufeff1",
    ),
    *("31/02/2025", "2025-13-01", "0000-00-00", "12:61", "1.0000000000000000000001", "1e-400", "TRUE"),
)


KINDS = (
    *("word for a number", "infinite", "no id", "person twice", "unknown group", "unknown arm"),
    *(
        "no weight below 0",
        "id renamed",
        "header twice",
        "no rows",
        "odd cell",
        "odd header",
        "cells swapped",
    ),
    *("columns swapped", "row dropped", "row doubled", "column dropped", "row shortened", "row lengthened"),
)


def cells_damaged(chance: random.Random) -> tuple[str, Cells, bool, int, str]:
    """Return how a table was damaged, the table, and whether, in which row and column it breaks a rule."""
    cells = _table()
    row, column = chance.randrange(1, len(cells)), chance.randrange(len(HEADER) - 1)
    other = chance.randrange(1, len(cells))
    kind = chance.choice(KINDS)
    if kind in ("word for a number", "infinite"):
        name = chance.choice(NUMBERS)
        word = (
            chance.choice(("many", "12 a", "one,two", "--3"))
            if kind[0] == "w"
            else chance.choice(("inf", "1e999"))
        )
        cells[row][HEADER.index(name)] = word
        return kind, cells, True, row + 1, name
    if kind == "no id":
        cells[row][0] = ""
        return kind, cells, True, row + 1, "respondent"
    if kind == "person twice":
        cells.append([cells[row][0], *cells[other][1:-1], "uuid:other"])
        return kind, cells, True, len(cells), ""
    if kind in ("unknown group", "unknown arm"):
        name = "poverty_group" if kind.endswith("group") else "arm"
        cells[row][HEADER.index(name)] = chance.choice(("nobody's", "Programme!", "<b>x</b>"))
        return kind, cells, True, row + 1, name
    if kind == "no weight below 0":
        cells[row][HEADER.index("weight")] = chance.choice(("0", "-1"))
        return kind, cells, True, row + 1, "weight"
    if kind == "id renamed":
        cells[0][0] = chance.choice(("respondant", "Respondent id", "x" * 300))
        return kind, cells, True, 0, ""
    if kind == "header twice":
        cells[0][1 + column % (len(HEADER) - 2)] = "respondent"
        return kind, cells, True, 0, ""
    if kind == "no rows":
        return kind, cells[:1], True, 0, ""
    if kind == "odd cell":
        cells[row][column] = chance.choice(ODD_TEXTS)
    elif kind == "odd header":
        cells[0][column] = chance.choice(ODD_TEXTS)
    elif kind == "cells swapped":
        there = chance.randrange(len(HEADER) - 1)
        cells[row][column], cells[other][there] = cells[other][there], cells[row][column]
    elif kind == "columns swapped":
        there = chance.randrange(len(HEADER) - 1)
        for record in cells[1:]:
            record[column], record[there] = record[there], record[column]
    elif kind == "row dropped":
        del cells[row]
    elif kind == "row doubled":
        cells.insert(row, list(cells[row]))
    elif kind == "column dropped":
        for record in cells:
            del record[column]
    elif kind == "row shortened":
        del cells[row][chance.randrange(1, len(HEADER)) :]
    elif kind == "row lengthened":
        cells[row] += chance.choice((["x"], [""] * 3, ["1"] * 2000))
    return kind, cells, False, 0, ""


# ------------------------------------------------------------------------------------ bytes


def bytes_damaged(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return how the bytes of a file were damaged, and the bytes."""
    data = bytearray(content)
    kind = chance.choice(
        (
            "flipped",
            "many flipped",
            "cut off",
            "cut in",
            "doubled",
            "zeros",
            "noise",
            "UTF-16",
            "Latin-1",
            "empty",
        )
    )
    place = chance.randrange(len(data))
    length = chance.randrange(1, 1 + min(200, len(data)))
    if kind == "flipped":
        data[place] ^= 1 << chance.randrange(8)
    elif kind == "many flipped":
        for _ in range(chance.randrange(2, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    elif kind == "cut off":
        del data[place:]
    elif kind == "cut in":
        del data[place : place + length]
    elif kind == "doubled":
        data[place:place] = data[place : place + length]
    elif kind == "zeros":
        data[place : place + length] = bytes(length)
    elif kind == "noise":
        data[place:place] = chance.randbytes(length)
    elif kind == "UTF-16":
        data = bytearray(content.decode("latin-1").encode("utf-16"))
    elif kind == "Latin-1":
        data[place:place] = "é ñ".encode("latin-1")
    else:
        data.clear()
    return f"bytes {kind}", bytes(data)


def within(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return an archive of which one file was damaged and packed again, so that its checksum fits."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    name = chance.choice([one for one, data in members.items() if data])
    how, members[name] = bytes_damaged(members[name], chance)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, data in members.items():
            archive.writestr(one, data)
    return f"{name}: {how}", target.getvalue()


def of_table(kind: str, chance: random.Random) -> Mutant:
    """Return a mutant of the interviews in a format: of its cells, its bytes or a file within it."""
    way = chance.random()
    if way < 0.5:
        how, cells, refused, row, column = cells_damaged(chance)
        told = kind != "dta" or how not in ("header twice",)  # Stata has no two columns of a name
        encode = as_parquet if kind == "parquet" else ENCODERS[kind]
        return Mutant(how, encode(cells), refused and told, row, column)
    content = (as_parquet if kind == "parquet" else ENCODERS[kind])(_table())
    how, damaged = (
        within(content, chance) if way < 0.8 and content[:2] == b"PK" else bytes_damaged(content, chance)
    )
    return Mutant(how, damaged)


# ------------------------------------------------------------------------------------ coded projects


def valid_project() -> bytes:
    rows = [("Talk of Ama", "Earns less", "Kim"), ("Talk of Col", "Earns more", "Kim")]
    return coded(rows, codes=["Earns less", "Earns more"])


def of_project(chance: random.Random) -> Mutant:
    """Return a mutant of a coded project: of its XML, its attributes, its bytes."""
    content = valid_project()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("project.qde").decode()
    way = chance.random()
    if way < 0.25:
        return Mutant(*bytes_damaged(content, chance))
    if way < 0.5:
        return Mutant(*within(content, chance))
    attributes = list(re.finditer(r'(\w+)="([^"]*)"', xml))
    one = chance.choice(attributes)
    kind = chance.choice(
        (
            "cut off",
            "document type",
            "no project",
            "other root",
            "too deep",
            "value",
            "attribute",
            "element",
            "twice",
        )
    )
    if kind == "cut off":
        return Mutant(kind, packed(xml[: chance.randrange(60, len(xml) - 12)]), refused=True)
    if kind == "document type":
        trap = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        return Mutant(kind, packed(xml.replace("?>", "?>" + trap, 1)), refused=True)
    if kind == "no project":
        return Mutant(kind, packed(xml, name=chance.choice(("project.xml", "a/b.txt"))), refused=True)
    if kind == "other root":
        return Mutant(kind, packed(xml.replace("Project", chance.choice(("CodeBook", "html")))), refused=True)
    if kind == "too deep":
        return Mutant(kind, packed(project("<Codes>" * 5000 + "</Codes>" * 5000)), refused=True)
    if kind == "value":
        odd = chance.choice(
            ("", " ", "-1", "9" * 40, "1.5", "NaN", "\u0661", "x" * 70_000, "&amp;#0", "{}", "../../x")
        )
        changed = xml[: one.start(2)] + odd + xml[one.end(2) :]
    elif kind == "attribute":
        changed = xml[: one.start()] + xml[one.end() :]
    else:
        elements = list(re.finditer(r"<(\w+)[^<>]*/>", xml))
        taken = chance.choice(elements)
        copies = taken.group() * (2 if kind == "twice" else 0)
        changed = xml[: taken.start()] + copies + xml[taken.end() :]
    return Mutant(f"{kind} of {one.group(1)}", packed(changed))


# ------------------------------------------------------------------------------------ statistics

SDMX_CSV = (
    b"DATAFLOW,geo,na_item,unit,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
    b"ESTAT:X(1.0),LU,B1GQ,CP_MEUR,2012,46526.2,A\nESTAT:X(1.0),LU,B1GQ,CP_MEUR,2013,49094.5,A\n"
    b"ESTAT:X(1.0),DE,B1GQ,CP_MEUR,2012,2745310,A\nESTAT:X(1.0),DE,B1GQ,CP_MEUR,2013,2811350,A\n"
)
SDMX_ML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<m:StructureSpecificData'
    b' xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"'
    b' xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific"'
    b' xmlns:u="urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=ESTAT:X(1.0):ObsLevelDim:TIME_PERIOD"'
    b' xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><m:Header><m:ID>A1</m:ID><m:Test>false</m:Test>'
    b'<m:Prepared>2022-11-11T12:30:30Z</m:Prepared><m:Sender id="ESTAT"/>'
    b'<m:Structure dimensionAtObservation="TIME_PERIOD" structureID="STR1"><c:StructureUsage>'
    b'<Ref id="X" agencyID="ESTAT" version="1.0"/></c:StructureUsage></m:Structure></m:Header>'
    b'<u:DataSet s:structureRef="STR1" s:dataScope="DataStructure" xsi:type="u:DataSetType">'
    b'<Series geo="LU" na_item="B1GQ" unit="CP_MEUR" freq="A"><Obs TIME_PERIOD="2012" OBS_VALUE="46526.2"/>'
    b'<Obs TIME_PERIOD="2013" OBS_VALUE="49094.5"/></Series></u:DataSet></m:StructureSpecificData>'
)


def of_statistics(valid: bytes, chance: random.Random) -> Mutant:
    """Return a mutant of an SDMX message."""
    if chance.random() < 0.4:
        return Mutant(*bytes_damaged(valid, chance))
    text = valid.decode()
    xml = text.startswith("<")
    figures = list(re.finditer(r'(?<=OBS_VALUE=")[\d.]+' if xml else r"(?<=\d,)[\d.]+(?=,A)", text))
    one = chance.choice(figures)
    kind = chance.choice(
        ("word", "infinite", "odd", "no figures", "renamed", "document type", "cut off", "twice")
    )
    if kind in ("word", "infinite", "odd"):
        words = {"word": ("many", "12 a", "1..2"), "infinite": ("inf", "1e999", "-INF")}.get(kind, ODD_TEXTS)
        word = chance.choice(words)
        if xml:
            word = re.sub(r"[<&\"\x0b\n]", "_", word)
        elif re.search(r'[",\n]', word):
            word = '"' + word.replace('"', '""') + '"'
        return Mutant(kind, (text[: one.start()] + word + text[one.end() :]).encode(), refused=kind != "odd")
    if kind == "no figures":
        gone = re.sub(r"<Series.*</Series>", "", text) if xml else text.partition("\n")[0] + "\n"
        return Mutant(kind, gone.encode(), refused=True)
    if kind == "renamed":
        return Mutant(kind, text.replace("OBS_VALUE", "VALUE").encode(), refused=True)
    if kind == "document type":
        trap = f'<!DOCTYPE x [<!ENTITY a "{"b" * 99}">]>'
        return Mutant(kind, text.replace("?>", f"?>{trap}", 1).encode(), refused=xml)
    if kind == "cut off":
        return Mutant(kind, text[: one.start()].encode(), refused=xml)
    again = re.search(r"<Obs[^>]*/>" if xml else r"ESTAT[^\n]*\n", text)
    assert again
    return Mutant(kind, (text[: again.end()] + again.group() + text[again.end() :]).encode(), refused=True)
