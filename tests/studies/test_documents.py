"""A study as Word, LaTeX and Markdown: what other programs make of it, and names that those languages read as signs."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest

from ser_core.studies import document, exporting, latex, markdown, outcome, word, words
from ser_core.studies.document import Document, Heading, Paragraph, Table
from tests.studies import other_programs, ready

NASTY = r"50 % of \LaTeX{} & $x_1^2$ #1 ~ <b>a|b</b> “quoted” `code` *bold* [a](b) … · × ± → ≥ Größe глубина 深さ"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> outcome.Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_HOME", str(tmp_path_factory.mktemp("home")))
        return outcome.of(ready.study())


@pytest.fixture
def nasty() -> Document:
    table = Table(NASTY, (NASTY, "b"), ((NASTY, "1"), ("c", NASTY)))
    return Document(NASTY, NASTY, (Heading(NASTY), Paragraph(NASTY, strong=True), table))


def test_word_opens_it_with_its_tables_and_pictures(found: outcome.Outcome, tmp_path: Path) -> None:
    path = word.write(document.of(found), tmp_path, "study")
    opened = docx.Document(str(path))
    said = [one.text for one in opened.paragraphs]
    assert said[0] == "Ready made" and words.verdict(found) in said and words.method(found) in said
    networks = opened.tables[0]
    assert [row.cells[0].text for row in networks.rows] == ["network", *(one.name for one in found.trained)]
    assert networks.rows[1].cells[3].text == f"{found.trained[0].parameters:,}"
    scores = opened.tables[1]
    assert scores.rows[1].cells[1].text == words.with_span(found.trained[0], "uar")
    assert scores.rows[0].cells[4].text == "UAR of its seeds"
    # Scores, curves, classes, three matrices, two differences.
    assert len(opened.inline_shapes) == 8
    for shape in opened.inline_shapes:
        assert shape._inline.docPr.get("descr")
    assert opened.core_properties.author == "SER Dashboard"


@other_programs.needs_office
def test_libreoffice_opens_it(found: outcome.Outcome, tmp_path: Path) -> None:
    made = other_programs.converted(word.write(document.of(found), tmp_path, "study"), tmp_path)
    assert "Ready made" in made and "Over 3 seeds and 9 speakers" in made
    assert "Figure 8:" in made


@other_programs.needs_latex
def test_latex_compiles_it(found: outcome.Outcome, tmp_path: Path) -> None:
    path = latex.write(document.of(found), tmp_path, "study")
    made = other_programs.compiled(path)
    assert "Over 3 seeds and 9 speakers" in made and "Figure 8:" in made
    assert len(list((tmp_path / "figures").glob("*.pdf"))) == 8


@other_programs.needs_latex
def test_names_are_no_signs_of_latex(nasty: Document, tmp_path: Path) -> None:
    made = other_programs.compiled(latex.write(nasty, tmp_path, "nasty"))
    # Without outlines of its own fonts LaTeX tells a PDF's reader nothing of ß.
    assert r"50 % of \LaTeX{} & $x_1^2$ #1 ~ <b>a|b</b>" in made and "· × ± → ≥ Gr" in made


@other_programs.needs_latex
def test_a_cell_that_begins_a_row_says_nothing_to_the_row_above(tmp_path: Path) -> None:
    rows = tuple((name, "1") for name in ("first", "[5cm] wide", "* starred", "[x", "a--b ''c`` ?`", "Ħŧſŉ"))
    read = r"\input{/etc/passwd} \write18{id} ^^5cinput{/etc/passwd}"
    made = other_programs.compiled(
        latex.write(Document(read, read, (Table(read, ("n", "m"), rows),)), tmp_path, "rows")
    )
    assert "[5cm] wide 1 * starred 1 [x 1" in made and "??sn" in made and "root:" not in made
    assert made.count("/etc/passwd") == 6


def test_names_that_no_document_can_hold_are_written_without_what_it_cannot(tmp_path: Path) -> None:
    for sign in ("\ufffe", "\uffff", "\x00", "\x85", "\ud800", "\u2028", "\U0001f600"):
        said = document._clean(f"a{sign}b")
        made = Document(said, said, (Heading(said), Paragraph(said), Table(said, (said,), ((said,),))))
        for write in (word.write, latex.write, markdown.write):
            assert write(made, tmp_path, "odd").stat().st_size


def test_names_are_no_signs_of_word(nasty: Document, tmp_path: Path) -> None:
    opened = docx.Document(str(word.write(nasty, tmp_path, "nasty")))
    assert opened.paragraphs[0].text == NASTY and opened.tables[0].rows[2].cells[1].text == NASTY


def test_markdown_shows_names_as_they_are(found: outcome.Outcome, nasty: Document, tmp_path: Path) -> None:
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark").enable("table").render(markdown.text(nasty))
    assert "<b>" not in page and "<code>" not in page and "<a " not in page and page.count("<td>") == 4
    for line in (
        "- x",
        "+ x",
        "1. x",
        "12) x",
        "# x",
        "&lt;b&gt;",
        "https://evil.example www.evil.example a@evil.example",
    ):
        tokens = MarkdownIt("commonmark").enable("table").parse(markdown.plain(line))
        assert [one.type for one in tokens] == ["paragraph_open", "inline", "paragraph_close"], line
        assert "".join(one.content for one in tokens[1].children or []) == line
        # GitHub's reader makes a link of a bare address.
        assert not re.search(r"https?://|www\.|\w@", markdown.plain(line)), line
    path = markdown.write(document.of(found), tmp_path, "study")
    text = path.read_text()
    for picture in document.of(found).pictures:
        assert f"(figures/{picture.name}.svg)" in text
        assert ElementTree.parse(tmp_path / "figures" / f"{picture.name}.svg").getroot().tag.endswith("svg")


def test_each_format_is_one_file_to_download(monkeypatch: pytest.MonkeyPatch) -> None:
    study = ready.study()
    for form, inside in (
        ("latex", "ready-made.tex"),
        ("markdown", "ready-made.md"),
        ("figures", "uar.pdf"),
        ("docx", "word/document.xml"),
    ):
        with zipfile.ZipFile(io.BytesIO(exporting.packed(study, form))) as archive:
            assert inside in archive.namelist() and archive.testzip() is None
