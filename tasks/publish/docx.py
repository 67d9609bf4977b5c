"""A Word file: A4, the styles of Word, tables with captions and heads, page numbers; the same bytes again.

python-docx is an extra (`pip install python-docx`): it is imported when the first document is made.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import IO, Any

from tasks.publish import MADE
from tasks.publish.docx_table import MUTED, Cell, fitted, xml
from tasks.tongue import _, code, pgettext
from tasks.translations import ENGLISH
from tasks.word_template import refuse_ways_out

STYLES = {
    **dict.fromkeys(("Title", "Heading 1", "Heading 2", "Heading 3", "Caption", "Quote"), 1),
    "List Bullet": 1,
    "Table Grid": 3,
}
"""The styles that a document uses -> their kind for Word: 1 of paragraphs, 3 of tables."""
BULLET = "•\u00a0"
"""Stands before the items of a list where the style for it has no signs of its own."""
EMU_PER_MM = 36000
ABOVE_A_PICTURE_MM = 36
"""What headings and caption of a picture take of its page."""
SMALL = 8.5
"""The size of the letters in notes, in points."""
KEPT = ("styles", "stylesWithEffects", "numbering", "fontTable", "theme", "settings")
"""The relations of a template's document that the report takes over, beside the head and foot of its page."""
KEPT_OF_THE_FILE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument",
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
)
"""Its other properties, labels and picture are not kept: they name people of the office."""
NOT_SET = ("attachedTemplate", "attachedSchema", "schemaLibrary", "saveThroughXslt", "docVars")
NOT_SET += ("footnotePr", "endnotePr")
"""The settings of a template that name other files, its variables or its notes."""


class Document:
    """A document that is written from top to bottom."""

    def __init__(self, name: str, footer: str, template: bytes | None = None):
        """Begin it. name: of the document's properties. footer: stands beside the page number.

        template: a Word file whose styles, page, head and foot are used; its text is left out. A style that
        it lacks is added. It has to be one that was looked at (tasks/word_template.py).
        """
        import docx

        self._docx: Any = docx.Document(io.BytesIO(template) if template else None)
        self._of_office = template is not None
        self._tables = 0
        self._bullet = ""
        if self._of_office:
            self._clear()
        else:
            self._dress()
        about = self._docx.core_properties
        for one in ("category", "content_status", "identifier", "keywords", "subject", "version", "comments"):
            setattr(about, one, "")
        about.title, about.author, about.language = name, "psia", code()
        about.created = about.modified = about.last_printed = MADE
        about.last_modified_by, about.revision = "psia", 1
        self._proof_in("en-GB" if code() == ENGLISH else code())
        page = self._docx.sections[0]
        self._measure(page)
        foot = page.footer.paragraphs[0] if page.footer.paragraphs else page.footer.add_paragraph()
        if not "".join(page.footer._element.itertext()).strip():
            page_number, of = _("page"), pgettext("page", "of")
            foot.add_run(f"{footer} · {page_number} ")
            _field(foot, "PAGE")
            foot.add_run(f" {of} ")
            _field(foot, "NUMPAGES")

    def _proof_in(self, language: str) -> None:
        """Say in which language Word looks for slips of spelling."""
        from docx.oxml.ns import qn

        for one in self._docx.styles.element.iter(qn("w:lang")):
            one.set(qn("w:val"), language)

    def _measure(self, page: Any) -> None:
        """Say how wide what stands on a page may be, and how tall a picture, with its heading and caption."""
        self.inner_mm: float = (page.page_width - page.left_margin - page.right_margin) / EMU_PER_MM
        height = (page.page_height - page.top_margin - page.bottom_margin) / EMU_PER_MM
        self.tallest_mm: float = min(height * 0.88, height - ABOVE_A_PICTURE_MM)

    def turn(self) -> None:
        """Go on upon a new page that is turned: across after upright, and upright after across."""
        from docx.enum.section import WD_ORIENT, WD_SECTION

        page = self._docx.add_section(WD_SECTION.NEW_PAGE)
        page.page_width, page.page_height = page.page_height, page.page_width
        is_across = page.page_width > page.page_height
        page.orientation = WD_ORIENT.LANDSCAPE if is_across else WD_ORIENT.PORTRAIT
        self._measure(page)

    def _dress(self) -> None:
        """Set page and styles as they are where no office has any of its own."""
        from docx.shared import Mm, Pt, RGBColor

        page = self._docx.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(20)
        page.top_margin, page.bottom_margin = Mm(18), Mm(18)
        styles = self._docx.styles
        styles["Normal"].font.name = "Calibri"
        styles["Normal"].font.size = Pt(10.5)
        styles["Normal"].paragraph_format.space_after = Pt(5)
        styles["Caption"].font.bold = False
        styles["Caption"].font.size = Pt(9)
        styles["Caption"].paragraph_format.space_before = Pt(5)
        styles["Caption"].font.color.rgb = RGBColor.from_string(MUTED)

    def _clear(self) -> None:
        """Take out the text of a template and what hangs on it alone, and add the styles that it lacks."""
        import docx
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml.ns import qn

        body = self._docx.element.body
        for element in list(body):
            if element is not body.sectPr:
                body.remove(element)
        for element in self._docx.element.xpath("./w:background/*"):
            element.getparent().remove(element)
        for element in list(self._docx.settings.element):
            if isinstance(element.tag, str) and element.tag.rpartition("}")[2] in NOT_SET:
                element.getparent().remove(element)
        part = self._docx.part
        shown = set(body.sectPr.xpath("./w:headerReference/@r:id | ./w:footerReference/@r:id"))
        whole = part.package.rels
        _keep(whole, lambda _, key: whole[key].reltype in KEPT_OF_THE_FILE)
        _keep(part.rels, lambda kind, key: key in shown if kind in ("header", "footer") else kind in KEPT)
        _keep(part.part_related_by(RELATIONSHIP_TYPE.SETTINGS).rels, lambda kind, _: kind == "image")
        ours = docx.Document().styles
        for name, kind in STYLES.items():
            if any(one.name == name and one.type == kind for one in self._docx.styles):
                continue
            added = deepcopy(ours[name].element)
            for element in added.xpath("./w:basedOn | ./w:link | ./w:next | ./w:pPr/w:numPr"):
                element.getparent().remove(element)
            added.set(qn("w:styleId"), f"psia{name.replace(' ', '')}")
            self._docx.styles.element.append(added)
            if name == "List Bullet":
                self._bullet = BULLET

    def title(self, words: str) -> None:
        """Write the title."""
        self._docx.add_paragraph(_written(words), style="Title")

    def headed(self, words: str, level: int) -> None:
        """Write a heading of a level, from 1."""
        self._docx.add_paragraph(_written(words), style=f"Heading {level}")

    def picture(self, image: IO[bytes], width_mm: float, told: str) -> None:
        """Place a picture. told: the words for those who do not see it."""
        self.pictures([(image, told)], width_mm)

    def pictures(self, images: Iterable[tuple[IO[bytes], str]], width_mm: float) -> None:
        """Place pictures of one width beside each other, as many as a line takes, each with its words."""
        from docx.shared import Mm

        paragraph = self._docx.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        for number, (image, told) in enumerate(images):
            shape = paragraph.add_run(" " if number else "").add_picture(image, width=Mm(width_mm))
            shape._inline.docPr.set("descr", _written(told))
            for side in ("distT", "distB", "distL", "distR"):
                shape._inline.set(side, "0")

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

    def caption(self, words: str) -> None:
        """Write what is said below a picture."""
        self._docx.add_paragraph(_written(words), style="Caption")

    def quote(self, words: str) -> None:
        """Write a paragraph that is read aloud."""
        self._docx.add_paragraph(_written(words), style="Quote")

    def bullets(self, items: Iterable[str], *, leads: bool = False) -> None:
        """Write a list. leads: it stays on the page of what follows it."""
        for words in items:
            item = self._docx.add_paragraph(self._bullet + _written(words), style="List Bullet")
            item.paragraph_format.keep_with_next = leads or None

    def pair(self, term: str, words: str) -> None:
        """Write an item of a list with a bold term in front."""
        paragraph = self._docx.add_paragraph(self._bullet, style="List Bullet")
        paragraph.add_run(_written(term)).bold = True
        paragraph.add_run(f" {_written(words)}")

    def finding(self, verdict: str, words: str, note: str) -> None:
        """Write an item of a list with a verdict in front and a note below."""
        from docx.shared import Pt

        paragraph = self._docx.add_paragraph(self._bullet, style="List Bullet")
        paragraph.add_run(f"{_written(verdict)}. ").bold = True
        said = paragraph.add_run(_written(words))
        if note:
            said.add_break()
            paragraph.add_run(_written(note)).font.size = Pt(SMALL)

    def lines(self, count: int) -> None:
        """Leave lines to write on, all on one page."""
        for line in range(1, count + 1):
            paragraph = self._docx.add_paragraph()
            paragraph.paragraph_format.keep_with_next = line < count or None
            _ruled(paragraph)

    def table(
        self,
        caption: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        wide: Sequence[float],
    ) -> None:
        """Write a table to be filled in by hand, with a numbered caption and a head that is repeated.

        wide: the share of the page's width that each column takes.
        """
        cells = [[Cell(words) for words in row] for row in (heads, *rows)]
        widths = [self.inner_mm * share for share in wide]
        self._place(caption, cells, widths, size=None, height_mm=9, ruled=False)

    def printed(self, caption: str, rows: Sequence[Sequence[Cell]]) -> None:
        """Write a table to be read, with a numbered caption; rows: its head first, which repeats."""
        size, widths = fitted(rows, self.inner_mm)
        self._place(caption, rows, widths, size=size, height_mm=0, ruled=not self._of_office)

    def _place(
        self, caption: str, rows: Sequence[Sequence[Cell]], widths: Sequence[float], **look: Any
    ) -> None:
        self._tables += 1
        above = self._docx.add_paragraph(style="Caption")
        numbered = _("Table {number}. {caption}").format(number=self._tables, caption=_written(caption))
        above.add_run(numbered).bold = True
        above.paragraph_format.keep_with_next = True
        style = self._docx.styles["Table Grid"].style_id
        clean = [[replace(c, words=_written(c.words), note=_written(c.note)) for c in row] for row in rows]
        after = self._docx.add_paragraph()
        after._p.addprevious(xml(clean, widths, style=style, **look))

    def content(self) -> bytes:
        """Return the file, with fixed dates within. Raises Unreadable where it would lead out of itself."""
        written = io.BytesIO()
        self._docx.save(written)
        fixed = io.BytesIO()
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
            for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
                info = zipfile.ZipInfo(name, date_time=MADE.timetuple()[:6])
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3
                new.writestr(info, old.read(name))
        refuse_ways_out(fixed.getvalue())
        return fixed.getvalue()


def _keep(relations: Any, wanted: Callable[[str, str], bool]) -> None:
    """Take out the relations that are not wanted, by the end of their kind and their key."""
    for key in [key for key, to in relations.items() if not wanted(to.reltype.rpartition("/")[2], key)]:
        del relations[key]


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


def _ruled(paragraph: Any) -> None:
    """Put a line under an empty paragraph, also where another such paragraph follows."""
    borders = _element("w:pBdr")
    for where in ("bottom", "between"):
        borders.append(_element(f"w:{where}", val="single", sz="4", space="1", color="808080"))
    paragraph._p.get_or_add_pPr().append(borders)
