"""Words from outside (names, labels, notes, sentences about files): drawn as they are, never as links, pictures or signs."""

from __future__ import annotations

import re

#: What Markdown and Streamlit read as more than itself: anywhere, at the edge of a word, in front of a word, where a line begins.
_SIGNS = re.compile(r"[\\`*\[\]<$&~|]|(?<![^\W_])_|_(?![^\W_])|:(?=[A-Za-z/+_])|^[-+#>=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
#: What browsers' Markdown makes a link of by itself.
_ADDRESS = re.compile(r"((?:https?://|ftp://|www\.)[^\s`]+)", re.IGNORECASE)


def plain(text: object) -> str:
    """Return Markdown that shows `text` as it is, in one line; an address in it as code, which nothing makes a link of."""
    pieces = _ADDRESS.split(" ".join(str(text).split()))
    return "".join(f"`{piece}`" if index % 2 else _SIGNS.sub(r"\\\g<0>", piece) for index, piece in enumerate(pieces))
