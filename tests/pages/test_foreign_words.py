"""Whatever a stranger calls things, no page makes a link, a picture or a sign of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from markdown_it import MarkdownIt
from streamlit.testing.v1 import AppTest

from pages.widgets import foreign, spreadsheet
from ser_core import jobs
from ser_core.runs import cards
from tests import opened
from tests.hostile_words import NAMES, PAGES, THERE, WORD, furnish
from tests.jobs.steps import no_runner

#: Where Streamlit reads Markdown.
MARKDOWN = {"body", "label", "help", "text", "content"}


def found(text: str) -> list[str]:
    """The links, pictures and bare addresses that a browser's Markdown would make of a text."""
    said = []
    for block in MarkdownIt("commonmark").parse(text):
        for one in block.children or []:
            target = str(one.attrs.get("href") or one.attrs.get("src") or "")
            bare = re.findall(r"https?://\S+|www\.\S+", one.content) if one.type == "text" else []
            said += [each for each in (target, *bare) if "evil" in each]
    return said


def texts(message: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """All strings of a Streamlit message with the names of their fields."""
    for descriptor, value in message.ListFields():
        many = [value] if isinstance(value, str) or not hasattr(value, "__iter__") else value
        for one in many:
            if isinstance(one, str):
                yield descriptor.name, one
            elif hasattr(one, "ListFields"):
                yield from texts(one, descriptor.name)


def nodes(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        yield child.proto
        if hasattr(child, "children"):
            yield from nodes(child)


def is_clean(app: AppTest) -> None:
    assert not app.exception, [one.value for one in app.exception]
    for proto in nodes(app._tree):
        if not hasattr(proto, "ListFields"):
            continue
        for field, text in texts(proto):
            if field in MARKDOWN and "<div" not in text:
                assert not found(text), (type(proto).__name__, field, text)
            elif field == "spec":
                assert not re.search(r"(<|\\u003c)a ", text), re.findall(r".{80}(?:<|\\u003c)a .{20}", text)


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest has no server whose sessions streamlit-webrtc could watch; without one it does without."""
    for module in ("component", "shutdown"):
        monkeypatch.setattr(f"streamlit_webrtc.{module}.get_this_session_info", lambda: None)


@pytest.fixture
def hostile(home: Path, tmp_path: Path) -> Iterator[Path]:
    """A home whose run, corpus, job, note and recording are called as a stranger pleases."""
    furnish(tmp_path)
    with no_runner():
        jobs.queue(("runs", "show", "nowhere"), kind="training", title=WORD)
        yield home


@pytest.mark.parametrize(("page", "query"), [(page, query) for page, queries in PAGES.items() for query in queries])
def test_no_page_makes_more_of_foreign_words(hostile: Path, page: str, query: dict[str, str]) -> None:
    app = opened.page(page, **query, **THERE)
    assert not [one.value for one in app.error if "damaged" in one.value]
    is_clean(app)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_makes_more_of_what_a_link_says(page: str) -> None:
    is_clean(opened.page(page, **dict.fromkeys(NAMES, WORD)))
    if page == "results":
        is_clean(opened.page(page, view="run", run=WORD))


def test_plain_words_are_shown_as_they_are() -> None:
    reader = MarkdownIt("commonmark")
    for text in (
        WORD,
        "- x",
        "1. x",
        "# x",
        "> x",
        "a_b _c_ __d__",
        "$x$ ~y~ |z|",
        "C:\\clips\\*.wav",
        "`code` ``",
        "3:4 a:b &lt;",
        "x\n\n# y",
    ):
        (_, inline, _) = reader.parse(foreign.plain(text))
        assert "".join(one.content for one in inline.children or []) == " ".join(text.split()), text


def test_a_table_for_a_spreadsheet_holds_no_formula() -> None:
    table = pd.DataFrame({"name": ["=1+1", "+x", "-x", "@x", "\tx", "a=1"], "-n": [-1.5, 2, 3, 4, 5, 6], "=h": None})
    made = spreadsheet.csv(table)
    assert made.splitlines()[:2] == ["name,'-n,'=h", "'=1+1,-1.5,"]
    cells = [cell for line in made.splitlines() for cell in line.split(",")]
    assert [cell for cell in cells if cell.startswith(spreadsheet.FORMULA)] == ["-1.5"]


def test_a_card_is_words_headings_and_tables() -> None:
    drawn = cards.as_html(
        f"# {WORD}\n\n**bold** <img src=x>\n\n[a]: https://evil.example\n[a] <https://evil.example>\n\n| a |\n|---|\n| b |\n"
    )
    assert "<h1>" in drawn and "<strong>bold</strong>" in drawn and "<td>b</td>" in drawn
    assert not re.search(r"<a |<img|href=\"|src=\"", drawn)
