"""Studies as files: Word, LaTeX, Markdown, and the figures alone."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from ser_core import files
from ser_core.figures import vector
from ser_core.studies import document, latex, markdown, outcome, pictures, word
from ser_core.studies.study import Study, StudyError

#: What writes a document, as (document, folder, stem) → the file to open; of the fourth format the figures are all.
_WRITERS = {"docx": word.write, "latex": latex.write, "markdown": markdown.write}


def write(study: Study, form: str, folder: Path) -> Path:
    """Write the study as `docx`, `latex`, `markdown` or `figures` (SVG and PDF) into a folder; return the file, or the folder of figures.

    Raises StudyError before a network is trained, and for another format.
    """
    if form not in document.FORMATS:
        raise StudyError(f"A study is written as {', '.join(document.FORMATS)}, not as {form}.")
    reached = outcome.of(study)
    folder.mkdir(parents=True, exist_ok=True)
    if form in _WRITERS:
        return _WRITERS[form](document.of(reached), folder, study.id)
    if not reached.trained:
        raise StudyError(f"No network of {study.name} is trained yet, so there is nothing to draw.")
    for picture in pictures.all_of(reached):
        files.write_text(folder / f"{picture.name}.svg", vector.svg(picture.figure))
        with files.replacing(folder / f"{picture.name}.pdf") as temporary:
            temporary.write_bytes(vector.pdf(picture.figure))
    return folder


def packed(study: Study, form: str) -> bytes:
    """Return the study in a format as one file: the docx itself, else a zip of what `write` writes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write(study, form, folder)
        if form == "docx":
            return path.read_bytes()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(folder).as_posix())
        return out.getvalue()


def file_name(study: Study, form: str) -> str:
    """Return what `packed` is called when it is downloaded."""
    return f"{study.id}.docx" if form == "docx" else f"{study.id}-{form}.zip"
