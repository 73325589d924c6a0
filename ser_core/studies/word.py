"""A study as a Word document (docx): tables that can be edited, pictures with captions, what each shows told to a screen reader."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

from ser_core import files
from ser_core.figures import vector
from ser_core.studies.document import Document, Heading, Paragraph, Table

#: Between the margins of the default page, in centimetres.
WIDTH_CM = 15.2


def write(document: Document, folder: Path, stem: str) -> Path:
    """Write `stem`.docx into the folder and return the file."""
    path = folder / f"{stem}.docx"
    with files.replacing(path) as temporary:
        temporary.write_bytes(content(document))
    return path


def content(document: Document) -> bytes:
    """Return the document as the bytes of a docx."""
    made = docx.Document()
    made.core_properties.title = document.title
    made.core_properties.author = "SER Dashboard"
    made.core_properties.comments = ""
    made.core_properties.created = made.core_properties.modified = datetime.now(UTC).replace(tzinfo=None)
    made.add_heading(document.title, level=0)
    made.add_paragraph(document.subtitle)
    tables = pictures = 0
    for block in document.blocks:
        if isinstance(block, Heading):
            made.add_heading(block.text, level=1)
        elif isinstance(block, Paragraph):
            made.add_paragraph().add_run(block.text).bold = block.strong or None
        elif isinstance(block, Table):
            tables += 1
            caption = made.add_paragraph(f"Table {tables}: {block.caption}", style="Caption")
            caption.paragraph_format.keep_with_next = True
            _table(made, block)
        else:
            pictures += 1
            _picture(made, vector.png(block.figure), block.caption, block.width * WIDTH_CM)
            made.add_paragraph(f"Figure {pictures}: {block.caption}", style="Caption")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _table(made: Any, block: Table) -> None:
    table = made.add_table(rows=1, cols=len(block.columns), style="Light List Accent 1")
    table.autofit = False
    # As wide as what stands in them, in proportion, long texts broken.
    sizes = [min(30, max(6, *(len(row[k]) for row in (block.columns, *block.rows)))) for k in range(len(block.columns))]
    widths = [Cm(WIDTH_CM * size / sum(sizes)) for size in sizes]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, row in enumerate((block.columns, *block.rows)):
        cells = table.add_row().cells if number else table.rows[0].cells
        for cell, words, width in zip(cells, row, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.add_run(words).font.size = Pt(9)
            # A table stays on one page, as far as it fits there.
            paragraph.paragraph_format.keep_with_next = number < len(block.rows)
    made.add_paragraph()


def _picture(made: Any, data: bytes, caption: str, width_cm: float) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(io.BytesIO(data), width=Cm(width_cm))
    # What is told to those who cannot see it.
    shape._inline.docPr.set("descr", caption)
