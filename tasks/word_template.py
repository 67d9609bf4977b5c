"""An office's own Word file, whose styles the report takes over: looked at before it is used."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

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
HARMLESS = ("/hyperlink", "/attachedTemplate")
"""How relations to something outside may end: a link that is followed by hand, and one that is taken out."""


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
    """Raise Unreadable where content is no Word file, or holds macros, or leads to other files."""
    if not packed.is_zip(content):
        raise Unreadable(Problem("is not a Word file: a .docx is a zip archive", AGAIN))
    packed.refuse_large(content)
    names = packed.members(content)
    if MAIN not in names or "[Content_Types].xml" not in names:
        raise Unreadable(Problem("is not a Word file", AGAIN))
    kinds = packed.member(content, "[Content_Types].xml")
    if b"macroEnabled" in kinds or any(name.lower().endswith(".bin") for name in names):
        raise Unreadable(Problem("holds macros or other programs", AGAIN))
    for name in names:
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.member(content, name):
            raise Unreadable(Problem("defines entities, as no Word file does", AGAIN))
    for name in names:
        if name.endswith(".rels") and _leads_out(packed.member(content, name)):
            rule = f"refers to something outside the file ({name}), which would be fetched when it is opened"
            raise Unreadable(Problem(rule, "Put linked pictures into the file itself, and save it again"))
    confined(_opened, content)


def _leads_out(relations: bytes) -> bool:
    text = relations.decode("utf-8", errors="replace")
    for one in re.findall(r"<[^>]*Relationship\s[^>]*>", text):
        kind = re.search(r'\bType\s*=\s*["\']([^"\']*)', one)
        if re.search(r'TargetMode\s*=\s*["\']External', one, re.IGNORECASE) and not (
            kind and kind[1].endswith(HARMLESS)
        ):
            return True
    return False


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
