"""REFI-QDA projects are read in the ways in which programs write them; what is no project is refused."""

from __future__ import annotations

import pytest

from tasks import qdpx
from tasks.qdpx import read_project
from tasks.reading import Unreadable
from tests.qdpx import coded, packed, project

NESTED = """
<Users><User guid="aaaa" name="One"/><User guid="BBBB" name="Two"/></Users>
<CodeBook><Codes>
  <Code guid="c1" name="Income" isCodable="false"><Description>earnings</Description>
    <Code guid="{C2}" name="Earns  less" isCodable="true"/>
  </Code>
</Codes></CodeBook>
<Variables><Variable guid="v1" name="poverty_group" typeOfVariable="Text"/></Variables>
<Cases><Case guid="k1" name="Household 7"><CodeRef targetGUID="c1"/>
  <VariableValue><VariableRef targetGUID="v1"/><TextValue>wage-men</TextValue></VariableValue>
  <SourceRef targetGUID="s1"/></Case></Cases>
<Sources>
  <TextSource guid="s1" name="Talk" plainTextPath="internal://S1.txt">
    <PlainTextSelection guid="p1" startPosition="2" endPosition="5" creatingUser="AAAA">
      <Coding guid="d1" creatingUser="bbbb"><CodeRef targetGUID="c2"/></Coding>
      <Coding guid="d2"><CodeRef targetGUID="C1"/></Coding>
    </PlainTextSelection>
    <Coding guid="d3" creatingUser="AAAA"><CodeRef targetGUID="C1"/></Coding>
  </TextSource>
</Sources>
"""


def problems(content: bytes) -> str:
    with pytest.raises(Unreadable) as found:
        read_project(content)
    return "; ".join(f"{one.rule}. {one.remedy}" for one in found.value.problems)


def test_codes_users_sources_cases_and_codings_of_a_nested_project():
    found = read_project(packed(project(NESTED), {"Sources/s1.TXT": "a\U0001f9f5bcdé".encode("utf-8-sig")}))
    assert found.notes == ()
    assert found.codes["path"].tolist() == ["Income", "Income > Earns less"]
    assert found.codes["description"].tolist() == ["earnings", ""]
    assert found.members.to_dict("records") == [{"case": "K1", "source": "S1"}]
    assert found.variables.to_dict("records") == [
        {"owner": "K1", "name": "poverty_group", "value": "wage-men"}
    ]
    told = found.codings[["source", "passage", "code", "user"]].fillna("").values.tolist()
    assert told == [
        ["K1", "case", "C1", ""],
        ["S1", "text", "C2", "BBBB"],
        ["S1", "text", "C1", "AAAA"],
        ["S1", "source", "C1", "AAAA"],
    ]
    assert found.notes == ()


def test_a_text_that_the_archive_does_not_hold_is_told():
    found = read_project(packed(project(NESTED)))
    assert found.notes == (
        "1 source names a file with its text that is not in the archive: its passages are without words",
    )


def test_positions_count_code_points_and_the_end_is_not_included():
    text = "a\U0001f9f5bcdé".encode("utf-8-sig")
    found = read_project(packed(project(NESTED), {"sources/S1.txt": text}))
    assert found.selections["text"].tolist() == ["bcd"]
    short = read_project(packed(project(NESTED), {"sources/S1.txt": b"abc"}))
    assert short.notes[-1] == "1 passage ends beyond its text"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_project_in_another_encoding(encoding):
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    xml = project(NESTED.replace("Income", "Revenu gagné")).replace('"utf-8"', f'"{declared}"')
    found = read_project(packed(xml.encode(encoding), name="Project.qde"))
    assert found.codes["path"].tolist()[1] == "Revenu gagné > Earns less"


def test_codes_on_pictures_sounds_and_transcripts_are_kept_without_text():
    body = '<CodeBook><Codes><Code guid="c" name="x" isCodable="true"/></Codes></CodeBook><Sources>'
    coding = '<Coding guid="d"><CodeRef targetGUID="c"/></Coding>'
    for source, selection in (
        ("PictureSource", "PictureSelection"),
        ("AudioSource", "AudioSelection"),
        ("VideoSource", "VideoSelection"),
        ("PDFSource", "PDFSelection"),
    ):
        body += f'<{source} guid="{source}"><{selection} guid="s-{source}">{coding}</{selection}></{source}>'
    body += (
        '<AudioSource guid="a2"><Transcript guid="t"><TranscriptSelection guid="ts">'
        f"{coding}</TranscriptSelection></Transcript></AudioSource></Sources>"
    )
    found = read_project(packed(project(body)))
    assert found.codings["passage"].tolist() == ["picture", "audio", "video", "PDF", "transcript"]
    assert found.selections["text"].isna().all()
    assert found.codings["source"].tolist()[-1] == "A2"
    assert found.notes == ("5 codings do not say who coded",)


def test_text_of_a_pdf_is_that_of_the_whole_and_not_of_a_selection():
    body = (
        '<CodeBook><Codes><Code guid="c" name="x" isCodable="true"/></Codes></CodeBook><Sources>'
        '<PDFSource guid="s"><PDFSelection guid="p"><Representation guid="r1"><PlainTextContent>cd'
        "</PlainTextContent></Representation></PDFSelection>"
        '<Representation guid="r2"><PlainTextContent>abcdef</PlainTextContent>'
        '<PlainTextSelection guid="q" startPosition="1" endPosition="3"/></Representation></PDFSource>'
        "</Sources>"
    )
    found = read_project(packed(project(body)))
    assert found.sources[["kind", "text"]].values.tolist() == [["PDF", "abcdef"]]
    assert found.selections["text"].dropna().tolist() == ["bc"]


def test_what_is_not_as_the_schema_says_is_noted_and_read():
    body = (
        '<CodeBook><Codes><Code guid="c" name="x"/><Code guid="c" name="y"/></Codes></CodeBook>'
        '<Odd/><Sources><TextSource guid="s"><PlainTextSelection guid="p" startPosition="9" endPosition="2">'
        '<Coding><CodeRef targetGUID="c"/></Coding><Coding guid="e"><CodeRef targetGUID="z"/></Coding>'
        "</PlainTextSelection></TextSource></Sources>"
        '<Notes><Note guid="n"><Coding guid="m"><CodeRef targetGUID="c"/></Coding></Note></Notes>'
    )
    found = read_project(packed(project(body, namespace="")))
    assert found.codings["code"].tolist() == ["C"]
    assert len(found.sources) == 1
    assert set(found.notes) == {
        "the project does not name the namespace of the standard",
        "3 elements lack an attribute that the standard demands",
        "1 code has no GUID of its own and is left out",
        "1 coding names a code that the code book does not have, and is left out",
        "1 coding in a memo is left out",
        "1 coding does not say who coded",
        "1 passage of a text has no place that can be read",
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<Project/>", "is not a REFI-QDA project: a .qdpx file is a zip archive"),
        (packed("<Project/>", name="other.xml"), "holds no project.qde"),
        (packed("<Project/>", {"b.qde": b"<Project/>"}), "holds more than one project.qde"),
        (packed("<Project><Users>"), "holds a project.qde that is no XML from line 1 on"),
        (packed("<CodeBook/>"), "holds only a code book. Export the whole project"),
        (packed("<html/>"), "holds no project"),
        (packed('<!DOCTYPE p [<!ENTITY a "b">]><Project>&a;</Project>'), "holds a document type"),
        (packed("<Project>" + "<Set>" * 300), "has elements nested deeper than 200"),
        (packed("<Project/>", {"../x.txt": b""}), "name leads out of the archive"),
    ],
)
def test_what_is_no_project_is_refused_in_words(content, told):
    assert told in problems(content)


def test_a_project_that_unfolds_to_more_than_can_be_read_is_refused(monkeypatch):
    monkeypatch.setattr(qdpx, "LARGEST_PROJECT", 1 << 20)
    assert "unfolds to more than 1 MB" in problems(packed(project(" " * (2 << 20))))


def test_project_without_users_is_read():
    found = read_project(coded([("Talk", "less", "")]))
    assert found.codings["user"].isna().all()
    assert len(found.users) == 0


def test_sample_of_atlas(cases):
    path = cases.parent / "samples" / "qdpx" / "TestProject.qdpx"
    if not path.is_file():
        pytest.skip("the sample of ATLAS.ti is not here")
    found = read_project(path.read_bytes())
    assert found.origin.startswith("ATLAS.ti")
    assert (len(found.codes), len(found.codings), len(found.sources), len(found.users)) == (14, 16, 12, 3)
    assert found.codings["passage"].value_counts().to_dict() == {
        "text": 9,
        "PDF": 4,
        "picture": 2,
        "video": 1,
    }
    first = found.selections.iloc[0]
    assert first["end"] - first["start"] == len("Oh, that was great. See you tomorrow? Eleven thirty. Mm.")
    (note,) = found.notes  # the texts were taken out of the sample
    assert note.startswith("6 sources name files with their texts that are not in the archive")
