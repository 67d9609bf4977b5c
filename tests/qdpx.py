"""REFI-QDA projects for tests, written by hand in the ways of different programs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

NAMESPACE = "urn:QDA-XML:project:1.0"


def packed(xml: str | bytes, texts: Mapping[str, bytes] | None = None, name: str = "project.qde") -> bytes:
    """Return a .qdpx archive of a project.qde and the texts beside it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, xml)
        for file, text in (texts or {}).items():
            archive.writestr(file, text)
    return stream.getvalue()


def project(body: str, namespace: str = NAMESPACE) -> str:
    """Return a project.qde with this body."""
    space = f' xmlns="{namespace}"' if namespace else ""
    return f'<?xml version="1.0" encoding="utf-8"?><Project{space} name="p" origin="Test 1">{body}</Project>'


def coded(
    codings: Iterable[tuple[str, str, str]],
    *,
    codes: Iterable[str] = (),
    extra: str = "",
) -> bytes:
    """Return a project of codings (source, code, coder), each on a passage of its own."""
    rows = list(codings)
    names = list(dict.fromkeys([*codes, *(code for _, code, _ in rows)]))
    coders = list(dict.fromkeys(coder for _, _, coder in rows if coder))
    sources = list(dict.fromkeys(source for source, _, _ in rows))
    book = "".join(f'<Code guid="C-{i}" name="{name}" isCodable="true"/>' for i, name in enumerate(names))
    users = "".join(f'<User guid="U-{i}" name="{name}"/>' for i, name in enumerate(coders))
    told = ""
    for number, source in enumerate(sources):
        told += (
            f'<TextSource guid="S-{number}" name="{source}"><PlainTextContent>{"." * 99}</PlainTextContent>'
        )
        for place, (_, code, coder) in enumerate(row for row in rows if row[0] == source):
            user = f' creatingUser="U-{coders.index(coder)}"' if coder else ""
            told += (
                f'<PlainTextSelection guid="P-{number}-{place}" startPosition="{place}" '
                f'endPosition="{place + 1}"><Coding guid="D-{number}-{place}"{user}>'
                f'<CodeRef targetGUID="C-{names.index(code)}"/></Coding></PlainTextSelection>'
            )
        told += "</TextSource>"
    users = f"<Users>{users}</Users>" if users else ""
    return packed(
        project(f"{users}<CodeBook><Codes>{book}</Codes></CodeBook>{extra}<Sources>{told}</Sources>")
    )
