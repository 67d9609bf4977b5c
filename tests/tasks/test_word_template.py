"""The office's Word file: taken over where it is one, else refused with its name and what to do."""

from __future__ import annotations

import io
import zipfile

import pytest

from schemas.assessment import AssessmentPlan, read_plan
from schemas.faults import Refused
from tasks import intake
from tasks.reading import Unreadable
from tasks.vault import Vault
from tasks.word_template import look_at, take_in
from tests.folders import plan, write
from tests.hostile.bombs import archive, swollen
from tests.publish.test_word_pdf import office

docx = pytest.importorskip("docx")
PART = '[report]\nformats = ["word"]\nword_template = "{}"\n'
RELATION = (
    '<Relationship Id="rId99" Type="http://x/relationships/{}" Target="http://127.0.0.1:9/x" '
    'TargetMode="External"/>'
)


def changed(**parts: str) -> bytes:
    """Return a template with something put at the end of some parts, named with __ for / and _ for a dot."""
    with zipfile.ZipFile(io.BytesIO(office())) as made:
        files = {name: made.read(name) for name in made.namelist()}
    for key, added in parts.items():
        name = key.replace("__", "/").replace("_", ".")
        name = "[Content_Types].xml" if key == "types" else name
        text = files.get(name, b"<x></x>").decode()
        end = text.rindex("</")
        files[name] = (text[:end] + added + text[end:]).encode()
    return archive(files)


def planned(folder, name: str) -> AssessmentPlan:
    return read_plan(write(folder, {"assessment.toml": plan(PART.format(name))}) / "assessment.toml")


def test_a_template_of_the_folder_is_received_with_its_hash(tmp_path):
    asked = planned(tmp_path, "letter.docx")
    (tmp_path / "letter.docx").write_bytes(office())
    received = take_in(tmp_path, asked)
    assert received
    assert (received.file, len(received.sha256)) == ("letter.docx", 64)
    assert (
        take_in(
            tmp_path,
            asked.model_copy(update={"report": asked.report.model_copy(update={"word_template": ""})}),
        )
        is None
    )


def test_the_intake_keeps_the_template_for_the_report_and_tells_what_is_wrong_with_it(tmp_path):
    asked, vault = planned(tmp_path, "letter.docx"), Vault(tmp_path, "tiny")
    faults = [str(one) for one in intake.take_in(tmp_path, asked, vault).faults]
    assert any("letter.docx" in one and "is not here" in one for one in faults)
    content = office()
    (tmp_path / "letter.docx").write_bytes(content)
    taken = intake.take_in(tmp_path, asked, vault)
    assert taken.word_template == content
    assert "letter.docx" in {one.file for one in taken.received}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7", "is not a Word file: a .docx is a zip archive"),
        (archive({"a.txt": "words"}), "is not a Word file"),
        (swollen("word/document.xml", 40), "unfolds to far more"),
        (archive({"../word/document.xml": "x"}), "leads out of the archive"),
        (changed(types="<x>application/vnd.ms-word.document.macroEnabled.main+xml</x>"), "holds macros"),
        (archive({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "cannot be opened"),
        (
            archive({"[Content_Types].xml": "<!DOCTYPE x><x/>", "word/document.xml": "<x/>"}),
            "defines entities",
        ),
        (
            changed(word___rels__document_xml_rels=RELATION.format("image")),
            "refers to something outside the file",
        ),
    ],
    ids=["no archive", "no document", "bomb", "way out", "macros", "empty", "entities", "linked picture"],
)
def test_what_is_no_harmless_word_file_is_refused_in_words(tmp_path, content, said):
    asked = planned(tmp_path, "letter.docx")
    (tmp_path / "letter.docx").write_bytes(content)
    with pytest.raises(Refused) as refused:
        take_in(tmp_path, asked)
    (fault,) = refused.value.faults
    assert fault.file == "letter.docx"
    assert said in fault.rule
    assert fault.remedy


def test_links_that_are_followed_by_hand_are_let_pass():
    look_at(changed(word___rels__document_xml_rels=RELATION.format("hyperlink")))
    with pytest.raises(Unreadable):
        look_at(changed(word___rels__document_xml_rels=RELATION.format("oleObject")))


def test_a_file_that_is_not_there_or_elsewhere_is_refused(tmp_path):
    for name, said in (("letter.docx", "is not here"), ("../letter.docx", "does not lie among the inputs")):
        with pytest.raises(Refused, match=said):
            take_in(tmp_path, planned(tmp_path, name))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('word_template = "a.docx"', "is for Word"),
        ('formats = ["word"]\nword_template = "a.dotx"', "has to be a .docx"),
    ],
)
def test_the_plan_says_what_is_wrong_with_the_key(tmp_path, part, said):
    with pytest.raises(Refused, match=said):
        read_plan(write(tmp_path, {"assessment.toml": plan(f"[report]\n{part}\n")}) / "assessment.toml")
