"""What LibreOffice and LaTeX make of a study, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest

from tests import patience

OFFICE, LATEX = shutil.which("soffice"), shutil.which("pdflatex")
needs_office = pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice: apt-get install libreoffice-writer-nogui")
needs_latex = pytest.mark.skipif(LATEX is None, reason="needs LaTeX: apt-get install texlive-latex-base")


def converted(path: Path, folder: Path) -> str:
    """The words of the PDF that LibreOffice makes of a document."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=patience.SECONDS)
    made = folder / f"{path.stem}.pdf"
    assert made.is_file(), done.stdout + done.stderr
    return texts(made)


def compiled(path: Path) -> str:
    """The words of the PDF that LaTeX makes of a file, run once in its folder; an error of it fails."""
    command = [str(LATEX), "-interaction=nonstopmode", "-halt-on-error", path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, timeout=patience.SECONDS)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    return texts(path.with_suffix(".pdf"))


def texts(pdf: Path) -> str:
    """What stands in a PDF, as PDFium reads it."""
    opened = pypdfium2.PdfDocument(pdf)
    found = " ".join(page.get_textpage().get_text_bounded() for page in opened)
    opened.close()
    return " ".join(found.split())
