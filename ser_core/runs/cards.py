"""A model's card as a web page shows it: its words, headings and tables; what a stranger wrote in it asks nobody for anything."""

from __future__ import annotations

from markdown_it import MarkdownIt


def as_html(text: str) -> str:
    """Return a card's Markdown as HTML without pictures and links: what would be one, and any HTML, stays as the text that it is."""
    reader = (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "autolink", "reference"])
    )
    return str(reader.render(text))
