"""The office's Word file: taken over where it is one, else refused with its name and what to do."""

from __future__ import annotations

import io
import zipfile
from functools import cache

import pytest

from schemas.assessment import AssessmentPlan, read_plan
from schemas.faults import Refused
from tasks import intake
from tasks.publish.docx import Document
from tasks.reading import Unreadable
from tasks.vault import Vault
from tasks.word_template import WORD, look_at, take_in
from tests.folders import plan, write
from tests.hostile.bombs import archive, swollen
from tests.publish.test_word_pdf import office

docx = pytest.importorskip("docx")
PART = '[report]\nformats = ["word"]\nword_template = "{}"\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = (
    f'<Relationship Id="rId99" Type="{OFFICE}/{{}}" Target="http://127.0.0.1:9/x" TargetMode="External"/>'
)
TYPES = "[Content_Types].xml"
RELATIONS = "word/_rels/document.xml.rels"
FOOT = "word/footer1.xml"

HIDDEN = '<x:y xmlns:x="urn:x"><w:r><w:instrText>PAGE</w:instrText></w:r></x:y>'
"""An instruction in what Word passes over."""


@cache
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(office())) as made:
        return {name: made.read(name) for name in made.namelist()}


def changed(added: dict[str, str], encoding: str = "utf-8", **more: bytes) -> bytes:
    """Return a template with words put at the end of some parts, and more files in its folder word/."""
    files: dict[str, bytes | str] = {**parts()}
    for name, words in added.items():
        text = parts()[name].decode()
        end = text.rindex("</")
        text = text[:end] + words + text[end:]
        files[name] = text.replace("encoding='UTF-8'", f"encoding='{encoding}'").encode(encoding)
    return archive(files | {f"word/{name.replace('_', '.')}": one for name, one in more.items()})


def run(*codes: str, kind: str = "instrText") -> str:
    """Return a paragraph with a field, its instruction split over runs."""
    inside = "".join(f"<w:r><w:{kind}>{one}</w:{kind}></w:r>" for one in codes)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{one}"/></w:r>' for one in ("begin", "end"))
    return f"<w:p>{begin}{inside}{end}</w:p>"


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
        (changed({TYPES: "<x>application/vnd.ms-word.document.macroEnabled.main+xml</x>"}), "holds macros"),
        (archive({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "cannot be opened"),
        (
            archive({"[Content_Types].xml": "<!DOCTYPE x><x/>", "word/document.xml": "<x/>"}),
            "defines entities",
        ),
        (
            changed({RELATIONS: RELATION.format("image")}),
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
    look_at(changed({RELATIONS: RELATION.format("hyperlink")}))
    with pytest.raises(Unreadable):
        look_at(changed({RELATIONS: RELATION.format("oleObject")}))


@pytest.mark.parametrize(
    "relation",
    [
        RELATION.format("image").replace("External", "&#69;xternal"),
        RELATION.format("image").replace(":9/x", ":9/x>"),
        RELATION.format("image").replace(" Id=", ' xmlns:x="urn:x" x:Type="a/hyperlink" Id='),
        RELATION.format("hyperlink").replace(OFFICE, "http://x"),
        RELATION.format("hyperlink").replace("http://127.0.0.1:9", "file://127.0.0.1"),
        RELATION.format("image").replace("External", "Internal"),
        RELATION.format("attachedTemplate"),
    ],
    ids=["entity", "bracket", "foreign attribute", "foreign kind", "file", "said internal", "template"],
)
def test_a_relation_that_leads_out_is_refused_however_it_is_written(relation):
    with pytest.raises(Unreadable, match=r"refers to something outside|is written as no Word file is"):
        look_at(changed({RELATIONS: relation}))


def test_relations_in_another_encoding_are_read_as_what_they_are():
    with pytest.raises(Unreadable, match="refers to something outside"):
        look_at(changed({RELATIONS: RELATION.format("image")}, "utf-16"))
    with pytest.raises(Unreadable, match=r"in utf-7, as no Word file"):
        look_at(changed({RELATIONS: RELATION.format("image")}, "utf-7"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (run("D", "DE", "AUTO c:\\x"), "the field DDEAUTO"),
        (run(" INCLUDEPICTURE ", '"http://127.0.0.1:9/x"'), "the field INCLUDEPICTURE"),
        ('<w:p><w:fldSimple w:instr=" IMPORT x "/></w:p>', "the field IMPORT"),
        (run("PAGE", run("DDE x")[5:-6]), "not whole|the field DDE"),
        (run("PAGE", kind="delInstrText"), "not whole"),
        (run("PAGE", kind="t"), "not whole"),
        ("<w:p><w:r><w:instrText>DDE x</w:instrText></w:r></w:p>", "not whole"),
        (run("DATE"), "the field DATE"),
        (
            run("PAGE").replace("w:instrText>", "x:instrText>").replace("<w:p>", '<w:p xmlns:x="urn:x">'),
            "not whole",
        ),
        (run("DDE x").replace('"begin"/></w:r>', '"begin"/></w:r>' + HIDDEN), "not whole"),
        ('<w:p xmlns:x="urn:x"><w:fldSimple w:instr="DDE x" x:instr="PAGE"/></w:p>', "not whole"),
        ('<w:p><w:altChunk r:id="rId1"/></w:p>', "altChunk"),
        ('<w:p><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://x/"/></w:p>', "imagedata"),
    ],
)
def test_what_fetches_or_starts_something_is_refused_in_each_part(words, said):
    for part in ("word/document.xml", FOOT):
        with pytest.raises(Unreadable, match=said) as refused:
            look_at(changed({part: words}))
        assert part in refused.value.problems[0].rule


def test_a_page_number_in_the_foot_is_let_pass():
    look_at(changed({FOOT: run("PA", "GE ") + '<w:p><w:fldSimple w:instr="NUMPAGES"/></w:p>'}))


def test_a_link_is_let_pass_where_it_is_followed_by_hand_and_refused_where_it_is_fetched():
    link = RELATION.format("hyperlink")
    look_at(changed({RELATIONS: link, "word/document.xml": '<w:p><w:hyperlink r:id="rId99"/></w:p>'}))
    picture = '<w:p><a:blip xmlns:a="urn:a" r:link="rId99"/></w:p>'
    with pytest.raises(Unreadable, match="has blip in word/document"):
        look_at(changed({RELATIONS: link, "word/document.xml": picture}))


def test_tracked_changes_name_people_and_are_refused_where_they_would_go_on():
    words = '<w:p><w:del w:author="Somebody"><w:r><w:delText>x</w:delText></w:r></w:del></w:p>'
    look_at(changed({"word/document.xml": words}))
    with pytest.raises(Unreadable, match="has tracked changes in word/footer1"):
        look_at(changed({FOOT: words}))


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("vbaProject_dat", "image/png", b"\x89PNG"),
        ("seal_png", "image/png", b"\xd0\xcf\x11\xe0"),
        ("more_xml", "application/vnd.ms-office.vbaProject", b"<x/>"),
        ("more_xml", "application/xml", b"<x/>"),
        ("seal_svg", "image/svg+xml", b"<svg/>"),
        ("more_xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml", b"<x"),
    ],
)
def test_a_part_that_no_letter_has_is_refused(name, kind, content):
    part = f"word/{name.replace('_', '.')}"
    listed = f'<Override PartName="/{part}" ContentType="{kind}"/>'
    with pytest.raises(Unreadable, match=f"holds {part}"):
        look_at(changed({TYPES: listed}, **{name: content}))


def test_properties_labels_and_hidden_texts_of_the_office_are_not_taken_over():
    """Head and foot are: they are what a letterhead is for."""
    named = "Somebody of the office"
    template = changed(
        {
            "docProps/app.xml": f"<Manager>{named}</Manager>",
            "word/settings.xml": f'<w:docVars><w:docVar w:name="a" w:val="{named}"/></w:docVars>',
            RELATIONS: f'<Relationship Id="rId98" Type="{OFFICE}/footnotes" Target="notes.xml"/>'
            f'<Relationship Id="rId97" Type="{OFFICE}/footer" Target="other.xml"/>'
            + RELATION.format("hyperlink"),
            TYPES: f'<Override PartName="/word/notes.xml" ContentType="{WORD}footnotes+xml"/>'
            f'<Override PartName="/word/other.xml" ContentType="{WORD}footer+xml"/>',
        },
        notes_xml=f"<x>{named}</x>".encode(),
        other_xml=f"<x>{named}</x>".encode(),
    )
    look_at(template)
    with zipfile.ZipFile(io.BytesIO(Document("Report", "psia", template).content())) as made:
        written = {name: made.read(name) for name in made.namelist()}
    assert not [name for name, part in written.items() if named.encode() in part or b"External" in part]
    assert not {"docProps/app.xml", "docProps/thumbnail.jpeg", "customXml/item1.xml"} & set(written)
    assert any(b"Ministry of Looms" in part for part in written.values())


def test_properties_as_libreoffice_names_them_are_not_written_twice():
    old = "package/2006/relationships/metadata/core"
    named = parts()["_rels/.rels"].decode().replace(old, "officedocument/2006/relationships/metadata/core")
    made = Document("Report", "psia", archive({**parts(), "_rels/.rels": named})).content()
    with zipfile.ZipFile(io.BytesIO(made)) as written:
        assert written.namelist().count("docProps/core.xml") == 1


def test_a_report_that_would_lead_out_is_not_written():
    made = Document("Report", "psia", office())
    made._docx.part.relate_to("http://127.0.0.1:9/x", f"{OFFICE}/image", is_external=True)
    with pytest.raises(Unreadable, match="refers to something outside"):
        made.content()


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
