"""An office's own Word file, whose styles the report takes over: looked at before it is used."""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from schemas.assessment import AssessmentPlan
from schemas.faults import Fault, Refused
from tasks import packed
from tasks.confined import confined
from tasks.files import Received, among_inputs
from tasks.reading import Problem, Unreadable

KEY = "report.word_template"
MAIN = "word/document.xml"
AGAIN = "Save it in Word as .docx, or leave the key out of the plan"
NEW = "Copy styles, page, head and foot into a new Word file, with pictures as PNG, and save it as .docx"
TYPES = "[Content_Types].xml"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
ATTRIBUTES = {"Id", "Type", "Target", "TargetMode"}
ENCODINGS = {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ASCII", "US-ASCII"}
LINKS = ("http://", "https://", "mailto:")
"""How links begin that are followed by hand."""
FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES", "TITLE", "STYLEREF", "TOC", "PAGEREF")
"""The fields that a template may have: what they show is of the document itself, and the same each day."""
MAIN_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TAKEN_OVER = {"hdr", "ftr", "styles", "numbering", "settings"}
FOLLOWED = {"hyperlink", "hlinkClick", "hlinkHover", "hlinkMouseOver", "attachedTemplate"}
"""Elements whose link nobody follows but by hand, and the one that is taken out."""
LIVE = {"altChunk", "subDoc", "mailMerge", "OLEObject", "control"}
"""Elements that fetch or start something without a field."""
PLAIN = {"application/xml", "text/xml"}
PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/gif": b"GIF8"}
PICTURES |= {"image/jpg": b"\xff\xd8", "image/x-emf": b"\1\0\0\0", "image/emf": b"\1\0\0\0"}
"""The kinds of pictures -> how each begins. SVG is none of them: it can hold programs and links."""
PROGRAMS = re.compile(r"vba|macro|activex|oleobject|embeddings", re.IGNORECASE)
KINDS = {
    f"{WORD}{one}+xml"
    for one in (
        *("document.main", "styles", "settings", "webSettings", "numbering", "fontTable", "header", "footer"),
        *("footnotes", "endnotes", "comments", "commentsExtended", "commentsIds", "commentsExtensible"),
        "people",
    )
}
KINDS |= {
    "application/vnd.openxmlformats-officedocument.theme+xml",
    "application/vnd.ms-word.stylesWithEffects+xml",
    "application/vnd.openxmlformats-package.core-properties+xml",
    "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    "application/vnd.ms-office.classificationlabels+xml",
}
"""The kinds of parts that a template may have. Properties, labels, comments and notes are not taken over."""


def take_in(folder: Path, plan: AssessmentPlan) -> Received | None:
    """Return the template that the plan names, as received; None where it names none.

    Raises Refused where it does not lie in the folder, or is no Word file that is used.
    """
    name = plan.report.word_template
    if not name:
        return None
    if not among_inputs(folder, name):
        rule = "the Word template does not lie among the inputs of the assessment folder"
        remedy = "Put it into the folder and name it from there, for example report.docx"
        raise Refused([Fault("assessment.toml", column=KEY, rule=rule, remedy=remedy)])
    try:
        content = (folder / name).read_bytes()
    except OSError:
        remedy = f"Put the file there, or correct {KEY} in the plan"
        raise Refused([Fault(name, rule="is not here", remedy=remedy)]) from None
    try:
        look_at(content)
    except Unreadable as unreadable:
        raise Refused(
            [Fault(name, rule=one.rule, remedy=one.remedy) for one in unreadable.problems]
        ) from None
    sha256 = hashlib.sha256(content).hexdigest()
    return Received("word_template", name, "", pd.DataFrame(), pd.Series(dtype="int64"), sha256, content)


def look_at(content: bytes) -> None:
    """Raise Unreadable where content is no Word file, or holds programs, or leads to other files.

    What is not known to be harmless is refused: each part has to be of a kind of KINDS or a picture, each
    field has to begin with a word of FIELDS, and each relation has to stay in the file or be a plain link.
    """
    if not packed.is_zip(content):
        raise Unreadable(Problem("is not a Word file: a .docx is a zip archive", AGAIN))
    packed.refuse_large(content)
    names = packed.members(content)
    if MAIN not in names or TYPES not in names:
        raise Unreadable(Problem("is not a Word file", AGAIN))
    confined(_looked_through, content)


def _looked_through(content: bytes) -> None:
    names = packed.members(content)
    kinds = _kinds(packed.member(content, TYPES), names)
    if kinds[MAIN] != f"{WORD}document.main+xml":
        raise Unreadable(Problem("cannot be opened as a Word file", AGAIN))
    links = refuse_ways_out(content)
    for name, kind in kinds.items():
        begins = PICTURES.get(kind)
        known = begins is not None or kind in KINDS or (kind in PLAIN and name.startswith("customXml/"))
        if not known or PROGRAMS.search(name):
            raise Unreadable(
                Problem(f"holds {name} ({kind or 'of no kind'}), which is no part of a letter", NEW)
            )
        part = packed.member(content, name)
        if begins is None:
            _refuse_live(parsed(part, name), name, links.get(name, set()))
        elif not part.startswith(begins):
            raise Unreadable(Problem(f"holds {name}, which is not the picture that it says it is", NEW))
    _opened(content)


def _kinds(types: bytes, names: list[str]) -> dict[str, str]:
    """Return name -> content type of each part, without the list of types and the relations."""
    root = parsed(types, TYPES)
    if any(
        "macroenabled" in words.lower() for one in root.iter() for words in (one.text or "", *one.values())
    ):
        raise Unreadable(Problem("holds macros or other programs", AGAIN))
    own = {one.get("PartName", "").lower(): one.get("ContentType", "") for one in root}
    endings = {one.get("Extension", "").lower(): one.get("ContentType", "") for one in root}
    return {
        name: own.get(f"/{name}".lower(), endings.get(name.rpartition(".")[2].lower(), ""))
        for name in names
        if name != TYPES and not name.lower().endswith(".rels")
    }


def parsed(part: bytes, name: str) -> Any:
    """Return the root of an XML part; Unreadable where it is none, or has a document type.

    The parser is the one with which python-docx reads the part later: both see the same.
    """
    import lxml.etree as etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable(Problem(f"holds {name}, which cannot be read", AGAIN)) from None
    about = root.getroottree().docinfo
    if about.internalDTD is not None:
        raise Unreadable(Problem("defines entities, as no Word file does", AGAIN))
    if (about.encoding or "UTF-8").upper() not in ENCODINGS:
        raise Unreadable(Problem(f"holds {name} in {about.encoding}, as no Word file does", AGAIN))
    return root


def refuse_ways_out(content: bytes) -> dict[str, set[str]]:
    """Return part -> keys of its links; Unreadable where a relation leads out and is no plain link.

    A link to the template that the file was made from is let pass beside the settings: it is taken out.
    """
    names = packed.members(content)
    links: dict[str, set[str]] = {}
    for name in names:
        if not name.lower().endswith(".rels"):
            continue
        base = posixpath.dirname(posixpath.dirname(name))
        part = posixpath.join(base, posixpath.basename(name)[: -len(".rels")])
        for one in parsed(packed.member(content, name), name):
            strange = one.tag != f"{{{RELATIONS}}}Relationship" or len(one)
            if strange or not set(one.keys()) <= ATTRIBUTES:
                raise Unreadable(Problem(f"holds {name}, which is written as no Word file is", AGAIN))
            kind, target = one.get("Type", ""), one.get("Target", "")
            if one.get("TargetMode", "Internal") == "Internal":
                passes = posixpath.normpath(posixpath.join("/", base, target))[1:] in names
            else:
                links.setdefault(part, set()).add(one.get("Id", ""))
                passes = (kind == f"{OFFICE}hyperlink" and target.lower().startswith(LINKS)) or (
                    kind == f"{OFFICE}attachedTemplate" and name == "word/_rels/settings.xml.rels"
                )
            if not passes:
                what = kind.rpartition("/")[2]
                rule = f"refers to something outside the file ({what} in {name}), which would be fetched"
                remedy = "Put linked pictures into the file itself, take other links out, and save it again"
                raise Unreadable(Problem(rule, remedy))
    return links


def _refuse_live(root: Any, name: str, links: set[str]) -> None:
    """Raise Unreadable where a part has fields or elements that fetch or start something.

    links: the keys of relations that lead out, which nothing but a link may use. In a part that the report
    takes over, tracked changes are refused too: they name who made them, and keep what was deleted.
    """
    kept = str(root.tag).rpartition("}")[2] in TAKEN_OVER
    for one in root.iter():
        space, _, tag = str(one.tag).rpartition("}")
        given = {str(key).rpartition("}")[2]: str(value) for key, value in one.attrib.items()}
        fetched = tag not in FOLLOWED and any(value in links for value in one.values())
        if space.endswith(":vml"):
            fetched |= any(given.get(key) for key in ("src", "href", "althref"))
        if fetched or tag in LIVE:
            raise Unreadable(Problem(f"has {tag} in {name}, which fetches or starts something", NEW))
        if kept and "author" in given:
            remedy = "Accept or reject them all in Word, and save it again"
            raise Unreadable(Problem(f"has tracked changes in {name}, with the names of people", remedy))
    _refuse_fields(root, name)


def _refuse_fields(root: Any, name: str) -> None:
    """Raise Unreadable where a field is not of FIELDS, or could be read as another one.

    Word passes over elements that it does not know, with all that they hold. So the pieces of an instruction
    count only where they are Word's own, in runs beside the one in which the field begins.
    """
    fields: list[_Field] = []
    for one in root.iter():
        tag = str(one.tag).rpartition("}")[2]
        begun = fields[-1] if fields and not fields[-1].told else None
        if tag == "t" and begun and "".join(one.itertext()).strip():
            raise _unclear(name)
        if tag not in ("fldSimple", "fldChar", "instrText", "delInstrText"):
            continue
        run = one.getparent()
        own = one.tag == f"{{{MAIN_SPACE}}}{tag}"
        keys = {str(key).rpartition("}")[2] for key in one.attrib}
        if run is None or not own or tag == "delInstrText" or len(keys) < len(one.attrib):
            raise _unclear(name)
        if tag == "fldSimple":
            _refuse_field(one.get(f"{{{MAIN_SPACE}}}instr", ""), name)
            continue
        if run.tag != f"{{{MAIN_SPACE}}}r":
            raise _unclear(name)
        state = one.get(f"{{{MAIN_SPACE}}}fldCharType", "")
        if tag == "instrText":
            if not begun or run.getparent() is not begun.beside:
                raise _unclear(name)
            begun.words += "".join(one.itertext())
        elif state == "begin":
            fields.append(_Field(run.getparent()))
        elif not fields or state not in ("separate", "end"):
            raise _unclear(name)
        else:
            if begun:
                _refuse_field(begun.words, name)
                begun.told = True
            if state == "end":
                fields.pop()
    if fields:
        raise _unclear(name)


@dataclass
class _Field:
    """A field that has begun. beside: what holds its runs. told: its instruction is whole."""

    beside: Any
    words: str = ""
    told: bool = False


def _unclear(name: str) -> Unreadable:
    remedy = "Accept the tracked changes, or delete the field, in Word, and save it again"
    return Unreadable(Problem(f"has a field in {name} whose instruction is not whole", remedy))


def _refuse_field(instruction: str, name: str) -> None:
    word = (instruction.split() or [""])[0].upper()
    if word not in FIELDS:
        rule = f"has the field {word[:40] or '(empty)'} in {name}, which could fetch or start something"
        remedy = f"Put plain text in its place, and save it again. These may stay: {', '.join(FIELDS)}"
        raise Unreadable(Problem(rule, remedy))


def _opened(content: bytes) -> None:
    """Open a Word file; Unreadable where python-docx cannot. Where that is not installed, none is made."""
    try:
        import docx
    except ImportError:
        return
    try:
        document = docx.Document(io.BytesIO(content))
        if not len(document.sections) or document.element.body.sectPr is None:
            raise Unreadable(Problem("has no page: its text ends without a section", AGAIN))
        len(document.styles)
    except Unreadable:
        raise
    except Exception:
        raise Unreadable(Problem("cannot be opened as a Word file", AGAIN)) from None
