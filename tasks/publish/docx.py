"""A Word file: A4, the styles of Word, tables with captions and heads, page numbers; the same bytes again.

python-docx is an extra (`pip install python-docx`): it is imported when the first document is made.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from tasks.publish import MADE

INNER_WIDTH_MM = 170.0
SMALL = 8.5
"""The size of the letters in a table that is read, not filled in, in points."""


class Document:
    """A document that is written from top to bottom."""

    def __init__(self, name: str, footer: str):
        """Begin it. name: of the document's properties. footer: stands beside the page number."""
        import docx
        from docx.shared import Mm, Pt

        self._docx: Any = docx.Document()
        self._tables = 0
        page = self._docx.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(20)
        page.top_margin, page.bottom_margin = Mm(18), Mm(18)
        self._docx.styles["Normal"].font.name = "Calibri"
        self._docx.styles["Normal"].font.size = Pt(10.5)
        self._docx.styles["Normal"].paragraph_format.space_after = Pt(5)
        about = self._docx.core_properties
        about.title, about.author, about.comments, about.language = name, "psia", "", "en"
        about.created = about.modified = MADE
        about.last_modified_by, about.revision = "psia", 1
        foot = page.footer.paragraphs[0]
        foot.add_run(f"{footer} · page ")
        _field(foot, "PAGE")
        foot.add_run(" of ")
        _field(foot, "NUMPAGES")

    def title(self, words: str) -> None:
        """Write the title."""
        self._docx.add_paragraph(_written(words), style="Title")

    def headed(self, words: str, level: int) -> None:
        """Write a heading of a level, from 1."""
        self._docx.add_paragraph(_written(words), style=f"Heading {level}")

    def picture(self, image: IO[bytes], width_mm: float, told: str) -> None:
        """Place a picture. told: the words for those who do not see it."""
        from docx.shared import Mm

        shape = self._docx.add_picture(image, width=Mm(width_mm))
        shape._inline.docPr.set("descr", _written(told))

    def heading(self, words: str) -> None:
        """Write a heading of the first level."""
        self._docx.add_paragraph(_written(words), style="Heading 1")

    def subheading(self, words: str) -> None:
        """Write a heading of the second level."""
        self._docx.add_paragraph(_written(words), style="Heading 2")

    def text(self, words: str, *, strong: bool = False, leads: bool = False) -> None:
        """Write a paragraph. leads: it stays on the page of what follows it."""
        paragraph = self._docx.add_paragraph()
        paragraph.add_run(_written(words)).bold = strong or None
        paragraph.paragraph_format.keep_with_next = leads or None

    def quote(self, words: str) -> None:
        """Write a paragraph that is read aloud."""
        self._docx.add_paragraph(_written(words), style="Quote")

    def bullets(self, items: Iterable[str]) -> None:
        """Write a list."""
        for words in items:
            self._docx.add_paragraph(_written(words), style="List Bullet")

    def lines(self, count: int) -> None:
        """Leave lines to write on."""
        for _ in range(count):
            paragraph = self._docx.add_paragraph()
            _ruled(paragraph)

    def table(
        self,
        caption: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        wide: Sequence[float],
        tall: bool = True,
    ) -> None:
        """Write a table with a numbered caption and a head that is repeated on each page.

        wide: the share of the page's width that each column takes. tall: rows leave room to write by hand.
        """
        from docx.shared import Mm, Pt

        self._tables += 1
        above = self._docx.add_paragraph(f"Table {self._tables}. {_written(caption)}", style="Caption")
        above.paragraph_format.keep_with_next = True
        table = self._docx.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.autofit = False
        for column, share in zip(table.columns, wide, strict=True):
            column.width = Mm(INNER_WIDTH_MM * share)
        for cell, words in zip(table.rows[0].cells, heads, strict=True):
            cell.paragraphs[0].add_run(_written(words)).bold = True
        _marked(table.rows[0], "w:tblHeader")
        for row in rows:
            added = table.add_row()
            _marked(added, "w:cantSplit")
            if tall:
                added.height = Mm(9)
            for cell, words in zip(added.cells, row, strict=True):
                cell.paragraphs[0].add_run(_written(words))
        for row in table.rows:
            for cell, share in zip(row.cells, wide, strict=True):
                cell.width = Mm(INNER_WIDTH_MM * share)
                cell.paragraphs[0].paragraph_format.space_after = 0
                if not tall:
                    for run in cell.paragraphs[0].runs:
                        run.font.size = Pt(SMALL)
        self._docx.add_paragraph()

    def content(self) -> bytes:
        """Return the file, with fixed dates within."""
        written = io.BytesIO()
        self._docx.save(written)
        fixed = io.BytesIO()
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
            for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
                info = zipfile.ZipInfo(name, date_time=MADE.timetuple()[:6])
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3
                new.writestr(info, old.read(name))
        return fixed.getvalue()


def _written(words: str) -> str:
    """Return words without the signs that XML does not know."""
    return "".join(sign for sign in words if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff"))


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _field(paragraph: Any, code: str) -> None:
    """Add a field that Word fills in, such as the number of the page."""
    for kind in ("begin", "separate", "end"):
        run = paragraph.add_run()
        run._r.append(_element("w:fldChar", fldCharType=kind))
        if kind == "begin":
            instruction = _element("w:instrText")
            instruction.text = code
            paragraph.add_run()._r.append(instruction)
        if kind == "separate":
            paragraph.add_run("1")


def _marked(row: Any, mark: str) -> None:
    row._tr.get_or_add_trPr().append(_element(mark, val="true"))


def _ruled(paragraph: Any) -> None:
    """Put a line under an empty paragraph, also where another such paragraph follows."""
    borders = _element("w:pBdr")
    for where in ("bottom", "between"):
        borders.append(_element(f"w:{where}", val="single", sz="4", space="1", color="808080"))
    paragraph._p.get_or_add_pPr().append(borders)
