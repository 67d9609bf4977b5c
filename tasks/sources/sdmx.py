"""SDMX messages: SDMX-ML and SDMX-JSON by sdmx1, SDMX-CSV by its fixed columns."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.parsers import expat

from schemas.assessment import SourceFile
from tasks.confined import confined
from tasks.delimited import read_text
from tasks.packed import gunzipped, only_member
from tasks.reading import RULE, Note, Problem, Reading, Unreadable, table_of

NAME = "sdmx"
TITLE = "An SDMX data message, as Eurostat, ISTAT, OECD, ILO and the World Bank give it"
FORMAT = "SDMX-ML 2.1 and 3.0, SDMX-JSON, SDMX-CSV 1.0 and 2.0, also packed as .zip or .gz"
PLACE = "any file of the folder that a [[source]] of the plan names"
TARGETS = ("staged.statistics", "staged.regional_industries", "staged.regions")
CITATION = "secondary/sources, by the `source` of the [[source]]; the message names agency and data structure"
LICENCE = "as the agency says; secondary/sources holds it"

OF_THE_STRUCTURE = {
    "DATAFLOW",
    "STRUCTURE",
    "STRUCTURE_ID",
    "STRUCTURE_NAME",
    "ACTION",
    "SERIES_KEY",
    "LAST UPDATE",
    "OBS_KEY",
}
"""Columns of SDMX-CSV that say what the file is, and are no dimension."""


def read(content: bytes, how: SourceFile) -> Reading:
    """Return one record an observation: its dimensions, its value and its attributes, as codes.

    Raises tasks.reading.Unreadable where it is no message with data, or holds a document type.
    """
    content, _ = only_member(content, lambda name: not name.startswith("."), "SDMX message")
    content = gunzipped(content)
    first = content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    if first == b"<":
        _refuse_document_type(content)
        return _confined(content)
    return _confined(content) if first == b"{" else _of_csv(content, how)


def _refuse_document_type(content: bytes) -> None:
    """Raise Unreadable where XML declares a document type: no message needs one, entities could be a trap."""

    class Begun(Exception):
        pass

    def refuse(*_: Any) -> None:
        rule = "declares a document type (DOCTYPE), which no SDMX message does"
        raise Unreadable(Problem(rule, "Download it from the agency itself"))

    def begin(*_: Any) -> None:
        raise Begun

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, begin
    try:
        parser.Parse(content, True)
    except Begun:
        return
    except expat.ExpatError:
        raise _no_message() from None


def _confined(content: bytes) -> Reading:
    import sdmx  # noqa: F401 -- once, and not in each child

    return confined(_of_message, content)


def _of_message(content: bytes) -> Reading:
    import sdmx
    from sdmx.message import DataMessage

    with _quiet():
        try:
            message: Any = sdmx.read_sdmx(io.BytesIO(content))
        except Exception:
            raise _no_message() from None
    if not isinstance(message, DataMessage):
        rule = "holds the structure of data, and no data"
        raise Unreadable(Problem(rule, "Download the data message of the same data flow"))
    dimensions: dict[str, None] = {}
    attributes: dict[str, None] = {}
    observations = []
    for data_set in message.data:
        for one in data_set.obs:
            key = {name: str(value.value) for name, value in one.key.values.items()}
            told = {name: str(value.value) for name, value in one.attrib.items() if value.value is not None}
            dimensions |= dict.fromkeys(key)
            attributes |= dict.fromkeys(told)
            observations.append({**key, **told, "OBS_VALUE": "" if one.value is None else str(one.value)})
    if not observations:
        raise Unreadable(Problem("holds no observation", "Widen the query, and download it again"))
    columns = [*dimensions, "OBS_VALUE", *(name for name in attributes if name not in dimensions)]
    records = [[one.get(column) for column in columns] for one in observations]
    frame, rows, empty = table_of(records, columns, 1)
    return _reading(frame, rows, empty, list(dimensions), _about(message))


def _about(message: Any) -> list[Note]:
    agency = getattr(message.header.sender, "id", None)
    flow = next((one.structured_by.id for one in message.data if one.structured_by), None)
    told = {"sender": agency, "data structure": flow}
    prepared = message.header.prepared
    told["message prepared"] = prepared.date().isoformat() if prepared else None
    return [Note(item, str(value), RULE) for item, value in told.items() if value]


def _of_csv(content: bytes, how: SourceFile) -> Reading:
    """Return the records of SDMX-CSV. sdmx1 reads it only with a structure message, which seldom comes."""
    read = read_text(content, how)
    columns = [str(column) for column in read.frame.columns]
    if "OBS_VALUE" not in columns:
        raise _no_message()
    before = columns[: columns.index("OBS_VALUE")]
    dimensions = [name for name in before if name.partition("[")[0] not in OF_THE_STRUCTURE]
    return _reading(read.frame, read.rows, read.left_out, dimensions, read.notes)


def _reading(
    frame: Any, rows: Any, left_out: dict[str, int], dimensions: list[str], notes: list[Note]
) -> Reading:
    """Return a reading in which the dimensions that the plan gives no other place stay dimensions."""
    notes = [*notes, *_multiplied(frame)]
    return Reading(
        frame,
        rows,
        notes=notes,
        left_out=left_out,
        missing=("NaN", "nan"),
        decimal=".",
        columns={"value": "OBS_VALUE", **({"period": "TIME_PERIOD"} if "TIME_PERIOD" in frame else {})},
        flags="OBS_STATUS" if "OBS_STATUS" in frame else "OBS_FLAG",
        dimensions=tuple(name for name in dimensions if name != "TIME_PERIOD"),
    )


def _multiplied(frame: Any) -> list[Note]:
    """Multiply the figures by the power of ten that UNIT_MULT gives, as the standard has it, and tell it."""
    if "UNIT_MULT" not in frame:
        return []
    powers = frame["UNIT_MULT"].where(frame["UNIT_MULT"].str.fullmatch(r"-?\d{1,2}").fillna(False), "0")
    notes = []
    for power in sorted(set(powers) - {"0"}, key=int):
        rows = (powers == power) & frame["OBS_VALUE"].notna()
        frame.loc[rows, "OBS_VALUE"] = [_scaled(cell, int(power)) for cell in frame.loc[rows, "OBS_VALUE"]]
        notes.append(Note("multiplied as UNIT_MULT says", f"by 10^{power}; cells: {int(rows.sum())}", RULE))
    return notes


def _scaled(cell: str, power: int) -> str:
    try:
        return str(Decimal(cell).scaleb(power))
    except InvalidOperation:  # such as 'NaN': what it is, is said where figures are read
        return cell


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep sdmx1's remarks off the screen: on structures that are not there, and on what it has read."""
    logger = logging.getLogger("sdmx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _no_message() -> Unreadable:
    rule = "cannot be read as an SDMX message"
    return Unreadable(Problem(rule, "Download it as SDMX-ML 2.1, SDMX-JSON or SDMX-CSV"))
