"""REFI-QDA projects (.qdpx): what coders marked in texts, as programs of qualitative analysis exchange it.

ATLAS.ti, MAXQDA, NVivo, QualCoder and others write the same format, each in its own way. What a program
writes otherwise than the standard says is noted and read all the same; only what is no project is refused.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from xml.parsers import expat

import pandas as pd

from tasks import packed
from tasks.reading import Problem, Unreadable

NAMESPACE = "urn:QDA-XML:project:1.0"
LARGEST_PROJECT = 128 * 1024 * 1024
"""The most bytes of project.qde, and of all texts that lie beside it: some hundred thousand codings."""
DEEPEST = 200
"""Elements within elements: codes are nested, but not so deep."""
PARTED_BY = " > "
"""What stands between a code and the code above it in a path."""

SOURCES = {
    "TextSource": "text",
    "PDFSource": "PDF",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
    "Note": "memo",
}
SELECTIONS = {
    "PlainTextSelection": "text",
    "PDFSelection": "PDF",
    "PictureSelection": "picture",
    "AudioSelection": "audio",
    "VideoSelection": "video",
    "TranscriptSelection": "transcript",
}
PASSAGES = (*dict.fromkeys(SELECTIONS.values()), "source", "case")
"""What a code can be set on: a passage of one of these kinds, a whole source, or a case."""
_VALUES = {"TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue"}
_TEXTS = {*_VALUES, "PlainTextContent", "Description"}
_NEEDED = {
    "Code": ("guid", "name", "isCodable"),
    "User": ("guid",),
    "Coding": ("guid",),
    **dict.fromkeys((*SOURCES, *SELECTIONS), ("guid",)),
}
"""Element -> the attributes that the standard's schema demands, as far as they are used here."""


@dataclass(frozen=True)
class Project:
    """What a project holds, GUIDs in capitals and without braces.

    codes: guid, name, path (with the names of the codes above), description. users: guid, name.
    sources: guid, name, kind, text (where it lies inside). cases: guid, name. members: case, source.
    variables: owner (a source or case), name, value. selections: selection (a number), source, kind, start
    and end (code points, the end not included; only of text), text. codings: coding (a number), source (or
    case), selection, passage (its kind), code, user. origin: the program. notes: what is not as the standard
    says, in words that hold no name.
    """

    origin: str
    codes: pd.DataFrame
    users: pd.DataFrame
    sources: pd.DataFrame
    cases: pd.DataFrame
    members: pd.DataFrame
    variables: pd.DataFrame
    selections: pd.DataFrame
    codings: pd.DataFrame
    notes: tuple[str, ...]


def read_project(content: bytes) -> Project:
    """Return what a .qdpx file holds. Raises Unreadable where it is no REFI-QDA project."""
    if not packed.is_zip(content):
        rule = "is not a REFI-QDA project: a .qdpx file is a zip archive"
        raise Unreadable(Problem(rule, EXPORT_AGAIN))
    names = packed.listing(content)
    projects = [name for name in names if name.casefold().endswith(".qde") and "__MACOSX" not in name]
    if len(projects) != 1:
        rule = f"holds {'no' if not projects else 'more than one'} project.qde"
        raise Unreadable(Problem(rule, EXPORT_AGAIN))
    reading = _Reading()
    reading.parse(packed.member(content, projects[0], LARGEST_PROJECT))
    reading.read_texts(content, names)
    return reading.project()


EXPORT_AGAIN = "Export the whole project as REFI-QDA (.qdpx), not the code book alone"


def same_guid(guid: str) -> str:
    """Return a GUID as it is compared: programs write it with braces or without, in either case."""
    return guid.strip().strip("{}").upper()


@dataclass
class _Element:
    """An element that is open: its name, its attributes, and what was found of it so far."""

    tag: str
    attributes: dict[str, str]
    guid: str
    row: dict[str, object] | None = None
    text: list[str] = field(default_factory=list)


class _Reading:
    """The project, met element after element: a large one is never held as a tree."""

    def __init__(self) -> None:
        self.open: list[_Element] = []
        self.odd: Counter[str] = Counter()
        self.origin = ""
        self.rows: dict[str, list[dict[str, object]]] = {name: [] for name in _COLUMNS}
        self.variable_names: dict[str, str] = {}
        self.paths: dict[str, str] = {}

    def parse(self, xml: bytes) -> None:
        """Take the whole of project.qde. Raises Unreadable where it is no XML, or no project."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.ParseFile(io.BytesIO(xml))
        except expat.ExpatError as error:
            rule = f"holds a project.qde that is no XML from line {error.lineno} on"
            raise Unreadable(Problem(rule, EXPORT_AGAIN)) from None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element's beginning."""
        space, _, tag = name.rpartition("}")
        if not self.open:
            self._root(space, tag, attributes)
        if len(self.open) >= DEEPEST:
            raise Unreadable(Problem(f"has elements nested deeper than {DEEPEST}", EXPORT_AGAIN))
        attributes = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        self.odd["lack"] += any(not attributes.get(one) for one in _NEEDED.get(tag, ()))
        element = _Element(tag, attributes, same_guid(attributes.get("guid", "")))
        if opened := _OPENED.get(tag):
            opened(self, element)
        self.open.append(element)

    def characters(self, text: str) -> None:
        """Take text inside an element."""
        if self.open[-1].tag in _TEXTS:
            self.open[-1].text.append(text)

    def end(self, _: str) -> None:
        """Take an element's end."""
        element = self.open.pop()
        if element.tag not in _TEXTS or not self.open:
            return
        text, parent = "".join(element.text), self.open[-1]
        if element.tag in _VALUES and parent.row is not None:
            parent.row["value"] = text.strip()
        elif element.tag == "Description" and parent.tag == "Code" and parent.row is not None:
            parent.row["description"] = text.strip()
        elif element.tag == "PlainTextContent" and (source := self._whole_text_of()):
            source["text"] = text

    def _whole_text_of(self) -> dict[str, object] | None:
        """Return the row of the source that the open element is, or stands for as a whole."""
        stands_for = self.open[-1].tag in ("Representation", "TextDescription")
        source = self.open[-2 if stands_for else -1] if len(self.open) > 1 else None
        return source.row if source and source.tag in SOURCES else None

    def _root(self, space: str, tag: str, attributes: dict[str, str]) -> None:
        if tag != "Project":
            kind = "only a code book" if tag == "CodeBook" else "no project"
            raise Unreadable(Problem(f"holds {kind}", EXPORT_AGAIN))
        self.odd["namespace"] += space != NAMESPACE
        self.origin = attributes.get("origin", "")

    def _inside(self, kinds: dict[str, str] | tuple[str, ...]) -> _Element | None:
        """Return the nearest open element of these kinds."""
        return next((one for one in reversed(self.open) if one.tag in kinds), None)

    def _add(self, table: str, element: _Element, **cells: object) -> None:
        element.row = {"guid": element.guid, "name": element.attributes.get("name", "").strip(), **cells}
        self.rows[table].append(element.row)

    def user(self, element: _Element) -> None:
        self._add("users", element)

    def code(self, element: _Element) -> None:
        above = self._inside(("Code",))
        name = " ".join(element.attributes.get("name", "").split()) or "(no name)"
        path = f"{above.row['path']}{PARTED_BY}{name}" if above and above.row else name
        self._add("codes", element, path=path, description="")
        assert element.row is not None  # noqa: S101 -- just added
        element.row["name"] = name

    def variable(self, element: _Element) -> None:
        self.variable_names[element.guid] = element.attributes.get("name", "").strip()

    def value(self, element: _Element) -> None:
        owner = self._inside(("Case", *SOURCES))
        element.row = {"owner": owner.guid if owner else "", "variable": "", "value": ""}
        self.rows["variables"].append(element.row)

    def variable_ref(self, element: _Element) -> None:
        value = self._inside(("VariableValue",))
        if value and value.row:
            value.row["variable"] = same_guid(element.attributes.get("targetGUID", ""))

    def case(self, element: _Element) -> None:
        self._add("cases", element)

    def source(self, element: _Element) -> None:
        if self._inside(SOURCES):  # a text that stands for a picture or a PDF is a part of it
            return
        path = element.attributes.get("plainTextPath", "")
        self._add("sources", element, kind=SOURCES[element.tag], text=None, path=path)

    def source_ref(self, element: _Element) -> None:
        if self.open and self.open[-1].tag == "Case":
            source = same_guid(element.attributes.get("targetGUID", ""))
            self.rows["members"].append({"case": self.open[-1].guid, "source": source})

    def selection(self, element: _Element) -> None:
        source = self._inside(SOURCES)
        kind = SELECTIONS[element.tag]
        ends = [_position(element.attributes.get(one)) for one in ("startPosition", "endPosition")]
        wrong = kind == "text" and (None in ends or ends[0] > ends[1])  # type: ignore[operator]
        self.odd["position"] += wrong
        element.row = {
            "selection": len(self.rows["selections"]) + 1,
            "source": source.guid if source else "",
            "kind": kind,
            "start": None if wrong else ends[0],
            "end": None if wrong else ends[1],
        }
        self.rows["selections"].append(element.row)

    def code_ref(self, element: _Element) -> None:
        parent = self.open[-1] if self.open else None
        if parent is None or parent.tag not in ("Coding", "Case"):
            return
        selection, source = self._inside(SELECTIONS), self._inside(SOURCES)
        if source and source.tag == "Note":
            self.odd["memo"] += 1
            return
        user = parent.attributes.get("creatingUser") or (
            selection.attributes.get("creatingUser", "") if selection else ""
        )
        case = parent.tag == "Case"
        row = selection.row if selection and not case else None
        self.rows["codings"].append(
            {
                "coding": len(self.rows["codings"]) + 1,
                "source": parent.guid if case else source.guid if source else "",
                "selection": row["selection"] if row else None,
                "passage": "case" if case else row["kind"] if row else "source",
                "code": same_guid(element.attributes.get("targetGUID", "")),
                "user": same_guid(user),
            }
        )

    def read_texts(self, content: bytes, names: list[str]) -> None:
        """Read the texts of sources that lie in the archive beside the project."""
        inside = {name.rpartition("/")[2].casefold(): name for name in names}
        left = LARGEST_PROJECT
        for source in self.rows["sources"]:
            name = inside.get(str(source["path"]).replace("\\", "/").rpartition("/")[2].casefold())
            if source["text"] is not None or not source["path"]:
                continue
            if name is None:
                self.odd["no text"] += 1
                continue
            text = packed.member(content, name, left)
            left -= len(text)
            source["text"] = _decoded(text)

    def project(self) -> Project:
        """Return what was found, with what does not fit left out and noted."""
        frames = {
            name: pd.DataFrame(rows, columns=list(_COLUMNS[name])).astype(dict(_COLUMNS[name]))
            for name, rows in self.rows.items()
        }
        codes = frames["codes"]
        again = codes["guid"].duplicated() | (codes["guid"] == "")
        self.odd["code without a GUID of its own"] = int(again.sum())
        codes = codes[~again].reset_index(drop=True)
        codings = frames["codings"]
        strange = ~codings["code"].isin(codes["guid"])
        self.odd["unknown code"] = int(strange.sum())
        codings = codings[~strange].reset_index(drop=True)
        known = codings["user"].isin(frames["users"]["guid"])
        self.odd["no user"] = int((~known & (codings["passage"] != "case")).sum())
        codings["user"] = codings["user"].where(known)
        sources = frames["sources"].drop(columns="path")
        selections = self._with_text(frames["selections"], sources)
        variables = frames["variables"]
        variables.insert(1, "name", variables.pop("variable").map(self.variable_names).astype("string"))
        return Project(
            self.origin,
            codes,
            frames["users"],
            sources[sources["kind"] != "memo"].reset_index(drop=True),
            frames["cases"],
            frames["members"],
            variables.dropna(subset=["name"]).reset_index(drop=True),
            selections,
            codings,
            tuple(_noted(self.odd)),
        )

    def _with_text(self, selections: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
        texts = sources.drop_duplicates("guid").set_index("guid")["text"].dropna().to_dict()
        passages: list[str | None] = []
        for row in selections.to_dict("records"):
            text = texts.get(row["source"])
            if text is None or row["kind"] != "text" or pd.isna(row["start"]):
                passages.append(None)
                continue
            self.odd["beyond"] += row["end"] > len(text)
            passages.append(text[row["start"] : row["end"]])
        return selections.assign(text=pd.Series(passages, index=selections.index, dtype="string"))


_OPENED = {
    "User": _Reading.user,
    "Code": _Reading.code,
    "Variable": _Reading.variable,
    "VariableValue": _Reading.value,
    "VariableRef": _Reading.variable_ref,
    "Case": _Reading.case,
    "SourceRef": _Reading.source_ref,
    "CodeRef": _Reading.code_ref,
    **dict.fromkeys(SOURCES, _Reading.source),
    **dict.fromkeys(SELECTIONS, _Reading.selection),
}
_COLUMNS = {
    "codes": {"guid": "string", "name": "string", "path": "string", "description": "string"},
    "users": {"guid": "string", "name": "string"},
    "sources": {"guid": "string", "name": "string", "kind": "string", "text": "string", "path": "string"},
    "cases": {"guid": "string", "name": "string"},
    "members": {"case": "string", "source": "string"},
    "variables": {"owner": "string", "variable": "string", "value": "string"},
    "selections": {
        "selection": "Int64",
        "source": "string",
        "kind": "string",
        "start": "Int64",
        "end": "Int64",
    },
    "codings": {
        "coding": "Int64",
        "source": "string",
        "selection": "Int64",
        "passage": "string",
        "code": "string",
        "user": "string",
    },
}


def _refuse_doctype(*_: object) -> None:
    raise Unreadable(Problem("holds a document type, which no project needs", EXPORT_AGAIN))


def _position(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 12 else None


def _decoded(content: bytes) -> str | None:
    """Return a text as it is written; None where its signs cannot be read."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


_WORDS = {
    "namespace": ("the project does not name the namespace of the standard", ""),
    "lack": (
        "{} element lacks an attribute that the standard demands",
        "{} elements lack an attribute that the standard demands",
    ),
    "code without a GUID of its own": (
        "{} code has no GUID of its own and is left out",
        "{} codes have no GUID of their own and are left out",
    ),
    "unknown code": (
        "{} coding names a code that the code book does not have, and is left out",
        "{} codings name a code that the code book does not have, and are left out",
    ),
    "no text": (
        "{} source names a file with its text that is not in the archive: its passages are without words",
        "{} sources name files with their texts that are not in the archive: their passages are without"
        " words",
    ),
    "memo": ("{} coding in a memo is left out", "{} codings in memos are left out"),
    "no user": (
        "{} coding does not say who coded",
        "{} codings do not say who coded",
    ),
    "position": (
        "{} passage of a text has no place that can be read",
        "{} passages of texts have no place that can be read",
    ),
    "beyond": ("{} passage ends beyond its text", "{} passages end beyond their texts"),
}


def _noted(odd: Counter[str]) -> list[str]:
    """Return what is not as the standard says, in words."""
    return [
        (one if odd[kind] == 1 or not many else many).format(odd[kind])
        for kind, (one, many) in _WORDS.items()
        if odd[kind]
    ]
