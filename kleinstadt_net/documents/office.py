"""A paper as a file for word processors: ODT by odfdo, DOCX by python-docx, both in German with true headings."""

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any

import docx
import odfdo
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from kleinstadt_net.documents.papers import Block, Gap, Grid, Items, Paper, Paragraph
from kleinstadt_net.territory import LOCALE

ODT_TYPE = "application/vnd.oasis.opendocument.text"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE, COUNTRY = LOCALE.split("_")
TAG = f"{LANGUAGE}-{COUNTRY}"
FONT = "Arial"
BORDER = "0.5pt solid #000000"
BODY, NOTE, HEAD_CELL, CELL = "Text_20_body", "Anmerkung", "Tabellenkopf", "Tabellenfeld"


def odt(paper: Paper) -> bytes:
    """The paper as OpenDocument text."""
    document = odfdo.Document("text")
    _set_odt_language(document)
    document.meta.title = paper.title
    document.meta.subject = paper.subtitle
    document.meta.creator = document.meta.initial_creator = paper.author
    body = document.body
    body.clear()
    body.append(odfdo.Header(1, paper.title))
    body.append(odfdo.Paragraph(paper.subtitle, style=BODY))
    for name, value in paper.facts:
        body.append(odfdo.Paragraph(f"{name}: {value}", style=BODY))
    for section in paper.sections:
        body.append(odfdo.Header(2, section.heading))
        for block in section.blocks:
            for element in _odt_block(block):
                body.append(element)
    return _saved(document)


def docx_file(paper: Paper) -> bytes:
    """The paper as an Office Open XML document."""
    document = docx.Document()
    _prepare_docx(document, paper)
    document.add_heading(paper.title, level=1)
    document.add_paragraph(paper.subtitle)
    for name, value in paper.facts:
        document.add_paragraph(f"{name}: {value}")
    for section in paper.sections:
        document.add_heading(section.heading, level=2)
        for block in section.blocks:
            _add_to_docx(document, block)
    return _saved(document)


def _saved(document: Any) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _set_odt_language(document: odfdo.Document) -> None:
    """In the file's properties and in the style all others build on: what spelling and screen readers go by."""
    document.meta.language = TAG
    for style in document.styles.get_elements("//style:default-style/style:text-properties"):
        style.set_attribute("fo:language", LANGUAGE)
        style.set_attribute("fo:country", COUNTRY)
        style.set_attribute("style:font-name", FONT)
        style.set_attribute("fo:font-size", "11pt")
    # The library's blank document brings its own look of second headings along.
    heading = document.styles.get_element("//style:style[@style:name='Heading_20_2']/style:text-properties")
    assert heading is not None, "the library's blank document has second headings"
    heading.set_attribute("fo:font-style", "normal")
    document.insert_style(
        odfdo.Style("font-face", name=FONT, font_name=FONT, font_family=FONT, font_family_generic="swiss")
    )
    for name, look in ((NOTE, {"fo:font-size": "9pt"}), (HEAD_CELL, {"fo:font-weight": "bold"}), (CELL, {})):
        style = odfdo.Style("paragraph", name=name, parent_style="Standard")
        style.set_properties(look, area="text")
        document.insert_style(style)
    edge = odfdo.Style("table-cell", name=CELL, border=BORDER, padding="0.1cm")
    document.insert_style(edge, automatic=True)


def _odt_block(block: Block) -> list[odfdo.Element]:
    if isinstance(block, Paragraph):
        return [odfdo.Paragraph(block.text, style=NOTE if block.is_note else BODY)]
    if isinstance(block, Items):
        kind = "Numbering_20_1" if block.is_numbered else "List_20_1"
        return [odfdo.List(list(block.texts), style=kind)]
    if isinstance(block, Grid):
        return [
            odfdo.Paragraph(block.caption, style=NOTE),
            _odt_table(block),
            odfdo.Paragraph("", style=BODY),
        ]
    return [odfdo.Paragraph("", style=BODY) for _ in range(block.lines)]


def _odt_table(grid: Grid) -> odfdo.Element:
    table = odfdo.Element.from_tag("table:table")
    table.set_attribute("table:name", "Zahlen")
    columns = odfdo.Element.from_tag("table:table-column")
    columns.set_attribute("table:number-columns-repeated", str(len(grid.head)))
    table.append(columns)
    head = odfdo.Element.from_tag("table:table-header-rows")
    head.append(_odt_row(grid.head, HEAD_CELL))
    table.append(head)
    for row in grid.rows:
        table.append(_odt_row(row, CELL))
    return table


def _odt_row(texts: Sequence[str], style: str) -> odfdo.Element:
    row = odfdo.Element.from_tag("table:table-row")
    for text in texts:
        cell = odfdo.Element.from_tag("table:table-cell")
        cell.set_attribute("table:style-name", CELL)
        cell.set_attribute("office:value-type", "string")
        cell.append(odfdo.Paragraph(text, style=style))
        row.append(cell)
    return row


def _prepare_docx(document: Any, paper: Paper) -> None:
    properties = document.core_properties
    properties.title, properties.subject = paper.title, paper.subtitle
    properties.author = properties.last_modified_by = paper.author
    properties.language, properties.comments = TAG, ""
    properties.created = properties.modified = datetime.combine(paper.made_on, time())
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(25)
    for style in ("Normal", "Heading 1", "Heading 2"):
        font = document.styles[style].font
        font.name, font.color.rgb = FONT, RGBColor(0, 0, 0)
        # Headings name their font by the theme, which would win.
        fonts = document.styles[style].element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    document.styles["Normal"].font.size = Pt(11)
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:val"), TAG)


def _add_to_docx(document: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        run = document.add_paragraph().add_run(block.text)
        if block.is_note:
            run.font.size = Pt(9)
    elif isinstance(block, Items):
        for text in block.texts:
            document.add_paragraph(text, style="List Number" if block.is_numbered else "List Bullet")
    elif isinstance(block, Grid):
        document.add_paragraph().add_run(block.caption).font.size = Pt(9)
        _add_table(document, block)
        document.add_paragraph()
    elif isinstance(block, Gap):
        for _ in range(block.lines):
            document.add_paragraph()


def _add_table(document: Any, grid: Grid) -> None:
    table = document.add_table(rows=1, cols=len(grid.head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, grid.head, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    # Screen readers take it for the head, and it comes again on the next page.
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    for row in grid.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
