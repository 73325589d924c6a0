"""A study as Markdown, with its figures as SVG beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ser_core import files
from ser_core.figures import vector
from ser_core.studies.document import Block, Document, Heading, Paragraph, Table

#: What Markdown, GitHub's too, reads as more than itself: anywhere, in an address, where a line begins.
_SIGNS = re.compile(r"[\\`*_\[\]<>|#~$&@]|:(?=//)|(?<=www)\.|^[-+](?= )", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d{1,9})(?=[.)] )")


def write(document: Document, folder: Path, stem: str) -> Path:
    """Write `stem`.md and figures/*.svg into the folder and return the file."""
    for picture in document.pictures:
        files.write_text(folder / "figures" / f"{picture.name}.svg", vector.svg(picture.figure))
    path = folder / f"{stem}.md"
    files.write_text(path, text(document))
    return path


def text(document: Document) -> str:
    """Return the document; its pictures are looked for in figures/."""
    parts = [f"# {plain(document.title)}", plain(document.subtitle)]
    return "\n\n".join([*parts, *(part for block in document.blocks for part in _written(block))]) + "\n"


def plain(words: str) -> str:
    """Return words so that Markdown shows them as they are."""
    return _NUMBERED.sub(r"\1\\", _SIGNS.sub(r"\\\g<0>", words))


def _written(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"## {plain(block.text)}"
    elif isinstance(block, Paragraph):
        yield f"**{plain(block.text)}**" if block.strong else plain(block.text)
    elif isinstance(block, Table):
        yield f"{plain(block.caption)}:"
        yield "\n".join([_row(block.columns), _row(["---"] * len(block.columns), raw=True), *map(_row, block.rows)])
    else:
        yield f"![{plain(block.caption)}](figures/{block.name}.svg)"
        yield f"*{plain(block.caption)}*"


def _row(cells: Sequence[str], raw: bool = False) -> str:
    return f"| {' | '.join(cells if raw else map(plain, cells))} |"
