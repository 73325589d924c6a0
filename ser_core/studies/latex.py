"""A study as LaTeX that pdfLaTeX, XeLaTeX and LuaLaTeX compile with base packages alone, its figures as PDF beside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from ser_core import files
from ser_core.figures import vector
from ser_core.studies.document import Block, Document, Heading, Paragraph, Table

#: From so many signs on a column is broken into lines.
WIDE = 34
_HEAD = r"""\documentclass[a4paper,11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[margin=25mm]{geometry}
\usepackage{graphicx}
\usepackage{textcomp}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\makeatletter
\newcommand{\captionedas}[2]{\def\@captype{#1}\caption{#2}}
\makeatother
\newcommand{\fitted}[1]{\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{#1}}
"""
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "“": "``",
    "”": "''",
    "’": "'",
    "‘": "`",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "·": r"\textperiodcentered{}",
    "×": r"$\times$",
    "±": r"$\pm$",
    "−": "$-$",
    "→": r"$\rightarrow$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "\u00a0": "~",
    # Behind the end of a table's row LaTeX takes them for that command's own.
    "[": "{[}",
    "*": "{*}",
}
#: What the fonts draw as one sign: in names the two stay two.
_JOINED = {"--", ",,", "''", "``", "?`", "!`"}
#: What is held together where it stands: floats would leave their headings.
_OPEN, _CLOSE = (r"\begin{center}\begin{minipage}{\linewidth}\centering",), r"\end{minipage}\end{center}"
#: Letters that the font encoding T1 has.
_T1 = {chr(code) for code in range(0xC0, 0x180)} - set("ĦħĸĿŀŉŦŧſ")


def write(document: Document, folder: Path, stem: str) -> Path:
    """Write `stem`.tex and figures/*.pdf into the folder and return the file."""
    for picture in document.pictures:
        with files.replacing(folder / "figures" / f"{picture.name}.pdf") as temporary:
            temporary.write_bytes(vector.pdf(picture.figure))
    path = folder / f"{stem}.tex"
    files.write_text(path, text(document))
    return path


def text(document: Document) -> str:
    """Return the document; its pictures are looked for in figures/."""
    top = [
        _HEAD,
        rf"\title{{{plain(document.title)}}}",
        rf"\author{{{plain(document.subtitle)}}}",
        r"\date{}",
        r"\begin{document}",
        r"\maketitle",
        "",
    ]
    body = [line for block in document.blocks for line in _written(block)]
    return "\n".join([*top, *body, r"\end{document}", ""])


def plain(words: str) -> str:
    """Return words so that LaTeX prints them as they are; letters that its western fonts lack lose their marks, or become a question mark."""
    apart = ("{}" if before + letter in _JOINED else "" for before, letter in zip(f" {words}", words, strict=False))
    return "".join(gap + _sign(letter) for gap, letter in zip(apart, words, strict=True))


def _sign(letter: str) -> str:
    if letter in _SIGNS:
        return _SIGNS[letter]
    if letter.isascii() or letter in _T1:
        return letter
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return "".join(_SIGNS.get(sign, sign) for sign in bare) or "?"


def _written(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield rf"\section*{{{plain(block.text)}}}"
    elif isinstance(block, Paragraph):
        yield rf"\textbf{{{plain(block.text)}}}" if block.strong else plain(block.text)
    elif isinstance(block, Table):
        yield from _table(block)
    else:
        yield from _OPEN
        yield rf"\includegraphics[width={block.width:.2f}\linewidth]{{figures/{block.name}.pdf}}"
        yield rf"\captionedas{{figure}}{{{plain(block.caption)}}}"
        yield _CLOSE
    yield ""


def _table(block: Table) -> Iterator[str]:
    longest = [max(len(row[k]) for row in (block.columns, *block.rows)) for k in range(len(block.columns))]
    shape = "".join(r"p{55mm}" if size > WIDE else "l" for size in longest)
    yield from (*_OPEN, r"\small")
    yield rf"\captionedas{{table}}{{{plain(block.caption)}}}\vspace{{4pt}}"
    yield rf"\fitted{{\begin{{tabular}}{{{shape}}}\hline"
    yield " & ".join(rf"\textbf{{{plain(name)}}}" for name in block.columns) + r" \\ \hline"
    for row in block.rows:
        yield " & ".join(plain(cell) for cell in row) + r" \\"
    yield r"\hline\end{tabular}}"
    yield _CLOSE
